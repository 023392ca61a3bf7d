"""How a record lies in its table: which fields name it, which columns a field takes, and both ways between them.

Knows no database: the tables stand in `targets.schema`, the reading and writing in `targets.store`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from rules.diagnostic import Diagnostic, Span, say
from rules.period import Period, parse_period
from targets.cadre import Assignment, Cadre, Tenure
from targets.observation import Incident, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party

INTEGER_MAX = 2**63 - 1
"""The largest numerator or denominator that is kept (and the smallest is its opposite); the intake refuses beyond it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a record as the columns it takes."""

    field: str
    columns: tuple[str, ...]
    write: Callable[[Any], tuple[Any, ...]]
    read: Callable[..., Any]


class RecordTable:
    """One of the ten tables of `targets.snapshot.Records`.

    `key` are the columns that name a record, `content` those that say something of it; the rest is where it came from.
    """

    def __init__(self, collection: str, name: str, record: type[Any], key: tuple[str, ...]) -> None:
        self.collection, self.name, self.record = collection, name, record
        hints = get_type_hints(record)
        self._parts = tuple(_part(field.name, hints[field.name]) for field in fields(record))
        self.columns = tuple(column for part in self._parts for column in part.columns)
        self.key = tuple(column for part in self._parts if part.field in key for column in part.columns)
        self.content = tuple(
            column
            for part in self._parts
            if part.field not in key and part.field not in PROVENANCE
            for column in part.columns
        )
        self._slices = tuple(_slices(self._parts))

    def row(self, record: Any) -> dict[str, Any]:
        """The record as columns."""
        row: dict[str, Any] = {}
        for part in self._parts:
            row.update(zip(part.columns, part.write(getattr(record, part.field)), strict=True))
        return row

    def from_row(self, values: Sequence[Any]) -> Any:
        """The record again, from values in the order of `columns`. Raises ValueError or ZeroDivisionError if they are none."""
        return self.record(*(part.read(*values[where]) for part, where in self._slices))


PROVENANCE = ("place", "recorded_on")
"""Not content: the same value typed in another cell or on another day is the same value."""


def _part(field: str, hint: object) -> Part:
    kinds = _kinds(hint)
    if Span in kinds:
        return Part(field, tuple(f"{field}_{piece.name}" for piece in fields(Span)), _write_span, _read_span)
    if Fraction in kinds:
        return Part(field, (f"{field}_numerator", f"{field}_denominator"), _write_fraction, _read_fraction)
    if Period in kinds:
        return Part(field, (field,), lambda period: (str(period),), _read_period)
    word = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum)), None)
    if word is not None:
        return Part(field, (field,), lambda state: (str(state),), word)
    return Part(field, (field,), lambda value: (value,), lambda value: value)


def _kinds(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _write_span(span: Span | None) -> tuple[Any, ...]:
    if span is None:
        return (None,) * len(fields(Span))
    return (span.path, span.sheet, span.line, span.column, span.width, span.cell)


def _read_span(path: str | None, *rest: Any) -> Span | None:
    return None if path is None else Span(path, *rest)


def _write_fraction(value: Fraction | None) -> tuple[int | None, int | None]:
    return (None, None) if value is None else (value.numerator, value.denominator)


def _read_fraction(numerator: int | None, denominator: int | None) -> Fraction | None:
    return None if numerator is None else Fraction(numerator, denominator)


_read_period = lru_cache(maxsize=None)(parse_period)


def _slices(parts: Iterable[Part]) -> Iterator[tuple[Part, slice]]:
    start = 0
    for part in parts:
        yield part, slice(start, start + len(part.columns))
        start += len(part.columns)


RECORD_TABLES = (
    RecordTable("parties", "party", Party, ("code",)),
    RecordTable("cadres", "cadre", Cadre, ("code",)),
    RecordTable("tenures", "tenure", Tenure, ("cadre", "post", "party", "start")),
    RecordTable("assignments", "assignment", Assignment, ("cadre", "party", "role", "start")),
    RecordTable("targets", "target", Target, ("subject", "indicator", "parameter")),
    RecordTable("observations", "observation", Observation, ("subject", "indicator", "period", "entry")),
    RecordTable("incidents", "incident", Incident, ("id",)),
    RecordTable("states", "state_record", StateRecord, ("subject", "state", "start")),
    RecordTable("prior_vetoes", "prior_veto", PriorVeto, ("subject", "contract", "veto", "happened_on")),
    RecordTable("history", "past_result", PastResult, ("subject", "contract", "year")),
)
TABLE_OF = {table.record: table for table in RECORD_TABLES}


def unstorable(table: RecordTable, record: Any, row: dict[str, Any], source: str) -> Iterator[Diagnostic]:
    """Values that no database keeps as they are: integers beyond 64 bits, text with a NUL or half a character."""
    for column, value in row.items():
        if isinstance(value, int) and abs(value) > INTEGER_MAX:
            found, expected = str(value), say("a whole number up to {limit}", limit=INTEGER_MAX)
        elif isinstance(value, str) and not is_plain_text(value):
            found, expected = visible(value), say("text without control code 0 and broken characters")
        else:
            continue
        place = getattr(record, "place", None) or Span(source, sheet=table.collection, cell=column)
        yield Diagnostic("DX706", place, say("{found} in {column}", found=found, column=column), expected)


def is_plain_text(text: str) -> bool:
    """Whether a database takes the text: PostgreSQL refuses NUL, and half of a surrogate pair has no UTF-8."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def visible(text: str) -> str:
    """The text with what is wrong in it spelled out."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
