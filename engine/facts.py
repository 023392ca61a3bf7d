"""A snapshot as one contract sees it: its subjects, their peers, and look-ups by key. Pure; built once per contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from rules.contract import Contract
from rules.period import Period
from rules.sheet import Scope
from rules.verdict import Peers
from targets.cadre import Assignment, Tenure
from targets.observation import Incident, Observation, PastResult
from targets.party import Party
from targets.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a contract assesses: a party, or a cadre in a post. `kind` is the kind of party, or the post."""

    code: str
    name: str
    kind: str
    group: str
    post: str = ""
    party: str = ""

    def in_scope(self, scope: Scope) -> bool:
        kind = "" if self.post else self.kind
        return (
            (not scope.kinds or kind in scope.kinds)
            and (not scope.posts or self.post in scope.posts)
            and (not scope.groups or self.group in scope.groups)
            and (not scope.codes or self.code in scope.codes)
        )


class Facts:
    """Look-ups over a snapshot for one contract."""

    def __init__(self, contract: Contract, snapshot: Snapshot) -> None:
        self.contract = contract
        self.snapshot = snapshot
        records = snapshot.records
        self._targets = {(t.subject, t.indicator, t.parameter): t.value for t in records.targets}
        self._history = {(r.subject, r.contract, r.year): r for r in records.history}
        self._incidents: dict[tuple[str, str], list[Incident]] = defaultdict(list)
        for incident in sorted(records.incidents, key=lambda i: (i.found_on, i.id)):
            if incident.counts:
                self._incidents[incident.subject, incident.kind].append(incident)

    @property
    def year(self) -> Period:
        return self.snapshot.whole_year

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """Everyone the contract assesses, by code."""
        found = self._cadres() if self.contract.posts else self._parties()
        return tuple(sorted(found, key=lambda subject: subject.code))

    def _parties(self) -> Iterable[Subject]:
        for party in self.snapshot.records.parties:
            if party.kind in self.contract.assesses:
                yield Subject(party.code, party.name, party.kind, party.group or party.kind)

    def _cadres(self) -> Iterable[Subject]:
        posts = {post.id for post in self.contract.posts}
        names = {cadre.code: cadre.name for cadre in self.snapshot.records.cadres}
        for code, tenure in self._last_tenures.items():
            if tenure.post in posts:
                yield Subject(code, names.get(code, code), tenure.post, tenure.post, tenure.post, tenure.party)

    @cached_property
    def _last_tenures(self) -> dict[str, Tenure]:
        """The post a cadre is assessed in: the last one held in the year."""
        first, last = self.year.first_day, self.snapshot.last_day
        held: dict[str, Tenure] = {}
        for tenure in sorted(self.snapshot.records.tenures, key=lambda t: (t.start, t.post, t.party)):
            if tenure.start <= last and (tenure.until is None or tenure.until >= first):
                held[tenure.cadre] = tenure
        return held

    @cached_property
    def _tenures(self) -> dict[str, list[Tenure]]:
        tenures: dict[str, list[Tenure]] = defaultdict(list)
        for tenure in self.snapshot.records.tenures:
            tenures[tenure.cadre].append(tenure)
        return tenures

    def tenures(self, cadre: str) -> Sequence[Tenure]:
        """Every post the cadre is known to have held, or to take up."""
        return self._tenures.get(cadre, ())

    @cached_property
    def _by_league(self) -> dict[str, tuple[Subject, ...]]:
        leagues: dict[str, list[Subject]] = defaultdict(list)
        for subject in self.subjects:
            leagues[self.league(subject)].append(subject)
        return {league: tuple(members) for league, members in leagues.items()}

    def league(self, subject: Subject) -> str:
        """The name of the group in which the subject is compared."""
        match self.contract.ranking.peers:
            case Peers.ALL:
                return ""
            case Peers.GROUP:
                return subject.group
            case Peers.KIND:
                return subject.kind

    @cached_property
    def _below(self) -> dict[str, list[Party]]:
        below: dict[str, list[Party]] = defaultdict(list)
        for party in sorted(self.snapshot.records.parties, key=lambda party: party.code):
            if party.parent:
                below[party.parent].append(party)
        return below

    def children(self, party: str) -> Sequence[Party]:
        """The parties directly below by code, whoever assesses them."""
        return self._below.get(party, ())

    def peers(self, subject: Subject) -> tuple[Subject, ...]:
        """The subject's league, itself included, by code."""
        return self._by_league[self.league(subject)]

    @cached_property
    def _duties(self) -> dict[str, list[Assignment]]:
        duties: dict[str, list[Assignment]] = defaultdict(list)
        for assignment in sorted(self.snapshot.records.assignments, key=lambda a: (a.party, a.role, a.start)):
            duties[assignment.cadre].append(assignment)
        return duties

    def assignments(self, cadre: str) -> Sequence[Assignment]:
        """What the cadre answers for, by party and time."""
        return self._duties.get(cadre, ())

    def observation(self, subject: str, indicator: str, period: Period, entry: str = "") -> Observation | None:
        return self.snapshot.observation_by_key.get((subject, indicator, period.as_reported, entry))

    def reported(self, subject: str, indicator: str, period: Period) -> bool:
        """Whether anything was reported, be it one entry of a checklist."""
        return (subject, indicator, period.as_reported) in self.snapshot.reported

    def target(self, subject: str, indicator: str, parameter: str) -> Fraction | None:
        return self._targets.get((subject, indicator, parameter))

    def past(self, subject: str, contract: str, year: int) -> PastResult | None:
        """What is recorded of a subject under a contract in an earlier year."""
        return self._history.get((subject, contract, year))

    def incidents(
        self, subject: str, kinds: Iterable[str], window: Period, severities: Collection[str] = ()
    ) -> tuple[Incident, ...]:
        """Substantiated incidents found in the window, in the order they were found; of these severities, where named."""
        found = (incident for kind in kinds for incident in self._incidents.get((subject, kind), ()))
        wanted = (i for i in found if not severities or i.severity in severities)
        return tuple(i for i in wanted if window.holds(i.found_on) and self.snapshot.due_on(i.found_on))

    def months_in(self, subject: str, state: str) -> int:
        """Months of the year, up to the last that is due, on whose last day the party was in the state."""
        ends = [month.last_day for month in self.snapshot.months_due]
        spans = [r for r in self.snapshot.records.states if r.subject == subject and r.state == state]
        return sum(any(r.start <= day and (r.until is None or day <= r.until) for r in spans) for day in ends)
