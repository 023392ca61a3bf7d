"""A shared office: the records in PostgreSQL, the contracts in the folder, the same commands; and who may only read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from databases import PostgresServer, open_database, postgres
from sqlalchemy import inspect, make_url
from sqlalchemy.exc import DBAPIError
from test_commands import CONTRACT, TABLES

from cli.main import main
from rules.diagnostic import Refused
from targets.auditor import let_read
from targets.batch import Origin
from targets.cadre import Cadre
from targets.snapshot import Records
from targets.workspace import URL_FILE, create, open_workspace

__all__ = ["postgres"]


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    """Of an empty database."""
    return postgres.empty_address()


def test_the_same_commands_work_on_a_server(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "-w", "town", "--database", address]) == 0
    assert (tmp_path / "town" / URL_FILE).read_text(encoding="utf-8").strip() == address
    assert not list((tmp_path / "town").glob("*.sqlite"))
    for shipped in (tmp_path / "town" / "contracts").iterdir():
        shipped.unlink()
    (tmp_path / "town" / "contracts" / "water.yaml").write_text(CONTRACT, encoding="utf-8")
    for name, rows in TABLES.items():
        table = "observations" if name == "data" else name
        (tmp_path / f"{table}.csv").write_text(rows, encoding="utf-8")
    tables = [str(tmp_path / f"{table}.csv") for table in ("parties", "observations", "incidents")]
    assert main(["import", "-w", "town", *tables]) == 0
    capsys.readouterr()
    assert main(["assess", "-w", "town", "--lang", "en"]) == 0
    assert "94.74" in capsys.readouterr().out
    assert len(open_workspace(tmp_path / "town").store.runs.all()) == 1


def test_an_auditor_reads_and_nothing_else(address: str, tmp_path: Path) -> None:
    workspace = create(tmp_path / "town", address)
    owner = open_database(address)
    role = f"auditor_{abs(hash(address)) % 10**9}"
    let_read(owner, role)
    let_read(owner, role)  # twice is once
    theirs = open_database(make_url(address).set(username=role).render_as_string(hide_password=False))
    with theirs.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM voucher").scalar_one() == 0
    for statement in (
        "INSERT INTO import_batch (id, recorded_on, written_at, who, note) VALUES (1, '2026-01-01', '2026-01-01', '', '')",
        "UPDATE run SET result = ''",
        "DELETE FROM posting",
        "TRUNCATE voucher CASCADE",
        "CREATE TABLE mine (id integer)",
        "DROP TABLE voucher",
        "ALTER TABLE voucher DISABLE TRIGGER ALL",
    ):
        with (
            pytest.raises((DBAPIError, Refused), match=r"permission denied|must be owner|DX703"),
            theirs.writing() as connection,
        ):
            connection.exec_driver_sql(statement)
    assert workspace.store.books.vouchers() == ()


@pytest.mark.parametrize("role", ["", "  ", "pg_monitor", "审" * 22, "a\0b"])
def test_what_is_no_name_of_a_role(address: str, tmp_path: Path, role: str) -> None:
    create(tmp_path / "town", address)
    with pytest.raises(Refused, match="DX722"):
        let_read(open_database(address), role)


def test_whoever_may_write_is_no_auditor(address: str, tmp_path: Path) -> None:
    """Neither who owns the tables, whose rights would be gone, nor who belongs to somebody who may write."""
    workspace = create(tmp_path / "town", address)
    database = open_database(address)
    number = abs(hash(address)) % 10**9
    with database.writing() as connection:
        owner = connection.exec_driver_sql("SELECT current_user").scalar_one()
        connection.exec_driver_sql(f"CREATE ROLE clerks_{number}")
        connection.exec_driver_sql(f"GRANT INSERT ON voucher TO clerks_{number}")
        connection.exec_driver_sql(f"CREATE ROLE clerk_{number} LOGIN INHERIT IN ROLE clerks_{number}")
    for role in (owner, f"clerk_{number}"):
        with pytest.raises(Refused, match="which may write"):
            let_read(database, role)
    workspace.store.append(Records(), Origin(date(2026, 4, 3)))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("nonsense", "no address of a database"),
        ("mysql://clerk@host/town", "mysql"),
        ("postgresql://clerk:secret@host/town", "a password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(tmp_path: Path, url: str, found: str) -> None:
    with pytest.raises(Refused) as refused:
        create(tmp_path / "town", url)
    [fault] = refused.value.diagnostics
    assert (fault.code, str(fault.found)) == ("DX722", found)
    assert "secret" not in str(fault)
    assert not (tmp_path / "town" / URL_FILE).exists()


def test_a_folder_keeps_its_records_in_one_place(tmp_path: Path) -> None:
    create(tmp_path / "town")
    with pytest.raises(Refused, match="DX722"):
        create(tmp_path / "town", "postgresql://clerk@host/town")


def test_a_role_is_of_a_server(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="DX722"):
        let_read(open_database(str(tmp_path / "town.sqlite")), "auditor")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_CN"])
def test_a_database_in_another_encoding(postgres: PostgresServer, tmp_path: Path, encoding: str) -> None:
    """Neither made into a workspace nor opened as one."""
    address = postgres.in_encoding(encoding)
    with pytest.raises(Refused, match=rf"DX722.*a database in {encoding}"):
        create(tmp_path / "town", address)
    assert not (tmp_path / "town" / URL_FILE).exists()
    with open_database(address).reading() as connection:
        assert inspect(connection).get_table_names() == []
    (tmp_path / "town" / URL_FILE).write_text(address, encoding="utf-8")
    with pytest.raises(Refused, match="DX722"):
        open_workspace(tmp_path / "town")


def test_the_client_speaks_utf8_whatever_it_is_told(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    workspace = create(tmp_path / "town", address)
    workspace.store.append(Records(cadres=(Cadre("G01", "甲"),)), Origin(date(2026, 4, 3)))
    assert workspace.store.as_of().cadres[0].name == "甲"
    for told in (address, make_url(address).update_query_dict({"client_encoding": "latin1"}).render_as_string(False)):
        with open_database(told).reading() as connection:
            assert connection.exec_driver_sql("SHOW client_encoding").scalar_one() == "UTF8"
