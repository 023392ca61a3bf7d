"""The best, the worst, or the best few of several values, for everybody at once."""

from __future__ import annotations

from collections.abc import Sequence

from engine.columnar.exact import Ratio, choose
from engine.columnar.plan import Truth


def best_of(values: Sequence[Ratio], there: Sequence[Truth], count: int, *, higher: bool) -> list[Truth]:
    """Of each value, whether it is there and fewer than `count` of those there come before it; of equals the earlier does."""
    chosen = []
    for number, value in enumerate(values):
        before = []
        for other, against in enumerate(values):
            if other != number:
                ahead, behind = (against, value) if higher else (value, against)
                better = ahead.is_above(behind) if other > number else ahead.is_at_least(behind)
                before.append((there[other] & better).settled())
        plan = value.plan
        chosen.append((there[number] & ~plan.count(before).is_at_least(count)).settled())
    return chosen


def extreme(points: Sequence[Ratio], scored: Sequence[Truth], *, best: bool) -> Ratio:
    """The highest or lowest of those that are scored; compared crosswise."""
    chosen, known = points[0], scored[0]
    for one, there in zip(points[1:], scored[1:], strict=True):
        better = one.is_above(chosen) if best else chosen.is_above(one)
        chosen = choose((there & (better | ~known)).settled(), one, chosen).settled()
        known = (known | there).settled()
    return chosen
