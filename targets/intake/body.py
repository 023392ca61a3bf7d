"""Which rows of a table are its body. Sums, notes, repeated headings and rows of column numbers are passed over, and said so."""

from __future__ import annotations

from collections.abc import Iterator

from rules.diagnostic import Text, say
from targets.intake.faults import Faults, shown
from targets.intake.grid import Row
from targets.intake.headings import Table
from targets.tables.layout import Reads
from targets.vocabulary import is_footing, is_note

_LABELS = frozenset({Reads.SUBJECT, Reads.PARTY, Reads.CADRE, Reads.BESIDE, Reads.PERIOD, Reads.CODE, Reads.NAME})
_COLUMN_LETTERS = ("甲", "乙", "丙", "丁", "戊")


def body_rows(table: Table, faults: Faults) -> Iterator[Row]:
    """The rows below the headings that say something in a column that is read."""
    read = {*table.fields.values(), *table.measures}
    for row in table.grid.rows:
        if row.number <= table.last_heading_row:
            continue
        texts = {column: line for column, cell in sorted(row.cells.items()) if (line := " ".join(cell.text.split()))}
        if not texts.keys() & read and not any(cell.stored for cell in row.cells.values()):
            continue
        if not table.grid.sheet:
            _refuse_too_long(table, row, texts, faults)
        reason = _passed_over(table, texts)
        if reason is None:
            yield row
        else:
            column, text = next(iter(texts.items()))
            faults.add("DX516", table.place(row.number, column), shown(text), say("a row of data"), reason)


def _refuse_too_long(table: Table, row: Row, texts: dict[int, str], faults: Faults) -> None:
    """In a CSV file more fields than headings means that a comma within a number or text was taken for a separator."""
    beyond = [column for column in texts if column > max(table.headings)]
    if beyond:
        hint = say("put quotation marks around what has a comma in it, such as 1,204")
        found = say("{count} fields", count=max(texts))
        expected = say("at most {count} fields, as there are headings", count=max(table.headings))
        faults.add("DX504", table.place(row.number, beyond[0]), found, expected, hint)


def _passed_over(table: Table, texts: dict[int, str]) -> Text | None:
    """Why a row is not data; None when it is."""
    first = next(iter(texts.values()), "")
    labels = {table.fields.get(column.field) for column in table.layout.columns if column.reads in _LABELS}
    if is_footing(first) or any(is_footing(text) for column, text in texts.items() if column in labels):
        return say("a row of sums is not read; sums are computed")
    if is_note(first):
        return say("a note below the table is not read")
    if len(texts) > 1 and all(text in table.headings.get(column, ()) for column, text in texts.items()):
        return say("headings repeated for printing are not read")
    if len(texts) > 2 and _numbers_columns(list(texts.values())):
        return say("a row that numbers the columns is not read")
    return None


def _numbers_columns(texts: list[str]) -> bool:
    """甲, 乙, 1, 2, 3: the row that statistical forms have under their headings."""
    letters = [text for text in texts if text in _COLUMN_LETTERS]
    numbers = [text for text in texts if text not in _COLUMN_LETTERS]
    counted = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return counted and letters == list(_COLUMN_LETTERS[: len(letters)]) and texts == letters + numbers
