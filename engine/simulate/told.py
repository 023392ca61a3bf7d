"""A drawn year told as records again: to be assessed by the interpreter, explained, or written out like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from engine.simulate.draw import BLOCK, Draws
from engine.simulate.series import Town, counting
from rules.indicator import Kind
from targets.columns.year import AmountKey
from targets.observation import Incident, Observation
from targets.snapshot import Snapshot


def snapshot_of(town: Town, draws: Draws, year: int) -> Snapshot:
    """The year of that number, from 0."""
    number, place = divmod(year, BLOCK)
    block = draws.block(number)
    ratios = {(one.contract, one.indicator.id): one.indicator.kind is Kind.RATIO for one in town.series}
    kinds = {
        (cell.subject, cell.key): ratios[one.contract, one.indicator.id] for one in town.series for cell in one.cells
    }
    drawn: dict[tuple[str, AmountKey], tuple[int, int]] = {}
    for key, parts in block.values.items():
        for ranges, values in parts:
            for subject, value in zip(ranges.subjects.tolist(), values[place].tolist(), strict=True):
                drawn[town.codes[subject], key] = int(value), ranges.scale
    observations = []
    for one in town.snapshot.records.observations:
        about = one.subject, (one.indicator, one.period, one.entry)
        new = drawn.get(about)
        observations.append(one if new is None else _turned_out(one, *new, ratio=kinds[about]))
    happened = {*_others(town), *_events(town, draws, year)}
    records = replace(
        town.snapshot.records,
        observations=tuple(observations),
        incidents=tuple(sorted(happened, key=lambda one: one.id)),
    )
    return replace(town.snapshot, records=records)


def _turned_out(one: Observation, value: int, scale: int, *, ratio: bool) -> Observation:
    if ratio:
        return replace(one, numerator=value)
    exact = Fraction(value, scale)
    return replace(one, numerator=exact.numerator, denominator=exact.denominator)


def _others(town: Town) -> set[Incident]:
    """Incidents that no contract counts."""
    counted = {(code, one.kind) for one in town.happenings for code in one.counts}
    return {
        one
        for one in town.snapshot.records.incidents
        if one not in set(counting(town.snapshot)) or (one.subject, one.kind) not in counted
    }


def _events(town: Town, draws: Draws, year: int) -> set[Incident]:
    number, place = divmod(year, BLOCK)
    events = draws.block(number).events
    found = set()
    for row in (events.year == place).nonzero()[0].tolist():
        like = draws.known[int(events.like[row])]
        happened, day = (date.fromordinal(int(column[row])) for column in (events.happened, events.found))
        code = town.codes[int(events.subject[row])]
        found.add(replace(like, id=f"drawn {year} {row}", subject=code, happened_on=happened, found_on=day))
    return found
