"""Awards: who is eligible, what each gets before it is split, and what they pay in or have had before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from engine.score.derivation import Location, Step, StepKind
from engine.settle.advance import advance_due
from engine.settle.amounts import Amount, amount_of
from engine.settle.court import Court
from engine.settle.due import Due, computed_fen, nothing_due
from engine.settle.payees import split
from engine.settle.pool import pooled
from engine.settle.prizes import prizes
from engine.verdict import Verdict
from rules.diagnostic import listed, say
from rules.money import Award, DueKind
from rules.quantity import show_money


def award_dues(court: Court, index: int) -> Iterator[Due]:
    """Of everybody in the award's posts: the award and its payees, what is paid in, what was had in advance."""
    award, at = court.judged.contract.awards[index], ("awards", index)
    concerned = [verdict for verdict in court.verdicts() if not award.posts or verdict.subject.post in award.posts]
    reasons = {verdict.subject.code: _eligible(court, index, verdict) for verdict in concerned}
    eligible = [verdict for verdict in concerned if reasons[verdict.subject.code].kind is StepKind.FIRED]
    amounts = _amounts(court, award, eligible)
    for verdict in concerned:
        reason, code = reasons[verdict.subject.code], verdict.subject.code
        amount = amounts.get(code)
        yield from _paid_in(award, verdict, at)
        if amount is None:
            step = nothing_due(say("{award}", award=award.label), say("not eligible"), say("nothing"), at, [reason])
            yield Due(verdict.contract, code, award.id, DueKind.AWARD, code, 0, step)
        else:
            step = computed_fen(
                say("{award}", award=award.label), amount.rule, amount.worked, amount.amount_fen, at,
                [reason, *amount.steps],
            )  # fmt: skip
            yield from split(court, award, verdict, amount.amount_fen, step)
        yield from advance_due(court, award, verdict, at)


def _eligible(court: Court, index: int, verdict: Verdict) -> Step:
    """Whether the condition holds and no veto or warning cancels awards."""
    at, title = ("awards", index, "when"), say("eligible")
    records = (*verdict.warnings, *verdict.vetoes)
    cancelling = [one for one in records if one.effects is not None and one.effects.cancel_awards]
    if cancelling:
        worked = say("cancelled by {names}", names=listed(one.name for one in cancelling))
        below = tuple(one.step for one in cancelling)
        return Step(StepKind.NOT_FIRED, title, say("no veto or warning cancels awards"), worked, Fraction(0), at, below)
    why = court.why(verdict.subject.code, at)
    if why is None:
        return Step(StepKind.FIRED, title, say("everybody"), say("no condition"), Fraction(1), at)
    worked = say("it holds") if why.kind is StepKind.FIRED else say("it does not hold")
    return Step(why.kind, title, say("the condition of the award"), worked, why.value, at, (why,))


def _amounts(court: Court, award: Award, eligible: list[Verdict]) -> Mapping[str, Amount]:
    """By code. Prizes and pools look at all of a league at once, everything else at each alone."""
    if award.by_rank is not None:
        return prizes(award, award.by_rank, eligible)
    if award.pool is not None:
        return pooled(award.pool, eligible)
    return {verdict.subject.code: amount_of(court, award, verdict) for verdict in eligible}


def _paid_in(award: Award, verdict: Verdict, at: Location) -> Iterator[Due]:
    if award.paid_in:
        title = say("{award}", award=award.label)
        rule, worked = say("paid in by everybody assessed"), say("{amount}", amount=show_money(award.paid_in))
        step = computed_fen(title, rule, worked, -award.paid_in, (*at, "paid_in"))
        code = verdict.subject.code
        yield Due(verdict.contract, code, award.id, DueKind.PAID_IN, code, -award.paid_in, step)
