"""The responsibility contract: one year's agreement with one kind of party, as it was signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Annotated

from pydantic import Field

from rules.diagnostic import Called
from rules.indicator import Indicator, OfScores
from rules.linkage import Linkage, Post
from rules.money import Award, RiskDeposit
from rules.period import DECEMBER, Cadence, Period
from rules.quantity import DECIMALS_MAX, Rounding, Share
from rules.record import Day, Id, Label, Name, Record, Whole
from rules.sheet import SECTIONS_MAX, Item, PeriodicSheet, Section, Total
from rules.verdict import GRADES_MAX, VETOES_MAX, GradeBand, IncidentKind, Ranking, Veto, WarningRule

INDICATORS_MAX = 300
SHEETS_MAX = 6


class Contract(Record):
    """A signed, versioned contract. `assesses` names kinds of party (village, community, unit); a contract for cadres
    lists `posts` instead. The year is the calendar year, or ends with the month `year_ends`: with 11 the year 2026 runs from
    December 2025 to November 2026. `effective_from` and `effective_until` may say less."""

    contract: Id
    title: Name
    title_en: str = ""
    version: Annotated[int, Field(ge=1), Whole]
    year: Annotated[int, Field(ge=1950, le=2200), Whole]
    year_ends: Annotated[int, Field(ge=1, le=12), Whole] = DECEMBER
    effective_from: Day | None = None
    effective_until: Day | None = None
    supersedes: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None
    town: str = ""
    note: str = ""

    assesses: tuple[Id, ...] = ()
    posts: tuple[Post, ...] = ()
    states: tuple[Label, ...] = ()
    roles: tuple[Label, ...] = ()
    accounts: tuple[Label, ...] = ()

    decimals: Annotated[int, Field(ge=0, le=DECIMALS_MAX), Whole] = 2
    rounding: Rounding = Rounding.HALF_UP
    total: Total = Total()
    annual_weight: Share = Fraction(1)

    indicators: Annotated[tuple[Indicator, ...], Field(max_length=INDICATORS_MAX)] = ()
    sections: Annotated[tuple[Section, ...], Field(max_length=SECTIONS_MAX)] = ()
    periodic: Annotated[tuple[PeriodicSheet, ...], Field(max_length=SHEETS_MAX)] = ()
    incidents: tuple[IncidentKind, ...] = ()
    warnings: Annotated[tuple[WarningRule, ...], Field(max_length=VETOES_MAX)] = ()
    vetoes: Annotated[tuple[Veto, ...], Field(max_length=VETOES_MAX)] = ()
    ranking: Ranking = Ranking()
    grades: Annotated[tuple[GradeBand, ...], Field(max_length=GRADES_MAX)] = ()
    linkage: tuple[Linkage, ...] = ()
    deposits: tuple[RiskDeposit, ...] = ()
    awards: tuple[Award, ...] = ()

    @property
    def label(self) -> Called:
        return Called(self.title, self.title_en)

    @cached_property
    def whole_year(self) -> Period:
        """The assessment year, whatever part of it the contract is in force."""
        return Period(self.year, Cadence.YEAR, 1, self.year_ends)

    @property
    def first_day(self) -> date:
        return self.effective_from or self.whole_year.first_day

    @property
    def last_day(self) -> date:
        return self.effective_until or self.whole_year.last_day

    @property
    def state_ids(self) -> tuple[str, ...]:
        return tuple(state.id for state in self.states)

    @property
    def role_ids(self) -> tuple[str, ...]:
        return tuple(role.id for role in self.roles)

    @property
    def account_ids(self) -> tuple[str, ...]:
        return tuple(account.id for account in self.accounts)

    @cached_property
    def indicator_by_id(self) -> dict[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicators}

    @cached_property
    def item_by_id(self) -> dict[str, Item]:
        return {item.id: item for section in self.all_sections() for item in section.items}

    def items_behind(self, scores: OfScores) -> tuple[str, ...]:
        """The items whose scores something is made of, those of its sections among them."""
        inside = (item.id for one in self.all_sections() if one.id in scores.sections for item in one.items)
        return (*scores.items, *inside)

    def all_sections(self) -> Iterator[Section]:
        """The annual sheet's sections, then those of the periodic sheets."""
        yield from self.sections
        for sheet in self.periodic:
            yield from sheet.sections
