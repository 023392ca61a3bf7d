"""What is wrong in published schemes is found: sums that do not add up, bands with holes, rows that some parties lack.

Each contract is the few lines of the original in which the mistake stands, with its figures; the line it is told of ends
with a comment that names the codes.
"""

from __future__ import annotations

import re

import pytest

from rules.diagnostic import Diagnostic, Refused
from rules.load import parse_contract

_MARKED = re.compile(r"#((?: DX\d{3})+)$")

HEALTH_SUPERVISION = """
contract: health_supervision
title: Assistance in health supervision
version: 1
year: 2026
assesses: [town]
total: {full: 12, bonus_cap: 15} # DX314
indicators:
  - {id: leads, name: Leads reported, kind: count}
  - {id: valuable, name: Valuable leads, kind: count}
  - {id: model, name: Model of its kind, kind: mark}
sections:
  - id: reporting
    name: Reporting
    items:
      - id: leads
        name: Leads
        indicator: leads
        points: 12
        scoring: {method: steps, target: 6, per: 1, deduct: 2, step: completed}
  - id: reporting_more
    name: More leads
    kind: bonus
    points: 10 # DX302
    items:
      - id: further
        name: Leads beyond six, at most 2, and valuable ones, at most 5
        points: 7
        scoring:
          method: sum_of
          parts:
            - {points: 2, indicator: leads, scoring: {method: per_event, beyond: 6, add: 0.2}}
            - {points: 5, indicator: valuable, scoring: {method: per_event, add: 0.5}}
  - id: other
    name: Other bonuses
    kind: bonus
    points: 5
    items:
      - {id: model, name: Model, indicator: model, points: 5, scoring: {method: mark}}
"""

RIVER_CHIEFS = """
contract: river_chiefs
title: River chiefs
version: 1
year: 2026
assesses: [town]
total: {full: 100, floor: none}
incidents:
  - {id: praised, name: Praised, severities: [province, city]}
  - {id: exposed, name: Exposed, severities: [province, city]}
indicators:
  - {id: office, name: River office, kind: mark}
  - {id: lake, name: Lake, kind: mark}
  - {id: dredging, name: Dredging, kind: checklist, entries: [{id: ledger, name: Ledger}, {id: dredgers, name: Dredgers}]}
sections:
  - id: office
    name: River office and departments
    items:
      - {id: i1, name: Office, indicator: office, points: 95, scoring: {method: mark}}
      - id: i7
        name: The lake, in one town
        indicator: lake
        points: 2
        scoring: {method: mark}
        applies_to:
          codes: ["320125100000"] # DX318
      - id: i18
        name: Dredging
        indicator: dredging
        points: 3 # DX310
        scoring: {method: checklist, entries: {ledger: 1, dredgers: 1}}
  - id: praise
    name: Praised, the heading says 7
    kind: bonus
    points: 7 # DX302
    items:
      - id: i25a
        name: Praised
        points: 20
        scoring: {method: per_event, incident: praised, add: 10, by_severity: {province: 20}}
  - id: exposure
    name: Exposed, the heading says 7
    kind: deduction
    points: 7 # DX302
    items:
      - id: i25b
        name: Exposed
        points: 0
        scoring: {method: per_event, incident: exposed, deduct: 10, by_severity: {province: 20}, lowest: none}
"""

MINING_OFFICE = """
contract: departments
title: River chiefs, the departments
version: 1
year: 2026
assesses: [unit]
total: {full: 100}
indicators:
  - {id: common, name: Common, kind: mark}
  - {id: sand, name: Sand, kind: mark}
  - {id: mines, name: Mines, kind: mark}
  - {id: media, name: Media, kind: count}
sections:
  - id: common
    name: Common to all departments
    points: 40
    items:
      - {id: common, name: Common, indicator: common, points: 30, scoring: {method: mark}}
      - id: media
        name: Media, 5 and 2 and 3 and 2 and 1
        indicator: media
        points: 10
        scoring:
          method: sum_of
          parts: # DX319
            - {points: 5, scoring: {method: per_event, add: 5}}
            - {points: 2, scoring: {method: per_event, add: 1}}
            - {points: 3, scoring: {method: per_event, add: 1}}
            - {points: 2, scoring: {method: per_event, add: 1}}
            - {points: 1, scoring: {method: per_event, add: 1}}
  - id: mining
    name: Mining office
    points: 60 # DX302
    items:
      - {id: sand, name: Sand, indicator: sand, points: 30, scoring: {method: mark}}
      - {id: mines, name: Mines, indicator: mines, points: 20, scoring: {method: mark}}
"""

CARELESS_BANDS = """
contract: bands
title: Bands as they were published
version: 1
year: 2026
assesses: [town]
indicators:
  - {id: score, name: Score of the upper office, kind: number, decimals: 1}
sections:
  - id: bands
    name: Bands
    items:
      - id: s05
        name: 170 to 189, then 190
        indicator: score
        points: 40
        scoring:
          method: tiers
          bands:
            - {at_least: 190, points: 40}
            - {at_least: 170, at_most: 189, points: 20}
            - {below: 170, points: 0}
      - id: p03
        name: 95 twice
        indicator: score
        points: 40
        scoring:
          method: tiers
          bands:
            - {at_least: 95, points: 40}
            - {at_least: 80, at_most: 95, points: 20}
            - {below: 80, points: 0}
      - id: v13
        name: above 30, and 30 or more
        indicator: score
        points: 20
        scoring:
          method: tiers
          bands:
            - {above: 30, points: 20}
            - {at_least: 30, points: 10}
            - {below: 30, points: 0}
"""

CARELESS_GRADES = """
contract: grades
title: 80 to 94, then 95
version: 1
year: 2026
assesses: [town]
indicators:
  - {id: done, name: Done, kind: ratio}
sections:
  - id: work
    name: Work
    items:
      - {id: done, name: Done, indicator: done, points: 100, scoring: {method: proportional, target: 100%}}
grades:
  - {id: a, name: Excellent, when: {score: {at_least: 95}}}
  - {id: b, name: Good, when: {score: {at_least: 80, at_most: 94}}} # DX317
  - {id: c, name: Fair}
"""

CARELESS_DEPOSIT = """
contract: deposit
title: Outcomes out of 200
version: 1
year: 2026
posts: [{id: leader, name: Leader}]
accounts: [treasury]
total: {full: 200}
indicators:
  - {id: done, name: Done, kind: ratio}
sections:
  - id: work
    name: Work
    items:
      - {id: done, name: Done, indicator: done, points: 200, scoring: {method: proportional, target: 100%}}
deposits:
  - id: s05
    name: Deposit
    posts: [leader]
    amount: ¥20,000
    basis: deposit
    outcomes:
      - {id: a, name: A, when: {score: {at_least: 190}}, refund: 100%, reward_times: 0.5}
      - {id: b, name: B, when: {score: {at_least: 170, at_most: 189}}, refund: 100%} # DX317
      - {id: c, name: C, when: {score: {at_least: 150, below: 170}}, refund: 70%, forfeit_to: treasury}
      - {id: d, name: D, refund: 0%, forfeit_to: treasury}
"""
ORIGINALS = {
    "bonuses of 10 and 15 that give 7 and 12": HEALTH_SUPERVISION,
    "2 of 3 points, 98 of 100, and 7 that move 20": RIVER_CHIEFS,
    "50 of 60 points, and 13 under 10": MINING_OFFICE,
    "grades with a hole": CARELESS_GRADES,
    "outcomes of a deposit with a hole": CARELESS_DEPOSIT,
}


@pytest.mark.parametrize("text", ORIGINALS.values(), ids=ORIGINALS)
def test_the_mistake_of_the_original_is_found_and_nothing_else(text: str) -> None:
    marked = [(number, _MARKED.search(line)) for number, line in enumerate(text.splitlines(), start=1)]
    wanted = {(number, code) for number, match in marked if match for code in match[1].split()}
    assert {(one.span.line, one.code) for one in told(text)} == wanted


def test_holes_and_overlaps_of_bands_are_named_to_the_last_decimal() -> None:
    assert [(one.code, str(one.found)) for one in told(CARELESS_BANDS)] == [
        ("DX220", "no band for 189.1 to 189.9"),
        ("DX221", "two bands for 95"),
        ("DX221", "two bands for 30.1 or more"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "found", "expected"),
    [
        (HEALTH_SUPERVISION, "DX314", "a cap of 15", "less than 12, the most that the bonus sections give"),
        (HEALTH_SUPERVISION, "DX302", "10 points", "7, as its items give"),
        (RIVER_CHIEFS, "DX310", "3 points, of which 2 can be earned", "points that somebody can earn"),
        (RIVER_CHIEFS, "DX318", "100 points for 320125100000, 98 points for the others", "100 points for everybody"),
        (RIVER_CHIEFS, "DX302", "7 points", "a floor of -7: its items take without limit"),
        (MINING_OFFICE, "DX302", "60 points", "50, as its items give"),
        (MINING_OFFICE, "DX319", "parts of 13 points together", "10 points, or highest: where the sum stops"),
        (CARELESS_GRADES, "DX317", "a score of 94.01 to 94.99 gets Fair", "no less than lower scores get: Good"),
        (CARELESS_DEPOSIT, "DX317", "a score of 189.01 to 189.99 gets D", "no less than lower scores get: B"),
    ],
)
def test_it_is_said_in_the_figures_of_the_original(text: str, code: str, found: str, expected: str) -> None:
    assert (code, found, expected) in {(one.code, str(one.found), str(one.expected)) for one in told(text)}


def test_scores_copied_from_another_full_total_are_never_paid() -> None:
    out_of_100 = CARELESS_DEPOSIT.replace("200}", "100}").replace("points: 200", "points: 100")
    assert [one.code for one in told(out_of_100)] == ["DX320"] * 3


def test_minus_so_much_a_point_is_refused() -> None:
    award = "awards:\n  - {id: below, name: Below 900, per_point: -5元, above: 90}\n"
    with pytest.raises(Refused) as refused:
        parse_contract("x.yaml", CARELESS_GRADES + award)
    assert "DX263" in {one.code for one in refused.value.diagnostics}


def told(text: str) -> tuple[Diagnostic, ...]:
    """Everything that is said about a contract."""
    try:
        return parse_contract("x.yaml", text).warnings
    except Refused as refused:
        return refused.diagnostics
