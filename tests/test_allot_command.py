"""`duixian allot` as the office meets it: what is typed, what is read, and that what it writes can be imported."""

from __future__ import annotations

import csv
import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from cli.main import main
from targets.workspace import create, open_workspace

CONTRACT = """\
contract: water/village
title: 饮水安全责任状
title_en: Safe water
version: 1
year: 2026
assesses: [village]
indicators:
  - {id: visits, name: 巡访次数, name_en: Visits made, kind: count, unit: 次, every: quarter}
  - {id: funds, name: 投入经费, name_en: Funds spent, kind: money}
  - {id: tested, name: 检测率, name_en: Sources tested, kind: ratio}
  - {id: population_end, name: 年末总人口, name_en: Population, kind: count, unit: 人, statistic: true}
  - {id: births, name: 出生人数, name_en: Births, kind: count, unit: 人, statistic: true}
sections:
  - id: work
    name: 工作
    items:
      - {id: visits, name: 巡访, points: 40, indicator: visits, period: sum,
         scoring: {method: proportional, target: by_party}}
      - {id: funds, name: 投入, points: 30, indicator: funds, scoring: {method: proportional, target: by_party}}
      - {id: tested, name: 检测, points: 30, indicator: tested, scoring: {method: proportional, target: 95%}}
grades:
  - {id: good, name: 达标, when: {score: {at_least: 90}}}
  - {id: fail, name: 不达标}
"""

A, B, C, D = "899901101201", "899901101202", "899901101203", "899901101001"
PARTIES = (
    f"code,name,kind,group\n{A},甲村,village,山区\n{B},乙村,village,山区\n{C},丙村,village,坝区\n"
    f"{D},丁社区,community,\n"
)
# 2025: 439, 231 and 330 people of 1,000; visits 10 + 20 + 30 + 40, 50 and 50 of 200.
QUARTERS = {A: (10, 20, 30, 40), B: (13, 12, 13, 12), C: (13, 12, 13, 12)}
DATA = (
    f"party,indicator,period,value\n{A},population_end,2025,439\n{B},population_end,2025,231\n{C},population_end,2025,330\n"
    + "".join(
        f"{code},visits,2025Q{at},{made}\n" for code, counts in QUARTERS.items() for at, made in enumerate(counts, 1)
    )
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the workspace `w` in it, one contract and three villages in it."""
    folder = tmp_path_factory.mktemp("town")
    workspace = create(folder / "w")
    (workspace.contracts_folder / "water.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "parties.csv").write_text(PARTIES, encoding="utf-8")
    (folder / "data.csv").write_text(DATA, encoding="utf-8")
    assert main(["import", "-w", str(folder / "w"), str(folder / "parties.csv"), str(folder / "data.csv")]) == 0
    return folder


@pytest.fixture
def town(made: Path, tmp_path: Path) -> Path:
    """The same, for one test alone."""
    return Path(shutil.copytree(made, tmp_path / "town"))


def run(town: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["allot", *arguments, "-w", str(town / "w"), *(() if "--lang" in arguments else ("--lang", "en"))])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def allotted(town: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    code, out, _ = run(town, capsys, *arguments, "--json")
    assert code == 0, out
    return {share["code"]: share["allotted"] for share in json.loads(out)["shares"]}


def codes(town: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str]]:
    """The diagnostics of a command that is refused: code, and whom it is about."""
    code, out, _ = run(town, capsys, *arguments, "--json")
    assert code == 2
    return [(one["code"], one["cell"]) for one in json.loads(out)["diagnostics"]]


def kept(town: Path) -> dict[tuple[str, str, str], Fraction]:
    targets = open_workspace(town / "w").store.as_of().targets
    return {(target.subject, target.indicator, target.parameter): target.value for target in targets}


# --- what it writes is imported ---


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["targets.csv", "2026-targets.csv", "split.xlsx"])
def test_what_is_written_is_imported_as_it_was_allotted(
    town: Path, capsys: pytest.CaptureFixture[str], name: str, language: str
) -> None:
    """120 visits over 439 : 231 : 330 are 52.68, 27.72, 39.6: 53, 28, 39."""
    out = town / name
    code, _, err = run(town, capsys, "visits", "120", "--by", "population", "--out", str(out), "--lang", language)
    assert code == 0
    assert str(out) in err
    assert main(["import", "-w", str(town / "w"), str(out)]) == 0
    assert kept(town) == {(A, "visits", "target"): 53, (B, "visits", "target"): 28, (C, "visits", "target"): 39}


@pytest.mark.parametrize("name", ["targets.csv", "split.xlsx"])
def test_money_is_split_to_the_fen_and_imported(town: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """¥100 equally: one village has the odd fen. 10万元 in thousands of yuan: 33, 33 and 34 of them."""
    arguments = (
        "投入经费",
        "¥100",
        "--by",
        "equal",
        "--step",
        "0.01元",
        "--parameter",
        "基数",
        "--out",
        str(town / name),
    )
    assert allotted(town, capsys, *arguments) == {A: "33.34", B: "33.33", C: "33.33"}
    assert main(["import", "-w", str(town / "w"), str(town / name)]) == 0
    assert kept(town)[A, "funds", "baseline"] == Fraction(3334, 100)
    assert allotted(town, capsys, "funds", "10万元", "--by", "equal", "--step", "1000") == {
        A: "34000",
        B: "33000",
        C: "33000",
    }


def test_a_name_never_becomes_a_formula_and_is_still_read(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "parties.csv").write_text(PARTIES.replace("甲村", "=1+1村"), encoding="utf-8")
    assert main(["import", "-w", str(town / "w"), str(town / "parties.csv")]) == 0
    run(town, capsys, "visits", "3", "--by", "equal", "--out", str(town / "targets.csv"))
    assert f"{A},'=1+1村,visits" in (town / "targets.csv").read_text("utf-8-sig")
    assert main(["import", "-w", str(town / "w"), str(town / "targets.csv")]) == 0


def test_the_workbook_says_how_it_was_split(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(town, capsys, "visits", "120", "--by", "population", "--out", str(town / "split.xlsx"), "--lang", "zh")
    assert (
        load_workbook(town / "split.xlsx").worksheets[0]["A1"].value
        == "巡访次数：120，权重为2025年末总人口，最大余数法"
    )


# --- weights ---


def test_last_year_is_the_sum_of_its_quarters(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """100 : 50 : 50 visits in 2025."""
    assert allotted(town, capsys, "visits", "300", "--by", "last-year") == {A: "150", B: "75", C: "75"}
    assert allotted(town, capsys, "visits", "300", "--by", "visits") == {A: "150", B: "75", C: "75"}


def test_any_indicator_over_any_period(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """40 : 12 : 12 in the last quarter."""
    assert allotted(town, capsys, "visits", "64", "--by", "巡访次数:2025Q4") == {A: "40", B: "12", C: "12"}


def test_a_table_of_weights_by_code_or_name(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Capacity 3 : 2 : 1; what the other columns say, and the sum below, plays no part."""
    (town / "w.csv").write_text("村名,水源,能力\n甲村,9,3\n乙村,9,2\n丙村,9,1\n合计,27,6\n", encoding="utf-8")
    arguments = ("visits", "12", "--by", "能力", "--weights", str(town / "w.csv"))
    assert allotted(town, capsys, *arguments) == {A: "6", B: "4", C: "2"}
    assert codes(town, capsys, "visits", "12", "--weights", str(town / "w.csv")) == [("DX513", "")]
    book = Workbook()
    for row in (("party", "name", "weight"), (A, "甲村", 3), (B, "乙村", 2), (C, "丙村", 1)):
        book.worksheets[0].append(row)
    book.save(town / "w.xlsx")
    assert allotted(town, capsys, "visits", "12", "--weights", str(town / "w.xlsx")) == {A: "6", B: "4", C: "2"}


def test_everything_wrong_with_a_table_of_weights_at_its_place(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "w.csv").write_text("party,weight\n甲村,3\n甲村,3\n己村,2\n乙村,two\n", encoding="utf-8")
    code, out, _ = run(town, capsys, "visits", "12", "--weights", str(town / "w.csv"), "--json")
    assert code == 2
    found = [(one["code"], one["line"], one["cell"]) for one in json.loads(out)["diagnostics"]]
    assert found == [("DX540", 3, "party"), ("DX530", 4, "party"), ("DX521", 5, "weight")]


def test_who_is_not_in_the_table_has_no_weight(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "w.csv").write_text("party,weight\n甲村,3\n乙村,\n丙村,0\n", encoding="utf-8")
    assert codes(town, capsys, "visits", "12", "--weights", str(town / "w.csv")) == [("DX733", B)]
    arguments = ("visits", "12", "--weights", str(town / "w.csv"), "--over", "甲村,丙村")
    assert allotted(town, capsys, *arguments) == {A: "12", C: "0"}


# --- to whom, within which bounds ---


@pytest.mark.parametrize(
    ("over", "wanted"),
    [
        (("--over", "villages"), {A, B, C}), (("--over", "村"), {A, B, C}), (("--over", "山区"), {A, B}),
        (("--over", f"{A}、丙村"), {A, C}), (("--over", "坝区", "--over", "乙村"), {B, C}), ((), {A, B, C}),
    ],
)  # fmt: skip
def test_over_whom(town: Path, capsys: pytest.CaptureFixture[str], over: tuple[str, ...], wanted: set[str]) -> None:
    assert allotted(town, capsys, "visits", "60", "--by", "equal", *over).keys() == wanted


def test_bounds_are_a_number_or_a_table(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """120 by population with 45 at most for 甲村: 75 are left for 231 : 330, which are 30.88 and 44.12. With 35
    at least, of which 乙村 has 35, the other 85 are 48.52 and 36.48."""
    (town / "most.csv").write_text("对象代码,上限\n甲村,45\n", encoding="utf-8")
    arguments = ("visits", "120次", "--by", "population")
    assert allotted(town, capsys, *arguments, "--highest", str(town / "most.csv")) == {A: "45", B: "31", C: "44"}
    assert allotted(town, capsys, *arguments, "--lowest", "35") == {A: "49", B: "35", C: "36"}


def test_an_id_that_two_contracts_share_is_told_apart_by_name_or_party(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Communities call the same id otherwise: it is not one quota."""
    other = (
        CONTRACT.replace("water/village", "water/community")
        .replace("[village]", "[community]")
        .replace("巡访次数", "走访次数")
    )
    (town / "w" / "contracts" / "other.yaml").write_text(other, encoding="utf-8")
    assert codes(town, capsys, "visits", "10", "--by", "equal") == [("DX712", "")]
    assert allotted(town, capsys, "走访次数", "10", "--by", "equal") == {D: "10"}
    assert allotted(town, capsys, "visits", "10", "--by", "equal", "--over", "村").keys() == {A, B, C}
    assert codes(town, capsys, "走访次数", "10", "--by", "equal", "--over", "甲村") == [("DX734", A)]
    assert allotted(town, capsys, "funds", "10", "--by", "equal").keys() == {A, B, C, D}


# --- what it says ---


def test_the_table_and_the_reasons(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(town, capsys, "visits", "120", "--by", "population")
    assert code == 0
    assert "Visits made: 120, by Population, 2025, largest remainder" in out
    assert "52 steps and one more: fraction 0.68, one of the 2 largest" in out
    assert "3 parties, together 120" in err


def test_every_share_step_by_step(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(
        town, capsys, "visits", "120", "--by", "population", "--method", "webster", "--over", "甲村,乙村", "--explain"
    )
    assert out.splitlines() == [
        "Visits made: 120, by Population, 2025, Webster (Sainte-Laguë)",
        f"{A} 甲村",
        "  allotted = 79",
        "    weight ÷ divisor, rounded by the method",
        "    439 ÷ 5.57 = 43900/557 ≈ 78.81508079, rounded up from 78.5 on: 79",
        "    exact share = 5268/67 ≈ 78.62686567",
        "      weight ÷ all weights × total",
        "      439 ÷ 670 × 120",
        f"{B} 乙村",
        "  allotted = 41",
        "    weight ÷ divisor, rounded by the method",
        "    231 ÷ 5.57 = 23100/557 ≈ 41.47217235, rounded up from 41.5 on: 41",
        "    exact share = 2772/67 ≈ 41.37313433",
        "      weight ÷ all weights × total",
        "      231 ÷ 670 × 120",
    ]


def test_the_methods_side_by_side(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over 940 : 9,030 : 10,030 the smallest loses when 201 are split and not 200."""
    (town / "w.csv").write_text("party,weight\n甲村,940\n乙村,9030\n丙村,10030\n", encoding="utf-8")
    arguments = ("visits", "200", "--weights", str(town / "w.csv"), "--compare")
    _, out, _ = run(town, capsys, *arguments)
    line = next(line for line in out.splitlines() if line.strip().startswith("largest remainder"))
    assert "甲村" in line.split()
    _, out, _ = run(town, capsys, *arguments, "--json")
    losers = {one["method"]: one["losers"] for one in json.loads(out)["methods"]}
    assert losers == {"remainder": [A], "adams": [], "dean": [], "hill": [], "webster": [], "jefferson": []}


def test_a_csv_in_the_language_of_the_office(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(town, capsys, "visits", "120", "--by", "population", "--out", str(town / "targets.csv"), "--lang", "zh")
    with (town / "targets.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[:2] == [["对象代码", "对象名称", "指标", "参数", "数值"], [A, "甲村", "visits", "目标值", "53"]]


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("births", "10", "--by", "equal"), [("DX562", "")]),
        (("年末总人口", "10", "--by", "equal"), [("DX562", "")]),
        (("tested", "10", "--by", "equal"), [("DX734", "")]),
        (("visit", "10", "--by", "equal"), [("DX712", "")]),
        (("visits", "ten", "--by", "equal"), [("DX711", "")]),
        (("visits", "10"), [("DX711", "")]),
        (("visits", "10", "--by", "equal", "--over", "己村"), [("DX712", "")]),
        (("visits", "10", "--by", "equal", "--over", "丁社区"), [("DX734", D)]),
        (("visits", "10", "--by", "equal", "--parameter", "goal"), [("DX711", "")]),
        (("visits", "10", "--by", "equal", "--out", "quotas.csv"), [("DX711", "")]),
        (("visits", "10", "--by", "equal", "--out", "targets.pdf"), [("DX711", "")]),
        (("visits", "10", "--by", "tested"), [("DX711", "")]),
        (("visits", "10", "--by", "visits:2025Q9"), [("DX711", "")]),
        (("visits", "10", "--by", "visits:2026"), [("DX733", A), ("DX733", B), ("DX733", C)]),
        (("visits", "10.5", "--by", "equal"), [("DX731", "")]),
        (("visits", "10", "--by", "equal", "--step", "0"), [("DX731", "")]),
        (("funds", "10", "--by", "equal", "--step", "0.001"), [("DX731", "")]),
        (("visits", "10", "--by", "equal", "--lowest", "4"), [("DX732", "")]),
        (("visits", "10", "--by", "equal", "--highest", "3"), [("DX732", "")]),
    ],
)
def test_what_cannot_be_allotted_is_refused(
    town: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], wanted: list[tuple[str, str]]
) -> None:
    before = sorted(town.rglob("*"))
    assert codes(town, capsys, *arguments) == wanted
    assert sorted(town.rglob("*")) == before


def test_nothing_is_written_over(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "targets.csv").write_text("mine", encoding="utf-8")
    assert codes(town, capsys, "visits", "10", "--by", "equal", "--out", str(town / "targets.csv")) == [("DX711", "")]
    assert (town / "targets.csv").read_text("utf-8") == "mine"


def test_weights_without_any_are_refused(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "w.csv").write_text("party,weight\n甲村,0\n乙村,0\n丙村,0\n", encoding="utf-8")
    assert codes(town, capsys, "visits", "12", "--weights", str(town / "w.csv")) == [("DX730", "")]
