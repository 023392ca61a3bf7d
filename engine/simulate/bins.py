"""A histogram of whole numbers: bins of one width, a round one, and how many fall into each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.simulate.answers import Integers

BINS_MAX = 16
ROUND = (1, 2, 5)


class Bin(NamedTuple):
    """From `low` to below `high`."""

    low: int
    high: int
    years: int


def bins_of(values: Integers, unit: int = 1, most: int = BINS_MAX) -> tuple[Bin, ...]:
    """At most so many, each 1, 2 or 5 times a power of ten of the `unit` wide, or the unit itself."""
    if not len(values):
        return ()
    low, high = int(values.min()), int(values.max())
    width = next(size for size in _widths(unit) if high // size - low // size < most)
    first, last = low // width, high // width
    counts = np.bincount(values // width - first, minlength=last - first + 1)
    return tuple(
        Bin(number * width, (number + 1) * width, int(count)) for number, count in enumerate(counts.tolist(), first)
    )


def _widths(unit: int) -> Iterator[int]:
    power = unit
    while True:
        yield from (digit * power for digit in ROUND)
        power *= 10
