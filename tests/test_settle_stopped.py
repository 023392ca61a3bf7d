"""Stopped in the middle of a settlement, by whatever: what is in the ledger is said to be, and the lists can be had."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from test_settle_commands import no_space, run, seal, town

from cli import voucher_files
from cli.desk import Desk
from engine import inference
from targets.books import Books
from targets.workspace import open_workspace

__all__ = ["town"]

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, BrokenPipeError, RuntimeError])
def test_stopped_while_the_lists_are_written(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stopped: type[BaseException]
) -> None:
    """The vouchers are in: that is said, no half of a folder stands in the way, and the lists can be had."""
    assert run("deposits", "--enter") == 0
    seal()
    with monkeypatch.context() as interrupted:
        interrupted.setattr(voucher_files, "write_payout_list", stops_with(stopped))
        capsys.readouterr()
        run_without_reader(interrupted)
    told = capsys.readouterr().err
    assert "The vouchers are in the ledger." in told
    assert "nothing was changed" not in told
    assert not Path("paid").exists()
    settled = open_workspace(town).store.books.vouchers()
    assert run("settle", "--enter", "--out", "paid") == 0
    assert open_workspace(town).store.books.vouchers() == settled
    assert sorted(path.name for path in Path("paid").iterdir()) == [
        "payments.csv", "payments.xlsx", "vouchers.csv", "vouchers.xlsx",
    ]  # fmt: skip


def stops_with(error: type[BaseException]) -> Callable[..., NoReturn]:
    def stop(*_: object, **__: object) -> NoReturn:
        raise error

    return stop


def run_without_reader(patch: pytest.MonkeyPatch) -> None:
    """The program may put another standard output in the place of one that nobody reads."""
    before = sys.stdout
    patch.setattr(sys, "stdout", before)
    run("settle", "--enter", "--out", "paid")
    if sys.stdout is not before:
        sys.stdout.close()


@pytest.mark.usefixtures("town")
def test_interrupted_between_the_entry_and_the_next_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("deposits", "--enter") == 0
    seal()
    entered = Books.enter

    def enter_and_stop(*arguments: Any) -> NoReturn:
        entered(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(Books, "enter", enter_and_stop)
        capsys.readouterr()
        assert run("settle", "--enter", "--out", "paid") == 130
    assert "The vouchers are in the ledger." in capsys.readouterr().err
    assert not Path("paid").exists()


def test_interrupted_before_anything_is_entered(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("deposits", "--enter") == 0
    seal()
    with monkeypatch.context() as interrupted:
        interrupted.setattr(Books, "enter", stops_with(KeyboardInterrupt))
        capsys.readouterr()
        assert run("settle", "--enter", "--out", "paid") == 130
    assert "The vouchers are in the ledger." not in capsys.readouterr().err
    assert not Path("paid").exists()
    assert len(open_workspace(town).store.books.vouchers()) == 4


@pytest.mark.usefixtures("town")
def test_a_reader_who_goes_away_loses_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lists are whole before anything is printed."""
    assert run("deposits", "--enter") == 0
    seal()
    with monkeypatch.context() as gone:
        gone.setattr(Desk, "rows", stops_with(BrokenPipeError))
        capsys.readouterr()
        run_without_reader(gone)
    assert "The vouchers are in the ledger." in capsys.readouterr().err
    assert sorted(path.name for path in Path("paid").iterdir()) == [
        "payments.csv", "payments.xlsx", "vouchers.csv", "vouchers.xlsx",
    ]  # fmt: skip


@pytest.mark.usefixtures("town")
def test_a_folder_with_nothing_in_it_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("deposits", "--enter") == 0
    seal()
    Path("paid").mkdir()
    with monkeypatch.context() as full:
        full.setattr(voucher_files, "write_payout_list", no_space)
        assert run("settle", "--enter", "--out", "paid") == 2
    assert list(Path("paid").iterdir()) == []
    assert run("settle", "--out", "paid") == 0
    assert len(list(Path("paid").iterdir())) == 4
    assert run("settle", "--out", "paid") == 2
