"""How the demo's figures are drawn and written down: integers from a hash of what they are, so that none moves another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import IntEnum
from fractions import Fraction
from functools import cache
from hashlib import blake2b

from rules.period import Cadence, Period, periods_of
from targets.observation import Observation

YEAR = 2026
BEFORE = YEAR - 1
DAYS_TO_REPORT = 5
PER_MILLE = 1000


class Standing(IntEnum):
    """How well a subject works, which decides how often and by how much it misses a target."""

    TOP = 0
    GOOD = 1
    FAIR = 2
    POOR = 3

    def of(self, top: int, good: int, fair: int, poor: int) -> int:
        return (top, good, fair, poor)[self]


def draw(*key: object, below: int) -> int:
    """A number from 0 to `below` - 1 that depends on the key alone."""
    digest = blake2b("|".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % below


def between(lowest: int, highest: int, *key: object) -> int:
    """A number from lowest to highest, both included."""
    return lowest + draw(*key, below=highest - lowest + 1)


def reaches(standing: Standing, *key: object) -> bool:
    """Whether the target is reached."""
    return draw("reaches", *key, below=100) < standing.of(100, 90, 68, 40)


def shared_out(total: int, parts: int, first: int = 0) -> list[int]:
    """The total in whole parts as equal as can be; what is left over goes to the parts from `first` on."""
    whole, rest = divmod(total, parts)
    return [whole + ((number - first) % parts < rest) for number in range(parts)]


@cache
def calendar(cadence: Cadence, year: int = YEAR) -> tuple[Period, ...]:
    return periods_of(year, cadence)


@cache
def _reported_on(period: Period) -> date:
    return period.last_day + timedelta(days=DAYS_TO_REPORT)


def number(subject: str, indicator: str, period: Period, value: Fraction | int, entry: str = "") -> Observation:
    """A count, number, amount in yuan, mark, or yes (1) and no (0)."""
    return Observation(
        subject,
        indicator,
        period,
        value.numerator,
        value.denominator,
        entry,
        recorded_on=_reported_on(period),
    )


def ratio(subject: str, indicator: str, period: Period, numerator: int, denominator: int) -> Observation:
    """A ratio with both counts."""
    return Observation(
        subject,
        indicator,
        period,
        numerator,
        denominator,
        counted=True,
        recorded_on=_reported_on(period),
    )


def ticks(subject: str, indicator: str, entries: Mapping[str, bool]) -> Iterator[Observation]:
    """A checklist at the year's end."""
    (year,) = calendar(Cadence.YEAR)
    for entry, ticked in entries.items():
        yield number(subject, indicator, year, int(ticked), entry)


def in_all(
    subject: str,
    indicator: str,
    cadence: Cadence,
    total: int,
    *,
    per: int = 1,
    year: int = YEAR,
) -> Iterator[Observation]:
    """A yearly total (in units of 1/`per`) shared out over the periods of the year."""
    periods = calendar(cadence, year)
    first = draw(subject, indicator, year, "first", below=len(periods))
    for period, part in zip(periods, shared_out(total, len(periods), first), strict=True):
        yield number(subject, indicator, period, Fraction(part, per))


def total_near(
    subject: str,
    standing: Standing,
    indicator: str,
    target: int,
    most_short: int,
    most_beyond: int = 0,
) -> int:
    """A yearly total: the target or a little more when it is reached, else up to `most_short` less."""
    if reaches(standing, subject, indicator):
        return between(target, target + most_beyond, subject, indicator, "beyond")
    return max(0, target - between(1, most_short, subject, indicator, "short"))


def rates(
    subject: str,
    standing: Standing,
    indicator: str,
    target: int,
    denominators: Sequence[int],
    *,
    cadence: Cadence,
    most_short: int = 200,
) -> Iterator[Observation]:
    """A ratio every period, with the target in per mille reached in all of them or in none."""
    reached = reaches(standing, subject, indicator)
    worst = max(1, standing.of(0, most_short // 5, most_short // 2, most_short))
    for period, denominator in zip(calendar(cadence), denominators, strict=True):
        if reached:
            rate = between(target, PER_MILLE, subject, indicator, period)
            met = -(-denominator * rate // PER_MILLE)
        else:
            rate = target - between(1, worst, subject, indicator, period)
            met = min(denominator * rate // PER_MILLE, max(0, denominator - 1))
        yield ratio(subject, indicator, period, met, denominator)
