"""The newcomer's exercise, docs/first-contract.md, followed step by step: what the checker says, and what comes out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import test_golden
from golden import GoldenCase, read_page

from engine import inference
from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.crosscheck import compare, interpreted_cells
from rules.diagnostic import Refused
from rules.load import parse_contract
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName

PAGE = Path(__file__).parents[1] / "docs" / "first-contract.md"
_STEP = re.compile(
    r"^## ([^\n]+)\n(?:(?!^## ).)*?```yaml\n(.*?)```\n\n\*\*检查\*\* ([^\n]+)$", re.DOTALL | re.MULTILINE
)


def steps() -> list[tuple[str, str, str]]:
    return _STEP.findall(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("step", "contract", "told"), steps(), ids=[step for step, _, _ in steps()])
def test_the_checker_says_what_the_page_says(step: str, contract: str, told: str) -> None:
    try:
        found = parse_contract("health.yaml", contract).warnings
    except Refused as refused:
        found = refused.diagnostics
    assert [fault.code for fault in found] == re.findall(r"DX\d{3}", told), step


@cache
def last_step() -> GoldenCase:
    """The last step as a case of a golden page: its contract, its tables and what comes out."""
    text = PAGE.read_text(encoding="utf-8").partition("## 第五步")[2].partition("\n## ")[0]
    with TemporaryDirectory() as folder:
        page = Path(folder) / PAGE.name
        page.write_text(f"# 第一份责任状\n\n## 第五步{text.replace('**检查** 没有问题', '')}", encoding="utf-8")
        return read_page(page)[0]


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
def test_the_last_step_comes_out_as_it_says() -> None:
    case = last_step()
    test_golden.test_the_page_is_right(case, test_golden.interpreter)
    test_golden.test_the_working_leads_to_the_score(case)
    engine = backend(EngineName.POLARS)
    judged = judge_year(case.contracts, columns_of([case.snapshot], case.contracts, engine), engine)
    assert compare(interpreted_cells(assess(case.contracts, case.snapshot)), judged, engine).difference is None


def test_there_are_five_steps() -> None:
    assert len(steps()) == 5
