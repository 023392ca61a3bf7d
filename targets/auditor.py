"""A role of PostgreSQL that can read a workspace and nothing else."""

from __future__ import annotations

from sqlalchemy import Connection, text

from rules.diagnostic import Diagnostic, refuse, say
from targets.database import Database
from targets.rows import is_plain_text, visible

NAME_BYTES_MAX = 63
"""Of a name in PostgreSQL; what is longer is cut, and would be somebody else."""


def let_read(database: Database, role: str) -> None:
    """Make the role if it is not there, and leave it nothing but reading every table of the workspace.

    Whoever calls needs the right to make roles, unless the role is there; how it logs in is for the server's keeper.
    Raises Refused for a workspace in a file, a name that can be none of a role, and a role that may write (DX722); and where the
    server does not allow it (DX703).
    """
    if database.is_file:
        found, expected = say("a workspace in a file"), say("a workspace in PostgreSQL")
        hint = say("give the auditor a copy of the folder: commands that only read write nothing")
        refuse(Diagnostic("DX722", database.place, found, expected, hint))
    if not is_plain_text(role) or not role.strip() or len(role.encode()) > NAME_BYTES_MAX or role.startswith("pg_"):
        expected = say("a name of 1 to {most} bytes that does not begin with pg_", most=NAME_BYTES_MAX)
        refuse(Diagnostic("DX722", database.place, say("the role {role}", role=visible(role)), expected))
    with database.writing() as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(role)
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        there = connection.dialect.identifier_preparer.quote_identifier(schema)
        if _is_there(connection, role):
            _refuse_writer(database, role, connection.execute(text(_OWNS), {"role": role}).scalar_one())
        else:
            connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT")
        for statement in (
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {there} FROM {quoted}",
            f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {there} FROM {quoted}",
            f"REVOKE ALL ON SCHEMA {there} FROM {quoted}",
            f"GRANT USAGE ON SCHEMA {there} TO {quoted}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {there} TO {quoted}",
            # What a later version adds is read too, as long as the same user brings the workspace up to date.
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {there} GRANT SELECT ON TABLES TO {quoted}",
        ):
            connection.exec_driver_sql(statement)
        # By way of another role, or because everybody may.
        _refuse_writer(database, role, connection.execute(text(_WRITES), {"role": role}).scalar_one())


_HERE = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind = 'r'"
_OWNS = f"SELECT bool_or(pg_has_role(:role, c.relowner, 'MEMBER')) {_HERE}"
_WRITES = f"SELECT bool_or(has_table_privilege(:role, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) {_HERE}"


def _refuse_writer(database: Database, role: str, may_write: bool) -> None:
    """Nothing is changed then: what an owner is refused, nobody else could give back."""
    if may_write:
        found, expected = (
            say("the role {role}, which may write", role=role),
            say("a role of its own for whoever only reads"),
        )
        refuse(Diagnostic("DX722", database.place, found, expected))


def _is_there(connection: Connection, role: str) -> bool:
    found = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    return found is not None
