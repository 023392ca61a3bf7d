"""Faults of the file, the disk and the server, each with its code; what this program does wrong itself stays an exception."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from databases import Databases, PostgresServer, databases, open_database, open_store, postgres
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from test_append_only import RUN, store_with_money, switch_off_guards

from cli.runs import stored_result
from rules.diagnostic import Refused
from targets.batch import Origin
from targets.cadre import Cadre
from targets.database import Database
from targets.run import Run
from targets.snapshot import Records
from targets.store import Store

__all__ = ["databases", "postgres"]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [fault.code for fault in refused.value.diagnostics]


def run(database: Database, *statements: str) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement", ["SELECT absent FROM voucher", "SELECT 1 FROM nowhere", "INSERT INTO voucher (absent) VALUES (1)"]
)
def test_tables_that_are_not_ours_are_damage(databases: Databases, statement: str) -> None:
    database = open_database(databases.address())
    with pytest.raises(Refused) as refused:
        run(database, statement)
    assert codes(refused) == ["DX702"]


def test_a_column_that_somebody_renamed(databases: Databases) -> None:
    address = databases.address()
    store = store_with_money(address)
    run(open_database(address), "ALTER TABLE voucher RENAME COLUMN who TO whom")
    with pytest.raises(Refused) as refused:
        store.books.vouchers()
    assert codes(refused) == ["DX702"]


def test_a_statement_that_is_none_is_our_own_fault(databases: Databases) -> None:
    database = open_database(databases.address())
    with pytest.raises(DBAPIError, match="syntax error"):
        run(database, "SELEKT 1")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        *((state, "DX702") for state in ("42703", "42P01", "42883", "42809", "XX001", "XX002")),
        *((state, "DX703") for state in ("57P01", "57P02", "57P03", "25P03", "58030", "XX000", "42501", "3F000")),
        *((state, "DX704") for state in ("57014", "23505", "55P03", "40001", "40P01")),
    ],
)
def test_what_a_server_says(postgres: PostgresServer, state: str, code: str) -> None:
    database = open_database(postgres.address())
    with pytest.raises(Refused) as refused:
        run(database, f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")
    assert codes(refused) == [code]


def test_a_server_that_is_shut_down(postgres: PostgresServer) -> None:
    database = open_database(postgres.address())
    with pytest.raises(Refused) as refused:
        run(database, "SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())")
    assert codes(refused) == ["DX703"]


def test_text_that_is_none(databases: Databases) -> None:
    """SQLite's driver has no name for that fault."""
    address = databases.address()
    store, database = store_with_money(address), open_database(address)
    if database.is_file:  # text is text on PostgreSQL
        with database.writing() as connection:
            switch_off_guards(connection, "run")
            connection.exec_driver_sql("UPDATE run SET result = CAST(x'ff' AS TEXT)")
        with pytest.raises(Refused) as refused:
            store.runs.result(RUN.name)
        assert codes(refused) == ["DX702"]


ON_SQLITE = ("9999-12-31 23:59:59.000000", "0001-01-01 00:00:01.000000")
ON_POSTGRESQL = ("infinity", "-infinity", "0044-03-15 BC", "12000-01-01", "9999-12-31 12:00")


@pytest.mark.parametrize(
    ("table", "column"), [("run", "created_at"), ("voucher", "happened_at"), ("run_event", "happened_at")]
)
def test_a_moment_at_the_edge_of_time_is_damage(databases: Databases, table: str, column: str) -> None:
    """Of the last day that there is, another time zone shows the day after; and there is none."""
    address = databases.address()
    store, database = store_with_money(address), open_database(address)
    with database.writing() as connection:
        switch_off_guards(connection, table)
    for moment in ON_SQLITE if database.is_file else ON_POSTGRESQL:
        run(database, f"UPDATE {table} SET {column} = '{moment}'")
        with pytest.raises(Refused) as refused:
            _ = store.books.vouchers(), store.runs.all()
        assert codes(refused) == ["DX702"]


def test_a_day_that_no_calendar_of_ours_has(postgres: PostgresServer) -> None:
    address = postgres.address()
    store, database = store_with_money(address), open_database(address)
    with database.writing() as connection:
        switch_off_guards(connection, "voucher")
    for day in ("infinity", "-infinity", "0044-03-15 BC"):
        run(database, f"UPDATE voucher SET day = '{day}'")
        with pytest.raises(Refused) as refused:
            store.books.vouchers()
        assert codes(refused) == ["DX702"]


@pytest.mark.parametrize("result", ["[]", "5", '{"contracts": 5}', "[" * 60_000])
def test_a_result_that_is_none(databases: Databases, result: str) -> None:
    store = store_with_money(databases.address())
    damaged = store.runs.save(Run("e" * 64, "d" * 64, "0.1", 2026), result)
    with pytest.raises(Refused) as refused:
        stored_result(store.runs, damaged.name)
    assert codes(refused) == ["DX702"]


# Turns


@contextmanager
def held(database: Database, statement: str) -> Iterator[Any]:
    with database.writing() as connection:
        connection.exec_driver_sql(statement)
        yield connection
        connection.rollback()


def test_a_reader_waits_no_longer_than_a_writer(postgres: PostgresServer) -> None:
    address = postgres.address()
    reader = Store(open_database(address, 50), lambda: None)  # type: ignore[arg-type, return-value]
    with held(open_database(address), "LOCK TABLE voucher"), pytest.raises(Refused) as refused:
        reader.books.vouchers()
    assert codes(refused) == ["DX704"]


def test_a_writer_sees_what_was_written_before_its_turn(postgres: PostgresServer) -> None:
    """Whatever the server's transactions are otherwise: what was there before it waited is not what it adds to."""
    address = make_url(postgres.address())
    options = f"{address.query['options']} -cdefault_transaction_isolation=serializable"
    theirs = address.update_query_dict({"options": options}).render_as_string(hide_password=False)
    first, second = open_store(theirs), open_store(theirs)
    done: list[int] = []

    def write() -> None:
        second.append(Records(cadres=(Cadre("G02", "乙"),)), Origin(date(2026, 4, 3)))
        done.append(1)

    thread = threading.Thread(target=write)
    with open_database(theirs).writing() as connection:
        thread.start()
        thread.join(0.5)
        assert not done
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one() == "2min"
        # Without the lock, which this thread holds already.
        connection.exec_driver_sql(
            "INSERT INTO import_batch (id, recorded_on, written_at, who, note)"
            " VALUES (1, '2026-04-03', '2026-04-03 12:00', '', '')"
        )
    thread.join(20)
    assert done
    assert [batch.id for batch in first.batches()] == [1, 2]
