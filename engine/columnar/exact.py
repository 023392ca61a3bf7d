"""Exact ratios of integer columns, values held between bounds, and the one place where they are rounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import assert_never

from engine.columnar.plan import IntColumn, Plan, Truth
from rules.quantity import Rounding, round_to
from rules.range import Range

ONE = Fraction(1)


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """`factor x over / under`: the factor is above 0, the divisor never below 1, the sign is the dividend's."""

    over: IntColumn
    under: IntColumn
    factor: Fraction = ONE

    @property
    def plan(self) -> Plan:
        return self.over.plan

    def times(self, number: Fraction) -> Ratio:
        if number == 0:
            return constant(self.plan, Fraction(0))
        return Ratio(self.over if number > 0 else -self.over, self.under, self.factor * abs(number))

    def plus(self, other: Ratio) -> Ratio:
        unit, mine, theirs = _common(self.factor, other.factor)
        if _same(self.under, other.under):
            return Ratio(self.over * mine + other.over * theirs, self.under, unit)
        over = self.over * other.under * mine + other.over * self.under * theirs
        return Ratio(over, self.under * other.under, unit)

    def minus(self, other: Ratio) -> Ratio:
        return self.plus(other.times(Fraction(-1)))

    def by(self, other: Ratio) -> Ratio:
        """The product."""
        return Ratio(self.over * other.over, self.under * other.under, self.factor * other.factor)

    def per(self, other: Ratio) -> Ratio:
        """The quotient; where the divisor is 0 what comes out means nothing."""
        divisor = other.over.settled()
        over, under = self.over * other.under, self.under
        if divisor.low < 0:
            negative = (~divisor.is_at_least(0)).settled()
            over = negative.choose(-over, over)
            divisor = negative.choose(-divisor, divisor)
            divisor = replace(divisor, low=0) if divisor.expr is not None else divisor
        if divisor.low < 1:
            divisor = divisor.at_least(1)
        return Ratio(over, under * divisor, self.factor / other.factor)

    def is_at_least(self, other: Ratio | Fraction) -> Truth:
        mine, theirs = self._crossed(other)
        return mine.is_at_least(theirs)

    def is_above(self, other: Ratio | Fraction) -> Truth:
        mine, theirs = self._crossed(other)
        return mine.is_above(theirs)

    def equals(self, other: Ratio | Fraction) -> Truth:
        mine, theirs = self._crossed(other)
        return mine.equals(theirs)

    def _crossed(self, other: Ratio | Fraction) -> tuple[IntColumn, IntColumn]:
        """Both sides as integers: multiplied crosswise, never divided."""
        if isinstance(other, Fraction):
            other = constant(self.plan, other)
        _, mine, theirs = _common(self.factor, other.factor)
        if _same(self.under, other.under):
            return self.over * mine, other.over * theirs
        return self.over * other.under * mine, other.over * self.under * theirs

    def floor(self) -> IntColumn:
        return (self.over * self.factor.numerator) // (self.under * self.factor.denominator)

    def ceil(self) -> IntColumn:
        return -((-self.over * self.factor.numerator) // (self.under * self.factor.denominator))

    def settled(self) -> Ratio:
        return Ratio(self.over.settled(), self.under.settled(), self.factor)

    def named(self, what: str = "") -> Ratio:
        return Ratio(self.over.named(what), self.under.named(what), self.factor)


def _same(one: IntColumn, two: IntColumn) -> bool:
    return one is two or (one.is_constant and two.is_constant and one.low == two.low)


def _common(one: Fraction, two: Fraction) -> tuple[Fraction, int, int]:
    """A unit that both are whole multiples of, and how many they are."""
    unit = Fraction(gcd(one.numerator, two.numerator), lcm(one.denominator, two.denominator))
    return unit, int(one / unit), int(two / unit)


def constant(plan: Plan, value: Fraction) -> Ratio:
    over = plan.constant((value > 0) - (value < 0))
    return Ratio(over, plan.constant(1), abs(value) or ONE)


def whole(number: IntColumn, scale: int = 1) -> Ratio:
    """A scaled integer as a ratio."""
    return Ratio(number, number.plan.constant(1), Fraction(1, scale))


def choose(truth: Truth, then: Ratio, otherwise: Ratio) -> Ratio:
    if truth.value is not None:
        return then if truth.value else otherwise
    unit, mine, theirs = _common(then.factor, otherwise.factor)
    under = then.under if _same(then.under, otherwise.under) else truth.choose(then.under, otherwise.under)
    return Ratio(truth.choose(then.over * mine, otherwise.over * theirs), under, unit)


def within(value: Ratio, wanted: Range) -> Truth:
    """Whether the value lies in the range, each bound open or closed as written."""
    truths = []
    if wanted.at_least is not None:
        truths.append(value.is_at_least(wanted.at_least))
    if wanted.above is not None:
        truths.append(value.is_above(wanted.above))
    if wanted.at_most is not None:
        truths.append(~value.is_above(wanted.at_most))
    if wanted.below is not None:
        truths.append(~value.is_at_least(wanted.below))
    return value.plan.all_of(truths).settled()


def total(plan: Plan, terms: Iterable[Ratio]) -> Ratio:
    summed = constant(plan, Fraction(0))
    for term in terms:
        summed = term if summed.over.is_constant and summed.over.low == 0 else summed.plus(term)
    return summed


def weighed(plan: Plan, amounts: Iterable[tuple[Truth, Fraction]]) -> Ratio:
    """The sum of the amounts whose truth holds; one integer column over a common unit."""
    listed = [(truth, amount) for truth, amount in amounts if amount and truth.value is not False]
    unit = Fraction(1, lcm(*(amount.denominator for _, amount in listed)))
    zero = plan.constant(0)
    terms = (truth.choose(plan.constant(int(amount / unit)), zero) for truth, amount in listed)
    return Ratio(plan.sum_of(terms), plan.constant(1), unit)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A value held between two bounds, either of which may be waived; `low` is not above `high`."""

    value: Ratio
    low: Fraction | None = None
    high: Fraction | None = None

    def as_ratio(self) -> Ratio:
        """With its bounds applied."""
        value = self.value.settled()
        held = value
        if self.low is not None:
            held = choose(value.is_at_least(self.low), held, constant(value.plan, self.low))
        if self.high is not None:
            held = choose(value.is_above(self.high), constant(value.plan, self.high), held)
        return held

    def times(self, number: Fraction) -> Held:
        """Scaled by a number not below 0."""
        return Held(
            self.value.times(number),
            None if self.low is None else self.low * number,
            None if self.high is None else self.high * number,
        )

    def rounded(self, unit: Fraction, rounding: Rounding) -> IntColumn:
        """To whole units. Rounding never changes an order, so the bounds are rounded and applied after it."""
        number = round_ratio(self.value.times(1 / unit), rounding)
        if self.low is not None:
            number = number.at_least(int(round_to(self.low / unit, 0, rounding)))
        if self.high is not None:
            number = number.at_most(int(round_to(self.high / unit, 0, rounding)))
        return number


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """A value by cases: the first whose truth holds, else the last word."""

    cases: tuple[tuple[Truth, Held], ...]
    otherwise: Held

    def first(self, *cases: tuple[Truth, Held]) -> Cases:
        """These looked at before the ones here."""
        return Cases((*(case for case in cases if case[0].value is not False), *self.cases), self.otherwise)

    def times(self, number: Fraction) -> Cases:
        scaled = tuple((truth, held.times(number)) for truth, held in self.cases)
        return Cases(scaled, self.otherwise.times(number))

    def where(self, truth: Truth, factor: Fraction) -> Cases:
        """Scaled by a number not below 0 wherever that holds."""
        cases: list[tuple[Truth, Held]] = []
        for inside, held in self.cases:
            cases += [((truth & inside).settled(), held.times(factor)), (inside, held)]
        return Cases((*cases, (truth, self.otherwise.times(factor))), self.otherwise)

    def rounded(self, decimals: int, rounding: Rounding, multiple_of: Fraction | None = None) -> IntColumn:
        """In units of 10**-decimals, rounded to one of them or to a multiple, which is a whole number of them."""
        finest = Fraction(1, 10**decimals)
        unit = multiple_of or finest
        number = self.otherwise.rounded(unit, rounding)
        for truth, held in reversed(self.cases):
            number = truth.choose(held.rounded(unit, rounding), number)
        return number * int(unit / finest)

    def as_ratio(self) -> Ratio:
        value = self.otherwise.as_ratio()
        for truth, held in reversed(self.cases):
            value = choose(truth, held.as_ratio(), value)
        return value.settled()


def exactly(value: Ratio) -> Cases:
    return Cases((), Held(value))


def held_between(value: Ratio, low: Fraction | None, high: Fraction | None) -> Cases:
    """At most `high`; else at least `low`, also where the bounds are the wrong way round."""
    if low is not None and high is not None and low > high:
        above = value.is_above(high)
        return Cases(((above, Held(constant(value.plan, high))),), Held(constant(value.plan, low)))
    return Cases((), Held(value, low, high))


def cases_between(value: Cases, low: Fraction | None, high: Fraction | None) -> Cases:
    """Each case held between the bounds too; a case has none of its own yet."""
    if low is None and high is None:
        return value
    cases: list[tuple[Truth, Held]] = []
    for truth, held in (*value.cases, (None, value.otherwise)):
        assert (held.low, held.high) == (None, None), "bounds are applied once"
        bounded = held_between(held.value, low, high)
        for inner, narrow in bounded.cases:
            cases.append((inner if truth is None else truth & inner, narrow))
        if truth is None:
            return Cases(tuple(cases), bounded.otherwise)
        cases.append((truth, bounded.otherwise))
    raise AssertionError("the last word is always there")


def round_ratio(value: Ratio, rounding: Rounding) -> IntColumn:
    """To the nearest integer under the declared rule, sign-symmetric; the only division of a score."""
    over, under = value.over * value.factor.numerator, value.under * value.factor.denominator
    if over.is_constant and under.is_constant:
        return value.plan.constant(int(round_to(Fraction(over.low, under.low), 0, rounding)))
    if over.low >= 0:
        return _round_up_from_zero(over, under, rounding)
    over = over.settled()
    if over.high <= 0:
        return -_round_up_from_zero(-over, under, rounding)
    up = _round_up_from_zero(over.at_least(0), under, rounding)
    down = _round_up_from_zero((-over).at_least(0), under, rounding)
    return up - down


def _round_up_from_zero(over: IntColumn, under: IntColumn, rounding: Rounding) -> IntColumn:
    if under.is_constant and under.low == 1:
        return over
    match rounding:
        case Rounding.HALF_UP:
            return (over * 2 + under) // (under * 2)
        case Rounding.DOWN:
            return over // under
        case Rounding.UP:
            return (over + under - 1) // under
        case Rounding.HALF_EVEN:
            over, under = over.settled(), under.settled()
            down = (over // under).settled()
            twice = ((over - down * under) * 2 - under).settled()
            odd = (down - down // 2 * 2).equals(1)
            up = twice.is_above(0) | (twice.equals(0) & odd)
            return down + up.choose(over.plan.constant(1), over.plan.constant(0))
        case _ as never:
            assert_never(never)
