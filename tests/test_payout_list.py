"""Lists of payments as finance offices keep them: found under their titles, exact to the fen, every bad cell at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from rules.diagnostic import Diagnostic, Refused
from targets.payout import PayoutLine
from targets.payout_list import read_payouts
from targets.tables.payouts import field_called


def read(path: Path, **headings: str) -> tuple[list[PayoutLine], list[str]]:
    warnings: list[Diagnostic] = []
    lines = list(read_payouts(path, headings, on_warning=warnings.append))
    return lines, [one.code for one in warnings]


def csv(folder: Path, *rows: str) -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def workbook(folder: Path, *rows: tuple[object, ...], title: str = "发放表") -> Path:
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(folder / "list.xlsx")
    return folder / "list.xlsx"


def said(lines: list[PayoutLine]) -> list[tuple[str, str, int]]:
    return [(line.code, line.name, line.amount_fen) for line in lines]


def test_a_workbook_with_title_total_and_signatures(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ("示例镇2026年度责任状兑现发放表",),
        ("单位：示例镇财政所", None, None, "2027年1月"),
        ("序号", "工号", "姓 名", "开户行", "银行账号", "实发金额（元）", "款项"),
        (1, "G001", "张三", "示例银行", "6222000000000000001", 4800, "抵押金退还"),
        (2, "G002", "李四", "示例银行", "6222000000000000002", 1500.5, "奖金"),
        (3, "G003", "王五", "示例银行", "6222000000000000003", "—", ""),
        ("合计", None, None, None, None, 6300.5, None),
        (None, None, "审批人：赵六", None, None, None, None),
        ("制表：孙七",),
    )
    lines, warnings = read(path)
    assert said(lines) == [("G001", "张三", 480_000), ("G002", "李四", 150_050)]
    assert [(str(line.place), line.purpose) for line in lines] == [
        (f"{path} [发放表] F4", "抵押金退还"), (f"{path} [发放表] F5", "奖金"),
    ]  # fmt: skip
    assert warnings == ["DX516", "DX516"]


def test_amounts_are_exact_however_they_are_written(tmp_path: Path) -> None:
    amounts = ("¥1,200.50", "1.5万元", "0.1", "３００元", "-20.05")
    path = csv(tmp_path, "姓名,金额", *(f'某{n},"{amount}"' for n, amount in enumerate(amounts)))
    assert [line.amount_fen for line in read(path)[0]] == [120_050, 1_500_000, 10, 30_000, -2_005]


def test_a_unit_in_the_heading(tmp_path: Path) -> None:
    assert said(read(csv(tmp_path, "户名,发放金额（万元）", "张三,0.48"))[0]) == [("", "张三", 480_000)]


def test_columns_are_named_by_the_caller(tmp_path: Path) -> None:
    path = csv(tmp_path, "卡主,金额,到手数,备注", "张三,5000,4800,年终")
    assert said(read(path, name="卡主", amount="到手数", purpose="备注")[0]) == [("", "张三", 480_000)]
    assert read(path, name="卡主", amount="到手数", purpose="备注")[0][0].purpose == "年终"


def test_merged_names_hold_for_all_their_lines(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("姓名", "事由", "金额"), ("张三", "抵押金", 2000), (None, "奖金", 800)):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "list.xlsx")
    assert said(read(tmp_path / "list.xlsx")[0]) == [("", "张三", 200_000), ("", "张三", 80_000)]


def test_other_sheets_are_passed_over_and_hidden_ones_told_of(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("姓名", "金额"), ("张三", 1))
    book = load_workbook(path)
    book.create_sheet("汇总").append(["项目", "人数"])
    hidden = book.create_sheet("旧表")
    hidden.append(["姓名", "金额"])
    hidden.append(["李四", 2])
    hidden.sheet_state = "hidden"
    book.save(path)
    lines, warnings = read(path)
    assert said(lines) == [("", "张三", 100)]
    assert sorted(warnings) == ["DX510", "DX511"]


@pytest.mark.parametrize(
    "total",
    [
        ",合计（13人）,4800", ",合计13人,4800", ",共13人,4800", ",合计金额,4800", ",总金额,4800", ",累计发放,4800",
        ",干部小计(9人),4800", ",全镇合计：13人,4800", "共1人,合计,4800", "合计：,,4800",
    ],
)  # fmt: skip
def test_sums_with_counts_are_not_read(total: str, tmp_path: Path) -> None:
    lines, warnings = read(csv(tmp_path, "编码,姓名,金额", "G1,张三,4800", total))
    assert (said(lines), warnings) == ([("G1", "张三", 480_000)], ["DX516"])


@pytest.mark.parametrize(
    ("above", "heading", "amount", "fen"),
    [
        ("单位：万元", "金额", "0.45", 450_000),
        ("（金额单位：万元）", "实发金额", "0.45", 450_000),
        ("单位：元", "金额", "4500", 450_000),
        ("单位：人民币元", "金额", "4500", 450_000),
        ("单位：万元", "金额（元）", "4500", 450_000),  # the heading's own
        ("单位：元", "金额（万元）", "0.45", 450_000),
        ("单位：万元", "金额", "4500元", 450_000),  # the amount's own
        ("单位：示例镇财政所", "金额", "4500", 450_000),
    ],
)
def test_a_unit_above_the_headings(above: str, heading: str, amount: str, fen: int, tmp_path: Path) -> None:
    path = csv(tmp_path, "兑现发放表,,", f",,{above}", f"编码,姓名,{heading}", f"G02,李娜,{amount}")
    assert said(read(path)[0]) == [("G02", "李娜", fen)]


@pytest.mark.parametrize("title", ["说明", "封面", "目录", "选项", "填表说明"])
def test_a_visible_sheet_with_the_headings_is_read_whatever_it_is_called(title: str, tmp_path: Path) -> None:
    path = workbook(tmp_path, ("姓名", "金额"), ("张三", 1))
    book = load_workbook(path)
    more = book.create_sheet(title)
    more.append(["姓名", "金额"])
    more.append(["周平", 2])
    book.save(path)
    assert said(read(path)[0]) == [("", "张三", 100), ("", "周平", 200)]
    more.delete_rows(1)
    book.save(path)
    lines, warnings = read(path)
    assert (said(lines), warnings) == ([("", "张三", 100)], ["DX510"])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("编码,姓名,金额", "1,张三,一千", "2,李四,1.005", ",,500", "4,王五,", ",仅供参考,"), [
            ("DX521", 2, "金额"), ("DX552", 3, "金额"), ("DX520", 4, "编码"), ("DX520", 5, "金额"), ("DX516", 6, "姓名"),
        ]),
        (("姓名,应发", "张三,5"), [("DX513", 1, "姓名")]),
        (("金额,卡号", "5,1"), [("DX513", 1, "金额")]),
        (("姓名,金额,实发金额", "张三,5,4"), [("DX515", 1, "实发金额")]),
        (("这里没有名单", "什么也没有"), [("DX512", 1, "")]),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_named_by_its_cell(
    rows: tuple[str, ...], expected: list[tuple[str, int, str]], tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refused:
        read(csv(tmp_path, *rows))
    assert [(one.code, one.span.line, one.span.cell) for one in refused.value.diagnostics] == expected


def test_fields_are_called_as_their_columns() -> None:
    assert [field_called(word) for word in ("金额", "实发金额(元)", "amount", "工号", "户名", "用途", "凭证号", "卡号")] == [
        "amount", "amount", "amount", "code", "name", "purpose", "voucher", None,
    ]  # fmt: skip


def test_amounts_as_accountants_write_them(tmp_path: Path) -> None:
    """In brackets what was taken back."""
    lines, _ = read(
        csv(tmp_path, "姓名,金额", '张三,"1,200.50"', "张三,(300.00)", "李四,¥1200", "李四,1.5万元", "王五,（¥5）")
    )
    assert [amount for _, _, amount in said(lines)] == [120050, -30000, 120000, 1500000, -500]
