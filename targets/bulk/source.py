"""One table in a file: which column is which, its values decoded by their distinct texts, its faults found and placed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from rules.diagnostic import Diagnostic, Refused, Span, Text, say
from rules.safeguards import personal_record
from targets.columns.backend import PARQUET, Backend, scan_file
from targets.columns.year import Frame
from targets.intake.cells import is_blank
from targets.intake.faults import CellFault, shown
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon, Measure
from targets.tables import is_passed_over, layouts_of
from targets.tables.layout import Layout
from targets.vocabulary import NO_DATA, folded

ROWS_LISTED_MAX = 50
# Columns that people write in as they like.
FREE_TEXT = frozenset({"name", "evidence", "note"})
# Decoded columns by which a row is found in its file again.
LOCATING = frozenset(
    {"period", "indicator", "entry", "parameter", "post", "role", "state", "start", "contract", "veto", "happened_on"}
)
Decode = Callable[[Cell], tuple[Any, ...]]


@dataclass
class Faults:
    """Everything that is wrong with the files, told all at once."""

    found: list[Diagnostic] = field(default_factory=list)

    def refuse_if_any(self) -> None:
        if self.found:
            raise Refused(list(dict.fromkeys(self.found)))


@dataclass(frozen=True, slots=True)
class Check:
    """A fault to look for: the rows in which the test holds, told at `cell`."""

    test: nw.Expr
    code: str
    expected: Text
    cell: str


@dataclass
class Source:
    """A file's frame under the names of the layout's fields; `headings` are the file's own, `measures` its indicators'.

    `written` says how the file writes what stands in the decoded `LOCATING` columns, so that a row of the frame is found in
    the file again; `within` is what all rows of a part have in common, and `stripped` are the columns of text.
    """

    path: Path
    layout: Layout
    frame: Frame
    backend: Backend
    faults: Faults
    headings: dict[str, str]
    measures: dict[str, Measure]
    written: dict[str, dict[Any, list[Any]]] = field(default_factory=dict)
    within: Mapping[str, Any] = field(default_factory=dict)
    stripped: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        return name in self.headings

    def decode(
        self,
        name: str,
        read: Decode,
        into: Mapping[str, Any],
        blank: Sequence[Any] | None,
        where: nw.Expr | None = None,
    ) -> None:
        """Replace a column by what its values mean: `into` gives names and types, `blank` what an empty cell stands for
        (None: it may not be empty, in the rows `where` that holds)."""
        if not self.has(name):
            assert blank is not None, "a required column is there"
            values = zip(into.items(), blank, strict=True)
            self.frame = self.frame.with_columns(**{new: nw.lit(value, kind) for (new, kind), value in values})
            return
        rows = self.frame if where is None else self.frame.filter(where)
        distinct = self.backend.take(rows.select(name).unique())[name]
        binary = self.frame.collect_schema()[name].is_float()
        meanings: dict[Any, tuple[Any, ...]] = {}
        wrong: dict[Any, CellFault] = {}
        for value in distinct:
            if value is None or is_blank(Cell(text_of(value))):
                if blank is None:
                    wrong[value] = CellFault("DX520", say("a value"))
                meanings[value] = tuple(blank) if blank is not None else tuple(None for _ in into)
                continue
            try:
                if binary:
                    raise CellFault("DX521", say("whole numbers, decimals or text: a binary fraction is not exact"))
                meanings[value] = read(Cell(text_of(value)))
            except CellFault as fault:
                wrong[value] = fault
        if wrong:
            self._tell_values(name, wrong)
        if name in LOCATING:
            self.written[name] = _inverted(meanings)
        self._replace(name, meanings, into, blank)

    def texts(self, *names: str, required: Sequence[str] = ()) -> None:
        """Columns of codes and names as text, nothing where there is none."""
        texts = {
            name: _said(nw.col(name).cast(nw.String).fill_null("").str.strip_chars(" "))
            if self.has(name)
            else nw.lit("", nw.String)
            for name in names
        }
        self.frame = self.frame.with_columns(**texts)
        self.stripped.update(names)
        self._refuse_personal([name for name in names if name in FREE_TEXT and self.has(name)])
        for name in required:
            if self.has(name):
                self.fault_where(nw.col(name) == "", (name,), "DX520", say("a value"))

    def _refuse_personal(self, names: Sequence[str]) -> None:
        """No record of a resident: what has as many digits as an identity or telephone number is looked at closely."""
        for name in names:
            suspects = (
                self.frame.filter(nw.col(name).str.contains(r"[0-9]{11}|[0-9]{6}.*[0-9]{4}")).select(name).unique()
            )
            expected = say("nothing about a single resident")
            for text in filter(personal_record, self.backend.take(suspects)[name]):
                self._tell_rows([{name: text}], name, "DX408", expected, say("a resident's number or name"))

    def part(self, frame: Frame, within: Mapping[str, Any]) -> Source:
        """Some of the rows, which have this in common."""
        return replace(self, frame=frame, within={**self.within, **within})

    def _replace(
        self, name: str, meanings: Mapping[Any, tuple[Any, ...]], into: Mapping[str, Any], blank: Sequence[Any] | None
    ) -> None:
        told = {value: meaning for value, meaning in meanings.items() if value is not None}
        if not told:
            lacking = blank if blank is not None else [None for _ in into]
            values = {new: nw.lit(value, kind) for (new, kind), value in zip(into.items(), lacking, strict=True)}
            self.frame = self.frame.drop(name).with_columns(**values)
            return
        kinds = self.frame.collect_schema()
        columns: dict[str, Sequence[Any]] = {f"{name} as written": list(told)}
        for place, new in enumerate(into):
            columns[f"{new} meant"] = [meaning[place] for meaning in told.values()]
        schema = {f"{name} as written": kinds[name]} | {f"{new} meant": kind for new, kind in into.items()}
        mapping = self.backend.bring(columns, schema)
        joined = self.frame.join(mapping, left_on=name, right_on=f"{name} as written", how="left")
        news = {}
        for place, new in enumerate(into):
            meant = nw.col(f"{new} meant")
            news[new] = meant if blank is None or blank[place] is None else meant.fill_null(blank[place])
        kept = [column for column in kinds.names() if column not in (name, *into)]
        self.frame = joined.select(*kept, **news)

    def _tell_values(self, name: str, wrong: Mapping[Any, CellFault]) -> None:
        """A diagnostic for each row in which the column as written has one of the values."""
        heading = self.headings.get(name, name)
        first = sorted((value for value in wrong if value is not None), key=str)[:ROWS_LISTED_MAX]
        bad = pl.col(heading).is_in(pl.Series(first).implode()) if first else pl.lit(False)
        if None in wrong:
            bad = bad | pl.col(heading).is_null()
        any_of_them = next(iter(wrong.values()))
        for row, value in self._rows(bad, heading):
            fault = wrong.get(value, any_of_them)
            found = shown("" if value is None else text_of(value))
            self.faults.found.append(
                Diagnostic(fault.code, self._place(row, heading), found, fault.expected, fault.hint)
            )

    def fault_where(
        self, test: nw.Expr, key: Sequence[str], code: str, expected: Text, cell: str = "", found: Text | None = None
    ) -> None:
        """A diagnostic for each row in which the test holds, found in the file by its key columns; at `cell`, or at the
        first of the key."""
        bad = self.backend.take(self.frame.filter(test).select(*key).unique().head(ROWS_LISTED_MAX))
        rows = [dict(zip(bad, values, strict=True)) for values in zip(*bad.values(), strict=True)]
        self._tell_rows(rows, cell or key[0], code, expected, found)

    def look_for(self, checks: Sequence[Check], key: Sequence[str]) -> None:
        """All of them in one look; only those that are found somewhere are told row by row."""
        if not checks:
            return
        one, zero = nw.lit(1, nw.Int64), nw.lit(0, nw.Int64)
        looks = [nw.when(check.test).then(one).otherwise(zero).max().alias(str(n)) for n, check in enumerate(checks)]
        found = self.backend.take(self.frame.select(*looks))
        for number, check in enumerate(checks):
            if found[str(number)][0]:
                self.fault_where(check.test, key, check.code, check.expected, check.cell)

    def not_in(self, name: str, known: Frame, code: str, expected: Text) -> None:
        """A diagnostic for the rows whose value is not among the codes of `known` (a frame with `code`)."""
        strangers = self.frame.select(name).join(known.select("code"), left_on=name, right_on="code", how="anti")
        bad = self.backend.take(strangers.unique().head(ROWS_LISTED_MAX))[name]
        self._tell_rows([{name: value} for value in bad if value], name, code, expected)
        self._tell_rows([{name: value} for value in bad if not value], name, "DX520", say("a value"))

    def once(self, *key: str, fault: str = "DX540") -> None:
        """A diagnostic for rows that say the same thing twice."""
        counted = self.frame.group_by(*key).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
        bad = self.backend.take(counted.select(*key).head(ROWS_LISTED_MAX))
        rows = [dict(zip(bad, values, strict=True)) for values in zip(*bad.values(), strict=True)]
        self._tell_rows(rows, key[0], fault, say("each row once"))

    def _tell_rows(
        self, rows: Sequence[Mapping[str, Any]], cell: str, code: str, expected: Text, found: Text | None = None
    ) -> None:
        if not rows:
            return
        # What is not there at all is told at what tells the row.
        heading = self.headings.get(cell) or next(self.headings[name] for name in rows[0] if self.has(name))
        same = (pl.all_horizontal(*(self._is(name, value) for name, value in row.items())) for row in rows)
        for row, value in self._rows(pl.any_horizontal(*same), heading):
            told = found or shown("" if value is None else text_of(value))
            self.faults.found.append(Diagnostic(code, self._place(row, heading), told, expected))

    def _is(self, name: str, value: Any) -> pl.Expr:
        """Whether a row of the file says this in the field."""
        if not self.has(name):
            return pl.lit(True)
        raw = pl.col(self.headings[name])
        if name in self.stripped:
            itself = [value] if value else sorted(NO_DATA)
            spelled = self.written.get(name, {}).get(value, itself)
            return raw.cast(pl.String).fill_null("").str.strip_chars(" ").is_in(spelled)
        spelled = self.written[name].get(value, [])
        some = [one for one in spelled if one is not None]
        among = raw.is_in(pl.Series(some).implode()) if some else pl.lit(False)
        return among | raw.is_null() if len(some) < len(spelled) else among

    def _rows(self, test: pl.Expr, heading: str) -> Iterator[tuple[int, Any]]:
        """The first rows of the file that pass the test, with what they say under the heading."""
        inside = [self._is(name, value) for name, value in self.within.items()]
        rows = scan_file(self.path).with_row_index("row number").filter(pl.all_horizontal(test, *inside))
        found = rows.select("row number", pl.col(heading).alias("written")).head(ROWS_LISTED_MAX).collect()
        yield from zip(found["row number"], found["written"], strict=True)

    def _place(self, row: int, heading: str) -> Span:
        return Span(str(self.path), line=row + (1 if self.path.suffix == PARQUET else 2), cell=heading)


def _inverted(meanings: Mapping[Any, tuple[Any, ...]]) -> dict[Any, list[Any]]:
    written: dict[Any, list[Any]] = {}
    for value, meaning in meanings.items():
        written.setdefault(meaning[0], []).append(value)
    return written


def open_source(path: Path, key: str, lexicon: Lexicon, backend: Backend, faults: Faults) -> Source | None:
    """The table in the file; None where a fault of its headings was noted."""
    try:
        frame = backend.scan(path)
        names = frame.collect_schema().names()
        if path.suffix != PARQUET:
            # Text that is no UTF-8, and lines with too many fields, show only when every cell is read.
            backend.take(frame.select(*(nw.col(name).is_null().sum() for name in names)))
    except Exception as error:  # noqa: BLE001 - each engine has its own errors for a file that it cannot read
        reason = say("{reason}", reason=str(error).splitlines()[0][:200] if str(error) else type(error).__name__)
        faults.found.append(Diagnostic("DX001", Span(str(path)), reason, say("a CSV or Parquet file that can be read")))
        return None
    layout, headings, measures = _understood(key, names, lexicon)
    unknown = [
        name for name in names
        if name not in headings.values() and name not in measures and not is_passed_over(name)
    ]  # fmt: skip
    for name in unknown:
        expected = say("headings of the table {table}", table=layout.zh)
        faults.found.append(Diagnostic("DX514", Span(str(path), cell=name), shown(name), expected))
    lacking = [column for column in layout.columns if column.required and column.field not in headings]
    for column in lacking:
        found = say("no column {zh} ({en})", zh=column.zh, en=column.en)
        faults.found.append(Diagnostic("DX513", Span(str(path)), found, say("every column that must be filled")))
    if unknown or lacking:
        return None
    frame = frame.select(**{field: nw.col(heading) for field, heading in headings.items()},
                         **{name: nw.col(name) for name in measures})  # fmt: skip
    return Source(path, layout, frame, backend, faults, headings | {name: name for name in measures}, measures)


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


def _said(text: nw.Expr) -> nw.Expr:
    """What an office writes where there is nothing to say is nothing."""
    return nw.when(text.is_in(sorted(NO_DATA))).then(nw.lit("")).otherwise(text)


def text_of(value: object) -> str:
    """A value of a file as somebody would have typed it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
