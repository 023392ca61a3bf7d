"""What a scenario would have come to on the same records: who moves, by which change, and what it costs. Pure, no chance in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engine.assess import Assessment
from engine.difference import Moved, Side, difference
from engine.reach import Named, Reach, reach
from engine.recorded import StoredContract, StoredResult, StoredVerdict
from engine.verdict import Verdict
from rules.contract import Contract
from rules.money import DueKind
from rules.overlay import Touch
from rules.quantity import show

# What a year costs the town: deposits are the cadres' own, and what is forfeited goes to a fund.
COSTS = (DueKind.REWARD, DueKind.AWARD, DueKind.PAID_IN)
RECEIVED = (*COSTS, DueKind.REFUND, DueKind.ADVANCE)


@dataclass(frozen=True, slots=True)
class Spread:
    """Of everybody under one contract: how many in each grade (the empty one is none), and their final scores."""

    grades: Mapping[str, int]
    subjects: int
    mean: Fraction
    lowest: Fraction
    highest: Fraction


@dataclass(frozen=True, slots=True)
class Picture:
    """What an assessment comes to, contract by contract (without those that assess nobody) and in fen by contract, clause
    and kind. `cost_fen` is rewards and awards, less what is paid in towards them."""

    spreads: Mapping[str, Spread]
    dues_fen: Mapping[tuple[str, str, DueKind], int]

    @property
    def cost_fen(self) -> int:
        return sum(self.of_kind_fen(kind) for kind in COSTS)

    def of_kind_fen(self, kind: DueKind) -> int:
        return sum(amount for (_, _, of), amount in self.dues_fen.items() if of is kind)


class Way(StrEnum):
    """Whether somebody is better off: by grade, else by money, else by score, else by rank."""

    BETTER = "better"
    WORSE = "worse"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Mover:
    """One subject under one contract. `changes` are those of the scenario that reach it, by number from 0; where there are
    none, others moved: those that `moved.through` names, or the peers."""

    moved: Moved
    changes: tuple[int, ...]
    received_fen: tuple[int, int]
    way: Way

    @property
    def others_moved(self) -> bool:
        return not self.changes and self.moved.others_moved


@dataclass(frozen=True, slots=True)
class WhatIf:
    before: Picture
    after: Picture
    movers: tuple[Mover, ...]

    def going(self, way: Way) -> tuple[Mover, ...]:
        return tuple(one for one in self.movers if one.way is way)


def what_if(base: Assessment, scenario: Assessment, touches: Sequence[Touch]) -> WhatIf:
    """Two assessments of one snapshot held against each other; `touches` are what the scenario's changes touch, in order."""
    assert base.snapshot is scenario.snapshot, "a scenario changes contracts, never records"
    # Neither hashes nor versions: that the contract is another one is no reason, its changes are.
    sides = [Side(as_recorded(one), one.snapshot.records, {}) for one in (base, scenario)]
    found = difference(sides[0], sides[1])
    before, after = (_contracts(one) for one in (base, scenario))
    reaches = [reach(touch, before, after) for touch in touches]
    rules, received = _rules(base, scenario), _received(base, scenario)
    movers = []
    for moved in found.moved:
        key = (moved.contract, moved.code)
        amounts = received.get(key, (0, 0))
        way = _way(moved, amounts, _places(before[moved.contract], after[moved.contract]))
        movers.append(Mover(moved, _reaching(reaches, moved, rules.get(moved.code, frozenset())), amounts, way))
    return WhatIf(picture(base), picture(scenario), tuple(movers))


def picture(assessment: Assessment) -> Picture:
    spreads = {
        judged.contract.contract: _spread(tuple(judged.verdicts.values()))
        for judged in assessment.judged
        if judged.verdicts
    }
    dues: dict[tuple[str, str, DueKind], int] = defaultdict(int)
    for due in assessment.dues:
        if due.amount_fen:
            dues[due.contract, due.clause, due.kind] += due.amount_fen
    return Picture(spreads, dict(dues))


def _spread(verdicts: Sequence[Verdict]) -> Spread:
    scores = [verdict.final_score for verdict in verdicts]
    grades = Counter(verdict.grade.id if verdict.grade else "" for verdict in verdicts)
    mean = sum(scores, Fraction(0)) / len(scores)
    return Spread(dict(grades), len(scores), mean, min(scores), max(scores))


def as_recorded(assessment: Assessment) -> StoredResult:
    """The assessment as a run of it would be stored and read again."""
    contracts = {
        judged.contract.contract: StoredContract(
            judged.contract.contract, judged.contract.title, judged.contract.version,
            {code: _recorded(judged.contract, verdict) for code, verdict in judged.verdicts.items()},
        )
        for judged in assessment.judged
    }  # fmt: skip
    dues: dict[tuple[str, str, str, str, str], int] = defaultdict(int)
    for due in assessment.dues:
        if due.amount_fen:
            dues[due.contract, due.clause, due.subject, due.kind.value, due.payee] += due.amount_fen
    return StoredResult(assessment.run.engine_version, contracts, dict(dues))


def _recorded(contract: Contract, verdict: Verdict) -> StoredVerdict:
    def written(score: Fraction | None) -> str | None:
        return None if score is None else show(score, contract.decimals)

    return StoredVerdict(
        verdict.subject.code, verdict.subject.name, verdict.rank, verdict.league_size, written(verdict.final_score),
        verdict.grade.id if verdict.grade else "",
        {(one.section.id, str(one.window)): written(one.score) for one in verdict.outcome.all_sections()},
        {(one.item.id, str(one.window)): written(one.score) for one in verdict.outcome.items()},
        tuple(dict.fromkeys(one.rule for one in verdict.vetoes)),
    )  # fmt: skip


def _contracts(assessment: Assessment) -> dict[str, Contract]:
    return {judged.contract.contract: judged.contract for judged in assessment.judged}


def _rules(*assessments: Assessment) -> Mapping[str, frozenset[Named]]:
    """The vetoes and warnings that hit somebody under any contract, by code, with the contract that has them."""
    found: dict[str, set[Named]] = defaultdict(set)
    for verdict in (verdict for one in assessments for verdict in one.verdicts()):
        found[verdict.subject.code] |= {(one.contract, one.rule) for one in (*verdict.vetoes, *verdict.warnings)}
    return {code: frozenset(rules) for code, rules in found.items()}


def _received(base: Assessment, scenario: Assessment) -> Mapping[tuple[str, str], tuple[int, int]]:
    """What a verdict brings its subject and those who share in it, before and after; by contract and code."""
    sums = [Counter[tuple[str, str]](), Counter[tuple[str, str]]()]
    for total, assessment in zip(sums, (base, scenario), strict=True):
        for due in assessment.dues:
            if due.kind in RECEIVED:
                total[due.contract, due.subject] += due.amount_fen
    return {key: (sums[0][key], sums[1][key]) for key in sums[0].keys() | sums[1].keys()}


def _reaching(reaches: Sequence[Reach], moved: Moved, rules: frozenset[Named]) -> tuple[int, ...]:
    return tuple(number for number, one in enumerate(reaches) if one.holds(moved, rules))


def _places(before: Contract, after: Contract) -> Mapping[str, int]:
    """Of each grade, best first; one that the scenario has no longer stands behind those that it has."""
    ids = dict.fromkeys(grade.id for contract in (after, before) for grade in contract.grades)
    return {grade: place for place, grade in enumerate(ids)}


def _way(moved: Moved, received_fen: tuple[int, int], places: Mapping[str, int]) -> Way:
    old, new = moved.before, moved.after
    if old is None or new is None:
        return Way.EQUAL
    none = len(places)
    steps = (
        places.get(old.grade, none) - places.get(new.grade, none),
        received_fen[1] - received_fen[0],
        Fraction(new.final_score or 0) - Fraction(old.final_score or 0),
        old.rank - new.rank,
    )
    first = next((step for step in steps if step), 0)
    return Way.BETTER if first > 0 else Way.WORSE if first < 0 else Way.EQUAL
