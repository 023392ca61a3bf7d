"""A copy of a workbook in which every fault is marked where it is, with a list of all of them in front."""

from __future__ import annotations

import warnings
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from rules.diagnostic import Diagnostic, Span, refuse, say
from targets.intake.archive import Archive
from targets.tables import FAULTS_TITLES
from targets.template.book import AUTHOR, FORMULA_STARTS, put_text

MARKED_CELLS_MAX = 600_000
COMMENT_CHARACTERS_MAX = 2_000
_FAULT_FILL = PatternFill("solid", fgColor="FF9999")
_ALSO_FILL = PatternFill("solid", fgColor="FFE699")
_HEADINGS = ("编号 Code", "工作表 Sheet", "单元格 Cell", "说明 Fault")
_WIDTHS = (12, 22, 14, 110)
# What openpyxl raises on files that Excel opens all the same, or that are damaged where the intake does not look.
_CANNOT_COPY = (
    *(
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        OSError,
        SyntaxError,
        RuntimeError,
        EOFError,
    ),
    *(BadZipFile, zlib.error, InvalidFileException),
)


def mark_faults(path: Path, diagnostics: Iterable[Diagnostic], out: Path, messages: Mapping[Span, str]) -> None:
    """Write the marked copy to `out`: bad cells red with a comment, cells named beside a fault yellow, the list first.

    `messages` are in the reader's language, one for each span (a fault without one is shown in English). Formats stay;
    what openpyxl does not know (shapes, pictures) is lost in the copy, never in the original. Raises Refused.
    """
    if out.resolve() == path.resolve():
        hint = say("give the copy another name")
        refuse(Diagnostic("DX503", Span(str(out)), say("the workbook itself"), say("another file for the copy"), hint))
    listed = [each for each in diagnostics if each.span.path == str(path)]
    out.write_bytes(_marked(Archive(path), listed, messages))


def _marked(archive: Archive, diagnostics: Sequence[Diagnostic], messages: Mapping[Span, str]) -> bytes:
    """The copy's bytes. The workbook is opened only after the limits have been looked at."""
    archive.refuse_document_types()
    if archive.count("xl/worksheets/", b"<c ") > MARKED_CELLS_MAX:
        hint = say("delete the empty formatted rows and columns, and import again")
        expected = say("at most {most} cells, formatted ones included, to mark", most=MARKED_CELLS_MAX)
        refuse(Diagnostic("DX003", archive.span, say("more cells"), expected, hint))
    buffer = BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(archive.raw), rich_text=True)
            _mark_cells(book, diagnostics, messages)
            _list_faults(book, diagnostics, messages)
            book.save(buffer)
    except _CANNOT_COPY:
        archive.refuse_damaged()
    return buffer.getvalue()


def _mark_cells(book: Workbook, diagnostics: Sequence[Diagnostic], messages: Mapping[Span, str]) -> None:
    notes: dict[Span, list[str]] = defaultdict(list)
    for diagnostic in diagnostics:
        for span in diagnostic.also:
            cell = _cell_at(book, span)
            if cell is not None:
                cell.fill = _ALSO_FILL
    for diagnostic in diagnostics:
        notes[diagnostic.span].append(_message(diagnostic, messages))
    for span, texts in notes.items():
        cell = _cell_at(book, span)
        if cell is not None:
            cell.fill = _FAULT_FILL
            earlier = [cell.comment.text] if cell.comment is not None else []
            text = "\n".join(dict.fromkeys([*earlier, *texts]))[:COMMENT_CHARACTERS_MAX]
            cell.comment = Comment(text, AUTHOR, height=120, width=320)


def _cell_at(book: Workbook, span: Span) -> Cell | None:
    """The cell at a place; of merged cells the one that shows."""
    if not span.cell or span.sheet not in book.sheetnames:
        return None
    sheet = book[span.sheet]
    if not isinstance(sheet, Worksheet):
        return None
    cell = sheet[span.cell]
    if isinstance(cell, Cell):
        return cell
    within = (each for each in sheet.merged_cells.ranges if span.cell in each)
    corner = next((sheet.cell(each.min_row, each.min_col) for each in within), None)
    return corner if isinstance(corner, Cell) else None


def _list_faults(book: Workbook, diagnostics: Sequence[Diagnostic], messages: Mapping[Span, str]) -> None:
    for title in FAULTS_TITLES.values():
        if title in book.sheetnames:
            del book[title]
    book.template = False
    sheet: Worksheet = book.create_sheet(FAULTS_TITLES["zh"], 0)
    for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), 1):
        put_text(sheet.cell(1, column), heading)
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions["ABCD"[column - 1]].width = width
    for row, diagnostic in enumerate(diagnostics, 2):
        span = diagnostic.span
        for column, text in enumerate((diagnostic.code, span.sheet, span.cell, _message(diagnostic, messages)), 1):
            put_text(sheet.cell(row, column), f"'{text}" if text.startswith(FORMULA_STARTS) else text)
        sheet.cell(row, 4).alignment = Alignment(wrap_text=True, vertical="top")
        if span.cell and span.sheet in book.sheetnames:
            link = sheet.cell(row, 3)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quote_sheetname(span.sheet)}!{span.cell}")
            link.font = Font(color="0563C1", underline="single")
    sheet.freeze_panes = "A2"
    book.active = 0


def _message(diagnostic: Diagnostic, messages: Mapping[Span, str]) -> str:
    plain = f"{diagnostic.found}; {diagnostic.expected}" + (f"; {diagnostic.hint}" if diagnostic.hint else "")
    return messages.get(diagnostic.span, plain)
