"""The audit of a workspace on a server: nothing where nobody touched it, and what an administrator changed as what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_towns import town
from audit_workspaces import reopened, settled
from databases import PostgresServer, postgres

from cli.audit import audit_workspace
from engine import inference
from engine.audit.finding import Kind
from targets.workspace import Workspace

__all__ = ["postgres"]

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

FORGED = {
    "an amount on both sides": (
        Kind.EDITED,
        "UPDATE posting SET amount_fen = amount_fen * 10 WHERE voucher = (SELECT max(voucher) FROM posting)",
    ),
    "a word": (Kind.EDITED, "UPDATE voucher SET who = 'x' WHERE number = 2"),
    "an account that is none": (Kind.EDITED, "UPDATE posting SET account = 'bank' WHERE voucher = 1 AND line = 1"),
    "a record": (Kind.EDITED, "UPDATE observation SET numerator = numerator + 1 WHERE subject = 'G001'"),
    "when a step was taken": (Kind.EDITED, "UPDATE run_event SET happened_at = happened_at - interval '1 day'"),
    "a state that is none": (Kind.EDITED, "UPDATE run_event SET state = 'paid' WHERE state = 'sealed'"),
    "a day that no calendar of ours has": (
        Kind.EDITED,
        "UPDATE run_event SET happened_at = 'infinity' WHERE state = 'published'",
    ),
    "a voucher's day": (Kind.EDITED, "UPDATE voucher SET day = '0044-03-15 BC' WHERE number = 4"),
    "a decision": (Kind.EDITED, "UPDATE appeal_decision SET upheld = true"),
    "a check": (Kind.EDITED, "DELETE FROM run_check"),
    "a link": (Kind.EDITED, "UPDATE trail SET content = 'x' WHERE number = 3"),
    "the end cut off": (
        Kind.BROKEN_CHAIN,
        "DELETE FROM posting WHERE voucher > 15; DELETE FROM voucher WHERE number > 15",
    ),
}


@pytest.fixture
def workspace(postgres: PostgresServer, tmp_path: Path) -> Workspace:
    return settled(tmp_path / "town", town(0), url=postgres.empty_address())


def forge(workspace: Workspace, statements: str) -> None:
    """As the owner of the tables can: their guards are off while the rows change."""
    tables = ("posting", "voucher", "observation", "run_event", "appeal_decision", "run_check", "trail")
    with workspace.database.writing() as connection:
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements.split(";"):
            connection.exec_driver_sql(statement)
        for table in tables:
            for kind in ("insert", "append_only"):
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{kind}")


def test_a_workspace_that_nobody_touched_raises_nothing(workspace: Workspace) -> None:
    assert audit_workspace(reopened(workspace.folder), None, every=True).findings == ()


@pytest.mark.parametrize("what", FORGED)
def test_what_an_administrator_changed_is_found(what: str, workspace: Workspace) -> None:
    kind, statements = FORGED[what]
    forge(workspace, statements)
    found = audit_workspace(reopened(workspace.folder), None, every=True).findings
    assert [one.kind for one in found] == [kind]
