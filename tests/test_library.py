"""The shipped contracts: clean, lawful, bilingual, and worth what they say, worked out here without the engine."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.facts import Facts
from engine.score.interpret import interpret_all
from engine.statistics import VitalRecords
from rules.contract import Contract
from rules.load import load_contract, load_contracts
from rules.period import Cadence, Period
from rules.quantity import parse_number
from rules.record import Clause, Record
from rules.source import read_source
from rules.verdict import Veto
from targets.observation import Incident, IncidentState, Observation
from targets.party import Party
from targets.snapshot import Records, Snapshot

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / "rules" / "library"
FILES = sorted(LIBRARY.rglob("*.yaml"))
FAMILY_HEALTH = sorted((LIBRARY / "family_health").glob("*.yaml"))

every_contract = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")


def contract_of(path: Path) -> Contract:
    return load_contract(path).contract


def family_health(name: str) -> Contract:
    return contract_of(LIBRARY / "family_health" / f"{name}.yaml")


# --- loading ---------------------------------------------------------------------------------------------------------


@every_contract
def test_loads_without_any_diagnostic(path: Path) -> None:
    assert load_contract(path).warnings == ()


@pytest.mark.parametrize("folder", ["family_health", "examples"])
def test_contracts_of_a_folder_fit_together(folder: str) -> None:
    loaded = load_contracts(sorted((LIBRARY / folder).glob("*.yaml")))
    assert len({one.contract.contract for one in loaded}) == len(loaded) >= 2


@every_contract
def test_passes_the_safeguards(path: Path) -> None:
    safeguards = pytest.importorskip("rules.safeguards")
    assert safeguards.check(contract_of(path), read_source(path)) == []


def test_ids_are_those_the_documentation_names() -> None:
    assert {contract_of(path).contract for path in FAMILY_HEALTH} == {
        "family-health/village",
        "family-health/unit",
        "family-health/cadre",
    }


# --- words -----------------------------------------------------------------------------------------------------------


@every_contract
def test_every_name_is_in_both_languages(path: Path) -> None:
    contract = contract_of(path)
    assert _both(contract.title, contract.title_en), contract.title
    for part in _records(contract):
        if "name_en" in type(part).model_fields:
            assert _both(part.name, part.name_en), f"{part.name} / {part.name_en}"  # type: ignore[attr-defined]


@every_contract
def test_every_clause_but_an_indicator_names_its_article(path: Path) -> None:
    contract = contract_of(path)
    outcomes = [outcome for deposit in contract.deposits for outcome in deposit.outcomes]
    clauses = [part for part in _records(contract) if isinstance(part, Clause)]
    for clause in clauses:
        if clause in contract.indicators or clause in outcomes:
            continue
        assert re.fullmatch(r"第\d+条(?:第\d+款)?(?:第\d+项)?", clause.article), f"{clause.id}: {clause.article!r}"


def _both(chinese: str, english: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", chinese)) and bool(re.fullmatch(r"[ -~]+", english))


def _records(record: Record) -> Iterator[Record]:
    """The record and every record inside it."""
    yield record
    for name in type(record).model_fields:
        value = getattr(record, name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Record):
                yield from _records(inner)


# --- points ----------------------------------------------------------------------------------------------------------

Tree = dict[str, Any]


def _full_points(tree: Tree, **who: str) -> Fraction:
    """What one sheet is worth, from the text of the file alone: `who` gives kind, group or post."""
    if "sections" not in tree:
        return _linked_points(tree, who["posts"])
    annual = sum((_section_points(section, who) for section in tree["sections"]), Fraction(0))
    total = annual * parse_number(tree.get("annual_weight", "1")) + parse_number(tree["total"].get("start", "0"))
    for sheet in tree.get("periodic", ()):
        each = sum((_section_points(section, who) for section in sheet["sections"]), Fraction(0))
        assert sheet["combine"] == "mean"
        total += each * parse_number(sheet["weight"])
    return total


def _linked_points(tree: Tree, post: str) -> Fraction:
    """Each linked contract counts as 100."""
    links = [link for linkage in tree["linkage"] if post in linkage["posts"] for link in linkage["links"]]
    return sum((parse_number(link["weight"]) * 100 for link in links), Fraction(0))


def _section_points(section: Tree, who: dict[str, str]) -> Fraction:
    if section.get("kind", "base") != "base" or not _applies(section, who):
        return Fraction(0)
    if "start" in section:
        return parse_number(section["start"])
    points = sum((parse_number(item["points"]) for item in section["items"] if _applies(item, who)), Fraction(0))
    return points * parse_number(section.get("weight", "1"))


def _applies(part: Tree, who: dict[str, str]) -> bool:
    scope = part.get("applies_to", {})
    return all(who.get(key) in names for key, names in scope.items())


def _sheets(contract: Contract, tree: Tree) -> Iterator[dict[str, str]]:
    """Every kind (with every group) or post that has a sheet of its own."""
    parts = [part for section in tree.get("sections", ()) for part in (section, *section["items"])]
    scopes = [part.get("applies_to", {}) for part in parts]
    groups = sorted({group for scope in scopes for group in scope.get("groups", ())}) or [""]
    for kind in contract.assesses:
        yield from ({"kinds": kind, "groups": group} for group in groups)
    for post in contract.posts:
        yield {"posts": post.id}


@every_contract
def test_base_points_add_up_for_every_kind_group_and_post(path: Path) -> None:
    tree, contract = read_source(path).plain, contract_of(path)
    assert isinstance(tree, dict)
    for who in _sheets(contract, tree):
        assert _full_points(tree, **who) == contract.total.full, who


@pytest.mark.parametrize("name", ["village", "unit", "cadre"])
def test_the_family_health_contracts_are_worth_100(name: str) -> None:
    assert family_health(name).total.full == 100


def test_sections_of_the_village_contract() -> None:
    tree = read_source(LIBRARY / "family_health" / "village.yaml").plain
    assert isinstance(tree, dict)
    found = {section["id"]: _section_points(section, {"kinds": "village"}) for section in tree["sections"]}
    assert found == {
        "organisation": 12, "rooms_and_staff": 16, "services": 30, "publicity": 14, "assistance": 16,
        "governance": 12, "bonus": 0, "deductions": 0,
    }  # fmt: skip


def test_the_weights_of_each_linkage_add_up_to_one() -> None:
    contract = family_health("cadre")
    for linkage in contract.linkage:
        assert sum(link.weight for link in linkage.links) + linkage.personal == 1
    assert {post for linkage in contract.linkage for post in linkage.posts} == {post.id for post in contract.posts}


def test_every_scoring_method_is_used() -> None:
    used = {method for path in FAMILY_HEALTH for method in _methods(read_source(path).plain)}
    assert used == {
        "proportional", "all_or_nothing", "steps", "tiers", "linear", "improvement", "best_of", "worst_of", "sum_of",
        "per_event", "rank", "relative", "checklist", "mark",
    }  # fmt: skip


def _methods(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from ([node["method"]] if "method" in node else [])
        for value in node.values():
            yield from _methods(value)
    elif isinstance(node, list):
        for value in node:
            yield from _methods(value)


# --- what must not be there ------------------------------------------------------------------------------------------

REFUSED = re.compile(
    "出生|生育|孩次|[一二三多]孩|性别比|人口增长|结扎|绝育|引产|流产|人流|节育|避孕|上环|取环|环检|孕检|查环|查孕|四术|怀孕"
    r"|\bbirth|fertility|sterili|abort|\bIUD|contracep|\bacceptor|sex ratio|pregnancy test",
    re.IGNORECASE,
)


@every_contract
def test_no_birth_and_no_procedure_is_named_where_anything_is_scored_or_paid(path: Path) -> None:
    contract = contract_of(path)
    for text in _scored_texts(contract):
        assert not REFUSED.search(text), text


def _scored_texts(contract: Contract) -> Iterator[str]:
    """All words of the sheets and rules, and of every indicator that is not a mere statistic."""
    parts = (
        *contract.sections, *contract.periodic, *contract.incidents, *contract.warnings, *contract.vetoes,
        *contract.grades, *contract.deposits, *contract.awards,
        *(indicator for indicator in contract.indicators if not indicator.statistic),
    )  # fmt: skip
    for part in parts:
        for record in _records(part):
            yield from (value for value in record.__dict__.values() if isinstance(value, str))


def test_statistics_are_read_by_no_item_but_as_a_denominator() -> None:
    contract = family_health("village")
    statistics = {indicator.id for indicator in contract.indicators if indicator.statistic}
    read = {name for section in contract.all_sections() for item in section.items for name in _indicators_of(item)}
    assert not read & statistics
    for name in read:
        derived = contract.indicator_by_id[name].derived
        assert derived is None or not {*derived.add, *derived.subtract} & statistics


def _indicators_of(item: Record) -> Iterator[str]:
    yield from (name for record in _records(item) if (name := getattr(record, "indicator", None)))


def test_births_are_a_denominator_once() -> None:
    contract = family_health("village")
    using = [one.id for one in contract.indicators if one.derived and "births" in one.derived.sources]
    assert using == ["newborn_visit_rate"]
    derived = contract.indicator_by_id["newborn_visit_rate"].derived
    assert derived is not None
    assert derived.per == ("births",)


def test_the_standard_table_can_be_computed_from_the_statistics() -> None:
    contract = family_health("village")
    wanted = set(VitalRecords.__dataclass_fields__) - {"place", "year"}
    assert wanted <= {indicator.id for indicator in contract.indicators if indicator.statistic}


@every_contract
def test_nobody_is_scored_on_how_many_people_petition(path: Path) -> None:
    contract = contract_of(path)
    for indicator in contract.indicators:
        if "信访" in indicator.name:
            assert re.search("按期|逾期", indicator.name), indicator.name
    for kind in contract.incidents:
        assert "信访" not in kind.name or "打击报复" in kind.name, kind.name


# --- vetoes, grades, money -------------------------------------------------------------------------------------------

CONDUCT = {"coercion", "unlawful_fee", "falsified_statistics", "embezzled_subsidy", "retaliation"}


@pytest.mark.parametrize("name", ["village", "unit", "cadre"])
def test_conduct_that_hurts_people_is_vetoed(name: str) -> None:
    contract = family_health(name)
    for kind in CONDUCT:
        (veto,) = (one for one in contract.vetoes if one.when.model_dump().get("incident") == (kind,))
        assert _severe(veto)


def _severe(veto: Veto) -> bool:
    effects = veto.effects
    return (
        effects.cap_grade == "fail" and effects.cancel_awards and effects.forfeit_deposit == 1 and veto.follows_person
    )


def test_all_three_contracts_have_the_same_grades() -> None:
    assert {tuple(band.id for band in contract_of(path).grades) for path in FAMILY_HEALTH} == {
        ("excellent", "good", "pass", "fail")
    }
    for path in FAMILY_HEALTH:
        excellent = contract_of(path).grades[0]
        assert excellent.at_most == Fraction(1, 5)


def test_employees_pay_no_deposit_in_cash() -> None:
    contract = family_health("cadre")
    assert {deposit.basis for deposit in contract.deposits} == {"withheld_pay"}
    assert {post for deposit in contract.deposits for post in deposit.posts} == {post.id for post in contract.posts}
    for deposit in contract.deposits:
        vetoed, all_met, rest = deposit.outcomes[0], deposit.outcomes[1], deposit.outcomes[-1]
        assert vetoed.refund == rest.refund == 0
        assert vetoed.forfeit_to == rest.forfeit_to == "work_fund"
        assert all_met.refund == all_met.reward_times == 1


# --- two examples worked by hand -------------------------------------------------------------------------------------


def test_a_village_by_month_and_year() -> None:
    """Eleven months 36 + 8 + 9 and 60 - (5 + 2); in December nothing is added and 25 overdue faults leave 60 - 20.

    Months: 11 x 106 + 40 = 1206, mean 100.50, x 60% = 60.30. Year: 50 x 9/10 + (20 - 2 x 2) + 30 x (80 - 50)/(90 - 50)
    = 45 + 16 + 22.50 = 83.50, x 40% = 33.40. Two honours add 4: 97.70.
    """
    months = [Period(2026, Cadence.MONTH, month) for month in range(1, 13)]
    busy = {"priority_work": 36, "stage_work": 8, "assigned_work": 9, "illegal_building": 1, "environment_faults": 2}
    still = {"priority_work": 0, "stage_work": 0, "assigned_work": 0, "illegal_building": 0, "environment_faults": 25}
    quiet = {"safety_hazards": 0, "petitions_overdue": 0, "late_information": 0}
    year = {"annual_tasks": (9, 10), "income_growth": (6, 100), "villagers_vote": (80, 1)}
    observations = (
        *(
            Observation("V1", name, month, value, 1)
            for month in months
            for name, value in {**(still if month.number == 12 else busy), **quiet}.items()
        ),
        *(Observation("V1", name, Period(2026, Cadence.YEAR, 1), *value) for name, value in year.items()),
    )
    assert _total("village_monthly", observations, ("honour", "honour")) == Fraction("97.70")


def test_a_village_under_the_work_safety_contract() -> None:
    """10 of 12 inspections 6 - 2 x 0.5 = 5; hazards 34 x 18/20 = 30.60; papers 6 + 4 = 10; one drill of two 5;
    90% trained 15; 15 minutes 15 x (30 - 15)/20 = 11.25; a serious injury takes 15: 76.85 - 15 = 61.85.
    """
    year = Period(2026, Cadence.YEAR, 1)
    observations = (
        *(Observation("V1", "inspections", Period(2026, Cadence.MONTH, month), 1, 1) for month in range(1, 11)),
        *(
            Observation("V1", "hazards_closed", Period(2026, Cadence.QUARTER, quarter), met, due, counted=True)
            for quarter, met, due in ((1, 5, 5), (2, 4, 5), (3, 9, 10), (4, 0, 0))
        ),
        *(Observation("V1", "duty_papers", year, tick, 1, entry) for entry, tick in (("pledges", 1), ("plan", 1))),
        Observation("V1", "drills", Period(2026, Cadence.HALF_YEAR, 1), 0, 1),
        Observation("V1", "drills", Period(2026, Cadence.HALF_YEAR, 2), 1, 1),
        Observation("V1", "trained", year, 90, 100, counted=True),
        Observation("V1", "response_minutes", year, 15, 1),
    )
    assert _total("work_safety_village", observations, ("serious_injury",)) == Fraction("61.85")


def _total(name: str, observations: tuple[Observation, ...], kinds: tuple[str, ...]) -> Fraction:
    """The total of village V1, with a substantiated incident of each of the kinds."""
    day = date(2026, 6, 1)
    incidents = tuple(
        Incident(f"I{number}", "V1", kind, day, day, IncidentState.SUBSTANTIATED, "paper")
        for number, kind in enumerate(kinds)
    )
    records = Records(parties=(Party("V1", "示例村", "village"),), observations=observations, incidents=incidents)
    outcomes, faults = interpret_all(Facts(contract_of(LIBRARY / "examples" / f"{name}.yaml"), Snapshot(2026, records)))
    assert faults == []
    return outcomes[0].total


# --- documentation ---------------------------------------------------------------------------------------------------


def test_the_page_of_the_library_is_current() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "generate_library.py"))["page"]()
    written = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    assert written == page, "run: python docs/generate_library.py"
