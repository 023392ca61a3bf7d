"""What one subject gets by an award's form alone, with what is taken off, the cap and the rounding."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.score.derivation import Step, operand, readable
from engine.settle.court import Court
from engine.settle.due import to_unit
from engine.settle.held import all_held_fen
from engine.verdict import Verdict
from rules.diagnostic import Text, say
from rules.money import Award, Lost
from rules.period import Cadence
from rules.quantity import show_money, show_percent

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """What is due before it is split, with the rule and the arithmetic."""

    amount_fen: int
    rule: Text
    worked: Text
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Gross:
    """Exact fen, before anything is taken off."""

    amount_fen: Fraction
    rule: Text
    worked: Text


def amount_of(court: Court, award: Award, verdict: Verdict) -> Amount:
    """The gross amount of the form, less points lost, capped, rounded."""
    gross = _monthly(court, award, verdict) if award.monthly else _gross(court, award, verdict)
    net, worked, steps = gross.amount_fen, gross.worked, tuple[Step, ...]()
    if award.less is not None:
        lost, steps = _points_lost(award.less, verdict)
        net = max(ZERO, net - award.less.per_point * lost)
        worked = say(
            "{worked} - {amount} × {points}",
            worked=worked, amount=show_money(award.less.per_point), points=operand(readable(lost)),
        )  # fmt: skip
    if award.at_most is not None and net > award.at_most:
        net, worked = (
            Fraction(award.at_most),
            say("{worked}, at most {most}", worked=worked, most=show_money(award.at_most)),
        )
    amount_fen = to_unit(net, award)
    return Amount(
        amount_fen, gross.rule, say("{worked} = {amount}", worked=worked, amount=show_money(amount_fen)), steps
    )


def _gross(court: Court, award: Award, verdict: Verdict) -> _Gross:
    match award.form:
        case "by_grade":
            return _by_grade(court, award, verdict)
        case "per_point" | "base_rate":
            return _by_score(award, verdict.final_score, court.judged.contract.total.full)
        case "deposit_times":
            times, held_fen = award.deposit_times or ZERO, all_held_fen(court.judged.facts, verdict.subject)
            worked = say("{times} × {deposit}", times=readable(times), deposit=show_money(held_fen))
            return _Gross(times * held_fen, say("a multiple of the deposit"), worked)
        case "deposit_share":
            share, held_fen = award.deposit_share or ZERO, court.year.deposits_fen.get(verdict.subject.code, 0)
            worked = say("{share} × {deposits}", share=show_percent(share), deposits=show_money(held_fen))
            return _Gross(share * held_fen, say("a share of the deposits of those in post here"), worked)
        case _:
            amount_fen = award.fixed or 0
            return _Gross(
                Fraction(amount_fen), say("for everyone eligible"), say("{amount}", amount=show_money(amount_fen))
            )


def _by_score(award: Award, score: Fraction, full: Fraction) -> _Gross:
    """So much a point, or a base times the score rate; never below 0."""
    if award.per_point is not None:
        above = award.above or ZERO
        worked = say(
            "{amount} × ({score} - {above})",
            amount=show_money(award.per_point), score=readable(score), above=readable(above),
        )  # fmt: skip
        return _Gross(
            award.per_point * max(ZERO, score - above),
            say("for each point above {above}", above=readable(above)),
            worked,
        )
    base_fen = award.base_rate or 0
    worked = say("{base} × {score} ÷ {full}", base=show_money(base_fen), score=readable(score), full=readable(full))
    rate = max(ZERO, score) / full if full else ZERO
    return _Gross(base_fen * rate, say("a base times the score rate"), worked)


def _monthly(court: Court, award: Award, verdict: Verdict) -> _Gross:
    """Each month that has a score, rounded; then added up."""
    sheet = next(sheet for sheet in court.judged.contract.periodic if sheet.each is Cadence.MONTH)
    scored = next((one for one in verdict.outcome.sheets if one.sheet.id == sheet.id), None)
    scores = [score for _, score in scored.periods if score is not None] if scored is not None else []
    months_fen = [to_unit(_by_score(award, score, sheet.full).amount_fen, award) for score in scores]
    worked = " + ".join(show_money(amount_fen) for amount_fen in months_fen) or show_money(0)
    return _Gross(Fraction(sum(months_fen)), say("by the score of each month, added up"), say("{terms}", terms=worked))


def lowered(verdict: Verdict) -> int:
    """By how many classes vetoes and warnings lower a prize."""
    return sum(effects.lower_prize or 0 for effects in verdict.effects())


def _by_grade(court: Court, award: Award, verdict: Verdict) -> _Gross:
    paid = award.by_grade or {}
    classes = [band for band in court.judged.contract.grades if band.id in paid]
    place = next(
        (n for n, band in enumerate(classes) if verdict.grade is not None and band.id == verdict.grade.id), None
    )
    if place is None:
        return _Gross(ZERO, say("by grade"), say("nothing for this grade"))
    down = lowered(verdict)
    if place + down < len(classes):
        band = classes[place + down]
        rule = say("by grade") if not down else say("by grade, {classes} classes lower", classes=down)
        return _Gross(
            Fraction(paid[band.id]), rule, say("{grade}: {amount}", grade=band.label, amount=show_money(paid[band.id]))
        )
    rule = say("lowered below the last class")
    return _Gross(Fraction(award.consolation or 0), rule, say("{amount}", amount=show_money(award.consolation or 0)))


def _points_lost(less: Lost, verdict: Verdict) -> tuple[Fraction, tuple[Step, ...]]:
    """Points minus score of the item, period by period where above 0; an exempt item loses nothing."""
    items = [one for one in verdict.outcome.items() if one.item.id == less.item and one.score is not None]
    lost = sum((max(ZERO, one.item.points - (one.score or ZERO)) for one in items), ZERO)
    return lost, tuple(one.step for one in items)
