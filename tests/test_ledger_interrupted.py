"""Killed at any moment, or two at once: a run is sealed or not, settled wholly or not at all, and the chain holds.

30 times each on SQLite and on PostgreSQL in the ordinary run, 500 times with HYPOTHESIS_PROFILE=long.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import pytest
from databases import Databases, databases, open_database, open_store

from engine.audit.steps import steps_explained
from engine.score.derivation import Step, StepKind
from engine.settle.due import Due
from engine.vouchers import Sealed, settlement
from rules.diagnostic import say
from rules.money import DueKind
from targets.ledger import Entry, EntryKind, Voucher, balances, chain_faults
from targets.run import Extent, Run, RunCheck
from targets.store import Store

__all__ = ["databases"]

ATTEMPTS = 500 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 30
ON_ONE_DATABASE = 30
DAY = date(2027, 2, 1)
PEOPLE = 120
NO_STEP = Step(StepKind.COMPUTED, say(""), say(""), say(""), 0, ())  # type: ignore[arg-type]

# A server that has everything loaded forks who is to be killed; where there is none (Windows), a new process each time.
PROCESSES = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
if sys.platform != "win32":
    PROCESSES.set_forkserver_preload([Path(__file__).stem])


@pytest.fixture(autouse=True)
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server looks for what it is to load along this path alone."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


def run_number(attempt: int) -> Run:
    """Of a year of its own, so that none supersedes another."""
    return Run("c" * 64, f"{attempt:064d}", "0.1", 2026 + attempt)


def dues() -> list[Due]:
    return [
        Due("town/cadre", f"g{number}", "award", DueKind.AWARD, f"g{number}", 100_00 + number, NO_STEP)
        for number in range(PEOPLE)
    ]


def whole_fen() -> int:
    return sum(due.amount_fen for due in dues())


def prepare(store: Store, attempt: int) -> Run:
    """A run that is published, its period over, cross-checked: to be sealed next."""
    run = run_number(attempt)
    store.runs.save(run, "{}", check=RunCheck(Extent.ALL, 1))
    store.runs.publish(run.name, date(2027, 1, 8), date(2027, 1, 15))
    return run


def seal(store: Store, run: Run) -> None:
    store.runs.seal(run.name, DAY)


def settle(store: Store, run: Run) -> tuple[Voucher, ...]:
    elsewhere = frozenset(one.name for one in store.runs.all() if one.run.year != run.year)
    sealed = Sealed(run.name, run.year, dues(), elsewhere=elsewhere)

    def plan(known: tuple[Voucher, ...]) -> tuple[Entry, ...]:
        return settlement(sealed, known, DAY)

    return store.books.enter(plan)


STEPS: dict[str, Callable[[Store, Run], Any]] = {"seal": seal, "settle": settle}


def victim(step: str, address: str, attempt: int, pipe: Pipe) -> None:
    """In a process of its own: says when it begins and when it is through, so that it can be met in between."""
    store, run = open_store(address), run_number(attempt)
    pipe.send("begin")
    done = STEPS[step](store, run)
    pipe.send(("through", len(done or ())))


def started(step: str, address: str, attempt: int) -> tuple[Any, Pipe]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=victim, args=(step, address, attempt, theirs))
    process.start()
    theirs.close()
    return process, ours


def has_happened(step: str, store: Store, run: Run) -> bool:
    """Wholly (True) or not at all (False); anything between fails."""
    standing = store.standing()
    vouchers, trail = standing.vouchers, steps_explained(standing.trail, {}, standing.vouchers)
    assert list(chain_faults(vouchers)) == []
    assert (trail.findings, {hash_ for _, hash_, _ in trail.entered or ()} - {one.hash for one in vouchers}) == (
        (),
        set(),
    )
    mine = [one for one in vouchers if one.entry.run == run.name]
    if step == "seal":
        is_sealed = store.runs.find(run.name).sealed
        assert is_sealed == any(one.entry.kind is EntryKind.SEAL for one in mine)
        return is_sealed
    ended = any(one.entry.kind is EntryKind.SETTLED for one in mine)
    paid_fen = -sum(fen for account, fen in balances(mine).items() if account.kind == "cash")
    assert (ended, paid_fen) in ((True, whole_fen()), (False, 0))
    return ended


@pytest.mark.parametrize("step", ["seal", "settle"])
def test_killed_at_random_it_has_happened_wholly_or_not_at_all_and_can_be_done_again(
    databases: Databases, step: str
) -> None:
    chance, outcomes = random.Random(20270201), {True: 0, False: 0}
    for begin in range(0, ATTEMPTS, ON_ONE_DATABASE):
        address = databases.address()
        store = open_store(address)
        horizon_seconds = measured(step, store, address)
        for attempt in range(1, min(ON_ONE_DATABASE, ATTEMPTS - begin) + 1):
            run = prepare(store, attempt)
            if step == "settle":
                seal(store, run)
            process, pipe = started(step, address, attempt)
            assert pipe.recv() == "begin"
            time.sleep(chance.random() * horizon_seconds)
            process.kill()
            process.join()
            with open_database(address).writing():
                pass  # a server may still be busy with what the dead one asked for; our turn comes after
            happened = has_happened(step, store, run)
            outcomes[happened] += 1
            # Closer to the moment at which it happens: earlier after it had, later after it had not.
            horizon_seconds *= 0.7 if happened else 1.3
            again = STEPS[step](store, run)
            assert has_happened(step, store, run)
            if step == "settle":
                assert bool(again) != happened  # once, whoever it was
    print(f"\n{step}: killed {ATTEMPTS} times, {outcomes[True]} had happened, {outcomes[False]} had not")
    assert outcomes[True]
    assert outcomes[False]


def measured(step: str, store: Store, address: str) -> float:
    """How long it takes when nobody disturbs it."""
    run = prepare(store, 0)
    if step == "settle":
        seal(store, run)
    process, pipe = started(step, address, 0)
    assert pipe.recv() == "begin"
    began = time.monotonic()
    assert pipe.recv()[0] == "through"
    seconds = time.monotonic() - began
    process.join()
    assert has_happened(step, store, run)
    return seconds


def test_of_two_who_settle_at_once_one_does_and_the_other_finds_it_done(databases: Databases) -> None:
    address = databases.address()
    store = open_store(address)
    for attempt in range(1, 4):
        run = prepare(store, attempt)
        seal(store, run)
        both = [started("settle", address, attempt) for _ in range(2)]
        ends = []
        for process, pipe in both:
            assert pipe.recv() == "begin"
            ends.append(pipe.recv())
            process.join()
        assert sorted(ends) == [("through", 0), ("through", PEOPLE + 1)]
        assert has_happened("settle", store, run)
