"""A sheet or CSV file as cells of text, each as the user sees it, before anything is made of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from functools import cache, cached_property

from rules.diagnostic import Span

EXCEL_DAY_ZERO = date(1899, 12, 30)
MERGED_CELLS_MAX = 1_000_000


class Holds(Enum):
    """What a cell holds, beyond its text."""

    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    FLAG = auto()
    ERROR = auto()
    UNCOMPUTED = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is what the user sees. `stored` is what the file holds where that is another number (0.95234 shown as 95%).

    A date is written `2026-03-05`, or `2026-03` where the cell shows no day. An `UNCOMPUTED` cell is a formula whose
    value nobody saved; its text is the formula.
    """

    text: str
    holds: Holds = Holds.TEXT
    stored: str = ""


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with something in it: its number, as the spreadsheet or text editor counts, and its cells by column from 1."""

    number: int
    cells: dict[int, Cell]


@dataclass
class Grid:
    """The rows of a sheet or CSV file that are not empty. `merges` are (first row, first column, last row, last column)."""

    path: str
    sheet: str = ""
    rows: list[Row] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False
    day_zero: date = EXCEL_DAY_ZERO

    @property
    def whole(self) -> Span:
        """The place of a fault that no single cell has."""
        return Span(self.path, sheet=self.sheet)

    def place(self, row: int, column: int, heading: str) -> Span:
        """The place of a cell: by its letters in a workbook, by line and heading in a CSV file."""
        if self.sheet:
            return Span(self.path, sheet=self.sheet, cell=f"{column_letters(column)}{row}")
        return Span(self.path, line=row, cell=heading or column_letters(column))

    @cached_property
    def numbered(self) -> dict[int, Row]:
        return {row.number: row for row in self.rows}

    @cached_property
    def merged(self) -> dict[int, dict[int, tuple[int, int]]]:
        """By row and column, for every used cell that a merge swallowed: row and column of the cell that speaks for it."""
        widest = max((max(row.cells) for row in self.rows), default=0)
        numbers = [row.number for row in self.rows]
        found: dict[int, dict[int, tuple[int, int]]] = {}
        room = MERGED_CELLS_MAX
        for top, left, bottom, right in self.merges:
            columns = range(left, min(right, widest) + 1)
            rows = numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]
            room -= len(rows) * len(columns)
            if room < 0:
                break
            for row in rows:
                found.setdefault(row, {}).update(dict.fromkeys(columns, (top, left)))
            found.get(top, {}).pop(left, None)
        return found

    def speaking(self, row: int, column: int) -> tuple[int, int]:
        """Where the text of a cell stands: in itself, or in the first cell of the merge that it is part of."""
        return self.merged.get(row, {}).get(column, (row, column))

    def filled(self, row: Row) -> dict[int, str]:
        """The texts of a row on one line each, merged cells included, by column in order."""
        texts = {column: cell.text for column, cell in row.cells.items()}
        for column, (top, left) in self.merged.get(row.number, {}).items():
            speaking = self.numbered.get(top)
            texts[column] = speaking.cells[left].text if speaking and left in speaking.cells else ""
        return {column: line for column in sorted(texts) if (line := " ".join(texts[column].split()))}


@cache
def column_letters(column: int) -> str:
    """`C` for 3, `AB` for 28."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
