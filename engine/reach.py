"""Whom a change of a contract reaches: the items, rules and clauses that it touches, held against what moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from engine.difference import Moved
from rules.checks.places import items, measures, sections
from rules.contract import Contract
from rules.overlay import Touch
from rules.source import Location

Contracts = Mapping[str, Contract]
Named = tuple[str, str]
"""A contract and the id of a rule or clause in it."""

# Keys for people: what they say moves nothing.
WORDS = frozenset({"title", "title_en", "name", "name_en", "note", "article", "town", "source", "unit", "assessor"})
RULES, CLAUSES = ("vetoes", "warnings"), ("deposits", "awards")


@dataclass(frozen=True, slots=True)
class Reach:
    """Items and sections by id; vetoes, warnings, deposits and awards, which reach into other contracts, with their contract.

    `sheet`: everybody's whole sheet, as a change of the total or the ranking does.
    """

    contract: str
    items: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    rules: frozenset[Named] = frozenset()
    clauses: frozenset[Named] = frozenset()
    grades: bool = False
    sheet: bool = False

    def holds(self, moved: Moved, rules: Set[Named]) -> bool:
        """Whether it may have moved them; `rules` are the vetoes and warnings that hit them before or after."""
        if not self.rules.isdisjoint(rules):
            return True
        if not self.clauses.isdisjoint((moved.contract, due.clause) for due in moved.dues):
            return True
        if moved.contract != self.contract:
            return False
        if self.grades and moved.before and moved.after and moved.before.grade != moved.after.grade:
            return True
        on_sheet = not self.items.isdisjoint(one.id for one in moved.items)
        return self.sheet or on_sheet or not self.sections.isdisjoint(one.id for one in moved.sections)


def reach(touch: Touch, before: Contracts, after: Contracts) -> Reach:
    """Of one change; the contracts as they were and as the scenario has them, by id."""
    name, head = touch.contract, touch.at[0]
    if touch.at[-1] in WORDS:
        return Reach(name)
    both = (before[name], after[name])
    if head in ("sections", "periodic"):
        return _on_sheet(touch, both)
    if head == "indicators":
        sources = frozenset(_ids(touch, both))
        return Reach(name, items=frozenset(item for one in both for item in _reading(one, sources)))
    if head == "grades":
        return Reach(name, grades=True)
    if head in RULES:
        return Reach(name, rules=frozenset((name, one) for one in _ids(touch, both)))
    if head in CLAUSES:
        named = frozenset((name, one) for one in _ids(touch, both))
        return Reach(name, clauses=named | (frozenset(_of_deposits(after)) if head == "deposits" else frozenset()))
    return Reach(name, sheet=True)


def _on_sheet(touch: Touch, both: tuple[Contract, Contract]) -> Reach:
    """Items at, above or below the place; sections too where the change is not of their items."""
    before, after = both
    if touch.at[0] == "periodic" and touch.at[2:3] != ("sections",):
        return Reach(touch.contract, sheet=True)  # a periodic sheet as a whole, or its weight
    if touch.added and touch.at[-1] in ("items", "sections"):
        named = {place.item.id for place in items(after) if touch.added in (place.item.id, place.section.id)}
        return Reach(touch.contract, frozenset(named), frozenset({touch.added} - named))
    whole = {of.section.id for of in sections(before) if _along(of.at, touch.at) and not _among_items(touch.at, of.at)}
    if len(touch.at) == 1:
        whole |= {of.section.id for of in sections(after)}
    touched = {place.item.id for place in items(before) if _along(place.at, touch.at)}
    touched |= {place.item.id for place in items(after) if place.section.id in whole and touched}
    return Reach(touch.contract, frozenset(touched), frozenset(whole))


def _among_items(at: Location, section: Location) -> bool:
    return at[len(section) : len(section) + 1] == ("items",)


def _along(one: Location, other: Location) -> bool:
    """Whether one of the two places lies in the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _ids(touch: Touch, both: tuple[Contract, Contract]) -> Iterator[str]:
    """Of the entries of a list of the contract that the change touches: the one it stands in, the one it adds, or all."""
    if len(touch.at) > 1:
        yield getattr(both[0], str(touch.at[0]))[touch.at[1]].id
    elif touch.added:
        yield touch.added
    else:
        yield from (one.id for contract in both for one in getattr(contract, str(touch.at[0])))


def _reading(contract: Contract, sources: Set[str]) -> Iterator[str]:
    """The items that read one of these indicators, or one that is computed from them."""
    known = set(sources)
    while computed := {one.id for one in contract.indicators if one.derived and known & {*one.derived.sources}} - known:
        known |= computed
    for measure in measures(contract):
        if measure.indicator is not None and measure.indicator.id in known:
            yield measure.place.item.id


def _of_deposits(contracts: Contracts) -> Iterator[Named]:
    """Awards that are made of deposits, whoever pays those in."""
    for contract in contracts.values():
        for award in contract.awards:
            if award.deposit_times is not None or award.deposit_share is not None:
                yield contract.contract, award.id
