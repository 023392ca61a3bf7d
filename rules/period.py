"""The calendar of an assessment year: year, half-years, quarters, months, as written in tables."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from rules.diagnostic import say
from rules.quantity import NotExact, plain

YEAR_MIN, YEAR_MAX = 1950, 2200


class Cadence(StrEnum):
    """How often something is reported or scored."""

    YEAR = "year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def per_year(self) -> int:
        return _PER_YEAR[self]


_PER_YEAR = {Cadence.YEAR: 1, Cadence.HALF_YEAR: 2, Cadence.QUARTER: 4, Cadence.MONTH: 12}
_LETTER = {Cadence.HALF_YEAR: "H", Cadence.QUARTER: "Q", Cadence.MONTH: "-"}
_WRITTEN = {
    Cadence.MONTH: re.compile(r"(\d{4})(?:(?:年|-|/|\.|M)(\d{1,2})|(\d{2}))月?"),
    Cadence.QUARTER: re.compile(r"(\d{4})年?-?(?:Q([1-4])|第?([一二三四1-4])季度?)", re.IGNORECASE),
    Cadence.HALF_YEAR: re.compile(r"(\d{4})年?-?(?:H([12])|([上下])半年)", re.IGNORECASE),
    Cadence.YEAR: re.compile(r"(\d{4})(?:年度?|全年)?"),
}
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}


class NotDate(NotExact):
    """Text that is not the date or period it should be; `text` is the sentence for the user."""


class Period(NamedTuple):
    """One period; `number` counts within the year from 1. Written `2026`, `2026H1`, `2026Q1`, `2026-03`."""

    year: int
    cadence: Cadence
    number: int

    def __str__(self) -> str:
        if self.cadence is Cadence.YEAR:
            return str(self.year)
        digits = f"{self.number:02d}" if self.cadence is Cadence.MONTH else str(self.number)
        return f"{self.year}{_LETTER[self.cadence]}{digits}"

    @property
    def first_month(self) -> int:
        return (self.number - 1) * (12 // self.cadence.per_year) + 1

    @property
    def last_month(self) -> int:
        return self.number * (12 // self.cadence.per_year)

    def within(self, other: Period) -> bool:
        """Whether this period lies inside the other."""
        return self.year == other.year and other.first_month <= self.first_month and self.last_month <= other.last_month

    def holds(self, day: date) -> bool:
        return day.year == self.year and self.first_month <= day.month <= self.last_month


def periods_of(year: int, cadence: Cadence) -> tuple[Period, ...]:
    """All periods of that cadence in the year, in order."""
    return tuple(Period(year, cadence, number) for number in range(1, cadence.per_year + 1))


def parse_period(text: str) -> Period:
    """`2026`, `2026年`, `2026Q1`, `2026年第一季度`, `2026年上半年`, `2026-03`, `2026年3月`. Raises NotDate."""
    body = plain(text)
    for cadence in (Cadence.YEAR, Cadence.QUARTER, Cadence.HALF_YEAR, Cadence.MONTH):
        match = _WRITTEN[cadence].fullmatch(body)
        if match is None:
            continue
        year, *rest = (group for group in match.groups() if group is not None)
        number = _NUMERALS.get(rest[0]) or int(rest[0]) if rest else 1
        if YEAR_MIN <= int(year) <= YEAR_MAX and 1 <= number <= cadence.per_year:
            return Period(int(year), cadence, number)
    raise NotDate(say("a period such as 2026, 2026Q1, 2026H1 or 2026-03"))


_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:0{1,2}:00(?::00)?)?")


def parse_date(text: str) -> date:
    """`2026-03-05`, `2026/3/5`, `2026.3.5`, `2026年3月5日`, `20260305`. Raises NotDate."""
    body = plain(text)
    match = _DATE.fullmatch(body)
    if match is not None:
        try:
            day = date(*(int(part) for part in match.groups() if part is not None))
        except ValueError:
            pass
        else:
            if YEAR_MIN <= day.year <= YEAR_MAX:
                return day
    raise NotDate(say("a date such as 2026-03-05, 2026/3/5 or 2026年3月5日"))
