"""How the results of runs were cross-checked by the second evaluator."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from targets.migrations.guards import guard_sequence

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "run_check",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("run", sa.String, nullable=False),
        sa.Column("extent", sa.String, nullable=False),
        sa.Column("cells", sa.BigInteger, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run_check"),
        sa.ForeignKeyConstraint(["run"], ["run.name"], name="fk_run_check_run"),
    )
    op.create_index("ix_run_check_run", "run_check", ["run"])
    guard_sequence("run_check")
