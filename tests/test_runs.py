"""Assessment runs: named by what they are made from, kept as they were with their contracts, published, corrected by another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from databases import Databases, databases, open_database, open_store
from sqlalchemy.exc import DBAPIError

from rules.amend import content_hash
from rules.diagnostic import Refused
from rules.load import parse_contract
from targets.batch import Origin
from targets.cadre import Cadre
from targets.run import Extent, Run, RunCheck
from targets.runs import Runs, RunState
from targets.snapshot import Records, Snapshot
from targets.store import Store

__all__ = ["databases"]

FIRST = Run("c" * 64, "d" * 64, "0.1.0", 2026)
CORRECTED = replace(FIRST, data_hash="e" * 64, supersedes=FIRST.name)
RESULT = '{"510125101201":{"得分":"92.50"}}'
CHECKED = RunCheck(Extent.ALL, 1_234)
FIRST_DAY, LAST_DAY, AFTER = date(2027, 1, 10), date(2027, 1, 16), date(2027, 1, 17)
VILLAGE = "510125101201"


@pytest.fixture
def store(databases: Databases) -> Store:
    hours = count()
    return open_store(databases.address(), now=lambda: datetime(2027, 1, 8, tzinfo=UTC) + timedelta(hours=next(hours)))


@pytest.fixture
def runs(store: Store) -> Runs:
    return store.runs


def published(runs: Runs, run: Run = FIRST, result: str = RESULT, check: RunCheck | None = CHECKED) -> Run:
    name = runs.save(run, result, check=check).name
    return runs.publish(name, FIRST_DAY, LAST_DAY).run


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
    assert replace(FIRST, batch=7).name == FIRST.name
    assert len(FIRST.name) == 64


def test_a_correction_is_named_by_what_it_corrects_too() -> None:
    assert len({one.name for one in (FIRST, *(replace(FIRST, supersedes=letter * 64) for letter in "ef"))}) == 3


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
    published(runs)
    runs.save(CORRECTED, "{}")
    assert [kept.run for kept in runs.all()] == [FIRST, CORRECTED]
    assert runs.latest().run.supersedes == FIRST.name
    assert runs.find(FIRST.name).state is RunState.PUBLISHED


def test_the_latest_is_the_one_assessed_last_even_if_it_was_made_before(runs: Runs) -> None:
    """The correction was taken back, so the data are again what they were."""
    runs.save(FIRST, RESULT)
    runs.save(CORRECTED, "{}")
    runs.publish(FIRST.name, FIRST_DAY, LAST_DAY)
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


# --- the contracts it was made under ---

CONTRACT = (Path(__file__).parents[1] / "rules" / "library" / "examples" / "forest_fire.yaml").read_text("utf-8")


def test_the_texts_of_its_contracts_are_kept_once(runs: Runs) -> None:
    """By the name of the file, since nobody else has our folders; a comment more is the same contract."""
    loaded = parse_contract("/home/office/contracts/forest_fire.yaml", CONTRACT)
    commented = parse_contract("copy.yaml", f"# 办公室存\n{CONTRACT}")
    runs.save(FIRST, RESULT, contracts=[loaded])
    runs.save(FIRST, RESULT, contracts=[loaded])
    runs.save(CORRECTED, "{}", contracts=[commented])
    for run in (FIRST, CORRECTED):
        [text] = runs.contracts(run.name[:12])
        assert (text.hash, text.path, text.text) == (content_hash(loaded.contract), "forest_fire.yaml", CONTRACT)
    assert parse_contract(text.path, text.text).contract == loaded.contract


def test_a_run_kept_without_texts_gets_them_when_it_is_assessed_again(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    assert runs.contracts(FIRST.name) == ()
    runs.save(FIRST, RESULT, contracts=[parse_contract("forest_fire.yaml", CONTRACT)])
    assert [text.path for text in runs.contracts(FIRST.name)] == ["forest_fire.yaml"]


# --- which run it supersedes ---


def test_a_new_run_supersedes_the_last_one_that_was_published(runs: Runs) -> None:
    published(runs)
    second, third = (runs.save(replace(FIRST, data_hash=letter * 64), "{}").run for letter in "ef")
    assert (second.supersedes, third.supersedes) == (FIRST.name, FIRST.name)
    published(runs, second, "{}")
    fourth = runs.save(replace(FIRST, data_hash="a" * 64), "{}").run
    assert fourth.supersedes == second.name
    assert runs.supersedes(fourth.name[:9]) == (second.name, FIRST.name)
    assert set(runs.find(FIRST.name).superseded_by) == {second.name, third.name}


def test_a_period_entered_again_does_not_bring_back_what_was_corrected(runs: Runs) -> None:
    published(runs)
    second = published(runs, replace(FIRST, data_hash="e" * 64), "{}")
    runs.publish(FIRST.name, FIRST_DAY, AFTER)
    assert runs.save(replace(FIRST, data_hash="f" * 64), "{}").run.supersedes == second.name


def test_drafts_other_years_and_other_months_are_not_superseded(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    assert runs.save(replace(FIRST, data_hash="e" * 64), "{}").run.supersedes == ""
    runs.publish(FIRST.name, FIRST_DAY, LAST_DAY)
    for other in (replace(FIRST, data_hash="f" * 64, year=2027), replace(FIRST, data_hash="a" * 64, through=6)):
        assert runs.save(other, "{}").run.supersedes == ""


def test_a_look_back_at_an_earlier_day_corrects_nothing(databases: Databases) -> None:
    store, day = open_store(databases.address()), date(2027, 1, 8)
    for name in "甲乙":
        store.append(Records(cadres=(Cadre("G01", name),)), Origin(day))
    published(store.runs, replace(FIRST, batch=2))
    assert store.runs.save(replace(FIRST, data_hash="e" * 64, batch=1), "{}").run.supersedes == ""
    assert store.runs.save(replace(FIRST, contracts_hash="e" * 64, batch=2), "{}").run.supersedes == FIRST.name


def test_a_look_back_puts_no_correction_in_force(databases: Databases) -> None:
    """The second run corrects the first; a draft takes that back; then somebody looks at what was known before all of it."""
    store, day = open_store(databases.address()), date(2027, 1, 8)
    for name in "甲乙丙":
        store.append(Records(cadres=(Cadre("G01", name),)), Origin(day))
    runs, other = store.runs, replace(FIRST, data_hash="e" * 64, batch=2)
    published(runs, replace(FIRST, batch=1))
    second = published(runs, other, "{}")
    third = runs.save(replace(FIRST, batch=3), RESULT).run
    assert third.supersedes == second.name
    assert runs.save(other, "{}").run == second
    assert runs.save(replace(FIRST, batch=1), RESULT).run.supersedes == ""
    assert runs.seal(second.name, AFTER).sealed


def test_a_published_correction_is_taken_back_by_a_run_of_its_own(runs: Runs) -> None:
    """The data are again those of the first run, which stays as it was published; and once more the other way round."""
    published(runs)
    second = published(runs, replace(FIRST, data_hash="e" * 64), "{}")
    third = published(runs, FIRST)
    assert (third.inputs, third.supersedes) == (FIRST.inputs, second.name)
    assert runs.find(FIRST.name).state is RunState.PUBLISHED
    assert runs.save(FIRST, RESULT).run == third
    fourth = runs.save(replace(FIRST, data_hash="e" * 64), "{}").run
    assert runs.supersedes(fourth.name) == (third.name, second.name, FIRST.name)


def test_a_draft_of_the_time_before_is_not_the_correction(runs: Runs) -> None:
    """Two drafts; the first is published. What the second was made from is now a correction of that one."""
    other = replace(FIRST, data_hash="e" * 64)
    runs.save(FIRST, RESULT)
    assert runs.save(other, "{}").run == other
    runs.publish(FIRST.name, FIRST_DAY, LAST_DAY)
    assert runs.save(other, "{}").run == replace(other, supersedes=FIRST.name)


# --- publishing ---


def test_it_is_published_with_its_period(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    kept = runs.publish(FIRST.name[:10], FIRST_DAY, LAST_DAY, who="主任")
    assert (kept.state, kept.period, kept.events[-1].who) == (RunState.PUBLISHED, (FIRST_DAY, LAST_DAY), "主任")
    assert runs.publish(FIRST.name, FIRST_DAY, LAST_DAY) == kept


def test_a_period_entered_wrongly_is_entered_again_and_both_are_kept(runs: Runs) -> None:
    published(runs)
    kept = runs.publish(FIRST.name, FIRST_DAY, AFTER)
    assert kept.period == (FIRST_DAY, AFTER)
    assert [event.last_day for event in kept.events] == [None, LAST_DAY, AFTER]


def test_a_period_does_not_end_before_it_begins(runs: Runs) -> None:
    runs.save(FIRST, RESULT)
    with pytest.raises(Refused) as refused:
        runs.publish(FIRST.name, LAST_DAY, FIRST_DAY)
    assert refusal(refused) == ("DX717", "published from 2027-01-16 to 2027-01-10")
    assert runs.latest().state is RunState.DRAFT
    assert runs.publish(FIRST.name, FIRST_DAY, FIRST_DAY).period == (FIRST_DAY, FIRST_DAY)


# --- what the database itself refuses ---


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
