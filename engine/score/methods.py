"""The meaning of each scoring method, in exact fractions. The compiler may not import this module, nor this the compiler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from engine.score import against_target, events, over_value, peers
from engine.score.book import Book, Case
from engine.score.brackets import brackets
from engine.score.cases import first_case
from engine.score.derivation import NOTHING, Step, StepKind, clamped, readable, shown, spread, titled
from engine.score.earned import ZERO, Earned, bound, exempted, refused
from engine.score.missing import carried_told, parameter, without_parameter, without_value
from engine.score.reading import read
from rules.diagnostic import Text, say
from rules.scoring import (
    AllOrNothing,
    BestOf,
    Brackets,
    ByGroup,
    Checklist,
    Exempt,
    FirstOf,
    Fixed,
    Improvement,
    Linear,
    Mark,
    Part,
    PerEvent,
    Proportional,
    Rank,
    Relative,
    Steps,
    SumOf,
    Tiers,
    WorstOf,
)
from rules.scoring_terms import FromData, Parameter

Simple = (
    Proportional | AllOrNothing | Steps | Tiers | Linear | Improvement | Brackets | PerEvent | Rank | Relative | Mark
)


def earn(book: Book, case: Case) -> Earned:
    """Apply the case's method. Faults of the data are noted in the book; the case then counts as exempt."""
    match case.measured.scoring:
        case BestOf() | WorstOf() | SumOf() as composite:
            return _composite(book, case, composite)
        case FirstOf() as cases:
            return _first(book, case, cases)
        case Fixed(share=share):
            return _fixed(case, share)
        case Exempt():
            return exempted(
                case, Step(StepKind.QUOTED, NOTHING, NOTHING, NOTHING, None, case.at), say("not assessed here")
            )
        case Checklist() as rule:
            return over_value.checklist(book, case, rule)
        case PerEvent(incident=str() as kind) as rule:
            return events.incidents(book, case, rule, kind)
        case rule:
            reading = read(book, case)
            if reading.value is None:
                return without_value(book, case, reading)
            earned = _by_value(book, case, rule, reading.value, reading.step)
            return carried_told(book, case, earned) if _target_of(rule) is FromData.CARRIED else earned


def _target_of(rule: Simple) -> Parameter | None:
    match rule:
        case Proportional() | AllOrNothing() | Steps() | Tiers() | Brackets():
            return rule.target
        case _:
            return None


def _by_value(book: Book, case: Case, rule: Simple, value: Fraction, seen: Step) -> Earned:
    match rule:
        case Proportional() | AllOrNothing() | Steps():
            return _against_target(book, case, rule, value, seen)
        case Tiers():
            return over_value.tiers(book, case, rule, value, seen)
        case Linear():
            return over_value.linear(book, case, rule, value, seen)
        case Improvement():
            return over_value.improvement(book, case, rule, value, seen)
        case PerEvent():
            return events.per_event(case, rule, value, seen, shown(value, book.indicator(case.measured)))
        case Rank():
            return peers.rank(book, case, rule, value, seen)
        case Relative():
            return peers.relative(book, case, rule, value, seen)
        case Mark():
            return over_value.mark(book, case, value, seen)
        case Brackets():
            return brackets(book, case, rule, value, seen)
        case _ as never:
            assert_never(never)


def _against_target(
    book: Book, case: Case, rule: Proportional | AllOrNothing | Steps, value: Fraction, seen: Step
) -> Earned:
    target = parameter(book, case, rule.target, "target")
    if target is None:
        return without_parameter(book, case, seen, rule.target)
    match rule:
        case Proportional():
            earned = against_target.proportional(book, case, rule, value, target, seen)
            return against_target.lessened(case, rule, value, earned)
        case AllOrNothing():
            return against_target.all_or_nothing(book, case, rule, value, target, seen)
        case Steps():
            return against_target.steps(book, case, rule, value, target, seen)
        case _ as never:
            assert_never(never)


def _composite(book: Book, case: Case, rule: BestOf | WorstOf | SumOf) -> Earned:
    """Parts that are exempt drop out; an item whose parts all are is exempt itself."""
    parts = [_part(book, case, part, index) for index, part in enumerate(rule.parts)]
    scored = [(part.points, part.met) for part in parts if part.points is not None]
    steps = tuple(part.step for part in parts)
    points, met = [number for number, _ in scored], [reached for _, reached in scored]

    def combined(text: Text, joint: str, value: Fraction) -> Step:
        worked = say("{parts}", parts=joint.join(map(readable, points)))
        return Step(StepKind.COMPUTED, NOTHING, text, worked, value, case.at, steps)

    if not scored:
        step = Step(StepKind.EXEMPTED, NOTHING, say("every part is exempt"), NOTHING, None, case.at, steps)
        return Earned(None, True, step)
    match rule:
        case BestOf():
            return Earned(max(points), any(met), combined(say("the best of the parts"), "; ", max(points)))
        case WorstOf():
            return Earned(min(points), all(met), combined(say("the worst of the parts"), "; ", min(points)))
        case SumOf():
            step = _whole(case, rule, parts, combined(say("the sum of the parts"), " + ", sum(points, ZERO)))
            highest = case.points if rule.highest is None else bound(rule.highest)
            step = clamped(step, bound(rule.lowest), highest)
            return Earned(step.value, all(met), step)
        case _ as never:
            assert_never(never)


def _first(book: Book, case: Case, rule: FirstOf) -> Earned:
    """What the first part whose condition holds earns; nothing is asked of the others."""
    index, why = first_case(book, case, rule.parts)
    earned = _part(book, case, rule.parts[index], index)
    steps = (*why, earned.step)
    kind = StepKind.COMPUTED if earned.points is not None else StepKind.EXEMPTED
    worked = say("case {number}", number=index + 1)
    step = Step(kind, NOTHING, say("the first case that holds"), worked, earned.points, case.at, steps)
    return replace(earned, step=step)


def _fixed(case: Case, share: Fraction) -> Earned:
    points = case.points * share
    worked = say("{points} × {share}", points=readable(case.points), share=readable(share))
    return Earned(points, share == 1, Step(StepKind.QUOTED, NOTHING, say("as agreed"), worked, points, case.at))


def _whole(case: Case, rule: SumOf, parts: Sequence[Earned], step: Step) -> Step:
    """The sum with what exempt parts leave to the others."""
    worth = [case.points if part.points is None else part.points for part in rule.parts]
    present = sum((points for points, part in zip(worth, parts, strict=True) if part.points is not None), ZERO)
    carried = sum(worth, ZERO) - present
    return spread(step, present, carried) if carried and present else step


def _part(book: Book, case: Case, part: Part, index: int) -> Earned:
    """A part takes the item's indicator and points where it states none of its own."""
    indicator = part.indicator or case.measured.indicator
    measured = part if indicator == part.indicator else part.model_copy(update={"indicator": indicator})
    points = case.points if part.points is None else part.points
    inner = replace(case, measured=measured, points=points, at=(*case.at, "scoring", "parts", index))
    earned = _multiplied(book, inner, part, earn(book, inner))
    return replace(earned, step=titled(earned.step, say("{name}", name=part.name))) if part.name else earned


def _multiplied(book: Book, case: Case, part: Part, earned: Earned) -> Earned:
    """Times the part's factor: a number, the party's own, or its group's."""
    match part.times:
        case Fraction() as factor:
            if factor == 1:
                return earned
        case ByGroup(by_group=table):
            if case.subject.group not in table:
                expected = say("a factor for the group {group}", group=case.subject.group)
                book.fault("DX603", case, expected, say("none for {subject}", subject=case.subject.code))
                return refused(case, earned.step)
            factor = table[case.subject.group]
        case by_party:
            agreed = parameter(book, case, by_party, "times")
            if agreed is None:
                return refused(case, earned.step)
            factor = agreed
    if earned.points is None:
        return earned
    worked = say("{value} × {weight}", value=readable(earned.points), weight=readable(factor))
    points = earned.points * factor
    step = Step(StepKind.COMPUTED, earned.step.title, say("weighted"), worked, points, case.at, (earned.step,))
    return replace(earned, points=points, step=step)
