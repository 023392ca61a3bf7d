"""The order in whole steps: what is to be divided, by which weights, between which bounds, or why it cannot be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.score.derivation import readable
from rules.diagnostic import Diagnostic, Span, Text, refuse_if_any, say

ZERO = Fraction(0)
PLACE = "allot"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a party may get; None where nothing is agreed, and then the least is 0."""

    lowest: Fraction | None = None
    highest: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One party: its weight, and its bounds in whole steps. `highest` None: as much as there is."""

    code: str
    weight: Fraction
    lowest: int = 0
    highest: int | None = None

    def clamped(self, steps: Fraction) -> Fraction:
        below = steps if self.highest is None else min(steps, Fraction(self.highest))
        return max(below, Fraction(self.lowest))

    def has_room(self, steps: int) -> bool:
        """Whether a step more is within the bounds. Who has no weight has no claim beyond the lowest."""
        return self.weight > 0 and (self.highest is None or steps < self.highest)


@dataclass(frozen=True, slots=True)
class Order:
    """`steps` whole steps over the claims, those with the larger weight first, equal ones by code: the rule of every tie."""

    steps: int
    claims: tuple[Claim, ...]


def order_of(total: Fraction, weights: Mapping[str, Fraction], bounds: Mapping[str, Bounds], step: Fraction) -> Order:
    """Everything in whole steps. Raises Refused with all that is wrong: DX730 weights, DX731 steps, DX732 bounds."""
    refuse_if_any((*_faults_of_weights(weights), *_faults_of_step(total, bounds, step)))
    in_order = sorted(weights, key=lambda code: (-weights[code], code))
    claims = tuple(_claim(code, weights[code], bounds.get(code, Bounds()), step) for code in in_order)
    order = Order(int(total / step), claims)
    refuse_if_any(_faults_of_bounds(order, step))
    return order


def fair_shares(order: Order) -> dict[str, Fraction]:
    """What each would get in fractions of a step: in proportion to its weight, but for those whom a bound holds.

    All are at one level: shares are the weights times `level`, held to the bounds. What the level gives out grows with it
    and bends only where a party meets a bound, so the level is found between two neighbouring bends by one division: there
    is nothing to repeat, and the order of the parties plays no part. `order` can be kept (`order_of`).
    """
    level = _level(order)
    return {one.code: one.clamped(one.weight * level) for one in order.claims}


def _level(order: Order) -> Fraction:
    weighted = [one for one in order.claims if one.weight > 0]
    lower = (Fraction(one.lowest) / one.weight for one in weighted)
    upper = (Fraction(one.highest) / one.weight for one in weighted if one.highest is not None)
    bends = sorted({ZERO, *lower, *upper})
    steps = Fraction(order.steps)
    after = bisect_left(bends, steps, key=lambda level: _given(order.claims, level))
    if after < len(bends) and _given(order.claims, bends[after]) == steps:
        return bends[after]
    before = bends[after - 1]
    free = sum((one.weight for one in weighted if _is_free(one, before)), ZERO)
    return before + (steps - _given(order.claims, before)) / free


def _given(claims: Iterable[Claim], level: Fraction) -> Fraction:
    return sum((one.clamped(one.weight * level) for one in claims), ZERO)


def _is_free(one: Claim, level: Fraction) -> bool:
    """Whether it gets more just above this level."""
    steps = one.weight * level
    return steps >= one.lowest and (one.highest is None or steps < one.highest)


def _claim(code: str, weight: Fraction, bounds: Bounds, step: Fraction) -> Claim:
    highest = None if bounds.highest is None else int(bounds.highest / step)
    return Claim(code, weight, int((bounds.lowest or ZERO) / step), highest)


def _faults_of_weights(weights: Mapping[str, Fraction]) -> Iterator[Diagnostic]:
    for code, weight in weights.items():
        if weight < 0:
            yield _fault(
                "DX730", code, say("the weight {weight}", weight=readable(weight)), say("a weight of 0 or more")
            )
    if not any(weight > 0 for weight in weights.values()):
        yield _fault("DX730", "", say("no weight above 0"), say("at least one party with a weight above 0"))


def _faults_of_step(total: Fraction, bounds: Mapping[str, Bounds], step: Fraction) -> Iterator[Diagnostic]:
    if step <= 0:
        yield _fault("DX731", "", say("steps of {step}", step=readable(step)), say("a step above 0"))
        return
    amounts = [("", total)]
    amounts += [(code, one) for code, each in bounds.items() for one in (each.lowest, each.highest) if one is not None]
    for code, amount in amounts:
        if amount < 0:
            yield _fault("DX731", code, say("{value}", value=readable(amount)), say("an amount of 0 or more"))
        elif (amount / step).denominator != 1:
            expected = say("a multiple of the step, {step}", step=readable(step))
            yield _fault("DX731", code, say("{value}", value=readable(amount)), expected)


def _faults_of_bounds(order: Order, step: Fraction) -> Iterator[Diagnostic]:
    crossed = [one for one in order.claims if one.highest is not None and one.lowest > one.highest]
    for one in crossed:
        assert one.highest is not None
        found = say(
            "at least {lowest}, at most {highest}",
            lowest=readable(one.lowest * step),
            highest=readable(one.highest * step),
        )
        yield _fault("DX732", one.code, found, say("the lowest not above the highest"))
    if crossed:
        return
    total, least = readable(order.steps * step), sum(one.lowest for one in order.claims)
    if least > order.steps:
        found = say("{sum} as the lowest of all together", sum=readable(least * step))
        yield _fault("DX732", "", found, say("at most what is to be allotted, {total}", total=total))
    # Beyond its lowest nobody without a weight gets anything.
    most = [one.highest if one.weight > 0 else one.lowest for one in order.claims]
    if None not in most and (reached := sum(one for one in most if one is not None)) < order.steps:
        found = say("{sum} as the highest of all with a weight together", sum=readable(reached * step))
        yield _fault("DX732", "", found, say("at least what is to be allotted, {total}", total=total))


def _fault(code: str, party: str, found: Text, expected: Text) -> Diagnostic:
    return Diagnostic(code, Span(PLACE, cell=party), found, expected)
