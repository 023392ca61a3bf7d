"""What money looks at beyond one contract: what is held of whom, who is in which post, whose awards are cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.decide import Judged
from engine.settle.held import all_held_fen


@dataclass(frozen=True, slots=True)
class MoneyYear:
    """`deposits_fen` by party: what is held of the cadres whose last post of the year was there. `holders` by post and
    party: who is in that post on the last day, by code. `cancelled`: whose awards a veto or warning cancels."""

    deposits_fen: Mapping[str, int]
    holders: Mapping[tuple[str, str], tuple[str, ...]]
    cancelled: frozenset[str]


def money_year(judged: Sequence[Judged]) -> MoneyYear:
    by_party: dict[str, int] = defaultdict(int)
    for one in judged:
        for subject in one.facts.subjects if one.contract.posts else ():
            by_party[subject.party] += all_held_fen(one.facts, subject)
    return MoneyYear(by_party, _holders(judged), frozenset(_cancelled(judged)))


def _cancelled(judged: Sequence[Judged]) -> Iterator[str]:
    """By a verdict of their own, through a party that they answered for, or still from an earlier year: of cadres whom no
    contract assesses too."""
    for one in judged:
        for code, verdict in one.verdicts.items():
            if any(effects.cancel_awards for effects in verdict.effects()):
                yield code
        yield from (record.subject for record in one.reaching if record.effects and record.effects.cancel_awards)
        cancelling = {veto.id for veto in one.contract.vetoes if veto.effects.cancel_awards}
        for prior in one.facts.snapshot.records.prior_vetoes:
            in_force = prior.contract == one.contract.contract and prior.until_year >= one.facts.year.year
            if in_force and prior.veto in cancelling:
                yield prior.subject


def _holders(judged: Sequence[Judged]) -> dict[tuple[str, str], tuple[str, ...]]:
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    for snapshot in {id(one.facts.snapshot): one.facts.snapshot for one in judged}.values():
        for tenure in snapshot.records.tenures:
            if tenure.holds_on(snapshot.last_day):
                held[tenure.post, tenure.party].add(tenure.cadre)
    return {place: tuple(sorted(cadres)) for place, cadres in held.items()}
