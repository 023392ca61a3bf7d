"""Writes an xlsx byte for byte as told: what openpyxl would tidy up (17 digits, formulas without values, odd parts) stays.

A cell is written in a small language: plain text is a text cell; `{0.952|0.0%}` a number with its format, `{12}` a number;
`{=A1}` a formula that nobody calculated, `{=A1→12|0%}` one with its saved value; `{TRUE}`, `{#DIV/0!}`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass
class RawSheet:
    """Rows of cells in the small language; `merges` as `A1:C1`; `state` visible, hidden or veryHidden."""

    name: str
    rows: Sequence[Sequence[str]]
    merges: Sequence[str] = ()
    state: str = "visible"
    first_row: int = 1


@dataclass
class RawBook:
    """`extra` replaces or adds whole parts of the archive."""

    sheets: Sequence[RawSheet]
    extra: Mapping[str, str | bytes] = field(default_factory=dict)
    date1904: bool = False

    def write(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**self.parts(), **self.extra}.items():
                archive.writestr(name, content)
        return path

    def parts(self) -> dict[str, str | bytes]:
        formats: dict[str, int] = {}
        sheets = {
            f"xl/worksheets/sheet{number}.xml": _sheet(each, formats) for number, each in enumerate(self.sheets, 1)
        }
        overrides = "".join(f'<Override PartName="/{name}" ContentType="{_KIND}.worksheet+xml"/>' for name in sheets)
        return {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{overrides}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">{_relation(1, "officeDocument", "xl/workbook.xml")}</Relationships>',
            "xl/workbook.xml": self._workbook(),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
            + "".join(_relation(n, "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(self.sheets) + 1))
            + _relation(900, "styles", "styles.xml")
            + "</Relationships>",
            "xl/styles.xml": _styles(formats),
            **sheets,
        }

    def _workbook(self) -> str:
        sheets = "".join(
            f'<sheet name={quoteattr(each.name)} sheetId="{number}" state="{each.state}" r:id="rId{number}"/>'
            for number, each in enumerate(self.sheets, 1)
        )
        dates = '<workbookPr date1904="1"/>' if self.date1904 else ""
        return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{dates}<sheets>{sheets}</sheets></workbook>'


def letters(column: int) -> str:
    return ("" if column <= 26 else chr(64 + (column - 1) // 26)) + chr(65 + (column - 1) % 26)


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _sheet(sheet: RawSheet, formats: dict[str, int]) -> str:
    rows = "".join(
        f'<row r="{number}">{"".join(_cell(f"{letters(column)}{number}", text, formats) for column, text in enumerate(row, 1))}</row>'
        for number, row in enumerate(sheet.rows, sheet.first_row)
    )
    merges = "".join(f'<mergeCell ref="{each}"/>' for each in sheet.merges)
    merged = f"<mergeCells>{merges}</mergeCells>" if merges else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merged}</worksheet>'


def _cell(reference: str, text: str, formats: dict[str, int]) -> str:
    if not text:
        return ""
    if not (text.startswith("{") and text.endswith("}")):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
    content, _, code = text[1:-1].partition("|")
    style = formats.setdefault(code, len(formats) + 1) if code else 0
    opening = f'<c r="{reference}" s="{style}"'
    if content.startswith("="):
        formula, _, value = content[1:].partition("→")
        return f"{opening}><f>{escape(formula)}</f><v>{escape(value)}</v></c>"
    if content in ("TRUE", "FALSE"):
        return f'{opening} t="b"><v>{int(content == "TRUE")}</v></c>'
    if content.startswith("#"):
        return f'{opening} t="e"><v>{escape(content)}</v></c>'
    assert _NUMBER.fullmatch(content), content
    return f"{opening}><v>{content}</v></c>"


def _styles(formats: Mapping[str, int]) -> str:
    listed = "".join(f'<numFmt numFmtId="{163 + at}" formatCode={quoteattr(code)}/>' for code, at in formats.items())
    used = "".join(f'<xf numFmtId="{163 + at}"/>' for at in formats.values())
    return f'<styleSheet xmlns="{_MAIN}"><numFmts>{listed}</numFmts><cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>'
