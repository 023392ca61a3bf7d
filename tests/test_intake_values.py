"""What offices write, read to the exact value: the table of good cells, headings with units, both forms of the data."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from bad_tables.cases import HERE
from bad_tables.rawbook import RawBook, RawSheet
from bad_tables.town import KNOWN, contracts

from rules.diagnostic import Span
from rules.period import Cadence, Period
from targets.intake import read_csv_tables, read_workbook
from targets.observation import Incident, IncidentState, Observation
from targets.snapshot import Records

ODD = str.maketrans({"⏎": "\n", "␠": " "})
HEADINGS = ["村名", "指标", "期间", "数值"]


class Good(NamedTuple):
    """One row of the page."""

    indicator: str
    period: str
    cell: str
    read_as: str


def good_cells() -> list[Good]:
    lines = (HERE / "good.md").read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")][2:]
    return [
        Good(*(cell.strip().replace("\\|", "|").replace("\\\\", "\\").translate(ODD) for cell in row)) for row in rows
    ]


def in_workbook(tmp_path: Path, *sheets: RawSheet) -> Records:
    return read_workbook(RawBook(sheets).write(tmp_path / "town.xlsx"), contracts(), KNOWN)


def values(records: Records) -> list[str]:
    return [f"{each.numerator}/{each.denominator}" + (" 个" if each.counted else "") for each in records.observations]


@pytest.mark.parametrize("good", good_cells(), ids=lambda good: "·".join(good[:3]))
def test_a_good_cell_is_read_exactly(good: Good, tmp_path: Path) -> None:
    sheet = RawSheet("实绩", [HEADINGS, ["甲村", good.indicator, good.period, good.cell]])
    assert values(in_workbook(tmp_path, sheet)) == [good.read_as][: bool(good.read_as)]


@pytest.mark.parametrize(
    "good", [g for g in good_cells() if "{" not in g.cell + g.period], ids=lambda good: "·".join(good[:3])
)
def test_a_good_field_is_read_exactly(good: Good, tmp_path: Path) -> None:
    quoted = good.cell.replace('"', '""')
    (tmp_path / "data.csv").write_text(
        f'party;indicator;period;value\n甲村;{good.indicator};{good.period};"{quoted}"\n', "utf-8"
    )
    records = read_csv_tables({"data": tmp_path / "data.csv"}, contracts(), KNOWN)
    assert values(records) == [good.read_as][: bool(good.read_as)]


@pytest.mark.parametrize(
    ("heading", "cell", "expected"),
    [
        ("到位经费", "1.5", "3/2"),
        ("到位经费（元）", "1.5", "3/2"),
        ("到位经费（万元）", "1.5", "15000/1"),
        ("到位经费（千元）", "1.5", "1500/1"),
        ("到位经费 (万元)", "1.5万元", "15000/1"),
        ("到位经费（万元）", "15000元", "15000/1"),
        ("到位经费（万元）", "{1.5|0.00}", "15000/1"),
        ("funds", "¥1,200.50", "2401/2"),
        ("服务半径（公里）", "3.5", "7/2"),
        ("常住人口（人）", "1,204", "1204/1"),
    ],
)
def test_the_unit_in_a_heading_counts(heading: str, cell: str, expected: str, tmp_path: Path) -> None:
    assert values(in_workbook(tmp_path, RawSheet("年报", [["村名", "期间", heading], ["甲村", "2026", cell]]))) == [
        expected
    ]


def test_ten_thousand_of_the_unit(tmp_path: Path) -> None:
    rows = [["村名", "期间", "体检人数（万人）"], ["甲村", "3月", "0.12"]]
    assert values(in_workbook(tmp_path, RawSheet("月报", rows))) == ["1200/1"]


@pytest.mark.parametrize("heading", ["群众满意度(%)", "群众满意度（％）", "群众满意度[%]"])
@pytest.mark.parametrize("cell", ["95.2", "95.2%", "{95.2}", "{0.952|0.0%}"])
def test_a_percent_sign_in_the_heading_counts_once(heading: str, cell: str, tmp_path: Path) -> None:
    assert values(in_workbook(tmp_path, RawSheet("表", [["村名", "期间", heading], ["甲村", "2026H1", cell]]))) == [
        "119/125"
    ]


HEAD_ROWS = {
    "two rows": (["代码", "期间", "新生儿访视率", ""], ["", "", "已访视数", "应访视数"]),
    "usual words": (["代码", "期间", "新生儿访视率", ""], ["", "", "分子", "分母"]),
    "run together": (["代码", "期间", "新生儿访视率（分子）", "新生儿访视率（分母）"],),
    "with a dash": (["代码", "期间", "新生儿访视率-已访视数", "新生儿访视率-应访视数"],),
    "English": (["party", "period", "visits_numerator", "visits_denominator"],),
    "under a section": (["", "", "妇幼", "妇幼"], ["代码", "期间", "visits 分子", "visits 分母"]),
}


@pytest.mark.parametrize("rows", HEAD_ROWS.values(), ids=HEAD_ROWS)
def test_a_ratio_has_two_columns_however_they_are_headed(rows: tuple[list[str], ...], tmp_path: Path) -> None:
    sheet = RawSheet("季报", [*rows, ["899901101201", "2026Q1", "95", "100"]])
    records = in_workbook(tmp_path, sheet)
    (seen,) = records.observations
    assert seen == Observation(
        "899901101201",
        "visits",
        Period(2026, Cadence.QUARTER, 1),
        95,
        100,
        counted=True,
        place=Span(str(tmp_path / "town.xlsx"), sheet="季报", cell=f"C{len(rows) + 1}"),
    )


@pytest.mark.parametrize("rate", ["95%", "{=C3/D3→0.94999999999999996|0%}", "{=C3/D3→0.95|0.00%}", "95.0%", "—", ""])
def test_a_percentage_beside_its_counts_only_repeats_them(rate: str, tmp_path: Path) -> None:
    rows = [
        ["代码", "期间", "新生儿访视率", "", ""],
        ["", "", "分子", "分母", "率"],
        ["899901101201", "2026Q1", "95", "100", rate],
    ]
    assert values(in_workbook(tmp_path, RawSheet("季报", rows))) == ["95/100 个"]


def test_a_rate_of_nothing_is_an_error_value_in_every_office(tmp_path: Path) -> None:
    rows = [
        ["代码", "期间", "新生儿访视率", "", ""],
        ["", "", "分子", "分母", "率"],
        ["899901101201", "2026Q1", "0", "0", "{#DIV/0!}"],
    ]
    assert values(in_workbook(tmp_path, RawSheet("季报", rows))) == ["0/0 个"]


@pytest.mark.parametrize(
    ("cell", "ticked"),
    [
        ("场地达标；按时开放", ("1/1", "0/1", "1/1")),
        ("space;hours", ("1/1", "0/1", "1/1")),
        ("Space, Hours", ("1/1", "0/1", "1/1")),
        ("人员到位", ("0/1", "1/1", "0/1")),
        ("无", ("0/1", "0/1", "0/1")),
    ],
)
def test_a_checklist_may_list_what_is_ticked(cell: str, ticked: tuple[str, ...], tmp_path: Path) -> None:
    records = in_workbook(tmp_path, RawSheet("实绩", [HEADINGS, ["甲村", "服务室建设", "2026", cell]]))
    assert [each.entry for each in records.observations] == ["space", "staff", "hours"]
    assert tuple(values(records)) == ticked


def test_a_row_an_entry(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(
        "party,indicator,period,value,entry\n甲村,room,2026,1,space\n甲村,room,2026,0,人员到位\n甲村,room,2026,,hours\n",
        "utf-8",
    )
    records = read_csv_tables({"data": tmp_path / "data.csv"}, contracts(), KNOWN)
    assert [(each.entry, each.numerator) for each in records.observations] == [("space", 1), ("staff", 0)]


@pytest.mark.parametrize(
    "written",
    ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "２０２６－３－５", "2026/3/5 14:30",
     "{46086|yyyy-mm-dd}", '{46086.75|yyyy"年"m"月"d"日"}', "{46086}", "46086"],
)  # fmt: skip
def test_dates_in_all_styles(written: str, tmp_path: Path) -> None:
    rows = [["对象名称", "状态", "开始日期", "结束日期"], ["甲村", "后进", written, "至今"]]
    (state,) = in_workbook(tmp_path, RawSheet("状态", rows)).states
    assert (state.start, state.until) == (date(2026, 3, 5), None)


def test_dates_of_a_workbook_from_an_old_macintosh(tmp_path: Path) -> None:
    rows = [["对象名称", "状态", "开始日期"], ["甲村", "后进", "{44624|yyyy-mm-dd}"]]
    path = RawBook([RawSheet("状态", rows)], date1904=True).write(tmp_path / "mac.xlsx")
    assert read_workbook(path, contracts(), KNOWN).states[0].start == date(2026, 3, 5)


def test_merged_names_and_periods_hold_for_all_their_rows(tmp_path: Path) -> None:
    rows = [
        ["村名", "月份", "体检人数"],
        ["甲村", "1月", "5"],
        ["", "2月", "6"],
        ["乙村", "3月", "7"],
        ["丙村", "", "8"],
    ]
    sheet = RawSheet("月报", rows, merges=("A2:A3", "B4:B5"))
    seen = [(each.subject[-1], str(each.period), each.numerator) for each in in_workbook(tmp_path, sheet).observations]
    assert seen == [("1", "2026-01", 5), ("1", "2026-02", 6), ("2", "2026-03", 7), ("3", "2026-03", 8)]


def test_everything_else_in_both_languages(tmp_path: Path) -> None:
    records = in_workbook(
        tmp_path,
        RawSheet("Parties", [["Code", "Name", "Kind", "Parent Code"], ["899901101204", "丁　村", "Village", "示例镇"]]),
        RawSheet("干部名册", [["编号", "姓名", "职务", "任职单位", "任职时间"], ["G08", "方　圆", "驻村干部", "丁村", "2026.1.1"]]),
        RawSheet("包村安排", [["责任人", "村名", "角色", "起", "止", "比例"], ["方圆", "丁村", "包村", "2026-1-1", "现任", "60%"]]),
        RawSheet("事件台账", [
            ["事件号", "考核对象", "事项", "发生时间", "通报日期", "核实情况", "文号", "级别"],
            ["E7", "丁村", "强制服务", "2026-03-05", "2026-04-01", "查实", "县卫函〔2026〕7号", "严重"],
        ]),
    )  # fmt: skip
    (party,), (cadre,), (tenure,) = records.parties, records.cadres, records.tenures
    assert (party.name, party.kind, party.parent) == ("丁村", "village", "899901101000")
    assert (cadre.name, tenure.post, tenure.party) == ("方圆", "resident", "899901101204")
    (assignment,) = records.assignments
    assert (assignment.cadre, str(assignment.share), assignment.until) == ("G08", "3/5", None)
    assert replace(records.incidents[0], place=None) == Incident(
        "E7", "899901101204", "coercion", date(2026, 3, 5), date(2026, 4, 1), IncidentState.SUBSTANTIATED, "县卫函〔2026〕7号", "严重"
    )  # fmt: skip
