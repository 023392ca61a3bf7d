"""More lists by hand, in a town where villages share their awards and a veto reaches those who answer for the village.

A village gets ¥1,000 from 90 points on and ¥600 from 80 on, 40 % of it to its secretary; ¥800 and ¥300 for the first two places;
¥500 whoever it is, of which it had ¥300 in advance; and it paid in ¥60. A secretary's deposit is ¥200: 90 points and more get it
back with as much again, 60 and more get half. Their own award is ¥80 from 90 points on, ¥50 from 60 on. 乙村 is vetoed for fraud,
which leaves the lowest grade, no awards, no deposit, and reaches its secretary. So:

    甲村   96            600 + 800 - 60 + 500 - 300 = 1,540
    乙村   95, vetoed              - 60       - 300 =  -360    (lost: 600 + 300 + 500)
    丙村   85            360 + 300 - 60 + 500 - 300 =   800
    G1 张三  95          200 + 200 + 80 + 400       =   880
    G2 李四  93, vetoed                                   0    (lost: 200 + 200 + 80 + 400)
    G3 王五  70          100       + 50 + 240       =   390    (100 forfeited)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from engine import inference
from engine.assess import Assessment, assess
from engine.audit.entitlement import Carried, Entitled, Entitlement, entitlements
from engine.audit.finding import Finding, Kind
from engine.audit.reconcile import reconcile
from rules.diagnostic import Span
from rules.load import parse_contract
from rules.money import DueKind
from rules.period import parse_period
from targets.cadre import Assignment, Cadre, Tenure
from targets.observation import Incident, IncidentState, Observation
from targets.party import Party
from targets.payout import PayoutLine
from targets.snapshot import Records, Snapshot

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

VILLAGE = """\
contract: town/village
title: 村级责任状
version: 1
year: 2026
assesses: [village]
roles: [lead]
indicators: [{id: mark, name: 评分, kind: mark}, {id: had, name: 已预发, kind: money}]
sections:
  - id: work
    name: 工作
    items: [{id: result, name: 实绩, points: 100, indicator: mark, scoring: {method: mark}}]
incidents: [{id: fraud, name: 弄虚作假}]
vetoes:
  - {id: fraud, name: 弄虚作假否决, when: {incident: fraud}, reach: {linked: all},
     effects: {cap_grade: plain, cancel_awards: true, forfeit_deposit: 100%}}
grades:
  - {id: excellent, name: 优秀, when: {score: {at_least: 90}}}
  - {id: good, name: 良好, when: {score: {at_least: 80}}}
  - {id: plain, name: 一般}
awards:
  - {id: grade_award, name: 等次奖, by_grade: {excellent: ¥1000, good: ¥600}, payees: [{post: secretary, share: 40%}]}
  - {id: prize, name: 名次奖, by_rank: [{slots: 1, amount: ¥800}, {slots: 1, amount: ¥300}], paid_in: ¥60}
  - {id: work_award, name: 工作奖, fixed: ¥500, advance: had}
"""
CADRE = """\
contract: town/cadre
title: 干部责任状
version: 1
year: 2026
posts: [{id: secretary, name: 书记}]
accounts: [{id: fund, name: 专项经费}]
indicators: [{id: own, name: 个人评分, kind: mark}]
sections:
  - id: personal
    name: 个人
    items: [{id: duty, name: 履职, points: 100, indicator: own, scoring: {method: mark}}]
grades:
  - {id: excellent, name: 优秀, when: {score: {at_least: 90}}}
  - {id: good, name: 良好, when: {score: {at_least: 60}}}
  - {id: plain, name: 一般}
deposits:
  - id: deposit
    name: 风险抵押金
    posts: [secretary]
    amount: ¥200
    basis: deposit
    outcomes:
      - {id: best, name: 全退加奖, when: {score: {at_least: 90}}, refund: 100%, reward_times: 1}
      - {id: half, name: 退一半, when: {score: {at_least: 60}}, refund: 50%, forfeit_to: fund}
      - {id: none, name: 不退, refund: 0%, forfeit_to: fund}
awards:
  - {id: own_award, name: 个人奖, by_grade: {excellent: ¥80, good: ¥50}}
"""
V1, V2, V3 = VILLAGES = ("899901101201", "899901101202", "899901101203")
MARKS = {V1: 96, V2: 95, V3: 85, "G1": 95, "G2": 93, "G3": 70}
NAMES = {V1: "甲村", V2: "乙村", V3: "丙村", "G1": "张三", "G2": "李四", "G3": "王五"}
DUE_YUAN = {V1: 1_540, V2: -360, V3: 800, "G1": 880, "G3": 390}


@cache
def assessed(fraud_in: str = V2, cadre: str = CADRE) -> Assessment:
    first, day, year = date(2026, 1, 1), date(2026, 5, 1), parse_period("2026")
    secretaries = dict(zip(("G1", "G2", "G3"), VILLAGES, strict=True))
    marks = [Observation(code, "own" if code in secretaries else "mark", year, mark, 1) for code, mark in MARKS.items()]
    records = Records(
        parties=tuple(Party(code, NAMES[code], "village") for code in VILLAGES),
        cadres=(*(Cadre(code, NAMES[code]) for code in secretaries), Cadre("G9", "郑十")),
        tenures=tuple(Tenure(code, "secretary", village, first) for code, village in secretaries.items()),
        assignments=tuple(Assignment(code, village, "lead", first) for code, village in secretaries.items()),
        observations=(*marks, *(Observation(code, "had", year, 300, 1) for code in VILLAGES)),
        incidents=(Incident("7", fraud_in, "fraud", day, day, IncidentState.SUBSTANTIATED, "镇纪3号"),),
    )
    return assess([parse_contract(f"{n}.yaml", text).contract for n, text in enumerate((VILLAGE, cadre))],
                  Snapshot(2026, records))  # fmt: skip


@cache
def entitled(cadre: str = CADRE) -> Entitled:
    return entitlements(assessed(cadre=cadre))


def line(code: str, yuan: int | str, name: str | None = None, purpose: str = "") -> PayoutLine:
    """One of the list, by a code that may be empty."""
    whole, _, fen = str(yuan).lstrip("-").partition(".")
    amount_fen = (int(whole) * 100 + int(fen.ljust(2, "0") or 0)) * (-1 if str(yuan).startswith("-") else 1)
    return PayoutLine(Span("list.csv"), code, NAMES.get(code, "") if name is None else name, amount_fen, purpose)


def listed(*lines: tuple[str, int | str], but: tuple[str, ...] = ()) -> list[PayoutLine]:
    """What is due to everybody, one sum each, without those of whom there are other lines."""
    others = {code for code, _ in lines} | set(but)
    sums = [line(code, yuan) for code, yuan in DUE_YUAN.items() if code not in others and yuan > 0]
    return [*sums, *(line(code, yuan) for code, yuan in lines)]


def findings(lines: list[PayoutLine], told: Entitled | None = None) -> tuple[Finding, ...]:
    return reconcile(lines, told or entitled())


def found(*lines: tuple[str, int | str], but: tuple[str, ...] = ()) -> list[tuple[Kind, str, int]]:
    """Kind, who, and the difference in yuan."""
    return brief(findings(listed(*lines, but=but)))


def brief(some: tuple[Finding, ...]) -> list[tuple[Kind, str, int]]:
    return [(one.kind, one.subject, one.difference_fen // 100) for one in some]


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
