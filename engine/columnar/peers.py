"""Methods that compare a subject with its peers, as columns: by place, and by distance from a reference value."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import assert_never

from engine.columnar.against_target import ONE, ZERO, bound, proportional, steps
from engine.columnar.earned import Earned
from engine.columnar.exact import Held, Ratio, choose, constant, held_between, whole
from engine.columnar.plan import IntColumn, Truth
from engine.columnar.readings import Reading
from engine.columnar.scribe import Case, Scribe
from rules.diagnostic import say
from rules.scoring import Rank, Relative
from rules.scoring_terms import Direction, Reference


def order_of(value: Ratio) -> IntColumn:
    """An integer that orders the values exactly as they are, and is equal just where they are.

    Two fractions with divisors up to d that differ do so by at least 1/d², so their floors in units of 1/d² differ too.
    """
    if value.under.is_constant:
        return value.over.named()
    return ((value.over * value.under.high**2) // value.under).named()


def rank(case: Case, rule: Rank, reading: Reading) -> Earned:
    """Points by place: one more than the number of peers that are strictly better."""
    higher = case.measured.direction is Direction.HIGHER
    place = order_of(reading.value).place_in_league(best_is_high=higher, among=_counted(case, reading))
    plan = place.plan
    if rule.less_per_place is not None:
        points = constant(plan, case.points).minus(whole(place + -1).times(rule.less_per_place))
    elif rule.shares:
        points, peers = constant(plan, rule.after), whole(_how_many(_counted(case, reading)))
        for one in reversed(rule.shares):
            inside = peers.times(one.up_to).is_at_least(whole(place)).settled()
            points = choose(inside, constant(plan, one.points), points).settled()
    else:
        points = constant(plan, rule.after)
        for number, paid in reversed(list(enumerate(rule.table, start=1))):
            points = choose(place.equals(number), constant(plan, paid), points).settled()
    held = held_between(points, bound(rule.lowest), None)
    return Earned(held, plan.truth(False), held.as_ratio().equals(case.points).settled())


def _counted(case: Case, reading: Reading) -> Truth:
    """Who is compared: the peers that have it on their sheets and have a value."""
    return (case.peers & reading.has).named()


def relative(scribe: Scribe, case: Case, rule: Relative, reading: Reading) -> Earned:
    """Steps or proportion with the peers' reference value as the target."""
    reference = reference_value(scribe, case, rule.to, rule.percentile, reading).settled()
    value = reading.value
    if rule.steps is not None:
        return steps(case, rule.steps, value, reference)
    assert rule.proportion is not None
    terms, above_nothing = rule.proportion, scribe.plan.truth(False)
    if case.measured.direction is Direction.HIGHER:
        above_nothing = (reference.equals(ZERO) & value.is_at_least(ZERO)).settled()
    earned = proportional(scribe, case.narrowed(~above_nothing), terms, value, reference)
    # Against a reference of 0: exactly there full points, above it beyond every rate, up to the cap.
    there = Held(constant(scribe.plan, case.points * min(ONE, terms.cap)))
    beyond = Held(constant(scribe.plan, case.points * terms.cap))
    points = earned.points.first(((above_nothing & value.is_above(ZERO)).settled(), beyond), (above_nothing, there))
    return Earned(points, earned.exempt, (earned.met | above_nothing).settled())


def reference_value(
    scribe: Scribe, case: Case, to: Reference, percentile: Fraction | None, reading: Reading
) -> Ratio:  # fmt: skip
    """The statistic of the peers' values that a subject is held against."""
    among = _counted(case, reading)
    match to:
        case Reference.MEAN:
            return _mean(reading.value, among)
        case Reference.POOLED:
            expected = say("numerator and denominator, since the peers are pooled")
            scribe.note("DX606", case, ~reading.counted, expected, say("a ratio given only as a decimal"))
            over, under = _summed(reading.numerator, among), _summed(reading.denominator, among)
            return over.per(under)
        case Reference.MEDIAN | Reference.BEST | Reference.PERCENTILE:
            return _selected(case, to, percentile, reading.value, among)
        case _ as never:
            assert_never(never)


def _mean(value: Ratio, among: Truth) -> Ratio:
    """The sum of the values over their number; they need a common divisor."""
    count = whole(_how_many(among))
    if value.under.is_constant:
        return _summed(value, among).per(count)
    return _summed(_over_common(value), among).per(count)


def _over_common(value: Ratio) -> Ratio:
    """The same values over one divisor that all of theirs go into."""
    plan, common = value.plan, value.under.multiple or _multiple_of_all(value.under)
    return Ratio(value.over * (plan.constant(common) // value.under), plan.constant(1), value.factor / common)


def _multiple_of_all(divisors: IntColumn) -> int:
    """The least common multiple of every divisor in the range; refused as too wide as soon as it is."""
    common = 1
    for divisor in range(divisors.low, divisors.high + 1):
        common = lcm(common, divisor)
        divisors.plan.hold(common)
    return common


def _summed(value: Ratio, among: Truth) -> Ratio:
    assert value.under.is_constant
    return Ratio(value.over.over_league("sum", among), value.under, value.factor)


def _how_many(among: Truth) -> IntColumn:
    plan = among.plan
    return among.choose(plan.constant(1), plan.constant(0)).over_league("sum")


def _selected(case: Case, to: Reference, percentile: Fraction | None, value: Ratio, among: Truth) -> Ratio:
    """The value that stands at a certain place among the peers' in ascending order; of the median, the mean of two."""
    count = _how_many(among)
    place = order_of(value).place_in_league(best_is_high=False, among=among, method="ordinal")
    value, plan = value.named(), value.plan

    def at(wanted: IntColumn) -> Ratio:
        chosen = (among & place.equals(wanted)).settled()
        under = value.under if value.under.is_constant else value.under.over_league("sum", chosen).at_least(1)
        return Ratio(value.over.over_league("sum", chosen), under, value.factor)

    match to:
        case Reference.BEST:
            higher = case.measured.direction is Direction.HIGHER
            return at(count if higher else plan.constant(1))
        case Reference.PERCENTILE:
            assert percentile is not None
            return at(whole(count).times(percentile).ceil().at_least(1).settled())
        case _:
            lower, upper = at((count + 1) // 2), at(count // 2 + 1)
            return lower.plus(upper).times(Fraction(1, 2))
