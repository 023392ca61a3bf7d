"""Assessment runs and the steps of their life."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from targets.migrations.guards import guard_rows, guard_sequence

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "run",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("contracts_hash", sa.String, nullable=False),
        sa.Column("data_hash", sa.String, nullable=False),
        sa.Column("engine_version", sa.String, nullable=False),
        sa.Column("year", sa.BigInteger, nullable=False),
        sa.Column("through", sa.BigInteger, nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=True),
        sa.Column("supersedes", sa.String, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_run"),
        sa.ForeignKeyConstraint(["batch"], ["import_batch.id"], name="fk_run_batch"),
        sa.ForeignKeyConstraint(["supersedes"], ["run.name"], name="fk_run_supersedes"),
    )
    guard_rows("run", ("name",))
    op.create_table(
        "run_event",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("run", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run_event"),
        sa.ForeignKeyConstraint(["run"], ["run.name"], name="fk_run_event_run"),
    )
    op.create_index("ix_run_event_run", "run_event", ["run"])
    guard_sequence("run_event")
