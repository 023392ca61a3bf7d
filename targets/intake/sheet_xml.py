"""What a worksheet's XML says, element by element, as rows of cells within the limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, NoReturn

from rules.diagnostic import Diagnostic, Span, Text, refuse, say
from targets.intake.grid import Cell, Grid, Holds, Row
from targets.intake.shown import show_stored

ROWS_MAX = 200_000
COLUMNS_MAX = 1_000
CELLS_MAX = 3_000_000
MERGES_MAX = 50_000
SPREADSHEET_ROWS = 1_048_576


class Handlers(NamedTuple):
    """What to do at an element's start, its end, and the text between."""

    start: Callable[[str, dict[str, str]], None]
    end: Callable[[str], None] = lambda _: None
    characters: Callable[[str], None] = lambda _: None


class SheetReader:
    """Fills a grid. Cells that are formatted but empty leave no trace; whatever cannot be a worksheet raises ValueError."""

    def __init__(self, grid: Grid, texts: Sequence[str], formats: Sequence[str]) -> None:
        self.grid, self.texts, self.formats = grid, texts, formats
        self.inside = False
        self.number = 0
        self.column = 0
        self.cells: dict[int, Cell] = {}
        self.cells_read = 0
        self.seen: set[int] = set()
        self.kind = self.style = self.formula = ""
        self.has_formula = False
        self.has_value = False
        self.value: list[str] = []
        self.collects = ""
        self.inline = TextReader("is", self._take_inline)

    @property
    def handlers(self) -> Handlers:
        return Handlers(self.start, self.end, self.characters)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self.inside:
            if tag == "mergeCell":
                self._merge(attributes.get("ref", ""))
            self.inside = tag == "sheetData"
        elif tag == "c":
            self._open_cell(attributes)
        elif tag in ("v", "f"):
            self.collects = tag
            self.has_formula |= tag == "f"
            self.has_value |= tag == "v"
        elif tag == "row":
            self._open_row(attributes)
        else:
            self.inline.start(tag, attributes)

    def end(self, tag: str) -> None:
        if not self.inside:
            return
        if tag == "c":
            self._close_cell()
        elif tag in ("v", "f"):
            self.collects = ""
        elif tag == "row":
            self._close_row()
        elif tag == "sheetData":
            self.inside = False
        else:
            self.inline.end(tag)

    def characters(self, text: str) -> None:
        if self.collects == "v":
            self.value.append(text)
        elif self.collects == "f":
            self.formula += text
        elif self.inside:
            self.inline.characters(text)

    def _open_row(self, attributes: dict[str, str]) -> None:
        self.number = int(attributes["r"]) if "r" in attributes else self.number + 1
        if not 0 < self.number <= SPREADSHEET_ROWS or self.number in self.seen:
            raise ValueError(self.number)
        self.column, self.cells = 0, {}

    def _close_row(self) -> None:
        if self.cells:
            self.seen.add(self.number)
            self.grid.rows.append(Row(self.number, self.cells))
            self.cells_read += len(self.cells)
            if len(self.grid.rows) > ROWS_MAX:
                self._refuse(say("more rows"), say("at most {most} rows with something in them", most=ROWS_MAX))
            if self.cells_read > CELLS_MAX:
                self._refuse(say("more cells"), say("at most {most} cells", most=CELLS_MAX))
        self.cells = {}

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self.column = _column(reference) if reference else self.column + 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.value, self.formula = [], ""
        self.has_formula = self.has_value = False

    def _close_cell(self) -> None:
        cell = self._cell("".join(self.value))
        if cell is None:
            return
        if self.column > COLUMNS_MAX:
            self._refuse(say("more columns"), say("at most {most} columns", most=COLUMNS_MAX))
        self.cells[self.column] = cell

    def _cell(self, value: str) -> Cell | None:
        uncomputed = self.has_formula and not value and (self.kind != "str" or not self.has_value)
        if uncomputed:
            return Cell(f"={self.formula}", Holds.UNCOMPUTED)
        match self.kind:
            case "n":
                style = int(self.style)
                code = self.formats[style] if 0 <= style < len(self.formats) else ""
                return show_stored(value.strip(), code, self.grid.day_zero) if value.strip() else None
            case "s":
                return Cell(self.texts[_index(value)]) if value else None
            case "str":
                return Cell(unescaped(value)) if value else None
            case "inlineStr":
                return Cell(value) if value else None
            case "b":
                return Cell("TRUE" if value.strip() in ("1", "true") else "FALSE", Holds.FLAG) if value else None
            case "e":
                return Cell(value or "#?", Holds.ERROR)
            case "d":
                return Cell(value[:10], Holds.DATE) if value else None
        raise ValueError(self.kind)

    def _take_inline(self, text: str) -> None:
        self.value = [text]

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        top, left, bottom, right = _row(first), _column(first), _row(last or first), _column(last or first)
        if len(self.grid.merges) >= MERGES_MAX:
            self._refuse(say("more merged cells"), say("at most {most} merged cells", most=MERGES_MAX))
        if top <= bottom and left <= right:
            self.grid.merges.append((top, left, bottom, right))

    def _refuse(self, found: Text, expected: Text) -> NoReturn:
        span = Span(self.grid.path, sheet=self.grid.sheet)
        refuse(Diagnostic("DX003", span, found, expected, say("split the sheet, or delete what lies beside the table")))


_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


@lru_cache(maxsize=65_536)
def _split(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def _row(reference: str) -> int:
    return _split(reference)[0]


def _column(reference: str) -> int:
    return _split(reference)[1]


def _index(text: str) -> int:
    index = int(text)
    if index < 0:
        raise ValueError(text)
    return index


class TextReader:
    """Collects the text of `<t>` inside an element, the reading aids of `<rPh>` left out."""

    def __init__(self, element: str, take: Callable[[str], None]) -> None:
        self.element, self.take = element, take
        self.parts: list[str] = []
        self.wanted = False
        self.aids = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if tag == self.element:
            self.parts = []
        elif tag == "rPh":
            self.aids += 1
        self.wanted = tag == "t" and not self.aids

    def end(self, tag: str) -> None:
        if tag == self.element:
            self.take(unescaped("".join(self.parts)))
        elif tag == "rPh":
            self.aids -= 1
        self.wanted = False

    def characters(self, text: str) -> None:
        if self.wanted:
            self.parts.append(text)


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Spreadsheets write characters that XML cannot as `_x000D_`."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
