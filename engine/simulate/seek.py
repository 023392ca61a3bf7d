"""The inverse questions: the target level at which a stated share of parties passes, the amount that fits a budget.

Every level is judged on the same drawn years, so that what is compared are levels and not luck. The answer is the last level
of a grid up to which something holds (or the first from which it does), found by halving: a level further on is asked only
where the one before it answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from engine.simulate.answers import Answers
from rules.contract import Contract


@dataclass(frozen=True, slots=True)
class Grid:
    """Levels from `low` to `high` in steps; `high` may be less than a step away from the last."""

    low: Fraction
    high: Fraction
    step: Fraction

    @property
    def size(self) -> int:
        return int((self.high - self.low) / self.step) + 1

    def level(self, number: int) -> Fraction:
        return self.low + number * self.step


@dataclass(frozen=True, slots=True)
class Found:
    """`level` None: it holds nowhere. `tried`: what was measured of which level, ascending."""

    level: Fraction | None
    tried: dict[Fraction, Fraction]


def seek(measure: Callable[[Fraction], Fraction], wanted: Fraction, grid: Grid) -> Found:
    """`measure` must only fall or only rise with the level; it holds where it is `wanted` or more. Where it holds at both ends, the
    answer is the high one."""
    tried: dict[Fraction, Fraction] = {}

    def holds(number: int) -> bool:
        level = grid.level(number)
        if level not in tried:
            tried[level] = measure(level)
        return tried[level] >= wanted

    first, last = 0, grid.size - 1
    at_first, at_last = holds(first), holds(last)
    if at_first == at_last:
        return Found(grid.level(last) if at_last else None, dict(sorted(tried.items())))
    # What holds lies on one side of the answer; `kept` is the end of it that is known.
    kept, other = (first, last) if at_first else (last, first)
    while abs(other - kept) > 1:
        middle = (kept + other) // 2
        if holds(middle):
            kept = middle
        else:
            other = middle
    return Found(grid.level(kept), dict(sorted(tried.items())))


def passing(answers: Answers, contract: str, item: str) -> Fraction:
    """Which share of those who are scored by the item meets its target, in all the years together."""
    met = there = 0
    for one in answers.contracts:
        if one.contract.contract == contract:
            for key, counts in one.tally.there.items():
                if key.item == item:
                    there += int(counts.sum())
                    met += int(one.tally.met[key].sum())
    return Fraction(met, there) if there else Fraction(0)


def item_of(contract: Contract, path: str) -> str | None:
    """The item that a path such as `items.visits.scoring.target` leads into."""
    steps = path.split(".")
    if "items" not in steps[:-1]:
        return None
    name = steps[steps.index("items") + 1]
    return name if name in contract.item_by_id else None
