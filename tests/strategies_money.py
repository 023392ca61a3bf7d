"""Hypothesis strategies for deposits and awards: every form, with what may stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from strategies_conditions import Sight, condition_trees, ranges
from strategies_scoring import Draw, Tree

POSTS = ("resident", "head")
ACCOUNTS = ("fund", "treasury")
# From the least to the most.
AMOUNTS = ("0.07元", "10元", "333.33元", "1000.01元")
UNITS = ("0.01元", "0.01元", "1元", "10元")
ROUNDINGS = ("half_up", "half_even", "up", "down")


@dataclass(frozen=True, slots=True)
class Purse:
    """What money may look at: conditions, values, grades that are paid, items whose lost points take off."""

    sight: Sight
    values: Sequence[str]
    money: Sequence[str]
    of_cadres: bool


@st.composite
def money_trees(draw: Draw, purse: Purse) -> Tree:
    """`accounts`, `deposits` (of cadres) and `awards`; mostly few."""
    deposits = [
        draw(_deposits(f"d{number}", purse)) for number in range(draw(st.integers(0, 2)) if purse.of_cadres else 0)
    ]
    paying = sorted({post for deposit in deposits for post in deposit["posts"]})
    awards = [draw(_awards(f"a{number}", purse, paying)) for number in range(draw(st.integers(0, 2)))]
    return (
        {"awards": awards, "deposits": deposits, "accounts": list(ACCOUNTS)} if purse.of_cadres else {"awards": awards}
    )


@st.composite
def _deposits(draw: Draw, name: str, purse: Purse) -> Tree:
    outcomes = [
        draw(_outcomes(f"{name}_o{number}")) | {"when": draw(_conditions(purse))}
        for number in range(draw(st.integers(0, 2)))
    ]
    tree: Tree = {"id": name, "name": name, "posts": draw(st.sampled_from([["resident"], ["head"], list(POSTS)])),
                  "amount": draw(st.sampled_from(AMOUNTS)), "basis": "withheld_pay", "forfeit_to": draw(st.sampled_from(ACCOUNTS)),
                  "outcomes": [*outcomes, draw(_outcomes(f"{name}_last"))]}  # fmt: skip
    tree |= draw(st.sampled_from([{}, {"pro_rata": "month"}, {"pro_rata": "day"}]))
    return tree | draw(_rounded())


@st.composite
def _outcomes(draw: Draw, name: str) -> Tree:
    refund = draw(st.sampled_from(["100%", "100%", "2/3", "0%"]))
    tree: Tree = {"id": name, "name": name, "refund": refund}
    tree |= {} if refund == "100%" else {"forfeit_to": draw(st.sampled_from(ACCOUNTS))}
    return tree | draw(st.sampled_from([{}, {"reward_times": "1"}, {"reward_times": "1/3"}, {"reward": "88.88元"}]))


@st.composite
def _awards(draw: Draw, name: str, purse: Purse, paying: Sequence[str]) -> Tree:
    forms = ["by_rank", "per_point", "base_rate", "pool", "fixed", *([] if purse.of_cadres else ["deposit_share"])]
    forms += ["deposit_times"] if paying else []
    forms += ["by_grade"] if purse.sight.grades else []
    form = draw(st.sampled_from(forms))
    tree: Tree = {"id": name, "name": name} | draw(_form(form, purse))
    if draw(st.booleans()):
        tree["when"] = draw(_conditions(purse))
    if form in ("by_rank", "by_grade") and draw(st.booleans()):
        classes = [*tree["by_grade"].values()] if form == "by_grade" else [one["amount"] for one in tree["by_rank"]]
        tree["consolation"] = draw(st.sampled_from(AMOUNTS[: AMOUNTS.index(classes[-1]) + 1]))
    optional = {"paid_in": st.sampled_from(AMOUNTS)}
    if purse.money:
        optional["advance"] = st.sampled_from(list(purse.money))
    if form != "pool":
        tree |= draw(_rounded())
    if form not in ("pool", "by_rank"):
        lost = {"item": st.sampled_from(purse.sight.items), "per_point": st.sampled_from(AMOUNTS)}
        optional |= {"at_most": st.sampled_from(AMOUNTS), "less": st.fixed_dictionaries(lost)}
    if purse.of_cadres:
        optional["posts"] = st.sampled_from([[post] for post in (paying if form == "deposit_times" else POSTS)])
    else:
        payees = _payees(shares_only=form == "fixed")
        optional["payees"] = st.lists(payees, min_size=1, max_size=2, unique_by=lambda payee: payee["post"])
    return tree | draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def _form(draw: Draw, form: str, purse: Purse) -> Tree:
    amount = st.sampled_from(AMOUNTS)
    match form:
        case "by_grade":
            grades = purse.sight.grades[: draw(st.integers(1, len(purse.sight.grades)))]
            return {form: dict(zip(grades, draw(_falling(len(grades))), strict=True))}
        case "by_rank":
            floor = st.fixed_dictionaries({"slots": st.sampled_from(["1", "2"])},
                                          optional={"floor": st.sampled_from(["5", "12.5"])})  # fmt: skip
            ties = draw(st.sampled_from(["shared", "shared", "all_in", "all_out"]))
            classes = draw(st.lists(floor, min_size=1, max_size=3))
            paid = zip(classes, draw(_falling(len(classes))), strict=True)
            return {form: [one | {"amount": paid_each} for one, paid_each in paid], "ties": ties}
        case "per_point":
            return {form: draw(amount), "above": draw(st.sampled_from(["0", "10", "2.5"]))}
        case "deposit_times" | "deposit_share":
            return {form: draw(st.sampled_from(["20%", "1/3", "1"]))}
        case _:
            return {form: draw(amount)}


def _falling(number: int) -> st.SearchStrategy[list[str]]:
    """Amounts of so many classes, none of which pays more than the one before."""
    places = st.lists(st.integers(0, len(AMOUNTS) - 1), min_size=number, max_size=number)
    return places.map(lambda drawn: [AMOUNTS[place] for place in sorted(drawn, reverse=True)])


@st.composite
def _payees(draw: Draw, *, shares_only: bool) -> Tree:
    """No amount beyond a fixed award."""
    parts: list[Tree] = [{"share": "20%"}, {"share": "1/3"}]
    parts += [] if shares_only else [{"amount": "0.05元"}, {"amount": "100元"}]
    return {"post": draw(st.sampled_from(POSTS))} | draw(st.sampled_from(parts))


def _rounded() -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries({"round_to": st.sampled_from(UNITS), "rounding": st.sampled_from(ROUNDINGS)})


def _conditions(purse: Purse) -> st.SearchStrategy[Tree]:
    forms = [condition_trees(purse.sight)]
    if purse.values:
        forms.append(
            st.fixed_dictionaries({"value": st.sampled_from(list(purse.values)), "is": ranges(("0", "1/2", "3"))})
        )
    return st.one_of(forms)
