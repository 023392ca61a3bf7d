"""Assessment runs as they are kept: named by what they were made from, never edited; a correction makes another run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import Connection, func, insert, select

from rules.diagnostic import Diagnostic, Text, refuse, say
from targets.books import Books
from targets.database import Database
from targets.run import Extent, Run, RunCheck
from targets.schema import Table

_RUN, _EVENT, _CHECK = (Table.metadata.tables[name] for name in ("run", "run_event", "run_check"))


class RunState(StrEnum):
    """A draft may be published (公示), a published run sealed; a sealed one is final."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SEALED = "sealed"


_STEPS = tuple(RunState)


@dataclass(frozen=True, slots=True)
class RunEvent:
    """A step in a run's life; `draft` again means that the same assessment was made again."""

    state: RunState
    happened_at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class KeptRun:
    run: Run
    created_at: datetime
    events: tuple[RunEvent, ...]
    checks: tuple[RunCheck, ...] = ()

    @property
    def state(self) -> RunState:
        """The furthest it has come."""
        return max((event.state for event in self.events), key=_STEPS.index)


class Runs:
    """The runs of one store; `now` tells when a step is taken."""

    def __init__(self, database: Database, now: Callable[[], datetime], books: Books) -> None:
        self._database, self._now, self._books = database, now, books

    def save(self, run: Run, result: str, who: str = "", check: RunCheck | None = None) -> KeptRun:
        """Keep the run with its result as a draft, and how it was cross-checked. The same run again changes nothing; the
        same name with another result is refused (DX709), since equal inputs must give equal outcomes."""
        with self._database.writing() as connection:
            kept = connection.execute(select(_RUN.c.result).where(_RUN.c.name == run.name)).scalar_one_or_none()
            if kept is None:
                if run.supersedes:
                    self._one_name(connection, run.supersedes)
                row = {**asdict(run), "batch": run.batch or None, "supersedes": run.supersedes or None}
                row |= {"name": run.name, "created_at": self._now(), "result": result}
                connection.execute(insert(_RUN), row)
            elif kept != result:
                self._refuse_change(run.name, say("another result from the same contracts, data and engine"))
            if self._latest_name(connection, None) != run.name:
                self._add_event(connection, run.name, RunState.DRAFT, who)
            kept_run = _load(connection, (run.name,))[0]
            if check is None or check in kept_run.checks:
                return kept_run
            self._add_check(connection, run.name, check)
            return replace(kept_run, checks=(*kept_run.checks, check))

    def advance(self, name: str, state: RunState, who: str = "") -> KeptRun:
        """Publish or seal; a step already taken changes nothing, a step left out or back is refused (DX709)."""
        with self._database.writing() as connection:
            kept = _load(connection, (self._one_name(connection, name),))[0]
            if kept.state is state:
                return kept
            if _STEPS.index(state) != _STEPS.index(kept.state) + 1:
                self._refuse_change(kept.run.name, say("{old} to {new}", old=kept.state, new=state))
            self._add_event(connection, kept.run.name, state, who)
            return _load(connection, (kept.run.name,))[0]

    def latest(self, year: int | None = None) -> KeptRun:
        """The run assessed last, of any year or of this one. Refused when there is none (DX708)."""
        with self._database.reading() as connection:
            name = self._latest_name(connection, year)
            if name is None:
                hint = say("`duixian assess` makes one")
                self._refuse_unknown(say("no run yet"), say("an assessment run"), hint)
            return _load(connection, (name,))[0]

    def find(self, name: str) -> KeptRun:
        """The run whose name begins so. Refused when there is none or more than one (DX708)."""
        with self._database.reading() as connection:
            return _load(connection, (self._one_name(connection, name),))[0]

    def all(self) -> tuple[KeptRun, ...]:
        """Every run, in the order they were first made."""
        with self._database.reading() as connection:
            return _load(connection, connection.execute(select(_RUN.c.name)).scalars().all())

    def result(self, name: str) -> str:
        """The result of the run whose name begins so, as it was saved."""
        with self._database.reading() as connection:
            whole = self._one_name(connection, name)
            return str(connection.execute(select(_RUN.c.result).where(_RUN.c.name == whole)).scalar_one())

    def _one_name(self, connection: Connection, beginning: str) -> str:
        names = connection.execute(select(_RUN.c.name)).scalars().all()
        fitting = [name for name in names if name.startswith(beginning)]
        if len(fitting) != 1:
            found = say("{name}, which {number} runs begin with", name=beginning, number=len(fitting))
            self._refuse_unknown(found, say("the name of one run, or its beginning"))
        return str(fitting[0])

    def _latest_name(self, connection: Connection, year: int | None) -> str | None:
        drafts = select(_EVENT.c.run).join(_RUN).where(_EVENT.c.state == RunState.DRAFT).order_by(_EVENT.c.id.desc())
        if year is not None:
            drafts = drafts.where(_RUN.c.year == year)
        return connection.execute(drafts.limit(1)).scalar_one_or_none()

    def _add_event(self, connection: Connection, name: str, state: RunState, who: str) -> None:
        number = connection.execute(select(func.coalesce(func.max(_EVENT.c.id), 0) + 1)).scalar_one()
        row = {"id": number, "run": name, "state": str(state), "happened_at": self._now(), "who": who}
        connection.execute(insert(_EVENT), row)

    def _add_check(self, connection: Connection, name: str, check: RunCheck) -> None:
        number = connection.execute(select(func.coalesce(func.max(_CHECK.c.id), 0) + 1)).scalar_one()
        row = {"id": number, "run": name, "extent": str(check.extent), "cells": check.cells, "happened_at": self._now()}
        connection.execute(insert(_CHECK), row)

    def _refuse_unknown(self, found: Text, expected: Text, hint: Text | None = None) -> NoReturn:
        refuse(Diagnostic("DX708", self._database.place, found, expected, hint))

    def _refuse_change(self, name: str, found: Text) -> NoReturn:
        expected = say("run {name} as it is: draft, then published, then sealed, its result unchanged", name=name)
        refuse(Diagnostic("DX709", self._database.place, found, expected))


def _load(connection: Connection, names: Sequence[str]) -> tuple[KeptRun, ...]:
    """These runs, in the order they were made."""
    events: dict[str, list[RunEvent]] = {}
    for row in connection.execute(select(_EVENT).where(_EVENT.c.run.in_(names)).order_by(_EVENT.c.id)):
        events.setdefault(row.run, []).append(RunEvent(RunState(row.state), row.happened_at, row.who))
    checks: dict[str, list[RunCheck]] = {}
    for row in connection.execute(select(_CHECK).where(_CHECK.c.run.in_(names)).order_by(_CHECK.c.id)):
        checks.setdefault(row.run, []).append(RunCheck(Extent(row.extent), row.cells))
    light = [column for column in _RUN.c if column.name != "result"]
    rows = {row.name: row for row in connection.execute(select(*light).where(_RUN.c.name.in_(names)))}
    return tuple(
        KeptRun(_run(rows[name]), rows[name].created_at, tuple(events[name]), tuple(checks.get(name, ())))
        for name in events
    )


def _run(row: Any) -> Run:
    return Run(
        row.contracts_hash,
        row.data_hash,
        row.engine_version,
        row.year,
        row.through,
        row.batch or 0,
        row.supersedes or "",
    )
