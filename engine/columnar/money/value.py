"""What conditions about money may ask besides: the subject's own value of an indicator, as conditions inside scoring read it."""

from __future__ import annotations

from fractions import Fraction

from engine.columnar.cases import holds
from engine.columnar.plan import Truth
from engine.columnar.scribe import Case, Scribe
from rules.condition import ValueIs
from rules.scoring import Mark, Measured


def value_lies(scribe: Scribe, condition: ValueIs) -> Truth:
    """Whether the value of the year lies in the range."""
    always, nothing = scribe.plan.truth(True), Measured(scoring=Mark(method="mark"))
    return holds(scribe, Case(nothing, Fraction(0), scribe.year_window, always, always), condition)
