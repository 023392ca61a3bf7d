"""The folder of a town: made once, opened when it is sound, refused by name when it is not."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from databases import ordinary_user

from rules.diagnostic import Diagnostic, Refused
from targets.batch import Origin
from targets.cadre import Cadre
from targets.snapshot import Records
from targets.workspace import DATABASE_FILE, create, open_workspace

APRIL = Origin(date(2026, 4, 3))
ONE = Records(cadres=(Cadre("G01", "甲"),))


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    create(folder).store.append(ONE, APRIL)
    return folder


def refused_to(folder: Path, **how: bool | int) -> Diagnostic:
    with pytest.raises(Refused) as refused:
        open_workspace(folder, **how)  # type: ignore[arg-type]
    [fault] = refused.value.diagnostics
    return fault


def test_a_workspace_is_a_folder_with_a_database_and_contracts(tmp_path: Path) -> None:
    town = create(tmp_path / "a" / "town")
    assert (town.folder / DATABASE_FILE).is_file()
    assert town.contract_files() == ()
    for name in ("villages.yaml", "cadres.yaml", "notes.txt"):
        (town.contracts_folder / name).write_text("", encoding="utf-8")
    assert [path.name for path in open_workspace(town.folder).contract_files()] == ["cadres.yaml", "villages.yaml"]


def test_making_it_again_changes_nothing(town: Path) -> None:
    (town / "台账.xlsx").write_bytes(b"mine")
    assert create(town).store.as_of() == ONE
    assert (town / "台账.xlsx").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["东风村 2026年", "100%", "a#b?c=d&mode=memory", "file:town", "it's"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    if sys.platform == "win32" and set(name) & set('?:*"<>|'):
        pytest.skip("not a name on Windows")
    create(tmp_path / name).store.append(ONE, APRIL)
    assert open_workspace(tmp_path / name).store.as_of() == ONE


def test_a_moved_or_copied_workspace_is_the_same(town: Path) -> None:
    shutil.copytree(town, town.with_name("copy"))
    town.rename(town.with_name("moved"))
    for name in ("copy", "moved"):
        assert open_workspace(town.with_name(name)).store.as_of() == ONE


# DX700: not a workspace


def test_a_folder_without_a_database_is_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "not there"):
        fault = refused_to(folder)
        assert (fault.code, str(fault.found)) == ("DX700", f"no {DATABASE_FILE} with anything in it")
        assert str(fault.hint) == "`duixian init` makes one"
    assert not (tmp_path / "not there").exists()


def test_an_interrupted_making_is_none_and_can_be_finished(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).touch()
    assert refused_to(tmp_path).code == "DX700"
    assert create(tmp_path).store.as_of() == Records()


def test_another_programs_database_is_none_and_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as other:
        other.executescript("CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('9')")
    before = (tmp_path / DATABASE_FILE).read_bytes()
    assert refused_to(tmp_path).code == "DX700"
    with pytest.raises(Refused, match="another program"):
        create(tmp_path)
    assert (tmp_path / DATABASE_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE_FILE]


# DX701: newer than this program


def test_the_workspace_of_a_newer_version_is_not_touched(town: Path) -> None:
    with closing(sqlite3.connect(town / DATABASE_FILE)) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    fault = refused_to(town)
    assert (fault.code, str(fault.found)) == ("DX701", "tables of version 9999")


# DX702: damaged


def test_garbage_is_no_database(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(b"PK\x03\x04 a workbook, by its name only" * 100)
    fault = refused_to(tmp_path)
    assert (fault.code, str(fault.found)) == ("DX702", "file is not a database")
    with pytest.raises(Refused, match="DX702"):
        create(tmp_path)


def test_a_torn_file_is_never_taken_for_the_whole(town: Path) -> None:
    whole = (town / DATABASE_FILE).read_bytes()
    for length in range(1, len(whole), 4096 + 11):
        (town / DATABASE_FILE).write_bytes(whole[:length])
        assert refused_to(town).code in ("DX700", "DX702")
        assert refused_to(town, to_write=False).code in ("DX700", "DX702")


def test_a_page_overwritten_is_damage(town: Path) -> None:
    whole = (town / DATABASE_FILE).read_bytes()
    for start in range(4096, len(whole), 3 * 4096):
        (town / DATABASE_FILE).write_bytes(whole[:start] + b"\xa5" * 4096 + whole[start + 4096 :])
        assert refused_to(town).code == "DX702"


@pytest.mark.parametrize("change", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_a_database_that_does_not_know_its_version_is_damaged(town: Path, change: str) -> None:
    with closing(sqlite3.connect(town / DATABASE_FILE)) as file, file:
        file.execute(change)
    fault = refused_to(town)
    assert (fault.code, str(fault.found)) == ("DX702", "0 versions of its tables")


def test_without_its_guards_it_is_damaged(town: Path) -> None:
    with closing(sqlite3.connect(town / DATABASE_FILE)) as file:
        guards = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        assert len(guards) == 23 * 4
        file.execute("DROP TRIGGER observation_no_delete")
        file.execute("DROP TRIGGER run_insert")
    fault = refused_to(town)
    assert (fault.code, str(fault.found)) == ("DX702", "no observation_no_delete, run_insert")


# DX703: cannot be reached or written


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A town that somebody else may look at (pytest's own folders are private)."""
    with TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "town"
        create(folder).store.append(ONE, APRIL)
        yield folder
        (folder / DATABASE_FILE).chmod(stat.S_IRUSR | stat.S_IWUSR)
        folder.chmod(0o755)


@pytest.mark.parametrize("locked", ["file", "folder"])
def test_what_cannot_be_written_is_refused_before_the_work_begins_but_can_be_read(
    open_to_all: Path, locked: str
) -> None:
    if sys.platform == "win32" and locked == "folder":
        pytest.skip("a read-only folder does not keep Windows from writing in it")
    (open_to_all / DATABASE_FILE).chmod(0o444 if locked == "file" else 0o666)
    open_to_all.chmod(0o777 if locked == "file" else 0o555)
    with ordinary_user():
        assert refused_to(open_to_all).code == "DX703"
        workspace = open_workspace(open_to_all, to_write=False)
        assert workspace.store.as_of() == ONE
        with pytest.raises(Refused, match="DX703"):
            workspace.store.append(Records(cadres=(Cadre("G02", "乙"),)), APRIL)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, open_to_all: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Refused, match="DX703"):
        create(tmp_path / "file" / "town")
    with pytest.raises(Refused, match="DX703"):
        create(tmp_path / "file")
    if sys.platform != "win32":
        open_to_all.chmod(0o555)
        with ordinary_user(), pytest.raises(Refused, match="DX703"):
            create(open_to_all / "another")


def test_a_full_disk_is_refused_and_nothing_is_stored(town: Path) -> None:
    resource = pytest.importorskip("resource", reason="no limit on the size of files here")
    store, usual = open_workspace(town).store, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((town / DATABASE_FILE).stat().st_size + 4096, usual[1]))
    try:
        with pytest.raises(Refused, match="DX703"):
            store.append(Records(cadres=tuple(Cadre(f"G{number}", "乙") for number in range(3000))), APRIL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert store.as_of() == ONE


# DX704: in use for too long


def test_a_workspace_in_use_is_refused_after_a_while(town: Path) -> None:
    with closing(sqlite3.connect(town / DATABASE_FILE, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert refused_to(town, wait_ms=30).code == "DX704"
        assert open_workspace(town, to_write=False, wait_ms=30).store.as_of() == ONE
        holder.execute("COMMIT")
        holder.execute("BEGIN EXCLUSIVE")
        assert refused_to(town, wait_ms=30, to_write=False).code == "DX704"
    assert open_workspace(town).store.as_of() == ONE
