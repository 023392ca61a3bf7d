"""An assessment run as it is kept: its steps, its publicity period, its checks, what was objected to it and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from rules.diagnostic import say
from targets.run import Extent, Run, RunCheck


class RunState(StrEnum):
    """A draft may be published (公示), a published run sealed (封存); a sealed one is final."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SEALED = "sealed"


STEPS = tuple(RunState)
IN_WORDS = {RunState.DRAFT: say("draft"), RunState.PUBLISHED: say("published"), RunState.SEALED: say("sealed")}


@dataclass(frozen=True, slots=True)
class RunEvent:
    """A step in a run's life; `draft` again means that the same assessment was made again. `number` counts those of all runs.

    Published with other days again, the period had been entered wrongly: the last one holds.
    """

    number: int
    state: RunState
    happened_at: datetime
    who: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Taken once. `upheld` wants a corrected run."""

    upheld: bool
    decided_on: date
    ground: str
    happened_at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """申诉: somebody assessed, named by code, objected to a published run."""

    number: int
    run: str
    subject: str
    filed_on: date
    claim: str
    happened_at: datetime
    who: str
    decision: Decision | None = None

    @property
    def upheld(self) -> bool:
        return self.decision is not None and self.decision.upheld


@dataclass(frozen=True, slots=True)
class ContractText:
    """A contract as it was written, named by the hash of its content; `path` is the name of its file."""

    hash: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class KeptRun:
    """`name` is the one it is kept under, `run.name` what it says would have; `superseded_by` correct it directly."""

    name: str
    run: Run
    created_at: datetime
    events: tuple[RunEvent, ...]
    checks: tuple[RunCheck, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    superseded_by: tuple[str, ...] = ()

    @property
    def state(self) -> RunState:
        """The furthest it has come."""
        return max((event.state for event in self.events), key=STEPS.index, default=RunState.DRAFT)

    @property
    def sealed(self) -> bool:
        return self.state is RunState.SEALED

    @property
    def period(self) -> tuple[date, date] | None:
        """The first and last day of publicity (公示期)."""
        periods = [(one.first_day, one.last_day) for one in self.events if one.state is RunState.PUBLISHED]
        first, last = periods[-1] if periods else (None, None)
        return None if first is None or last is None else (first, last)

    @property
    def cross_checked(self) -> bool:
        """Whether both evaluators were held against each other, cell by cell, and agreed."""
        return any(check.extent in (Extent.ALL, Extent.SAMPLE) for check in self.checks)

    @property
    def made_last(self) -> datetime:
        """When it was assessed, the last time."""
        return max((one.happened_at for one in self.events if one.state is RunState.DRAFT), default=self.created_at)

    @property
    def decided_since(self) -> bool:
        """Whether an appeal against it was upheld after it was assessed the last time."""
        return any(
            one.decision is not None and one.upheld and one.decision.happened_at > self.made_last
            for one in self.appeals
        )

    def last_number(self, state: RunState) -> int:
        """The number of its last step to that state; 0 when it was not taken."""
        return max((event.number for event in self.events if event.state is state), default=0)


def lineage(name: str, runs: Iterable[KeptRun]) -> tuple[str, ...]:
    """The runs that this one supersedes, directly and indirectly, the nearest first."""
    return superseded(name, {one.name: one.run.supersedes for one in runs})


def superseded(name: str, supersedes: Mapping[str, str]) -> tuple[str, ...]:
    """The same by names alone. Who wrote into the database may have led them in a circle: none comes twice."""
    names: list[str] = []
    while (earlier := supersedes.get(names[-1] if names else name, "")) and earlier not in names:
        names.append(earlier)
    return tuple(names)


def placed(run: Run, runs: Iterable[KeptRun]) -> Run:
    """The run with what it supersedes, or the kept one that it is again.

    It corrects the last of the same year and month that was published or sealed, unless that one knew more: a look back at an
    earlier day corrects nothing. What another published run has superseded is not corrected a second time.
    """
    known = tuple(runs)
    same = [one.run for one in known if one.run.inputs == run.inputs]
    newest = _in_force(run, known)
    if newest is not None and newest.run.inputs == run.inputs:
        return newest.run
    if newest is not None and newest.run.batch > run.batch:
        return same[0] if same else run
    supersedes = "" if newest is None else newest.name
    return next((one for one in same if one.supersedes == supersedes), replace(run, supersedes=supersedes))


def _in_force(run: Run, known: tuple[KeptRun, ...]) -> KeptRun | None:
    shown = [one for one in known if one.state is not RunState.DRAFT and _same_months(one.run, run)]
    corrected = {name for one in shown for name in lineage(one.name, known)}
    left = (one for one in shown if one.name not in corrected)
    return max(left, key=lambda one: (one.sealed, one.last_number(RunState.PUBLISHED)), default=None)


def _same_months(one: Run, other: Run) -> bool:
    return (one.year, one.through) == (other.year, other.through)
