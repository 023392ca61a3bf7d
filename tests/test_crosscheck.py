"""Everything twice: what happens when the two evaluators differ, when only one of them can run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from bulk_files import write_files
from test_bulk_files import villages

from cli.main import main
from engine import inference, sampling
from engine.assess import assess
from engine.columnar import against_target
from engine.columnar.judged import judge_year
from engine.crosscheck import compare, interpreted_cells
from engine.sampling import _alone, samples, shares
from rules.load import parse_contract
from rules.period import parse_period
from rules.quantity import show
from targets.cadre import Assignment, Cadre
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName
from targets.observation import Observation
from targets.party import Party
from targets.snapshot import Records, Snapshot

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


def test_a_grade_asked_of_others_is_not_compared_for_somebody_alone() -> None:
    """With a quota it depends on peers who are not there; so then does the warning."""
    village, comparable = parse_contract("v.yaml", VILLAGE).contract, []
    for asked in (LOOKING_BELOW, LOOKING_BELOW.replace("{score: {below: 40}}", "{grade: [rest]}")):
        town = parse_contract("t.yaml", asked).contract
        comparable.append(_alone(town, [town, village])("warning t behind"))
    assert comparable == [True, False]


LOOKING_BELOW = """
contract: t
title: t
version: 1
year: 2026
assesses: [town]
indicators:
  - {id: talks, name: t, kind: count}
  - {id: mean, name: m, kind: number, scores: {contract: v, of: children, take: mean}}
sections:
  - id: s
    name: s
    items:
      - {id: talking, name: t, indicator: talks, points: 20, scoring: {method: proportional, target: 10}}
      - {id: villages, name: v, indicator: mean, points: 80, scoring: {method: proportional, target: 100}}
ranking: {peers: group}
warnings:
  - {id: behind, name: b, when: {children: any, contract: v, is: {score: {below: 40}}}}
vetoes:
  - {id: failed, name: f, when: {children: 50%, contract: v, is: {not: {item_met: meeting}}}, effects: {deduct: 1}}
"""

VILLAGE = """
contract: v
title: v
version: 1
year: 2026
assesses: [village]
indicators:
  - {id: meetings, name: m, kind: count}
  - {id: walks, name: w, kind: count}
sections:
  - id: s
    name: s
    items:
      - {id: meeting, name: m, indicator: meetings, points: 50, scoring: {method: proportional, target: 10}}
      - {id: walking, name: w, indicator: walks, points: 50, missing: exempt, scoring: {method: proportional, target: 10}}
ranking: {peers: group}
grades:
  - {id: good, name: g, at_most: 50%}
  - {id: rest, name: r}
"""


def a_county(towns: int, villages: int) -> Records:
    """Towns in one group; the villages of each are a group of their own; a walk is missing here and there."""
    parties, observations, year = [], [], parse_period("2026")
    for town in range(towns):
        above = f"530101{town + 1:03}000"
        parties.append(Party(above, f"town {town}", "town", group="towns"))
        observations.append(Observation(above, "talks", year, town % 11, 1))
        for number in range(villages):
            code = f"530101{town + 1:03}{201 + number}"
            parties.append(Party(code, f"village {number} of {town}", "village", above, f"of {town}"))
            observations.append(Observation(code, "meetings", year, (town + 3 * number) % 11, 1))
            if number or town % 2:
                observations.append(Observation(code, "walks", year, (2 * town + number) % 11, 1))
    return Records(parties=tuple(parties), observations=tuple(observations))


@needs_both
def test_of_too_many_parties_a_parent_is_checked_with_everybody_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its villages are interpreted with it, or it is not drawn: nothing differs though most of the county is not there."""
    monkeypatch.setattr(sampling, "PARTIES_ALL_MAX", 10)
    monkeypatch.setattr(sampling, "LEAGUES_SAMPLED", 3)
    records, engine = a_county(12, 3), backend(EngineName.POLARS)
    agreed = [parse_contract(f"{name}.yaml", text).contract for name, text in (("t", LOOKING_BELOW), ("v", VILLAGE))]
    year = columns_of([Snapshot(2026, records)], agreed, engine)
    judged = judge_year(agreed, year, engine)
    cases, leagues = list(samples(judged, year, engine, "seed"))
    for sample in (cases, leagues):
        chosen = [one for one in records.parties if one.code in sample.parties]
        seen = tuple(one for one in records.observations if one.subject in sample.parties)
        part = Snapshot(2026, Records(parties=tuple(chosen), observations=seen))
        comparison = compare(interpreted_cells(assess(agreed, part)), judged, engine, sample.comparable)
        assert comparison.difference is None
        assert comparison.cells > 20
        towns = {one.code for one in chosen if one.kind == "town"}
        assert {one.code for one in records.parties if one.parent in towns} <= set(sample.parties)
    assert towns == set()
    assert {one.code for one in records.parties if one.kind == "town" and one.code in cases.parties}


def test_the_records_are_shared_out_with_whoever_stands_below() -> None:
    records = a_county(6, 4)
    towns = [one.code for one in records.parties if one.kind == "town"]
    duties = tuple(Assignment(f"C{code}", code, "guide", date(2026, 1, 1)) for code in towns[:3])
    records = replace(records, cadres=tuple(Cadre(one.cadre, one.cadre) for one in duties), assignments=duties)
    parts = shares(records, 3, trees=True)
    assert len(parts) == 3
    assert sorted(one.code for part in parts for one in part.parties) == sorted(one.code for one in records.parties)
    for part in parts:
        codes = {one.code for one in part.parties}
        assert all(one.code in codes for one in records.parties if one.parent in codes)


@needs_both
@pytest.mark.parametrize("name", [EngineName.POLARS, EngineName.DUCKDB])
def test_files_of_a_county_know_who_stands_below_whom(
    tmp_path: Path, name: EngineName, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From files to files, checked by a sample; the verdicts are those that the records lead to."""
    monkeypatch.setattr(sampling, "PARTIES_ALL_MAX", 10)
    records, texts = a_county(12, 3), {"t.yaml": LOOKING_BELOW, "v.yaml": VILLAGE}
    for path, text in texts.items():
        (tmp_path / path).write_text(text, "utf-8")
    agreed = [parse_contract(path, text).contract for path, text in texts.items()]
    files = write_files(tmp_path, records, agreed, ".parquet")
    named = [part for table, path in files.items() for part in (f"--{table}", str(path))]
    out, paths = tmp_path / "out", [str(tmp_path / path) for path in texts]
    assert main(["assess", *paths, *named, "--engine", name.value, "--json", "--lang", "en", "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["cross_check"]["extent"] == "sample"
    written = pl.read_parquet(out / "verdicts.parquet").filter(pl.col("contract") == "t")
    scores = {row["code"]: row["score"] for row in written.iter_rows(named=True)}
    expected = [one for one in assess(agreed, Snapshot(2026, records)).verdicts() if one.contract == "t"]
    assert scores == {one.subject.code: show(one.score, 2) for one in expected}


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
