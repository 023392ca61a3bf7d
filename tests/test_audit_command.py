"""`duixian audit`, from the office's files to the report: exit codes, the three forms, and a ledger that was corrected once."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from audit_towns import Town, town
from audit_workspaces import forge, settled
from openpyxl import Workbook, load_workbook

from cli.audit import audit_workspace
from cli.language import Language, Speech
from cli.main import main
from cli.names import names_of
from cli.results import kept_text
from cli.voucher_files import write_payout_list, write_vouchers
from engine import inference
from engine.assess import assess
from engine.audit.finding import Kind
from engine.vouchers import Sealed, settlement
from rules.load import parse_contract
from targets.batch import Origin
from targets.payout_list import read_payouts
from targets.run import Extent, RunCheck
from targets.snapshot import Records, Snapshot
from targets.workspace import Workspace

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return settled(tmp_path / "town", town(0))


def one_sum(one: Town) -> dict[str, int]:
    sums: dict[str, int] = {}
    for due in one.paid:
        sums[due.payee] = sums.get(due.payee, 0) + due.amount_fen
    return {code: amount_fen for code, amount_fen in sums.items() if amount_fen > 0}


def book(path: Path, one: Town, changed: dict[str, int], heading: str = "实发金额（元）") -> Path:
    """A list with its title and total, amounts as an office types them."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["兑现发放表"])
    sheet.append(["序号", "编码", "姓名", heading, "备注"])
    for number, (code, amount_fen) in enumerate(({**one_sum(one), **changed}).items(), 1):
        sheet.append(
            [number, code, one.entitled.names.get(code, "+1+1"), f"{amount_fen // 100}.{amount_fen % 100:02d}", ""]
        )
    sheet.append(["合计", None, None, "99"])
    workbook.save(path)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["audit", *arguments, "--lang", "en"])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_clean_list_and_a_sound_ledger(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments = book(tmp_path / "list.xlsx", town(0), {})
    head = workspace.store.books.vouchers()[-1].hash
    folder = str(workspace.folder)
    code, out, err = run(capsys, str(payments), "--verify", "--head", head, "-w", folder)
    assert (code, out) == (0, "")
    assert f"0 findings; run {town(0).run[:12]}" in err
    assert head in err


def test_findings_are_exit_3_and_stand_in_every_form(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = town(0)
    sums = one_sum(one)
    payments = book(tmp_path / "list.xlsx", one, {"G003": sums["G003"] + 3, "G777": 5_000})
    folder = str(workspace.folder)
    code, out, err = run(capsys, str(payments), "-w", folder, "--out", str(tmp_path / "report.xlsx"))
    assert code == 3
    assert [word in out for word in ("DX801", "DX805", "overpaid", "not entitled")] == [True] * 4
    assert f"{payments} [Sheet] D" in err

    report = load_workbook(tmp_path / "report.xlsx")
    assert report.sheetnames == ["findings", "evidence", "entitlements"]
    rows = list(report["findings"].iter_rows(values_only=True))
    assert [(row[1], row[4], float(row[8])) for row in rows[1:]] == [
        ("DX801", "G003", 0.03),
        ("DX805", "G777 +1+1", 50.0),
    ]
    evidence = list(report["evidence"].iter_rows(values_only=True))
    assert evidence[0][-1] == "derivation"
    assert any("due: " in row[4] and "eligible" in row[5] for row in evidence[1:] if row[5]), evidence
    cells = [cell for sheet in report for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    entitled = list(report["entitlements"].iter_rows(values_only=True))
    assert sum(round(float(row[6]) * 100) for row in entitled[1:]) == sum(due.amount_fen for due in one.paid)
    assert any("refunded: " in row[7] for row in entitled[1:])

    for name in ("report.csv", "report.json"):
        assert run(capsys, str(payments), "-w", folder, "--out", str(tmp_path / name))[0] == 3
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["code"] for row in csv.DictReader(file)] == ["DX801", "DX805"]
    found = json.loads((tmp_path / "report.json").read_text("utf-8"))
    code, out, _ = run(capsys, str(payments), "-w", folder, "--json")
    assert (code, json.loads(out)) == (3, found)
    first = found["findings"][0]
    assert (first["code"], first["paid_fen"] - first["entitled_fen"], first["difference_fen"]) == ("DX801", 3, 3)
    assert any(one["voucher"] for one in first["evidence"])
    assert first["derivation"]["worked"]
    assert any(one["derivation"] is not None for one in first["evidence"])


def test_columns_are_mapped_and_what_is_asked_wrongly_is_refused(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments = book(tmp_path / "list.xlsx", town(0), {}, heading="到手数")
    folder = str(workspace.folder)
    assert run(capsys, str(payments), "-w", folder)[0] == 2
    assert run(capsys, str(payments), "-w", folder, "--map", "金额=到手数")[0] == 0
    payments = book(tmp_path / "usual.xlsx", town(0), {})
    for wrong in (
        ("--map", "金额"),
        ("--map", "卡号=到手数"),
        ("--run", "zz"),
        ("--out", str(tmp_path / "report.pdf")),
    ):
        code, out, err = run(capsys, str(payments), "-w", folder, *wrong)
        assert (code, out) == (2, "")
        assert "DX7" in err
    code, _, err = run(capsys, "-w", folder)
    assert code == 2
    assert "--verify" in err


def test_our_own_lists_are_clean(workspace: Workspace, tmp_path: Path) -> None:
    """What `settle --out` writes, in both languages, goes back in as it is."""
    one, vouchers = town(0), workspace.store.books.vouchers()
    for language in Language:
        speech = Speech(language)
        for codes_only in (False, True):
            names = names_of(speech, one.contracts, one.assessment.snapshot.records, codes_only=codes_only)
            payments = tmp_path / f"payments-{language}-{codes_only}.xlsx"
            write_payout_list(payments, speech, vouchers, names)
            write_payout_list(payments.with_suffix(".csv"), speech, vouchers, names)
            write_vouchers(payments.with_stem("vouchers" + payments.stem), speech, vouchers, names)
            for path in (payments, payments.with_suffix(".csv"), payments.with_stem("vouchers" + payments.stem)):
                lines = read_payouts(path, on_warning=lambda _: None)
                assert lines, path
                found = audit_workspace(workspace, lines, every=False).findings
                assert [(found_.code, str(found_.told)) for found_ in found] == [], path


def test_verify_alone_proves_every_run(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace.folder
    assert run(capsys, "--verify", "-w", str(folder))[0] == 0
    forge(folder, ("UPDATE run SET result = replace(result, 'excellent', 'good')", ()))
    code, out, _ = run(capsys, "--verify", "-w", str(folder), "--json")
    assert (code, [one["code"] for one in json.loads(out)["findings"]]) == (3, ["DX814"])


def test_where_the_interpreter_does_not_run_nobody_is_accused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(inference, "available", lambda: False)
    code, out, err = run(capsys, "--verify", "-w", str(workspace.folder))
    assert (code, out) == (2, "")
    assert "DX710" in err


def test_records_that_are_not_those_of_the_run_are_one_finding(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is blamed for a list by records that somebody changed."""
    forge(workspace.folder, ("UPDATE observation SET numerator = 1000 WHERE indicator = 'own'", ()))
    payments = book(tmp_path / "list.xlsx", town(0), {})
    code, out, err = run(capsys, str(payments), "-w", str(workspace.folder))
    assert code == 3
    assert out.count("DX8") == out.count("DX814") == 1
    assert "no payment was audited" in err


def test_after_a_correction_the_list_of_the_difference_is_audited(workspace: Workspace) -> None:
    """G006 had 90 points and more after all: the second list pays what that adds, the first one stays what it was."""
    one, store = town(0), workspace.store
    observed = next(o for o in one.assessment.snapshot.records.observations if o.subject == "G006")
    corrected = replace(observed, numerator=990)
    store.append(Records(observations=(corrected,)), Origin(date(2027, 2, 1)))
    snapshot = Snapshot(2026, store.as_of())
    again = assess(one.contracts, snapshot)
    loaded = [parse_contract(f"{number}.yaml", text) for number, text in enumerate(one.texts)]
    second = store.runs.placed(replace(again.run, batch=store.last_batch()))
    store.runs.save(second, kept_text(again), check=RunCheck(Extent.ALL, 1), contracts=loaded)
    store.runs.publish(second.name, date(2027, 2, 2), date(2027, 2, 9))
    store.runs.seal(second.name, date(2027, 2, 10))
    before = frozenset(store.runs.supersedes(second.name))
    assert before == {one.run}
    sealed = Sealed(second.name, second.year, again.dues, before)
    entered = store.books.enter(lambda known: settlement(sealed, known, date(2027, 2, 10)))
    more_fen = sum(due.amount_fen for due in again.dues if due.payee == "G006") - one_sum(one)["G006"]
    assert more_fen > 0
    assert [v.entry.subject for v in entered if v.entry.postings] == ["G006"]

    assert audit_workspace(workspace, [one.line("G006", more_fen)], every=True).findings == ()
    whole = [one.line(code, amount_fen) for code, amount_fen in one_sum(one).items()]
    assert audit_workspace(workspace, whole, one.run, every=True).findings == ()
    found = audit_workspace(workspace, whole, every=True).findings
    # What G006 had is less than what is due now.
    assert [finding.subject for finding in found if finding.kind is Kind.UNDERPAID] == ["G006"]
    again = [finding for finding in found if finding.kind is Kind.PAID_TWICE]
    assert all(one.run[:12] in str(finding.told) for finding in again)
    assert len(again) == len(whole) - 1
    assert len(found) == len(whole)
