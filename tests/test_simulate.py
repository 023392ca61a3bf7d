"""Simulated years: answers known beforehand, the same code that assesses, the same bytes for the same seed.

Everything is drawn from fixed seeds, so that a test either always passes or never does; how close an answer must come is said
in standard errors of the number of years drawn (`within_error`).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from drawn_years import (
    TRIALS,
    beside,
    binomial,
    poisson_at_least,
    shipped,
    villages,
    visits,
    within_error,
)
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from strategies import cadre_contracts, contracts, parent_contracts, snapshots

from engine import inference
from engine.columnar.judged import judge_year
from engine.columnar.money.dues import taken
from engine.simulate.answers import COST, Answers, ItemKey
from engine.simulate.count import counted
from engine.simulate.draw import BLOCK, Draws
from engine.simulate.model import (
    AS_IT_WAS,
    Assumptions,
    BetaBinomial,
    Bootstrap,
    Model,
    NegativeBinomial,
    Poisson,
)
from engine.simulate.series import town_of
from engine.simulate.simulate import Sampling, simulate
from engine.simulate.years import Years
from rules.diagnostic import Refused
from rules.quantity import round_to
from targets.columns.backend import PolarsBackend, backend
from targets.engines import EngineName

SEEDS = (1, 2, 3)
YEARS, VILLAGES = 6000, 4
CHANCE, RATE, FRAUDS = 0.93, 4.5, 0.3
KNOWN = Assumptions(
    values={"visits": BetaBinomial(CHANCE), "meetings": Poisson(RATE)}, incidents={"fraud": Poisson(FRAUDS)}, together=0
)

needs_both = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


def engine() -> PolarsBackend:
    return PolarsBackend(streaming=False)


def known(seed: int, scoring: str = "{method: all_or_nothing, target: 95%}", assumed: Assumptions = KNOWN) -> Answers:
    (answers,) = simulate(villages(VILLAGES), [[visits(scoring)]], Sampling(YEARS, seed), engine(), assumed)
    return answers


@pytest.mark.parametrize("seed", SEEDS)
def test_exact_chances_lie_inside_the_error(seed: int) -> None:
    """A target by a binomial, another by a Poisson distribution, a veto by incidents; a grade by two of them at once."""
    (one,) = known(seed).contracts
    made, held, caught = sum(binomial(TRIALS, CHANCE)[38:]), poisson_at_least(RATE, 4), poisson_at_least(FRAUDS, 1)
    by_item = {key.item: key for key in one.tally.met}
    for village in range(VILLAGES):
        assert within_error(one.target_chance(village, by_item["visits"]) or 0, made, YEARS)
        assert within_error(one.target_chance(village, by_item["meetings"]) or 0, held, YEARS)
        assert within_error(one.veto_chance(village), caught, YEARS)
        assert within_error(one.grade_chances(village)[0], made * (1 - caught), YEARS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_expected_score_is_the_sum_over_all_outcomes(seed: int) -> None:
    """60 x made / (95 % of 40), at most 60, rounded half up to hundredths; 40 where four meetings were held."""
    (one,) = known(seed, "{method: proportional, target: 95%}").contracts
    chances = binomial(TRIALS, CHANCE)
    points = [float(round_to(min(Fraction(60), 60 * Fraction(made, 38)), 2)) for made in range(TRIALS + 1)]
    held = poisson_at_least(RATE, 4)
    mean = sum(p * x for p, x in zip(chances, points, strict=True)) + 40 * held
    variance = sum(p * x * x for p, x in zip(chances, points, strict=True)) - (mean - 40 * held) ** 2
    variance += 1600 * held * (1 - held)
    for village in range(VILLAGES):
        assert within_error(one.expected_score(village), mean, YEARS, variance=variance)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cost_is_that_of_a_binomial_number_of_prizes(seed: int) -> None:
    answers = known(seed)
    good = sum(binomial(TRIALS, CHANCE)[38:]) * (1 - poisson_at_least(FRAUDS, 1))
    assert within_error(
        answers.cost().mean / 100_000, VILLAGES * good, YEARS, variance=VILLAGES * good * (1 - good)
    )  # fmt: skip
    for prizes, chance in enumerate(binomial(VILLAGES, good)):
        assert within_error(Fraction(answers.cost().times(prizes * 100_000, prizes * 100_000), YEARS), chance, YEARS)
    up_to_two = sum(binomial(VILLAGES, good)[:3])
    assert within_error(answers.within(200_000), up_to_two, YEARS)


@pytest.mark.parametrize("seed", SEEDS)
def test_luck_that_is_shared_leaves_every_chance_as_it_is_and_moves_values_together(seed: int) -> None:
    apart, shared = known(seed), known(seed, assumed=replace(KNOWN, together=0.6))
    made = sum(binomial(TRIALS, CHANCE)[38:])
    for answers in (apart, shared):
        (one,) = answers.contracts
        by_item = {key.item: key for key in one.tally.met}
        assert all(
            within_error(one.target_chance(village, by_item["visits"]) or 0, made, YEARS) for village in range(VILLAGES)
        )
    # Both targets met at once: more often where one luck is behind both.
    full = [answers.contracts[0].score(0).times(10_000, 10_000) for answers in (apart, shared)]
    assert full[1] > 1.1 * full[0]


def test_the_other_models_have_the_moments_that_they_state() -> None:
    drawn: dict[Model, tuple[float, float]] = {
        BetaBinomial(0.8, 9, 20): (16, 20 * 0.8 * 0.2 * (9 + 20) / (9 + 1)),
        NegativeBinomial(6, 2.5): (6, 15),
        Poisson(40): (40, 40),
        Bootstrap((1, 1, 4, 10)): (4, 13.5),
    }
    for model, (mean, variance) in drawn.items():
        town = town_of(villages(1), [visits()])
        draws = Draws(town, Assumptions(values={"meetings": model}), 5)
        (key,) = (key for key in draws.block(0).values if key[0] == "meetings")
        values = np.concatenate([draws.block(number).values[key][0].drawn.ravel() for number in range(40)]).astype(int)
        assert within_error(values.mean(), mean, len(values), variance=variance)
        assert values.var() == pytest.approx(variance, rel=0.06)


def test_the_same_seed_gives_the_same_bytes_however_it_is_chunked() -> None:
    contracts, snapshot = shipped()
    years = BLOCK + 40
    whole, parts = (
        simulate(snapshot, [contracts], Sampling(years, 11, chunk), engine())[0] for chunk in (2 * BLOCK, BLOCK)
    )
    assert _bytes(whole) == _bytes(parts)
    other = simulate(snapshot, [contracts], Sampling(years, 12, 2 * BLOCK), engine())[0]
    assert _bytes(whole) != _bytes(other)


def _bytes(answers: Answers) -> bytes:
    parts = [answers.tally.payouts.keys, answers.tally.payouts.counts, *answers.tally.money.values()]
    for one in answers.tally.contracts.values():
        parts += [one.scores.keys, one.scores.counts, one.ranks, one.grades, one.vetoed]
        parts += [*one.met.values(), *one.there.values()]
    return b"".join(part.tobytes() for part in parts)


def test_fewer_years_are_the_first_of_more_and_contracts_share_their_draws() -> None:
    """The stricter target is met in a part of the very years in which the other is, so the difference has no noise."""
    eased, strict = visits(), visits("{method: all_or_nothing, target: 39/40}".replace("39/40", "97.5%"))
    first, second = simulate(villages(2), [[eased], [strict]], Sampling(700, 4), engine(), KNOWN)
    (alone,) = simulate(villages(2), [[strict]], Sampling(700, 4), engine(), KNOWN)
    assert _bytes(alone) == _bytes(second)
    item = next(key for key in first.contracts[0].tally.met if key.item == "visits")
    difference = [one.contracts[0].tally.met[item][0] for one in (first, second)]
    town = town_of(villages(2), [eased, strict])
    key = next(one.cells[0].key for one in town.series if one.indicator.id == "visits")
    made = np.concatenate([Draws(town, KNOWN, 4).block(number).values[key][0].drawn for number in (0, 1)])[:700, 0]
    assert difference == [(made >= 38).sum(), (made >= 39).sum()]


@needs_both
@pytest.mark.parametrize("name", [EngineName.POLARS, EngineName.DUCKDB])
def test_a_year_in_which_everything_is_as_it_was_is_the_assessed_one(name: EngineName) -> None:
    contracts, snapshot = shipped()
    comparison, _, _ = beside(contracts, snapshot, [0, 1], backend(name), Assumptions(everything=AS_IT_WAS))
    assert comparison.difference is None
    assert comparison.cells > 20_000


@needs_both
def test_drawn_years_of_the_town_agree_with_the_interpreter_in_every_cell() -> None:
    contracts, snapshot = shipped()
    comparison, draws, years = beside(contracts, snapshot, [0, 3], engine(), Assumptions())
    assert comparison.difference is None
    assert comparison.cells > 20_000
    _stays_within(draws, years)


@needs_both
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
def test_drawn_years_of_drawn_contracts_agree_with_the_interpreter(data: st.DataObject) -> None:
    agreed = [data.draw(contracts())]
    agreed += [data.draw(parent_contracts(agreed[0]))] if data.draw(st.integers(0, 3)) == 0 else []
    agreed += [data.draw(cadre_contracts(agreed[0]))] if data.draw(st.booleans()) else []
    year = data.draw(snapshots(*agreed))
    try:
        comparison, draws, years = beside(agreed, year, [0, 2, 5], engine(), Assumptions(together=0.3))
    except Refused as refused:
        if refused.diagnostics[0].code != "DX620":
            raise
        reject()
    assert comparison.difference is None
    _stays_within(draws, years)


def _stays_within(draws: Draws, years: Years) -> None:
    """Nothing is ever outside the range that the plan was told: it decides there what is too wide to be computed."""
    for number in (0, 1):
        columns = years.year([draws.block(number)], BLOCK)
        for one in columns.contracts.values():
            told = [amount.numerator for amount in one.amounts.values()]
            told += [*one.incidents.values(), *(day for pair in one.incident_days.values() for day in pair)]
            if told:
                rows = engine().arrays(one.frame.select(*(column.name for column in told)))
                for column in told:
                    assert column.low <= rows[column.name].min(), column.name
                    assert rows[column.name].max() <= column.high, column.name


def test_the_money_is_the_sum_of_the_dues() -> None:
    contracts, snapshot = shipped()
    town = town_of(snapshot, contracts)
    draws, count = Draws(town, Assumptions(), 3), 5
    own = Years(town, draws, contracts, engine())
    judged = judge_year(contracts, own.year([draws.block(0)], count), engine())
    tally = counted(judged, own, count, engine())
    dues = [
        due
        for rows in taken({one.contract.contract: one.dues for one in judged if one.dues}, engine()).values()
        for due in rows
    ]
    assert dues
    for kind, sums in tally.money.items():
        assert sums.sum() == sum(due.amount_fen for due in dues if due.due == kind)
    cost = sum(tally.money[kind].sum() for kind in COST)
    assert cost == sum(due.amount_fen for due in dues if due.due in COST)
    person = own.people.index("GB050")
    to_them = [
        due.amount_fen for due in dues if due.due in ("refund", "reward", "award") and _is(due.payee, own, person)
    ]
    assert tally.payouts.of_subject(person).total == sum(to_them)


def _is(payee: str, own: Years, person: int) -> bool:
    return payee.isdigit() and int(payee) % own.keys.span == person


def test_ranks_grades_and_luck_of_two_villages() -> None:
    """One that is always ahead: no luck; two alike: all of it."""
    ahead = Assumptions(
        values={
            ("899901101200", "visits"): BetaBinomial(1),
            ("899901101201", "visits"): BetaBinomial(0),
            "meetings": Poisson(0),
        },
    )
    (one,) = simulate(villages(2), [[visits()]], Sampling(50), engine(), ahead)[0].contracts
    assert one.reliability == 1
    assert (one.rank_interval(0), one.rank_interval(1)) == ((1, 1), (2, 2))
    assert one.grade_chances(0) == (1, 0, 0)
    assert one.score_interval(0) == (60, 60)
    (alike,) = simulate(villages(2), [[visits()]], Sampling(4000), engine(), KNOWN)[0].contracts
    assert alike.reliability is not None
    assert alike.reliability < Fraction(1, 500)
    assert isinstance(next(iter(alike.tally.met)), ItemKey)
