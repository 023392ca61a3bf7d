"""Assessment runs as they are kept: named by what they were made from, never edited; a correction makes another run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from sqlalchemy import Connection, Select, func, select
from sqlalchemy import Table as SqlTable

from rules.amend import content_hash
from rules.diagnostic import Diagnostic, Text, refuse, refuse_if_any, say
from targets import keeping
from targets.appeals import decide_appeal, file_appeal, load_appeals, unstorable_texts
from targets.books import Books
from targets.damage import ReadsRows, as_damage, sound_rows, whole_rows
from targets.database import Database
from targets.kept import IN_WORDS, Appeal, ContractText, Decision, KeptRun, RunEvent, RunState, lineage, placed
from targets.ledger import Entry, EntryKind, seal_note
from targets.run import Extent, Run, RunCheck
from targets.schema import Table
from targets.sealing import obstacles

if TYPE_CHECKING:
    from rules.load import Loaded

__all__ = ["KeptRun", "RunEvent", "RunState", "Runs"]

R = TypeVar("R")

_RUN, _EVENT, _CHECK, _TEXT, _UNDER = (
    Table.metadata.tables[name] for name in ("run", "run_event", "run_check", "contract_text", "run_contract")
)


class Runs:
    """The runs of one store; `now` tells when a step is taken."""

    def __init__(self, database: Database, now: Callable[[], datetime], books: Books) -> None:
        self._database, self._now, self._books = database, now, books

    def save(
        self, run: Run, result: str, who: str = "", check: RunCheck | None = None, contracts: Sequence[Loaded] = ()
    ) -> KeptRun:
        """Keep the run with its result as a draft, the texts of its contracts, and how it was cross-checked. The same run
        again changes nothing; the same name with another result is refused (DX709), since equal inputs must give equal
        outcomes. One that names none supersedes the last published run that it can be a correction of (`placed`)."""
        with self._database.writing() as connection:
            run = self._placed(connection, run)
            kept = connection.execute(select(_RUN.c.result).where(_RUN.c.name == run.name)).scalar_one_or_none()
            if kept is None:
                self._add_run(connection, run, result)
            elif kept != result:
                self._refuse_change(run.name, say("another result from the same contracts, data and engine"))
            _keep_texts(connection, run.name, contracts)
            again = kept is not None and _load(connection, (run.name,))[0].decided_since
            if self._latest_name(connection, None) != run.name or again:
                self._add_event(connection, run.name, RunState.DRAFT, who)
            kept_run = _load(connection, (run.name,))[0]
            if check is None or check in kept_run.checks:
                return kept_run
            self._add_check(connection, run.name, check)
            return replace(kept_run, checks=(*kept_run.checks, check))

    def placed(self, run: Run) -> Run:
        """As it would be saved: with what it supersedes, which is a part of its name; or the kept run that it is again."""
        with self._database.reading() as connection:
            return self._placed(connection, run)

    def publish(self, name: str, first_day: date, last_day: date, who: str = "") -> KeptRun:
        """Keep that it is published from the first day to the last. The same days again change nothing; others correct what
        was entered. Raises Refused for days that are none (DX717) and for a sealed run (DX709)."""
        with self._database.writing() as connection:
            kept = _load(connection, (self._one_name(connection, name),))[0]
            if kept.sealed:
                found = say("{old} to {new}", old=IN_WORDS[kept.state], new=IN_WORDS[RunState.PUBLISHED])
                self._refuse_change(kept.name, found)
            if last_day < first_day:
                found = say("published from {first} to {last}", first=first_day.isoformat(), last=last_day.isoformat())
                expected = say("a last day that is the first one or later")
                refuse(Diagnostic("DX717", self._database.place, found, expected))
            refuse_if_any(unstorable_texts(self._database.place, who))
            if kept.period == (first_day, last_day):
                return kept
            self._add_event(connection, kept.name, RunState.PUBLISHED, who, (first_day, last_day))
            return _load(connection, (kept.name,))[0]

    def appeal(self, run: str, subject: str, filed_on: date, claim: str, who: str = "") -> int:
        """Keep that somebody assessed, named by code, objects to a published run; the number of the appeal. Raises Refused
        when the run is not published, the day lies before its period, or nothing is claimed (DX716)."""
        with self._database.writing() as connection:
            kept = _load(connection, (self._one_name(connection, run),))[0]
            appeal = Appeal(0, kept.name, subject, filed_on, claim, self._now(), who)
            return file_appeal(connection, self._database.place, kept, appeal)

    def decide(self, number: int, upheld: bool, decided_on: date, ground: str, who: str = "") -> Appeal:
        """Keep what was decided on an appeal. Raises Refused for a number that there is not, an appeal decided already, a day
        before it was filed, or no ground (DX716)."""
        with self._database.writing() as connection:
            decision = Decision(upheld, decided_on, ground, self._now(), who)
            return decide_appeal(connection, self._database.place, number, decision)

    def seal(self, name: str, today: date, who: str = "") -> KeptRun:
        """Make the run final, and enter the SHA-256 of its result into the ledger, with the last hash of the trail. A sealed run
        stays as it is.

        Raises Refused with everything that stands in the way (DX709, DX714, DX715), or for a day before that of the last
        voucher (DX719).
        """
        with self._database.writing() as connection:
            whole, runs = self._one_name(connection, name), _load(connection)
            kept = next(one for one in runs if one.name == whole)
            if kept.sealed:
                return kept
            place = self._database.place
            refuse_if_any([*obstacles(kept, runs, today, place), *unstorable_texts(place, who)])
            self._add_event(connection, whole, RunState.SEALED, who)
            result = sha256(_result(connection, whole).encode()).hexdigest()
            note = seal_note(result, keeping.last_link(connection)[1])
            self._books.append(connection, [Entry(EntryKind.SEAL, today, run=whole, note=note)], who)
            return _load(connection, (whole,))[0]

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
            return _load(connection)

    def supersedes(self, name: str) -> tuple[str, ...]:
        """The runs that this one supersedes, directly and indirectly, the nearest first."""
        with self._database.reading() as connection:
            return lineage(self._one_name(connection, name), _load(connection))

    def contracts(self, name: str) -> tuple[ContractText, ...]:
        """The contracts that the run was made under, as they were written, in the order of their files' names."""
        with self._database.reading() as connection:
            whole = self._one_name(connection, name)
            under = select(_TEXT).join(_UNDER).where(_UNDER.c.run == whole)
            texts = whole_rows(connection, under, lambda row: ContractText(row.hash, row.path, row.text))
            return tuple(sorted(texts, key=lambda one: (one.path, one.hash)))

    def result(self, name: str) -> str:
        """The result of the run whose name begins so, as it was saved."""
        with self._database.reading() as connection:
            return _result(connection, self._one_name(connection, name))

    def _add_run(self, connection: Connection, run: Run, result: str) -> None:
        row = {**asdict(run), "batch": run.batch or None, "supersedes": run.supersedes or None}
        row |= {"name": run.name, "created_at": self._now(), "result": result}
        keeping.write(connection, "run", [row], run.name)

    def _placed(self, connection: Connection, run: Run) -> Run:
        if not run.supersedes:
            return placed(run, _load(connection))
        return replace(run, supersedes=self._one_name(connection, run.supersedes))

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

    def _add_event(
        self, connection: Connection, name: str, state: RunState, who: str, period: tuple[date, date] | None = None
    ) -> None:
        number = connection.execute(select(func.coalesce(func.max(_EVENT.c.id), 0) + 1)).scalar_one()
        row = {"id": number, "run": name, "state": str(state), "happened_at": self._now(), "who": who}
        row |= dict(zip(("first_day", "last_day"), period or (None, None), strict=True))
        keeping.write(connection, "run_event", [row], name)

    def _add_check(self, connection: Connection, name: str, check: RunCheck) -> None:
        number = connection.execute(select(func.coalesce(func.max(_CHECK.c.id), 0) + 1)).scalar_one()
        row = {"id": number, "run": name, "extent": str(check.extent), "cells": check.cells, "happened_at": self._now()}
        keeping.write(connection, "run_check", [row], name)

    def _refuse_unknown(self, found: Text, expected: Text, hint: Text | None = None) -> NoReturn:
        refuse(Diagnostic("DX708", self._database.place, found, expected, hint))

    def _refuse_change(self, name: str, found: Text) -> NoReturn:
        expected = say("run {name} as it is: draft, then published, then sealed, its result unchanged", name=name)
        refuse(Diagnostic("DX709", self._database.place, found, expected))


def _keep_texts(connection: Connection, name: str, contracts: Sequence[Loaded]) -> None:
    """Each once, whatever its comments and the folder it lay in."""
    texts = {content_hash(one.contract): one.tree for one in contracts}
    kept = set(connection.execute(select(_TEXT.c.hash).where(_TEXT.c.hash.in_(texts))).scalars())
    under = set(connection.execute(select(_UNDER.c.contract).where(_UNDER.c.run == name)).scalars())
    for hash_, tree in texts.items():
        if hash_ not in kept:
            row = {"hash": hash_, "path": PurePath(tree.path).name, "text": tree.text}
            keeping.write(connection, "contract_text", [row])
        if hash_ not in under:
            keeping.write(connection, "run_contract", [{"run": name, "contract": hash_}], name)


def _result(connection: Connection, name: str) -> str:
    return str(connection.execute(select(_RUN.c.result).where(_RUN.c.name == name)).scalar_one())


@as_damage("run")
def _load(
    connection: Connection, names: Sequence[str] | None = None, read: ReadsRows = whole_rows
) -> tuple[KeptRun, ...]:
    """These runs, or all, in the order they were made."""
    every = dict(read(connection, select(_RUN.c.name, _RUN.c.supersedes), lambda row: (row.name, row.supersedes)))
    wanted = list(every) if names is None else names
    events = _grouped(read(connection, _of(_EVENT, wanted), _event))
    checks = _grouped(read(connection, _of(_CHECK, wanted), _check))
    appeals = load_appeals(connection, wanted, read)
    if read is whole_rows and (stepless := [name for name in wanted if name not in events]):
        raise ValueError(f"{stepless[0]}: no step")
    light = select(*(column for column in _RUN.c if column.name != "result")).where(_RUN.c.name.in_(wanted))
    runs = dict(read(connection, light, lambda row: (row.name, (_run(row), row.created_at))))
    return tuple(
        KeptRun(
            name,
            runs[name][0],
            runs[name][1],
            tuple(events[name]),
            tuple(checks.get(name, ())),
            appeals.get(name, ()),
            tuple(sorted(other for other, earlier in every.items() if earlier == name)),
        )
        for name in events
        if read is whole_rows or name in runs
    )


def _of(table: SqlTable, names: Sequence[str]) -> Select[Any]:
    return select(table).where(table.c.run.in_(names)).order_by(table.c.id)


def _grouped(pairs: Iterable[tuple[str, R]]) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for name, one in pairs:
        found.setdefault(name, []).append(one)
    return found


def _event(row: Any) -> tuple[str, RunEvent]:
    return row.run, RunEvent(row.id, RunState(row.state), row.happened_at, row.who, row.first_day, row.last_day)


def _check(row: Any) -> tuple[str, RunCheck]:
    return row.run, RunCheck(Extent(row.extent), row.cells)


def readable(connection: Connection) -> tuple[KeptRun, ...]:
    """For the audit: the runs, steps, checks and appeals that can be read; the trail tells of the others."""
    return _load(connection, read=sound_rows)


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
