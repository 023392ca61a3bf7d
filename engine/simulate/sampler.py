"""Many distributions drawn from at once, each from a normal deviate: what is below a threshold of it is the value.

Drawing by inversion keeps each distribution exactly as it is stated while the deviates of one subject move together
(a Gaussian copula). The threshold is found through a table that says for each slice of the deviates where to begin
(indexed search: Chen and Asau 1974), so that the cost does not grow with the number of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.simulate.distribution import Distribution, Integers

Deviates = NDArray[np.float32]
# Beyond the last threshold that a distribution cut at `TAIL` has.
REACH = 6.5
SLICES_MIN, SLICES_MAX = 128, 8192
TURNS_MAX = 2
TABLE_MAX = 2**21


class Sampler:
    """One column a distribution. `low` and `high`: everything that can be drawn lies between them."""

    def __init__(self, distributions: Sequence[Distribution]) -> None:
        which: dict[int, int] = {}
        each: list[Distribution] = []
        column = []
        for one in distributions:
            if id(one) not in which:
                which[id(one)] = len(each)
                each.append(one)
            column.append(which[id(one)])
        starts = np.cumsum([0, *(len(one.values) for one in each)])[:-1]
        values: Integers = np.concatenate([one.values for one in each])
        self.low, self.high = int(values.min()), int(values.max())
        self._values: NDArray[Any] = values.astype(
            np.promote_types(np.min_scalar_type(self.low), np.min_scalar_type(self.high))
        )
        thresholds = [_thresholds(one) for one in each]
        self._thresholds: Deviates = np.concatenate(thresholds).astype(np.float32)
        self._slices, self._turns, begin = _tables(thresholds)
        self._begin = (begin + starts[:, None]).astype(np.int32).ravel()
        self._column = (np.array(column) * self._slices).astype(np.int32)

    def values(self, deviates: Deviates) -> NDArray[Any]:
        """A row of deviates to a row of values, in the least integers that hold them."""
        scaled = (deviates + np.float32(REACH)) * np.float32(self._slices / (2 * REACH))
        # A deviate is a hair below its slice's edge or above it by rounding: one slice earlier is never too late.
        slices = np.clip(scaled, 0, self._slices - 1).astype(np.int32)
        at = self._begin.take(slices + self._column)
        for _ in range(self._turns):
            at += deviates > self._thresholds.take(at)
        drawn: NDArray[Any] = self._values.take(at)
        return drawn


def _thresholds(one: Distribution) -> NDArray[np.float64]:
    inverse = NormalDist().inv_cdf
    return np.array([*(inverse(below) if below < 1 else np.inf for below in one.below[:-1].tolist()), np.inf])


def _tables(thresholds: Sequence[NDArray[np.float64]]) -> tuple[int, int, NDArray[np.int64]]:
    """How many slices, how many thresholds there can be in one, and for each distribution and slice those before it."""
    slices = SLICES_MIN
    while True:
        # Each slice begins a little early, so that rounding never puts a deviate into a slice that is past its threshold.
        edges = np.linspace(-REACH, REACH, slices + 1) - 2 * REACH / slices / 16
        edges[0], edges[-1] = -np.inf, np.inf
        counts = np.array([np.searchsorted(one, edges) for one in thresholds])
        ends = np.array(
            [np.searchsorted(one, np.minimum(edges[1:] + REACH / slices / 2, np.inf)) for one in thresholds]
        )
        ends = np.minimum(ends, np.array([len(one) - 1 for one in thresholds])[:, None])
        turns = int((ends - counts[:, :-1]).max())
        if turns <= TURNS_MAX or slices >= SLICES_MAX or 2 * slices * len(thresholds) > TABLE_MAX:
            return slices, turns, counts[:, :-1]
        slices *= 2


def stream(seed: int, block: int, name: str) -> Any:
    """The source of chance for one thing and one block of draws, whatever else is drawn."""
    words = np.frombuffer(name.encode("utf-8").ljust(4 * (-(-len(name.encode("utf-8")) // 4)), b"\0"), "<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block, *words.tolist()])))
