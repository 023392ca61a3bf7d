"""From scores to verdicts: warnings, vetoes and whom they reach, final score, rank, grade. One contract at a time.

Conditions are decided by the rule engine, in stages, each seeing what the one before decided: who enters the ranking,
warnings, vetoes, grades.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from engine.conditions import Named
from engine.decide import Bench, Judged, decide
from engine.facts import Facts
from engine.ranking import Graded, Place, grades, places
from engine.score.derivation import Step, StepKind, readable
from engine.score.interpret import Outcome
from engine.standing import CLIMBED, ENTERED, RANK, SCORE, VETOED, WARNED, measure_outcome
from engine.verdict import Verdict, VetoRecord
from engine.vetoes import effects_in_words, final_score, fired, inherited_vetoes, inherited_warnings, reached_by
from rules.contract import Contract
from rules.diagnostic import Text, listed, say
from rules.verdict import Veto, WarningRule

Records = Mapping[str, Sequence[VetoRecord]]
# The node of the entry condition; no clause has such an id.
ENTRY = "ranking entry"


def adjudicate(facts: Facts, outcomes: Sequence[Outcome], others: Sequence[Judged] = ()) -> Judged:
    """Verdicts for every subject. `others` are the contracts judged before, whose vetoes may reach these subjects."""
    contract = facts.contract
    bench = Bench(contract, facts, {o.subject.code: measure_outcome(o) for o in outcomes}, others)
    reasons: dict[tuple[str, str], Step] = {}
    _enter(bench, reasons)
    _rank(bench)
    warned = fired(bench, contract.warnings, "warnings", reasons)
    warnings = _hitting(warned, inherited_warnings(bench))
    _note(bench, WARNED, {code: Fraction(len(warnings[code])) for code in bench.standings})
    vetoed = fired(bench, contract.vetoes, "vetoes", reasons)
    vetoes = _hitting(vetoed, inherited_vetoes(bench))
    reaching = tuple(hit for record in (*warned, *vetoed) for hit in reached_by(contract, facts, record))
    _note(bench, VETOED, {code: Fraction(bool(vetoes[code])) for code in bench.standings})
    _note(bench, SCORE, {o.subject.code: _final(contract, o, warnings, vetoes) for o in outcomes})
    placed = _rank(bench)
    graded = _grade(bench, placed, warnings, vetoes)
    verdicts = {o.subject.code: _verdict(bench, o, warnings, vetoes, placed, graded, reasons) for o in outcomes}
    return Judged(contract, facts, verdicts, bench.standings, reaching)


def _enter(bench: Bench, reasons: dict[tuple[str, str], Step]) -> None:
    """Who takes part in the ranking: everybody, or those who satisfy its condition by what scoring gave."""
    condition = bench.contract.ranking.entry
    _note(bench, ENTERED, dict.fromkeys(bench.standings, Fraction(1)))
    if condition is not None:
        steps = decide(bench, (Named(ENTRY, condition, ("ranking", "entry")),))
        reasons |= steps
        _note(bench, ENTERED, {code: Fraction(step.kind is StepKind.FIRED) for (code, _), step in steps.items()})


def _hitting(own: Sequence[VetoRecord], inherited: Iterable[VetoRecord]) -> dict[str, list[VetoRecord]]:
    """By subject, those that reach the subject itself."""
    hits: dict[str, list[VetoRecord]] = defaultdict(list)
    for record in (*own, *inherited):
        if record.reaches_subject:
            hits[record.subject].append(record)
    return hits


def _note(bench: Bench, measure: str, values: Mapping[str, Fraction]) -> None:
    for code, value in values.items():
        bench.standings[code].values[measure] = value


def _rank(bench: Bench) -> dict[str, Place]:
    placed = places(bench.contract, bench.facts, bench.standings)
    _note(bench, RANK, {code: Fraction(place.rank) for code, place in placed.items()})
    _note(bench, CLIMBED, dict(gained(bench, placed)))
    return placed


def gained(bench: Bench, placed: Mapping[str, Place]) -> Iterator[tuple[str, Fraction]]:
    """The places gained on the year before, of those whose place then is recorded."""
    facts = bench.facts
    for code, place in placed.items():
        before = facts.past(code, bench.contract.contract, facts.snapshot.year - 1)
        if before is not None and before.rank is not None:
            yield code, Fraction(before.rank - place.rank)


def _final(contract: Contract, outcome: Outcome, warnings: Records, vetoes: Records) -> Fraction:
    code = outcome.subject.code
    return final_score(contract, outcome.total, [*warnings[code], *vetoes[code]])


def _grade(bench: Bench, placed: Mapping[str, Place], warnings: Records, vetoes: Records) -> dict[str, Graded]:
    return graded(bench, placed, grade_conditions(bench), warnings, vetoes)


def grade_conditions(bench: Bench) -> dict[tuple[str, str], Step]:
    """The condition of each grade, by subject and grade; decided for all at once."""
    conditions = tuple(
        Named(f"grade {band.id}", band.when, ("grades", index, "when"))
        for index, band in enumerate(bench.contract.grades)
        if band.when is not None
    )
    return {(code, node.removeprefix("grade ")): step for (code, node), step in decide(bench, conditions).items()}


def graded(
    bench: Bench,
    placed: Mapping[str, Place],
    decided: Mapping[tuple[str, str], Step],
    warnings: Records,
    vetoes: Records,
) -> dict[str, Graded]:
    """Each league's grades."""
    contract = bench.contract
    capped = _caps(contract, bench, warnings, vetoes)
    outside = {code for code, standing in bench.standings.items() if not standing.values[ENTERED]}
    leagues: dict[str, list[str]] = defaultdict(list)
    for subject in bench.facts.subjects:
        leagues[bench.facts.league(subject)].append(subject.code)
    given: dict[str, Graded] = {}
    for members in leagues.values():
        given |= grades(contract, members, placed, decided, capped, outside)
    return given


def _caps(contract: Contract, bench: Bench, warnings: Records, vetoes: Records) -> dict[str, str]:
    """The best grade left to those whom a warning or veto holds down: the lowest of their caps."""
    order = [band.id for band in contract.grades]
    capped = {}
    for code in bench.standings:
        effects = [record.effects for record in (*warnings[code], *vetoes[code]) if record.effects is not None]
        caps = [effect.cap_grade for effect in effects if effect.cap_grade in order]
        if caps:
            capped[code] = max(caps, key=order.index)
    return capped


def _verdict(
    bench: Bench,
    outcome: Outcome,
    warnings: Records,
    vetoes: Records,
    placed: Mapping[str, Place],
    graded: Mapping[str, Graded],
    reasons: Mapping[tuple[str, str], Step],
) -> Verdict:
    subject, code = outcome.subject, outcome.subject.code
    final, grade = bench.standings[code].values[SCORE], graded.get(code)
    hits = (*warnings[code], *vetoes[code])
    own = {record.rule for record in hits if not record.through and not record.inherited}
    clauses: tuple[Veto | WarningRule, ...] = (*bench.contract.warnings, *bench.contract.vetoes)
    steps = (
        outcome.step,
        *(_entry(reasons[key]) for key in ((code, ENTRY),) if key in reasons),
        *(_overriding(bench.contract, record, veto=False) for record in warnings[code]),
        *(_overriding(bench.contract, record, veto=True) for record in vetoes[code]),
        *(_idle(clause, reasons[code, clause.id]) for clause in clauses if clause.id not in own),
        *(grade.steps if grade else ()),
    )
    title, rule = say("verdict on {subject}", subject=subject.name), say("score, vetoes and grade")
    moved = [r.effects for r in hits if r.effects and (r.effects.deduct or r.effects.replace_score is not None)]
    worked = say("score {score}, final score {final}", score=readable(outcome.total), final=readable(final))
    if moved and final != outcome.total:
        why = listed(effects_in_words(one, bench.contract) for one in moved)
        worked = say("{scores}, because: {why}", scores=worked, why=why)
    return Verdict(
        subject=subject, contract=bench.contract.contract, outcome=outcome, score=outcome.total, final_score=final,
        league=bench.facts.league(subject), league_size=len(bench.facts.peers(subject)), rank=placed[code].rank,
        grade=grade.band if grade else None, vetoes=tuple(vetoes[code]), warnings=tuple(warnings[code]),
        step=Step(StepKind.COMPUTED, title, rule, worked, final, (), steps),
        entered=bool(bench.standings[code].values[ENTERED]),
    )  # fmt: skip


def _entry(why: Step) -> Step:
    entered, title = why.kind is StepKind.FIRED, say("entry into the ranking")
    rule = say("who does not satisfy it stands behind the others, outside the quotas")
    worked = say("the entry condition is satisfied") if entered else say("the entry condition is not satisfied")
    return Step(why.kind, title, rule, worked, None, why.at, (why,))


def _idle(clause: Veto | WarningRule, why: Step) -> Step:
    title, rule = say("{name}", name=clause.label), _kind(veto=isinstance(clause, Veto))
    return Step(StepKind.NOT_FIRED, title, rule, say("did not fire"), None, why.at, (why,))


def _overriding(contract: Contract, record: VetoRecord, *, veto: bool) -> Step:
    title, rule = say("{name}", name=record.name), _kind(veto=veto)
    if record.effects is None:
        worked: Text = say("fired: noted, nothing else")
    else:
        worked = say("fired: {effects}", effects=effects_in_words(record.effects, contract))
    return Step(StepKind.OVERRIDDEN, title, rule, worked, None, (), (record.step,))


def _kind(*, veto: bool) -> Text:
    return say("veto") if veto else say("warning (yellow card)")
