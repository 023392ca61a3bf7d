"""The sheets of an xlsx workbook as grids of text.

Read from the XML itself and not through openpyxl, because the intake needs what that reader drops or cannot bound: the
digits of a number as they stand in the file (it makes a float of them), a formula and its saved value in one pass,
merged cells while streaming, a limit on everything, and one refusal for whatever is wrong with the bytes. openpyxl
writes our workbooks.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from rules.diagnostic import Diagnostic, Span, refuse, say
from targets.intake.archive import Archive
from targets.intake.grid import EXCEL_DAY_ZERO, Grid
from targets.intake.sheet_xml import Handlers, SheetReader, TextReader

SHEETS_MAX = 100
_MAC_DAY_ZERO = date(1904, 1, 1)
_DEFAULT_WORKBOOK = "xl/workbook.xml"

# Formats that a file may use without writing them out: ECMA-376 part 1, 18.8.30, with the East Asian dates.
_BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??"},
    **{14: "yyyy-m-d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "yyyy-m-d h:mm", 37: "#,##0;-#,##0"},
    **{38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 41: "#,##0", 42: "¥#,##0"},
    **{
        43: "#,##0.00",
        44: "¥#,##0.00",
        48: "0.0E+0",
        49: "@",
        27: "yyyy年m月",
        28: "m月d日",
        29: "m月d日",
        30: "m-d-yy",
    },
    **{31: "yyyy年m月d日", 36: "yyyy年m月", 50: "yyyy年m月", 51: "m月d日", 52: "yyyy年m月", 53: "m月d日", 54: "m月d日"},
    **{57: "yyyy年m月", 58: "m月d日"},
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), "h:mm"),
}


class _Sheet(NamedTuple):
    name: str
    relation: str
    hidden: bool


def read_grids(path: Path) -> tuple[Grid, ...]:
    """Every worksheet in the workbook's order, hidden ones marked. Raises Refused."""
    return _Workbook(Archive(path), str(path)).grids()


class _Workbook:
    """The parts that the sheets refer to: shared texts, number formats, the day from which dates count."""

    def __init__(self, archive: Archive, path: str) -> None:
        self.archive, self.path = archive, path
        self.day_zero = EXCEL_DAY_ZERO
        self.sheets: list[_Sheet] = []
        self.texts: list[str] = []
        self.formats: list[str] = []

    def grids(self) -> tuple[Grid, ...]:
        name = self._part_of_kind("_rels/.rels", "officedocument") or _DEFAULT_WORKBOOK
        folder, _, file = name.rpartition("/")
        relations = f"{folder}/_rels/{file}.rels"
        self._parse(name, self._read_workbook())
        self.texts = self._shared_texts(self._part_of_kind(relations, "sharedstrings", folder))
        self.formats = self._number_formats(self._part_of_kind(relations, "styles", folder))
        if len(self.sheets) > SHEETS_MAX:
            found, expected = (
                say("{count} sheets", count=len(self.sheets)),
                say("at most {most} sheets", most=SHEETS_MAX),
            )
            refuse(Diagnostic("DX003", Span(self.path), found, expected))
        targets = self._relations(relations, folder)
        grids = []
        for sheet in self.sheets:
            kind, target = targets.get(sheet.relation, ("", ""))
            if kind == "worksheet":
                grids.append(self._grid(sheet, target))
        return tuple(grids)

    def _part_of_kind(self, relations: str, kind: str, folder: str = "") -> str:
        found = (target for relation, target in self._relations(relations, folder).values() if relation == kind)
        return next(found, "")

    def _relations(self, name: str, folder: str) -> dict[str, tuple[str, str]]:
        """Id to the last word of the relation's type and the part it points at."""
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                found[attributes.get("Id", "")] = (kind, _resolved(attributes.get("Target", ""), folder))

        if name in self.archive:
            self._parse(name, Handlers(start))
        return found

    def _read_workbook(self) -> Handlers:
        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self.day_zero = _MAC_DAY_ZERO
            elif tag == "sheet":
                relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                hidden = attributes.get("state", "visible") != "visible"
                self.sheets.append(_Sheet(attributes.get("name", ""), relation, hidden))

        return Handlers(start)

    def _shared_texts(self, name: str) -> list[str]:
        texts: list[str] = []
        reader = TextReader("si", texts.append)
        if name in self.archive:
            self._parse(name, Handlers(reader.start, reader.end, reader.characters))
        return texts

    def _number_formats(self, name: str) -> list[str]:
        """The format code of each cell style."""
        codes: dict[str, str] = {str(number): code for number, code in _BUILT_IN.items()}
        styles: list[str] = []
        inside: list[bool] = [False]

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif tag == "cellXfs":
                inside[0] = True
            elif tag == "xf" and inside[0]:
                styles.append(codes.get(attributes.get("numFmtId", "0"), ""))

        def end(tag: str) -> None:
            if tag == "cellXfs":
                inside[0] = False

        if name in self.archive:
            self._parse(name, Handlers(start, end))
        return styles

    def _grid(self, sheet: _Sheet, name: str) -> Grid:
        grid = Grid(self.path, sheet.name, hidden=sheet.hidden, day_zero=self.day_zero)
        if name not in self.archive:
            self.archive.refuse_damaged()
        self._parse(name, SheetReader(grid, self.texts, self.formats).handlers)
        grid.rows.sort(key=lambda row: row.number)
        return grid

    def _parse(self, name: str, handlers: Handlers) -> None:
        """Feed a part to the handlers. Anything the XML or its numbers get wrong is one refusal: damaged."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        local = lru_cache(maxsize=512)(lambda tag: tag.rpartition(":")[2])
        parser.StartElementHandler = lambda tag, attributes: handlers.start(local(tag), attributes)
        parser.EndElementHandler = lambda tag: handlers.end(local(tag))
        parser.CharacterDataHandler = handlers.characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        raw = self.archive.part(name)
        try:
            parser.Parse(raw, True)
        except (expat.ExpatError, ValueError, IndexError, KeyError, OverflowError, RecursionError):
            self.archive.refuse_damaged()

    def _refuse_doctype(self, *_: object) -> None:
        self.archive.refuse_document_type()


def _resolved(target: str, folder: str) -> str:
    """The part that a relation in `folder` points at."""
    steps = [] if target.startswith("/") else folder.split("/")
    for step in target.replace("\\", "/").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(step for step in steps if step)
