"""Acts of recording: where a batch of records came from, what it did to each table, and the versions it left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that records were read from, and the SHA-256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from: the day it counts as recorded, the files, and, if known, who did it and why."""

    recorded_on: date
    files: tuple[SourceFile, ...] = ()
    who: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of one table: `new` were not in force before, `superseded` took the place of another
    version, `unchanged` said what was known already and left nothing behind, `withdrawn` are in force no longer."""

    new: int = 0
    superseded: int = 0
    unchanged: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Appended:
    """`batch` is 0 when nothing was appended. `tables` has the collections of `Records` that had records, by name."""

    batch: int
    tables: Mapping[str, Counts]

    @property
    def total(self) -> Counts:
        return Counts(*(sum(getattr(counts, kind.name) for counts in self.tables.values()) for kind in fields(Counts)))


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it was kept; `written_at` is the clock's, `origin.recorded_on` the office's."""

    id: int
    origin: Origin
    written_at: datetime
    tables: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Version(Generic[R]):
    """One version of a record, counted from 1. A withdrawn one says that the record, as shown, should not have been."""

    number: int
    record: R
    batch: Batch
    withdrawn: bool
