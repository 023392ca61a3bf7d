"""The finance office's list, a workbook or a CSV file, as lines; or everything that is wrong with it, by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from rules.diagnostic import Diagnostic, Span, say
from rules.quantity import plain
from targets.intake.body import body_rows
from targets.intake.cells import is_blank, text_of
from targets.intake.csv_text import read_csv_grid
from targets.intake.faults import Faults, shown
from targets.intake.grid import Cell, Grid
from targets.intake.headings import Table, table_among_others
from targets.intake.line import Line
from targets.intake.register import Register
from targets.intake.values import money_of
from targets.intake.xlsx import read_grids
from targets.payout import PayoutLine
from targets.snapshot import Records
from targets.tables.payouts import mapped
from targets.vocabulary import folded

Take = Callable[[Diagnostic], object]
PLAIN_TEXT = (".csv", ".tsv", ".txt")


def read_payouts(path: Path, headings: Mapping[str, str] | None = None, *, on_warning: Take) -> tuple[PayoutLine, ...]:
    """The lines, in the order of the file; none where the list pays nobody, as after a correction that only takes back.
    `headings` are the fields whose columns are called otherwise than usual.

    Raises Refused with everything that is wrong; when nothing is, the warnings go to `on_warning`.
    """
    faults, register = Faults(), Register((), Records())
    layout = mapped(headings or {})
    lines: list[PayoutLine] = []
    found = False
    unread: list[tuple[Grid, Faults]] = []
    for grid in _grids(path, faults):
        own = Faults()
        table = table_among_others(grid, layout, register.lexicon, own)
        if table is not None and not own.errors and _names_somebody(table, own):
            found = True
            lines += _lines(table, register, faults)
        else:
            unread.append((grid, own))
    _tell_unread(path, unread, faults, found=found)
    faults.refuse_if_any(str(path))
    for warning in faults.warnings:
        on_warning(warning)
    return tuple(lines)


def _grids(path: Path, faults: Faults) -> Iterator[Grid]:
    """The sheets that may be the list. A hidden one is told of, and not read."""
    if path.suffix.lower() in PLAIN_TEXT:
        yield read_csv_grid(path)
        return
    for grid in read_grids(path):
        if not grid.rows:
            continue
        if grid.hidden:
            hint = say("show the sheet if it is part of the list, or delete it")
            faults.add("DX511", grid.whole, say("a hidden sheet"), say("visible sheets"), hint)
        else:
            yield grid


def _names_somebody(table: Table, faults: Faults) -> bool:
    if {"code", "name"} & table.fields.keys():
        return True
    place = table.place(table.row.number, min(table.headings, default=1))
    hint = say("`--map` says which column it is, such as --map 姓名=户名")
    faults.add("DX513", place, say("no column of codes or names"), say("a column with this heading"), hint)
    return False


def _tell_unread(path: Path, unread: Iterable[tuple[Grid, Faults]], faults: Faults, *, found: bool) -> None:
    """Beside a list, other sheets are passed over and named; where there is none, what is wrong with each is told."""
    for grid, own in unread:
        if found:
            faults.add(
                "DX510", grid.whole, say("a sheet without the headings of a list"), say("codes or names, and amounts")
            )
        else:
            faults.errors.extend(own.errors)
    if not found and not faults.errors:
        faults.add(
            "DX517", Span(str(path)), say("no sheet with the headings of a list"), say("codes or names, and amounts")
        )


def _lines(table: Table, register: Register, faults: Faults) -> Iterator[PayoutLine]:
    unit = _unit(table)
    for row in body_rows(table, faults):
        line = Line(table, row, register, faults)
        if _pays_nothing(line):
            continue
        if line.is_blank("code", "name"):
            there = "code" if "code" in table.fields else "name"
            line.need(there, text_of, "")
            continue
        amount = line.need("amount", lambda cell: money_of(cell, unit), None)
        code, name = plain(line.may("code", text_of, "")), line.may("name", text_of, "")
        purpose, voucher = _beside(line, "purpose"), _beside(line, "voucher")
        if line.sound and amount is not None:
            yield PayoutLine(line.place("amount"), code, name, int(amount * 100), purpose, voucher)


def _pays_nothing(line: Line) -> bool:
    """A dash in place of an amount, or words below the list (who approved it) that stand in a column that is read."""
    amount = line.cell("amount")
    if not is_blank(amount):
        return False
    if amount.text.strip():
        return True
    said = [cell.text for cell in line.row.cells.values() if not is_blank(cell)]
    if len(said) > 1 and not any(":" in folded(text) for text in said):
        return False
    place = line.table.place(line.row.number, min(line.row.cells))
    reason = say("words beside the list are not read")
    line.faults.add("DX516", place, shown(said[0] if said else ""), say("a row of data"), reason)
    return True


def _beside(line: Line, field: str) -> str:
    """One text may be merged over the lines it is about."""
    column = line.table.fields.get(field)
    cell: Cell | None = None if column is None else line.cell_at(column, mergeable=True)
    if cell is None or is_blank(cell):
        return ""
    return line.parse(cell, line.place(field), text_of, "")


_IN_BRACKETS = re.compile(r"\((?P<unit>[^()]*)\)$")
# 单位:万元, (金额单位:元), 货币单位:人民币元; the office that made the list is another 单位.
_ABOVE = re.compile(r"单位:?(?:人民币)?(?P<unit>[百千万亿]{0,2}元)\)?$")


def _unit(table: Table) -> str:
    """What stands in brackets at the end of the amount's heading, else above the headings: 万元."""
    match = _IN_BRACKETS.search(folded(" ".join(table.headings[table.fields["amount"]])))
    if match is None:
        above = (cell.text for row in table.grid.rows if row.number < table.row.number for cell in row.cells.values())
        match = next(filter(None, (_ABOVE.search(folded(text)) for text in above)), None)
    unit = match["unit"] if match else ""
    return unit if unit.endswith("元") and unit not in ("元", "人民币元") else ""
