"""The program: its commands, and the one boundary where errors become messages and exit codes.

0 done; 1 our fault; 2 the input is refused; 3 an audit found something; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer

from cli import (
    allot,
    audit,
    contract,
    convert,
    data,
    demo,
    desk,
    differing,
    ledger,
    money,
    runs,
    seek,
    simulate,
    whatif,
    year,
)
from cli.garbage import look_seldom
from cli.language import Speech, choose
from rules.diagnostic import Diagnostic, Refused, Span, say

N_ = str
INTERRUPTED = 130
TRACEBACK_VARIABLE = "DUIXIAN_TRACEBACK"

app = typer.Typer(
    name="duixian",
    help=N_("Duixian: honours responsibility contracts - assess, explain, audit."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    ("demo", demo.demo, N_("assess an invented town: workbooks, import, verdicts")),
    ("init", contract.init, N_("make a workspace folder with the shipped contracts")),
    ("auditor", contract.auditor, N_("a role that can read a workspace in PostgreSQL and nothing else")),
    ("check", contract.check, N_("find everything that is wrong with contracts")),
    ("convert", convert.convert, N_("a contract from YAML to a workbook, and back")),
    ("schema", contract.schema, N_("the JSON Schema of contracts, for editors")),
    ("template", contract.template, N_("write the workbook to be filled in for contracts")),
    ("import", data.import_, N_("read workbooks or CSV tables into the workspace")),
    ("withdraw", data.withdraw, N_("take records out of force that never should have been recorded")),
    ("allot", allot.allot, N_("split a quota over parties so that it adds up, with the reason for every share")),
    ("assess", year.assess, N_("score, rank and grade everyone")),
    ("explain", year.explain, N_("how one score or verdict came about, step by step")),
    ("simulate", simulate.simulate, N_("draw years: who would pass, what it would cost, how much is luck")),
    (
        "seek",
        seek.seek,
        N_("the target that a share of parties meets, or the amount that fits a budget, on drawn years"),
    ),
    ("show", year.show, N_("results by party, section or cadre; the population statistics")),
    ("whatif", whatif.whatif, N_("the same year under other contracts: who would move, why, and what it would cost")),
    ("runs", runs.runs, N_("list the runs, how far each has come, and the appeals")),
    ("publish", runs.publish, N_("take down that a run is published, and for how long")),
    ("appeal", runs.appeal, N_("take down that somebody objects to a published run")),
    ("decide", runs.decide, N_("take down what was decided on an appeal")),
    ("seal", runs.seal, N_("make a published run final")),
    ("diff", differing.diff, N_("who moved between two runs, and why")),
    ("deposits", money.deposits, N_("what is to be paid in, topped up or given back of deposits; --enter enters it")),
    ("settle", money.settle, N_("turn a sealed run into vouchers, once; without --enter they are only shown")),
    ("ledger", ledger.ledger, N_("balances and vouchers of the ledger, and its exports")),
    ("audit", audit.audit, N_("hold what was paid against what is due, and prove the ledger")),
)
for name, command, purpose in COMMANDS:
    app.command(name=name, help=purpose)(command)


def run() -> None:
    """The console script."""
    look_seldom()
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    speech = Speech(choose(arguments, os.environ))
    office = desk.Desk(speech, as_json="--json" in arguments)
    program = typer.main.get_command(app)
    _translate(program, speech)
    try:
        code = program.main(list(arguments), prog_name="duixian", standalone_mode=False, obj=office)
    except Refused as refused:
        office.refuse(refused.diagnostics)
        return 2
    except typer.TyperException as error:
        office.complain(error.format_message())
        return 2
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closed with the process
        return 0
    except OSError as error:
        if error.filename is None:
            return _our_fault(office, error)
        office.refuse([_unusable_path(error)])
        return 2
    except Exception as error:  # noqa: BLE001 - the one place where our own faults end
        return _our_fault(office, error)
    if code == INTERRUPTED:
        office.complain(speech(N_("Interrupted; every step was taken wholly or not at all.")))
    return code if isinstance(code, int) else 0


def _unusable_path(error: OSError) -> Diagnostic:
    """A file or folder that the user named and the system does not let us use."""
    reason = say("{reason}", reason=error.strerror or type(error).__name__)
    return Diagnostic("DX713", Span(str(error.filename)), reason, say("a place that can be read or written"))


def _our_fault(office: desk.Desk, error: Exception) -> int:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exc()
    where = traceback.extract_tb(error.__traceback__)[-1]
    office.complain(
        office.speech(
            N_(
                "This is a fault of the program, not of your data; every step was taken wholly or not at all. Please report:"
            )
        )
        + f" {type(error).__name__}: {error} ({where.name}, line {where.lineno})"
    )
    return 1


def _translate(command: Any, speech: Speech) -> None:
    """Help texts are templates like every other sentence."""
    command.help = speech(command.help or "")
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = speech(parameter.help)
    for child in getattr(command, "commands", {}).values():
        _translate(child, speech)
