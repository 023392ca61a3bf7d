"""Append-only: what the database itself refuses, whoever asks, and what is said when somebody got round it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from databases import Databases, databases, open_database, open_store
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rules.diagnostic import Refused
from rules.period import parse_period
from targets.batch import Origin, SourceFile
from targets.cadre import Cadre
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting
from targets.observation import Observation, Target
from targets.run import Extent, Run, RunCheck
from targets.snapshot import Records
from targets.store import Store

__all__ = ["databases"]

VILLAGE = "510125101201"
APRIL, JULY = date(2026, 4, 3), date(2026, 7, 2)
FILE = SourceFile("一季度.xlsx", "a" * 64)


def observed(numerator: int) -> Records:
    return Records(observations=(Observation(VILLAGE, "健康检查", parse_period("2026Q1"), numerator, 1),))


TAMPERING = {
    "change a value": "UPDATE observation SET numerator = 100",
    "remove a record": "DELETE FROM observation",
    "move a batch to another day": "UPDATE import_batch SET recorded_on = '2025-01-01'",
    "remove a file's hash": "DELETE FROM import_file",
    "slip a correction into the past": (
        "INSERT INTO cadre (code, version, batch, withdrawn, name) VALUES ('G01', 2, 1, FALSE, '丙')"
    ),
    "leave a version out": "INSERT INTO cadre (code, version, batch, withdrawn, name) VALUES ('G01', 3, 2, FALSE, '丙')",
    "leave a batch out": (
        "INSERT INTO import_batch (id, recorded_on, written_at, who, note)"
        " VALUES (4, '2026-07-02', '2026-07-02 12:00', '', '')"
    ),
    "a record without a batch": (
        "INSERT INTO cadre (code, version, batch, withdrawn, name) VALUES ('G09', 1, 99, FALSE, '丙')"
    ),
    "name a file for an earlier batch": "INSERT INTO import_file (batch, path, sha256) VALUES (1, '二季度.xlsx', 'f')",
    "a file without a batch": "INSERT INTO import_file (batch, path, sha256) VALUES (99, '一季度.xlsx', 'f')",
}
ON_SQLITE = {
    "write a version over": (
        "INSERT OR REPLACE INTO cadre (code, version, batch, withdrawn, name) VALUES ('G01', 1, 2, FALSE, '丙')"
    ),
    "a new record in the place of another": (
        "INSERT OR REPLACE INTO cadre (rowid, code, version, batch, withdrawn, name) VALUES (1, 'G02', 1, 2, FALSE, '丙')"
    ),
    "write a file over": f"INSERT OR REPLACE INTO import_file (batch, path, sha256) VALUES (2, '一季度.xlsx', '{FILE.sha256}')",
}
ON_POSTGRESQL = {"empty a table": "TRUNCATE observation"}


def test_the_tables_refuse_to_be_changed(databases: Databases) -> None:
    address = databases.address()
    store, database = open_store(address), open_database(address)
    first = Records(cadres=(Cadre("G01", "甲"),), observations=observed(80).observations)
    store.append(first, Origin(APRIL, (FILE,)))
    store.append(observed(79), Origin(JULY, (FILE,)))
    before = store.batches(), store.as_of(), store.as_of(APRIL)
    for statement in (TAMPERING | (ON_SQLITE if database.is_file else ON_POSTGRESQL)).values():
        with (
            pytest.raises(DBAPIError, match=r"append-only|takes only"),
            database.writing() as connection,
        ):
            connection.exec_driver_sql(statement)
    assert (store.batches(), store.as_of(), store.as_of(APRIL)) == before


RUN = Run("c" * 64, "d" * 64, "0.1", 2026)
VOUCHER = (
    "INSERT INTO voucher (number, day, kind, contract, clause, subject, note, happened_at, who, previous_hash, hash)"
)
POSTING = "INSERT INTO posting (voucher, line, account, amount_fen, due, payee)"
REST_OF_VOUCHER = "'2027-02-01', 'deposit', '', '', '', '', '2027-02-01 12:00', ''"
LAST_HASH = "(SELECT hash FROM voucher WHERE number = 2)"
# One appeal and its decision, one contract, two vouchers of two lines each.
TAMPERING_WITH_MONEY = {
    "change the text of a contract": "UPDATE contract_text SET text = 'points: 100'",
    "another text under the same hash": "INSERT INTO contract_text (hash, path, text) VALUES ('c1', 'a.yaml', 'b')",
    "take a contract from a run": "DELETE FROM run_contract",
    "move a run to another contract": "UPDATE run_contract SET contract = 'c2'",
    "a contract of a run again": f"INSERT INTO run_contract (run, contract) VALUES ('{RUN.name}', 'c1')",
    "change what was claimed": "UPDATE appeal SET claim = ''",
    "lose an appeal": "DELETE FROM appeal",
    "leave a number of an appeal out": (
        "INSERT INTO appeal (id, run, subject, filed_on, claim, happened_at, who)"
        f" VALUES (3, '{RUN.name}', 'V', '2027-01-10', '', '2027-01-10 12:00', '')"
    ),
    "decide the other way": "UPDATE appeal_decision SET upheld = TRUE",
    "decide a second time": (
        "INSERT INTO appeal_decision (appeal, upheld, decided_on, ground, happened_at, who)"
        " VALUES (1, TRUE, '2027-01-12', '', '2027-01-12 12:00', '')"
    ),
    "take a decision back": "DELETE FROM appeal_decision",
    "change the day of a voucher": "UPDATE voucher SET day = '2026-01-01'",
    "lose a voucher": "DELETE FROM voucher WHERE number = 2",
    "pay more": "UPDATE posting SET amount_fen = amount_fen * 2",
    "lose the lines": "DELETE FROM posting",
    "leave a number of a voucher out": f"{VOUCHER} VALUES (4, {REST_OF_VOUCHER}, {LAST_HASH}, 'h')",
    "a voucher of the same number": f"{VOUCHER} VALUES (2, {REST_OF_VOUCHER}, {LAST_HASH}, 'h')",
    "a voucher that is not chained": f"{VOUCHER} VALUES (3, {REST_OF_VOUCHER}, 'f', 'h')",
    "a voucher chained to an older one": (
        f"{VOUCHER} VALUES (3, {REST_OF_VOUCHER}, (SELECT hash FROM voucher WHERE number = 1), 'h')"
    ),
    "a line for an older voucher": f"{POSTING} VALUES (1, 3, 'cash', -5, '', '')",
    "leave a line out": f"{POSTING} VALUES (2, 4, 'cash', -5, '', '')",
    "a line written over": f"{POSTING} VALUES (2, 1, 'cash', -5, '', '')",
    "a line without a voucher": f"{POSTING} VALUES (9, 1, 'cash', -5, '', '')",
}
MONEY_ON_SQLITE = {
    "write a decision over": (
        "INSERT OR REPLACE INTO appeal_decision (appeal, upheld, decided_on, ground, happened_at, who)"
        " VALUES (1, TRUE, '2027-01-12', '', '2027-01-12 12:00', '')"
    ),
    "write a text over": "INSERT OR REPLACE INTO contract_text (hash, path, text) VALUES ('c1', 'a.yaml', 'b')",
    "write a line over": POSTING.replace("INSERT", "INSERT OR REPLACE") + " VALUES (2, 2, 'cash', -5, '', '')",
    "the next voucher in the place of the first": (
        VOUCHER.replace("INSERT", "INSERT OR REPLACE").replace("(number", "(rowid, number")
        + f" VALUES (1, 3, {REST_OF_VOUCHER}, {LAST_HASH}, 'h')"
    ),
}
MONEY_ON_POSTGRESQL = {
    f"empty {table}": f"TRUNCATE {table} CASCADE"
    for table in ("contract_text", "run_contract", "appeal", "appeal_decision", "voucher", "posting")
}


def test_texts_appeals_and_the_ledger_refuse_to_be_changed(databases: Databases) -> None:
    address = databases.address()
    store, database = store_with_money(address), open_database(address)
    before = store.runs.all(), store.runs.contracts(RUN.name), store.books.vouchers()
    assert len(before[2]) == 2
    for statement in (TAMPERING_WITH_MONEY | (MONEY_ON_SQLITE if database.is_file else MONEY_ON_POSTGRESQL)).values():
        with (
            pytest.raises(DBAPIError, match=r"append-only|takes only"),
            database.writing() as connection,
        ):
            connection.exec_driver_sql(statement)
    assert (store.runs.all(), store.runs.contracts(RUN.name), store.books.vouchers()) == before


def test_nothing_is_chained_to_a_voucher_that_does_not_come_to_nothing(databases: Databases) -> None:
    """A line slipped into the newest voucher shows at the next one: nobody enters any more."""
    address = databases.address()
    store, database = store_with_money(address), open_database(address)
    with database.writing() as connection:
        connection.exec_driver_sql(f"{POSTING} VALUES (2, 3, 'cash', -5, '', '')")
    with pytest.raises(Refused, match="DX718"):
        store.books.enter(lambda _: [deposited(10)])
    with pytest.raises(DBAPIError, match="that one balanced"), database.writing() as connection:
        connection.exec_driver_sql(f"{VOUCHER} VALUES (3, {REST_OF_VOUCHER}, {LAST_HASH}, 'h')")
    assert len(store.books.vouchers()) == 2


def store_with_money(address: str) -> Store:
    """What it takes to tamper with: one of everything, and two vouchers."""
    store, database = open_store(address), open_database(address)
    store.runs.save(RUN, "{}")
    store.runs.publish(RUN.name, date(2027, 1, 10), date(2027, 1, 16))
    store.runs.decide(store.runs.appeal(RUN.name, "V", date(2027, 1, 10), "例会"), False, date(2027, 1, 11), "记录")
    with database.writing() as connection:
        for name in ("c1", "c2"):
            connection.exec_driver_sql(f"INSERT INTO contract_text (hash, path, text) VALUES ('{name}', 'a.yaml', 'a')")
        connection.exec_driver_sql(f"INSERT INTO run_contract (run, contract) VALUES ('{RUN.name}', 'c1')")
    store.books.enter(lambda _: [deposited(10), deposited(20)])
    return store


def deposited(amount_fen: int) -> Entry:
    lines = (Posting(Account(AccountKind.CASH), amount_fen), Posting(Account(AccountKind.DEPOSIT, "G01"), -amount_fen))
    return Entry(EntryKind.DEPOSIT, date(2027, 2, 1), contract="a", clause="b", subject="G01", postings=lines)


def test_a_row_that_we_did_not_write_is_damage_not_a_crash(databases: Databases) -> None:
    address = databases.address()
    store, database = open_store(address), open_database(address)
    store.append(observed(80), Origin(APRIL))
    store.append(Records(targets=(Target(VILLAGE, "健康检查", "target", Fraction(1, 2)),)), Origin(APRIL))
    for table, columns in (
        ("observation", "period = '第十三月'"),
        ("target", "value_denominator = 0"),
        *([("import_batch", "recorded_on = '四月三日'")] if database.is_file else []),  # a day is a day on PostgreSQL
    ):
        with database.writing() as connection:
            switch_off_guards(connection, table)
            connection.execute(text(f"UPDATE {table} SET {columns}"))
        with pytest.raises(Refused) as refused:
            store.as_of()
        assert [fault.code for fault in refused.value.diagnostics] == ["DX702"]


@pytest.mark.parametrize(
    ("table", "columns", "on_sqlite_only"),
    [
        ("posting", "amount_fen = 'much'", True),
        ("posting", "account = 'pocket:G01'", False),
        ("voucher", "day = 'yesterday'", True),
        ("voucher", "happened_at = 7", True),
        ("voucher", "kind = 'gift'", False),
        ("run", "year = 'this'", True),
        ("run", "created_at = 'then'", True),
        ("run_event", "state = 'paid'", False),
        ("run_check", "cells = 'all'", True),
        ("appeal", "filed_on = 3", True),
        ("appeal_decision", "decided_on = 'perhaps'", True),
    ],
)
def test_what_cannot_be_read_of_money_is_damage_too(
    databases: Databases, table: str, columns: str, on_sqlite_only: bool
) -> None:
    address = databases.address()
    store, database = store_with_money(address), open_database(address)
    store.runs.save(RUN, "{}", check=RunCheck(Extent.ALL, 7))
    if on_sqlite_only and not database.is_file:
        return  # PostgreSQL keeps no text where a number should be
    with database.writing() as connection:
        switch_off_guards(connection, table)
        connection.execute(text(f"UPDATE {table} SET {columns}"))
    with pytest.raises(Refused) as refused:
        _ = store.books.vouchers(), store.runs.all()
    assert [fault.code for fault in refused.value.diagnostics] == ["DX702"]


def test_a_contract_that_is_no_text(databases: Databases) -> None:
    address = databases.address()
    store, database = store_with_money(address), open_database(address)
    if database.is_file:  # text is text on PostgreSQL
        with database.writing() as connection:
            switch_off_guards(connection, "contract_text")
            connection.exec_driver_sql("UPDATE contract_text SET text = x'ff'")
        with pytest.raises(Refused, match="DX702"):
            store.runs.contracts(RUN.name)


def switch_off_guards(connection: Any, table: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER {table}_no_update"))
    else:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
