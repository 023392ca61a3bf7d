"""A range with each bound open or closed as written: tier bands and conditions use the same one."""

from __future__ import annotations

from fractions import Fraction
from typing import Self

from pydantic import model_validator

from rules.diagnostic import say
from rules.quantity import Quantity, show
from rules.record import NotWord, Record


class Range(Record):
    """`at_least` and `at_most` belong to the range, `above` and `below` do not; a side left out is open-ended."""

    at_least: Quantity | None = None
    above: Quantity | None = None
    at_most: Quantity | None = None
    below: Quantity | None = None

    @model_validator(mode="after")
    def _bounds_make_sense(self) -> Self:
        if self.at_least is not None and self.above is not None:
            raise NotWord(say("either at_least or above, not both"))
        if self.at_most is not None and self.below is not None:
            raise NotWord(say("either at_most or below, not both"))
        low, high = self.low, self.high
        closed = self.at_least is not None and self.at_most is not None
        if low is not None and high is not None and (low > high or (low == high and not closed)):
            raise NotWord(say("a range that holds at least one value"))
        return self

    @property
    def low(self) -> Fraction | None:
        return self.at_least if self.at_least is not None else self.above

    @property
    def high(self) -> Fraction | None:
        return self.at_most if self.at_most is not None else self.below

    @property
    def unbounded(self) -> bool:
        return self.low is None and self.high is None

    def __contains__(self, value: Fraction | int) -> bool:
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        """Interval notation: `[90, 95)`."""
        left = "(-∞" if self.low is None else f"{'[' if self.at_least is not None else '('}{show(self.low)}"
        right = "+∞)" if self.high is None else f"{show(self.high)}{']' if self.at_most is not None else ')'}"
        return f"{left}, {right}"
