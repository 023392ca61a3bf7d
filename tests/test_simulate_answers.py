"""What drawn years say beyond chances: what differences go with, small and large parties, and cliffs, each against a case by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from drawn_years import TRIALS, binomial, poisson_at_least, shipped, villages, visits
from test_simulate import CHANCE, RATE, engine, known, needs_both
from test_simulate_fit import town

from cli.main import main
from engine.assess import assess
from engine.simulate.answers import PAYOUT, ItemKey
from engine.simulate.cliffs import cliffs
from engine.simulate.drivers import fairness, shares_of_spread, spearman
from rules.period import parse_period
from targets.snapshot import Snapshot

__all__ = ["town"]

YEAR = parse_period("2026")


# --- what the differences go with ---


def test_two_items_that_differ_alike_and_apart_have_half_each() -> None:
    """Four years: 0 0, 0 1, 1 0, 1 1, and the sum of both."""
    first, second = np.array([[0], [0], [1], [1]]), np.array([[0], [1], [0], [1]])
    keys = [ItemKey(name, YEAR) for name in ("first", "second", "still")]
    tables = dict(zip(keys, (first, second, np.array([[7]] * 4)), strict=True))
    assert list(shares_of_spread(first + second, tables).values()) == [0.5, 0.5, 0.0]
    assert list(shares_of_spread(first, tables).values()) == [1.0, 0.0, 0.0]
    assert list(shares_of_spread(np.array([[3]] * 4), tables).values()) == [0.0, 0.0, 0.0]


@needs_both
def test_items_drawn_apart_have_the_shares_of_their_variances() -> None:
    """60 points with the chance of 38 visits or more, 40 with that of 4 meetings or more: variances 3,600 p (1 - p) and
    1,600 q (1 - q)."""
    made, held = sum(binomial(TRIALS, CHANCE)[38:]), poisson_at_least(RATE, 4)
    own = 3600 * made * (1 - made), 1600 * held * (1 - held)
    shares = {key.item: float(share) for key, share in known(1).contracts[0].tally.goes_with.items()}
    # 500 years of four villages: a correlation is told to within 0.05 or so.
    assert shares["visits"] == pytest.approx(own[0] / sum(own), abs=0.06)
    assert shares["meetings"] == pytest.approx(own[1] / sum(own), abs=0.06)


# --- small and large ---


def test_places_that_go_together_and_against_each_other() -> None:
    """By hand: of 1, 2, 2, 4 the places are 1, 2.5, 2.5, 4; with 1, 2, 3, 4 the correlation is 4.5 over the root of 4.5 times 5."""
    numbers = [Fraction(one) for one in (1, 2, 3, 4)]
    assert spearman(numbers, numbers) == pytest.approx(1)
    assert spearman(numbers, numbers[::-1]) == pytest.approx(-1)
    assert spearman(numbers, [Fraction(one) for one in (1, 2, 2, 4)]) == pytest.approx(4.5 / sqrt(4.5 * 5))
    assert spearman(numbers, [Fraction(3)] * 4) is None


@needs_both
def test_villages_of_one_kind_fare_alike_whatever_their_size() -> None:
    one = known(1).contracts[0]
    sizes = {code: Fraction(number * 100 + 100) for number, code in enumerate(one.codes)}
    found = fairness(one, sizes)
    assert found is not None
    assert [(half.parties, half.least, half.most) for half in (found.small, found.large)] == [
        (2, 100, 200),
        (2, 300, 400),
    ]
    assert found.small.score == (one.expected_score(0) + one.expected_score(1)) / 2
    assert found.large.best == (one.grade_chances(2)[0] + one.grade_chances(3)[0]) / 2
    assert abs(found.small.score - found.large.score) < 2
    assert fairness(one, dict(list(sizes.items())[:3])) is None


# --- cliffs ---


def short_of_the_target() -> Snapshot:
    """The first village made 37 of 40 visits, one short of 95 %; the second has made all."""
    year = villages(2)
    made = dict(zip((party.code for party in year.records.parties), (37, 40), strict=True))
    observations = [
        replace(one, numerator=made[one.subject]) if one.indicator == "visits" else one
        for one in year.records.observations
    ]
    return replace(year, records=replace(year.records, observations=tuple(observations)))


def test_one_visit_is_worth_a_prize() -> None:
    """38 of 40 are good, and the good get 1,000 yuan. One visit more than 40 there is not, and a fifth meeting moves nothing."""
    found = cliffs(short_of_the_target(), [visits()], engine())
    assert [(one.unit.party, one.unit.indicator, one.unit.change, one.gained_fen, one.lost_fen) for one in found] == [
        ("899901101200", "visits", 1, 100_000, 0)
    ]


def test_a_ratio_without_its_counts_has_no_unit() -> None:
    """92.5 % as it was written is 37 of 40, or 925 of 1,000: nobody knows."""
    year = short_of_the_target()
    decimals = tuple(
        replace(one, counted=False) if one.indicator == "visits" else one for one in year.records.observations
    )
    assert cliffs(replace(year, records=replace(year.records, observations=decimals)), [visits()], engine()) == ()


@needs_both
def test_the_other_evaluator_finds_the_same_cliffs() -> None:
    """The demo town's highest, and one in the middle: the record is changed by that unit, and everything assessed again."""
    contracts, snapshot = shipped()
    found = cliffs(snapshot, contracts, engine())
    before = paid(snapshot)
    for one in (found[0], found[len(found) // 2]):
        records = tuple(
            replace(seen, numerator=seen.numerator + one.unit.change * (1 if seen.counted else seen.denominator))
            if (seen.subject, seen.indicator, seen.period, seen.entry) == (one.unit.party, *one.unit.key)
            else seen
            for seen in snapshot.records.observations
        )
        after = paid(replace(snapshot, records=replace(snapshot.records, observations=records)))
        moved = [after.get(code, 0) - before.get(code, 0) for code in {*before, *after}]
        assert (sum(x for x in moved if x > 0), -sum(x for x in moved if x < 0)) == (one.gained_fen, one.lost_fen)


def paid(snapshot: Snapshot) -> dict[str, int]:
    sums: dict[str, int] = {}
    for due in assess(shipped()[0], snapshot).dues:
        if due.kind.value in PAYOUT:
            sums[due.payee] = sums.get(due.payee, 0) + due.amount_fen
    return sums


def test_the_command_shows_them(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    command = ["simulate", "-w", str(town), "--draws", "60", "--cliffs", "--lang", "en"]
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    amounts = [one["gained_fen"] + one["lost_fen"] for one in told["cliffs"]]
    assert amounts == sorted(amounts, reverse=True)
    village = next(one for one in told["contracts"] if one["contract"] == "family-health/village")
    assert village["fairness"]["smaller"]["parties"] == village["fairness"]["larger"]["parties"] == 31
    assert all(0 <= Fraction(one["share"]) <= 1 for one in village["goes_with"])
    assert main(command) == 0
    shown = capsys.readouterr().out
    for words in ("what the differences between years go with", "small and large parties", "one unit of work more"):
        assert words in shown
