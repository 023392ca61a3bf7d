"""Hypothesis strategies for what earlier years decided: the records, and conditions about them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from rules.contract import Contract
from targets.observation import PastResult

Tree = dict[str, object]
YEAR = 2026
GRADES = ("best", "good", "rest")
SCORES = (Fraction(0), Fraction(5, 2), Fraction(20), Fraction(45), Fraction(50, 3), Fraction(-1))


def earlier_trees(contracts: Sequence[str] = ()) -> st.SearchStrategy[Tree]:
    """`earlier` under the contract's own results, or under some of those named."""
    back = st.sampled_from(["1", "2", "3", "since 2023"])
    count = {"count": st.sampled_from([{"at_least": "1"}, {"at_least": "2"}, {"at_most": "1"}, {"below": "1"}])}
    own = st.fixed_dictionaries({"earlier": back, "is": _past_conditions(())}, optional=count)
    if not contracts:
        return own
    named = st.lists(st.sampled_from(contracts), min_size=1, unique=True)
    under = st.fixed_dictionaries({"earlier": back, "is": _past_conditions(GRADES), "contract": named}, optional=count)
    return own | under


def _past_conditions(grades: Sequence[str]) -> st.SearchStrategy[Tree]:
    forms: list[st.SearchStrategy[Tree]] = [
        st.sampled_from([{"at_least": "2.5"}, {"below": "20"}, {"above": "50/3", "at_most": "45"}]).map(
            lambda wanted: {"score": wanted}
        ),
        st.sampled_from([{"at_most": "1"}, {"above": "2"}]).map(lambda wanted: {"rank": wanted}),
        st.sampled_from(["true", "false"]).map(lambda wanted: {"vetoed": wanted}),
    ]
    if grades:
        some = st.lists(st.sampled_from(grades), min_size=1, unique=True)
        forms.append(some.map(lambda wanted: {"grade": wanted}))
    return st.recursive(
        st.one_of(forms),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=2).map(lambda terms: {"all": terms}),
            st.lists(inner, min_size=1, max_size=2).map(lambda terms: {"any": terms}),
            inner.map(lambda term: {"not": term}),
        ),
        max_leaves=3,
    )


@st.composite
def histories(draw: st.DrawFn, subjects: Sequence[str], contracts: Sequence[Contract]) -> tuple[PastResult, ...]:
    """Under any of the contracts, whoever the subject is: cadres come from other posts."""
    names = [contract.contract for contract in contracts]
    keys = st.tuples(st.sampled_from(subjects), st.sampled_from(names), st.integers(YEAR - 4, YEAR - 1))
    found = []
    for subject, contract, year in draw(st.lists(keys, max_size=12, unique=True)) if subjects else ():
        score, rank = draw(st.none() | st.sampled_from(SCORES)), draw(st.none() | st.integers(1, 4))
        grade, vetoed = draw(st.sampled_from(["", *GRADES])), draw(st.booleans())
        found.append(PastResult(subject, contract, year, score, rank, grade, vetoed))
    return tuple(found)
