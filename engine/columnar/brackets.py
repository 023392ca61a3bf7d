"""Marginal brackets as columns: each part of the way from the reference is worth what its bracket says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from engine.columnar.against_target import bound, steps_counted
from engine.columnar.earned import Earned, parameter, without_parameter
from engine.columnar.exact import Held, Ratio, constant, held_between, total
from engine.columnar.peers import reference_value
from engine.columnar.readings import Reading
from engine.columnar.scribe import Case, Scribe
from rules.scoring import Bracket, Brackets
from rules.scoring_terms import Direction

ZERO = Fraction(0)


def brackets(scribe: Scribe, case: Case, rule: Brackets, reading: Reading) -> Earned:
    """From the start at the reference, what the brackets above it give or those below it take."""
    if rule.to is not None:
        return _from(case, rule, reading.value, reference_value(scribe, case, rule.to, rule.percentile, reading))
    assert rule.target is not None
    target = parameter(scribe, case, rule.target, "target")
    return without_parameter(case, _from(case, rule, reading.value, target.value), [target])


def _from(case: Case, rule: Brackets, value: Ratio, reference: Ratio) -> Earned:
    higher = case.measured.direction is Direction.HIGHER
    ahead = (value.minus(reference) if higher else reference.minus(value)).settled()
    start = constant(ahead.plan, case.points if rule.start is None else rule.start)
    given, taken = _worth(rule, rule.above, ahead), _worth(rule, rule.below, ahead.times(Fraction(-1)).settled())
    highest = case.points if rule.highest is None else bound(rule.highest)
    held = held_between(start.plus(given).minus(taken).settled(), bound(rule.lowest), highest)
    return Earned(held, ahead.plan.truth(False), ahead.is_at_least(ZERO).settled())


def _worth(rule: Brackets, side: Sequence[Bracket], way: Ratio) -> Ratio:
    """What lies on one side of the reference; nothing for those on the other."""
    terms, begins = [], ZERO
    for bracket in side:
        inside = Held(way.minus(constant(way.plan, begins)), ZERO, bracket.width).as_ratio()
        terms.append(steps_counted(inside.times(1 / rule.per), rule.step).times(bracket.each).settled())
        begins += bracket.width or ZERO
    return total(way.plan, terms).settled()
