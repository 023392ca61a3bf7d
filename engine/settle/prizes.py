"""Prizes by place: classes of slots in each league, with floors, ties, and prizes lowered by a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby

from engine.settle.amounts import Amount, lowered
from engine.settle.due import to_unit
from engine.verdict import Verdict
from rules.diagnostic import say
from rules.money import Award, PrizeTies, RankSlots
from rules.quantity import Rounding, show_money


def prizes(award: Award, classes: Sequence[RankSlots], eligible: Sequence[Verdict]) -> dict[str, Amount]:
    """Everybody eligible, by code, with the prize or nothing; who has not entered the ranking gets none."""
    leagues: dict[str, list[Verdict]] = defaultdict(list)
    found: dict[str, Amount] = {}
    for verdict in sorted(eligible, key=lambda one: (one.rank, one.subject.code)):
        if verdict.entered:
            leagues[verdict.league].append(verdict)
        else:
            found[verdict.subject.code] = Amount(0, say("by place"), say("the entry condition is not satisfied"))
    for league in leagues.values():
        taken = _classes_taken(award, classes, league)
        for _, group in groupby(league, key=lambda one: one.rank):
            equals = list(group)
            places = [taken.get(one.subject.code) for one in equals]
            found |= {one.subject.code: _prize(award, classes, one, places) for one in equals}
    return found


def _classes_taken(award: Award, classes: Sequence[RankSlots], league: Sequence[Verdict]) -> Mapping[str, int]:
    """The number of the class each takes; a slot nobody deserves stays empty."""
    taken: dict[str, int] = {}
    for number, slots in enumerate(classes):
        wanting = [
            one for one in league
            if one.subject.code not in taken and (slots.floor is None or one.final_score >= slots.floor)
        ]  # fmt: skip
        for verdict in _admitted(award.ties, slots.slots, wanting):
            taken[verdict.subject.code] = number
    return taken


def _admitted(ties: PrizeTies, slots: int, wanting: Sequence[Verdict]) -> Sequence[Verdict]:
    """The best, as many as there are slots; equals at the edge as the award says."""
    if len(wanting) <= slots or ties is PrizeTies.SHARED:
        return wanting[:slots]
    edge = wanting[slots].rank
    if wanting[slots - 1].rank != edge:
        return wanting[:slots]
    if ties is PrizeTies.ALL_IN:
        return [one for one in wanting if one.rank <= edge]
    return [one for one in wanting if one.rank < edge]


def _prize(award: Award, classes: Sequence[RankSlots], verdict: Verdict, places: Sequence[int | None]) -> Amount:
    """What those of that rank have taken, each lowered by as many classes as this one is, on the average."""
    down = lowered(verdict)
    amounts_fen = [0 if place is None else _of_class(award, classes, place + down) for place in places]
    share = Fraction(sum(amounts_fen), len(amounts_fen))
    amount_fen = to_unit(share, award) if len(set(places)) == 1 else to_unit(share, award, Rounding.DOWN)
    terms = " + ".join(map(show_money, amounts_fen))
    rule = say("by place {rank}", rank=verdict.rank)
    if down:
        rule = say("by place {rank}, {classes} classes lower", rank=verdict.rank, classes=down)
    if len(places) == 1:
        return Amount(amount_fen, rule, say("{amount}", amount=show_money(amount_fen)))
    worked = say("({terms}) ÷ {count} = {amount}", terms=terms, count=len(places), amount=show_money(amount_fen))
    return Amount(amount_fen, rule, worked)


def _of_class(award: Award, classes: Sequence[RankSlots], number: int) -> int:
    return classes[number].amount if number < len(classes) else award.consolation or 0
