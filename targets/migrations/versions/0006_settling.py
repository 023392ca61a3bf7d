"""From a run to money: the texts it was assessed under, its publicity period, appeals, and the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from targets.migrations.guards import guard_entries, guard_lines, guard_rows, guard_sequence

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _texts()
    op.add_column("run_event", sa.Column("first_day", sa.Date, nullable=True))
    op.add_column("run_event", sa.Column("last_day", sa.Date, nullable=True))
    _appeals()
    _ledger()


def _texts() -> None:
    op.create_table(
        "contract_text",
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_contract_text"),
    )
    guard_rows("contract_text", ("hash",))
    op.create_table(
        "run_contract",
        sa.Column("run", sa.String, nullable=False),
        sa.Column("contract", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("run", "contract", name="pk_run_contract"),
        sa.ForeignKeyConstraint(["run"], ["run.name"], name="fk_run_contract_run"),
        sa.ForeignKeyConstraint(["contract"], ["contract_text.hash"], name="fk_run_contract_contract"),
    )
    guard_rows("run_contract", ("run", "contract"))


def _appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("run", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("filed_on", sa.Date, nullable=False),
        sa.Column("claim", sa.String, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appeal"),
        sa.ForeignKeyConstraint(["run"], ["run.name"], name="fk_appeal_run"),
    )
    op.create_index("ix_appeal_run", "appeal", ["run"])
    guard_sequence("appeal")
    op.create_table(
        "appeal_decision",
        sa.Column("appeal", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("upheld", sa.Boolean, nullable=False),
        sa.Column("decided_on", sa.Date, nullable=False),
        sa.Column("ground", sa.String, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("appeal", name="pk_appeal_decision"),
        sa.ForeignKeyConstraint(["appeal"], ["appeal.id"], name="fk_appeal_decision_appeal"),
    )
    guard_rows("appeal_decision", ("appeal",))


def _ledger() -> None:
    texts = ("kind", "contract", "clause", "subject", "note")
    op.create_table(
        "voucher",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("run", sa.String, nullable=True),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("who", "previous_hash", "hash")),
        sa.PrimaryKeyConstraint("number", name="pk_voucher"),
        sa.ForeignKeyConstraint(["run"], ["run.name"], name="fk_voucher_run"),
    )
    op.create_index("ix_voucher_run", "voucher", ["run"])
    op.create_table(
        "posting",
        sa.Column("voucher", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("due", "payee")),
        sa.PrimaryKeyConstraint("voucher", "line", name="pk_posting"),
        sa.ForeignKeyConstraint(["voucher"], ["voucher.number"], name="fk_posting_voucher"),
    )
    guard_entries("voucher", "posting")
    guard_lines("posting", "voucher")
