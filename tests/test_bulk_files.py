"""Files in, files out: what the record path reads, the bulk path reads too, and both lead to the same verdicts."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from bulk_files import write_files

import engine.sampling
from cli.main import main
from engine import inference
from engine.columnar import against_target
from engine.columnar.judged import judge_year
from engine.crosscheck import read_cells
from rules.contract import Contract
from rules.diagnostic import Refused
from rules.load import load_contracts
from targets.bulk.columns import columns_of_tables
from targets.bulk.records import records_of
from targets.bulk.tables import read_tables
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.demo import demo_town
from targets.engines import EngineName
from targets.snapshot import Records, Snapshot

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "rules" / "library" / "family_health").glob("*.yaml"))
ENGINES = (EngineName.POLARS, EngineName.DUCKDB)

VILLAGES = """
contract: villages
title: 村级责任状
title_en: villages
version: 1
year: 2026
assesses: [village]
roles: [guide]
indicators:
  - {id: visits, name: 随访率, kind: ratio}
  - {id: cases, name: 办结数, kind: count, lowest: 0, highest: 500}
sections:
  - id: work
    name: 工作
    points: 100
    items:
      - {id: visited, name: 随访, points: 60, indicator: visits, scoring: {method: proportional, target: 95%}}
      - {id: closed, name: 办结, points: 40, indicator: cases, missing: exempt, scoring: {method: proportional, target: 10}}
incidents:
  - {id: fraud, name: 弄虚作假}
vetoes:
  - {id: falsified, name: 数据造假, when: {incident: fraud}, effects: {cap_grade: pass}}
ranking: {peers: group}
grades:
  - {id: good, name: 良好, when: {score: {at_least: 90}}, at_most: 50%}
  - {id: pass, name: 合格}
"""
# Village, group, visits made and due, cases closed.
VALUES = (
    ("530101001201", "甲", 93, 100, 10), ("530101001202", "甲", 95, 100, 8), ("530101001203", "甲", 100, 100, None),
    ("530101002201", "乙", 38, 40, 10), ("530101002202", "乙", 19, 40, 10), ("530101002203", "乙", 36, 40, 9),
)  # fmt: skip


@cache
def shipped() -> tuple[Contract, ...]:
    return tuple(one.contract for one in load_contracts(SHIPPED))


@cache
def town() -> Records:
    """The demo town, first reports only."""
    return demo_town().records


def villages(folder: Path, ending: str = ".parquet", **changed: Any) -> list[str]:
    """The small year as files, and the arguments that name them; `changed` columns of a table replace its own."""
    contract = folder / "villages.yaml"
    contract.write_text(VILLAGES, "utf-8")
    tables: dict[str, dict[str, list[Any]]] = {
        "parties": {
            "code": [row[0] for row in VALUES], "name": [f"示例{row[0][-3:]}村" for row in VALUES],
            "kind": ["village"] * len(VALUES), "group": [row[1] for row in VALUES],
        },
        "data": {
            "party": [row[0] for row in VALUES], "period": ["2026"] * len(VALUES),
            "visits numerator": [row[2] for row in VALUES], "visits denominator": [row[3] for row in VALUES],
            "cases": [row[4] for row in VALUES],
        },
        "incidents": {
            "id": ["1"], "party": ["530101002201"], "kind": ["fraud"], "happened_on": ["2026-03-01"],
            "found_on": ["2026-04-01"], "state": ["substantiated"], "evidence": ["1号通报"],
        },
    }  # fmt: skip
    arguments = ["assess", str(contract), "--lang", "en"]
    for name, columns in tables.items():
        path = folder / f"{name}{ending}"
        frame = pl.DataFrame({**columns, **changed.get(name, {})}, strict=False)
        frame.write_parquet(path) if ending == ".parquet" else frame.cast(pl.String).write_csv(path)
        arguments += [f"--{name}", str(path)]
    return arguments


# What is read


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_the_files_say_what_the_records_said(tmp_path: Path, ending: str) -> None:
    """The demo town with its 26,000 records: every table comes back as it was."""
    records, engine = town(), backend(EngineName.POLARS)
    tables = read_tables(write_files(tmp_path, records, shipped(), ending), shipped(), engine)
    parties, cadres = [one.code for one in records.parties], [one.code for one in records.cadres]
    read = records_of(tables, parties, cadres, engine)
    for table in fields(Records):
        expected = {_bare(record) for record in getattr(records, table.name)}
        assert {_bare(record) for record in getattr(read, table.name)} == expected, table.name


def _bare(record: Any) -> Any:
    """Without its place, the day it was recorded and what the bulk path does not read."""
    given = {"place": None, "recorded_on": None, "note": ""}
    known = {name: value for name, value in given.items() if hasattr(record, name)}
    return replace(record, **known) if known else record


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
def test_columns_from_files_lead_to_the_verdicts_of_the_records(tmp_path: Path) -> None:
    engine, snapshot = backend(EngineName.POLARS), Snapshot(2026, town())
    tables = read_tables(write_files(tmp_path, town(), shipped(), ".parquet"), shipped(), engine)
    of_files = judge_year(shipped(), columns_of_tables(tables, shipped(), 2026, 12, engine), engine)
    reference = backend(EngineName.POLARS)
    of_records = judge_year(shipped(), columns_of([snapshot], shipped(), reference), reference)
    for one, other in zip(of_files, of_records, strict=True):
        assert read_cells(one, engine, None) == read_cells(other, reference, None)


@pytest.mark.parametrize("name", ENGINES)
def test_six_villages_worked_out_by_hand(tmp_path: Path, name: EngineName, capsys: pytest.CaptureFixture[str]) -> None:
    """60 x 93/95 = 58.74 and 40: 98.74. 60 and 32: 92. 60 of 60, spread over 100: 100. 38/40 = 95 %: 100, vetoed.
    60 x 47.5/95 = 30 and 40: 70. 60 x 90/95 = 56.84 and 36: 92.84."""
    assert main([*villages(tmp_path), "--engine", name.value, "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    verdicts = pl.read_parquet(tmp_path / "out" / "verdicts.parquet").sort("code")
    assert verdicts["final score"].to_list() == ["98.74", "92.00", "100.00", "100.00", "70.00", "92.84"]
    assert verdicts["rank"].to_list() == ["2", "3", "1", "1", "3", "2"]
    assert verdicts["grade"].to_list() == ["合格", "合格", "良好", "合格", "合格", "良好"]
    assert verdicts["vetoes"].to_list() == ["", "", "", "数据造假", "", ""]
    scores = pl.read_parquet(tmp_path / "out" / "scores-villages.parquet").sort("code")
    assert scores["随访"].to_list() == ["58.74", "60.00", "60.00", "60.00", "30.00", "56.84"]
    assert scores["办结"].to_list() == ["40.00", "32.00", "", "40.00", "40.00", "36.00"]
    hits = pl.read_parquet(tmp_path / "out" / "vetoes.parquet")
    assert hits.select("code", "happened on", "found on").row(0) == ("530101002201", "2026-03-01", "2026-04-01")


# What is written


def test_csv_in_csv_out_as_the_office_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [*(f"示例{row[0][-3:]}村" for row in VALUES[:-1]), "=1+1"]
    arguments = villages(tmp_path, ".csv", parties={"name": names})
    assert main([*arguments, "--engine", "polars", "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    written = (tmp_path / "out" / "verdicts.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert b",'=1+1," in written
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "run.json", "scores-villages.csv", "verdicts.csv", "vetoes.csv",
    ]  # fmt: skip


def test_the_same_files_give_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = villages(tmp_path)
    for folder in ("one", "two"):
        assert main([*arguments, "--out", str(tmp_path / folder)]) == 0
    capsys.readouterr()
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
@pytest.mark.parametrize(("option", "extent"), [([], "all"), (["--no-cross-check"], "none")])
def test_how_it_was_checked_is_recorded(
    tmp_path: Path, option: list[str], extent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*villages(tmp_path), *option, "--json", "--out", str(tmp_path / "out")]) == 0
    said = json.loads(capsys.readouterr().out)
    kept = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert said == kept
    assert kept["cross_check"]["extent"] == extent
    assert (kept["cross_check"]["cells"] > 0) == (extent == "all")
    assert kept["contracts"][0]["grades"] == {"良好": 2, "合格": 4}


# What is refused

BAD = {
    "an unknown heading": ("parties", {"colour": ["red"] * 6}, ".csv", [("DX514", 0)]),
    "a kind that is none": ("parties", {"kind": ["village"] * 5 + ["hamlet"]}, ".csv", [("DX527", 7)]),
    "the same party twice": ("parties", {"code": ["530101001201"] * 2 + [v[0] for v in VALUES[2:]]}, ".csv",
                             [("DX530", 3), ("DX540", 2), ("DX540", 3)]),
    "a code too short": ("parties", {"code": ["5301"] + [v[0] for v in VALUES[1:]]}, ".csv", [("DX530", 2), ("DX570", 2)]),
    "a value of a stranger": ("data", {"party": ["530101001999"] + [v[0] for v in VALUES[1:]]}, ".csv", [("DX530", 2)]),
    "no number": ("data", {"cases": ["ten", "8", "", "10", "10", "9"]}, ".csv", [("DX521", 2)]),
    "a binary fraction": ("data", {"cases": [10.5, 8.0, None, 10.0, 10.0, 9.0]}, ".parquet",
                          [("DX521", 1), ("DX521", 2), ("DX521", 4), ("DX521", 5), ("DX521", 6)]),
    "a negative count": ("data", {"visits numerator": [-1, 95, 100, 38, 19, 36]}, ".parquet", [("DX550", 1)]),
    "no denominator": ("data", {"visits denominator": [None, 100, 100, 40, 40, 40]}, ".parquet", [("DX555", 1)]),
    "five of nothing": ("data", {"visits denominator": [0, 100, 100, 40, 40, 40]}, ".parquet", [("DX555", 1)]),
    "more than plausible": ("data", {"cases": [501, 8, None, 10, 10, 9]}, ".parquet", [("DX553", 1)]),
    "a quarter for a year": ("data", {"period": ["2026Q1"] + ["2026"] * 5}, ".csv", [("DX557", 2), ("DX557", 2)]),
    "another year": ("data", {"period": ["2019"] + ["2026"] * 5}, ".csv", [("DX558", 2)]),
    "a kind of incident that is none": ("incidents", {"kind": ["theft"]}, ".csv", [("DX534", 2)]),
    "found before it happened": ("incidents", {"found_on": ["2026-02-01"]}, ".csv", [("DX576", 2)]),
    "no evidence": ("incidents", {"evidence": [""]}, ".csv", [("DX577", 2)]),
    "a resident's number": ("incidents", {"evidence": ["身份证510125199001011234"]}, ".csv", [("DX408", 2)]),
    "a resident in a name": ("parties", {"name": ["甲", "乙", "丙", "丁", "戊", "13812345678"]}, ".parquet", [("DX408", 6)]),
    "evidence that says nothing": ("incidents", {"evidence": ["—"]}, ".csv", [("DX577", 2)]),
    "a name that says nothing": ("parties", {"name": ["甲", "乙", "丙", "丁", "戊", "—"]}, ".csv", [("DX520", 7)]),
    "no day": ("incidents", {"happened_on": ["in spring"]}, ".csv", [("DX525", 2)]),
    "an empty cell": ("incidents", {"state": [""]}, ".csv", [("DX520", 2)]),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_every_fault_has_its_code_and_place(tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The line as a text editor counts it in a CSV, the row in a Parquet file; nothing is written."""
    table, columns, ending, expected = BAD[fault]
    arguments = villages(tmp_path, ending, **{table: columns})
    assert main([*arguments, "--engine", "polars", "--json", "--out", str(tmp_path / "out")]) == 2
    told = json.loads(capsys.readouterr().out)["diagnostics"]
    assert sorted((one["code"], one["line"]) for one in told) == expected
    assert all(one["path"] == str(tmp_path / f"{table}{ending}") or one["code"] == "DX530" for one in told)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ENGINES)
def test_a_plausible_range_is_checked_beyond_64_bits(
    tmp_path: Path, name: EngineName, capsys: pytest.CaptureFixture[str]
) -> None:
    """90 % lies between 12.34 % and 98.76 %, 11 % does not, whatever the counts: in 64 bits the products would wrap."""
    bounded = "kind: ratio, lowest: 12.34%, highest: 98.76%"
    due = [999_999_999_999_999_999, 316_494_041_050_841_690, 100, 100, 100, 100]
    done = [900_000_000_000_000_000, 34_809_481_060_535_923, 95, 95, 95, 95]
    arguments = villages(tmp_path, data={"visits numerator": done, "visits denominator": due})
    (tmp_path / "villages.yaml").write_text(VILLAGES.replace("kind: ratio", bounded), "utf-8")
    assert main([*arguments, "--engine", name.value, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [(one["code"], one["line"]) for one in told] == [("DX553", 2)]


@pytest.mark.parametrize("rubbish", [b"", b"PK\x03\x04 no table", b"\xff\xfe\x00"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, rubbish: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in (".parquet", ".csv"):
        arguments = villages(tmp_path, ending)
        (tmp_path / f"data{ending}").write_bytes(rubbish)
        assert main([*arguments, "--engine", "polars"]) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_all_faults_of_all_files_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = {
        "parties": BAD["a kind that is none"][1],
        "data": BAD["no number"][1],
        "incidents": BAD["no evidence"][1],
    }
    assert main([*villages(tmp_path, ".csv", **changed), "--engine", "polars", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["diagnostics"]
    assert {one["code"] for one in told} >= {"DX521", "DX527", "DX577"}


# What is cross-checked


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
@pytest.mark.parametrize("most", [5_000, 0])
def test_a_wrong_plan_is_refused_at_the_first_cell(
    tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One hundredth too much in the compiled plan: among few everybody is compared, among many the cases and a sample."""
    right = against_target._in_proportion
    monkeypatch.setattr(engine.sampling, "PARTIES_ALL_MAX", most)
    monkeypatch.setattr(against_target, "_in_proportion", lambda *terms: right(*terms).times(Fraction(9_999, 10_000)))
    assert main([*villages(tmp_path), "--json", "--out", str(tmp_path / "out")]) == 2
    (told,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert told["code"] == "DX621"
    assert told["path"] == "villages"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ENGINES)
def test_cases_are_the_vetoed_the_exempt_and_those_on_a_bound(
    tmp_path: Path, name: EngineName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the bound: 90 points. 203 has an exempt item, 201 of the other town is vetoed; nobody else stands out."""
    villages(tmp_path, data={"visits numerator": [93, 95, 100, 38, 19, 36], "cases": [10, 8, None, 10, 10, 10]})
    monkeypatch.setattr(engine.sampling, "PARTIES_ALL_MAX", 0)
    chosen, agreed = backend(name), [load_contracts([tmp_path / "villages.yaml"])[0].contract]
    tables = read_tables({key: tmp_path / f"{key}.parquet" for key in ("parties", "data", "incidents")}, agreed, chosen)
    year = columns_of_tables(tables, agreed, 2026, 12, chosen)
    judged = judge_year(agreed, year, chosen)
    cases, leagues = engine.sampling.samples(judged, year, chosen, "seed")
    assert set(cases.parties) == {"530101001203", "530101002201"}
    assert set(leagues.parties) == {row[0] for row in VALUES}
    again = engine.sampling.whole_leagues(judged, year, chosen, "seed")
    assert again.parties == leagues.parties


def test_a_missing_table_is_a_fault_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    villages(tmp_path)
    arguments = [
        "assess",
        str(tmp_path / "villages.yaml"),
        "--parties",
        str(tmp_path / "parties.parquet"),
        "--lang",
        "en",
    ]
    assert main(arguments) == 2
    assert "--data" in capsys.readouterr().err


def test_refused_is_what_it_is(tmp_path: Path) -> None:
    villages(tmp_path)
    (tmp_path / "parties.parquet").unlink()
    agreed = [load_contracts([tmp_path / "villages.yaml"])[0].contract]
    with pytest.raises(Refused) as refused:
        read_tables({"parties": tmp_path / "parties.parquet"}, agreed, backend(EngineName.POLARS))
    assert [fault.code for fault in refused.value.diagnostics] == ["DX001"]
