"""A role of PostgreSQL that can read a workspace and write nothing of it.

Every right is looked for at every role that this one can become, and every function is called by its schema: whoever may put a
function into a schema of the search path could otherwise have us call it, with our rights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from sqlalchemy import Connection, text

from rules.diagnostic import Diagnostic, Text, refuse, say
from targets.database import Database
from targets.rows import is_plain_text, visible

NAME_BYTES_MAX = 63
"""Of a name in PostgreSQL; what is longer is cut, and would be somebody else."""


def let_read(database: Database, role: str) -> None:
    """Make the role if it is not there, and leave it nothing but reading every table of the workspace.

    Whoever calls needs the right to make roles, unless the role is there; how it logs in is for the server's keeper.
    Raises Refused for a workspace in a file, a name that can be none of a role, and a role that may write after all, by itself,
    as a member of another or because everybody may (DX722); and where the server does not allow it (DX703).
    """
    if database.is_file:
        found, expected = say("a workspace in a file"), say("a workspace in PostgreSQL")
        hint = say("give the auditor a copy of the folder: commands that only read write nothing")
        refuse(Diagnostic("DX722", database.place, found, expected, hint))
    if not is_plain_text(role) or not role.strip() or len(role.encode()) > NAME_BYTES_MAX or role.startswith("pg_"):
        expected = say("a name of 1 to {most} bytes that does not begin with pg_", most=NAME_BYTES_MAX)
        refuse(Diagnostic("DX722", database.place, say("the role {role}", role=visible(role)), expected))
    with database.writing() as connection:
        if not _is_there(connection, role):
            quoted = connection.dialect.identifier_preparer.quote_identifier(role)
            connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT")
        # Before its rights are taken: what an owner lost, nobody else could give back.
        elif connection.execute(text(_OWNS), {"role": role}).scalar_one():
            _refuse_writer(database, role)
        _leave_only_reading(connection, role)
        _refuse_rights(connection, database, role)


def _leave_only_reading(connection: Connection, role: str) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    there = quote(connection.execute(text(_SCHEMA)).scalar_one())
    quoted = quote(role)
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {there} FROM {quoted}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {there} FROM {quoted}",
        f"REVOKE ALL ON SCHEMA {there} FROM {quoted}",
        f"GRANT USAGE ON SCHEMA {there} TO {quoted}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {there} TO {quoted}",
        # What a later version adds is read too, as long as the same user brings the workspace up to date.
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {there} REVOKE ALL ON TABLES FROM {quoted}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {there} GRANT SELECT ON TABLES TO {quoted}",
    ):
        connection.exec_driver_sql(statement)


_SCHEMA = """
SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = pg_catalog.to_regclass('import_batch')
"""
_OURS = f"""
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ({_SCHEMA}) AND c.relkind IN ('r', 'p', 'v')
"""
_OWNS = f"SELECT pg_catalog.bool_or(pg_catalog.pg_has_role(:role, c.relowner, 'MEMBER')) {_OURS}"

_REACHED = "SELECT r.* FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(:role, r.oid, 'MEMBER')"
"""Itself and all that SET ROLE leads to, whether or not their rights are inherited."""

_RULES = f"""
SELECT 1 FROM ({_REACHED}) r WHERE r.rolsuper OR r.rolcreaterole OR r.rolname IN
    ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program', 'pg_maintain')
UNION ALL SELECT 1 FROM pg_catalog.pg_database d, ({_REACHED}) r
WHERE d.datname = pg_catalog.current_database() AND d.datdba = r.oid
"""
"""Whoever may make roles, or run programs on the server, can give itself the rest; whose database it is may remove it."""

_ON_TABLES = f"""
SELECT 1 FROM ({_REACHED}) r, (SELECT c.oid, c.relowner {_OURS}) c
WHERE r.oid = c.relowner OR pg_catalog.has_table_privilege(r.oid, c.oid, :rights)
    OR pg_catalog.has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE, REFERENCES')
"""

_MAKES = f"""
SELECT pg_catalog.format('SCHEMA %I', n.nspname) FROM ({_REACHED}) r, pg_catalog.pg_namespace n
WHERE n.nspname = ANY (pg_catalog.current_schemas(true)) AND n.nspname !~ '^pg_(toast_)?temp_'
    AND (r.oid = n.nspowner OR pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE'))
UNION ALL SELECT pg_catalog.format('DATABASE %I', d.datname) FROM ({_REACHED}) r, pg_catalog.pg_database d
WHERE d.datname = pg_catalog.current_database() AND pg_catalog.has_database_privilege(r.oid, d.oid, 'CREATE')
"""
"""A schema that it makes can be named after one of us, and stand in our search path as `"$user"`."""

MAINTAIN_SINCE = 170000


def _refuse_rights(connection: Connection, database: Database, role: str) -> None:
    """Whatever it could still do; nothing is changed then."""
    known = connection.exec_driver_sql("SELECT pg_catalog.current_setting('server_version_num')").scalar_one()
    maintain = ("MAINTAIN",) if int(known) >= MAINTAIN_SINCE else ()
    rights = ", ".join(("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", *maintain))
    if _found(connection, _RULES, role) or _found(connection, _ON_TABLES, role, rights=rights):
        _refuse_writer(database, role)
    for place in _found(connection, _MAKES, role):
        found = say("the role {role}, which may make tables or functions in {place}", role=role, place=place)
        hint = say("`REVOKE CREATE ON {place} FROM PUBLIC`, or from whoever gave it the right", place=place)
        _refuse(database, found, hint)


def _found(connection: Connection, query: str, role: str, **given: str) -> Sequence[str]:
    return connection.execute(text(query), {"role": role, **given}).scalars().all()


def _refuse_writer(database: Database, role: str) -> NoReturn:
    hint = say("by itself, as a member of another role, or because everybody may: \\dp and \\du in psql show it")
    _refuse(database, say("the role {role}, which may write", role=role), hint)


def _refuse(database: Database, found: Text, hint: Text) -> NoReturn:
    refuse(Diagnostic("DX722", database.place, found, say("a role of its own for whoever only reads"), hint))


def _is_there(connection: Connection, role: str) -> bool:
    query = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = :role"
    return connection.execute(text(query), {"role": role}).first() is not None
