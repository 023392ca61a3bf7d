"""The command that draws years: who would pass, what it would cost, how much of the ranking is luck."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import sources
from cli.desk import Desk
from cli.options import AsOfOption, ContractsArgument, JsonOption, LanguageOption, ThroughOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, refuse, say

if TYPE_CHECKING:
    from cli.simulated import Table
    from engine.simulate.answers import Answers
    from engine.simulate.simulate import Sampling

N_ = str
DRAWS = 10_000
# No more than that many years are asked for by anybody who means it.
DRAWS_MAX = 1_000_000
SEED_MAX = 2**63 - 1
ENDINGS = (".json", ".xlsx", ".csv")


def simulate(
    context: typer.Context,
    contracts: ContractsArgument = None,
    draws: Annotated[int, typer.Option("--draws", help=N_("how many years are drawn"))] = DRAWS,
    seed: Annotated[int, typer.Option("--seed", help=N_("the same number gives the same years"))] = 1,
    budget: Annotated[
        str | None, typer.Option("--budget", help=N_("what the town can pay in a year, such as ¥200,000 or 20万元"))
    ] = None,
    together: Annotated[
        str | None,
        typer.Option(
            "--together", help=N_("how far a party's values move together, from 0 to below 1; 0.1 unless given")
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=N_("write all of it to a new file: .xlsx, .csv or .json"))
    ] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    through: ThroughOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    budget_fen = _budget(budget)
    _refuse_numbers(draws, seed)
    shared = _together(together)
    if out is not None:
        _refuse_out(out)
    from engine.simulate.simulate import Sampling

    year = sources.load(desk, contracts, {}, workspace, through, as_of)
    answers = _drawn(desk, year, Sampling(draws, seed), shared)
    from cli import simulated

    words = simulated.words_of(desk.speech, answers, year.snapshot.records)
    tables, machine = simulated.tables(words, answers, budget_fen), simulated.as_json(words, answers, budget_fen)
    if out is not None:
        _write(desk, out, tables, machine)
    if desk.as_json:
        desk.machine(machine)
    else:
        _show(desk, tables, answers)


def _budget(text: str | None) -> int | None:
    from rules.quantity import NotExact, parse_money_fen

    if text is None:
        return None
    try:
        return parse_money_fen(text)
    except NotExact as error:
        refuse(Diagnostic("DX711", Span("--budget"), say("{text}", text=text), error.text))


def _refuse_numbers(draws: int, seed: int) -> None:
    for option, number, least, most in (("--draws", draws, 1, DRAWS_MAX), ("--seed", seed, 0, SEED_MAX)):
        if not least <= number <= most:
            expected = say("a whole number from {least} to {most}", least=least, most=most)
            refuse(Diagnostic("DX711", Span(option), say("{text}", text=str(number)), expected))


def _refuse_out(out: Path) -> None:
    """Known before anything is drawn."""
    if out.suffix.lower() not in ENDINGS:
        found = say("the ending {ending}", ending=out.suffix or "-")
        refuse(Diagnostic("DX711", Span(str(out)), found, say("one of {endings}", endings=", ".join(ENDINGS))))
    sources.refuse_existing(out)


def _together(text: str | None) -> float:
    from engine.simulate.model import TOGETHER
    from rules.quantity import NotExact, parse_value

    if text is None:
        return TOGETHER
    expected = say("a number from 0 to below 1")
    try:
        share = parse_value(text)
    except NotExact:
        refuse(Diagnostic("DX711", Span("--together"), say("{text}", text=text), expected))
    if not 0 <= share < 1:
        refuse(Diagnostic("DX711", Span("--together"), say("{text}", text=text), expected))
    return float(share)


def _drawn(desk: Desk, year: sources.Year, sampling: Sampling, together: float) -> Answers:
    from engine.simulate.model import Assumptions
    from engine.simulate.simulate import simulate as run
    from targets.columns.backend import PolarsBackend

    told = desk.speech(N_("{done} of {draws} years"))
    draws = sampling.years
    with desk.steps(-(-draws // sampling.chunk)) as step:
        answers = run(
            year.snapshot, [[one.contract for one in year.contracts]], sampling, PolarsBackend(streaming=False),
            Assumptions(together=together), progress=lambda done: step(told.format(done=f"{done:,}", draws=f"{draws:,}")),
        )  # fmt: skip
    return answers[0]


def _show(desk: Desk, tables: Mapping[str, Table], answers: Answers) -> None:
    """Everybody, but of the cadres those with the most at stake; the chances by item are for a file."""
    for table in tables.values():
        if table.for_files:
            continue
        rows = table.rows if not table.shown_max else table.rows[: table.shown_max]
        desk.rows(table.title, table.columns, rows, right=table.right)
        if len(rows) < len(table.rows):
            desk.note(
                desk.speech(N_("... and {count} more: --out writes all of them.")).format(
                    count=len(table.rows) - len(rows)
                )
            )
    told = desk.speech(N_("{draws} years drawn, seed {seed}; what is assumed stands in docs/models.md."))
    desk.note(told.format(draws=f"{answers.years:,}", seed=answers.seed))


def _write(desk: Desk, out: Path, tables: Mapping[str, Table], machine: dict[str, Any]) -> None:
    from cli.simulated_files import write

    for path in write(out, desk.speech, tables, machine):
        desk.note(desk.speech(N_("written: {path}")).format(path=path))
