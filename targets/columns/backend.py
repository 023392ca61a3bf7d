"""The one thin adapter between narwhals and the engines: how a frame is brought in, kept, and taken out.

Everything else is written once, as narwhals expressions, and no other module knows which engine runs it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, NamedTuple, Protocol

import narwhals as nw
import polars as pl

from targets.columns.year import Frame
from targets.engines import EngineName

UINT32_MAX = 2**32 - 1
INT64_MAX = 2**63 - 1
INT128_MAX = 2**127 - 1
# DuckDB hands a HUGEINT over as a decimal of 38 digits.
HUGEINT_MAX = 10**38 - 1
# Spark divides through doubles: 9007199254740993 // 1 came back one too low.
DOUBLE_MAX = 2**53 - 1
STEPS_NESTED_MAX = 4


PARQUET = ".parquet"
# The spreadsheet of the office reads UTF-8 only after it.
BYTE_ORDER_MARK = "\ufeff"


class Step(NamedTuple):
    """Columns to keep of a frame, and new ones computed from it."""

    old: Sequence[str]
    new: Mapping[str, nw.Expr]


class Backend(Protocol):
    """An engine. Integers up to `narrow_max` are 64 bits wide, up to `wide_max` 128; beyond it no plan may go.

    Those from 0 to `short_max` may be held in 32 bits without sign; -1: none, the engine has no such type or it is not worth while.
    """

    name: EngineName
    short_max: int
    narrow_max: int
    wide_max: int

    def bring(self, columns: Mapping[str, Any], schema: dict[str, Any]) -> Frame:
        """A table of Python values, or of NumPy arrays, as a frame; `schema` gives narwhals types."""
        ...

    def scan(self, path: Path) -> Frame:
        """A Parquet file by its types; a CSV file with every column as text."""
        ...

    def write(self, frame: Frame, path: Path) -> None:
        """The frame as Parquet or CSV, by the ending; whole or not at all."""
        ...

    def keep(self, frame: Frame) -> Frame:
        """The frame computed once, to be read several times."""
        ...

    def widen(self, frame: Frame, steps: Sequence[Step]) -> Frame:
        """The frame after the steps, each reading the one before."""
        ...

    def take(self, frame: Frame) -> dict[str, list[Any]]:
        """The frame's columns as Python values."""
        ...

    def arrays(self, frame: Frame) -> dict[str, Any]:
        """The frame's columns, of numbers and truths, as NumPy arrays."""
        ...


def backend(name: EngineName) -> Backend:
    match name:
        case EngineName.POLARS:
            return PolarsBackend()
        case EngineName.DUCKDB:
            return DuckBackend()
        case EngineName.SPARK:
            return SparkBackend()


class PolarsBackend:
    """In memory; Int128 where 64 bits do not hold a number, UInt32, which is divided twice as fast, where 32 do."""

    name = EngineName.POLARS
    short_max = UINT32_MAX
    narrow_max = INT64_MAX
    wide_max = INT128_MAX

    def __init__(self, *, streaming: bool = True) -> None:
        """Streaming holds little in memory; what is in memory anyway is computed in half the time without it."""
        self._streaming = streaming

    def bring(self, columns: Mapping[str, Any], schema: dict[str, Any]) -> Frame:
        return nw.from_dict(columns, schema, backend="polars").lazy()

    def keep(self, frame: Frame) -> Frame:
        return self._collected(frame).lazy()

    def scan(self, path: Path) -> Frame:
        return nw.from_native(scan_file(path))

    def write(self, frame: Frame, path: Path) -> None:
        _sink(nw.to_native(frame), path)

    def widen(self, frame: Frame, steps: Sequence[Step]) -> Frame:
        for step in steps:
            frame = frame.with_columns(**step.new)
        return frame.select(*steps[-1].old, *steps[-1].new) if steps else frame

    def take(self, frame: Frame) -> dict[str, list[Any]]:
        return self._collected(frame).to_dict(as_series=False)

    def arrays(self, frame: Frame) -> dict[str, Any]:
        return _arrays(self._collected(frame))

    def _collected(self, frame: Frame) -> nw.DataFrame[Any]:
        if self._streaming:
            return frame.collect("polars")
        try:
            return frame.collect("polars", engine="in-memory")
        except nw.exceptions.InvalidOperationError:
            # Polars 2.1 without streaming refuses to compare a literal with a column that has one value throughout.
            return frame.collect("polars")


class DuckBackend:
    """Out of core: what does not fit in memory goes to disk; HUGEINT where 64 bits do not hold a number."""

    name = EngineName.DUCKDB
    short_max = -1
    narrow_max = INT64_MAX
    wide_max = HUGEINT_MAX

    def __init__(self, **settings: str) -> None:
        import duckdb

        spill = mkdtemp(prefix="duixian-")
        weakref.finalize(self, rmtree, spill, ignore_errors=True)
        self._connection = duckdb.connect(config={"temp_directory": spill, **settings})
        self._kept = 0

    def bring(self, columns: Mapping[str, Any], schema: dict[str, Any]) -> Frame:
        table = nw.from_dict(columns, schema, backend="pyarrow").to_native()
        return self._table(lambda name: self._connection.register(name, table))

    def keep(self, frame: Frame) -> Frame:
        return self._table(lambda name: nw.to_native(frame).create(name))

    def scan(self, path: Path) -> Frame:
        if is_parquet(path):
            return nw.from_native(self._connection.read_parquet(str(path)))
        # Said rather than guessed from the first rows: with ' for the quote a column would lose its quotation marks.
        table = self._connection.read_csv(
            str(path), header=True, all_varchar=True, sep=",", quotechar='"', escapechar='"'
        )
        return nw.from_native(table)

    def write(self, frame: Frame, path: Path) -> None:
        def put(partial: Path) -> None:
            if path.suffix == PARQUET:
                nw.to_native(frame).write_parquet(str(partial))
                return
            first, *others = frame.collect_schema().names()
            marked = frame.select(nw.col(first).alias(f"{BYTE_ORDER_MARK}{first}"), *others)
            nw.to_native(marked).write_csv(str(partial))

        _whole(path, put)

    def widen(self, frame: Frame, steps: Sequence[Step]) -> Frame:
        """A table every few steps: a query nested deeper takes its planner longer than the work itself."""
        for number, step in enumerate(steps, start=1):
            frame = frame.select(*step.old, **step.new)
            if number % STEPS_NESTED_MAX == 0:
                frame = self.keep(frame)
        return frame

    def _table(self, make: Any) -> Frame:
        self._kept += 1
        name = f"kept_{self._kept}"
        make(name)
        frame: Frame = nw.from_native(self._connection.table(name))
        return frame

    def take(self, frame: Frame) -> dict[str, list[Any]]:
        return frame.collect("polars").to_dict(as_series=False)

    def arrays(self, frame: Frame) -> dict[str, Any]:
        return _arrays(frame.collect("polars"))


class SparkBackend:
    """A cluster, or local threads. Numbers stay below 2^53, where its division is exact."""

    name = EngineName.SPARK
    short_max = -1
    narrow_max = DOUBLE_MAX
    wide_max = DOUBLE_MAX

    def __init__(self) -> None:
        from pyspark.sql import SparkSession

        # The session that is there, with its cluster; else one of this machine. An overflow is an error, never a wrap.
        quiet: dict[str, Any] = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.ansi.enabled": "true",
        }
        self._session = SparkSession.builder.appName("duixian").config(map=quiet).getOrCreate()
        self._session.sparkContext.setLogLevel("ERROR")

    def bring(self, columns: Mapping[str, Any], schema: dict[str, Any]) -> Frame:
        table = nw.from_dict(columns, schema, backend="pyarrow").to_native()
        frame: Frame = nw.from_native(self._session.createDataFrame(table))
        return frame

    def scan(self, path: Path) -> Frame:
        if is_parquet(path):
            return nw.from_native(self._session.read.parquet(str(path)))
        return nw.from_native(self._session.read.csv(str(path), header=True))

    def write(self, frame: Frame, path: Path) -> None:
        _sink(frame.collect("polars").to_native().lazy(), path)

    def widen(self, frame: Frame, steps: Sequence[Step]) -> Frame:
        for step in steps:
            frame = frame.select(*step.old, **step.new)
        return frame

    def keep(self, frame: Frame) -> Frame:
        kept: Frame = nw.from_native(nw.to_native(frame).persist())
        return kept

    def take(self, frame: Frame) -> dict[str, list[Any]]:
        return frame.collect("polars").to_dict(as_series=False)

    def arrays(self, frame: Frame) -> dict[str, Any]:
        return _arrays(frame.collect("polars"))


def _arrays(frame: nw.DataFrame[Any]) -> dict[str, Any]:
    return {name: frame.get_column(name).to_numpy() for name in frame.columns}


def is_parquet(path: Path) -> bool:
    return path.suffix.lower() == PARQUET


def scan_file(path: Path) -> pl.LazyFrame:
    """A Parquet file by its types; a CSV file with every column as text."""
    if is_parquet(path):
        return pl.scan_parquet(path)
    return pl.scan_csv(path, infer_schema=False, encoding="utf8")


def _sink(frame: pl.LazyFrame, path: Path) -> None:
    """Streaming; CSV with the byte order mark."""

    def put(partial: Path) -> None:
        if path.suffix == PARQUET:
            frame.sink_parquet(partial, engine="streaming")
        else:
            frame.sink_csv(partial, include_bom=True, engine="streaming")

    _whole(path, put)


def _whole(path: Path, put: Callable[[Path], None]) -> None:
    """Written beside it, then moved into its place."""
    partial = path.with_name(path.name + ".part")
    put(partial)
    partial.replace(path)
