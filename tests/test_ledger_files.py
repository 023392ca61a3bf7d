"""What leaves the ledger: the example below by hand, and any ledger at all read again by other programs than ours."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_ledger import PAY, TEXTS, chained, deposit, due, ledgers, namings

from cli.beancount import account_in_beancount, as_beancount
from cli.language import Language, Speech
from cli.names import Names, names_of
from cli.payouts import payouts
from cli.results import FORMULA_STARTS
from cli.voucher_files import head_line, write_payout_list, write_vouchers
from cli.vouchers import COLUMNS, standings, voucher_rows
from rules.load import load_contract
from targets.cadre import Cadre
from targets.ledger import Account, AccountKind, Entry, EntryKind, Voucher, balances
from targets.party import Party
from targets.payout_list import read_payouts
from targets.snapshot import Records

LIBRARY = Path(__file__).parents[1] / "rules" / "library"
ZH, EN = Speech(Language.ZH), Speech(Language.EN)
RUN = "7" * 64
SETTLING = date(2027, 1, 20)
NAMES = Names(
    {"G01": "张三", "G02": "李四", "899901101201": "甲村"},
    {("health/cadre", "stake"): "风险抵押金", ("health/cadre", "prize"): "年度奖"},
    {"health": "公共卫生经费"},
    {"health/cadre": "干部责任状"},
)


def dues(*postings: tuple[Any, Any], clause: str, subject: str) -> Entry:
    flat = tuple(side for pair in postings for side in pair)
    return Entry(EntryKind.DUE, SETTLING, RUN, "health/cadre", clause, subject, "", flat)


# 张三 pays in 1000, 李四 has 800 of his pay kept back. 张三 gets all of it back and 500 on top; of 李四's, 40% (320) is
# forfeited. The year's award: 300 to 张三, who had 100 of it in advance, and 2000 to 甲村. Then the correction of a reward:
# 50 less.
EXAMPLE = chained([
    deposit(date(2026, 1, 5), "G01", 1000_00),
    deposit(date(2026, 1, 5), "G02", 800_00, PAY),
    Entry(EntryKind.SEAL, date(2027, 1, 15), RUN, note="e" * 64),
    dues(due("refund", "G01", "G01", 1000_00), due("reward", "G01", "G01", 500_00), clause="stake", subject="G01"),
    dues(due("refund", "G02", "G02", 480_00), due("forfeit", "G02", "health", 320_00), clause="stake", subject="G02"),
    dues(due("award", "G01", "G01", 300_00), due("advance", "G01", "G01", -100_00), clause="prize", subject="G01"),
    dues(due("award", "899901101201", "899901101201", 2000_00), clause="prize", subject="899901101201"),
    dues(due("reward", "G01", "G01", -50_00), clause="stake", subject="G01"),
    Entry(EntryKind.SETTLED, SETTLING, RUN, note="5"),
])  # fmt: skip


def test_a_voucher_in_words() -> None:
    refund, cash, *_ = [row for row in voucher_rows(ZH, EXAMPLE, NAMES) if row[0] == "4"]
    head = ("4", "2027-01-20", "干部责任状", "风险抵押金", "G01", "张三")
    assert refund == (*head, "抵押金—张三", "", "", "", "1000.00", "", "777777777777")
    assert cash == (*head, "现金", "退还", "G01", "张三", "", "1000.00", "777777777777")
    assert [ZH(column) for column in COLUMNS][6:] == ["账户", "款项", "收款人编码", "收款人", "借方", "贷方", "核算"]
    [sealed] = [row for row in voucher_rows(ZH, EXAMPLE, NAMES) if row[0] == "3"]
    assert sealed == ("3", "2027-01-15", "", "核算封存", "", "", *[""] * 6, "777777777777")
    others = [(*row[6:8], *row[9:12]) for row in voucher_rows(ZH, EXAMPLE, NAMES) if row[0] in "256"]
    assert others == [
        ("预留绩效工资", "", "李四", "800.00", ""), ("抵押金—李四", "缴纳抵押金", "", "", "800.00"),
        ("抵押金—李四", "", "", "480.00", ""), ("现金", "退还", "李四", "", "480.00"),
        ("抵押金—李四", "", "", "320.00", ""), ("公共卫生经费", "转作经费", "", "", "320.00"),
        ("奖励支出", "", "", "300.00", ""), ("现金", "奖金", "张三", "", "300.00"),
        ("预发", "", "", "", "100.00"), ("现金", "已经预发的", "张三", "100.00", ""),
    ]  # fmt: skip


def test_what_is_paid_to_whom(tmp_path: Path) -> None:
    path = write_payout_list(tmp_path / "发放.csv", ZH, EXAMPLE, NAMES)
    assert rows_of(path) == [
        ["编码", "姓名", "款项", "金额（元）"],
        ["899901101201", "甲村", "奖金", "2000.00"],
        ["G01", "张三", "退还", "1000.00"],
        ["G01", "张三", "奖励", "450.00"],  # 500 - 50
        ["G01", "张三", "奖金", "200.00"],  # 300 - 100
        ["G02", "李四", "退还", "480.00"],
    ]
    book = openpyxl.load_workbook(write_payout_list(tmp_path / "发放.xlsx", ZH, EXAMPLE, NAMES))
    listed = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert [[*row[:3], money(row[3])] for row in listed[1:]] == [
        [*row[:3], Decimal(row[3])] for row in rows_of(path)[1:]
    ]
    assert listed[0] == rows_of(path)[0]


@pytest.mark.parametrize(
    ("paid", "wanted"),
    [
        # What was had comes off the award, then off the reward, then off the refund; more than all that is paid to nobody.
        ([("award", 100), ("advance", -150), ("reward", 30), ("refund", 90)], [("refund", 70)]),
        ([("award", 100), ("advance", -150)], []),
        ([("refund", -20), ("award", 100), ("reward", 5)], [("reward", 5), ("award", 80)]),
        # A correction gives back what was taken off before.
        ([("advance", 40)], [("award", 40)]),
    ],
)
def test_what_was_had_in_advance_comes_off(paid: list[tuple[str, int]], wanted: list[tuple[str, int]]) -> None:
    entry = dues(*(due(kind, "G01", "G01", amount_fen) for kind, amount_fen in paid), clause="prize", subject="G01")
    [one] = payouts(chained([entry]))
    assert list(one.payments()) == wanted
    assert one.total_fen == sum(amount_fen for _, amount_fen in paid)


def test_how_everybody_stands() -> None:
    assert {code: one.held_fen for code, one in standings(EXAMPLE[:3]).items()} == {"G01": 1000_00, "G02": 800_00}
    now = standings(EXAMPLE)
    first, second = now["G01"], now["G02"]
    assert (first.paid_in_fen, first.refunded_fen, first.rewarded_fen, first.held_fen) == (1000_00, 1000_00, 450_00, 0)
    assert (first.awarded_fen, first.taken_off_fen) == (300_00, 100_00)
    assert (second.paid_in_fen, second.refunded_fen, second.forfeited_fen, second.held_fen) == (
        800_00,
        480_00,
        320_00,
        0,
    )
    back = chained([deposit(date(2026, 1, 5), "G01", 1000_00), deposit(date(2026, 6, 1), "G01", -400_00)])
    assert (standings(back)["G01"].given_back_fen, standings(back)["G01"].held_fen) == (400_00, 600_00)


def test_the_workbook_says_the_same_sums(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_vouchers(tmp_path / "台账.xlsx", ZH, EXAMPLE, NAMES))
    assert book.sheetnames == ["凭证", "发放表", "转作", "余额"]
    for sheet in book.worksheets:
        assert sheet["A1"].value == head_line(ZH, EXAMPLE)
        assert EXAMPLE[-1].hash in str(sheet["A1"].value)
    assert rows_below(book, "发放表") == [
        ("899901101201", "甲村", 0, 0, 2000, 0, 2000, None),
        ("G01", "张三", 1000, 450, 300, -100, 1650, None),
        ("G02", "李四", 480, 0, 0, 0, 480, None),
        ("合计", None, 1480, 450, 2300, -100, 4130, None),
    ]
    assert rows_below(book, "转作") == [("health", "公共卫生经费", 320), ("合计", None, 320)]
    assert rows_below(book, "余额") == [
        ("advances", "预发", None, 100), ("awards", "奖励支出", 2750, None), ("cash", "现金", None, 3130),
        ("deposit:G01", "抵押金—张三", 0, None), ("deposit:G02", "抵押金—李四", 0, None),
        ("fund:health", "公共卫生经费", None, 320), ("pay", "预留绩效工资", 800, None),
        ("合计", None, 3550, 3550),
    ]  # fmt: skip
    vouchers = rows_below(book, "凭证")
    assert [row[10:12] for row in vouchers if row[3] == "本张合计"] == [
        (1000, 1000), (800, 800), (1500, 1500), (800, 800), (400, 400), (2000, 2000), (50, 50)
    ]  # fmt: skip
    assert vouchers[-1][10:12] == (6550, 6550)
    assert book["凭证"]["K3"].number_format == "0.00"


def test_what_comes_back_is_added_up_apart_from_what_goes_out(tmp_path: Path) -> None:
    """G02 had 50 more in advance than the award of 20: what goes out is the bank's 300, not 300 - 30."""
    entries = [
        dues(due("award", "G01", "G01", 300_00), clause="prize", subject="G01"),
        dues(due("award", "G02", "G02", 20_00), due("advance", "G02", "G02", -50_00), clause="prize", subject="G02"),
    ]
    vouchers = chained(entries)
    book = openpyxl.load_workbook(write_vouchers(tmp_path / "a.xlsx", EN, vouchers, NAMES))
    assert [(row[0], row[6]) for row in rows_below(book, "list of payments")] == [
        ("G01", 300), ("G02", -30), ("total to be paid", 300), ("total to be given back", -30),
    ]  # fmt: skip
    bank = rows_of(write_payout_list(tmp_path / "bank.csv", EN, vouchers, NAMES))
    assert [row[3] for row in bank[1:]] == ["300.00"]
    # The audit passes over both sums.
    lines = read_payouts(tmp_path / "a.xlsx", on_warning=lambda _: None)
    assert [(line.code, line.amount_fen) for line in lines] == [("G01", 300_00), ("G02", -30_00)]


def test_a_part_of_the_ledger_comes_with_the_balances_of_all_of_it(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_vouchers(tmp_path / "a.xlsx", ZH, EXAMPLE[3:], NAMES, EXAMPLE))
    assert rows_below(book, "余额")[-1] == ("合计", None, 3550, 3550)
    assert rows_below(book, "凭证")[0][0] == "4"


def test_the_same_ledger_is_the_same_file(tmp_path: Path) -> None:
    first, second = (write_vouchers(tmp_path / name, ZH, EXAMPLE, NAMES).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_an_empty_ledger_is_a_file_too(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_vouchers(tmp_path / "a.xlsx", EN, (), NAMES))
    assert book["balances"]["A1"].value == "no voucher"
    assert len(rows_of(write_vouchers(tmp_path / "a.csv", EN, (), NAMES))) == 1
    assert balances_in_beancount(as_beancount((), NAMES, EN)) == {}


def test_a_number_that_a_spreadsheet_would_round_is_text(tmp_path: Path) -> None:
    vouchers = chained([deposit(SETTLING, "G01", 10**15 - 1), deposit(SETTLING, "G01", 10**15 + 1)])
    book = openpyxl.load_workbook(write_vouchers(tmp_path / "a.xlsx", ZH, vouchers, NAMES))
    assert [money(row[10]) for row in rows_below(book, "凭证")[::3]][:2] == [
        Decimal("9999999999999.99"),
        Decimal("10000000000000.01"),
    ]
    assert book["凭证"]["K6"].data_type == "s"


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_no_cell_is_a_formula(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    vouchers = data.draw(ledgers())
    names = data.draw(namings(vouchers))
    folder = tmp_path_factory.mktemp("files")
    for write in (write_vouchers, write_payout_list):
        for row in rows_of(write(folder / f"{write.__name__}.csv", ZH, vouchers, names)):
            assert [cell for cell in row if cell.startswith(FORMULA_STARTS) and not is_number(cell)] == []
        book = openpyxl.load_workbook(write(folder / f"{write.__name__}.xlsx", ZH, vouchers, names))
        assert [
            cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        ] == []
    vouched = rows_below(openpyxl.load_workbook(folder / "write_vouchers.xlsx"), "余额")
    sums = list(balances(vouchers).values())
    assert [money(row[2] or 0) - money(row[3] or 0) for row in vouched[:-1]] == [
        Decimal(fen).scaleb(-2) for fen in sums
    ]


@settings(deadline=None)
@given(vouchers=ledgers())
def test_the_list_pays_what_the_dues_come_to(vouchers: tuple[Voucher, ...]) -> None:
    for one in payouts(vouchers):
        payments = [amount_fen for _, amount_fen in one.payments()]
        assert sum(payments) == max(one.total_fen, 0)
        assert all(amount_fen > 0 for amount_fen in payments)
    cash = sum(one.total_fen for one in payouts(vouchers))
    moved = balances(one for one in vouchers if one.entry.kind is EntryKind.DUE)
    assert cash == -moved.get(Account(AccountKind.CASH), 0)


def test_an_entry_in_beancount() -> None:
    text = as_beancount(EXAMPLE, NAMES, ZH)
    assert (
        f"""
2027-01-20 * "李四" "干部责任状 风险抵押金"
  voucher: 5
  kind: "due"
  run: "{RUN}"
  contract: "health/cadre"
  clause: "stake"
  subject: "G02"
  hash: "{EXAMPLE[4].hash}"
  Liabilities:Deposits:CG02  480.00 CNY
  Assets:Cash  -480.00 CNY
    due: "refund"
    payee: "G02"
  Liabilities:Deposits:CG02  320.00 CNY
  Equity:Funds:Fhealth  -320.00 CNY
    due: "forfeit"
    payee: "health"
"""
        in text
    )
    assert f'\n2027-01-15 custom "seal" "{RUN}"\n  voucher: 3\n' in text
    assert "\n2027-01-21 balance Equity:Funds:Fhealth  -320.00 ~ 0.00 CNY\n" in text
    assert balances_in_beancount(text)["Assets:Pay"] == 800_00


@settings(deadline=None)
@given(data=st.data())
def test_beancount_comes_to_the_same(data: st.DataObject) -> None:
    vouchers = data.draw(ledgers())
    names = data.draw(namings(vouchers))
    text = as_beancount(vouchers, names, data.draw(st.sampled_from((ZH, EN))))
    ours = {account_in_beancount(account): amount_fen for account, amount_fen in balances(vouchers).items()}
    assert balances_in_beancount(text) == ours
    assert len(ours) == len(balances(vouchers))


def test_beancount_would_notice_a_fen() -> None:
    text = as_beancount(EXAMPLE, NAMES, ZH)
    asserted = text.replace("balance Assets:Pay  800.00", "balance Assets:Pay  800.01")
    moved = text.replace("Assets:Cash  -480.00", "Assets:Cash  -480.01")
    assert asserted != text != moved
    for wrong in (asserted, moved):
        with pytest.raises(AssertionError, match=r"Balance failed|does not balance"):
            balances_in_beancount(wrong)


@settings(deadline=None)
@given(owners=st.lists(TEXTS, min_size=2, max_size=6, unique=True))
def test_two_accounts_never_become_one(owners: list[str]) -> None:
    named = [account_in_beancount(Account(kind, owner)) for kind in AccountKind for owner in (*owners, "")]
    assert len(set(named)) == len(named)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed here")
def test_libreoffice_reads_the_same_list(tmp_path: Path) -> None:
    write_payout_list(tmp_path / "list.xlsx", ZH, EXAMPLE, NAMES)
    command = ["soffice", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir"]
    target = [str(tmp_path / "saved"), str(tmp_path / "list.xlsx")]
    subprocess.run([*command, *target], check=True, capture_output=True, timeout=120)
    assert rows_of(tmp_path / "saved" / "list.csv") == rows_of(
        write_payout_list(tmp_path / "list.csv", ZH, EXAMPLE, NAMES)
    )


def test_whoever_has_more_than_one_name() -> None:
    """The newest version of a contract has the word; an account that two contracts call differently has both names."""
    loaded = load_contract(LIBRARY / "family_health" / "cadre.yaml").contract
    account, clause = loaded.accounts[0], loaded.deposits[0]
    newer = loaded.model_copy(
        update={"version": 2, "title": "新", "deposits": (clause.model_copy(update={"name": "新"}),)}
    )
    other = loaded.model_copy(
        update={"contract": "other", "accounts": (account.model_copy(update={"name": "村集体经费"}),)}
    )
    records = Records(cadres=(Cadre("G01", "张三"),), parties=(Party("U1", "卫生院", "unit"),))
    names = names_of(ZH, [newer, other, loaded], records)
    assert (names.contract(loaded.contract), names.clause(loaded.contract, clause.id)) == ("新", "新")
    assert names.account(account.id) == "工作经费、村集体经费"
    assert (names.person("G01"), names.person("U1"), names.person("G99")) == ("张三", "卫生院", "G99")
    coded = names_of(ZH, [loaded], records, codes_only=True)
    assert (coded.person("G01"), coded.person("U1")) == ("G01", "卫生院")


def test_codes_stand_in_for_names(tmp_path: Path) -> None:
    coded = replace(NAMES, people={"899901101201": "甲村"})
    text = as_beancount(EXAMPLE, coded, ZH) + write_vouchers(tmp_path / "a.csv", ZH, EXAMPLE, coded).read_text("utf-8")
    assert "张三" not in text
    assert "甲村" in text


# --- reading ---


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def rows_below(book: openpyxl.Workbook, title: str) -> list[tuple[Any, ...]]:
    """Below the head line and the headings."""
    return list(book[title].iter_rows(min_row=3, values_only=True))


def money(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def balances_in_beancount(text: str) -> dict[str, int]:
    """In fen, as Beancount's own loader and checks have them; whatever they complain about is raised."""
    why = "beancount reads the exported ledger; it comes with the extra `dev`"
    loader, data = (pytest.importorskip(f"beancount.{name}", reason=why) for name in ("loader", "core.data"))
    entries, errors, _ = loader.load_string(text)
    assert [error.message for error in errors] == []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    transactions = [entry for entry in entries if isinstance(entry, data.Transaction)]
    for posting in (posting for entry in transactions for posting in entry.postings):
        assert posting.units.currency == "CNY"
        sums[posting.account] += posting.units.number
    return {account: int(amount.scaleb(2)) for account, amount in sums.items()}
