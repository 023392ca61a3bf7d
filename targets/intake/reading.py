"""A file to records: grids, tables, rows, records, in that order; all faults of all stages at once, or all records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rules.contract import Contract
from rules.diagnostic import Diagnostic, Refused, Span, say
from rules.safeguards import personal_record
from targets.intake.body import body_rows
from targets.intake.csv_text import read_csv_grid
from targets.intake.data import read_long, read_wide
from targets.intake.earlier import read_history
from targets.intake.faults import Faults
from targets.intake.gathered import Gathered
from targets.intake.headings import Table, table_of_csv, table_of_sheet
from targets.intake.line import Line
from targets.intake.register import Register
from targets.intake.what import read_incidents, read_prior_vetoes, read_states, read_targets
from targets.intake.who import check_overlaps, read_assignments, read_cadres, read_parties, read_tenures
from targets.intake.xlsx import read_grids
from targets.snapshot import Records
from targets.tables import CSV_KEYS, LAYOUTS, is_not_data

Take = Callable[[Diagnostic], object]
# A shorter run of plain digits is nobody's number.
PERSONAL_DIGITS_MIN = 11


def _nobody(_: Diagnostic) -> None:
    """Where the caller does not ask for warnings."""


def read_workbook(
    path: Path,
    contracts: Sequence[Contract],
    known: Records,
    *,
    on_warning: Take = _nobody,
    to_withdraw: bool = False,
) -> Records:
    """What the workbook brings. References may go to rows of the workbook or to `known`; what is read `to_withdraw` it may
    overlap with what is known. Raises Refused with everything that is wrong; when nothing is, the warnings go to `on_warning`."""
    faults, register = Faults(), Register(contracts, known, to_withdraw=to_withdraw)
    tables = []
    for grid in read_grids(path):
        if grid.hidden and not is_not_data(grid.sheet):
            hint = say("show the sheet if it is to be imported, or delete it")
            faults.add("DX511", grid.whole, say("a hidden sheet"), say("visible sheets"), hint)
        elif not grid.hidden:
            tables.append(table_of_sheet(grid, register.lexicon, faults))
    return _read(str(path), [table for table in tables if table], register, faults, on_warning)


def read_csv_tables(
    files: Mapping[str, Path],
    contracts: Sequence[Contract],
    known: Records,
    *,
    on_warning: Take = _nobody,
    to_withdraw: bool = False,
) -> Records:
    """What the CSV files bring; the keys are those of `targets.tables.CSV_KEYS`. Otherwise like `read_workbook`."""
    assert files.keys() <= set(CSV_KEYS), f"unknown tables {sorted(files.keys() - set(CSV_KEYS))}"
    faults, register = Faults(), Register(contracts, known, to_withdraw=to_withdraw)
    tables = []
    for key, path in files.items():
        try:
            tables.append(table_of_csv(read_csv_grid(path), key, register.lexicon, faults))
        except Refused as refused:
            faults.errors.extend(refused.diagnostics)
    return _read(next(map(str, files.values()), ""), [table for table in tables if table], register, faults, on_warning)


def _read(path: str, tables: Sequence[Table], register: Register, faults: Faults, on_warning: Take) -> Records:
    if not tables and not faults.errors:
        titles = "、".join(dict.fromkeys(layout.zh for layout in LAYOUTS))
        faults.add("DX517", Span(path), say("no table"), say("at least one of {titles}", titles=titles))
    # What a table that cannot be read would have listed is not missed a second time, row by row.
    register.complete = not faults.errors
    gathered = Gathered(faults)
    lines: dict[str, list[Line]] = {}
    for table in tables:
        _refuse_personal(table, faults)
        name = f"{table.layout.key} wide" if table.layout.wide else table.layout.key
        lines.setdefault(name, []).extend(Line(table, row, register, faults) for row in body_rows(table, faults))
    # What is referred to comes before what refers to it.
    read_parties(lines.get("parties", ()), register, gathered)
    read_cadres(lines.get("cadres", ()), register, gathered)
    read_tenures(lines.get("tenures", ()), register, gathered)
    read_assignments(lines.get("assignments", ()), register, gathered)
    check_overlaps(gathered, register.recorded)
    read_targets(lines.get("targets", ()), register, gathered)
    read_long(lines.get("data", ()), register, gathered)
    read_wide(lines.get("data wide", ()), register, gathered)
    read_incidents(lines.get("incidents", ()), register, gathered)
    read_states(lines.get("states", ()), register, gathered)
    read_prior_vetoes(lines.get("prior_vetoes", ()), register, gathered)
    read_history(lines.get("history", ()), register, gathered)
    faults.refuse_if_any(path)
    for warning in faults.warnings:
        on_warning(warning)
    return gathered.records()


def _refuse_personal(table: Table, faults: Faults) -> None:
    """No record of a resident gets in, not even in a column that nobody reads. What a roster of cadres has beside what
    we read (an official's telephone) is not taken in and none of our business."""
    of_cadres = table.layout.key in _OF_CADRES
    read = {*table.fields.values(), *table.measures}
    for row in table.grid.rows:
        for column, cell in row.cells.items():
            if (column in read or not of_cadres) and _is_personal(cell.stored or cell.text):
                hint = say("take it out; parties are places and units, and data are totals over them")
                found, expected = say("a resident's number or name"), say("nothing about a single resident")
                faults.add("DX408", table.place(row.number, column), found, expected, hint)


_OF_CADRES = frozenset({"cadres", "tenures", "assignments"})


@lru_cache(maxsize=100_000)
def _is_personal(text: str) -> bool:
    return (len(text) >= PERSONAL_DIGITS_MIN or not text.isascii()) and personal_record(text)
