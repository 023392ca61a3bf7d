"""What conditions on values may not look at, inside scoring and about money: they can turn any value round, so that fewer
earns more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rules.condition import Condition, ItemMet, ItemScoreIs, ValueIs, terms_inside
from rules.contract import Contract
from rules.indicator import Indicator
from rules.safeguards import phrases
from rules.safeguards.measures import everything_scored
from rules.safeguards.reading import says, stance_on_petitions
from rules.scoring import Measured, parts_of
from rules.source import Location


class Look(NamedTuple):
    """An indicator that a condition looks at, itself or through an item scored by it."""

    location: Location
    indicator: Indicator


def looks(contract: Contract) -> Iterator[Look]:
    for scored in everything_scored(contract):
        for number, part in enumerate(parts_of(scored.measured)):
            if part.when is not None:
                yield from _in_condition(contract, part.when, (*scored.location, "scoring", "parts", number, "when"))
    for index, deposit in enumerate(contract.deposits):
        for number, outcome in enumerate(deposit.outcomes):
            if outcome.when is not None:
                yield from _of_values(contract, outcome.when, ("deposits", index, "outcomes", number, "when"))
    for index, award in enumerate(contract.awards):
        if award.when is not None:
            yield from _of_values(contract, award.when, ("awards", index, "when"))
        if award.advance is not None:
            yield from _of_indicator(contract, award.advance, ("awards", index, "advance"))


def _of_values(contract: Contract, condition: Condition, at: Location) -> Iterator[Look]:
    """Of scores and targets the items themselves have been looked at; a value may be of an indicator that no item reads."""
    for look in _in_condition(contract, condition, at):
        if look.location[-1] == "value":
            yield look


def around_birth(indicator: Indicator) -> bool:
    """Whether it is a service around birth: fewer of those may never earn more."""
    return any(says(phrases.BIRTH_SERVICE, text) for text in (indicator.name, indicator.name_en))


def about_petitions(indicator: Indicator) -> str | None:
    """The name that tells of petitions or complaints, if one does."""
    names = (indicator.name, indicator.name_en, indicator.id)
    return next((text for text in names if stance_on_petitions(text)), None)


def _in_condition(contract: Contract, condition: Condition, at: Location) -> Iterator[Look]:
    match condition:
        case ValueIs(value=name):
            yield from _of_indicator(contract, name, (*at, "value"))
        case ItemScoreIs(item=name):
            yield from _of_item(contract, name, (*at, "item"))
        case ItemMet(item_met=name):
            yield from _of_item(contract, name, (*at, "item_met"))
        case _:
            for inside, term in terms_inside(condition):
                yield from _in_condition(contract, term, (*at, *inside))


def _of_item(contract: Contract, name: str, at: Location) -> Iterator[Look]:
    item = contract.item_by_id.get(name)
    for indicator in dict.fromkeys(_read_by(item)) if item is not None else ():
        yield from _of_indicator(contract, indicator, at)


def _read_by(measured: Measured) -> Iterator[str]:
    if measured.indicator is not None:
        yield measured.indicator
    for part in parts_of(measured):
        yield from _read_by(part)


def _of_indicator(contract: Contract, name: str, at: Location) -> Iterator[Look]:
    """The indicator, those that it is derived from, and those behind scores that it is made of, however far."""
    waiting, seen, known = [name], set[str](), contract.indicator_by_id
    while waiting:
        indicator = known.get(waiting.pop())
        if indicator is None or indicator.id in seen:
            continue
        seen.add(indicator.id)
        yield Look(at, indicator)
        sources = indicator.derived.sources if indicator.derived is not None else ()
        # A statistic among them is judged by the side of the line on which it stands.
        waiting += [one for one in sources if one in known and not known[one].statistic]
        items = contract.items_behind(indicator.scores) if indicator.scores is not None else ()
        waiting += [one for item in items if item in contract.item_by_id for one in _read_by(contract.item_by_id[item])]
