"""OpenFisca-Core with its inputs as floats, as amounts are: everything in float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from benchmarks.contract import ScoredItem
from benchmarks.rivals import openfisca


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, Int64, some of them wrong."""
    return prepare(frame, items)()


def prepare(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> Callable[[], pl.Series]:
    """The tax-benefit system, ready for a simulation."""
    return openfisca.prepare(frame, items, counts=float)
