"""What never should have been recorded is taken out of force; and a term of office that overlaps a recorded one is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from test_settle_commands import bring, pytestmark, run, town

from targets.workspace import open_workspace

__all__ = ["pytestmark", "town"]

HEAD = "cadre,post,party,start,until\n"
WRONG = "g1,secretary,899901101201,2025-01-01,\n"
RIGHT = "g1,secretary,899901101201,2025-03-01,\n"


def starts(folder: Path) -> list[date]:
    return [one.start for one in open_workspace(folder).store.as_of().tenures if one.cadre == "g1"]


def test_another_first_day_is_refused_beside_the_recorded_one(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both would count, and a deposit be asked for twice for the same months."""
    Path("tenures.csv").write_text(HEAD + RIGHT, encoding="utf-8")
    capsys.readouterr()
    assert run("import", "tenures.csv") == 2
    told = capsys.readouterr().err
    assert "DX573" in told
    assert "g1, recorded from 2025-01-01 until …" in told
    assert starts(town) == [date(2025, 1, 1)]


def test_a_wrong_first_day_is_put_right(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("tenures.csv").write_text(HEAD + WRONG, encoding="utf-8")
    capsys.readouterr()
    assert run("withdraw", "tenures.csv") == 0
    shown = capsys.readouterr()
    assert "posts held" in shown.out
    assert "--enter" in shown.err
    assert starts(town) == [date(2025, 1, 1)]
    assert run("withdraw", "tenures.csv", "--enter", "--note", "起始日期有误") == 0
    assert starts(town) == []
    bring({"tenures": HEAD + RIGHT})
    assert starts(town) == [date(2025, 3, 1)]
    # Its history stays, and the audit finds everything as it was entered.
    assert run("audit", "--verify") == 0


def test_the_day_on_which_an_earlier_term_ended_is_recorded_first(town: Path) -> None:
    bring({"tenures": HEAD + "g1,secretary,899901101201,2025-01-01,2026-06-30\n"})
    bring({"tenures": HEAD + "g1,secretary,899901101201,2026-07-01,\n"})
    assert starts(town) == [date(2025, 1, 1), date(2026, 7, 1)]


def test_what_was_never_recorded_cannot_be_withdrawn(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("tenures.csv").write_text(HEAD + RIGHT, encoding="utf-8")
    for more in ((), ("--enter",)):
        capsys.readouterr()
        assert run("withdraw", "tenures.csv", *more) == 2
        assert "DX707" in capsys.readouterr().err
    assert starts(town) == [date(2025, 1, 1)]
