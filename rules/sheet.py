"""The score sheet: items in sections, the annual sheet, periodic sheets, the total."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rules.diagnostic import say
from rules.period import Cadence
from rules.quantity import DECIMALS_MAX, Points, PositiveQuantity, Quantity, Rounding, Share
from rules.record import Clause, Id, NotWord, Record, Whole
from rules.scoring import Measured
from rules.scoring_terms import Limit

ITEMS_MAX = 200
SECTIONS_MAX = 50


class Spread(StrEnum):
    """Where an exempt item's points go: in proportion to the section or the total; or it is scored by the mean of what its
    peers earned, and only where none of them did to the section."""

    SECTION = "section"
    TOTAL = "total"
    PEERS = "peers_mean"


class Scope(Record):
    """Whom a section or item applies to; an empty list does not restrict. Others have no such row on their sheet."""

    kinds: tuple[Id, ...] = ()
    groups: tuple[Id, ...] = ()
    posts: tuple[Id, ...] = ()
    codes: tuple[str, ...] = ()


class Item(Clause, Measured):
    """An indicator inside a contract, what it is worth, and how it is scored.

    `round_to`: the score is rounded to a multiple of it (0.5, 5) instead of to a decimal.
    """

    points: Points
    spread: Spread = Spread.SECTION
    decimals: Annotated[int, Field(ge=0, le=DECIMALS_MAX), Whole] | None = None
    rounding: Rounding | None = None
    round_to: PositiveQuantity | None = None
    applies_to: Scope = Scope()
    assessor: str = ""


class SectionKind(StrEnum):
    """`base` counts into the full points, `bonus` comes on top, `deduction` only takes.

    `working` counts for nothing itself: its items are scored so that others can be made of them.
    """

    BASE = "base"
    BONUS = "bonus"
    DEDUCTION = "deduction"
    WORKING = "working"

    @property
    def moves(self) -> bool:
        """Whether it adds to, or takes from, what the base sections come to."""
        return self in (SectionKind.BONUS, SectionKind.DEDUCTION)


class TooFew(StrEnum):
    """What happens when fewer items than `min_scored`, or sections than `min_sections`, could be scored."""

    ERROR = "error"
    ZERO = "zero"
    EXEMPT = "exempt"


class Section(Clause):
    """A group of items with its own balance, cap, floor and weight.

    With `start`, or in a `deduction` section (which starts at 0), each item takes off what it lost: points - earned.
    `points` states what the section is worth when its items do not say it (a start, a cap); the linter compares.

    Its weighted score is rounded as the contract says, unless `decimals`, `rounding` or `round_to` (a multiple) say otherwise:
    three sections of a third each give 99.99 to two decimals and 100.00 in all to four.
    """

    points: Points | None = None
    kind: SectionKind = SectionKind.BASE
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=ITEMS_MAX)]
    start: Points | None = None
    cap: Limit = "none"
    floor: Limit = "none"
    weight: Share = Fraction(1)
    min_scored: Annotated[int, Field(ge=0), Whole] = 0
    too_few: TooFew = TooFew.ERROR
    decimals: Annotated[int, Field(ge=0, le=DECIMALS_MAX), Whole] | None = None
    rounding: Rounding | None = None
    round_to: PositiveQuantity | None = None
    applies_to: Scope = Scope()

    @property
    def takes(self) -> bool:
        """Whether items take from a balance rather than add up."""
        return self.start is not None or self.kind is SectionKind.DEDUCTION

    @property
    def full(self) -> Fraction:
        """What the section is worth at best before its weight (0 for deductions)."""
        if self.points is not None:
            return self.points
        if self.takes:
            return self.start or Fraction(0)
        total = sum((item.points for item in self.items), Fraction(0))
        return total if self.cap == "none" else min(total, self.cap)


class Combine(StrEnum):
    MEAN = "mean"
    SUM = "sum"
    BEST = "best"


class PeriodicSheet(Clause):
    """A sheet scored every month, quarter or half-year; the scores' mean or sum, times `weight`, enters the total.

    `best` is the mean of the best `count` periods.
    """

    each: Literal[Cadence.MONTH, Cadence.QUARTER, Cadence.HALF_YEAR]
    combine: Combine
    count: Annotated[int, Field(ge=1, le=Cadence.MONTH.per_year), Whole] | None = None
    weight: Share = Fraction(1)
    cap: Limit = "none"
    floor: Limit = "none"
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=SECTIONS_MAX)]

    @property
    def full(self) -> Fraction:
        """What one period is worth at best, before the sheet's weight: its base sections, within the cap."""
        base = (section.full * section.weight for section in self.sections if section.kind is SectionKind.BASE)
        total = sum(base, Fraction(0))
        return total if self.cap == "none" else min(total, self.cap)

    @model_validator(mode="after")
    def _count_where_best(self) -> Self:
        if (self.combine is Combine.BEST) != (self.count is not None):
            raise NotWord(say("count exactly where combine is best"))
        return self


class Total(Record):
    """The bottom line. `full` is what the paper says the base sections add up to; `bonus_cap` holds all bonuses together.

    `min_sections`: of the base sections of the annual sheet so many must be scored, at least one item in each. With fewer it
    is a fault of the data, or (`zero`) there are no points in all, whatever the other sections, sheets and the start give.

    `round_to`: the total is rounded to a multiple of it (0.5, 5) instead of to a decimal; where scores are linked, that of
    the own sheet is too.
    """

    full: Points = Fraction(100)
    start: Quantity = Fraction(0)
    cap: Limit = "none"
    floor: Limit = Fraction(0)
    bonus_cap: Limit = "none"
    min_sections: Annotated[int, Field(ge=0), Whole] = 0
    too_few: Literal[TooFew.ERROR, TooFew.ZERO] = TooFew.ERROR
    round_to: PositiveQuantity | None = None
