"""Ranges as cuts of the number line, so that holes and overlaps are found exactly, on a grid or on a dense line.

A cut lies just before a value or just after it; an interval reaches from one cut to another and is empty when they are
equal. On a grid every cut moves up to the next cut before a value that exists: `(4, 5.5]` of whole numbers is the
interval from before 5 to before 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from rules.diagnostic import Text, say
from rules.quantity import show, show_percent
from rules.range import Range


class _Line(IntEnum):
    BELOW_ALL = -1
    FINITE = 0
    ABOVE_ALL = 1


class Cut(NamedTuple):
    """A place between values, ordered along the line."""

    line: _Line
    value: Fraction
    after: bool


BELOW_ALL = Cut(_Line.BELOW_ALL, Fraction(0), False)
ABOVE_ALL = Cut(_Line.ABOVE_ALL, Fraction(0), False)


def before(value: Fraction | int) -> Cut:
    return Cut(_Line.FINITE, Fraction(value), False)


def after(value: Fraction | int) -> Cut:
    return Cut(_Line.FINITE, Fraction(value), True)


class Interval(NamedTuple):
    """From `low` to `high`; empty unless `low` comes first."""

    low: Cut
    high: Cut

    @property
    def empty(self) -> bool:
        return self.low >= self.high

    def within(self, other: Interval) -> Interval:
        """What the two have in common."""
        return Interval(max(self.low, other.low), min(self.high, other.high))


EVERYTHING = Interval(BELOW_ALL, ABOVE_ALL)


class Values(NamedTuple):
    """The values something can take: between two cuts, on multiples of `grid` (None: on a dense line)."""

    span: Interval
    grid: Fraction | None
    percent: bool = False

    def of(self, interval: Interval) -> Interval:
        """The interval as far as such values go, its cuts on the grid."""
        return Interval(self._on_grid(interval.low), self._on_grid(interval.high)).within(
            Interval(self._on_grid(self.span.low), self._on_grid(self.span.high))
        )

    def _on_grid(self, cut: Cut) -> Cut:
        if self.grid is None or cut.line is not _Line.FINITE:
            return cut
        steps = floor(cut.value / self.grid) + 1 if cut.after else ceil(cut.value / self.grid)
        return before(steps * self.grid)

    def describe(self, interval: Interval) -> Text:
        """The values of a part of the line in words: `5`, `5 to 9`, `10 or more`; `90%`, `[90%, 95%)`."""
        low, high = interval
        if self.grid is None:
            single = low == before(low.value) and high == after(low.value)
            return say("{value}", value=self._show(low.value) if single else self._notation(interval))
        first, last = self._show(low.value), self._show(high.value - self.grid)
        if low.line is not _Line.FINITE:
            return say("{last} or less", last=last) if high.line is _Line.FINITE else say("every value")
        if high.line is not _Line.FINITE:
            return say("{first} or more", first=first)
        return say("{value}", value=first) if first == last else say("{first} to {last}", first=first, last=last)

    def _notation(self, interval: Interval) -> str:
        low, high = interval
        left = f"{'(' if low.after else '['}{self._show(low.value)}" if low.line is _Line.FINITE else "(-∞"
        right = f"{self._show(high.value)}{']' if high.after else ')'}" if high.line is _Line.FINITE else "+∞)"
        return f"{left}, {right}"

    def _show(self, value: Fraction) -> str:
        return show_percent(value) if self.percent else show(value)


def interval_of(bounds: Range) -> Interval:
    low = BELOW_ALL if bounds.low is None else Cut(_Line.FINITE, bounds.low, bounds.above is not None)
    high = ABOVE_ALL if bounds.high is None else Cut(_Line.FINITE, bounds.high, bounds.at_most is not None)
    return Interval(low, high)


def without(intervals: Iterable[Interval], taken: Interval) -> Iterator[Interval]:
    """What is left of the intervals when one is taken away."""
    for interval in intervals:
        for rest in (Interval(interval.low, min(interval.high, taken.low)),
                     Interval(max(interval.low, taken.high), interval.high)):  # fmt: skip
            if not rest.empty:
                yield rest
