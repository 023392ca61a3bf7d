"""Cliffs: how many fen one unit of work more moves, of each party and indicator, in the year as it was.

The year is judged so many times over as there are units to be tried, each time with one of them more (one less where less is
better), and each person's payouts are held against those of the year as it was: all exact, nothing drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.columnar.judged import judge_year
from engine.simulate.count import needed, payouts_of
from engine.simulate.draw import BLOCK, Block, Draws, Ranges, Values
from engine.simulate.model import AS_IT_WAS, Assumptions
from engine.simulate.series import Cell, Series, Town, town_of
from engine.simulate.years import Years
from rules.checks.places import measures
from rules.contract import Contract
from rules.indicator import Kind
from rules.scoring import Mark
from targets.columns.backend import Backend
from targets.columns.year import AmountKey
from targets.snapshot import Snapshot

CHUNK = 2500
# What is done in units. Marks are given, amounts and other numbers have none.
IN_UNITS = (Kind.COUNT, Kind.RATIO, Kind.YES_NO, Kind.CHECKLIST)


class Unit(NamedTuple):
    """One unit more, or less, of what a party reported of an indicator for a period."""

    contract: str
    indicator: str
    party: str
    key: AmountKey
    change: int


@dataclass(frozen=True, slots=True)
class Cliff:
    """What the unit moves: what all who get more get more, and what all others get less."""

    unit: Unit
    gained_fen: int
    lost_fen: int


def cliffs(
    snapshot: Snapshot,
    contracts: Sequence[Contract],
    backend: Backend,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[Cliff, ...]:
    """Of every unit that moves money, the most first. Raises Refused as an assessment does."""
    town = town_of(snapshot, contracts)
    marked = {(one.contract, name) for one in contracts for name in _marked(one)}
    units = list(_units(town, {one.code for one in snapshot.records.parties}, marked))
    variants = _Variants(town, units)
    years = Years(town, variants, contracts, backend)
    found: list[Cliff] = []
    for start in range(0, len(units), CHUNK):
        some = units[start : start + CHUNK]
        # The year as it was stands before each lot, to be held against.
        blocks, count = list(variants.blocks(some)), len(some) + 1
        judged = judge_year(contracts, years.year(blocks, count), backend, told=needed)
        paid = payouts_of(judged, years, count, backend)
        moved = paid[1:] - paid[0]
        gained, lost = np.where(moved > 0, moved, 0).sum(1), -np.where(moved < 0, moved, 0).sum(1)
        found += [
            Cliff(unit, int(more), int(less))
            for unit, more, less in zip(some, gained, lost, strict=True)
            if more or less
        ]
        progress(start + len(some), len(units))
    return tuple(sorted(found, key=lambda one: (-one.gained_fen - one.lost_fen, one.unit.party, one.unit.indicator)))


def _marked(contract: Contract) -> Iterator[str]:
    """Indicators that are points as they were given: more of them may be none at all."""
    for measure in measures(contract):
        if measure.indicator is not None and isinstance(measure.measured.scoring, Mark):
            yield measure.indicator.id


def _units(town: Town, parties: set[str], marked: set[tuple[str, str]]) -> Iterator[Unit]:
    """Of each party and indicator in the last period that it reported; where there is room for one."""
    for series in town.series:
        about = series.contract, series.indicator.id
        if series.held or about in marked or series.indicator.kind not in IN_UNITS:
            continue
        last: dict[tuple[str, str], Cell] = {}
        for cell in series.cells:
            # A ratio without its counts says of no unit what it is worth.
            if cell.subject in parties and (cell.counted or series.indicator.kind is not Kind.RATIO):
                last[cell.subject, cell.key[2]] = cell
        for cell in last.values():
            change = series.better * series.scale
            if cell.value + change >= 0 and not _full(series, cell, change):
                yield Unit(series.contract, series.indicator.id, cell.subject, cell.key, series.better)


def _full(series: Series, cell: Cell, change: int) -> bool:
    if series.counts_successes:
        return cell.value + change > cell.trials
    highest = series.indicator.highest
    return highest is not None and cell.value + change > highest * series.scale


class _Variants(Draws):
    """The year as it was, and with one unit changed, in the place of drawn years."""

    def __init__(self, town: Town, units: Sequence[Unit]) -> None:
        super().__init__(town, Assumptions(everything=AS_IT_WAS), 0)
        self._cells = {(cell.subject, cell.key): (cell.value, one.scale) for one in town.series for cell in one.cells}
        self._columns: dict[AmountKey, dict[int, list[Unit]]] = {}
        for unit in units:
            scale = self._cells[unit.party, unit.key][1]
            self._columns.setdefault(unit.key, {}).setdefault(scale, []).append(unit)
        self._ranges = {
            key: tuple(self._range(key, scale, some) for scale, some in by.items()) for key, by in self._columns.items()
        }

    def ranges(self) -> Iterator[Ranges]:
        for some in self._ranges.values():
            yield from some

    def blocks(self, units: Sequence[Unit]) -> Iterator[Block]:
        """The year as it was, then each unit, as many a block as years."""
        rows = [None, *units]
        events = self.block(0).events
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            values = {key: tuple(self._values(one, part) for one in some) for key, some in self._ranges.items()}
            yield Block(values, events)

    def _range(self, key: AmountKey, scale: int, units: Sequence[Unit]) -> Ranges:
        subjects = np.array([self._number[unit.party] for unit in units], np.int64)
        values = [self._cells[unit.party, key][0] for unit in units]
        changed = [value + unit.change * scale for value, unit in zip(values, units, strict=True)]
        return Ranges(key, subjects, scale, min(*values, *changed), max(*values, *changed))

    def _values(self, ranges: Ranges, rows: Sequence[Unit | None]) -> Values:
        units = self._columns[ranges.key][ranges.scale]
        base = np.array([self._cells[unit.party, ranges.key][0] for unit in units], np.int64)
        drawn = np.tile(base, (BLOCK, 1))
        columns = {unit: number for number, unit in enumerate(units)}
        for row, unit in enumerate(rows):
            if unit is not None and unit in columns:
                drawn[row, columns[unit]] += unit.change * ranges.scale
        return Values(ranges, drawn)
