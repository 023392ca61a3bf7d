"""Which totals can occur, and which of them a condition asks for."""

from __future__ import annotations

from fractions import Fraction

from rules.checks.extremes import highest_total
from rules.checks.intervals import ABOVE_ALL, BELOW_ALL, EVERYTHING, Interval, Values, after, before, interval_of
from rules.checks.places import sanctions
from rules.condition import AllOf, Condition, ScoreIs
from rules.contract import Contract


def scores_there_are(contract: Contract) -> Values:
    """The totals that can occur; a veto or warning that changes scores may leave the declared floor."""
    changes = [s.effects for s in sanctions(contract) if s.effects is not None]
    moved = any(effects.deduct is not None or effects.replace_score is not None for effects in changes)
    floor, top = contract.total.floor, highest_total(contract)
    if contract.total.min_sections and not isinstance(floor, str):
        floor = min(floor, Fraction(0))  # too few sections give 0 whatever the floor
    low = BELOW_ALL if moved or isinstance(floor, str) else before(floor)
    high = ABOVE_ALL if top is None else after(top)
    unit = Fraction(1, 10**contract.decimals)
    return Values(Interval(low, high), unit if moved else contract.total.round_to or unit)


def needed(condition: Condition | None) -> tuple[Interval, bool]:
    """The scores without which the condition cannot hold, and whether they are also enough."""
    match condition:
        case None:
            return EVERYTHING, True
        case ScoreIs(score=wanted):
            return interval_of(wanted), not wanted.unbounded
        case AllOf(all=parts):
            scores, exactly = EVERYTHING, True
            for part in parts:
                also, enough = needed(part)
                scores, exactly = scores.within(also), exactly and enough
            return scores, exactly
        case _:
            return EVERYTHING, False
