"""What the interpreter carries along: the contract, its facts, and the faults of the year's data found on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from engine.facts import Facts, Subject
from engine.score.derivation import Location
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, Text
from rules.indicator import Indicator
from rules.period import Period
from rules.scoring import Measured


@dataclass
class Book:
    """One contract over one snapshot; `faults` grows while it is read, so that all come at once."""

    contract: Contract
    facts: Facts
    faults: list[Diagnostic] = field(default_factory=list)
    leagues: dict[tuple[Measured, Period, str], list[tuple[Fraction, Fraction, Fraction]]] = field(default_factory=dict)

    def indicator(self, measured: Measured) -> Indicator:
        assert measured.indicator is not None, "checked: every method that reads a value has an indicator"
        return self.contract.indicator_by_id[measured.indicator]

    def fault(self, code: str, case: Case, expected: Text, found: Text, hint: Text | None = None) -> None:
        """Note a fault of the data; its place is the row of the table where the value should stand."""
        row = " · ".join(part for part in (case.subject.code, case.measured.indicator or "", str(case.window)) if part)
        diagnostic = Diagnostic(code, Span("observations", cell=row), found, expected, hint)
        if diagnostic not in self.faults:
            self.faults.append(diagnostic)


@dataclass(frozen=True, slots=True)
class Case:
    """One method to be applied: for whom, to what, over which window, worth how much, and where it is agreed."""

    subject: Subject
    measured: Measured
    points: Fraction
    window: Period
    at: Location
