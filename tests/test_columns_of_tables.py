"""The wide frame that the bulk path hands to the plan says what the records say, cell by cell, before anything is judged.

The year is that of `tests/bulk`. What a cell should be is read off the records in plain Python, as the interpreter reads
them; what the frame promises (no empty cell, true ranges, constants only where they are) is held against the frame itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_bulk import CONTRACTS, ENGINES, FILES, FORMS, Form, agreed, csv_beside, recorded

from engine.facts import Facts
from rules.contract import Contract
from rules.load import load_contracts
from targets.bulk.columns import columns_of_tables
from targets.bulk.tables import read_tables
from targets.columns.backend import backend
from targets.columns.year import SUBJECT_COLUMNS, Amount, ContractColumns, IntegerColumn, YearColumns
from targets.engines import EngineName
from targets.snapshot import Records, Snapshot

OPEN = 3_652_059
Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Taken:
    """The columns of the year, with every frame taken out of its engine."""

    year: YearColumns
    subjects: dict[str, Rows]
    duties: list[dict[str, Any]]


def taken(files: dict[str, Path], engine: EngineName, through: int = 12) -> Taken:
    chosen = backend(engine)
    year = columns_of_tables(read_tables(files, agreed(), chosen), agreed(), 2026, through, chosen)
    subjects = {
        name: {row["subject"]: row for row in rows(chosen.take(one.frame))} for name, one in year.contracts.items()
    }
    return Taken(year, subjects, list(rows(chosen.take(year.assignments))) if year.assignments is not None else [])


def rows(columns: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def value(amount: Amount, row: dict[str, Any]) -> Fraction | None:
    """What the row says was reported; None: nothing. A ratio of nothing due is 0."""
    if not truth(amount.reported, row):
        return None
    under = amount.scale * (row[amount.denominator.name] if amount.denominator else 1)
    return Fraction(row[amount.numerator.name], under) if under else Fraction(0)


def truth(told: str | bool, row: dict[str, Any]) -> bool:
    return told if isinstance(told, bool) else row[told]


@ENGINES
@FORMS
@pytest.mark.parametrize("through", [12, 6])
def test_every_cell_is_what_the_records_say(form: Form, engine: EngineName, through: int, tmp_path: Path) -> None:
    files = form(tmp_path)
    records = recorded(csv_beside(files, tmp_path))
    read = taken(files, engine, through)
    for contract in agreed():
        facts = Facts(contract, Snapshot(2026, records, through))
        found = read.subjects[contract.contract]
        assert found
        assert sorted(found) == [one.code for one in facts.subjects]
        for subject in facts.subjects:
            row = found[subject.code]
            league = facts.league(subject)
            expected = (subject.code, subject.code, subject.name, subject.kind, subject.post, subject.group, league)
            assert tuple(row[name] for name in SUBJECT_COLUMNS) == expected
            hold_to_records(read.year.contracts[contract.contract], facts, subject.code, row)
        hold_to_all_reported(read.year.contracts[contract.contract], contract, facts, records)


def hold_to_records(columns: ContractColumns, facts: Facts, subject: str, row: dict[str, Any]) -> None:
    for (indicator, period, entry), amount in columns.amounts.items():
        seen = facts.observation(subject, indicator, period, entry)
        told = None if seen is None else Fraction(seen.numerator, seen.denominator) if seen.denominator else Fraction(0)
        assert value(amount, row) == told, (subject, indicator, period)
        assert truth(amount.counted, row) == (seen is not None and seen.counted), (subject, indicator, period)
        if seen is None:
            fillers = (row[amount.numerator.name], row[amount.denominator.name] if amount.denominator else 1)
            assert fillers == (0, 1), (subject, indicator, period)
        elif seen.counted and amount.denominator is not None:
            counts = (row[amount.numerator.name], row[amount.denominator.name])
            assert counts == (seen.numerator, seen.denominator), (subject, indicator, period)
    for key, amount in columns.parameters.items():
        assert value(amount, row) == facts.target(subject, *key), (subject, key)
    for (kind, window), count in columns.incidents.items():
        assert row[count.name] == len(facts.incidents(subject, [kind], window)), (subject, kind, window)
    for kind, (happened, found) in columns.incident_days.items():
        events = facts.incidents(subject, [kind], facts.year)
        assert row[happened.name] == max((one.happened_on.toordinal() for one in events), default=0), (subject, kind)
        assert row[found.name] == max((one.found_on.toordinal() for one in events), default=0), (subject, kind)
    for state, months in columns.months.items():
        assert row[months.name] == facts.months_in(subject, state), (subject, state)


def hold_to_all_reported(columns: ContractColumns, contract: Contract, facts: Facts, records: Records) -> None:
    """Nothing that is due and was reported of a subject has no column."""
    subjects = {one.code for one in facts.subjects}
    reported = {
        (one.indicator, one.period, one.entry)
        for one in records.observations
        if one.subject in subjects and one.indicator in contract.indicator_by_id and facts.snapshot.due(one.period)
    }
    assert reported == set(columns.amounts)
    assert {(one.indicator, one.parameter) for one in records.targets if one.subject in subjects} == set(
        columns.parameters
    )


def numbers(columns: ContractColumns) -> Iterator[IntegerColumn]:
    for amount in (*columns.amounts.values(), *columns.parameters.values()):
        yield amount.numerator
        if amount.denominator is not None:
            yield amount.denominator
    yield from columns.incidents.values()
    yield from columns.months.values()
    for pair in columns.incident_days.values():
        yield from pair


@ENGINES
@FORMS
def test_the_frame_keeps_its_promises(form: Form, engine: EngineName, tmp_path: Path) -> None:
    read = taken(form(tmp_path), engine)
    for name, columns in read.year.contracts.items():
        found = list(read.subjects[name].values())
        assert columns.subjects == len(found)
        assert columns.league_size_max == max(sum(row["league"] == other["league"] for other in found) for row in found)
        assert not [cell for row in found for cell in row.items() if cell[1] is None]
        for column in numbers(columns):
            values = [row[column.name] for row in found]
            assert (column.low, column.high) == (min(values), max(values)), column.name
            assert not column.multiple or all(column.multiple % number == 0 for number in values), column.name
        for amount in (*columns.amounts.values(), *columns.parameters.values()):
            for told in (amount.reported, amount.counted):
                assert isinstance(told, bool) or {row[told] for row in found} == {True, False}, told


@ENGINES
def test_duties_are_numbered_in_order_and_their_shares_are_exact(engine: EngineName) -> None:
    read, assigned = taken(dict(FILES), engine), recorded().assignments
    ordered = sorted(
        (one.cadre, one.role, one.start.toordinal(), one.until.toordinal() if one.until else OPEN, one.party, one.share)
        for one in assigned
    )
    names = ("cadre", "role", "start", "until", "party")
    told = [
        (*(row[name] for name in names), Fraction(row["share"], read.year.share_scale))
        for row in sorted(read.duties, key=lambda row: row["duty"])
    ]
    assert told == ordered
    assert [row["duty"] for row in sorted(read.duties, key=lambda row: row["duty"])] == list(range(len(ordered)))
    assert (read.year.assignments_count, read.year.duties_max) == (5, 3)
    shares = [row["share"] for row in read.duties]
    assert (read.year.share.low, read.year.share.high) == (min(shares), max(shares))


def test_a_year_that_is_complete_has_constants_and_no_columns_for_them(tmp_path: Path) -> None:
    """Two villages, one ratio of whole numbers from Parquet: reported and counted in every row."""
    codes = ["899901101201", "899901101202"]
    tables: dict[str, dict[str, Any]] = {
        "parties": {"code": codes, "name": ["甲村", "乙村"], "kind": ["village"] * 2},
        "data": {
            "party": codes,
            "period": ["2026"] * 2,
            "content numerator": [45, 50],
            "content denominator": [60, 50],
        },
    }
    for name, table in tables.items():
        pl.DataFrame(table).write_parquet(tmp_path / f"{name}.parquet")
    contracts, chosen = [one.contract for one in load_contracts(CONTRACTS[:1])], backend(EngineName.POLARS)
    read = read_tables({name: tmp_path / f"{name}.parquet" for name in tables}, contracts, chosen)
    columns = columns_of_tables(read, contracts, 2026, 12, chosen).contracts["water/village"]
    (amount,) = columns.amounts.values()
    assert (amount.reported, amount.counted, amount.scale) == (True, True, 1)
    assert amount.denominator is not None
    assert (amount.numerator.low, amount.numerator.high) == (45, 50)
    assert (amount.denominator.low, amount.denominator.high) == (50, 60)
