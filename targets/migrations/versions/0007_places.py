"""No row is written over by the number of its place in the file."""

from __future__ import annotations

from targets.migrations.guards import guard_places

revision = "0007"
down_revision = "0006"

TABLES = (
    "appeal", "appeal_decision", "assignment", "cadre", "contract_text", "import_batch", "import_count", "import_file",
    "incident", "observation", "party", "past_result", "posting", "prior_veto", "run", "run_check", "run_contract",
    "run_event", "state_record", "target", "tenure", "voucher",
)  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        guard_places(table)
