"""Hypothesis strategies: contracts that the checks accept, and the records of a year that fit them.

`contracts()` draws a contract for parties, `parent_contracts(parties)` one for those above them in the tree, judged by
them, `cadre_contracts(parties)` one for the cadres who answer for them, and
`snapshots(*contracts)` a year without a fault. Two evaluators can be held to each other by

    @given(st.data())
    def test_they_agree(data):
        contract = data.draw(contracts())
        snapshot = data.draw(snapshots(contract))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import yaml
from hypothesis import strategies as st
from strategies_conditions import Sight, condition_trees
from strategies_money import Purse, money_trees
from strategies_records import snapshots
from strategies_scoring import (
    SEVERITIES,
    SPARSE,
    Draw,
    Supply,
    Tree,
    amounts,
    item_trees,
    items_of_past,
    items_of_scores,
    limits,
)

from rules.contract import Contract
from rules.indicator import Kind
from rules.quantity import parse_number, show
from rules.sheet import SectionKind

__all__ = ["as_yaml", "cadre_contracts", "contracts", "parent_contracts", "snapshots"]

YEAR = "2026"
ROLES = ("guide", "leader")
INCIDENTS = ("fire", "fraud")
STATES = ("lagging",)
ENTRIES = [{"id": "room", "name": "room"}, {"id": "books", "name": "books"}, {"id": "staff", "name": "staff"}]
# The month that the year ends with -> how often something may be reported in such a year.
CADENCES = {"12": ("year", "year", "half_year", "quarter"), "6": ("year", "half_year", "quarter"), "9": ("year", "quarter"),
            "11": ("year", "month"), "2": ("year", "month")}  # fmt: skip


@st.composite
def contracts(draw: Draw, *, fair: bool = False) -> Contract:
    """A contract for villages and communities. `fair`: in every item a better value never earns less."""
    decimals = draw(st.integers(0, 4))
    ends = draw(st.sampled_from(["12"] * 8 + [*CADENCES]))
    indicators = [_anchor(ends), *draw(_indicator_trees("v", ends))]
    tree = draw(_sheets("v", Supply(indicators, INCIDENTS, decimals, fair, lower=fair and draw(st.booleans()))))
    tree |= {
        "contract": "villages", "title": "villages", "version": "1", "year": YEAR, "year_ends": ends,
        "decimals": str(decimals),
        "assesses": ["village", "community"], "states": list(STATES), "roles": list(ROLES),
        "incidents": [{"id": name, "name": name, "severities": list(SEVERITIES)} for name in INCIDENTS],
    }  # fmt: skip
    tree |= draw(_verdicts(tree, decimals, ROLES, ()))
    return _drawn(tree | draw(money_trees(_purse_of(tree))))


@st.composite
def parent_contracts(draw: Draw, parties: Contract) -> Contract:
    """A contract for villages, scored by the totals of the parties below them, or their own, and judged by what
    the parties below came to."""
    decimals, ends = draw(st.integers(0, 4)), str(parties.year_ends)
    supply = Supply([_anchor(ends) | {"id": "t_anchor"}, *draw(_indicator_trees("t", ends))], (), decimals)
    tree = draw(_sheets("t", supply))
    scores = draw(
        st.sampled_from([{"of": "children", "take": take} for take in ("sum", "mean", "best", "worst")] + [{}])
    )
    made: Tree = {"id": "t_total", "name": "total", "kind": "number", "scores": {"contract": parties.contract} | scores}
    items = [draw(items_of_scores("t_below_i", made, supply))]
    tree["indicators"], sections = [*tree["indicators"], made], tree["sections"]
    tree |= {
        "contract": "above", "title": "above", "version": "1", "year": YEAR, "year_ends": ends, "decimals": str(decimals),
        "assesses": ["village"], "states": list(STATES), "roles": list(ROLES),
        "sections": [*sections, {"id": "t_below", "name": "below", "items": items}],
        "incidents": [{"id": name, "name": name, "severities": list(SEVERITIES)} for name in INCIDENTS],
    }  # fmt: skip
    below = (parties.contract, _sight_of(parties))
    tree |= draw(_verdicts(tree, decimals, (), (), below=below))
    return _drawn(tree | draw(money_trees(_purse_of(tree, below=below))))


@st.composite
def cadre_contracts(draw: Draw, parties: Contract) -> Contract:
    """A contract for two posts: one linked to the parties, one with a sheet of its own."""
    decimals = draw(st.integers(0, 4))
    personal = draw(st.sampled_from(["0", "1/3", "50%"]))
    ends = str(parties.year_ends)
    indicators = [_anchor(ends) | {"id": "c_anchor"}, *draw(_indicator_trees("c", ends))]
    tree = draw(_sheets("c", Supply(indicators, (), decimals)))
    links = draw(st.lists(_links(parties.contract), min_size=1, max_size=2))
    tree |= {
        "contract": "cadres", "title": "cadres", "version": "1", "year": YEAR, "year_ends": ends,
        "decimals": str(decimals),
        "posts": [{"id": "resident", "name": "resident"}, {"id": "head", "name": "head"}],
        "states": list(STATES), "roles": list(ROLES),
        "linkage": [{"posts": ["resident"], "links": links, "personal": personal}],
        "incidents": [{"id": name, "name": name, "severities": list(SEVERITIES)} for name in INCIDENTS],
    }  # fmt: skip
    tree |= draw(_verdicts(tree, decimals, (), parties.grades, linked=_sight_of(parties)))
    return _drawn(tree | draw(money_trees(_purse_of(tree, linked=_sight_of(parties)))))


class Drawn(Contract):
    """A contract that a failing example shows as a page of YAML."""

    def __repr__(self) -> str:
        return f"\n{as_yaml(self)}"


def _drawn(tree: Tree) -> Contract:
    return Drawn.model_validate(tree, by_alias=True, by_name=False)


def as_yaml(contract: Contract) -> str:
    """The contract as a page of YAML."""
    tree = contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return str(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))


def _anchor(ends: str) -> Tree:
    """Reported by everyone in every quarter or month, so that there is always something left to score."""
    return {"id": "anchor", "name": "anchor", "kind": "count", "every": CADENCES[ends][-1]}


@st.composite
def _indicator_trees(draw: Draw, prefix: str, ends: str) -> list[Tree]:
    kinds = draw(st.lists(st.sampled_from(["count", "ratio", "ratio", "number", "money", "yes_no", "checklist", "mark"]),
                          min_size=1, max_size=4))  # fmt: skip
    trees = []
    for number, kind in enumerate(kinds):
        tree: Tree = {
            "id": f"{prefix}{number}_{kind}",
            "name": kind,
            "kind": kind,
            "every": draw(st.sampled_from(CADENCES[ends])),
        }
        tree |= {"note": SPARSE} if draw(st.booleans()) else {}
        tree |= {"entries": ENTRIES} if kind == "checklist" else {}
        tree |= {"decimals": "1"} if kind in ("number", "mark") else {}
        trees.append(tree)
    return trees + draw(_derived_trees(prefix, trees))


@st.composite
def _derived_trees(draw: Draw, prefix: str, sources: Sequence[Tree]) -> list[Tree]:
    """A sum or a ratio of counts that are reported equally often; above 0 where they are."""
    counts = [source for source in sources if source["kind"] == "count"]
    if not counts or draw(st.integers(0, 2)):
        return []
    first = draw(st.sampled_from(counts))
    other = draw(st.sampled_from([count["id"] for count in counts if count["every"] == first["every"]]))
    tree: Tree = {"id": f"{prefix}_derived", "name": "derived", "every": first["every"], "note": SPARSE}
    if draw(st.booleans()):
        return [tree | {"kind": "ratio", "derived": {"add": [first["id"]], "per": [other]}}]
    return [tree | {"kind": "count", "derived": {"add": [first["id"], other], "subtract": [other]}}]


@st.composite
def _sheets(draw: Draw, prefix: str, supply: Supply) -> Tree:
    """The annual sheet, sometimes a periodic one, and the total."""
    sections = [draw(_sections(f"{prefix}_s0", supply, anchored=True))]
    sections += [draw(_sections(f"{prefix}_s{number}", supply)) for number in range(1, draw(st.integers(1, 3)))]
    indicators = list(supply.indicators)
    if draw(st.booleans()):
        made, section = draw(_sections_of_scores(prefix, supply, sections))
        indicators.append(made)
        sections.append(section)
    if draw(st.integers(0, 2)) == 0:
        made, section = draw(_sections_of_past(prefix, supply))
        indicators.append(made)
        sections.append(section)
    tree: Tree = {"indicators": indicators, "sections": sections}
    if draw(st.integers(0, 2)) == 0:
        sheet = draw(_periodic_sheets(f"{prefix}_p", supply))
        if draw(st.booleans()):
            made, section = draw(_sections_of_scores(f"{prefix}_p", supply, sheet["sections"]))
            indicators.append(made)
            sheet["sections"].append(section)
        tree["periodic"] = [sheet]
        tree["annual_weight"] = draw(st.sampled_from(["1", "40%", "1/3"]))
    total = {"start": amounts(supply.decimals, -10, 20), "cap": limits(supply.decimals, 60, lowest=30),
             "floor": limits(supply.decimals, 5), "bonus_cap": limits(supply.decimals, 10, lowest=0)}  # fmt: skip
    bottom: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=total))
    into = ["100", "0", *(bottom[key] for key in ("cap", "floor") if bottom.get(key, "none") != "none")]
    bottom |= draw(_multiples(supply.decimals, [Fraction(one) for one in into]))
    return tree | {
        "total": bottom | draw(_smallest_numbers(sections)),
        "rounding": draw(st.sampled_from(["half_up", "half_even", "up", "down"])),
    }


@st.composite
def _smallest_numbers(draw: Draw, sections: Sequence[Tree]) -> Tree:
    """How many of the base sections must be scored; the first one always is."""
    base = sum(section["kind"] == "base" for section in sections)
    least = draw(st.integers(0, base))
    if draw(st.integers(0, 2)) or not least:
        return {}
    return {"min_sections": str(least)} | ({} if least == 1 and draw(st.booleans()) else {"too_few": "zero"})


@st.composite
def _multiples(draw: Draw, places: int, points: Sequence[Fraction]) -> Tree:
    """Sometimes rounded to a multiple, which goes into all of the points."""
    into = [unit for unit in (1, 2, 5, 20) if all(one * 10**places % unit == 0 for one in points)]
    return (
        {}
        if not into or draw(st.integers(0, 3))
        else {"round_to": show(Fraction(draw(st.sampled_from(into)), 10**places))}
    )


@st.composite
def _own_roundings(draw: Draw, section: dict[str, Any], supply: Supply) -> Tree:
    """Sometimes finer than the contract, by a rule of its own, or to a multiple."""
    own = None if draw(st.integers(0, 2)) else draw(st.integers(supply.decimals, supply.decimals + 2))
    weight = parse_number(section.get("weight", "1"))
    bounds = [Fraction(section[key]) for key in ("cap", "floor") if section.get(key, "none") != "none"]
    points = (
        Fraction(section["start"]) if "start" in section else sum(Fraction(one["points"]) for one in section["items"])
    )
    if "start" not in section and section.get("cap", "none") != "none":
        points = min(points, Fraction(section["cap"]))
    full = [points] if section["kind"] == "base" else []
    rounding: Tree = draw(
        _multiples(supply.decimals if own is None else own, [one * weight for one in (*bounds, *full)])
    )
    rounding |= {} if own is None else {"decimals": str(own)}
    return rounding | draw(
        st.fixed_dictionaries({}, optional={"rounding": st.sampled_from(["half_even", "up", "down"])})
    )


@st.composite
def _sections(draw: Draw, name: str, supply: Supply, *, anchored: bool = False) -> Tree:
    items = [draw(item_trees(f"{name}_i{number}", supply)) for number in range(draw(st.integers(1, 3)))]
    section: Tree = {"id": name, "name": name}
    optional = {"cap": limits(supply.decimals, 25, lowest=5), "floor": limits(supply.decimals, 4),
                "weight": st.sampled_from(["1", "60%", "1/3"])}  # fmt: skip
    section |= draw(st.fixed_dictionaries({}, optional=optional))
    kind = SectionKind.BASE if anchored else draw(st.sampled_from(list(SectionKind)))
    section["kind"] = kind.value
    if kind is SectionKind.BASE and draw(st.integers(0, 3)) == 0:
        section["start"] = draw(amounts(supply.decimals, 5, 20))
    if anchored:
        anchor = {"id": f"{name}_anchor", "name": "anchor", "points": "10", "indicator": supply.indicators[0]["id"]}
        anchor |= {"direction": "lower" if supply.fair and supply.lower else "higher"}
        items.append(anchor | {"scoring": {"method": "proportional", "target": "10"}})
    elif draw(st.integers(0, 3)) == 0:
        section |= {"min_scored": str(len(items)), "too_few": draw(st.sampled_from(["zero", "exempt"]))}
        section |= {"applies_to": {"kinds": ["village"]}} if name.startswith("v") and draw(st.booleans()) else {}
    section |= {"items": items}
    return section | draw(_own_roundings(section, supply))


@st.composite
def _sections_of_scores(draw: Draw, prefix: str, supply: Supply, before: Sequence[Tree]) -> tuple[Tree, Tree]:
    """An indicator made of the scores of items, or sections, before, and a section that is scored by it."""
    made_of = draw(st.sampled_from(["items", "items", "sections"]))
    listed: list[Any] = [one["items"] for one in before] if made_of == "items" else [before]
    known = [str(one["id"]) for some in listed for one in some]
    chosen = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    take = draw(st.sampled_from(["sum", "mean", "best", "worst", "variance"]))
    scores: Tree = {made_of: chosen, "take": take}
    if take not in ("best", "worst") and draw(st.booleans()):
        scores["weights"] = [draw(st.sampled_from(["1", "20%", "3"])) for _ in chosen]
    name = f"{prefix}_scores"
    indicator: Tree = {"id": name, "name": "scores", "kind": "number", "decimals": "2", "scores": scores}
    items = [
        draw(items_of_scores(f"{prefix}_m{number}", indicator, supply)) for number in range(draw(st.integers(1, 2)))
    ]
    kinds = ["base", "bonus", "working"] if supply.fair else [kind.value for kind in SectionKind]
    return indicator, {"id": f"{prefix}_made", "name": "made", "kind": draw(st.sampled_from(kinds)), "items": items}


@st.composite
def _sections_of_past(draw: Draw, prefix: str, supply: Supply) -> tuple[Tree, Tree]:
    """An indicator made of earlier years, and a section that is scored by it."""
    past: Tree = {"take": draw(st.sampled_from(["score", "rank"])), "years": draw(st.sampled_from(["1", "3"]))}
    if draw(st.booleans()):
        past["contract"] = (
            draw(st.sampled_from([["villages"], ["villages", "cadres"]])) if prefix == "c" else "villages"
        )
    indicator: Tree = {"id": f"{prefix}_past", "name": "past", "kind": "number", "decimals": "2", "past": past}
    item = draw(items_of_past(f"{prefix}_past", indicator, supply))
    return indicator, {"id": f"{prefix}_before", "name": "before", "kind": "bonus", "items": [item]}


@st.composite
def _periodic_sheets(draw: Draw, name: str, supply: Supply) -> dict[str, Any]:
    """Only indicators that are reported at least as often can be read."""
    often = [tree for tree in supply.indicators if tree["every"] in ("quarter", "month")]
    inner = Supply(often, supply.incidents, supply.decimals, supply.fair, supply.lower)
    sections = [draw(_sections(f"{name}_s0", inner, anchored=True))]
    sections += [draw(_sections(f"{name}_s1", inner))] if draw(st.booleans()) else []
    optional = {"cap": limits(supply.decimals, 20, lowest=10), "floor": limits(supply.decimals, 5)}
    combine: Tree = {"combine": draw(st.sampled_from(["mean", "sum", "best"]))}
    combine |= {"count": str(draw(st.integers(1, 3)))} if combine["combine"] == "best" else {}
    return draw(st.fixed_dictionaries({}, optional=optional)) | combine | {
        "id": name, "name": name, "each": draw(st.sampled_from(["quarter", "half_year"])), "sections": sections,
        "weight": draw(st.sampled_from(["1", "60%", "1/7"])),
    }  # fmt: skip


@st.composite
def _links(draw: Draw, contract: str) -> Tree:
    return {
        "contract": contract, "roles": draw(st.sampled_from([["guide"], ["guide", "leader"]])),
        "combine": draw(st.sampled_from(["mean", "share", "worst"])), "weight": draw(st.sampled_from(["60%", "1/3"])),
        "prorate": draw(st.sampled_from(["days", "months", "none"])),
    }  # fmt: skip


def _sight_of(contract: Contract) -> Sight:
    """What a condition about a party under that contract may look at."""
    return Sight(
        [section.id for section in contract.all_sections()], list(contract.item_by_id), INCIDENTS, STATES,
        tuple(grade.id for grade in contract.grades), after_warnings=True, after_vetoes=True,
    )  # fmt: skip


def _purse_of(tree: Tree, linked: Sight | None = None, below: tuple[str, Sight] | None = None) -> Purse:
    contract = Contract.model_validate(tree, by_alias=True, by_name=False)
    return Purse(
        replace(_sight_of(contract), linked=linked, below=below),
        [
            one.id
            for one in contract.indicators
            if one.kind is not Kind.CHECKLIST and (one.scores is None or one.scores.contract)
        ],
        [one.id for one in contract.indicators if one.kind is Kind.MONEY and not one.computed],
        of_cadres=bool(contract.posts),
    )


@st.composite
def _verdicts(
    draw: Draw,
    tree: Tree,
    decimals: int,
    roles: Sequence[str],
    grades: Sequence[object],
    linked: Sight | None = None,
    below: tuple[str, Sight] | None = None,
) -> Tree:
    """Warnings, vetoes, grades and ranking. Cadres have the grades of their parties, which vetoes may cap."""
    sheet = Contract.model_validate(tree, by_alias=True, by_name=False)
    sight = Sight(
        [s.id for s in sheet.all_sections()], list(sheet.item_by_id), INCIDENTS, STATES, linked=linked, below=below,
        contracts=("villages",) if linked is None else ("villages", "cadres"),
    )  # fmt: skip
    bands = draw(_grades(sight, [grade.id for grade in grades]))  # type: ignore[attr-defined]
    names = [str(band["id"]) for band in bands]
    warned = st.lists(_clauses(sight, decimals, names, roles), max_size=2)
    warnings = [clause | {"id": f"w{number}", "name": "warning"} for number, clause in enumerate(draw(warned))]
    vetoed = st.lists(_clauses(sight.later(warnings=True), decimals, names, roles), max_size=2)
    vetoes = [_as_veto(draw, clause, decimals) | {"id": f"x{number}", "name": "veto"}
              for number, clause in enumerate(draw(vetoed))]  # fmt: skip
    return {"warnings": warnings, "vetoes": vetoes, "grades": bands, "ranking": draw(_rankings(sight))}


@st.composite
def _clauses(draw: Draw, sight: Sight, decimals: int, grades: Sequence[str], roles: Sequence[str]) -> Tree:
    clause: Tree = {"when": draw(condition_trees(sight))}
    effects = {
        "deduct": amounts(decimals, 0, 10),
        "replace_score": amounts(decimals, 0, 59),
        "lower_prize": st.just("1"),
        "cancel_awards": st.just("true"),
        "forfeit_deposit": st.sampled_from(["10%", "1/3", "100%"]),
    }
    effects |= {"cap_grade": st.sampled_from(list(grades))} if grades else {}
    chosen = draw(st.fixed_dictionaries({}, optional=effects))
    clause |= {"effects": chosen} if chosen else {}
    if roles and draw(st.booleans()):
        linked = draw(st.sampled_from(["all", ["guide"], ["leader"]]))
        clause["reach"] = {"linked": linked, "party": draw(st.sampled_from(["true", "true", "false"]))}
    return clause


def _as_veto(draw: Draw, clause: Tree, decimals: int) -> Tree:
    veto = {"effects": {"deduct": draw(amounts(decimals, 1, 10))}} | clause
    return veto | {
        "years": draw(st.sampled_from(["1", "2"])),
        "follows_person": draw(st.sampled_from(["true", "false"])),
    }


@st.composite
def _grades(draw: Draw, sight: Sight, names: Sequence[str]) -> list[Tree]:
    known = list(names) or draw(st.sampled_from([[], ["good", "rest"], ["best", "good", "rest"]]))
    bands: list[Tree] = []
    for name in known[:-1]:
        band: Tree = {"id": name, "name": name, "ties": draw(st.sampled_from(["all_in", "all_out"]))}
        form = draw(st.integers(0, 3))
        if form in (0, 2):
            band["when"] = draw(condition_trees(sight.later(warnings=True, vetoes=True)))
        if form in (1, 2):
            band |= {"at_most": draw(st.sampled_from(["20%", "1/3", "50%"])),
                     "rounding": draw(st.sampled_from(["down", "up", "half_up", "half_even"]))}  # fmt: skip
        if form == 3:
            band["at_most_count"] = draw(st.sampled_from(["1", "2"]))
        bands.append(band)
    return bands + [{"id": name, "name": name} for name in known[-1:]]


@st.composite
def _rankings(draw: Draw, sight: Sight) -> Tree:
    criteria = st.one_of(
        st.sampled_from(sight.sections).map(lambda name: {"section": name}),
        st.sampled_from(sight.items).map(lambda name: {"item": name}),
        st.sampled_from(INCIDENTS).map(lambda name: {"fewest_incidents": name}),
    )
    peers = draw(st.sampled_from(["kind", "group", "all"]))
    entry = {"entry": draw(condition_trees(replace(sight, ranked=False)))} if draw(st.integers(0, 3)) == 0 else {}
    return {"peers": peers, "tie_break": draw(st.lists(criteria, max_size=2))} | entry
