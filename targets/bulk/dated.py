"""Rows with a first and a last day, as ordinals, and what may not be at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import narwhals as nw

from rules.diagnostic import say
from targets.bulk.source import Source
from targets.columns.year import OPEN_DAY
from targets.intake.cells import day_of, open_day_of
from targets.intake.grid import Cell

# The day that spreadsheets count from.
DAY_ZERO = date(1899, 12, 30)


def read_days(source: Source, where: nw.Expr | None = None) -> None:
    """First and last day; an open end lasts. `where` says which rows must have a first day, if not all."""
    known = len(source.faults.found)
    source.decode("start", day, {"start": nw.Int64}, None if where is None else [None])
    source.decode("until", _open_day, {"until": nw.Int64}, [OPEN_DAY])
    key = [name for name in ("code", "cadre", "subject", "party", "post", "role", "state", "start") if source.has(name)]
    if where is not None and len(source.faults.found) == known:
        source.fault_where(where & nw.col("start").is_null(), key, "DX520", say("a value"), "start")
    early = nw.col("until") < nw.col("start")
    source.fault_where(early, key, "DX572", say("a last day that is not before the first"), "until")


def hold_apart(source: Source, whose: Sequence[str], key: Sequence[str]) -> None:
    """Of the same (columns `whose`) no two rows may last on one day, nor say the same (columns `key`, `start` among them)."""
    counted = source.frame.group_by(*whose).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    several = source.backend.keep(counted.select(**{f"same {name}": nw.col(name) for name in whose}))
    if not source.backend.take(several.head(1))[f"same {whose[0]}"]:
        return
    joined = source.frame.join(several, left_on=[*whose], right_on=[f"same {name}" for name in whose], how="semi")
    part = source.part(source.backend.keep(joined), {})
    part.once(*key)
    order = ["start", *(name for name in key if name not in whose and name != "start")]
    latest = nw.col("until").cum_max().over(*whose, order_by=order)
    part.frame = part.frame.unique([*key], keep="any").with_columns(latest=latest)
    part.frame = part.frame.with_columns(before=nw.col("latest").shift(1).over(*whose, order_by=order))
    expected = say("a first day after the last day of the other")
    hint = say("write the last day of the earlier one; who holds two posts is listed in the one that is assessed")
    part.fault_where(nw.col("before") >= nw.col("start"), key, "DX573", expected, "start", hint)


def day(cell: Cell) -> tuple[int]:
    return (day_of(cell, DAY_ZERO).toordinal(),)


def _open_day(cell: Cell) -> tuple[int]:
    found = open_day_of(cell, DAY_ZERO)
    return (OPEN_DAY if found is None else found.toordinal(),)
