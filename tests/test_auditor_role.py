"""The role that only reads: every way by which it could write after all is looked for, and none of ours calls what it planted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from databases import PostgresServer, open_database, postgres
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from rules.diagnostic import Refused
from targets.auditor import let_read
from targets.database import Database
from targets.workspace import create, make_ready

__all__ = ["postgres"]

NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Office:
    """A workspace in a schema of its own, and names of roles that are nobody's yet (roles are the whole server's)."""

    address: str
    database: Database
    schema: str
    role: str
    other: str

    def run(self, *statements: str) -> None:
        names = {"role": self.role, "other": self.other, "schema": self.schema}
        with self.database.writing() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement.format(**names))


@pytest.fixture
def office(postgres: PostgresServer, tmp_path: Path) -> Iterator[Office]:
    address = postgres.empty_address()
    create(tmp_path / "town", address)
    schema = str(make_url(address).query["options"]).rpartition("=")[2]
    number = next(NUMBERS)
    made = Office(address, open_database(address), schema, f"reader_{number}_{schema}", f"clerks_{number}_{schema}")
    yield made
    with made.database.writing() as connection:
        for role in (made.role, made.other):
            if connection.exec_driver_sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'").first():
                owner = connection.exec_driver_sql("SELECT current_user").scalar_one()
                connection.exec_driver_sql(f"REASSIGN OWNED BY {role} TO {owner}")
                connection.exec_driver_sql(f"DROP OWNED BY {role}")
                connection.exec_driver_sql(f"DROP ROLE {role}")


MEMBER = ("CREATE ROLE {other}", "CREATE ROLE {role} LOGIN NOINHERIT IN ROLE {other}")


@pytest.mark.parametrize(
    "statements",
    [
        (*MEMBER, "GRANT INSERT ON voucher TO {other}"),
        (*MEMBER, "GRANT UPDATE (who) ON voucher TO {other}"),
        (*MEMBER, "GRANT TRIGGER ON posting TO {other}"),
        (*MEMBER, "ALTER TABLE run OWNER TO {other}"),
        (*MEMBER, "ALTER ROLE {other} CREATEROLE"),
        (*MEMBER, "ALTER ROLE {other} SUPERUSER"),
        ("CREATE ROLE {role} LOGIN", "GRANT INSERT (number, day) ON voucher TO PUBLIC"),
        ("CREATE ROLE {role} LOGIN", "GRANT TRIGGER ON run_event TO PUBLIC"),
        ("CREATE ROLE {role} LOGIN", "GRANT REFERENCES ON import_batch TO PUBLIC"),
        ("CREATE ROLE {role} LOGIN", "GRANT DELETE ON alembic_version TO PUBLIC"),
        ("CREATE ROLE {role} LOGIN", "GRANT pg_write_all_data TO {role}"),
        ("CREATE ROLE {role} LOGIN", "GRANT pg_execute_server_program TO {role}"),
    ],
)
def test_a_role_that_may_write_by_any_way_is_refused(office: Office, statements: tuple[str, ...]) -> None:
    office.run(*statements)
    with pytest.raises(Refused, match=r"DX722.*which may write"):
        let_read(office.database, office.role)


def test_a_role_that_may_maintain_is_refused_where_the_server_knows_it(office: Office) -> None:
    with office.database.reading() as connection:
        if int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) < 170000:
            pytest.skip("no MAINTAIN before PostgreSQL 17")
    office.run(*MEMBER, "GRANT MAINTAIN ON voucher TO {other}")
    with pytest.raises(Refused, match=r"DX722.*which may write"):
        let_read(office.database, office.role)


@pytest.mark.parametrize(
    ("statements", "place"),
    [
        (("CREATE ROLE {role} LOGIN", "GRANT CREATE ON SCHEMA {schema} TO PUBLIC"), "SCHEMA {schema}"),
        ((*MEMBER, "GRANT CREATE ON SCHEMA {schema} TO {other}"), "SCHEMA {schema}"),
        ((*MEMBER, "ALTER SCHEMA {schema} OWNER TO {other}"), "SCHEMA {schema}"),
    ],
)
def test_a_role_that_may_make_functions_where_we_look_for_them_is_refused(
    office: Office, statements: tuple[str, ...], place: str
) -> None:
    office.run(*statements)
    with pytest.raises(Refused, match=r"DX722.*which may make tables or functions in SCHEMA") as refused:
        let_read(office.database, office.role)
    assert f"REVOKE CREATE ON {place.format(schema=office.schema)} FROM PUBLIC" in str(
        refused.value.diagnostics[0].hint
    )


def test_a_role_that_may_make_schemas_is_refused(office: Office) -> None:
    """One named after a clerk stands before `public` in the clerk's search path."""
    office.run(*MEMBER)
    with office.database.reading() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
    office.run(f'GRANT CREATE ON DATABASE "{name}" TO {{other}}')
    with pytest.raises(Refused, match=r"DX722.*which may make tables or functions in DATABASE"):
        let_read(office.database, office.role)


def test_a_role_that_is_refused_is_not_made(office: Office) -> None:
    office.run("GRANT CREATE ON SCHEMA {schema} TO PUBLIC")
    with pytest.raises(Refused, match="DX722"):
        let_read(office.database, office.role)
    with office.database.reading() as connection:
        query = f"SELECT count(*) FROM pg_roles WHERE rolname = '{office.role}'"
        assert connection.exec_driver_sql(query).scalar_one() == 0


def test_rights_that_were_given_to_the_role_itself_are_taken(office: Office) -> None:
    office.run(
        "CREATE ROLE {role} LOGIN",
        "GRANT INSERT (number) ON voucher TO {role}",
        "GRANT ALL ON run TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ALL ON TABLES TO {role}",
    )
    let_read(office.database, office.role)
    office.run("CREATE TABLE later (id integer)")
    theirs = open_database(make_url(office.address).set(username=office.role).render_as_string(hide_password=False))
    with theirs.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM later").scalar_one() == 0
    for table in ("later", "run", "voucher"):
        with pytest.raises(Refused, match=r"DX703.*permission denied"), theirs.writing() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table}")


# What somebody planted, and guards that somebody put to sleep


def test_nothing_planted_is_called(office: Office) -> None:
    """`pg_advisory_xact_lock(integer)` would fit the number of our lock better than PostgreSQL's own, which takes a bigint."""
    office.run(
        "CREATE FUNCTION {schema}.pg_advisory_xact_lock(integer) RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'planted'; END $$"
    )
    office.run("SELECT 1")


def test_guards_look_at_the_tables_that_they_stand_on(office: Office) -> None:
    """A temporary table of the same name comes first for everybody else."""
    with pytest.raises(DBAPIError, match="only the next number"):
        office.run(
            "CREATE TEMPORARY TABLE run_event AS SELECT 41 AS id FROM {schema}.run",
            "INSERT INTO pg_temp.run_event VALUES (41)",
            "INSERT INTO {schema}.run_event (id, run, state, happened_at, who) VALUES (42, 'a', 'draft', '2026-01-01 12:00', '')",
        )


def test_guards_fire_for_a_session_that_replays_too(office: Office) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        office.run("SET LOCAL session_replication_role = replica", "TRUNCATE voucher CASCADE")


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (("ALTER TABLE voucher ENABLE TRIGGER voucher_insert",), "no voucher_insert"),
        (("ALTER TABLE voucher ENABLE REPLICA TRIGGER voucher_insert",), "no voucher_insert"),
        (("ALTER FUNCTION duixian_run_insert() RESET search_path",), "no trigger as it was"),
        (("CREATE TABLE more () INHERITS (posting)",), "no trigger as it was"),
        (
            ("ALTER TABLE appeal RENAME TO once", "CREATE VIEW appeal AS SELECT * FROM once"),
            "no appeal_insert, appeal_append_only",
        ),
    ],
)
def test_guards_that_would_not_fire_are_damage(office: Office, statements: tuple[str, ...], found: str) -> None:
    office.run(*statements)
    with pytest.raises(Refused, match=rf"DX702.*{found}"):
        make_ready(office.database)


def test_a_session_that_replays_is_refused(office: Office) -> None:
    address = make_url(office.address).update_query_dict(
        {"options": f"-csearch_path={office.schema} -csession_replication_role=replica"}
    )
    with pytest.raises(Refused, match="DX702"):
        make_ready(open_database(address.render_as_string(hide_password=False)))
