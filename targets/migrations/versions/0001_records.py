"""The nine record tables and the batches they were recorded in."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from targets.migrations.guards import guard_batch_rows, guard_sequence, guard_versions

revision = "0001"
down_revision = None

APPLICATION_ID = 0x44585744
"""`DXWD` in the header of the file: tells a workspace from another program's SQLite database."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _create_batches()
    _create_parties_and_cadres()
    _create_records_of_the_year()


def _create_batches() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("recorded_on", sa.Date, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )
    guard_sequence("import_batch")
    op.create_table(
        "import_file",
        sa.Column("batch", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("batch", "path", "sha256", name="pk_import_file"),
        sa.ForeignKeyConstraint(["batch"], ["import_batch.id"], name="fk_import_file_batch"),
    )
    guard_batch_rows("import_file", ("batch", "path", "sha256"))
    op.create_table(
        "import_count",
        sa.Column("batch", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("record_table", sa.String, nullable=False),
        sa.Column("new", sa.BigInteger, nullable=False),
        sa.Column("superseded", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("withdrawn", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("batch", "record_table", name="pk_import_count"),
        sa.ForeignKeyConstraint(["batch"], ["import_batch.id"], name="fk_import_count_batch"),
    )
    guard_batch_rows("import_count", ("batch", "record_table"))


def _create_parties_and_cadres() -> None:
    _create_versions(
        "party",
        (_text("code"),),
        (_text("name"), _text("kind"), _text("parent"), _text("group")),
    )
    _create_versions("cadre", (_text("code"),), (_text("name"),))
    _create_versions(
        "tenure",
        (_text("cadre"), _text("post"), _text("party"), _day("start")),
        (_day("until", nullable=True),),
    )
    _create_versions(
        "assignment",
        (_text("cadre"), _text("party"), _text("role"), _day("start")),
        (_day("until", nullable=True), _whole("share_numerator"), _whole("share_denominator")),
    )


def _create_records_of_the_year() -> None:
    _create_versions(
        "target",
        (_text("subject"), _text("indicator"), _text("parameter")),
        (_whole("value_numerator"), _whole("value_denominator"), *_place()),
    )
    _create_versions(
        "observation",
        (_text("subject"), _text("indicator"), _text("period"), _text("entry")),
        (
            _whole("numerator"),
            _whole("denominator"),
            sa.Column("counted", sa.Boolean, nullable=False),
            _day("recorded_on", nullable=True),
            *_place(),
        ),
    )
    _create_versions(
        "incident",
        (_text("id"),),
        (
            *(_text("subject"), _text("kind"), _day("happened_on"), _day("found_on"), _text("state")),
            *(_text("evidence"), _text("severity"), _text("note"), *_place()),
        ),
    )
    _create_versions(
        "state_record",
        (_text("subject"), _text("state"), _day("start")),
        (_day("until", nullable=True), *_place()),
    )
    _create_versions(
        "prior_veto",
        (_text("subject"), _text("contract"), _text("veto"), _day("happened_on")),
        (_whole("until_year"), *_place()),
    )


def _create_versions(table: str, key: tuple[sa.Column[Any], ...], content: tuple[sa.Column[Any], ...]) -> None:
    names = [column.name for column in key]
    op.create_table(
        table,
        *key,
        sa.Column("version", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        *content,
        sa.PrimaryKeyConstraint(*names, "version", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["batch"], ["import_batch.id"], name=f"fk_{table}_batch"),
    )
    guard_versions(table, names)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, autoincrement=False, nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[date]:
    return sa.Column(name, sa.Date, nullable=nullable)


def _place() -> tuple[sa.Column[Any], ...]:
    return (
        *(_text(f"place_{part}", nullable=True) for part in ("path", "sheet", "cell")),
        *(_whole(f"place_{part}", nullable=True) for part in ("line", "column", "width")),
    )
