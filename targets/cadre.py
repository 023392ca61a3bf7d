"""Officials in their posts, and which parties they answer for, from when to when, with what share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

CADRES_MAX = 3_000_000


@dataclass(frozen=True, slots=True, order=True)
class Cadre:
    """An official; `code` stands in for the name in exports."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Tenure:
    """任职: a cadre in a post at a party, both days included; an open end lasts."""

    cadre: str
    post: str
    party: str
    start: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """包村/挂点: a cadre answers for a party in a role, both days included, with a share of the responsibility."""

    cadre: str
    party: str
    role: str
    start: date
    until: date | None = None
    share: Fraction = Fraction(1)

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day <= self.until)

    def days_within(self, first: date, last: date) -> int:
        """Days of the assignment from `first` to `last`, both included; 0 when they do not meet."""
        end = last if self.until is None else min(last, self.until)
        return max(0, (end - max(first, self.start)).days + 1)
