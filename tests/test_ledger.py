"""The ledger as it is kept and as it is shown: the chain, the balances of a day, and the command."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from databases import NOON, Databases, databases, open_database, open_store
from hypothesis import given, settings
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from strategies_ledger import CASH, PAY, chained, deposit, due, ledgers

from cli.main import main
from rules.diagnostic import Refused
from targets.batch import Origin
from targets.books import Books
from targets.cadre import Cadre
from targets.ledger import (
    Account,
    AccountKind,
    ChainFault,
    Entry,
    EntryKind,
    Posting,
    Voucher,
    balances,
    chain_faults,
    deposits_held,
    parse_account,
    posted,
)
from targets.run import Run
from targets.snapshot import Records
from targets.workspace import DATABASE_FILE, create

__all__ = ["databases"]

LIBRARY = Path(__file__).parents[1] / "rules" / "library"
JANUARY, MARCH, JUNE = date(2026, 1, 5), date(2026, 3, 2), date(2026, 6, 1)
RUN = Run("c" * 64, "d" * 64, "0.1.0", 2026)
DEPOSIT = Account(AccountKind.DEPOSIT, "G01")


def entries() -> list[Entry]:
    """Paid in, part of it given back after a change of post, the rest refunded with a reward."""
    dues = (*due("refund", "G01", "G01", 600_00), *due("reward", "G01", "G01", 300_00))
    return [
        deposit(JANUARY, "G01", 1000_00),
        deposit(MARCH, "G01", -400_00),
        Entry(EntryKind.SEAL, JUNE, RUN.name, note="e" * 64),
        Entry(EntryKind.DUE, JUNE, RUN.name, "health/cadre", "stake", "G01", "", dues),
        Entry(EntryKind.SETTLED, JUNE, RUN.name, note="1"),
    ]


def kept(address: str) -> Books:
    """A store with the run, and its ledger."""
    store = open_store(address)
    store.runs.save(RUN, "{}")
    store.books.enter(lambda _: entries(), "会计")
    return store.books


# --- as it is kept ---


def test_what_was_entered_is_read_again(databases: Databases) -> None:
    vouchers = kept(databases.address()).vouchers()
    assert [one.number for one in vouchers] == [1, 2, 3, 4, 5]
    assert [one.entry for one in vouchers] == entries()
    assert {(one.who, one.happened_at) for one in vouchers} == {("会计", NOON)}
    assert vouchers == chained(entries())
    assert list(chain_faults(vouchers)) == []


def test_balances_as_of_a_day(databases: Databases) -> None:
    vouchers = kept(databases.address()).vouchers()
    assert balances(vouchers, date(2026, 1, 4)) == {}
    assert balances(vouchers, JANUARY) == {CASH: 1000_00, DEPOSIT: -1000_00}
    assert balances(vouchers, date(2026, 5, 31)) == {CASH: 600_00, DEPOSIT: -600_00}
    assert balances(vouchers) == {CASH: -300_00, DEPOSIT: 0, Account(AccountKind.AWARDS): 300_00}
    assert deposits_held(vouchers, 2026) == {("health/cadre", "stake", "G01"): 600_00}
    assert posted(vouchers, [RUN.name]) == {
        ("health/cadre", "stake", "G01", "refund", "G01"): 600_00,
        ("health/cadre", "stake", "G01", "reward", "G01"): 300_00,
    }
    assert posted(vouchers, ["f" * 64]) == {}


def test_nothing_is_entered_before_the_last_voucher(databases: Databases) -> None:
    books = kept(databases.address())
    before = books.vouchers()
    with pytest.raises(Refused) as refused:
        books.enter(lambda _: [deposit(JUNE, "G02", 500_00), deposit(MARCH, "G02", -500_00)])
    [fault] = refused.value.diagnostics
    assert (fault.code, str(fault.found), str(fault.expected)) == ("DX719", "2026-03-02", "2026-06-01 or later")
    assert books.vouchers() == before, "not even the first of the two"


def test_the_plan_sees_what_stands_there(databases: Databases) -> None:
    books = kept(databases.address())
    seen: list[int] = []

    def plan(vouchers: tuple[Voucher, ...]) -> list[Entry]:
        seen.append(len(vouchers))
        return []

    assert books.enter(plan) == ()
    assert seen == [5]


def test_what_does_not_balance_is_never_entered(databases: Databases) -> None:
    books = kept(databases.address())
    with pytest.raises(AssertionError):
        books.enter(lambda _: [Entry(EntryKind.DEPOSIT, JUNE, postings=(Posting(CASH, 1), Posting(PAY, -2)))])
    assert len(books.vouchers()) == 5


@pytest.mark.parametrize(
    ("table", "statement", "faults"),
    [
        ("posting", "UPDATE posting SET amount_fen = amount_fen + 1 WHERE voucher = 1 AND line = 1",
         [(1, ChainFault.EDITED), (1, ChainFault.UNBALANCED)]),
        ("posting", "UPDATE posting SET payee = 'G02' WHERE voucher = 4 AND line = 2", [(4, ChainFault.EDITED)]),
        ("voucher", "UPDATE voucher SET day = '2026-03-01' WHERE number = 2", [(2, ChainFault.EDITED)]),
        ("voucher", "UPDATE voucher SET note = '2' WHERE number = 5", [(5, ChainFault.EDITED)]),
        ("voucher", "DELETE FROM voucher WHERE number = 3", [(4, ChainFault.UNLINKED)]),
        ("voucher", "UPDATE voucher SET hash = 'f' WHERE number = 4",
         [(4, ChainFault.EDITED), (5, ChainFault.UNLINKED)]),
    ],
)  # fmt: skip
def test_whoever_gets_round_the_guards_shows(
    databases: Databases, table: str, statement: str, faults: list[tuple[int, ChainFault]]
) -> None:
    address = databases.address()
    books = kept(address)
    tamper(address, table, statement)
    assert [(one.number, fault) for one, fault in chain_faults(books.vouchers())] == faults


def test_the_guards_are_there(databases: Databases) -> None:
    address = databases.address()
    kept(address)
    database = open_database(address)
    for statement in (
        "UPDATE posting SET amount_fen = 1",
        "DELETE FROM voucher",
        "INSERT INTO posting (voucher, line, account, amount_fen, due, payee) VALUES (1, 3, 'cash', 1, '', '')",
    ):
        with pytest.raises(DBAPIError, match=r"append-only|takes only"), database.writing() as connection:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "change", ["account = 'till' WHERE voucher = 1", "account = 'cash' || account WHERE voucher = 2"]
)
def test_a_row_that_is_no_posting_is_damage(databases: Databases, change: str) -> None:
    address = databases.address()
    books = kept(address)
    tamper(address, "posting", f"UPDATE posting SET {change}")
    with pytest.raises(Refused) as refused:
        books.vouchers()
    assert [fault.code for fault in refused.value.diagnostics] == ["DX702"]


# --- the chain, whatever was entered ---


@settings(deadline=None)
@given(vouchers=ledgers())
def test_a_change_to_any_voucher_shows(vouchers: tuple[Voucher, ...]) -> None:
    assert list(chain_faults(vouchers)) == []
    for at, one in enumerate(vouchers):
        entry = one.entry
        for other in (
            replace(one, who="出纳"), replace(one, entry=replace(entry, subject=f"{entry.subject}1")),
            replace(one, entry=replace(entry, note=f"{entry.note}1")), replace(one, hash="f" * 64),
            replace(one, entry=replace(entry, postings=entry.postings[1:]) if entry.postings else replace(entry, run="")),
        ):  # fmt: skip
            assert next(chain_faults((*vouchers[:at], other, *vouchers[at + 1 :])))[0] == other
        cut = [*vouchers[:at], *vouchers[at + 1 :]]
        assert [fault for _, fault in chain_faults(cut)] == [ChainFault.UNLINKED] * (at < len(cut))


def test_accounts_are_read_as_they_are_written() -> None:
    for account in (CASH, DEPOSIT, Account(AccountKind.FUND, "丙：村:1")):
        assert parse_account(str(account)) == account
    with pytest.raises(ValueError, match="till"):
        parse_account("till:G01")


# --- the command ---


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A workspace without contracts; one cadre is known by name."""
    workspace = create(tmp_path / "town", now=lambda: NOON)
    workspace.store.append(Records(cadres=(Cadre("G01", "张三"),)), Origin(JANUARY))
    workspace.store.runs.save(RUN, "{}")
    return tmp_path / "town"


@pytest.fixture
def books(town: Path) -> Books:
    return kept(str(town / DATABASE_FILE))


def run(capsys: pytest.CaptureFixture[str], town: Path, *arguments: str) -> tuple[int, str, str]:
    code = main(["ledger", "-w", str(town), *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_an_empty_ledger_says_so(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, town, "--lang", "en") == (0, "", "The ledger is empty.\n")
    assert json.loads(run(capsys, town, "--json")[1]) == {"head": None, "balances": []}


def test_balances_and_the_head(town: Path, books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    last = books.vouchers()[-1]
    code, out, err = run(capsys, town, "--lang", "zh")
    assert code == 0
    assert [line.split() for line in out.splitlines() if "抵押金—张三" in line] == [
        ["deposit:G01", "抵押金—张三", "0.00"]
    ]
    assert err == f"台账完整；最后一张凭证是第 5 号，哈希 {last.hash}\n"
    code, out, _ = run(capsys, town, "--as-of", "2026-03-02", "--json", "--lang", "en")
    assert json.loads(out) == {
        "head": {"voucher": 2, "hash": books.vouchers()[1].hash},
        "balances": [
            {"account": "cash", "balance_fen": 600_00},
            {"account": "deposit:G01", "balance_fen": -600_00},
        ],
    }


def test_by_cadre_and_by_voucher(town: Path, books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(books.vouchers()) == 5
    _, out, _ = run(capsys, town, "--by", "cadre", "--lang", "en", "--of", "张三")
    [told] = [line.split() for line in out.splitlines() if "G01" in line]
    assert told == ["G01", "张三", "1000.00", "400.00", "600.00", "0.00", "0.00", "300.00", "0.00", "0.00"]
    _, out, _ = run(capsys, town, "--by", "cadre", "--codes-only")
    assert "张三" not in out
    _, out, _ = run(capsys, town, "--by", "voucher", "--of", "G01", "--json")
    assert [one["voucher"] for one in json.loads(out)["vouchers"]] == [1, 2, 4]
    code, _, err = run(capsys, town, "--of", "王五", "--lang", "en")
    assert code == 2
    assert "DX712" in err


def test_names_are_those_of_the_contracts_in_the_workspace(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(LIBRARY / "family_health" / "cadre.yaml", town / "contracts")
    dues = (*due("refund", "G01", "G01", 600_00), *due("forfeit", "G01", "work_fund", 400_00))
    entry = Entry(EntryKind.DUE, JUNE, "", "family-health/cadre", "leader_pay", "G01", "", dues)
    open_store(str(town / DATABASE_FILE)).books.enter(lambda _: [entry])
    _, out, _ = run(capsys, town, "--by", "voucher", "--lang", "zh")
    head = ["1", "2026-06-01", "家庭健康服务责任状（干部）", "包片领导预留绩效", "G01", "张三"]
    assert [line.split()[:7] for line in out.splitlines() if "G01" in line] == [
        [*head, "抵押金—张三"], [*head, "现金"], [*head, "抵押金—张三"], [*head, "工作经费"],
    ]  # fmt: skip
    _, out, _ = run(capsys, town, "--of", "Work fund", "--lang", "en")
    assert [line.split() for line in out.splitlines() if "fund" in line] == [
        ["fund:work_fund", "Work", "fund", "400.00"]
    ]


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".beancount"])
def test_exported_once(
    ending: str, town: Path, books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"ledger{ending}"
    code, out, err = run(capsys, town, "--out", str(path), "--lang", "en")
    assert (code, out) == (0, "")
    assert err.startswith(f"written: {path}\n")
    last = books.vouchers()[-1].hash
    if ending == ".xlsx":
        assert last in str(openpyxl.load_workbook(path).worksheets[0]["A1"].value)
    else:
        assert last in path.read_text("utf-8")
    before = path.read_bytes()
    code, _, err = run(capsys, town, "--out", str(path), "--lang", "en")
    assert code == 2
    assert "DX711" in err
    assert path.read_bytes() == before


@pytest.mark.parametrize("arguments", [("--out", "ledger.pdf"), ("--out", "ledger.csv", "--of", "G01")])
def test_what_no_file_can_be(arguments: tuple[str, ...], town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, town, *arguments, "--lang", "en")
    assert code == 2
    assert "DX711" in err


def test_a_ledger_that_does_not_hold_together_is_shown_to_nobody(
    town: Path, books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(books.vouchers()) == 5
    # The guards are back when the workspace is opened again: only the chain tells.
    database = open_database(str(town / DATABASE_FILE))
    with database.writing() as connection:
        guard = "SELECT sql FROM sqlite_master WHERE name = 'posting_no_update'"
        trigger = connection.execute(text(guard)).scalar_one()
        connection.exec_driver_sql("DROP TRIGGER posting_no_update")
        connection.exec_driver_sql("UPDATE posting SET amount_fen = amount_fen * 2 WHERE voucher = 4")
        connection.exec_driver_sql("UPDATE posting SET amount_fen = amount_fen + 1 WHERE voucher = 1 AND line = 1")
        connection.exec_driver_sql(trigger)
    code, out, err = run(capsys, town, "--out", str(tmp_path / "ledger.csv"), "--lang", "en")
    assert (code, out) == (2, "")
    assert err.count("DX718") == 3
    for told in ("voucher 1 says something else", "credit of voucher 1 differ", "voucher 4 says something else"):
        assert told in err
    assert not (tmp_path / "ledger.csv").exists()


def tamper(address: str, table: str, statement: str) -> None:
    """As somebody with the password would."""
    database = open_database(address)
    with database.writing() as connection:
        if database.is_file:
            connection.execute(text("PRAGMA foreign_keys = OFF"))
            for action in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER {table}_no_{action}"))
        else:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        connection.execute(text(statement))
