"""A database behind one small door: how readers and writers begin, and its faults as diagnostics.

SQLite keeps its rollback journal and does not use WAL: WAL needs memory shared by everyone who has the file open, which
the machines on a network drive do not have, and it leaves a second file that people forget to copy. See
docs/decisions/0004-store.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from rules.diagnostic import Span
from targets.address import parse, shown
from targets.faults import faults_as_diagnostics

WAIT_MS = 10_000
"""How long a writer waits for another one before it is refused."""

IDLE_MS = 120_000
"""How long a writer may do nothing between two statements, on a server."""

WRITERS_LOCK = 0x44585744
"""The number of PostgreSQL's advisory lock that our writers take in turn."""


class Database:
    """`place` is what diagnostics name: the file, or the address without its password."""

    def __init__(self, engine: Engine, place: Span, wait_ms: int) -> None:
        self.place = place
        self._engine, self._wait_ms = engine, wait_ms

    @classmethod
    def in_file(
        cls, path: Path, wait_ms: int = WAIT_MS, *, read_only: bool = False, whatever_it_says: bool = False
    ) -> Self:
        """SQLite. The file is made when it is not there: look first. `whatever_it_says` reads text that is none, too."""
        # No pool: a connection left open would keep the file from being moved or deleted on Windows.
        engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
        event.listen(engine, "connect", _on_sqlite_connect(wait_ms, read_only, whatever_it_says))
        event.listen(engine, "begin", _begin_sqlite)
        return cls(engine, Span(str(path)), wait_ms)

    @classmethod
    def by_url(cls, url: str | URL, wait_ms: int = WAIT_MS) -> Self:
        """PostgreSQL, such as `postgresql://user@host/town`. Raises Refused for an address that is none (DX722).

        A password may stand in it for a program; people keep theirs in `~/.pgpass` or PGPASSWORD.
        """
        address = parse(url) if isinstance(url, str) else url
        # Whatever the server, the machine or the address prefers: half of what we say of people is Chinese.
        engine = create_engine(address, poolclass=NullPool, connect_args={"client_encoding": "utf8"})
        return cls(engine, Span(shown(address)), wait_ms)

    @property
    def is_file(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction in which everything read is of one moment. Raises Refused for the database's own faults."""
        repeatable = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        options: dict[str, Any] = {} if self.is_file else repeatable
        with self._transaction(options) as connection:
            self._wait_no_longer(connection)
            yield connection

    @contextmanager
    def writing(self, *, tables_change: bool = False) -> Iterator[Connection]:
        """A transaction that is the only one to write; committed at the end, or nothing of it. Raises Refused.

        A change of the tables themselves may rebuild one that others refer to: references are then checked at the end.
        """
        options: dict[str, Any] = {"writing": True, "tables_change": tables_change}
        if not self.is_file:
            # Else a server whose transactions are repeatable would show what was there before our turn came.
            options["isolation_level"] = "READ COMMITTED"
        with self._transaction(options) as connection:
            self._wait_no_longer(connection)
            if not self.is_file:
                # A machine that was put to sleep holds its turn no longer than this.
                connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_MS}"))
                # By its schema and for just this type: a function of that name in `public` would else be called with our rights.
                connection.execute(text(f"SELECT pg_catalog.pg_advisory_xact_lock(CAST({WRITERS_LOCK} AS bigint))"))
            yield connection
            if self.is_file and tables_change:
                assert not connection.execute(text("PRAGMA foreign_key_check")).all(), "a migration left orphans"

    def _wait_no_longer(self, connection: Connection) -> None:
        """Somebody's open transaction may hold a table from readers, too. (In SQLite the connection has it already.)"""
        if not self.is_file:
            connection.execute(text(f"SET LOCAL lock_timeout = {self._wait_ms}"))

    @contextmanager
    def _transaction(self, options: dict[str, Any]) -> Iterator[Connection]:
        with faults_as_diagnostics(self.place), self._engine.connect() as connection:
            prepared = connection.execution_options(**options)
            with prepared.begin():
                yield prepared


def _on_sqlite_connect(
    wait_ms: int, read_only: bool, whatever_it_says: bool
) -> Callable[[sqlite3.Connection, object], None]:
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin late, and not at all for CREATE TABLE; BEGIN is ours (below).
        connection.isolation_level = None
        for setting in (
            f"busy_timeout = {wait_ms}",
            "foreign_keys = ON",
            # What we said is stored is on the disk, its directory entry too.
            "synchronous = EXTRA",
            # The file may come from anywhere: its triggers and views may call no function with side effects.
            "trusted_schema = OFF",
            *(["query_only = ON"] if read_only else []),
        ):
            connection.execute(f"PRAGMA {setting}")
        if whatever_it_says:
            connection.text_factory = _spelled_out

    return prepare


def _spelled_out(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("tables_change"):
        # Has no effect inside a transaction, and lasts as long as the connection, which is as long as this transaction.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    # A writer that began as a reader could not wait for another writer: SQLite refuses that at once, as a deadlock.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")
