"""Points and money as they are written: no finer than declared, lower bounds below upper ones, nothing paid below 0."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from rules.checks.places import Measure, measures, sanctions, sections
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.quantity import show, show_money
from rules.record import Record
from rules.scoring import Brackets, Checklist, Part, PerEvent, Proportional, Rank, Relative, Steps, SumOf, Tiers
from rules.scoring_terms import PartPoints, RateTerms, StepTerms
from rules.source import Location, Tree

Amount = tuple[Location, Fraction | Literal["none"] | None]


def finer_than_declared(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Points with more decimals than the item, or the contract, declares."""
    for measure in measures(contract):
        item = measure.place.item
        decimals = contract.decimals if item.decimals is None else item.decimals
        yield from _finer(tree, decimals, _of_measure(measure))
    yield from _finer(tree, contract.decimals, _of_sheets(contract))
    for place in sections(contract):
        decimals = contract.decimals if place.section.decimals is None else place.section.decimals
        amounts = _of_keys(place.at, place.section, ("points", "start", "cap", "floor", "round_to"))
        yield from _finer(tree, decimals, amounts)
    yield from _finer(tree, contract.decimals, _of_effects(contract))


def _finer(tree: Tree, decimals: int, amounts: Iterator[Amount]) -> Iterator[Diagnostic]:
    for at, amount in amounts:
        if isinstance(amount, Fraction) and (amount * 10**decimals).denominator != 1:
            found = say("{points} points", points=show(amount))
            expected = say("at most {decimals} decimals, as declared", decimals=decimals)
            yield Diagnostic("DX216", tree.span(at), found, expected)


def _of_measure(measure: Measure) -> Iterator[Amount]:
    points = measure.measured.points if isinstance(measure.measured, Part) else measure.place.item.points
    yield (*measure.at, "points"), points
    for key in ("missing", "nothing_to_count"):
        policy = getattr(measure.measured, key)
        if isinstance(policy, PartPoints):
            yield (*measure.at, key, "points"), policy.points
    if measure.depth == 0:
        yield (*measure.at, "round_to"), measure.place.item.round_to
    at = (*measure.at, "scoring")
    match measure.measured.scoring:
        case Tiers(bands=bands):
            yield from (((*at, "bands", index, "points"), band.points) for index, band in enumerate(bands))
        case Rank(table=table) as rule:
            yield from (((*at, "table", index), place) for index, place in enumerate(table))
            yield from (((*at, "shares", index, "points"), share.points) for index, share in enumerate(rule.shares))
            yield from _of_keys(at, rule, ("after", "less_per_place", "lowest"))
        case Checklist(entries=entries):
            yield from (((*at, "entries", name), entry) for name, entry in entries.items())
        case Relative(steps=StepTerms() as terms):
            yield from _of_keys((*at, "steps"), terms, _IN_POINTS)
        case PerEvent() as rule:
            yield from (((*at, "then", index), amount) for index, amount in enumerate(rule.then))
            yield from (((*at, "by_severity", name), amount) for name, amount in rule.by_severity.items())
            yield from _of_keys(at, rule, (*_IN_POINTS, "rising_by"))
        case rule:
            yield from _of_keys(at, rule, _IN_POINTS)


# What is measured in points wherever it stands directly in a method.
_IN_POINTS = ("missed", "start", "deduct", "add", "at_most", "lowest", "highest")


def _of_keys(at: Location, record: Record, keys: tuple[str, ...]) -> Iterator[Amount]:
    return (((*at, key), getattr(record, key)) for key in keys if key in type(record).model_fields)


def _of_sheets(contract: Contract) -> Iterator[Amount]:
    yield from _of_keys(("total",), contract.total, ("full", "start", "cap", "floor", "bonus_cap", "round_to"))
    for index, sheet in enumerate(contract.periodic):
        yield from _of_keys(("periodic", index), sheet, ("cap", "floor"))


def _of_effects(contract: Contract) -> Iterator[Amount]:
    for sanction in sanctions(contract):
        if sanction.effects is not None:
            yield from _of_keys((*sanction.at, "effects"), sanction.effects, ("deduct", "replace_score"))


Bounds = tuple[Location, Fraction | Literal["none"] | None, Fraction | Literal["none"] | None]


def bounds_crossed(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A lower bound above the upper one; its place is the lower bound."""
    for at, low, high in _bounds(contract):
        if isinstance(low, Fraction) and isinstance(high, Fraction) and low > high:
            found = say("a lower bound of {low} above an upper one of {high}", low=show(low), high=show(high))
            yield Diagnostic("DX223", tree.span(at), found, say("at most {high}", high=show(high)))


def _bounds(contract: Contract) -> Iterator[Bounds]:
    for index, indicator in enumerate(contract.indicators):
        yield ("indicators", index, "lowest"), indicator.lowest, indicator.highest
    for measure in measures(contract):
        yield from _bounds_of_method(measure)
    for place in sections(contract):
        yield (*place.at, "floor"), place.section.floor, place.section.cap
    for index, sheet in enumerate(contract.periodic):
        yield ("periodic", index, "floor"), sheet.floor, sheet.cap
    yield ("total", "floor"), contract.total.floor, contract.total.cap


def _bounds_of_method(measure: Measure) -> Iterator[Bounds]:
    """Full points are an upper bound wherever they can be reached."""
    at = (*measure.at, "scoring")
    match measure.measured.scoring:
        case Proportional() as terms:
            yield (*at, "floor"), terms.floor, terms.cap
        case Relative(proportion=RateTerms() as terms):
            yield (*at, "proportion", "floor"), terms.floor, terms.cap
        case Steps() as terms:
            yield (*at, "lowest"), terms.lowest, _lower_of(terms.highest, measure.points)
        case Relative(steps=StepTerms() as terms):
            yield (*at, "steps", "lowest"), terms.lowest, _lower_of(terms.highest, measure.points)
        case PerEvent(deduct=Fraction()) | Rank() as rule:
            yield (*at, "lowest"), rule.lowest, measure.points
        case SumOf() | Brackets() as rule:
            yield (*at, "lowest"), rule.lowest, measure.points if rule.highest is None else rule.highest
        case _:
            pass


def _lower_of(highest: Fraction | Literal["none"] | None, points: Fraction) -> Fraction:
    return min(highest, points) if isinstance(highest, Fraction) else points


def negative_money(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Deposits, rewards and awards are paid; what is lost is a refund below 100%, or nothing at all."""
    for at, amount_fen in _money(contract):
        if amount_fen is not None and amount_fen < 0:
            found = say("{value}", value=show_money(amount_fen))
            yield Diagnostic("DX263", tree.span(at), found, say("an amount of at least ¥0.00"))


def _money(contract: Contract) -> Iterator[tuple[Location, int | None]]:
    for number, deposit in enumerate(contract.deposits):
        yield ("deposits", number, "amount"), deposit.amount
        for index, outcome in enumerate(deposit.outcomes):
            yield ("deposits", number, "outcomes", index, "reward"), outcome.reward
    for number, award in enumerate(contract.awards):
        at = ("awards", number)
        for key in ("per_point", "base_rate", "pool", "fixed", "consolation", "at_most", "paid_in"):
            yield (*at, key), getattr(award, key)
        if award.less is not None:
            yield (*at, "less", "per_point"), award.less.per_point
        yield from (((*at, "by_grade", grade), amount) for grade, amount in (award.by_grade or {}).items())
        yield from (
            ((*at, "by_rank", index, "amount"), slots.amount) for index, slots in enumerate(award.by_rank or ())
        )
        yield from (((*at, "payees", index, "amount"), payee.amount) for index, payee in enumerate(award.payees))
