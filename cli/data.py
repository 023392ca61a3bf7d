"""Bringing records in: import."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Refused, Span, refuse, say

if TYPE_CHECKING:
    from rules.contract import Contract
    from targets.batch import Appended, Origin
    from targets.snapshot import Records
    from targets.workspace import Workspace

N_ = str
TABLES = {
    "parties": N_("parties"), "cadres": N_("cadres"), "tenures": N_("posts held"), "assignments": N_("assignments"),
    "targets": N_("targets"), "observations": N_("observations"), "incidents": N_("incidents"),
    "states": N_("states"), "prior_vetoes": N_("earlier vetoes"), "history": N_("earlier results"),
}  # fmt: skip


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help=N_("workbooks (.xlsx), or CSV files named after their table"))],
    workspace: WorkspaceOption = sources.WORKSPACE,
    mark: Annotated[
        Path | None, typer.Option("--mark", help=N_("where to write a copy of the workbook with its faults marked"))
    ] = None,
    recorded_on: Annotated[
        str | None, typer.Option("--recorded-on", help=N_("the day it counts as recorded; today when left out"))
    ] = None,
    note: Annotated[str, typer.Option("--note", help=N_("a word on this import, kept with it"))] = "",
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    if mark is not None:
        sources.refuse_existing(mark)
    opened = open_workspace(workspace)
    contracts = [one.contract for one in sources.load_and_note(desk, opened.contract_files())]
    day = sources.day_so_far(recorded_on, "--recorded-on")
    _note_known(desk, opened, files)
    try:
        with desk.busy(desk.speech(N_("reading"))):
            appended = bring_in(desk, opened, contracts, files, day, note)
    except Refused as refused:
        if mark is not None:
            _mark(desk, files, refused, mark)
        raise
    report(desk, appended)


def withdraw(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help=N_("files as for import, with the rows that never should have been recorded"))
    ],
    workspace: WorkspaceOption = sources.WORKSPACE,
    enter: Annotated[bool, typer.Option("--enter", help=N_("withdraw them; without it they are only counted"))] = False,
    recorded_on: Annotated[
        str | None, typer.Option("--recorded-on", help=N_("the day it counts as recorded; today when left out"))
    ] = None,
    note: Annotated[str, typer.Option("--note", help=N_("a word on why, kept with it"))] = "",
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    opened = open_workspace(workspace, to_write=enter)
    contracts = [one.contract for one in sources.load_and_note(desk, opened.contract_files())]
    day = sources.day_so_far(recorded_on, "--recorded-on")
    with desk.busy(desk.speech(N_("reading"))):
        read = read_files(desk, opened, contracts, files, to_withdraw=True)
    if enter:
        withdrawn = opened.store.withdraw(read, origin(files, day, note)).tables
        report_withdrawn(desk, {name: counts.withdrawn for name, counts in withdrawn.items()})
        return
    opened.store.refuse_unknown(read, origin(files, day, note))
    report_withdrawn(desk, {one.name: len(getattr(read, one.name)) for one in fields(read)})
    desk.note(desk.speech(N_("Nothing was withdrawn; with --enter they are.")))


def _note_known(desk: Desk, workspace: Workspace, files: Sequence[Path]) -> None:
    """A file that was imported before, byte for byte, adds nothing; whoever does it again may have taken the wrong one."""
    known = {file.sha256: batch.origin for batch in workspace.store.batches() for file in batch.origin.files}
    for path in files:
        before = known.get(_sha256(path))
        if before is not None:
            told = desk.speech(N_("{path} was imported before, on {day}"))
            desk.note(told.format(path=path, day=before.recorded_on.isoformat()))


def _sha256(path: Path) -> str:
    """Empty for a file that cannot be read: the reader says so better."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def bring_in(
    desk: Desk, workspace: Workspace, contracts: Sequence[Contract], files: Sequence[Path], day: date, note: str
) -> Appended:
    """Read all files, and only when every one is good append them as one batch. Raises Refused."""
    return workspace.store.append(read_files(desk, workspace, contracts, files), origin(files, day, note))


def read_files(
    desk: Desk, workspace: Workspace, contracts: Sequence[Contract], files: Sequence[Path], *, to_withdraw: bool = False
) -> Records:
    """What is in all of them, which may refer to each other and to what is recorded. Raises Refused."""
    from targets.snapshot import Records

    known, read = workspace.store.as_of(), Records()
    faults: list[Diagnostic] = []
    warnings: list[Diagnostic] = []
    for take in (*_tables(files), *(_workbook(path) for path in files if _is_workbook(path))):
        try:
            found = take(contracts, known, on_warning=warnings.append, to_withdraw=to_withdraw)
        except Refused as refused:
            faults.extend(refused.diagnostics)
        else:
            read, known = _joined(read, found), _joined(known, found)
    if faults:
        raise Refused([*faults, *warnings])
    desk.show_warnings(warnings)
    return read


def _workbook(path: Path) -> Callable[..., Records]:
    from targets.intake import read_workbook

    return partial(read_workbook, path)


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() not in (".csv", ".tsv", ".txt")


def _tables(files: Sequence[Path]) -> list[Callable[..., Records]]:
    """The CSV files together, by the table that each is named after: `observations.csv`, `2026-incidents.csv`."""
    from targets.intake import read_csv_tables
    from targets.tables import CSV_KEYS

    named: dict[str, Path] = {}
    for path in (path for path in files if not _is_workbook(path)):
        key = next((key for key in sorted(CSV_KEYS, key=len, reverse=True) if path.stem.lower().endswith(key)), None)
        if key is None or key in named:
            names = ", ".join(f"{key}.csv" for key in CSV_KEYS)
            expected = say("a file named after its table, each table once: {names}", names=names)
            refuse(Diagnostic("DX711", Span(str(path)), say("{name}", name=path.name), expected))
        named[key] = path
    return [partial(read_csv_tables, named)] if named else []


def _joined(one: Records, other: Records) -> Records:
    return replace(one, **{table.name: getattr(one, table.name) + getattr(other, table.name) for table in fields(one)})


def origin(files: Sequence[Path], day: date, note: str) -> Origin:
    """Where a batch comes from, with the hash of every file."""
    from targets.batch import Origin, SourceFile

    kept = tuple(SourceFile(path.name, _sha256(path)) for path in files)
    return Origin(day, kept, note=note)


def _mark(desk: Desk, files: Sequence[Path], refused: Refused, out: Path) -> None:
    from targets.marking import mark_faults

    workbook = next((path for path in files if _is_workbook(path)), None)
    if workbook is None:
        return
    mine = [one for one in refused.diagnostics if one.span.path == str(workbook)]
    messages = {one.span: desk.diagnostic_as_text(one) for one in mine}
    mark_faults(workbook, mine, out, messages)
    desk.note(desk.speech(N_("written: {path}")).format(path=out))


def report(desk: Desk, appended: Appended) -> None:
    """What became of the records, table by table."""
    columns = (N_("table"), N_("new"), N_("superseded"), N_("unchanged"))
    rows = [
        (name if desk.as_json else desk.speech(TABLES[name]), str(counts.new), str(counts.superseded), str(counts.unchanged))
        for name, counts in appended.tables.items()
    ]  # fmt: skip
    if desk.as_json:
        desk.machine({"batch": appended.batch, "tables": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        desk.rows(desk.speech(N_("imported")), columns, rows, right=(1, 2, 3))
        if not rows:
            desk.note(desk.speech(N_("Nothing was found to import: the tables are empty.")))


def report_withdrawn(desk: Desk, counts: dict[str, int]) -> None:
    """How many of each table are in force no longer, or would not be."""
    some = {name: count for name, count in counts.items() if count}
    columns = (N_("table"), N_("withdrawn"))
    rows = [(name if desk.as_json else desk.speech(TABLES[name]), str(count)) for name, count in some.items()]
    if desk.as_json:
        desk.machine({"tables": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        desk.rows(desk.speech(N_("withdrawn")), columns, rows, right=(1,))
