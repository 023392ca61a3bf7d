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
from targets.observation import Observation, Target
from targets.snapshot import Records

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


def switch_off_guards(connection: Any, table: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER {table}_no_update"))
    else:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
