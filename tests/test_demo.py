"""The demo as a new user runs it: workbooks written, read back, kept, corrected, assessed; and what must come out."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from targets.demo.places import PLACE

Verdicts = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's workspace, made once; a town of 26,914 records takes some seconds."""
    folder = tmp_path_factory.mktemp("demo") / "town"
    assert main(["demo", "-w", str(folder), "--lang", "en", "--json"]) == 0
    return folder


@cache
def verdicts(town: Path, *options: str) -> Verdicts:
    """Everybody's verdict by code."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["assess", "-w", str(town), "--json", *options]) == 0
    contracts = json.loads(printed.getvalue())["contracts"]
    return {verdict["code"]: verdict for contract in contracts for verdict in contract["verdicts"]}


def test_everybody_is_assessed(town: Path) -> None:
    leagues: dict[str, int] = {}
    for verdict in verdicts(town).values():
        leagues[verdict["league"]] = leagues.get(verdict["league"], 0) + 1
    assert (leagues.pop("village"), leagues.pop("community"), leagues.pop("unit")) == (48, 14, 12)
    assert sum(leagues.values()) == 231


def test_a_vetoed_village_keeps_its_score_and_loses_its_grade(town: Path) -> None:
    """Coercion happened on 12 March and was found on 20 August."""
    village = verdicts(town)[PLACE["V19"].code]
    assert (village["score"], village["final_score"], village["grade"]) == ("99.00", "99.00", "fail")
    assert [(veto["rule"], veto["happened_on"], veto["found_on"]) for veto in village["vetoes"]] == [
        ("veto_coercion", "2026-03-12", "2026-08-20")
    ]


def test_a_veto_follows_who_answered_when_it_happened(town: Path) -> None:
    """GB165 was the resident cadre in March and has moved on; GB166 came later."""
    found = verdicts(town)
    assert [veto["rule"] for veto in found["GB165"]["vetoes"]] == ["veto_coercion"]
    assert found["GB165"]["vetoes"][0]["through"] == PLACE["V19"].code
    assert found["GB165"]["grade"] == "fail"
    assert found["GB166"]["vetoes"] == []


def test_a_deposit_follows_a_change_of_post(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GB187, a resident cadre until June, has headed a unit since July: half a year's pay withheld under each clause."""
    for clause, worked in (("head_pay", "¥1,500.00 × 6 ÷ 12 = ¥750.00 held"),
                           ("village_pay", "¥1,000.00 × 6 ÷ 12 = ¥500.00 held")):  # fmt: skip
        assert main(["explain", "GB187", "-w", str(town), "--item", clause, "--lang", "en"]) == 0
        assert worked in capsys.readouterr().out


def test_equal_totals_share_a_place_and_stay_out_together_at_the_edge_of_a_quota(town: Path) -> None:
    """20 % of 48 is 9.6, rounded down 9; the ninth place is shared by two, so eight are excellent."""
    found = verdicts(town)
    assert {found[PLACE[key].code]["rank"] for key in ("V01", "V02")} == {1}
    assert {found[PLACE[key].code]["rank"] for key in ("V07", "V13")} == {9}
    excellent = [v["code"] for v in found.values() if v["league"] == "village" and v["grade"] == "excellent"]
    assert len(excellent) == 8
    assert PLACE["V07"].code not in excellent


def test_a_late_correction_changes_a_grade_and_the_past_can_still_be_seen(town: Path) -> None:
    code = PLACE["V18"].code
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - the demo's corrections are of the office's own day
    before, after = verdicts(town, "--as-of", str(yesterday))[code], verdicts(town)[code]
    assert (before["final_score"], before["grade"]) == ("60.06", "pass")
    assert (after["final_score"], after["grade"]) == ("59.65", "fail")


def test_run_twice_it_only_assesses(town: Path) -> None:
    before = verdicts(town)
    assert main(["demo", "-w", str(town), "--json"]) == 0
    verdicts.cache_clear()
    assert verdicts(town) == before


def test_births_are_shown_and_not_scored(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "statistics", "-w", str(town), "--json", "--lang", "en"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert len(table["rows"]) == 62 + 1
    total = table["rows"][-1]
    counted = {key: int(total[key]) for key in ("births", "births, boys", "births, girls", "deaths", "natural growth")}
    assert counted["births"] == counted["births, boys"] + counted["births, girls"]
    assert counted["natural growth"] == counted["births"] - counted["deaths"]


def test_the_chain_of_a_cadre_leads_back_to_the_incident(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "GB165", "-w", str(town), "--lang", "en"]) == 0
    text = capsys.readouterr().out
    veto = text[text.index("! Veto: coercion: veto: fired: at most the grade Fail") :]
    assert f"Resident cadre of {PLACE['V19'].code}" in veto
    assert "SJ2026-001: happened 2026-03-12, found 2026-08-20" in veto
    assert "town-2026.xlsx [Incidents] A2" in veto
    assert f"示例松湾村 ({PLACE['V19'].code}): final score: 99" in text


def test_the_first_report_imported_again_brings_nothing_new(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes the corrections back: whatever is reported last is in force."""
    assert main(["import", str(town / "town-2026.xlsx"), "-w", str(town), "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert [table for table in tables if int(table["new"])] == []
    assert {table["table"]: int(table["superseded"]) for table in tables}["observations"] == 17
