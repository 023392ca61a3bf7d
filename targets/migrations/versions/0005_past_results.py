"""What earlier years decided on each party and cadre."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from targets.migrations.guards import guard_versions

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    key = ("subject", "contract", "year")
    op.create_table(
        "past_result",
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("contract", sa.String, nullable=False),
        sa.Column("year", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=True) for name in ("score_numerator", "score_denominator", "rank")),
        sa.Column("grade", sa.String, nullable=False),
        sa.Column("vetoed", sa.Boolean, nullable=False),
        *(sa.Column(f"place_{part}", sa.String, nullable=True) for part in ("path", "sheet", "cell")),
        *(sa.Column(f"place_{part}", sa.BigInteger, nullable=True) for part in ("line", "column", "width")),
        sa.PrimaryKeyConstraint(*key, "version", name="pk_past_result"),
        sa.ForeignKeyConstraint(["batch"], ["import_batch.id"], name="fk_past_result_batch"),
    )
    guard_versions("past_result", key)
