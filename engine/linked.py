"""Linked assessment: a cadre's total made from the parties they answer for and from their own sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import assert_never

from engine.decide import Judged
from engine.facts import Facts, Subject
from engine.score.derivation import NOTHING, Step, StepKind, clamped, operand, readable, rounded
from engine.score.earned import ZERO, bound
from engine.score.interpret import Outcome
from engine.verdict import Verdict
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.linkage import Link, Linkage, LinkCombine, Prorate
from rules.period import Cadence
from targets.cadre import Assignment

ONE_DAY = timedelta(days=1)


def link(facts: Facts, personal: Sequence[Outcome], others: Sequence[Judged]) -> tuple[Outcome, ...]:
    """Each cadre's outcome with the linked total; posts without linkage keep their own sheet as it is."""
    judged = {other.contract.contract: other for other in others}
    return tuple(
        outcome if (linkage := linkage_of(facts.contract, outcome.subject)) is None
        else _linked(facts, outcome, linkage, judged)
        for outcome in personal
    )  # fmt: skip


def linkage_of(contract: Contract, subject: Subject) -> Linkage | None:
    return next((linkage for linkage in contract.linkage if subject.post in linkage.posts), None)


def without_duty(facts: Facts, others: Sequence[Facts]) -> list[Diagnostic]:
    """A fault for each cadre whose score is made from parties alone and who answers for none."""
    assessed = {other.contract.contract: {subject.code for subject in other.subjects} for other in others}
    faults = []
    for subject in facts.subjects:
        linkage = linkage_of(facts.contract, subject)
        if linkage is None or linkage.personal:
            continue
        duties = facts.assignments(subject.code)
        counting = [one for one in linkage.links if one.weight]
        if not any(_parties(facts, one, duties, assessed.get(one.contract, set())) for one in counting):
            hint = say("assign at least one party in a role that the contract links, or change the post")
            found = say("{cadre} answers for no party", cadre=subject.code)
            expected = say("an assignment in the year")
            faults.append(Diagnostic("DX613", Span("assignments", cell=subject.code), found, expected, hint))
    return faults


def _linked(facts: Facts, outcome: Outcome, linkage: Linkage, judged: Mapping[str, Judged]) -> Outcome:
    """Sum of weights x scores. A stream without any party leaves its weight to the rest, in proportion."""
    contract, duties = facts.contract, facts.assignments(outcome.subject.code)
    streams = [(one.weight, _stream(facts, one, duties, judged[one.contract])) for one in linkage.links]
    personal = [(linkage.personal, outcome.step)] if linkage.personal else []
    terms = [(weight, step.value) for weight, step in (*streams, *personal) if step.value is not None]
    absent = sum((weight for weight, step in streams if step.value is None), ZERO)
    counted = sum((weight for weight, _ in terms), ZERO)
    assert counted > 0, "refused before: a cadre with neither parties nor a sheet"
    parts = tuple(step for _, step in (*streams, *personal))
    title = say("total of {subject}", subject=outcome.subject.name)
    worked = say(
        "{terms}",
        terms=" + ".join(f"{operand(readable(weight))} × {operand(readable(value))}" for weight, value in terms),
    )
    value = sum((weight * value for weight, value in terms), ZERO)
    rule = say("linked scores and own sheet, weighted")
    step = Step(StepKind.COMPUTED, title, rule, worked, value, ("linkage",), parts)
    if absent:
        step = _respread(step, counted, absent)
    step = clamped(step, bound(contract.total.floor), bound(contract.total.cap))
    step = rounded(step, contract.decimals, contract.rounding, contract.total.round_to)
    assert step.value is not None
    return replace(outcome, total=step.value, step=step)


def _respread(step: Step, counted: Fraction, absent: Fraction) -> Step:
    assert step.value is not None
    rule = say("no party to answer for: that weight goes to the rest in proportion")
    worked = say(
        "{value} × {whole} ÷ {counted}",
        value=readable(step.value), whole=readable(counted + absent), counted=readable(counted),
    )  # fmt: skip
    return Step(
        StepKind.EXEMPTED, step.title, rule, worked, step.value * (counted + absent) / counted, step.at, (step,)
    )


def _stream(facts: Facts, one: Link, duties: Sequence[Assignment], other: Judged) -> Step:
    """The combined final score of the parties answered for in these roles; no value where there is none."""
    weights = _parties(facts, one, duties, other.verdicts.keys())
    scores = {party: other.verdicts[party].final_score for party in weights}
    title = say("{contract}: parties answered for", contract=other.contract.label)
    at = ("linkage",)
    if not scores:
        return Step(StepKind.EXEMPTED, title, say("no party answered for in the year"), NOTHING, None, at)
    parts = tuple(_answered_for(other.verdicts[party], weights[party]) for party in scores)
    if one.combine is LinkCombine.WORST:
        worst = min(scores.values())
        worked = say("the lowest of {scores}", scores="; ".join(map(readable, scores.values())))
        return Step(StepKind.COMPUTED, title, say("worst of the parties"), worked, worst, at, parts)
    total = sum((weights[party] for party in scores), ZERO)
    value = sum((weights[party] * score for party, score in scores.items()), ZERO) / total
    terms = " + ".join(f"{operand(readable(weights[party]))} × {readable(score)}" for party, score in scores.items())
    worked = say("({terms}) ÷ {total}", terms=terms, total=readable(total))
    if one.combine is LinkCombine.SHARE:
        rule = say("mean of the parties by time answered for and share")
    else:
        rule = say("mean of the parties by time answered for")
    return Step(StepKind.COMPUTED, title, rule, worked, value, at, parts)


def _answered_for(verdict: Verdict, weight: Fraction) -> Step:
    """The party's final score, with its sections; `explain` with its code has the rest."""
    title = say("{name} ({code})", name=verdict.subject.name, code=verdict.subject.code)
    worked = say("{score}, weight {weight}", score=readable(verdict.final_score), weight=readable(weight))
    sections = tuple(
        Step(StepKind.QUOTED, section.step.title, NOTHING, say("{score}", score=readable(section.score)), section.score)
        for section in verdict.outcome.sections
        if section.score is not None
    )
    return Step(StepKind.QUOTED, title, say("final score"), worked, verdict.final_score, (), sections)


def _parties(facts: Facts, one: Link, duties: Sequence[Assignment], assessed: Set[str]) -> dict[str, Fraction]:
    """The assessed parties answered for in the roles, each with its weight above 0."""
    by_party: dict[str, list[Assignment]] = defaultdict(list)
    for duty in duties:
        if duty.role in one.roles and duty.party in assessed:
            by_party[duty.party].append(duty)
    weights = {party: _weight(facts, one, mine) for party, mine in by_party.items()}
    return {party: weight for party, weight in weights.items() if weight > 0}


def _weight(facts: Facts, one: Link, duties: Sequence[Assignment]) -> Fraction:
    """Time answered for one party within the contract's days; where shares count, each duty's time times its share."""
    contract = facts.contract
    first, last = contract.first_day, min(contract.last_day, facts.snapshot.last_day)
    if one.combine is LinkCombine.SHARE:
        return sum((duty.share * _time(contract, one.prorate, [duty], first, last) for duty in duties), ZERO)
    return Fraction(_time(contract, one.prorate, duties, first, last))


def _time(contract: Contract, prorate: Prorate, duties: Sequence[Assignment], first: date, last: date) -> int:
    """Days, months, or 1 for any time at all; two duties at the same time are one time."""
    match prorate:
        case Prorate.DAYS:
            return _days_covered(duties, first, last)
        case Prorate.MONTHS:
            ends = (month.last_day for month in contract.whole_year.parts(Cadence.MONTH))
            return sum(any(duty.holds_on(day) for duty in duties) for day in ends if first <= day <= last)
        case Prorate.NONE:
            return int(any(duty.days_within(first, last) for duty in duties))
        case _ as never:
            assert_never(never)


def _days_covered(duties: Sequence[Assignment], first: date, last: date) -> int:
    days, after = 0, first
    for duty in sorted(duties, key=lambda duty: duty.start):
        days += duty.days_within(after, last)
        after = max(after, last + ONE_DAY if duty.until is None else duty.until + ONE_DAY)
    return days
