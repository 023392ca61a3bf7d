"""Whether the triggers that keep the tables append-only stand as `targets.migrations.guards` put them there."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection, text

DIGESTS = {
    "sqlite": "ae9c3ee70c911c9d063f99f92b22021c28d1ec724efb20f7805d8a99bbf32116",
    "postgresql": "42c76f9e6b218156a030c783cef52eda55eab3c4dbed66561db4f5fcf169d6e9",
}
"""SHA-256 over all guards of the newest revision, as `digest` makes it; a test holds it against the migrations."""

KINDS = {"sqlite": ("insert", "no_update", "no_delete", "no_replace"), "postgresql": ("insert", "append_only")}


def faulty_guards(connection: Connection, tables: Iterable[str]) -> tuple[str, ...]:
    """Triggers of these tables that are gone or switched off; else the word for one that says something else, or is not ours."""
    known, name = sorted(tables), connection.dialect.name
    standing = _standing(connection, known)
    on = {trigger for _, trigger, _ in standing}
    missing = tuple(trigger for table in known for kind in KINDS[name] if (trigger := f"{table}_{kind}") not in on)
    if missing or digest(connection, known) == DIGESTS[name]:
        return missing
    return (CHANGED,)


CHANGED = "trigger as it was"


def digest(connection: Connection, tables: Iterable[str]) -> str:
    """Over every trigger of these tables, ours or not, with all that it does."""
    return sha256(repr(sorted(_standing(connection, sorted(tables)))).encode()).hexdigest()


def _standing(connection: Connection, tables: list[str]) -> list[tuple[str, str, str]]:
    """Table, name and text of every trigger that is switched on; in PostgreSQL also of rules and row security, which could
    turn away what is written, or hide what is read."""
    query = _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL
    rows = connection.execute(text(query)).all()
    return [(str(table), str(name), str(told)) for table, name, told in rows if table in tables]


_ON_SQLITE = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
_ON_POSTGRESQL = """
SELECT c.relname, t.tgname, concat_ws(' ', t.tgtype, t.tgattr, t.tgqual, f.prosecdef, f.proconfig, f.prosrc)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)
UNION ALL SELECT c.relname, r.rulename, pg_get_ruledef(r.oid)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE pg_table_is_visible(c.oid)
UNION ALL SELECT c.relname, 'row security', '' FROM pg_class c WHERE c.relrowsecurity AND pg_table_is_visible(c.oid)
"""
