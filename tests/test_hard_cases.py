"""The thirty-two hard cases that docs/limits.md lists: who says one is said names entries of the cookbook, and those are run.

`test_cookbook.py` holds every entry to its figures, worked out by hand, in both evaluators.
"""

from __future__ import annotations

import re

from test_cookbook import DOCS, entries
from test_reference import anchor_of

CASES, SAID_AT_LEAST = 32, 28
_ROW = re.compile(r"^\| (?P<number>\d+) [^|]*\| (?P<told>.+) \|$", re.MULTILINE)
_ENTRY = re.compile(r"\]\(cookbook\.md#([^)]+)\)")
_LIMIT = re.compile(r"\]\(#[^)]+\)")


def rows() -> dict[int, str]:
    table = (DOCS / "limits.md").read_text(encoding="utf-8").rpartition("## ")[2]
    return {int(row["number"]): row["told"] for row in _ROW.finditer(table)}


def test_every_hard_case_is_said_or_explained() -> None:
    assert list(rows()) == list(range(1, CASES + 1))
    assert [number for number, told in rows().items() if not _ENTRY.search(told) and not _LIMIT.search(told)] == []


def test_those_that_are_said_have_figures_worked_out_by_hand() -> None:
    worked = {anchor_of(entry.title): entry for entry in entries() if any(table.rows for table in entry.expected)}
    said = {number: _ENTRY.findall(told) for number, told in rows().items() if _ENTRY.search(told)}
    assert {number: names for number, names in said.items() if not set(names) <= worked.keys()} == {}
    assert len(said) >= SAID_AT_LEAST
