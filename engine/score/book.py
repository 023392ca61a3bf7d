"""What the interpreter carries along: the contract, its facts, and the faults of the year's data found on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine.facts import Facts, Subject
from engine.score.derivation import Location
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, Text
from rules.indicator import Indicator
from rules.period import Period
from rules.scoring import Measured
from rules.sheet import Scope

# What is compared, over which window, in which league and on whose sheets.
League = tuple[Measured, Period, str, tuple[Scope, ...]]


@dataclass
class Book:
    """One contract over one snapshot; what is `noted` grows while it is read, so that all faults come at once.

    `times_noted` also counts those noted before: whoever saw it rise knows that what they hold rests on a fault.
    `totals` are the scores under other contracts, by contract and subject; `scored` gives an item over a window:
    its score, None where it is exempt, and whether its target is met; nothing where it is not on the sheet.
    `section_scored` gives the score of a section, None where it is exempt or not on the sheet.
    """

    contract: Contract
    facts: Facts
    noted: dict[Diagnostic, None] = field(default_factory=dict)
    times_noted: int = 0
    leagues: dict[League, list[tuple[Fraction, Fraction, Fraction]]] = field(default_factory=dict)
    totals: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    scored: Callable[[Subject, str, Period], tuple[Fraction | None, bool] | None] = lambda *_: None
    section_scored: Callable[[Subject, str, Period], Fraction | None] = lambda *_: None

    @property
    def faults(self) -> list[Diagnostic]:
        """Each once, in the order they were found."""
        return list(self.noted)

    def indicator(self, measured: Measured) -> Indicator:
        assert measured.indicator is not None, "checked: every method that reads a value has an indicator"
        return self.contract.indicator_by_id[measured.indicator]

    def fault(self, code: str, case: Case, expected: Text, found: Text, hint: Text | None = None) -> None:
        """Note a fault of the data; its place is the row of the table where the value should stand."""
        row = " · ".join(part for part in (case.subject.code, case.measured.indicator or "", str(case.window)) if part)
        self.noted[Diagnostic(code, Span("observations", cell=row), found, expected, hint)] = None
        self.times_noted += 1


@dataclass(frozen=True, slots=True)
class Case:
    """One method to be applied: for whom, to what, over which window, worth how much, and where it is agreed.

    `scopes` say on whose sheets it stands: nobody else is a peer in it.
    """

    subject: Subject
    measured: Measured
    points: Fraction
    window: Period
    at: Location
    scopes: tuple[Scope, ...] = ()

    def peers(self, facts: Facts) -> tuple[Subject, ...]:
        """Those in the subject's league who have it on their sheets, the subject among them."""
        return tuple(one for one in facts.peers(self.subject) if all(one.in_scope(scope) for scope in self.scopes))
