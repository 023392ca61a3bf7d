"""Everything a contract scores, item by item and part by part, and whether fewer of it scores higher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rules.contract import Contract
from rules.indicator import Indicator
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


def fewer_is_better(measured: Measured) -> bool:
    """By direction, or by points that fall as the value grows, as far as the contract itself says (not the year's data)."""
    lower = measured.direction is Direction.LOWER
    match measured.scoring:
        case PerEvent() as scoring:
            return scoring.deduct is not None
        case Linear(zero_at=zero, full_at=full) if not isinstance(zero, str) and not isinstance(full, str):
            return full < zero
        case Tiers() as scoring:
            falling = _points_fall(scoring)
            return falling if scoring.target is None else falling != lower
        case Rank(table=table, shares=shares, after=after) if table or shares:
            paid = [*table, *(share.points for share in shares)]
            return lower != (paid[0] < max(paid[-1], after))
    return lower


def _points_fall(tiers: Tiers) -> bool:
    by_value = sorted(tiers.bands, key=lambda band: (band.low is not None, band.low or 0))
    return by_value[0].points > by_value[-1].points


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
