"""What a database's drivers raise, told by whose fault it is: the file's, the disk's, the server's; or ours."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from rules.diagnostic import Diagnostic, Refused, Span, say
from targets.damage import Damaged


@contextmanager
def faults_as_diagnostics(place: Span) -> Iterator[None]:
    """A fault of the user's file, disk or server is refused with its code; one of ours stays an exception."""
    try:
        yield
    except Damaged as damage:
        found, expected = say("{row}", row=str(damage)), say("a row that this program wrote")
        raise Refused([Diagnostic("DX702", place, found, expected, DAMAGE_HINT)]) from damage
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = None if cause is None else _code(cause)
        if code is None:
            raise
        found = say("{message}", message=" ".join(str(cause).split()))
        raise Refused([Diagnostic(code, place, found, _EXPECTED[code], _HINTS[code])]) from error


def _code(cause: BaseException) -> str | None:
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if name in (None, "SQLITE_ERROR"):
        # The drivers name no fault where they cannot make a value of what came, and SQLite has one name for all statements.
        if _UNREADABLE.match(str(cause)):
            return "DX702"
        # psycopg gives no state when it could not speak to the server at all.
        silent = name is None and not isinstance(cause, sqlite3.Error) and type(cause).__name__ == "OperationalError"
        return "DX703" if silent else None
    return next((code for beginning, code in _FAULTS if name.startswith(beginning)), None)


_UNREADABLE = re.compile(
    r"Could not decode to UTF-8|(date|timestamp) too (small|large)"
    r"|no such (table|column)|table \S+ has no column named|(table|index|trigger) \S+ already exists|duplicate column name"
    r"|cannot (modify|INSERT into) "
)
"""Text that is none, days that no calendar of ours has, and tables that are not those of our migrations."""

_FAULTS: tuple[tuple[str, str], ...] = (
    *((name, "DX702") for name in ("SQLITE_NOTADB", "SQLITE_CORRUPT")),
    *((name, "DX703") for name in ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PERM")),
    *((name, "DX704") for name in ("SQLITE_BUSY", "SQLITE_LOCKED")),
    # PostgreSQL's states. Not allowed comes before tables that are not ours, which begin alike; a statement that
    # is none (42601) is our own fault. Damaged pages come before other faults of the server's insides.
    ("42501", "DX703"),
    *((state, "DX702") for state in ("427", "428", "42P", "XX001", "XX002")),
    # Cancelled, mostly for having waited longer than the server lets; locks; somebody else made the same just now.
    *((state, "DX704") for state in ("57014", "55P03", "40", "23505")),
    # Connection lost, no such database or schema, password, read-only, idle for too long, disk full, shut down, broken.
    *((state, "DX703") for state in ("08", "3D", "3F", "28", "25006", "25P03", "53", "57", "58", "XX")),
)
_EXPECTED = {
    "DX702": say("a database that can be read"),
    "DX703": say("a workspace that can be reached and written"),
    "DX704": say("a workspace that nobody else is writing to"),
}
DAMAGE_HINT = say("take the newest good copy of the workspace and import what came after it again")
_HINTS = {
    "DX702": DAMAGE_HINT,
    "DX703": say("look at the rights on the folder, at the free space of the disk and at the network"),
    "DX704": say("let the other program finish, then run the same command again; nothing has been stored"),
}
