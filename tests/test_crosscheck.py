"""Everything twice: what happens when the two evaluators differ, when only one of them can run."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from test_bulk_files import villages

from cli.main import main
from engine import inference
from engine.columnar import against_target
from engine.sampling import _alone
from rules.load import parse_contract

needs_both = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@needs_both
def test_a_town_is_refused_at_the_first_cell_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """60 x 93/95 is 58.74; a compiled plan that is one in ten thousand short says 58.73, and nothing is written."""
    right = against_target._in_proportion
    monkeypatch.setattr(against_target, "_in_proportion", lambda *terms: right(*terms).times(Fraction(9_999, 10_000)))
    assert main([*villages(tmp_path, ".csv"), "--json", "--out", str(tmp_path / "out")]) == 2
    (told,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert told["code"] == "DX621"
    assert told["found"] != told["expected"]
    assert not (tmp_path / "out").exists()


@needs_both
@pytest.mark.parametrize(("option", "extent"), [([], "all"), (["--no-cross-check"], "none")])
def test_a_town_says_how_it_was_checked(
    tmp_path: Path, option: list[str], extent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*villages(tmp_path, ".csv"), *option, "--json", "--out", str(tmp_path / "out")]) == 0
    said = json.loads(capsys.readouterr().out)["cross_check"]
    assert said["extent"] == extent
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["cross_check"] == said


def test_the_compiled_plan_alone_judges_where_the_rule_engine_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On Python 3.13 and newer, and on Windows: the same ranks and grades, and it says that nobody looked a second time."""
    monkeypatch.setattr(inference, "available", lambda: False)
    assert main([*villages(tmp_path, ".csv"), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert "98.74" in printed.out
    assert "Not cross-checked: durable-rules does not run" in printed.err
    written = (tmp_path / "out" / "verdicts.csv").read_text("utf-8-sig").splitlines()
    assert written[1].split(",")[1:7] == ["1", "530101002201", "示例201村", "village", "100.00", "100.00"]
    assert main(["explain", "530101001201", "--contract", str(tmp_path / "villages.yaml"), "--parties",
                 str(tmp_path / "parties.csv"), "--data", str(tmp_path / "data.csv"), "--lang", "en"]) == 2  # fmt: skip
    assert "DX710" in capsys.readouterr().err


def test_what_looks_at_peers_through_scores_and_conditions_is_not_compared_for_somebody_alone() -> None:
    """`place` looks at the peers itself; `made` through its score, `case` through a condition; `plain` does not."""
    contract = parse_contract("c.yaml", LOOKING_AT_PEERS).contract
    comparable = _alone(contract, [contract])
    told = {item: comparable(f"item {item} 2026") for item in contract.item_by_id}
    assert told == {"plain": True, "place": False, "made": False, "case": False, "mean": False}


LOOKING_AT_PEERS = """
contract: c
title: c
version: 1
year: 2026
assesses: [village]
indicators:
  - {id: n, name: n, kind: count}
  - {id: of_place, name: of place, kind: number, scores: {items: [place]}}
sections:
  - id: s
    name: s
    items:
      - {id: plain, name: p, indicator: n, points: 20, scoring: {method: proportional, target: 10}}
      - {id: place, name: r, indicator: n, points: 20, scoring: {method: rank, table: [20, 10]}}
      - {id: made, name: m, indicator: of_place, points: 20, scoring: {method: proportional, target: 20}}
      - id: case
        name: c
        indicator: n
        points: 20
        scoring:
          method: first_of
          parts:
            - {when: {value: of_place, is: {at_least: 10}}, scoring: {method: proportional, target: 10}}
            - {scoring: {method: proportional, target: 12}}
      - {id: mean, name: a, indicator: n, points: 20, spread: peers_mean, scoring: {method: proportional, target: 10}}
"""
