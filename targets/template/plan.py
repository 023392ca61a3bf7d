"""A workbook as data: sheets, columns and cells, before any of it is a spreadsheet's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction

from rules.indicator import Indicator, Kind
from rules.quantity import show, show_percent

Content = str | int | Decimal | date | None
SPREADSHEET_DIGITS = 15
TEXT, WHOLE, DAY, YUAN = "@", "0", "yyyy-mm-dd", "#,##0.00"


class Entry(Enum):
    """What may be typed into the cells of a column; the spreadsheet holds people to it."""

    FREE = auto()
    WHOLE = auto()
    DECIMAL = auto()
    PERCENT = auto()
    DAY = auto()
    CHOICE = auto()
    NEW_WORD_TOO = auto()


@dataclass(frozen=True, slots=True)
class Filled:
    """A cell's content and, where it differs from the column's, its number format."""

    content: Content
    number_format: str = ""


BLANK = Filled(None)


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """`headings` one below the other; `choices` names a list of the sheet of choices."""

    headings: tuple[str, ...]
    width: int = 14
    number_format: str = TEXT
    entry: Entry = Entry.FREE
    choices: str = ""
    note: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class PlannedSheet:
    """`frozen` columns stay in sight; `open_ended` sheets are given room for more rows."""

    title: str
    columns: tuple[PlannedColumn, ...]
    rows: Sequence[Sequence[Filled]]
    frozen: int = 0
    open_ended: bool = False


@dataclass
class PlannedBook:
    """All sheets in order, the lines of the guide, and the lists behind the drop-downs."""

    guide: list[str] = field(default_factory=list)
    sheets: list[PlannedSheet] = field(default_factory=list)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)


def number_cell(number: Fraction, decimals: int = 0) -> Filled:
    """A plain number, exact: as text where a spreadsheet's 15 digits would not hold it."""
    text = show(number)
    if not _fits(text):
        return Filled(text, TEXT)
    places = max(_places(text), decimals)
    return Filled(Decimal(text), f"0.{'0' * places}" if places else WHOLE)


def percent_cell(number: Fraction) -> Filled:
    """A percentage that shows all its decimals."""
    text = show(number * 100)
    if not _fits(text):
        return Filled(show_percent(number), TEXT)
    places = _places(text)
    return Filled(Decimal(show(number)), f"0.{'0' * places}%" if places else "0%")


def money_cell(yuan: Fraction) -> Filled:
    text = show(yuan)
    return Filled(Decimal(text), YUAN) if _fits(text) and _places(text) <= 2 else Filled(text, TEXT)


def value_cell(number: Fraction, indicator: Indicator) -> Filled:
    """A value or target of the indicator as an office writes it."""
    if indicator.kind is Kind.RATIO:
        return percent_cell(number)
    if indicator.kind is Kind.MONEY:
        return money_cell(number)
    return number_cell(number, indicator.decimals)


def _fits(text: str) -> bool:
    return "/" not in text and len(text.replace(".", "").lstrip("-0")) <= SPREADSHEET_DIGITS


def _places(text: str) -> int:
    return len(text.partition(".")[2])
