"""Faults of the year's data: each has a page, stands on a golden page, and comes together with all the others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from golden import GoldenCase, golden_pages, read_page

from engine import inference
from engine.assess import assess
from rules.codes import CODES
from rules.diagnostic import Refused
from targets.snapshot import Snapshot

PAGES = Path(__file__).parents[1] / "docs" / "diagnostics"
OF_THE_YEAR = sorted(code for code in CODES if code.startswith("DX6"))
# Two files of one contract cannot stand on a golden page, where a contract of the same id replaces the other.
# What the compiled plan cannot hold, and what it says otherwise, is shown in test_spark.py and test_crosscheck.py.
NOT_ON_A_PAGE = {"DX615", "DX620", "DX621"}
pytestmark = pytest.mark.skipif(not inference.available(), reason="durable-rules does not run here")


def cases() -> list[GoldenCase]:
    return [case for path in golden_pages() for case in read_page(path) if case.faults]


@pytest.mark.parametrize("code", OF_THE_YEAR)
def test_each_fault_has_its_page(code: str) -> None:
    title, chinese, english = (PAGES / f"{code}.md").read_text("utf-8").strip().split("\n\n")
    assert re.fullmatch(rf"# {code} [一-鿿（）、，·—]+ / {re.escape(CODES[code].title)}", title)
    assert re.search(r"[一-鿿]", chinese)
    assert not re.search(r"[一-鿿]", english)


def test_each_fault_stands_on_a_golden_page() -> None:
    shown = {code for case in cases() for code, _ in case.faults}
    assert shown | NOT_ON_A_PAGE == set(OF_THE_YEAR)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name_in_english)
def test_a_fault_says_what_was_found_and_what_was_expected(case: GoldenCase) -> None:
    with pytest.raises(Refused) as refused:
        assess(case.contracts, case.snapshot)
    for fault in refused.value.diagnostics:
        assert str(fault.found)
        assert str(fault.expected)
        assert fault.span.cell or fault.span.path


def test_the_same_contract_twice_is_refused() -> None:
    case = next(case for path in golden_pages() for case in read_page(path) if not case.faults)
    with pytest.raises(Refused) as refused:
        assess([*case.contracts, *case.contracts], case.snapshot)
    assert {fault.code for fault in refused.value.diagnostics} == {"DX615"}


def test_faults_between_contracts_come_together() -> None:
    """Of another year, given twice, and linked to one that is not there: nothing hides behind the first."""
    linked = next(case for case in cases() if case.faults[0][0] == "DX612")
    with pytest.raises(Refused) as refused:
        assess([*linked.contracts, *linked.contracts], Snapshot(2027, linked.snapshot.records))
    assert {fault.code for fault in refused.value.diagnostics} == {"DX612", "DX614", "DX615"}
