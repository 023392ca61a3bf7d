"""Addresses of a server: what cannot be used is refused before anybody connects, and no secret is ever repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from databases import PostgresServer, postgres
from sqlalchemy import make_url

from cli.main import main
from rules.diagnostic import Diagnostic, Refused
from targets.database import Database
from targets.workspace import URL_FILE, create, open_workspace

__all__ = ["postgres"]

pytest.importorskip("psycopg")

WRONG = {
    "a port that is a password": "postgresql://clerk@127.0.0.1:hunter2/t",
    "a port that is a word": "postgresql://127.0.0.1:abc/",
    "no port at all": "postgresql://127.0.0.1:0/t",
    "a port beyond": "postgresql://127.0.0.1:65536/t",
    "half an address of the internet": "postgresql://[::1/t",
    "a parameter that nobody knows": "postgresql://127.0.0.1/t?frob=1",
    "a parameter of the driver": "postgresql://127.0.0.1/t?autocommit=1",
    "a parameter for the server's keepers": "postgresql://127.0.0.1/t?replication=database",
    "two ports": "postgresql://127.0.0.1/t?port=a&port=b",
    "a port in the query": "postgresql://127.0.0.1/t?port=hunter2",
    "a time that is none": "postgresql://127.0.0.1/t?connect_timeout=abc",
    "a control code": "postgresql://127.0.0.1/t%00",
    "a line": "postgresql://127.0.0.1/t\npostgresql://127.0.0.1/u",
    "nothing": " ",
    "another program": "mysql://clerk@host/town",
}
WITH_PASSWORD = (
    "postgresql://clerk:hunter2@127.0.0.1/t",
    "postgresql://clerk@127.0.0.1/t?password=hunter2",
    "postgresql://clerk@127.0.0.1/t?passwd=hunter2",
    "postgresql://clerk@127.0.0.1/t?sslpassword=hunter2",
    "postgresql://127.0.0.1/t?user=clerk&password=hunter2&password=hunter2",
)


def keep(folder: Path, address: bytes) -> None:
    folder.mkdir()
    (folder / URL_FILE).write_bytes(address)


def refused_by(act: object, *arguments: object) -> Diagnostic:
    assert callable(act)
    with pytest.raises(Refused) as refused:
        act(*arguments)
    [fault] = refused.value.diagnostics
    assert "hunter2" not in str(refused.value)
    return fault


@pytest.mark.parametrize("address", [*WRONG.values(), *WITH_PASSWORD])
def test_an_address_that_cannot_be_used(tmp_path: Path, address: str) -> None:
    assert refused_by(create, tmp_path / "new", address).code == "DX722"
    assert not (tmp_path / "new" / URL_FILE).exists()
    keep(tmp_path / "town", address.encode())
    fault = refused_by(open_workspace, tmp_path / "town")
    assert (fault.code, fault.span.path) == ("DX722", str(tmp_path / "town" / URL_FILE))
    assert refused_by(create, tmp_path / "town").code == "DX722"


@pytest.mark.parametrize("address", [*WRONG.values(), *WITH_PASSWORD])
def test_no_command_repeats_it(tmp_path: Path, capfd: pytest.CaptureFixture[str], address: str) -> None:
    keep(tmp_path / "town", address.encode())
    assert main(["runs", "-w", str(tmp_path / "town")]) == 2
    if "\0" not in address:
        assert main(["init", "-w", str(tmp_path / "new"), "--database", address]) == 2
    said = "".join(capfd.readouterr())
    assert said.count("DX722") >= 1
    assert "hunter2" not in said


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    keep(tmp_path / "town", b"\xff\xfe")
    for act in (open_workspace, create):
        fault = refused_by(act, tmp_path / "town")
        assert (fault.code, str(fault.found)) == ("DX722", "bytes that are not UTF-8")


@pytest.mark.parametrize("query", [{"password": "hunter2"}, {"sslpassword": "hunter2"}])
def test_no_secret_in_the_query_of_any_address(query: dict[str, str]) -> None:
    address = make_url("postgresql://clerk@127.0.0.1/t").set(query=query).render_as_string(hide_password=False)
    assert refused_by(Database.by_url, address).code == "DX722"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://clerk:hunter2@host:5433/town?sslmode=require", "postgresql://clerk@host:5433/town"),
        ("postgres://clerk@host/town?passfile=/home/hunter2", "postgresql://clerk@host/town"),
        ("postgresql:///town?host=/run/pg&port=5433", "postgresql:///town?host=/run/pg&port=5433"),
        ("postgresql://host/t?options=-csearch_path%3Deast%20-capp.key%3Dhunter2", "postgresql://host/t?schema=east"),
    ],
)
def test_what_is_shown_of_an_address(address: str, shown: str) -> None:
    assert Database.by_url(address).place.path == shown


def test_a_folder_tells_where_its_records_are_without_secrets(tmp_path: Path) -> None:
    keep(tmp_path / "town", b"postgresql://clerk@127.0.0.1:1/town?passfile=/hunter2")
    fault = refused_by(create, tmp_path / "town", "postgresql://clerk@127.0.0.1:1/other")
    assert str(fault.found) == "postgresql://clerk@127.0.0.1:1/town"


def test_an_address_as_editors_and_others_write_it(postgres: PostgresServer, tmp_path: Path) -> None:
    address = (
        postgres.empty_address().replace("postgresql+psycopg://", "postgres://").replace("postgres:@", "postgres@")
    )
    create(tmp_path / "town", address)
    assert open_workspace(tmp_path / "town").store.runs.all() == ()
    (tmp_path / "town" / URL_FILE).write_bytes(b"\xef\xbb\xbf" + address.encode() + b"\r\n")
    assert open_workspace(tmp_path / "town").store.runs.all() == ()
