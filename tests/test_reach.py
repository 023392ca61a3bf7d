"""Whom a change reaches, by where it stands: on a contract with two sheets, derived values, rules and money."""

from __future__ import annotations

from functools import cache

import pytest

from engine.reach import Reach, reach
from rules.load import Loaded, parse_contract
from rules.overlay import overlay
from rules.scenario import parse_scenarios

ID = "water/village"
CONTRACT = """\
contract: water/village
title: 饮水安全责任状
version: 1
year: 2026
assesses: [village, community]
indicators:
  - {id: spare, name: 备用, kind: count, statistic: true}
  - {id: made, name: 已巡访, kind: count}
  - {id: due, name: 应巡访, kind: count}
  - {id: visits, name: 巡访率, kind: ratio, derived: {add: [made], per: [due]}}
  - {id: meetings, name: 例会次数, kind: count, every: month}
  - {id: mark, name: 评分, kind: mark}
sections:
  - id: work
    name: 工作
    items:
      - {id: visits, name: 巡访, points: 60, indicator: visits, scoring: {method: proportional, target: 95%}}
  - id: judged
    name: 评议
    items:
      - {id: mark, name: 评分, points: 40, indicator: mark, applies_to: {kinds: [community]}, scoring: {method: mark}}
periodic:
  - id: monthly
    name: 月考
    each: month
    combine: mean
    weight: 10%
    sections:
      - id: month
        name: 月
        items:
          - {id: meetings, name: 例会, points: 100, indicator: meetings, scoring: {method: proportional, target: 1}}
incidents: [{id: fraud, name: 弄虚作假}]
vetoes:
  - {id: fraud, name: 弄虚作假一票否决, when: {incident: fraud}, effects: {cap_grade: fail}}
grades:
  - {id: good, name: 达标, when: {score: {at_least: 90}}}
  - {id: fail, name: 不达标}
awards:
  - {id: good, name: 达标奖, by_grade: {good: 1000元}}
  - {id: shared, name: 共担奖, deposit_share: 10%}
"""


@cache
def signed() -> Loaded:
    return parse_contract("village.yaml", CONTRACT)


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ("at: items.visits.scoring.target, to: 92%", Reach(ID, items=frozenset({"visits"}))),
        ("at: items.visits.name, to: 巡户", Reach(ID)),
        ("at: title, to: 另一份", Reach(ID)),
        ("at: sections.work.weight, to: 50%", Reach(ID, sections=frozenset({"work"}))),
        ("at: sections.work, remove: true", Reach(ID, items=frozenset({"visits"}), sections=frozenset({"work"}))),
        ("at: items.meetings.points, to: 90", Reach(ID, items=frozenset({"meetings"}))),
        ("at: periodic.monthly.weight, to: 20%", Reach(ID, sheet=True)),
        ("at: periodic.monthly, remove: true", Reach(ID, sheet=True)),
        ("at: sections.month.weight, to: 50%", Reach(ID, sections=frozenset({"month"}))),
        ("at: indicators.due.decimals, to: 0", Reach(ID, items=frozenset({"visits"}))),
        ("at: indicators.spare, remove: true", Reach(ID)),
        ("at: vetoes.fraud.years, to: 2", Reach(ID, rules=frozenset({(ID, "fraud")}))),
        ("at: vetoes, remove: true", Reach(ID, rules=frozenset({(ID, "fraud")}))),
        ("at: grades.good.at_most, to: 20%", Reach(ID, grades=True)),
        ("at: awards.good.by_grade.good, to: 900元", Reach(ID, clauses=frozenset({(ID, "good")}))),
        ("at: awards, add: {id: more, name: 加奖, fixed: 10元}", Reach(ID, clauses=frozenset({(ID, "more")}))),
        (
            "at: incidents.fraud, to: {id: fraud, name: 弄虚作假, severities: [grave]}",
            Reach(ID, sheet=True),
        ),
        ("at: items.visits.applies_to, to: {kinds: [village]}", Reach(ID, items=frozenset({"visits"}))),
        (
            "at: awards.shared.payees, add: {post: secretary, share: 50%}",
            Reach(ID, clauses=frozenset({(ID, "shared")})),
        ),
        ("at: items.mark.applies_to.kinds, add: village", Reach(ID, items=frozenset({"mark"}))),
        ("at: total, to: {start: 1}", Reach(ID, sheet=True)),
        ("at: ranking, to: {peers: all}", Reach(ID, sheet=True)),
        (
            "at: sections.work.items, add: {id: more, name: 例评, points: 5, indicator: mark, scoring: {method: mark}}",
            Reach(ID, items=frozenset({"more"})),
        ),
    ],
)
def test_a_change_reaches_what_it_stands_in(change: str, reached: Reach) -> None:
    assert reaches(change) == [reached]


def test_places_are_those_of_the_contract_as_it_was() -> None:
    """Without its first indicator the others stand one place further up."""
    both = reaches("at: indicators.spare, remove: true", "at: indicators.meetings.highest, to: 31")
    assert both == [Reach(ID), Reach(ID, items=frozenset({"meetings"}))]


def reaches(*changes: str) -> list[Reach]:
    listed = "".join(f"      - {{contract: {ID}, {change}}}\n" for change in changes)
    text = f"scenarios: s\ntitle: t\ncompare:\n  - id: one\n    name: one\n    changes:\n{listed}"
    [laid] = overlay(parse_scenarios("s.yaml", text), [signed()])
    before, after = ({ID: one.contract} for one in (signed(), laid.contracts[0]))
    return [reach(touch, before, after) for touch in laid.touches]
