"""Estimates against what was put in, and the command as its users meet it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from drawn_years import VISITS, shipped, villages, visits
from openpyxl import load_workbook

from cli.main import main
from engine.simulate.fit import fitted
from engine.simulate.model import AS_IT_WAS, Assumptions, BetaBinomial, Bootstrap, NegativeBinomial, Poisson
from engine.simulate.moments import (
    Ratio,
    concentration,
    credible,
    pooled,
    rates,
    spread_of_rates,
    weight_of_group,
)
from engine.simulate.series import Series, town_of
from rules.contract import Contract
from rules.load import parse_contract
from rules.period import parse_period
from targets.observation import Observation
from targets.snapshot import Snapshot

TIMES, PARTIES, PERIODS, TRIALS = 60, 60, 4, 40


def typical(estimate: Callable[[np.random.Generator], float | None]) -> float:
    """The median of as many estimates; none counts as the largest."""
    dice = np.random.default_rng(1)
    found = [estimate(dice) for _ in range(TIMES)]
    return median(float("inf") if one is None else one for one in found)


@pytest.mark.parametrize("put_in", [15, 30, 60])
def test_the_concentration_within_parties_is_found_again(put_in: int) -> None:
    def estimate(dice: np.random.Generator) -> float | None:
        means = dice.beta(45, 5, (PARTIES, 1))
        made = dice.binomial(TRIALS, dice.beta(means * put_in, (1 - means) * put_in, (PARTIES, PERIODS)))
        return concentration([[Ratio(int(one), TRIALS) for one in row] for row in made])

    assert typical(estimate) == pytest.approx(put_in, rel=0.1)


def test_chances_drawn_towards_the_group_are_nearer_to_the_truth() -> None:
    """Of villages whose own chances vary by a beta distribution worth 50 trials, known by 40 each."""
    assert typical(lambda dice: weight_of_group(_villages(dice)[1])) == pytest.approx(50, rel=0.2)
    truth, ratios = _villages(np.random.default_rng(2))
    weight, group = weight_of_group(ratios), pooled(ratios)
    shrunk = sum((credible(one, group, weight) - p) ** 2 for one, p in zip(ratios, truth, strict=True))
    own = sum((one.successes / one.trials - p) ** 2 for one, p in zip(ratios, truth, strict=True))
    assert shrunk < 0.7 * own


def _villages(dice: np.random.Generator) -> tuple[list[float], list[Ratio]]:
    chances = dice.beta(45, 5, PARTIES)
    return chances.tolist(), [Ratio(int(made), TRIALS) for made in dice.binomial(TRIALS, chances)]


@pytest.mark.parametrize("put_in", [0.4, 1.0, 2.5])
def test_the_dispersion_of_counts_is_found_again(put_in: float) -> None:
    def estimate(dice: np.random.Generator) -> float | None:
        means = dice.gamma(16, 0.5, (PARTIES, 1))
        if put_in > 1:
            counts = dice.negative_binomial(means / (put_in - 1), 1 / put_in, (PARTIES, PERIODS))
        elif put_in == 1:
            counts = dice.poisson(means, (PARTIES, PERIODS))
        else:
            trials = np.maximum(1, np.round(means / (1 - put_in))).astype(int)
            counts = dice.binomial(trials, np.minimum(1, means / trials), (PARTIES, PERIODS))
        return rates({str(code): [float(one) for one in row] for code, row in enumerate(counts)}).dispersion

    assert typical(estimate) == pytest.approx(put_in, rel=0.1)


def test_rates_of_incidents_are_spread_as_they_were_and_follow_what_happened() -> None:
    assert typical(
        lambda dice: spread_of_rates(dice.poisson(dice.gamma(0.5, 2, 200)).tolist()).weight
    ) == pytest.approx(0.5, rel=0.15)
    spread = spread_of_rates([0] * 8 + [4, 4])
    (calm, _), (troubled, clustered) = spread.after(0), spread.after(4)
    assert calm < spread.mean < troubled < 4
    assert clustered > 1
    assert spread_of_rates([1, 1, 1, 1]).after(9) == (1, 1)


def test_what_is_reported_once_stays_and_enough_history_is_drawn_from() -> None:
    """A count once a year has no spread to be seen; eight quarters of it are drawn from as they are."""
    (once,) = (one for one in town_of(villages(3), [visits()]).series if one.indicator.id == "meetings")
    assert fitted(once, Assumptions()) == [Poisson(4)] * 3
    quarterly = visits_by_quarter()
    (series,) = (one for one in town_of(*quarterly).series if one.indicator.id == "meetings")
    own = fitted(series, Assumptions())[0]
    assert own == Bootstrap((3, 4, 3, 4, 3, 4, 3, 4))
    assert fitted(series, Assumptions(values={"meetings": AS_IT_WAS}))[0] == AS_IT_WAS
    mine = Assumptions(values={("899901101200", "meetings"): Poisson(1), "meetings": NegativeBinomial(2, 3)})
    assert set(fitted(series, mine)) == {Poisson(1), NegativeBinomial(2, 3)}


def test_a_village_alone_is_no_certainty() -> None:
    """Four quarters of 10, 20, 30 and 40 are all season: nothing is left that would tell how they vary."""
    snapshot, contracts = visits_by_quarter()
    village = snapshot.records.parties[0]
    quarters = [
        replace(one, numerator=10 * one.period.number)
        for one in snapshot.records.observations
        if one.subject == village.code and one.period.year == 2026 and one.indicator == "meetings"
    ]
    alone = replace(snapshot, records=replace(snapshot.records, parties=(village,), observations=tuple(quarters)))
    (series,) = (one for one in town_of(alone, contracts).series if one.indicator.id == "meetings")
    assert fitted(series, Assumptions()) == [Poisson(10.0), Poisson(20.0), Poisson(30.0), Poisson(40.0)]


def visits_by_quarter() -> tuple[Snapshot, list[Contract]]:
    text = VISITS.format(visits="{method: all_or_nothing, target: 95%}").replace("unit: 次", "unit: 次, every: quarter")
    text = text.replace("indicator: meetings,", "indicator: meetings, period: sum,")
    contract = parse_contract("water.yaml", text).contract
    base = villages(4)
    quarters = [parse_period(f"{year}Q{number}") for year in (2026, 2025) for number in range(1, 5)]
    new = [
        Observation(party.code, "meetings", quarter, 3 + (number + place) % 2, 1)
        for place, party in enumerate(base.records.parties)
        for number, quarter in enumerate(quarters)
    ]
    kept = [one for one in base.records.observations if one.indicator != "meetings"]
    return replace(base, records=replace(base.records, observations=(*kept, *new))), [contract]


def test_a_part_of_a_count_is_drawn_out_of_it() -> None:
    """As many visits of newborns as there are newborns, at most."""
    contracts, snapshot = shipped()
    series = next(one for one in town_of(snapshot, contracts).series if one.indicator.id == "newborn_visits")
    models = fitted(series, Assumptions())
    births = {
        (one.subject, one.period): one.numerator for one in snapshot.records.observations if one.indicator == "births"
    }
    assert isinstance(series, Series)
    for cell, model in zip(series.cells, models, strict=True):
        if isinstance(model, BetaBinomial):
            assert model.trials == births[cell.subject, cell.key[1]]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "town"
    assert main(["demo", "-w", str(folder), "--json"]) == 0
    return folder


def test_the_command_says_who_would_pass_and_what_it_costs(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    command = ["simulate", "-w", str(town), "--draws", "60", "--budget", "20万元", "--together", "20%", "--lang", "en"]
    assert main([*command, "--json", "--out", str(town / "drawn.json")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert json.loads((town / "drawn.json").read_text("utf-8")) == told
    village = next(one for one in told["contracts"] if one["contract"] == "family-health/village")
    assert len(village["subjects"]) == 62
    for subject in village["subjects"]:
        assert sum(Fraction(chance) for chance in subject["grades"].values()) == 1
        assert Fraction(subject["score_p5"]) <= Fraction(subject["expected_score"]) or subject["veto"] != "0"
    assert 0 <= Fraction(told["budget"]["held"]) <= 1
    assert main([*command, "--out", str(town / "drawn.xlsx")]) == 0
    shown = capsys.readouterr().out
    assert "of the differences in score are luck" in shown
    assert "the budget of ¥200,000.00 holds in" in shown
    book = load_workbook(town / "drawn.xlsx", read_only=True)
    assert {"family-health-village", "targets", "cadres", "cost"} <= set(book.sheetnames)
    assert main([*command, "--out", str(town / "drawn.csv")]) == 0
    with (town / "drawn-targets.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) > 1000


@pytest.mark.parametrize(
    "option",
    [
        ["--draws", "0"],
        ["--seed", "-1"],
        ["--budget", "much"],
        ["--out", "drawn.txt"],
        ["--draws", "9999999"],
        ["--together", "1"],
        ["--only", "lower"],
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_drawn(
    town: Path, option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "-w", str(town), *option, "--json"]) == 2
    (fault,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert fault["code"] == "DX711"
