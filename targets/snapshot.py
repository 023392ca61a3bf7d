"""One year as known on one day: everything that an assessment reads, and the hash that names it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

from rules.period import DECEMBER, Cadence, Period, months_through
from targets.cadre import Assignment, Cadre, Tenure
from targets.observation import Incident, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party


@dataclass(frozen=True, slots=True)
class Records:
    """The tables: what a workbook brings, what the store keeps, what an assessment reads."""

    parties: tuple[Party, ...] = ()
    cadres: tuple[Cadre, ...] = ()
    tenures: tuple[Tenure, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    targets: tuple[Target, ...] = ()
    observations: tuple[Observation, ...] = ()
    incidents: tuple[Incident, ...] = ()
    states: tuple[StateRecord, ...] = ()
    prior_vetoes: tuple[PriorVeto, ...] = ()
    history: tuple[PastResult, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The records of a year, which ends with the month `year_ends`.

    `through` is how many months of it are due (12 at year's end): later periods are not missing. Observations of the year
    before stand among the records: they are what `last_year` means.
    """

    year: int
    records: Records
    through: int = 12
    year_ends: int = DECEMBER

    @property
    def whole_year(self) -> Period:
        return Period(self.year, Cadence.YEAR, 1, self.year_ends)

    @property
    def months_due(self) -> tuple[Period, ...]:
        return months_through(self.year, self.through, self.year_ends)

    @cached_property
    def last_day(self) -> date:
        """The day up to which duties and states are looked at."""
        return self.months_due[-1].last_day

    def due_on(self, day: date) -> bool:
        return day <= self.last_day

    def due(self, period: Period) -> bool:
        """Whether a period of the year, or of the one before, is over."""
        return period.year < self.year or (period.year == self.year and period.last_month <= self.through)

    @cached_property
    def observation_by_key(self) -> dict[tuple[str, str, Period, str], Observation]:
        return {observation.key: observation for observation in self.records.observations}

    @cached_property
    def reported(self) -> frozenset[tuple[str, str, Period]]:
        """Subject, indicator and period of whatever was reported, be it one entry of a checklist."""
        return frozenset((one.subject, one.indicator, one.period) for one in self.records.observations)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over all records, whatever their order, the place they were typed in and the day they were recorded."""
        calendar = "" if self.year_ends == DECEMBER else f"{self.year_ends}\n"
        digest = hashlib.sha256(f"{self.year}\n{self.through}\n{calendar}".encode())
        for table in fields(Records):
            lines = sorted(_line(record) for record in getattr(self.records, table.name))
            digest.update("\n".join((table.name, str(len(lines)), *lines, "")).encode())
        return digest.hexdigest()


_NOT_CONTENT = frozenset({"place", "recorded_on"})


def _line(record: object) -> str:
    return "\t".join(repr(getattr(record, name)) for name in type(record).__slots__ if name not in _NOT_CONTENT)  # type: ignore[attr-defined]


def current(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Of observations in the order they were recorded, the last for each key: earlier ones are superseded."""
    return tuple({observation.key: observation for observation in observations}.values())
