"""Commands that move money in the ledger: deposits, settle. Without `--enter` they show what they would enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, WhoOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, Text, refuse, refuse_if_any, say

if TYPE_CHECKING:
    from cli.names import Names
    from engine.vouchers import Sealed
    from targets.ledger import Entry, Voucher
    from targets.runs import KeptRun
    from targets.workspace import Workspace

    Plan = Callable[[tuple[Voucher, ...]], Sequence[Entry]]

N_ = str
RUN_DIGITS = 12
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
        _refuse_full(out)
    opened, day = open_workspace(workspace, to_write=enter), _day(on)
    kept, supersedes = _sealed_run(opened, run)
    sealed, names = _recomputed(desk, opened, kept, supersedes)

    missing: list[Diagnostic] = []

    def plan(known: tuple[Voucher, ...]) -> tuple[Entry, ...]:
        entries = entering.settlement(sealed, known, day, to_show=not enter and out is None)
        missing.extend(entering.other_deposits(sealed, known) if entries else ())
        return entries

    with _told(desk, opened, kept.name) if enter else nullcontext():
        # The lists come before what is printed: whoever reads that may go away.
        with nullcontext() if out is None else _made(out):
            entered = _entered(opened, plan, who, enter=enter)
            paths = () if out is None else _write(out, desk, opened, kept.name, () if enter else entered, names)
        _show(desk, entered, names, enter=enter)
        refuse_if_any(missing)
        for path in paths:
            desk.note(desk.speech(N_("written: {path}")).format(path=path))


def _sealed_run(workspace: Workspace, name: str | None) -> tuple[KeptRun, frozenset[str]]:
    """The run named, else the one sealed last, and what it supersedes. Raises Refused for one that is not sealed, or that a
    sealed one supersedes (DX723)."""
    from targets.kept import IN_WORDS, RunState

    runs = workspace.store.runs
    sealed = [one for one in runs.all() if one.sealed]
    if name is not None:
        kept = runs.find(name)
    elif sealed:
        kept = max(sealed, key=lambda one: one.last_number(RunState.SEALED))
    else:
        _refuse_run(workspace, say("no sealed run"))
    if not kept.sealed:
        _refuse_run(workspace, say("run {run}: {state}", run=kept.name, state=IN_WORDS[kept.state]))
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
    elsewhere = frozenset(one.name for one in workspace.store.runs.all() if one.run.year != kept.run.year)
    sealed = Sealed(kept.name, kept.run.year, replay.assessment.dues, supersedes, elsewhere)
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
    desk.rows(desk.speech(N_("vouchers")), vouchers.COLUMNS, rows, right=(10, 11))
    told = N_("{count} vouchers entered; the last has the hash {hash}") if enter else N_(
        "{count} vouchers would be entered; with --enter they are"
    )  # fmt: skip
    desk.note(desk.speech(told).format(count=len(entered), hash=entered[-1].hash))


def _refuse_full(folder: Path) -> None:
    """A folder with nothing in it is as good as none."""
    if not folder.is_dir() or any(folder.iterdir()):
        sources.refuse_existing(folder)


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Known to be there before money is entered; again as it was where the lists are not whole."""
    ours = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        # It was empty: whatever lies in it is half of ours.
        for path in folder.iterdir():
            path.unlink()
        if ours:
            folder.rmdir()
        raise


@contextmanager
def _told(desk: Desk, workspace: Workspace, run: str) -> Iterator[None]:
    """Whoever is stopped once the vouchers are in, by whatever, is told so, and how to have the lists written again."""
    before = len(workspace.store.books.vouchers())
    try:
        yield
    except BaseException:
        # Looked up, since it may have come between the commit and the next line; what is told must not hide what came.
        with suppress(Exception):
            since = workspace.store.books.vouchers()[before:]
            if any(one.entry.run == run for one in since):
                told = N_(
                    "The vouchers are in the ledger. `duixian settle {run} --out FOLDER` writes these files again."
                )
                desk.complain(desk.speech(told).format(run=run[:RUN_DIGITS]))
        raise


def _write(
    folder: Path, desk: Desk, workspace: Workspace, run: str, draft: Sequence[Voucher], names: Names
) -> tuple[Path, ...]:
    """The vouchers of the run, whenever they were entered, or those that would be."""
    from cli import voucher_files
    from targets.ledger import CARRY_OUT

    ledger = workspace.store.books.vouchers()
    vouchers = draft or [one for one in ledger if one.entry.run == run and one.entry.kind in CARRY_OUT]
    # Those entered since change no balance of the day.
    ledger = tuple(one for one in ledger if draft or one.number <= vouchers[-1].number)
    written = []
    for ending in (".xlsx", ".csv"):
        whole = f"-draft{ending}" if draft else ending
        path = folder / f"vouchers{whole}"
        written += [
            voucher_files.write_vouchers(path, desk.speech, vouchers, names, (*ledger, *draft), draft=bool(draft)),
            voucher_files.write_payout_list(
                folder / f"payments{whole}", desk.speech, vouchers, names, draft=bool(draft)
            ),
        ]
    return tuple(written)


def _day(text: str | None) -> date:
    """Not in the future: whatever is entered after it would have to be dated later still."""
    return sources.day_so_far(text, "--on")
