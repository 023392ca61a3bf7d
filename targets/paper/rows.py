"""The rows of one sheet as records of the tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.diagnostic import Diagnostic, Span, say
from rules.record import Label
from rules.source import Location
from rules.wording import as_written, nearest
from targets.intake.faults import near, shown
from targets.intake.grid import Cell, Grid, Row, column_letters
from targets.paper.cells import read_cell, text_in
from targets.paper.growth import Growth
from targets.paper.layout import Column, Level, Sheet, pairs
from targets.paper.words import PAIR_HEADINGS
from targets.tables import is_passed_over
from targets.vocabulary import folded

HEADING_ROWS_LOOKED_AT = 10
DEPTH_DIGITS_MAX = 2


@dataclass(frozen=True, slots=True)
class _Filled:
    """A cell with something in it."""

    column: Column
    cell: Cell
    span: Span


def read_pairs(grid: Grid, growth: Growth) -> None:
    """What the contract says once: its key in the first filled cell of a row, the value in the second column."""
    known = {folded(spelling): column for column in pairs() for spelling in (*column.title.spellings, column.key)}
    headings = {folded(spelling) for title in PAIR_HEADINGS for spelling in title.spellings}
    for row in grid.rows:
        cells = _cells(grid, row)
        name = cells[1].text.strip() if 1 in cells else ""
        if not cells or (name and folded(name) in headings):
            continue
        column = known.get(folded(name)) if name else None
        if column is None:
            first = next(iter(sorted(cells)))
            hint = near(nearest(name, [each.title.zh for each in pairs()])) if name else None
            growth.fault("DX514", place(grid, row.number, first), shown(cells[first].text), _HEADING, hint)
            continue
        span = place(grid, row.number, 2)
        growth.said_once.setdefault(column.key, (span, column))
        if 2 in cells:
            read_cell(growth, (), column, cells[2], span)


_HEADING = say("a heading of this table")


def read_rows(grid: Grid, sheet: Sheet, growth: Growth) -> None:
    """The records of a sheet. Without a row of headings nothing is read."""
    headings = _headings(grid, sheet)
    if headings is None:
        if grid.rows:
            hint = say("see docs/convert.md for the headings understood")
            expected = say("a row with the headings of the table")
            growth.fault("DX512", grid.whole, say("no row of headings"), expected, hint)
        return
    columns = _columns(grid, sheet, headings, growth)
    reading = _Reading(sheet, growth, grid, columns)
    for row in grid.rows:
        if row.number > headings.number:
            reading.take(row, list(_filled(grid, row, columns, headings, growth)))


def _headings(grid: Grid, sheet: Sheet) -> Row | None:
    """Of the first rows the one with the most headings of the sheet; a title may stand above it."""
    best, most = None, 0
    for row in grid.rows[:HEADING_ROWS_LOOKED_AT]:
        count = sum(sheet.column(cell.text) is not None for cell in row.cells.values())
        if count > most:
            best, most = row, count
    return best


def _columns(grid: Grid, sheet: Sheet, headings: Row, growth: Growth) -> dict[int, Column]:
    found: dict[int, Column] = {}
    first: dict[str, int] = {}
    for number, cell in sorted(headings.cells.items()):
        column, span = sheet.column(cell.text), place(grid, headings.number, number)
        if column is None:
            if not is_passed_over(cell.text):
                spellings = [each.title.zh for each in sheet.columns] + [each.title.en for each in sheet.columns]
                growth.fault("DX514", span, shown(cell.text), _HEADING, near(nearest(cell.text.strip(), spellings)))
            continue
        known = first.setdefault(f"{column.level}.{column.key}", number)
        if known != number:
            hint, also = say("keep one of the two columns"), (place(grid, headings.number, known),)
            found_text = shown(cell.text)
            growth.add(Diagnostic("DX515", span, found_text, say("each heading once"), hint, also))
            continue
        found[number] = growth.headed[grid.sheet, number] = column
    return found


def _filled(grid: Grid, row: Row, columns: Mapping[int, Column], headings: Row, growth: Growth) -> Iterator[_Filled]:
    """The row's cells that are read, from the left; what stands below no heading at all is told of."""
    for number, cell in sorted(_cells(grid, row).items()):
        if number in columns:
            yield _Filled(columns[number], cell, place(grid, row.number, number))
        elif number not in headings.cells:
            growth.fault("DX514", place(grid, row.number, number), shown(cell.text), say("a heading above it"))


def _cells(grid: Grid, row: Row) -> dict[int, Cell]:
    """The cells with something in them; what a merge has swallowed says nothing."""
    swallowed = grid.merged.get(row.number, {})
    return {
        number: cell
        for number, cell in row.cells.items()
        if number not in swallowed and (cell.text.strip() or cell.stored)
    }


def place(grid: Grid, row: int, column: int) -> Span:
    """The cell, with row and column as numbers beside its name."""
    return Span(grid.path, grid.sheet, row, column, cell=f"{column_letters(column)}{row}")


class _Reading:
    """Goes down the rows of a sheet; remembers the record of each level that a row may go on with."""

    def __init__(self, sheet: Sheet, growth: Growth, grid: Grid, columns: Mapping[int, Column]) -> None:
        self.sheet, self.growth, self.grid = sheet, growth, grid
        self.first = {number: min(at for at, each in columns.items() if each.level == number)
                      for number in {each.level for each in columns.values()}}  # fmt: skip
        self.open: list[Location] = []
        self.said: dict[int, dict[str, str]] = {}
        self.parts: list[Location] = []

    def take(self, row: Row, filled: Sequence[_Filled]) -> None:
        for number, level in enumerate(self.sheet.levels):
            cells = [each for each in filled if each.column.level == number]
            if cells and not self._goes_on(number, cells):
                self._begin(number, level, cells, row)

    def _goes_on(self, number: int, cells: Sequence[_Filled]) -> bool:
        """Whether an outer record is only named again, as in a list that is to be sorted and filtered."""
        said = self.said.get(number, {})
        texts = {each.column.key: each.cell.text for each in cells}
        return number < len(self.sheet.levels) - 1 and "id" in texts and texts.items() <= said.items()

    def _begin(self, number: int, level: Level, cells: Sequence[_Filled], row: Row) -> None:
        depth = self._depth(cells)
        if depth is None:
            return
        span = cells[0].span
        while len(self.open) < number:
            outer = len(self.open)
            beside = place(self.grid, row.number, self.first.get(outer, span.column))
            self.open.append(
                self.growth.record(self.open[-1] if self.open else (), self.sheet.levels[outer].key, beside)
            )
        if depth:
            part = self.growth.part(self.parts[depth - 1], span)
            self.parts[depth:] = [part] if part else []
            if part is None:
                return
            record = part
        else:
            above = self.open[number - 1] if number else ()
            record = self.growth.record(above, level.key, span)
            self.open[number:] = [record]
            self.said = {outer: said for outer, said in self.said.items() if outer < number}
            self.said[number] = {each.column.key: each.cell.text for each in cells}
            self.parts = [record]
        for each in cells:
            if each.column.path:
                read_cell(self.growth, record, each.column, each.cell, each.span)
        if issubclass(level.record, Label):
            self.growth.shorten(record)

    def _depth(self, cells: Sequence[_Filled]) -> int | None:
        """0 for a record of its own, 1 for a part of it, 2 for a part of that part; None for what is none of them."""
        said = next((each for each in cells if not each.column.path), None)
        if said is None:
            return 0
        text = text_in(said.cell, said.column, said.span, self.growth)
        if text is None:
            return None
        depth = int(text) if text.isdecimal() and len(text) <= DEPTH_DIGITS_MAX else None
        if depth is None or depth > len(self.parts):
            expected = say("1 for a part of the item above, 2 for a part of that part, and so on")
            self.growth.fault("DX100", said.span, say("{value}", value=as_written(text)), expected)
            return None
        return depth
