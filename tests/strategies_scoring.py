"""Hypothesis strategies for what is scored: items and their methods, as the tree that YAML would give.

Figures are few and small, so that ties and exact boundaries come up by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from strategies_past import earlier_trees

from rules.period import Cadence
from rules.quantity import show

Tree = dict[str, object]
Draw = st.DrawFn

# Where targets and thresholds lie; the values of a year are drawn around the same places.
THRESHOLDS = {
    "count": ("1", "3", "5", "10"),
    "number": ("0.5", "2", "7.5"),
    "money": ("2", "10.5"),
    "ratio": ("1/3", "50%", "75%", "95%", "100%"),
    "yes_no": ("0.5", "1"),
}
STEPS = {"count": ("1", "2"), "number": ("0.5", "3"), "money": ("1.5",), "ratio": ("1%", "1/30"), "yes_no": ("1",)}
# Beyond anything that the year before can have been.
FAR = {"count": "1000", "number": "1000", "money": "1000", "ratio": "5000%", "yes_no": "100"}
SPARSE = "may be lacking"
SEVERITIES = ("light", "grave")
SPREADS = ("section", "total", "peers_mean")
STEP_RULES = ("started", "completed", "pro_rata")


@dataclass(frozen=True, slots=True)
class Supply:
    """What items may be drawn on. Indicators noted as `SPARSE` are read only with a policy for what is missing.

    `fair`: a better value never earns less, and lower is better exactly where `lower` says so.
    """

    indicators: Sequence[Tree]
    incidents: Sequence[str] = ()
    decimals: int = 2
    fair: bool = False
    lower: bool = False


@st.composite
def item_trees(draw: Draw, name: str, supply: Supply) -> Tree:
    """An item with its own points, decimals and rounding, sometimes for one group only."""
    own = draw(st.none() | st.integers(0, 4))
    places = supply.decimals if own is None else own
    points = draw(amounts(places, 1, 20))
    item: Tree = {
        "id": name,
        "name": name,
        "points": points,
        "spread": draw(st.sampled_from(SPREADS[: 2 if supply.fair else 3])),
    }
    item |= draw(measured_trees(supply, places, Fraction(points)))
    if own is not None:
        item["decimals"] = str(own)
    if draw(st.booleans()):
        item["rounding"] = draw(st.sampled_from(["half_up", "half_even", "up", "down"]))
    if draw(st.integers(0, 4)) == 0:
        into = [unit for unit in (1, 2, 5, 20) if Fraction(points) * 10**places % unit == 0]
        item["round_to"] = show(Fraction(draw(st.sampled_from(into)), 10**places))
    if draw(st.integers(0, 5)) == 0:
        item["applies_to"] = {"groups": [draw(st.sampled_from("AB"))]}
    return item


@st.composite
def items_of_scores(draw: Draw, name: str, indicator: Tree, supply: Supply) -> Tree:
    """An item scored by what is made of scores: more of them is better, none are of the year before, some are below 0."""
    points = draw(amounts(supply.decimals, 1, 20))
    task = _Task(indicator, False, supply.decimals, Fraction(points), supply.fair)
    rule = draw(_methods(task).filter(_may_read_scores))
    return {"id": name, "name": name, "points": points, "indicator": indicator["id"], "scoring": rule}


def _may_read_scores(rule: Tree) -> bool:
    below_nothing = rule["method"] == "relative" and "proportion" in rule
    bands: Any = rule.get("bands", [{"points": "0"}])
    falling = Fraction(bands[0]["points"]) > Fraction(bands[-1]["points"])
    falling |= rule["method"] == "per_event" or "table" in rule or "shares" in rule
    before = {"last_year", "carried"}.intersection(map(str, rule.values()))
    return not before and "baseline" not in rule and not below_nothing and not falling


@st.composite
def items_of_past(draw: Draw, name: str, indicator: Tree, supply: Supply) -> Tree:
    """An item scored by earlier years: more points are better, and a place that is lower."""
    points, lower = draw(amounts(supply.decimals, 1, 20)), "rank" in str(indicator["past"])
    task = _Task(indicator, lower, supply.decimals, Fraction(points), fair=True)
    if lower:
        form = draw(st.sampled_from([_proportional, _all_or_nothing, _steps]))
        rule = form(draw, task) | {"target": draw(st.sampled_from(["1", "2.5", "by_party"]))}
    else:
        rule = draw(_methods(task).filter(_may_read_scores))
    return {
        "id": name, "name": name, "points": points, "indicator": indicator["id"], "scoring": rule,
        "direction": "lower" if lower else "higher", "missing": draw(st.sampled_from(["zero", "full", "exempt"])),
    }  # fmt: skip


@st.composite
def measured_trees(draw: Draw, supply: Supply, places: int, points: Fraction, depth: int = 0) -> Tree:
    """A method and what it reads; the parts of a composite are drawn the same way."""
    form = draw(st.integers(0, 10))
    if depth < 2 and form == 0:
        return {"scoring": draw(_composites(supply, places, points, depth))}
    if depth < 2 and form == 10 and not supply.fair:
        return {"scoring": draw(_cases(supply, places, points, depth))}
    if supply.incidents and form == 1:
        return {"scoring": draw(_per_incident(places, supply.incidents))}
    indicator = draw(st.sampled_from(supply.indicators))
    lower = supply.lower if supply.fair else indicator["kind"] in THRESHOLDS and draw(st.booleans())
    task = _Task(indicator, lower, places, points, supply.fair)
    return draw(_readings(task)) | {"scoring": draw(_methods(task))}


@dataclass(frozen=True, slots=True)
class _Task:
    """What a method is drawn for."""

    indicator: Tree
    lower: bool
    places: int
    points: Fraction
    fair: bool

    @property
    def kind(self) -> str:
        return str(self.indicator["kind"])


@st.composite
def _readings(draw: Draw, task: _Task) -> Tree:
    """How the value of the year comes about, and what it means that there is none."""
    sparse = task.indicator.get("note") == SPARSE
    reading: Tree = {"indicator": task.indicator["id"], "direction": "lower" if task.lower else "higher"}
    part = {
        "points": draw(amounts(task.places, 0, int(task.points)).filter(lambda text: Fraction(text) <= task.points))
    }
    policies = ["zero", "full", "exempt", part]
    reading["missing"] = draw(st.sampled_from([*policies, *([] if sparse else ["error"])]))
    if task.kind == "ratio" and draw(st.booleans()):
        reading["nothing_to_count"] = draw(st.sampled_from(policies))
    if sparse or draw(st.booleans()):
        reading["incomplete"] = "reported"
    if task.kind == "ratio" and draw(st.integers(0, 3)) == 0:
        reading["min_denominator"] = draw(st.sampled_from(["1", "5"]))
    # A sum of marks or of ticks would be more than the points.
    sums = [] if task.kind in ("mark", "checklist") else ["sum"]
    over = draw(st.sampled_from(["last", "mean", "weighted", "best", *sums]))
    if over == "best":
        return reading | {"period": {"over": over, "count": str(draw(st.integers(1, 3)))}}
    if over != "weighted":
        return reading | {"period": over}
    others = Cadence(str(task.indicator["every"])).per_year - 1
    weights = draw(st.lists(st.sampled_from(["0", "1/2", "20%"]), min_size=others, max_size=others))
    return reading | {"period": {"over": over, "weights": ["1", *weights]}}


@st.composite
def _methods(draw: Draw, task: _Task) -> Tree:
    if task.kind == "mark":
        return {"method": "mark"}
    if task.kind == "checklist":
        entries = task.indicator["entries"]
        assert isinstance(entries, list)
        share = Fraction(int(task.points * 10**task.places) // len(entries), 10**task.places)
        return {"method": "checklist", "entries": {entry["id"]: show(share) for entry in entries}}
    of_value: list[Callable[[Draw, _Task], Tree]] = [
        _proportional, _all_or_nothing, _steps, _tiers, _linear, _improvement, _rank, _relative, _brackets,
    ]  # fmt: skip
    return draw(st.sampled_from(of_value if task.fair else [*of_value, _by_units]))(draw, task)


def _proportional(draw: Draw, task: _Task) -> Tree:
    target = draw(st.just("0") | _parameters(task)) if task.lower else draw(_parameters(task))
    rule = {"method": "proportional", "target": target} | draw(_rate_terms())
    rule |= draw(st.fixed_dictionaries({}, optional={"missed_times": st.sampled_from(["0", "80%", "1/3"])}))
    met_at = "missed_times" in rule and draw(st.booleans())
    return rule | ({"met_at": draw(st.sampled_from(THRESHOLDS[task.kind]))} if met_at else {})


def _all_or_nothing(draw: Draw, task: _Task) -> Tree:
    missed = draw(amounts(task.places, -3, int(task.points)).filter(lambda text: Fraction(text) <= task.points))
    return {"method": "all_or_nothing", "target": draw(_parameters(task)), "missed": missed}


def _steps(draw: Draw, task: _Task) -> Tree:
    return {"method": "steps", "target": draw(_parameters(task))} | draw(_step_terms(task))


def _tiers(draw: Draw, task: _Task) -> Tree:
    of_completion = draw(st.booleans())
    pool = THRESHOLDS["ratio" if of_completion else task.kind]
    cuts = sorted(draw(st.sets(st.sampled_from(pool), min_size=1, max_size=3)), key=_number)
    closed = [draw(st.booleans()) for _ in cuts]
    points = [draw(amounts(task.places, -2, int(task.points))) for _ in range(len(cuts) + 1)]
    if task.fair:
        points.sort(key=Fraction, reverse=task.lower and not of_completion)
    rule: Tree = {"method": "tiers", "bands": _bands(cuts, closed, points)}
    return rule | ({"target": draw(_parameters(task))} if of_completion else {})


def _bands(cuts: list[str], closed: list[bool], points: list[str]) -> list[Tree]:
    """A partition of the whole line: each cut belongs to the band above it (`closed`) or to the one below."""
    lower = [{}, *({"at_least" if up else "above": cut} for cut, up in zip(cuts, closed, strict=True))]
    upper = [*({"below" if up else "at_most": cut} for cut, up in zip(cuts, closed, strict=True)), {}]
    return [low | high | {"points": own} for low, high, own in zip(lower, upper, points, strict=True)]


def _linear(draw: Draw, task: _Task) -> Tree:
    start, end = _apart(draw, task)
    far = "0" if task.lower else FAR[task.kind]
    thresholds = draw(st.sampled_from([(start, end), ("last_year", far), ("by_party", "by_party")]))
    return {"method": "linear", "zero_at": thresholds[0], "full_at": thresholds[1]}


def _improvement(draw: Draw, task: _Task) -> Tree:
    start, end = _apart(draw, task)
    return {
        "method": "improvement",
        "baseline": draw(st.sampled_from([start, "by_party", "last_year"])),
        "benchmark": draw(st.sampled_from([end, "by_party"])),
    }


def _rank(draw: Draw, task: _Task) -> Tree:
    if draw(st.booleans()):
        less = draw(amounts(task.places, 1, 5))
        return {"method": "rank", "less_per_place": less, "lowest": draw(limits(task.places, 0))}
    table = draw(st.lists(amounts(task.places, 0, int(task.points)), min_size=2, max_size=5))
    if task.fair:
        table.sort(key=Fraction, reverse=True)
    if draw(st.booleans()):
        shares = sorted(draw(st.sets(st.sampled_from(["10%", "1/3", "50%", "60%", "100%"]), min_size=1)), key=_number)
        paid = [{"up_to": share, "points": points} for share, points in zip(shares, table[:-1], strict=False)]
        return {"method": "rank", "shares": paid, "after": table[-1], "lowest": draw(limits(task.places, 0))}
    return {"method": "rank", "table": table[:-1], "after": table[-1], "lowest": draw(limits(task.places, 0))}


def _relative(draw: Draw, task: _Task) -> Tree:
    to = draw(st.sampled_from(["mean", "median", "best", "percentile", *(["pooled"] if task.kind == "ratio" else [])]))
    rule: Tree = {"method": "relative", "to": to}
    if to == "percentile":
        rule["percentile"] = draw(st.sampled_from(["0%", "25%", "50%", "51%", "100%"]))
    if draw(st.booleans()):
        return rule | {"steps": draw(_step_terms(task))}
    return rule | {"proportion": draw(_rate_terms())}


def _brackets(draw: Draw, task: _Task) -> Tree:
    rule: Tree = {"method": "brackets", "per": draw(st.sampled_from(STEPS[task.kind]))}
    if draw(st.booleans()):
        rule["target"] = draw(_parameters(task))
    else:
        rule["to"] = draw(st.sampled_from(["mean", "median", "best", *(["pooled"] if task.kind == "ratio" else [])]))
    rule["step"] = draw(st.sampled_from(STEP_RULES))
    sides = draw(st.sampled_from([("above",), ("below",), ("above", "below")]))
    for side in sides:
        widths = draw(st.lists(st.sampled_from(STEPS[task.kind]), max_size=2))
        listed = [{"width": width, "each": draw(amounts(task.places, 0, 3))} for width in widths]
        last: Tree = {"each": draw(amounts(task.places, 0, 3))}
        rule[side] = [*listed, last] if draw(st.booleans()) or not listed else listed
    if draw(st.booleans()):
        rule["start"] = draw(
            amounts(task.places, 0, int(task.points)).filter(lambda text: Fraction(text) <= task.points)
        )
    if "above" in sides:
        rule["highest"] = draw(st.just("none") | amounts(task.places, 20, 30))
    return rule | {"lowest": draw(limits(task.places, 0))}


def _by_units(draw: Draw, task: _Task) -> Tree:
    rule = draw(_per_event(task.places))
    in_order = "then" in rule or "rising_by" in rule
    terms = {"per": draw(st.sampled_from(STEPS[task.kind])), "beyond": draw(st.sampled_from(["0", "2"]))}
    return rule | terms | {"step": draw(st.sampled_from(STEP_RULES[:2] if in_order else STEP_RULES))}


@st.composite
def _per_event(draw: Draw, places: int) -> Tree:
    rule: Tree = {"method": "per_event", draw(st.sampled_from(["deduct", "add"])): draw(amounts(places, 1, 6))}
    if draw(st.booleans()):
        rule["at_most"] = draw(limits(places, 10, lowest=0))
    form = draw(st.integers(0, 5))
    if form == 0:
        rule["then"] = draw(st.lists(amounts(places, 0, 6), min_size=1, max_size=3))
    if form == 1:
        rule["rising_by"] = draw(amounts(places, 0, 2))
    return rule | {"lowest": draw(limits(places, 0))}


@st.composite
def _per_incident(draw: Draw, places: int, kinds: Sequence[str]) -> Tree:
    """Of some severities, with amounts of their own, once for a matter, or none of it."""
    rule = draw(_per_event(places)) | {"incident": draw(st.sampled_from(kinds))}
    looked_at = draw(st.sampled_from([SEVERITIES, ("grave",), ()]))
    if looked_at:
        rule["severities"] = list(looked_at)
    if "then" not in rule and "rising_by" not in rule and draw(st.booleans()):
        named = draw(st.lists(st.sampled_from(looked_at or SEVERITIES), min_size=1, unique=True))
        rule["by_severity"] = {name: draw(amounts(places, 0, 8)) for name in named}
    return rule | ({"once_per_matter": "true"} if draw(st.booleans()) else {})


@st.composite
def _composites(draw: Draw, supply: Supply, places: int, points: Fraction, depth: int) -> Tree:
    method = draw(st.sampled_from(["best_of", "worst_of", "sum_of"]))
    inner = replace(supply, incidents=()) if supply.fair else supply
    parts = []
    for _ in range(draw(st.integers(2, 3))):
        stated = method == "sum_of" or draw(st.booleans())
        worth = draw(amounts(places, 1, max(1, int(points)))) if stated else show(points)
        worth = worth if Fraction(worth) <= points else show(points)
        part = draw(measured_trees(inner, places, Fraction(worth), depth + 1))
        if draw(st.integers(0, 3)) == 0:
            part["times"] = draw(st.sampled_from(_factors(part)))
        parts.append(part | ({"points": worth} if stated else {}))
    rule: Tree = {"method": method, "parts": parts}
    if method == "sum_of" and draw(st.booleans()):
        rule |= {"lowest": draw(limits(places, 0)), "highest": draw(limits(places, 40, lowest=0))}
    return rule


def _factors(part: Tree) -> list[object]:
    """A number, one for each group (a party without a group is in that of its kind), or the party's own."""
    groups = {"A": "120%", "B": "1/3", "village": "1", "community": "0", "head": "1", "resident": "2"}
    return ["80%", "1/3", {"by_group": groups}, *(["by_party"] if "indicator" in part else [])]


@st.composite
def _cases(draw: Draw, supply: Supply, places: int, points: Fraction, depth: int) -> Tree:
    """The first of one to three cases, told by values, events, states and groups."""
    parts = []
    for _ in range(draw(st.integers(1, 2))):
        parts.append(draw(_case(supply, places, points, depth)) | {"when": draw(_scoring_conditions(supply))})
    parts.append(draw(_case(supply, places, points, depth)))
    return {"method": "first_of", "parts": parts}


@st.composite
def _case(draw: Draw, supply: Supply, places: int, points: Fraction, depth: int) -> Tree:
    form = draw(st.integers(0, 4))
    if form == 0:
        return {"scoring": {"method": "fixed", "share": draw(st.sampled_from(["0", "50%", "1"]))}}
    if form == 1:
        return {"scoring": {"method": "exempt"}}
    return draw(measured_trees(supply, places, points, depth + 1))


def _scoring_conditions(supply: Supply) -> st.SearchStrategy[Tree]:
    numbers = [one for one in supply.indicators if one["kind"] in THRESHOLDS]
    forms = [
        st.fixed_dictionaries({"group": st.sampled_from([["A"], ["A", "village"], ["head"]])}),
        st.sampled_from(numbers or [{"id": "anchor", "kind": "count"}]).flatmap(_value_is),
        earlier_trees(),
    ]
    if supply.incidents:
        severities = {"severity": st.sampled_from(SEVERITIES)}
        forms.append(st.fixed_dictionaries({"incident": st.sampled_from(supply.incidents)}, optional=severities))
    return st.recursive(
        st.one_of(forms),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=2).map(lambda terms: {"all": terms}),
            st.lists(inner, min_size=1, max_size=2).map(lambda terms: {"any": terms}),
            inner.map(lambda term: {"not": term}),
        ),
        max_leaves=3,
    )


def _value_is(indicator: Tree) -> st.SearchStrategy[Tree]:
    bound = st.sampled_from(THRESHOLDS[str(indicator["kind"])])
    wanted = st.sampled_from(["at_least", "above", "at_most", "below"]).flatmap(
        lambda key: bound.map(lambda at: {key: at})
    )
    return wanted.map(lambda range_: {"value": indicator["id"], "is": range_})


@st.composite
def _rate_terms(draw: Draw) -> Tree:
    optional = {"floor": st.sampled_from(["0", "50%", "2/3"]), "cap": st.sampled_from(["90%", "100%", "120%"])}
    return draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def _step_terms(draw: Draw, task: _Task) -> Tree:
    terms: Tree = {"per": draw(st.sampled_from(STEPS[task.kind])), "step": draw(st.sampled_from(STEP_RULES))}
    which = draw(st.sampled_from(["deduct", "add", "both"]))
    if which != "add":
        terms["deduct"] = draw(amounts(task.places, 0, 4))
    if which != "deduct":
        terms["add"] = draw(amounts(task.places, 0, 4))
        terms["highest"] = draw(st.just("none") | amounts(task.places, 20, 30))
    return terms | {"lowest": draw(limits(task.places, 0))}


def _parameters(task: _Task) -> st.SearchStrategy[str]:
    """A number, the party's own, last year's value, or the party's own with what last year left."""
    carried = ["carried"] if task.kind in ("count", "number", "money") else []
    return st.sampled_from([*THRESHOLDS[task.kind] * 2, "by_party", "last_year", *carried])


def _apart(draw: Draw, task: _Task) -> tuple[str, str]:
    """Two thresholds, the second the better one."""
    low, high = draw(st.sampled_from(list(pairwise(THRESHOLDS[task.kind]))))
    return (high, low) if task.lower else (low, high)


def amounts(places: int, low: int, high: int) -> st.SearchStrategy[str]:
    """Points with at most so many decimals; whole ones come up most."""
    unit = 10**places
    whole = st.integers(low, max(low, high)).map(Fraction)
    fine = st.integers(low * unit, max(low, high) * unit).map(lambda count: Fraction(count, unit))
    return (whole | fine).map(show)


def limits(places: int, high: int, lowest: int = -5) -> st.SearchStrategy[str]:
    return st.just("none") | amounts(places, lowest, high)


def _number(written: str) -> Fraction:
    return Fraction(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
