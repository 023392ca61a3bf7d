"""What a method returns, and the few ways to make it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.score.book import Case
from engine.score.derivation import NOTHING, Step, StepKind
from rules.diagnostic import Text, say
from rules.scoring_terms import Limit

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Earned:
    """What an item or part earned. `points` None: exempt. `met`: whether its target was reached."""

    points: Fraction | None
    met: bool
    step: Step


def computed(case: Case, seen: Step, rule: Text, worked: Text, value: Fraction) -> Step:
    """One formula applied to one value: the step on top of the one that read the value."""
    return Step(StepKind.COMPUTED, seen.title, rule, worked, value, case.at, (seen,))


def exempted(case: Case, seen: Step, rule: Text) -> Earned:
    return Earned(None, True, Step(StepKind.EXEMPTED, seen.title, rule, NOTHING, None, case.at, (seen,)))


def refused(case: Case, seen: Step) -> Earned:
    """Stands in where a fault was noted: the assessment will be refused, so nothing is lost by going on."""
    return exempted(case, seen, say("cannot be scored"))


def bound(limit: Limit) -> Fraction | None:
    """`none` waives a bound."""
    return None if limit == "none" else limit
