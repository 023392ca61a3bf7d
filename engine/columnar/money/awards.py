"""What each award comes to: who is eligible, the form, what is taken off, the cap, one rounding, and who gets it."""

from __future__ import annotations

from fractions import Fraction

from engine.columnar.exact import Ratio, choose, constant, round_ratio, total, whole
from engine.columnar.money.claims import ZERO, Claims
from engine.columnar.money.fen import rounded
from engine.columnar.money.layout import MoneyColumns
from engine.columnar.money.pools import divided
from engine.columnar.money.prizes import by_grade, by_rank
from engine.columnar.plan import IntColumn, Truth
from engine.columnar.scribe import input_column
from rules.money import Award, DueKind, Lost
from rules.period import Cadence
from rules.quantity import Rounding

FEN = Fraction(100)


def awards(claims: Claims, into: MoneyColumns) -> None:
    for award in claims.scribe.contract.awards:
        claims.plan.at = award.id
        assessed = claims.in_posts(award.posts)
        eligible = (assessed & claims.holds(award.when) & ~claims.cancelled).named()
        amount = divided(claims, award.pool, eligible) if award.pool is not None else _amount(claims, award, eligible)
        amount = eligible.choose(amount, claims.plan.constant(0)).named()
        into.due(award.id, DueKind.AWARD, _split(claims, award, amount, into))
        if award.paid_in is not None:
            paid = assessed.choose(claims.plan.constant(award.paid_in), claims.plan.constant(0))
            into.due(award.id, DueKind.PAID_IN, -paid)
        if award.advance is not None:
            had = assessed.choose(_advanced(claims, award.advance), claims.plan.constant(0))
            into.due(award.id, DueKind.ADVANCE, -had.named())


def _amount(claims: Claims, award: Award, eligible: Truth) -> IntColumn:
    """Rounded after everything else."""
    value = _form(claims, award, eligible)
    if award.less is not None:
        value = _not_below_nothing(value).minus(_lost(claims, award.less)).settled()
    return rounded(award, value, award.at_most)


def _form(claims: Claims, award: Award, eligible: Truth) -> Ratio:
    match award.form:
        case "by_grade":
            return by_grade(claims, award)
        case "by_rank":
            return by_rank(claims, award, eligible)
        case "per_point" | "base_rate":
            if award.monthly:
                return whole(_monthly(claims, award))
            return _by_score(award, claims.final, claims.scribe.contract.total.full)
        case "deposit_times":
            return whole(claims.all_held()).times(award.deposit_times or ZERO)
        case "deposit_share":
            return whole(_held_there(claims)).times(award.deposit_share or ZERO)
        case "fixed":
            return constant(claims.plan, Fraction(award.fixed or 0))
        case other:
            raise AssertionError(f"a form that is compiled elsewhere: {other}")


def _by_score(award: Award, score: Ratio, full: Fraction) -> Ratio:
    """So much for each point above the threshold, or the base times the score rate; nothing of a full of nothing."""
    if award.per_point is not None:
        threshold = constant(score.plan, award.above or ZERO)
        return score.minus(threshold).times(Fraction(award.per_point)).settled()
    return score.times((award.base_rate or 0) / full) if full else constant(score.plan, ZERO)


def _monthly(claims: Claims, award: Award) -> IntColumn:
    """Each month of the first monthly sheet that is due, rounded by itself; a month without score counts nothing."""
    plan, outcome = claims.plan, claims.verdicts.outcome
    sheet = next((one for one in outcome.sheets if one.sheet.each is Cadence.MONTH), None)
    months = [] if sheet is None else [(one, sheet.sheet.full) for one in sheet.periods]
    scale = 10**claims.scribe.contract.decimals
    paid = (
        one.scored.choose(rounded(award, _by_score(award, whole(one.score, scale), full)), plan.constant(0)).settled()
        for one, full in months
    )
    return plan.sum_of(paid).settled()


def _held_there(claims: Claims) -> IntColumn:
    """What is held of the cadres who were last in post at the party."""
    return claims.plan.sum_of(held.column(claims.plan) for held in claims.people.deposits).settled()


def _not_below_nothing(value: Ratio) -> Ratio:
    return choose(value.is_at_least(ZERO).settled(), value, constant(value.plan, ZERO)).settled()


def _lost(claims: Claims, less: Lost) -> Ratio:
    """The points lost on the item, over its periods; an exempt one lost none."""
    plan, terms = claims.plan, []
    for item in claims.verdicts.outcome.items():
        if item.item.id == less.item:
            missing = constant(plan, item.item.points).minus(item.value)
            short = (item.scored & missing.is_above(ZERO)).settled()
            terms.append(choose(short, missing, constant(plan, ZERO)).settled())
    return total(plan, terms).settled().times(Fraction(less.per_point))


def _split(claims: Claims, award: Award, amount: IntColumn, into: MoneyColumns) -> IntColumn:
    """The parts of the payees in the order written; what nobody in post gets stays with the party, as does the rest."""
    left = stays = amount
    for payee in award.payees:
        agreed = left if payee.share is None else whole(amount).times(payee.share).floor()
        part = agreed.at_most(left if payee.amount is None else payee.amount).named()
        left = (left - part).at_least(0).named()
        counted = claims.people.holders.get(payee.post)
        if counted is None:
            continue
        number = counted.column(claims.plan)
        holders = number.at_least(1).named()
        paid = number.is_at_least(1).choose(part, claims.plan.constant(0)).named()
        each = (paid // holders).named()
        into.payee(award.id, payee.post, each, (paid - each * holders).at_least(0).named())
        stays = (stays - paid).at_least(0).named()
    return stays


def _advanced(claims: Claims, indicator: str) -> IntColumn:
    """What was reported over the year's due periods, in fen."""
    scribe, reported = claims.scribe, []
    for period in scribe.contract.whole_year.parts(scribe.contract.indicator_by_id[indicator].every):
        told = (indicator, period.as_reported, "")
        amount = scribe.columns.amounts.get(told) if scribe.due(period) else None
        if amount is not None:
            over, factor = input_column(scribe, amount.numerator), Fraction(1, amount.scale)
            divisor = None if amount.denominator is None else input_column(scribe, amount.denominator)
            reported.append(_over_common(over, divisor, factor))
    return round_ratio(total(claims.plan, reported).times(FEN), Rounding.HALF_UP).named()


def _over_common(over: IntColumn, divisor: IntColumn | None, factor: Fraction) -> Ratio:
    """Over a divisor that all of the column's go into, where it is known, so that adding up does not multiply them."""
    plan = over.plan
    if divisor is None or not divisor.multiple:
        return Ratio(over, divisor or plan.constant(1), factor)
    common = plan.constant(divisor.multiple)
    return Ratio((over * (common // divisor)).settled(), plan.constant(1), factor / divisor.multiple)
