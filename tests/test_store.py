"""The store: what was recorded, when, from which cell; corrected, withdrawn, never changed. On SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from databases import Databases, databases, open_store
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.diagnostic import Refused, Span
from rules.period import Cadence, parse_period, periods_of
from targets.batch import Counts, Origin, SourceFile
from targets.cadre import Assignment, Cadre, Tenure
from targets.observation import Incident, IncidentState, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party
from targets.rows import INTEGER_MAX, RECORD_TABLES, RecordTable
from targets.snapshot import Records, Snapshot
from targets.store import Store

__all__ = ["databases"]

VILLAGE = "510125101201"
APRIL, JULY, JANUARY = date(2026, 4, 3), date(2026, 7, 2), date(2027, 1, 8)
FIRST_QUARTER = parse_period("2026Q1")


@pytest.fixture
def store(databases: Databases) -> Store:
    return open_store(databases.address())


def observed(numerator: int, denominator: int = 1, **rest: Any) -> Records:
    return Records(observations=(Observation(VILLAGE, "健康检查", FIRST_QUARTER, numerator, denominator, **rest),))


def values(records: Records) -> list[Fraction | None]:
    return [observation.value for observation in records.observations]


# What an office does in a year


def test_a_late_correction_is_seen_from_the_day_it_was_recorded(store: Store) -> None:
    """In April the village reported 80 of 100; in July it turned out that one had been counted twice."""
    first = observed(80, 100, counted=True, place=Span("一季度.xlsx", sheet="村级", cell="D7"))
    second = observed(79, 100, counted=True, place=Span("更正.xlsx", sheet="村级", cell="D7"))
    report, correction = SourceFile("一季度.xlsx", "a" * 64), SourceFile("更正.xlsx", "b" * 64)

    assert store.append(first, Origin(APRIL, (report,))).tables == {"observations": Counts(new=1)}
    corrected = store.append(second, Origin(JULY, (correction,), who="统计员", note="重复计数"))
    assert corrected.tables == {"observations": Counts(superseded=1)}

    assert values(store.as_of(APRIL - timedelta(days=1))) == []
    assert values(store.as_of(APRIL)) == [Fraction(80, 100)]
    assert values(store.as_of(JULY - timedelta(days=1))) == [Fraction(80, 100)]
    assert values(store.as_of(JULY)) == values(store.as_of()) == [Fraction(79, 100)]

    [now] = store.as_of().observations
    assert now == replace(second.observations[0], recorded_on=JULY)  # with both counts, its cell, and the day

    reported, changed = store.history(VILLAGE, "健康检查", FIRST_QUARTER)
    assert (reported.number, reported.record.numerator, reported.batch.origin.files) == (1, 80, (report,))
    assert (changed.number, changed.record.numerator, changed.batch.origin.note) == (2, 79, "重复计数")
    assert changed.batch == store.batches()[1]
    assert changed.batch.tables == {"observations": Counts(superseded=1)}


def test_importing_a_file_again_leaves_nothing_behind(store: Store) -> None:
    origin = Origin(APRIL, (SourceFile("一季度.xlsx", "a" * 64),))
    assert store.append(observed(80), origin).batch == 1

    moved = observed(80, place=Span("副本.xlsx", sheet="村级", cell="E9"))  # the same value, typed in another cell
    again = store.append(moved, Origin(JULY))

    assert (again.batch, again.total) == (0, Counts(unchanged=1))
    assert len(store.batches()) == len(store.history(VILLAGE, "健康检查", FIRST_QUARTER)) == 1


def test_eighty_of_a_hundred_is_not_four_of_five(store: Store) -> None:
    """The value is the same; that a hundred were counted is knowledge too (a minimum denominator asks for it)."""
    store.append(observed(80, 100, counted=True), Origin(APRIL))
    assert store.append(observed(4, 5, counted=True), Origin(APRIL)).total == Counts(superseded=1)
    assert store.append(observed(4, 5), Origin(APRIL)).total == Counts(superseded=1)


def test_what_was_entered_by_mistake_is_withdrawn_and_stays_in_the_history(store: Store) -> None:
    store.append(observed(80), Origin(APRIL))
    by_key_only = observed(0)

    assert store.withdraw(by_key_only, Origin(JULY, note="录错村")).total == Counts(withdrawn=1)
    assert store.withdraw(by_key_only, Origin(JULY)).total == Counts(unchanged=1)
    assert values(store.as_of(APRIL)) == [80]
    assert values(store.as_of(JULY)) == []

    assert store.append(observed(80), Origin(JANUARY)).total == Counts(new=1)
    assert values(store.as_of()) == [80]
    history = store.history(VILLAGE, "健康检查", FIRST_QUARTER)
    assert [(version.number, version.record.numerator, version.withdrawn) for version in history] == [
        (1, 80, False),
        (2, 80, True),
        (3, 80, False),
    ]


def test_an_incident_moves_through_its_states(store: Store) -> None:
    reported = Incident("S-7", VILLAGE, "乱收费", date(2026, 2, 1), date(2026, 3, 9), IncidentState.REPORTED, "举报信")
    for day, state in ((APRIL, "reported"), (APRIL, "substantiated"), (JULY, "appealed"), (JANUARY, "rejected")):
        store.append(Records(incidents=(replace(reported, state=IncidentState(state)),)), Origin(day))

    assert [incident.state for incident in store.as_of(APRIL).incidents] == ["substantiated"]
    assert [incident.counts for incident in store.as_of(JULY).incidents] == [False]
    assert [version.record.state for version in store.versions(reported)] == [
        *("reported", "substantiated", "appealed", "rejected")
    ]


def test_a_batch_can_be_read_again_exactly(store: Store) -> None:
    """A run remembers the last batch that it saw; what came on the same day, but later, does not change it."""
    store.append(observed(80), Origin(APRIL))
    seen = store.last_batch()
    store.append(observed(79), Origin(APRIL))
    assert (seen, store.last_batch(), store.last_batch(APRIL - timedelta(days=1))) == (1, 2, 0)
    assert values(store.as_of(batch=seen)) == [80]
    assert values(store.as_of(APRIL)) == [79]


def test_a_batch_may_come_from_several_files_even_of_one_name(store: Store) -> None:
    """东风村/data.csv and 红星村/data.csv; the second was given twice."""
    east, west = SourceFile("data.csv", "a" * 64), SourceFile("data.csv", "b" * 64)
    store.append(observed(80), Origin(APRIL, (west, east, west)))
    assert store.batches()[0].origin.files == (east, west)


def test_the_clock_stands_beside_the_day_of_the_office(databases: Databases) -> None:
    late = datetime(2026, 4, 6, 1, 30, tzinfo=UTC)
    store = open_store(databases.address(), now=lambda: late)
    store.append(observed(80), Origin(APRIL))
    [batch] = store.batches()
    assert (batch.origin.recorded_on, batch.written_at) == (APRIL, late)


# Which part of a record is its key: the rest may change, and is then a new version of the same thing

TOWN = Party("510125101000", "某镇", "town")
CHANGES = [
    (Party(VILLAGE, "东风村", "village"), {"name": "东风新村"}, {"code": "510125101202"}),
    (Cadre("G01", "甲"), {"name": "乙"}, {"code": "G02"}),
    (Tenure("G01", "支书", VILLAGE, APRIL), {"until": JULY}, {"post": "主任"}),
    (Tenure("G01", "支书", VILLAGE, APRIL), {"until": JULY}, {"start": JULY}),
    (Assignment("G01", VILLAGE, "包村", APRIL), {"share": Fraction(1, 3)}, {"role": "挂点"}),
    (Target(VILLAGE, "健康检查", "target", Fraction(95, 100)), {"value": Fraction(92, 100)}, {"parameter": "baseline"}),
    (observed(80).observations[0], {"denominator": 0}, {"period": parse_period("2026H1")}),
    (observed(1).observations[0], {"numerator": 0}, {"entry": "有制度"}),
    (
        Incident("S-7", VILLAGE, "乱收费", APRIL, APRIL, IncidentState.REPORTED, "举报信"),
        {"state": IncidentState.SUBSTANTIATED},
        {"id": "S-8"},
    ),
    (StateRecord(VILLAGE, "后进村", APRIL), {"until": JULY}, {"start": JULY}),
    (PriorVeto(VILLAGE, "family-health", "弄虚作假", APRIL, 2027), {"until_year": 2028}, {"happened_on": JULY}),
    (PastResult(VILLAGE, "family-health", 2025, Fraction(175, 2)), {"rank": 3, "score": None}, {"year": 2024}),
]


def in_its_table(*records: Any) -> Records:
    table = next(table for table in RECORD_TABLES if isinstance(records[0], table.record))
    return Records(**{table.collection: records})


@pytest.mark.parametrize(("record", "content", "key"), CHANGES, ids=lambda value: type(value).__name__)
def test_content_supersedes_and_another_key_stands_beside(store: Store, record: Any, content: Any, key: Any) -> None:
    store.append(in_its_table(record), Origin(APRIL))
    changed, another = replace(record, **content), replace(record, **key)
    assert store.append(in_its_table(record, changed, another), Origin(JULY)).total == Counts(1, 1, 1)
    assert content_of(store.as_of()) == content_of(in_its_table(*sorted((changed, another), key=str)))
    assert content_of(store.as_of(APRIL)) == content_of(in_its_table(record))


def content_of(records: Records) -> str:
    return Snapshot(2026, records).content_hash


# Everything comes back as it went in

plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
whole_numbers = st.integers(-INTEGER_MAX, INTEGER_MAX)
EXACTLY: dict[str, st.SearchStrategy[Any]] = {
    "str": plain_text,
    "int": whole_numbers,
    "Fraction": st.builds(Fraction, whole_numbers, st.integers(1, INTEGER_MAX)),
    "Fraction | None": st.none() | st.builds(Fraction, whole_numbers, st.integers(1, INTEGER_MAX)),
    "int | None": st.none() | whole_numbers,
    "Period": st.builds(periods_of, st.integers(1950, 2200), st.sampled_from(Cadence)).flatmap(st.sampled_from),
    "Span | None": st.none() | st.builds(Span, plain_text, plain_text, *[st.integers(0, 10**6)] * 3, plain_text),
}


def any_record(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Days and words of a closed list are drawn by their type; the rest by the name of its type, as it is written."""
    return st.builds(kind, **{part.name: EXACTLY[part.type] for part in fields(kind) if part.type in EXACTLY})


def any_records() -> st.SearchStrategy[Records]:
    return st.builds(Records, **{table.collection: some_records(table).map(tuple) for table in RECORD_TABLES})


def some_records(table: RecordTable) -> st.SearchStrategy[list[Any]]:
    return st.lists(any_record(table.record), max_size=2, unique_by=lambda record: key_of(table, record))


def key_of(table: RecordTable, record: Any) -> tuple[Any, ...]:
    row = table.row(record)
    return tuple(row[column] for column in table.key)


@settings(max_examples=60, deadline=None)
@given(records=any_records())
def test_everything_comes_back_as_it_went_in(databases: Databases, records: Records) -> None:
    store = open_store(databases.address())
    store.append(records, Origin(APRIL))
    kept = store.as_of()
    for table in RECORD_TABLES:
        in_order = sorted(getattr(records, table.collection), key=lambda record: key_of(table, record))
        assert getattr(kept, table.collection) == tuple(with_day(record) for record in in_order)
    assert store.append(kept, Origin(JULY)).batch == 0


def with_day(record: Any) -> Any:
    """A day that the file gave is kept; else it is that of the batch."""
    if isinstance(record, Observation) and record.recorded_on is None:
        return replace(record, recorded_on=APRIL)
    return record


# The meaning of the store in ten lines

few_observations = st.builds(
    Observation,
    st.sampled_from([VILLAGE, "510125101202"]),
    st.just("健康检查"),
    st.sampled_from(periods_of(2026, Cadence.HALF_YEAR)),
    st.integers(0, 2),
    st.just(1),
)
acts = st.tuples(st.sampled_from(["append", "append", "withdraw"]), st.integers(0, 2), st.lists(few_observations))


def known(history: list[tuple[str, date, list[Observation]]], day: date) -> dict[Any, int]:
    values: dict[Any, int] = {}
    for act, recorded_on, observations in history:
        for observation in observations:
            if recorded_on <= day and act == "append":
                values[observation.key] = observation.numerator
            elif recorded_on <= day:
                values.pop(observation.key, None)
    return values


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(acts, max_size=7))
def test_any_day_is_known_as_the_model_knows_it(
    databases: Databases, acts: list[tuple[str, int, list[Observation]]]
) -> None:
    store, day, history, ever = open_store(databases.address()), APRIL, [], set[Any]()
    for act, days_later, drawn in acts:
        day += timedelta(days=days_later)
        observations = [one for one in drawn if act == "append" or one.key in ever]
        ever |= {one.key for one in observations}
        do = store.append if act == "append" else store.withdraw
        do(Records(observations=tuple(observations)), Origin(day))
        history.append((act, day, observations))
    for later in range((day - APRIL).days + 1):
        at = APRIL + timedelta(days=later)
        assert {one.key: one.numerator for one in store.as_of(at).observations} == known(history, at)
    for key in ever:
        versions = store.history(*key)
        assert [version.number for version in versions] == list(range(1, len(versions) + 1))
        assert versions[-1].withdrawn == (key not in known(history, day))


# What it refuses


def test_nothing_is_recorded_before_what_is_recorded_already(store: Store) -> None:
    """Else what was known on a day would change afterwards."""
    store.append(observed(80), Origin(JULY))
    with pytest.raises(Refused) as refused:
        store.append(observed(79), Origin(APRIL))
    [fault] = refused.value.diagnostics
    assert (fault.code, str(fault.found)) == ("DX705", "recorded on 2026-04-03")
    assert str(fault.expected) == "2026-07-02, the day of the last batch, or later"
    assert values(store.as_of()) == [80]


def test_every_value_that_would_not_come_back_is_named_with_its_cell(store: Store) -> None:
    cell = Span("一季度.xlsx", sheet="村级", cell="D7")
    records = replace(
        observed(2**63, place=cell),
        parties=(TOWN, Party("510125101201", "东风\0村", "village")),
        targets=(Target(VILLAGE, "健康检查", "target", Fraction(1, -(2**63)), cell),),
    )
    with pytest.raises(Refused) as refused:
        store.append(records, Origin(APRIL, (SourceFile("一季度.xlsx", "a" * 64),), who="\ud800"))
    assert {fault.code for fault in refused.value.diagnostics} == {"DX706"}
    assert {(fault.span.sheet, fault.span.cell, str(fault.found)) for fault in refused.value.diagnostics} == {
        ("村级", "D7", "9223372036854775808 in numerator"),
        ("村级", "D7", "9223372036854775808 in value_denominator"),
        ("parties", "name", "东风\\0村 in name"),  # a record that came without its cell
        ("", "", "\\ud800"),  # who did it
    }
    assert store.batches() == ()
    assert store.append(observed(INTEGER_MAX, INTEGER_MAX), Origin(APRIL)).total == Counts(new=1)


def test_only_what_is_known_can_be_withdrawn(store: Store) -> None:
    store.append(observed(80), Origin(APRIL))
    with pytest.raises(Refused) as refused:
        store.withdraw(replace(observed(80), cadres=(Cadre("G01", ""), Cadre("G02", ""))), Origin(JULY))
    assert [(fault.code, str(fault.found)) for fault in refused.value.diagnostics] == [
        ("DX707", "G01 in cadres"),
        ("DX707", "G02 in cadres"),
    ]
    assert values(store.as_of()) == [80]


def test_more_subjects_than_a_statement_takes_values(store: Store) -> None:
    """40,000, where SQLite takes 32,766; each has its newest version found."""
    cadres = tuple(Cadre(f"G{number}", "甲") for number in range(40_000))
    store.append(Records(cadres=cadres), Origin(APRIL))
    assert store.append(Records(cadres=(*cadres, Cadre("H", "乙"))), Origin(JULY)).total == Counts(1, 0, 40_000)


# As many as a town has in a year


def test_twenty_thousand_observations_come_back(store: Store) -> None:
    months = periods_of(2026, Cadence.MONTH)
    cell = Span("全年.xlsx", sheet="村级", cell="D7")
    observations = tuple(
        Observation(f"{510125101200 + village}", f"指标{number}", month, number, 100, counted=True, place=cell)
        for village in range(56)
        for number in range(30)
        for month in months
    )[:20_000]

    store.append(Records(observations=observations), Origin(APRIL))
    back = [(one.key, one.numerator, one.denominator) for one in store.as_of().observations]
    assert sorted(back) == sorted((one.key, one.numerator, one.denominator) for one in observations)


def test_who_only_describes_a_batch_loads_no_database() -> None:
    program = "import sys, targets.batch, targets.rows; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
