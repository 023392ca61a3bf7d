"""What drawn years say as files: a workbook with a sheet a table, CSV files, JSON, or a page. Each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cli.language import Speech
from cli.results import write_csv
from cli.simulated import Table
from cli.sources import refuse_existing
from targets.template.book import AUTHOR, put_text

SHEET_NAME_MAX = 31
WIDTH = 16


def write(
    out: Path, speech: Speech, tables: Mapping[str, Table], machine: dict[str, Any], page: str = ""
) -> list[Path]:
    """What was written. CSV files, of which there is one a table, have its name behind the one that is asked for."""
    match out.suffix.lower():
        case ".json":
            return [_whole(out, (json.dumps(machine, ensure_ascii=False, indent=2) + "\n").encode())]
        case ".html":
            return [_whole(out, page.encode())]
        case ".csv":
            paths = {name: out.with_stem(f"{out.stem}-{name}") for name in tables}
            for path in paths.values():
                refuse_existing(path)
            return [
                write_csv(paths[name], [speech(column) for column in table.columns], table.rows)
                for name, table in tables.items()
            ]
        case _:
            return [_book(out, speech, tables)]


def _whole(path: Path, content: bytes) -> Path:
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    return partial.replace(path)


def _book(path: Path, speech: Speech, tables: Mapping[str, Table]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = AUTHOR
    for name, table in tables.items():
        sheet = book.create_sheet(name[:SHEET_NAME_MAX])
        put_text(sheet.cell(1, 1), table.title)
        for number, column in enumerate(table.columns, 1):
            put_text(sheet.cell(2, number), speech(column))
            sheet.cell(2, number).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(number)].width = WIDTH
        for at, row in enumerate(table.rows, 3):
            for number, content in enumerate(row, 1):
                put_text(sheet.cell(at, number), content)
        sheet.freeze_panes = "A3"
    partial = path.with_name(path.name + ".part")
    book.save(partial)
    return partial.replace(path)
