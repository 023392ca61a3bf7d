"""How often a place lies inside the interval that was told for it: a study by simulation, every number of it seeded.

    python -m benchmarks.coverage

Villages of known chances are judged on drawn years. Half of these years give the intervals, as if the models were known; the
other half tell how often they hold. Then single drawn years are taken for the records of a town, models are fitted to each
as `simulate` does, and their intervals are held against the same years: what is lost then is what one year cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.table import Table
from engine.simulate.answers import ContractAnswers
from engine.simulate.draw import Draws
from engine.simulate.model import Assumptions, BetaBinomial
from engine.simulate.series import town_of
from engine.simulate.simulate import Sampling, simulate
from engine.simulate.told import snapshot_of
from rules.contract import Contract
from rules.load import parse_contract
from rules.period import parse_period
from targets.columns.backend import PolarsBackend
from targets.observation import Observation
from targets.party import Party
from targets.snapshot import Records, Snapshot

CONTRACT = """\
contract: water/village
title: 饮水安全责任状
version: 1
year: 2026
assesses: [village]
indicators: [{id: visits, name: 巡访率, kind: ratio, every: quarter}]
sections:
  - id: work
    name: 工作
    items:
      - {id: visits, name: 巡访, points: 100, indicator: visits, period: sum, scoring: {method: proportional, target: 100%}}
"""
QUARTERS = 4
YEARS, TOWNS = 2000, 40


@dataclass(frozen=True, slots=True)
class Setting:
    """So many villages, so many visits a quarter, and how far their chances lie apart (the weight of the beta distribution
    around 80 % that they are drawn from: the larger, the closer)."""

    villages: int
    visits: int
    closeness: float
    together: float = 0.0


SETTINGS = (
    Setting(12, 10, 20), Setting(12, 40, 20), Setting(30, 10, 20), Setting(30, 40, 20), Setting(30, 40, 200), Setting(62, 40, 20),
    Setting(30, 40, 20, 0.3),
)  # fmt: skip
MEAN, VARYING = 0.8, 30.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of places inside their intervals: `known` with the models that the years were drawn by, `fitted` with those of
    one year's records, on average over towns; `reliability` of the scores under the first."""

    known: float
    fitted: float
    reliability: float


def coverage(setting: Setting, years: int = YEARS, towns: int = TOWNS, seed: int = 1) -> Coverage:
    contract, snapshot = parse_contract("water.yaml", CONTRACT).contract, _snapshot(setting)
    truth = _truth(setting, snapshot, seed)
    known = _answers(contract, snapshot, truth, Sampling(years, seed))
    later = _answers(contract, snapshot, truth, Sampling(years, seed + 1_000))
    town = town_of(snapshot, [contract])
    draws = Draws(town, truth, seed + 2_000)
    fitted = []
    for number in range(towns):
        records = snapshot_of(town, draws, number)
        told = _answers(
            contract, records, Assumptions(together=setting.together), Sampling(years, seed + 3_000 + number)
        )
        fitted.append(_inside(told, later))
    return Coverage(_inside(known, later), sum(fitted) / max(1, towns), float(known.reliability or 0))


def _snapshot(setting: Setting) -> Snapshot:
    """Every village reported 80 %; what it did in truth is said by the assumptions."""
    codes = [f"8999011012{number:02d}" for number in range(setting.villages)]
    made = round(MEAN * setting.visits)
    quarters = [parse_period(f"2026Q{number}") for number in range(1, QUARTERS + 1)]
    observations = [
        Observation(code, "visits", quarter, made, setting.visits, counted=True)
        for code in codes
        for quarter in quarters
    ]
    parties = tuple(Party(code, f"村{code[-2:]}", "village") for code in codes)
    return Snapshot(2026, Records(parties=parties, observations=tuple(observations)))


def _truth(setting: Setting, snapshot: Snapshot, seed: int) -> Assumptions:
    dice = Random(f"{setting} {seed}")
    chances = {
        (party.code, "visits"): BetaBinomial(
            dice.betavariate(MEAN * setting.closeness, (1 - MEAN) * setting.closeness), VARYING
        )
        for party in snapshot.records.parties
    }
    return Assumptions(values=dict(chances), together=setting.together)


def _answers(contract: Contract, snapshot: Snapshot, assumed: Assumptions, sampling: Sampling) -> ContractAnswers:
    (answers,) = simulate(snapshot, [[contract]], sampling, PolarsBackend(streaming=False), assumed)
    return answers.contracts[0]


def _inside(told: ContractAnswers, later: ContractAnswers) -> float:
    held = 0
    for number, _ in enumerate(told.codes):
        first, last = told.rank_interval(number)
        held += later.rank(number).times(first, last)
    return held / (later.years * len(told.codes))


def covered(settings: Sequence[Setting] = SETTINGS) -> Table:
    rows = []
    for one in settings:
        found = coverage(one)
        rows.append(
            (
                str(one.villages), str(one.visits), f"{one.closeness:g}", f"{one.together:g}", f"{found.reliability:.2f}",
                f"{found.known:.1%}", f"{found.fitted:.1%}",
            )
        )  # fmt: skip
    heads = (
        "villages",
        "visits a quarter",
        "closeness",
        "together",
        "reliability",
        "models known",
        "fitted to one year",
    )
    return Table("Places inside their interval of nine years of ten", "", heads, rows)


if __name__ == "__main__":
    print(covered().text())
