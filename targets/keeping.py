"""How rows are written, with the links of the trail that tell of them, and how the trail is read as it stands.

An assessment's result has no link: it is held against what its contracts and records give.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from targets.damage import cells
from targets.ledger import Voucher
from targets.schema import Table
from targets.trail import VOUCHER, Link, Stray, Trail, hash_of

NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "import_batch": ("id",),
    "import_file": ("batch",),
    "import_count": ("batch",),
    **dict.fromkeys(
        ("party", "cadre", "tenure", "assignment", "target", "observation", "incident", "state_record", "prior_veto",
         "past_result"),
        ("batch",),
    ),
    "run": ("name",),
    "contract_text": ("hash",),
    "run_contract": ("run", "contract"),
    "run_event": ("id",),
    "run_check": ("id",),
    "appeal": ("id",),
    "appeal_decision": ("appeal",),
}  # fmt: skip
"""The tables, and the columns that name what is written together."""

UNTOLD = {"run": ("result",)}

_TRAIL = Table.metadata.tables["trail"]


def write(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]], run: str = "") -> None:
    """Put these rows into the table, and a link for each name among them onto the trail; the one way to write there."""
    if not rows:
        return
    connection.execute(insert(Table.metadata.tables[table]), list(rows))
    add_links(connection, table, rows, run)


def add_links(connection: Connection, table: str, rows: Iterable[Mapping[str, Any]], run: str = "") -> None:
    """Of rows that are there."""
    said: dict[str, list[bytes]] = defaultdict(list)
    for one in rows:
        said[key_of(table, one)].append(row_digest(table, one))
    for key, digests in said.items():
        add_link(connection, table, key, run, content_of(digests))


def add_voucher(connection: Connection, voucher: Voucher) -> None:
    """The last one of those that were entered together. The ledger has a chain of its own; by this link and the one that a seal
    names, neither of the two can be written anew, or cut off, without the other."""
    add_link(connection, VOUCHER, str(voucher.number), voucher.entry.run, voucher.hash)


def entered_vouchers(connection: Connection) -> list[tuple[str, str]]:
    """Number and hash of vouchers that links tell of."""
    told = select(_TRAIL.c.key, _TRAIL.c.content).where(_TRAIL.c.kept == VOUCHER).order_by(_TRAIL.c.number)
    return [(str(row.key), str(row.content)) for row in connection.execute(told)]


def add_link(connection: Connection, kept: str, key: str, run: str, content: str) -> None:
    """Onto the end."""
    number, before = last_link(connection)
    hash_ = hash_of(number + 1, kept, key, run, content, before)
    row = {"number": number + 1, "kept": kept, "key": key, "run": run, "content": content}
    connection.execute(insert(_TRAIL), row | {"previous_hash": before, "hash": hash_})


def last_link(connection: Connection) -> tuple[int, str]:
    """Number and hash; 0 and nothing before the first."""
    last = connection.execute(select(_TRAIL.c.number, _TRAIL.c.hash).order_by(_TRAIL.c.number.desc()).limit(1)).first()
    return (0, "") if last is None else (int(last.number), str(last.hash))


def key_of(table: str, row: Mapping[str, Any]) -> str:
    return " ".join(str(row[column]) for column in NAMED_BY[table])


def row_digest(table: str, row: Mapping[str, Any]) -> bytes:
    """SHA-256 over the row as JSON, by the names of its columns; one without a value is left out, so that a column may be added
    later."""
    untold = UNTOLD.get(table, ())
    told = {name: _plain(value) for name, value in row.items() if value is not None and name not in untold}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()


def _plain(value: Any) -> str | int | bool:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def content_of(digests: Iterable[bytes]) -> str:
    """Of rows that are named together: in the order of their digests, whatever the order in which they were written."""
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def read(connection: Connection) -> Trail:
    """The trail as it stands, whatever stands there, each link with what its rows say now."""
    there = {(table, key): said for table in NAMED_BY for key, said in _standing(connection, table).items()}
    links = []
    for row in cells(connection, _TRAIL):
        values = {name: value or "" for name, value in row.values.items() if name != "number"}
        said = there.get((values["kept"], values["key"]), _Said())
        wrong = (*(f"{name} {cell}" for name, cell in row.wrong.items()), *said.wrong)
        # A link that calls rows another run's tells of none.
        standing = content_of(said.digests) if said.digests and said.run in ("", values["run"]) else ""
        if values["kept"] == VOUCHER:
            standing = values["content"]  # the audit holds it against the ledger
        links.append(Link(row.values["number"] or 0, **values, standing=standing, wrong=wrong))
    links.sort(key=lambda one: one.number)
    told = {(one.kept, one.key) for one in links}
    strays = [
        Stray(table, key, said.run, content_of(said.digests))
        for (table, key), said in there.items()
        if (table, key) not in told
    ]
    return Trail(tuple(links), tuple(sorted(strays)))


@dataclass(slots=True)
class _Said:
    """What the rows of one name say now, and cells that are none."""

    run: str = ""
    digests: list[bytes] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def _standing(connection: Connection, table: str) -> dict[str, _Said]:
    said: dict[str, _Said] = defaultdict(_Said)
    for row in cells(connection, Table.metadata.tables[table], UNTOLD.get(table, ())):
        shown = {**row.values, **row.wrong}
        one = said[key_of(table, shown)]
        one.run = str(shown.get("run") or (shown["name"] if table == "run" else ""))
        one.digests.append(row_digest(table, shown))
        one.wrong += [f"{name} {cell}" for name, cell in row.wrong.items()]
    return said


def each_row(connection: Connection, table: str) -> Iterator[Mapping[str, Any]]:
    """For a workspace that has no trail yet."""
    for row in cells(connection, Table.metadata.tables[table], UNTOLD.get(table, ())):
        yield {**row.values, **row.wrong}
