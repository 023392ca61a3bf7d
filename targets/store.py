"""The one writer: records are appended, superseded and withdrawn, never changed; any day's knowledge can be read again.

The latest version of a key wins. `as_of(day)` sees the batches recorded up to that day, so a late correction can be seen
or not seen. Batches are numbered without gaps and their days never go back, so that what was known on a day stays so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, select
from sqlalchemy import Table as SqlTable

from rules.diagnostic import Diagnostic, Span, refuse, refuse_if_any, say
from rules.period import Period
from targets import books, keeping
from targets.batch import Appended, Batch, Counts, Origin, SourceFile, Version
from targets.books import Books
from targets.damage import as_damage, whole_rows
from targets.database import Database
from targets.guarded import faulty_guards
from targets.kept import KeptRun
from targets.ledger import Voucher
from targets.observation import Observation
from targets.rows import RECORD_TABLES, TABLE_OF, RecordTable, is_plain_text, unstorable, visible
from targets.runs import Runs, readable
from targets.schema import Table
from targets.snapshot import Records
from targets.trail import Trail

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Standing:
    """What an audit looks at, all of one moment, and whatever it says. `wrong_cells` are those of the ledger, by voucher; of the
    others the trail tells. `guards` are triggers that are gone or say something else."""

    vouchers: tuple[Voucher, ...]
    wrong_cells: Mapping[int, tuple[str, ...]]
    runs: tuple[KeptRun, ...]
    trail: Trail
    guards: tuple[str, ...]


class Store:
    """The records of one workspace. Every method is one transaction; the database's own faults are raised as Refused."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self.books = Books(database, now)
        self.runs = Runs(database, now, self.books)

    def append(self, records: Records, origin: Origin) -> Appended:
        """Record all of these or none. What is known already leaves nothing behind, so that twice is once.

        Raises Refused for a day before the last batch (DX705) and for values that cannot be kept exactly (DX706).
        """
        rows = _rows(records, origin, self._database.place)
        with self._database.writing() as connection:
            last = self._last_for(connection, origin)
            changes = {
                table: _appending(table, some, _newest(connection, table, some), last + 1)
                for table, some in rows.items()
            }
            return self._write(connection, last + 1, origin, changes)

    def withdraw(self, records: Records, origin: Origin) -> Appended:
        """Say of records entered by mistake that they never should have been; only their keys are looked at.

        They are in force no longer, and their history stays. Raises Refused for a key that is not known (DX707).
        """
        rows = _rows(records, origin, self._database.place)
        with self._database.writing() as connection:
            last = self._last_for(connection, origin)
            newest = {table: _newest(connection, table, some) for table, some in rows.items()}
            refuse_if_any(_unknown(rows, newest, self._database.place))
            changes = {table: _withdrawing(table, some, newest[table], last + 1) for table, some in rows.items()}
            return self._write(connection, last + 1, origin, changes)

    def refuse_unknown(self, records: Records, origin: Origin) -> None:
        """What `withdraw` would refuse (DX707), without withdrawing."""
        rows = _rows(records, origin, self._database.place)
        with self._database.reading() as connection:
            newest = {table: _newest(connection, table, some) for table, some in rows.items()}
            refuse_if_any(_unknown(rows, newest, self._database.place))

    def as_of(self, day: date | None = None, *, batch: int | None = None) -> Records:
        """The records as known on that day (or after that batch; by default now), each table in the order of its keys."""
        with self._database.reading() as connection:
            last = _last_batch(connection, day) if batch is None else batch
            tables = {table.collection: self._records(connection, table, last) for table in RECORD_TABLES}
            return Records(**tables)

    def last_batch(self, day: date | None = None) -> int:
        """The last batch recorded up to that day, by default of all; 0 when there is none."""
        with self._database.reading() as connection:
            return _last_batch(connection, day)

    def standing(self) -> Standing:
        """For the audit: nothing in it is trusted, and nothing refused."""
        with self._database.reading() as connection:
            guards = faulty_guards(connection, Table.metadata.tables)
            return Standing(*books.standing(connection), readable(connection), keeping.read(connection), guards)

    def batches(self) -> tuple[Batch, ...]:
        """Every act of recording, in order."""
        with self._database.reading() as connection:
            return tuple(_batches(connection).values())

    def history(
        self, subject: str, indicator: str, period: Period, entry: str = ""
    ) -> tuple[Version[Observation], ...]:
        """Every version of one observation, in the order they were recorded."""
        return self.versions(Observation(subject, indicator, period, 0, 0, entry))

    def versions(self, record: R) -> tuple[Version[R], ...]:
        """Every version of the record with this one's key, in the order they were recorded."""
        table = TABLE_OF[type(record)]
        sql, row = _sql(table), table.row(record)
        versions = _versions(table).where(*(sql.c[column] == row[column] for column in table.key))
        with self._database.reading() as connection:
            batches = _batches(connection)
            found = self._read(connection, table, versions.order_by(sql.c.version))
            return tuple(Version(row.version, kept, batches[row.batch], row.withdrawn) for row, kept in found)

    def _last_for(self, connection: Connection, origin: Origin) -> int:
        """The last batch, once it is sure that the new one does not lie before it."""
        batch = _BATCH
        last = connection.execute(select(batch.c.id, batch.c.recorded_on).order_by(batch.c.id.desc()).limit(1)).first()
        if last is None:
            return 0
        if origin.recorded_on < last.recorded_on:
            found = say("recorded on {day}", day=origin.recorded_on.isoformat())
            expected = say("{day}, the day of the last batch, or later", day=last.recorded_on.isoformat())
            refuse(Diagnostic("DX705", self._database.place, found, expected))
        return int(last.id)

    def _write(
        self, connection: Connection, number: int, origin: Origin, changes: dict[RecordTable, _Change]
    ) -> Appended:
        counts = {table.collection: change.counts for table, change in changes.items()}
        if not any(change.rows for change in changes.values()):
            return Appended(0, counts)
        batch = {"id": number, "recorded_on": origin.recorded_on, "written_at": self._now()}
        keeping.write(connection, "import_batch", [batch | {"who": origin.who, "note": origin.note}])
        files = [{"batch": number, **asdict(file)} for file in dict.fromkeys(origin.files)]
        tallies = [{"batch": number, "record_table": name, **asdict(tally)} for name, tally in counts.items()]
        written = (("import_file", files), ("import_count", tallies), *((t.name, c.rows) for t, c in changes.items()))
        for table, rows in written:
            keeping.write(connection, table, rows)
        return Appended(number, counts)

    def _records(self, connection: Connection, table: RecordTable, last: int) -> tuple[Any, ...]:
        found = self._read(connection, table, _latest(table, last))
        # Sorted here and not there: what comes first in a database depends on its language. And what is in force is told here:
        # a cell that is neither yes nor no is told, where a query would pass it over.
        key_of = attrgetter(*table.key)
        in_force = [pair for pair in found if not pair[0].withdrawn]
        return tuple(record for _, record in sorted(in_force, key=lambda pair: key_of(pair[0])))

    def _read(self, connection: Connection, table: RecordTable, statement: Select[Any]) -> list[tuple[Row[Any], Any]]:
        """Each row with its record."""
        with as_damage(table.name):
            return whole_rows(connection, statement, lambda row: (row, table.from_row(row[len(_HEAD) :])))


_BATCH, _FILE, _COUNT = (Table.metadata.tables[name] for name in ("import_batch", "import_file", "import_count"))
_HEAD = ("version", "batch", "withdrawn")
SUBJECTS_AT_ONCE = 500
"""Far below the number of values that SQLite (32,766) and PostgreSQL (65,535) take in one statement."""

Key = tuple[Any, ...]
Rows = dict[RecordTable, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Known:
    """The newest version of a key."""

    version: int
    withdrawn: bool
    content: Key


@dataclass(slots=True)
class _Change:
    """Rows to append to one table."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Counts:
        return Counts(**self.kinds)


def _rows(records: Records, origin: Origin, place: Span) -> Rows:
    """The records as rows, of the tables that have any. Raises Refused for what cannot be kept as it is (DX706)."""
    source = ", ".join(file.path for file in origin.files)
    rows: Rows = {}
    faults = list(_unstorable_texts(origin, place))
    for table in RECORD_TABLES:
        for record in getattr(records, table.collection):
            row = table.row(record)
            rows.setdefault(table, []).append(row)
            faults.extend(unstorable(table, record, row, source))
    refuse_if_any(faults)
    return rows


def _unstorable_texts(origin: Origin, place: Span) -> Iterator[Diagnostic]:
    for written in (origin.who, origin.note, *(file.path for file in origin.files)):
        if not is_plain_text(written):
            expected = say("text without control code 0 and broken characters")
            yield Diagnostic("DX706", place, say("{found}", found=visible(written)), expected)


def _newest(connection: Connection, table: RecordTable, rows: list[dict[str, Any]]) -> dict[Key, _Known]:
    """The newest version of every key that shares its first part with one of the rows."""
    first = _sql(table).c[table.key[0]]
    wanted = sorted({row[table.key[0]] for row in rows})
    key_of, content_of = _picker(table.key), _picker(table.content)
    newest: dict[Key, _Known] = {}
    for start in range(0, len(wanted), SUBJECTS_AT_ONCE):
        some = first.in_(wanted[start : start + SUBJECTS_AT_ONCE])
        for row in connection.execute(_latest(table).where(some)).mappings():
            newest[key_of(row)] = _Known(row["version"], row["withdrawn"], content_of(row))
    return newest


def _appending(table: RecordTable, rows: list[dict[str, Any]], newest: dict[Key, _Known], batch: int) -> _Change:
    """The versions that the rows add, one after the other: a key that comes twice is superseded by its second row."""
    change = _Change()
    key_of, content_of = _picker(table.key), _picker(table.content)
    for row in rows:
        key, content = key_of(row), content_of(row)
        known = newest.get(key, _NOTHING)
        if not known.withdrawn and known.content == content:
            change.kinds["unchanged"] += 1
            continue
        newest[key] = _Known(known.version + 1, False, content)
        change.rows.append(row | _head(known.version + 1, batch, withdrawn=False))
        change.kinds["new" if known.withdrawn else "superseded"] += 1
    return change


_NOTHING = _Known(0, True, ())


def _withdrawing(table: RecordTable, rows: list[dict[str, Any]], newest: dict[Key, _Known], batch: int) -> _Change:
    """Versions that repeat what is withdrawn, so that the history can be read on its own, and say from where it was."""
    change = _Change()
    key_of = _picker(table.key)
    for row in rows:
        key = key_of(row)
        known = newest[key]
        if known.withdrawn:
            change.kinds["unchanged"] += 1
            continue
        newest[key] = replace(known, version=known.version + 1, withdrawn=True)
        content = dict(zip(table.content, known.content, strict=True))
        change.rows.append(row | content | _head(known.version + 1, batch, withdrawn=True))
        change.kinds["withdrawn"] += 1
    return change


def _unknown(rows: Rows, newest: dict[RecordTable, dict[Key, _Known]], place: Span) -> Iterator[Diagnostic]:
    for table, of_table in rows.items():
        key_of = _picker(table.key)
        for row in of_table:
            if key_of(row) not in newest[table]:
                found = say(
                    "{key} in {table}", key=", ".join(str(part) for part in key_of(row)), table=table.collection
                )
                yield Diagnostic("DX707", place, found, say("a record that has been recorded"))


def _latest(table: RecordTable, last: int | None = None) -> Select[Any]:
    """The newest version of every key, up to that batch. Versions have no gaps, so the next one is all to look for."""
    sql = _sql(table)
    later = sql.alias()
    follows = and_(*(later.c[column] == sql.c[column] for column in table.key), later.c.version == sql.c.version + 1)
    if last is None:
        return _versions(table).where(~exists().where(follows))
    return _versions(table).where(sql.c.batch <= last, ~exists().where(follows, later.c.batch <= last))


def _versions(table: RecordTable) -> Select[Any]:
    """The head and the columns of the record. The day of an observation that came without one is that of its batch."""
    sql = _sql(table)
    columns: list[ColumnElement[Any]] = [sql.c[column] for column in (*_HEAD, *table.columns)]
    if "recorded_on" not in table.columns:
        return select(*columns)
    at = columns.index(sql.c.recorded_on)
    columns[at] = func.coalesce(sql.c.recorded_on, _BATCH.c.recorded_on).label("recorded_on")
    return select(*columns).join_from(sql, _BATCH)


def _last_batch(connection: Connection, day: date | None) -> int:
    with as_damage("import_batch"):
        days = whole_rows(connection, select(_BATCH.c.id, _BATCH.c.recorded_on), lambda row: (row.id, row.recorded_on))
    return max((number for number, recorded_on in days if day is None or recorded_on <= day), default=0)


def _batches(connection: Connection) -> dict[int, Batch]:
    files: dict[int, list[SourceFile]] = {}
    for row in connection.execute(select(_FILE).order_by(_FILE.c.batch, _FILE.c.path, _FILE.c.sha256)):
        files.setdefault(row.batch, []).append(SourceFile(row.path, row.sha256))
    counts: dict[int, dict[str, Counts]] = {}
    tallies = select(_COUNT.c.batch, _COUNT.c.record_table, *(_COUNT.c[part.name] for part in fields(Counts)))
    for batch, collection, *numbers in connection.execute(tallies):
        counts.setdefault(batch, {})[collection] = Counts(*numbers)
    return {
        row.id: Batch(
            row.id,
            Origin(row.recorded_on, tuple(files.get(row.id, ())), row.who, row.note),
            row.written_at,
            counts.get(row.id, {}),
        )
        for row in connection.execute(select(_BATCH).order_by(_BATCH.c.id))
    }


def _sql(table: RecordTable) -> SqlTable:
    return Table.metadata.tables[table.name]


def _head(version: int, batch: int, *, withdrawn: bool) -> dict[str, Any]:
    return dict(zip(_HEAD, (version, batch, withdrawn), strict=True))


def _picker(columns: tuple[str, ...]) -> Callable[[Mapping[Any, Any]], Key]:
    return lambda row: tuple([row[column] for column in columns])
