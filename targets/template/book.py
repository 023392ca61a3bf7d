"""A planned workbook to an xlsx file. What people typed before never becomes a formula."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from rules.diagnostic import Text, say
from targets.tables import CHOICES_TITLES, GUIDE_TITLES
from targets.template.notes import Speak
from targets.template.plan import Entry, Filled, PlannedBook, PlannedColumn, PlannedSheet

SPARE_ROWS = 500
MESSAGE_CHARACTERS_MAX = 250
AUTHOR = "兑现 Duixian"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_HEADING_FILL = PatternFill("solid", fgColor="DDEBF7")
_REQUIRED_FILL = PatternFill("solid", fgColor="BDD7EE")
_THIN = Side(style="thin", color="9DB2C7")
_HEADING_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEADING_FONT = Font(bold=True)
_HEADING_ALIGNMENT = Alignment(horizontal="center", vertical="center", wrap_text=True)


def write_book(plan: PlannedBook, out: Path, language: str, speak: Speak) -> None:
    """Write the workbook in one go: there is no half-written file."""
    book = Workbook()
    guide = book.active
    assert isinstance(guide, Worksheet)
    _write_guide(guide, plan, GUIDE_TITLES[language])
    choices = _write_choices(book, plan, CHOICES_TITLES[language])
    for sheet in plan.sheets:
        _Writer(book.create_sheet(sheet.title, len(book.sheetnames) - 1), sheet, choices, speak).write()
    buffer = BytesIO()
    book.save(buffer)
    out.write_bytes(buffer.getvalue())


def _write_guide(sheet: Worksheet, plan: PlannedBook, title: str) -> None:
    sheet.title = title
    sheet.column_dimensions["A"].width = 110
    for number, line in enumerate(plan.guide, 1):
        put_text(sheet.cell(number, 1), line)
        sheet.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(1, 1).font = Font(bold=True, size=14)


def _write_choices(book: Workbook, plan: PlannedBook, title: str) -> dict[str, str]:
    """The lists behind the drop-downs, a column each on the last sheet; name of the list to its range."""
    sheet: Worksheet = book.create_sheet(title)
    ranges = {}
    for column, (name, words) in enumerate(plan.choices.items(), 1):
        put_text(sheet.cell(1, column), name)
        sheet.cell(1, column).font = _HEADING_FONT
        for row, word in enumerate(words, 2):
            put_text(sheet.cell(row, column), word)
        if words:
            letters = get_column_letter(column)
            ranges[name] = f"{quote_sheetname(title)}!${letters}$2:${letters}${len(words) + 1}"
    return ranges


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Text as text: no formula, no error value, no characters that XML cannot hold, no escape that would be undone."""
    assert isinstance(cell, Cell)
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", clean)
    cell.data_type = "s"
    cell.quotePrefix = clean.startswith(FORMULA_STARTS)


class _Writer:
    """Writes one sheet: headings, rows, notes, drop-downs and rules for the cells."""

    def __init__(self, sheet: Worksheet, plan: PlannedSheet, choices: dict[str, str], speak: Speak) -> None:
        self.sheet, self.plan, self.choices, self.speak = sheet, plan, choices, speak
        self.heading_rows = max((len(column.headings) for column in plan.columns), default=1)

    def write(self) -> None:
        for number, column in enumerate(self.plan.columns, 1):
            self._write_headings(number, column)
        self._merge_headings()
        for row, cells in enumerate(self.plan.rows, self.heading_rows + 1):
            for number, filled in enumerate(cells, 1):
                self._write_cell(row, number, filled)
        self._write_rules()
        self.sheet.freeze_panes = self.sheet.cell(self.heading_rows + 1, self.plan.frozen + 1).coordinate
        self.sheet.row_dimensions[self.heading_rows].height = 32

    def _write_headings(self, number: int, column: PlannedColumn) -> None:
        dimension = self.sheet.column_dimensions[get_column_letter(number)]
        dimension.width = column.width
        dimension.number_format = column.number_format
        for row in range(1, self.heading_rows + 1):
            cell = self.sheet.cell(row, number)
            if row <= len(column.headings):
                put_text(cell, column.headings[row - 1])
            cell.font, cell.alignment, cell.border = _HEADING_FONT, _HEADING_ALIGNMENT, _HEADING_BORDER
            cell.fill = _REQUIRED_FILL if column.required else _HEADING_FILL
        if column.note:
            last = self.sheet.cell(len(column.headings), number)
            last.comment = Comment(column.note, AUTHOR, height=140, width=280)

    def _merge_headings(self) -> None:
        """One heading over the parts of an indicator; a heading without parts over both rows."""
        if self.heading_rows == 1:
            return
        start = 1
        columns = self.plan.columns
        for number, column in enumerate(columns, 1):
            following = columns[number] if number < len(columns) else None
            if len(column.headings) == 1:
                self.sheet.merge_cells(start_row=1, end_row=self.heading_rows, start_column=number, end_column=number)
            elif following is not None and len(following.headings) > 1 and following.headings[0] == column.headings[0]:
                continue
            elif number > start:
                self.sheet.merge_cells(start_row=1, end_row=1, start_column=start, end_column=number)
            start = number + 1

    def _write_cell(self, row: int, number: int, filled: Filled) -> None:
        cell = self.sheet.cell(row, number)
        if isinstance(filled.content, str):
            put_text(cell, filled.content)
        elif filled.content is not None:
            cell.value = filled.content
        cell.number_format = filled.number_format or self.plan.columns[number - 1].number_format

    def _write_rules(self) -> None:
        """What may be typed: the same rule for the rows there are and for those to come."""
        first = self.heading_rows + 1
        last = self.heading_rows + len(self.plan.rows) + (SPARE_ROWS if self.plan.open_ended else 0)
        for number, column in enumerate(self.plan.columns, 1):
            rule = self._rule(column)
            if rule is not None and last >= first:
                letters = get_column_letter(number)
                rule.add(f"{letters}{first}:{letters}{last}")
                self.sheet.add_data_validation(rule)

    def _rule(self, column: PlannedColumn) -> DataValidation | None:
        match column.entry:
            case Entry.CHOICE | Entry.NEW_WORD_TOO if column.choices in self.choices:
                lenient = column.entry is Entry.NEW_WORD_TOO
                rule = DataValidation("list", formula1=f"={self.choices[column.choices]}")
                text = (
                    say("choose from the list; another name or code is read too, if it is known")
                    if lenient
                    else say("choose from the list")
                )
                return self._with_message(rule, text, stop=not lenient)
            case Entry.WHOLE:
                rule = DataValidation("whole", operator="greaterThanOrEqual", formula1="0")
                return self._with_message(rule, say("a whole number, 0 or more"))
            case Entry.DECIMAL:
                rule = DataValidation("decimal", operator="between", formula1="-1E+15", formula2="1E+15")
                return self._with_message(rule, say("a number"))
            case Entry.PERCENT:
                rule = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0")
                return self._with_message(rule, say("a percentage such as 95.2%, with its sign"))
            case Entry.DAY:
                first_day = (date(1950, 1, 1) - date(1899, 12, 30)).days
                rule = DataValidation("date", operator="greaterThanOrEqual", formula1=str(first_day))
                return self._with_message(rule, say("a date such as 2026-03-05"))
        return None

    def _with_message(self, rule: DataValidation, text: Text, *, stop: bool = True) -> DataValidation:
        rule.allow_blank = True
        rule.errorStyle = "stop" if stop else "warning"
        rule.showErrorMessage = True
        rule.errorTitle = self.speak(say("Not accepted"))[:31]
        rule.error = self.speak(text)[:MESSAGE_CHARACTERS_MAX]
        return rule
