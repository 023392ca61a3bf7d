"""A contract on paper: what an office types into a workbook is a contract, what is a contract fits into a workbook, and what
is wrong is named by its cell."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from golden import golden_pages, read_page
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from strategies import as_yaml, cadre_contracts, contracts

from cli.main import main
from rules.amend import content_hash
from rules.codes import Severity
from rules.contract import Contract
from rules.diagnostic import Refused
from rules.load import Loaded, load_contract, parse_contract
from rules.source import parse_source
from targets.intake.xlsx import read_grids
from targets.paper import load_paper, write_page, write_paper
from targets.paper.layout import sheets
from targets.paper.words import METHODS

ROOT = Path(__file__).parent.parent
SHIPPED = sorted((ROOT / "rules" / "library").rglob("*.yaml"))
Rows = Sequence[Sequence[object]]
Change = Callable[[openpyxl.Workbook], None]

# What somebody in an office types: no braces where a column will do, Chinese words throughout.
TYPED: dict[str, list[list[object]]] = {
    "责任状": [
        ["项", "值"],
        ["标识", "water/village"],
        ["标题", "饮水安全责任状"],
        ["版本", 1],
        ["年度", 2026],
        ["考核对象类型", "村、社区"],
        ["总分上限", "不限"],
    ],
    "指标": [
        ["标识", "名称", "类型", "单位", "上报周期", "分子", "分母", "条目标识", "条目名称"],
        ["meetings", "例会次数", "计数", "次", "季"],
        ["visits", "巡访率", "比率", None, None, "已巡访户", "应巡访户"],
        ["papers", "台账", "清单", None, None, None, None, "plan", "计划"],
        [None, None, None, None, None, None, None, "summary", "总结"],
    ],
    "考核项目": [
        ["部分标识", "部分名称", "层次", "项目标识", "项目名称", "指标", "分值", "方法", "目标", "缺报", "期间", "参数"],
        ["work", "工作", None, "meetings", "例会", "meetings", 30, "按档增减", 12, "记零分", "合计",
         "{per: 1, deduct: 2, step: completed}"],
        [None, None, None, "visits", "巡访", "visits", "60", "取最好"],
        [None, None, 1, None, "达标", None, None, "达标得分", "95%"],
        [None, None, 1, None, "进度", None, None, "按完成率", "95%"],
        ["files", "台账", None, "papers", "台账", "papers", 10, "清单", None, None, None,
         "entries: {plan: 4, summary: 6}"],
    ],
    "事件": [["标识", "名称", "严重程度"], ["fraud", "弄虚作假", "一般、严重"]],
    "否决": [
        ["标识", "名称", "条件", "后果"],
        ["fraud", "弄虚作假一票否决", "{incident: fraud}", "{cap_grade: fail}"],
    ],
    "等次": [["标识", "名称", "条件"], ["good", "达标", "{score: {at_least: 90}}"], ["fail", "不达标"]],
}  # fmt: skip
MEANT = """\
contract: water/village
title: 饮水安全责任状
version: 1
year: 2026
assesses: [village, community]
total: {cap: none}
indicators:
- {id: meetings, name: 例会次数, kind: count, unit: 次, every: quarter}
- {id: visits, name: 巡访率, kind: ratio, numerator: 已巡访户, denominator: 应巡访户}
- {id: papers, name: 台账, kind: checklist, entries: [{id: plan, name: 计划}, {id: summary, name: 总结}]}
sections:
- id: work
  name: 工作
  items:
  - {id: meetings, name: 例会, indicator: meetings, points: 30, missing: zero, period: sum,
     scoring: {method: steps, target: 12, per: 1, deduct: 2, step: completed}}
  - id: visits
    name: 巡访
    indicator: visits
    points: 60
    scoring:
      method: best_of
      parts:
      - {name: 达标, scoring: {method: all_or_nothing, target: 95%}}
      - {name: 进度, scoring: {method: proportional, target: 95%}}
- id: files
  name: 台账
  items:
  - {id: papers, name: 台账, indicator: papers, points: 10,
     scoring: {method: checklist, entries: {plan: 4, summary: 6}}}
incidents:
- {id: fraud, name: 弄虚作假, severities: [一般, 严重]}
vetoes:
- {id: fraud, name: 弄虚作假一票否决, when: {incident: fraud}, effects: {cap_grade: fail}}
grades:
- {id: good, name: 达标, when: {score: {at_least: 90}}}
- {id: fail, name: 不达标}
"""


def typed(path: Path, sheets_typed: Mapping[str, Rows]) -> Path:
    """A workbook as somebody types it, with a spreadsheet's own numbers and dates."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets_typed.items():
        sheet: Worksheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def changed(sheet: str, cell: str, value: object, number_format: str = "General") -> Change:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value
        book[sheet][cell].number_format = number_format

    return change


def changed_row(sheet: str, row: int, values: Sequence[object]) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        for column, value in enumerate(values, start=1):
            book[sheet].cell(row, column).value = value

    return change


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


# --- typed by hand ---


def test_what_an_office_types_is_a_contract(tmp_path: Path) -> None:
    loaded = load_paper(typed(tmp_path / "water.xlsx", TYPED))
    assert loaded.contract == parse_contract("water.yaml", MEANT).contract


def test_the_command_turns_it_into_yaml_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, page, again = typed(tmp_path / "water.xlsx", TYPED), tmp_path / "water.yaml", tmp_path / "again.xlsx"
    assert run(capsys, "convert", book, "--out", page, "--lang", "en")[0] == 0
    assert page.read_text("utf-8").startswith(
        "contract: water/village\ntitle: 饮水安全责任状\nversion: 1\nyear: 2026\n"
    )
    code, out, _ = run(capsys, "convert", page, "--out", again, "--json")
    meant = parse_contract("water.yaml", MEANT).contract
    assert (code, json.loads(out)["hash"]) == (0, content_hash(meant))
    assert load_paper(again).contract == load_contract(page).contract == meant
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.xlsx", "water.xlsx", "water.yaml"]


def test_outer_cells_may_be_said_again_or_merged(tmp_path: Path) -> None:
    """A list that is to be sorted names the section in every row; one that is to be printed merges it."""
    rows = [list(row) for row in TYPED["考核项目"]]
    for row in rows[2:5]:
        row[:2] = ["work", "工作"]
    meant = parse_contract("water.yaml", MEANT).contract
    assert load_paper(typed(tmp_path / "again.xlsx", TYPED | {"考核项目": rows})).contract == meant
    path = typed(tmp_path / "merged.xlsx", TYPED)
    book = openpyxl.load_workbook(path)
    for column in "AB":
        book["考核项目"].merge_cells(f"{column}2:{column}5")
    book.save(path)
    assert load_paper(path).contract == meant


def test_a_title_above_row_numbers_and_empty_rows_do_no_harm(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["2026年度等次"],
        [],
        ["序号", *TYPED["等次"][0]],
        [1, *TYPED["等次"][1]],
        [],
        [2, *TYPED["等次"][2]],
    ]
    path = typed(tmp_path / "water.xlsx", {"说明": [["请勿改动表头"]]} | TYPED | {"等次": rows})
    assert load_paper(path).contract == parse_contract("water.yaml", MEANT).contract


def test_numbers_dates_and_percentages_are_those_that_people_see(tmp_path: Path) -> None:
    more: Rows = [*TYPED["责任状"], ["生效日期", date(2026, 2, 1)], ["失效日期", "2026年11月30日"], ["全年权重", 0.8]]
    path = typed(tmp_path / "water.xlsx", TYPED | {"责任状": more})
    book = openpyxl.load_workbook(path)
    book["责任状"]["B10"].number_format = "0%"
    book.save(path)
    contract = load_paper(path).contract
    assert (contract.first_day, contract.last_day) == (date(2026, 2, 1), date(2026, 11, 30))
    assert str(contract.annual_weight) == "4/5"


def test_a_sheet_that_is_none_of_the_tables_and_a_hidden_one_are_told_of(tmp_path: Path) -> None:
    path = typed(tmp_path / "water.xlsx", TYPED | {"草稿": [["想一想"]], "押金": [["标识"], ["deposit"]]})
    book = openpyxl.load_workbook(path)
    book["押金"].sheet_state = "hidden"
    book.save(path)
    warnings = load_paper(path).warnings
    assert [(one.code, one.span.sheet) for one in warnings if one.code.startswith("DX5")] == [
        ("DX510", "草稿"),
        ("DX511", "押金"),
    ]


# --- there and back ---


def there_and_back(loaded: Loaded, folder: Path, language: str = "zh") -> Path:
    """From YAML to a workbook to YAML: the same contract each time. The page that was written last."""
    book, page = folder / "first.xlsx", folder / "page.yaml"
    write_paper(loaded, book, language)
    back = load_paper(book)
    assert back.contract == loaded.contract
    assert content_hash(back.contract) == content_hash(loaded.contract)
    write_page(back, page)
    return page


def and_there_again(page: Path, language: str = "zh") -> None:
    """The page makes a workbook with the same cells as the workbook it was made from."""
    write_paper(load_contract(page), page.with_name("second.xlsx"), language)
    assert list(cells(page.with_name("first.xlsx"))) == list(cells(page.with_name("second.xlsx")))


def cells(path: Path) -> Iterator[tuple[object, ...]]:
    for grid in read_grids(path):
        for row in grid.rows:
            yield from ((grid.sheet, row.number, *cell) for cell in row.cells.items())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_contracts_there_and_back(path: Path, language: str, tmp_path: Path) -> None:
    and_there_again(there_and_back(load_contract(path), tmp_path, language), language)


def written_on_pages() -> dict[str, Contract]:
    """Every contract of the golden pages that may be signed, by its hash."""
    found = {}
    for page in golden_pages():
        for case in read_page(page):
            found |= {content_hash(contract): contract for contract in case.contracts}
    return found


def test_contracts_of_the_golden_pages_there_and_back(tmp_path: Path) -> None:
    count = 0
    for contract in written_on_pages().values():
        try:
            loaded = parse_contract("page.yaml", as_yaml(contract))
        except Refused:  # a page about what is refused
            continue
        there_and_back(loaded, tmp_path)
        count += 1
    assert count > 100


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_contract_there_and_back(tmp_path: Path, data: st.DataObject) -> None:
    contract = data.draw(contracts())
    if data.draw(st.booleans()):
        contract = data.draw(cadre_contracts(contract))
    try:
        loaded = parse_contract("drawn.yaml", as_yaml(contract))
    except Refused:  # drawn by the models alone: the checks may know better
        reject()
    there_and_back(loaded, tmp_path, data.draw(st.sampled_from(["zh", "en"])))


HARD = ["=1+1", "@name", " two  spaces ", "two\nlines\n", "'quoted'", '"', "[a]", "{b: c}", "null", "~", "-", "—", "3/5",
        "0012", "1e5", "TRUE", "#REF!", "_x000D_", "a: b", "# no comment", "计数", "不限", "💧", "100%"]  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_names_that_a_spreadsheet_or_yaml_would_like_to_make_something_of(name: str, tmp_path: Path) -> None:
    tree = parse_contract("water.yaml", MEANT).contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    tree |= {"title": name, "note": name}
    tree["grades"][0]["name"] = tree["incidents"][0]["name"] = tree["indicators"][2]["entries"][0]["name"] = name
    and_there_again(there_and_back(parse_contract("hard.yaml", json.dumps(tree, ensure_ascii=False)), tmp_path))
    book = openpyxl.load_workbook(tmp_path / "first.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert "f" not in kinds


def test_every_key_of_the_language_has_its_place() -> None:
    """Whatever is added to the models has a column or a row, and no heading of a sheet means two things."""
    for sheet in sheets():
        for language in ("zh", "en"):
            headings = [column.title.called(language) for column in sheet.columns]
            assert len(set(headings)) == len(headings), sheet.title.zh
        assert [column.key for column in sheet.columns if sheet.column(column.title.zh) != column] == []
        assert [column.key for column in sheet.columns if sheet.column(column.title.en) != column] == []


# --- what is wrong, by cell ---

FAULTS: list[tuple[str, Change, list[tuple[str, str, str]]]] = [
    ("an unknown method", changed("考核项目", "H2", "按心情"), [("DX104", "考核项目", "H2")]),
    ("an unknown kind", changed("指标", "C2", "次数"), [("DX103", "指标", "C2")]),
    ("a number that is none", changed("考核项目", "G2", "三十"), [("DX106", "考核项目", "G2")]),
    ("an id that is none", changed("事件", "A2", "弄虚 作假"), [("DX107", "事件", "A2")]),
    ("an indicator of no such id", changed("考核项目", "F2", "meeting"), [("DX201", "考核项目", "F2")]),
    ("a grade of no such id", changed("否决", "D2", "{cap_grade: bad}"), [("DX201", "否决", "D2")]),
    ("an id given twice", changed("指标", "A3", "meetings"), [("DX202", "指标", "A3"), ("DX201", "考核项目", "F3")]),
    ("braces that do not close", changed("否决", "C2", "{incident: fraud"), [("DX004", "否决", "C2")]),
    ("an unknown key in a cell", changed("等次", "C2", "{score: {atleast: 90}}"), [("DX101", "等次", "C2")]),
    ("a key in two cells", changed("考核项目", "L2", "{target: 10, per: 1, deduct: 2, step: completed}"),
     [("DX005", "考核项目", "L2")]),
    ("parameters that are no mapping", changed("考核项目", "L6", "{a}, b"), [("DX004", "考核项目", "L6")]),
    ("parameters that are a word", changed("考核项目", "L6", "都算"), [("DX111", "考核项目", "L6")]),
    ("a missing year", changed("责任状", "B5", None), [("DX102", "责任状", "B5")]),
    ("a missing name", changed("等次", "B2", None), [("DX102", "等次", "B2")]),
    ("a missing method", changed("考核项目", "H5", None), [("DX102", "考核项目", "H5")]),
    ("a missing parameter", changed("考核项目", "I4", None), [("DX102", "考核项目", "I4")]),
    ("an item of no section", changed_row("考核项目", 2, [None, None]),
     [("DX102", "考核项目", "A2"), ("DX102", "考核项目", "B2")]),
    ("braces of a Chinese keyboard", changed("等次", "C2", "｛score：｛at_least：90｝｝"), [("DX105", "等次", "C2")]),
    ("a wrong version", changed("责任状", "B4", "第一版"), [("DX106", "责任状", "B4")]),
    ("a row of no such name", changed("责任状", "A3", "题目"), [("DX102", "责任状", ""), ("DX514", "责任状", "A3")]),
    ("a column of no such name", changed("等次", "D1", "打算"), [("DX514", "等次", "D1")]),
    ("something below no heading", changed("等次", "F2", "?"), [("DX514", "等次", "F2")]),
    ("a heading given twice", changed("事件", "D1", "标识"), [("DX515", "事件", "D1")]),
    ("no headings", changed_row("等次", 1, ["甲", "乙", "丙"]), [("DX512", "等次", "")]),
    ("a part of nothing", changed("考核项目", "C4", 3),
     [("DX100", "考核项目", "C4"), ("DX109", "考核项目", "C5")]),
    ("a formula nobody computed", changed("考核项目", "G2", "=10+20"), [("DX522", "考核项目", "G2")]),
    ("a date for a fraction", changed("考核项目", "I2", date(2026, 1, 2), "yyyy-mm-dd"), [("DX528", "考核项目", "I2")]),
    ("a number that is not what it shows", changed("责任状", "B7", 0.987, "0%"), [("DX524", "责任状", "B7")]),
    ("people's bodies", changed("指标", "B2", "结扎例数"),
     [("DX401", "指标", "B2"), ("DX404", "考核项目", "F2")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_a_fault_is_named_by_its_cell(change: Change, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    path = typed(tmp_path / "water.xlsx", TYPED)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    with pytest.raises(Refused) as caught:
        load_paper(path)
    errors = [fault for fault in caught.value.diagnostics if fault.severity is Severity.ERROR]
    assert [(fault.code, fault.span.sheet, fault.span.cell) for fault in errors] == expected


def test_what_is_expected_is_said_in_the_words_of_the_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [list(row) for row in TYPED["指标"]]
    rows[1][2] = "次数"
    grades: Rows = [*TYPED["等次"][:1], ["good", "达标", "｛score：｛at_least：90｝｝"], [None, "不达标"]]
    path, out = typed(tmp_path / "water.xlsx", TYPED | {"指标": rows, "等次": grades}), tmp_path / "water.yaml"
    code, said, told = run(capsys, "convert", path, "--out", out, "--lang", "zh")
    assert (code, said, out.exists()) == (2, "", False)
    assert f"DX103 {path} [指标] C2" in told
    assert "计数 (count), 比率 (ratio)" in told or "计数 (count)、比率 (ratio)" in told
    assert "半角" in told
    assert f"DX102 {path} [等次] A3" in told
    assert "填写“标识”一栏" in told
    code, said, _ = run(capsys, "convert", path, "--out", out, "--json")
    assert (code, [one["cell"] for one in json.loads(said)["diagnostics"]]) == (2, ["C2", "C2", "A3"])


# --- what is refused as a whole ---


@pytest.mark.parametrize(
    ("source", "out", "code"),
    [
        ("water.yaml", "other.yaml", "DX711"),
        ("water.xlsx", "other.xlsx", "DX711"),
        ("water.txt", "other.xlsx", "DX711"),
        ("water.yaml", "there.xlsx", "DX711"),
        ("nowhere.yaml", "other.xlsx", "DX001"),
        ("nowhere.xlsx", "other.yaml", "DX001"),
        ("text.xlsx", "other.yaml", "DX500"),
        ("scores.xlsx", "other.yaml", "DX517"),
        ("water.yaml", "no folder/other.xlsx", "DX713"),
        ("water.xlsx", "no folder/other.yaml", "DX713"),
    ],
)
def test_what_cannot_be_converted_leaves_nothing_behind(
    source: str, out: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "water.yaml").write_text(MEANT, encoding="utf-8")
    (tmp_path / "text.xlsx").write_text(MEANT, encoding="utf-8")
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    typed(tmp_path / "water.xlsx", TYPED)
    typed(tmp_path / "scores.xlsx", {"成绩": [["村", "分数"], ["甲村", 90]]})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    status, said, told = run(capsys, "convert", tmp_path / source, "--out", tmp_path / out, "--lang", "en")
    assert (status, said, "Traceback" in told) == (2, "", False)
    assert code in told
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_no_cell_can_hold_is_refused_where_it_stands(tmp_path: Path) -> None:
    """A cell holds 32,767 characters, and XML has no way to write some that YAML can."""
    terms = ", ".join(f"{{grade: [{'x' * 60}{number:03}]}}" for number in range(50))
    nested = f"{{any: [{', '.join(f'{{all: [{terms}]}}' for _ in range(10))}]}}"
    award = f"awards:\n- {{id: all, name: all, fixed: 1, when: {nested}}}\n"
    strange = MEANT.replace("title: 饮水安全责任状", 'title: "饮水\\uFFFE"')
    for text, code, place in ((strange, "DX004", 2), (MEANT + award, "DX003", MEANT.count("\n") + 2)):
        tree = parse_source("hard.yaml", text)
        with pytest.raises(Refused) as caught:
            write_paper(
                Loaded(Contract.model_validate(tree.plain, by_alias=True, by_name=False), tree), tmp_path / "x.xlsx"
            )
        assert [(fault.code, fault.span.line) for fault in caught.value.diagnostics] == [(code, place)]
        assert list(tmp_path.iterdir()) == []


def test_more_faults_than_anybody_reads_are_cut_short(tmp_path: Path) -> None:
    rows = [["标识", "名称"], *(["x", "y", *(["?"] * 100)] for _ in range(100))]
    with pytest.raises(Refused) as caught:
        load_paper(typed(tmp_path / "water.xlsx", TYPED | {"事件": rows}))
    assert len(caught.value.diagnostics) == 5_000


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed here")
def test_a_workbook_that_libreoffice_opened_and_saved(tmp_path: Path) -> None:
    loaded = load_contract(ROOT / "rules" / "library" / "family_health" / "village.yaml")
    write_paper(loaded, tmp_path / "village.xlsx")
    command = ["soffice", "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(tmp_path / "village.xlsx")], check=True, capture_output=True, timeout=120)
    assert load_paper(tmp_path / "saved" / "village.xlsx").contract == loaded.contract


def test_the_page_names_every_sheet_and_method() -> None:
    page = (ROOT / "docs" / "convert.md").read_text("utf-8")
    methods = [f"| {word.zh} | {word.en} | `{word.id}` |" for word in METHODS.words]
    titles = [part for one in sheets() for part in (one.title.zh, one.title.en)]
    assert [name for name in (*titles, *methods) if name not in page] == []
