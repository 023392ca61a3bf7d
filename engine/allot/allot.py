"""An upper quota over parties by their weights: whole steps, exactly the total, the reason for each. No float, no order that
matters: whoever is asked first gets the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.allot.bounds import Bounds, Order, fair_shares, order_of
from engine.allot.divisors import by_divisor
from engine.allot.methods import Method
from engine.allot.reasons import Split, of_divisors, of_remainders
from engine.allot.remainder import by_remainder
from engine.score.derivation import Step

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Share:
    """What a party gets. `exact` is what its weight alone would give it, `fair` the same within the bounds of all."""

    code: str
    weight: Fraction
    exact: Fraction
    fair: Fraction
    quota: Fraction
    derivation: Step


@dataclass(frozen=True, slots=True)
class Allotment:
    """`total` in multiples of `step`, by code; the quotas add up to the total."""

    total: Fraction
    step: Fraction
    method: Method
    shares: tuple[Share, ...]

    @property
    def quotas(self) -> dict[str, Fraction]:
        return {share.code: share.quota for share in self.shares}


def allot(
    total: Fraction,
    weights: Mapping[str, Fraction],
    method: Method = Method.REMAINDER,
    step: Fraction = ONE,
    bounds: Mapping[str, Bounds] | None = None,
) -> Allotment:
    """Raises Refused: DX730 (weights), DX731 (steps), DX732 (bounds that no allotment keeps)."""
    order = order_of(total, weights, bounds or {}, step)
    split = Split(order, step, fair_shares(order), sum(weights.values(), Fraction(0)))
    steps, reasons = _divided(split, method)
    shares = (
        Share(
            one.code, one.weight, split.exact(one) * step, split.fair[one.code] * step, steps[one.code] * step,
            reasons[one.code],
        )
        for one in sorted(order.claims, key=lambda one: one.code)
    )  # fmt: skip
    return Allotment(total, step, method, tuple(shares))


def steps_of(order: Order, method: Method) -> Mapping[str, int]:
    """Only the numbers, in steps."""
    return by_remainder(order) if method is Method.REMAINDER else by_divisor(order, method).steps


def _divided(split: Split, method: Method) -> tuple[Mapping[str, int], Mapping[str, Step]]:
    if method is Method.REMAINDER:
        steps = by_remainder(split.order)
        return steps, of_remainders(split, steps)
    divided = by_divisor(split.order, method)
    return divided.steps, of_divisors(split, divided, method)
