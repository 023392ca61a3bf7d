"""A role of PostgreSQL that can read a workspace and nothing else."""

from __future__ import annotations

from sqlalchemy import Connection, text

from rules.diagnostic import Diagnostic, refuse, say
from targets.database import Database


def let_read(database: Database, role: str) -> None:
    """Make the role if it is not there, and leave it nothing but reading every table of the workspace.

    Whoever calls needs the right to make roles, unless the role is there; how it logs in is for the server's keeper.
    Raises Refused for a workspace in a file (DX722), and where the server does not allow it (DX703).
    """
    if database.is_file:
        found, expected = say("a workspace in a file"), say("a workspace in PostgreSQL")
        hint = say("give the auditor a copy of the folder: commands that only read write nothing")
        refuse(Diagnostic("DX722", database.place, found, expected, hint))
    with database.writing() as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(role)
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        there = connection.dialect.identifier_preparer.quote_identifier(schema)
        if not _is_there(connection, role):
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


def _is_there(connection: Connection, role: str) -> bool:
    found = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    return found is not None
