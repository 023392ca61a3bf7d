"""Assessment runs: named by what they are made from, kept as they were, corrected by another run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from databases import Databases, databases, open_database, open_store
from sqlalchemy.exc import DBAPIError

from rules.diagnostic import Refused
from targets.batch import Origin
from targets.cadre import Cadre
from targets.run import Extent, Run, RunCheck
from targets.runs import Runs, RunState
from targets.snapshot import Records, Snapshot

__all__ = ["databases"]

FIRST = Run("c" * 64, "d" * 64, "0.1.0", 2026)
CORRECTED = replace(FIRST, data_hash="e" * 64, supersedes=FIRST.name)
RESULT = '{"510125101201":{"得分":"92.50"}}'


@pytest.fixture
def runs(databases: Databases) -> Runs:
    hours = (datetime(2027, 1, 8, hour, tzinfo=UTC) for hour in range(24))
    return open_store(databases.address(), now=lambda: next(hours)).runs


def refusal(refused: pytest.ExceptionInfo[Refused]) -> tuple[str, str]:
    [fault] = refused.value.diagnostics
    return fault.code, str(fault.found)


def test_a_run_is_named_by_contracts_data_and_engine() -> None:
    others = (
        replace(FIRST, contracts_hash="x" * 64),
        replace(FIRST, data_hash="x" * 64),
        replace(FIRST, engine_version="0.1.1"),
    )
    assert len({run.name for run in (FIRST, *others)}) == 4
    assert replace(FIRST, batch=7, supersedes="f" * 64).name == FIRST.name
    assert len(FIRST.name) == 64


def test_what_was_saved_is_found_again_by_the_beginning_of_its_name(runs: Runs) -> None:
    saved = runs.save(FIRST, RESULT, who="统计员")
    assert saved.run == FIRST
    assert (saved.state, saved.created_at, saved.events[0].who) == (
        RunState.DRAFT,
        datetime(2027, 1, 8, tzinfo=UTC),
        "统计员",
    )
    assert saved == runs.find(FIRST.name[:8]) == runs.latest() == runs.latest(2026)
    assert runs.result(FIRST.name[:8]) == RESULT


def test_every_way_it_was_checked_is_remembered_once(runs: Runs) -> None:
    runs.save(FIRST, RESULT, check=RunCheck(Extent.NONE))
    runs.save(FIRST, RESULT, check=RunCheck(Extent.ALL, 1_234))
    runs.save(FIRST, RESULT, check=RunCheck(Extent.ALL, 1_234))
    assert runs.find(FIRST.name[:8]).checks == (RunCheck(Extent.NONE), RunCheck(Extent.ALL, 1_234))


def test_saving_it_again_changes_nothing(runs: Runs) -> None:
    assert runs.save(FIRST, RESULT) == runs.save(FIRST, RESULT)
    assert len(runs.all()) == 1


def test_equal_inputs_with_another_result_are_an_alarm(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    with pytest.raises(Refused) as refused:
        runs.save(FIRST, RESULT.replace("92.50", "92.51"))
    assert refusal(refused) == ("DX709", "another result from the same contracts, data and engine")
    assert runs.result(FIRST.name) == RESULT


def test_a_correction_is_another_run_and_the_first_stays(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    runs.advance(FIRST.name, RunState.PUBLISHED)
    runs.save(CORRECTED, "{}")
    assert [kept.run for kept in runs.all()] == [FIRST, CORRECTED]
    assert runs.latest().run.supersedes == FIRST.name
    assert runs.find(FIRST.name).state is RunState.PUBLISHED


def test_the_latest_is_the_one_assessed_last_even_if_it_was_made_before(runs: Runs) -> None:
    """The correction was taken back, so the data are again what they were."""
    runs.save(FIRST, RESULT)
    runs.save(CORRECTED, "{}")
    runs.advance(FIRST.name, RunState.PUBLISHED)
    assert runs.latest().run == CORRECTED
    again = runs.save(FIRST, RESULT)
    assert runs.latest() == again
    assert again.state is RunState.PUBLISHED
    assert [event.state for event in again.events] == ["draft", "published", "draft"]


def test_each_year_has_its_latest(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    next_year = replace(FIRST, data_hash="f" * 64, year=2027, through=3)
    runs.save(next_year, "{}")
    assert (runs.latest(2026).run, runs.latest(2027).run, runs.latest().run) == (FIRST, next_year, next_year)


def test_a_run_is_published_and_then_sealed(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    published = runs.advance(FIRST.name, RunState.PUBLISHED, who="主任")
    assert runs.advance(FIRST.name, RunState.PUBLISHED) == published
    sealed = runs.advance(FIRST.name[:10], RunState.SEALED)
    assert [(event.state, event.happened_at.hour) for event in sealed.events] == [
        ("draft", 1),
        ("published", 2),
        ("sealed", 3),
    ]


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("sealed", "draft to sealed"),
        ("published draft", "published to draft"),
        ("published sealed published", "sealed to published"),
    ],
)
def test_no_step_is_left_out_or_taken_back(runs: Runs, steps: str, found: str) -> None:
    runs.save(FIRST, RESULT)
    *before, last = (RunState(step) for step in steps.split())
    for step in before:
        runs.advance(FIRST.name, step)
    with pytest.raises(Refused) as refused:
        runs.advance(FIRST.name, last)
    assert refusal(refused) == ("DX709", found)


def test_a_run_that_is_not_there_is_refused(runs: Runs) -> None:
    with pytest.raises(Refused) as refused:
        runs.latest()
    assert refusal(refused) == ("DX708", "no run yet")
    runs.save(FIRST, RESULT)
    runs.save(CORRECTED, "{}")
    for name, number in (("zz", 0), ("", 2)):
        with pytest.raises(Refused) as refused:
            runs.find(name)
        assert refusal(refused) == ("DX708", f"{name}, which {number} runs begin with")
    with pytest.raises(Refused, match="DX708"):
        runs.save(replace(FIRST, data_hash="f" * 64, supersedes="9" * 64), "{}")
    with pytest.raises(Refused, match="DX708"):
        runs.latest(2025)


def test_the_database_keeps_runs_as_they_are(databases: Databases) -> None:
    address = databases.address()
    database, runs = open_database(address), open_store(address).runs
    runs.save(FIRST, RESULT)
    for statement in (
        "UPDATE run SET result = '{}'",
        "DELETE FROM run_event",
        "UPDATE run_event SET state = 'sealed'",
        "INSERT INTO run_event (id, run, state, happened_at, who) SELECT 2, 'f', 'sealed', happened_at, '' FROM run_event",
        "INSERT INTO run_event (id, run, state, happened_at, who) SELECT 7, run, 'sealed', happened_at, '' FROM run_event",
    ):
        with (
            pytest.raises(DBAPIError, match=r"append-only|takes only|(?i:foreign key)"),
            database.writing() as connection,
        ):
            connection.exec_driver_sql(statement)
    assert (runs.latest().state, runs.result(FIRST.name)) == (RunState.DRAFT, RESULT)


def test_the_records_that_a_run_saw_can_be_read_again(databases: Databases) -> None:
    store = open_store(databases.address())
    day = date(2027, 1, 8)
    store.append(Records(cadres=(Cadre("G01", "甲"),)), Origin(day))
    snapshot = Snapshot(2026, store.as_of(batch=store.last_batch()))
    store.runs.save(Run("c" * 64, snapshot.content_hash, "0.1.0", 2026, batch=store.last_batch()), RESULT)

    store.append(Records(cadres=(Cadre("G01", "乙"),)), Origin(day + timedelta(days=1)))

    run = store.runs.latest().run
    assert Snapshot(2026, store.as_of(batch=run.batch)).content_hash == run.data_hash
    assert Snapshot(2026, store.as_of()).content_hash != run.data_hash
