"""What the tests of simulated years share: small contracts with answers known beforehand, and drawn years beside assessed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import comb, exp, factorial, sqrt
from pathlib import Path

import narwhals as nw

from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.columnar.layout import JudgedColumns
from engine.crosscheck import Comparison, compare, interpreted_cells, merged
from engine.simulate.draw import BLOCK, Draws
from engine.simulate.model import Assumptions
from engine.simulate.series import town_of
from engine.simulate.told import snapshot_of
from engine.simulate.years import Years
from rules.contract import Contract
from rules.load import load_contracts, parse_contract
from rules.period import parse_period
from targets.columns.backend import Backend
from targets.columns.year import Frame
from targets.demo import demo_town
from targets.observation import Observation
from targets.party import Party
from targets.snapshot import Records, Snapshot, current

SHIPPED = Path(__file__).parent.parent / "rules" / "library" / "family_health"
VISITS = """\
contract: water/village
title: 饮水安全责任状
version: 1
year: 2026
assesses: [village]
indicators:
  - {{id: visits, name: 巡访率, kind: ratio}}
  - {{id: meetings, name: 例会次数, kind: count, unit: 次}}
sections:
  - id: work
    name: 工作
    items:
      - {{id: visits, name: 巡访, points: 60, indicator: visits, scoring: {visits}}}
      - {{id: meetings, name: 例会, points: 40, indicator: meetings, scoring: {{method: all_or_nothing, target: 4}}}}
incidents:
  - {{id: fraud, name: 弄虚作假}}
vetoes:
  - {{id: fraud, name: 弄虚作假一票否决, when: {{incident: fraud}}, effects: {{cap_grade: fail}}}}
grades:
  - {{id: good, name: 达标, when: {{item_met: visits}}}}
  - {{id: fail, name: 不达标}}
awards:
  - {{id: prize, name: 达标奖, by_grade: {{good: "¥1,000"}}}}
"""
TRIALS = 40


def visits(scoring: str = "{method: all_or_nothing, target: 95%}") -> Contract:
    return parse_contract("water.yaml", VISITS.format(visits=scoring)).contract


def villages(number: int) -> Snapshot:
    """So many villages with 38 of 40 visits made and 4 meetings held."""
    year = parse_period("2026")
    codes = [f"8999011012{one:02d}" for one in range(number)]
    observations = [
        *(Observation(code, "visits", year, 38, TRIALS, counted=True) for code in codes),
        *(Observation(code, "meetings", year, 4, 1) for code in codes),
    ]
    parties = tuple(Party(code, f"村{code[-2:]}", "village") for code in codes)
    return Snapshot(2026, Records(parties=parties, observations=tuple(observations)))


def binomial(trials: int, chance: float) -> list[float]:
    return [comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(trials + 1)]


def poisson_at_least(rate: float, least: int) -> float:
    return 1 - sum(exp(-rate) * rate**k / factorial(k) for k in range(least))


def within_error(found: Fraction | float, chance: float, years: int, *, variance: float | None = None) -> bool:
    """Within four standard errors of a mean of so many independent years: once in 16,000 it would not be. Of a chance p the
    variance of one is p (1 - p)."""
    own = chance * (1 - chance) if variance is None else variance
    return abs(float(found) - chance) <= 4 * sqrt(own / years)


@cache
def shipped() -> tuple[tuple[Contract, ...], Snapshot]:
    """The demo town after its corrections, and its contracts."""
    contracts = tuple(one.contract for one in load_contracts(sorted(SHIPPED.glob("*.yaml"))))
    town = demo_town()
    observations = current((*town.records.observations, *town.corrections.observations))
    return contracts, Snapshot(2026, replace(town.records, observations=observations))


def beside(
    contracts: Sequence[Contract], snapshot: Snapshot, years: Sequence[int], backend: Backend, assumed: Assumptions
) -> tuple[Comparison, Draws, Years]:
    """Some of the first years drawn, judged by the plan among all of a chunk, against the interpreter on each alone."""
    town = town_of(snapshot, contracts)
    draws = Draws(town, assumed, 7)
    own, count = Years(town, draws, contracts, backend), max(years) + 1
    assert count <= BLOCK
    judged = judge_year(contracts, own.year([draws.block(0)], count), backend)
    interpreted = merged(
        interpreted_cells(assess(contracts, snapshot_of(town, draws, year)), f"{year}|") for year in years
    )
    told = [_of_years(one, own, years, backend) for one in judged]
    return compare(interpreted, told, backend), draws, own


def _of_years(judged: JudgedColumns, own: Years, years: Sequence[int], backend: Backend) -> JudgedColumns:
    """Only those years, with keys as the interpreter's cells have them: the year's number, a bar, the code."""
    keys = {year * own.keys.span + number: f"{year}|{code}" for year in years for number, code in enumerate(own.people)}
    names = backend.bring({"key": list(keys), "told": list(keys.values())}, {"key": nw.Int64, "told": nw.String})
    texts = backend.bring({"key": [*map(str, keys)], "told": [*keys.values()]}, {"key": nw.String, "told": nw.String})

    def renamed(frame: Frame, column: str, table: Frame = names, *, every: bool = True) -> Frame:
        joined = frame.join(table, left_on=column, right_on="key", how="inner" if every else "left")
        told = nw.col("told") if every else nw.coalesce(nw.col("told"), nw.col(column))
        return joined.with_columns(told.alias(column)).drop("told")

    reaching = (replace(one, frame=renamed(renamed(one.frame, "cadre"), "party")) for one in judged.reaching)
    dues = judged.dues
    if dues is not None:
        dues = renamed(renamed(dues, "subject"), "payee", texts, every=False)
    return replace(judged, frame=renamed(judged.frame, "subject"), reaching=tuple(reaching), dues=dues)
