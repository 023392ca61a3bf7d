"""Methods that hold a value against a target, as columns: in proportion, all or nothing, in steps."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from engine.columnar.earned import Earned, exempt_where
from engine.columnar.exact import Cases, Held, Ratio, constant, held_between, whole
from engine.columnar.plan import Plan, Truth
from engine.columnar.scribe import Case, Scribe
from rules.diagnostic import say
from rules.scoring import AllOrNothing, Proportional
from rules.scoring_terms import Direction, FromData, Limit, RateTerms, StepRule, StepTerms

ZERO, ONE = Fraction(0), Fraction(1)


def bound(limit: Limit) -> Fraction | None:
    """`none` waives a bound."""
    return None if limit == "none" else limit


def met(case: Case, value: Ratio, target: Ratio) -> Truth:
    """Compared crosswise: 95/100 meets 95%."""
    higher = case.measured.direction is Direction.HIGHER
    return (value.is_at_least(target) if higher else target.is_at_least(value)).settled()


def proportional(scribe: Scribe, case: Case, terms: RateTerms, value: Ratio, target: Ratio) -> Earned:
    """Points x completion; below the floor nothing, above the cap no more."""
    unusable = unusable_target(scribe, case, target)
    if case.measured.direction is Direction.HIGHER:
        points = _in_proportion(value.per(target), terms, case.points)
        if is_carried(case):
            nothing_to_do = target.equals(ZERO).settled()
            points = points.first((nothing_to_do, _at_rate(scribe.plan, terms, case.points, ONE)))
    else:
        # At 0 or less, lower than any rate can say; but 0 where the target is 0 is exactly met.
        nothing_left = ~value.is_above(ZERO)
        exactly_met = (nothing_left & value.equals(target)).settled()
        points = _in_proportion(target.per(value), terms, case.points).first(
            (exactly_met, _at_rate(scribe.plan, terms, case.points, ONE)),
            (nothing_left.settled(), _at_rate(scribe.plan, terms, case.points, terms.cap)),
        )
    return exempt_where(Earned(points, scribe.plan.truth(False), met(case, value, target)), unusable)


def lessened(case: Case, terms: Proportional, value: Ratio, earned: Earned) -> Earned:
    """Times what a miss leaves, where the target or the value that counts as meeting it is missed."""
    reached = earned.met
    if terms.met_at is not None:
        reached = (met(case, value, constant(value.plan, terms.met_at)) | earned.exempt).settled()
    return Earned(earned.points.where((~reached).settled(), terms.missed_times), earned.exempt, reached)


def _at_rate(plan: Plan, terms: RateTerms, points: Fraction, rate: Fraction) -> Held:
    """The points at a rate that is the same for everybody."""
    earned = ZERO if terms.floor is not None and rate < terms.floor else points * min(rate, terms.cap)
    return Held(constant(plan, earned))


def _in_proportion(rate: Ratio, terms: RateTerms, points: Fraction) -> Cases:
    earned = Held(rate.times(points), ZERO, points * terms.cap) if points else Held(constant(rate.plan, ZERO))
    if not terms.floor:
        return Cases((), earned)
    below = (~rate.is_at_least(terms.floor)).settled()
    return Cases(((below, Held(constant(rate.plan, ZERO))),), earned)


def is_carried(case: Case) -> bool:
    """Whether the target may come to 0 where nothing is left to do, which is done in full."""
    return getattr(case.measured.scoring, "target", None) is FromData.CARRIED


def unusable_target(scribe: Scribe, case: Case, target: Ratio) -> Truth:
    """Where the target leaves nothing to divide by: below 0, or 0 where higher is better; a fault is noted."""
    may_be_zero = case.measured.direction is Direction.LOWER or is_carried(case)
    unusable = (~target.is_at_least(ZERO) if may_be_zero else ~target.is_above(ZERO)).settled()
    scribe.note("DX608", case, unusable, say("a target above 0, to divide by"), say("0 or less"))
    return case.active & unusable


def all_or_nothing(case: Case, rule: AllOrNothing, value: Ratio, target: Ratio) -> Earned:
    """Full points when the target is met, else what a miss is worth."""
    reached, plan = met(case, value, target), value.plan
    points = Cases(((reached, Held(constant(plan, case.points))),), Held(constant(plan, rule.missed)))
    return Earned(points, plan.truth(False), reached)


def steps(case: Case, terms: StepTerms, value: Ratio, target: Ratio) -> Earned:
    """Full points at the target, less or more for each step short of it or beyond it."""
    higher = case.measured.direction is Direction.HIGHER
    ahead = (value.minus(target) if higher else target.minus(value)).settled()
    reached = ahead.is_at_least(ZERO).settled()
    highest = case.points if terms.highest is None else bound(terms.highest)
    lowest = bound(terms.lowest)
    plan = value.plan

    def moved(distance: Ratio, amount: Fraction | None, sign: int) -> Cases:
        full = constant(plan, case.points)
        if not amount:
            return held_between(full, lowest, highest)
        counted = steps_counted(distance.times(1 / terms.per), terms.step)
        return held_between(full.plus(counted.times(amount * sign)), lowest, highest)

    beyond, short = moved(ahead, terms.add, 1), moved(ahead.times(Fraction(-1)), terms.deduct, -1)
    cases = (*((reached & truth, held) for truth, held in beyond.cases), (reached, beyond.otherwise), *short.cases)
    return Earned(Cases(cases, short.otherwise), plan.truth(False), reached)


def steps_counted(distance: Ratio, rule: StepRule) -> Ratio:
    """Steps that count, of a distance in steps: started ones, completed ones, or the exact fraction; 0 below 0."""
    match rule:
        case StepRule.STARTED:
            return whole(_not_negative(distance).ceil().settled())
        case StepRule.COMPLETED:
            return whole(_not_negative(distance).floor().settled())
        case StepRule.PRO_RATA:
            return _not_negative(distance)
        case _ as never:
            assert_never(never)


def _not_negative(distance: Ratio) -> Ratio:
    return Ratio(distance.over.at_least(0), distance.under, distance.factor)
