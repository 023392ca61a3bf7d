"""What-if as a file: a workbook with everything, the movers as CSV, or all of it as JSON. Whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cli import scenario_tables
from cli.differing import Words
from cli.results import write_csv, write_whole
from cli.scenario_tables import CLAUSE_COLUMNS, MOVER_COLUMNS, Compared
from targets.template.book import AUTHOR, put_text

N_ = str
# A spreadsheet keeps fifteen digits of a number; what is longer stays text rather than being altered.
DIGITS_MAX = 15
_AMOUNT = re.compile(r"-?¥?[\d,]+(?:\.\d+)?")
_FILL = PatternFill("solid", fgColor="DDEBF7")
_TOP = Alignment(vertical="top", wrap_text=True)
WIDTH_MAX = 48


@dataclass(frozen=True, slots=True)
class _Sheet:
    """`first_number` is the first of the columns whose cells are numbers where they look like it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    first_number: int


def write(path: Path, words: Words, compared: Compared) -> Path:
    """By the ending of the name: .xlsx, .csv or .json."""
    match path.suffix.lower():
        case ".json":
            record = scenario_tables.as_json(words, compared)
            return write_whole(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        case ".csv":
            return write_csv(path, [words.speech(column) for column in MOVER_COLUMNS], _movers(words, compared))
        case _:
            return _write_book(path, _sheets(words, compared))


def _movers(words: Words, compared: Compared) -> list[tuple[str, ...]]:
    return [row for laid, found in compared.found for row in scenario_tables.mover_rows(words, compared, laid, found)]


def _sheets(words: Words, compared: Compared) -> list[_Sheet]:
    speech, heads = words.speech, scenario_tables.headings(words, compared)
    rows: list[Sequence[str]] = []
    for contract in compared.judged():
        rows += [(words.title(contract),), *scenario_tables.standing_rows(words, compared, contract)]
    rows += [(speech(N_("money")),), *scenario_tables.money_rows(words, compared)]
    clauses = [speech(column) for column in CLAUSE_COLUMNS]
    changes = [
        (speech.name(laid.scenario), change.contract, scenario_tables.change_text(words, compared.contracts, change))
        for laid, _ in compared.found
        for change in laid.scenario.changes
    ]
    columns = [speech(column) for column in MOVER_COLUMNS]
    asked = [speech(N_("scenario")), speech(N_("contract")), speech(N_("change"))]
    return [
        _Sheet(speech(N_("side by side")), heads, rows, 1),
        _Sheet(speech(N_("by clause")), [*clauses, *heads[1:]], list(scenario_tables.clause_rows(words, compared)), 3),
        _Sheet(speech(N_("who moves")), columns, _movers(words, compared), len(columns)),
        _Sheet(speech(N_("changes")), asked, changes, len(asked)),
    ]


def _write_book(path: Path, sheets: Iterable[_Sheet]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = AUTHOR
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    written = BytesIO()
    book.save(written)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(written.getvalue())
    return partial.replace(path)


def _fill(sheet: Worksheet, plan: _Sheet) -> None:
    for number, column in enumerate(plan.columns, 1):
        cell = sheet.cell(1, number)
        put_text(cell, column)
        cell.font, cell.fill = Font(bold=True), _FILL
        lines = [line for row in plan.rows if len(row) >= number for line in row[number - 1].splitlines()]
        longest = max(map(len, [column, *lines]))
        sheet.column_dimensions[get_column_letter(number)].width = min(max(12, 2 * longest), WIDTH_MAX)
    for at, row in enumerate(plan.rows, 2):
        for number, text in enumerate(row, 1):
            cell = sheet.cell(at, number)
            amount = _number(text) if number > plan.first_number else None
            if amount is None:
                put_text(cell, text)
            else:
                cell.value = amount
                cell.number_format = "0.00" if "¥" in text else "General"
            cell.alignment = _TOP
            if len(row) == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"


def _number(text: str) -> Decimal | None:
    digits = text.replace("¥", "").replace(",", "")
    if _AMOUNT.fullmatch(text) and sum(map(str.isdigit, digits)) <= DIGITS_MAX:
        return Decimal(digits)
    return None
