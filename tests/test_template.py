"""What the template writes and the office fills is read back exactly, and what is marked keeps its looks."""

from __future__ import annotations

import re
import zipfile
from dataclasses import fields, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bad_tables.town import KNOWN, TOWN, contracts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from rules.diagnostic import Diagnostic, Refused, Span, Text, say
from rules.indicator import Indicator, Kind
from rules.period import periods_of
from targets.cadre import Assignment, Cadre, Tenure
from targets.intake import read_csv_tables, read_workbook
from targets.marking import mark_faults
from targets.observation import Incident, IncidentState, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party
from targets.snapshot import Records
from targets.tables import LAYOUTS, layout_titled
from targets.template import write_template, write_workbook

YEAR = 2026


def bare(records: Records) -> dict[str, set[Any]]:
    """The tables without the places their records were typed in."""
    return {
        table.name: {
            replace(each, place=None) if hasattr(each, "place") else each for each in getattr(records, table.name)
        }
        for table in fields(Records)
    }


def sheet(book: openpyxl.Workbook, title: str) -> Worksheet:
    found = book[title]
    assert isinstance(found, Worksheet)
    return found


def shown(text: Text) -> str:
    return f"〔{text}〕"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_template_is_read_without_a_word(language: str, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    people = replace(KNOWN, incidents=())
    write_template(contracts(), people, path, YEAR, language, shown)
    warnings: list[Diagnostic] = []
    records = read_workbook(path, contracts(), Records(), on_warning=warnings.append)
    assert bare(records) == bare(people)
    assert warnings == []


def test_the_sheets_of_a_template(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(contracts(), KNOWN, path, YEAR, "zh", shown)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "说明", "考核对象", "干部", "包村挂点", "目标任务",
        *(f"{kind}数据 健康服务责任状" for kind in ("年度", "半年度", "季度", "月度", "上年季度")), "月度数据 干部责任状",
        "事件", "状态", "以往否决", "往年结果", "选项",
    ]  # fmt: skip
    quarters = sheet(book, "季度数据 健康服务责任状")
    rows = list(quarters.iter_rows(values_only=True))
    assert rows[0] == ("对象代码", "对象名称", "期间", "新生儿访视率", None, "按季公示")
    assert rows[1] == (None, None, None, "已访视数", "应访视数", None)
    assert rows[2] == ("899901101201", "甲村", "2026Q1", None, None, None)
    assert len(rows) == 2 + 4 * 4
    assert quarters.freeze_panes == "D3"
    assert quarters.protection.sheet is False
    note = quarters["D2"].comment
    assert note is not None
    assert "已访视数" in note.text
    assert "〔source: 卫生院台账〕" in note.text
    rules = {str(rule.sqref): rule for rule in quarters.data_validations.dataValidation}
    assert (rules["D3:D18"].type, rules["D3:D18"].error) == ("whole", "〔a whole number, 0 or more〕")
    assert rules["F3:F18"].formula1 == "='选项'!$Q$2:$Q$3"
    asked = [row[:4] for row in sheet(book, "目标任务").iter_rows(min_row=2, values_only=True)]
    assert ("899901101201", "甲村", "体检人数", "目标值") in asked
    assert len(asked) == 2 * 4


def test_the_first_template_of_all_has_sheets_for_data_that_nobody_reports_yet(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(contracts(), Records(), path, YEAR)
    book = openpyxl.load_workbook(path)
    quarters = sheet(book, "季度数据 健康服务责任状")
    row: list[str | int] = ["899901101201", "甲村", "2026Q1", 95, 100, "是"]
    for column, content in enumerate(row, start=1):
        quarters.cell(3, column).value = content
    book.save(path)
    assert len(read_workbook(path, contracts(), KNOWN).observations) == 2


def test_what_the_office_fills_in_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(contracts(), KNOWN, path, YEAR)
    book = openpyxl.load_workbook(path)
    quarters, years = sheet(book, "季度数据 健康服务责任状"), sheet(book, "年度数据 健康服务责任状")
    quarters["D3"], quarters["E3"], quarters["F3"] = 95, 100, "是"
    headings = {cell.value: cell.column_letter for cell in years[1] if cell.value} | {
        cell.value: cell.column_letter for cell in years[2] if cell.value
    }
    years[f"{headings['到位经费（元）']}3"] = "1.5万元"
    years[f"{headings['场地达标']}3"] = "是"
    years[f"{headings['档案评分']}3"] = 8.5
    incidents = sheet(book, "事件")
    for column, content in enumerate(
        ["E9", None, "乙村", "违规收费", date(2026, 3, 5), "2026/4/1", "属实", "通报"], start=1
    ):
        incidents.cell(3, column).value = content
    book.save(path)
    records = read_workbook(path, contracts(), Records())
    seen = {(each.indicator, each.entry): (each.numerator, each.denominator) for each in records.observations}
    assert seen == {
        ("visits", ""): (95, 100), ("posted", ""): (1, 1), ("funds", ""): (15000, 1), ("room", "space"): (1, 1),
        ("files", ""): (17, 2),
    }  # fmt: skip
    assert records.incidents[1].happened_on == date(2026, 3, 5)


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    parties = (
        *KNOWN.parties,
        Party("SL99", "=cmd|'/c calc'!A1", "unit"),
        Party("SL98", "_x0041_站", "unit"),
        Party("SL97", "+1", "unit"),
    )
    path = tmp_path / "town.xlsx"
    write_workbook(Records(parties=parties), contracts(), path)
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets"))
    assert read_workbook(path, contracts(), Records()).parties == parties


def test_late_corrections_need_no_list_of_parties(tmp_path: Path) -> None:
    """A workbook with a few observations only: the parties are in the workspace."""
    quarter, year = (
        periods_of(YEAR, contracts()[0].indicators[0].every)[0],
        periods_of(YEAR, contracts()[0].indicators[3].every)[0],
    )
    few = Records(
        observations=(
            Observation("899901101201", "visits", quarter, 96, 100, counted=True),
            Observation("899901101202", "visits", quarter, 119, 125),
            Observation("899901101201", "room", year, 0, 1, "staff"),
            Observation("899901101201", "funds", year, 2401, 2),
        )
    )
    write_workbook(few, contracts(), tmp_path / "late.xlsx")
    assert bare(read_workbook(tmp_path / "late.xlsx", contracts(), KNOWN)) == bare(few)


# Random records that a workbook can say, and the way back.

NAMES = st.text(alphabet="甲乙丙丁戊己庚辛壬癸村社=+-@'\"<>&_x0041;、，\\", min_size=1, max_size=12).filter(
    lambda name: name == name.strip("'‘’`\\-—/") and not re.search(r"某|合|x00", name) and name not in ("缺", "空")
)
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
COUNTS = st.integers(0, 5000)


@st.composite
def observations(draw: st.DrawFn, subject: str, indicator: Indicator) -> Observation:
    period = draw(st.sampled_from([*periods_of(YEAR, indicator.every), *periods_of(YEAR - 1, indicator.every)]))
    match indicator.kind:
        case Kind.RATIO if draw(st.booleans()):
            under = draw(st.integers(0, 10**6))
            return Observation(subject, indicator.id, period, draw(st.integers(0, under)), under, counted=True)
        case Kind.RATIO:
            number = Fraction(draw(st.integers(0, 10**9)), 10**9)
        case Kind.COUNT:
            number = Fraction(draw(st.integers(0, 31)))
        case Kind.MONEY:
            number = Fraction(draw(st.integers(0, 10**15 - 1)), 100)
        case Kind.NUMBER | Kind.MARK:
            number = Fraction(draw(st.integers(0, 100)), 10)
        case Kind.CHECKLIST:
            entry = draw(st.sampled_from(indicator.entries)).id
            return Observation(subject, indicator.id, period, draw(st.integers(0, 1)), 1, entry)
        case Kind.YES_NO:
            number = Fraction(draw(st.integers(0, 1)))
    return Observation(subject, indicator.id, period, number.numerator, number.denominator)


@cache
def reported() -> tuple[tuple[str, Indicator], ...]:
    village, cadre = contracts()
    places = [party.code for party in KNOWN.parties if party.kind in village.assesses]
    asked = [(code, each) for code in places for each in village.indicators if each.derived is None]
    return (*asked, *(("G01", each) for each in cadre.indicators))


@st.composite
def town_records(draw: st.DrawFn) -> Records:
    """Everything about the known town that may change in a year; names are free, codes and references hold."""
    parties = tuple(
        replace(party, name=f"{draw(NAMES)}{number}", group=draw(st.just("") | NAMES))
        for number, party in enumerate(KNOWN.parties)
    )
    places = st.sampled_from([party.code for party in parties if party.kind != "town"])
    cadres = tuple(Cadre(f"G{number:02}", draw(NAMES)) for number in range(1, 5))
    seen = draw(st.lists(st.sampled_from(reported()).flatmap(lambda asked: observations(*asked)), max_size=12))
    agreed = [(code, each) for code, each in reported() if each.kind in (Kind.COUNT, Kind.MONEY) and not each.statistic]
    targets = draw(
        st.lists(
            st.builds(_target, st.sampled_from(agreed), st.sampled_from(["target", "baseline"]), COUNTS), max_size=6
        )
    )
    state_of = st.builds(lambda place, first: StateRecord(place, "后进", first, None), places, DAYS)
    return Records(
        parties,
        cadres,
        (Tenure("G01", "secretary", TOWN, date(2026, 1, 1)), Tenure("G02", "resident", draw(places), draw(DAYS), None)),
        tuple(_once(draw(st.lists(_assignments(places), max_size=4)), lambda each: (each.cadre, each.party, each.role))),
        tuple(_once(targets, lambda each: (each.subject, each.indicator, each.parameter))),
        tuple(_once(seen, lambda each: each.key)),
        tuple(_once(draw(st.lists(_incidents(places), max_size=4)), lambda each: each.id)),
        tuple(_once(draw(st.lists(state_of, max_size=3)), lambda each: (each.subject, each.start))),
        draw(st.lists(st.builds(PriorVeto, places, st.just("health/village"), st.just("coercion"), st.just(date(2025, 5, 1)),
                                st.just(2026)), max_size=1).map(tuple)),
        tuple(_once(draw(st.lists(_past_results(places), max_size=3)), lambda each: (each.subject, each.year))),
    )  # fmt: skip


def _target(asked: tuple[str, Indicator], parameter: str, number: int) -> Target:
    code, indicator = asked
    return Target(code, indicator.id, parameter, Fraction(number % 300))


def _past_results(places: st.SearchStrategy[str]) -> st.SearchStrategy[PastResult]:
    score = st.none() | st.fractions(-1000, 1000, max_denominator=1000)
    return st.builds(
        PastResult, places, st.just("health/village"), st.integers(2000, 2025), score, st.none() | st.integers(1, 99),
        st.sampled_from(["", "优秀", "一等"]), st.booleans(),
    )  # fmt: skip


@st.composite
def _assignments(draw: st.DrawFn, places: st.SearchStrategy[str]) -> Assignment:
    first = draw(DAYS)
    until = draw(st.none() | st.dates(first, date(2027, 12, 31)))
    share = draw(st.fractions(Fraction(1, 100), 1, max_denominator=1000))
    return Assignment(
        draw(st.sampled_from(["G01", "G02"])),
        draw(places),
        draw(st.sampled_from(["包村", "分管"])),
        first,
        until,
        share,
    )


@st.composite
def _incidents(draw: st.DrawFn, places: st.SearchStrategy[str]) -> Incident:
    happened, kind = draw(DAYS), draw(st.sampled_from(["coercion", "fees"]))
    found = draw(st.dates(happened, date(2026, 12, 31)))
    severity = draw(st.sampled_from(["", "一般", "严重"])) if kind == "coercion" else ""
    number = draw(st.integers(10, 99))
    return Incident(
        f"E{number}",
        draw(places),
        kind,
        happened,
        found,
        draw(st.sampled_from(IncidentState)),
        draw(NAMES),
        severity,
        draw(NAMES),
    )


def _once(items: Any, key: Any) -> list[Any]:
    return list({key(each): each for each in items}.values())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=town_records(), language=st.sampled_from(["zh", "en"]))
def test_random_records_come_back_from_a_workbook(
    records: Records, language: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "town.xlsx"
    write_workbook(records, contracts(), path, YEAR, language)
    assert bare(read_workbook(path, contracts(), Records())) == bare(records)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=town_records(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_random_records_come_back_from_csv_files(
    records: Records, encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    files = {}
    for key, lines in as_csv(records).items():
        files[key] = folder / f"{key}.csv"
        text = "".join(",".join('"' + field.replace('"', '""') + '"' for field in line) + "\r\n" for line in lines)
        files[key].write_bytes(text.encode(encoding))
    assert bare(read_csv_tables(files, contracts(), Records())) == bare(records)


def as_csv(records: Records) -> dict[str, list[list[str]]]:
    """The tables by their English headings, as plain text."""
    named = {"subject": "party"}
    tables = {}
    for table in fields(Records):
        listed = getattr(records, table.name)
        if table.name == "observations":
            tables["data"] = [
                ["party", "indicator", "period", "value", "numerator", "denominator", "entry"],
                *map(_observed, listed),
            ]
        elif listed:
            names = [each.name for each in fields(listed[0]) if each.name != "place"]
            rows = [
                ["" if getattr(each, name) is None else str(getattr(each, name)) for name in names] for each in listed
            ]
            tables[table.name] = [[named.get(name, name) for name in names], *rows]
    return tables


def _observed(each: Observation) -> list[str]:
    value = "" if each.counted or not each.denominator else str(Fraction(each.numerator, each.denominator))
    if "/" in value:
        whole, rest = divmod(Fraction(each.numerator, each.denominator) * 10**9, 10**9)
        value = f"{whole}.{int(rest):09}"
    counts = [str(each.numerator), str(each.denominator)] if not value else ["", ""]
    return [each.subject, each.indicator, str(each.period), value, *counts, each.entry]


# The marked copy.


def bad_workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    parties = book.active
    assert isinstance(parties, Worksheet)
    parties.title = "考核对象"
    for row in (
        ["代码", "名称", "类别"],
        ["899901101204", "丁村", "=1+1"],
        ["12", "戊村", "村"],
        ["SL08", "公式站", "错"],
    ):
        parties.append(row)
    parties["B3"].font = Font(bold=True, color="00FF00")
    parties["A3"].number_format = "000"
    book.save(path)
    return path


def test_a_marked_copy(tmp_path: Path) -> None:
    path, out = bad_workbook(tmp_path / "town.xlsx"), tmp_path / "marked.xlsx"
    before = path.read_bytes()
    with pytest.raises(Refused) as caught:
        read_workbook(path, contracts(), KNOWN)
    faults = caught.value.diagnostics
    mark_faults(path, faults, out, {fault.span: f"={fault.code} 有误" for fault in faults})
    assert path.read_bytes() == before
    marked = openpyxl.load_workbook(out)
    assert marked.sheetnames == ["错误清单", "考核对象"]
    copy, listed = sheet(marked, "考核对象"), sheet(marked, "错误清单")
    assert {cell.coordinate for row in copy for cell in row if cell.fill.fgColor.rgb == "00FF9999"} == {
        "A3",
        "C2",
        "C4",
    }
    comment = copy["A3"].comment
    assert comment is not None
    assert comment.text == "=DX570 有误"
    assert (copy["B3"].font.bold, copy["A3"].number_format, copy["C2"].value) == (True, "000", "=1+1")
    rows = list(listed.iter_rows(min_row=2, values_only=True))
    assert rows == [
        (code, "考核对象", cell, f"'={code} 有误") for code, cell in (("DX522", "C2"), ("DX570", "A3"), ("DX527", "C4"))
    ]
    link = listed["C2"].hyperlink
    assert link is not None
    assert link.location == "'考核对象'!C2"


def test_the_marked_copy_has_the_same_faults_and_can_be_marked_again(tmp_path: Path) -> None:
    path, out = bad_workbook(tmp_path / "town.xlsx"), tmp_path / "marked.xlsx"
    codes = []
    for source, target in ((path, out), (out, tmp_path / "again.xlsx")):
        with pytest.raises(Refused) as caught:
            read_workbook(source, contracts(), KNOWN)
        codes.append([fault.code for fault in caught.value.diagnostics])
        mark_faults(source, caught.value.diagnostics, target, {})
    assert codes[0] == codes[1]
    assert openpyxl.load_workbook(tmp_path / "again.xlsx").sheetnames == ["错误清单", "考核对象"]


def test_a_merged_cell_is_marked_where_it_shows_and_a_sheet_only_in_the_list(tmp_path: Path) -> None:
    book, path = openpyxl.Workbook(), tmp_path / "town.xlsx"
    only = book.active
    assert isinstance(only, Worksheet)
    only.title = "表"
    only.append(["甲", "乙"])
    only.merge_cells("A1:B2")
    book.save(path)
    spans = [
        Span(str(path), sheet="表", cell="B2"),
        Span(str(path), sheet="表"),
        Span(str(path)),
        Span("another.xlsx", sheet="表", cell="A1"),
    ]
    faults = [Diagnostic("DX519", span, say("found"), say("expected")) for span in spans]
    mark_faults(path, faults, tmp_path / "marked.xlsx", {})
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert sheet(marked, "表")["A1"].comment is not None
    assert sheet(marked, "错误清单").max_row == 4


def test_the_original_is_never_overwritten(tmp_path: Path) -> None:
    path = bad_workbook(tmp_path / "town.xlsx")
    with pytest.raises(Refused) as caught:
        mark_faults(path, (), tmp_path / "." / "town.xlsx", {})
    assert [fault.code for fault in caught.value.diagnostics] == ["DX503"]


def test_no_heading_means_two_things() -> None:
    for layout in LAYOUTS:
        spellings = [
            (spelling.casefold(), column.field) for column in layout.columns for spelling in set(column.spellings)
        ]
        clashes = {
            spelling
            for spelling, field in spellings
            for other, another in spellings
            if spelling == other and field != another
        }
        assert clashes == set(), layout.key
        assert layout.wide or layout_titled(layout.zh) is layout_titled(layout.en) is layout
