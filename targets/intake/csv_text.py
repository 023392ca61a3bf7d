"""A CSV file as a grid of text: the encodings and separators that spreadsheets and offices use are told apart."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from rules.diagnostic import Diagnostic, Span, refuse, say
from targets.intake.archive import read_bytes
from targets.intake.grid import Cell, Grid, Row
from targets.intake.sheet_xml import COLUMNS_MAX

LINES_MAX = 1_000_000
_SEPARATORS = ",;\t"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_csv_grid(path: Path) -> Grid:
    """The rows of the file that are not empty, numbered by the line they begin in. Raises Refused."""
    grid = Grid(str(path))
    text = _decoded(read_bytes(path), grid.whole)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    begins = 1
    try:
        for fields in lines:
            cells = {column: Cell(field) for column, field in enumerate(fields, 1) if field}
            if cells:
                grid.rows.append(Row(begins, cells))
            begins = lines.line_num + 1
            _hold_to_limits(grid, begins, len(fields))
    except csv.Error:
        refuse(_broken(grid.path, begins))
    return grid


def _decoded(raw: bytes, span: Span) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else GB18030, which the older office programs write."""
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    texts = filter(None, (_attempt(raw, encoding) for encoding in ((marked,) if marked else ("utf-8", "gb18030"))))
    text = next(texts, "")
    if raw and not text:
        hint = say("save it as CSV UTF-8; an Excel workbook keeps its name ending in .xlsx")
        refuse(Diagnostic("DX501", span, say("bytes that are no text"), say("a CSV file in UTF-8 or GB18030"), hint))
    return text


def _attempt(raw: bytes, encoding: str) -> str | None:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _separator(text: str) -> str:
    """The one that the first line with any uses most, outside quotes; a comma when no line has one."""
    for line in text.splitlines():
        unquoted = "".join(line.split('"')[::2])
        best = max(_SEPARATORS, key=unquoted.count)
        if best in unquoted:
            return best
    return ","


def _hold_to_limits(grid: Grid, line: int, columns: int) -> None:
    span = Span(grid.path, line=line)
    if line > LINES_MAX:
        refuse(Diagnostic("DX003", span, say("more lines"), say("at most {most} lines", most=LINES_MAX)))
    if columns > COLUMNS_MAX:
        refuse(Diagnostic("DX003", span, say("more columns"), say("at most {most} columns", most=COLUMNS_MAX)))


def _broken(path: str, line: int) -> Diagnostic:
    return Diagnostic(
        "DX502",
        Span(path, line=line),
        say("a row whose quotation marks do not close, or a field that is too long"),
        say("fields separated by commas, semicolons or tabs, quoted whole or not at all"),
        say("look for a stray quotation mark in this line; inside a quoted field write it twice"),
    )
