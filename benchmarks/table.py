"""A table of results as text for the terminal and as Markdown for the page."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.machine import Machine

NOTE_WIDTH = 118


@dataclass(frozen=True, slots=True)
class Table:
    """`note` says what was measured and how; the first column is text, the others are set to the right."""

    title: str
    note: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def text(self) -> str:
        columns = list(zip(self.headings, *self.rows, strict=True))
        widths = [max(map(_width, column)) for column in columns]
        lines = ["  ".join(_padded(cell, width, place > 0) for place, (cell, width) in enumerate(zip(row, widths, strict=True)))
                 for row in (self.headings, *self.rows)]  # fmt: skip
        return "\n".join((self.title, *(line.rstrip() for line in lines), textwrap.fill(self.note, NOTE_WIDTH), ""))

    def markdown(self) -> str:
        rule = ("---", *("---:" for _ in self.headings[1:]))
        lines = ["| " + " | ".join(row) + " |" for row in (self.headings, rule, *self.rows)]
        return "\n".join((f"## {self.title}", "", *lines, "", textwrap.fill(self.note, NOTE_WIDTH), ""))


def page(tables: Sequence[Table], machine: Machine) -> str:
    """The whole Markdown page."""
    opening = (
        "# Benchmarks",
        "",
        "<!-- Made by `make bench`; the figures are of one machine and one run. -->",
        "",
        "Everything compared was measured in turn in one run; the median counts. Ratios travel between machines better",
        "than seconds do.",
        "",
        *(f"* {name}: {value}" for name, value in machine.described()),
        "",
    )
    return "\n".join((*opening, *(table.markdown() for table in tables)))


def seconds(taken: float) -> str:
    """Three significant digits or milliseconds' precision, whichever says less."""
    return f"{taken:.3f}" if taken < 10 else f"{taken:.1f}" if taken < 100 else f"{taken:,.0f}"


def ratio(taken: float, base: float) -> str:
    return f"{taken / base:.2f}" if taken < 10 * base else f"{taken / base:,.0f}"


def _padded(cell: str, width: int, to_right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if to_right else cell + space


def _width(text: str) -> int:
    """Terminal cells: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "FW" else 1 for character in text)
