"""What if: a town of four villages and their secretaries, small enough to be worked out by hand.

| | meetings (of 12) | visits | points | vetoed | grade | secretary's deposit of ¥2,000 |
|---|---|---|---|---|---|---|
| 甲村 | 12: 40 | 93%, below 95%: 40 | 80 | | fail | forfeited |
| 乙村 | 12: 40 | 96%: 60 | 100 | fraud | fail | forfeited by the veto |
| 丙村 | 9: 30 | 97%: 60 | 90 | | good, ¥1,000 | refunded, and ¥2,000 on top |
| 丁村 | 12: 40 | 90%: 40 | 80 | | fail | forfeited |

The year costs 1,000 + 2,000 = ¥3,000.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import as_yaml, cadre_contracts, contracts, snapshots

from cli.results import kept_text
from engine import inference
from engine.assess import Assessment, assess
from engine.crosscheck import checked
from engine.recorded import read_result
from engine.whatif import Mover, Way, WhatIf, as_recorded, picture, what_if
from rules.diagnostic import Span
from rules.load import Loaded, parse_contract
from rules.money import DueKind
from rules.overlay import Overlaid, overlay
from rules.period import parse_period
from rules.scenario import parse_scenarios
from targets.cadre import Assignment, Cadre, Tenure
from targets.columns.backend import backend
from targets.engines import EngineName
from targets.observation import Incident, IncidentState, Observation
from targets.party import Party
from targets.run import Extent
from targets.snapshot import Records, Snapshot

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

VILLAGE = """\
contract: water/village
title: 饮水安全责任状
version: 1
year: 2026
assesses: [village]
roles: [secretary]
indicators:
  - {id: meetings, name: 例会次数, kind: count, every: quarter}
  - {id: visits, name: 巡访率, kind: ratio}
sections:
  - id: work
    name: 工作
    items:
      - {id: meetings, name: 例会, points: 40, indicator: meetings, period: sum, scoring: {method: proportional, target: 12}}
      - {id: visits, name: 巡访, points: 60, indicator: visits, scoring: {method: all_or_nothing, target: 95%, missed: 40}}
incidents:
  - {id: fraud, name: 弄虚作假}
vetoes:
  - id: fraud
    name: 弄虚作假一票否决
    when: {incident: fraud}
    reach: {linked: [secretary]}
    effects: {cap_grade: fail, forfeit_deposit: 100%}
grades:
  - {id: good, name: 达标, when: {score: {at_least: 90}}}
  - {id: fail, name: 不达标}
awards:
  - {id: good, name: 达标奖, by_grade: {good: 1000元}}
"""
CADRE = """\
contract: water/cadre
title: 饮水安全干部责任状
version: 1
year: 2026
posts:
  - {id: secretary, name: 支部书记}
roles: [secretary]
accounts: [{id: fund, name: 工作经费}]
linkage:
  - posts: [secretary]
    links:
      - {contract: water/village, roles: [secretary], weight: 100%}
grades:
  - {id: good, name: 称职, when: {score: {at_least: 90}}}
  - {id: fail, name: 不称职}
deposits:
  - id: pledge
    name: 抵押金
    posts: [secretary]
    amount: ¥2,000
    basis: deposit
    outcomes:
      - {id: met, name: 完成, when: {score: {at_least: 90}}, refund: 100%, reward_times: 1}
      - {id: rest, name: 未完成, refund: 0%, forfeit_to: fund}
"""
NEW_YEAR = date(2026, 1, 1)
FACTS = {"甲": ((3, 3, 3, 3), 93), "乙": ((3, 3, 3, 3), 96), "丙": ((3, 2, 2, 2), 97), "丁": ((3, 3, 3, 3), 90)}


@cache
def town() -> Snapshot:
    observations: list[Observation] = []
    for name, (held, visited) in FACTS.items():
        observations += [Observation(name, "meetings", parse_period(f"2026Q{q}"), n, 1) for q, n in enumerate(held, 1)]
        observations.append(Observation(name, "visits", parse_period("2026"), visited, 100, counted=True))
    records = Records(
        parties=tuple(Party(name, f"{name}村", "village") for name in FACTS),
        cadres=tuple(Cadre(f"g{name}", f"{name}书记") for name in FACTS),
        tenures=tuple(Tenure(f"g{name}", "secretary", name, NEW_YEAR) for name in FACTS),
        assignments=tuple(Assignment(f"g{name}", name, "secretary", NEW_YEAR) for name in FACTS),
        observations=tuple(observations),
        incidents=(Incident("i1", "乙", "fraud", NEW_YEAR, NEW_YEAR, IncidentState.SUBSTANTIATED, "卷宗1"),),
    )
    return Snapshot(2026, records)


@cache
def signed() -> tuple[Loaded, ...]:
    return parse_contract("village.yaml", VILLAGE), parse_contract("cadre.yaml", CADRE)


@cache
def base() -> Assessment:
    return assessed(signed())


def assessed(loaded: Iterable[Loaded]) -> Assessment:
    return assess([one.contract for one in loaded], town())


def scenario(*changes: str) -> Overlaid:
    listed = "".join(f"      - {{contract: water/{change}}}\n" for change in changes)
    text = f"scenarios: s\ntitle: t\ncompare:\n  - id: one\n    name: one\n    changes:\n{listed or '      []'}\n"
    [one] = overlay(parse_scenarios("s.yaml", text), signed())
    return one


def held_against(*changes: str) -> WhatIf:
    laid = scenario(*changes)
    return what_if(base(), assessed(laid.contracts), laid.touches)


def told(movers: Iterable[Mover]) -> dict[str, tuple[Any, ...]]:
    """By code: score, rank and grade as they become, what is received, the way, by which changes, through whom."""
    return {
        one.moved.code: (
            one.moved.after and (one.moved.after.final_score, one.moved.after.rank, one.moved.after.grade),
            one.received_fen[1] - one.received_fen[0], one.way.value, one.changes,
            *one.moved.through, *(["others"] if one.others_moved else []),
        )
        for one in movers
    }  # fmt: skip


def test_the_town_as_it_is() -> None:
    found = picture(base())
    village, cadre = found.spreads["water/village"], found.spreads["water/cadre"]
    assert (village.grades, village.mean, village.lowest, village.highest) == (
        {"fail": 3, "good": 1}, Fraction(350, 4), 80, 100,
    )  # fmt: skip
    assert cadre.grades == {"fail": 3, "good": 1}
    assert found.dues_fen == {
        ("water/village", "good", DueKind.AWARD): 100_000,
        ("water/cadre", "pledge", DueKind.REFUND): 200_000,
        ("water/cadre", "pledge", DueKind.REWARD): 200_000,
        ("water/cadre", "pledge", DueKind.FORFEIT): 600_000,
    }
    assert found.cost_fen == 300_000


def test_a_target_of_92_instead_of_95_percent() -> None:
    """甲村 passes with its 93%, and so does its secretary; 丙村 and 丁村 each lose a place or two to it."""
    found = held_against("village, at: items.visits.scoring.target, to: 92%")
    assert told(found.movers) == {
        "甲": (("100.00", 1, "good"), 100_000, "better", (0,)),
        "丙": (("90.00", 3, "good"), 0, "worse", (), "others"),
        "丁": (("80.00", 4, "fail"), 0, "worse", (), "others"),
        "g甲": (("100.00", 1, "good"), 400_000, "better", (), "甲"),
        "g丙": (("90.00", 3, "good"), 0, "worse", (), "others"),
        "g丁": (("80.00", 4, "fail"), 0, "worse", (), "others"),
    }
    assert [one.moved.code for one in found.going(Way.BETTER)] == ["g甲", "甲"]
    first = next(one.moved for one in found.movers if one.moved.code == "甲")
    assert [(one.id, one.before, one.after) for one in first.items] == [("visits", "40.00", "60.00")]
    assert found.after.spreads["water/village"].grades == {"good": 2, "fail": 2}
    assert (found.before.cost_fen, found.after.cost_fen) == (300_000, 600_000)
    assert found.after.of_kind_fen(DueKind.FORFEIT) == 400_000


def test_a_veto_that_is_not_there() -> None:
    """乙村 gets what it earned, and its secretary the deposit."""
    found = held_against("village, at: vetoes.fraud, remove: true")
    assert told(found.movers) == {
        "乙": (("100.00", 1, "good"), 100_000, "better", (0,)),
        "g乙": (("100.00", 1, "good"), 400_000, "better", (0,), "乙"),
    }
    assert {one.moved.vetoes_lost for one in found.movers} == {("fraud",)}
    assert found.after.cost_fen == 600_000


def test_a_deposit_doubled() -> None:
    """丙's secretary stands to win 8,000 instead of 4,000; whoever forfeits it, forfeits twice as much."""
    found = held_against("cadre, at: deposits.pledge.amount, to: 4000元")
    assert told(found.movers) == {
        "g丙": (("90.00", 2, "good"), 400_000, "better", (0,)),
        **{
            f"g{name}": ((score, rank, "fail"), 0, "equal", (0,))
            for name, score, rank in (("甲", "80.00", 3), ("乙", "100.00", 1), ("丁", "80.00", 3))
        },
    }
    assert found.after.cost_fen == 500_000
    assert found.after.of_kind_fen(DueKind.FORFEIT) == 1_200_000


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ("village, at: items.meetings.scoring.target, to: 9", {"丙"}),
        ("village, at: indicators.meetings.every, to: quarter", set()),
        ("village, at: sections.work.weight, to: 50%", {"甲", "乙", "丙", "丁"}),
        ("village, at: total, to: {start: 1}", {"甲", "乙", "丙", "丁"}),
        ("village, at: grades.good.when.score.at_least, to: 95", {"丙"}),
        ("village, at: awards.good.by_grade.good, to: 900元", {"丙"}),
        ("village, at: vetoes.fraud.effects.cap_grade, to: good", {"乙", "g乙"}),
        ("cadre, at: linkage.1.links.1.weight, to: 90%", {"g甲", "g乙", "g丙", "g丁"}),
        (
            "cadre, at: linkage.1.links.1, to: {contract: water/village, roles: [secretary], weight: 90%}",
            {"g甲", "g乙", "g丙", "g丁"},
        ),
    ],
)
def test_a_change_reaches_whom_it_touches(change: str, reached: set[str]) -> None:
    assert {one.moved.code for one in held_against(change).movers if one.changes} == reached


def test_without_a_change_nothing_moves() -> None:
    found = held_against()
    assert (found.movers, found.before) == ((), found.after)


def test_the_other_evaluator_agrees_with_every_scenario() -> None:
    for change in ("village, at: items.visits.scoring.target, to: 92%", "village, at: vetoes.fraud, remove: true"):
        laid = scenario(change)
        again = checked(assessed(laid.contracts), [one.contract for one in laid.contracts], backend(EngineName.POLARS))
        assert again.extent is Extent.ALL


def test_an_assessment_is_recorded_as_a_run_of_it_would_be_read() -> None:
    assert as_recorded(base()) == read_result(kept_text(base()), Span("run"))


# --- whatever the contract ---


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_scenario_without_changes_is_the_base(data: st.DataObject) -> None:
    parties = data.draw(contracts())
    agreed = [parties, *([data.draw(cadre_contracts(parties))] if data.draw(st.booleans()) else [])]
    year = data.draw(snapshots(*agreed))
    loaded = [parse_contract(f"{number}.yaml", as_yaml(one)) for number, one in enumerate(agreed)]
    [laid] = overlay(parse_scenarios("s.yaml", "scenarios: s\ntitle: t\ncompare: [{id: a, name: a}]\n"), loaded)
    before, after = (assess([one.contract for one in side], year) for side in (loaded, laid.contracts))
    assert what_if(before, after, laid.touches) == WhatIf(picture(before), picture(before), ())
