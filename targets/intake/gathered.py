"""The records of one import, and where each stood, so that nothing is said twice."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from rules.diagnostic import Span, say
from targets.cadre import Assignment, Cadre, Tenure
from targets.intake.faults import Faults, shown
from targets.observation import Incident, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party
from targets.snapshot import Records


class Gathered:
    """Collects records in the order of the file. A key that comes again is a fault that names both places."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.parties: list[Party] = []
        self.cadres: list[Cadre] = []
        self.tenures: list[Tenure] = []
        self.assignments: list[Assignment] = []
        self.targets: list[Target] = []
        self.observations: list[Observation] = []
        self.incidents: list[Incident] = []
        self.states: list[StateRecord] = []
        self.prior_vetoes: list[PriorVeto] = []
        self.history: list[PastResult] = []
        self.places: dict[Hashable, Span] = {}

    def first(self, key: Hashable, place: Span, text: str, code: str = "DX540") -> bool:
        """Whether the key comes for the first time; a fault at this place, naming the first one, when it does not."""
        earlier = self.places.setdefault(key, place)
        if earlier is place:
            return True
        expected = say("each once; it stands at {place} already", place=_short(earlier))
        hint = say("keep the right one and delete the other")
        self.faults.add(code, place, shown(text), expected, hint, also=(earlier,))
        return False

    def place_of(self, key: Hashable) -> Span:
        return self.places[key]

    def records(self) -> Records:
        """What was gathered, as tuples."""
        tables: dict[str, Any] = {name: tuple(getattr(self, name)) for name in Records.__slots__}
        return Records(**tables)


def _short(span: Span) -> str:
    return f"{span.sheet}!{span.cell}" if span.sheet else f"{span.line} [{span.cell}]"
