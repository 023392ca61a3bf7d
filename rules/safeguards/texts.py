"""Every text of a contract with its place, so that no field is left unread, and who it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rules.contract import Contract
from rules.indicator import Entry, Indicator
from rules.record import Clause, Record
from rules.scoring import Checklist, Measured, PerEvent
from rules.sheet import Scope
from rules.source import Location
from rules.verdict import IncidentKind, Veto, WarningRule

# Fields that point to what is declared elsewhere; the declaration is what is judged.
_REFERENCES = frozenset(
    {
        "add", "advance", "by_grade", "cap_grade", "entries", "fewest_incidents", "forfeit_to", "grade", "incident",
        "indicator", "item", "item_met", "items", "kinds", "linked", "months_in", "per", "post", "posts", "roles", "section",
        "subtract", "value",
    }
)  # fmt: skip
_TO_INDICATORS = frozenset({"add", "advance", "indicator", "per", "subtract", "value"})
_NOT_WORDS = frozenset({"method", "town", "supersedes"})


@dataclass(frozen=True, slots=True)
class Place:
    """One text of the contract: where it stands, in which field of which record, inside which others."""

    location: Location
    text: str
    field: str
    within: tuple[Record, ...]

    @property
    def owner(self) -> Record:
        return self.within[-1]

    @property
    def indicator(self) -> Indicator | None:
        return next((record for record in self.within if isinstance(record, Indicator)), None)

    @property
    def is_key(self) -> bool:
        return isinstance(self.owner, Checklist) and self.field == "entries"

    @property
    def divides(self) -> bool:
        """Whether it says what something is divided by, or which register the figures come from."""
        return isinstance(self.owner, Indicator) and self.field in ("denominator", "source")

    @property
    def names_an_event(self) -> bool:
        """Whether it may name a wrong done to people: an incident, and what takes something away because of it."""
        if isinstance(self.owner, IncidentKind | Veto | WarningRule):
            return True
        scoring = self.owner.scoring if isinstance(self.owner, Measured) else None
        return isinstance(scoring, PerEvent) and scoring.incident is not None and scoring.deduct is not None

    @property
    def names_a_kind_of_party(self) -> bool:
        in_contract = isinstance(self.owner, Contract) and self.field == "assesses"
        return in_contract or (isinstance(self.owner, Scope) and self.field == "kinds")


def texts_of(contract: Contract) -> Iterator[Place]:
    """Every text that is declared in the contract, or that points to nothing declared."""
    indicators, others = frozenset(contract.indicator_by_id), _declared(contract)
    for place in _within(contract, (), ()):
        pointing = place.field in _REFERENCES and not isinstance(place.owner, Contract)
        declared = indicators if place.field in _TO_INDICATORS else others
        if place.field not in _NOT_WORDS and not (pointing and place.text in declared):
            yield place


def _declared(contract: Contract) -> frozenset[str]:
    clauses: tuple[Clause | Entry, ...] = (
        *contract.incidents, *contract.posts, *contract.grades, *contract.all_sections(),
        *contract.item_by_id.values(), *(entry for indicator in contract.indicators for entry in indicator.entries),
    )  # fmt: skip
    plain = (*contract.assesses, *contract.state_ids, *contract.role_ids, *contract.account_ids)
    return frozenset((*(clause.id for clause in clauses), *plain))


def _within(record: Record, location: Location, within: tuple[Record, ...]) -> Iterator[Place]:
    for name, field in type(record).model_fields.items():
        yield from _in_value(getattr(record, name), (*location, field.alias or name), name, (*within, record))


def _in_value(value: object, location: Location, field: str, within: tuple[Record, ...]) -> Iterator[Place]:
    match value:
        case StrEnum():
            return
        case str() if value:
            yield Place(location, value, field, within)
        case Record():
            yield from _within(value, location, within)
        case tuple():
            for number, part in enumerate(value):
                yield from _in_value(part, (*location, number), field, within)
        case dict():
            for key, part in value.items():
                yield Place((*location, key), key, field, within)
                yield from _in_value(part, (*location, key), field, within)
