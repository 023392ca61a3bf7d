"""The compiled plan on the same frame: the only method here that reads the contract itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import narwhals as nw
import polars as pl

from benchmarks.contract import YEAR, ScoredItem, contracts
from engine.columnar.plan import Plan
from engine.columnar.scribe import Scribe
from engine.columnar.sheet import score
from rules.contract import Contract
from rules.load import load_contract
from rules.period import Cadence, Period
from targets.columns.backend import PolarsBackend
from targets.columns.year import Amount, ContractColumns, IntegerColumn

DECEMBER = 12
WHOLE_YEAR = Period(YEAR, Cadence.YEAR, 1)


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, Int64, of the villages' contract (`benchmarks.contract.contracts`), in the frame's order."""
    return prepare(frame, items)()


def prepare(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> Callable[[], pl.Series]:
    """The plan, ready to run: the range of every column found, counts held in 32 bits where they fit, the contract compiled.

    `items` are that contract's and come from it; the plan is compiled from the contract, not from them.
    """
    ranges = frame.select(
        *(pl.col(name).min().alias(f"low {name}") for name in frame.columns if frame[name].dtype == pl.Int64),
        *(pl.col(name).max().alias(f"high {name}") for name in frame.columns if frame[name].dtype == pl.Int64),
    ).row(0, named=True)

    backend = PolarsBackend()

    def column(name: str) -> IntegerColumn:
        low, high = ranges[f"low {name}"], ranges[f"high {name}"]
        return IntegerColumn(name, low, high, short=low >= 0 and high <= backend.short_max)

    amounts = {
        (item.indicator, WHOLE_YEAR, ""): Amount(column(item.numerator), column(item.denominator), 1, True, True)
        for item in items
    }
    short = [each.name for one in amounts.values() for each in (one.numerator, one.denominator) if each and each.short]
    lazy = nw.from_native(frame.with_columns(pl.col(short).cast(pl.UInt32)).lazy())
    plan = Plan(backend, len(frame))
    columns = ContractColumns(lazy, len(frame), len(frame), amounts)
    outcome = score(Scribe(_contract(), plan, columns, YEAR, DECEMBER))
    name = outcome.total.column_name("total")
    planned = plan.frame(lazy, [name], backend)
    return lambda: planned.collect("polars").to_native()[name]


@cache
def _contract() -> Contract:
    return load_contract(contracts()[0]).contract
