"""Models fitted to what is recorded of this year and the last: for each cell of a series, and for each kind of incident."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, sqrt

from engine.simulate.model import AS_IT_WAS, Assumptions, BetaBinomial, Bootstrap, Model, NegativeBinomial, Poisson
from engine.simulate.moments import Ratio, concentration, credible, pooled, rates, spread_of_rates, weight_of_group
from engine.simulate.series import Cell, Happenings, Series
from rules.indicator import Kind

# A value of the year before counts as half a value of this one.
BEFORE_WEIGHT = 0.5
# So many distances of values from their subjects' means make a distribution of them; so many values of a subject its own.
DISTANCES_MIN, OWN_VALUES_MIN, DISTANCES_MAX = 12, 8, 200
# Within this much of 1 the dispersion of counts is a Poisson distribution's.
LIKE_POISSON = 0.02


def fitted(series: Series, assumed: Assumptions) -> list[Model]:
    """The model of each of the series' cells, in their order."""
    by_group = _grouped(series)
    models: dict[Cell, Model] = {}
    if not series.held:
        for cells, before in by_group.values():
            models |= _fitted_group(series, cells, before)
    name = series.indicator.id
    return [assumed.of_value(cell.subject, name) or models.get(cell, AS_IT_WAS) for cell in series.cells]


def _grouped(series: Series) -> dict[str, tuple[list[Cell], list[Cell]]]:
    found: dict[str, tuple[list[Cell], list[Cell]]] = defaultdict(lambda: ([], []))
    for side, cells in enumerate((series.cells, series.before)):
        for cell in cells:
            # Each entry of a checklist is a thing of its own.
            found[f"{series.group[cell.subject]} {cell.key[2]}"][side].append(cell)
    return found


def _fitted_group(series: Series, cells: Sequence[Cell], before: Sequence[Cell]) -> Mapping[Cell, Model]:
    kind = series.indicator.kind
    if series.counts_successes:
        if kind is Kind.RATIO and not all(cell.counted for cell in (*cells, *before)):
            # A decimal as written does not say of how many it is.
            return {}
        return _successes(cells, before)
    if kind is Kind.COUNT:
        return _counts(cells, before)
    return _resampled(cells, before)


def _successes(cells: Sequence[Cell], before: Sequence[Cell]) -> Mapping[Cell, Model]:
    """Chances by subject, drawn towards the group's; how much they vary from period to period, by the whole group."""
    periods: dict[str, list[Ratio]] = defaultdict(list)
    weighted: dict[str, list[Ratio]] = defaultdict(list)
    for cell, weight in _weighed(cells, before):
        if cell.trials > 0:
            periods[cell.subject].append(Ratio(cell.value, cell.trials))
            weighted[cell.subject].append(Ratio(cell.value * weight, cell.trials * weight))
    own = {code: pooled(ratios) for code, ratios in weighted.items()}
    group, weight_of = pooled(own.values()), weight_of_group(list(own.values()))
    varying = concentration(periods.values())
    means = {code: credible(ratio, group, weight_of) for code, ratio in own.items()}
    counted = {cell: means[cell.subject] for cell in cells if cell.trials > 0}
    return {cell: BetaBinomial(mean, varying, cell.trials) for cell, mean in counted.items()}


def _weighed(cells: Iterable[Cell], before: Iterable[Cell]) -> Iterable[tuple[Cell, float]]:
    yield from ((cell, 1.0) for cell in cells)
    yield from ((cell, BEFORE_WEIGHT) for cell in before)


def _counts(cells: Sequence[Cell], before: Sequence[Cell]) -> Mapping[Cell, Model]:
    """A rate by subject times how much the period has of the year, town-wide; clustered, independent or regular by the
    dispersion of the whole group."""
    season = _seasons(cells)
    values: dict[str, list[float]] = defaultdict(list)
    for cell in (*cells, *before):
        share = season.get(str(cell.key[1]), 1.0)
        values[cell.subject].append(cell.value / share if share else 0.0)
    found = rates(values, len(season) - 1)
    models: dict[Cell, Model] = {}
    for cell in cells:
        own = values[cell.subject]
        if len(own) >= OWN_VALUES_MIN and _same(season):
            models[cell] = Bootstrap(tuple(round(value) for value in own))
        else:
            models[cell] = _of_dispersion(found.means[cell.subject] * season[str(cell.key[1])], found.dispersion)
    return models


def _seasons(cells: Sequence[Cell]) -> dict[str, float]:
    """By period the mean over that of all, where the same subjects were reported in each; else 1."""
    sums: dict[str, list[int]] = defaultdict(list)
    for cell in cells:
        sums[str(cell.key[1])].append(cell.value)
    whole = sum(map(sum, sums.values()))
    if not whole or len({len(values) for values in sums.values()}) != 1:
        return dict.fromkeys(sums, 1.0)
    return {period: sum(values) * len(sums) / whole for period, values in sums.items()}


def _same(season: Mapping[str, float]) -> bool:
    """No period has much more of the year than another: values of one can stand for those of another."""
    return all(0.9 <= share <= 1.1 for share in season.values())


def _of_dispersion(mean: float, dispersion: float | None) -> Model:
    """The member of Panjer's (1981) family with these moments: binomial, Poisson or negative binomial."""
    if mean <= 0 or dispersion is None or abs(dispersion - 1) <= LIKE_POISSON:
        return Poisson(max(0.0, mean))
    if dispersion > 1:
        return NegativeBinomial(mean, dispersion)
    trials = max(ceil(mean), round(mean / (1 - dispersion)))
    return BetaBinomial(mean / trials, None, trials)


def _resampled(cells: Sequence[Cell], before: Sequence[Cell]) -> Mapping[Cell, Model]:
    """The subject's own values where it has enough, else its mean plus the distances of all from their own means."""
    values: dict[str, list[int]] = defaultdict(list)
    for cell in (*cells, *before):
        values[cell.subject].append(cell.value)
    everything = [value for own in values.values() for value in own]
    distances = sorted(
        distance for own in values.values() if len(own) > 1 for distance in _distances(own)
    )  # fmt: skip
    enough = len(distances) >= DISTANCES_MIN
    step = -(-len(distances) // DISTANCES_MAX)
    low, high = min(everything), max(everything)
    models: dict[Cell, Model] = {}
    for cell in cells:
        own = values[cell.subject]
        if len(own) >= OWN_VALUES_MIN:
            models[cell] = Bootstrap(tuple(own))
        elif enough:
            mean = sum(own) / len(own)
            moved = (round(mean + distance) for distance in distances[step // 2 :: step])
            models[cell] = Bootstrap(tuple(min(high, max(low, value)) for value in moved))
    return models


def _distances(own: Sequence[int]) -> list[float]:
    """From the mean, larger by what the mean has taken of them."""
    mean, larger = sum(own) / len(own), sqrt(len(own) / (len(own) - 1))
    return [(value - mean) * larger for value in own]


def fitted_happenings(happenings: Happenings, assumed: Assumptions) -> dict[str, Model]:
    """By subject the model of the year's number."""
    spread = spread_of_rates(list(happenings.counts.values()))
    models: dict[str, Model] = {}
    for code, count in happenings.counts.items():
        mean, dispersion = spread.after(count)
        fit: Model = NegativeBinomial(mean, dispersion) if dispersion > 1 else Poisson(mean)
        models[code] = assumed.of_incidents(code, happenings.kind) or fit
    return models
