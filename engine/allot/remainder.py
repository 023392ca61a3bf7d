"""Largest remainder (最大余数法): whole steps first, those left over to the largest fractions. The one place that divides so."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from engine.allot.bounds import Order, fair_shares


def by_remainder(order: Order) -> dict[str, int]:
    """The fair share of each rounded down, and a step more for the largest fractions; of equal ones the first claim.

    A bound is a whole number of steps, so that rounding a share within its bounds never leaves them.
    """
    return rounded_by_remainder(fair_shares(order))


def divided(amount: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """In proportion to the weights; of equal fractions those first in `weights` come first. Without any weight nobody gets
    anything."""
    total = sum(weights.values(), Fraction(0))
    if total == 0:
        return dict.fromkeys(weights, 0)
    return rounded_by_remainder({name: amount * weight / total for name, weight in weights.items()})


def rounded_by_remainder(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Shares whose sum is whole, made whole."""
    shares = {name: share.numerator // share.denominator for name, share in exact.items()}
    left = int(sum(exact.values(), Fraction(0))) - sum(shares.values())
    by_fraction = sorted(exact, key=lambda name: shares[name] - exact[name])
    for name in by_fraction[:left]:
        shares[name] += 1
    return shares
