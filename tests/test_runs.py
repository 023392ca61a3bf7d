"""Assessment runs: named by what they are made from, kept as they were, published, objected to, corrected by another run,
sealed; and everything that stands in the way of that."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from databases import Databases, databases, open_database, open_store
from sqlalchemy.exc import DBAPIError
from test_commands import CONTRACT as WATER

from cli.results import as_json
from engine.assess import assess
from engine.difference import Side, difference
from engine.recorded import read_result
from rules.amend import content_hash
from rules.diagnostic import Refused, Span
from rules.load import Loaded, parse_contract
from rules.period import parse_period
from targets.batch import Origin
from targets.cadre import Cadre
from targets.ledger import EntryKind, chain_faults
from targets.observation import Observation
from targets.party import Party
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
    runs.publish(runs.save(run, result, check=check).run.name, FIRST_DAY, LAST_DAY)
    return runs.find(run.name).run


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


def test_no_run_ever_supersedes_itself(runs: Runs) -> None:
    """The correction is taken back: the data are those of the first run, which is kept as it was."""
    published(runs)
    second = published(runs, replace(FIRST, data_hash="e" * 64), "{}")
    assert runs.save(FIRST, RESULT).run.supersedes == ""
    assert runs.supersedes(FIRST.name) == ()
    assert runs.supersedes(second.name) == (FIRST.name,)


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


# --- appeals ---


def test_an_appeal_is_decided_once_with_its_ground(runs: Runs) -> None:
    published(runs)
    number = runs.appeal(FIRST.name[:10], VILLAGE, AFTER, "例会开过十二次", who="村主任")
    assert number == 1
    [open_appeal] = runs.latest().appeals
    assert (open_appeal.subject, open_appeal.claim, open_appeal.decision) == (VILLAGE, "例会开过十二次", None)
    decided = runs.decide(1, False, AFTER, "会议记录只有十次", who="考核办")
    assert runs.latest().appeals == (decided,)
    assert decided.decision is not None
    assert (decided.upheld, decided.decision.ground, decided.decision.who) == (False, "会议记录只有十次", "考核办")
    with pytest.raises(Refused) as refused:
        runs.decide(1, True, AFTER, "再看一次")
    assert refusal(refused) == ("DX716", "appeal 1, decided on 2027-01-17")
    assert runs.appeal(FIRST.name, VILLAGE, AFTER, "还是十二次") == 2


def test_what_cannot_be_an_appeal(runs: Runs) -> None:
    runs.save(FIRST, RESULT, check=CHECKED)
    with pytest.raises(Refused) as refused:
        runs.appeal(FIRST.name, VILLAGE, AFTER, "例会开过十二次")
    assert refusal(refused) == ("DX716", f"run {FIRST.name}: draft")
    runs.publish(FIRST.name, FIRST_DAY, LAST_DAY)
    with pytest.raises(Refused) as refused:
        runs.appeal(FIRST.name, VILLAGE, FIRST_DAY - timedelta(days=1), " ")
    assert [(fault.code, str(fault.found)) for fault in refused.value.diagnostics] == [
        ("DX716", "an appeal that claims nothing"),
        ("DX716", "filed on 2027-01-09"),
    ]
    with pytest.raises(Refused, match="DX706"):
        runs.appeal(FIRST.name, VILLAGE, AFTER, "例会\0")
    runs.seal(FIRST.name, AFTER)
    with pytest.raises(Refused) as refused:
        runs.appeal(FIRST.name, VILLAGE, AFTER, "例会开过十二次")
    assert refusal(refused) == ("DX716", f"run {FIRST.name}: sealed")
    assert runs.latest().appeals == ()


def test_what_cannot_be_a_decision(runs: Runs) -> None:
    published(runs)
    runs.appeal(FIRST.name, VILLAGE, AFTER, "例会开过十二次")
    with pytest.raises(Refused) as refused:
        runs.decide(1, True, LAST_DAY, "")
    assert [(fault.code, str(fault.found)) for fault in refused.value.diagnostics] == [
        ("DX716", "a decision without a ground"),
        ("DX716", "decided on 2027-01-16"),
    ]
    with pytest.raises(Refused) as refused:
        runs.decide(7, True, AFTER, "会议记录")
    assert refusal(refused) == ("DX716", "appeal 7")


# --- sealing ---


def test_sealing_enters_the_hash_of_the_result_into_the_ledger(store: Store) -> None:
    runs = store.runs
    published(runs)
    sealed = runs.seal(FIRST.name[:10], AFTER, who="书记")
    assert (sealed.state, sealed.sealed, sealed.events[-1].who) == (RunState.SEALED, True, "书记")
    [voucher] = store.books.vouchers()
    assert (voucher.entry.kind, voucher.entry.day, voucher.entry.run) == (EntryKind.SEAL, AFTER, FIRST.name)
    assert voucher.entry.note == sha256(RESULT.encode()).hexdigest()
    assert voucher.who == "书记"
    assert list(chain_faults([voucher])) == []

    assert runs.seal(FIRST.name, AFTER + timedelta(days=1)) == sealed
    assert store.books.vouchers() == (voucher,)


def test_everything_that_stands_in_the_way_is_named_at_once(store: Store) -> None:
    """Published until today, one appeal open, one upheld, half a year, superseded, not cross-checked."""
    runs, half = store.runs, replace(FIRST, through=6)
    published(runs, half, check=RunCheck(Extent.NONE))
    for claim in ("例会", "巡访"):
        runs.appeal(half.name, VILLAGE, FIRST_DAY, claim)
    runs.decide(2, True, LAST_DAY, "巡访记录补交")
    correction = runs.save(replace(half, data_hash="e" * 64), "{}").run
    with pytest.raises(Refused) as refused:
        runs.seal(half.name, LAST_DAY)
    assert [(fault.code, str(fault.found)) for fault in refused.value.diagnostics] == [
        ("DX714", f"appeal 1 of {VILLAGE}, not decided"),
        ("DX714", f"appeal 2 of {VILLAGE}, upheld"),
        ("DX714", "assessed through month 6 of the year"),
        ("DX714", "published until 2027-01-16; today is 2027-01-16"),
        ("DX714", f"superseded by run {correction.name}"),
        ("DX715", f"run {half.name}, which no cross-check has confirmed"),
    ]
    assert runs.find(half.name).state is RunState.PUBLISHED
    assert store.books.vouchers() == ()


def test_a_draft_is_not_sealed(runs: Runs) -> None:
    runs.save(FIRST, RESULT, check=CHECKED)
    with pytest.raises(Refused) as refused:
        runs.seal(FIRST.name, AFTER)
    assert refusal(refused) == ("DX709", "draft to sealed")


def test_a_sealed_run_is_not_published_again(runs: Runs) -> None:
    published(runs)
    runs.seal(FIRST.name, AFTER)
    with pytest.raises(Refused) as refused:
        runs.publish(FIRST.name, FIRST_DAY, AFTER)
    assert refusal(refused) == ("DX709", "sealed to published")


@pytest.mark.parametrize("extent", [None, Extent.NONE, Extent.TOO_WIDE, Extent.ONE_EVALUATOR])
def test_one_evaluator_alone_seals_nothing(runs: Runs, extent: Extent | None) -> None:
    published(runs, check=None if extent is None else RunCheck(extent))
    with pytest.raises(Refused, match="DX715"):
        runs.seal(FIRST.name, AFTER)
    runs.save(FIRST, RESULT, check=RunCheck(Extent.SAMPLE, 99))
    assert runs.seal(FIRST.name, AFTER).sealed


def test_a_second_sealed_run_of_the_year_must_supersede_the_first(runs: Runs) -> None:
    """Both were drafts when neither was published, so that neither corrects the other."""
    other = replace(FIRST, data_hash="e" * 64)
    runs.save(other, "{}", check=CHECKED)
    published(runs)
    runs.seal(FIRST.name, AFTER)
    published(runs, other, "{}")
    with pytest.raises(Refused) as refused:
        runs.seal(other.name, AFTER)
    assert refusal(refused) == ("DX714", f"run {FIRST.name} of 2026, sealed already")
    correction = published(runs, replace(FIRST, data_hash="f" * 64), "{}")
    assert correction.supersedes == FIRST.name
    assert runs.seal(correction.name, AFTER).sealed
    next_year = published(runs, replace(FIRST, data_hash="a" * 64, year=2027), "{}")
    assert runs.seal(next_year.name, AFTER).sealed


def test_a_correction_taken_back_before_it_was_published_stands_in_nobodys_way(runs: Runs) -> None:
    published(runs)
    correction = runs.save(replace(FIRST, data_hash="e" * 64), "{}").run
    with pytest.raises(Refused, match=f"superseded by run {correction.name}"):
        runs.seal(FIRST.name, AFTER)
    runs.save(FIRST, RESULT)
    assert runs.seal(FIRST.name, AFTER).sealed


def test_nothing_is_sealed_before_the_day_of_the_last_voucher(store: Store) -> None:
    published(store.runs)
    store.runs.seal(FIRST.name, AFTER + timedelta(days=9))
    correction = published(store.runs, replace(FIRST, data_hash="e" * 64), "{}")
    with pytest.raises(Refused, match="DX719"):
        store.runs.seal(correction.name, AFTER)
    assert store.runs.find(correction.name).state is RunState.PUBLISHED
    assert len(store.books.vouchers()) == 1


def test_an_appeal_rejected_leaves_the_run_to_be_sealed(runs: Runs) -> None:
    published(runs)
    runs.decide(runs.appeal(FIRST.name, VILLAGE, LAST_DAY, "例会开过十二次"), False, AFTER, "会议记录只有十次")
    assert runs.seal(FIRST.name, AFTER).sealed


def test_an_appeal_upheld_leads_to_a_corrected_run_and_the_first_stays(store: Store) -> None:
    runs = store.runs
    published(runs)
    runs.decide(runs.appeal(FIRST.name, VILLAGE, LAST_DAY, "例会开过十二次"), True, AFTER, "补交两次会议记录")
    correction = published(runs, replace(FIRST, data_hash="e" * 64), "{}")
    assert correction.supersedes == FIRST.name
    assert runs.seal(correction.name, AFTER).sealed
    first = runs.find(FIRST.name)
    assert (first.state, first.superseded_by, runs.result(FIRST.name)) == (
        RunState.PUBLISHED,
        (correction.name,),
        RESULT,
    )
    assert [voucher.entry.run for voucher in store.books.vouchers()] == [correction.name]


def test_from_an_appeal_to_the_corrected_seal_with_everybody_who_moved(store: Store) -> None:
    """Assessed, published, objected to and upheld; recorded anew, assessed again, held against the first, sealed."""
    water, runs, jia = parse_contract("water.yaml", WATER), store.runs, "899901101201"
    parties = (Party(jia, "甲村", "village"), Party("899901101202", "乙村", "village"))
    held = [
        Observation(party.code, "meetings", parse_period(f"2026Q{quarter}"), 2, 1)
        for party in parties
        for quarter in range(1, 5)
    ]
    visits = [Observation(party.code, "visits", parse_period("2026"), 95, 100, counted=True) for party in parties]
    store.append(Records(parties=parties, observations=(*held, *visits)), Origin(FIRST_DAY))
    first = assessed(store, water)
    runs.publish(first.name, FIRST_DAY, LAST_DAY)
    number = runs.appeal(first.name, jia, LAST_DAY, "三季度开了三次例会")
    runs.decide(number, True, LAST_DAY, "补交会议记录")

    store.append(Records(observations=(replace(held[2], numerator=3),)), Origin(AFTER))
    second = assessed(store, water)
    assert second.supersedes == first.name
    sides = [
        Side(read_result(runs.result(run.name), Span("run")), store.as_of(batch=run.batch), {})
        for run in (first, second)
    ]
    found = difference(*sides, runs.find(first.name).appeals)
    jia_moved, yi_moved = found.moved
    # 8 of 12 meetings: 40 - 4 x 2 = 32, and 60 for the visits; with one more 34. The other village loses its shared place.
    assert [(one.id, one.before, one.after) for one in jia_moved.items] == [("meetings", "32.00", "34.00")]
    assert [change.after for change in jia_moved.records] == [(("value", "3"),)]
    assert (jia_moved.appeals, jia_moved.others_moved) == ((number,), False)
    assert (yi_moved.items, yi_moved.records, yi_moved.others_moved) == ((), (), True)

    runs.publish(second.name, AFTER, AFTER)
    assert runs.seal(second.name, AFTER + timedelta(days=1)).sealed
    assert runs.find(first.name).state is RunState.PUBLISHED
    assert [text.path for text in runs.contracts(second.name)] == ["water.yaml"]


def assessed(store: Store, water: Loaded) -> Run:
    """As `duixian assess` does it."""
    batch = store.last_batch()
    made = assess([water.contract], Snapshot(2026, store.as_of(batch=batch)))
    result = json.dumps(as_json(made), ensure_ascii=False, sort_keys=True)
    return store.runs.save(replace(made.run, batch=batch), result, check=CHECKED, contracts=[water]).run


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
