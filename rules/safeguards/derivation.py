"""What an indicator is made of: which refused subjects and statistics stand above and below its fraction line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.safeguards.grounds import Subject
from rules.safeguards.phrases import PEOPLE_COUNTED, POPULATION, SERVICE
from rules.safeguards.reading import Stance, grounds_in, says, stance_on_petitions


@dataclass(frozen=True, slots=True)
class Origin:
    """The ids that may only be statistics and on which the value depends, by their side of the fraction line."""

    above: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()


class Origins:
    """Every indicator's origin, followed through any number of derivations; a division turns the sides over."""

    def __init__(self, contract: Contract) -> None:
        self.indicators = contract.indicator_by_id
        self._known: dict[str, Origin] = {}
        for indicator_id in self.indicators:
            self._follow(indicator_id, ())

    def of(self, indicator_id: str) -> Origin:
        return self._known.get(indicator_id, Origin())

    def subjects(self, indicator_id: str) -> frozenset[Subject]:
        indicator = self.indicators.get(indicator_id)
        return subjects_of(indicator) if indicator else frozenset()

    def may_divide(self, indicator_id: str) -> bool:
        """Whether the indicator may be a denominator: no refused subject in it, or nothing but a number of births."""
        return all(
            self.subjects(one) <= {Subject.BIRTHS, Subject.PETITIONS}
            and (self.indicators[one].kind is Kind.COUNT or not self.subjects(one))
            for one in self.of(indicator_id).above
        )

    def counts_births(self, indicator_id: str) -> bool:
        return any(Subject.BIRTHS in self.subjects(one) for one in self.of(indicator_id).above)

    def grows(self, indicator: Indicator) -> bool:
        """Whether it takes one population from another: growth by another name."""
        if indicator.derived is None:
            return False
        added, taken = indicator.derived.add, indicator.derived.subtract
        return any(map(self._population, added)) and any(map(self._population, taken))

    def _population(self, indicator_id: str) -> bool:
        indicator = self.indicators.get(indicator_id)
        return indicator is not None and any(says(POPULATION, text) for text in names_of(indicator))

    def _follow(self, indicator_id: str, path: tuple[str, ...]) -> Origin:
        if indicator_id in self._known:
            return self._known[indicator_id]
        indicator = self.indicators.get(indicator_id)
        if indicator is None or indicator_id in path:
            return Origin()
        above, below = frozenset[str](), frozenset[str]()
        if indicator.derived is not None:
            path = (*path, indicator_id)
            over = [self._follow(one, path) for one in (*indicator.derived.add, *indicator.derived.subtract)]
            under = [self._follow(one, path) for one in indicator.derived.per]
            above = _all_of(one.above for one in over) | _all_of(one.below for one in under)
            below = _all_of(one.above for one in under) | _all_of(one.below for one in over)
        if subjects_of(indicator) or self.grows(indicator) or (indicator.statistic and not above):
            above |= {indicator_id}
        self._known[indicator_id] = Origin(above, below)
        return self._known[indicator_id]


def names_of(indicator: Indicator) -> tuple[str, ...]:
    """The texts that say what the value is (a denominator is not the value)."""
    texts = (indicator.id, indicator.name, indicator.name_en, indicator.unit, indicator.numerator)
    return tuple(text for text in texts if text)


def subjects_of(indicator: Indicator) -> frozenset[Subject]:
    found = {ground.subject for text in names_of(indicator) for ground in grounds_in(text)}
    if stance_on_petitions(indicator.name) is Stance.COUNTED:
        found.add(Subject.PETITIONS)
    return frozenset(found)


def is_service(indicator: Indicator) -> bool:
    """Whether what it counts is done for people; people who are merely counted are no service."""
    counted = [indicator.numerator] if indicator.numerator else [indicator.name, indicator.name_en]
    if any(says(PEOPLE_COUNTED, text) for text in counted if text):
        return False
    return any(says(SERVICE, text) for text in (*counted, indicator.name, indicator.name_en) if text)


def _all_of(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
