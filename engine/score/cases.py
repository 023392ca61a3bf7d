"""Conditions inside scoring, and the first case of several whose condition holds.

They look at what is known while a subject is scored: values, events, items before. Warnings, vetoes and grades, which look
at scores of everybody, are decided by forward chaining after it (`engine.decide`).
"""

from __future__ import annotations

from fractions import Fraction

from engine.score.book import Book, Case
from engine.score.derivation import Location, Step, StepKind, bounds, incidents_in_words, readable
from engine.score.past import years_in_which
from engine.score.reading import read
from rules.condition import (
    AllOf,
    AnyOf,
    Condition,
    Earlier,
    GroupIs,
    IncidentCount,
    ItemMet,
    ItemScoreIs,
    MonthsIn,
    Not,
    ValueIs,
)
from rules.diagnostic import Text, say
from rules.range import Range
from rules.scoring import Mark, Measured, Part
from rules.scoring_terms import Incomplete, Missing


def first_case(book: Book, case: Case, parts: tuple[Part, ...]) -> tuple[int, tuple[Step, ...]]:
    """The number of the first part whose condition holds, the last otherwise, and why those before it do not."""
    steps: list[Step] = []
    for index, part in enumerate(parts):
        if part.when is None:
            return index, tuple(steps)
        steps.append(_decide(book, case, part.when, (*case.at, "scoring", "parts", index, "when")))
        if steps[-1].kind is StepKind.FIRED:
            return index, tuple(steps)
    raise AssertionError("the last part has no condition")


def _decide(book: Book, case: Case, condition: Condition, at: Location) -> Step:
    match condition:
        case AllOf(all=terms):
            below = tuple(_decide(book, case, term, (*at, "all", index)) for index, term in enumerate(terms))
            held = all(step.kind is StepKind.FIRED for step in below)
            return _step(held, say("all of these"), say("every one of these must hold"), at, below)
        case AnyOf(any=terms):
            below = tuple(_decide(book, case, term, (*at, "any", index)) for index, term in enumerate(terms))
            held = any(step.kind is StepKind.FIRED for step in below)
            return _step(held, say("any of these"), say("at least one of these must hold"), at, below)
        case Not(not_=term):
            inner = _decide(book, case, term, (*at, "not"))
            return _step(inner.kind is not StepKind.FIRED, say("not this"), say("it must not hold"), at, (inner,))
        case ItemMet(item_met=item):
            seen = book.scored(case.subject, item, case.window)
            title = say("target met: {name}", name=book.contract.item_by_id[item].label)
            return _step(seen is None or seen[1], title, say("must be so"), at)
        case GroupIs(group=groups):
            title, rule = say("group {name}", name=case.subject.group), say("one of {names}", names="、".join(groups))
            return _step(case.subject.group in groups, title, rule, at)
        case _:
            title, seen_value, wanted, below = _measured(book, case, condition)
            return _compared(title, seen_value, wanted, at, below)


def _measured(book: Book, case: Case, condition: Condition) -> tuple[Text, Fraction | None, Range, tuple[Step, ...]]:
    """What a condition compares, and with what."""
    match condition:
        case ItemScoreIs(item=item, score=wanted):
            seen = book.scored(case.subject, item, case.window)
            title = say("score of {name}", name=book.contract.item_by_id[item].label)
            return title, None if seen is None else seen[0], wanted, ()
        case IncidentCount(incident=kinds, severity=severities, count=wanted):
            count = len(book.facts.incidents(case.subject.code, kinds, case.window, severities))
            return incidents_in_words("、".join(kinds), severities), Fraction(count), wanted, ()
        case MonthsIn(months_in=state, count=wanted):
            months = book.facts.months_in(case.subject.code, state)
            return say("months in state {state}", state=state), Fraction(months), wanted, ()
        case Earlier(count=wanted) as earlier:
            years, told = years_in_which(book.facts, case.subject.code, earlier)
            return say("earlier years in which it held"), years, wanted, told
        case ValueIs(value=indicator, is_=wanted):
            reading = read(
                book, Case(case.subject, value_read(indicator), Fraction(0), case.window, case.at, case.scopes)
            )
            title = say("{name}", name=book.contract.indicator_by_id[indicator].label)
            return title, reading.value, wanted, (reading.step,)
        case _:
            raise AssertionError(f"checked: {type(condition).__name__} is not looked at in scoring")


def value_read(indicator: str) -> Measured:
    """How a condition reads a value: the last period reported; nothing is asked for that is not there."""
    return Measured(
        indicator=indicator, scoring=Mark(method="mark"), missing=Missing.ZERO, incomplete=Incomplete.REPORTED
    )


def _compared(title: Text, value: Fraction | None, wanted: Range, at: Location, below: tuple[Step, ...]) -> Step:
    rule = say("must be {range}", range=bounds(wanted, readable))
    held = value is not None and value in wanted
    outcome = say("holds") if held else say("does not hold")
    worked = say("{value}: {outcome}", value="-" if value is None else readable(value), outcome=outcome)
    return Step(StepKind.FIRED if held else StepKind.NOT_FIRED, title, rule, worked, Fraction(held), at, below)


def _step(held: bool, title: Text, rule: Text, at: Location, below: tuple[Step, ...] = ()) -> Step:
    outcome = say("holds") if held else say("does not hold")
    return Step(StepKind.FIRED if held else StepKind.NOT_FIRED, title, rule, outcome, Fraction(held), at, below)
