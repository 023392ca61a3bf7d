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
        return Reach(name, items=frozenset(item for one in both for item in _reading(one, touch)))
    if head == "grades":
        return Reach(name, grades=True)
    if head in RULES:
        return Reach(name, rules=frozenset((name, one) for one in _ids(touch, both)))
    if head in CLAUSES:
        named = frozenset((name, one) for one in _ids(touch, both))
        return Reach(name, clauses=named | (frozenset(_of_deposits(after)) if head == "deposits" else frozenset()))
    return Reach(name, sheet=True)


def _on_sheet(touch: Touch, both: tuple[Contract, Contract]) -> Reach:
    """Items at, above or below the place; sections too where the change is not of one of their items alone."""
    found_items: set[str] = set()
    found_sections: set[str] = set()
    for contract in both[:1] if not touch.added else both[1:]:
        for place in items(contract):
            named = touch.added in (place.item.id, place.section.id)
            if named or (not touch.added and _along(place.at, touch.at)):
                found_items.add(place.item.id)
        for of in sections(contract):
            inside_item = len(touch.at) > len(of.at) and touch.at[len(of.at)] == "items"
            if of.section.id == touch.added or (not touch.added and _along(of.at, touch.at) and not inside_item):
                found_sections.add(of.section.id)
    whole_sheet = touch.at[0] == "periodic" and not found_items
    return Reach(touch.contract, frozenset(found_items), frozenset(found_sections), sheet=whole_sheet)


def _along(one: Location, other: Location) -> bool:
    """Whether one of the two places lies in the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _ids(touch: Touch, both: tuple[Contract, Contract]) -> Iterator[str]:
    """Of the entries of a list that the change touches: one, the one that is added, or all."""
    if touch.added:
        yield touch.added
    elif len(touch.at) > 1:
        yield getattr(both[0], str(touch.at[0]))[touch.at[1]].id
    else:
        yield from (one.id for contract in both for one in getattr(contract, str(touch.at[0])))


def _reading(contract: Contract, touch: Touch) -> Iterator[str]:
    """The items that read the indicator, or one that is computed from it."""
    sources = set(_ids(touch, (contract, contract))) if _there(contract, touch) else set()
    for _ in contract.indicators:
        computed = {
            one.id for one in contract.indicators if one.derived and not sources.isdisjoint(one.derived.sources)
        }
        if computed <= sources:
            break
        sources |= computed
    for measure in measures(contract):
        if measure.indicator is not None and measure.indicator.id in sources:
            yield measure.place.item.id


def _there(contract: Contract, touch: Touch) -> bool:
    place = touch.at[1] if len(touch.at) > 1 else 0
    return isinstance(place, int) and place < len(contract.indicators)


def _of_deposits(contracts: Contracts) -> Iterator[Named]:
    """Awards that are made of deposits, whoever pays those in."""
    for contract in contracts.values():
        for award in contract.awards:
            if award.deposit_times is not None or award.deposit_share is not None:
                yield contract.contract, award.id
