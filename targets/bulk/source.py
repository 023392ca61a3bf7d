"""One table in a file: its values decoded by their distinct texts, its faults found and placed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from rules.diagnostic import Diagnostic, Span, Text, say
from targets.bulk.faults import Check, Faults, Sentence
from targets.columns.backend import PARQUET, Backend
from targets.columns.year import Frame
from targets.intake.cells import is_blank
from targets.intake.faults import CellFault, shown
from targets.intake.grid import Cell
from targets.intake.lexicon import Measure
from targets.tables.layout import Layout

ROWS_LISTED_MAX = 50
# Decoded columns by which a row is found in its file again.
LOCATING = frozenset(
    {"kind", "period", "indicator", "entry", "parameter", "post", "role", "state", "start", "contract", "veto",
     "happened_on", "year"}
)  # fmt: skip
Decode = Callable[[Cell], tuple[Any, ...]]


@dataclass
class Source:
    """A file's frame under the names of the layout's fields; `headings` are the file's own, `measures` its indicators'.

    `file` is the same for Polars under the file's headings, with its `row number`. `written` says how the file writes
    what stands in a column of the frame that was decoded or folded, so that a row is found in the file again; `within` is
    what all rows of a part have in common, and `texts` are the columns of text, which say what the file says unless
    `written` knows better.
    """

    path: Path
    layout: Layout
    frame: Frame
    file: pl.LazyFrame
    backend: Backend
    faults: Faults
    headings: dict[str, str]
    measures: dict[str, Measure]
    written: dict[str, dict[Any, list[Any]]] = field(default_factory=dict)
    within: Mapping[str, Any] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        return name in self.headings

    def decode(self, name: str, read: Decode, into: Mapping[str, Any], blank: Sequence[Any] | None) -> None:
        """Replace a column by what its values mean: `into` gives names and types, `blank` what an empty cell stands for
        (None: it may not be empty)."""
        if not self.has(name):
            assert blank is not None, "a required column is there"
            values = zip(into.items(), blank, strict=True)
            self.frame = self.frame.with_columns(**{new: nw.lit(value, kind) for (new, kind), value in values})
            return
        distinct = self.backend.take(self.frame.select(name).unique())[name]
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
        self.tell_values(name, wrong)
        if name in LOCATING:
            self.written[name] = inverted({value: meaning[0] for value, meaning in meanings.items()})
        self._replace(name, meanings, into, blank)

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

    # What is wrong, and where

    def fault_where(
        self, test: nw.Expr, key: Sequence[str], code: str, expected: Sentence, cell: str = "", hint: Text | None = None
    ) -> None:
        """A diagnostic for each row in which the test holds, found in the file by its key columns; at `cell`, or at the
        first of the key."""
        faulty = self.frame.filter(test)
        bad = self.backend.take(faulty.select(*key).unique().sort(*key).head(ROWS_LISTED_MAX))
        rows = [dict(zip(bad, values, strict=True)) for values in zip(*bad.values(), strict=True)]
        self.tell_rows(rows, cell or key[0], code, expected, hint, lambda: self._count(faulty))

    def look_for(self, checks: Sequence[Check], key: Sequence[str]) -> None:
        """All of them in one look; only those that are found somewhere are told row by row."""
        if not checks:
            return
        looks = [_found(check.test).alias(str(number)) for number, check in enumerate(checks)]
        found = self.backend.take(self.frame.select(*looks))
        for number, check in enumerate(checks):
            if found[str(number)][0]:
                self.fault_where(check.test, key, check.code, check.expected, check.cell, check.hint)

    def holds_somewhere(self, *tests: nw.Expr) -> list[bool]:
        """Whether each test holds in some row, in one look."""
        if not tests:
            return []
        looks = [_found(test).alias(str(number)) for number, test in enumerate(tests)]
        found = self.backend.take(self.frame.select(*looks))
        return [bool(found[str(number)][0]) for number in range(len(tests))]

    def once(self, *key: str, fault: str = "DX540") -> None:
        """A diagnostic for rows that say the same thing twice."""
        counted = self.frame.group_by(*key).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
        bad = self.backend.take(counted.select(*key).sort(*key).head(ROWS_LISTED_MAX))
        rows = [dict(zip(bad, values, strict=True)) for values in zip(*bad.values(), strict=True)]
        hint = say("keep the right one and delete the other")
        self.tell_rows(rows, key[0], fault, say("each row once"), hint, lambda: self._sum(counted))

    def _count(self, frame: Frame) -> int:
        return int(self.backend.take(frame.select(nw.len().alias("rows")))["rows"][0])

    def _sum(self, counted: Frame) -> int:
        return int(self.backend.take(counted.select(nw.col("rows").sum()))["rows"][0] or 0)

    def tell_values(self, name: str, wrong: Mapping[Any, CellFault]) -> None:
        """A diagnostic for each row in which the column as the file writes it has one of the values."""
        if not wrong:
            return
        heading = self.headings.get(name, name)
        any_of_them = next(iter(wrong.values()))
        for row, value in self._listed(self._among(heading, list(wrong)), heading, any_of_them.code):
            fault = wrong.get(value if value in wrong else None if value is None else text_of(value), any_of_them)
            found = fault.found or shown("" if value is None else text_of(value))
            self.faults.add(Diagnostic(fault.code, self._place(row, heading), found, fault.expected, fault.hint))

    def tell_rows(
        self, rows: Sequence[Mapping[str, Any]], cell: str, code: str, expected: Sentence, hint: Text | None = None,
        total: Callable[[], int] | None = None,
    ) -> None:  # fmt: skip
        """A diagnostic for each row of the file that has one of these keys; `total` is how many rows of all are wrong."""
        if not rows:
            return
        # What is not there at all is told at what tells the row.
        heading = self.headings.get(cell) or next(self.headings[name] for name in rows[0] if self.has(name))
        same = [pl.all_horizontal(*(self._is(name, value) for name, value in row.items())) for row in rows]
        which = pl.coalesce(*(pl.when(test).then(pl.lit(number)) for number, test in enumerate(same)))
        for row, value, number in self._listed(pl.any_horizontal(*same), heading, code, which, total):
            found = shown("" if value is None else text_of(value))
            sentence = expected if isinstance(expected, Text) else expected(rows[number])
            self.faults.add(Diagnostic(code, self._place(row, heading), found, sentence, hint))

    def _is(self, name: str, value: Any) -> pl.Expr:
        """Whether a row of the file says this in the field."""
        if not self.has(name):
            return pl.lit(True)
        heading, spelled = self.headings[name], self.written.get(name, {}).get(value, [])
        if name in self.texts:
            return self._among(heading, [value, *spelled] if value else ["", None, *spelled])
        return self._among(heading, spelled)

    def _among(self, heading: str, values: Sequence[Any]) -> pl.Expr:
        """Whether the column of the file has one of the values; of a column that is no text also its texts."""
        raw, some = pl.col(heading), [one for one in values if one is not None]
        among = pl.lit(False)
        if some and isinstance(some[0], str):
            among = raw.cast(pl.String).is_in(some).fill_null(False)
        elif some:
            among = raw.is_in(pl.Series(values=some, dtype=self._kinds[heading]).implode()).fill_null(False)
        return among | raw.is_null() if len(some) < len(values) else among

    @cached_property
    def _kinds(self) -> pl.Schema:
        return self.file.collect_schema()

    def _listed(
        self, test: pl.Expr, heading: str, code: str, which: pl.Expr | None = None,
        total: Callable[[], int] | None = None,
    ) -> list[tuple[Any, ...]]:  # fmt: skip
        """The first rows of the file that pass the test: number, what they say under the heading, `which`. Of the rest
        it is told how many they are."""
        inside = [self._is(name, value) for name, value in self.within.items()]
        passing = self.file.filter(pl.all_horizontal(test, *inside))
        columns = [pl.col("row number"), pl.col(heading).alias("written")]
        first = passing.select(*columns, *([which.alias("which")] if which is not None else []))
        rows = first.head(ROWS_LISTED_MAX).collect().rows()
        if len(rows) == ROWS_LISTED_MAX:
            count = total() if total is not None else passing.select(pl.len()).collect().item()
            if count > len(rows):
                more = say("{count} more rows", count=f"{count - len(rows):,}")
                expected = say("at most {most} rows listed of one fault", most=ROWS_LISTED_MAX)
                self.faults.add(Diagnostic(code, Span(str(self.path), cell=heading), more, expected))
        return rows

    def _place(self, row: int, heading: str) -> Span:
        return Span(str(self.path), line=row + (1 if is_parquet(self.path) else 2), cell=heading)


def _found(test: nw.Expr) -> nw.Expr:
    return nw.when(test).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).max()


def inverted(meanings: Mapping[Any, Any]) -> dict[Any, list[Any]]:
    """By meaning, everything that is written for it."""
    written: dict[Any, list[Any]] = {}
    for value, meaning in meanings.items():
        written.setdefault(meaning, []).append(value)
    return written


def is_parquet(path: Path) -> bool:
    return path.suffix.lower() == PARQUET


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
