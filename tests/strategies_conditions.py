"""Hypothesis strategies for conditions, each within what may be looked at where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from strategies_past import earlier_trees
from strategies_scoring import Draw, Tree

BOUNDS = ("0", "2.5", "10", "20", "45")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a condition may name; `linked` is what it may ask of a party that a cadre answers for, `below` what of a party
    below under the contract named. Nobody is `ranked` yet where it is decided who enters the ranking. `contracts` are those
    whose earlier results it may look at."""

    sections: Sequence[str]
    items: Sequence[str]
    incidents: Sequence[str]
    states: Sequence[str]
    grades: Sequence[str] = ()
    after_warnings: bool = False
    after_vetoes: bool = False
    linked: Sight | None = None
    contracts: Sequence[str] = ("villages",)
    below: tuple[str, Sight] | None = None
    ranked: bool = True

    def later(self, *, warnings: bool = False, vetoes: bool = False) -> Sight:
        return replace(self, after_warnings=warnings, after_vetoes=vetoes)


def condition_trees(sight: Sight) -> st.SearchStrategy[Tree]:
    """`all`, `any` and `not` over simple conditions, up to a few deep."""
    return st.recursive(_simple(sight), _combined, max_leaves=4)


def _combined(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda terms: {"all": terms}),
        several.map(lambda terms: {"any": terms}),
        inner.map(lambda term: {"not": term}),
    )


def _simple(sight: Sight) -> st.SearchStrategy[Tree]:
    forms = [
        st.fixed_dictionaries({"score": ranges(BOUNDS)}),
        st.fixed_dictionaries({"section": st.sampled_from(sight.sections), "score": ranges(BOUNDS)}),
        st.fixed_dictionaries({"item": st.sampled_from(sight.items), "score": ranges(BOUNDS)}),
        st.fixed_dictionaries({"item_met": st.sampled_from(sight.items)}),
        st.fixed_dictionaries({"all_targets_met": st.sampled_from(["true", "false"])}),
        earlier_trees(sight.contracts),
        _incidents(sight),
        st.fixed_dictionaries({"group": st.sampled_from([["A"], ["B", "village"], ["head"]])}),
        st.fixed_dictionaries({"months_in": st.sampled_from(sight.states), "count": ranges(("0", "1", "3"))}),
    ]
    if sight.ranked:
        forms.append(st.fixed_dictionaries({"rank": ranges(("1", "2", "4"))}))
        forms.append(st.fixed_dictionaries({"climbed": ranges(("-2", "0", "1"))}))
    if sight.after_warnings:
        forms.append(st.fixed_dictionaries({"warned": ranges(("0", "1", "2"))}))
    if sight.after_vetoes:
        forms.append(st.fixed_dictionaries({"vetoed": st.sampled_from(["true", "false"])}))
    if sight.grades:
        some = st.lists(st.sampled_from(sight.grades), min_size=1, unique=True)
        forms.append(st.fixed_dictionaries({"grade": some}))
    if sight.linked is not None:
        forms.append(_linked(sight.linked))
    if sight.below is not None:
        forms.append(_children(*sight.below))
    return st.one_of(forms)


def _incidents(sight: Sight) -> st.SearchStrategy[Tree]:
    some = st.lists(st.sampled_from(sight.incidents), min_size=1, unique=True)
    severities = st.sampled_from(["grave", ["grave"], ["light", "grave"]])
    return st.fixed_dictionaries(
        {"incident": some}, optional={"count": ranges(("0", "1", "2")), "severity": severities}
    )


@st.composite
def _linked(draw: Draw, of_party: Sight) -> Tree:
    wanted = draw(st.sampled_from(["all", "any", "50%", "2/3"]))
    roles = draw(st.sampled_from([[], ["guide"], ["leader"]]))
    return {"linked": wanted, "roles": roles, "is": draw(condition_trees(of_party))}


@st.composite
def _children(draw: Draw, contract: str, of_child: Sight) -> Tree:
    wanted = draw(st.sampled_from(["all", "any", "50%", "2/3"]))
    return {"children": wanted, "contract": contract, "is": draw(condition_trees(of_child))}


@st.composite
def ranges(draw: Draw, bounds: Sequence[str]) -> Tree:
    """One bound or two, each open or closed; some value lies inside."""
    low, high = sorted(draw(st.lists(st.integers(0, len(bounds) - 1), min_size=2, max_size=2)))
    below, above = draw(st.sampled_from(["at_most", "below"])), draw(st.sampled_from(["at_least", "above"]))
    match draw(st.integers(0, 2)):
        case 0:
            return {above: bounds[low]}
        case 1:
            return {below: bounds[high]}
        case _ if low == high:
            return {"at_least": bounds[low], "at_most": bounds[low]}
        case _:
            return {above: bounds[low], below: bounds[high]}
