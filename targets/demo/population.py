"""The statistics of each place: recorded and reported, never scored. They add up: see `tests/test_demo_town.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rules.period import Cadence, Period
from targets.demo.places import Place
from targets.demo.reporting import BEFORE, YEAR, between, calendar, draw, number
from targets.demo.village_pins import BIRTHS
from targets.observation import Observation


@dataclass(frozen=True, slots=True)
class Month:
    """What one place counted in one month, in persons."""

    births_male: int
    births_female: int
    births_second: int
    births_third_or_more: int
    deaths: int
    moved_in: int
    moved_out: int

    @property
    def births(self) -> int:
        return self.births_male + self.births_female

    @property
    def births_first(self) -> int:
        return self.births - self.births_second - self.births_third_or_more


def population_observations(place: Place) -> Iterator[Observation]:
    """The year's statistics, and the population at the end of the year before."""
    (year,), (before,) = calendar(Cadence.YEAR), calendar(Cadence.YEAR, BEFORE)
    yield number(place.code, "population_end", before, place.population)
    yield number(place.code, "population_start", year, place.population)
    yield number(place.code, "population_end", year, population_end(place))
    for period, month in zip(calendar(Cadence.MONTH), months(place), strict=True):
        for indicator in _MONTHLY:
            yield number(place.code, indicator, period, getattr(month, indicator))
    for period in calendar(Cadence.QUARTER):
        yield number(place.code, "marriages", period, between(0, place.population // 600, place.key, "m", period))
        yield number(place.code, "divorces", period, between(0, place.population // 1200, place.key, "d", period))


_MONTHLY = (
    "births", "births_male", "births_female", "births_first", "births_second", "births_third_or_more",
    "deaths", "moved_in", "moved_out",
)  # fmt: skip


def population_end(place: Place) -> int:
    return place.population + sum(
        month.births - month.deaths + month.moved_in - month.moved_out for month in months(place)
    )


@cache
def months(place: Place) -> tuple[Month, ...]:
    """Twelve months; per 1,000 inhabitants about 9 births and 7 deaths, and moves that differ from place to place."""
    births = _over_months(place, "births", BIRTHS.get(place.key) or _yearly(place, "births", 8, 10))
    deaths = _over_months(place, "deaths", _yearly(place, "deaths", 6, 8))
    moved_in = _over_months(place, "moved_in", _yearly(place, "moved_in", 4, 18))
    moved_out = _over_months(place, "moved_out", _yearly(place, "moved_out", 8, 22))
    return tuple(
        _month(place, period, *counts)
        for period, *counts in zip(calendar(Cadence.MONTH), births, deaths, moved_in, moved_out, strict=True)
    )


def _month(place: Place, period: Period, births: int, deaths: int, moved_in: int, moved_out: int) -> Month:
    children = [(place.key, "child", period, child) for child in range(births)]
    boys = sum(draw(*child, "sex", below=205) < 105 for child in children)
    orders = [draw(*child, "order", below=100) for child in children]
    second = sum(58 <= order < 90 for order in orders)
    later = sum(order >= 90 for order in orders)
    return Month(boys, births - boys, second, later, deaths, moved_in, moved_out)


def _yearly(place: Place, what: str, lowest_per_mille: int, highest_per_mille: int) -> int:
    return place.population * between(10 * lowest_per_mille, 10 * highest_per_mille, place.key, what) // 10_000


def _over_months(place: Place, what: str, total: int) -> list[int]:
    """Each event falls into some month."""
    counts = [0] * 12
    for event in range(total):
        counts[draw(place.key, YEAR, what, event, below=12)] += 1
    return counts
