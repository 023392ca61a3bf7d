"""Conditions: what they may look at where they stand, and whether they say anything."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.intervals import ABOVE_ALL, BELOW_ALL, Interval, Values, after, before, interval_of
from rules.checks.places import Stage, Stand, terms
from rules.condition import (
    KEYS,
    AllOf,
    AnyOf,
    Children,
    Climbed,
    Earlier,
    GradeIs,
    GroupIs,
    IncidentCount,
    ItemMet,
    ItemScoreIs,
    Linked,
    MonthsIn,
    Not,
    RankIs,
    ScoreIs,
    SectionScoreIs,
    ValueIs,
    Vetoed,
    WarnedTimes,
)
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Text, say
from rules.past import years_before
from rules.range import Range
from rules.source import Location, Tree

_FIRST_SEEN: dict[type[object], tuple[str, Stage]] = {
    RankIs: ("rank", Stage.WARNING),
    WarnedTimes: ("warned", Stage.VETO),
    Vetoed: ("vetoed", Stage.GRADE),
    GradeIs: ("grade", Stage.MONEY),
}
_ALWAYS_KNOWN: tuple[type[object], ...] = (
    AllOf, AnyOf, Not, GroupIs, ItemScoreIs, ItemMet, IncidentCount, MonthsIn, Earlier,
)  # fmt: skip
_KEPT_OF_THE_PAST: tuple[type[object], ...] = (AllOf, AnyOf, Not, ScoreIs, RankIs, GradeIs, Vetoed)
_KNOWN_LATER: tuple[type[object], ...] = tuple(kind for kind in KEYS.values() if kind is not ValueIs)
_STANDS_IN = {
    Stage.SCORING: say("scoring, which comes before everything else"),
    Stage.ENTRY: say("the entry condition, which is decided before anybody is ranked"),
    Stage.WARNING: say("a warning, which is decided before warnings are counted"),
    Stage.VETO: say("a veto, which is decided before vetoes are known and grades are given"),
    Stage.GRADE: say("a grade, which is decided before grades are known"),
}

_NATURAL = Values(Interval(before(0), ABOVE_ALL), before(1).value)
_PLACES = Values(Interval(before(1), ABOVE_ALL), before(1).value)
_MONTHS = Values(Interval(before(0), after(12)), before(1).value)
_GAINED = Values(Interval(BELOW_ALL, ABOVE_ALL), before(1).value)


def decided_later(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Warnings come first, then vetoes, grades, money; none may look at what comes after it, or at itself."""
    for stand in terms(contract):
        yield from _unknown_here(stand, tree)
        if stand.stage is Stage.SCORING:
            continue
        seen = _FIRST_SEEN.get(type(stand.condition))
        if seen is None or stand.linked or stand.earlier or stand.stage >= seen[1]:
            continue
        key = seen[0]
        found = say("{key} in {rule}", key=key, rule=_STANDS_IN[stand.stage])
        expected = (
            say("what is decided before: score, section, item, incident, months_in")
            if stand.stage is Stage.ENTRY
            else say("what is decided before: score, section, item, rank, incident, months_in")
        )
        yield Diagnostic("DX230", tree.key_span((*stand.at, key)), found, expected)


def _unknown_here(stand: Stand, tree: Tree) -> Iterator[Diagnostic]:
    """While an item is scored nothing is known but values, events and items before it; after it, of values, only money knows."""
    if stand.earlier is not None:
        yield from _unknown_of_the_past(stand, tree)
        return
    scoring = stand.stage is Stage.SCORING
    known = isinstance(stand.condition, (*_ALWAYS_KNOWN, ValueIs) if scoring else _KNOWN_LATER)
    known = known or (isinstance(stand.condition, ValueIs) and stand.stage is Stage.MONEY and not stand.linked)
    if not known and not (scoring and stand.linked):
        key = next(name for name, kind in KEYS.items() if isinstance(stand.condition, kind))
        where = _STANDS_IN.get(stand.stage, say("what is asked of linked parties"))
        expected = (
            say("value, group, item, item_met, incident, months_in or earlier") if scoring else say("no value here")
        )
        yield Diagnostic(
            "DX230", tree.key_span((*stand.at, key)), say("{key} in {rule}", key=key, rule=where), expected
        )


def _unknown_of_the_past(stand: Stand, tree: Tree) -> Iterator[Diagnostic]:
    """Of an earlier year only the verdict is kept."""
    if not isinstance(stand.condition, _KEPT_OF_THE_PAST):
        key = next(name for name, kind in KEYS.items() if isinstance(stand.condition, kind))
        found, expected = say("{key} of an earlier year", key=key), say("score, rank, grade or vetoed")
        yield Diagnostic("DX230", tree.key_span((*stand.at, key)), found, expected)


def terms_that_begin_too_late(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A term of office that began this year or later leaves no earlier year to look at."""
    for stand in terms(contract):
        if isinstance(stand.condition, Earlier) and not years_before(stand.condition.earlier, contract.year):
            span = tree.span((*stand.at, "earlier"))
            expected = say("a year before {year}", year=contract.year)
            yield Diagnostic("DX315", span, say("a condition about no year at all"), expected)


def nobody_linked(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """`linked` asks about the parties that a cadre answers for: a party answers for none. `children` asks about those below
    a party: nobody is below a cadre."""
    for stand in terms(contract):
        if isinstance(stand.condition, Children) and not stand.earlier and (stand.linked or contract.posts):
            found = (
                say("children, asked of a cadre") if contract.posts else say("children, asked of one of the children")
            )
            expected = say(
                "children only in a contract that assesses parties, and not inside another condition on others"
            )
            yield Diagnostic("DX231", tree.key_span((*stand.at, "children")), found, expected)
        if isinstance(stand.condition, Linked) and not stand.earlier and (stand.linked or not contract.posts):
            found = say("linked, asked of a party")
            expected = say("linked only in a contract that assesses posts, and not inside another linked")
            yield Diagnostic("DX231", tree.key_span((*stand.at, "linked")), found, expected)


def ranges_without_bounds(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A range in which everything lies."""
    for stand in terms(contract):
        looked_at = _looked_at(stand)
        if looked_at is not None and looked_at[1].unbounded:
            expected = say("at_least, above, at_most or below")
            yield Diagnostic("DX232", tree.span(looked_at[0]), say("a range without bounds"), expected)


def always_or_never(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A range that holds every place or count there is, or none."""
    for stand in terms(contract):
        looked_at, values = _looked_at(stand), _values(stand, contract)
        if looked_at is None or values is None or looked_at[1].unbounded:
            continue
        at, bounds = looked_at
        left, everything = values.of(interval_of(bounds)), values.of(values.span)
        if left.empty or left == everything:
            text: Text = say("a condition that never holds") if left.empty else say("a condition that always holds")
            expected = say("a range that holds some of {values}", values=values.describe(everything))
            yield Diagnostic("DX315", tree.span(at), text, expected)


def _looked_at(stand: Stand) -> tuple[Location, Range] | None:
    match stand.condition:
        case ScoreIs(score=wanted) | SectionScoreIs(score=wanted) | ItemScoreIs(score=wanted):
            return (*stand.at, "score"), wanted
        case RankIs(rank=wanted):
            return (*stand.at, "rank"), wanted
        case WarnedTimes(warned=wanted):
            return (*stand.at, "warned"), wanted
        case Climbed(climbed=wanted):
            return (*stand.at, "climbed"), wanted
        case IncidentCount(count=wanted) | MonthsIn(count=wanted) | Earlier(count=wanted):
            return (*stand.at, "count"), wanted
        case ValueIs(is_=wanted):
            return (*stand.at, "is"), wanted
        case _:
            return None


def _values(stand: Stand, contract: Contract) -> Values | None:
    """The whole numbers it can be about; None for scores."""
    match stand.condition:
        case RankIs():
            return _PLACES
        case WarnedTimes() | IncidentCount():
            return _NATURAL
        case MonthsIn():
            return _MONTHS
        case Climbed():
            return _GAINED
        case Earlier(earlier=back) if years := years_before(back, contract.year):
            return Values(Interval(before(0), after(len(years))), before(1).value)
        case _:
            return None
