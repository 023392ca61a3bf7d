"""What is wrong with a file is told with a code, the line and the heading, and nothing that is right is told with it.

Each case changes one line of one file of `tests/bulk`, a small year; the record path refuses the same files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_bulk import BING, DING, FILES, JIA, YI, agreed, wide

from cli.main import main
from rules.diagnostic import Diagnostic, Refused
from targets.bulk.tables import read_tables
from targets.columns.backend import backend
from targets.engines import EngineName
from targets.intake import read_csv_tables
from targets.snapshot import Records

Place = tuple[str, int, str]


def refused(files: dict[str, Path], engine: EngineName = EngineName.POLARS) -> list[Diagnostic]:
    with pytest.raises(Refused) as told:
        read_tables(FILES | files, agreed(), backend(engine))
    return list(told.value.diagnostics)


def places(diagnostics: list[Diagnostic]) -> list[Place]:
    return sorted((one.code, one.span.line, one.span.cell) for one in diagnostics)


# Table, what stands in it, what is written instead, and every fault that is told.
CASES: tuple[tuple[str, str, str, list[Place]], ...] = (
    ("parties", "乙村,村", "乙村,屯", [("DX527", 4, "类别")]),
    ("parties", f"{DING},丁村", f"{DING},", [("DX520", 6, "名称")]),
    ("parties", f"{JIA},甲村,村,899901101000", f"{JIA},甲村,村,899901101999", [("DX530", 3, "上级代码")]),
    ("parties", "station,水管站,单位", "stat,水管站,单位", [("DX530", line, "party") for line in (45, 46, 47)]),
    ("data", "posted,2026,no", "posted,2026,maybe", [("DX556", 23, "value")]),
    ("data", "posted,2026,no", "postedx,2026,no", [("DX533", 23, "indicator")]),
    ("data", "content,2026,88.5%", "content,2026,188.5%", [("DX553", 6, "value")]),
    ("data", "content,2026,88.5%", "content,2026,10%", [("DX553", 6, "value")]),
    ("data", "content,2026,88.5%", "content,2026,95.2", [("DX561", 6, "value")]),
    ("data", "content,2026,,45,60", "content,2026,,5,60", [("DX553", 20, "numerator")]),
    ("data", "content,2026,,45,60", "content,2026,,5,0", [("DX555", 20, "denominator")]),
    ("data", "content,2026,,45,60", "content,2026,,5,", [("DX555", 20, "denominator")]),
    ("data", "content,2026,,45,60", "content,2026,,,60", [("DX555", 20, "numerator")]),
    ("data", "content,2026,,45,60", "content,2026,80%,45,60", [("DX555", 20, "value")]),
    ("data", "content,2026,,45,60", "content,2026,,-45,60", [("DX550", 20, "numerator")]),
    ("data", "content,2026,,45,60", "content,2026,,4.5,60", [("DX550", 20, "numerator")]),
    ("data", f"{DING},meetings,2026Q1,12", f"{DING},meetings,2026Q1,-12", [("DX550", 39, "value")]),
    ("data", f"{DING},meetings,2026Q1,12", f"{DING},meetings,2026Q1,12.5", [("DX550", 39, "value")]),
    ("data", f"{DING},meetings,2026Q1,12", f"{DING},meetings,2026Q1,91", [("DX553", 39, "value")]),
    ("data", f"{DING},meetings,2026Q1,12,,,", f"{DING},meetings,2026Q1,12,,,log", [("DX535", 39, "entry")]),
    ("data", f"{DING},meetings,2026Q1,12,,,", f"{DING},meetings,2026Q1,,12,,", [("DX555", 39, "numerator")]),
    ("data", f"{DING},meetings,2026Q1", f"{DING},meetings,2026", [("DX557", 39, "period")]),
    ("data", f"{DING},meetings,2026Q1", f"{DING},meetings,2024Q1", [("DX558", 39, "period")]),
    ("data", f"{DING},meetings,2026Q1", f"{DING},meetings,", [("DX520", 39, "period")]),
    ("data", "funds,2026,15000", "funds,2026,15000.005", [("DX552", 22, "value")]),
    ("data", "papers,2026,×,,,map", "papers,2026,×,,,maps", [("DX535", 14, "entry")]),
    ("data", "papers,2026,×,,,map", "papers,2026,×,,, log", [("DX540", 13, "party"), ("DX540", 14, "party")]),
    ("data", f"{JIA},site,2026", ",site,2026", [("DX520", 15, "party")]),
    ("data", f"{JIA},site,2026", "x1,site,2026", [("DX530", 15, "party")]),
    ("data", f"{JIA},site,2026", "c1,site,2026", [("DX560", 15, "indicator")]),
    ("targets", f"{JIA},visits,目标值", f"{JIA},visits,目标哦", [("DX527", 2, "parameter")]),
    ("targets", f"{JIA},visits,目标值,95%", f"{JIA},visits,目标值,abc", [("DX521", 2, "value")]),
    ("targets", f"{JIA},visits,目标值", f"{YI},visits,目标值", [("DX540", 2, "party"), ("DX540", 3, "party")]),
    ("tenures", "c2,resident,", "c2,boss,", [("DX534", 3, "post")]),
    ("tenures", "2026-02-15,至今", "2026-02-15,2026-01-01", [("DX572", 3, "until")]),
    ("tenures", "2026-02-15,至今", "soon,至今", [("DX525", 3, "start")]),
    ("tenures", f"c2,resident,{BING}", "c2,resident,", [("DX520", 3, "party")]),
    ("assignments", ",60%", ",0", [("DX574", 2, "share")]),
    ("assignments", ",60%", ",150%", [("DX574", 2, "share")]),
    ("assignments", f"c2,{BING},secretary", f"c2,{BING},chief", [("DX534", 5, "role")]),
    ("assignments", f"c2,{YI},resident,2026-03-01", f"c2,{BING},secretary,2026-02-15",
     [("DX540", 5, "cadre"), ("DX540", 6, "cadre")]),
    ("incidents", "i2,", "i1,", [("DX540", 2, "id"), ("DX540", 3, "id")]),
    ("incidents", "i2,", ",", [("DX520", 3, "id")]),
    ("incidents", "outage,2026-02-01,2026-02-01", "outage,2026-02-02,2026-02-01", [("DX576", 3, "found_on")]),
    ("incidents", "outage,2026-02-01,2026-02-01", "outage,2019-02-01,2019-02-01", [("DX558", 3, "found_on")]),
    ("incidents", "outage,2026-02-01,2026-02-01", "rain,2026-02-01,2026-02-01", [("DX534", 3, "kind")]),
    ("incidents", "2026-02-01,属实,日志", "2026-02-01,属实,", [("DX577", 3, "evidence")]),
    ("incidents", "2026-02-01,属实,日志", "2026-02-01,大概,日志", [("DX527", 3, "state")]),
    ("states", "后进,2025-11-01", "先进,2025-11-01", [("DX534", 2, "state")]),
    ("states", "2025-11-01,2026-02-28", "2025-11-01,2025-02-28", [("DX572", 2, "until")]),
    ("states", f"{DING},lagging,2026-01-31", f"{BING},lagging,2025-11-01", [("DX540", 2, "party"), ("DX540", 4, "party")]),
    ("prior_vetoes", "water/village", "water/x", [("DX534", 2, "contract")]),
    ("prior_vetoes", "water/village", "water/cadre", [("DX534", 2, "veto")]),
    ("prior_vetoes", "2025-05-01,2026", "2026-05-01,2026", [("DX578", 2, "happened_on")]),
    ("history", "water/cadre", "water/x", [("DX534", 7, "contract")]),
    ("history", "water/village,2024,91", "water/village,2026,91", [("DX578", 3, "year")]),
    ("history", "88.25,1,", "88.25,0,", [("DX521", 2, "rank")]),
    ("history", "water/village,2024,91", "water/village,2025,91", [("DX540", 2, "party"), ("DX540", 3, "party")]),
    ("cadres", "c2,李四", "c2,", [("DX520", 3, "name")]),
)  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "expected"), CASES, ids=[f"{case[0]}: {case[2]}" for case in CASES])
def test_a_fault_is_told_at_its_cell_and_nowhere_else(
    table: str, old: str, new: str, expected: list[Place], tmp_path: Path
) -> None:
    path = changed(table, old, new, tmp_path)
    found = refused({table: path})
    assert places(found) == sorted(expected)
    with pytest.raises(Refused) as told:
        read_csv_tables(FILES | {table: path}, agreed(), Records())
    # Of two rows that say the same the record path tells the second only, and some of its codes are finer.
    assert {one.span.line for one in told.value.diagnostics} <= {one.span.line for one in found} | {1}


def changed(table: str, old: str, new: str, folder: Path) -> Path:
    text, path = FILES[table].read_text("utf-8"), folder / f"{table}.csv"
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_spaces_around_a_wrong_code_hide_nothing(tmp_path: Path) -> None:
    found = places(refused({"parties": changed("parties", f"{DING},丁村", " 89990110120 ,丁村", tmp_path)}))
    assert ("DX570", 6, "代码") in found
    again = places(refused({"parties": changed("parties", f"{BING},丙村", f" {YI} ,丙村", tmp_path)}))
    assert [one for one in again if one[0] == "DX540"] == [("DX540", 4, "代码"), ("DX540", 5, "代码")]


def test_a_cadre_may_not_have_the_code_of_a_party(tmp_path: Path) -> None:
    assert ("DX541", 3, "code") in places(refused({"cadres": changed("cadres", "c2,", f"{JIA},", tmp_path)}))


VALUES: tuple[tuple[str, list[Any], list[Place]], ...] = (
    ("binary fractions", [0.1, 17.5, None], [("DX521", 1, "value"), ("DX521", 2, "value")]),
    ("not even numbers", [float("nan"), None, None], [("DX521", 1, "value")]),
    ("too many decimals", [Decimal("1.50"), Decimal("1.55"), None], [("DX551", 2, "value")]),
    ("below zero", [3, 4, -5], [("DX553", 3, "value")]),
)


@pytest.mark.parametrize(("values", "expected"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_parquet_has_types_and_rows_are_counted_from_one(
    values: list[Any], expected: list[Place], tmp_path: Path
) -> None:
    """Codes and years may be whole numbers."""
    frame = {"party": [int(JIA), int(YI), int(BING)], "indicator": ["site"] * 3, "period": [2026] * 3, "value": values}
    path = tmp_path / "data.parquet"
    pl.DataFrame(frame).write_parquet(path)
    assert places(refused({"data": path})) == expected


def test_a_column_of_nothing_but_rubbish_is_told_by_its_first_rows(tmp_path: Path) -> None:
    """5,000 wrong values are one look at the file, not 5,000."""
    path = tmp_path / "data.csv"
    rows = "".join(f"{JIA},site,2026,x{number}\n" for number in range(5_000))
    path.write_text(f"party,indicator,period,value\n{rows}", "utf-8")
    assert {(one.code, one.span.cell) for one in refused({"data": path})} == {("DX521", "value"), ("DX540", "party")}


def test_the_wide_form_has_its_own_faults(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    frames = {
        ("DX540", 2, "party"): pl.concat([wide(), wide().head(1)]),
        ("DX555", 2, "巡访率(应有数)"): wide().with_columns(pl.lit(0).alias("巡访率(应有数)")),
        ("DX550", 2, "巡访率(分子)"): wide().with_columns(pl.lit(-1).alias("巡访率(分子)")),
        ("DX515", 0, "例会次数"): wide().with_columns(pl.col("meetings").alias("例会次数")),
        ("DX555", 0, "巡访率(分子)"): wide().drop("巡访率(应有数)"),
        ("DX560", 2, "出勤率"): wide()
        .with_columns(pl.when(pl.col("party") == JIA).then(pl.lit("90%")).alias("出勤率"))
        .drop("attendance(分子)", "attendance(应有数)"),
        ("DX555", 2, "巡访率"): wide().with_columns(pl.lit("50%").alias("巡访率")),
        ("DX514", 0, "颜色"): wide().with_columns(pl.lit("红").alias("颜色")),
    }
    for expected, frame in frames.items():
        frame.cast(pl.String).write_csv(path)
        assert expected in places(refused({"data": path}))


def test_a_percentage_may_repeat_its_counts(tmp_path: Path) -> None:
    """45 of 60 are 75 %; 2 of 3 are 66.7 % to one decimal and 67 % to none."""
    for value, counts in (("75%", "45,60"), ("0.75", "45,60"), ("66.7%", "2,3"), ("67%", "2,3")):
        path = changed("data", "content,2026,,45,60", f"content,2026,{value},{counts}", tmp_path)
        read_tables(FILES | {"data": path}, agreed(), backend(EngineName.POLARS))
    assert places(refused({"data": changed("data", "content,2026,,45,60", "content,2026,66.6%,2,3", tmp_path)})) == [
        ("DX555", 20, "value")
    ]


def test_what_a_column_that_is_not_there_should_say_is_told_at_the_row(tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    pl.read_csv(FILES["incidents"], infer_schema=False).drop("evidence").write_csv(path)
    assert places(refused({"incidents": path})) == [("DX577", line, "id") for line in (2, 3, 4, 6)]
    path = tmp_path / "data.csv"
    path.write_text(f"party,indicator,period,value,numerator\n{JIA},visits,2026Q1,,5\n", "utf-8")
    assert places(refused({"data": path})) == [("DX555", 2, "party")]


UNREADABLE = {
    "GB18030": lambda text: text.encode("gb18030"),
    "a line with too many fields": lambda text: (text + "c1,attendance,2026H2,,1,2,,,,9\n").encode(),
    "another separator": lambda text: text.replace(",", ";").encode(),
    "the same heading twice": lambda text: text.replace("period,value", "period,value,value", 1).encode(),
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_table_is_refused_and_never_a_fault_of_the_program(
    what: str, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(UNREADABLE[what](FILES["data"].read_text("utf-8")))
    contracts = [str(FILES["data"].parent / f"{name}.yaml") for name in ("villages", "cadres")]
    tables = [
        part for name, file in (FILES | {"data": path}).items() for part in (f"--{name.replace('_', '-')}", str(file))
    ]
    assert (
        main(["assess", *contracts, *tables, "--engine", engine, "--lang", "en", "--out", str(tmp_path / "out")]) == 2
    )
    printed = capsys.readouterr()
    assert str(path) in printed.err + printed.out
    assert not (tmp_path / "out").exists()
