"""Killed at any moment, interrupted, or two at once: what was recorded is recorded wholly or not at all."""

from __future__ import annotations

import random
import signal
import sys
import time
from datetime import date
from pathlib import Path
from subprocess import Popen

import pytest
from databases import Databases, databases, finish, open_database, open_store, start
from sqlalchemy import text

from rules.diagnostic import Refused
from targets.batch import Counts, Origin
from targets.cadre import Cadre
from targets.snapshot import Records
from targets.store import Store
from targets.workspace import DATABASE_FILE, create, open_workspace

__all__ = ["databases"]

APRIL = date(2026, 4, 3)
CADRES = 3_000

# Every program says when it is about to begin and when it is through, so that it can be met in between.
RECORD = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from targets.batch import Origin
from targets.cadre import Cadre
from targets.database import Database
from targets.snapshot import Records
from targets.store import Store

address, batches, cadres, prefix = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
database = Database.by_url(address) if "://" in address else Database.in_file(Path(address))
store = Store(database, lambda: datetime(2026, 6, 1, tzinfo=UTC))
work = [
    Records(cadres=tuple(Cadre(f"{prefix}-{batch}-{number}", "甲") for number in range(cadres)))
    for batch in range(batches)
]
print("begin", flush=True)
for records in work:
    store.append(records, Origin(date(2026, 4, 3)))
print("through", flush=True)
"""
CREATE = """
import sys
from pathlib import Path
import targets.migrations
from targets.workspace import create
print("begin", flush=True)
create(Path(sys.argv[1]))
print("through", flush=True)
"""


@pytest.mark.parametrize("ending", ["killed", "interrupted"])
def test_a_recording_that_is_stopped_has_happened_wholly_or_not_at_all(databases: Databases, ending: str) -> None:
    if ending == "interrupted" and sys.platform == "win32":
        pytest.skip("no Ctrl-C for another process on Windows")
    address = databases.address()
    store, chance = open_store(address), random.Random(20260403)
    whole_seconds = seconds_of(start(RECORD, address, "1", str(CADRES), "measured"))
    expected, batches = CADRES, 1
    for attempt in range(12 if ending == "killed" else 5):
        process = start(RECORD, address, "1", str(CADRES), f"attempt-{attempt}")
        stop(process, ending, after=chance.random() * whole_seconds)
        with open_database(address).writing():
            pass  # a server may still be busy with what the dead one asked for; our turn comes after
        stored = sum(cadre.code.startswith(f"attempt-{attempt}-") for cadre in store.as_of().cadres)
        assert stored in (0, CADRES)
        expected, batches = expected + stored, batches + (stored > 0)
        assert (len(store.as_of().cadres), len(store.batches())) == (expected, batches)

        again = cadres(f"attempt-{attempt}-0", CADRES)
        assert store.append(again, Origin(APRIL)).total == (Counts(unchanged=CADRES) if stored else Counts(new=CADRES))
        expected, batches = expected + CADRES - stored, batches + (stored == 0)


def test_of_two_at_once_the_second_waits_and_nothing_is_lost(databases: Databases) -> None:
    address = databases.address()
    both = [start(RECORD, address, "15", "40", name) for name in ("east", "west")]
    for process in both:
        assert finish(process) == ("begin\nthrough\n", "")
    store = open_store(address)
    codes = {f"{name}-{batch}-{number}" for name in ("east", "west") for batch in range(15) for number in range(40)}
    assert {cadre.code for cadre in store.as_of().cadres} == codes
    assert [batch.id for batch in store.batches()] == list(range(1, 31))


def test_who_waits_too_long_is_told_so_and_nothing_is_stored(databases: Databases) -> None:
    address = databases.address()
    patient, hasty = open_store(address), open_store(address, wait_ms=50)
    with open_database(address).writing() as holder:
        holder.execute(text("SELECT 1"))
        with pytest.raises(Refused) as refused:
            hasty.append(cadres("G", 1), Origin(APRIL))
        assert [fault.code for fault in refused.value.diagnostics] == ["DX704"]
        assert hasty.as_of() == Records()  # reading goes on meanwhile
    assert patient.append(cadres("G", 1), Origin(APRIL)).total == Counts(new=1)


def test_who_reads_sees_one_moment(databases: Databases) -> None:
    """A batch that comes between two tables of one reading is in neither."""
    address = databases.address()
    store = open_store(address)
    with open_database(address).reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM cadre")).scalar_one() == 0
        writer = start(RECORD, address, "1", "10", "between")
        if not open_database(address).is_file:
            assert finish(writer)[0].endswith("through\n")
        # (A SQLite writer waits for the reader before its last step.)
        assert reader.execute(text("SELECT count(*) FROM cadre")).scalar_one() == 0
        assert reader.execute(text("SELECT count(*) FROM import_batch")).scalar_one() == 0
    if open_database(address).is_file:
        assert finish(writer)[0].endswith("through\n")
    assert len(store.as_of().cadres) == 10


# A workspace that is made


def test_a_making_that_is_killed_leaves_no_half_workspace(tmp_path: Path) -> None:
    chance = random.Random(20260403)
    whole_seconds = seconds_of(start(CREATE, str(tmp_path / "measured")))
    for attempt in range(6):
        folder = tmp_path / f"town {attempt}"
        stop(start(CREATE, str(folder)), "killed", after=chance.random() * whole_seconds)
        if not is_workspace(folder):
            create(folder)
        assert is_workspace(folder)
        assert open_workspace(folder).store.append(cadres("G", 1), Origin(APRIL)).batch == 1


def test_four_who_make_the_same_workspace_share_it(tmp_path: Path) -> None:
    for process in [start(CREATE, str(tmp_path / "town")) for _ in range(4)]:
        assert finish(process) == ("begin\nthrough\n", "")
    store: Store = open_workspace(tmp_path / "town").store
    assert store.append(cadres("G", 1), Origin(APRIL)).batch == 1
    assert sorted(path.name for path in (tmp_path / "town").iterdir()) == ["contracts", DATABASE_FILE]


def is_workspace(folder: Path) -> bool:
    """Or nothing at all: not damaged, not half made."""
    try:
        open_workspace(folder)
    except Refused as refused:
        if {fault.code for fault in refused.diagnostics} != {"DX700"}:
            raise
        return False
    return True


def cadres(prefix: str, number: int) -> Records:
    return Records(cadres=tuple(Cadre(f"{prefix}-{index}", "甲") for index in range(number)))


def seconds_of(process: Popen[str]) -> float:
    """From "begin" to "through"."""
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    began = time.monotonic()
    assert process.stdout.readline() == "through\n"
    seconds = time.monotonic() - began
    finish(process)
    return seconds


def stop(process: Popen[str], ending: str, after: float) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    time.sleep(after)
    if ending == "killed":
        process.kill()
    else:
        process.send_signal(signal.SIGINT)
    finish(process)
