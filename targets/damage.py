"""Rows that this program did not write: told by those who need them whole, left out or passed on as they are by the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Select, String, cast, select, type_coerce
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import NullType, TypeEngine
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

R = TypeVar("R")


class Damaged(Exception):
    """A row that this program did not write; refused as DX702 by the transaction that it is read in."""


@contextmanager
def as_damage(what: str = "") -> Iterator[None]:
    """What cannot be made of rows is damage to them: for whatever makes records of rows, and nothing else."""
    try:
        yield
    except WRONG_CELL as error:
        raise Damaged(f"{what}: {error}" if what else str(error)) from error


WRONG_CELL = (ValueError, TypeError, KeyError, ArithmeticError)


class ReadsRows(Protocol):
    """How records are made of rows: `whole_rows`, or `sound_rows`."""

    def __call__(self, connection: Connection, statement: Select[Any], make: Callable[[Any], R]) -> list[R]:
        """What `make` makes of each row."""


def whole_rows(connection: Connection, statement: Select[Any], make: Callable[[Any], R]) -> list[R]:
    """Of every row, each value of the type of its column: SQLite keeps text where a number should be. Raises Damaged."""
    with as_damage():
        rows = connection.execute(statement).all()
        for column, values in zip(statement.selected_columns, zip(*rows, strict=True), strict=False):
            _refuse_other_kinds(column.name, _kind_of(column.type), values)
        _refuse_other_spellings(connection, statement)
        return [make(row) for row in rows]


def _refuse_other_spellings(connection: Connection, statement: Select[Any]) -> None:
    """SQLite compares days as text and truths as numbers: `2027-W01-1` or an empty truth would be one thing to a query and
    another to us."""
    if connection.dialect.name != "sqlite":
        return
    for column in statement.selected_columns:
        if _kind_of(column.type) in (bool, date, datetime):
            reader = _Reader(connection, column.name, column.type)
            raw = statement.with_only_columns(type_coerce(column, NullType()), maintain_column_froms=True)
            for (cell,) in connection.execute(raw.order_by(None).distinct()):
                reader.value(cell)


def _refuse_other_kinds(name: str, kind: type[Any], values: Sequence[Any]) -> None:
    """By the types first: of a million cells there are two."""
    wrong = tuple(one for one in set(map(type, values)) if one is not type(None) and not issubclass(one, kind))
    if wrong:
        raise ValueError(f"{name} {next(one for one in values if type(one) in wrong)!r}")
    if kind is datetime:
        for moment in values:
            _refuse_edge_of_time(name, moment)


def _refuse_edge_of_time(name: str, moment: datetime | None) -> None:
    """Such a moment lies beyond the calendar in another time zone, and could not be shown there."""
    if moment is not None and moment.year in (MINYEAR, MAXYEAR):
        raise ValueError(f"{name} {moment!r}")


def sound_rows(connection: Connection, statement: Select[Any], make: Callable[[Any], R]) -> list[R]:
    """Of those rows that can be read: `targets.trail` tells of the others."""
    made = []
    columns: Sequence[Any] = tuple(statement.selected_columns)
    raw = statement.with_only_columns(*(_as_it_stands(connection, one) for one in columns))
    readers = [_Reader(connection, column.name, column.type) for column in columns]
    for row in connection.execute(raw):
        try:
            values = [reader.value(cell) for reader, cell in zip(readers, row, strict=True)]
            made.append(make(SimpleNamespace(**dict(zip((one.name for one in readers), values, strict=True)))))
        except WRONG_CELL:
            continue
    return made


@dataclass(frozen=True, slots=True)
class Cells:
    """A row as it stands: `values` by column, None for those that are none of its type, which `wrong` shows."""

    values: dict[str, Any]
    wrong: dict[str, str]


def cells(connection: Connection, table: SqlTable, leaving_out: Sequence[str] = ()) -> Iterator[Cells]:
    """Every row of the table, whatever stands in it."""
    columns = [column for column in table.columns if column.name not in leaving_out]
    readers = [_Reader(connection, column.name, column.type) for column in columns]
    for row in connection.execute(select(*(_as_it_stands(connection, one) for one in columns))):
        read = Cells({}, {})
        for reader, cell in zip(readers, row, strict=True):
            try:
                read.values[reader.name] = reader.value(cell)
            except WRONG_CELL:
                read.values[reader.name], read.wrong[reader.name] = None, repr(cell)
        yield read


def _as_it_stands(connection: Connection, column: Any) -> Any:
    """What the driver has. PostgreSQL knows days that Python does not (infinity), and its driver fails at them: as text."""
    as_text = connection.dialect.name != "sqlite" and _kind_of(column.type) in (date, datetime)
    return (cast(column, String) if as_text else type_coerce(column, NullType())).label(column.name)


class _Reader:
    """What a driver gives for a cell, as a value of the column's type."""

    def __init__(self, connection: Connection, name: str, column: TypeEngine[Any]) -> None:
        self.name, self._kind = name, _kind_of(column)
        own = column.dialect_impl(connection.dialect)
        self._process: Callable[[Any], Any] | None = own.result_processor(connection.dialect, None)
        if connection.dialect.name != "sqlite" and self._kind in (date, datetime):
            self._process = _day_or_moment(self._kind)
        self._write = own.bind_processor(connection.dialect) if connection.dialect.name == "sqlite" else None

    def value(self, cell: Any) -> Any:
        """Raises one of WRONG_CELL."""
        if isinstance(cell, bytes):
            raise TypeError(f"{self.name} {cell!r}")
        value = cell if self._process is None else self._process(cell)
        if value is not None and not isinstance(value, self._kind):
            raise TypeError(f"{self.name} {value!r}")
        if self._kind is datetime:
            _refuse_edge_of_time(self.name, value)
        if value is not None and self._write is not None and self._write(value) != cell:
            raise ValueError(f"{self.name} {cell!r}")
        return value


def _day_or_moment(kind: type[Any]) -> Callable[[Any], Any]:
    return lambda cell: None if cell is None else kind.fromisoformat(cell)


def _kind_of(column: TypeEngine[Any]) -> type[Any]:
    """SQLModel's text and moments say of themselves only that they are objects."""
    if isinstance(column, UTCDateTime):
        return datetime
    return str if isinstance(column, AutoString) else column.python_type
