"""The columnar form of each scoring method. The interpreter may not import this module, nor this the interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from engine.columnar import against_target, events, over_value, peers
from engine.columnar.brackets import brackets
from engine.columnar.cases import first_that_holds, holds
from engine.columnar.earned import Earned, exempt_where, parameter, without_parameter, without_value
from engine.columnar.exact import Cases, Held, Ratio, cases_between, choose, constant, exactly, total, weighed
from engine.columnar.order import extreme
from engine.columnar.plan import Truth, in_list
from engine.columnar.readings import Reading, read
from engine.columnar.scribe import Case, Scribe
from rules.diagnostic import say
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

Simple = (
    Proportional | AllOrNothing | Steps | Tiers | Linear | Improvement | Brackets | PerEvent | Rank | Relative | Mark
)
ZERO = Fraction(0)


def earn(scribe: Scribe, case: Case) -> Earned:
    """What the case's method earns; faults of the data are noted with the scribe."""
    match case.measured.scoring:
        case BestOf() | WorstOf() | SumOf() as composite:
            return _composite(scribe, case, composite)
        case FirstOf() as cases:
            return _first(scribe, case, cases)
        case Fixed(share=share):
            points = exactly(constant(scribe.plan, case.points * share))
            return Earned(points, scribe.plan.truth(False), scribe.plan.truth(share == 1))
        case Exempt():
            return Earned(exactly(constant(scribe.plan, ZERO)), scribe.plan.truth(True), scribe.plan.truth(True))
        case Checklist() as rule:
            return over_value.checklist(scribe, case, rule)
        case PerEvent(incident=str() as kind) as rule:
            return events.incidents(scribe, case, rule, kind)
        case rule:
            reading = read(scribe, case)
            earned = _by_value(scribe, case.narrowed(reading.has), rule, reading)
            return without_value(scribe, case, reading, earned)


def _by_value(scribe: Scribe, case: Case, rule: Simple, reading: Reading) -> Earned:
    value = reading.value
    match rule:
        case Proportional() | AllOrNothing() | Steps():
            return _against_target(scribe, case, rule, value)
        case Tiers():
            return over_value.tiers(scribe, case, rule, value)
        case Linear():
            return over_value.linear(scribe, case, rule, value)
        case Improvement():
            return over_value.improvement(scribe, case, rule, value)
        case PerEvent():
            return events.per_event(case, rule, value)
        case Rank():
            return peers.rank(case, rule, reading)
        case Relative():
            return peers.relative(scribe, case, rule, reading)
        case Mark():
            return over_value.mark(scribe, case, value)
        case Brackets():
            return brackets(scribe, case, rule, reading)
        case _ as never:
            assert_never(never)


def _against_target(scribe: Scribe, case: Case, rule: Proportional | AllOrNothing | Steps, value: Ratio) -> Earned:
    target = parameter(scribe, case, rule.target, "target")
    inside = case.narrowed(target.has)
    match rule:
        case Proportional():
            earned = against_target.proportional(scribe, inside, rule, value, target.value)
            if rule.missed_times != 1:
                earned = against_target.lessened(case, rule, value, earned)
        case AllOrNothing():
            earned = against_target.all_or_nothing(case, rule, value, target.value)
        case Steps():
            earned = against_target.steps(case, rule, value, target.value)
        case _ as never:
            assert_never(never)
    return without_parameter(case, earned, [target])


def _composite(scribe: Scribe, case: Case, rule: BestOf | WorstOf | SumOf) -> Earned:
    """Parts that are exempt drop out; an item whose parts all are is exempt itself."""
    parts = [_part(scribe, case, part) for part in rule.parts]
    scored = [(~part.exempt).settled() for part in parts]
    points = [part.points.as_ratio() for part in parts]
    exempt = (~scribe.plan.any_of(scored)).settled()
    reached = [there & part.met for there, part in zip(scored, parts, strict=True)]
    every = scribe.plan.all_of(~there | part.met for there, part in zip(scored, parts, strict=True))
    match rule:
        case BestOf():
            return Earned(
                exactly(extreme(points, scored, best=True)), exempt, (scribe.plan.any_of(reached) | exempt).settled()
            )
        case WorstOf():
            return Earned(exactly(extreme(points, scored, best=False)), exempt, every.settled())
        case SumOf():
            summed = _summed(scribe, case, rule, points, scored)
            highest = case.points if rule.highest is None else against_target.bound(rule.highest)
            held = cases_between(summed, against_target.bound(rule.lowest), highest)
            return Earned(held, exempt, every.settled())
        case _ as never:
            assert_never(never)


def _first(scribe: Scribe, case: Case, rule: FirstOf) -> Earned:
    """Each part only where its condition holds and none before it does: nothing is asked of it elsewhere."""
    conditions, earned, left = [], [], scribe.plan.truth(True)
    for part in rule.parts:
        truth = scribe.plan.truth(True) if part.when is None else holds(scribe, case, part.when)
        earned.append(_part(scribe, case.narrowed((left & truth).settled()), part))
        if part.when is not None:
            conditions.append(truth)
        left = (left & ~truth).settled()
    return first_that_holds(conditions, earned)


def _summed(scribe: Scribe, case: Case, rule: SumOf, points: Sequence[Ratio], scored: Sequence[Truth]) -> Cases:
    """The sum, with what exempt parts leave to the others in proportion."""
    nothing = constant(scribe.plan, ZERO)
    summed = total(scribe.plan, (choose(there, one, nothing) for there, one in zip(scored, points, strict=True)))
    worth = [case.points if part.points is None else part.points for part in rule.parts]
    present = weighed(scribe.plan, zip(scored, worth, strict=True))
    return spread(summed.settled(), present, sum(worth, ZERO))


def spread(value: Ratio, present: Ratio, whole: Ratio | Fraction) -> Cases:
    """The value x whole / present, where something is lacking of the whole and something is there to take it."""
    plan = value.plan
    everything = constant(plan, whole) if isinstance(whole, Fraction) else whole
    lacking = everything.is_above(present) & present.is_above(ZERO)
    if lacking.value is False:
        return exactly(value)
    larger = value.by(everything).per(present)
    return Cases(((lacking.settled(), Held(larger.settled())),), Held(value))


def _part(scribe: Scribe, case: Case, part: Part) -> Earned:
    """A part takes the item's indicator and points where it states none of its own."""
    indicator = part.indicator or case.measured.indicator
    measured = part if indicator == part.indicator else part.model_copy(update={"indicator": indicator})
    points = case.points if part.points is None else part.points
    inner = replace(case, measured=measured, points=points)
    return _multiplied(scribe, inner, part, earn(scribe, inner))


def _multiplied(scribe: Scribe, case: Case, part: Part, earned: Earned) -> Earned:
    """Times the part's factor: a number, the party's own, or its group's."""
    match part.times:
        case Fraction() as factor:
            return earned if factor == 1 else replace(earned, points=earned.points.times(factor))
        case ByGroup(by_group=table):
            known, number = in_list(scribe.plan, "group", list(table)).settled(), constant(scribe.plan, ZERO)
            for group, factor in table.items():
                number = choose(in_list(scribe.plan, "group", [group]), constant(scribe.plan, factor), number).settled()
            expected = say("a factor for the group")
            scribe.note("DX603", case, ~known, expected, say("none for this party"))
        case by_party:
            agreed = parameter(scribe, case, by_party, "times")
            known, number = agreed.has, agreed.value
    points = exactly(earned.points.as_ratio().by(number).settled())
    return exempt_where(replace(earned, points=points), ~known)
