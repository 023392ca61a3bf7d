"""A town's year as a workspace keeps it: assessed, published, sealed, settled; and a forger who knows SQL."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from audit_towns import Town

from cli.results import kept_text
from engine import vouchers as entering
from rules.load import parse_contract
from targets.batch import Origin
from targets.run import Extent, RunCheck
from targets.workspace import DATABASE_FILE, Workspace, create, open_workspace

DEPOSITS_PAID = date(2026, 1, 15)
RECORDED = date(2027, 1, 4)
SEALED = date(2027, 1, 20)


def settled(folder: Path, town: Town) -> Workspace:
    """Through the store's own doors, as the commands go."""
    clock = iter(datetime(2027, 1, 20, hour, minute, tzinfo=UTC) for hour in range(24) for minute in range(60))
    workspace = create(folder, now=lambda: next(clock))
    store, snapshot = workspace.store, town.assessment.snapshot
    for number, text in enumerate(town.texts):
        (workspace.contracts_folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    store.append(snapshot.records, Origin(RECORDED))
    loaded = [parse_contract(f"{number}.yaml", text) for number, text in enumerate(town.texts)]
    run = replace(town.assessment.run, batch=store.last_batch())
    store.books.enter(lambda known: entering.deposits(town.contracts, snapshot, known, DEPOSITS_PAID))
    store.runs.save(run, kept_text(town.assessment), check=RunCheck(Extent.ALL, 1_000), contracts=loaded)
    store.runs.publish(run.name, date(2027, 1, 5), date(2027, 1, 12))
    store.runs.seal(run.name, SEALED)
    sealed = entering.Sealed(run.name, run.year, town.assessment.dues)
    store.books.enter(lambda known: entering.settlement(sealed, known, SEALED))
    return workspace


def copied(workspace: Workspace, folder: Path) -> Workspace:
    shutil.copytree(workspace.folder, folder)
    return reopened(folder)


def reopened(folder: Path) -> Workspace:
    return open_workspace(folder, to_write=False)


def forge(folder: Path, *statements: tuple[str, Sequence[object]]) -> None:
    """The guards are taken away, the rows changed, and the guards put back as they were."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement, values in statements:
            connection.execute(statement, values)
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()
