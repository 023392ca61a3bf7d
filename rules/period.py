"""The calendar of an assessment year: year, half-years, quarters, months, their days, and how they are written in tables."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from rules.diagnostic import say
from rules.quantity import NotExact, plain

YEAR_MIN, YEAR_MAX = 1950, 2200
DECEMBER = 12
_ONE_DAY = timedelta(days=1)


class Cadence(StrEnum):
    """How often something is reported or scored."""

    YEAR = "year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def per_year(self) -> int:
        return _PER_YEAR[self]

    @property
    def months(self) -> int:
        return 12 // _PER_YEAR[self]


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
    """One period of a year that ends with the month `ends`; `number` counts within that year from 1.

    The year 2026 that ends with November runs from December 2025: its first month is 2025-12, its first quarter the three
    months from then on. Values are reported for calendar periods, whose year ends with December, and for the year itself.
    Written `2026`, `2026H1`, `2026Q1`, `2026-03`, always as the calendar has it; what is no calendar quarter or half-year,
    by its first and last month: `2025-12/2026-02`.
    """

    year: int
    cadence: Cadence
    number: int
    ends: int = DECEMBER

    def __str__(self) -> str:
        told = self.as_reported
        if told.ends != DECEMBER:
            return self.from_to
        if told.cadence is Cadence.YEAR:
            return str(told.year)
        digits = f"{told.number:02d}" if told.cadence is Cadence.MONTH else str(told.number)
        return f"{told.year}{_LETTER[told.cadence]}{digits}"

    def __repr__(self) -> str:
        """Hashes of data are made of this: a period of the calendar reads as it did before years could end otherwise."""
        named = f"Period(year={self.year!r}, cadence={self.cadence!r}, number={self.number!r}"
        return f"{named})" if self.ends == DECEMBER else f"{named}, ends={self.ends!r})"

    @property
    def from_to(self) -> str:
        """By its first and last month."""
        months = self.parts(Cadence.MONTH)
        return f"{months[0]}/{months[-1]}"

    @property
    def in_full(self) -> str:
        """As written; with its months where its number does not tell them: `2026 (2025-12/2026-11)`."""
        unlike = self.cadence is Cadence.YEAR and self.ends != DECEMBER
        return f"{self} ({self.from_to})" if unlike else str(self)

    @property
    def first_month(self) -> int:
        """Of the year's own months, counted from 1."""
        return (self.number - 1) * self.cadence.months + 1

    @property
    def last_month(self) -> int:
        return self.number * self.cadence.months

    @property
    def first_day(self) -> date:
        year, month = divmod(self._begins, 12)
        return date(year, month + 1, 1)

    @property
    def last_day(self) -> date:
        year, month = divmod(self._begins + self.cadence.months, 12)
        return date(year, month + 1, 1) - _ONE_DAY

    @property
    def _begins(self) -> int:
        """The calendar months from the year 0 on until it begins."""
        return self.year * 12 + self.first_month - 1 - (DECEMBER - self.ends)

    @property
    def as_reported(self) -> Period:
        """The period of the calendar that it is; itself where it is none. A year is reported by its number."""
        if self.ends == DECEMBER:
            return self
        if self.cadence is Cadence.YEAR:
            return Period(self.year, Cadence.YEAR, 1)
        year, month = divmod(self._begins, 12)
        number, inside = divmod(month, self.cadence.months)
        return self if inside else Period(year, self.cadence, number + 1)

    def in_year_ending(self, ends: int) -> Period:
        """A period as reported, among those of years that end with that month; the one it begins in where it is none."""
        if self.cadence is Cadence.YEAR or ends == self.ends:
            return self._replace(ends=ends)
        year, month = divmod(self._begins + DECEMBER - ends, 12)
        return Period(year, self.cadence, month // self.cadence.months + 1, ends)

    @property
    def year_before(self) -> Period:
        return self._replace(year=self.year - 1)

    def within(self, other: Period) -> bool:
        """Whether this period lies inside the other, of a year that ends alike."""
        assert self.ends == other.ends, "periods of two calendars"
        return self.year == other.year and other.first_month <= self.first_month and self.last_month <= other.last_month

    def parts(self, cadence: Cadence) -> tuple[Period, ...]:
        """All periods of that cadence inside this one, in order."""
        return tuple(one for one in periods_of(self.year, cadence, self.ends) if one.within(self))

    def holds(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def periods_of(year: int, cadence: Cadence, ends: int = DECEMBER) -> tuple[Period, ...]:
    """All periods of that cadence in the year, in order."""
    return tuple(Period(year, cadence, number, ends) for number in range(1, cadence.per_year + 1))


def months_through(year: int, through: int, ends: int) -> tuple[Period, ...]:
    """The first months of the year, as many as are due."""
    return periods_of(year, Cadence.MONTH, ends)[:through]


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
