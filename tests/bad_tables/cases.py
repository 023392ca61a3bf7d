"""Reads the corpus: small tables as Markdown, each cell that must be refused with its code behind it.

A `##` heading opens a case, a `###` heading a sheet of it; the table below it is the sheet as the office filled it, the first
row of the Markdown table being the sheet's first row. A cell ends with ` !DX521` for a fault and ` ?DX516` for a warning
(` !DX530+` where the same fault goes on in other cells). Codes behind a `###` heading belong to the sheet as a whole, those
behind a `##` heading to the file. `↑` and `←` are merged with the cell above and to the left, `⏎` is a line break, `␠` a space.
What a cell holds is written in the language of `rawbook`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bad_tables.rawbook import RawBook, RawSheet, letters

HERE = Path(__file__).parent
_CODES = re.compile(r"((?: [!?]DX\d{3}\+?)+)$")
_ODD = str.maketrans({"⏎": "\n", "␠": " "})


class Expected(NamedTuple):
    """A fault: its code, sheet and cell, and the text that stands there (empty when it is no text cell)."""

    code: str
    sheet: str
    cell: str
    text: str = ""


@dataclass
class Sheet:
    """A sheet's rows, merges and faults. `plain` when a CSV file can hold it as well."""

    name: str
    hidden: bool = False
    rows: list[list[str]] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        return not self.merges and not any(text.startswith("{") for row in self.rows for text in row)


@dataclass
class Case:
    """A workbook and everything that is to be said about it."""

    title: str
    sheets: list[Sheet] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    @property
    def everything(self) -> list[Expected]:
        return [*self.expected, *(each for sheet in self.sheets for each in sheet.expected)]

    @property
    def book(self) -> RawBook:
        return RawBook([RawSheet(s.name, s.rows, s.merges, "hidden" if s.hidden else "visible") for s in self.sheets])


def cases_of(*topics: str) -> Iterator[Case]:
    """All cases of the topics in order; their titles carry the topic."""
    for topic in topics:
        yield from cases_in(topic, (HERE / f"{topic}.md").read_text(encoding="utf-8"))


def cases_in(topic: str, text: str) -> Iterator[Case]:
    """The cases of one page."""
    case: Case | None = None
    table: list[str] = []
    for line in [*text.splitlines(), "## end"]:
        if line.startswith("|"):
            table.append(line)
            continue
        if table and case is not None:
            _fill(case.sheets[-1], table)
        table = []
        if line.startswith("### ") and case is not None:
            name, codes = _without_codes(line[4:])
            hidden = name.endswith(" (hidden)")
            sheet = Sheet(name.removesuffix(" (hidden)"), hidden)
            sheet.expected += [Expected(code, sheet.name, "") for code in codes]
            case.sheets.append(sheet)
        elif line.startswith("## "):
            if case is not None:
                yield case
            title, codes = _without_codes(line[3:])
            case = Case(f"{topic}: {title}", expected=[Expected(code, "", "") for code in codes])


def _fill(sheet: Sheet, lines: list[str]) -> None:
    """The Markdown table into the sheet; the line of dashes below its first row is no row."""
    rows = [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in lines]
    for number, row in enumerate((row for at, row in enumerate(rows) if at != 1), start=1):
        texts = []
        for column, written in enumerate(row, start=1):
            text, codes = _without_codes(written)
            text = text.translate(_ODD)
            place = f"{letters(column)}{number}"
            visible = "" if text.startswith("{") else " ".join(text.split())
            sheet.expected += [Expected(code, sheet.name, place, visible) for code in codes]
            texts.append(text)
        sheet.rows.append(texts)
    _merge(sheet)


def _merge(sheet: Sheet) -> None:
    """Blocks of arrows to merged ranges; the arrows themselves are empty cells."""
    taken: set[tuple[int, int]] = set()
    rows = sheet.rows
    for top, row in enumerate(rows):
        for left, text in enumerate(row):
            if text in ("↑", "←") or (top, left) in taken:
                continue
            right = left
            while right + 1 < len(row) and row[right + 1] == "←":
                right += 1
            bottom = top
            while bottom + 1 < len(rows) and rows[bottom + 1][left] == "↑":
                bottom += 1
            if (right, bottom) != (left, top):
                sheet.merges.append(f"{letters(left + 1)}{top + 1}:{letters(right + 1)}{bottom + 1}")
    sheet.rows = [["" if text in ("↑", "←") else text for text in row] for row in rows]


def _without_codes(text: str) -> tuple[str, list[str]]:
    match = _CODES.search(f" {text}")
    if match is None:
        return text, []
    kept = text[: match.start() - 1].strip() if match.start() else ""
    return kept, re.findall(r"DX\d{3}", match[1])
