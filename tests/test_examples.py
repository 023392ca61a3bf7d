"""Every shipped example on a page of its own under `examples/`: invented data, and what comes out worked out by hand.

Both evaluators judge every page: the interpreter is held to the page, the compiled plan to the interpreter cell by cell.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from golden import GoldenCase, golden_pages, read_page
from test_golden import _differences, _explained, _unlike, interpreter

from engine import inference
from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.crosscheck import compare, interpreted_cells
from rules.diagnostic import Refused
from rules.load import load_contract
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName

ROOT = Path(__file__).parent.parent
PAGES = Path(__file__).parent / "examples"
SHIPPED = ROOT / "rules" / "library" / "examples"

needs_inference = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@cache
def cases() -> tuple[GoldenCase, ...]:
    return tuple(case for path in golden_pages(PAGES) for case in read_page(path))


every_case = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name_in_english)


@needs_inference
@every_case
def test_the_page_is_right(case: GoldenCase) -> None:
    answers = interpreter(case.contracts, case.snapshot)
    wrong = [line for table in case.expected for line in _differences(table, answers)]
    assert not wrong, "\n".join(wrong)


@every_case
def test_the_working_leads_to_the_score(case: GoldenCase) -> None:
    wrong = []
    for table in case.expected:
        for row in table.rows:
            if worked := row.get("算法"):
                wrong += _unlike(worked, row[_explained(table)])
    assert not wrong, "\n".join(wrong)


@needs_inference
@pytest.mark.parametrize("name", [EngineName.POLARS, EngineName.DUCKDB])
@every_case
def test_the_compiled_plan_agrees_in_every_cell(case: GoldenCase, name: EngineName) -> None:
    engine = backend(name)
    judged = judge_year(case.contracts, columns_of([case.snapshot], case.contracts, engine), engine)
    comparison = compare(interpreted_cells(assess(case.contracts, case.snapshot)), judged, engine)
    assert comparison.difference is None


def test_every_example_has_a_page() -> None:
    shipped = {load_contract(path).contract.contract for path in SHIPPED.glob("*.yaml")}
    assert shipped == {contract.contract for case in cases() for contract in case.contracts}


def test_the_veto_for_petitions_cannot_be_put_back(tmp_path: Path) -> None:
    """The published model-village scheme had it; the example names it in a note, and the checker refuses it as a rule."""
    text = (SHIPPED / "model_village.yaml").read_text("utf-8")
    kind = "  - {id: county_petition, name: 到县上访或重复上访, name_en: Petition, article: 第3条第3项}\n"
    veto = "  - {id: veto_petition, name: 信访一票否决, when: {incident: county_petition}, effects: {cap_grade: ordinary}}\n"
    again = text.replace("incidents:\n", f"incidents:\n{kind}").replace("vetoes:\n", f"vetoes:\n{veto}")
    (tmp_path / "again.yaml").write_text(again, "utf-8")
    with pytest.raises(Refused) as refused:
        load_contract(tmp_path / "again.yaml")
    assert {fault.code for fault in refused.value.diagnostics} == {"DX407"}
