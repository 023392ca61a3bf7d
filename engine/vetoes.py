"""Warnings and vetoes: which fired, whom they reach, which still stand from earlier years, what they do to the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from engine.conditions import Named, children
from engine.decide import Bench, decide
from engine.facts import Facts
from engine.score.derivation import Step, StepKind, readable
from engine.verdict import VetoRecord
from rules.condition import AllOf, AnyOf, IncidentCount
from rules.contract import Contract
from rules.diagnostic import Called, Text, listed, say
from rules.verdict import Effects, Veto, WarningRule
from targets.cadre import Assignment
from targets.observation import Incident, PriorVeto


def fired(
    bench: Bench, clauses: Sequence[Veto | WarningRule], stage: str, reasons: dict[tuple[str, str], Step]
) -> list[VetoRecord]:
    """Which of the warnings or vetoes fired, for whom; `reasons` gets the step of each, fired or not."""
    conditions = tuple(Named(clause.id, clause.when, (stage, index, "when")) for index, clause in enumerate(clauses))
    steps = decide(bench, conditions)
    reasons |= steps
    return [
        _record(bench, code, clause, condition, steps[code, clause.id])
        for code in bench.standings
        for clause, condition in zip(clauses, conditions, strict=True)
        if steps[code, clause.id].kind is StepKind.FIRED
    ]


def _record(bench: Bench, code: str, clause: Veto | WarningRule, condition: Named, why: Step) -> VetoRecord:
    """A veto that fired on the subject itself; dated by the incidents that made its condition hold."""
    year = bench.facts.year
    told = (
        incident
        for counted in _counts_that_told(condition, why)
        for incident in bench.facts.incidents(code, counted.incident, year, counted.severity)
    )
    incidents = tuple({incident.id: incident for incident in told}.values())
    return VetoRecord(
        subject=code, contract=bench.contract.contract, rule=clause.id, name=clause.label,
        effects=clause.effects,
        happened_on=max((i.happened_on for i in incidents), default=None),
        found_on=max((i.found_on for i in incidents), default=None),
        until_year=year.year + (clause.years - 1 if isinstance(clause, Veto) else 0),
        incidents=tuple(incident.id for incident in incidents),
        step=replace(why, contract=bench.contract.contract, steps=(*why.steps, *map(_incident_step, incidents))),
        reaches_subject=clause.reach.party,
        follows_person=isinstance(clause, Veto) and clause.follows_person,
    )  # fmt: skip


def _counts_that_told(condition: Named, why: Step) -> Iterator[IncidentCount]:
    """Counts of incidents in the parts that hold; not those of a part that does not, or that must not."""
    if why.kind is not StepKind.FIRED:
        return
    match condition.condition:
        case IncidentCount() as counted:
            yield counted
        case AllOf() | AnyOf():
            for child, step in zip(children(condition), why.steps, strict=True):
                yield from _counts_that_told(child, step)
        case _:
            return


def _incident_step(incident: Incident) -> Step:
    title = say("{id}", id=incident.id)
    worked = say(
        "happened {happened}, found {found}; evidence: {evidence}",
        happened=incident.happened_on.isoformat(), found=incident.found_on.isoformat(), evidence=incident.evidence,
    )  # fmt: skip
    sources = (incident.place,) if incident.place else ()
    return Step(StepKind.OBSERVED, title, say("as reported"), worked, None, (), (), sources)


def inherited_warnings(bench: Bench) -> Iterator[VetoRecord]:
    """What reaches these subjects from the warnings of the contracts judged before."""
    return (record for record, veto in _reaching(bench) if not veto)


def inherited_vetoes(bench: Bench) -> Iterator[VetoRecord]:
    """What reaches these subjects from the vetoes of the contracts judged before, and from earlier years."""
    yield from (record for record, veto in _reaching(bench) if veto)
    yield from _still_in_force(bench)


def _reaching(bench: Bench) -> Iterator[tuple[VetoRecord, bool]]:
    for other in bench.others:
        vetoes = {veto.id for veto in other.contract.vetoes}
        for record in other.reaching:
            if record.subject in bench.standings:
                yield record, record.rule in vetoes


def _still_in_force(bench: Bench) -> Iterator[VetoRecord]:
    contracts = {c.contract: c for c in (bench.contract, *(other.contract for other in bench.others))}
    in_order = sorted(
        bench.facts.snapshot.records.prior_vetoes, key=lambda p: (p.contract, p.veto, p.happened_on, p.until_year)
    )
    for prior in in_order:
        if prior.subject not in bench.standings or prior.until_year < bench.facts.year.year:
            continue
        if prior.contract in contracts:
            veto = next((v for v in contracts[prior.contract].vetoes if v.id == prior.veto), None)
            if veto is not None:
                yield _carried(prior, veto, own=prior.contract == bench.contract.contract)


def _carried(prior: PriorVeto, veto: Veto, *, own: bool) -> VetoRecord:
    worked = say("since {day}, through {year}", day=prior.happened_on.isoformat(), year=prior.until_year)
    title, rule = say("{name}", name=veto.label), say("still in force from an earlier year")
    sources = (prior.place,) if prior.place else ()
    return VetoRecord(
        subject=prior.subject, contract=prior.contract, rule=veto.id, name=veto.label,
        effects=veto.effects if own else _passed_on(veto.effects), happened_on=prior.happened_on, found_on=None,
        until_year=prior.until_year, incidents=(), inherited=True,
        step=Step(StepKind.FIRED, title, rule, worked, Fraction(1), (), (), sources),
    )  # fmt: skip


def final_score(contract: Contract, score: Fraction, records: Sequence[VetoRecord]) -> Fraction:
    """Deductions first, then the lowest of the replacements; never below the total's floor unless one says so."""
    effects = [record.effects for record in records if record.effects is not None]
    taken = score - sum((e.deduct for e in effects if e.deduct is not None), Fraction(0))
    if contract.total.floor != "none":
        taken = max(taken, min(contract.total.floor, score))
    return min([taken, *(e.replace_score for e in effects if e.replace_score is not None)])


def effects_in_words(effects: Effects, contract: Contract) -> Text | Called:
    """What it does, each effect in a few words."""
    words: list[Text] = []
    if effects.deduct is not None:
        words.append(say("{points} points off", points=readable(effects.deduct)))
    if effects.replace_score is not None:
        words.append(say("the score is replaced by {points}", points=readable(effects.replace_score)))
    if effects.cap_grade is not None:
        band = next((band for band in contract.grades if band.id == effects.cap_grade), None)
        words.append(say("at most the grade {grade}", grade=band.label if band else effects.cap_grade))
    if effects.lower_prize is not None:
        words.append(say("the prize {classes} classes lower", classes=effects.lower_prize))
    if effects.cancel_awards:
        words.append(say("no awards"))
    if effects.forfeit_deposit is not None:
        words.append(say("{share} of the deposit is forfeited", share=f"{readable(effects.forfeit_deposit * 100)}%"))
    return listed(words)


def reached_by(contract: Contract, facts: Facts, record: VetoRecord) -> Iterator[VetoRecord]:
    """The record once more for each cadre it reaches.

    Reached are those assigned to the party in one of the roles on the day of one of its incidents (on the last day,
    where it is not about an incident). Unless it follows the person, only those still assigned on the last day.
    """
    clauses: tuple[Veto | WarningRule, ...] = (*contract.vetoes, *contract.warnings)
    clause = next(clause for clause in clauses if clause.id == record.rule)
    if not clause.reach.linked:
        return
    days = [i.happened_on for i in facts.snapshot.records.incidents if i.id in record.incidents]
    days = sorted(days, reverse=True) or [facts.snapshot.last_day]
    roles = {role.id: role.label for role in contract.roles}
    seen: set[str] = set()
    for assignment in sorted(facts.snapshot.records.assignments, key=lambda a: (a.cadre, a.role, a.start)):
        if assignment.party != record.subject or assignment.cadre in seen:
            continue
        if clause.reach.linked != "all" and assignment.role not in clause.reach.linked:
            continue
        day = next((day for day in days if assignment.holds_on(day)), None)
        if day is not None and (record.follows_person or _still_there(facts, assignment)):
            seen.add(assignment.cadre)
            yield _passed(record, clause, assignment, day, roles.get(assignment.role, Called(assignment.role)))


def _still_there(facts: Facts, assignment: Assignment) -> bool:
    last = facts.snapshot.last_day
    return any(
        other.cadre == assignment.cadre and other.party == assignment.party and other.holds_on(last)
        for other in facts.snapshot.records.assignments
    )


def _passed(
    record: VetoRecord, clause: Veto | WarningRule, assignment: Assignment, day: date, role: Called
) -> VetoRecord:
    worked = say("{role} of {party}", role=role, party=record.subject)
    title, rule = say("{name}", name=record.name), say("reaches those who answered for the party")
    return replace(
        record, subject=assignment.cadre, through=record.subject, effects=_passed_on(clause.effects),
        happened_on=day if record.incidents else None,
        step=Step(StepKind.FIRED, title, rule, worked, record.step.value, (), (record.step,)), reaches_subject=True,
    )  # fmt: skip


def _passed_on(effects: Effects | None) -> Effects | None:
    """What reaches a linked cadre: everything but changes of the score, which reach them through linked assessment."""
    if effects is None:
        return None
    kept = effects.model_copy(update={"deduct": None, "replace_score": None})
    empty = (kept.cap_grade, kept.lower_prize, kept.forfeit_deposit) == (None, None, None) and not kept.cancel_awards
    return None if empty else kept
