"""Everything a contract scores, item by item and part by part, and whether fewer of it scores higher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.scoring import Linear, Measured, PerEvent, Rank, Tiers, parts_of
from rules.scoring_terms import Direction
from rules.source import Location


class Scored(NamedTuple):
    """An item or a part of one; a part that names no indicator is scored by the item's."""

    measured: Measured
    location: Location
    indicator: Indicator | None


def everything_scored(contract: Contract) -> Iterator[Scored]:
    for number, section in enumerate(contract.sections):
        yield from _in_items(contract, section.items, ("sections", number, "items"))
    for sheet_number, sheet in enumerate(contract.periodic):
        for number, section in enumerate(sheet.sections):
            yield from _in_items(contract, section.items, ("periodic", sheet_number, "sections", number, "items"))


def fewer_is_better(measured: Measured, indicator: Indicator | None = None) -> bool:
    """Whether anywhere on its scale fewer earns more, as far as the contract says; where the year's data decide which way a
    straight line of a number falls, it may."""
    lower = measured.direction is Direction.LOWER
    match measured.scoring:
        case PerEvent() as scoring:
            return scoring.deduct is not None
        case Linear() as scoring:
            return lower or _line_may_fall(scoring, indicator)
        case Tiers() as scoring:
            points = _points_by_value(scoring)
            return _falls(points if scoring.target is None or not lower else points[::-1])
        case Rank(table=table, shares=shares, after=after) if table or shares:
            # The first place is the highest value, or the lowest where lower is better.
            points = [after, *(share.points for share in reversed(shares)), *reversed(table)]
            return _falls(points[::-1] if lower else points)
    return lower


def more_is_better(measured: Measured) -> bool:
    """Whether anywhere on its scale more earns more."""
    match measured.scoring:
        case Tiers() as scoring:
            points = _points_by_value(scoring)
            turned = scoring.target is not None and measured.direction is Direction.LOWER
            return _falls(points if turned else points[::-1])
        case Rank(table=table, shares=shares, after=after) if table or shares:
            points = [after, *(share.points for share in reversed(shares)), *reversed(table)]
            return _falls(points if measured.direction is Direction.LOWER else points[::-1])
    return not fewer_is_better(measured)


def low_end_is_better(measured: Measured) -> bool:
    """Whether the low end of its scale earns more than the high end, as far as the contract itself says."""
    lower = measured.direction is Direction.LOWER
    match measured.scoring:
        case PerEvent() as scoring:
            return scoring.deduct is not None
        case Linear(zero_at=zero, full_at=full) if not isinstance(zero, str) and not isinstance(full, str):
            return full < zero
        case Tiers() as scoring:
            points = _points_by_value(scoring)
            falls = points[0] > points[-1]
            return falls if scoring.target is None else falls != lower
        case Rank(table=table, shares=shares, after=after) if table or shares:
            paid = [*table, *(share.points for share in shares)]
            return lower != (paid[0] < max(paid[-1], after))
    return lower


def _line_may_fall(line: Linear, indicator: Indicator | None) -> bool:
    zero, full = line.zero_at, line.full_at
    if not isinstance(full, str) and not isinstance(zero, str):
        return full < zero
    if full == 0:
        return True
    return zero != 0 and indicator is not None and indicator.kind in (Kind.COUNT, Kind.NUMBER)


def _points_by_value(tiers: Tiers) -> list[Fraction]:
    return [band.points for band in sorted(tiers.bands, key=lambda band: (band.low is not None, band.low or 0))]


def _falls(points: list[Fraction]) -> bool:
    return any(more > less for more, less in pairwise(points))


def _in_items(contract: Contract, items: Iterable[Measured], location: Location) -> Iterator[Scored]:
    for number, item in enumerate(items):
        yield from _with_parts(contract, item, (*location, number), None)


def _with_parts(
    contract: Contract, measured: Measured, location: Location, above: Indicator | None
) -> Iterator[Scored]:
    indicator = contract.indicator_by_id.get(measured.indicator) if measured.indicator else above
    yield Scored(measured, location, indicator)
    for number, part in enumerate(parts_of(measured)):
        yield from _with_parts(contract, part, (*location, "scoring", "parts", number), indicator)
