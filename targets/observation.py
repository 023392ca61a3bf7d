"""What happened: reported values, agreed parameters, incidents, states, and what earlier years decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rules.diagnostic import Span
from rules.period import Period

OBSERVATIONS_MAX = 50_000_000


@dataclass(frozen=True, slots=True)
class Observation:
    """实绩: a reported value for subject, indicator and period; never overwritten, only superseded by a later one.

    `subject` is the code of a party or cadre. `numerator / denominator` is the exact value: for money in yuan, for
    yes/no 1 or 0, for a checklist 1 or 0 of one `entry`. `counted` says that both are real counts (95 of 100 visits)
    rather than a decimal as written (95.2%). A denominator of 0 says that there was nothing to count.
    """

    subject: str
    indicator: str
    period: Period
    numerator: int
    denominator: int
    entry: str = ""
    counted: bool = False
    recorded_on: date | None = None
    place: Span | None = None

    @property
    def key(self) -> tuple[str, str, Period, str]:
        """What a later observation must share to supersede this one."""
        return (self.subject, self.indicator, self.period, self.entry)

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Target:
    """目标任务: a parameter of an indicator agreed for one subject (`PARAMETERS`)."""

    subject: str
    indicator: str
    parameter: str
    value: Fraction
    place: Span | None = None


PARAMETERS = ("target", "baseline", "benchmark", "zero_at", "full_at", "times", "last_target")


class IncidentState(StrEnum):
    """How far the matter is; only what is substantiated counts."""

    REPORTED = "reported"
    SUBSTANTIATED = "substantiated"
    REJECTED = "rejected"
    APPEALED = "appealed"


@dataclass(frozen=True, slots=True)
class Incident:
    """A dated, evidenced event. It counts in the period it was found, against those who answered when it happened.

    Incidents that name the same `matter` are one matter told several times, such as praise by the county and the province.
    """

    id: str
    subject: str
    kind: str
    happened_on: date
    found_on: date
    state: IncidentState
    evidence: str
    severity: str = ""
    note: str = ""
    place: Span | None = None
    matter: str = ""

    @property
    def counts(self) -> bool:
        return self.state is IncidentState.SUBSTANTIATED


@dataclass(frozen=True, slots=True)
class StateRecord:
    """A state a party was in, such as lagging (后进), both days included; an open end lasts."""

    subject: str
    state: str
    start: date
    until: date | None = None
    place: Span | None = None


@dataclass(frozen=True, slots=True)
class PriorVeto:
    """A veto of an earlier year that is still in force through `until_year`."""

    subject: str
    contract: str
    veto: str
    happened_on: date
    until_year: int
    place: Span | None = None


@dataclass(frozen=True, slots=True)
class PastResult:
    """往年结果: what an earlier `year` decided on a subject under a contract: score before vetoes, place, grade, vetoed or not.

    `score` and `rank` are None, `grade` (the id of that contract, or what it was called) empty where nothing is recorded of
    them. A cadre's results follow them to a new post.
    """

    subject: str
    contract: str
    year: int
    score: Fraction | None = None
    rank: int | None = None
    grade: str = ""
    vetoed: bool = False
    place: Span | None = None
