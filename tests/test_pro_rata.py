"""What is held by the time in post: both evaluators against a list of days, the derivation, and tables read in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from golden import read_page
from paid_pages import ENGINES, Paid, contract, table
from test_bulk import FILES, JIA, YI, agreed, recorded

from engine import inference
from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.columnar.money.dues import Due, dues_of, taken
from engine.facts import Facts
from engine.settle.held import held_fen, held_of
from rules.contract import Contract
from rules.money import Award, DueKind, ProRata, RiskDeposit
from rules.period import Cadence
from targets.bulk.columns import columns_of_tables
from targets.bulk.tables import read_tables
from targets.cadre import Assignment, Cadre, Tenure
from targets.columns.backend import Backend, backend
from targets.columns.of_snapshot import columns_of
from targets.columns.year import YearColumns
from targets.engines import EngineName
from targets.snapshot import Records, Snapshot

WORLDS = 25
POSTS = ("站长", "主任", "外调")
CADRES = """
posts: [{id: 站长}, {id: 主任}]
accounts: [财政]
indicators:
  - {id: 评分, kind: mark}
items:
  - {id: 评, indicator: 评分, points: 100, missing: zero, scoring: {method: mark}}
deposits:
  - {id: 按月, posts: [站长], amount: ¥2000.01, basis: withheld_pay, pro_rata: month, outcomes: [{id: 退, refund: 100%}]}
  - {id: 按天, posts: [主任], amount: ¥3000, basis: withheld_pay, pro_rata: day, outcomes: [{id: 退, refund: 100%}]}
  - {id: 都缴, posts: [站长, 主任], amount: ¥100.03, basis: deposit, pro_rata: day, outcomes: [{id: 退, refund: 100%}]}
  - {id: 全额, posts: [主任], amount: ¥7, basis: deposit, outcomes: [{id: 退, refund: 100%}]}
"""


def worlds(agreed: Contract, dice: Random) -> Iterator[Snapshot]:
    """Years of three cadres who come, go, move, and are in several posts at once."""
    first = agreed.whole_year.first_day
    for _ in range(WORLDS):
        tenures = set()
        for number in range(dice.randint(1, 8)):
            start = first + timedelta(dice.randint(-60, 380))
            until = dice.choice((None, start + timedelta(dice.choice((0, 1, 29, 30, 31, 90, 200, 500)))))
            tenures.add(Tenure(f"c{number % 3}", dice.choice(POSTS), "村", start, until))
        # Somebody is assessed in every world.
        tenures.add(Tenure("c9", "站长", "村", first))
        cadres = tuple(Cadre(code, code) for code in ("c0", "c1", "c2", "c9"))
        yield Snapshot(
            int(agreed.year), Records(cadres=cadres, tenures=tuple(sorted(tenures, key=str))), 12, agreed.year_ends
        )


def held_by_days(deposit: RiskDeposit, snapshot: Snapshot, code: str, last_post: str) -> int:
    """As somebody would do it with the year's calendar: every day (or last day of a month) on which one of the posts was
    held is ticked."""
    if deposit.pro_rata is None:
        return deposit.amount if last_post in deposit.posts else 0
    year = snapshot.whole_year
    days = [year.first_day + timedelta(number) for number in range((year.last_day - year.first_day).days + 1)]
    if deposit.pro_rata is ProRata.MONTH:
        days = [month.last_day for month in year.parts(Cadence.MONTH)]
    own = [one for one in snapshot.records.tenures if one.cadre == code and one.post in deposit.posts]
    ticked = [day for day in days if any(one.start <= day <= (one.until or date.max) for one in own)]
    return int(Fraction(deposit.amount * len(ticked), len(days)) + Fraction(1, 2))


@ENGINES
@pytest.mark.parametrize("calendar", ["", "year: 2028", "year_ends: 11", "year: 2028\nyear_ends: 2"])
def test_any_tenures_against_a_list_of_days(calendar: str, engine: EngineName, tmp_path: Path) -> None:
    """2028 is a leap year, whether it is the calendar's or ends with February."""
    page = Paid(tmp_path, contract(f"{CADRES}{calendar}"), table("任职", "| 干部 | 职务 |\n| c9 | 站长 |"))
    (paying,), chosen = page.case.contracts, backend(engine)
    years = list(worlds(paying, Random(calendar)))
    year = columns_of(years, [paying], chosen)
    due = {
        (one.subject, one.clause): one.amount_fen
        for one in taken(dues_of(judge_year([paying], year, chosen), year, chosen), chosen)["责任状"]
    }
    seen = 0
    for number, snapshot in enumerate(years):
        facts = Facts(paying, snapshot)
        for subject in facts.subjects:
            for deposit in paying.deposits:
                expected = held_by_days(deposit, snapshot, subject.code, subject.post)
                assert held_fen(facts, deposit, subject) == expected
                assert due.pop((f"{number}|{subject.code}", deposit.id), 0) == expected
                seen += expected not in (0, deposit.amount)
    assert due == {}, "nobody else pays"
    assert seen > WORLDS


MOVED = table(
    "任职",
    """| 干部 | 职务 | 起 | 止 |
       | 张三 | 站长 |  | 2026-06-30 |
       | 张三 | 主任 | 2026-07-01 |  |
       | 李四 | 站长 | 2026-02-10 | 2026-02-20 |
       | 王五 | 站长 |  | 2026-06-30 |
       | 王五 | 外调 | 2026-07-01 |  |""",
)


def moved(tmp_path: Path) -> tuple[Contract, Snapshot]:
    page = tmp_path / "page.md"
    result = "**结果**\n\n| 干部 | 总分 |\n|---|---|\n| 张三 | 0 |"
    page.write_text("\n".join(("## 案例", contract(CADRES), MOVED, result)), "utf-8")
    case = read_page(page)[0]
    return case.contracts[0], case.snapshot


def test_the_derivation_shows_the_time(tmp_path: Path) -> None:
    """So that the cadre can follow it: the months of the list, the days of the calendar; by the last post there is nothing to show."""
    paying, snapshot = moved(tmp_path)
    facts = Facts(paying, snapshot)
    zhang = next(one for one in facts.subjects if one.code == "张三")
    shown = [held_of(facts, deposit, zhang).step for deposit in paying.deposits]
    assert [None if step is None else str(step.worked) for step in shown] == [
        "¥2,000.01 × 6 ÷ 12 = ¥1,000.01 held",
        "¥3,000.00 × 184 ÷ 365 = ¥1,512.33 held",
        "¥100.03 × 365 ÷ 365 = ¥100.03 held",
        None,
    ]


def test_who_left_for_another_contract_is_not_assessed(tmp_path: Path) -> None:
    """王五's last post is in no contract: nothing is settled for the half-year before."""
    paying, snapshot = moved(tmp_path)
    assert [one.code for one in Facts(paying, snapshot).subjects] == ["张三", "李四"]


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
def test_a_due_of_nothing_says_why(tmp_path: Path) -> None:
    """李四 was in post on ten days in February and on no last day of a month; the deposit by days has eleven."""
    paying, snapshot = moved(tmp_path)
    dues = [one for one in assess([paying], snapshot).dues if one.subject == "李四"]
    assert [(one.clause, one.kind, one.amount_fen) for one in dues] == [
        ("按月", DueKind.REFUND, 0), ("都缴", DueKind.REFUND, 301),
    ]  # fmt: skip
    assert str(dues[0].step.worked) == "¥2,000.01 × 0 ÷ 12 = ¥0.00 held"
    assert any(str(step.worked) == "¥100.03 × 11 ÷ 365 = ¥3.01 held" for step in dues[1].step.walk())


DEPOSIT = {
    "id": "deposit", "name": "押金", "posts": ["resident"], "amount": "¥1,000", "basis": "deposit",
    "outcomes": [{"id": "all", "name": "全退", "refund": "100%"}],
}  # fmt: skip
SHARE = {"id": "share", "name": "两成", "deposit_share": "20%"}


@ENGINES
@pytest.mark.parametrize(("pro_rata", "held"), [("month", (100_000, 66_667)), ("day", (100_000, 63_014))])
@pytest.mark.parametrize("through", [12, 6])
def test_files_come_to_what_the_records_come_to(
    pro_rata: str, held: tuple[int, int], through: int, engine: EngineName, tmp_path: Path
) -> None:
    """c1 changes places in July and holds the post all year; c2 came on 15 February and leaves on 2 October, which in June
    is known already: the last days of eight months, 230 days."""
    rows = ["cadre,post,party,start,until", f"c1,resident,{JIA},2025-03-01,2026-06-30",
            f"c1,resident,{YI},2026-07-01,", "c2,resident,899901101203,2026-02-15,2026-10-02"]  # fmt: skip
    (tmp_path / "tenures.csv").write_text("\n".join(rows), "utf-8")
    files = FILES | {"tenures": tmp_path / "tenures.csv"}
    village, cadre = agreed()
    contracts = (
        village.model_copy(update={"awards": (Award.model_validate(SHARE),)}),
        cadre.model_copy(update={"deposits": (RiskDeposit.model_validate(DEPOSIT | {"pro_rata": pro_rata}),)}),
    )
    chosen = backend(engine)
    by_files = columns_of_tables(read_tables(files, contracts, chosen), contracts, 2026, through, chosen)
    by_records = columns_of([Snapshot(2026, recorded(files), through)], contracts, chosen)
    found = _due(contracts, by_files, chosen)
    assert found == _due(contracts, by_records, chosen)
    refunds = {one.subject: one.amount_fen for one in found["water/cadre"]}
    assert refunds == dict(zip(("c1", "c2"), held, strict=True))
    last_at = YI if through == 12 else JIA
    shares = {one.subject: one.amount_fen for one in found["water/village"]}
    assert shares == {last_at: held[0] // 5, "899901101203": (held[1] + 2) // 5}


def _due(contracts: tuple[Contract, ...], year: YearColumns, chosen: Backend) -> dict[str, list[Due]]:
    return taken(dues_of(judge_year(contracts, year, chosen), year, chosen), chosen)


@ENGINES
def test_a_sum_at_a_party_that_64_bits_do_not_hold(engine: EngineName) -> None:
    """300 cadres with 900 trillion yuan each, for half a year: held in 128 bits, and exact."""
    village, cadre = agreed()
    paying = DEPOSIT | {"amount": "900万亿元", "pro_rata": "month"}
    contracts = (
        village.model_copy(update={"awards": (Award.model_validate(SHARE | {"deposit_share": "100%"}),)}),
        cadre.model_copy(update={"deposits": (RiskDeposit.model_validate(paying),)}),
    )
    known, codes = recorded(), [f"k{number}" for number in range(300)]
    many = replace(
        known,
        cadres=tuple(Cadre(code, code) for code in codes),
        tenures=tuple(Tenure(code, "resident", JIA, date(2026, 7, 1)) for code in codes),
        assignments=tuple(Assignment(code, JIA, "resident", date(2026, 1, 1)) for code in codes),
    )
    chosen = backend(engine)
    found = _due(contracts, columns_of([Snapshot(2026, many)], contracts, chosen), chosen)
    assert [one.amount_fen for one in found["water/village"]] == [300 * 9 * 10**16 // 2]
    assert len(found["water/cadre"]) == len(codes)
