"""The folder of a town: `duixian.sqlite` and `contracts/*.yaml`. Made whole or not at all, opened only when it is sound.

A shared office keeps the records in PostgreSQL instead: then `database.url` stands in the folder and says where.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from sqlalchemy import URL, Connection, inspect, text

from rules.diagnostic import Diagnostic, Span, Text, refuse, say
from targets.address import parse, shown
from targets.database import WAIT_MS, Database
from targets.faults import DAMAGE_HINT
from targets.guarded import faulty_guards
from targets.schema import REVISION, Table
from targets.store import Store

DATABASE_FILE = "duixian.sqlite"
URL_FILE = "database.url"
CONTRACTS_FOLDER = "contracts"
COPIES_MAX = 100


def utc_now() -> datetime:
    """The one clock of the store; tests and replays hand in their own."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Workspace:
    folder: Path
    store: Store
    database: Database

    @property
    def contracts_folder(self) -> Path:
        return self.folder / CONTRACTS_FOLDER

    def contract_files(self) -> tuple[Path, ...]:
        return tuple(sorted(self.contracts_folder.glob("*.yaml")))


def create(
    folder: Path, url: str | None = None, *, now: Callable[[], datetime] = utc_now, wait_ms: int = WAIT_MS
) -> Workspace:
    """The workspace in this folder, made if it is not there yet; what lies in the folder already stays as it is.

    With `url` its records are kept in that PostgreSQL database, which may hold those of one workspace.

    The tables are made in one transaction of the database itself. Killed half-way, the folder holds an empty file, which
    is not a workspace and becomes one the next time; of two at once, the second finds it made. Raises Refused.
    """
    _make_folder(folder)
    database = _new_database(folder, url, wait_ms)
    with database.writing(tables_change=True) as connection:
        _refuse_other_encoding(connection, database.place)
        if _is_blank(connection):
            _upgrade(connection)
    if url is not None:
        _keep_url(folder, url)
    workspace = open_workspace(folder, now=now, wait_ms=wait_ms)
    _make_folder(workspace.contracts_folder)
    return workspace


def open_workspace(
    folder: Path,
    *,
    to_write: bool = True,
    to_audit: bool = False,
    now: Callable[[], datetime] = utc_now,
    wait_ms: int = WAIT_MS,
) -> Workspace:
    """The workspace in this folder; one of an older version is brought up to date, after a copy has been put beside it.

    Raises Refused when there is none (DX700), when a newer version made it (DX701), when it is damaged (DX702), and, if
    it is opened `to_write`, when it cannot be written (DX703) or is in use for too long (DX704). Opened `to_audit`, nothing is
    refused that the audit can tell of: its guards, and text that is none.
    """
    if (folder / URL_FILE).is_file():
        database = Database.by_url(_kept_url(folder), wait_ms)
        make_ready(database, guarded=not to_audit)
        return Workspace(folder, Store(database, now), database)
    file = folder / DATABASE_FILE
    if not file.is_file() or file.stat().st_size == 0:
        refuse(
            Diagnostic(
                "DX700",
                Span(str(folder)),
                say("no {file} with anything in it", file=DATABASE_FILE),
                say("the folder of a workspace"),
                say("`duixian init` makes one"),
            )
        )
    database = Database.in_file(file, wait_ms)
    make_ready(database, file, guarded=not to_audit)
    if to_write and not to_audit:
        _try_to_write(database)
        return Workspace(folder, Store(database, now), database)
    reader = Database.in_file(file, wait_ms, read_only=True, whatever_it_says=to_audit)
    return Workspace(folder, Store(reader, now), reader)


def _new_database(folder: Path, url: str | None, wait_ms: int) -> Database:
    """Where the records of a new workspace go; of one that is there, where they are."""
    kept = _kept_url(folder) if (folder / URL_FILE).is_file() else None
    if url is None and kept is None:
        return Database.in_file(folder / DATABASE_FILE, wait_ms)
    asked = None if url is None else parse(url, kept=True)
    if (kept is not None and asked not in (None, kept)) or (kept is None and (folder / DATABASE_FILE).is_file()):
        found = say("{place}", place=DATABASE_FILE if kept is None else shown(kept))
        expected = say("a folder whose records are not kept elsewhere already")
        refuse(Diagnostic("DX722", Span(str(folder)), found, expected))
    address = asked or kept
    assert address is not None, "one of the two"
    return Database.by_url(address, wait_ms)


def _keep_url(folder: Path, url: str) -> None:
    """Beside the contracts, for every command. Files travel, so no password goes into one."""
    part = folder / f"{URL_FILE}.part"
    try:
        part.write_text(url + "\n", encoding="utf-8")
        part.replace(folder / URL_FILE)
    except OSError as error:
        _refuse_to_write(Span(str(folder)), error)


def _kept_url(folder: Path) -> URL:
    """Raises Refused for a file in which no address stands (DX722), or one with a password."""
    file = folder / URL_FILE
    try:
        # An editor on Windows may put a mark before it.
        told = file.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        expected = say("an address such as postgresql://user@host/town")
        refuse(Diagnostic("DX722", Span(str(file)), say("bytes that are not UTF-8"), expected))
    return parse(told, Span(str(file)), kept=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _refuse_to_write(Span(str(folder)), error)


def make_ready(database: Database, file: Path | None = None, *, guarded: bool = True) -> None:
    """Refuse a database that is not ours, newer, torn or without its guards (where they must be `guarded`); bring an older one
    up to date.

    `file` is where a SQLite database lies: it is copied before its tables change.
    """
    with database.reading() as connection:
        _refuse_other_encoding(connection, database.place)
        revision = _revision(connection, database.place)
        tear = "" if file is None else _tear(connection, file)
    if tear:
        _refuse_damage(database.place, say("{message}", message=tear), say("a database without holes"))
    if revision != REVISION:
        if not guarded and revision < REVISION:
            _refuse_older(database.place, revision)
        _bring_up_to_date(database, file)
    with database.reading() as connection:
        missing = faulty_guards(connection, Table.metadata.tables) if guarded else ()
    if missing:
        found = say("no {guards}", guards=", ".join(missing))
        _refuse_damage(database.place, found, say("the triggers that keep its tables append-only"))


def _tear(connection: Connection, file: Path) -> str:
    """What is wrong with the pages of the file, if anything (1.5 ms a megabyte)."""
    pages = int(connection.execute(text("PRAGMA page_count")).scalar_one())
    page_bytes = int(connection.execute(text("PRAGMA page_size")).scalar_one())
    # SQLite reads the missing end of the last page as zeros.
    if file.stat().st_size < pages * page_bytes:
        return f"{file.stat().st_size} < {pages} * {page_bytes}"
    report = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
    return "" if report == "ok" else " ".join(report.split())


def _refuse_other_encoding(connection: Connection, place: Span) -> None:
    """What a server keeps in another encoding lacks characters, or is bytes that nobody vouches for (SQL_ASCII)."""
    if connection.dialect.name == "sqlite":
        return
    encoding = str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())
    if encoding != "UTF8":
        hint = say("`createdb --encoding=UTF8 --template=template0` makes one")
        found = say("a database in {encoding}", encoding=encoding)
        refuse(Diagnostic("DX722", place, found, say("a database in UTF8"), hint))


def _revision(connection: Connection, place: Span) -> str:
    """The last migration that ran. The application id tells our file from another that is kept with Alembic too."""
    if not _is_ours(connection):
        found = say("a database of another program")
        refuse(Diagnostic("DX700", place, found, say("the database of a workspace")))
    revisions: Sequence[str] = ()
    if inspect(connection).has_table("alembic_version"):
        revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(revisions) != 1:
        _refuse_damage(place, say("{number} versions of its tables", number=len(revisions)), say("one"))
    return revisions[0]


def _is_ours(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return bool(connection.execute(text("PRAGMA application_id")).scalar_one() == APPLICATION_ID)
    tables = inspect(connection).get_table_names()
    return "alembic_version" in tables and "import_batch" in tables


APPLICATION_ID = 0x44585744
"""Written into the head of the file by the first migration: `DXWD`."""


def _is_blank(connection: Connection) -> bool:
    return not inspect(connection).get_table_names()


def _refuse_older(place: Span, revision: str) -> NoReturn:
    """The audit writes nothing: a trail that it had made itself would tell of what is there now, whoever put it there."""
    found, expected = (
        say("tables of version {revision}", revision=revision),
        say("tables of version {revision}", revision=REVISION),
    )
    hint = say("`duixian runs` brings it up to date; its trail begins on that day")
    refuse(Diagnostic("DX701", place, found, expected, hint))


def _bring_up_to_date(database: Database, file: Path | None) -> None:
    from targets.migrations import revisions  # noqa: PLC0415 - Alembic takes a quarter of a second to load

    with database.writing(tables_change=True) as connection:
        # Asked again: another process may have done it while we waited for our turn.
        revision = _revision(connection, database.place)
        if revision == REVISION:
            return
        if revision not in revisions():
            found = say("tables of version {revision}", revision=revision)
            expected = say("tables of version {revision} or older", revision=REVISION)
            hint = say("install the newer Duixian that this workspace was last used with")
            refuse(Diagnostic("DX701", database.place, found, expected, hint))
        copy = None if file is None else _copy_before_upgrade(file, revision)
        try:
            _upgrade(connection)
        except BaseException:
            # Nothing has changed; every attempt would leave another one.
            if copy is not None:
                copy.unlink(missing_ok=True)
            raise


def _upgrade(connection: Connection) -> None:
    from targets.migrations import upgrade  # noqa: PLC0415 - as above

    upgrade(connection)


def _copy_before_upgrade(file: Path, revision: str) -> Path:
    """A copy of the database as it is, beside it. The caller holds the right to write, so that it cannot change meanwhile."""
    copy = _free_name(file, revision)
    part = copy.with_name(copy.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        part.rename(copy)
    except OSError as error:
        _refuse_to_write(Span(str(copy)), error)
    return copy


def _free_name(file: Path, revision: str) -> Path:
    """`duixian.version-0001.sqlite`, or with a number when an earlier copy has that name."""
    suffixes = ("", *(f"-{number}" for number in range(2, COPIES_MAX + 1)))
    names = (file.with_name(f"{file.stem}.version-{revision}{suffix}{file.suffix}") for suffix in suffixes)
    free = next((name for name in names if not name.exists()), None)
    if free is None:
        found = say("{count} copies of version {revision}", count=COPIES_MAX, revision=revision)
        refuse(
            Diagnostic("DX703", Span(str(file)), found, say("fewer, so that one more can be made before the change"))
        )
    return free


def _try_to_write(database: Database) -> None:
    """Find out now, and not after a long import has been read, whether the disk takes what we write."""
    if not database.is_file:
        return
    with database.writing() as connection:
        version = connection.execute(text("PRAGMA user_version")).scalar_one()
        connection.execute(text(f"PRAGMA user_version = {version}"))
        connection.rollback()


def _refuse_to_write(place: Span, error: OSError) -> NoReturn:
    found = say("{reason}", reason=error.strerror or str(error))
    refuse(Diagnostic("DX703", place, found, say("a folder that can be written")))


def _refuse_damage(place: Span, found: Text, expected: Text) -> NoReturn:
    refuse(Diagnostic("DX702", place, found, expected, DAMAGE_HINT))
