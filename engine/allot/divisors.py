"""Divisor methods (除数法): every weight over one divisor, rounded by the method's own rule so that it adds up.

A method says from where between k and k+1 a quotient is rounded up: its signpost. A party's step k+1 ranks by weight over
signpost; the steps that rank highest are given out. Hill's signpost is a root, so that its ranks are kept as squares: nothing
is ever extracted, let alone rounded.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import isqrt
from typing import NamedTuple

from engine.allot.bounds import Claim, Order, fair_shares
from engine.allot.methods import Method


@dataclass(frozen=True, slots=True)
class _Rule:
    """`signpost` raised to `power`: Hill's is a root."""

    signpost: Callable[[int], Fraction]
    power: int = 1


_RULES = {
    Method.ADAMS: _Rule(Fraction),
    Method.DEAN: _Rule(lambda k: Fraction(2 * k * (k + 1), 2 * k + 1)),
    Method.HILL: _Rule(lambda k: Fraction(k * (k + 1)), power=2),
    Method.WEBSTER: _Rule(lambda k: Fraction(2 * k + 1, 2)),
    Method.JEFFERSON: _Rule(lambda k: Fraction(k + 1)),
}

# The first step of methods that begin at signpost 0 comes before every other: (1, 0) against (0, rank).
Priority = tuple[int, Fraction]


@dataclass(frozen=True, slots=True)
class Divided:
    """What each gets, in steps; the priorities of the last step given and of the first one not given, None where none is."""

    steps: Mapping[str, int]
    last: Priority | None
    following: Priority | None


def by_divisor(order: Order, method: Method) -> Divided:
    """All steps are in one strict order: priority, then the claims' own. Those at the fair level that outrank it strictly are
    given at once; they are a beginning of that order, at most one step a party away from the end, which is walked to."""
    rule, fair = _RULES[method], fair_shares(order)
    steps = {one.code: int(one.clamped(_strictly_above(rule, one, fair[one.code]))) for one in order.claims}
    missing = order.steps - sum(steps.values())
    if missing > 0:
        _give(rule, order, steps, missing)
    else:
        _take_back(rule, order, steps, -missing)
    return _with_edge(rule, order.claims, steps)


def _give(rule: _Rule, order: Order, steps: dict[str, int], number: int) -> None:
    """So many steps more, each to whoever is next."""

    def waiting(place: int) -> tuple[int, Fraction, int]:
        one = order.claims[place]
        first, rank = _priority(rule, one.weight, steps[one.code])
        return -first, -rank, place

    heap = [waiting(place) for place, one in enumerate(order.claims) if one.has_room(steps[one.code])]
    heapq.heapify(heap)
    for _ in range(number):
        place = heapq.heappop(heap)[-1]
        one = order.claims[place]
        steps[one.code] += 1
        if one.has_room(steps[one.code]):
            heapq.heappush(heap, waiting(place))


def _take_back(rule: _Rule, order: Order, steps: dict[str, int], number: int) -> None:
    """So many steps fewer, each from whoever came last."""

    def given(place: int) -> tuple[int, Fraction, int]:
        one = order.claims[place]
        first, rank = _priority(rule, one.weight, steps[one.code] - 1)
        return first, rank, -place

    heap = [given(place) for place, one in enumerate(order.claims) if steps[one.code] > one.lowest]
    heapq.heapify(heap)
    for _ in range(number):
        place = -heapq.heappop(heap)[-1]
        one = order.claims[place]
        steps[one.code] -= 1
        if steps[one.code] > one.lowest:
            heapq.heappush(heap, given(place))


def _strictly_above(rule: _Rule, one: Claim, fair: Fraction) -> Fraction:
    """How many signposts lie below the share: k is between its signposts k-1 and k, so that only two are in question."""
    whole = int(fair)
    around = [k for k in (whole - 1, whole) if k >= 0 and one.weight > 0]
    return Fraction(max(whole - 1, 0) + sum(rule.signpost(k) < fair**rule.power for k in around))


def _priority(rule: _Rule, weight: Fraction, k: int) -> Priority:
    """Of the step after the first `k`."""
    signpost = rule.signpost(k)
    return (0, weight**rule.power / signpost) if signpost else (1, Fraction(0))


def _with_edge(rule: _Rule, claims: Iterable[Claim], steps: Mapping[str, int]) -> Divided:
    given = [_priority(rule, one.weight, steps[one.code] - 1) for one in claims if steps[one.code] > one.lowest]
    waiting = [_priority(rule, one.weight, steps[one.code]) for one in claims if one.has_room(steps[one.code])]
    return Divided(steps, min(given, default=None), max(waiting, default=None))


class Divisor(NamedTuple):
    """A divisor by which the result comes about, raised to the power in which the method compares. `tied`: the last step
    given and the first one not given rank equal, both exactly at a signpost."""

    raised: Fraction
    tied: bool


def signpost(method: Method, k: int) -> Fraction:
    """From where on a quotient between k and k+1 is rounded up; raised to the method's power."""
    return _RULES[method].signpost(k)


def power(method: Method) -> int:
    """2 where numbers are compared by their squares."""
    return _RULES[method].power


def shown_divisor(method: Method, divided: Divided) -> Divisor | None:
    """The shortest decimal above what the first step not given asks for, and not above the last one given; what both ask for
    where they are equal. None where not everybody's first step was given: no divisor is large enough."""
    last, following = divided.last, divided.following
    if following is not None and following[0]:
        return None
    low = Fraction(0) if following is None else following[1]
    high = None if last is None or last[0] else last[1]
    if low == high:
        return Divisor(low, tied=True)
    exponent = power(method)
    return Divisor(_shortest_between(low, high, exponent) ** exponent, tied=False)


def _shortest_between(low: Fraction, high: Fraction | None, exponent: int) -> Fraction:
    """The decimal with the fewest digits whose power is above `low` and not above `high`; the smallest of them."""
    top = len(str(int(low if high is None else high)))
    for decimals in count(-top):
        unit = Fraction(10) ** -decimals
        multiple = root_floor(low / unit**exponent, exponent) + 1
        if high is None or (multiple * unit) ** exponent <= high:
            return multiple * unit
    raise AssertionError("between two numbers there is a decimal")


def root_floor(value: Fraction, exponent: int) -> int:
    """The largest whole number whose power is not above the value."""
    whole = value.numerator // value.denominator
    return whole if exponent == 1 else isqrt(whole)
