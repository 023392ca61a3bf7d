"""A file as a table: which column is which, of what type, and which rows say something at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from pathlib import Path

import narwhals as nw
import polars as pl

from rules.diagnostic import Diagnostic, Span, say
from targets.bulk.faults import Faults
from targets.bulk.source import Source, is_parquet
from targets.columns.backend import INT64_MAX, Backend, scan_file
from targets.columns.year import Frame
from targets.intake.faults import shown
from targets.intake.lexicon import Lexicon, Measure
from targets.tables import is_passed_over, layouts_of
from targets.tables.layout import Layout
from targets.vocabulary import NO_DATA, folded

# What Python takes for white space, in the words of every engine's regular expressions.
SPACES = r"\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
# Other shapes of the signs that mean nothing; full-width letters are computed.
_ALSO_WRITTEN = {"-": "－﹣−–", "—": "︱﹘", "\\": "﹨"}
_FULL_WIDTH = 0xFEE0


def _spelled(character: str) -> str:
    wide = chr(ord(character) + _FULL_WIDTH) if "!" <= character <= "~" else ""
    both = {character, character.upper(), wide, chr(ord(character.upper()) + _FULL_WIDTH) if wide else ""}
    return (
        "[" + "".join(f"\\x{{{ord(one):x}}}" for one in sorted("".join(both) + _ALSO_WRITTEN.get(character, ""))) + "]"
    )


# A cell that is blank, as `targets.intake.cells.is_blank` has it: white space, or a word for nothing.
_WORDS = "|".join(f"[{SPACES}]*".join(map(_spelled, word)) for word in sorted(NO_DATA) if word)
NOTHING = f"^['‘’`]*[{SPACES}]*(?:{_WORDS})?[{SPACES}]*['‘’`]*$"
_SOMETHING = f"[^{SPACES}]"


def open_source(path: Path, key: str, lexicon: Lexicon, backend: Backend, faults: Faults) -> Source | None:
    """The table in the file; None where a fault of its headings was noted."""
    try:
        frame, file = backend.scan(path), scan_file(path)
        names = frame.collect_schema().names()
        kinds = file.collect_schema()
        if not is_parquet(path):
            # Text that is no UTF-8, and lines with too many fields, show only when every cell is read.
            backend.take(frame.select(*(nw.col(name).is_null().sum() for name in names)))
    except Exception as error:  # noqa: BLE001 - each engine has its own errors for a file that it cannot read
        reason = say("{reason}", reason=str(error).splitlines()[0][:200] if str(error) else type(error).__name__)
        faults.add(Diagnostic("DX001", Span(str(path)), reason, say("a CSV or Parquet file that can be read")))
        return None
    layout, headings, measures = _understood(key, names, lexicon)
    known = len(faults.found)
    _refuse_headings(path, layout, names, headings, measures, faults)
    read = [*headings.values(), *measures]
    _refuse_types(path, {name: kinds[name] for name in read if name in kinds}, faults)
    if len(faults.found) > known:
        return None
    casts = _casts(frame, {name: kinds.get(name, pl.String()) for name in read}, backend)
    frame = _cast(frame.select(*read), casts)
    spoken = _rows_that_say_something(frame, layout, headings, measures, backend)
    whole = _cast(nw.from_native(file.with_row_index("row number")), casts)
    if spoken is not None:
        frame, whole = frame.filter(spoken), whole.filter(spoken)
    frame = frame.select(**{field: nw.col(heading) for field, heading in headings.items()},
                         **{name: nw.col(name) for name in measures})  # fmt: skip
    every = headings | {name: name for name in measures}
    return Source(path, layout, frame, whole.to_native(), backend, faults, every, measures)


def _refuse_headings(
    path: Path, layout: Layout, names: Sequence[str], headings: Mapping[str, str], measures: Mapping[str, Measure],
    faults: Faults,
) -> None:  # fmt: skip
    for name in names:
        if name not in headings.values() and name not in measures and not is_passed_over(name):
            expected = say("headings of the table {table}", table=layout.zh)
            faults.add(Diagnostic("DX514", Span(str(path), cell=name), shown(name), expected))
    for column in layout.columns:
        if column.required and column.field not in headings:
            found = say("no column {zh} ({en})", zh=column.zh, en=column.en)
            faults.add(Diagnostic("DX513", Span(str(path)), found, say("every column that must be filled")))


_READ = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Decimal, pl.Date, pl.Null)
_TOO_WIDE = (pl.Int128, pl.UInt128)


def _refuse_types(path: Path, kinds: Mapping[str, pl.DataType], faults: Faults) -> None:
    """Columns of lists, records, bytes and the like; what the engines read each in their own way."""
    for name, kind in kinds.items():
        whole = (kind.is_integer() and not isinstance(kind, _TOO_WIDE)) or kind.is_float()
        day = isinstance(kind, pl.Datetime) and kind.time_zone is None
        if not (whole or day or isinstance(kind, _READ)):
            found = say("a column of the type {kind}", kind=str(kind))
            expected = say("text, whole numbers of up to 64 bits, decimals, days without a time zone, or yes and no")
            hint = say("write the column as text")
            faults.add(Diagnostic("DX528", Span(str(path), cell=name), found, expected, hint))


def _casts(frame: Frame, kinds: Mapping[str, pl.DataType], backend: Backend) -> dict[str, nw.Expr]:
    """Types that mean the same, as one: words as text, a time of day as its day, large whole numbers as text."""
    as_text = [name for name, kind in kinds.items() if isinstance(kind, (pl.Categorical, pl.Enum, pl.Null))]
    as_days = [name for name, kind in kinds.items() if isinstance(kind, pl.Datetime)]
    unsigned = [name for name, kind in kinds.items() if isinstance(kind, pl.UInt64)]
    most = backend.take(frame.select(*(nw.col(name).max() for name in unsigned))) if unsigned else {}
    fits = {name: int(most[name][0] or 0) <= INT64_MAX for name in unsigned}
    return (
        {name: nw.col(name).cast(nw.String) for name in as_text}
        | {name: nw.col(name).cast(nw.Date) for name in as_days}
        | {name: nw.col(name).cast(nw.Int64 if fits[name] else nw.String) for name in unsigned}
    )


def _cast(frame: Frame, casts: Mapping[str, nw.Expr]) -> Frame:
    return frame.with_columns(**casts) if casts else frame


def _rows_that_say_something(
    frame: Frame, layout: Layout, headings: Mapping[str, str], measures: Mapping[str, Measure], backend: Backend
) -> nw.Expr | None:
    """Which rows are read, as the record path has it: those with a value where values are reported or agreed, elsewhere
    those with anything; None where these are all."""
    valued = [headings[name] for name in ("value", "numerator", "denominator") if name in headings]
    of_values = layout.wide or layout.key in _OF_VALUES
    columns = (list(measures) or valued) if of_values else list(headings.values())
    kinds, without = frame.collect_schema(), is_nothing if of_values else _is_white
    if not columns:
        return None
    blank = [without(nw.col(name)) if kinds[name] == nw.String else nw.col(name).is_null() for name in columns]
    # The first column is seldom blank: the others are looked at only where it is.
    doubtful = backend.keep(frame.filter(blank[0]).select(*columns))
    nothing = reduce(and_, blank)
    rows = backend.take(doubtful.filter(nothing).select(nw.len().alias("rows")))["rows"][0]
    return ~nothing if rows else None


_OF_VALUES = frozenset({"data", "targets"})


def is_nothing(text: nw.Expr) -> nw.Expr:
    """Whether a cell of text is blank, or one of the words for nothing."""
    return text.is_null() | text.str.contains(NOTHING)


def _is_white(text: nw.Expr) -> nw.Expr:
    return text.is_null() | ~text.str.contains(_SOMETHING)


def _understood(key: str, names: Sequence[str], lexicon: Lexicon) -> tuple[Layout, dict[str, str], dict[str, Measure]]:
    """The layout that fits, which heading is which of its fields, and which headings are indicators (of a wide table)."""
    best: tuple[Layout, dict[str, str], dict[str, Measure]] | None = None
    for layout in layouts_of(key):
        headings: dict[str, str] = {}
        for column in layout.columns:
            spellings = set(map(folded, column.spellings))
            found = next((name for name in names if folded(name.lstrip("\ufeff")) in spellings), None)
            if found is not None and found not in headings.values():
                headings[column.field] = found
        measures = {}
        if layout.wide:
            for name in names:
                measure = lexicon.measure(tuple(name.rsplit(" ", 1))) or lexicon.measure((name,))
                if measure is not None and name not in headings.values():
                    measures[name] = measure
        if best is None or len(headings) + len(measures) > len(best[1]) + len(best[2]):
            best = (layout, headings, measures)
    assert best is not None
    return best
