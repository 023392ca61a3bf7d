"""Triggers that keep the tables append-only, for SQLite and PostgreSQL.

Migrations call these functions, so what one of them writes may never change once released: write another one instead.
A table that a later migration rebuilds loses its triggers (SQLite) and must be guarded again in the same file.
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

NEWEST_BATCH = "NEW.batch <> (SELECT MAX(id) FROM import_batch)"


def guard_versions(table: str, key: Sequence[str]) -> None:
    """Only the next version of a key may be added, and only to the newest batch: what was known stays what was known."""
    newest = f'SELECT COALESCE(MAX(version), 0) + 1 FROM "{table}" WHERE {_same(key)}'
    _refuse_insert(table, f"NEW.version <> ({newest}) OR {NEWEST_BATCH}", "only the next version, in the newest batch")
    _append_only(table)


def guard_batch_rows(table: str, key: Sequence[str]) -> None:
    """What is said of a batch is said when it is recorded, once."""
    exists = f'EXISTS (SELECT 1 FROM "{table}" WHERE {_same(key)})'
    _refuse_insert(table, f"{exists} OR {NEWEST_BATCH}", "only new rows, of the newest batch")
    _append_only(table)


def guard_sequence(table: str) -> None:
    """Numbers of a log follow one another without a gap."""
    _refuse_insert(table, f'NEW.id <> (SELECT COALESCE(MAX(id), 0) + 1 FROM "{table}")', "only the next number")
    _append_only(table)


def guard_rows(table: str, key: Sequence[str]) -> None:
    """A row is never written over: without this, SQLite's INSERT OR REPLACE would delete and fire no trigger."""
    _refuse_insert(table, f'EXISTS (SELECT 1 FROM "{table}" WHERE {_same(key)})', "only new rows")
    _append_only(table)


def guard_entries(entries: str, lines: str) -> None:
    """The next number, chained to the hash of the one before it, whose lines come to nothing: only then is it whole."""
    last = f'(SELECT MAX(number) FROM "{entries}")'
    next_number = f'SELECT COALESCE(MAX(number), 0) + 1 FROM "{entries}"'
    chained = f"SELECT COALESCE((SELECT hash FROM \"{entries}\" WHERE number = {last}), '')"
    unbalanced = f'SELECT COALESCE(SUM(amount_fen), 0) FROM "{lines}" WHERE voucher = {last}'
    _refuse_insert(
        entries,
        f"NEW.number <> ({next_number}) OR NEW.previous_hash <> ({chained}) OR ({unbalanced}) <> 0",
        "only the next number, chained to the one before it, and that one balanced",
    )
    _append_only(entries)


def guard_lines(lines: str, entries: str) -> None:
    """The next line of the newest entry, and of no other: an entry that is chained on is closed."""
    newest = f'NEW.voucher <> (SELECT MAX(number) FROM "{entries}")'
    next_line = f'SELECT COALESCE(MAX(line), 0) + 1 FROM "{lines}" WHERE voucher = NEW.voucher'
    _refuse_insert(lines, f"{newest} OR NEW.line <> ({next_line})", "only the next line of the newest entry")
    _append_only(lines)


def guard_chain(table: str) -> None:
    """The next number, chained to the hash of the one before it."""
    last = f'(SELECT MAX(number) FROM "{table}")'
    next_number = f'SELECT COALESCE(MAX(number), 0) + 1 FROM "{table}"'
    chained = f"SELECT COALESCE((SELECT hash FROM \"{table}\" WHERE number = {last}), '')"
    _refuse_insert(
        table,
        f"NEW.number <> ({next_number}) OR NEW.previous_hash <> ({chained})",
        "only the next number, chained to the one before it",
    )
    _append_only(table)


def guard_places(table: str) -> None:
    """In SQLite every row has a hidden number, too: INSERT OR REPLACE with that of another row removes it without a trigger."""
    if op.get_bind().dialect.name == "sqlite":
        # Where none is given, NEW.rowid is -1 here; numbers that SQLite gives begin at 1.
        _run(
            f'CREATE TRIGGER "{table}_no_replace" BEFORE INSERT ON "{table}"'
            f' WHEN EXISTS (SELECT 1 FROM "{table}" WHERE rowid = NEW.rowid)'
            f" BEGIN SELECT RAISE(ABORT, '{table} takes only rows in new places'); END"
        )


def fasten(table: str) -> None:
    """In PostgreSQL, guards that also fire for a session that replays what another server did, and that look at this schema's
    tables whatever the caller's search path is, temporary ones last."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for guard in ("insert", "append_only"):
        _run(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{table}_{guard}"')
    quote = op.get_bind().dialect.identifier_preparer.quote_identifier
    here = quote(
        op.get_bind()
        .exec_driver_sql(f"""
        SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = pg_catalog.to_regclass('"{table}"')
    """)
        .scalar_one()
    )
    for function in (f"duixian_{table}_insert", "duixian_append_only"):
        _run(f'ALTER FUNCTION "{function}"() SET search_path = pg_catalog, {here}, pg_temp')


def _same(key: Sequence[str]) -> str:
    return " AND ".join(f'"{column}" = NEW."{column}"' for column in key)


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            _run(
                f'CREATE TRIGGER "{table}_no_{action.lower()}" BEFORE {action} ON "{table}"'
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only, no {action}'); END"
            )
        return
    _run(
        "CREATE OR REPLACE FUNCTION duixian_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only, no ' || TG_OP; END $$"
    )
    _run(
        f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION duixian_append_only()"
    )


def _refuse_insert(table: str, condition: str, rule: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _run(
            f'CREATE TRIGGER "{table}_insert" BEFORE INSERT ON "{table}" WHEN {condition}'
            f" BEGIN SELECT RAISE(ABORT, '{table} takes {rule}'); END"
        )
        return
    _run(
        f'CREATE FUNCTION "duixian_{table}_insert"() RETURNS trigger LANGUAGE plpgsql AS'
        f" $$ BEGIN IF {condition} THEN RAISE EXCEPTION '{table} takes {rule}'; END IF; RETURN NEW; END $$"
    )
    _run(
        f'CREATE TRIGGER "{table}_insert" BEFORE INSERT ON "{table}"'
        f' FOR EACH ROW EXECUTE FUNCTION "duixian_{table}_insert"()'
    )


def _run(statement: str) -> None:
    # Not as text(): a colon in it would be read as a parameter. (And no percent sign, which is one to the driver.)
    op.get_bind().exec_driver_sql(statement)
