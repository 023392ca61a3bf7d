"""What a contract of the right shape may still have wrong: the corpus of bad contracts, and proofs on small worlds."""

from __future__ import annotations

from fractions import Fraction

import pytest
from bad_contracts.cases import HERE, Case, Fault, cases_of
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import checks
from rules.codes import CODES, Severity
from rules.diagnostic import Diagnostic, Refused
from rules.load import parse_contract
from rules.quantity import show

VILLAGE, CADRE = ((HERE / f"{name}.yaml").read_text(encoding="utf-8") for name in ("village", "cadre"))
TOPICS = ("names", "methods", "bands", "conditions", "cadres", "lints")
CASES = list(cases_of(*TOPICS))


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_each_fault_stands_under_its_carets(case: Case) -> None:
    assert faults_in(case.text) == case.faults


def faults_in(text: str) -> set[Fault]:
    return {(one.code, one.span.line, one.span.column, one.span.width) for one in told(text)}


def told(text: str) -> tuple[Diagnostic, ...]:
    """Everything that is said about a contract, lints included."""
    try:
        return parse_contract("x.yaml", text).warnings
    except Refused as refused:
        return refused.diagnostics


def test_the_corpus_is_large_and_meets_every_fault_of_meaning() -> None:
    assert len(CASES) + len(list(cases_of("shape", "quantities"))) >= 200
    between_files = {"DX203", "DX204", "DX205", "DX272", "DX273", "DX274", "DX275", "DX277"}
    in_scenarios = {
        "DX280",
        "DX281",
        "DX282",
        "DX283",
        "DX284",
        "DX285",
        "DX286",
        "DX330",
    }  # which have a corpus of their own
    deep = {"DX218"}  # five levels of parts are shown on its page
    met = {fault[0] for case in CASES for fault in case.faults}
    assert {code for code in CODES if "DX2" <= code < "DX4"} - between_files - in_scenarios - deep <= met


def test_errors_are_numbered_below_300_and_lints_above() -> None:
    for code, (severity, _) in CODES.items():
        if code < "DX4":
            assert (severity is Severity.WARNING) == (code >= "DX3"), code


# --- bands, against every value one by one -------------------------------------------------------------------------


def bands_text(bounds: list[tuple[str, Fraction, str, Fraction]]) -> str:
    parts = [
        f"{{{left}: {show(low)}, {right}: {show(high)}, points: 0}}" for left, low, right, high in bounds
    ]  # fmt: skip
    return f"{{method: tiers, bands: [{', '.join(parts)}]}}"


_HALVES = st.integers(0, 12).map(lambda halves: Fraction(halves, 2))
_BANDS = st.lists(
    st.tuples(st.sampled_from(["at_least", "above"]), _HALVES, st.sampled_from(["at_most", "below"]), _HALVES).filter(
        lambda band: band[1] < band[3] or (band[1] == band[3] and (band[0], band[2]) == ("at_least", "at_most"))
    ),
    min_size=1,
    max_size=4,
)


@given(_BANDS, st.sampled_from(["count", "number", "ratio"]))
@settings(max_examples=200, deadline=None)
def test_holes_and_overlaps_are_those_that_a_count_finds(
    bounds: list[tuple[str, Fraction, str, Fraction]], kind: str
) -> None:
    """Values from 0 to 6: whole for a count, tenths for a number, and for a ratio the ends and what lies between."""
    grid = {"count": Fraction(1), "number": Fraction(1, 10), "ratio": Fraction(1, 4)}[kind]
    decimals = ", decimals: 1" if kind == "number" else ""
    text = VILLAGE.replace(
        "{id: patrols, name: Patrols, kind: count}", "{id: patrols, name: Patrols, kind: count, statistic: yes}"
    )
    text = text.replace(
        "indicators:\n", f"indicators:\n  - {{id: x, name: X, kind: {kind}, lowest: 0, highest: 6{decimals}}}\n"
    )
    text = text.replace("indicator: patrols", "indicator: x").replace(
        "{method: proportional, target: 12}", bands_text(bounds)
    )

    inside = [sum(_holds(band, grid * step) for band in bounds) for step in range(int(6 / grid) + 1)]
    codes = {one.code for one in told(text)}
    assert ("DX220" in codes) == (0 in inside)
    assert ("DX221" in codes) == any(count > 1 for count in inside)


def _holds(band: tuple[str, Fraction, str, Fraction], value: Fraction) -> bool:
    left, low, right, high = band
    above = value >= low if left == "at_least" else value > low
    below = value <= high if right == "at_most" else value < high
    return above and below


@pytest.mark.parametrize(
    ("kind", "bands", "found"),
    [
        ("count", "[{at_least: 6, points: 40}, {at_most: 3, points: 0}]", "no band for 4 to 5"),
        ("count", "[{at_least: 6, points: 40}, {at_most: 4, points: 0}]", "no band for 5"),
        ("count", "[{at_least: 6, at_most: 9, points: 40}, {below: 6, points: 0}]", "no band for 10 or more"),
        ("count", "[{at_least: 6, points: 40}, {at_most: 8, points: 0}]", "two bands for 6 to 8"),
        ("ratio", "[{above: 90%, points: 40}, {below: 90%, points: 0}]", "no band for 90%"),
        ("ratio", "[{above: 90%, points: 40}, {below: 60%, points: 0}]", "no band for [60%, 90%]"),
        ("ratio", "[{at_least: 90%, points: 40}, {at_most: 2/3, points: 0}]", "no band for (2/3, 90%)"),
        ("ratio", "[{at_least: 90%, below: 1, points: 40}, {below: 90%, points: 0}]", "no band for [100%, +∞)"),
        ("number", "[{above: 5, points: 40}, {at_least: 0, at_most: 5, points: 0}]", "no band for -1 or less"),
    ],
)
def test_the_values_of_a_hole_or_overlap_are_named(kind: str, bands: str, found: str) -> None:
    text = VILLAGE.replace("kind: count", f"kind: {kind}")
    text = text.replace("{method: proportional, target: 12}", f"{{method: tiers, bands: {bands}}}")
    assert [str(one.found) for one in told(text)] == [found]


# --- lists of which the first match counts, against every score one by one -------------------------------------------

_BOUNDS = st.tuples(
    st.sampled_from(["at_least", "above"]), st.integers(0, 6), st.sampled_from(["at_most", "below"]), st.integers(0, 6)
)
_LINES = st.lists(
    st.tuples(_BOUNDS.filter(lambda bounds: bounds[1] < bounds[3]), st.booleans()), min_size=1, max_size=4
)


@given(_LINES)
@settings(max_examples=200, deadline=None)
def test_more_points_lead_to_a_worse_grade_where_a_count_finds_it(
    lines: list[tuple[tuple[str, int, str, int], bool]],
) -> None:
    """Whole scores from 0 to 6; with quotas, the grades that have one may be full."""
    grades = [
        f"  - {{id: g{index}, name: G, when: {{score: {{{left}: {low}, {right}: {high}}}}}{', at_most_count: 1' * quota}}}"
        for index, ((left, low, right, high), quota) in enumerate(lines)
    ]
    text = VILLAGE.replace("points: 20", "points: 2").replace("points: 40", "points: 2")
    text += "\n".join(["decimals: 0", "total: {full: 6}", "grades:", *grades, "  - {id: last, name: Last}"]) + "\n"
    bounds = [(left, Fraction(low), right, Fraction(high)) for (left, low, right, high), _ in lines]
    falls = False
    for full in (False, True):
        left = [bound for bound, (_, quota) in zip(bounds, lines, strict=True) if not (full and quota)]
        given = [
            next((at for at, band in enumerate(left) if _holds(band, Fraction(score))), len(left)) for score in range(7)
        ]
        falls |= any(later > min(given[:score]) for score, later in enumerate(given) if score)
    assert ("DX317" in {one.code for one in told(text)}) == falls


# --- several contracts together ------------------------------------------------------------------------------------


def together(*texts: str) -> list[tuple[str, int, str]]:
    loaded = [parse_contract(f"{number}.yaml", text) for number, text in enumerate(texts)]
    faults = checks.check_together([(one.contract, one.tree) for one in loaded])
    return [(one.span.path, one.span.line, one.code) for one in faults]


def test_a_linked_contract_assesses_parties_in_the_same_year() -> None:
    other_year = VILLAGE.replace("year: 2026", "year: 2025")
    paths = VILLAGE.replace("contract: roads", "contract: paths")
    assert together(VILLAGE, CADRE) == []
    assert together(CADRE, paths) == [("0.yaml", 12, "DX203")]
    assert together(other_year, CADRE) == [("1.yaml", 12, "DX203")]
    assert together(CADRE, CADRE.replace("contract: roads/cadre", "contract: roads")) == [
        ("0.yaml", 12, "DX203"),
        ("1.yaml", 12, "DX203"),
    ]


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ("item_met: repair", True),
        ("item_met: repairs", False),
        ("{all: [{item: trial, score: {at_least: 5}}, {not: {section: works, score: {below: 5}}}]}", False),
        ("grade: [good]", False),
        ("vetoed: false", True),
    ],
)
def test_a_condition_on_linked_parties_uses_the_names_of_their_contract(condition: str, known: bool) -> None:
    inner = condition if condition.startswith("{") else f"{{{condition}}}"
    cadre = CADRE.replace("when: {score: {at_least: 80}}", f"when: {{linked: all, is: {inner}}}")
    assert together(VILLAGE, cadre) == ([] if known else [("1.yaml", 22, "DX204")])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("contract: roads, is: {item_met: repair}", []),
        ("contract: roads, is: {item_met: repairs}", [("1.yaml", 14, "DX204")]),
        ("contract: road, is: {item_met: repair}", [("1.yaml", 14, "DX203")]),
        ("contract: town, is: {score: {at_least: 60}}", [("1.yaml", 14, "DX203")]),
    ],
)
def test_children_are_judged_by_the_names_of_the_contract_named(asked: str, told: list[tuple[str, int, str]]) -> None:
    town = f"{TOWN}  - {{id: behind, name: Behind, when: {{children: any, {asked}}}}}\n"
    assert together(VILLAGE, town) == told


TOWN = """\
contract: town
title: Town
version: 1
year: 2026
assesses: [town]
indicators:
  - {id: talks, name: Talks, kind: count}
sections:
  - id: work
    name: Work
    items:
      - {id: talking, name: Talking, indicator: talks, points: 100, scoring: {method: proportional, target: 10}}
warnings:
"""


def test_a_name_is_known_where_one_of_the_linked_contracts_knows_it() -> None:
    paths = VILLAGE.replace("contract: roads", "contract: paths").replace("id: repair", "id: mowing")
    both = CADRE.replace("weight: 100%", "weight: 50%\n      - {contract: paths, roles: [resident], weight: 50%}")
    asked = both.replace("when: {score: {at_least: 80}}", "when: {linked: any, is: {item_met: mowing}}")
    assert together(VILLAGE, paths, asked) == []


def test_payees_of_a_partys_award_hold_a_post_of_the_cadres_contract() -> None:
    award = "awards:\n  - {id: prize, name: Prize, per_point: ¥10, payees: [{post: %s, share: 50%%}]}\n"
    assert together(VILLAGE + award % "resident", CADRE) == []
    assert together(VILLAGE + award % "residents", CADRE) == [("0.yaml", 29, "DX204")]
    assert together(VILLAGE + award % "anybody") == []


def test_years_of_one_assessment_end_alike() -> None:
    november = VILLAGE.replace("year: 2026\n", "year: 2026\nyear_ends: 11\n").replace(
        "contract: roads", "contract: paths"
    )
    assert together(VILLAGE, november) == [("1.yaml", 5, "DX277")]
    assert together(november, VILLAGE) == [("1.yaml", 4, "DX277")]
    assert together(november, VILLAGE.replace("year: 2026", "year: 2025")) == []


def test_the_same_version_in_two_files() -> None:
    assert together(VILLAGE, VILLAGE) == [("1.yaml", 1, "DX205")]
