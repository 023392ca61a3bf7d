"""The models as distributions over whole numbers: what values there are, and how likely it is to stay at or below each.

All are worked out from the ratio of neighbouring probabilities, which needs no special function, and cut where less than
`TAIL` is left on a side.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple, assert_never

import numpy as np
from numpy.typing import NDArray

from engine.simulate.model import BetaBinomial, Bootstrap, Fixed, Model, NegativeBinomial, Poisson

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
TAIL = 1e-10
# Beyond so many standard deviations nothing is left that the cut would keep.
DEVIATIONS, SPARE = 14, 40


class Distribution(NamedTuple):
    """`values` ascend; `below` is the chance of at most each, 1 at the last."""

    values: Integers
    below: Floats


def distribution(model: Model, value: int, trials: int, highest: int | None) -> Distribution:
    """`value` is what was reported of `trials` (1 where they are not counted); what lies above `highest` counts as that."""
    match model:
        case Fixed():
            return certain(value)
        case Bootstrap(values):
            found, counts = np.unique(np.array(values, np.int64), return_counts=True)
            return Distribution(found, np.cumsum(counts) / len(values))
        case BetaBinomial(mean, concentration, own):
            return _held(_beta_binomial(own if own is not None else trials, mean, concentration), highest)
        case Poisson(rate):
            return _held(_poisson(rate), highest)
        case NegativeBinomial(mean, dispersion):
            return _held(_negative_binomial(mean, dispersion), highest)
        case _ as never:
            assert_never(never)


def certain(value: int) -> Distribution:
    return Distribution(np.array([value], np.int64), np.ones(1))


def _beta_binomial(trials: int, mean: float, concentration: float | None) -> Distribution:
    """P(k+1) / P(k) = (n-k) (k+a) / ((k+1) (n-k-1+b)), a = mean x concentration, b = the rest of it (Skellam 1948)."""
    if trials <= 0 or mean <= 0:
        return certain(0)
    if mean >= 1:
        return certain(trials)
    spread = trials * mean * (1 - mean)
    if concentration is not None:
        spread *= (concentration + trials) / (concentration + 1)
    low, high = _window(trials * mean, sqrt(spread), trials)
    k = np.arange(low, high, dtype=np.float64)
    ratios = (trials - k) / (k + 1)
    if concentration is None:
        ratios *= mean / (1 - mean)
    else:
        ratios *= (k + mean * concentration) / (trials - k - 1 + (1 - mean) * concentration)
    return _of_ratios(low, ratios)


def _poisson(rate: float) -> Distribution:
    """P(k+1) / P(k) = rate / (k+1)."""
    if rate <= 0:
        return certain(0)
    low, high = _window(rate, sqrt(rate), None)
    return _of_ratios(low, rate / (np.arange(low, high, dtype=np.float64) + 1))


def _negative_binomial(mean: float, dispersion: float) -> Distribution:
    """P(k+1) / P(k) = (k+r) (1 - 1/d) / (k+1) with r = mean / (d-1): variance d x mean."""
    if dispersion <= 1:
        return _poisson(mean)
    if mean <= 0:
        return certain(0)
    # Its tail is that of a geometric distribution, longer than a normal one's.
    low, high = _window(mean, 3 * sqrt(mean * dispersion) + 3 * dispersion, None)
    k, size = np.arange(low, high, dtype=np.float64), mean / (dispersion - 1)
    return _of_ratios(low, (k + size) / (k + 1) * (1 - 1 / dispersion))


def _window(mean: float, deviation: float, most: int | None) -> tuple[int, int]:
    reach = DEVIATIONS * deviation + SPARE
    high = int(mean + reach)
    return max(0, int(mean - reach)), high if most is None else min(most, high)


def _of_ratios(low: int, ratios: Floats) -> Distribution:
    logs = np.concatenate(([0.0], np.cumsum(np.log(ratios))))
    weights = np.exp(logs - logs.max())
    below = np.cumsum(weights)
    below /= below[-1]
    first = int(np.searchsorted(below, TAIL))
    last = int(np.searchsorted(below, 1 - TAIL))
    below = below[first : last + 1].copy()
    below[-1] = 1
    return Distribution(np.arange(low + first, low + last + 1, dtype=np.int64), below)


def _held(found: Distribution, highest: int | None) -> Distribution:
    if highest is None or found.values[-1] <= highest:
        return found
    kept = int(np.searchsorted(found.values, highest))
    if kept == 0:
        return certain(highest)
    return Distribution(np.append(found.values[:kept], highest).astype(np.int64), np.append(found.below[:kept], 1.0))
