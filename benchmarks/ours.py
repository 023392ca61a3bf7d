"""The compiled plan on the same frame: the only method here that reads the contract itself."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from benchmarks.contract import ScoredItem


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:  # noqa: ARG001 (to be filled in)
    """The totals in hundredths, Int64, of the villages' contract (`benchmarks.contract.contracts`), in the frame's order.

    `items` are that contract's and come from it; the plan is compiled from the contract, not from them. Compiling
    counts into the time. Raises NotImplementedError until the plan is there.
    """
    from engine import columnar  # noqa: F401, PLC0415 (the other methods must run without it)

    raise NotImplementedError("the compiled plan is not called yet")
