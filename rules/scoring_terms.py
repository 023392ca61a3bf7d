"""What scoring methods are made of: parameters, limits, steps, what a missing value means, how periods make a year."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from rules.diagnostic import say
from rules.period import Cadence
from rules.quantity import Points, PositiveQuantity, PositiveValue, Share, parse_number, parse_value, show
from rules.record import NotWord, Record, Whole


class FromData(StrEnum):
    """A parameter that the contract leaves to the year's data.

    `carried` is a target only: what was agreed for this year (`target` in the targets table), plus what was agreed for last
    year (`last_target`), less last year's own value, and never below 0. A surplus lessens this year's task, a shortfall is
    added to it; in the same way what was spent too much lowers a ceiling. Where nothing is left to do, it is done in full.
    """

    BY_PARTY = "by_party"
    LAST_YEAR = "last_year"
    CARRIED = "carried"


def parse_parameter(text: object) -> Fraction | FromData:
    """A number, `by_party` or `last_year`. Raises NotExact."""
    if isinstance(text, FromData) and text is not FromData.CARRIED:
        return text
    if isinstance(text, str) and text.strip() in (FromData.BY_PARTY, FromData.LAST_YEAR):
        return FromData(text.strip())
    return parse_value(text)


def parse_task(text: object) -> Fraction | FromData:
    """A parameter, or `carried`. Raises NotExact."""
    carried = isinstance(text, str) and text.strip() == FromData.CARRIED
    return FromData.CARRIED if carried else parse_parameter(text)


def _parse_limit(text: object) -> Fraction | Literal["none"]:
    if isinstance(text, str) and text.strip() == "none":
        return "none"
    return parse_number(text)


def _show_either(value: Fraction | str) -> str:
    return show(value) if isinstance(value, Fraction) else str(value)


# A number in the contract, `by_party` (the targets table gives one for each party) or `last_year` (the party's own).
Parameter = Annotated[
    Fraction | FromData,
    BeforeValidator(parse_parameter),
    PlainSerializer(_show_either, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "examples": ["95%", "by_party", "last_year"]}),
]
# A target may also be `carried`: this year's task with what last year left of it.
Task = Annotated[
    Fraction | FromData,
    BeforeValidator(parse_task),
    PlainSerializer(_show_either, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "examples": ["95%", "by_party", "last_year", "carried"]}),
]
# A bound that may be waived by saying so.
Limit = Annotated[
    Fraction | Literal["none"],
    BeforeValidator(_parse_limit),
    PlainSerializer(_show_either, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "examples": ["0", "none"]}),
]


class Direction(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class StepRule(StrEnum):
    """What an unfinished step counts for."""

    STARTED = "started"
    COMPLETED = "completed"
    PRO_RATA = "pro_rata"


class RateTerms(Record):
    """Points by completion rate: below `floor` nothing, above `cap` no more."""

    floor: Share | None = None
    cap: PositiveQuantity = Fraction(1)


class StepTerms(Record):
    """Full points at the target; each `per` short of it takes `deduct`, each `per` beyond adds `add`."""

    per: PositiveValue
    deduct: Points | None = None
    add: Points | None = None
    step: StepRule
    lowest: Limit = Fraction(0)
    highest: Limit | None = None

    @model_validator(mode="after")
    def _moves_somewhere(self) -> Self:
        if self.deduct is None and self.add is None:
            raise NotWord(say("deduct, add or both"))
        if self.add is not None and self.highest is None:
            raise NotWord(say("highest (a number, or none) wherever add is given"))
        return self


class Reference(StrEnum):
    """A statistic of the peers' values. `pooled` is the sum of numerators over the sum of denominators."""

    MEAN = "mean"
    POOLED = "pooled"
    MEDIAN = "median"
    BEST = "best"
    PERCENTILE = "percentile"


class Missing(StrEnum):
    """What it means that nothing was reported."""

    ERROR = "error"
    ZERO = "zero"
    FULL = "full"
    EXEMPT = "exempt"


class PartPoints(Record):
    """Nothing was reported: so many of the points."""

    points: Points


MissingPolicy = Missing | PartPoints


class Incomplete(StrEnum):
    """What it means that some periods were reported and others not."""

    ERROR = "error"
    REPORTED = "reported"


class Over(StrEnum):
    """How the year's value comes from its periods. Sums of ratios pool numerators and denominators."""

    LAST = "last"
    SUM = "sum"
    MEAN = "mean"
    WEIGHTED = "weighted"
    BEST = "best"


class PeriodRule(Record):
    """The value over the periods of the year; `weights` one a period, for `weighted` only.

    `best` is the mean of the best `count` periods, or of all there are where they are fewer.
    """

    over: Over
    weights: Annotated[tuple[Share, ...], Field(max_length=Cadence.MONTH.per_year)] = ()
    count: Annotated[int, Field(ge=1, le=Cadence.MONTH.per_year), Whole] | None = None

    @model_validator(mode="after")
    def _options_where_they_belong(self) -> Self:
        if (self.over is Over.WEIGHTED) != bool(self.weights):
            raise NotWord(say("weights exactly where over is weighted"))
        if self.weights and sum(self.weights) == 0:
            raise NotWord(say("weights of which one is above zero"))
        if (self.over is Over.BEST) != (self.count is not None):
            raise NotWord(say("count exactly where over is best"))
        return self


def _parse_period_rule(value: object) -> object:
    """`sum` stands for `{over: sum}`."""
    return {"over": value} if isinstance(value, str) else value


WrittenPeriodRule = Annotated[PeriodRule, BeforeValidator(_parse_period_rule)]
