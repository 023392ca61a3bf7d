"""durable-rules alone, as far as it goes: one rule an item, which compares a ready-made integer.

It cannot do the arithmetic: its conditions compare, and know no division and no rounding. So the scores are computed by
hand in Polars, which takes next to none of the time, and asserted as facts, twenty a village; the rules find those from
zero up, and their actions add them up. What is measured is telling, matching and calling back, nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from durable.engine import Host

from benchmarks.contract import ScoredItem
from benchmarks.rivals import by_hand

# Facts told in one go, after which the state is thrown away: the engine gets slow with many.
BATCH = 1_000
SERIAL = itertools.count()


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, Int64. Raises RuntimeError when a fact gets lost."""
    earned = frame.select(by_hand.score(item).alias(item.indicator) for item in items).get_columns()
    sums, seen = [0] * len(frame), [0]

    def add(closure: Any) -> None:
        for match in closure.m:
            sums[match["village"]] += match["earned"]
            seen[0] += 1

    name = f"sheet{next(SERIAL)}"
    host = _host(name, len(earned), add)
    facts = [
        {"sid": "nation", "id": str(village * len(earned) + item), "item": item, "village": village, "earned": each}
        for item, column in enumerate(earned)
        for village, each in enumerate(column.to_list())
    ]
    for start in range(0, len(facts), BATCH):
        host.assert_facts(name, facts[start : start + BATCH])
        host.delete_state(name, "nation")
    if seen[0] != len(facts):
        raise RuntimeError(f"{len(facts)} facts, {seen[0]} matched")
    return pl.Series("total", sums, dtype=pl.Int64)


class _Quiet(Host):  # type: ignore[misc]
    """A host without the stock one's timer threads, which would run actions beside the measurement."""

    def _run(self) -> None:
        pass


def _host(name: str, items: int, action: Callable[[Any], None]) -> Host:
    """`cap`: so many matches are handed to an action at a time. Zero matches too, for a fact that no rule matches is an error."""
    rules = {
        f"item{item}": {
            "all": [{"m": {"$and": [{"item": item}, {"$gte": {"earned": 0}}]}}],
            "cap": BATCH,
            "run": action,
        }
        for item in range(items)
    }
    return _Quiet({name: rules})
