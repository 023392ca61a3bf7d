"""Codes, names and references, folded as the record path folds them; only what is not plain already is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import narwhals as nw

from rules.diagnostic import Text, say
from rules.quantity import plain
from rules.record import NAME_CHARACTERS_MAX
from rules.safeguards import personal_record
from targets.bulk.opening import NOTHING
from targets.bulk.source import ROWS_LISTED_MAX, Source, inverted
from targets.columns.year import Frame
from targets.intake.cells import code_of, is_blank, text_of
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.vocabulary import folded

_PLAIN_CODE = r"^[A-Za-z0-9_][A-Za-z0-9_\-/.]{0,63}$"
_NO_CODE = r"(?i)^(?:na|n/a|null)$"
_CHINESE = r"[\x{3400}-\x{9fff}]"
_CONTROL = (
    r"[\x{0}-\x{1f}\x{7f}-\x{a0}\x{ad}\x{1680}\x{2000}-\x{200d}\x{2028}\x{2029}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}"
    r"\x{e000}-\x{f8ff}\x{f0000}-\x{10ffff}]"
)
# What the record path would write in another way: odd spaces and signs, padding between characters, words for nothing.
_ROUGH = f"{_CONTROL}|^[ '‘’`]| $|  |{_CHINESE} {_CHINESE}|{NOTHING}"
# What people write in as they like is looked at wherever it has as many digits as a number of somebody's.
_FREE_TEXT = frozenset({"name", "evidence", "note"})
_ANY_NUMBER = "[0-9]{11}|[0-9]{6}.*[0-9]{4}|某"
_BIRTHDAY = "(?:0[1-9]|1[0-2])[0-3][0-9]"
_PERSONAL_NUMBER = (
    f"[1-8][0-9]{{5}}-?(?:18|19|20)[0-9]{{2}}{_BIRTHDAY}-?[0-9]{{3}}[0-9Xx]"
    f"|(?:^|[^0-9A-Za-z])(?:[1-8][0-9]{{7}}{_BIRTHDAY}[0-9]{{3}}|(?:86-?)?1[3-9][0-9]-?[0-9]{{4}}-?[0-9]{{4}})(?:$|[^0-9A-Za-z])"
    "|某"
)


def read_codes(source: Source, name: str) -> list[str]:
    """A column of codes, each filled in; those that are no codes, which was told."""
    as_written(source, name)
    rough = ~nw.col(name).str.contains(_PLAIN_CODE) | nw.col(name).str.contains(_NO_CODE)
    wrong: list[str] = []
    if any(source.holds_somewhere(rough)):
        wrong = _fold(source, name, rough, code_of)
        source.fault_where(nw.col(name) == "", (name,), "DX520", say("a value"))
    _refuse_personal(source, [name])
    return wrong


def read_names(source: Source, *names: str, required: bool = False, most: int = NAME_CHARACTERS_MAX) -> None:
    """Columns of names and other text, nothing where there is none."""
    as_written(source, *names)
    there = [name for name in names if source.has(name)]
    rough = [nw.col(name).str.contains(_ROUGH) | (nw.col(name).str.len_chars() > most) for name in there]
    for name, is_rough, some in zip(there, rough, source.holds_somewhere(*rough), strict=True):
        if some:
            _fold(source, name, is_rough, lambda cell: text_of(cell, most))
            if required:
                source.fault_where(nw.col(name) == "", (name,), "DX520", say("a value"))
    _refuse_personal(source, there)


def as_written(source: Source, *names: str) -> None:
    """Columns as text, nothing where there is none, to be understood by whoever reads them."""
    texts = {
        name: nw.col(name).cast(nw.String).fill_null("") if source.has(name) else nw.lit("", nw.String)
        for name in names
    }
    source.frame = source.frame.with_columns(**texts)
    source.texts.update(names)


def refer(source: Source, name: str, known: Frame, expected: Text, *, required: bool = True) -> None:
    """A column of codes that are among those of `known` (a frame with `code`); folded where they are not as they stand."""
    as_written(source, name)
    held = source.frame if required else source.frame.filter(nw.col(name) != "")
    strangers = held.select(name).join(known.select("code"), left_on=name, right_on="code", how="anti")
    meant = {text: _code_meant(text) for text in source.backend.take(strangers.unique())[name]}
    if not meant:
        return
    _replace(source, name, {text: code for text, code in meant.items() if text != code})
    found = set(
        source.backend.take(known.filter(nw.col("code").is_in(list(set(meant.values())))).select("code"))["code"]
    )
    wrong: dict[Any, CellFault] = {}
    for text, code in meant.items():
        if code and code not in found:
            wrong[text] = CellFault("DX530", expected, say("list it in the table of parties or cadres first"))
        elif required and not code:
            wrong[text] = CellFault("DX520", say("a value"))
            # In the file it may also be no text at all.
            wrong[None] = wrong[text]
    source.tell_values(name, wrong)


def compare_names(source: Source, field: str, people: Frame) -> None:
    """The name beside a code is the name of whom the code means: rows pasted one off look otherwise. `people` is a frame of
    code and name."""
    beside = f"{field}_name"
    if not source.has(beside):
        return
    as_written(source, beside)
    named = people.select("code", known=nw.col("name"))
    pairs = source.frame.select(field, beside).join(named, left_on=field, right_on="code", how="inner")
    other = (nw.col(beside) != nw.col("known")) & (nw.col(beside) != nw.col(field)) & (nw.col(beside) != "")
    counted = pairs.filter(other).group_by(field, beside, "known").agg(nw.len().alias("rows"))
    found = source.backend.take(counted.sort(field, beside))
    wrong = [
        (code, name, right, rows)
        for code, name, right, rows in zip(found[field], found[beside], found["known"], found["rows"], strict=True)
        if not _is_called(name, code, right)
    ]
    right_of = {code: right for code, _, right, _ in wrong}

    def expected(row: Any) -> Text:
        return say("{name}, which has the code {code}", name=right_of[row[field]], code=row[field])

    hint = say("put the right name, or empty one of the two cells")
    rows = [{field: code, beside: name} for code, name, _, _ in wrong[:ROWS_LISTED_MAX]]
    source.tell_rows(rows, beside, "DX532", expected, hint, lambda: sum(row[3] for row in wrong))


def _fold(source: Source, name: str, rough: nw.Expr, read: Callable[[Cell], str]) -> list[str]:
    """What `read` makes of the rough ones; those that it makes nothing of, which are told."""
    texts = source.backend.take(source.frame.filter(rough).select(name).unique())[name]
    meant: dict[str, str] = {}
    wrong: dict[Any, CellFault] = {}
    for text in texts:
        try:
            meant[text] = "" if is_blank(Cell(text)) else read(Cell(text))
        except CellFault as fault:
            wrong[text] = fault
    source.tell_values(name, wrong)
    _replace(source, name, {text: said for text, said in meant.items() if text != said})
    return list(wrong)


def _replace(source: Source, name: str, meant: dict[str, str]) -> None:
    if not meant:
        return
    columns = {"text": list(meant), "meant": list(meant.values())}
    mapping = source.backend.bring(columns, dict.fromkeys(columns, nw.String))
    kept = source.frame.collect_schema().names()
    joined = source.frame.join(mapping, left_on=name, right_on="text", how="left")
    said = nw.when(~nw.col("meant").is_null()).then(nw.col("meant")).otherwise(nw.col(name))
    source.frame = joined.with_columns(said.alias(name)).select(*kept)
    source.written[name] = inverted(meant)


def _refuse_personal(source: Source, names: Sequence[str]) -> None:
    """No record of a resident: what may be an identity or telephone number is looked at closely."""
    digits = {name: _ANY_NUMBER if name in _FREE_TEXT else _PERSONAL_NUMBER for name in names}
    suspicious = [nw.col(name).str.contains(digits[name]) for name in names]
    expected, found = say("nothing about a single resident"), say("a resident's number or name")
    hint = say("take it out; parties are places and units, and data are totals over them")
    for name, is_suspicious, some in zip(names, suspicious, source.holds_somewhere(*suspicious), strict=True):
        texts = source.backend.take(source.frame.filter(is_suspicious).select(name).unique())[name] if some else []
        written = source.written.get(name, {})
        personal = [spelled for text in filter(personal_record, texts) for spelled in (text, *written.get(text, []))]
        source.tell_values(name, {text: CellFault("DX408", expected, hint, found) for text in personal})


def _code_meant(text: str) -> str:
    cell = Cell(text)
    try:
        return "" if is_blank(cell) else plain(text_of(cell))
    except CellFault:
        return text


def _is_called(name: str, code: str, right: str) -> bool:
    cell = Cell(name)
    try:
        return is_blank(cell) or folded(text_of(cell)) in (folded(code), folded(right))
    except CellFault:
        return False
