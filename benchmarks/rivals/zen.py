"""ZEN engine: one decision of twenty expressions and their sum, evaluated village by village.

Its numbers are decimals of 28 digits and its `round` goes half away from zero, so the totals come out exact.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import polars as pl
from zen import ZenEngine

from benchmarks.contract import HUNDREDTHS, ScoredItem


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem]) -> pl.Series:
    """The totals in hundredths, Int64. The targets must be finite decimals."""
    decision = ZenEngine().create_decision(json.dumps(_decision(items)))
    names = [f"{part}{number}" for number in range(len(items)) for part in ("done", "due")]
    columns = [name for item in items for name in (item.numerator, item.denominator)]
    rows = frame.select(columns).iter_rows()
    sums = [int(decision.evaluate(dict(zip(names, row, strict=True)))["result"]["total"]) for row in rows]
    return pl.Series("total", sums, dtype=pl.Int64)


def _decision(items: Sequence[ScoredItem]) -> dict[str, object]:
    """Its graph: what comes in, the expressions, what goes out."""
    scores = [
        f"round(min([{_shown(item.points)}, {_shown(item.points)} * done{number} / (due{number} * {_shown(item.target)})]), 2)"
        for number, item in enumerate(items)
    ]
    expressions = [{"id": f"e{n}", "key": f"score{n}", "value": score} for n, score in enumerate(scores)]
    total = " + ".join(f"$.score{number}" for number in range(len(items)))
    expressions.append({"id": "sum", "key": "total", "value": f"({total}) * {HUNDREDTHS}"})
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "sheet", "name": "sheet", "type": "expressionNode", "content": {"expressions": expressions}},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "first", "type": "edge", "sourceId": "in", "targetId": "sheet"},
        {"id": "last", "type": "edge", "sourceId": "sheet", "targetId": "out"},
    ]
    return {"nodes": nodes, "edges": edges}


def _shown(exact: Fraction) -> str:
    return format(Decimal(exact.numerator) / exact.denominator, "f")
