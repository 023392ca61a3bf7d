"""Places among peers, and grades under quotas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from engine.facts import Facts
from engine.score.derivation import Location, Step, StepKind, readable
from engine.standing import ENTERED, SCORE, Standing
from rules.contract import Contract
from rules.diagnostic import say
from rules.quantity import round_to
from rules.verdict import GradeBand, TieBreak, Ties


@dataclass(frozen=True, slots=True)
class Place:
    """`key` orders a league, best first; equal keys share a rank."""

    rank: int
    key: tuple[Fraction, ...]


def places(contract: Contract, facts: Facts, standings: Mapping[str, Standing]) -> dict[str, Place]:
    """Everyone's place in their league: those who entered the ranking first, by score, then by the tie-break criteria."""
    leagues: dict[str, list[str]] = defaultdict(list)
    for subject in facts.subjects:
        leagues[facts.league(subject)].append(subject.code)
    placed: dict[str, Place] = {}
    for members in leagues.values():
        keys = {code: _key(contract, facts, standings[code]) for code in members}
        first: dict[tuple[Fraction, ...], int] = {}
        for position, code in enumerate(sorted(members, key=keys.__getitem__), start=1):
            placed[code] = Place(first.setdefault(keys[code], position), keys[code])
    return placed


def _key(contract: Contract, facts: Facts, standing: Standing) -> tuple[Fraction, ...]:
    criteria = (_criterion(facts, standing, criterion) for criterion in contract.ranking.tie_break)
    return (-standing.values[ENTERED], -standing.values[SCORE], *chain.from_iterable(criteria))


def _criterion(facts: Facts, standing: Standing, criterion: TieBreak) -> tuple[Fraction, ...]:
    """Smaller is better; an exempt section or item comes last."""
    if criterion.fewest_incidents is not None:
        return (Fraction(len(facts.incidents(standing.subject, (criterion.fewest_incidents,), facts.year))),)
    name = f"section:{criterion.section}" if criterion.section is not None else f"item:{criterion.item}"
    score = standing.values.get(name)
    return (Fraction(1), Fraction(0)) if score is None else (Fraction(0), -score)


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade, and for each better one why it was not given."""

    band: GradeBand
    steps: tuple[Step, ...]


def grades(
    contract: Contract,
    league: Sequence[str],
    placed: Mapping[str, Place],
    eligible: Mapping[tuple[str, str], Step],
    capped: Mapping[str, str],
    outside: Set[str],
) -> dict[str, Graded]:
    """The grades of one league: each band takes, best first, those eligible and not capped, up to its quota.

    `eligible` has the step of each (subject, grade) whose condition was decided; `capped` the best grade left to those
    that a veto or warning holds down. Who is `outside` the ranking neither counts in a quota nor falls under one.
    """
    left = sorted(league, key=lambda code: placed[code].key)
    given: dict[str, Graded] = {}
    reasons: dict[str, list[Step]] = defaultdict(list)
    counted = sum(code not in outside for code in league)
    for index, band in enumerate(contract.grades):
        wanting = []
        for code in left:
            step = _eligible(contract, index, capped.get(code), eligible.get((code, band.id)))
            if code in outside and step.kind is StepKind.FIRED and quota_of(band, counted) is not None:
                step = _not_entered(band, ("grades", index), step)
            reasons[code].append(step)
            if step.kind is StepKind.FIRED:
                wanting.append(code)
        admitted, quota = _admitted(band, wanting, counted, placed)
        for code in wanting:
            if code in admitted:
                given[code] = Graded(band, tuple(reasons[code]))
            else:
                reasons[code][-1] = _full_up(band, quota, ("grades", index), reasons[code][-1])
        left = [code for code in left if code not in admitted]
    return given


def _eligible(contract: Contract, index: int, cap: str | None, decided: Step | None) -> Step:
    at, title = ("grades", index), say("grade {name}", name=contract.grades[index].label)
    best = next((place for place, band in enumerate(contract.grades) if band.id == cap), 0)
    if index < best:
        worked = say("a veto or warning leaves at most {grade}", grade=contract.grades[best].label)
        return Step(StepKind.OVERRIDDEN, title, say("capped"), worked, Fraction(0), at)
    if decided is None:
        return Step(StepKind.FIRED, title, say("everyone left"), say("no condition"), Fraction(1), at)
    worked = say("it holds") if decided.kind is StepKind.FIRED else say("it does not hold")
    return Step(decided.kind, title, say("the condition of the grade"), worked, decided.value, at, (decided,))


def _admitted(
    band: GradeBand, wanting: Sequence[str], league_size: int, placed: Mapping[str, Place]
) -> tuple[frozenset[str], int | None]:
    """Who gets the grade, best first; equal places at the quota's edge are in or out together."""
    quota = quota_of(band, league_size)
    if quota is None or len(wanting) <= quota:
        return frozenset(wanting), quota
    if quota == 0:
        return frozenset(), quota
    edge = placed[wanting[quota - 1]].key
    if placed[wanting[quota]].key != edge:
        return frozenset(wanting[:quota]), quota
    inside = [code for code in wanting if placed[code].key < edge]
    if band.ties is Ties.ALL_IN:
        inside += [code for code in wanting if placed[code].key == edge]
    return frozenset(inside), quota


def quota_of(band: GradeBand, league_size: int) -> int | None:
    """How many of a league may have the grade; None without a quota."""
    if band.at_most_count is not None:
        return band.at_most_count
    if band.at_most is None:
        return None
    return int(round_to(band.at_most * league_size, 0, band.rounding))


def _not_entered(band: GradeBand, at: Location, step: Step) -> Step:
    title, rule = say("grade {name}", name=band.label), say("a quota is for those who satisfy the entry condition")
    return Step(StepKind.NOT_FIRED, title, rule, say("the entry condition is not satisfied"), Fraction(0), at, (step,))


def _full_up(band: GradeBand, quota: int | None, at: Location, step: Step) -> Step:
    title, rule = say("grade {name}", name=band.label), say("at most {quota} of the league", quota=readable(quota or 0))
    return Step(StepKind.NOT_FIRED, title, rule, say("no room in the quota"), Fraction(0), at, (step,))
