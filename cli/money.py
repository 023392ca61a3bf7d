"""Commands that move money in the ledger: deposits, settle. Without `--enter` they show what they would enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, WhoOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, Text, refuse, say

if TYPE_CHECKING:
    from cli.names import Names
    from engine.vouchers import Sealed
    from targets.ledger import Entry, Voucher
    from targets.runs import KeptRun
    from targets.workspace import Workspace

    Plan = Callable[[tuple[Voucher, ...]], Sequence[Entry]]

N_ = str
EnterOption = Annotated[
    bool, typer.Option("--enter", help=N_("enter the vouchers into the ledger; without it they are only shown"))
]
OnOption = Annotated[str | None, typer.Option("--on", help=N_("the day of the vouchers; today when left out"))]


def deposits(
    context: typer.Context,
    enter: EnterOption = False,
    on: OnOption = None,
    who: WhoOption = "",
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from cli.names import names_of
    from engine import vouchers as entering

    desk: Desk = context.obj
    year = sources.load(desk, None, {}, workspace, None, None, to_write=enter)
    assert year.workspace is not None, "a workspace was asked for"
    contracts, day = [one.contract for one in year.contracts], _day(on)

    def plan(known: tuple[Voucher, ...]) -> tuple[Entry, ...]:
        return entering.deposits(contracts, year.snapshot, known, day)

    entered = _entered(year.workspace, plan, who, enter=enter)
    _show(desk, entered, names_of(desk.speech, contracts, year.snapshot.records), enter=enter)


def settle(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(help=N_("the run, by the beginning of its name; the sealed one"))] = None,
    enter: EnterOption = False,
    on: OnOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=N_("a new folder for the vouchers and the list of payments"))
    ] = None,
    who: WhoOption = "",
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from engine import vouchers as entering
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    if out is not None:
        sources.refuse_existing(out)
    opened, day = open_workspace(workspace, to_write=enter), _day(on)
    kept, supersedes = _sealed_run(opened, run)
    sealed, names = _recomputed(desk, opened, kept, supersedes)

    def plan(known: tuple[Voucher, ...]) -> tuple[Entry, ...]:
        return entering.settlement(sealed, known, day)

    entered = _entered(opened, plan, who, enter=enter)
    _show(desk, entered, names, enter=enter)
    if out is not None and entered:
        for path in _write(out, desk, entered, names, (*opened.store.books.vouchers(), *(() if enter else entered))):
            desk.note(desk.speech(N_("written: {path}")).format(path=path))


def _sealed_run(workspace: Workspace, name: str | None) -> tuple[KeptRun, frozenset[str]]:
    """The run named, else the one sealed last, and what it supersedes. Raises Refused for one that is not sealed, or that a
    sealed one supersedes (DX723)."""
    from targets.kept import RunState

    runs = workspace.store.runs
    sealed = [one for one in runs.all() if one.sealed]
    if name is not None:
        kept = runs.find(name)
    elif sealed:
        kept = max(sealed, key=lambda one: one.last_number(RunState.SEALED))
    else:
        _refuse_run(workspace, say("no sealed run"))
    if not kept.sealed:
        _refuse_run(workspace, say("run {run}: {state}", run=kept.name, state=kept.state))
    later = [one.name for one in sealed if kept.name in runs.supersedes(one.name)]
    if later:
        _refuse_run(workspace, say("run {run}, which {later} supersedes", run=kept.name, later=later[-1]))
    return kept, frozenset(runs.supersedes(kept.name))


def _refuse_run(workspace: Workspace, found: Text) -> NoReturn:
    hint = say("`duixian publish`, then `duixian seal`")
    refuse(Diagnostic("DX723", Span(str(workspace.folder)), found, say("the sealed run of the year"), hint))


def _recomputed(desk: Desk, workspace: Workspace, kept: KeptRun, supersedes: frozenset[str]) -> tuple[Sealed, Names]:
    """The run computed again by both evaluators, from what was sealed. Raises Refused where it comes out differently."""
    from cli.names import names_of
    from cli.replay import replayed
    from engine.crosscheck import checked
    from engine.vouchers import Sealed
    from targets.columns.backend import backend
    from targets.engines import EngineName

    with desk.busy(desk.speech(N_("computing the sealed run again"))):
        replay = replayed(workspace, kept)
        contracts = [one.contract for one in replay.contracts]
        checked(replay.assessment, contracts, backend(EngineName.POLARS))
    of_the_year = {one.name for one in workspace.store.runs.all() if one.run.year == kept.run.year}
    rivals = frozenset(of_the_year - supersedes - {kept.name})
    sealed = Sealed(kept.name, kept.run.year, replay.assessment.dues, supersedes, rivals)
    return sealed, names_of(desk.speech, contracts, replay.snapshot.records)


def _entered(workspace: Workspace, plan: Plan, who: str, *, enter: bool) -> tuple[Voucher, ...]:
    """Entered, or only numbered as they would be."""
    books = workspace.store.books
    return books.enter(plan, who) if enter else books.draft(plan, who)


def _show(desk: Desk, entered: Sequence[Voucher], names: Names, *, enter: bool) -> None:
    """Every line, what it comes to, and whether it is in the ledger now."""
    from cli import vouchers

    rows = list(vouchers.voucher_rows(desk.speech, entered, names))
    if desk.as_json:
        named = [dict(zip(vouchers.COLUMNS, row, strict=True)) for row in rows]
        desk.machine({"entered": enter, "vouchers": named, "head": entered[-1].hash if entered else ""})
        return
    if not entered:
        desk.note(desk.speech(N_("Nothing to enter: the ledger has all of it already.")))
        return
    desk.rows(desk.speech(N_("vouchers")), vouchers.COLUMNS, rows, right=(7, 8))
    told = N_("{count} vouchers entered; the last has the hash {hash}") if enter else N_(
        "{count} vouchers would be entered; with --enter they are"
    )  # fmt: skip
    desk.note(desk.speech(told).format(count=len(entered), hash=entered[-1].hash))


def _write(
    folder: Path, desk: Desk, entered: Sequence[Voucher], names: Names, ledger: Sequence[Voucher]
) -> Sequence[Path]:
    """`ledger` is all of it, for the balances."""
    from cli import voucher_files

    folder.mkdir(parents=True)
    vouchers, payments = folder / "vouchers.xlsx", folder / "payments.xlsx"
    voucher_files.write_vouchers(vouchers, desk.speech, entered, names, ledger)
    voucher_files.write_payout_list(payments, desk.speech, entered, names)
    return vouchers, payments


def _day(text: str | None) -> date:
    """Not in the future: whatever is entered after it would have to be dated later still."""
    return sources.day_so_far(text, "--on")
