"""Polars by hand, in UInt32: what somebody writes who knows this one contract, Polars, and that the counts are small.

Of a dozen formulations tried this was the fastest: lazy, so that what is common is computed once; `clip` rather than
`min_horizontal` or `when`; one sum of all items rather than `sum_horizontal`; counts made UInt32 beforehand. Int64 took half
as long again, Int32 nearly so, and dividing doubles was no faster than Int64.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence

import polars as pl

from benchmarks.contract import HUNDREDTHS, ScoredItem


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, UInt32. Raises ValueError for counts too large to be exact."""
    return prepare(frame, items)()


def prepare(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> Callable[[], pl.Series]:
    """The query, ready to run. Raises ValueError for counts too large to be exact."""
    columns = [name for item in items for name in (item.numerator, item.denominator)]
    numbers = frame.select(columns)
    limit = 2**32 // max(2 * over + under for over, under in map(_factors, items))
    if numbers.select(pl.max_horizontal(pl.all()).max()).item() >= limit:
        raise ValueError(f"counts below {limit:,} only")
    query = numbers.cast(pl.UInt32).lazy().select(total=functools.reduce(operator.add, map(score, items)))
    return lambda: query.collect()["total"]


def score(item: ScoredItem) -> pl.Expr:
    """An item's score in hundredths: floor(x + 1/2) with x = done x over / (due x under), at most full points."""
    over, under = _factors(item)
    done, due = pl.col(item.numerator), pl.col(item.denominator)
    return ((done * (2 * over) + due * under) // (due * (2 * under))).clip(upper_bound=int(item.points * HUNDREDTHS))


def _factors(item: ScoredItem) -> tuple[int, int]:
    return (item.points * HUNDREDTHS / item.target).as_integer_ratio()
