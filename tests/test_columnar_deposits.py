"""What becomes of deposits, and who gets a party's award, by the compiled plan: worked out by hand, in fen."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import GoldenCase
from paid_pages import CADRES, ENGINES, MARKED, Paid, cadres, contract, marks, table

from rules.contract import Contract
from rules.diagnostic import Refused
from targets.engines import EngineName


@ENGINES
def test_what_becomes_of_a_deposit(engine: EngineName, tmp_path: Path) -> None:
    """c2: 60% of ¥1,000 are taken, so ¥400 come back, and no reward. c3: the warning would leave ¥700, the outcome leaves ¥500.
    c4: the veto leaves ¥400 of the ¥500; both go where the outcome says. c6: 60% by a veto of last year. c7: the reward is
    cancelled, the deposit is not touched. c8 pays none under this clause, but ¥10.01, of which ¥5.005 -> ¥5 come back."""
    page = Paid(
        tmp_path,
        contract(
            CADRES
            + """
incidents: [{id: 谎报}, {id: 迟报}, {id: 缺席}]
warnings:
  - {id: 迟报警告, when: {incident: 迟报}, effects: {forfeit_deposit: 30%}}
  - {id: 缺席警告, when: {incident: 缺席}, effects: {cancel_awards: true}}
vetoes:
  - {id: 谎报否决, when: {incident: 谎报}, years: 2, effects: {forfeit_deposit: 60%}}
deposits:
  - id: 押金
    posts: [书记, 主任]
    amount: ¥1,000
    basis: deposit
    forfeit_to: 专户
    outcomes:
      - {id: 全退, when: {score: {at_least: 90}}, refund: 100%, reward_times: 1.5}
      - {id: 半退, when: {score: {at_least: 60}}, refund: 50%, forfeit_to: 基金, reward: ¥0.01}
      - {id: 不退, refund: 0%, forfeit_to: 财政}
  - id: 小押金
    posts: [会计]
    amount: ¥10.01
    basis: withheld_pay
    round_to: ¥1
    outcomes: [{id: 退半, refund: 50%, forfeit_to: 财政}]
awards:
  - {id: 押金奖, deposit_times: 0.5, when: {score: {at_least: 90}}}
"""
        ),
        cadres("c1 书记 甲 95", "c2 书记 甲 95", "c3 书记 甲 70", "c4 主任 甲 70", "c5 主任 甲 10", "c6 书记 甲 95",
               "c7 书记 甲 95", "c8 会计 甲 95"),
        table(
            "事件",
            """| 干部 | 事件 | 发生 |
               | c2 | 谎报 | 2026-03-01 |
               | c3 | 迟报 | 2026-03-01 |
               | c4 | 谎报 | 2026-03-01 |
               | c4 | 迟报 | 2026-03-01 |
               | c7 | 缺席 | 2026-03-01 |""",
        ),
        table("往年否决", "| 干部 | 责任状 | 否决 | 发生 | 有效至 |\n| c6 | 干部责任状 | 谎报否决 | 2025-03-01 | 2026 |"),
    )  # fmt: skip
    assert page.of(engine, "干部责任状", "押金", "小押金") == [
        ("c1", "refund", "", 100_000), ("c1", "reward", "", 150_000),
        ("c2", "forfeit", "专户", 60_000), ("c2", "refund", "", 40_000),
        ("c3", "forfeit", "基金", 50_000), ("c3", "refund", "", 50_000),
        ("c4", "forfeit", "基金", 60_000), ("c4", "refund", "", 40_000),
        ("c5", "forfeit", "财政", 100_000),
        ("c6", "forfeit", "专户", 60_000), ("c6", "refund", "", 40_000),
        ("c7", "refund", "", 100_000),
        ("c8", "forfeit", "财政", 501), ("c8", "refund", "", 500),
    ]  # fmt: skip
    times = {one: fen for one, _, _, fen in page.of(engine, "干部责任状", "押金奖")}
    assert times == {"c1": 50_000, "c2": 50_000, "c6": 50_000, "c8": 501}


VILLAGES = (
    MARKED
    + """
roles: [包村]
grades: [{id: 及格, when: {score: {at_least: 60}}}, {id: 不及格}]
incidents: [{id: 瞒报}]
vetoes:
  - {id: 瞒报否决, when: {incident: 瞒报}, reach: {party: false, linked: all}, effects: {cancel_awards: true, forfeit_deposit: 100%}}
awards:
  - id: 村奖
    by_grade: {及格: ¥100.01}
    payees: [{post: 书记, share: 50%}, {post: 主任, amount: ¥60}, {post: 会计, share: 10%}]
  - {id: 两成, deposit_share: 20%}
"""
)
LINKED = (
    CADRES
    + """
deposits:
  - id: 押金
    posts: [书记]
    amount: ¥1,000
    basis: deposit
    outcomes:
      - {id: 全退, when: {linked: all, is: {score: {at_least: 80}}}, refund: 100%, reward: ¥5}
      - {id: 不退, refund: 0%, forfeit_to: 财政}
"""
)


def villages(tmp_path: Path) -> Paid:
    return Paid(
        tmp_path,
        contract(VILLAGES),
        contract(LINKED),
        marks(甲="90", 乙="70", 丙="50"),
        cadres("s1 书记 甲 90", "s2 书记 甲 90", "s3 书记 甲 90 2026-06-30", "s4 书记 乙 90", "s5 书记 乙 90", "s6 书记 乙 90",
               "z1 主任 乙 90", "k1 会计 乙 90", "p1 过客 甲 —"),
        table("包村", "| 干部 | 村 | 角色 |\n| s1 | 甲 | 包村 |\n| s2 | 丙 | 包村 |\n| s4 | 乙 | 包村 |"),
        table("事件", "| 村 | 事件 | 发生 |\n| 丙 | 瞒报 | 2026-03-01 |"),
    )  # fmt: skip


@ENGINES
def test_a_partys_award_is_divided_among_those_in_post(engine: EngineName, tmp_path: Path) -> None:
    """Half of ¥100.01 is ¥50.00; the director gets what is left at most, ¥50.01; nothing is left for the accountant.

    甲: s1 and s2 divide ¥50.00 (s3 left in June), but s2 answers for 丙, whose veto cancels their awards; nobody is director:
    ¥50.01 stay. 乙: three divide 5000 fen, the odd ones to s4 and s5. Of all deposits of those last in post there a fifth."""
    page = villages(tmp_path)
    assert page.of(engine, "责任状", "村奖") == [
        ("乙", "award", "s4", 1_667), ("乙", "award", "s5", 1_667), ("乙", "award", "s6", 1_666),
        ("乙", "award", "z1", 5_001),
        ("甲", "award", "", 5_001), ("甲", "award", "s1", 2_500), ("甲", "withheld", "s2", 2_500),
    ]  # fmt: skip
    assert page.of(engine, "责任状", "两成") == [("乙", "award", "", 60_000), ("甲", "award", "", 60_000)]


@ENGINES
def test_a_deposit_that_hangs_on_the_villages(engine: EngineName, tmp_path: Path) -> None:
    """s1's village has 90; s2's veto takes all; s4's village has 70; the others answer for none, so nothing holds for them."""
    found = villages(tmp_path).of(engine, "干部责任状")
    assert [one for one in found if one[0] in ("s1", "s2", "s4")] == [
        ("s1", "refund", "", 100_000), ("s1", "reward", "", 500), ("s2", "forfeit", "财政", 100_000),
        ("s4", "forfeit", "财政", 100_000),
    ]  # fmt: skip
    assert {one[0] for one in found if one[1] == "forfeit"} == {"s2", "s3", "s4", "s5", "s6"}


@ENGINES
def test_worlds_side_by_side_do_not_touch(engine: EngineName, tmp_path: Path) -> None:
    page = villages(tmp_path)
    alone, both = page.by(engine), page.by(engine, worlds=2)
    accounts = {"财政"}
    for name, dues in alone.items():
        expected = [
            one._replace(
                subject=f"{world}|{one.subject}",
                payee=one.payee if one.payee in accounts else f"{world}|{one.payee}",
            )
            for world in (0, 1)
            for one in dues
        ]
        assert both[name] == sorted(expected)


@ENGINES
def test_who_is_not_assessed_gets_nothing_either_when_a_veto_reaches_them(engine: EngineName, tmp_path: Path) -> None:
    """Without the cadres' contract nobody pays a deposit, and the veto of 丙 still reaches s2."""
    page = villages(tmp_path)
    page.case = _only(page.case, "责任状")
    assert ("甲", "withheld", "s2", 2_500) in page.of(engine, "责任状", "村奖")
    assert page.of(engine, "责任状", "两成") == []


def _only(case: GoldenCase, name: str) -> GoldenCase:
    kept: tuple[Contract, ...] = tuple(one for one in case.contracts if one.contract == name)
    return GoldenCase(case.page, case.title, kept, case.snapshot, case.expected, case.faults)


@ENGINES
def test_an_amount_beyond_every_width_is_refused(engine: EngineName, tmp_path: Path) -> None:
    """Fen that 64 bits do not hold are held in 128; what those do not hold either is refused before a row is read."""
    most = "9万亿元"
    page = Paid(tmp_path, contract(MARKED + f"awards: [{{id: 奖, per_point: {most}}}]"), marks(甲="100"))
    assert page.of(engine, "责任状") == [("甲", "award", "", 9 * 10**16)]
    wide = Paid(tmp_path, contract(MARKED + f"awards: [{{id: 奖, pool: {most}}}]\ndecimals: 12"), marks(甲="100"))
    assert [fen for *_, fen in wide.of(engine, "责任状")] == [9 * 10**14]
    deposit = f"{{id: 押, posts: [书记], amount: {most}, basis: deposit, outcomes: [{{id: 退, refund: 100%}}]}}"
    award = "{id: 奖, deposit_times: 0.12345678901234567890123456789, when: {score: {at_least: 1}}}"
    beyond = Paid(
        tmp_path, contract(f"{CADRES}deposits: [{deposit}]\nawards: [{award}]"), cadres("c1 书记 甲 95", "c2 会计 甲 1")
    )
    with pytest.raises(Refused) as refused:
        beyond.by(engine)
    assert [fault.code for fault in refused.value.diagnostics] == ["DX620"]
