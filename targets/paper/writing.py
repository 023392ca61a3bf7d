"""A contract to a workbook that says the same, to the last word; it is read back before anybody gets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from rules.contract import Contract
from rules.diagnostic import Diagnostic, Refused, Text, say
from rules.load import Loaded, parse_contract
from rules.source import Location, Tree
from targets.paper.cells import CELL_CHARACTERS_MAX
from targets.paper.fields import Form, fields_of
from targets.paper.guide import guide
from targets.paper.layout import PARTS, REST, SCORING, Column, Sheet, pairs, sheets
from targets.paper.page import in_a_cell, page_of
from targets.paper.reading import load_paper
from targets.paper.words import PAIR_HEADINGS, PAIRS
from targets.template.book import write_book
from targets.template.plan import BLANK, TEXT, Entry, Filled, PlannedBook, PlannedColumn, PlannedSheet

Speak = Callable[[Text], str]
_Cells = dict[Column, str]
# Written as a number where a spreadsheet shows and keeps it digit by digit.
_NUMBER = re.compile(r"0|-?[1-9]\d{0,8}|-?(?:0|[1-9]\d{0,8})\.\d{0,3}[1-9]")
_WIDTHS = {Form.TEXT: 26, Form.WORD: 12, Form.DAY: 12, Form.LIST: 22, Form.YAML: 30}
# XML has no way to write these.
_UNWRITABLE = re.compile("[\ufffe\uffff]")


def write_paper(loaded: Loaded, out: Path, language: str = "zh", speak: Speak = str) -> None:
    """The contract as a workbook in that language, whole or not at all. Raises Refused where no cell could hold a part of it."""
    _refuse_what_no_cell_holds(loaded.tree)
    with TemporaryDirectory(prefix=".duixian", dir=out.parent) as folder:
        partial = Path(folder) / out.name
        write_book(_plan(loaded.tree, language, speak), partial, language, speak)
        _hold_against(loaded, lambda: load_paper(partial))
        partial.replace(out)


def write_page(loaded: Loaded, out: Path) -> None:
    """The contract as a file of YAML, whole or not at all."""
    page = page_of(_in_order_of_the_language(loaded.tree.plain))
    _hold_against(loaded, lambda: parse_contract(str(out), page))
    with TemporaryDirectory(prefix=".duixian", dir=out.parent) as folder:
        partial = Path(folder) / out.name
        partial.write_text(page, encoding="utf-8", newline="\n")
        partial.replace(out)


def _hold_against(loaded: Loaded, read_back: Callable[[], Loaded]) -> None:
    """What is handed over says what it was made from: anything else is our fault, and nobody gets it."""
    try:
        same = read_back().contract == loaded.contract
    except Refused as refused:
        raise AssertionError("what was written is refused") from refused
    if not same:
        raise AssertionError("what was written says something else")


def _in_order_of_the_language(plain: object) -> dict[str, object]:
    assert isinstance(plain, dict), "a loaded contract is a mapping"
    return {key: plain[key] for key in fields_of(Contract) if key in plain}


def _refuse_what_no_cell_holds(tree: Tree) -> None:
    faults = []
    for at in tree.values:
        text = tree.at(at)
        if isinstance(text, str) and _UNWRITABLE.search(text):
            expected = say("characters that can be seen")
            faults.append(Diagnostic("DX004", tree.span(at), say("a control character"), expected))
    for at, text in _cells_of(tree):
        if len(text) > CELL_CHARACTERS_MAX:
            expected = say("at most {most} characters", most=CELL_CHARACTERS_MAX)
            faults.append(Diagnostic("DX003", tree.span(at), say("a longer text"), expected))
    if faults:
        raise Refused(faults)


def _cells_of(tree: Tree) -> Iterator[tuple[Location, str]]:
    """What stands in the cells of all sheets, with about its place in the file."""
    assert isinstance(tree.plain, dict)
    yield from (((column.path[0],), _text(tree.plain, column, "zh")) for column in pairs())
    for sheet in sheets():
        key = sheet.levels[0].key
        for row in _rows(sheet, tree.plain.get(key, []), "zh"):
            yield from (((key,), text) for text in row.values())


def _plan(tree: Tree, language: str, speak: Speak) -> PlannedBook:
    assert isinstance(tree.plain, dict)
    planned = [_pairs_sheet(tree.plain, language)]
    choices: dict[str, tuple[str, ...]] = {}
    for sheet in sheets():
        rows = _rows(sheet, tree.plain.get(sheet.levels[0].key, []), language)
        columns = [column for column in sheet.columns if column.offered or any(column in row for row in rows)]
        planned.append(
            PlannedSheet(
                sheet.title.called(language), tuple(_column(column, language, choices) for column in columns),
                [[_filled(row.get(column, ""), column) for column in columns] for row in rows],
                frozen=min(2, len(columns) - 1), open_ended=True,
            )
        )  # fmt: skip
    return PlannedBook(guide(language, speak), planned, choices)


def _pairs_sheet(plain: Mapping[str, object], language: str) -> PlannedSheet:
    what, value = (title.called(language) for title in PAIR_HEADINGS)
    columns = (PlannedColumn((what,), 20), PlannedColumn((value,), 60))
    rows = [[Filled(each.title.called(language)), _filled(_text(plain, each, language), each)] for each in pairs()]
    return PlannedSheet(PAIRS.called(language), columns, rows)


def _column(column: Column, language: str, choices: dict[str, tuple[str, ...]]) -> PlannedColumn:
    words = tuple(word.called(language) for word in column.words.words)
    entry, listed = Entry.FREE, ""
    if words and column.form is not Form.LIST:
        entry, listed = Entry.NEW_WORD_TOO, next((name for name, known in choices.items() if known == words), "")
        listed = listed or f"{column.title.called(language)} {len(choices) + 1}"
        choices[listed] = words
    return PlannedColumn(
        (column.title.called(language),), _WIDTHS[column.form], TEXT, entry, listed, column.key, required=column.required
    )  # fmt: skip


def _filled(text: str, column: Column) -> Filled:
    if not text:
        return BLANK
    return (
        Filled(Decimal(text), "General") if column.form is not Form.TEXT and _NUMBER.fullmatch(text) else Filled(text)
    )


def _rows(sheet: Sheet, records: object, language: str, number: int = 0) -> list[_Cells]:
    """The rows of a list; the first record of a list within stands beside the one it belongs to."""
    assert isinstance(records, list), "a list of the contract"
    level, rows = sheet.levels[number], []
    within = sheet.levels[number + 1].key if number + 1 < len(sheet.levels) else None
    for each in records:
        record = each if isinstance(each, dict) else {"id": each}
        own = {column: text for column in level.columns if (text := _text(record, column, language))}
        below = _rows(sheet, record.get(within, []), language, number + 1) if within else []
        rows += [own | below[0], *below[1:]] if below else [own]
        rows += _parts(level.columns, record, language, 1)
    return rows


def _parts(columns: Sequence[Column], record: Mapping[str, object], language: str, depth: int) -> Iterator[_Cells]:
    scoring = record.get(SCORING)
    if not isinstance(scoring, dict):
        return
    for part in _listed_parts(scoring):
        cells = {column: text for column in columns if (text := _text(part, column, language))}
        yield {column: str(depth) for column in columns if not column.path} | cells
        yield from _parts(columns, part, language, depth + 1)


def _listed_parts(scoring: Mapping[str, object]) -> list[Mapping[str, object]]:
    parts = scoring.get(PARTS)
    return parts if isinstance(parts, list) else []


def _text(record: Mapping[str, object], column: Column, language: str) -> str:
    """What the cell of the column says about a record."""
    if not column.path:
        return ""
    *outer, key = column.path
    for step in outer:
        inner = record.get(step, {})
        assert isinstance(inner, dict), "loaded contracts have records there"
        record = inner
    if key == REST:
        rest = _without_columns(record)
        return in_a_cell(rest) if rest else ""
    return _written(record.get(key, ""), column, language)


def _without_columns(scoring: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a method that have neither a column nor rows of their own."""
    return {key: value for key, value in scoring.items() if key not in _with_columns() and key != PARTS}


@cache
def _with_columns() -> frozenset[str]:
    scoring = [column.path for sheet in sheets() for column in sheet.columns if column.path[:1] == (SCORING,)]
    return frozenset(path[1] for path in scoring)


def _written(value: object, column: Column, language: str) -> str:
    words = column.words
    if isinstance(value, str):
        known = {word.id: word.called(language) for word in words.words}
        if value in known:
            return known[value]
        return value if not value or column.form in (Form.TEXT, Form.WORD, Form.DAY) else in_a_cell(value)
    if column.form is Form.LIST and isinstance(value, list) and all(map(_is_word, value)):
        return "、".join(words.called(each, language) for each in value)
    return in_a_cell(value)


def _is_word(value: object) -> bool:
    """Whether it stays one word, and is none of the marks of YAML, when it stands in a list of words."""
    return isinstance(value, str) and re.fullmatch(r"[\w%.\-/]+", value) is not None
