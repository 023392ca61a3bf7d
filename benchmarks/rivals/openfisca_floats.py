"""OpenFisca-Core with its inputs as floats, as amounts are: everything in float32."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from benchmarks.contract import ScoredItem
from benchmarks.rivals import openfisca


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, Int64, some of them wrong."""
    return openfisca.totals(frame, items, counts=float)
