"""What the drawn years say: chances, expectations with intervals, ranks, luck and money. Counts and sums are exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.simulate.tally import Spread, Tally, spread_of
from rules.contract import Contract
from rules.period import Period

Integers = NDArray[np.int64]
P5, P50, P95 = Fraction(1, 20), Fraction(1, 2), Fraction(19, 20)
# What the town pays and what it is paid towards awards; a deposit given back was never its own.
COST = ("reward", "award", "paid_in")
PAYOUT = ("refund", "reward", "award", "paid_in")


class ItemKey(NamedTuple):
    item: str
    window: Period


@dataclass(frozen=True, slots=True)
class ContractTally:
    """One contract over some years, by subject in the order of `ContractAnswers.codes`.

    `scores` in units of 1 / `scale`; `ranks` and `grades` have a column a place (the first: no place), and a
    grade (the last: none); `met` and `there` how often an item's target was met, and it was on the sheet and scored.
    A row a year: `graded` how many subjects had each grade, `score_sums` what all scores come to, in the units of `scores`.
    `goes_with`: by item, how much of the differences between the first years goes with it (`engine.simulate.drivers`).
    """

    scale: int
    scores: Tally
    ranks: Integers
    grades: Integers
    met: Mapping[ItemKey, Integers]
    there: Mapping[ItemKey, Integers]
    vetoed: Integers
    graded: Integers
    score_sums: Integers
    goes_with: Mapping[ItemKey, Fraction]

    def plus(self, other: ContractTally) -> ContractTally:
        return ContractTally(
            self.scale, self.scores.plus(other.scores), self.ranks + other.ranks, self.grades + other.grades,
            {key: met + other.met[key] for key, met in self.met.items()},
            {key: there + other.there[key] for key, there in self.there.items()}, self.vetoed + other.vetoed,
            np.concatenate((self.graded, other.graded)), np.concatenate((self.score_sums, other.score_sums)),
            self.goes_with,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearsTally:
    """Some years under all contracts: `payouts` by person in fen, `money` by kind of due a sum a year."""

    contracts: Mapping[str, ContractTally]
    payouts: Tally
    money: Mapping[str, Integers]

    def plus(self, other: YearsTally) -> YearsTally:
        return YearsTally(
            {name: one.plus(other.contracts[name]) for name, one in self.contracts.items()},
            self.payouts.plus(other.payouts),
            {kind: np.concatenate((sums, other.money[kind])) for kind, sums in self.money.items()},
        )


@dataclass(frozen=True)
class ContractAnswers:
    """One contract's subjects over all the years."""

    contract: Contract
    codes: tuple[str, ...]
    years: int
    tally: ContractTally

    @property
    def scale(self) -> int:
        return self.tally.scale

    def score(self, subject: int) -> Spread:
        """The final score, in units of 1 / `scale`."""
        return self.tally.scores.of_subject(subject)

    def expected_score(self, subject: int) -> Fraction:
        return self.score(subject).mean / self.scale

    def score_interval(self, subject: int) -> tuple[Fraction, Fraction]:
        """Between which nine years of ten lie."""
        spread = self.score(subject)
        return Fraction(spread.quantile(P5), self.scale), Fraction(spread.quantile(P95), self.scale)

    def grade_chances(self, subject: int) -> tuple[Fraction, ...]:
        """Of each of the contract's grades, and of none."""
        return tuple(Fraction(count, self.years) for count in self.tally.grades[subject].tolist())

    def rank(self, subject: int) -> Spread:
        """Places in the league; 0 where there is none."""
        counts = self.tally.ranks[subject]
        found = np.nonzero(counts)[0]
        return Spread(found.astype(np.int64), counts[found])

    def rank_interval(self, subject: int) -> tuple[int, int]:
        spread = self.rank(subject)
        return spread.quantile(P5), spread.quantile(P95)

    def target_chance(self, subject: int, item: ItemKey) -> Fraction | None:
        """Of the years in which the item was scored; None where it never was."""
        there = int(self.tally.there[item][subject])
        return Fraction(int(self.tally.met[item][subject]), there) if there else None

    def veto_chance(self, subject: int) -> Fraction:
        return Fraction(int(self.tally.vetoed[subject]), self.years)

    @property
    def reliability(self) -> Fraction | None:
        """The share of the variance of scores that lies between the subjects' expected scores: 1 less it is luck. None where
        nobody differs."""
        spreads = [self.score(subject) for subject, _ in enumerate(self.codes)]
        if not spreads:
            return None
        means = [spread.mean for spread in spreads]
        middle = sum(means, Fraction(0)) / len(means)
        between = sum(((mean - middle) ** 2 for mean in means), Fraction(0)) / len(means)
        within = sum((spread.variance for spread in spreads), Fraction(0)) / len(means)
        return between / (between + within) if between + within else None


@dataclass(frozen=True)
class Answers:
    """What so many years under some contracts say. Money is in fen."""

    years: int
    seed: int
    contracts: tuple[ContractAnswers, ...]
    people: tuple[str, ...]
    tally: YearsTally

    def payout(self, person: int) -> Spread:
        """What comes to somebody in a year, their own deposit given back included."""
        return self.tally.payouts.of_subject(person)

    def costs(self) -> Integers:
        """What each year costs the town."""
        return sum((self.tally.money[kind] for kind in COST), np.zeros(self.years, np.int64))

    def cost(self) -> Spread:
        return spread_of(self.costs())

    def money(self, kind: str) -> Spread:
        """What the dues of a kind come to in a year."""
        return spread_of(self.tally.money[kind])

    def within(self, budget_fen: int) -> Fraction:
        """How many of the years cost no more."""
        return Fraction(int((self.costs() <= budget_fen).sum()), self.years)
