"""Records to integer columns: snapshots of one year, alone or many side by side, each a world of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

import narwhals as nw

from rules.contract import Contract
from rules.indicator import Kind
from rules.period import Period
from rules.verdict import Peers
from targets.cadre import Tenure
from targets.columns.backend import Backend
from targets.columns.year import (
    OPEN_DAY,
    SUBJECT_COLUMNS,
    Amount,
    AmountKey,
    ContractColumns,
    Frame,
    IntegerColumn,
    PastColumns,
    YearColumns,
    amount_name,
    goes_by_time,
    incident_days_name,
    incidents_name,
    months_name,
    parameter_name,
    past_name,
    windows_of,
)
from targets.observation import Incident, Observation, PastResult
from targets.snapshot import Snapshot

# A common multiple of divisors larger than this is of no use to anybody.
MULTIPLE_MAX = 10**30
_WHO = (*SUBJECT_COLUMNS, "party")
_LEAGUE = SUBJECT_COLUMNS.index("league")


def columns_of(snapshots: Sequence[Snapshot], contracts: Sequence[Contract], backend: Backend) -> YearColumns:
    """The columns of snapshots of the same year and month; nobody in one is a peer of, or answers for, one in another."""
    first = snapshots[0]
    assert all(one.months_due == first.months_due for one in snapshots)
    worlds = [_World("" if len(snapshots) == 1 else f"{number}|", one) for number, one in enumerate(snapshots)]
    duties = list(_duties(worlds))
    priors = list(_priors(worlds))
    parents = list(_parents(worlds))
    holders = list(_holders(worlds))
    share_scale = lcm(*(row["share"].denominator for row in duties))
    shares = [int(row["share"] * share_scale) for row in duties]
    for row, share in zip(duties, shares, strict=True):
        row["share"] = share
    return YearColumns(
        year=first.year, through=first.through,
        contracts={contract.contract: _contract_columns(contract, worlds, backend) for contract in contracts},
        assignments=_brought(backend, duties, _DUTY_SCHEMA), assignments_count=len(duties), duties_max=_most(duties),
        share=IntegerColumn("share", min(shares, default=1), max(shares, default=1)), share_scale=share_scale,
        incidents=_brought(backend, list(_incident_rows(worlds)), _INCIDENT_SCHEMA),
        prior_vetoes=_brought(backend, priors, _PRIOR_SCHEMA), prior_vetoes_count=len(priors),
        parents=_brought(backend, parents, _PARENT_SCHEMA),
        children_max=max(Counter(row["parent"] for row in parents).values(), default=0),
        holders=_brought(backend, holders, _HOLDER_SCHEMA), holders_count=len(holders),
        tenures=_brought(backend, list(_tenures(worlds)), _TENURE_SCHEMA) if any(map(goes_by_time, contracts)) else None,
        year_ends=first.year_ends,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _World:
    """A snapshot and what its keys begin with."""

    mark: str
    snapshot: Snapshot

    def key(self, code: str) -> str:
        return self.mark + code

    def counting(self) -> Iterator[Incident]:
        """Substantiated incidents that were found in the year, as far as it is due."""
        year = self.snapshot.whole_year
        for incident in self.snapshot.records.incidents:
            found = incident.found_on
            if incident.counts and year.holds(found) and self.snapshot.due_on(found):
                yield incident


_DUTY_SCHEMA: dict[str, Any] = {
    "cadre": nw.String, "party": nw.String, "role": nw.String, "start": nw.Int64, "until": nw.Int64, "share": nw.Int64,
    "duty": nw.Int64,
}  # fmt: skip
_INCIDENT_SCHEMA: dict[str, Any] = {
    "subject": nw.String, "kind": nw.String, "id": nw.String, "happened_on": nw.Int64, "found_on": nw.Int64,
    "severity": nw.String, "matter": nw.String,
}  # fmt: skip
_PRIOR_SCHEMA: dict[str, Any] = {
    "subject": nw.String, "contract": nw.String, "veto": nw.String, "happened_on": nw.Int64, "until_year": nw.Int64,
}  # fmt: skip

_HOLDER_SCHEMA: dict[str, Any] = {"party": nw.String, "post": nw.String, "cadre": nw.String}
_TENURE_SCHEMA: dict[str, Any] = {"cadre": nw.String, "post": nw.String, "start": nw.Int64, "until": nw.Int64}
_PARENT_SCHEMA: dict[str, Any] = {"child": nw.String, "parent": nw.String}


def _brought(backend: Backend, rows: Sequence[Mapping[str, Any]], schema: dict[str, Any]) -> Frame | None:
    if not rows:
        return None
    return backend.bring({name: [row[name] for row in rows] for name in schema}, schema)


def _end(until: date | None) -> int:
    return OPEN_DAY if until is None else until.toordinal()


def _duties(worlds: Sequence[_World]) -> Iterator[dict[str, Any]]:
    for world in worlds:
        ordered = sorted(
            world.snapshot.records.assignments, key=lambda a: (a.cadre, a.role, a.start, _end(a.until), a.party)
        )
        for number, one in enumerate(ordered):
            yield {
                "cadre": world.key(one.cadre), "party": world.key(one.party), "role": one.role,
                "start": one.start.toordinal(), "until": _end(one.until), "share": one.share, "duty": number,
            }  # fmt: skip


def _most(duties: Iterable[Mapping[str, Any]]) -> int:
    return max(Counter(row["cadre"] for row in duties).values(), default=0)


def _incident_rows(worlds: Sequence[_World]) -> Iterator[dict[str, Any]]:
    for world in worlds:
        for incident in world.counting():
            yield {
                "subject": world.key(incident.subject), "kind": incident.kind, "id": incident.id,
                "happened_on": incident.happened_on.toordinal(), "found_on": incident.found_on.toordinal(),
                "severity": incident.severity, "matter": incident.matter,
            }  # fmt: skip


def _priors(worlds: Sequence[_World]) -> Iterator[dict[str, Any]]:
    for world in worlds:
        for prior in world.snapshot.records.prior_vetoes:
            yield {
                "subject": world.key(prior.subject), "contract": prior.contract, "veto": prior.veto,
                "happened_on": prior.happened_on.toordinal(), "until_year": prior.until_year,
            }  # fmt: skip


def _parents(worlds: Sequence[_World]) -> Iterator[dict[str, Any]]:
    for world in worlds:
        for party in world.snapshot.records.parties:
            if party.parent:
                yield {"child": world.key(party.code), "parent": world.key(party.parent)}


def _holders(worlds: Sequence[_World]) -> Iterator[dict[str, Any]]:
    """Who is in which post at which party on the last day, each once."""
    for world in worlds:
        last = world.snapshot.last_day
        held = {(one.party, one.post, one.cadre) for one in world.snapshot.records.tenures if one.holds_on(last)}
        for party, post, cadre in sorted(held):
            yield {"party": world.key(party), "post": post, "cadre": world.key(cadre)}


def _tenures(worlds: Sequence[_World]) -> Iterator[dict[str, Any]]:
    for world in worlds:
        for one in world.snapshot.records.tenures:
            yield {
                "cadre": world.key(one.cadre), "post": one.post, "start": one.start.toordinal(), "until": _end(one.until),
            }  # fmt: skip


@dataclass
class _Wide:
    """The wide frame while it is filled: its subjects by key, and columns that are filler wherever nothing was put."""

    backend: Backend
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    schema: dict[str, Any] = field(default_factory=dict)

    def integers(self, name: str, values: Mapping[int, int], filler: int) -> IntegerColumn:
        column = self.fill(name, values, filler, nw.Int64)
        low, high, common = min(column), max(column), lcm(*set(column))
        short = low >= 0 and high <= self.backend.short_max
        if short:
            self.schema[name] = nw.UInt32
        return IntegerColumn(name, low, high, common if common <= MULTIPLE_MAX else 0, short)

    def truths(self, name: str, values: Mapping[int, bool]) -> str | bool:
        """The name of a Boolean column, or what it is in every row."""
        if len(values) == len(self.rows) and len(set(values.values())) == 1:
            return next(iter(values.values()))
        if not any(values.values()):
            return False
        self.fill(name, values, False, nw.Boolean)
        return name

    def fill(self, name: str, values: Mapping[int, Any], filler: object, kind: Any) -> list[Any]:
        column = [filler] * len(self.rows)
        for row, value in values.items():
            column[row] = value
        self.columns[name], self.schema[name] = column, kind
        return column


def _contract_columns(contract: Contract, worlds: Sequence[_World], backend: Backend) -> ContractColumns:
    wide, sizes = _Wide(backend), Counter[str]()
    subjects: dict[str, list[str]] = {name: [] for name in _WHO}
    for world in worlds:
        for subject in sorted(_subjects(contract, world)):
            wide.rows[subject[0]] = len(wide.rows)
            sizes[subject[_LEAGUE]] += 1
            for name, value in zip(_WHO, subject, strict=True):
                subjects[name].append(value)
    for name, values in subjects.items():
        wide.columns[name], wide.schema[name] = values, nw.String
    if not wide.rows:
        return ContractColumns(backend.bring(wide.columns, wide.schema), 0, 1)
    amounts, parameters = _amounts(contract, worlds, wide), _parameters(worlds, wide)
    incidents, days = _incidents(contract, worlds, wide)
    months, history = _months(worlds, wide), _history(worlds, wide)
    return ContractColumns(
        backend.bring(wide.columns, wide.schema), len(wide.rows), max(sizes.values()), amounts, parameters, incidents,
        days, months, history,
    )  # fmt: skip


def _subjects(contract: Contract, world: _World) -> Iterator[tuple[str, ...]]:
    """Key, code, name, kind, post, group, league and party of everybody the contract assesses."""
    found = _cadres(contract, world) if contract.posts else _parties(contract, world)
    for code, name, kind, post, group, party in found:
        league = {Peers.ALL: "", Peers.GROUP: group, Peers.KIND: kind}[contract.ranking.peers]
        yield world.key(code), code, name, kind, post, group, world.key(league), world.key(party) if party else ""


def _parties(contract: Contract, world: _World) -> Iterator[tuple[str, ...]]:
    for party in world.snapshot.records.parties:
        if party.kind in contract.assesses:
            yield party.code, party.name, party.kind, "", party.group or party.kind, ""


def _cadres(contract: Contract, world: _World) -> Iterator[tuple[str, ...]]:
    """Everybody in the post that they held last in the year."""
    snapshot = world.snapshot
    first, last = snapshot.whole_year.first_day, snapshot.last_day
    held: dict[str, Tenure] = {}
    for tenure in sorted(snapshot.records.tenures, key=lambda t: (t.start, t.post, t.party)):
        if tenure.start <= last and (tenure.until is None or tenure.until >= first):
            held[tenure.cadre] = tenure
    posts = {post.id for post in contract.posts}
    names = {cadre.code: cadre.name for cadre in snapshot.records.cadres}
    for code, tenure in held.items():
        if tenure.post in posts:
            yield code, names.get(code, code), tenure.post, tenure.post, tenure.post, tenure.party


def _amounts(contract: Contract, worlds: Sequence[_World], wide: _Wide) -> dict[AmountKey, Amount]:
    seen: dict[AmountKey, dict[int, Observation]] = defaultdict(dict)
    for world in worlds:
        for one in world.snapshot.records.observations:
            row = wide.rows.get(world.key(one.subject))
            if row is not None and one.indicator in contract.indicator_by_id:
                seen[one.indicator, one.period, one.entry][row] = one
    return {key: _amount(contract, key, found, wide) for key, found in seen.items()}


def _amount(contract: Contract, key: AmountKey, found: Mapping[int, Observation], wide: _Wide) -> Amount:
    """A ratio keeps both its numbers; anything else becomes whole numbers of one unit."""
    indicator, period, entry = key

    def name(part: str) -> str:
        return amount_name(indicator, period, entry, part)

    reported = wide.truths(name("reported"), dict.fromkeys(found, True))
    counted = wide.truths(name("counted"), {row: one.counted for row, one in found.items()})
    if contract.indicator_by_id[indicator].kind is Kind.RATIO:
        numerator = wide.integers(name("numerator"), {row: one.numerator for row, one in found.items()}, 0)
        denominator = wide.integers(name("denominator"), {row: one.denominator for row, one in found.items()}, 1)
        return Amount(numerator, denominator, 1, reported, counted)
    scale = lcm(*(one.denominator for one in found.values()))
    whole = {row: one.numerator * (scale // one.denominator) for row, one in found.items()}
    return Amount(wide.integers(name("numerator"), whole, 0), None, scale, reported, counted)


def _parameters(worlds: Sequence[_World], wide: _Wide) -> dict[tuple[str, str], Amount]:
    agreed: dict[tuple[str, str], dict[int, Fraction]] = defaultdict(dict)
    for world in worlds:
        for target in world.snapshot.records.targets:
            row = wide.rows.get(world.key(target.subject))
            if row is not None:
                agreed[target.indicator, target.parameter][row] = target.value
    return {key: _parameter(key, values, wide) for key, values in agreed.items()}


def _parameter(key: tuple[str, str], values: Mapping[int, Fraction], wide: _Wide) -> Amount:
    scale = lcm(*(value.denominator for value in values.values()))
    whole = {row: int(value * scale) for row, value in values.items()}
    reported = wide.truths(parameter_name(*key, "reported"), dict.fromkeys(values, True))
    return Amount(wide.integers(parameter_name(*key, "numerator"), whole, 0), None, scale, reported, True)


def _incidents(
    contract: Contract, worlds: Sequence[_World], wide: _Wide
) -> tuple[dict[tuple[str, Period], IntegerColumn], dict[str, tuple[IntegerColumn, IntegerColumn]]]:
    """How many of each kind were found in each window, and the latest day one of the kind happened and was found."""
    windows = list(windows_of(contract))
    counts: dict[tuple[str, Period], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    days: dict[str, tuple[dict[int, int], dict[int, int]]] = defaultdict(lambda: (defaultdict(int), defaultdict(int)))
    for world in worlds:
        for incident in world.counting():
            row = wide.rows.get(world.key(incident.subject))
            if row is None:
                continue
            for window in windows:
                if window.holds(incident.found_on):
                    counts[incident.kind, window][row] += 1
            for latest, day in zip(days[incident.kind], (incident.happened_on, incident.found_on), strict=True):
                latest[row] = max(latest[row], day.toordinal())
    parts = ("happened", "found")
    return (
        {key: wide.integers(incidents_name(*key), found, 0) for key, found in counts.items()},
        {kind: _pair(wide, [incident_days_name(kind, part) for part in parts], pair) for kind, pair in days.items()},
    )


def _pair(
    wide: _Wide, names: Sequence[str], pair: tuple[Mapping[int, int], Mapping[int, int]]
) -> tuple[IntegerColumn, IntegerColumn]:
    return wide.integers(names[0], pair[0], 0), wide.integers(names[1], pair[1], 0)


def _months(worlds: Sequence[_World], wide: _Wide) -> dict[str, IntegerColumn]:
    """Month ends that are due on which the subject was in each state, be it told twice."""
    held: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for world in worlds:
        snapshot = world.snapshot
        ends = [month.last_day for month in snapshot.months_due]
        for record in snapshot.records.states:
            row = wide.rows.get(world.key(record.subject))
            if row is not None:
                inside = (day for day in ends if record.start <= day and (record.until is None or day <= record.until))
                held[record.state][row].update(day.month for day in inside)
    counts = {state: {row: len(months) for row, months in rows.items()} for state, rows in held.items()}
    return {state: wide.integers(months_name(state), found, 0) for state, found in counts.items()}


def _history(worlds: Sequence[_World], wide: _Wide) -> dict[tuple[str, int], PastColumns]:
    """What earlier years decided on those who are subjects now, whatever contract it was under."""
    found: dict[tuple[str, int], dict[int, PastResult]] = defaultdict(dict)
    for world in worlds:
        for one in world.snapshot.records.history:
            row = wide.rows.get(world.key(one.subject))
            if row is not None:
                found[one.contract, one.year][row] = one
    return {key: _past(key, results, wide) for key, results in found.items()}


def _past(key: tuple[str, int], results: Mapping[int, PastResult], wide: _Wide) -> PastColumns:
    def amount(part: str, values: Mapping[int, Fraction]) -> Amount:
        scale = lcm(*(value.denominator for value in values.values()))
        whole = {row: int(value * scale) for row, value in values.items()}
        reported = wide.truths(past_name(*key, f"{part} there"), dict.fromkeys(values, True))
        return Amount(wide.integers(past_name(*key, part), whole, 0), None, scale, reported)

    graded = {row: one.grade for row, one in results.items() if one.grade}
    if graded:
        wide.fill(past_name(*key, "grade"), graded, "", nw.String)
    return PastColumns(
        wide.truths(past_name(*key, "there"), dict.fromkeys(results, True)),
        amount("score", {row: one.score for row, one in results.items() if one.score is not None}),
        amount("rank", {row: Fraction(one.rank) for row, one in results.items() if one.rank is not None}),
        wide.truths(past_name(*key, "vetoed"), {row: one.vetoed for row, one in results.items()}),
        past_name(*key, "grade") if graded else "",
    )
