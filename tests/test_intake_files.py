"""Whatever the bytes: the records, or Refused with a code that says what kind of file it is. Never anything else."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from bad_tables.rawbook import RawBook, RawSheet
from bad_tables.town import KNOWN, contracts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.diagnostic import Diagnostic, Refused, Span
from targets.intake import read_csv_tables, read_workbook
from targets.intake import sheet_xml as limits
from targets.marking import mark_faults
from targets.tables import CSV_KEYS

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARTIES = [["代码", "名称", "类别"], ["899901101204", "丁村", "村"]]
DATA = [["村名", "指标", "期间", "数值"], ["甲村", "体检人数", "2026-03", "{9}"], ["乙村", "funds", "2026", "1.5万元"]]
WIDE = [
    ["代码", "期间", "新生儿访视率", "", "按季公示"],
    ["", "", "分子", "分母", ""],
    ["899901101201", "2026Q1", "{9}", "{10}", "√"],
]
GOOD = RawBook([RawSheet("考核对象", PARTIES), RawSheet("实绩", DATA), RawSheet("季报", WIDE, merges=("C1:D1",))])
SHEET = "xl/worksheets/sheet1.xml"
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>'
)


def refused(path: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(Refused) as caught:
        read_workbook(path, contracts(), KNOWN)
    return caught.value.diagnostics


def archive(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


BYTES = {
    "nothing": b"",
    "an old workbook": OLE + bytes(600),
    "a workbook with a password": OLE + bytes(100) + "EncryptedPackage".encode("utf-16-le") + bytes(100),
    "a web page": b"<html><table><tr><td>1</td></tr></table></html>",
    "an XML spreadsheet": b'<?xml version="1.0"?><Workbook/>',
    "a PDF": b"%PDF-1.7\n",
    "a CSV file with another name": "代码,名称\n1,2\n".encode(),
    "some other bytes": bytes(range(256)),
    "a zip that breaks off": b"PK\x03\x04" + bytes(40),
}


@pytest.mark.parametrize("content", BYTES.values(), ids=BYTES)
def test_what_is_no_workbook(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "town.xlsx"
    path.write_bytes(content)
    (fault,) = refused(path)
    assert (fault.code, fault.span) == ("DX500", Span(str(path)))
    assert fault.hint is not None


PARTS = {
    "OpenDocument": {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""},
    "binary workbook": {"[Content_Types].xml": b"", "xl/workbook.bin": b""},
    "Word": {"[Content_Types].xml": b"", "word/document.xml": b""},
    "any archive": {"readme.txt": b"hello"},
    "no workbook part": {"[Content_Types].xml": b"<Types/>"},
    "an empty workbook part": {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b""},
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_archives_that_are_no_workbook(parts: Mapping[str, bytes], tmp_path: Path) -> None:
    assert [fault.code for fault in refused(archive(tmp_path / "town.xlsx", parts))] == ["DX500"]


WORKSHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
DAMAGED = {
    "not XML": "<worksheet><sheetData>",
    "an entity bomb": BOMB,
    "a shared text that is not there": WORKSHEET.format('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
    "a shared text below zero": WORKSHEET.format('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'),
    "a cell nowhere": WORKSHEET.format('<row r="1"><c r="1A"><v>1</v></c></row>'),
    "a row nowhere": WORKSHEET.format('<row r="0"><c r="A1"><v>1</v></c></row>'),
    "a row that is no number": WORKSHEET.format('<row r="x"><c r="A1"><v>1</v></c></row>'),
    "a row twice": WORKSHEET.format('<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>1</v></c></row>'),
    "a cell of no type": WORKSHEET.format('<row r="1"><c r="A1" t="z"><v>1</v></c></row>'),
    "a style that is no number": WORKSHEET.format('<row r="1"><c r="A1" s="z"><v>1</v></c></row>'),
    "a merge nowhere": WORKSHEET.format("") .replace("</worksheet>", '<mergeCells><mergeCell ref="A:Q"/></mergeCells></worksheet>'),
}  # fmt: skip


@pytest.mark.parametrize("xml", DAMAGED.values(), ids=DAMAGED)
def test_damaged_parts(xml: str, tmp_path: Path) -> None:
    path = RawBook([RawSheet("考核对象", PARTIES)], extra={SHEET: xml}).write(tmp_path / "town.xlsx")
    assert [fault.code for fault in refused(path)] == ["DX500"]


def test_a_part_with_a_password(tmp_path: Path) -> None:
    path = GOOD.write(tmp_path / "town.xlsx")
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    while at >= 0:  # the flag of encryption, in every entry of the directory
        raw[at + 8] |= 1
        at = raw.find(b"PK\x01\x02", at + 1)
    path.write_bytes(raw)
    assert [fault.code for fault in refused(path)] == ["DX500"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert [fault.code for fault in refused(tmp_path / "nowhere.xlsx")] == ["DX001"]
    assert [fault.code for fault in refused(tmp_path)] == ["DX001"]


def test_files_beyond_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "large.xlsx").open("wb") as file:
        file.truncate(20_000_001)
    bomb = RawBook([RawSheet("考核对象", PARTIES)], extra={"xl/media/bomb.bin": bytes(60_000_000)}).write(
        tmp_path / "bomb.xlsx"
    )
    sheets = RawBook([RawSheet(f"表{number}", PARTIES) for number in range(101)]).write(tmp_path / "sheets.xlsx")
    wide = WORKSHEET.format('<row r="1"><c r="XFD1"><v>1</v></c></row>')
    columns = RawBook([RawSheet("考核对象", PARTIES)], extra={SHEET: wide}).write(tmp_path / "columns.xlsx")
    monkeypatch.setattr(limits, "ROWS_MAX", 50)
    long = RawBook([RawSheet("考核对象", [["x"]] * 51)]).write(tmp_path / "rows.xlsx")
    for path in (tmp_path / "large.xlsx", bomb, sheets, columns, long):
        assert [fault.code for fault in refused(path)] == ["DX003"], path.name


def test_a_hundred_thousand_formatted_empty_rows_are_nothing(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="0"/><c r="B{n}" s="0"/></row>' for n in range(3, 100_003))
    cell = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    first = "".join(
        f'<row r="{n}">{"".join(cell.format(f"{c}{n}", text) for c, text in zip("ABC", row, strict=True))}</row>'
        for n, row in enumerate(PARTIES, start=1)
    )
    xml = WORKSHEET.format(first + rows)
    path = RawBook([RawSheet("考核对象", PARTIES)], extra={SHEET: xml}).write(tmp_path / "town.xlsx")
    assert [party.name for party in read_workbook(path, contracts(), KNOWN).parties] == ["丁村"]


def test_odd_but_honest_workbooks(tmp_path: Path) -> None:
    """A prefix on every element, absolute targets, backslashes in the archive, shared texts with reading aids."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = "".join(
        f"<x:si><x:r><x:t>{text[:1]}</x:t></x:r><x:r><x:t>{text[1:]}</x:t></x:r><x:rPh sb='0' eb='1'><x:t>pin</x:t></x:rPh></x:si>"
        for row in PARTIES
        for text in row
    )
    cells = "".join(
        "<x:row>" + "".join(f'<x:c t="s"><x:v>{3 * row + column}</x:v></x:c>' for column in range(3)) + "</x:row>"
        for row in range(2)
    )
    parts = {
        name.replace("/", "\\"): content for name, content in RawBook([RawSheet("考核对象", PARTIES)]).parts().items()
    }
    parts["xl\\_rels\\workbook.xml.rels"] = (
        str(parts["xl\\_rels\\workbook.xml.rels"])
        .replace('Target="worksheets', 'Target="/xl/worksheets')
        .replace(
            "</Relationships>",
            '<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
    )
    parts["xl\\sharedStrings.xml"] = f'<x:sst xmlns:x="{main}">{texts}</x:sst>'
    parts["xl\\worksheets\\sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{main}"><x:sheetData>{cells}</x:sheetData></x:worksheet>'
    )
    path = archive(tmp_path / "town.xlsx", {name: str(content).encode() for name, content in parts.items()})
    assert [(party.code, party.name) for party in read_workbook(path, contracts(), KNOWN).parties] == [
        ("899901101204", "丁村")
    ]


CSV_FILES: dict[str, tuple[bytes, list[tuple[str, int]]]] = {
    "nothing": (b"", [("DX512", 1)]),
    "zero bytes": (b"code,name\0,kind\n", [("DX501", 0)]),
    "an xlsx with another name": (b"PK\x03\x04\x14\0\0\0", [("DX501", 0)]),
    "neither encoding": (b"code,name,kind\n\xff\xff\xff,1,2\n", [("DX501", 0)]),
    "a quotation mark that does not close": ('code,name,kind\nSL9,"财政所,单位\n'.encode(), [("DX502", 2)]),
    "text after a quotation mark": ('code,name,kind\nSL9,"财"政所,单位\n'.encode(), [("DX502", 2)]),
    "a field without end": (b"code,name,kind\nSL9," + b"x" * 140_000 + b",unit\n", [("DX502", 2)]),
    "a comma in a number": ("code,name,kind\nSL9,财政所,单位,1,204\n".encode(), [("DX504", 2)]),
    "a thousand columns": (b"code,name,kind" + b"," * 1_001 + b"\n", [("DX003", 2)]),
    "headings without rows": (b"code,name,kind\n", []),
    "old line ends": ("code,name,kind\rSL9,财政所,单位\r".encode(), []),
    "UTF-16": ("code\tname\tkind\nSL9\t财政所\t单位\n".encode("utf-16"), []),
    "quoted line breaks count": ('code,name,kind\n"SL9","财政\n所","单位"\n,财政二所,单位\n'.encode(), [("DX520", 4)]),
}


@pytest.mark.parametrize(("content", "expected"), CSV_FILES.values(), ids=CSV_FILES)
def test_csv_files(content: bytes, expected: list[tuple[str, int]], tmp_path: Path) -> None:
    path = tmp_path / "parties.csv"
    path.write_bytes(content)
    found: list[tuple[str, int]] = []
    try:
        read_csv_tables({"parties": path}, contracts(), KNOWN)
    except Refused as caught:
        found = [(fault.code, fault.span.line) for fault in caught.diagnostics]
    assert found == expected


def test_all_files_are_complained_about_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"code\0")
    (tmp_path / "b.csv").write_text("party,state,start\n甲村,后进,昨天\n", "utf-8")
    with pytest.raises(Refused) as caught:
        read_csv_tables(
            {"parties": tmp_path / "a.csv", "states": tmp_path / "b.csv", "data": tmp_path / "c.csv"},
            contracts(),
            KNOWN,
        )
    assert [(Path(fault.span.path).name, fault.code) for fault in caught.value.diagnostics] == [
        ("a.csv", "DX501"), ("b.csv", "DX525"), ("c.csv", "DX001"),
    ]  # fmt: skip


def test_a_flood_of_faults_is_cut_and_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("party,indicator,period,value\n" + "甲村,checks,2026-03,x\n" * 6_000, "utf-8")
    with pytest.raises(Refused) as caught:
        read_csv_tables({"data": path}, contracts(), KNOWN)
    codes = [fault.code for fault in caught.value.diagnostics]
    assert (codes.count("DX521"), codes.count("DX509")) == (5_000, 1)


def only_refused(read: Callable[[], object]) -> None:
    try:
        read()
    except Refused as caught:
        assert caught.diagnostics  # noqa: PT017
        assert all(str(fault.found) and str(fault.expected) for fault in caught.diagnostics)  # noqa: PT017


@pytest.mark.parametrize("seed", range(8))
def test_bytes_that_are_changed_at_random(seed: int, tmp_path: Path) -> None:
    """In the file as it lies, and in a part before it is packed; the marked copy refuses what the reader lets pass."""
    chance = random.Random(seed)
    raw = GOOD.write(tmp_path / "good.xlsx").read_bytes()
    parts = {name: bytes(str(content), "utf-8") for name, content in GOOD.parts().items()}
    for turn in range(40):
        path = tmp_path / f"{turn}.xlsx"
        if turn % 2:
            path.write_bytes(_changed(raw, chance))
        else:
            name = chance.choice(list(parts))
            archive(path, {**parts, name: _changed(parts[name], chance)})
        only_refused(partial(read_workbook, path, contracts(), KNOWN))
        only_refused(partial(mark_faults, path, (), tmp_path / "marked.xlsx", {}))


def _changed(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed))
        match chance.randrange(3):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randint(1, 20)]
            case _:
                changed[at:at] = chance.choice(
                    [b"<", b"&", b"0", b"-1", b"\xff", b'"', b"99999999999", b"<c><v>", b"</row>"]
                )
        if not changed:
            return b""
    return bytes(changed)


TYPED = ("{0.95|0%}", "{#N/A}", "{TRUE}")
CONTENT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["甲村", "体检人数", "2026-03", "95%", "1,204", "—", "是", "=1+1", "合计", "899901101201", *TYPED]),
    st.from_regex(r"[0-9０-９.,%/\- 万元年月日]{1,12}", fullmatch=True),
)
TABLES = {
    "考核对象": ["代码", "名称", "类别", "上级代码"],
    "干部": ["代码", "姓名", "职务", "单位代码", "任职日期", "离任日期"],
    "包村挂点": ["干部代码", "对象代码", "责任", "开始日期", "结束日期", "份额"],
    "目标任务": ["对象代码", "对象名称", "指标", "参数", "数值"],
    "实绩": ["party", "indicator", "period", "value", "numerator", "denominator", "entry"],
    "月报": [
        "村名",
        "期间",
        "体检人数",
        "新生儿访视率（分子）",
        "新生儿访视率（分母）",
        "服务室建设",
        "到位经费（万元）",
    ],
    "事件": ["编号", "村名", "类别", "发生日期", "发现日期", "状态", "证据", "程度", "备注"],
    "状态": ["村名", "状态", "开始日期", "结束日期"],
    "以往否决": ["村名", "责任状", "否决事项", "发生日期", "有效至年度"],
}


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_cells_with_anything_in_them(name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    headings = TABLES[name]
    rows = data.draw(
        st.lists(st.lists(CONTENT, min_size=len(headings), max_size=len(headings)), min_size=1, max_size=4)
    )
    rows = [
        ["".join(c for c in cell if c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe") for cell in row]
        for row in rows
    ]
    rows = [[_writable(cell) for cell in row] for row in rows]
    path = RawBook([RawSheet(name, [headings, *rows])]).write(tmp_path_factory.getbasetemp() / f"{name}.xlsx")
    only_refused(lambda: read_workbook(path, contracts(), KNOWN))


def _writable(cell: str) -> str:
    """What XML can hold, and nothing in braces that the small language does not know."""
    kept = "".join(c for c in cell if " " <= c < "\ufffe" and not "\ud800" <= c <= "\udfff")
    return "x" if kept.startswith("{") and kept not in TYPED else kept


@pytest.mark.parametrize("key", CSV_KEYS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_csv_files_with_anything_in_them(key: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"{key}.csv"
    path.write_bytes(content)
    only_refused(lambda: read_csv_tables({key: path}, contracts(), KNOWN))
    headings = "code,name,kind,party,indicator,period,value,cadre,post,role,start,until,id,state,evidence,parameter\n"
    path.write_bytes(headings.encode() + content)
    only_refused(lambda: read_csv_tables({key: path}, contracts(), KNOWN))
