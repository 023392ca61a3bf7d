"""What is measured: indicators, and those derived from others."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from rules.diagnostic import Called, Text, say
from rules.past import YEARS_BACK_MAX, ContractsLookedAt
from rules.period import Cadence
from rules.quantity import DECIMALS_MAX, PositiveQuantity, Quantity
from rules.record import Clause, Count, Flag, Id, Name, NotWord, Record, Whole

ENTRIES_MAX = 50
SCORES_MAX = 50


class Kind(StrEnum):
    """What a value of the indicator is."""

    COUNT = "count"
    RATIO = "ratio"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    CHECKLIST = "checklist"
    MARK = "mark"


class Entry(Record):
    """One line of a checklist."""

    id: Id
    name: Name
    name_en: str = ""

    @property
    def label(self) -> Called:
        return Called(self.name, self.name_en)


class Derived(Record):
    """(sum of `add` - sum of `subtract`) / sum of `per`, period by period, from counts, numbers or money."""

    add: Annotated[tuple[Id, ...], Field(min_length=1)]
    subtract: tuple[Id, ...] = ()
    per: tuple[Id, ...] = ()

    @property
    def sources(self) -> tuple[Id, ...]:
        return (*self.add, *self.subtract, *self.per)


class Take(StrEnum):
    """What several scores come to: their sum or mean (weighted where weights are given), the best, the worst, or how far
    they lie from their mean, squared and averaged."""

    SUM = "sum"
    MEAN = "mean"
    BEST = "best"
    WORST = "worst"
    VARIANCE = "variance"


class Whose(StrEnum):
    """Of whom a total under another contract is taken: of the party itself, or of those directly below it in the tree."""

    SELF = "self"
    CHILDREN = "children"


class OfScores(Record):
    """Scores of items, or of whole sections, that stand before on the same sheet, over the same period; or the total of
    another contract, the party's own or, `of: children`, what is taken of the totals of the parties directly below it. A
    section's score is what it comes to: within its cap and floor, weighted and rounded.

    Items and sections that are exempt, or not on somebody's sheet, drop out with their weights, and so do children that
    the contract does not assess; where all do, there is no value and what is scored by it is exempt.
    """

    items: Annotated[tuple[Id, ...], Field(max_length=SCORES_MAX)] = ()
    sections: Annotated[tuple[Id, ...], Field(max_length=SCORES_MAX)] = ()
    take: Take = Take.SUM
    weights: Annotated[tuple[PositiveQuantity, ...], Field(max_length=SCORES_MAX)] = ()
    contract: Id | None = None
    of: Whose = Whose.SELF

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.items) + bool(self.sections) + (self.contract is not None) != 1:
            raise NotWord(say("exactly one of items, sections and contract"))
        if self.of is Whose.CHILDREN and self.contract is None:
            raise NotWord(say("of: children only with the contract whose totals are taken"))
        if self.of is Whose.CHILDREN and self.take is Take.VARIANCE:
            raise NotWord(say("sum, mean, best or worst of the children"))
        if self.weights and self.take in (Take.BEST, Take.WORST):
            raise NotWord(say("no weights where the best or the worst is taken"))
        if self.weights and len(self.weights) != len(self.items or self.sections):
            raise NotWord(say("as many weights as items or sections"))
        return self


class PastTake(StrEnum):
    """What is taken of each earlier year: the score before its vetoes, or the place."""

    SCORE = "score"
    RANK = "rank"


class OfPast(Record):
    """The mean of what was decided in so many `years` before this one, over the years of which it is recorded.

    Under the same contract, or those that `contract` names. Where nothing is recorded nothing was reported: the item says
    what `missing` means.
    """

    take: PastTake = PastTake.SCORE
    years: Annotated[int, Field(ge=1, le=YEARS_BACK_MAX), Whole]
    contract: ContractsLookedAt = ()


class Indicator(Clause):
    """Something measured. A `statistic` is recorded and reported; nothing may be scored by it (design, section 8).

    What is `derived`, made of `scores` or of the `past`, is computed and never reported.

    `unit` is shown; `decimals` belong to numbers and marks; `numerator` and `denominator` say in words what a
    ratio counts; `lowest` and `highest` are the plausible range that the intake holds values to.
    """

    kind: Kind
    unit: str = ""
    decimals: Count = 0
    every: Cadence = Cadence.YEAR
    numerator: str = ""
    denominator: str = ""
    entries: Annotated[tuple[Entry, ...], Field(max_length=ENTRIES_MAX)] = ()
    lowest: Quantity | None = None
    highest: Quantity | None = None
    statistic: Flag = False
    derived: Derived | None = None
    scores: OfScores | None = None
    past: OfPast | None = None
    source: str = ""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is Kind.CHECKLIST) != bool(self.entries):
            raise NotWord(say("entries exactly where the kind is checklist"))
        if self.decimals and self.kind not in (Kind.NUMBER, Kind.MARK):
            raise NotWord(say("decimals only for a number or a mark"))
        if self.decimals > DECIMALS_MAX:
            raise NotWord(say("at most {most} decimals", most=DECIMALS_MAX))
        if self.derived and (self.kind is Kind.RATIO) != bool(self.derived.per):
            raise NotWord(say("a derived ratio with per, any other derived indicator without"))
        if self.derived and self.kind in (Kind.YES_NO, Kind.CHECKLIST, Kind.MARK):
            raise NotWord(say("a derived count, number, money or ratio"))
        if self.scores and (self.kind is not Kind.NUMBER or self.every is not Cadence.YEAR):
            raise NotWord(say("kind: number, and no every, for what is made of scores"))
        if self.scores and (self.derived or self.statistic):
            raise NotWord(say("either scores, or derived, or statistic"))
        if self.past and (self.kind is not Kind.NUMBER or self.every is not Cadence.YEAR):
            raise NotWord(say("kind: number, and no every, for what is made of earlier years"))
        if self.past and (self.scores or self.derived or self.statistic):
            raise NotWord(say("either past, or scores, or derived, or statistic"))
        return self

    @property
    def computed(self) -> bool:
        """Whether it is made of other values, of scores or of earlier years, and nobody reports it."""
        return self.derived is not None or self.scores is not None or self.past is not None

    @property
    def reported_instead(self) -> Text:
        """What is to be reported in place of a computed value."""
        if self.derived is not None:
            return say("the values that it is computed from: {sources}", sources="、".join(self.derived.sources))
        return say("nothing: it is made of scores or of earlier years")
