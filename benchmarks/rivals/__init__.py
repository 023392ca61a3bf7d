"""The same twenty items by other means: each module has `totals(frame, items)`, the totals in hundredths, a row each.

`frame` is the wide table of `benchmarks.nation.observations`; its denominators are above zero. A method too slow for a
nation is given the first `sample` villages and its time is scaled up, which flatters it: nothing of it has to fit in memory.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from benchmarks.contract import ScoredItem

Work = Callable[[], pl.Series]


@dataclass(frozen=True, slots=True)
class Rival:
    """`called` in tables; `distribution` is the package to install (empty: the standard library); `sample` rows at most."""

    called: str
    module: str
    distribution: str = ""
    sample: int | None = None
    exact: bool = True

    def prepared(self, frame: pl.DataFrame, items: Sequence[ScoredItem]) -> Work | None:
        """Its work, ready to run: whatever is done once for a contract is done; None where its package is not installed."""
        try:
            module = importlib.import_module(self.module)
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("benchmarks"):
                raise
            return None
        work: Work = (
            module.prepare(frame, items) if hasattr(module, "prepare") else partial(module.totals, frame, items)
        )
        return work


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
