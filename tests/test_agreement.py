"""The promise to the auditor: two evaluators that share no code agree in every cell, on every engine.

Hypothesis draws contracts and years; the interpreter judges each year alone, the compiled plan all years of a contract
at once: on Polars, and on DuckDB for every fourth. `HYPOTHESIS_PROFILE=long` draws twenty years a contract and many more
contracts, all of them on both, and new ones each time; the ordinary run has the same ones, so that it fails for a reason.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, note, reject, seed, settings
from hypothesis import strategies as st
from strategies import cadre_contracts, contracts, parent_contracts, snapshots
from strategies_variations import varied
from test_golden import cases

from engine import inference
from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.crosscheck import compare, interpreted_cells, merged
from rules.diagnostic import Refused
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName
from targets.snapshot import Snapshot

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SHARDS = range(8)
CONTRACTS, YEARS = (625, 20) if LONG else (125, 1)
ENGINES = (EngineName.POLARS, EngineName.DUCKDB)
TOO_WIDE = "DX620"

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@pytest.mark.parametrize("shard", SHARDS)
def test_interpreter_and_compiler_agree(shard: int) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=CONTRACTS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        agreed = [data.draw(contracts())]
        agreed += [data.draw(parent_contracts(agreed[0]))] if data.draw(st.integers(0, 3)) == 0 else []
        agreed += [data.draw(cadre_contracts(agreed[0]))] if data.draw(st.booleans()) else []
        first = data.draw(snapshots(*agreed))
        years = [first, *(varied(first, agreed, Random(f"{shard} {number}")) for number in range(1, YEARS))]
        interpreted = merged(interpreted_cells(assess(agreed, year), _mark(n, years)) for n, year in enumerate(years))
        seen["years"] += len(years)
        for name in ENGINES if LONG or data.draw(st.integers(0, 3)) == 0 else ENGINES[:1]:
            seen[f"years on {name}"] += len(years)
            engine = backend(name)
            try:
                judged = judge_year(agreed, columns_of(years, agreed, engine), engine)
            except Refused as refused:
                if refused.diagnostics[0].code != TOO_WIDE:
                    raise
                seen[f"too wide for {name}"] += 1
                continue
            comparison = compare(interpreted, judged, engine)
            seen["cells"] += comparison.cells
            note(f"{name}: {comparison.difference}")
            assert comparison.difference is None

    (agree if LONG else seed(shard)(agree))()
    print(f"\nshard {shard}: {dict(seen)}")
    assert all(number <= seen["years"] // 25 for what, number in seen.items() if what.startswith("too wide"))


def _mark(number: int, years: list[Snapshot]) -> str:
    return "" if len(years) == 1 else f"{number}|"


@settings(max_examples=1000 if LONG else 150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_years_with_holes_are_refused_for_the_same_reasons(data: st.DataObject) -> None:
    """Values, targets and duties taken out at random: the same faults at the same places, or the same verdicts."""
    agreed = [data.draw(contracts())]
    agreed += [data.draw(parent_contracts(agreed[0]))] if data.draw(st.integers(0, 3)) == 0 else []
    agreed += [data.draw(cadre_contracts(agreed[0]))] if data.draw(st.booleans()) else []
    year = data.draw(snapshots(*agreed))
    dice, records = Random(data.draw(st.integers(0, 10**6))), year.records

    def holed(rows: tuple[Any, ...], share: float) -> tuple[Any, ...]:
        return tuple(row for row in rows if dice.random() > share)

    year = replace(
        year,
        records=replace(
            records,
            observations=holed(records.observations, 0.15),
            targets=holed(records.targets, 0.1),
            assignments=holed(records.assignments, 0.2),
        ),
    )
    engine = backend(EngineName.POLARS)
    interpreted, refused = _outcome(lambda: interpreted_cells(assess(agreed, year)))
    judged, also_refused = _outcome(lambda: judge_year(agreed, columns_of([year], agreed, engine), engine))
    if any(code == TOO_WIDE for code, _ in also_refused):
        # Refused before any row is read, which the interpreter never is; how seldom, the test above holds.
        reject()
    assert also_refused == refused
    if interpreted is not None and judged is not None:
        assert compare(interpreted, judged, engine).difference is None


T = TypeVar("T")


def _outcome(call: Callable[[], T]) -> tuple[T | None, set[tuple[str, str]]]:
    """What comes out, or the codes and places of what was refused."""
    try:
        return call(), set()
    except Refused as refused:
        return None, {(fault.code, fault.span.cell or fault.span.path) for fault in refused.diagnostics}


@pytest.mark.parametrize("name", ENGINES)
def test_every_golden_page_agrees_in_every_cell(name: EngineName) -> None:
    cells = 0
    for case in cases():
        if not case.faults:
            engine = backend(name)
            judged = judge_year(case.contracts, columns_of([case.snapshot], case.contracts, engine), engine)
            comparison = compare(interpreted_cells(assess(case.contracts, case.snapshot)), judged, engine)
            assert comparison.difference is None, case.name_in_english
            cells += comparison.cells
    assert cells > 4_000


@pytest.mark.parametrize("name", ENGINES)
def test_every_faulty_year_is_refused_for_the_same_reasons(name: EngineName) -> None:
    """The same codes at the same places; the compiled plan cannot quote the value that stands there."""
    for case in cases():
        if case.faults:
            engine = backend(name)
            with pytest.raises(Refused) as refused:
                judge_year(case.contracts, columns_of([case.snapshot], case.contracts, engine), engine)
            said = [(fault.code, fault.span.cell or fault.span.path) for fault in refused.value.diagnostics]
            assert sorted(said) == sorted(case.faults), case.name_in_english
