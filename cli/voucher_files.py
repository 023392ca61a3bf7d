"""Vouchers and the list of payments as workbooks and CSV: each whole or not at all, the same bytes for the same ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from cli.language import Speech
from cli.names import Names
from cli.payouts import PAYEE_COLUMNS, PAYOUT_COLUMNS, payee_rows, payout_rows, payouts
from cli.results import write_csv
from cli.vouchers import (
    BALANCE_COLUMNS,
    COLUMNS,
    FUND_COLUMNS,
    Cells,
    as_text,
    balance_rows,
    cells_of,
    fund_rows,
    show_yuan,
)
from targets.ledger import Voucher, balances
from targets.template.book import AUTHOR, put_text

N_ = str
# A spreadsheet keeps fifteen digits of a number; what is longer is written as text rather than altered.
NUMBER_FEN_MAX = 10**15 - 1
LINE_POINTS = 15
# The archive of a workbook needs a time for each of its parts, and the first that it can say is that of no office.
_NO_TIME = (1980, 1, 1, 0, 0, 0)

_FILL = PatternFill("solid", fgColor="DDEBF7")
_LINE = Side(style="thin", color="9DB2C7")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_BOLD = Font(bold=True)


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Cells
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    columns: tuple[str, ...]
    rows: Sequence[_Row]


def write_vouchers(
    path: Path,
    speech: Speech,
    vouchers: Sequence[Voucher],
    names: Names,
    ledger: Sequence[Voucher] = (),
    *,
    draft: bool = False,
) -> Path:
    """As .xlsx (vouchers, payments, what goes to each account, balances) or .csv (the vouchers, each with its hash).

    `ledger` is what the balances are of, where the vouchers are only a part of it. A `draft` is not in the ledger: it says so and
    carries no hash, since that will be another one when they are entered.
    """
    if path.suffix.lower() == ".csv":
        columns = [speech(column) for column in (*COLUMNS, N_("hash of the voucher"))]
        rows = (
            (*as_text(cells), "" if draft else one.hash) for one in vouchers for cells in cells_of(speech, one, names)
        )
        return write_csv(path, columns, rows)
    sums = balances(ledger or vouchers)
    sheets = (
        _Sheet(speech(N_("vouchers")), COLUMNS, list(_grouped(speech, vouchers, names))),
        _Sheet(speech(N_("list of payments")), PAYEE_COLUMNS, _payments(speech, vouchers, names)),
        _Sheet(speech(N_("forfeited amounts")), FUND_COLUMNS, _with_total(speech, fund_rows(vouchers, names))),
        _Sheet(speech(N_("balances")), BALANCE_COLUMNS, _with_total(speech, balance_rows(speech, sums, names))),
    )
    head = speech(N_("draft: nothing of this is in the ledger")) if draft else head_line(speech, vouchers)
    return _write_book(path, speech, sheets, vouchers, head, draft=draft)


def write_payout_list(
    path: Path, speech: Speech, vouchers: Sequence[Voucher], names: Names, *, draft: bool = False
) -> Path:
    """The list that the bank gets, as .xlsx or .csv: headings in the first line, and nothing but payments below it."""
    rows = payout_rows(speech, vouchers, names)
    if path.suffix.lower() == ".csv":
        return write_csv(path, [speech(column) for column in PAYOUT_COLUMNS], map(as_text, rows))
    title = speech(N_("list of payments (draft)") if draft else N_("list of payments"))
    sheet = _Sheet(title, PAYOUT_COLUMNS, [_Row(cells) for cells in rows])
    return _write_book(path, speech, (sheet,), vouchers, draft=draft)


def head_line(speech: Speech, vouchers: Sequence[Voucher]) -> str:
    """What this was made from: whoever wrote the last hash down can hold the ledger against it later."""
    if not vouchers:
        return speech(N_("no voucher"))
    last = vouchers[-1]
    runs = dict.fromkeys(one.entry.run for one in vouchers if one.entry.run)
    told = speech(N_("vouchers {first} to {last}, up to {day}; hash of the last one {hash}; runs: {runs}"))
    return told.format(
        first=vouchers[0].number, last=last.number, day=last.entry.day.isoformat(), hash=last.hash,
        runs="、".join(runs) or "-",
    )  # fmt: skip


def _grouped(speech: Speech, vouchers: Iterable[Voucher], names: Names) -> Iterator[_Row]:
    """Under each voucher its debit and credit, which are equal, and under all of them both again."""
    debit_fen = credit_fen = 0
    for one in vouchers:
        amounts = [posting.amount_fen for posting in one.entry.postings]
        debit, credit = sum(fen for fen in amounts if fen > 0), -sum(fen for fen in amounts if fen < 0)
        yield from (_Row(cells) for cells in cells_of(speech, one, names))
        if amounts:
            yield _Row(
                (str(one.number), "", "", speech(N_("total of the voucher")), *[""] * 6, debit, credit, ""),
                is_total=True,
            )
        debit_fen, credit_fen = debit_fen + debit, credit_fen + credit
    yield _Row(("", "", "", speech(N_("all together")), *[""] * 6, debit_fen, credit_fen, ""), is_total=True)


def _payments(speech: Speech, vouchers: Sequence[Voucher], names: Names) -> list[_Row]:
    """What goes out is the sum of the bank's list; what is to come back is added up apart from it."""
    rows = payee_rows(vouchers, names)
    back = [row for row, one in zip(rows, payouts(vouchers), strict=True) if one.total_fen < 0]
    if not back:
        return _with_total(speech, rows)
    out = [row for row in rows if row not in back]
    totals = [
        _Row((speech(label), *_with_total(speech, some)[-1].cells[1:]), is_total=True)
        for label, some in ((N_("total to be paid"), out), (N_("total to be given back"), back))
        if some
    ]
    return [*map(_Row, rows), *totals]


def _with_total(speech: Speech, rows: Sequence[Cells]) -> list[_Row]:
    """Each column of amounts added up below it."""
    sums: list[str | int] = [
        sum(cell for cell in column if isinstance(cell, int)) if any(isinstance(cell, int) for cell in column) else ""
        for column in zip(*rows, strict=True)
    ]
    listed = [_Row(cells) for cells in rows]
    return [*listed, _Row((speech(N_("all together")), *sums[1:]), is_total=True)] if rows else listed


def _write_book(
    path: Path, speech: Speech, sheets: Iterable[_Sheet], vouchers: Sequence[Voucher], head: str = "", *, draft: bool
) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), speech, sheet, head)
    # The day of the last voucher and not of the writing: the same ledger is the same file.
    day = vouchers[-1].entry.day if vouchers else date(*_NO_TIME[:3])
    book.properties.creator = AUTHOR
    book.properties.description = vouchers[-1].hash if vouchers and not draft else ""
    book.properties.created = book.properties.modified = datetime.combine(day, time())
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(_bytes_of(book))
    return partial.replace(path)


def _fill(sheet: Worksheet, speech: Speech, plan: _Sheet, head: str) -> None:
    first = 1
    if head:
        put_text(sheet.cell(1, 1), head)
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(plan.columns))
        sheet.cell(1, 1).alignment = Alignment(vertical="top", wrap_text=True)
        first = 2
    for number, column in enumerate(plan.columns, 1):
        cell = sheet.cell(first, number)
        put_text(cell, speech(column))
        cell.font, cell.fill, cell.border = _BOLD, _FILL, _BORDER
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for at, row in enumerate(plan.rows, first + 1):
        for number, content in enumerate(row.cells, 1):
            cell = sheet.cell(at, number)
            assert isinstance(cell, Cell)
            _put(cell, content)
            cell.border = _BORDER
            if row.is_total:
                cell.font = _BOLD
    _set_out(sheet, plan, first)


def _put(cell: Cell, content: str | int) -> None:
    if isinstance(content, str):
        if content:
            put_text(cell, content)
    elif abs(content) <= NUMBER_FEN_MAX:
        cell.value, cell.number_format = Decimal(content).scaleb(-2), "0.00"
    else:
        put_text(cell, show_yuan(content))


def _set_out(sheet: Worksheet, plan: _Sheet, first: int) -> None:
    """Ready to be printed and signed: as wide as a page, the headings on each."""
    together = 0
    for number in range(1, len(plan.columns) + 1):
        contents = [row.cells[number - 1] for row in plan.rows]
        longest = max((len(one) for one in contents if isinstance(one, str)), default=0)
        width = min(max(14, longest + 4), 36)
        sheet.column_dimensions[get_column_letter(number)].width = width
        together += width
    if first > 1:
        # A merged cell does not grow with its text; Chinese is twice as wide as a figure.
        lines = 2 * len(str(sheet.cell(1, 1).value)) // together + 1
        sheet.row_dimensions[1].height = LINE_POINTS * lines
    sheet.freeze_panes = sheet.cell(first + 1, 1).coordinate
    sheet.print_title_rows = f"1:{first}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0


def _bytes_of(book: Workbook) -> bytes:
    """The parts again without the time of their writing."""
    written, settled = BytesIO(), BytesIO()
    ExcelWriter(book, ZipFile(written, "w", ZIP_DEFLATED)).save()
    with ZipFile(written) as source, ZipFile(settled, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, _NO_TIME), source.read(name), ZIP_DEFLATED)
    return settled.getvalue()
