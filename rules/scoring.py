"""The scoring methods of the language, as data. What they mean is `engine.score.interpret`, their columnar form the compiler."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rules.diagnostic import say
from rules.quantity import NotExact, Points, PositiveQuantity, Quantity, Share
from rules.range import Range
from rules.record import Count, Id, NotWord, Record
from rules.scoring_terms import (
    Direction,
    FromData,
    Incomplete,
    Limit,
    Missing,
    Over,
    Parameter,
    PeriodRule,
    RateTerms,
    Reference,
    StepRule,
    StepTerms,
    WrittenPeriodRule,
)

PARTS_MAX = 20
BANDS_MAX = 100
PLACES_MAX = 1000


class Proportional(RateTerms):
    """Points x actual / target (target / actual where lower is better)."""

    method: Literal["proportional"]
    target: Parameter


class AllOrNothing(Record):
    """Full points when the target is met, else `missed` points."""

    method: Literal["all_or_nothing"]
    target: Parameter
    missed: Quantity = Fraction(0)


class Steps(StepTerms):
    """Points in steps below and above the target."""

    method: Literal["steps"]
    target: Parameter


class Band(Range):
    """One row of a tier table."""

    points: Quantity


class Tiers(Record):
    """A table of bands over the value, or over the completion rate when a target is given."""

    method: Literal["tiers"]
    target: Parameter | None = None
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=BANDS_MAX)]


class Linear(Record):
    """0 points at `zero_at`, full points at `full_at`, straight between, never outside 0 to full."""

    method: Literal["linear"]
    zero_at: Parameter
    full_at: Parameter


class Improvement(Record):
    """Points x (actual - baseline) / (benchmark - baseline), 0 to full; a party already there keeps full while it stays there."""

    method: Literal["improvement"]
    baseline: Parameter = FromData.LAST_YEAR
    benchmark: Parameter


class PerEvent(Record):
    """So much off (from full points) or on (from 0) for each incident of a kind, or each `per` units of the indicator."""

    method: Literal["per_event"]
    incident: Id | None = None
    per: PositiveQuantity = Fraction(1)
    step: StepRule = StepRule.COMPLETED
    beyond: Annotated[Share, Field(description="the first so many do not count")] = Fraction(0)
    deduct: Points | None = None
    add: Points | None = None
    at_most: Limit | None = None
    lowest: Limit = Fraction(0)

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if (self.deduct is None) == (self.add is None):
            raise NotWord(say("exactly one of deduct and add"))
        return self


class Rank(Record):
    """Points by place among the peers: a table of points, or `less_per_place` off full points. Equals share the better place."""

    method: Literal["rank"]
    table: Annotated[tuple[Points, ...], Field(max_length=PLACES_MAX)] = ()
    after: Points = Fraction(0)
    less_per_place: Points | None = None
    lowest: Limit = Fraction(0)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.table) == (self.less_per_place is not None):
            raise NotWord(say("exactly one of table and less_per_place"))
        return self


class Relative(Record):
    """Distance from the peers' reference value, in steps or in proportion."""

    method: Literal["relative"]
    to: Reference
    percentile: Share | None = None
    steps: StepTerms | None = None
    proportion: RateTerms | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.steps is None) == (self.proportion is None):
            raise NotWord(say("exactly one of steps and proportion"))
        if (self.to is Reference.PERCENTILE) != (self.percentile is not None):
            raise NotWord(say("percentile exactly where to is percentile"))
        if self.percentile is not None and self.percentile > 1:
            raise NotExact(say("a percentile between 0% and 100%"))
        return self


class Checklist(Record):
    """The sum of the points of the entries ticked."""

    method: Literal["checklist"]
    entries: Annotated[dict[Id, Points], Field(min_length=1)]


class Mark(Record):
    """An assessor's mark between 0 and the points."""

    method: Literal["mark"]


class BestOf(Record):
    """The highest of the parts."""

    method: Literal["best_of"]
    parts: Annotated[tuple[Part, ...], Field(min_length=2, max_length=PARTS_MAX)]


class WorstOf(Record):
    """The lowest of the parts."""

    method: Literal["worst_of"]
    parts: Annotated[tuple[Part, ...], Field(min_length=2, max_length=PARTS_MAX)]


class SumOf(Record):
    """The sum of the parts, within `lowest` and `highest` (the item's points unless stated)."""

    method: Literal["sum_of"]
    parts: Annotated[tuple[Part, ...], Field(min_length=2, max_length=PARTS_MAX)]
    lowest: Limit = Fraction(0)
    highest: Limit | None = None


ScoringRule = Annotated[
    Proportional
    | AllOrNothing
    | Steps
    | Tiers
    | Linear
    | Improvement
    | BestOf
    | WorstOf
    | SumOf
    | PerEvent
    | Rank
    | Relative
    | Checklist
    | Mark,
    Field(discriminator="method"),
]


class Measured(Record):
    """What a method is applied to: the indicator, and how its value for the year is read."""

    indicator: Id | None = None
    scoring: ScoringRule
    direction: Direction = Direction.HIGHER
    missing: Missing = Missing.ERROR
    incomplete: Incomplete = Incomplete.ERROR
    min_denominator: Count | None = None
    period: WrittenPeriodRule = PeriodRule(over=Over.LAST)


class Part(Measured):
    """One of several methods on an item; without `indicator` or `points` it takes the item's."""

    points: Points | None = None
    name: str = ""
