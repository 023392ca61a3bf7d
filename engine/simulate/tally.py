"""How often each whole number came up, by subject: exact, and no larger than what came up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
# A number and its subject share 64 bits.
_HALF, _SHIFT = 2**40, 41


class Spread(NamedTuple):
    """What came up of one number: `values` ascend."""

    values: Integers
    counts: Integers

    @property
    def years(self) -> int:
        return int(self.counts.sum())

    @property
    def total(self) -> int:
        return sum(value * count for value, count in self._pairs())

    @property
    def mean(self) -> Fraction:
        return Fraction(self.total, self.years)

    @property
    def variance(self) -> Fraction:
        """The mean of the squares of the distances from the mean."""
        return Fraction(sum(value * value * count for value, count in self._pairs()), self.years) - self.mean**2

    def quantile(self, share: Fraction) -> int:
        """The least value that at least that share of the years stays at or below."""
        needed = -(-self.years * share.numerator // share.denominator)
        return int(self.values[np.searchsorted(np.cumsum(self.counts), max(1, needed))])

    def times(self, low: int, high: int) -> int:
        """How often it came up from `low` to `high`."""
        return int(self.counts[(self.values >= low) & (self.values <= high)].sum())

    def _pairs(self) -> Iterator[tuple[int, int]]:
        return zip(self.values.tolist(), self.counts.tolist(), strict=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """By subject (0, 1, ...) and number how often: `keys` ascend, a subject's together."""

    keys: Integers
    counts: Integers

    @staticmethod
    def of(numbers: NDArray[Any]) -> Tally:
        """A row a year, a column a subject."""
        if numbers.size and (int(numbers.max()) >= _HALF or int(numbers.min()) < -_HALF):
            raise OverflowError("a number beyond what is tallied")
        subjects = np.arange(numbers.shape[1], dtype=np.int64) << _SHIFT
        keys, counts = np.unique((numbers.astype(np.int64) + _HALF + subjects).ravel(), return_counts=True)
        return Tally(keys, counts.astype(np.int64))

    def plus(self, other: Tally) -> Tally:
        keys, places = np.unique(np.concatenate((self.keys, other.keys)), return_inverse=True)
        counts = np.zeros(len(keys), np.int64)
        np.add.at(counts, places, np.concatenate((self.counts, other.counts)))
        return Tally(keys, counts)

    def of_subject(self, subject: int) -> Spread:
        start, stop = np.searchsorted(self.keys, [subject << _SHIFT, (subject + 1) << _SHIFT])
        return Spread(self.keys[start:stop] - (subject << _SHIFT) - _HALF, self.counts[start:stop])


def spread_of(numbers: Integers) -> Spread:
    """Of a number a year."""
    values, counts = np.unique(numbers, return_counts=True)
    return Spread(values.astype(np.int64), counts.astype(np.int64))
