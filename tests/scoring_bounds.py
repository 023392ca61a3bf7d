"""The least and most that an item can earn, told from the contract alone: an opinion of its own, which shares no code."""

from __future__ import annotations

from fractions import Fraction

from rules.scoring import (
    AllOrNothing,
    Brackets,
    ByGroup,
    Checklist,
    Composite,
    Fixed,
    Measured,
    Part,
    PerEvent,
    Proportional,
    Rank,
    Relative,
    Steps,
    SumOf,
    Tiers,
)
from rules.scoring_terms import Limit, Missing, PartPoints, RateTerms, StepTerms

# None: without bound.
Bounds = tuple[Fraction | None, Fraction | None]
ZERO = Fraction(0)


def bounds_of(measured: Measured, points: Fraction) -> Bounds:
    """Lowest and highest before rounding, what a missing value earns included."""
    low, high = _of_method(measured, points)
    for policy in (measured.missing, measured.nothing_to_count):
        if policy in (Missing.ZERO, Missing.FULL) or isinstance(policy, PartPoints):
            agreed = policy.points if isinstance(policy, PartPoints) else ZERO if policy is Missing.ZERO else points
            low, high = None if low is None else min(low, agreed), None if high is None else max(high, agreed)
    return low, high


def _of_method(measured: Measured, points: Fraction) -> Bounds:
    match measured.scoring:
        case Fixed(share=share):
            return points * share, points * share
        case Brackets() as rule:
            return _of_brackets(rule, points)
        case Rank() as rule:
            return _of_places(rule, points)
        case PerEvent() as rule:
            return _of_events(rule, points)
        case rule if isinstance(rule, Composite):
            return _of_parts(rule, points)
        case _:
            return _of_value(measured, points)


def _of_value(measured: Measured, points: Fraction) -> Bounds:
    match measured.scoring:
        case Proportional() as terms:
            return _of_rate(terms, points)
        case Relative(proportion=RateTerms() as terms):
            return _of_rate(terms, points)
        case Steps() as terms:
            return _of_steps(terms, points)
        case Relative(steps=StepTerms() as terms):
            return _of_steps(terms, points)
        case AllOrNothing(missed=missed):
            return min(missed, points), max(missed, points)
        case Tiers(bands=bands):
            return min(band.points for band in bands), max(band.points for band in bands)
        case Checklist(entries=entries):
            return ZERO, sum(entries.values(), ZERO)
        case _:
            return ZERO, points


def _of_rate(terms: RateTerms, points: Fraction) -> Bounds:
    return ZERO, points * terms.cap


def _of_steps(terms: StepTerms, points: Fraction) -> Bounds:
    """Where nothing is taken or added the item stays at its points, if the stated bounds let it."""
    return _limit(terms.lowest), points if terms.highest is None else _limit(terms.highest)


def _of_brackets(rule: Brackets, points: Fraction) -> Bounds:
    lowest, start = _limit(rule.lowest), points if rule.start is None else rule.start
    highest = points if rule.highest is None else _limit(rule.highest)
    low = lowest if rule.below else _raised_to(lowest, start)
    return low, highest if rule.above else _raised_to(lowest, start)


def _of_places(rule: Rank, points: Fraction) -> Bounds:
    lowest = _limit(rule.lowest)
    if rule.less_per_place is not None:
        return lowest, _raised_to(lowest, points)
    places = (*rule.table, *(share.points for share in rule.shares), rule.after)
    return _raised_to(lowest, min(places)), _raised_to(lowest, max(places))


def _of_events(rule: PerEvent, points: Fraction) -> Bounds:
    lowest = _limit(rule.lowest)
    if rule.deduct is not None:
        most = None if rule.at_most is None else _limit(rule.at_most)
        return lowest if most is None else _raised_to(lowest, points - most), _raised_to(lowest, points)
    most = points if rule.at_most is None else _limit(rule.at_most)
    return _raised_to(lowest, ZERO), None if most is None else _raised_to(lowest, most)


def _of_parts(rule: Composite, points: Fraction) -> Bounds:
    if isinstance(rule, SumOf):
        return _limit(rule.lowest), points if rule.highest is None else _limit(rule.highest)
    bounds = [_of_part(part, points) for part in rule.parts]
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    low = None if None in lows else min(low for low in lows if low is not None)
    return low, None if None in highs else max(high for high in highs if high is not None)


def _of_part(part: Part, points: Fraction) -> Bounds:
    low, high = bounds_of(part, points if part.points is None else part.points)
    match part.times:
        case Fraction() as factor:
            factors = [factor]
        case ByGroup(by_group=table):
            factors = list(table.values())
        case _:
            return None, None
    return (
        None if low is None else min(low * factor for factor in factors),
        None if high is None else max(high * factor for factor in factors),
    )


def _limit(limit: Limit) -> Fraction | None:
    return None if limit == "none" else limit


def _raised_to(bound: Fraction | None, value: Fraction) -> Fraction:
    """The value, raised to a lower bound where there is one."""
    return value if bound is None else max(bound, value)
