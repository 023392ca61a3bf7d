"""Every entry of docs/cookbook.md is a contract that may be used, and comes out as it says, in both evaluators.

An entry of the cookbook is a case of a golden page (`contracts/README.md`) under a heading of its own rank.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import test_golden
from golden import GoldenCase, read_page
from golden_records import PageError
from pydantic import ValidationError

from engine import inference
from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.crosscheck import compare, interpreted_cells
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName

DOCS = Path(__file__).parents[1] / "docs"
COOKBOOK = DOCS / "cookbook.md"
ENTRIES_AT_LEAST = 40
_ENTRY = re.compile(r"^### (.+)$", re.MULTILINE)


@cache
def entries() -> tuple[GoldenCase, ...]:
    """The entries as cases: chapters (##) are headings like any other, an entry (###) begins a case."""
    text = COOKBOOK.read_text(encoding="utf-8").replace("\n## ", "\n# ").replace("\n### ", "\n## ")
    with TemporaryDirectory() as folder:
        page = Path(folder) / COOKBOOK.name
        page.write_text(text, encoding="utf-8")
        return tuple(read_page(page))


def test_there_are_entries_and_no_two_of_the_same_name() -> None:
    titles = _ENTRY.findall(COOKBOOK.read_text(encoding="utf-8"))
    assert titles == [entry.title for entry in entries()]
    assert len(titles) == len(set(titles)) >= ENTRIES_AT_LEAST


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name_in_english)
def test_the_entry_comes_out_as_it_says(entry: GoldenCase) -> None:
    test_golden.test_the_page_is_right(entry, test_golden.interpreter)
    test_golden.test_the_working_leads_to_the_score(entry)


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
def test_the_compiled_plan_agrees_in_every_cell() -> None:
    engine = backend(EngineName.POLARS)
    for entry in entries():
        judged = judge_year(entry.contracts, columns_of([entry.snapshot], entry.contracts, engine), engine)
        comparison = compare(interpreted_cells(assess(entry.contracts, entry.snapshot)), judged, engine)
        assert comparison.difference is None, entry.name_in_english


# What docs/limits.md says that cannot be said -> how one would try. When one of them is accepted the page is out of date.
_LIMITS = {
    "从组里最差到最好走直线": "items: [{id: x, indicator: a, points: 100, scoring: {method: linear, zero_at: worst, full_at: 100}}]",
    "同比提高几个百分点": "items: [{id: x, indicator: a, points: 100, scoring: {method: all_or_nothing, target: last_year + 10}}]",
    "一项和全县比": "items: [{id: x, indicator: a, peers: all, points: 100, scoring: {method: rank, less_per_place: 1}}]",
    "全组平均当缺报的分": "items: [{id: x, indicator: a, missing: peers_mean, points: 100, scoring: {method: mark}}]",
    "并到指定的另一项": "items: [{id: x, indicator: a, missing: {to: y}, points: 100, scoring: {method: mark}}]",
    "整张表的缺省": "defaults: {missing: zero}\nitems: [{id: x, indicator: a, points: 100, scoring: {method: mark}}]",
    "信访、投诉次数": (
        "incidents: [{id: 越级上访}]\nitems: [{id: x, points: 100, scoring: {method: per_event, incident: 越级上访, deduct: 2}}]"
    ),
    "至少一成评为末等": (
        "items: [{id: x, indicator: a, points: 100, scoring: {method: mark}}]\ngrades: [{id: g}, {id: h, at_least: 10%}]"
    ),
    "倒扣的奖金": (
        "items: [{id: x, indicator: a, points: 100, scoring: {method: mark}}]\nawards: [{id: d, per_point: -5元, above: 90}]"
    ),
}


@pytest.mark.parametrize("said", _LIMITS)
def test_what_is_a_limit_is_refused(said: str, tmp_path: Path) -> None:
    assert said in (DOCS / "limits.md").read_text(encoding="utf-8")
    page = tmp_path / "limit.md"
    written = f"indicators: [{{id: a, kind: mark}}]\n{_LIMITS[said]}"
    page.write_text(
        f"## 界限 / limit\n\n```yaml\n{written}\n```\n\n**结果**\n\n| 村 |\n|---|\n| 甲村 |\n", encoding="utf-8"
    )
    with pytest.raises((PageError, ValidationError)):
        read_page(page)
