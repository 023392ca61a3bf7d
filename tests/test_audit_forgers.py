"""Forgers who know the two chains: what they change is found as what it is, and a trifle beside it hides nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from audit_towns import town
from audit_workspaces import Breach, copied, forge, reopened, settled
from faulty_workspaces import Scene, trail_anew

from cli.audit import audit_workspace
from engine import inference
from engine.audit.finding import Kind
from rules.diagnostic import Refused
from targets import keeping
from targets.database import Database
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting
from targets.workspace import DATABASE_FILE, Workspace, open_workspace

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

EDITED, BROKEN, NOT_SEALED = Kind.EDITED, Kind.BROKEN_CHAIN, Kind.NOT_SEALED
TRIFLE = ("UPDATE import_count SET new = new + 1 WHERE record_table = 'parties'", ())
WHO = ("UPDATE voucher SET who = 'x' WHERE number = 1", ())
CELLS = ("UPDATE run_check SET cells = cells + 1", ())


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return settled(tmp_path_factory.mktemp("clean") / "town", town(100))


@pytest.fixture
def folder(clean: Workspace, tmp_path: Path) -> Path:
    copied(clean, tmp_path / "town")
    return tmp_path / "town"


def kinds(folder: Path) -> list[Kind]:
    return [one.kind for one in audit_workspace(reopened(folder), None, every=True).findings]


def put_in(folder: Path, table: str, row: Mapping[str, Any], run: str) -> None:
    """With its link, as the program would: every trigger stands."""
    with Database.in_file(folder / DATABASE_FILE).writing() as connection:
        keeping.write(connection, table, [row], run)


# --- read one way by the database, another way by us ---


@pytest.mark.parametrize(
    "statement",
    ["UPDATE incident SET withdrawn = ''", "UPDATE import_batch SET recorded_on = '2027-W01-1'"],
    ids=["a truth that is empty", "a day by its week"],
)
def test_a_cell_is_what_the_program_would_have_written(statement: str, folder: Path) -> None:
    """A query takes no incident for one in force, and no day of a week for one that has come; we took both for what they were."""
    forge(folder, (statement, ()))
    assert kinds(folder) == [EDITED]
    with pytest.raises(Refused, match="DX702"):
        reopened(folder).store.as_of(date(2027, 1, 20))


# --- vouchers that no link tells of ---


def test_a_voucher_put_in_behind_the_last_link(folder: Path) -> None:
    """By plain INSERT, chained, triggers in place: a deposit that nobody paid in, to be given back in cash."""
    lines = (
        Posting(Account(AccountKind.CASH), 5_000_00, payee="G001"),
        Posting(Account(AccountKind.DEPOSIT, "G001"), -5_000_00),
    )
    forged = Entry(EntryKind.DEPOSIT, date(2027, 1, 21), "", "town/cadre", "deposit", "G001", "2027", lines)
    workspace = open_workspace(folder)
    with workspace.database.writing() as connection:
        workspace.store.books.append(connection, [forged])
        connection.exec_driver_sql("DROP TRIGGER trail_no_delete")
        connection.exec_driver_sql("DELETE FROM trail WHERE number = (SELECT MAX(number) FROM trail)")
    assert BROKEN in kinds(folder)
    with pytest.raises(Refused, match="DX718"):
        workspace.store.books.enter(lambda _: [forged])


# --- what was put right afterwards does not count ---


def test_a_check_that_was_entered_after_the_settlement(tmp_path: Path) -> None:
    broken = settled(tmp_path / "town", town(100), Breach.NOT_CROSS_CHECKED)
    [run] = broken.store.runs.all()
    when = datetime(2027, 1, 5, tzinfo=UTC)
    put_in(
        broken.folder,
        "run_check",
        {"id": 2, "run": run.name, "extent": "all", "cells": 1_000, "happened_at": when},
        run.name,
    )
    assert kinds(broken.folder) == [NOT_SEALED]


def test_a_decision_that_was_dated_back(tmp_path: Path) -> None:
    broken = settled(tmp_path / "town", town(100), Breach.APPEAL_OPEN)
    [run] = broken.store.runs.all()
    row = {"appeal": 2, "upheld": False, "decided_on": date(2027, 1, 10), "ground": "已核", "who": "某"}
    put_in(broken.folder, "appeal_decision", row | {"happened_at": datetime(2027, 1, 20, tzinfo=UTC)}, run.name)
    assert kinds(broken.folder) == [NOT_SEALED]


# --- decoys ---


@pytest.mark.parametrize("breach", [one for one in Breach if one is not Breach.NOT_CROSS_CHECKED])
def test_a_changed_check_hides_no_breach_but_its_own(breach: Breach, tmp_path: Path) -> None:
    broken = settled(tmp_path / "town", town(100), breach)
    forge(broken.folder, CELLS)
    assert sorted(kinds(broken.folder)) == [EDITED, NOT_SEALED]


def test_a_trifle_hides_no_trail_that_was_written_anew(folder: Path, clean: Workspace) -> None:
    scene = Scene(folder, clean.store.books.vouchers(), Random(1))
    forge(folder, *trail_anew(scene), TRIFLE)
    assert sorted(kinds(folder)) == [EDITED, BROKEN]


def test_a_trifle_hides_no_records_that_were_changed(folder: Path) -> None:
    forge(folder, ("UPDATE observation SET numerator = numerator + 1 WHERE subject = 'G001'", ()), TRIFLE)
    assert kinds(folder) == [EDITED, EDITED]


def test_an_edited_voucher_hides_no_end_that_was_cut_off(folder: Path) -> None:
    forge(folder, WHO, ("DELETE FROM posting WHERE voucher > 20", ()), ("DELETE FROM voucher WHERE number > 20", ()))
    assert sorted(kinds(folder)) == [EDITED, BROKEN]


def test_a_broken_link_hides_no_step_that_was_put_in(tmp_path: Path) -> None:
    broken = settled(tmp_path / "town", town(100), Breach.NEVER_SEALED)
    step = "INSERT INTO run_event SELECT 3, run, 'sealed', happened_at, '某', NULL, NULL FROM run_event WHERE id = 1"
    lost = ("UPDATE trail SET hash = 'f' WHERE kept = 'appeal_decision'", ())
    forge(broken.folder, ("DELETE FROM appeal_decision", ()), lost, (step, ()))
    found = audit_workspace(reopened(broken.folder), None, every=True).findings
    assert {one.subject for one in found if one.kind is EDITED} >= {"run_event 3"}


# --- one fault, one finding, and about what it is ---


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE trail SET key = '2' WHERE kept = 'run_event' AND key = '1'", [(EDITED, "trail")]),
        ("DELETE FROM trail", [(BROKEN, "trail")]),
    ],
    ids=["a link of other rows", "no link left"],
)
def test_one_fault_of_the_trail_is_one_finding(statement: str, expected: list[tuple[Kind, str]], folder: Path) -> None:
    forge(folder, (statement, ()))
    found = audit_workspace(reopened(folder), None, every=True).findings
    assert [(one.kind, one.subject.split()[0]) for one in found] == expected


def test_a_link_whose_content_and_hash_were_made_anew(folder: Path) -> None:
    """The rows are as they were, and the next link knows it."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        number, kept, key, run, before = connection.execute(
            "SELECT number, kept, key, run, previous_hash FROM trail WHERE kept = 'tenure'"
        ).fetchone()
    hash_ = keeping.hash_of(number, kept, key, run, "e" * 64, before)
    forge(folder, ("UPDATE trail SET content = ?, hash = ? WHERE number = ?", ("e" * 64, hash_, number)))
    found = audit_workspace(reopened(folder), None, every=True).findings
    assert [(one.kind, one.subject) for one in found] == [(EDITED, f"trail {number}")]


def test_a_run_whose_steps_are_gone_or_cannot_be_read_can_be_asked_for(folder: Path) -> None:
    name = reopened(folder).store.runs.all()[0].name
    for statement in ("UPDATE run_event SET state = 'paid'", "DELETE FROM run_event"):
        forge(folder, (statement, ()))
        found = audit_workspace(reopened(folder), None, name[:6], every=True).findings
        assert [one.kind for one in found][:1] == [EDITED]
        with pytest.raises(Refused, match="DX702"):
            reopened(folder).store.runs.find(name)


def test_two_clocks_make_no_finding(tmp_path: Path) -> None:
    """An appeal was decided on a machine eight hours ahead of the one on which the run was sealed: first is what was first."""
    workspace = settled(tmp_path / "town", town(100), ahead=timedelta(hours=8))
    [run] = workspace.store.runs.all()
    decided = run.appeals[0].decision
    assert decided is not None
    assert decided.happened_at > run.events[-1].happened_at
    assert kinds(workspace.folder) == []
