"""Bad tables: each wrong cell gets its own code at its own place, and nothing but Refused ever comes out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from bad_tables.cases import Case, Expected, Sheet, cases_of
from bad_tables.town import KNOWN, contracts

from rules.codes import CODES, Severity
from rules.diagnostic import Diagnostic, Refused, Span
from targets.intake import read_csv_tables, read_workbook
from targets.tables import layout_titled

TOPICS = ("who", "what", "data", "cells", "sheets")
CASES = tuple(cases_of(*TOPICS))
BAD_CELLS_MIN = 250

# Here the message names something else than the text of the cell.
OTHERWISE_FOUND = frozenset(
    {"DX408", "DX513", "DX518", "DX519", "DX540", "DX541", "DX555", "DX557", "DX559", "DX560", "DX573"}
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_fault_of_a_workbook_is_found_in_its_cell(case: Case, tmp_path: Path) -> None:
    path = case.book.write(tmp_path / "town.xlsx")
    warnings: list[Diagnostic] = []
    try:
        read_workbook(path, contracts(), KNOWN, on_warning=warnings.append)
        found = warnings
    except Refused as refused:
        found = list(refused.diagnostics)
    assert {diagnostic.span.path for diagnostic in found} == {str(path)}
    said = sorted((each.code, each.span.sheet, each.span.cell) for each in found)
    assert said == sorted((each.code, _sheet(case, each), each.cell) for each in case.everything)
    _hold_to_the_text(case, found)


def _sheet(case: Case, expected: Expected) -> str:
    """A fault of the file as a whole may be shown at its only sheet."""
    return case.sheets[0].name if not expected.sheet and expected.code == "DX512" else expected.sheet


def _hold_to_the_text(case: Case, found: list[Diagnostic]) -> None:
    texts = {(each.sheet, each.cell, each.code): each.text for each in case.everything if each.cell and each.text}
    for diagnostic in found:
        text = texts.get((diagnostic.span.sheet, diagnostic.span.cell, diagnostic.code))
        if text and diagnostic.code not in OTHERWISE_FOUND:
            assert str(diagnostic.found) == text


def alone(case: Case) -> Sheet | None:
    """The case's only sheet, when a CSV file can say the same."""
    sheets = [sheet for sheet in case.sheets if not sheet.hidden]
    return (
        sheets[0]
        if len(sheets) == 1 == len(case.sheets) and sheets[0].plain and layout_titled(sheets[0].name)
        else None
    )


CSV_CASES = [case for case in CASES if alone(case) is not None]


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("case", CSV_CASES, ids=lambda case: case.title)
def test_the_same_table_as_csv_has_the_same_faults(case: Case, encoding: str, separator: str, tmp_path: Path) -> None:
    sheet = alone(case)
    assert sheet is not None
    layout = layout_titled(sheet.name)
    assert layout is not None
    path = tmp_path / f"{layout.key}.csv"
    first_lines: dict[int, int] = {}
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        line = 1
        for number, row in enumerate(sheet.rows, start=1):
            first_lines[number] = line
            writer.writerow(row)
            line += 1 + sum(cell.count("\n") for cell in row)
    warnings: list[Diagnostic] = []
    try:
        read_csv_tables({layout.key: path}, contracts(), KNOWN, on_warning=warnings.append)
        found = warnings
    except Refused as refused:
        found = list(refused.diagnostics)
    expected = sorted(
        (each.code, first_lines[int(each.cell[1:])] if each.cell else 1, _heading(sheet, each))
        for each in case.everything
    )
    assert sorted((each.code, each.span.line, each.span.cell) for each in found) == expected


def _heading(sheet: Sheet, expected: Expected) -> str:
    if not expected.cell:
        return ""
    return sheet.rows[0][ord(expected.cell[0]) - ord("A")] or expected.cell[0]


def test_the_corpus_is_large_and_knows_every_code_that_a_cell_can_have() -> None:
    everything = [each for case in CASES for each in case.everything]
    assert len([each for each in everything if CODES[each.code].severity is Severity.ERROR]) >= BAD_CELLS_MIN
    of_files = {"DX500", "DX501", "DX502", "DX503", "DX504", "DX509"}
    assert {code for code in CODES if code.startswith("DX5")} - of_files == {each.code for each in everything} - {
        "DX408"
    }


def test_all_places_are_named_once(tmp_path: Path) -> None:
    """A village that is spelt wrong in three rows is one fault with three places."""
    path = tmp_path / "data.csv"
    path.write_text(
        "party,indicator,period,value\n" + "".join(f"甲屯,checks,2026-0{n},5\n" for n in (1, 2, 3)), "utf-8"
    )
    with pytest.raises(Refused) as refused:
        read_csv_tables({"data": path}, contracts(), KNOWN)
    (diagnostic,) = refused.value.diagnostics
    assert (diagnostic.code, diagnostic.span) == ("DX530", Span(str(path), line=2, cell="party"))
    assert diagnostic.also == (Span(str(path), line=3, cell="party"), Span(str(path), line=4, cell="party"))
