"""Records written out as the files a county hands in: Parquet with types of its own, or CSV with everything as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from rules.contract import Contract
from rules.indicator import Kind
from targets.snapshot import Records


def write_files(folder: Path, records: Records, contracts: Iterable[Contract], ending: str) -> dict[str, Path]:
    """A file a table that has rows; the data in long form, ratios as counts where they were counted."""
    posts = {tenure.cadre: tenure.post for tenure in records.tenures}
    whose = {party.code: party.kind for party in records.parties} | posts
    kinds = {
        (kind, one.id): one.kind
        for contract in contracts
        for kind in (*contract.assesses, *(post.id for post in contract.posts))
        for one in contract.indicators
    }

    def kind_of(subject: str, indicator: str) -> Kind:
        return kinds[whose[subject], indicator]

    files = {}
    for name, rows in _tables(records, kind_of).items():
        if rows:
            frame = pl.DataFrame(rows, infer_schema_length=None)
            files[name] = folder / f"{name}{ending}"
            frame.write_parquet(files[name]) if ending == ".parquet" else frame.cast(pl.String).write_csv(files[name])
    return files


def _tables(records: Records, kind_of: Callable[[str, str], Kind]) -> dict[str, list[dict[str, Any]]]:
    return {
        "parties": [{"code": p.code, "name": p.name, "kind": p.kind, "parent": p.parent, "group": p.group} for p in records.parties],
        "cadres": [{"code": c.code, "name": c.name} for c in records.cadres],
        "tenures": [
            {"cadre": t.cadre, "post": t.post, "party": t.party, "start": t.start, "until": t.until} for t in records.tenures
        ],
        "assignments": [
            {"cadre": a.cadre, "party": a.party, "role": a.role, "start": a.start, "until": a.until, "share": _text(a.share)}
            for a in records.assignments
        ],
        "targets": [
            {"party": t.subject, "indicator": t.indicator, "parameter": t.parameter,
             "value": _percent(t.value, kind_of(t.subject, t.indicator))}
            for t in records.targets
        ],
        "data": [_datum(seen, kind_of(seen.subject, seen.indicator)) for seen in records.observations],
        "incidents": [
            {"id": i.id, "party": i.subject, "kind": i.kind, "happened_on": i.happened_on, "found_on": i.found_on,
             "state": i.state.value, "evidence": i.evidence, "severity": i.severity, "matter": i.matter}
            for i in records.incidents
        ],
        "states": [{"party": s.subject, "state": s.state, "start": s.start, "until": s.until} for s in records.states],
        "prior_vetoes": [
            {"party": v.subject, "contract": v.contract, "veto": v.veto, "happened_on": v.happened_on, "until_year": v.until_year}
            for v in records.prior_vetoes
        ],
        "history": [
            {"party": r.subject, "contract": r.contract, "year": r.year, "score": None if r.score is None else _text(r.score),
             "rank": r.rank, "grade": r.grade, "vetoed": r.vetoed}
            for r in records.history
        ],
    }  # fmt: skip


def _datum(seen: Any, kind: Kind) -> dict[str, Any]:
    row = {"party": seen.subject, "indicator": seen.indicator, "period": str(seen.period), "entry": seen.entry or None}
    if seen.counted:
        return row | {"value": None, "numerator": seen.numerator, "denominator": seen.denominator}
    if kind in (Kind.YES_NO, Kind.CHECKLIST):
        value = "是" if seen.numerator else "否"
    else:
        value = _percent(Fraction(seen.numerator, seen.denominator), kind)
    return row | {"value": value, "numerator": None, "denominator": None}


def _percent(value: Fraction, kind: Kind) -> str:
    return f"{_text(value * 100)}%" if kind is Kind.RATIO else _text(value)


def _text(value: Fraction) -> str:
    """An exact decimal, or the fraction."""
    if (value * 10**9).denominator == 1:
        return format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return f"{value.numerator}/{value.denominator}"
