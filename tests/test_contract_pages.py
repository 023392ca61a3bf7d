"""Every diagnostic has a page, and every page shows the very fault it describes.

A page begins with `# DXnnn 中文 / English`. Its YAML blocks before the heading `## 改为 / Instead` are contracts in which
each line with a fault ends with a comment naming the codes; those after it are the same ones put right. Several blocks
in a row are files that are given together, in their order; one that begins with `scenarios:` is laid over the others.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.simulate.assumed import assumptions_of
from rules import amend, checks
from rules.codes import CODES
from rules.diagnostic import Diagnostic, Refused
from rules.load import Loaded, parse_contract
from rules.overlay import overlay
from rules.scenario import parse_scenarios
from targets.snapshot import Records

PAGES = Path(__file__).parents[1] / "docs" / "diagnostics"
INSTEAD = "## 改为 / Instead"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_MARKED = re.compile(r"#((?: DX\d{3})+)$")

Fault = tuple[str, int, str]
SHOWING = [page.stem for page in sorted(PAGES.glob("DX*.md")) if "```yaml" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page_under_its_own_title(code: str) -> None:
    first = (PAGES / f"{code}.md").read_text(encoding="utf-8").splitlines()[0]
    heading = re.fullmatch(rf"# {code} (\S.*) / (.+)", first)
    assert heading is not None, first
    assert heading[2] == CODES[code].title


def test_every_page_is_about_a_code() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} <= CODES.keys()


@pytest.mark.parametrize("code", SHOWING)
def test_the_example_has_exactly_the_faults_marked_on_its_lines(code: str) -> None:
    wrong, _ = _examples(code)
    marked = {fault for number, text in enumerate(wrong) for fault in _marks(f"{number}.yaml", text)}
    assert code in {fault[2] for fault in marked}, "the example shows another fault than the page's own"
    assert {(one.span.path, one.span.line, one.code) for one in faults_of(wrong)} == marked


@pytest.mark.parametrize("code", SHOWING)
def test_the_corrected_example_has_no_fault_at_all(code: str) -> None:
    _, right = _examples(code)
    assert right, f"{code} shows no way out under {INSTEAD}"
    assert faults_of(right) == []


def _examples(code: str) -> tuple[list[str], list[str]]:
    wrong, _, right = (PAGES / f"{code}.md").read_text(encoding="utf-8").partition(INSTEAD)
    return _BLOCK.findall(wrong), _BLOCK.findall(right)


def _marks(path: str, text: str) -> list[Fault]:
    found = [(number, _MARKED.search(line)) for number, line in enumerate(text.splitlines(), start=1)]
    return [(path, number, code) for number, match in found if match for code in match[1].split()]


def faults_of(texts: list[str]) -> list[Diagnostic]:
    """Errors and warnings of contracts given together: each alone, then between them, then as versions, then with changes."""
    loaded: list[Loaded] = []
    faults: list[Diagnostic] = []
    for number, text in enumerate(texts):
        if text.startswith("scenarios:"):
            faults.extend(_faults_of_scenarios(f"{number}.yaml", text, loaded))
            continue
        try:
            loaded.append(parse_contract(f"{number}.yaml", text))
        except Refused as refused:
            faults.extend(refused.diagnostics)
    faults.extend(warning for one in loaded for warning in one.warnings)
    if len(loaded) > 1:
        faults.extend(checks.check_together([(one.contract, one.tree) for one in loaded]))
    return [*faults, *amend.check_chain(loaded)]


def _faults_of_scenarios(path: str, text: str, contracts: list[Loaded]) -> list[Diagnostic]:
    try:
        scenarios = parse_scenarios(path, text)
        laid = overlay(scenarios, contracts)
        assumptions_of(scenarios, [one.contract for one in contracts], Records())
    except Refused as refused:
        return list(refused.diagnostics)
    return [warning for one in laid for warning in one.warnings]
