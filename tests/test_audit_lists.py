"""More lists by hand, in the town of `audit_villages`: vetoes that reach cadres, tiers, whose line it is, who owes on balance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from audit_villages import CADRE, DUE_YUAN, V1, V2, V3, assessed, brief, entitled, findings, found, line, listed

from engine import inference
from engine.assess import assess
from engine.audit.entitlement import Entitled, Entitlement, entitlements
from engine.audit.finding import Kind
from rules.money import DueKind
from targets.cadre import Tenure
from targets.payout import PayoutLine
from targets.snapshot import Snapshot

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


def test_everybody_is_due_what_was_worked_out() -> None:
    sums = {payee: one.total_fen // 100 for payee, one in entitled().by_payee.items() if one.parts}
    assert sums == DUE_YUAN
    assert found() == []


# --- what a veto takes ---


@pytest.mark.parametrize("paid", [200, 80, 400, 200 + 80, 200 + 200 + 80 + 400])
def test_what_a_veto_takes_from_those_whom_it_reaches(paid: int) -> None:
    """The deposit, the reward, the award of the grade that was earned, the part of the village's award, or all of it."""
    assert found(("G2", paid)) == [(Kind.VETOED, "G2", paid)]


@pytest.mark.parametrize("paid", [600, 600 + 300 + 500])
def test_what_a_veto_takes_from_a_village_that_owes_on_balance(paid: int) -> None:
    """Paid less what it owes: 600 - 360 = 240."""
    assert found((V2, paid - 360)) == [(Kind.VETOED, V2, paid)]


def test_an_outcome_that_asks_for_no_veto_is_lost_by_the_veto() -> None:
    """Refund and reward are of the outcome that 李四 would have had: 200 + 200, not what the last outcome leaves."""
    asked = CADRE
    for score in ("{score: {at_least: 90}}", "{score: {at_least: 60}}"):
        asked = asked.replace(f"when: {score}, refund", f"when: {{all: [{score}, {{not: {{vetoed: true}}}}]}}, refund")
    assert asked != CADRE
    paid = findings(listed(("G2", 400)), entitled(asked))
    assert brief(paid) == [(Kind.VETOED, "G2", 400)]


def test_what_was_lost_says_which_veto_and_why() -> None:
    finding = findings(listed(("G2", 400)))[0]
    assert "弄虚作假否决" in str(finding.told)
    assert finding.step is not None
    assert any("镇纪3号" in str(step.worked) for step in finding.step.walk())


# --- another tier ---


def test_a_whole_amount_that_is_missing_is_no_tier() -> None:
    """张三 got 680 in one sum: without the reward of 200. "退一半" would have given 100 back and rewarded nothing."""
    assert found(("G1", 680)) == [(Kind.NOT_PAID, "G1", -200)]


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        (580, "paid as under 退一半: ¥100.00, a difference of -¥300.00"),  # 100 for 200 + 200
        (780, "refunded as under 退一半: ¥100.00, a difference of -¥100.00"),  # 100 + 200 for 200 + 200
    ],
)
def test_a_tier_names_only_what_its_outcome_pays(paid: int, words: str) -> None:
    finding = findings(listed(("G1", paid)))[0]
    assert (finding.kind, str(finding.told)) == (Kind.WRONG_TIER, words)


def test_a_reward_of_another_outcome_says_that_it_is_the_reward() -> None:
    """王五 got 100 back as he should, and 200 as a reward on top."""
    finding = findings(listed(("G3", 590)))[0]
    assert (finding.kind, finding.difference_fen) == (Kind.WRONG_TIER, 20_000)
    assert str(finding.told) == "rewarded as under 全退加奖: ¥200.00, a difference of ¥200.00"


# --- whose line it is ---


def in_lines(*instead: tuple[str, str, int], drop: tuple[str, ...] = ()) -> list[PayoutLine]:
    """The list in the form that the program writes: by code, a line for each kind. `instead` has the place of a line
    (`code kind`), the code that stands there, and the amount."""
    due = [
        (V1, "award", 1_540), (V3, "award", 800), ("G1", "refund", 200), ("G1", "reward", 200), ("G1", "award", 480),
        ("G3", "refund", 100), ("G3", "award", 290),
    ]  # fmt: skip
    changed = {place: (code, yuan) for place, code, yuan in instead}
    rows = [(*changed.get(f"{code} {kind}", (code, yuan)), kind) for code, kind, yuan in due if code not in drop]
    return [line(code, yuan, purpose=kind) for code, yuan, kind in rows]


@pytest.mark.parametrize(
    ("place", "wrong", "yuan"),
    [
        ("G3 award", "G1", 290),  # 张三 stands where 王五's award does: after 王五's refund
        ("G3 refund", "G1", 100),  # and between 张三's last line and 王五's
        ("G1 reward", "G3", 200),
        ("G1 award", "G2", 480),  # 李四 is due nothing
        ("G3 refund", "G2", 100),
    ],
)
def test_a_line_among_those_of_another_is_that_other_ones(place: str, wrong: str, yuan: int) -> None:
    assert brief(findings(in_lines())) == []
    assert brief(findings(in_lines((place, wrong, yuan)))) == [(Kind.WRONG_PAYEE, wrong, yuan)]


def test_of_a_line_that_the_wrong_payee_has_too_the_place_decides() -> None:
    """Both are due 200 twice; the second line of the second one is written to the first."""
    names = {"G1": "张三", "G2": "李四"}
    due = next(one for one in assessed().dues if one.payee == "G1" and one.kind == "refund")
    both = Entitled(
        "run", names, {code: Entitlement(code, names[code], (replace(due, payee=code), replace(due, payee=code, kind=DueKind.REWARD)))
                       for code in names},
    )  # fmt: skip
    lines = [line("G1", 200), line("G1", 200), line("G2", 200), line("G1", 200)]
    assert brief(findings(lines, both)) == [(Kind.WRONG_PAYEE, "G1", 200)]
    at_the_start = [line("G1", 200), line("G1", 200), line("G1", 200), line("G2", 200)]
    assert brief(findings(at_the_start, both)) == [(Kind.WRONG_PAYEE, "G1", 200)]


# --- who owes on balance: 乙村 had 300 in advance, did not pay in 60, and is due nothing ---


@pytest.mark.parametrize(
    "lines",
    [
        [], [(V2, -360)], [(V2, -300)], [(V2, -60)], [(V2, -60), (V2, -300)],
        [(V2, -100)],  # some of it, and the rest elsewhere
        [(V2, -180), (V2, -180)],
    ],
)  # fmt: skip
def test_what_somebody_owes_may_be_asked_in_any_way_or_not_at_all(lines: list[tuple[str, int]]) -> None:
    assert found(*lines) == []


@pytest.mark.parametrize(
    ("lines", "kind", "over"),
    [
        ([300], Kind.VETOED, 300),  # the prize that the veto cancels, with nothing taken off
        ([240], Kind.VETOED, 600),  # the grade's award less all that is owed
        ([200], Kind.VETOED, 500),  # the work award less what was had of it
        ([600, -60], Kind.VETOED, 600),
        ([555], Kind.OVERPAID, 555),
        ([555, -300], Kind.OVERPAID, 555),
        ([-400], Kind.UNDERPAID, -40),  # more was taken than is owed
    ],
)
def test_what_is_paid_to_somebody_who_owes_is_too_much_without_the_debt(
    lines: list[int], kind: Kind, over: int
) -> None:
    assert found(*((V2, yuan) for yuan in lines)) == [(kind, V2, over)]


def test_a_line_of_another_in_the_name_of_somebody_who_owes() -> None:
    assert found((V2, 390), but=("G3",)) == [(Kind.WRONG_PAYEE, V2, 390)]
    assert found((V2, 390), (V2, -60), but=("G3",)) == [(Kind.WRONG_PAYEE, V2, 390)]


# --- two who got each other's money ---


def test_sums_of_two_that_were_exchanged_are_one_finding() -> None:
    told = findings(listed(("G1", 390), ("G3", 880)))
    assert brief(told) == [(Kind.WRONG_PAYEE, "G3", 490)]
    assert str(told[0].told) == "王五 (G3) got ¥880.00, which is due to 张三 (G1), who got ¥390.00"
    assert len([one for one in told[0].evidence if one.place]) == 2


def test_all_lines_of_two_that_were_exchanged_or_one_line_of_each() -> None:
    one_each = [("G1", 200), ("G1", 200), ("G1", 290), ("G3", 100), ("G3", 480)]  # the awards of 480 and 290
    assert found(*one_each) == [(Kind.WRONG_PAYEE, "G3", 190)]
    assert "got ¥480.00, which is due to 张三 (G1), who got ¥290.00" in str(findings(listed(*one_each))[0].told)
    assert found(("G3", 200), ("G3", 680), ("G1", 100), ("G1", 290)) == [(Kind.WRONG_PAYEE, "G3", 490)]


def test_too_much_here_and_too_little_there_is_no_exchange() -> None:
    assert found(("G1", 873), ("G3", 397)) == [(Kind.OVERPAID, "G3", 7), (Kind.UNDERPAID, "G1", -7)]


# --- what a finding rests on ---


def test_evidence_says_what_is_due_by_contract_and_kind_and_what_is_not_paid_out_and_why() -> None:
    finding = findings(listed(("G1", 883)))[0]
    assert [str(one.told) for one in finding.evidence[1:]] == [
        "due: 村级责任状, 等次奖, award: ¥400.00",
        "due: 干部责任状, 风险抵押金, refund: ¥200.00",
        "due: 干部责任状, 风险抵押金, reward money: ¥200.00",
        "due: 干部责任状, 个人奖, award: ¥80.00",
    ]
    finding = findings(listed((V2, 600)))[0]
    lost = finding.evidence[-1]
    assert str(lost.told) == "not paid out: 村级责任状, 等次奖: ¥600.00"
    assert lost.step is not None
    worked = [str(one.worked) for one in lost.step.walk()]
    assert "cancelled by 弄虚作假否决" in worked
    assert any("2026-05-01" in one and "镇纪3号" in one for one in worked)


def test_what_is_withheld_for_a_veto_elsewhere_says_which() -> None:
    """A secretary whom a veto reaches through 乙村, and who holds the post in 丙村, is kept from 丙村's part of the award."""
    first = assessed()
    records = replace(
        first.snapshot.records,
        tenures=(*first.snapshot.records.tenures, Tenure("G2", "secretary", V3, date(2026, 6, 1))),
    )
    both = entitlements(assess([one.contract for one in first.judged], Snapshot(2026, records)))
    withheld = [one for one in both.of("G2").forgone if one.loss == "withheld"]
    assert [one.amount_fen for one in withheld] == [12_000]
    finding = next(one for one in findings([line("G2", 120)], both) if one.subject == "G2")
    assert finding.kind is Kind.FORFEITED
    assert finding.step is not None
    assert any("镇纪3号" in str(one.worked) for one in finding.step.walk())
