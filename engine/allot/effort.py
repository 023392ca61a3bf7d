"""Equal effort (同等努力): quotas that everyone has the same chance of meeting, as nearly as whole steps allow.

Where the chances come from (a table, a simulated year) is the caller's: here they are exact numbers by quota.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.allot.bounds import Bounds, order_of
from engine.allot.reasons import of_chances
from engine.score.derivation import Step

ONE = Fraction(1)
# The chance of meeting a quota: 0 to 1, and never higher for a higher quota.
Chance = Callable[[Fraction], Fraction]


@dataclass(frozen=True, slots=True)
class EffortShare:
    code: str
    quota: Fraction
    chance: Fraction
    derivation: Step


def equal_effort(
    total: Fraction, chances: Mapping[str, Chance], step: Fraction = ONE, bounds: Mapping[str, Bounds] | None = None
) -> tuple[EffortShare, ...]:
    """By code. Each step goes to whoever has the best chance of meeting its quota with it; of equal ones to the smaller
    quota, then the smaller code. Chances only fall, so nothing else leaves the worst off a better one: a split with a better
    worst chance would take a step from somebody whose chance with it was the best to be had. Raises Refused like `allot`."""
    order = order_of(total, dict.fromkeys(chances, ONE), bounds or {}, step)
    claims = {one.code: one for one in order.claims}
    steps = {code: one.lowest for code, one in claims.items()}

    def asked(code: str) -> tuple[Fraction, int, str]:
        return -chances[code]((steps[code] + 1) * step), steps[code], code

    waiting = [asked(code) for code, one in claims.items() if one.has_room(steps[code])]
    heapq.heapify(waiting)
    for _ in range(order.steps - sum(steps.values())):
        *_, code = heapq.heappop(waiting)
        steps[code] += 1
        if claims[code].has_room(steps[code]):
            heapq.heappush(waiting, asked(code))
    return tuple(
        _share(code, steps[code], step, chances[code], has_room=claims[code].has_room(steps[code]))
        for code in sorted(steps)
    )


def _share(code: str, steps: int, step: Fraction, chance: Chance, *, has_room: bool) -> EffortShare:
    now = chance(steps * step)
    following = chance((steps + 1) * step) if has_room else None
    return EffortShare(code, steps * step, now, of_chances(step, steps, now, following))
