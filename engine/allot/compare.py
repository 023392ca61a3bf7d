"""The methods side by side: how far each is from the exact shares, whom it favours, and where it contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.allot.allot import ONE, steps_of
from engine.allot.bounds import Bounds, Order, fair_shares, order_of
from engine.allot.methods import Method


@dataclass(frozen=True, slots=True)
class Compared:
    """One method. `deviation` is the largest from the share within the bounds (the exact one without), `least` and `most`
    the smallest and the largest quota per weight; `outside` are those who get neither their share rounded down nor up,
    `losers` those who would get less if one step more were allotted (the Alabama paradox)."""

    method: Method
    quotas: Mapping[str, Fraction]
    deviation: Fraction
    least: Fraction
    most: Fraction
    outside: tuple[str, ...]
    losers: tuple[str, ...]


def compare(
    total: Fraction, weights: Mapping[str, Fraction], step: Fraction = ONE, bounds: Mapping[str, Bounds] | None = None
) -> tuple[Compared, ...]:
    """Every method on the same order. Raises Refused like `allot`."""
    order = order_of(total, weights, bounds or {}, step)
    fair = fair_shares(order)
    return tuple(_compared(method, order, fair, step) for method in Method)


def _compared(method: Method, order: Order, fair: Mapping[str, Fraction], step: Fraction) -> Compared:
    steps = steps_of(order, method)
    per_weight = [steps[one.code] * step / one.weight for one in order.claims if one.weight > 0]
    return Compared(
        method,
        {code: steps[code] * step for code in sorted(steps)},
        max(abs(steps[code] - share) for code, share in fair.items()) * step,
        min(per_weight),
        max(per_weight),
        tuple(sorted(code for code, share in fair.items() if abs(steps[code] - share) >= 1)),
        _losers(method, order, steps),
    )


def _losers(method: Method, order: Order, steps: Mapping[str, int]) -> tuple[str, ...]:
    if not any(one.has_room(steps[one.code]) for one in order.claims):
        return ()
    then = steps_of(Order(order.steps + 1, order.claims), method)
    return tuple(sorted(code for code in steps if then[code] < steps[code]))
