"""What awards come to by the compiled plan, worked out by hand from docs/decisions/0010-money.md, in fen."""

from __future__ import annotations

from pathlib import Path

import pytest
from paid_pages import ENGINES, LOWERING, MARKED, Paid, contract, marks, table

from targets.engines import EngineName


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
  - {id: 良好奖, when: {grade: [良]}, fixed: ¥300}
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
