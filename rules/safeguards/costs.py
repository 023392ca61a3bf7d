"""What only seems to punish a wrong: an amount of nothing, or a floor as high as the points."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.condition import AllOf, AnyOf, Condition, IncidentCount, terms_inside
from rules.contract import Contract
from rules.safeguards.measures import everything_scored
from rules.scoring import Part, PerEvent
from rules.sheet import Item
from rules.source import Location


def costs_of_nothing(contract: Contract, wrongs: frozenset[str]) -> Iterator[tuple[str, Location]]:
    """Each wrong, or severity of one, that takes no points where it is scored, and that no veto or warning looks at."""
    worth: dict[Location, Fraction] = {}
    for measured, location, _ in everything_scored(contract):
        # A part is worth as much as the item above it, `scoring.parts.0` up, unless it says otherwise.
        stated = measured.points if isinstance(measured, Item | Part) else None
        points = worth[location] = worth.get(location[:-3], Fraction(0)) if stated is None else stated
        scoring = measured.scoring
        if isinstance(scoring, PerEvent) and scoring.incident in wrongs and scoring.deduct is not None:
            for severity, at in _free(scoring, points):
                if not _sanctioned(contract, scoring.incident, severity):
                    yield scoring.incident, (*location, "scoring", *at)


def _free(scoring: PerEvent, points: Fraction) -> Iterator[tuple[str | None, Location]]:
    """The severities that cost nothing, None for all of them."""
    if scoring.lowest != "none" and scoring.lowest >= points:
        yield None, ("lowest",) if "lowest" in scoring.model_fields_set else ("incident",)
    elif scoring.at_most == 0:
        yield None, ("at_most",)
    elif scoring.deduct == 0 and scoring.rising_by is None and not any((*scoring.then, *scoring.by_severity.values())):
        yield None, ("deduct",)
    else:
        yield from ((severity, ("by_severity", severity)) for severity, one in scoring.by_severity.items() if one == 0)


def _sanctioned(contract: Contract, kind: str, severity: str | None) -> bool:
    """A grave case may cost no points because it is vetoed instead."""
    sanctions = (*(veto.when for veto in contract.vetoes), *(warning.when for warning in contract.warnings))
    return any(_looks_at(when, kind, severity) for when in sanctions)


def _looks_at(condition: Condition, kind: str, severity: str | None) -> bool:
    match condition:
        case IncidentCount(incident=kinds, severity=severities):
            return kind in kinds and (not severities or severity in severities)
        case AllOf() | AnyOf():
            return any(_looks_at(term, kind, severity) for _, term in terms_inside(condition))
        case _:
            return False
