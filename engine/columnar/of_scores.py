"""Values made of scores, as columns: of items or sections that stand before on the sheet, or of totals under another contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, assert_never

import narwhals as nw

from engine.columnar.exact import Ratio, choose, constant, total, weighed, whole
from engine.columnar.order import extreme
from engine.columnar.plan import Plan, Truth
from engine.columnar.scribe import Case, Scribe, Total
from engine.fit import totals_in
from rules.contract import Contract
from rules.indicator import OfScores, Take, Whose
from targets.columns.year import Frame, YearColumns

if TYPE_CHECKING:
    from engine.columnar.links import Judgement


def join_totals(
    base: Frame, year: YearColumns, contract: Contract, plan: Plan, others: Sequence[Judgement]
) -> tuple[Frame, dict[OfScores, Total]]:
    """What is taken of the scores under the contracts whose totals enter this one, joined to the rows by subject."""
    totals: dict[OfScores, Total] = {}
    judged = {other.contract.contract: other for other in others}
    for number, scores in enumerate(totals_in(contract)):
        other = judged[scores.contract or ""]
        new = replace(other.total, name=f"total {number}", there=f"total there {number}")
        if scores.of is Whose.CHILDREN:
            plan.at = f"scores of the children under {scores.contract}"
            found, new = _of_children(year, plan, scores.take, other, new)
        else:
            found = other.frame.select("subject", **{new.name: nw.col(other.total.name)})
        totals[scores] = replace(new, low=min(0, new.low), high=max(0, new.high))
        if found is not None:
            base = base.join(found, on="subject", how="left")
            filled = {new.name: nw.col(new.name).fill_null(0)} | (
                {new.count: nw.col(new.count).fill_null(1)} if new.count else {}
            )
            base = base.with_columns(**{str(new.there): ~nw.col(new.name).is_null()}, **filled)
    return base, totals


def _of_children(year: YearColumns, plan: Plan, take: Take, other: Judgement, new: Total) -> tuple[Frame | None, Total]:
    """By parent, what is taken of the scores of those directly below; a mean is left as sum and number."""
    if year.parents is None:
        return None, replace(new, there=False, low=0, high=0)
    scores = other.frame.select(child=nw.col("subject"), score=nw.col(other.total.name))
    below = year.parents.join(scores, on="child", how="inner")
    if take in (Take.BEST, Take.WORST):
        score = nw.col("score")
        chosen = below.group_by("parent").agg((score.max() if take is Take.BEST else score.min()).alias(new.name))
        return chosen.select(nw.col(new.name), subject=nw.col("parent")), new
    new = replace(new, low=min(0, new.low * year.children_max), high=max(0, new.high * year.children_max))
    new = replace(new, width=max(new.width, plan.reaching(new.low, new.high)))
    if take is Take.MEAN:
        new = replace(new, count=f"{new.name} count", count_max=year.children_max)
    kind, count = new.width.kind, new.count or "count"
    wide = below.with_columns(nw.col("score").cast(kind))
    summed = wide.group_by("parent").agg(nw.col("score").sum().alias(new.name), nw.len().alias(count))
    sums = summed.select(nw.col(new.name).cast(kind), nw.col(count).cast(nw.Int64), subject=nw.col("parent"))
    return sums.select("subject", new.name, *([count] if new.count else [])), new


def value_of_scores(scribe: Scribe, case: Case, scores: OfScores) -> tuple[Ratio, Truth]:
    """The value, and for whom there is one."""
    if scores.contract is not None:
        told, plan = scribe.totals[scores], scribe.plan
        value = whole(plan.column(told.name, told.low, told.high, width=told.width), told.scale)
        if told.count:
            value = value.per(whole(plan.column(told.count, 1, told.count_max)))
        return value, plan.truth(told.there)
    items = [scribe.scored[name, case.window] for name in scores.items]
    found = [(one.value, one.scored) for one in items]
    found += [scribe.sections[name, case.window] for name in scores.sections]
    values, there = [value for value, _ in found], [truth for _, truth in found]
    weights = scores.weights or (Fraction(1),) * len(found)
    return _taken(scribe, scores.take, values, there, weights).settled(), scribe.plan.any_of(there).settled()


def _taken(
    scribe: Scribe, take: Take, values: Sequence[Ratio], there: Sequence[Truth], weights: Sequence[Fraction]
) -> Ratio:
    plan = scribe.plan

    def summed(terms: Sequence[Ratio]) -> Ratio:
        nothing = constant(plan, Fraction(0))
        rows = zip(there, terms, weights, strict=True)
        return total(plan, (choose(truth, term, nothing).times(weight) for truth, term, weight in rows)).settled()

    match take:
        case Take.BEST | Take.WORST:
            return extreme(values, there, best=take is Take.BEST)
        case Take.SUM:
            return summed(values)
        case Take.MEAN:
            return summed(values).per(weighed(plan, zip(there, weights, strict=True)).settled())
        case Take.VARIANCE:
            # The mean of the squares less the square of the mean.
            present = weighed(plan, zip(there, weights, strict=True)).settled()
            mean = summed(values).per(present).settled()
            squares = summed([value.by(value) for value in values]).per(present)
            return squares.minus(mean.by(mean))
        case _ as never:
            assert_never(never)
