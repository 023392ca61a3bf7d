"""The scoring methods of the language, as data. What they mean is `engine.score.interpret`, their columnar form the compiler."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rules.condition import Condition
from rules.diagnostic import say
from rules.quantity import NotExact, NotNegativeValue, Points, PositiveValue, Quantity, Share, WrittenValue
from rules.range import Range
from rules.record import Count, Flag, Id, NotWord, Record
from rules.scoring_terms import (
    Direction,
    FromData,
    Incomplete,
    Limit,
    Missing,
    MissingPolicy,
    Over,
    Parameter,
    PeriodRule,
    RateTerms,
    Reference,
    StepRule,
    StepTerms,
    Task,
    WrittenPeriodRule,
    parse_parameter,
)

PARTS_MAX = 20
BANDS_MAX = 100
PLACES_MAX = 1000


class Proportional(RateTerms):
    """Points x actual / target (target / actual where lower is better).

    Where the target is missed, or `met_at` where that is given, the points are multiplied by `missed_times`.
    """

    method: Literal["proportional"]
    target: Task
    met_at: WrittenValue | None = None
    missed_times: Share = Fraction(1)

    @model_validator(mode="after")
    def _a_miss_earns_no_more(self) -> Self:
        if self.missed_times > 1:
            raise NotWord(say("at most 1: a miss never earns more"))
        if self.met_at is not None and self.missed_times == 1:
            raise NotWord(say("missed_times wherever met_at is given"))
        return self


class AllOrNothing(Record):
    """Full points when the target is met, else `missed` points."""

    method: Literal["all_or_nothing"]
    target: Task
    missed: Quantity = Fraction(0)


class Steps(StepTerms):
    """Points in steps below and above the target."""

    method: Literal["steps"]
    target: Task


class Band(Range):
    """One row of a tier table."""

    points: Quantity


class Tiers(Record):
    """A table of bands over the value, or over the completion rate when a target is given."""

    method: Literal["tiers"]
    target: Task | None = None
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


class Bracket(Record):
    """Part of the way from the reference: within the next `width` (without it: all that is left), `each` for every `per`."""

    width: PositiveValue | None = None
    each: Points


class Brackets(Record):
    """From `start` at the reference, what each bracket gives above it and takes below it, added up like an income tax.

    The reference is the `target`, or `to` a statistic of the peers. Lower is better: above is below.
    """

    method: Literal["brackets"]
    target: Task | None = None
    to: Reference | None = None
    percentile: Share | None = None
    start: Points | None = None
    per: PositiveValue
    step: StepRule = StepRule.PRO_RATA
    above: Annotated[tuple[Bracket, ...], Field(max_length=BANDS_MAX)] = ()
    below: Annotated[tuple[Bracket, ...], Field(max_length=BANDS_MAX)] = ()
    lowest: Limit = Fraction(0)
    highest: Limit | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.target is None) == (self.to is None):
            raise NotWord(say("exactly one of target and to"))
        _percentile_where_needed(self.to, self.percentile)
        if not self.above and not self.below:
            raise NotWord(say("above, below or both"))
        if any(bracket.width is None for side in (self.above, self.below) for bracket in side[:-1]):
            raise NotWord(say("a width in every bracket but the last"))
        if self.above and self.highest is None:
            raise NotWord(say("highest (a number, or none) wherever above is given"))
        return self


class PerEvent(Record):
    """So much off (from full points) or on (from 0) for each incident of a kind, or each `per` units of the indicator.

    `then` are the amounts of the second, third ... (the last goes on); `rising_by`: each costs so much more than the one
    before. `severities` leaves the others out, `by_severity` has amounts of their own; `once_per_matter`: of incidents of
    one matter only the one with the highest amount counts.
    """

    method: Literal["per_event"]
    incident: Id | None = None
    severities: tuple[Id, ...] = ()
    by_severity: dict[Id, Points] = Field(default_factory=dict)
    once_per_matter: Flag = False
    per: PositiveValue = Fraction(1)
    step: StepRule = StepRule.COMPLETED
    beyond: Annotated[NotNegativeValue, Field(description="the first so many do not count")] = Fraction(0)
    deduct: Points | None = None
    add: Points | None = None
    then: Annotated[tuple[Points, ...], Field(max_length=BANDS_MAX)] = ()
    rising_by: Points | None = None
    at_most: Limit | None = None
    lowest: Limit = Fraction(0)

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if (self.deduct is None) == (self.add is None):
            raise NotWord(say("exactly one of deduct and add"))
        return self

    @model_validator(mode="after")
    def _one_way_to_vary(self) -> Self:
        if sum((bool(self.then), self.rising_by is not None, bool(self.by_severity))) > 1:
            raise NotWord(say("at most one of then, rising_by and by_severity"))
        if (self.then or self.rising_by is not None) and self.step is StepRule.PRO_RATA:
            raise NotWord(say("whole events wherever amounts follow each other: step started or completed"))
        if self.incident is None and (self.severities or self.by_severity or self.once_per_matter):
            raise NotWord(say("an incident wherever severities or matters are looked at"))
        if self.by_severity and (self.per != 1 or self.beyond):
            raise NotWord(say("neither per nor beyond with by_severity: each event has its own amount"))
        return self


class PlaceShare(Record):
    """The places up to this share of the peers."""

    up_to: Share
    points: Points


class Rank(Record):
    """Points by place among the peers: a table of points, shares of the peers, or `less_per_place` off full points.

    Equals share the better place. `shares`: the place over the number of peers, best first; `after` is for the rest.
    """

    method: Literal["rank"]
    table: Annotated[tuple[Points, ...], Field(max_length=PLACES_MAX)] = ()
    shares: Annotated[tuple[PlaceShare, ...], Field(max_length=BANDS_MAX)] = ()
    after: Points = Fraction(0)
    less_per_place: Points | None = None
    lowest: Limit = Fraction(0)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum((bool(self.table), bool(self.shares), self.less_per_place is not None)) != 1:
            raise NotWord(say("exactly one of table, shares and less_per_place"))
        ups = [share.up_to for share in self.shares]
        if any(above >= below for above, below in pairwise([Fraction(0), *ups])) or any(up > 1 for up in ups):
            raise NotWord(say("shares that rise, above 0% and at most 100%"))
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
        _percentile_where_needed(self.to, self.percentile)
        return self


def _percentile_where_needed(to: Reference | None, percentile: Fraction | None) -> None:
    if (to is Reference.PERCENTILE) != (percentile is not None):
        raise NotWord(say("percentile exactly where to is percentile"))
    if percentile is not None and percentile > 1:
        raise NotExact(say("a percentile between 0% and 100%"))


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
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=PARTS_MAX)]
    lowest: Limit = Fraction(0)
    highest: Limit | None = None


class FirstOf(Record):
    """The first part whose condition holds; the last has none, and is what holds otherwise."""

    method: Literal["first_of"]
    parts: Annotated[tuple[Part, ...], Field(min_length=2, max_length=PARTS_MAX)]

    @model_validator(mode="after")
    def _last_for_the_rest(self) -> Self:
        if self.parts[-1].when is not None or any(part.when is None for part in self.parts[:-1]):
            raise NotWord(say("a condition (when) in every part but the last"))
        return self


class Fixed(Record):
    """So many points whatever was done: all of them unless `share` says less. Nothing is read."""

    method: Literal["fixed"]
    share: Share = Fraction(1)

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        if self.share > 1:
            raise NotWord(say("at most 100% of the points"))
        return self


class Exempt(Record):
    """Not assessed here: the points go where those of an exempt item go. Nothing is read."""

    method: Literal["exempt"]


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
    | FirstOf
    | Fixed
    | Exempt
    | Brackets
    | PerEvent
    | Rank
    | Relative
    | Checklist
    | Mark,
    Field(discriminator="method"),
]


class Measured(Record):
    """What a method is applied to: the indicator, and how its value for the year is read.

    `nothing_to_count` is what 0 of 0 means (no case all year); left out, the same as `missing`.
    """

    indicator: Id | None = None
    scoring: ScoringRule
    direction: Direction = Direction.HIGHER
    missing: MissingPolicy = Missing.ERROR
    nothing_to_count: MissingPolicy | None = None
    incomplete: Incomplete = Incomplete.ERROR
    min_denominator: Count | None = None
    period: WrittenPeriodRule = PeriodRule(over=Over.LAST)


class ByGroup(Record):
    """A number for each group of the data; a group that is not named has none, and is refused."""

    by_group: Annotated[dict[str, Share], Field(min_length=1)]

    def __hash__(self) -> int:
        return hash(tuple(self.by_group.items()))


def _parse_factor(value: object) -> object:
    """A number, `by_party`, or a table of groups."""
    return value if isinstance(value, dict | ByGroup) else parse_parameter(value)


class Part(Measured):
    """One of several methods on an item; without `indicator` or `points` it takes the item's.

    What it earns is multiplied by `times`: a number, one agreed for each party, or one for each group. `when` stands in
    the parts of `first_of` only.
    """

    points: Points | None = None
    times: Annotated[Share | Literal[FromData.BY_PARTY] | ByGroup, BeforeValidator(_parse_factor)] = Fraction(1)
    when: Condition | None = None
    name: str = ""


Composite = BestOf | WorstOf | SumOf | FirstOf


def parts_of(measured: Measured) -> tuple[Part, ...]:
    """The parts of a composite method, none of any other."""
    return measured.scoring.parts if isinstance(measured.scoring, Composite) else ()
