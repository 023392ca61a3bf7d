"""One row of a table, field by field. A fault is noted at its cell and the row goes on to be read, so that all are found."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from typing import TypeVar

from rules.diagnostic import Span, Text, say
from targets.intake.cells import is_blank, text_of
from targets.intake.faults import CellFault, Faults, near, shown
from targets.intake.grid import EMPTY, Cell, Row
from targets.intake.headings import Table
from targets.intake.register import Register
from targets.tables.layout import Reads
from targets.vocabulary import folded

T = TypeVar("T")
_MAY_BE_MERGED = frozenset({Reads.SUBJECT, Reads.PARTY, Reads.CADRE, Reads.BESIDE, Reads.PERIOD, Reads.INDICATOR})
_CODED_AND_NAMED = frozenset({Reads.CODE, Reads.NAME})


class Line:
    """A row being read. `sound` stays true while nothing is wrong with it."""

    def __init__(self, table: Table, row: Row, register: Register, faults: Faults) -> None:
        self.table, self.row, self.register, self.faults = table, row, register, faults
        self.sound = True

    def place(self, field: str) -> Span:
        """The field's cell; where the table has no such column, the first cell of the row."""
        column = self.table.fields.get(field) or min(self.table.fields.values(), default=1)
        return self.table.place(self.row.number, column)

    def cell(self, field: str) -> Cell:
        """The field's cell; an empty one where the table has no such column."""
        column = self.table.fields.get(field)
        if column is None:
            return EMPTY
        mergeable = self.table.layout.column(field).reads in _MAY_BE_MERGED | _CODED_AND_NAMED
        return self.cell_at(column, mergeable=mergeable)

    def cell_at(self, column: int, *, mergeable: bool = False) -> Cell:
        """The cell in a column. One that a merge swallowed speaks with the merge's text if it names something; a value
        over several cells is a fault."""
        top, left = self.table.grid.speaking(self.row.number, column)
        if (top, left) == (self.row.number, column):
            return self.row.cells.get(column, EMPTY)
        speaking = self.table.grid.numbered.get(top)
        cell = speaking.cells.get(left, EMPTY) if speaking else EMPTY
        if mergeable or is_blank(cell):
            return cell
        hint = say("take the merge apart and write the value in each cell that it holds for")
        self.add("DX519", self.table.place(top, left), shown(cell.text), say("a cell for each value"), hint)
        return EMPTY

    def is_blank(self, *fields: str) -> bool:
        return all(is_blank(self.cell(field)) for field in fields)

    def need(self, field: str, parse: Callable[[Cell], T], fallback: T) -> T:
        """The content of a required cell; the fallback, and a fault, where there is none or it is wrong."""
        cell = self.cell(field)
        if is_blank(cell):
            column = self.table.layout.column(field)
            expected = say("{heading} filled in", heading=f"{column.zh} ({column.en})")
            self.add("DX520", self.place(field), shown(cell.text), expected)
            return fallback
        return self.parse(cell, self.place(field), parse, fallback)

    def may(self, field: str, parse: Callable[[Cell], T], fallback: T) -> T:
        """The content of a cell that may be empty; the fallback where it is."""
        cell = self.cell(field)
        return fallback if is_blank(cell) else self.parse(cell, self.place(field), parse, fallback)

    def parse(self, cell: Cell, place: Span, parse: Callable[[Cell], T], fallback: T) -> T:
        try:
            return parse(cell)
        except CellFault as fault:
            self.add(fault.code, place, fault.found or shown(cell.text), fault.expected, fault.hint)
            return fallback

    def add(
        self,
        code: str,
        place: Span,
        found: Text,
        expected: Text,
        hint: Text | None = None,
        *,
        also: tuple[Span, ...] = (),
        group: Hashable = None,
    ) -> None:
        self.sound = False
        self.faults.add(code, place, found, expected, hint, also=also, group=group)

    def reference(self, field: str, *, required: bool = True) -> str:
        """The code of the party or cadre that the field, or the name beside it, refers to; empty where it is wrong."""
        beside = f"{field}_name"
        if self.is_blank(field):
            if self.is_blank(beside):
                there = field if field in self.table.fields else beside
                return self.need(there, text_of, "") if required else ""
            return self._resolved(beside, field)
        code = self._resolved(field, field)
        if code and not self.is_blank(beside):
            self._compare(code, field, beside)
        return code

    def _resolved(self, written_in: str, field: str) -> str:
        reads = self.table.layout.column(field).reads
        text = self.need(written_in, text_of, "")
        found = self.register.find(text, reads) if text else ()
        if len(found) == 1:
            return found[0]
        self.sound = False
        group = (self.table.grid.sheet, field, text)
        if found:
            expected, hint = (
                say("one of {codes}", codes="、".join(found[:8])),
                say("write the code instead of the name"),
            )
            self.add("DX531", self.place(written_in), shown(text), expected, hint, group=group)
        elif text and not any(map(self.register.was_set_aside, (text, self.cell(f"{field}_name").text))):
            hint_near = near(self.register.nearest(text, reads)) or say(
                "list it in the table of parties or cadres first"
            )
            expected = _EXPECTED.get(reads, say("the code or name of a party or cadre that is listed"))
            self.add("DX530", self.place(written_in), shown(text), expected, hint_near, group=group)
        return ""

    def _compare(self, code: str, field: str, beside: str) -> None:
        """A name that belongs to somebody else shows that rows were pasted one off."""
        name = self.need(beside, text_of, "")
        if name and folded(name) not in (folded(code), folded(self.register.name_of(code))):
            expected = say("{name}, which has the code {code}", name=self.register.name_of(code), code=code)
            hint = say("put the right name, or empty one of the two cells")
            self.add("DX532", self.place(beside), shown(name), expected, hint, also=(self.place(field),))


_EXPECTED = {
    Reads.PARTY: say("the code or name of a party that is listed"),
    Reads.CADRE: say("the code or name of a cadre that is listed"),
}


def day_zero_of(line: Line) -> date:
    return line.table.grid.day_zero
