"""Outcomes drawn: blocks of years, each the same whatever else is drawn and however many blocks are taken at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.simulate.distribution import Distribution, Integers, distribution
from engine.simulate.fit import fitted, fitted_happenings
from engine.simulate.model import Assumptions, BetaBinomial, Fixed, Model
from engine.simulate.sampler import Deviates, Sampler, stream
from engine.simulate.series import Happenings, Series, Town, counting, due_days
from targets.columns.year import AmountKey
from targets.observation import Incident, IncidentState

# Years a block. It is part of what a seed means: another number gives other draws.
BLOCK = 500


class Ranges(NamedTuple):
    """Of some subjects (by their number in `Town.codes`) the values for one indicator, period and entry: from `low` to `high`
    whatever is drawn, in units of 1 / `scale`."""

    key: AmountKey
    subjects: Integers
    scale: int
    low: int
    high: int


class Values(NamedTuple):
    """What was drawn of them: a row a year, a column a subject."""

    ranges: Ranges
    drawn: NDArray[Any]


class Events(NamedTuple):
    """Incidents, a row each: in which year of the block, of whom, like which one of `Draws.known`, found and happened on
    which day."""

    year: Integers
    subject: Integers
    like: Integers
    happened: Integers
    found: Integers


class Block(NamedTuple):
    """Several contracts may read values of the same name, of different subjects."""

    values: Mapping[AmountKey, tuple[Values, ...]]
    events: Events


class _Stretch(NamedTuple):
    """Columns of a series that stand side by side: those of one key."""

    ranges: Ranges
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Drawable:
    """What is drawn together: its name, a sampler with a column a subject (its number), and the sign of good luck."""

    name: str
    sampler: Sampler
    subjects: Integers
    better: int


@dataclass(frozen=True, slots=True)
class _DrawableSeries(_Drawable):
    stretches: tuple[_Stretch, ...]


@dataclass(frozen=True, slots=True)
class _DrawableEvents(_Drawable):
    """`likes`: the numbers in `Draws.known` of the incidents that a new one is like; `lags`: how long each took to be found."""

    likes: Integers
    lags: Integers
    most: int


class Draws:
    """Everything that can turn out otherwise, ready to be drawn."""

    def __init__(self, town: Town, assumed: Assumptions, seed: int) -> None:
        assert 0 <= assumed.together < 1, "a correlation"
        self._seed, self._together, self._people = seed, assumed.together, len(town.codes)
        self._number = {code: number for number, code in enumerate(town.codes)}
        self._first, self._last = (day.toordinal() for day in due_days(town.snapshot))
        self.models = {one.name: fitted(one, assumed) for one in town.series}
        self._series = [
            drawable for one in town.series if (drawable := self._of_series(one, self.models[one.name])) is not None
        ]
        self.known: list[Incident] = []
        self.kinds: dict[str, tuple[Integers, int]] = {}
        self.incident_models: dict[str, Mapping[str, Model]] = {}
        self._fixed: list[tuple[int, int]] = []
        self._events = list(self._of_happenings(town, assumed))

    def ranges(self) -> Iterator[Ranges]:
        """Of every column that is drawn."""
        for one in self._series:
            yield from (stretch.ranges for stretch in one.stretches)

    def block(self, number: int) -> Block:
        luck = None
        if self._together:
            luck = stream(self._seed, number, "together").standard_normal((BLOCK, self._people), np.float32)
        values: dict[AmountKey, tuple[Values, ...]] = {}
        for one in self._series:
            drawn = one.sampler.values(self._deviates(stream(self._seed, number, one.name), one, luck))
            for ranges, start, stop in one.stretches:
                values[ranges.key] = (*values.get(ranges.key, ()), Values(ranges, drawn[:, start:stop]))
        return Block(values, self._block_of_events(number, luck))

    def _deviates(self, source: Any, one: _Drawable, luck: Deviates | None) -> Deviates:
        """Normal deviates with the subject's luck in them: its share is the root of the correlation."""
        own: Deviates = source.standard_normal((BLOCK, len(one.subjects)), np.float32)
        if luck is not None:
            own *= np.float32(sqrt(1 - self._together))
            own += luck.take(one.subjects, axis=1) * np.float32(one.better * sqrt(self._together))
        return own

    def _of_series(self, series: Series, models: Sequence[Model]) -> _DrawableSeries | None:
        """Cells that stay as they are need no column; nor does a series of them."""
        kept = [
            (cell, model)
            for cell, model in zip(series.cells, models, strict=True)
            if not isinstance(model, Fixed)
        ]  # fmt: skip
        if not kept:
            return None
        highest = _highest(series)
        found = [_distribution(model, cell.trials, highest) for cell, model in kept]
        subjects = np.array([self._number[cell.subject] for cell, _ in kept], np.int64)
        stretches, start = [], 0
        for key in dict.fromkeys(cell.key for cell, _ in kept):
            stop = start + sum(cell.key == key for cell, _ in kept)
            inside = found[start:stop]
            low = min(int(one.values[0]) for one in inside)
            high = max(int(one.values[-1]) for one in inside)
            stretches.append(_Stretch(Ranges(key, subjects[start:stop], series.scale, low, high), start, stop))
            start = stop
        return _DrawableSeries(series.name, Sampler(found), subjects, series.better, tuple(stretches))

    def _of_happenings(self, town: Town, assumed: Assumptions) -> Iterator[_DrawableEvents]:
        """In passing it is noted which incidents stay as they were, and how many of a kind there can be."""
        real: dict[tuple[str, str], list[Incident]] = {}
        for one in counting(town.snapshot):
            real.setdefault((one.kind, one.subject), []).append(one)
        for each in town.happenings:
            models = fitted_happenings(each, assumed)
            self.incident_models[each.name] = models
            fixed = [code for code, model in models.items() if isinstance(model, Fixed)]
            most = max((len(real.get((each.kind, code), ())) for code in fixed), default=0)
            for code in fixed:
                for incident in real.get((each.kind, code), ()):
                    self._fixed.append((self._number[code], len(self.known)))
                    self.known.append(incident)
            drawable = self._of_kind(each, {code: model for code, model in models.items() if code not in set(fixed)})
            if drawable is not None:
                most = max(most, drawable.most)
                yield drawable
            subjects = np.array([self._number[code] for code in models], np.int64)
            before = self.kinds.get(each.kind, (subjects[:0], 0))
            self.kinds[each.kind] = np.concatenate((before[0], subjects)), max(before[1], most)

    def _of_kind(self, each: Happenings, models: Mapping[str, Model]) -> _DrawableEvents | None:
        found = [_distribution(model, 0, None) for model in models.values()]
        if not found:
            return None
        sampler = Sampler(found)
        if sampler.high == 0:
            return None
        # What is drawn is no told-again matter of another incident's.
        likes = [replace(one, matter="") for one in each.known] or [self._unlike_any(each)]
        numbers = np.arange(len(self.known), len(self.known) + len(likes), dtype=np.int64)
        lags = np.array([one.found_on.toordinal() - one.happened_on.toordinal() for one in likes], np.int64)
        self.known += likes
        subjects = np.array([self._number[code] for code in models], np.int64)
        return _DrawableEvents(each.name, sampler, subjects, each.better, numbers, lags, sampler.high)

    def _unlike_any(self, each: Happenings) -> Incident:
        """Of a kind that has not been seen yet: found on the day it happens."""
        day = date.fromordinal(self._first)
        return Incident("", "", each.kind, day, day, IncidentState.SUBSTANTIATED, "")

    def _block_of_events(self, number: int, luck: Deviates | None) -> Events:
        parts = [self._fixed_events()]
        for one in self._events:
            source = stream(self._seed, number, one.name)
            counts = one.sampler.values(self._deviates(source, one, luck))
            years, columns = np.nonzero(counts)
            times = counts[years, columns]
            found = source.integers(self._first, self._last + 1, int(times.sum()))
            like = source.integers(0, len(one.likes), len(found))
            parts.append(
                Events(
                    np.repeat(years, times), np.repeat(one.subjects[columns], times), one.likes[like],
                    found - one.lags[like], found,
                )
            )  # fmt: skip
        return Events(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def _fixed_events(self) -> Events:
        subjects = np.array([subject for subject, _ in self._fixed], np.int64)
        likes = np.array([like for _, like in self._fixed], np.int64)
        days = [(self.known[like].happened_on, self.known[like].found_on) for _, like in self._fixed]
        happened = np.array([one.toordinal() for one, _ in days], np.int64)
        found = np.array([one.toordinal() for _, one in days], np.int64)
        years = np.repeat(np.arange(BLOCK, dtype=np.int64), len(subjects))
        return Events(years, *(np.tile(column, BLOCK) for column in (subjects, likes, happened, found)))


def _highest(series: Series) -> int | None:
    """What a count or mark is held to; successes are held to their trials."""
    if series.counts_successes or series.indicator.highest is None:
        return None
    return int(series.indicator.highest * series.scale)


def _distribution(model: Model, trials: int, highest: int | None) -> Distribution:
    by_trials = isinstance(model, BetaBinomial) and model.trials is None
    return _of_model(model, trials if by_trials else 0, highest)


@lru_cache(maxsize=65536)
def _of_model(model: Model, trials: int, highest: int | None) -> Distribution:
    """The same object for the same distribution, so that its thresholds are kept once."""
    return distribution(model, 0, trials, highest)
