"""A loop over `fractions.Fraction`: the definition itself, word for word. Every other method is held against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import polars as pl

from benchmarks.contract import HUNDREDTHS, ScoredItem


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, Int64."""
    sums = [0] * len(frame)
    for item in items:
        counts = zip(frame[item.numerator].to_list(), frame[item.denominator].to_list(), strict=True)
        for row, (done, due) in enumerate(counts):
            earned = min(item.points, item.points * Fraction(done, due) / item.target)
            sums[row] += math.floor(earned * HUNDREDTHS + Fraction(1, 2))
    return pl.Series("total", sums, dtype=pl.Int64)
