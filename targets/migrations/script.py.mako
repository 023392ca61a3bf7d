"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from targets.migrations.guards import guard_batch_rows, guard_rows, guard_sequence, guard_versions

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
