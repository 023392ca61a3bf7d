"""Lists as offices write them, and lists after a correction, by hand in the town of `audit_villages`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from audit_villages import V2, V3, assessed, brief, findings, found, line, listed

from engine import inference
from engine.audit.entitlement import Carried, Entitled, Entitlement, entitlements
from engine.audit.finding import Kind

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


# --- how offices write ---


def test_too_much_that_was_taken_back_is_right() -> None:
    """1,200 for 1,000 of a refund, then -200: here 250 for the refund of 200, and 50 back."""
    assert found(("G1", 250), ("G1", 200), ("G1", 480), ("G1", -50)) == []
    assert found(("G1", 880), ("G1", 880), ("G1", -880)) == []
    assert found(("G1", 250), ("G1", 200), ("G1", 430)) == [(Kind.SPLIT, "G1", 0)]


@pytest.mark.parametrize("name", ["张三（书记）", "张三(甲村)", "张三 【注】"])
def test_a_post_or_note_behind_a_name(name: str) -> None:
    rest = listed(but=("G1",))
    assert findings([*rest, line("", 880, name)]) == ()
    assert findings([*rest, line("G1", 880, name)]) == ()
    assert [one.kind for one in findings([*rest, line("G1", 880, "李肆（书记）")])] == [Kind.NAME_AND_CODE]


def test_a_code_in_small_letters() -> None:
    assert (
        findings(
            [line(one.code.lower(), 880 if one.code == "G1" else one.amount_fen // 100, one.name) for one in listed()]
        )
        == ()
    )
    both = Entitled("run", {"g1": "甲", "G1": "乙"}, {})
    assert [(one.kind, one.subject) for one in findings([line("g1", 1, "甲")], both)] == [(Kind.NOT_ENTITLED, "g1")]


@pytest.mark.parametrize("count", [3, 5])
def test_several_people_of_one_name_without_codes(count: int) -> None:
    """Each is due 200, 200 and an amount of their own, in lines of their own: nine lines of three people, fifteen of five."""
    base = [one for one in assessed().dues if one.payee == "G1" and one.amount_fen]
    codes = [f"P{number}" for number in range(count)]
    told = Entitled("run", dict.fromkeys(codes, "张伟"), {
        code: Entitlement(code, "张伟", tuple(
            replace(due, payee=code, amount_fen=due.amount_fen + 100 * number * (due.kind == "award"))
            for due in base
        ))
        for number, code in enumerate(codes)
    })  # fmt: skip
    lines = [line("", part.amount_fen // 100, "张伟") for one in told.by_payee.values() for part in one.parts]
    assert len(lines) >= 3 * count
    assert findings(lines, told) == ()
    assert findings(lines[::-1], told) == ()


# --- after a correction: the first run found the fraud in 丙村, and 乙村 got its money; the second run found it in 乙村 ---


@cache
def corrected() -> Entitled:
    first = assessed(V3)
    return entitlements(assessed(), Carried(first.run.name, first.dues))


def test_a_correction_pays_and_takes_back_the_difference() -> None:
    """丙村 and 王五 get what they lost; 乙村 and 李四 owe back what they got, 甲村 and 张三 nothing."""
    sums = {payee: one.total_fen // 100 for payee, one in corrected().by_payee.items() if one.parts}
    assert sums == {V2: -1_400, V3: 1_160, "G2": -880, "G3": 390}
    assert findings([line(V3, 1_160), line("G3", 390)], corrected()) == ()


def test_what_is_owed_back_is_of_its_own_clause() -> None:
    """李四's part of the village's award is due to nobody now: it is the grade's award, not the last one that was looked at."""
    part = next(one for one in corrected().of("G2").parts if one.contract == "town/village")
    assert (part.clause, part.amount_fen, str(part.step.title)) == ("grade_award", -40_000, "等次奖")


@pytest.mark.parametrize(
    ("code", "paid", "over"),
    [
        ("G1", [880], 880),  # nothing is due any more, and all of it came again
        ("G1", [200, 480], 680),
        ("G1", [480], 480),
        ("G2", [880], 880),  # owed back, and paid again
        (V3, [1_160, 0], 0),
        ("G3", [390 + 0], 0),
    ],
)
def test_what_was_carried_out_before_a_correction_is_paid_again(code: str, paid: list[int], over: int) -> None:
    due = {V3: [1_160], "G3": [390]}
    lines = [line(who, yuan) for who, some in {**due, code: paid}.items() for yuan in some]
    told = findings(lines, corrected())
    assert brief(told) == ([(Kind.PAID_TWICE, code, over)] if over else [])
    assert all(
        f"that run {assessed(V3).run.name[:12]} carried out already was paid again" in str(one.told) for one in told
    )


def test_the_whole_of_a_corrected_sum_instead_of_the_difference() -> None:
    """张三 had 680 of his 880 before: the list has 880 instead of 200."""
    award = next(one for one in assessed().dues if one.payee == "G1" and one.kind == "reward")
    earlier = tuple(one for one in assessed().dues if one is not award)
    again = entitlements(assessed(), Carried("f" * 64, earlier))
    assert again.of("G1").total_fen == 20_000
    assert brief(findings([line("G1", 880)], again)) == [(Kind.PAID_TWICE, "G1", 680)]
    # And the first list instead: 680, which is what was carried out then.
    told = findings([line("G1", 680)], again)
    assert brief(told) == [(Kind.PAID_TWICE, "G1", 480)]
    assert str(told[0].told) == "¥680.00 that run ffffffffffff carried out already was paid again"
