"""Hypothesis strategies: contracts that the checks accept, and the records of a year that fit them.

`contracts()` draws a contract for parties, `cadre_contracts(parties)` one for the cadres who answer for them, and
`snapshots(*contracts)` a year without a fault. Two evaluators can be held to each other by

    @given(st.data())
    def test_they_agree(data):
        contract = data.draw(contracts())
        snapshot = data.draw(snapshots(contract))
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from hypothesis import strategies as st
from strategies_conditions import Sight, condition_trees
from strategies_records import snapshots
from strategies_scoring import SEVERITIES, SPARSE, Draw, Supply, Tree, amounts, item_trees, items_of_scores, limits

from rules.contract import Contract
from rules.sheet import SectionKind

__all__ = ["as_yaml", "cadre_contracts", "contracts", "snapshots"]

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
    return _drawn(tree | draw(_verdicts(tree, decimals, ROLES, ())))


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
    verdicts = draw(_verdicts(tree, decimals, (), parties.grades, linked=_sight_of(parties)))
    return _drawn(tree | verdicts)


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
        made, section = draw(
            _sections_of_scores(prefix, supply, [item["id"] for one in sections for item in one["items"]])
        )
        indicators.append(made)
        sections.append(section)
    tree: Tree = {"indicators": indicators, "sections": sections}
    if draw(st.integers(0, 2)) == 0:
        tree["periodic"] = [draw(_periodic_sheets(f"{prefix}_p", supply))]
        tree["annual_weight"] = draw(st.sampled_from(["1", "40%", "1/3"]))
    total = {"start": amounts(supply.decimals, -10, 20), "cap": limits(supply.decimals, 60, lowest=30),
             "floor": limits(supply.decimals, 5), "bonus_cap": limits(supply.decimals, 10, lowest=0)}  # fmt: skip
    return tree | {
        "total": draw(st.fixed_dictionaries({}, optional=total)),
        "rounding": draw(st.sampled_from(["half_up", "half_even", "up", "down"])),
    }


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
    return section | {"items": items}


@st.composite
def _sections_of_scores(draw: Draw, prefix: str, supply: Supply, known: Sequence[str]) -> tuple[Tree, Tree]:
    """An indicator made of the scores of items before, and a section that is scored by it."""
    chosen = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    take = draw(st.sampled_from(["sum", "mean", "best", "worst", "variance"]))
    scores: Tree = {"items": chosen, "take": take}
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
def _periodic_sheets(draw: Draw, name: str, supply: Supply) -> Tree:
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


@st.composite
def _verdicts(
    draw: Draw, tree: Tree, decimals: int, roles: Sequence[str], grades: Sequence[object], linked: Sight | None = None
) -> Tree:
    """Warnings, vetoes, grades and ranking. Cadres have the grades of their parties, which vetoes may cap."""
    sheet = Contract.model_validate(tree, by_alias=True, by_name=False)
    sight = Sight([s.id for s in sheet.all_sections()], list(sheet.item_by_id), INCIDENTS, STATES, linked=linked)
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
    return {"peers": peers, "tie_break": draw(st.lists(criteria, max_size=2))}
