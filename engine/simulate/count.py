"""Judged years counted: the plan's columns as arrays, a row a year and a column a subject, and what is tallied of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from engine.columnar.layout import JudgedColumns, Layout, ScoreLayout
from engine.simulate.answers import PAYOUT, ContractTally, ItemKey, YearsTally
from engine.simulate.draw import BLOCK
from engine.simulate.drivers import shares_of_spread
from engine.simulate.tally import Tally
from engine.simulate.years import Years
from rules.money import DueKind
from targets.columns.backend import Backend

Array = NDArray[Any]


def counted(
    judged: Sequence[JudgedColumns], years: Years, count: int, backend: Backend, *, first: bool = False
) -> YearsTally:
    """`count` years; with the `first` ones goes what their differences go with."""
    contracts = {
        one.contract.contract: _contract(one, years, count, backend, first=first) for one in judged if _rows(one, years)
    }
    payouts = np.zeros((count, len(years.people)), np.int64)
    money = {kind.value: np.zeros(count, np.int64) for kind in DueKind}
    for one in judged:
        for kind, year, person, amount in _dues(one, years, backend):
            np.add.at(money[kind], year, amount)
            _add_payouts(payouts, kind, year, person, amount)
    return YearsTally(contracts, Tally.of(payouts), money)


def payouts_of(judged: Sequence[JudgedColumns], years: Years, count: int, backend: Backend) -> Array:
    """What comes to everybody, in fen: a row a year, a column a person."""
    payouts = np.zeros((count, len(years.people)), np.int64)
    for one in judged:
        for kind, year, person, amount in _dues(one, years, backend):
            _add_payouts(payouts, kind, year, person, amount)
    return payouts


def _add_payouts(payouts: Array, kind: str, year: Array, person: Array, amount: Array) -> None:
    if kind in PAYOUT:
        known = person < payouts.shape[1]
        np.add.at(payouts, (year[known], person[known]), amount[known])


def needed(layout: Layout) -> Iterator[str]:
    """The columns of verdicts that are counted."""
    yield from (layout.final, layout.rank, layout.grade, *_truths(layout), *_vetoes(layout))


def needed_first(layout: Layout) -> Iterator[str]:
    """Of the first years also the score of each item."""
    yield from needed(layout)
    yield from dict.fromkeys(item.score for item in layout.items)


def _truths(layout: Layout) -> list[str]:
    return [
        truth for item in layout.items for truth in (item.met, item.scored, item.there) if isinstance(truth, str)
    ]  # fmt: skip


def _vetoes(layout: Layout) -> list[str]:
    return [hit.times for hit in layout.hits if hit.veto]


def _rows(one: JudgedColumns, years: Years) -> int:
    return len(years.subjects(one.contract.contract))


def _contract(one: JudgedColumns, years: Years, count: int, backend: Backend, *, first: bool) -> ContractTally:
    layout, who = one.layout, years.subjects(one.contract.contract)
    truths, vetoes = _truths(layout), _vetoes(layout)
    scores = [item.score for item in layout.items] if first else []
    # A cast that does not hold a number is an error of the engine, never a wrap.
    numbers = (
        nw.col(name).cast(nw.Int64)
        for name in dict.fromkeys((layout.final, layout.rank, layout.grade, *vetoes, *scores))
    )
    columns = backend.arrays(one.frame.select("subject", *numbers, *dict.fromkeys(truths)))
    year, number = np.divmod(columns["subject"], years.keys.span)
    place = np.full(years.keys.span, -1, np.int64)
    place[who] = np.arange(len(who))
    at = year * len(who) + place[number]
    assert len(at) == count * len(who), "everybody once in every year"

    def table(name: str) -> Array:
        column = columns[name]
        laid = np.empty(len(at), column.dtype)
        laid[at] = column
        return laid.reshape(count, len(who))

    def holds(truth: str | bool) -> Array:
        return np.full((count, len(who)), truth) if isinstance(truth, bool) else table(truth)

    there = {_key(item): holds(item.there) & holds(item.scored) for item in layout.items}
    met = {_key(item): (there[_key(item)] & holds(item.met)).sum(0) for item in layout.items}
    vetoed = np.zeros((count, len(who)), np.bool_)
    for name in vetoes:
        vetoed |= table(name) > 0
    grades, finals = table(layout.grade).astype(np.int64), table(layout.final)
    grades, places = np.where(grades < 0, len(one.contract.grades), grades), len(one.contract.grades) + 1
    return ContractTally(
        layout.final_scale, Tally.of(finals), _by_place(table(layout.rank).astype(np.int64), len(who) + 1),
        _by_place(grades, places), met, {key: truth.sum(0) for key, truth in there.items()}, vetoed.sum(0),
        _by_place(grades.T, places), finals.sum(1),
        shares_of_spread(finals[:BLOCK], {_key(item): table(item.score)[:BLOCK] for item in layout.items}) if first else {},
    )  # fmt: skip


def _key(item: ScoreLayout) -> ItemKey:
    return ItemKey(item.id, item.window)


def _by_place(numbers: Array, places: int) -> Array:
    """How often each subject had each number, a row a subject."""
    subjects = numbers.shape[1]
    keys = numbers + np.arange(subjects, dtype=np.int64) * places
    return np.bincount(keys.ravel(), minlength=subjects * places).reshape(subjects, places)


def _dues(one: JudgedColumns, years: Years, backend: Backend) -> Iterator[tuple[str, Array, Array, Array]]:
    """By kind of due: in which year, to or from whom (of a forfeit: whose), how much."""
    if one.dues is None:
        return
    amount = nw.col("amount_fen").cast(nw.Int64)
    for kind in DueKind:
        own = one.dues.filter(nw.col("due") == kind.value)
        forfeit = kind is DueKind.FORFEIT
        payee = nw.col("subject") if forfeit else nw.col("payee").cast(nw.Int64)
        rows = backend.arrays(own.select(payee=payee, amount=amount))
        year, person = np.divmod(rows["payee"], years.keys.span)
        yield kind.value, year, person, rows["amount"]
