"""Everybody's verdict as it would have been, had no veto and no cancelling warning hit them, everybody else's being as it is.

Who pays what a veto cancels pays by the score, the rank and the grade that were earned, not by those the veto left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.adjudicate import gained, grade_conditions, graded
from engine.decide import Bench, Judged
from engine.ranking import Place, places
from engine.standing import CLIMBED, RANK, SCORE, VETOED, WARNED, Standing
from engine.verdict import Verdict, VetoRecord
from engine.vetoes import final_score


@dataclass(frozen=True, slots=True)
class Lifted:
    """A contract as judged for those whom nothing hit; of each other, the verdict without what hit them, and the place that
    everybody has then."""

    judged: Judged
    places: Mapping[str, Mapping[str, Place]]

    def verdict(self, code: str) -> Verdict:
        return self.judged.verdicts[code]

    def beside(self, verdicts: Sequence[Verdict], code: str) -> list[Verdict]:
        """The others, at the places they have when that one's veto is lifted, and that one."""
        placed = self.places.get(code, {})
        others = [replace(one, rank=placed[one.subject.code].rank) if placed else one for one in verdicts]
        return [*others, self.verdict(code)]


def lifted(judged: Sequence[Judged]) -> tuple[Lifted, ...]:
    """Contract by contract; linked conditions look at the lifted verdicts of those before."""
    found: list[Lifted] = []
    for number, one in enumerate(judged):
        found.append(_lifted(one, judged[:number], [each.judged for each in found]))
    return tuple(found)


def cancels(record: VetoRecord) -> bool:
    """Whether it is a reason why somebody gets no award or loses a deposit."""
    effects = record.effects
    return effects is not None and bool(effects.cancel_awards or effects.forfeit_deposit)


def _lifted(judged: Judged, before: Sequence[Judged], before_lifted: Sequence[Judged]) -> Lifted:
    standings = {
        code: Standing(code, dict(standing.values), dict(standing.told)) for code, standing in judged.standings.items()
    }
    kept = {code: _kept(verdict) for code, verdict in judged.verdicts.items()}
    hit = [code for code, verdict in judged.verdicts.items() if kept[code] != (verdict.warnings, verdict.vetoes)]
    placed: dict[str, dict[str, Place]] = {}
    bench = Bench(judged.contract, judged.facts, judged.standings, before)
    for code in hit:
        warnings, vetoes = kept[code]
        score = final_score(judged.contract, judged.verdicts[code].score, [*warnings, *vetoes])
        standings[code].values |= {
            SCORE: score, WARNED: Fraction(len(warnings)), VETOED: Fraction(bool(vetoes)),
        }  # fmt: skip
        placed[code] = places(judged.contract, judged.facts, {**judged.standings, code: standings[code]})
        standings[code].values[RANK] = Fraction(placed[code][code].rank)
        climbed = dict(gained(bench, placed[code])).get(code)
        if climbed is not None:
            standings[code].values[CLIMBED] = climbed
    found = replace(judged, standings=standings)
    if not hit:
        return Lifted(found, placed)
    ours, others = grade_conditions(replace(bench, standings=standings, others=before_lifted)), grade_conditions(bench)
    warned = {code: verdict.warnings for code, verdict in judged.verdicts.items()}
    vetoed = {code: verdict.vetoes for code, verdict in judged.verdicts.items()}
    verdicts = dict(judged.verdicts)
    for code in hit:
        warnings, vetoes = kept[code]
        decided = others | {key: step for key, step in ours.items() if key[0] == code}
        grades = graded(bench, placed[code], decided, {**warned, code: warnings}, {**vetoed, code: vetoes})
        verdicts[code] = replace(
            judged.verdicts[code], final_score=standings[code].values[SCORE], rank=placed[code][code].rank,
            grade=grades[code].band if code in grades else None, warnings=warnings, vetoes=vetoes,
        )  # fmt: skip
    return Lifted(replace(found, verdicts=verdicts), placed)


def _kept(verdict: Verdict) -> tuple[tuple[VetoRecord, ...], tuple[VetoRecord, ...]]:
    """The warnings and vetoes that are not lifted: warnings that neither cancel awards nor take a deposit."""
    return tuple(one for one in verdict.warnings if not cancels(one)), ()
