"""From a published run to a sealed one: appeals, decisions, corrections, and everything that stands in the way of a seal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from databases import Databases, databases, open_store
from test_commands import CONTRACT as WATER
from test_runs import AFTER, CHECKED, FIRST, FIRST_DAY, LAST_DAY, RESULT, VILLAGE, published, refusal, runs, store

from cli.results import as_json
from engine.assess import assess
from engine.difference import Side, difference
from engine.recorded import read_result
from rules.diagnostic import Refused, Span
from rules.load import Loaded, parse_contract
from rules.period import parse_period
from targets.batch import Origin
from targets.cadre import Cadre
from targets.ledger import EntryKind, chain_faults, sealed_hashes
from targets.observation import Observation
from targets.party import Party
from targets.run import Extent, Run, RunCheck
from targets.runs import Runs, RunState
from targets.sealing import doubts, without_effect
from targets.snapshot import Records, Snapshot
from targets.store import Store

__all__ = ["databases", "runs", "store"]


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
    result_hash, trail_hash = sealed_hashes(voucher.entry)
    assert result_hash == sha256(RESULT.encode()).hexdigest()
    # The link of the step that sealed it, and behind it that of the voucher.
    step, entered = store.standing().trail.links[-2:]
    assert (step.kept, step.hash) == ("run_event", trail_hash)
    assert (entered.kept, entered.key, entered.content) == ("voucher", "1", voucher.hash)
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


def test_a_period_before_the_run_was_made_is_doubted(runs: Runs) -> None:
    """Made on 8 January: nobody could see it on the seventh."""
    runs.save(FIRST, RESULT)
    early = runs.publish(FIRST.name, date(2027, 1, 7), LAST_DAY)
    [doubt] = doubts(early, Span("run"))
    assert (doubt.code, str(doubt.found)) == ("DX725", "published from 2027-01-07; the run was made on 2027-01-08")
    assert list(doubts(runs.publish(FIRST.name, date(2027, 1, 8), LAST_DAY), Span("run"))) == []


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
    runs.publish(other.name, FIRST_DAY, LAST_DAY)
    with pytest.raises(Refused) as refused:
        runs.seal(other.name, AFTER)
    assert refusal(refused) == ("DX714", f"run {FIRST.name} of 2026, sealed already")
    correction = published(runs, replace(FIRST, data_hash="f" * 64), "{}")
    assert correction.supersedes == FIRST.name
    assert runs.seal(correction.name, AFTER).sealed
    next_year = published(runs, replace(FIRST, data_hash="a" * 64, year=2027), "{}")
    assert runs.seal(next_year.name, AFTER).sealed


def test_an_open_appeal_is_not_left_behind_by_a_corrected_run(runs: Runs) -> None:
    """Another correction supersedes the run; what was objected to it still wants its decision."""
    published(runs)
    runs.appeal(FIRST.name, VILLAGE, AFTER, "例会开过十二次")
    second = replace(FIRST, data_hash="e" * 64, supersedes=FIRST.name)
    runs.save(second, RESULT, check=CHECKED)
    runs.publish(second.name, FIRST_DAY, LAST_DAY)
    with pytest.raises(Refused) as refused:
        runs.seal(second.name, AFTER)
    assert refusal(refused) == ("DX714", f"appeal 1 of {VILLAGE}, not decided")
    runs.decide(1, False, AFTER, "会议记录只有十次")
    assert runs.seal(second.name, AFTER).sealed


def test_an_appeal_is_not_left_behind_by_a_run_beside_it(runs: Runs) -> None:
    """Both were drafts; what people saw was the first, and what was objected to it is decided before the other is sealed."""
    other = replace(FIRST, data_hash="e" * 64)
    runs.save(FIRST, RESULT, check=CHECKED)
    runs.save(other, "{}", check=CHECKED)
    runs.publish(FIRST.name, FIRST_DAY, LAST_DAY)
    runs.appeal(FIRST.name, VILLAGE, LAST_DAY, "例会开过十二次")
    runs.publish(other.name, FIRST_DAY, LAST_DAY)
    with pytest.raises(Refused) as refused:
        runs.seal(other.name, AFTER)
    assert refusal(refused) == ("DX714", f"appeal 1 of {VILLAGE}, not decided")
    runs.decide(1, True, AFTER, "补交会议记录")
    with pytest.raises(Refused) as refused:
        runs.seal(other.name, AFTER)
    assert refusal(refused) == ("DX714", f"appeal 1 of {VILLAGE}, upheld")


def test_a_look_back_seals_nothing_past_what_people_saw(databases: Databases) -> None:
    store, day = open_store(databases.address()), date(2027, 1, 8)
    for name in "甲乙":
        store.append(Records(cadres=(Cadre("G01", name),)), Origin(day))
    published(store.runs, replace(FIRST, batch=2))
    earlier = replace(FIRST, data_hash="e" * 64, batch=1)
    back = store.runs.save(earlier, "{}", check=CHECKED)
    store.runs.publish(back.name, FIRST_DAY, LAST_DAY)
    with pytest.raises(Refused, match="published, which knew more"):
        store.runs.seal(back.name, AFTER)


def test_a_correction_taken_back_before_it_was_published_stands_in_nobodys_way(runs: Runs) -> None:
    published(runs)
    correction = runs.save(replace(FIRST, data_hash="e" * 64), "{}").run
    with pytest.raises(Refused, match=f"superseded by run {correction.name}"):
        runs.seal(FIRST.name, AFTER)
    runs.save(FIRST, RESULT)
    assert runs.seal(FIRST.name, AFTER).sealed


def test_a_sealed_correction_is_taken_back_by_another_seal(runs: Runs) -> None:
    """The data are again what they were: the first run stays superseded, a third one supersedes both."""
    published(runs)
    runs.seal(FIRST.name, AFTER)
    second = published(runs, replace(FIRST, data_hash="e" * 64), "{}")
    runs.seal(second.name, AFTER)
    third = published(runs, FIRST)
    assert runs.seal(third.name, AFTER).sealed
    assert runs.supersedes(third.name) == (second.name, FIRST.name)


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


def test_an_upheld_appeal_that_changes_nothing_asks_for_another_look_and_blocks_no_year(store: Store) -> None:
    """Assessed again after the decision, from records that are as they were: the same run, and a warning when it is sealed."""
    runs = store.runs
    published(runs)
    runs.decide(runs.appeal(FIRST.name, VILLAGE, LAST_DAY, "例会开过十二次"), True, AFTER, "补交会议记录，次数不变")
    with pytest.raises(Refused):
        runs.seal(FIRST.name, AFTER)
    again = runs.save(FIRST, RESULT, check=CHECKED)
    assert (again.name, again.state, [one.state for one in again.events][-1]) == (
        FIRST.name,
        RunState.PUBLISHED,
        RunState.DRAFT,
    )
    assert runs.save(FIRST, RESULT, check=CHECKED) == again
    sealed = runs.seal(FIRST.name, AFTER)
    [doubt] = without_effect(sealed, Span("run"))
    assert (doubt.code, str(doubt.found)) == ("DX726", f"appeal 1 of {VILLAGE}, upheld")


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
