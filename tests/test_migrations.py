"""The history of the tables: every earlier workspace comes up to date, whole, with a copy kept, and to the same tables."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import Databases, SqliteFiles, databases, finish, start
from sqlalchemy import Connection, inspect, text

from rules.diagnostic import Refused
from targets import migrations, workspace
from targets.batch import Origin
from targets.cadre import Cadre
from targets.database import Database
from targets.guarded import DIGESTS, digest, faulty_guards
from targets.rows import RECORD_TABLES
from targets.schema import REVISION, Table
from targets.snapshot import Records
from targets.store import Store
from targets.workspace import DATABASE_FILE, make_ready, open_workspace

__all__ = ["databases"]

APRIL = Origin(date(2026, 4, 3))
ONE = Records(cadres=(Cadre("G01", "甲"),))
EARLIER = migrations.revisions()[:-1]


def build(database: Database, revision: str) -> None:
    with database.writing(tables_change=True) as connection:
        migrations.upgrade(connection, revision)


def record_one(database: Database) -> None:
    """As the program of that revision did, before there was a trail; the tables it wrote to have not changed since."""
    tables, moment = Table.metadata.tables, datetime(2026, 4, 3, 12, tzinfo=UTC)
    batch = {"id": 1, "recorded_on": APRIL.recorded_on, "written_at": moment, "who": "", "note": ""}
    counts = {"batch": 1, "record_table": "cadres", "new": 1, "superseded": 0, "unchanged": 0, "withdrawn": 0}
    cadre = {"code": "G01", "name": "甲", "version": 1, "batch": 1, "withdrawn": False}
    with database.writing() as connection:
        for name, row in (("import_batch", batch), ("import_count", counts), ("cadre", cadre)):
            connection.execute(sa.insert(tables[name]), row)


def test_the_program_works_with_the_newest_revision() -> None:
    assert migrations.revisions()[-1] == REVISION


@pytest.mark.parametrize("revision", [None, *migrations.revisions()])
def test_every_revision_comes_up_to_the_tables_of_the_schema(databases: Databases, revision: str | None) -> None:
    database = databases.empty()
    if revision is not None:
        build(database, revision)
        record_one(database)
        make_ready(database)
        assert Store(database, workspace.utc_now).as_of() == ONE
    else:
        build(database, "head")
    with database.reading() as connection:
        assert differences(connection) == []
        assert primary_keys(connection) == {name: keys_of(table) for name, table in Table.metadata.tables.items()}
        assert digest(connection, Table.metadata.tables) == DIGESTS[connection.dialect.name]
        assert faulty_guards(connection, Table.metadata.tables) == ()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Table.metadata))


def primary_keys(connection: Connection) -> dict[str, list[str]]:
    """Alembic does not compare them, and supersession stands on them."""
    tables = inspect(connection).get_table_names()
    keys = {table: inspect(connection).get_pk_constraint(table)["constrained_columns"] for table in tables}
    return {table: key for table, key in keys.items() if table != "alembic_version"}


def keys_of(table: sa.Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def test_the_tables_mirror_the_records() -> None:
    for table in RECORD_TABLES:
        columns = Table.metadata.tables[table.name].columns
        assert {*columns.keys()} == {*table.columns, "version", "batch", "withdrawn"}
        assert keys_of(Table.metadata.tables[table.name]) == [*table.key, "version"]


def test_no_column_is_inexact() -> None:
    """Text, whole numbers, yes or no, days and moments; a number that may have a fraction is two whole ones."""
    exact = (sa.String, sa.BigInteger, sa.Boolean, sa.Date, sa.DateTime)
    for table in Table.metadata.tables.values():
        for column in table.columns:
            kind = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
            assert isinstance(kind, exact), f"{table.name}.{column.name} is {kind!r}"


# A workspace of an earlier version of the program


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    folder.mkdir()
    database = Database.in_file(folder / DATABASE_FILE)
    build(database, EARLIER[0])
    record_one(database)
    return folder


def test_opening_an_earlier_workspace_keeps_a_copy_and_all_records(earlier: Path) -> None:
    before = dump(earlier / DATABASE_FILE)
    opened = open_workspace(earlier)
    assert opened.store.as_of() == ONE
    assert opened.store.append(Records(cadres=(Cadre("G01", "乙"),)), APRIL).total.superseded == 1
    assert sorted(path.name for path in earlier.iterdir()) == ["duixian.sqlite", "duixian.version-0001.sqlite"]
    assert dump(earlier / "duixian.version-0001.sqlite") == before

    open_workspace(earlier)
    assert len(list(earlier.iterdir())) == 2


def test_an_earlier_copy_is_never_written_over(earlier: Path) -> None:
    shutil.copy(earlier / DATABASE_FILE, earlier.parent / "kept")
    open_workspace(earlier)
    shutil.copy(earlier.parent / "kept", earlier / DATABASE_FILE)  # gone back to the earlier version
    open_workspace(earlier)
    assert sorted(path.name for path in earlier.iterdir()) == [
        "duixian.sqlite",
        "duixian.version-0001-2.sqlite",
        "duixian.version-0001.sqlite",
    ]


def test_after_a_hundred_copies_somebody_should_look(earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "COPIES_MAX", 1)
    (earlier / "duixian.version-0001.sqlite").touch()
    before = dump(earlier / DATABASE_FILE)
    with pytest.raises(Refused, match=r"DX703.*1 copies of version 0001"):
        open_workspace(earlier)
    assert dump(earlier / DATABASE_FILE) == before


def test_a_migration_that_fails_leaves_everything_as_it_was(earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite takes back tables, triggers and the version with them."""
    before = dump(earlier / DATABASE_FILE)
    upgrade = migrations.upgrade

    def upgrade_and_fail(connection: Connection) -> None:
        upgrade(connection)
        assert inspect(connection).has_table("run_event")
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "upgrade", upgrade_and_fail)
    with pytest.raises(KeyboardInterrupt):
        open_workspace(earlier)
    assert dump(earlier / DATABASE_FILE) == before


OPEN = """
import sys
from pathlib import Path
import targets.migrations
from targets.workspace import open_workspace
print("begin", flush=True)
open_workspace(Path(sys.argv[1]))
print("through", flush=True)
"""


def test_an_upgrade_that_is_killed_has_happened_wholly_or_not_at_all(earlier: Path) -> None:
    chance, before = random.Random(20260403), dump(earlier / DATABASE_FILE)
    for attempt in range(5):
        folder = earlier.with_name(f"town {attempt}")
        shutil.copytree(earlier, folder)
        process = start(OPEN, str(folder))
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        time.sleep(chance.random() * 0.1)
        process.kill()
        finish(process)
        if version(folder) == EARLIER[0]:
            assert dump(folder / DATABASE_FILE) == before
        else:
            assert version(folder) == REVISION
        assert open_workspace(folder).store.as_of() == ONE


def test_who_waits_for_an_upgrade_does_not_do_it_again(earlier: Path) -> None:
    with Database.in_file(earlier / DATABASE_FILE).writing(tables_change=True) as connection:
        process = start(OPEN, str(earlier))
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        time.sleep(0.5)  # it has seen the earlier revision by now, and waits
        migrations.upgrade(connection)
    assert finish(process) == ("through\n", "")
    assert [path.name for path in earlier.iterdir()] == [DATABASE_FILE]


def test_nothing_refers_to_what_is_gone_after_a_migration(tmp_path: Path) -> None:
    """A migration may rebuild a table that others refer to, as long as they fit again at its end. (PostgreSQL always looks.)"""
    database = SqliteFiles(tmp_path).empty()
    build(database, "head")
    with pytest.raises(AssertionError, match="orphans"), database.writing(tables_change=True) as connection:
        connection.execute(text("INSERT INTO import_file VALUES (1, '一季度.xlsx', 'f')"))
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM import_file")).scalar_one() == 0


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def version(folder: Path) -> str:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize("revision", EARLIER)
def test_a_database_that_says_it_is_older_than_its_tables_is_damaged(databases: Databases, revision: str) -> None:
    database = databases.empty()
    build(database, "head")
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(Refused, match="DX702"):
        make_ready(database)
    with database.reading() as connection:
        assert faulty_guards(connection, Table.metadata.tables) == ()


def test_an_upgrade_that_fails_leaves_no_copy(tmp_path: Path) -> None:
    workspace.create(tmp_path)
    with Database.in_file(tmp_path / DATABASE_FILE).writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    for _ in range(2):
        with pytest.raises(Refused, match="DX702"):
            open_workspace(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contracts", DATABASE_FILE]


def test_the_audit_brings_nothing_up_to_date(earlier: Path) -> None:
    """A trail that it had made itself would tell of whatever somebody had put there before."""
    before = dump(earlier / DATABASE_FILE)
    with pytest.raises(Refused, match="DX701"):
        open_workspace(earlier, to_audit=True)
    assert dump(earlier / DATABASE_FILE) == before
    open_workspace(earlier, to_write=False)
    assert open_workspace(earlier, to_audit=True).store.standing().trail.strays == ()
