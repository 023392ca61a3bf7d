"""Whether the triggers that keep the tables append-only stand as `targets.migrations.guards` put them there."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection, text

DIGESTS = {
    "sqlite": "ae9c3ee70c911c9d063f99f92b22021c28d1ec724efb20f7805d8a99bbf32116",
    "postgresql": "38c8dfda084cdf7c7af48c60810e56d2fe5c141cea221d05b1c6a858bcb59d9c",
}
"""SHA-256 over all guards of the newest revision, as `digest` makes it; a test holds it against the migrations."""

KINDS = {"sqlite": ("insert", "no_update", "no_delete", "no_replace"), "postgresql": ("insert", "append_only")}


def faulty_guards(connection: Connection, tables: Iterable[str]) -> tuple[str, ...]:
    """Triggers of these tables that are gone or switched off; else the word for one that says something else, or is not ours."""
    known, name = sorted(tables), connection.dialect.name
    standing = _standing(connection, known)
    on = {trigger for _, trigger, _ in standing}
    missing = tuple(trigger for table in known for kind in KINDS[name] if (trigger := f"{table}_{kind}") not in on)
    if missing or _digest_of(standing) == DIGESTS[name]:
        return missing
    return (CHANGED,)


CHANGED = "trigger as it was"


def digest(connection: Connection, tables: Iterable[str]) -> str:
    """Over every trigger of these tables, ours or not, with all that it does."""
    return _digest_of(_standing(connection, sorted(tables)))


def _digest_of(standing: list[tuple[str, str, str]]) -> str:
    return sha256(repr(sorted(standing)).encode()).hexdigest()


def _standing(connection: Connection, tables: list[str]) -> list[tuple[str, str, str]]:
    """Table, name and text of every trigger that is switched on, in PostgreSQL for every session; there also whatever could turn
    away what is written, or hide or add to what is read: rules, row security, views, tables that inherit."""
    query = _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL
    rows = connection.execute(text(query)).all()
    return [(str(table), str(name), str(told)) for table, name, told in rows if table in tables]


_ON_SQLITE = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
_ON_POSTGRESQL = """
SELECT c.relname, t.tgname, pg_catalog.concat_ws(' ', t.tgenabled, t.tgtype, t.tgattr, t.tgqual, f.prosecdef,
    CASE WHEN f.proconfig = ARRAY['search_path=pg_catalog, ' || pg_catalog.quote_ident(n.nspname) || ', pg_temp']
    THEN 'in its schema' ELSE f.proconfig::text END, f.prosrc)
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND pg_catalog.pg_table_is_visible(c.oid)
UNION ALL SELECT c.relname, r.rulename, pg_catalog.pg_get_ruledef(r.oid)
FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class WHERE pg_catalog.pg_table_is_visible(c.oid)
UNION ALL SELECT c.relname, 'row security', '' FROM pg_catalog.pg_class c
WHERE c.relrowsecurity AND pg_catalog.pg_table_is_visible(c.oid)
UNION ALL SELECT c.relname, 'no plain table', c.relkind::text FROM pg_catalog.pg_class c
WHERE c.relkind <> 'r' AND pg_catalog.pg_table_is_visible(c.oid)
UNION ALL SELECT c.relname, 'rows of another table', '' FROM pg_catalog.pg_inherits i
JOIN pg_catalog.pg_class c ON c.oid = i.inhparent WHERE pg_catalog.pg_table_is_visible(c.oid)
UNION ALL SELECT c.relname, 'triggers of a session that replays', '' FROM pg_catalog.pg_class c
WHERE pg_catalog.current_setting('session_replication_role') <> 'origin' AND pg_catalog.pg_table_is_visible(c.oid)
"""
