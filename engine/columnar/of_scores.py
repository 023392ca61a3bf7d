"""Values made of scores, as columns: of items or sections that stand before on the sheet, or another contract's total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, assert_never

import narwhals as nw

from engine.columnar.exact import Ratio, choose, constant, total, weighed, whole
from engine.columnar.order import extreme
from engine.columnar.plan import Truth
from engine.columnar.scribe import Case, Scribe, Total
from engine.fit import totals_in
from rules.contract import Contract
from rules.indicator import OfScores, Take
from targets.columns.year import Frame

if TYPE_CHECKING:
    from engine.columnar.links import Judgement


def join_totals(base: Frame, contract: Contract, others: Sequence[Judgement]) -> tuple[Frame, dict[str, Total]]:
    """The scores under the contracts whose totals enter this one, joined to the rows by subject."""
    totals: dict[str, Total] = {}
    judged = {other.contract.contract: other for other in others}
    for name in totals_in(contract):
        other = judged[name]
        new = replace(other.total, name=f"total {name}", there=f"total there {name}")
        found = other.frame.select("subject", **{new.name: nw.col(other.total.name)})
        base = base.join(found, on="subject", how="left")
        there = ~nw.col(new.name).is_null()
        base = base.with_columns(**{new.there: there, new.name: nw.col(new.name).fill_null(0)})
        totals[name] = replace(new, low=min(0, new.low), high=max(0, new.high))
    return base, totals


def value_of_scores(scribe: Scribe, case: Case, scores: OfScores) -> tuple[Ratio, Truth]:
    """The value, and for whom there is one."""
    if scores.contract is not None:
        told = scribe.totals[scores.contract]
        return whole(scribe.plan.column(told.name, told.low, told.high), told.scale), scribe.plan.truth(told.there)
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
