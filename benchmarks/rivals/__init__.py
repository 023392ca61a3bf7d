"""The same twenty items by other means: each module has `totals(frame, items)`, the totals in hundredths, a row each.

`frame` is the wide table of `benchmarks.nation.observations`; its denominators are above zero. A method too slow for a
nation is given the first `sample` villages and its time is scaled up, which flatters it: nothing of it has to fit in memory.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from benchmarks.contract import ScoredItem

Totals = Callable[[pl.DataFrame, Sequence[ScoredItem]], pl.Series]


@dataclass(frozen=True, slots=True)
class Rival:
    """`called` in tables; `distribution` is the package to install (empty: the standard library); `sample` rows at most."""

    called: str
    module: str
    distribution: str = ""
    sample: int | None = None
    exact: bool = True

    def totals(self) -> Totals | None:
        """Its function; None where its package is not installed."""
        try:
            function: Totals = importlib.import_module(self.module).totals
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("benchmarks"):
                raise
            return None
        return function


BY_HAND = Rival("Polars, written by hand", "benchmarks.rivals.by_hand", "polars")
OURS = Rival("Duixian, compiled plan", "benchmarks.ours", "duixian")
RIVALS = (
    OURS,
    BY_HAND,
    Rival("OpenFisca, counts as int", "benchmarks.rivals.openfisca", "OpenFisca-Core", exact=False),
    Rival("OpenFisca, counts as float", "benchmarks.rivals.openfisca_floats", "OpenFisca-Core", exact=False),
    Rival("ZEN engine", "benchmarks.rivals.zen", "zen-engine", sample=1_000),
    Rival("durable-rules, ready-made scores", "benchmarks.rivals.durable", "durable_rules", sample=500),
    Rival("decimal.Decimal, a loop", "benchmarks.rivals.decimals", sample=10_000),
    Rival("fractions.Fraction, a loop", "benchmarks.rivals.by_fractions", sample=1_000),
)
