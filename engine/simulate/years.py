"""Drawn years as the columns that the plan reads: the base year so many times over, each a world of its own, with what was
drawn in place of what was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from engine.simulate.draw import BLOCK, Block, Draws, Events
from engine.simulate.repeated import Keys, Repeated
from engine.simulate.series import Town, read_by
from rules.contract import Contract
from rules.period import Period
from targets.columns.backend import Backend
from targets.columns.of_snapshot import columns_of
from targets.columns.year import (
    SUBJECT_COLUMNS,
    Amount,
    AmountKey,
    ContractColumns,
    Frame,
    IntegerColumn,
    PastColumns,
    YearColumns,
    incident_days_name,
    incidents_name,
    windows_of,
)

Array = NDArray[Any]
_SUBJECT_KEYS = ("subject", "league", "party")


class _Replaced(NamedTuple):
    """A column of values of which some are drawn: the base year's, in units of 1 / `scale`, and which subjects have which
    place in it (`rows` by number, -1: none)."""

    column: IntegerColumn
    base: Array
    scale: int
    rows: Array


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A contract's subjects in the base year: what stays, what is drawn, and the columns of what may happen."""

    columns: ContractColumns
    repeated: Repeated
    numbers: Array
    replaced: Mapping[AmountKey, _Replaced]
    windows: Mapping[tuple[str, Period], IntegerColumn]
    days: Mapping[str, tuple[IntegerColumn, IntegerColumn]]


class Years:
    """Years under some contracts, ready to be made of blocks of draws."""

    def __init__(self, town: Town, draws: Draws, contracts: Sequence[Contract], backend: Backend) -> None:
        self._backend, self._draws = backend, draws
        base = columns_of([town.snapshot], contracts, backend)
        self.people = town.codes
        self.keys = Keys(town.codes)
        self._base = base
        self._sheets = {one.contract: self._sheet(one, base.contracts[one.contract]) for one in contracts}
        self._assignments = self._repeated(base.assignments, ("cadre", "party"))
        self._prior = self._repeated(base.prior_vetoes, ("subject",))
        self._parents = self._repeated(base.parents, ("child", "parent"))
        self._holders = self._repeated(base.holders, ("party", "cadre"))
        self._tenures = self._repeated(base.tenures, ("cadre",))

    def year(self, blocks: Sequence[Block], count: int) -> YearColumns:
        """The first `count` years of the blocks."""
        events = _events_of(blocks, count)

        def times(repeated: Repeated | None) -> Frame | None:
            return None if repeated is None else repeated.frame(count, self._backend)

        # What bounds the rows of one subject in one year bounds them in all: nobody is joined to somebody of another year.
        return replace(
            self._base,
            contracts={name: self._filled(sheet, blocks, events, count) for name, sheet in self._sheets.items()},
            assignments=times(self._assignments), prior_vetoes=times(self._prior), parents=times(self._parents),
            holders=times(self._holders), tenures=times(self._tenures), incidents=self._incidents(events),
        )  # fmt: skip

    def subjects(self, contract: str) -> Array:
        """The numbers of those whom the contract assesses, in the order of the base year's rows."""
        return self._sheets[contract].numbers

    def _repeated(self, frame: Frame | None, keys: Sequence[str]) -> Repeated | None:
        return None if frame is None else Repeated(frame, keys, self.keys, self._backend)

    def _sheet(self, contract: Contract, columns: ContractColumns) -> _Sheet:
        wanted = read_by(contract)
        columns = replace(columns, amounts={key: one for key, one in columns.amounts.items() if key[0] in wanted})
        if not columns.subjects:
            repeated = Repeated(columns.frame, _SUBJECT_KEYS, self.keys, self._backend)
            columns = replace(columns, frame=repeated.frame(0, self._backend))
            return _Sheet(columns, repeated, np.zeros(0, np.int64), {}, {}, {})
        frame = columns.frame.select(*dict.fromkeys((*SUBJECT_COLUMNS, "party", *_names(columns))))
        repeated = Repeated(frame, _SUBJECT_KEYS, self.keys, self._backend)
        numbers = self.keys.numbers(repeated.texts["code"])
        rows = np.full(self.keys.span, -1, np.int64)
        rows[numbers] = np.arange(len(numbers))
        replaced = self._replaced(columns, repeated, rows)
        amounts = {key: _amount(amount, replaced.get(key)) for key, amount in columns.amounts.items()}
        windows, days = self._happening(contract, numbers)
        columns = replace(columns, amounts=amounts, incidents=windows, incident_days=days)
        return _Sheet(columns, repeated, numbers, replaced, windows, days)

    def _replaced(self, columns: ContractColumns, repeated: Repeated, rows: Array) -> dict[AmountKey, _Replaced]:
        """Of every column that is drawn for anybody here, with the range that holds whatever is drawn."""
        found: dict[AmountKey, _Replaced] = {}
        for ranges in self._draws.ranges():
            amount = columns.amounts.get(ranges.key)
            if amount is None or not (rows[ranges.subjects] >= 0).any():
                continue
            before = found.get(ranges.key)
            if before is None:
                column = amount.numerator
                before = _Replaced(column, repeated.drop(column.name).astype(np.int64), amount.scale, rows)
            scale = lcm(before.scale, ranges.scale)
            more, own = scale // before.scale, scale // ranges.scale
            low, high = (
                min(before.column.low * more, ranges.low * own),
                max(before.column.high * more, ranges.high * own),
            )
            short = low >= 0 and high <= self._backend.short_max
            column = IntegerColumn(before.column.name, low, high, 0, short)
            found[ranges.key] = _Replaced(column, before.base * more, scale, rows)
        return found

    def _happening(
        self, contract: Contract, numbers: Array
    ) -> tuple[dict[tuple[str, Period], IntegerColumn], dict[str, tuple[IntegerColumn, IntegerColumn]]]:
        windows: dict[tuple[str, Period], IntegerColumn] = {}
        days: dict[str, tuple[IntegerColumn, IntegerColumn]] = {}
        last = self._base.last_day
        for kind, (subjects, most) in self._draws.kinds.items():
            if most and np.isin(subjects, numbers).any():
                for window in windows_of(contract):
                    short = most <= self._backend.short_max
                    windows[kind, window] = IntegerColumn(incidents_name(kind, window), 0, most, 0, short)
                parts = (incident_days_name(kind, part) for part in ("happened", "found"))
                happened, found = (IntegerColumn(name, 0, last, 0, last <= self._backend.short_max) for name in parts)
                days[kind] = happened, found
        return windows, days

    def _filled(self, sheet: _Sheet, blocks: Sequence[Block], events: Events, count: int) -> ContractColumns:
        if not sheet.columns.subjects:
            return sheet.columns
        new = {one.column.name: _drawn(key, one, blocks, count) for key, one in sheet.replaced.items()}
        new |= self._counted(sheet, events, count)
        return replace(sheet.columns, frame=sheet.repeated.frame(count, self._backend, new))

    def _counted(self, sheet: _Sheet, events: Events, count: int) -> dict[str, Array]:
        """How many of each kind were found in each window, and the latest days, by year and row."""
        rows = np.full(self.keys.span, -1, np.int64)
        rows[sheet.numbers] = np.arange(len(sheet.numbers))
        size, own = count * len(sheet.numbers), rows[events.subject]
        kinds = {kind: number for number, kind in enumerate(self._draws.kinds)}
        of = np.array([kinds[one.kind] for one in self._draws.known], np.int64)[events.like]
        found: dict[str, Array] = {}
        for kind, pair in sheet.days.items():
            chosen = np.nonzero((own >= 0) & (of == kinds[kind]))[0]
            at = events.year[chosen] * len(sheet.numbers) + own[chosen]
            days = events.found[chosen]
            for (other, window), column in sheet.windows.items():
                if other == kind:
                    first, last = window.first_day.toordinal(), window.last_day.toordinal()
                    inside = (days >= first) & (days <= last)
                    found[column.name] = np.bincount(at[inside], minlength=size).astype(_kind(column))
            for column, day in zip(pair, (events.happened[chosen], days), strict=True):
                latest = np.zeros(size, np.int64)
                np.maximum.at(latest, at, day)
                found[column.name] = latest.astype(_kind(column))
        return found

    def _incidents(self, events: Events) -> Frame | None:
        if not len(events.year):
            return None
        known = self._draws.known
        likes = self._backend.bring(
            {
                "like": list(range(len(known))), "kind": [one.kind for one in known],
                "severity": [one.severity for one in known], "matter": [one.matter for one in known],
            },
            {"like": nw.Int64, "kind": nw.String, "severity": nw.String, "matter": nw.String},
        )  # fmt: skip
        own = {
            "subject": self.keys.of(events.year, events.subject), "number": np.arange(len(events.year)),
            "happened_on": events.happened, "found_on": events.found, "like": events.like,
        }  # fmt: skip
        rows = self._backend.bring(own, dict.fromkeys(own, nw.Int64))
        told = rows.join(likes, on="like", how="left").with_columns(id=nw.col("number").cast(nw.String))
        names = ("subject", "kind", "id", "happened_on", "found_on", "severity", "matter")
        return self._backend.keep(told.select(*names))


def _kind(column: IntegerColumn) -> Any:
    return np.uint32 if column.short else np.int64


def _drawn(key: AmountKey, one: _Replaced, blocks: Sequence[Block], count: int) -> Array:
    """The column, year by year."""
    into = np.tile(one.base.astype(_kind(one.column)), (count, 1))
    for start, stop, block in _slices(blocks, count):
        for (_, subjects, scale, _, _), drawn in block.values.get(key, ()):
            at = one.rows[subjects]
            here, values = at >= 0, drawn[: stop - start]
            if not here.all():
                values, at = values[:, here], at[here]
            more = one.scale // scale
            into[start:stop, at] = values if more == 1 else values.astype(np.int64) * more
    return into.ravel()


def _amount(amount: Amount, replaced: _Replaced | None) -> Amount:
    return amount if replaced is None else replace(amount, numerator=replaced.column, scale=replaced.scale)


def _slices(blocks: Sequence[Block], count: int) -> Iterator[tuple[int, int, Block]]:
    """Which of the years each block has."""

    for number, block in enumerate(blocks):
        yield number * BLOCK, min((number + 1) * BLOCK, count), block


def _events_of(blocks: Sequence[Block], count: int) -> Events:
    parts = []
    for start, stop, block in _slices(blocks, count):
        inside = block.events.year < stop - start
        parts.append(Events(block.events.year[inside] + start, *(one[inside] for one in block.events[1:])))
    return Events(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _names(columns: ContractColumns) -> Iterator[str]:
    """Every column that is left as it was."""
    for amount in (*columns.amounts.values(), *columns.parameters.values()):
        yield from _of_amount(amount)
    yield from (one.name for one in columns.months.values())
    for past in columns.history.values():
        yield from _of_past(past)


def _of_amount(amount: Amount) -> Iterator[str]:
    yield amount.numerator.name
    if amount.denominator is not None:
        yield amount.denominator.name
    yield from (name for name in (amount.reported, amount.counted) if isinstance(name, str))


def _of_past(past: PastColumns) -> Iterator[str]:
    yield from _of_amount(past.score)
    yield from _of_amount(past.rank)
    yield from (name for name in (past.there, past.vetoed, past.grade) if isinstance(name, str) and name)
