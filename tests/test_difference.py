"""Who moved between two runs and why, on results small enough to read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from engine.difference import Difference, DueMove, Side, difference
from engine.record_changes import RecordChange, record_changes
from engine.recorded import read_result
from rules.diagnostic import Refused, Span
from rules.period import parse_period
from targets.cadre import Assignment, Cadre, Tenure
from targets.kept import Appeal, Decision
from targets.observation import Incident, IncidentState, Observation
from targets.party import Party
from targets.snapshot import Records

NEW_YEAR = date(2026, 1, 1)
RECORDS = Records(
    parties=(Party("T", "镇", "town"), Party("V1", "甲村", "village", "T"), Party("V2", "乙村", "village", "T")),
    cadres=(Cadre("G1", "张三"),),
    assignments=(Assignment("G1", "V1", "secretary", NEW_YEAR),),
)
NOW = datetime(2027, 1, 8, tzinfo=UTC)


def verdict(code: str, score: str | None, rank: int, grade: str = "good", **more: Any) -> dict[str, Any]:
    """With one section and one item that have its score."""
    parts = {
        "sections": [{"section": "work", "period": "2026", "score": score}],
        "items": [{"item": "meetings", "period": "2026", "score": score, "met": True}],
        "vetoes": [],
    }
    head = {"code": code, "name": f"{code} by name", "rank": rank, "of": 2, "final_score": score, "grade": grade}
    return head | parts | more


def side(
    villages: list[dict[str, Any]],
    cadres: list[dict[str, Any]] | None = None,
    dues: list[dict[str, Any]] | None = None,
    records: Records = RECORDS,
    hashes: dict[str, str] | None = None,
    version: int = 1,
) -> Side:
    contracts = [{"contract": "villages", "title": "村责任状", "version": version, "verdicts": villages}]
    if cadres is not None:
        contracts.append({"contract": "cadres", "title": "干部责任状", "version": 1, "verdicts": cadres})
    result = {"engine_version": "0.1", "contracts": contracts, "dues": dues or []}
    return Side(read_result(json.dumps(result), Span("run")), records, hashes or {})


def due(amount_fen: int, payee: str = "V1") -> dict[str, Any]:
    of = {"contract": "villages", "subject": "V1", "clause": "bonus", "due": "award"}
    return of | {"payee": payee, "amount_fen": amount_fen}


def moved(found: Difference) -> list[tuple[str, str]]:
    return [(one.contract, one.code) for one in found.moved]


def test_equal_runs_move_nobody_however_their_numbers_are_written() -> None:
    before, after = side([verdict("V1", "90.0", 1)]), side([verdict("V1", "90.00", 1)])
    assert difference(before, after) == Difference((), (), (), ("0.1", "0.1"))


def test_whoever_only_lost_a_place_did_so_because_others_moved() -> None:
    before = side([verdict("V1", "90", 1), verdict("V2", "80", 2)])
    after = side([verdict("V1", "90", 2), verdict("V2", "95", 1)])
    found = difference(before, after)
    assert moved(found) == [("villages", "V1"), ("villages", "V2")]
    first = found.moved[0]
    assert (first.sections, first.items, first.through, first.others_moved) == ((), (), (), True)


@pytest.mark.parametrize(("table", "others"), [("observations", True), ("tenures", False)])
def test_a_figure_that_moved_no_score_moved_no_amount_either(table: str, others: bool) -> None:
    """A change of post may have; a figure has not, so that a pool must have been divided among other scores."""
    news = {"observations": (observed(25),), "tenures": (Tenure("V1", "resident", "T", NEW_YEAR),)}
    records = replace(RECORDS, **{table: news[table]})
    before = side([verdict("V1", "90", 1)], dues=[due(10)])
    [one] = difference(before, side([verdict("V1", "90", 1)], dues=[due(11)], records=records)).moved
    assert (len(one.records), one.others_moved) == (1, others)


def test_a_cadre_moves_through_a_village_and_a_town_through_what_lies_below() -> None:
    before = side([verdict("T", "70", 1), verdict("V1", "90", 1)], [verdict("G1", "90", 1)])
    after = side([verdict("T", "71", 1), verdict("V1", "91", 1)], [verdict("G1", "91", 1)])
    through = {one.code: one.through for one in difference(before, after).moved}
    assert through == {"T": ("V1",), "V1": (), "G1": ("V1",)}


def test_a_place_or_an_amount_alone_moves_no_cadre() -> None:
    """What links look at is the verdict."""
    before = side([verdict("V1", "90", 1)], [verdict("G1", "90", 1)])
    after = side([verdict("V1", "90", 2)], [verdict("G1", "90", 2)], [due(5)])
    assert [(one.code, one.through) for one in difference(before, after).moved] == [("G1", ()), ("V1", ())]


def test_a_village_moves_through_its_own_sheet_of_another_contract() -> None:
    before = side([verdict("V1", "90", 1)], [verdict("V1", "50", 1)])
    after = side([verdict("V1", "91", 1)], [verdict("V1", "51", 1)])
    assert [one.through for one in difference(before, after).moved] == [("V1",), ("V1",)]


def test_who_came_and_who_went() -> None:
    found = difference(side([verdict("V1", "90", 1)]), side([verdict("V2", None, 1)]))
    gone, came = found.moved
    assert (gone.code, gone.name, gone.after, gone.items) == ("V1", "V1 by name", None, ())
    assert (came.code, came.before, came.after and came.after.final_score) == ("V2", None, None)


def test_vetoes_gained_and_lost() -> None:
    before = side([verdict("V1", "90", 1, vetoes=[{"rule": "fraud"}, {"rule": "fire"}])])
    after = side([verdict("V1", "90", 1, vetoes=[{"rule": "fire"}, {"rule": "death"}])])
    [one] = difference(before, after).moved
    assert (one.vetoes_gained, one.vetoes_lost) == (("death",), ("fraud",))


def test_what_is_due_moves_payee_by_payee() -> None:
    before, after = (
        side([verdict("V1", "90", 1)], dues=[due(10), due(7, "G1")]),
        side([verdict("V1", "90", 1)], dues=[due(7, "G1"), due(3, "T")]),
    )
    [one] = difference(before, after).moved
    assert one.dues == (DueMove("bonus", "award", "T", 0, 3), DueMove("bonus", "award", "V1", 10, 0))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"hashes": {"villages": "a"}}, {"hashes": {"villages": "b"}}, ("villages",)),
        ({"hashes": {"villages": "a"}}, {"hashes": {"villages": "a"}}, ()),
        ({}, {"version": 2, "hashes": {"villages": "b"}}, ("villages",)),
        ({}, {}, ()),
        ({}, {"cadres": []}, ("cadres",)),
    ],
)
def test_a_contract_is_another_by_its_text_or_where_that_was_not_kept_by_its_version(
    before: dict[str, Any], after: dict[str, Any], changed: tuple[str, ...]
) -> None:
    found = difference(side([verdict("V1", "90", 1)], **before), side([verdict("V1", "91", 1)], **after))
    assert found.contracts == changed
    assert found.moved[0].contract_changed is ("villages" in changed)


def test_only_appeals_upheld_are_a_reason_and_only_for_who_filed_them() -> None:
    filed = Appeal(1, "r", "V1", NEW_YEAR, "例会", NOW, "")
    upheld, rejected = (replace(filed, decision=Decision(how, NEW_YEAR, "记录", NOW, "")) for how in (True, False))
    appeals = (filed, replace(rejected, number=2), replace(upheld, number=3))
    before, after = (
        side([verdict(code, "90", 1) for code in ("V1", "V2")]),
        side([verdict(code, "91", 1) for code in ("V1", "V2")]),
    )
    assert [one.appeals for one in difference(before, after, appeals).moved] == [(3,), ()]


def test_a_result_that_is_none_is_damage() -> None:
    whole = {"engine_version": "0.1", "contracts": [], "dues": []}
    for damaged in ("", "[]", "{}", json.dumps(whole | {"contracts": [{"contract": "a"}]})):
        with pytest.raises(Refused, match="DX702"):
            read_result(damaged, Span("run"))
    villages = [{"contract": "a", "title": "a", "version": 1, "verdicts": [verdict("V1", "ninety", 1)]}]
    with pytest.raises(Refused, match="DX702"):
        read_result(json.dumps(whole | {"contracts": villages}), Span("run"))


# --- records ---


def observed(numerator: int, denominator: int = 1, **more: Any) -> Observation:
    return Observation("V1", "visits", parse_period("2026Q1"), numerator, denominator, **more)


def changed(before: Records, after: Records) -> RecordChange:
    [change] = record_changes(before, after)
    return change


def test_where_and_when_a_record_was_typed_is_no_difference() -> None:
    before = Records(observations=(observed(2, place=Span("一季度.xlsx"), recorded_on=NEW_YEAR),))
    assert record_changes(before, Records(observations=(observed(2),))) == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (observed(2), observed(3), ("2", "3")),
        (observed(952, 1000), observed(19, 20), ("0.952", "0.95")),
        (observed(80, 100, counted=True), observed(4, 5, counted=True), ("80/100", "4/5")),
        (observed(9, 9, counted=True), observed(0, 0, counted=True), ("9/9", "0/0")),
    ],
)
def test_a_figure_stays_as_it_was_reported(before: Observation, after: Observation, said: tuple[str, str]) -> None:
    change = changed(Records(observations=(before,)), Records(observations=(after,)))
    assert (change.table, change.subjects, change.key) == ("observations", ("V1",), ("visits", "2026Q1"))
    assert (change.before, change.after) == ((("value", said[0]),), (("value", said[1]),))


def test_of_an_event_only_what_differs_is_said() -> None:
    event = Incident("i1", "V1", "fraud", NEW_YEAR, NEW_YEAR, IncidentState.SUBSTANTIATED, "卷宗1")
    other = replace(event, subject="V2", state=IncidentState.REJECTED)
    change = changed(Records(incidents=(event,)), Records(incidents=(other,)))
    assert (change.subjects, change.key) == (("V1", "V2"), ("i1",))
    assert change.after == (("subject", "V2"), ("state", "rejected"))


def test_a_record_that_came_or_went_is_said_whole() -> None:
    tenure = Tenure("G1", "resident", "V1", NEW_YEAR)
    duty = Assignment("G1", "V1", "secretary", NEW_YEAR, share=Fraction(1, 2))
    came = changed(Records(), Records(tenures=(tenure,)))
    assert (came.before, came.after, came.key) == (None, (("until", ""),), ("resident", "V1", "2026-01-01"))
    went = changed(Records(assignments=(duty,)), Records())
    assert (went.subjects, went.before, went.after) == (("G1", "V1"), (("until", ""), ("share", "0.5")), None)
