"""Scenarios judged on the same drawn years, held against the contracts as they are: differences year by year, with their error.

Both sides see the same luck, so most of it falls out of the difference (common random numbers: Glasserman and Yao 1992,
*Management Science* 38, 884-908).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, sqrt

import numpy as np

from engine.simulate.answers import Answers, ContractAnswers, Integers


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean over the years of what one side has more than the other, and the standard error of that mean."""

    mean: Fraction
    error: float


@dataclass(frozen=True, slots=True)
class ContractDifference:
    """`score` of the mean final score, None where nobody is assessed on one side; `grades` of how many have each grade, by id
    (empty: none)."""

    score: Difference | None
    grades: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Compared:
    """`cost` in fen."""

    cost: Difference
    contracts: Mapping[str, ContractDifference]


def compared(base: Answers, other: Answers) -> Compared:
    """`other` less `base`, which must be of the same draws."""
    assert (base.years, base.seed) == (other.years, other.seed), "judged on the same draws"
    contracts = {}
    before = {one.contract.contract: one for one in base.contracts}
    after = {one.contract.contract: one for one in other.contracts}
    for name in dict.fromkeys((*before, *after)):
        contracts[name] = _of_contract(before.get(name), after.get(name), base.years)
    return Compared(difference(base.costs(), other.costs()), contracts)


def difference(
    before: Integers, after: Integers, unit_before: Fraction = Fraction(1), unit_after: Fraction = Fraction(1)
) -> Difference:
    """Of two numbers a year, in units of those."""
    unit = Fraction(1, lcm(unit_before.denominator, unit_after.denominator))
    factors = int(unit_after / unit), int(unit_before / unit)
    each = [factors[0] * new - factors[1] * old for old, new in zip(before.tolist(), after.tolist(), strict=True)]
    mean = Fraction(sum(each), len(each))
    if len(each) == 1:
        return Difference(mean * unit, float("inf"))
    variance = (Fraction(sum(one * one for one in each)) - len(each) * mean**2) / (len(each) - 1)
    return Difference(mean * unit, float(unit) * sqrt(variance / len(each)))


def _of_contract(before: ContractAnswers | None, after: ContractAnswers | None, years: int) -> ContractDifference:
    score = None
    if before is not None and after is not None and before.codes and after.codes:
        units = [Fraction(1, one.scale * len(one.codes)) for one in (before, after)]
        score = difference(before.tally.score_sums, after.tally.score_sums, *units)
    sides = [_graded(one) for one in (before, after)]
    none = np.zeros(years, np.int64)
    grades = {
        grade: difference(sides[0].get(grade, none), sides[1].get(grade, none))
        for grade in dict.fromkeys((*sides[1], *sides[0]))
    }
    return ContractDifference(score, grades)


def _graded(one: ContractAnswers | None) -> dict[str, Integers]:
    """By grade, how many had it in each year; empty id: none."""
    if one is None:
        return {}
    ids = (*(grade.id for grade in one.contract.grades), "")
    return dict(zip(ids, one.tally.graded.T, strict=True))
