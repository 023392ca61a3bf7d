"""What of a year can turn out otherwise: the values that contracts read, a series an indicator, and the incidents they count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import lcm
from typing import NamedTuple

from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.scoring import Measured, PerEvent, parts_of
from rules.scoring_terms import Direction
from targets.columns.year import AmountKey
from targets.observation import Incident, Observation
from targets.snapshot import Snapshot


class Cell(NamedTuple):
    """A reported value: `value` of `trials` where it is counted, in units of 1 / the series' scale elsewhere."""

    subject: str
    key: AmountKey
    value: int
    trials: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Series:
    """All that was reported of an indicator under a contract: `cells` of the year, which may turn out otherwise, and `before`
    of the year before, which will not.

    `group` tells who is compared with whom. `held`: never drawn, since it is a plan, a divisor or a statistic. `better`: -1
    where less is better.
    """

    contract: str
    indicator: Indicator
    cells: tuple[Cell, ...]
    before: tuple[Cell, ...]
    scale: int
    group: Mapping[str, str]
    held: bool
    better: int

    @property
    def name(self) -> str:
        return f"{self.contract} {self.indicator.id}"

    @property
    def counts_successes(self) -> bool:
        """Whether each value is a number of successes out of trials."""
        if self.indicator.kind in (Kind.RATIO, Kind.YES_NO, Kind.CHECKLIST):
            return True
        return any(cell.counted for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Happenings:
    """Incidents of a kind: how many each of the subjects had (`counts`), and those that tell what one is like (`known`)."""

    contract: str
    kind: str
    counts: Mapping[str, int]
    known: tuple[Incident, ...]
    better: int

    @property
    def name(self) -> str:
        return f"{self.contract} incidents {self.kind}"


@dataclass(frozen=True)
class Town:
    """The base year, and all that can be drawn of it under the contracts of all the sets that are compared."""

    snapshot: Snapshot
    series: tuple[Series, ...]
    happenings: tuple[Happenings, ...]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Of parties and cadres, ascending."""
        records = self.snapshot.records
        return tuple(sorted({*(one.code for one in records.parties), *(one.code for one in records.cadres)}))


def town_of(snapshot: Snapshot, contracts: Sequence[Contract]) -> Town:
    """Of two contracts that read the same value of the same subject, the first has it: it is drawn once."""
    taken: set[tuple[str, AmountKey]] = set()
    happened: set[tuple[str, str]] = set()
    series: list[Series] = []
    happenings: list[Happenings] = []
    for contract in contracts:
        group = _groups(contract, snapshot)
        series += _series(contract, snapshot, group, taken)
        happenings += _happenings(contract, snapshot, group, happened)
    return Town(snapshot, tuple(series), tuple(happenings))


def _groups(contract: Contract, snapshot: Snapshot) -> dict[str, str]:
    """Whom the contract may assess, with those that they are alike to: of their kind and group, or in their post."""
    records = snapshot.records
    if not contract.posts:
        return {one.code: one.group or one.kind for one in records.parties if one.kind in contract.assesses}
    posts = {post.id for post in contract.posts}
    tenures = sorted(records.tenures, key=lambda one: one.start)
    return {one.cadre: one.post for one in tenures if one.post in posts}


def read_by(contract: Contract) -> set[str]:
    """The indicators that a plan may read: all but statistics that nothing is computed from."""
    sources = {name for one in contract.indicators if one.derived is not None for name in one.derived.sources}
    return {one.id for one in contract.indicators if not one.computed and (not one.statistic or one.id in sources)}


def _series(
    contract: Contract, snapshot: Snapshot, group: Mapping[str, str], taken: set[tuple[str, AmountKey]]
) -> Iterator[Series]:
    found: dict[str, list[Observation]] = {name: [] for name in sorted(read_by(contract))}
    for one in snapshot.records.observations:
        if one.subject in group and one.indicator in found:
            found[one.indicator].append(one)
    better, divisors, out_of = _directions(contract), _divisors(contract), _out_of(contract, found)
    for name, observations in found.items():
        indicator = contract.indicator_by_id[name]
        new = [one for one in observations if (one.subject, _key(one)) not in taken]
        taken |= {(one.subject, _key(one)) for one in new}
        if not new:
            continue
        ratio = indicator.kind is Kind.RATIO
        scale = 1 if ratio else lcm(*(one.denominator for one in new))
        cells = [_cell(one, ratio, scale, out_of.get(name, {})) for one in new]
        cells.sort(key=lambda cell: (str(cell.key[1]), cell.key[2], cell.subject))
        year = snapshot.year
        yield Series(
            contract.contract, indicator, tuple(cell for cell in cells if cell.key[1].year == year),
            tuple(cell for cell in cells if cell.key[1].year < year), scale, group,
            indicator.statistic or name in divisors, better.get(name, 1),
        )  # fmt: skip


def _key(one: Observation) -> AmountKey:
    return one.indicator, one.period, one.entry


def _cell(one: Observation, ratio: bool, scale: int, out_of: Mapping[tuple[str, AmountKey], int]) -> Cell:
    key = _key(one)
    if ratio:
        return Cell(one.subject, key, one.numerator, one.denominator, one.counted)
    trials = out_of.get((one.subject, key))
    value = one.numerator * (scale // one.denominator)
    return Cell(one.subject, key, value, 1 if trials is None else trials, trials is not None)


def _divisors(contract: Contract) -> set[str]:
    return {name for one in contract.indicators if one.derived is not None for name in one.derived.per}


def _out_of(
    contract: Contract, found: Mapping[str, Sequence[Observation]]
) -> dict[str, dict[tuple[str, AmountKey], int]]:
    """Counts of which a derived ratio is made, with what they are counts of where they never exceed it: as many visits as
    there were newborns, not more."""
    numbers: dict[str, dict[tuple[str, AmountKey], int]] = {}
    for one in contract.indicators:
        if one.derived is None or len(one.derived.add) != 1 or len(one.derived.per) != 1 or one.derived.subtract:
            continue
        part, whole = one.derived.add[0], one.derived.per[0]
        if any(contract.indicator_by_id[name].kind is not Kind.COUNT for name in (part, whole)):
            continue
        wholes = {(each.subject, each.period, each.entry): each.numerator for each in found.get(whole, ())}
        trials = {
            (each.subject, _key(each)): wholes.get((each.subject, each.period, each.entry), -1)
            for each in found.get(part, ())
        }
        if all(each.numerator <= trials[each.subject, _key(each)] for each in found.get(part, ())):
            numbers[part] = trials
    return numbers


def _directions(contract: Contract) -> dict[str, int]:
    """-1 for indicators of which less is better."""
    found: dict[str, int] = {}
    for item in contract.item_by_id.values():
        for measured in _measures(item):
            rule = measured.scoring
            less = rule.deduct is not None if isinstance(rule, PerEvent) else measured.direction is Direction.LOWER
            for name in _sources(contract, measured.indicator):
                found.setdefault(name, -1 if less else 1)
    return found


def _measures(measured: Measured) -> Iterator[Measured]:
    yield measured
    for part in parts_of(measured):
        yield from _measures(part)


def _sources(contract: Contract, name: str | None) -> tuple[str, ...]:
    if name is None:
        return ()
    derived = contract.indicator_by_id[name].derived
    return (name,) if derived is None else derived.add


def _happenings(
    contract: Contract, snapshot: Snapshot, group: Mapping[str, str], happened: set[tuple[str, str]]
) -> Iterator[Happenings]:
    praised = set(_praised(contract))
    for kind in sorted(one.id for one in contract.incidents):
        subjects = [code for code in sorted(group) if (code, kind) not in happened]
        happened |= {(code, kind) for code in subjects}
        known = tuple(one for one in counting(snapshot) if one.kind == kind and one.subject in group)
        counts = dict.fromkeys(subjects, 0)
        for one in known:
            if one.subject in counts:
                counts[one.subject] += 1
        if subjects:
            yield Happenings(contract.contract, kind, counts, known, 1 if kind in praised else -1)


def counting(snapshot: Snapshot) -> Iterator[Incident]:
    """Substantiated incidents that were found in the year, as far as it is due."""
    for one in snapshot.records.incidents:
        if one.counts and snapshot.whole_year.holds(one.found_on) and snapshot.due_on(one.found_on):
            yield one


def _praised(contract: Contract) -> Iterator[str]:
    for item in contract.item_by_id.values():
        for measured in _measures(item):
            rule = measured.scoring
            if isinstance(rule, PerEvent) and rule.add is not None and rule.incident is not None:
                yield rule.incident


def due_days(snapshot: Snapshot) -> tuple[date, date]:
    """The first and last day on which something can be found."""
    return snapshot.whole_year.first_day, snapshot.last_day
