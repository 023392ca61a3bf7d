"""A small table of the user's own, which is none of the records: one number for each party, such as weights or bounds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from rules.diagnostic import Diagnostic, Span, Text, refuse, say
from targets.intake.cells import is_blank, number_of, text_of
from targets.intake.csv_text import read_csv_grid
from targets.intake.faults import CellFault, Faults, near, shown
from targets.intake.grid import EMPTY, Cell, Grid, Row
from targets.intake.register import Register
from targets.intake.xlsx import read_grids
from targets.tables import TARGETS, is_passed_over
from targets.tables.layout import Reads
from targets.vocabulary import folded, is_footing

WORKBOOK = ".xlsx"
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", WORKBOOK)
_WHO = tuple(
    frozenset(map(folded, TARGETS.column(name).spellings)) for name in ("subject", "subject_name")
)  # fmt: skip


def read_by_party(path: Path, register: Register, heading: str | None = None) -> dict[str, Fraction]:
    """By code, from a CSV file or the first visible sheet of a workbook, headings in the first row. The column is the one
    with that heading, else the only one that says anything but who it is. Rows without a number and footings are passed
    over. Raises Refused with every fault, each at its place."""
    grid = _grid(path)
    headings = grid.filled(grid.rows[0])
    who = [at for words in _WHO for at, text in headings.items() if folded(text) in words]
    if not who:
        refuse(
            Diagnostic("DX513", grid.whole, _listed(headings), say("a column with the code or the name of the party"))
        )
    column = _column(grid, headings, who, heading)
    faults, found = Faults(), {}
    for row in grid.rows[1:]:
        for code, value in _read(grid, row, (who, column), register, faults):
            place = grid.place(row.number, who[0], headings[who[0]])
            if code in found:
                faults.add("DX540", place, shown(code), say("one row for each party"))
            found[code] = value
    faults.refuse_if_any(str(path))
    return found


def _grid(path: Path) -> Grid:
    grids = read_grids(path) if path.suffix.lower() == WORKBOOK else (read_csv_grid(path),)
    found = next((grid for grid in grids if grid.rows and not grid.hidden), None)
    if found is None:
        refuse(
            Diagnostic("DX512", Span(str(path)), say("no table"), say("a row of headings, and a row for each party"))
        )
    return found


def _column(grid: Grid, headings: dict[int, str], who: list[int], heading: str | None) -> int:
    """Raises Refused where none or several may be meant."""
    if heading is None:
        found = [at for at, text in headings.items() if at not in who and not is_passed_over(text)]
        expected = say("one column of numbers, or the one that counts named")
    else:
        found = [at for at, text in headings.items() if folded(text) == folded(heading)]
        expected = say("one column with the heading {heading}", heading=heading)
    if len(found) != 1:
        refuse(Diagnostic("DX513", grid.whole, _listed(headings), expected))
    return found[0]


def _listed(headings: dict[int, str]) -> Text:
    return say("the headings {headings}", headings="、".join(headings.values()))


def _read(
    grid: Grid, row: Row, columns: tuple[list[int], int], register: Register, faults: Faults
) -> Iterator[tuple[str, Fraction]]:
    """The party and its number, where both are sound and there is one."""
    who, column = columns
    at = next((each for each in who if not is_blank(row.cells.get(each, EMPTY))), who[0])
    named, number = row.cells.get(at, EMPTY), row.cells.get(column, EMPTY)
    if is_blank(number) or is_footing(named.text):
        return
    headings = grid.filled(grid.rows[0])
    try:
        code = _party(named, register)
    except CellFault as fault:
        faults.add(fault.code, grid.place(row.number, at, headings[at]), shown(named.text), fault.expected, fault.hint)
        return
    try:
        yield code, number_of(number)
    except CellFault as fault:
        place = grid.place(row.number, column, headings[column])
        faults.add(fault.code, place, fault.found or shown(number.text), fault.expected, fault.hint)


def _party(cell: Cell, register: Register) -> str:
    text = text_of(cell)
    found = register.find(text, Reads.PARTY)
    if len(found) > 1:
        expected = say("one of {codes}", codes="、".join(found[:8]))
        raise CellFault("DX531", expected, say("write the code instead of the name"))
    if not found:
        expected = say("the code or name of a party that is listed")
        raise CellFault("DX530", expected, near(register.nearest(text, Reads.PARTY)))
    return found[0]
