"""Which items the differences between years go with, and whether small and large parties fare alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import correlation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.simulate.answers import ContractAnswers, ItemKey

Array = NDArray[Any]
# Fewer parties have no smaller and larger half worth the name.
PARTIES_MIN = 4
MILLION = 10**6


def shares_of_spread(totals: Array, scores: Mapping[ItemKey, Array]) -> dict[ItemKey, Fraction]:
    """How much of the variance of the final scores between years goes with each item's score alone, 0 to 1: squared correlations,
    weighted by the variance of each subject's final score. A row a year, a column a subject. Items go together, so that the
    shares need not add up to 1. To the millionth."""
    final = totals - totals.mean(0)
    whole = float((final * final).sum())
    found = {}
    for key, table in scores.items():
        own = table - table.mean(0)
        variance, common = (own * own).sum(0), (own * final).sum(0)
        explained = np.divide(common * common, variance, out=np.zeros_like(variance), where=variance > 0)
        share = float(explained.sum()) / whole if whole else 0.0
        found[key] = Fraction(round(share * MILLION), MILLION)
    return found


@dataclass(frozen=True, slots=True)
class Half:
    """The smaller or the larger parties: how many, their sizes, their mean expected score and chance of the best grade."""

    parties: int
    least: Fraction
    most: Fraction
    score: Fraction
    best: Fraction


@dataclass(frozen=True, slots=True)
class Fairness:
    """Spearman's correlation of size with the expected score, and with how much the score moves from year to year; None where
    one of them is the same for all."""

    small: Half
    large: Half
    score_by_size: float | None
    luck_by_size: float | None


def fairness(one: ContractAnswers, sizes: Mapping[str, Fraction]) -> Fairness | None:
    """Of those whose size is known; None where they are too few. With an odd number the middle one is among the smaller."""
    known = sorted(
        (number for number, code in enumerate(one.codes) if code in sizes),
        key=lambda number: (sizes[one.codes[number]], one.codes[number]),
    )
    if len(known) < PARTIES_MIN:
        return None
    middle = -(-len(known) // 2)
    order = [sizes[one.codes[number]] for number in known]
    means = [one.expected_score(number) for number in known]
    moves = [one.score(number).variance for number in known]
    halves = [_half(one, sizes, some) for some in (known[:middle], known[middle:])]
    return Fairness(halves[0], halves[1], spearman(order, means), spearman(order, moves))


def _half(one: ContractAnswers, sizes: Mapping[str, Fraction], numbers: Sequence[int]) -> Half:
    own = [sizes[one.codes[number]] for number in numbers]
    score = sum((one.expected_score(number) for number in numbers), Fraction(0)) / len(numbers)
    best = sum((one.grade_chances(number)[0] for number in numbers), Fraction(0)) / len(numbers)
    return Half(len(numbers), min(own), max(own), score, best)


def spearman(first: Sequence[Fraction], second: Sequence[Fraction]) -> float | None:
    """The correlation of the places; of equal values each has the mean of theirs (Spearman 1904)."""
    places = [_places(first), _places(second)]
    if any(len(set(some)) == 1 for some in places):
        return None
    return correlation(places[0], places[1])


def _places(values: Sequence[Fraction]) -> list[float]:
    order = sorted(values)
    first = {value: order.index(value) for value in dict.fromkeys(order)}
    last = {value: place for place, value in enumerate(order)}
    return [(first[value] + last[value]) / 2 for value in values]
