"""Who answered for which party, for how long: assignments as weights, one row a cadre and party."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import narwhals as nw

from rules.contract import Contract
from rules.linkage import Link, LinkCombine, Prorate
from rules.period import Cadence
from targets.columns.year import Frame, YearColumns

PAIR = ("cadre", "party")
DAYS_MAX = 366


def holds_on(day: int) -> nw.Expr:
    """Whether an assignment holds on that day, an ordinal."""
    return (nw.col("start") <= day) & (nw.col("until") >= day)


def in_roles(assignments: Frame, roles: Sequence[str]) -> Frame:
    """Those in one of the roles; all of them where none is named."""
    return assignments.filter(nw.col("role").is_in(list(roles))) if roles else assignments


def weights(year: YearColumns, contract: Contract, link: Link) -> tuple[Frame, int]:
    """Columns cadre, party, weight (above 0), and the largest weight there can be of one pair.

    Time answered for within the contract's days; where shares count, each duty's time times its share (in units of
    1 / `share_scale`). Two duties at the same time are one time, unless shares count.
    """
    assert year.assignments is not None
    first, last = contract.first_day.toordinal(), min(contract.last_day.toordinal(), year.last_day)
    start, until = nw.col("start"), nw.col("until")
    clipped = in_roles(year.assignments, link.roles).with_columns(
        start=nw.max_horizontal(start, nw.lit(first, nw.Int64)), until=nw.min_horizontal(until, nw.lit(last, nw.Int64))
    )
    inside = clipped.filter(start <= until).select(*PAIR, "start", "until", "share", "duty")
    ends = _month_ends(contract, first, last)
    if link.combine is LinkCombine.SHARE:
        time, most = _time_of_each(inside, link.prorate, ends)
        shared = time.group_by(*PAIR).agg((nw.col("time") * nw.col("share")).sum().alias("weight"))
        weighted, most = shared, most * year.share.high * max(1, year.duties_max or year.assignments_count)
    else:
        weighted, most = _time_of_pair(inside, link.prorate, ends)
    return weighted.with_columns(nw.col("weight").cast(nw.Int64)).filter(nw.col("weight") > 0), most


def _month_ends(contract: Contract, first: int, last: int) -> list[int]:
    ends = [month.last_day.toordinal() for month in contract.whole_year.parts(Cadence.MONTH)]
    return [end for end in ends if first <= end <= last]


def _time_of_each(duties: Frame, prorate: Prorate, ends: Sequence[int]) -> tuple[Frame, int]:
    """Every duty with its own `time`."""
    match prorate:
        case Prorate.DAYS:
            return duties.with_columns(time=nw.col("until") - nw.col("start") + 1), DAYS_MAX
        case Prorate.MONTHS:
            held = [_as_number(holds_on(day)) for day in ends]
            return duties.with_columns(time=nw.sum_horizontal(nw.lit(0, nw.Int64), *held)), max(1, len(ends))
        case Prorate.NONE:
            return duties.with_columns(time=nw.lit(1, nw.Int64)), 1
        case _ as never:
            assert_never(never)


def _time_of_pair(duties: Frame, prorate: Prorate, ends: Sequence[int]) -> tuple[Frame, int]:
    """Every pair with the time that its duties cover together, as `weight`."""
    match prorate:
        case Prorate.DAYS:
            return _days_covered(duties), DAYS_MAX
        case Prorate.MONTHS:
            names = [f"month {number}" for number, _ in enumerate(ends)]
            held = {name: _as_number(holds_on(day)) for name, day in zip(names, ends, strict=True)}
            months = duties.with_columns(**held).group_by(*PAIR).agg(*(nw.col(name).max() for name in names))
            covered = nw.sum_horizontal(nw.lit(0, nw.Int64), *(nw.col(name) for name in names))
            return months.select(*PAIR, covered.alias("weight")), max(1, len(ends))
        case Prorate.NONE:
            return duties.group_by(*PAIR).agg(nw.col("start").min()).select(*PAIR, weight=nw.lit(1, nw.Int64)), 1
        case _ as never:
            assert_never(never)


def _days_covered(duties: Frame) -> Frame:
    """Most pairs have one duty; only where there are several must overlapping days be found."""
    days = duties.with_columns(days=nw.col("until") - nw.col("start") + 1)
    pairs = days.group_by(*PAIR).agg(nw.col("days").sum(), nw.len().alias("duties"))
    single = pairs.filter(nw.col("duties") == 1).select(*PAIR, weight=nw.col("days").cast(nw.Int64))
    several = duties.join(pairs.filter(nw.col("duties") > 1).select(*PAIR), on=list(PAIR), how="semi")
    reached = several.with_columns(reached=nw.col("until").cum_max().over(*PAIR, order_by=["start", "duty"]))
    before = reached.with_columns(before=nw.col("reached").shift(1).over(*PAIR, order_by=["start", "duty"]))
    begins = nw.max_horizontal(nw.col("start"), nw.col("before").fill_null(0) + 1)
    new = before.with_columns(days=nw.max_horizontal(nw.col("until") - begins + 1, nw.lit(0, nw.Int64)))
    merged = new.group_by(*PAIR).agg(nw.col("days").sum()).select(*PAIR, weight=nw.col("days").cast(nw.Int64))
    return nw.concat([single, merged])


def _as_number(truth: nw.Expr) -> nw.Expr:
    return nw.when(truth).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
