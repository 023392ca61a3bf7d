"""Estimates from few numbers each, by the method of moments: how much of what differs is more than chance.

Sources and limits of each formula are in docs/models.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# Where the numbers cannot tell, a subject's own value and the mean of its group count alike.
PRIOR = 1.0
CONCENTRATION_MAX = 1e6


class Ratio(NamedTuple):
    """So many of so many, with the weight that it has as evidence."""

    successes: float
    trials: float


def pooled(ratios: Iterable[Ratio]) -> Ratio:
    several = list(ratios)
    return Ratio(sum(one.successes for one in several), sum(one.trials for one in several))


def excess(ratios: Sequence[Ratio]) -> tuple[float, float]:
    """What the squares of the ratios' distances from their common one come to beyond chance, and what it is to be held
    against: the two parts of Kleinman's (1973) estimate of the correlation within a ratio, with the trials as weights."""
    counted = [one for one in ratios if one.trials > 0]
    if len(counted) < 2:
        return 0.0, 0.0
    whole = pooled(counted)
    mean = whole.successes / whole.trials
    chance = mean * (1 - mean)
    squares = sum(one.trials * (one.successes / one.trials - mean) ** 2 for one in counted)
    spare = whole.trials - sum(one.trials**2 for one in counted) / whole.trials - (len(counted) - 1)
    return squares - chance * (len(counted) - 1), chance * spare


def concentration(groups: Iterable[Sequence[Ratio]]) -> float | None:
    """1 / correlation - 1 over groups of ratios that share a mean each; None: no more than chance, or nothing to tell by."""
    parts = [excess(one) for one in groups]
    over, under = sum(part[0] for part in parts), sum(part[1] for part in parts)
    if under <= 0 or over <= 0:
        return None
    correlation = min(over / under, 0.99)
    return min(1 / correlation - 1, CONCENTRATION_MAX)


def credible(own: Ratio, group: Ratio, weight: float | None) -> float:
    """The subject's mean, drawn towards its group's as if `weight` trials of those had been its own."""
    mean = group.successes / group.trials if group.trials else 0.0
    if weight is None:
        # The subjects differ by no more than chance: all have the group's mean.
        return mean
    return (own.successes + weight * mean) / (own.trials + weight)


def weight_of_group(ratios: Sequence[Ratio]) -> float | None:
    """How many trials the group's mean is worth: the concentration of the subjects' means around it."""
    over, under = excess(ratios)
    if under <= 0:
        return PRIOR
    return concentration([ratios]) if over > 0 else None


class Rates(NamedTuple):
    """Of each subject the mean of a period; `dispersion`: variance over mean within a subject, None where nothing repeats."""

    means: Mapping[str, float]
    dispersion: float | None


# Below this a dispersion is anybody's guess: one village's four quarters, divided by their own season, would not differ at all.
FREE_MIN = 12


def rates(counts: Mapping[str, Sequence[float]], spent: int = 0) -> Rates:
    """Means by credibility (Bühlmann and Straub 1970), dispersion by Pearson's statistic over its degrees of freedom, of which so
    many are `spent` on what the counts were divided by; None where too few are left to tell it."""
    own = {code: sum(values) / len(values) for code, values in counts.items()}
    squares = sum(
        (value - own[code]) ** 2 / own[code] for code, values in counts.items() if own[code] for value in values
    )
    free = sum(len(values) - 1 for code, values in counts.items() if own[code]) - spent
    dispersion = squares / free if free >= FREE_MIN else None
    number = sum(len(values) for values in counts.values())
    mean = sum(sum(values) for values in counts.values()) / number
    within = (1.0 if dispersion is None else dispersion) * mean
    between = 0.0
    if len(counts) > 1:
        spare = number - sum(len(values) ** 2 for values in counts.values()) / number
        around = sum(len(values) * (own[code] - mean) ** 2 for code, values in counts.items())
        between = max(0.0, (around - (len(counts) - 1) * within) / spare)
    if mean == 0:
        return Rates(own, dispersion)
    share = {code: between / (between + within / len(values)) if between else 0.0 for code, values in counts.items()}
    if len(counts) == 1:
        return Rates(own, dispersion)
    return Rates({code: share[code] * own[code] + (1 - share[code]) * mean for code in counts}, dispersion)


class Gamma(NamedTuple):
    """How the rates of subjects are spread: `shape / weight` is their mean; None of weight: all have the same."""

    mean: float
    weight: float | None

    def after(self, count: int) -> tuple[float, float]:
        """Mean and dispersion of the next year's number, once one year's is known."""
        if self.weight is None:
            return self.mean, 1.0
        mean = (self.mean * self.weight + count) / (self.weight + 1)
        return mean, 1 + 1 / (self.weight + 1)


def spread_of_rates(counts: Sequence[int]) -> Gamma:
    """Poisson counts with rates of a gamma distribution: its moments."""
    number = len(counts)
    mean = sum(counts) / number if number else 0.0
    variance = sum((one - mean) ** 2 for one in counts) / (number - 1) if number > 1 else 0.0
    return Gamma(mean, mean / (variance - mean) if variance > mean > 0 else None)
