"""Polars by hand, in Int64: what somebody writes who knows this one contract, Polars, and that the counts are small.

Of a dozen formulations tried this was the fastest: lazy, so that what is common is computed once; `clip` rather than
`min_horizontal` or `when`; one sum of all items rather than `sum_horizontal`. Narrower integers were slower (Polars widens
them back and forth), and dividing doubles was no faster.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence

import polars as pl

from benchmarks.contract import HUNDREDTHS, ScoredItem


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, Int64. Exact while 2 x 100 x points x count x the target's denominator is below 2^63."""
    return prepare(frame, items)()


def prepare(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> Callable[[], pl.Series]:
    """The query, ready to run."""
    query = frame.lazy().select(total=functools.reduce(operator.add, map(score, items)))
    return lambda: query.collect()["total"]


def score(item: ScoredItem) -> pl.Expr:
    """An item's score in hundredths: floor(x + 1/2) with x = done x over / (due x under), at most full points."""
    full = item.points * HUNDREDTHS
    over, under = (full / item.target).as_integer_ratio()
    done, due = pl.col(item.numerator), pl.col(item.denominator)
    return ((done * (2 * over) + due * under) // (due * (2 * under))).clip(upper_bound=int(full))
