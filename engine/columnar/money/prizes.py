"""Prizes by place and by grade: classes of slots in each league, what equal places share, and prizes that are lowered."""

from __future__ import annotations

from collections.abc import Sequence

from engine.columnar.exact import Ratio, whole
from engine.columnar.money.claims import Claims
from engine.columnar.plan import IntColumn, Truth
from rules.money import Award, PrizeTies, RankSlots


def by_grade(claims: Claims, award: Award) -> Ratio:
    """The amount of the grade, or of the one so many after it among those that are paid."""
    plan, paid = claims.plan, award.by_grade or {}
    bands = [(number, band.id) for number, band in enumerate(claims.scribe.contract.grades) if band.id in paid]
    amounts = [paid[grade] for _, grade in bands]
    value = plan.constant(0)
    for place, (number, _) in enumerate(bands):
        amount = _lowered(claims, award, amounts, place)
        value = claims.verdicts.grade.equals(number).choose(amount, value).named()
    return whole(value)


def by_rank(claims: Claims, award: Award, eligible: Truth) -> Ratio:
    """What the place among those eligible comes to; nothing for who has not entered the ranking."""
    classes, eligible = award.by_rank or (), (eligible & claims.verdicts.entered).named()
    prizes = [_lowered(claims, award, [one.amount for one in classes], place) for place, _ in enumerate(classes)]
    if award.ties is PrizeTies.SHARED:
        shared = _shared(claims, award, eligible, prizes)
        return whole(eligible.choose(shared, claims.plan.constant(0)).settled())
    left, value = eligible, claims.plan.constant(0)
    for one, prize in zip(classes, prizes, strict=True):
        wanting = (left & _deserves(claims, one)).named()
        if wanting.value is False:
            continue
        all_in = award.ties is PrizeTies.ALL_IN
        place = claims.verdicts.rank.place_in_league(
            best_is_high=False, among=wanting, method="min" if all_in else "max"
        )
        placed = (wanting & ~place.is_above(one.slots)).named()
        value = placed.choose(prize, value).named()
        left = (left & ~placed).named()
    return whole(value)


def _shared(claims: Claims, award: Award, eligible: Truth, prizes: Sequence[IntColumn]) -> IntColumn:
    """The mean of the places that all of the same rank take together.

    A floor keeps out who stands behind in any case, so those with a prize are the first so many of the eligible, and each
    class is a stretch of places: from the end of the one before to its own.
    """
    plan, rank = claims.plan, claims.verdicts.rank
    if eligible.value is False:
        return plan.constant(0)
    first = rank.place_in_league(best_is_high=False, among=eligible, method="min")
    last = rank.place_in_league(best_is_high=False, among=eligible, method="max")
    equals = (last - first + 1).at_least(1).named()
    end, come_to, within_one = plan.constant(0), plan.constant(0), plan.truth(False)
    for one, prize in zip(award.by_rank or (), prizes, strict=True):
        deserving = (eligible & _deserves(claims, one)).settled()
        number = deserving.choose(plan.constant(1), plan.constant(0)).over_league("sum")
        start, end = end, (end + one.slots).at_most(number).at_least(end).named()
        taken = (last.at_most(end) - (first - 1).at_least(start)).at_least(0).named()
        come_to = (come_to + taken * prize).settled()
        within_one = (within_one | taken.equals(equals)).settled()
    # Whoever stands at no edge gets the prize of the class as it is, like everybody else in it.
    unit = award.round_to
    edge = (come_to // (equals * unit) * unit).named()
    return within_one.choose((come_to // equals).named(), edge).named()


def _deserves(claims: Claims, one: RankSlots) -> Truth:
    return claims.plan.truth(True) if one.floor is None else claims.final.is_at_least(one.floor).settled()


def _lowered(claims: Claims, award: Award, amounts: Sequence[int], place: int) -> IntColumn:
    """The amount of the class that is so many after that place; beyond the last the consolation, or nothing."""
    plan, lowered = claims.plan, claims.lowered
    value = plan.constant(award.consolation or 0)
    for number in range(len(amounts) - 1, place - 1, -1):
        value = lowered.equals(number - place).choose(plan.constant(amounts[number]), value)
    return value.named()
