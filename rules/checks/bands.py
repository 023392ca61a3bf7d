"""Tables of bands: every value that can occur lies in exactly one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.checks.intervals import ABOVE_ALL, BELOW_ALL, Interval, Values, after, before, interval_of
from rules.checks.places import Measure, measures
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.indicator import Indicator, Kind
from rules.scoring import Measured, Tiers
from rules.scoring_terms import Incomplete, Over
from rules.sheet import PeriodicSheet
from rules.source import Location, Tree

ONE = Fraction(1)
_DENSE_OVER = (Over.MEAN, Over.WEIGHTED)


def holes_and_overlaps(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Values between two bands, or in two of them; the other band stands beside."""
    for measure, rule, values in _tables(contract):
        at = (*measure.at, "scoring", "bands")
        placed = sorted((*values.of(interval_of(band)), index) for index, band in enumerate(rule.bands))
        whole = values.of(values.span)
        reached, owner = whole.low, None
        for low, high, index in placed:
            if low >= high:
                continue
            place, beside = _lower_bound(tree, at, index), () if owner is None else (tree.span((*at, owner)),)
            if low > reached:
                yield _hole(values, Interval(reached, low), place, beside)
            elif low < reached:
                yield _overlap(values, Interval(low, min(high, reached)), place, beside)
            if high > reached:
                reached, owner = high, index
        if reached < whole.high:
            place = tree.span(at) if owner is None else _upper_bound(tree, at, owner)
            yield _hole(values, Interval(reached, whole.high), place, ())


def _hole(values: Values, missing: Interval, place: Span, beside: tuple[Span, ...]) -> Diagnostic:
    found = say("no band for {values}", values=values.describe(missing))
    return Diagnostic("DX220", place, found, say("every value in exactly one band"), also=beside)


def _overlap(values: Values, twice: Interval, place: Span, beside: tuple[Span, ...]) -> Diagnostic:
    found = say("two bands for {values}", values=values.describe(twice))
    return Diagnostic("DX221", place, found, say("every value in exactly one band"), also=beside)


def _lower_bound(tree: Tree, bands: Location, index: int) -> Span:
    return _bound(tree, (*bands, index), ("at_least", "above"))


def _upper_bound(tree: Tree, bands: Location, index: int) -> Span:
    return _bound(tree, (*bands, index), ("at_most", "below"))


def _bound(tree: Tree, band: Location, keys: tuple[str, ...]) -> Span:
    """The bound as it is written; the band itself where that side is open."""
    return next((tree.span((*band, key)) for key in keys if (*band, key) in tree.values), tree.span(band))


def unreachable(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Bands in which no value that can occur lies."""
    for measure, rule, values in _tables(contract):
        for index, band in enumerate(rule.bands):
            if values.of(interval_of(band)).empty:
                span = tree.span((*measure.at, "scoring", "bands", index))
                found = say("the band {band}, which no value reaches", band=str(band))
                yield Diagnostic(
                    "DX304", span, found, say("bands for {values}", values=values.describe(values.of(values.span)))
                )


def _tables(contract: Contract) -> Iterator[tuple[Measure, Tiers, Values]]:
    for measure in measures(contract):
        rule = measure.measured.scoring
        if isinstance(rule, Tiers) and measure.indicator is not None and measure.indicator.kind is not Kind.CHECKLIST:
            read = _values_read(measure.indicator, measure.measured, measure.place.sheet)
            yield measure, rule, read if rule.target is None else _rates(read)


def _rates(read: Values) -> Values:
    """Completion rates are dense, and below zero only where the value can be."""
    low = before(0) if read.span.low >= before(0) else BELOW_ALL
    return Values(Interval(low, ABOVE_ALL), None, percent=True)


def _values_read(indicator: Indicator, measured: Measured, sheet: PeriodicSheet | None) -> Values:
    """What the period rule can make of the indicator's values."""
    periods = max(1, indicator.every.per_year // (sheet.each.per_year if sheet else 1))
    over = measured.period.over if periods > 1 else Over.LAST
    grid = None if over in _DENSE_OVER else _grid(indicator)
    low, high = _plausible(indicator)
    if over is Over.SUM and indicator.kind is not Kind.RATIO:
        fewest = 1 if measured.incomplete is Incomplete.REPORTED else periods
        low = None if low is None else low * (fewest if low > 0 else periods)
        high = None if high is None else high * (periods if high > 0 else fewest)
    span = Interval(BELOW_ALL if low is None else before(low), ABOVE_ALL if high is None else after(high))
    return Values(span, grid, percent=indicator.kind is Kind.RATIO)


def _grid(indicator: Indicator) -> Fraction | None:
    if indicator.scores is not None or indicator.past is not None:
        return None
    match indicator.kind:
        case Kind.RATIO:
            return None
        case Kind.MONEY:
            return Fraction(1, 100)
        case Kind.NUMBER | Kind.MARK:
            return Fraction(1, 10**indicator.decimals)
        case _:
            return ONE


def _plausible(indicator: Indicator) -> tuple[Fraction | None, Fraction | None]:
    """The lowest and highest value of one period. The intake holds reported values to it, derived ones are not held."""
    if indicator.scores is not None or indicator.past is not None:
        return None, None
    if indicator.derived is not None:
        signed = indicator.kind is Kind.NUMBER or indicator.derived.subtract
        return (None if signed else Fraction(0)), None
    low = None if indicator.kind is Kind.NUMBER else Fraction(0)
    high = ONE if indicator.kind is Kind.YES_NO else None
    stated = (bound for bound in (low, indicator.lowest) if bound is not None)
    return max(stated, default=None), high if indicator.highest is None else indicator.highest
