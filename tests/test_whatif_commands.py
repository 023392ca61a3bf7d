"""`duixian whatif` as the office types it, on the page that explains it: docs/scenarios.md."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.main import main
from engine import inference
from rules.scenario import Scenarios
from targets.workspace import open_workspace

PAGE = (Path(__file__).parents[1] / "docs" / "scenarios.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CONTRACT, SCENARIOS = (text for kind, text in BLOCKS if kind == "yaml")
TABLES = {kind: text for kind, text in BLOCKS if kind.endswith(".csv")}
[TOLD] = [text for kind, text in BLOCKS if kind == "text"]

needs_interpreter = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@pytest.fixture
def town(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The page's workspace, and its scenarios beside it."""
    folder = tmp_path / "town"
    assert main(["init", "-w", str(folder)]) == 0
    for shipped in (folder / "contracts").glob("*.yaml"):
        shipped.unlink()
    (folder / "contracts" / "village.yaml").write_text(CONTRACT, encoding="utf-8")
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "targets.yaml").write_text(SCENARIOS, encoding="utf-8")
    assert main(["import", *(str(tmp_path / name) for name in TABLES), "-w", str(folder)]) == 0
    capsys.readouterr()
    return folder


Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(town: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    def run(*arguments: str, file: str = "targets.yaml") -> tuple[int, str, str]:
        code = main(["whatif", str(town.parent / file), "-w", str(town), *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@needs_interpreter
def test_the_page_shows_what_is_said(typed: Typed) -> None:
    code, out, err = typed("--lang", "zh")
    assert code == 0
    said = [line.split() for line in out.splitlines()]
    for line in TOLD.splitlines():
        assert line.split() in said, line
    assert "items.visits.scoring.target: 95% → 92%" in out
    assert "已计算两遍" in err


@needs_interpreter
def test_for_machines(typed: Typed) -> None:
    _, out, err = typed("--lang", "en", "--json", "--only", "lower")
    told = json.loads(out)
    assert (told["budget_fen"], told["base"]["cost_fen"], err) == (250_000, 100_000, "")
    [lower] = told["compare"]
    assert lower["contracts"]["water/village"]["grades"] == {"good": 2, "fail": 2}
    assert (lower["contracts"]["water/village"]["mean"], lower["cost_fen"]) == ("93.75", 200_000)
    assert lower["dues"] == [{"contract": "water/village", "clause": "good", "due": "award", "amount_fen": 200_000}]
    assert (lower["better"], lower["worse"]) == (1, 2)
    why = {one["name"]: one["why"] for one in lower["moved"]}
    assert why["甲村"] == {"changes": [0], "through": [], "others_moved": False}
    assert why["丁村"] == {"changes": [], "through": [], "others_moved": True}


@needs_interpreter
def test_everything_as_files(town: Path, typed: Typed) -> None:
    written = {ending: town.parent / f"all{ending}" for ending in (".xlsx", ".csv", ".json")}
    for path in written.values():
        assert typed("--lang", "en", "--out", str(path), "--no-cross-check")[0] == 0
    with written[".csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["scenario"], row["name"], row["grade"]) for row in rows if "→" in row["grade"]} == {
        ("巡访目标92%", "甲村", "不达标 → 达标"), ("多开会、多奖", "丙村", "达标 → 不达标"),
        ("增设合格等次", "甲村", "不达标 → 合格"), ("增设合格等次", "丁村", "不达标 → 合格"),
    }  # fmt: skip
    book = openpyxl.load_workbook(written[".xlsx"])
    assert book.sheetnames == ["side by side", "by clause", "who moves", "changes"]
    side = {row[0]: row[1:] for row in book["side by side"].iter_rows(min_row=2, values_only=True)}
    assert side["mean of the final scores"] == (90, 93.75, 80.63, 90)
    assert side["left of the budget of ¥2,500.00"] == (1500, 500, 2500, 500)
    assert len(json.loads(written[".json"].read_text("utf-8"))["compare"]) == 3


@needs_interpreter
def test_nothing_is_kept_of_it(town: Path, typed: Typed) -> None:
    before = (town / "duixian.sqlite").read_bytes()
    assert typed()[0] == 0
    assert (town / "duixian.sqlite").read_bytes() == before
    assert open_workspace(town, to_write=False).store.runs.all() == ()


@needs_interpreter
def test_its_own_contracts_and_none_that_changes(town: Path, typed: Typed) -> None:
    """Beside the file of the scenarios, and not those of the workspace."""
    (town.parent / "next.yaml").write_text(CONTRACT.replace("target: 95%", "target: 92%"), encoding="utf-8")
    text = "scenarios: s\ntitle: t\ncontracts: [next.yaml]\ncompare: [{id: same, name: 原样}]\n"
    (town.parent / "same.yaml").write_text(text, encoding="utf-8")
    code, out, _ = typed("--lang", "zh", file="same.yaml")
    assert code == 0
    assert ["达标", "2", "2"] in [line.split() for line in out.splitlines()]
    assert "原样：无人变动" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--only", "lowest"), "did you mean lower?"),
        (("--out", "all.pdf"), "DX711 all.pdf"),
        (("--through", "2026Q9"), "DX711 --through"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], told: str, typed: Typed) -> None:
    code, out, err = typed(*arguments, "--lang", "en")
    assert (code, out) == (2, "")
    assert told in err


def test_a_scenario_that_may_not_be_signed_is_refused_at_its_line(town: Path, typed: Typed) -> None:
    changed = SCENARIOS.replace(
        "at: items.visits.scoring.target, to: 92%", "at: items.visits.name, to: 计划外生育控制率"
    )
    (town.parent / "targets.yaml").write_text(changed, encoding="utf-8")
    code, _, err = typed("--lang", "en")
    line = next(number for number, text in enumerate(changed.splitlines(), 1) if "计划外" in text)
    assert code == 2
    assert f"DX400 {town.parent / 'targets.yaml'}:{line}:" in err


def test_the_schema_of_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*arguments: str) -> Any:
        assert main(["schema", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    assert printed("--scenario") == Scenarios.model_json_schema(by_alias=True)
    assert printed()["title"] == "Contract"
