"""A town's year as a workspace keeps it: assessed, published, sealed, settled; and a forger who knows SQL."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from audit_towns import Town

from cli.results import kept_text
from engine import vouchers as entering
from rules.load import parse_contract
from targets import keeping
from targets.batch import Origin
from targets.ledger import Entry, EntryKind, seal_note
from targets.run import Extent, RunCheck
from targets.runs import Runs
from targets.workspace import DATABASE_FILE, Workspace, create, open_workspace

DEPOSITS_PAID = date(2026, 1, 15)
RECORDED = date(2027, 1, 4)
SEALED = date(2027, 1, 20)


class Breach(StrEnum):
    """How a run came to be settled that should not have been sealed, by a program that does not ask."""

    NEVER_SEALED = "never sealed"
    NEVER_PUBLISHED = "never published"
    PERIOD_NOT_OVER = "period not over"
    NOT_CROSS_CHECKED = "not cross-checked"
    APPEAL_OPEN = "appeal open"
    APPEAL_UPHELD = "appeal upheld"


def settled(
    folder: Path, town: Town, breach: Breach | None = None, url: str | None = None, ahead: timedelta = timedelta()
) -> Workspace:
    """Through the store's own doors, as the commands go; what breaks the rules, by way of the same tables. With `url`, on a
    server; appeals are decided on a machine whose clock is `ahead`."""
    clock = iter(datetime(2027, 1, 20, hour, minute, tzinfo=UTC) for hour in range(24) for minute in range(60))
    workspace = create(folder, url, now=lambda: next(clock))
    store, snapshot = workspace.store, town.assessment.snapshot
    for number, text in enumerate(town.texts):
        (workspace.contracts_folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    store.append(snapshot.records, Origin(RECORDED))
    loaded = [parse_contract(f"{number}.yaml", text) for number, text in enumerate(town.texts)]
    run = replace(town.assessment.run, batch=store.last_batch())
    store.books.enter(lambda known: entering.deposits(town.contracts, snapshot, known, DEPOSITS_PAID))
    extent = Extent.ONE_EVALUATOR if breach is Breach.NOT_CROSS_CHECKED else Extent.ALL
    store.runs.save(run, kept_text(town.assessment), check=RunCheck(extent, 1_000), contracts=loaded)
    if breach is not Breach.NEVER_PUBLISHED:
        last = SEALED if breach is Breach.PERIOD_NOT_OVER else date(2027, 1, 12)
        store.runs.publish(run.name, date(2027, 1, 5), last)
        appeal = store.runs.appeal(run.name, "G001", date(2027, 1, 6), "履职得分有误", "甲")
        elsewhere = Runs(workspace.database, lambda: next(clock) + ahead, store.books)
        elsewhere.decide(appeal, breach is Breach.APPEAL_UPHELD, date(2027, 1, 8), "已核对", "考核办")
        if breach is Breach.APPEAL_OPEN:
            store.runs.appeal(run.name, "G002", date(2027, 1, 9), "加分未计", "乙")
    if breach is None:
        store.runs.seal(run.name, SEALED)
    else:
        _seal_anyway(workspace, run.name, sealed=breach is not Breach.NEVER_SEALED)
    sealed = entering.Sealed(run.name, run.year, town.assessment.dues)
    store.books.enter(lambda known: entering.settlement(sealed, known, SEALED))
    return workspace


def _seal_anyway(workspace: Workspace, name: str, *, sealed: bool) -> None:
    """The step, the seal and their links as they should be; nothing that stands in the way is looked at."""
    store, when = workspace.store, datetime(2027, 1, 20, 12, tzinfo=UTC)
    result = sha256(store.runs.result(name).encode()).hexdigest()
    number = sum(len(one.events) for one in store.runs.all()) + 1
    with workspace.database.writing() as connection:
        if sealed:
            row = {"id": number, "run": name, "state": "sealed", "happened_at": when, "who": ""}
            keeping.write(connection, "run_event", [row | {"first_day": None, "last_day": None}], name)
        note = seal_note(result, keeping.last_link(connection)[1])
        store.books.append(connection, [Entry(EntryKind.SEAL, SEALED, run=name, note=note)])


def copied(workspace: Workspace, folder: Path) -> Workspace:
    shutil.copytree(workspace.folder, folder)
    return reopened(folder)


def reopened(folder: Path) -> Workspace:
    return open_workspace(folder, to_audit=True)


def forge(folder: Path, *statements: tuple[str, Sequence[object]], guards_back: bool = True) -> None:
    """The guards are taken away, the rows changed, and the guards put back as they were (or most of them)."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement, values in statements:
            connection.execute(statement, values)
        for _, sql in guards if guards_back else guards[1:]:
            connection.execute(sql)
        connection.commit()
