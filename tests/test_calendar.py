"""A year that ends with another month than December, from the outside: periods, files, templates, commands, bulk tables."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_commands import run

from engine import inference
from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.crosscheck import compare, interpreted_cells
from rules.amend import content_hash
from rules.contract import Contract
from rules.diagnostic import Refused
from rules.load import parse_contract
from rules.period import Cadence, Period, parse_period, periods_of
from targets.bulk.columns import columns_of_tables
from targets.bulk.tables import read_tables
from targets.columns.backend import backend
from targets.engines import EngineName
from targets.intake import read_csv_tables, read_workbook
from targets.observation import Observation
from targets.snapshot import Records, Snapshot
from targets.template import write_template, write_workbook

CONTRACT = """\
contract: water/village
title: 饮水安全责任状
version: 1
year: 2026
year_ends: 11
assesses: [village]
states: [{id: lagging, name: 后进}]
indicators:
  - {id: meetings, name: 例会次数, kind: count, every: month}
  - {id: visits, name: 巡访次数, kind: count}
incidents: [{id: fraud, name: 弄虚作假}]
periodic:
  - id: meetings
    name: 例会
    each: quarter
    combine: mean
    weight: 50%
    sections:
      - id: held
        name: 例会
        items: [{id: held, name: 例会, points: 100, indicator: meetings, period: sum, scoring: {method: proportional, target: 3}}]
annual_weight: 50%
sections:
  - id: work
    name: 工作
    items:
      - {id: begun, name: 开过例会, points: 50, indicator: meetings, period: sum, scoring: {method: all_or_nothing, target: 1}}
      - {id: visits, name: 巡访, points: 50, indicator: visits, missing: exempt, scoring: {method: proportional, target: last_year}}
  - id: taken
    name: 扣分
    kind: deduction
    items: [{id: fraud, name: 弄虚作假, points: 10, scoring: {method: per_event, incident: fraud, deduct: 4}}]
warnings:
  - {id: lagging, name: 后进两月, when: {months_in: lagging, count: {at_least: 2}}}
"""
JIA, YI = "899901101201", "899901101202"
# Bare months are those of the year: 12月 is December before it. 甲村 held none in 2026-02: the first quarter has 2 of 3.
MONTHS = ["12月", "1月", "2月份", *(f"2026-{month:02d}" for month in range(3, 12))]
TABLES = {
    "parties": f"code,name,kind\n{JIA},甲村,village\n{YI},乙村,village\n",
    "data": "party,indicator,period,value\n"
    + "".join(f"{JIA},meetings,{month},{int(month != '2月份')}\n{YI},meetings,{month},1\n" for month in MONTHS)
    + "".join(f"{name},visits,{year},{value}\n" for name in (JIA, YI) for year, value in ((2025, 8), (2026, 6))),
    "incidents": "id,party,kind,happened_on,found_on,state,evidence\n"
    f"i1,{JIA},fraud,2025-11-28,2025-12-03,属实,卷宗1\ni2,{YI},fraud,2025-11-20,2025-11-30,属实,卷宗2\n",
    "states": f"party,state,start,until\n{JIA},后进,2025-12-31,2026-01-31\n{YI},后进,2025-11-01,2025-12-31\n",
}
# 甲村: (66.67 + 3 x 100) / 4 x 50% + (50 + 50 x 6/8) x 50% - 4 = 45.83375 + 43.75 - 4 = 85.58375. 乙村: 50 + 43.75.
SCORES = {"甲村": "85.58", "乙村": "93.75"}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    (tmp_path / "water.yaml").write_text(CONTRACT, encoding="utf-8")
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def agreed() -> Contract:
    return parse_contract("water.yaml", CONTRACT).contract


def files(town: Path) -> dict[str, Path]:
    return {name: town / f"{name}.csv" for name in TABLES}


def options(town: Path) -> list[str]:
    return [word for name, path in files(town).items() for word in (f"--{name}", str(path))]


# Periods

ENDS = st.integers(1, 12)


@settings(deadline=None)
@given(st.integers(1951, 2199), ENDS, st.sampled_from(Cadence))
def test_the_periods_of_a_year_follow_each_other_and_fill_it(year: int, ends: int, cadence: Cadence) -> None:
    whole = Period(year, Cadence.YEAR, 1, ends)
    parts = whole.parts(cadence)
    assert (parts[0].first_day, parts[-1].last_day) == (whole.first_day, whole.last_day)
    assert (whole.last_day.year, whole.last_day.month) == (year, ends)
    assert whole.year_before.last_day + timedelta(1) == whole.first_day
    for one, following in pairwise(parts):
        assert one.last_day + timedelta(1) == following.first_day


@settings(deadline=None)
@given(st.integers(1951, 2199), ENDS, st.sampled_from(Cadence))
def test_what_the_calendar_has_is_found_again_by_how_it_is_written(year: int, ends: int, cadence: Cadence) -> None:
    for one in periods_of(year, cadence, ends):
        told = one.as_reported
        if told.ends == 12:
            assert parse_period(str(one)) == told
            assert told.in_year_ending(ends) == one
            assert cadence is Cadence.YEAR or (told.first_day, told.last_day) == (one.first_day, one.last_day)
        else:
            assert (one.first_day.month - 1) % cadence.months
            assert str(one) == f"{one.first_day:%Y-%m}/{one.last_day:%Y-%m}"


@settings(deadline=None)
@given(st.dates(date(1951, 1, 1), date(2199, 12, 31)), ENDS)
def test_a_day_is_in_one_month_of_one_year(day: date, ends: int) -> None:
    months = [month for year in (day.year, day.year + 1) for month in periods_of(year, Cadence.MONTH, ends)]
    assert [str(month) for month in months if month.holds(day)] == [f"{day:%Y-%m}"]


def test_what_december_ends_is_named_as_before() -> None:
    """Hashes of contracts and of data are made of these."""
    assert repr(Period(2026, Cadence.MONTH, 3)) == "Period(year=2026, cadence=<Cadence.MONTH: 'month'>, number=3)"
    plain = CONTRACT.replace("year_ends: 11\n", "")
    december = parse_contract("d.yaml", CONTRACT.replace("year_ends: 11", "year_ends: 12")).contract
    assert content_hash(december) == content_hash(parse_contract("p.yaml", plain).contract) != content_hash(agreed())
    hashes = {ends: Snapshot(2026, Records(), 12, ends).content_hash for ends in (11, 12)}
    assert hashes[11] != hashes[12] == Snapshot(2026, Records()).content_hash


# Files, commands, templates, bulk tables


def test_bare_months_are_those_of_the_year(town: Path) -> None:
    records = read_csv_tables(files(town), [agreed()], Records())
    held = [str(one.period) for one in records.observations if one.indicator == "meetings"]
    assert set(held) == {"2025-12", *(f"2026-{month:02d}" for month in range(1, 12))}


@pytest.mark.parametrize(
    ("table", "row", "code"),
    [
        ("data", f"{JIA},meetings,2026-12,1", "DX558"),
        ("data", f"{JIA},meetings,2024-11,1", "DX558"),
        ("incidents", f"i3,{JIA},fraud,2026-12-01,2026-12-01,属实,卷宗3", "DX558"),
    ],
)
@pytest.mark.parametrize("bulk", [False, True])
def test_what_is_of_another_year_is_refused(town: Path, table: str, row: str, code: str, *, bulk: bool) -> None:
    path = town / f"{table}.csv"
    path.write_text(f"{TABLES[table]}{row}\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        _read(files(town), bulk=bulk)
    assert [fault.code for fault in refused.value.diagnostics] == [code]


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
@pytest.mark.parametrize(("through", "due"), [("2026", 12), ("2026-11", 12), ("2026Q1", 4), ("2025-12", 1)])
def test_due_is_what_ends_with_the_period_given(
    town: Path, through: str, due: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "assess", str(town / "water.yaml"), *options(town), "--through", through, "--json")
    told = json.loads(out)
    assert (code, told["year"], told["through"]) == (0, 2026, due)
    if due == 12:
        assert {one["name"]: one["score"] for one in told["contracts"][0]["verdicts"]} == SCORES


@pytest.mark.parametrize("through", ["2026-12", "2025-11", "2025"])
def test_a_period_of_another_year_is_not_due(town: Path, through: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "assess", str(town / "water.yaml"), *options(town), "--through", through)
    assert code == 2
    assert "2026 (2025-12/2026-11)" in err


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
@pytest.mark.parametrize("engine", [EngineName.POLARS, EngineName.DUCKDB])
@pytest.mark.parametrize("through", [12, 4])
def test_bulk_tables_come_out_as_the_records_do(town: Path, engine: EngineName, through: int) -> None:
    chosen, contracts = backend(engine), [agreed()]
    records = read_csv_tables(files(town), contracts, Records())
    year = columns_of_tables(read_tables(files(town), contracts, chosen), contracts, 2026, through, chosen)
    interpreted = assess(contracts, Snapshot(2026, records, through, 11))
    assert compare(interpreted_cells(interpreted), judge_year(contracts, year, chosen), chosen).difference is None
    warned = {verdict.subject.name: bool(verdict.warnings) for verdict in interpreted.verdicts()}
    assert warned == {"甲村": True, "乙村": False}


def test_a_year_that_ends_otherwise_is_no_year_of_the_contract(town: Path) -> None:
    records = read_csv_tables(files(town), [agreed()], Records())
    with pytest.raises(Refused) as refused:
        assess([agreed()], Snapshot(2026, records))
    assert [fault.code for fault in refused.value.diagnostics] == ["DX614"]


def test_a_workbook_has_the_months_of_the_year_and_is_read_back(town: Path) -> None:
    records, path = read_csv_tables(files(town), [agreed()], Records()), town / "book.xlsx"
    write_workbook(records, [agreed()], path)
    again = read_workbook(path, [agreed()], Records())
    assert _bare(again.observations) == _bare(records.observations)
    write_template([agreed()], replace(records, observations=()), path, 2026)
    assert read_workbook(path, [agreed()], Records()).observations == ()


def _read(paths: dict[str, Path], *, bulk: bool) -> object:
    if bulk:
        return read_tables(paths, [agreed()], backend(EngineName.POLARS))
    return read_csv_tables(paths, [agreed()], Records())


def _bare(observations: tuple[Observation, ...]) -> set[tuple[object, ...]]:
    names = [each.name for each in fields(Observation) if each.name not in ("place", "recorded_on")]
    return {tuple(getattr(one, name) for name in names) for one in observations}
