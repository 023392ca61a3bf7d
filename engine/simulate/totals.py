"""What a year's values of one indicator add up to, drawn many times: how likely each party is to meet a quota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import numpy as np

from engine.simulate.draw import BLOCK, Draws
from engine.simulate.model import Assumptions
from engine.simulate.series import Town, town_of
from engine.simulate.tally import Spread, spread_of
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, refuse_if_any, say
from targets.snapshot import Snapshot

# Of a chance p the error is at most a half over the root of it: 0.005.
YEARS = 10_000


@dataclass(frozen=True, slots=True)
class Totals:
    """By code what the year's values add up to, in units of 1 / `scale`."""

    scale: int
    spreads: Mapping[str, Spread]

    def chance(self, code: str, quota: Fraction) -> Fraction:
        """How many of the years come to the quota or more: never more for a higher one."""
        spread = self.spreads[code]
        # The least whole number of units that comes to the quota.
        below = int(np.searchsorted(spread.values, ceil(quota * self.scale)))
        return Fraction(int(spread.counts[below:].sum()), spread.years)


def totals(
    snapshot: Snapshot,
    contracts: Sequence[Contract],
    indicator: str,
    year: int,
    years: int = YEARS,
    seed: int = 1,
    assumed: Assumptions | None = None,
) -> Totals:
    """Of everybody who reported the indicator in that year, which is taken for what is drawn; models as for any other year.

    Raises Refused for an indicator of which less is better (DX734): no quota of it is to be reached.
    """
    whole = town_of(replace(snapshot, year=year, through=12), contracts)
    town = Town(whole.snapshot, tuple(one for one in whole.series if one.indicator.id == indicator), ())
    refuse_if_any(
        Diagnostic(
            "DX734",
            Span("INDICATOR"),
            say("{name}", name=one.indicator.label),
            say("an indicator of which more is better"),
        )
        for one in town.series
        if one.better < 0
    )
    scale = int(np.lcm.reduce([one.scale for one in town.series])) if town.series else 1
    sums = {cell.subject: np.zeros(years, np.int64) for one in town.series for cell in one.cells}
    drawn = Draws(town, assumed or Assumptions(), seed)
    moving: set[tuple[str, object]] = set()
    for start in range(0, years, BLOCK):
        stop = min(start + BLOCK, years)
        for key, parts in drawn.block(start // BLOCK).values.items():
            for ranges, values in parts:
                for column, number in enumerate(ranges.subjects.tolist()):
                    code = town.codes[number]
                    moving.add((code, key))
                    sums[code][start:stop] += values[: stop - start, column].astype(np.int64) * (scale // ranges.scale)
    for one in town.series:
        for cell in one.cells:
            if (cell.subject, cell.key) not in moving:
                sums[cell.subject] += cell.value * (scale // one.scale)
    return Totals(scale, {code: spread_of(found) for code, found in sorted(sums.items())})
