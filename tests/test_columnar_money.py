"""What deposits and awards come to by the compiled plan, worked out by hand from docs/decisions/0010-money.md, in fen."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import GoldenCase, read_page

from engine.columnar.judged import judge_year
from engine.columnar.money.dues import Due, dues_of, taken
from rules.contract import Contract
from rules.diagnostic import Refused
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName

ENGINES = pytest.mark.parametrize("engine", [EngineName.POLARS, EngineName.DUCKDB])

# Everybody's score is the mark they got.
MARKED = """
indicators:
  - {id: 评分, kind: mark}
items:
  - {id: 评, indicator: 评分, points: 100, scoring: {method: mark}}
"""


class Paid:
    """The dues of a page, by contract; each is subject, clause, what it is, payee, fen."""

    def __init__(self, folder: Path, *parts: str) -> None:
        page = folder / "page.md"
        page.write_text(
            "\n".join(("## 案例", *parts, "**结果**", "", "| 村 | 总分 |", "|---|---|", "| 某村 | 1 |")), "utf-8"
        )
        self.case: GoldenCase = read_page(page)[0]

    def by(self, engine: EngineName, worlds: int = 1) -> dict[str, list[Due]]:
        chosen, contracts = backend(engine), self.case.contracts
        year = columns_of([self.case.snapshot] * worlds, contracts, chosen)
        return taken(dues_of(judge_year(contracts, year, chosen), year, chosen), chosen)

    def of(self, engine: EngineName, contract: str, *clauses: str) -> list[tuple[str, str, str, int]]:
        """Subject, what it is, payee ("" where it is the subject) and fen, of the clauses."""
        return sorted(
            (one.subject, one.due, "" if one.payee == one.subject else one.payee, one.amount_fen)
            for one in self.by(engine)[contract]
            if one.clause in clauses or not clauses
        )


def contract(text: str) -> str:
    return f"```yaml\n{text}\n```\n"


def table(name: str, text: str) -> str:
    heading, *rows = [line.strip() for line in text.strip().splitlines()]
    return "\n".join((f"**{name}**", "", heading, "|---" * (heading.count("|") - 1) + "|", *rows, ""))


def marks(**scores: str) -> str:
    return table("实绩", "\n".join(["| 村 | 评分 |", *(f"| {village} | {mark} |" for village, mark in scores.items())]))


LOWERING = """
incidents: [{id: 通报}, {id: 谎报}]
warnings:
  - {id: 一次, when: {incident: 通报}, effects: {lower_prize: 1}}
  - {id: 两次, when: {incident: 通报, count: {at_least: 2}}, effects: {lower_prize: 1}}
vetoes:
  - {id: 谎报否决, when: {incident: 谎报}, effects: {cancel_awards: true}}
"""


@ENGINES
def test_a_grade_pays_its_amount_or_that_of_a_grade_after_it(engine: EngineName, tmp_path: Path) -> None:
    """乙 falls from 优 to 合格, the next that is paid; 丙 by two, beyond the last; 良 is not paid; 己 is cancelled."""
    page = Paid(
        tmp_path,
        contract(
            MARKED
            + LOWERING
            + """
grades:
  - {id: 优, when: {score: {at_least: 90}}}
  - {id: 良, when: {score: {at_least: 80}}}
  - {id: 合格}
awards:
  - {id: 等次奖, by_grade: {合格: ¥300, 优: "¥1,000"}, consolation: ¥50}
  - {id: 达标奖, when: {score: {at_least: 90}}, fixed: ¥2}
"""
        ),
        marks(甲="95", 乙="92", 丙="91", 丁="85", 戊="50", 己="99"),
        table(
            "事件",
            """| 村 | 事件 | 发生 |
               | 乙 | 通报 | 2026-03-01 |
               | 丙 | 通报 | 2026-03-01 |
               | 丙 | 通报 | 2026-04-01 |
               | 戊 | 通报 | 2026-03-01 |
               | 己 | 谎报 | 2026-03-01 |""",
        ),
    )
    awarded = [(one, what, fen) for one, what, _, fen in page.of(engine, "责任状", "等次奖")]
    assert awarded == [
        ("丙", "award", 5_000), ("乙", "award", 30_000), ("戊", "award", 5_000), ("甲", "award", 100_000),
    ]  # fmt: skip
    assert [(one, fen) for one, _, _, fen in page.of(engine, "责任状", "达标奖")] == [
        ("丙", 200),
        ("乙", 200),
        ("甲", 200),
    ]


PRIZES = """
awards:
  - {{id: 奖, ties: {ties}, by_rank: [{{slots: 1, amount: ¥100}}, {{slots: 2, amount: ¥50, floor: 85}}, {{slots: 4, amount: ¥10}}]}}
"""


@ENGINES
@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        # (100 + 50 + 50) / 3 = 66.666; the floor of 85 leaves no place of the second class to 丁.
        ("shared", {"甲": 6_666, "乙": 6_666, "丙": 6_666, "丁": 1_000, "戊": 1_000}),
        # All three stand in the first class; the second stays empty, since 丁 does not reach its floor.
        ("all_in", {"甲": 10_000, "乙": 10_000, "丙": 10_000, "丁": 1_000, "戊": 1_000}),
        # Three have no room in one place, nor in two; in four they have, and 丁 beside them.
        ("all_out", {"甲": 1_000, "乙": 1_000, "丙": 1_000, "丁": 1_000}),
    ],
)
def test_equal_places_at_the_edge(ties: str, expected: dict[str, int], engine: EngineName, tmp_path: Path) -> None:
    page = Paid(
        tmp_path,
        contract(MARKED + PRIZES.format(ties=ties)),
        marks(甲="90", 乙="90", 丙="90", 丁="80", 戊="70"),
    )
    assert {one: fen for one, _, _, fen in page.of(engine, "责任状")} == expected


@ENGINES
def test_a_lowered_prize_among_equals(engine: EngineName, tmp_path: Path) -> None:
    """丙 takes the mean of the same places a class lower: (50 + 10 + 10) / 3; 丁 falls off the last class; 戊 moves not up."""
    page = Paid(
        tmp_path,
        contract(MARKED + LOWERING + PRIZES.format(ties="shared").replace("ties: shared", "consolation: ¥1")),
        marks(甲="90", 乙="90", 丙="90", 丁="80", 戊="70"),
        table(
            "事件",
            """| 村 | 事件 | 发生 |
               | 丙 | 通报 | 2026-03-01 |
               | 丁 | 通报 | 2026-03-01 |""",
        ),
    )
    found = {one: fen for one, _, _, fen in page.of(engine, "责任状")}
    assert found == {"甲": 6_666, "乙": 6_666, "丙": 2_333, "丁": 100, "戊": 1_000}


@ENGINES
def test_what_is_shared_is_rounded_down_and_what_is_not_as_agreed(engine: EngineName, tmp_path: Path) -> None:
    """乙 and 丙 stand in the same class, at no edge: ¥10.50 -> ¥11. 丁 and 戊 share ¥10.50 and nothing: ¥5.25 -> ¥5."""
    page = Paid(
        tmp_path,
        contract(
            MARKED
            + """
awards:
  - {id: 奖, round_to: ¥1, by_rank: [{slots: 1, amount: ¥20}, {slots: 3, amount: ¥10.50}]}
"""
        ),
        marks(甲="90", 乙="80", 丙="80", 丁="70", 戊="70"),
    )
    found = {one: fen for one, _, _, fen in page.of(engine, "责任状")}
    assert found == {"甲": 2_000, "乙": 1_100, "丙": 1_100, "丁": 500, "戊": 500}


@ENGINES
def test_a_pool_is_divided_to_the_last_fen_in_each_league(engine: EngineName, tmp_path: Path) -> None:
    """Villages: ¥1.00 by 30 : 30 : 30, the odd fen to A1; D4 is below 0 after its deduction. Communities: 75 : 25 of ¥1.00.

    The small pool of 2 fen: villages 2/3 each, one whole fen each to A1 and B2; communities 1.5 and 0.5, equal fractions,
    the odd fen to the better."""
    page = Paid(
        tmp_path,
        contract(
            MARKED
            + """
assesses: [village, community]
total: {floor: none}
incidents: [{id: 谎报}]
warnings: [{id: 扣, when: {incident: 谎报}, effects: {deduct: 50}}]
awards:
  - {id: 大, pool: ¥1.00}
  - {id: 小, pool: ¥0.02}
  - {id: 无, pool: ¥1.00, when: {score: {below: 1}}}
"""
        ),
        marks(B2="30", A1="30", C3="30", D4="40"),
        table("实绩", "| 社区 | 评分 |\n| E5 | 75 |\n| F6 | 25 |"),
        table("事件", "| 村 | 事件 | 发生 |\n| D4 | 谎报 | 2026-03-01 |"),
    )
    assert {one: fen for one, _, _, fen in page.of(engine, "责任状", "大")} == {
        "A1": 34, "B2": 33, "C3": 33, "E5": 75, "F6": 25,
    }  # fmt: skip
    assert {one: fen for one, _, _, fen in page.of(engine, "责任状", "小")} == {"A1": 1, "B2": 1, "E5": 2}
    assert page.of(engine, "责任状", "无") == []


@ENGINES
def test_by_points_by_rate_less_what_was_lost_and_at_most(engine: EngineName, tmp_path: Path) -> None:
    """甲: (90.55 - 60) x ¥1.01 = 30.8555 -> ¥30.86; 500 x 90.55 / 100 = 452.75, rounded to ¥5: 455; less 9.45 x ¥2 = 433.85,
    at most 430. 乙, 30 points: nothing above 60; ¥150; 150 - 140 = 10. What is paid in and was advanced they owe, eligible
    or not: 乙 is not."""
    page = Paid(
        tmp_path,
        contract(
            """
indicators:
  - {id: 评分, kind: mark}
  - {id: 预支, kind: money, every: quarter}
items:
  - {id: 评, indicator: 评分, points: 100, scoring: {method: mark}}
awards:
  - {id: 按分, per_point: ¥1.01, above: 60}
  - {id: 按率, base_rate: ¥500, round_to: ¥5}
  - {id: 倒扣, base_rate: ¥500, less: {item: 评, per_point: ¥2}, at_most: ¥430}
  - {id: 统筹, fixed: ¥1, when: {score: {at_least: 60}}, paid_in: ¥0.30, advance: 预支}
  - {id: 看数, fixed: ¥7, when: {value: 预支, is: {at_least: 20}}}
"""
        ),
        table(
            "实绩",
            "| 村 | 评分 | 预支 一季度 | 预支 二季度 |\n| 甲 | 90.55 | ¥10.55 | ¥20 |\n| 乙 | 30 | ¥30 | — |\n| 丙 | 0 | — | ¥1 |",
        ),
    )
    assert page.of(engine, "责任状", "按分") == [("甲", "award", "", 3_086)]
    assert page.of(engine, "责任状", "按率") == [("乙", "award", "", 15_000), ("甲", "award", "", 45_500)]
    assert page.of(engine, "责任状", "倒扣") == [("乙", "award", "", 1_000), ("甲", "award", "", 43_000)]
    assert page.of(engine, "责任状", "统筹") == [
        ("丙", "advance", "", -100), ("丙", "paid_in", "", -30), ("乙", "advance", "", -3_000), ("乙", "paid_in", "", -30),
        ("甲", "advance", "", -3_055), ("甲", "award", "", 100), ("甲", "paid_in", "", -30),
    ]  # fmt: skip
    assert page.of(engine, "责任状", "看数") == [("乙", "award", "", 700), ("甲", "award", "", 700)]


@ENGINES
def test_a_monthly_award_is_rounded_month_by_month(engine: EngineName, tmp_path: Path) -> None:
    """甲: half the sheet's points count, so full is 50, and 90 of 100 is 45 of 50: 0.9 x ¥800 = 720; 33.33 -> 16.67 of 50:
    266.72 -> 267; no score in March; April is not due. By points above 40: (45 - 40) x ¥0.50 = 2.5 -> ¥3 in January alone.
    Lost were 10 and 66.67 points: 987 - 76.67 x ¥1 = 910.33 -> 910."""
    page = Paid(
        tmp_path,
        contract(
            """
indicators:
  - {id: 评分, kind: mark, every: month, decimals: 2}
periodic:
  - id: 月查
    each: month
    combine: mean
    sections:
      - id: 月度
        weight: 50%
        items: [{id: 评, indicator: 评分, points: 100, missing: exempt, scoring: {method: mark}}]
awards:
  - {id: 月奖, base_rate: ¥800, monthly: true, round_to: ¥1}
  - {id: 月分, per_point: ¥0.50, above: 40, monthly: true, round_to: ¥1}
  - {id: 月扣, base_rate: ¥800, monthly: true, round_to: ¥1, less: {item: 评, per_point: ¥1}}
"""
        ),
        "**截至** 3月\n",
        table("实绩", "| 村 | 评分 1月 | 评分 2月 | 评分 4月 |\n| 甲 | 90 | 33.33 | 100 |"),
    )
    assert [fen for *_, fen in page.of(engine, "责任状", "月奖")] == [98_700]
    assert [fen for *_, fen in page.of(engine, "责任状", "月分")] == [300]
    assert [fen for *_, fen in page.of(engine, "责任状", "月扣")] == [91_000]


CADRES = """
contract: 干部责任状
posts: [{id: 书记}, {id: 主任}, {id: 会计}]
accounts: [基金, 财政, 专户]
indicators:
  - {id: 个人分, kind: mark}
items:
  - {id: 个人, indicator: 个人分, points: 100, scoring: {method: mark}}
"""


def cadres(*rows: str) -> str:
    """Name, post, party, score and perhaps last day of each."""
    fields = [[*row.split(), ""][:5] for row in rows]
    held = "\n".join(f"| {name} | {post} | {party} | {until} |" for name, post, party, _, until in fields)
    own = "\n".join(f"| {name} | {mark} |" for name, _, _, mark, _ in fields)
    return table("任职", f"| 干部 | 职务 | 单位 | 止 |\n{held}") + "\n" + table("实绩", f"| 干部 | 个人分 |\n{own}")


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
