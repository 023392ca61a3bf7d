"""The pages of the table diagnostics show the very faults they describe, and docs/tables.md is what the layouts say.

An example is a block named for its CSV file, followed by the places of its faults as a diagnostic prints them, or a block
named for its sheet in which the faulty cells carry their codes (`bad_tables.cases`). Files in a row are given together.
The blocks after `## 改为 / Instead` have no fault and no warning. The contracts are those of tests/bad_tables.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bad_tables.cases import HERE, cases_in
from bad_tables.town import KNOWN, contracts

from rules.diagnostic import Diagnostic, Refused
from targets.intake import read_csv_tables, read_workbook
from targets.tables.page import tables_page

ROOT = HERE.parents[1]
PAGES = sorted((ROOT / "docs" / "diagnostics").glob("DX5*.md"))
INSTEAD = "## 改为 / Instead"
WITHOUT_EXAMPLE = {"DX500", "DX501", "DX503", "DX509"}
_FILE = re.compile(r"^```csv (\w+)\.csv\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SHEET = re.compile(r"^```sheet (.+?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PLACE = re.compile(r"^`(\w+\.csv:\d+(?: \[.+?\])?)` (DX\d{3})$", re.MULTILINE)

Said = list[tuple[str, str]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_has_exactly_the_faults_named(page: Path, tmp_path: Path) -> None:
    text, _, _ = page.read_text(encoding="utf-8").partition(INSTEAD)
    said, expected = said_about(text, tmp_path)
    assert sorted(said) == sorted(expected)
    assert page.stem in {code for _, code in expected} or page.stem in WITHOUT_EXAMPLE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_corrected_example_has_no_fault_at_all(page: Path, tmp_path: Path) -> None:
    _, found, text = page.read_text(encoding="utf-8").partition(INSTEAD)
    assert found
    assert len(text.strip()) > 10, "no way out"
    assert said_about(text, tmp_path) == ([], [])


def said_about(text: str, folder: Path) -> tuple[Said, Said]:
    """What is said about the blocks, and what should be: place and code."""
    files = {name: folder / f"{name}.csv" for name, _ in _FILE.findall(text)}
    for name, content in _FILE.findall(text):
        files[name].write_text(content, encoding="utf-8")
    said: Said = []
    if files:
        said += diagnosed(lambda warn: read_csv_tables(files, contracts(), KNOWN, on_warning=warn))
    expected = _PLACE.findall(text)
    if sheets := _SHEET.findall(text):
        whole = " ".join(f"!{code}" for code in re.findall(r"the whole file: (DX\d{3})", text))
        (case,) = cases_in("page", f"## example {whole}\n" + "".join(f"### {name}\n{rows}" for name, rows in sheets))
        path = case.book.write(folder / "example.xlsx")
        said += diagnosed(lambda warn: read_workbook(path, contracts(), KNOWN, on_warning=warn))
        expected += [(f"{each.sheet} {each.cell}".strip(), each.code) for each in case.everything]
    return said, expected


def diagnosed(read: object) -> Said:
    found: list[Diagnostic] = []
    try:
        read(found.append)  # type: ignore[operator]
    except Refused as refused:
        found = list(refused.diagnostics)
    return [(_place(each), each.code) for each in found]


def _place(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    if Path(span.path).suffix == ".xlsx":
        return f"{span.sheet} {span.cell}".strip()
    return str(span).replace(span.path, Path(span.path).name)


def test_the_page_of_the_tables_is_current() -> None:
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert page == tables_page(), "run: python -m targets.tables.page docs/tables.md"
