"""The parts of a contract one by one, each with its location in the tree: what the checks walk over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction

from rules.condition import Children, Condition, Earlier, Linked, terms_inside
from rules.contract import Contract
from rules.indicator import Indicator
from rules.scoring import Exempt, Fixed, Measured, Part, PerEvent, parts_of
from rules.sheet import Item, PeriodicSheet, Scope, Section
from rules.source import Location
from rules.verdict import Effects, Reach


@dataclass(frozen=True, slots=True)
class SectionPlace:
    """A section; `sheet` is the periodic sheet that it belongs to, None for the annual one."""

    at: Location
    section: Section
    sheet: PeriodicSheet | None


@dataclass(frozen=True, slots=True)
class ItemPlace:
    at: Location
    item: Item
    section: Section
    sheet: PeriodicSheet | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A method and what it is applied to: an item or a part of one, with what it takes from the item above it.

    `indicator` is None where none is named, or where the name that stands at `indicator_at` is not known; `points` is
    what the measure is worth, `depth` the number of items and parts above it.
    """

    at: Location
    measured: Measured
    indicator: Indicator | None
    indicator_at: Location | None
    points: Fraction
    place: ItemPlace
    depth: int


class Stage(IntEnum):
    """When a condition is looked at; each stage sees what the ones before it decided."""

    SCORING = -2
    ENTRY = -1
    WARNING = 0
    VETO = 1
    GRADE = 2
    MONEY = 3


@dataclass(frozen=True, slots=True)
class Stand:
    """A condition, where it stands and when it is looked at; `linked`: about a party, under that party's own contract,
    which is `under` where it is about the parties below; `earlier`: about the years that this one looks back at."""

    at: Location
    condition: Condition
    stage: Stage
    linked: bool = False
    under: str = ""
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Sanction:
    """A veto or a warning."""

    at: Location
    id: str
    when: Condition
    reach: Reach
    effects: Effects | None
    is_veto: bool


def sections(contract: Contract) -> Iterator[SectionPlace]:
    """Those of the annual sheet, then those of the periodic ones."""
    for index, section in enumerate(contract.sections):
        yield SectionPlace(("sections", index), section, None)
    for number, sheet in enumerate(contract.periodic):
        for index, section in enumerate(sheet.sections):
            yield SectionPlace(("periodic", number, "sections", index), section, sheet)


def items(contract: Contract) -> Iterator[ItemPlace]:
    for place in sections(contract):
        for index, item in enumerate(place.section.items):
            yield ItemPlace((*place.at, "items", index), item, place.section, place.sheet)


def measures(contract: Contract) -> Iterator[Measure]:
    """Every item, each followed by its parts, and those by theirs."""
    for place in items(contract):
        nothing = Measure(place.at, place.item, None, None, place.item.points, place, -1)
        yield from _with_parts(contract, _below(contract, nothing, place.at, place.item))


def _below(contract: Contract, above: Measure, at: Location, measured: Measured) -> Measure:
    """The measure at that location, with what it takes from the one above."""
    indicator, named_at = above.indicator, above.indicator_at
    if measured.indicator is not None:
        indicator, named_at = contract.indicator_by_id.get(measured.indicator), (*at, "indicator")
    points = measured.points if isinstance(measured, Part) and measured.points is not None else above.points
    return Measure(at, measured, indicator, named_at, points, above.place, above.depth + 1)


def _with_parts(contract: Contract, measure: Measure) -> Iterator[Measure]:
    yield measure
    for index, part in enumerate(parts_of(measure.measured)):
        at = (*measure.at, "scoring", "parts", index)
        yield from _with_parts(contract, _below(contract, measure, at, part))


def reads_nothing(measured: Measured) -> bool:
    """Whether the method looks at no indicator itself: it counts incidents, or is the same whatever was done."""
    rule = measured.scoring
    return isinstance(rule, Fixed | Exempt) or (isinstance(rule, PerEvent) and rule.incident is not None)


def scopes(contract: Contract) -> Iterator[tuple[Location, Scope]]:
    for place in sections(contract):
        yield (*place.at, "applies_to"), place.section.applies_to
    for item in items(contract):
        yield (*item.at, "applies_to"), item.item.applies_to


def sanctions(contract: Contract) -> Iterator[Sanction]:
    """Warnings, then vetoes."""
    for index, warning in enumerate(contract.warnings):
        yield Sanction(("warnings", index), warning.id, warning.when, warning.reach, warning.effects, False)
    for index, veto in enumerate(contract.vetoes):
        yield Sanction(("vetoes", index), veto.id, veto.when, veto.reach, veto.effects, True)


def conditions(contract: Contract) -> Iterator[Stand]:
    """Every condition as it is written, whole; those inside scoring first."""
    for measure in measures(contract):
        for index, part in enumerate(parts_of(measure.measured)):
            if part.when is not None:
                yield Stand((*measure.at, "scoring", "parts", index, "when"), part.when, Stage.SCORING)
    if contract.ranking.entry is not None:
        yield Stand(("ranking", "entry"), contract.ranking.entry, Stage.ENTRY)
    for sanction in sanctions(contract):
        yield Stand((*sanction.at, "when"), sanction.when, Stage.VETO if sanction.is_veto else Stage.WARNING)
    for index, grade in enumerate(contract.grades):
        if grade.when is not None:
            yield Stand(("grades", index, "when"), grade.when, Stage.GRADE)
    for number, deposit in enumerate(contract.deposits):
        for index, outcome in enumerate(deposit.outcomes):
            if outcome.when is not None:
                yield Stand(("deposits", number, "outcomes", index, "when"), outcome.when, Stage.MONEY)
    for index, award in enumerate(contract.awards):
        if award.when is not None:
            yield Stand(("awards", index, "when"), award.when, Stage.MONEY)


def terms(contract: Contract) -> Iterator[Stand]:
    """Every condition, followed by those inside it."""
    for stand in conditions(contract):
        yield from terms_of(stand)


def looked_back_at(contract: Contract) -> Iterator[tuple[Location, str]]:
    """The contracts whose results of earlier years are asked for by name."""
    for stand in terms(contract):
        if isinstance(stand.condition, Earlier):
            yield from (((*stand.at, "contract", index), name) for index, name in enumerate(stand.condition.contract))
    for number, indicator in enumerate(contract.indicators):
        named = indicator.past.contract if indicator.past is not None else ()
        yield from ((("indicators", number, "past", "contract", index), name) for index, name in enumerate(named))


def terms_of(stand: Stand) -> Iterator[Stand]:
    yield stand
    for at, term in terms_inside(stand.condition):
        yield from terms_of(replace(stand, at=(*stand.at, *at), condition=term))
    match stand.condition:
        case Linked(is_=part):
            yield from terms_of(replace(stand, at=(*stand.at, "is"), condition=part, linked=True))
        case Earlier(is_=part) as earlier:
            yield from terms_of(replace(stand, at=(*stand.at, "is"), condition=part, earlier=earlier))
        case Children(is_=part, contract=under):
            yield from terms_of(replace(stand, at=(*stand.at, "is"), condition=part, linked=True, under=under))
        case _:
            pass
