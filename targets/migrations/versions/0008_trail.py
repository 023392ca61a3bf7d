"""A chain of hashes over the rows beside the ledger; what is there already is taken down as it stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from targets.keeping import add_link, add_links, each_row
from targets.migrations.guards import fasten, guard_chain, guard_places

revision = "0008"
down_revision = "0007"

OF_A_BATCH = (
    "import_batch", "import_file", "import_count", "party", "cadre", "tenure", "assignment", "target", "observation", "incident",
    "state_record", "prior_veto", "past_result",
)  # fmt: skip
OF_A_RUN = ("run", "contract_text", "run_contract", "run_event", "run_check", "appeal")


def upgrade() -> None:
    op.create_table(
        "trail",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in ("kept", "key", "run", "content", "previous_hash", "hash")
        ),
        sa.PrimaryKeyConstraint("number", name="pk_trail"),
    )
    guard_chain("trail")
    guard_places("trail")
    for table in (*OF_A_BATCH, *OF_A_RUN, "appeal_decision", "voucher", "posting", "trail"):
        fasten(table)
    _take_down()


def _take_down() -> None:
    connection = op.get_bind()
    for table in OF_A_BATCH:
        add_links(connection, table, each_row(connection, table))
    runs = {}
    for table in OF_A_RUN:
        for row in each_row(connection, table):
            run = str(row.get("run", row["name"] if table == "run" else ""))
            add_links(connection, table, [row], run)
            if table == "appeal":
                runs[row["id"]] = run
    for row in each_row(connection, "appeal_decision"):
        add_links(connection, "appeal_decision", [row], runs.get(row["appeal"], ""))
    last = connection.execute(sa.text("SELECT number, run, hash FROM voucher ORDER BY number DESC LIMIT 1")).first()
    if last is not None:
        add_link(connection, "voucher", str(last.number), last.run or "", last.hash)
