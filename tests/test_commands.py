"""The program as its users meet it: what they type, what they read, the exit code."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import COMMANDS, main

CONTRACT = """\
contract: water/village
title: 饮水安全责任状
title_en: Safe water
version: 1
year: 2026
assesses: [village]
roles: [secretary]
indicators:
  - {id: meetings, name: 例会次数, name_en: Meetings held, kind: count, unit: 次, every: quarter}
  - {id: visits, name: 巡访率, name_en: Visits made, kind: ratio}
sections:
  - id: work
    name: 工作
    name_en: Work
    items:
      - {id: meetings, name: 例会, name_en: Meetings, points: 40, indicator: meetings, period: sum,
         scoring: {method: steps, target: 12, per: 1, deduct: 2, step: completed}}
      - {id: visits, name: 巡访, name_en: Visits, points: 60, indicator: visits, min_denominator: 10,
         scoring: {method: proportional, target: 95%}}
incidents:
  - {id: fraud, name: 弄虚作假, name_en: Falsified figures}
vetoes:
  - {id: fraud, name: 弄虚作假一票否决, name_en: "Veto: falsified figures", when: {incident: fraud},
     effects: {cap_grade: fail}}
grades:
  - {id: good, name: 达标, name_en: Good, when: {score: {at_least: 90}}}
  - {id: fail, name: 不达标, name_en: Fail}
"""

# 甲村: meetings 3 + 3 + 2 + 2 = 10 of 12, 40 - 2 x 2 = 36; visits 93/100, 60 x 93/95 = 58.7368... -> 58.74. Total 94.74.
# 乙村: 12 of 12 meetings, 40; visits 9 of 9 is below 10: exempt, its 60 points go to the rest: 40 x 100/40 = 100. Vetoed.
TABLES = {
    "parties": "code,name,kind\n899901101201,甲村,village\n899901101202,乙村,village\n",
    "data": "party,indicator,period,value,numerator,denominator\n"
    + "".join(f"甲村,meetings,2026Q{quarter},{held},,\n" for quarter, held in enumerate((3, 3, 2, 2), start=1))
    + "".join(f"乙村,meetings,2026Q{quarter},3,,\n" for quarter in range(1, 5))
    + "甲村,visits,2026,,93,100\n乙村,visits,2026,,9,9\n",
    "incidents": "id,party,kind,happened_on,found_on,state,evidence\ni1,乙村,fraud,2026/3/1,2026年4月1日,属实,卷宗1\n",
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A folder with the contract and the plain tables."""
    (tmp_path / "water.yaml").write_text(CONTRACT, encoding="utf-8")
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def files(town: Path) -> list[str]:
    return [part for name in TABLES for part in (f"--{name}", str(town / f"{name}.csv"))]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_whole_way_from_plain_files(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "assess", str(town / "water.yaml"), *files(town), "--lang", "en", "--json")
    assert code == 0
    verdicts = {verdict["name"]: verdict for verdict in json.loads(out)["contracts"][0]["verdicts"]}
    assert (verdicts["甲村"]["score"], verdicts["甲村"]["rank"], verdicts["甲村"]["grade"]) == ("94.74", 2, "good")
    assert (verdicts["乙村"]["score"], verdicts["乙村"]["rank"], verdicts["乙村"]["grade"]) == ("100.00", 1, "fail")
    assert [veto["rule"] for veto in verdicts["乙村"]["vetoes"]] == ["fraud"]


def test_results_as_files(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = run(
        capsys, "assess", str(town / "water.yaml"), *files(town), "--out", str(town / "out"), "--lang", "en"
    )
    assert code == 0
    names = sorted(path.name for path in (town / "out").iterdir())
    assert names == ["dues.csv", "items.csv", "run.json", "sections.csv", "verdicts.csv", "vetoes.csv"]
    with (town / "out" / "items.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["name"], row["item"], row["score"]) for row in csv.DictReader(file)]
    assert rows == [
        ("乙村", "Meetings", "40.00"), ("乙村", "Visits", "exempt"),
        ("甲村", "Meetings", "36.00"), ("甲村", "Visits", "58.74"),
    ]  # fmt: skip


def test_explain_can_be_followed_with_a_pocket_calculator(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (
        "explain",
        "甲村",
        "--contract",
        str(town / "water.yaml"),
        *files(town),
        "--item",
        "visits",
        "--lang",
        "en",
    )
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert out.splitlines() == [
        f"Visits = 58.74   [{town / 'water.yaml'}:18]",
        "  points × actual ÷ target",
        "  60 × 93% ÷ 95% = 1116/19 ≈ 58.73684211",
        "  rounded half up to 2 decimals",
        "  1116/19 ≈ 58.73684211 -> 58.74",
        f"  Visits made, 2026: 93 ÷ 100 = 93%   [{town / 'data.csv'}:10 [numerator]]",
    ]


def test_a_cell_never_becomes_a_formula(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parties = TABLES["parties"].replace("甲村", "=1+1村").replace("乙村", "@乙村")
    (town / "parties.csv").write_text(parties, encoding="utf-8")
    for name in ("data", "incidents"):
        text = TABLES[name].replace("甲村", "899901101201").replace("乙村", "899901101202")
        (town / f"{name}.csv").write_text(text, encoding="utf-8")
    code, _, _ = run(capsys, "assess", str(town / "water.yaml"), *files(town), "--out", str(town / "out"))
    assert code == 0
    written = (town / "out" / "verdicts.csv").read_text("utf-8-sig")
    assert ",'=1+1村," in written
    assert ",'@乙村," in written


def test_every_fault_at_once_and_exit_2(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = TABLES["data"].replace("甲村,meetings,2026Q2,3,,\n", "").replace("乙村,visits,2026,,9,9\n", "")
    (town / "data.csv").write_text(text, encoding="utf-8")
    code, out, err = run(
        capsys, "assess", str(town / "water.yaml"), *files(town), "--lang", "en", "--out", str(town / "out")
    )
    assert code == 2
    assert out == ""
    assert "DX602 observations [899901101201 · meetings · 2026Q2]" in err
    assert "DX601 observations [899901101202 · visits · 2026]" in err
    assert "2 errors, 0 warnings." in err
    assert not (town / "out").exists()


def test_faults_for_machines(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "water.yaml").write_text(CONTRACT.replace("method: steps", "method: step"), encoding="utf-8")
    code, out, _ = run(capsys, "check", str(town / "water.yaml"), "--json")
    assert code == 2
    found = json.loads(out)["diagnostics"]
    assert [(one["code"], one["line"], one["severity"]) for one in found] == [("DX104", 17, "error")]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere.yaml"),
        ("assess", "-w", "nowhere"),
        ("show", "-w", "nowhere"),
        ("import", "-w", "nowhere", "nothing.xlsx"),
        ("assess", "nowhere.yaml", "--parties", "nothing.csv", "--data", "nothing.csv"),
        ("assess", "--through", "2026Q9"),
        ("frobnicate",),
        ("assess", "--frobnicate"),
        ("template",),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_refused_without_a_traceback(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_nobody_of_that_name(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(
        capsys, "explain", "甲甲村", "--contract", str(town / "water.yaml"), *files(town), "--lang", "en"
    )
    assert code == 2
    assert "DX712" in err
    assert "甲村" in err


def test_a_year_that_is_not_over(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Through the second quarter, only two quarters of meetings are due; the yearly figure is not yet."""
    contract = CONTRACT.replace("min_denominator: 10", "missing: exempt")
    (town / "water.yaml").write_text(contract, encoding="utf-8")
    arguments = ("assess", str(town / "water.yaml"), *files(town), "--through", "2026Q2", "--json")
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    verdicts = {verdict["name"]: verdict["score"] for verdict in json.loads(out)["contracts"][0]["verdicts"]}
    # 6 of 12 meetings: 40 - 6 x 2 = 28, of 40; the other 60 points are exempt: 28 x 100/40 = 70.
    assert verdicts == {"甲村": "70.00", "乙村": "70.00"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", [name for name, _, _ in COMMANDS])
def test_every_command_has_help_in_both_languages(
    command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, command, "--help", "--lang", language)
    assert code == 0
    purpose = next(text for name, _, text in COMMANDS if name == command)
    assert (purpose in " ".join(out.split())) is (language == "en")


def test_the_readme_names_every_command() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    assert [name for name, _, _ in COMMANDS if f"duixian {name}" not in readme] == []


def test_help_imports_nothing_heavy() -> None:
    """Start-up is for commands that work; `make bench` has the figures."""
    heavy = ("sqlmodel", "sqlalchemy", "alembic", "openpyxl", "durable", "yaml", "rules.contract", "engine.assess")
    script = "import sys, cli.main; cli.main.main(['--help']); print([m for m in sys.argv[1:] if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_interrupted_it_says_so(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.assess.assess", interrupt)
    code, out, err = run(capsys, "assess", str(town / "water.yaml"), *files(town), "--lang", "en")
    assert (code, out) == (130, "")
    assert "Interrupted" in err


def test_our_own_fault_is_one_line_and_exit_1(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("engine.assess.assess", stumble)
    code, out, err = run(capsys, "assess", str(town / "water.yaml"), *files(town), "--lang", "en")
    assert (code, out) == (1, "")
    assert "ZeroDivisionError: planted" in err
    assert "Traceback" not in err
