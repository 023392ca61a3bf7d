"""Incidents that are one matter told several times name it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """The column comes with a default, so that SQLite need not rebuild the table and its guards stay."""
    op.add_column("incident", sa.Column("matter", sa.String, nullable=False, server_default=""))
