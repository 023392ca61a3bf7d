"""Scenarios over contracts: where a path leads, what a change makes of a contract, and in which file each fault stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.amend import content_hash
from rules.assumption import AssumedBetaBinomial
from rules.clause_path import Found, Lost, find
from rules.diagnostic import Diagnostic, Refused
from rules.load import Loaded, contract_of, load_contract, load_contracts, parse_contract
from rules.overlay import Overlaid, Touch, overlay
from rules.quantity import show
from rules.scenario import Scenarios, load_scenarios, parse_scenarios

HERE = Path(__file__).parent / "bad_scenarios"
BASES = ("village.yaml", "cadre.yaml")
FILES = sorted(path.stem for path in HERE.glob("*.yaml") if path.name not in BASES)
MARKED = re.compile(r"#((?: DX\d{3})+)$")
ELSEWHERE = re.compile(r"# (\w+\.yaml):(\d+)((?: DX\d{3})+)$")


def base() -> tuple[Loaded, ...]:
    return load_contracts([HERE / name for name in BASES])


def laid(*changes: Mapping[str, Any], over: Sequence[Loaded] | None = None) -> Overlaid:
    """One scenario with these changes, of the contract for villages unless they say otherwise."""
    every = [{"contract": "water/village"} | dict(change) for change in changes]
    file = {"scenarios": "s", "title": "t", "compare": [{"id": "one", "name": "one", "changes": every}]}
    text = yaml.safe_dump(file, allow_unicode=True, default_style='"', sort_keys=False)
    [one] = overlay(parse_scenarios("s.yaml", text), over or base())
    return one


# --- what is wrong ---


@pytest.mark.parametrize("name", FILES)
def test_each_fault_stands_on_the_line_that_is_marked(name: str) -> None:
    lines = enumerate((HERE / f"{name}.yaml").read_text("utf-8").splitlines(), start=1)
    marked = {mark for number, line in lines for mark in marks(f"{name}.yaml", number, line)}
    assert {(Path(one.span.path).name, one.span.line, one.code) for one in told(HERE / f"{name}.yaml")} == marked


def marks(path: str, number: int, line: str) -> list[tuple[str, int, str]]:
    """Of a line of the scenarios, or, where it is a comment alone, of the line of the contract that it names."""
    if elsewhere := ELSEWHERE.fullmatch(line):
        return [(elsewhere[1], int(elsewhere[2]), code) for code in elsewhere[3].split()]
    found = MARKED.search(line)
    return [(path, number, code) for code in found[1].split()] if found else []


def told(path: Path) -> tuple[Diagnostic, ...]:
    try:
        return tuple(warning for one in overlay(load_scenarios(path), base()) for warning in one.warnings)
    except Refused as refused:
        return refused.diagnostics


def test_every_fault_of_scenarios_is_met() -> None:
    met = {fault.code for name in FILES for fault in told(HERE / f"{name}.yaml")}
    assert {"DX280", "DX281", "DX282", "DX283", "DX284", "DX330"} <= met


def test_what_a_change_makes_wrong_elsewhere_names_the_change_beside_it() -> None:
    [fault, *_] = [one for one in told(HERE / "contract.yaml") if one.code == "DX201"]
    assert [(Path(one.path).name, one.line) for one in fault.also] == [("contract.yaml", 14), ("contract.yaml", 15)]


def test_unknown_steps_are_guessed() -> None:
    hints = [str(one.hint) for one in told(HERE / "places.yaml") if one.code in ("DX280", "DX281") and one.hint]
    assert hints[:3] == ["did you mean visits?", "did you mean work?", "did you mean scoring?"]
    assert hints[-1] == "a key that the contract does not write is set whole: at: total"


@pytest.mark.parametrize("code", ["DX400", "DX404"])
def test_no_scenario_scores_births(code: str) -> None:
    """Not to see what would happen, either; the lines are those of the scenario, or it stands beside them."""
    faults = [one for one in told(HERE / "safeguards.yaml") if one.code == code]
    assert faults
    assert all("safeguards.yaml" in {Path(place.path).name for place in (one.span, *one.also)} for one in faults)


# --- where a path leads ---

SHEETS = {
    "sections": [{"id": "work", "items": [{"id": "a", "scoring": {"method": "x", "bands": [{"points": "1"}]}}]}],
    "periodic": [{"id": "monthly", "sections": [{"id": "month", "items": [{"id": "b"}, {"id": "c"}]}]}],
    "roles": ["secretary", "leader"],
    "awards": [{"id": "good", "by_grade": {"good": "1"}}],
}


@pytest.mark.parametrize(
    ("path", "at", "written"),
    [
        ("roles", ("roles",), True),
        ("roles.leader", ("roles", 1), True),
        ("sections", ("sections",), True),
        ("sections.work", ("sections", 0), True),
        ("sections.month.items", ("periodic", 0, "sections", 0, "items"), True),
        ("sections.work.items.a", ("sections", 0, "items", 0), True),
        ("items.a", ("sections", 0, "items", 0), True),
        ("items.c.points", ("periodic", 0, "sections", 0, "items", 1, "points"), False),
        ("items.a.scoring.bands.1.points", ("sections", 0, "items", 0, "scoring", "bands", 0, "points"), True),
        ("periodic.monthly.weight", ("periodic", 0, "weight"), False),
        ("awards.good.by_grade.fair", ("awards", 0, "by_grade", "fair"), False),
        ("total", ("total",), False),
    ],
)
def test_a_path_leads_to_a_clause_by_its_ids(path: str, at: tuple[int | str, ...], written: bool) -> None:
    assert find(SHEETS, path) == Found(at, written)


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("items", Lost("", "items", ("a", "b", "c"))),
        ("items.d.points", Lost("d", "items", ("a", "b", "c"))),
        ("sections.x", Lost("x", "sections", ("work", "month"))),
        ("roles.1", Lost("1", "roles", ("secretary", "leader"))),
        ("items.a.scoring.bands.0", Lost("0", "items.a.scoring.bands", ("1",))),
        ("items.a.scoring.bands.1.points.x", Lost("x", "items.a.scoring.bands.1.points", ())),
        ("total.full", Lost("full", "", tuple(SHEETS), is_key=True)),
        ("awards..name", Lost("", "awards", ("good",))),
        (".", Lost("", "", tuple(SHEETS), is_key=True)),
    ],
)
def test_or_it_ends(path: str, lost: Lost) -> None:
    expected = replace(lost, step="total") if path == "total.full" else lost
    assert find(SHEETS, path) == expected


# --- what comes out ---


def test_a_change_sets_one_place_and_leaves_the_rest_where_it_is() -> None:
    village, cadre = base()
    one = laid({"at": "items.visits.scoring.target", "to": "92%"})
    changed, same = one.contracts
    assert same == cadre
    scoring = changed.contract.item_by_id["visits"].scoring
    assert (show(scoring.target), show(scoring.floor)) == ("0.92", "0.5")  # type: ignore[union-attr, arg-type]
    assert (changed.contract.contract, changed.contract.version) == ("water/village", 1)
    assert content_hash(changed.contract) != content_hash(village.contract)
    at = ("sections", 0, "items", 1, "scoring", "target")
    assert one.touches == (Touch("water/village", at),)
    places = changed.tree.values
    assert places.pop(at).path == "s.yaml"
    assert places == {where: span for where, span in village.tree.values.items() if where != at and -1 not in where}
    assert village == base()[0], "the contract as it was signed is not touched"


def test_entries_are_added_at_the_end_or_before_another_and_removed() -> None:
    fair = {"id": "fair", "name": "合格", "when": {"score": {"at_least": "70"}}}
    fire = {"id": "fire", "name": "火灾一票否决", "when": {"incident": "fraud"}, "effects": {"deduct": "1"}}
    one = laid(
        {"at": "grades", "add": fair, "before": "fail"},
        {"at": "vetoes.fraud", "remove": "true"},
        {"at": "vetoes", "add": fire},
        {"at": "roles", "remove": "true"},
    )
    changed = one.contracts[0].contract
    assert [grade.id for grade in changed.grades] == ["good", "fair", "fail"]
    assert ([veto.id for veto in changed.vetoes], changed.roles) == (["fire"], ())
    assert one.touches[0] == Touch("water/village", ("grades",), "fair")


def test_entries_go_into_a_list_that_is_not_written() -> None:
    [village, _] = base()
    tree = replace(village.tree, plain={key: value for key, value in village.tree.plain.items() if key != "awards"})  # type: ignore[union-attr, attr-defined]
    awards = [{"id": f"a{n}", "name": "奖", "fixed": "¥10"} for n in (1, 2)]
    one = laid(*({"at": "awards", "add": award} for award in awards), over=[contract_of(tree)])
    assert [award.id for award in one.contracts[0].contract.awards] == ["a1", "a2"]
    assert one.contracts[0].tree.span(("awards", 1, "fixed")).path == "s.yaml"


def test_warnings_that_the_contract_has_anyway_are_not_said_again() -> None:
    text = (HERE / "village.yaml").read_text("utf-8") + "states: [lagging]\n"
    village = parse_contract("village.yaml", text)
    assert [warning.code for warning in village.warnings]
    assert laid({"at": "title", "to": "另一份"}, over=[village]).warnings == ()


def test_a_file_says_what_it_is_about() -> None:
    text = """\
scenarios: water/targets
title: 目标调整
contracts: [village.yaml, ../cadre.yaml]
budget: 10万元
assumptions:
  - {indicator: visits, of: [甲村], model: beta_binomial, mean: 92%}
  - {incident: fraud, model: poisson, rate: 0.1}
together: 0.2
compare: [{id: base, name: 原样, name_en: As it is}]
"""
    read = parse_scenarios("town/s.yaml", text)
    assert read.file.budget == 10_000_000
    visits, fraud = read.file.assumptions
    assert isinstance(visits, AssumedBetaBinomial)
    assert (visits.subject, visits.of, show(visits.mean), fraud.subject) == ("visits", ("甲村",), "0.92", "fraud")
    assert read.contract_files() == (Path("town/village.yaml"), Path("town/../cadre.yaml"))
    assert "$defs" in Scenarios.model_json_schema(by_alias=True)


# --- whatever the changes ---

CHANGES: tuple[dict[str, Any], ...] = (
    {"at": "items.visits.scoring.target", "to": "92%"},
    {"at": "items.visits.scoring.cap", "to": "110%"},
    {"at": "items.meetings.points", "to": "45"},
    {"at": "vetoes.fraud.years", "to": "2"},
    {"at": "awards", "add": {"id": "more", "name": "加奖", "fixed": "¥10"}},
    {"at": "awards.good.by_grade.good", "to": "¥2,000"},
    {"at": "grades", "add": {"id": "fair", "name": "合格", "when": {"score": {"at_least": "70"}}}, "before": "fail"},
    {"at": "note", "to": "试算"},
    {"contract": "water/cadre", "at": "deposits.pledge.amount", "to": "¥4,000"},
)


@given(st.lists(st.sampled_from(CHANGES), unique_by=lambda one: one["at"]), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_changes_means_nothing(changes: list[dict[str, Any]], chance: Any) -> None:
    other = list(changes)
    chance.shuffle(other)
    first, second = laid(*changes), laid(*other)
    assert [one.contract for one in first.contracts] == [one.contract for one in second.contracts]
    assert {*first.touches} == {*second.touches}


@given(st.data())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_value_set_to_what_it_is_changes_nothing_and_is_told(data: st.DataObject) -> None:
    [village, cadre] = base()
    places = sorted(
        path for path in paths(village.tree.plain) if path.split(".")[0] not in ("contract", "version", "year")
    )
    path = data.draw(st.sampled_from(places))
    found = find(village.tree.plain, path)
    assert isinstance(found, Found)
    one = laid({"at": path, "to": village.tree.at(found.at)})
    assert [changed.contract for changed in one.contracts] == [village.contract, cadre.contract]
    assert [warning.code for warning in one.warnings] == ["DX330"]


RICH = load_contract(HERE.parent / "bad_contracts" / "rich.yaml")
VALUES: tuple[Any, ...] = ("x", "-5", "95%", "", [], {}, {"id": "zz"}, ["1"], {"id": {"id": "x"}}, [[{}]])


@given(st.data())
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_changed_nothing_but_refused_escapes_and_every_fault_has_its_line(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths(RICH.tree.plain)))
    change = data.draw(
        st.one_of(
            st.just({"remove": "true"}),
            st.sampled_from(VALUES).map(lambda value: {"to": value}),
            st.sampled_from(VALUES).map(lambda value: {"add": value}),
        )
    )
    ending = data.draw(st.sampled_from(["", "", ".name", ".x"]))
    try:
        one = laid({"contract": RICH.contract.contract, "at": path + ending} | change, over=[RICH])
    except Refused as refused:
        places = [fault.span for fault in refused.diagnostics]
        assert all(place.line for place in places)
        assert {place.path for place in places} <= {"s.yaml", RICH.tree.path}
    else:
        assert one.contracts[0].contract.contract == RICH.contract.contract


def paths(node: Any, before: str = "") -> list[str]:
    """Every path that leads anywhere, without the empty one."""
    inside: list[tuple[str, Any]] = []
    match node:
        case dict():
            inside = list(node.items())
        case list():
            ids = [one["id"] if isinstance(one, dict) and "id" in one else one for one in node]
            inside = [
                (name if isinstance(name, str) else str(at), one)
                for at, (name, one) in enumerate(zip(ids, node, strict=True), 1)
            ]
    return [path for name, one in inside for path in (before + name, *paths(one, f"{before}{name}."))]
