"""The one structured language of conditions: vetoes, warnings, grades, deposits, awards and alerts all use it.

A condition is told by its key: `{score: {at_least: 90}}`, `{item_met: meetings}`, `{all: [...]}`. What it may look at
depends on where it stands (`rules.checks`): a veto cannot look at the grade that it decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema

from rules.diagnostic import say
from rules.past import ContractsLookedAt, LookBack
from rules.quantity import NotExact, parse_number, show
from rules.range import Range
from rules.record import Flag, Id, Record

TERMS_MAX = 50


class AllOf(Record):
    """Every one holds."""

    all: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=TERMS_MAX)]


class AnyOf(Record):
    """At least one holds."""

    any: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=TERMS_MAX)]


class Not(Record):
    """It does not hold."""

    not_: Annotated[Condition, Field(alias="not")]


class ScoreIs(Record):
    """The total lies in the range."""

    score: Range


class SectionScoreIs(Record):
    """The section's score lies in the range."""

    section: Id
    score: Range


class ItemScoreIs(Record):
    """The item's score lies in the range."""

    item: Id
    score: Range


class ItemMet(Record):
    """The item's target is met (an exempt item counts as met; an item without target: full points)."""

    item_met: Id


class AllTargetsMet(Record):
    """Every item of the base sections is met, or (false) at least one is not."""

    all_targets_met: Flag


class RankIs(Record):
    """The place among the peers lies in the range; 1 is the best."""

    rank: Range


class GradeIs(Record):
    """The grade is one of these."""

    grade: Annotated[tuple[Id, ...], Field(min_length=1)]


_OneOrMore = Annotated[tuple[Id, ...], BeforeValidator(lambda names: [names] if isinstance(names, str) else names)]


class IncidentCount(Record):
    """The number of substantiated incidents of these kinds, and where said of these severities, lies in the range; at least
    one unless said otherwise."""

    incident: _OneOrMore
    severity: _OneOrMore = ()
    count: Range = Range(at_least=Fraction(1))


class Vetoed(Record):
    """Whether any veto hit."""

    vetoed: Flag


class WarnedTimes(Record):
    """The number of warnings lies in the range."""

    warned: Range


class MonthsIn(Record):
    """The number of months of the year spent in a state (such as 后进, lagging) lies in the range."""

    months_in: Id
    count: Range


class Climbed(Record):
    """The number of places gained on the year before, under the same contract, lies in the range; below 0 they were lost.

    Without a place in the year before it does not hold.
    """

    climbed: Range


class Earlier(Record):
    """In how many of the years before this one the condition held, by what was decided then: at least one unless `count`
    says otherwise.

    `earlier` is a number of years, or `since 2024` for every year from that one on, such as a term of office. A year of
    which nothing is recorded does not count, and a year counts once. The condition may look at score, rank, grade and
    vetoed; a score or rank that is not recorded is in no range. Results are those under the same contract, or under any
    of those that `contract` names: they follow a cadre to a new post.
    """

    earlier: LookBack
    is_: Annotated[Condition, Field(alias="is")]
    count: Range = Range(at_least=Fraction(1))
    contract: ContractsLookedAt = ()


class Quantifier(StrEnum):
    ALL = "all"
    ANY = "any"


def _parse_quantifier(value: object) -> Quantifier | Fraction:
    if isinstance(value, Quantifier):
        return value
    if isinstance(value, str) and value.strip() in tuple(Quantifier):
        return Quantifier(value.strip())
    share = parse_number(value)
    if not 0 < share <= 1:
        raise NotExact(say("all, any, or a share above 0% and at most 100%"))
    return share


HowMany = Annotated[
    Quantifier | Fraction,
    BeforeValidator(_parse_quantifier),
    PlainSerializer(lambda value: show(value) if isinstance(value, Fraction) else str(value), return_type=str),
    WithJsonSchema({"type": "string", "examples": ["all", "any", "80%"]}),
]


class ValueIs(Record):
    """The party's own value of the indicator lies in the range; without a value it does not. In scoring only."""

    value: Id
    is_: Annotated[Range, Field(alias="is")]


class GroupIs(Record):
    """The party, or the cadre's post, is in one of these groups."""

    group: Annotated[tuple[str, ...], Field(min_length=1)]


class Linked(Record):
    """The condition holds for all, any, or at least a share of the parties the cadre answers for in one of the roles.

    A cadre with no such party satisfies none of the three: a rule never rewards for nothing.
    """

    linked: HowMany
    roles: tuple[Id, ...] = ()
    is_: Annotated[Condition, Field(alias="is")]


class Children(Record):
    """The condition holds for all, any, or at least a share of the parties directly below this one in the tree that the
    named contract assesses, by their own final verdicts under it.

    With no such party below it none of the three holds, as with `linked`.
    """

    children: HowMany
    contract: Id
    is_: Annotated[Condition, Field(alias="is")]


# Conditions about others, which must be judged before.
AboutOthers = Linked | Children


# Key that tells the condition -> its tag; the first that is present decides, so `section` goes before `score`.
KEYS: dict[str, type[Record]] = {
    "all": AllOf,
    "any": AnyOf,
    "not": Not,
    "section": SectionScoreIs,
    "item": ItemScoreIs,
    "score": ScoreIs,
    "item_met": ItemMet,
    "all_targets_met": AllTargetsMet,
    "rank": RankIs,
    "grade": GradeIs,
    "incident": IncidentCount,
    "vetoed": Vetoed,
    "warned": WarnedTimes,
    "months_in": MonthsIn,
    "value": ValueIs,
    "group": GroupIs,
    "linked": Linked,
    "climbed": Climbed,
    "earlier": Earlier,
    "children": Children,
}


def _key_of(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((key for key in KEYS if key in value), None)
    return next((key for key, record in KEYS.items() if type(value) is record), None)


Condition = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[SectionScoreIs, Tag("section")]
    | Annotated[ItemScoreIs, Tag("item")]
    | Annotated[ScoreIs, Tag("score")]
    | Annotated[ItemMet, Tag("item_met")]
    | Annotated[AllTargetsMet, Tag("all_targets_met")]
    | Annotated[RankIs, Tag("rank")]
    | Annotated[GradeIs, Tag("grade")]
    | Annotated[IncidentCount, Tag("incident")]
    | Annotated[Vetoed, Tag("vetoed")]
    | Annotated[WarnedTimes, Tag("warned")]
    | Annotated[MonthsIn, Tag("months_in")]
    | Annotated[ValueIs, Tag("value")]
    | Annotated[GroupIs, Tag("group")]
    | Annotated[Linked, Tag("linked")]
    | Annotated[Climbed, Tag("climbed")]
    | Annotated[Earlier, Tag("earlier")]
    | Annotated[Children, Tag("children")],
    Discriminator(_key_of, custom_error_type="unknown_condition", custom_error_message="unknown condition"),
]

# Read before `Condition` was known, they would not know their own fields by the names they are written with.
for _record in (Not, Linked, Earlier, Children):
    _record.model_rebuild()


def terms_inside(condition: Condition) -> Iterator[tuple[tuple[int | str, ...], Condition]]:
    """The terms of `all`, `any` and `not`, each with its place in the condition; what is asked of others or of earlier years is
    no term."""
    match condition:
        case AllOf(all=terms):
            yield from ((("all", number), term) for number, term in enumerate(terms))
        case AnyOf(any=terms):
            yield from ((("any", number), term) for number, term in enumerate(terms))
        case Not(not_=term):
            yield ("not",), term
        case _:
            return
