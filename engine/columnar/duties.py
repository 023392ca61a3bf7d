"""Who answered for which party, for how long: assignments as weights, one row a cadre and party."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import narwhals as nw

from engine.columnar.spans import TIME, as_number, clipped, days_covered, holds_on, months_covered
from rules.contract import Contract
from rules.linkage import Link, LinkCombine, Prorate
from rules.period import Cadence
from targets.columns.year import Frame, YearColumns

PAIR = ("cadre", "party")
DAYS_MAX = 366


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
    inside = clipped(in_roles(year.assignments, link.roles), first, last)
    inside = inside.select(*PAIR, "start", "until", "share", "duty")
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
            held = [as_number(holds_on(day)) for day in ends]
            return duties.with_columns(time=nw.sum_horizontal(nw.lit(0, nw.Int64), *held)), max(1, len(ends))
        case Prorate.NONE:
            return duties.with_columns(time=nw.lit(1, nw.Int64)), 1
        case _ as never:
            assert_never(never)


def _time_of_pair(duties: Frame, prorate: Prorate, ends: Sequence[int]) -> tuple[Frame, int]:
    """Every pair with the time that its duties cover together, as `weight`."""
    match prorate:
        case Prorate.DAYS:
            return days_covered(duties, PAIR).rename({TIME: "weight"}), DAYS_MAX
        case Prorate.MONTHS:
            return months_covered(duties, PAIR, ends).rename({TIME: "weight"}), max(1, len(ends))
        case Prorate.NONE:
            return duties.group_by(*PAIR).agg(nw.col("start").min()).select(*PAIR, weight=nw.lit(1, nw.Int64)), 1
        case _ as never:
            assert_never(never)
