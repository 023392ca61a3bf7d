"""Rows with a first and a last day (`start`, `until`, ordinals): what they cover together, overlapping ones once."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from targets.columns.year import Frame

TIME = "time"


def holds_on(day: int) -> nw.Expr:
    """Whether a row holds on that day, an ordinal."""
    return (nw.col("start") <= day) & (nw.col("until") >= day)


def as_number(truth: nw.Expr) -> nw.Expr:
    return nw.when(truth).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))


def clipped(rows: Frame, first: int, last: int) -> Frame:
    """What of the rows lies between the two days."""
    start, until = nw.col("start"), nw.col("until")
    inside = rows.with_columns(
        start=nw.max_horizontal(start, nw.lit(first, nw.Int64)), until=nw.min_horizontal(until, nw.lit(last, nw.Int64))
    )
    return inside.filter(start <= until)


def months_covered(rows: Frame, key: Sequence[str], ends: Sequence[int]) -> Frame:
    """By key (column `TIME`) the number of these days on which some row holds."""
    names = [f"month {number}" for number, _ in enumerate(ends)]
    held = {name: as_number(holds_on(day)) for name, day in zip(names, ends, strict=True)}
    months = rows.with_columns(**held).group_by(*key).agg(*(nw.col(name).max() for name in names))
    covered = nw.sum_horizontal(nw.lit(0, nw.Int64), *(nw.col(name) for name in names))
    return months.select(*key, covered.alias(TIME))


def days_covered(rows: Frame, key: Sequence[str]) -> Frame:
    """By key (column `TIME`) the number of days. Most keys have one row; only where there are several must overlapping days
    be found."""
    days = rows.with_columns(days=nw.col("until") - nw.col("start") + 1)
    counted = days.group_by(*key).agg(nw.col("days").sum(), nw.len().alias("rows"))
    single = counted.filter(nw.col("rows") == 1).select(*key, nw.col("days").cast(nw.Int64).alias(TIME))
    several = rows.join(counted.filter(nw.col("rows") > 1).select(*key), on=list(key), how="semi")
    span, order = [*key, "start", "until"], ["start", "until"]
    each = several.select(*span).unique(span, keep="any")
    reached = each.with_columns(reached=nw.col("until").cum_max().over(*key, order_by=order))
    before = reached.with_columns(before=nw.col("reached").shift(1).over(*key, order_by=order))
    begins = nw.max_horizontal(nw.col("start"), nw.col("before").fill_null(0) + 1)
    new = before.with_columns(days=nw.max_horizontal(nw.col("until") - begins + 1, nw.lit(0, nw.Int64)))
    merged = new.group_by(*key).agg(nw.col("days").sum()).select(*key, nw.col("days").cast(nw.Int64).alias(TIME))
    return nw.concat([single, merged])
