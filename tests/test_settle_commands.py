"""From an assessment to paid money, as the office types it; every figure of the town of three worked out by hand."""

from __future__ import annotations

import json
from errno import ENOSPC
from pathlib import Path

import openpyxl
import pytest
from audit_workspaces import forge
from test_settlement import CONTRACT, MARKS

from cli import voucher_files
from cli.main import main
from engine import inference
from targets.workspace import open_workspace

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

TABLES = {
    "parties": "code,name,kind\n899901101201,甲村,village\n",
    "cadres": "code,name\n" + "".join(f"{code},干部{code}\n" for code in MARKS),
    "tenures": "cadre,post,party,start\n" + "".join(f"{code},secretary,899901101201,2025-01-01\n" for code in MARKS),
    "observations": "party,indicator,period,value\n"
    + "".join(f"{code},work,2026,{mark}\n" for code, mark in MARKS.items()),
}


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the year imported and assessed."""
    monkeypatch.chdir(tmp_path)
    assert run("init") == 0
    folder = tmp_path / "town"
    for shipped in (folder / "contracts").iterdir():
        shipped.unlink()
    (folder / "contracts" / "cadre.yaml").write_text(CONTRACT, encoding="utf-8")
    bring(TABLES)
    assert run("assess") == 0
    return folder


def run(*words: str) -> int:
    return main([words[0], "-w", "town", "--lang", "en", *words[1:]])


def bring(tables: dict[str, str]) -> None:
    for name, rows in tables.items():
        Path(f"{name}.csv").write_text(rows, encoding="utf-8")
    assert run("import", *(f"{name}.csv" for name in tables)) == 0


def seal() -> None:
    assert run("publish", "--from", "2026-01-02", "--until", "2026-01-08") == 0
    assert run("seal") == 0


def test_deposits_are_shown_then_entered_then_there(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("deposits") == 0
    shown = capsys.readouterr()
    assert shown.out.count("2000.00") == 6
    assert "3 vouchers would be entered" in shown.err
    assert open_workspace(town).store.books.vouchers() == ()
    assert run("deposits", "--enter") == 0
    assert len(open_workspace(town).store.books.vouchers()) == 3
    assert run("deposits", "--enter") == 0
    assert "Nothing to enter" in capsys.readouterr().err


def test_a_sealed_run_is_settled_once(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--out", "draft") == 0  # shown, written, not entered
    assert len(open_workspace(town).store.books.vouchers()) == 4
    assert sorted(path.name for path in Path("draft").iterdir()) == [
        "payments-draft.csv", "payments-draft.xlsx", "vouchers-draft.csv", "vouchers-draft.xlsx",
    ]  # fmt: skip
    draft = openpyxl.load_workbook("draft/vouchers-draft.xlsx")
    assert (draft.worksheets[0]["A1"].value, draft.properties.description) == (
        "draft: nothing of this is in the ledger",
        None,
    )
    assert run("settle", "--enter", "--out", "paid", "--who", "会计") == 0
    capsys.readouterr()
    assert run("settle", "--enter") == 0
    assert "Nothing to enter" in capsys.readouterr().err

    assert paid("paid/payments.xlsx") == [
        ("干部g1", "refund", 2000), ("干部g1", "reward money", 2000), ("干部g1", "award", 150), ("干部g2", "refund", 1000),
    ]  # fmt: skip
    vouchers = open_workspace(town).store.books.vouchers()
    assert {one.who for one in vouchers if one.entry.run and one.entry.postings} == {"会计"}


@pytest.mark.usefixtures("town")
def test_the_lists_of_a_settlement_can_be_had_again() -> None:
    """Byte by byte the same, though a fourth cadre has paid a deposit in since."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter", "--out", "paid") == 0
    more = {name: rows.splitlines()[0] + "\n" for name, rows in TABLES.items()}
    bring(
        {
            "cadres": f"{more['cadres']}g4,干部g4\n",
            "tenures": f"{more['tenures']}g4,secretary,899901101201,2025-01-01\n",
        }
    )
    assert run("deposits", "--enter") == 0
    assert run("settle", "--out", "again") == 0
    assert Path("again/payments.xlsx").read_bytes() == Path("paid/payments.xlsx").read_bytes()
    assert Path("again/vouchers.xlsx").read_bytes() == Path("paid/vouchers.xlsx").read_bytes()


def test_a_full_disk_after_the_entry(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entered is entered: the office is told so, finds no half of a folder, and has the lists written again."""
    assert run("deposits", "--enter") == 0
    seal()
    with monkeypatch.context() as full:
        full.setattr(voucher_files, "write_payout_list", no_space)
        capsys.readouterr()
        assert run("settle", "--enter", "--out", "paid") == 2
    told = capsys.readouterr().err
    assert "DX713" in told
    assert "The vouchers are in the ledger." in told
    assert not Path("paid").exists()
    assert len(open_workspace(town).store.books.vouchers()) > 4
    assert run("settle", "--out", "paid") == 0
    assert Path("paid/payments.xlsx").exists()


def no_space(path: Path, *_: object, **__: object) -> Path:
    raise OSError(ENOSPC, "No space left on device", str(path))


def test_a_place_that_cannot_be_written_stops_it_before_anything_is_entered(town: Path) -> None:
    assert run("deposits", "--enter") == 0
    seal()
    Path("a file").write_text("", encoding="utf-8")
    assert run("settle", "--enter", "--out", "a file/paid") == 2
    assert len(open_workspace(town).store.books.vouchers()) == 4


@pytest.mark.usefixtures("town")
def test_nothing_is_settled_before_it_is_sealed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deposits", "--enter") == 0
    capsys.readouterr()
    assert run("settle", "--enter") == 2
    assert "DX723" in capsys.readouterr().err
    assert run("publish", "--from", "2026-01-02", "--until", "2026-01-08") == 0
    assert run("settle", "--enter") == 2


def test_a_deposit_that_was_never_paid_in_stops_it_all(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal()
    capsys.readouterr()
    assert run("settle", "--enter") == 2
    assert capsys.readouterr().err.count("DX720") == 3
    assert len(open_workspace(town).store.books.vouchers()) == 1


def test_a_correction_after_payment_moves_the_difference(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """g2's 70 was a slip of the pen for 90."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter") == 0
    bring({"observations": "party,indicator,period,value\ng2,work,2026,90\n"})
    assert run("assess") == 0
    seal()
    assert run("settle", "--enter", "--out", "corrected") == 0
    assert paid("corrected/payments.xlsx") == [
        ("干部g2", "refund", 1000), ("干部g2", "reward money", 2000), ("干部g2", "award", 100),
    ]  # fmt: skip
    first = open_workspace(town).store.runs.all()[0]
    capsys.readouterr()
    assert run("settle", first.run.name[:12]) == 2
    assert "supersedes" in capsys.readouterr().err


@pytest.mark.usefixtures("town")
def test_a_correction_that_was_paid_is_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    """90 for g2 was the slip of the pen, and 70 was right: what the correction paid is to come back, to the fen."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter") == 0
    for mark in (90, 70):
        bring({"observations": f"party,indicator,period,value\ng2,work,2026,{mark}\n"})
        assert run("assess") == 0
        seal()
        assert run("settle", "--enter", "--out", str(mark)) == 0
    assert paid("70/payments.xlsx") == []  # the bank is asked for nothing
    owed = openpyxl.load_workbook("70/vouchers.xlsx").worksheets[1]
    assert [row[:2] + row[-2:-1] for row in owed.iter_rows(min_row=3, max_row=3, values_only=True)] == [
        ("g2", "干部g2", -3100)
    ]
    assert len(open_workspace(Path("town")).store.runs.all()) == 3
    capsys.readouterr()
    assert run("audit", "--verify") == 0
    assert run("diff") == 0
    assert "90" in capsys.readouterr().out


@pytest.mark.usefixtures("town")
def test_a_correction_that_was_never_sealed_lies_between(capsys: pytest.CaptureFixture[str]) -> None:
    """Settled; a correction is published and objected to; another corrects that, and is settled: the audit follows both links."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter", "--out", "paid") == 0
    bring({"observations": "party,indicator,period,value\ng2,work,2026,90\n"})
    assert run("assess") == 0
    assert run("publish", "--from", "2026-01-02", "--until", "2026-01-08") == 0
    assert run("appeal", "g3", "--claim", "六十一分") == 0
    assert run("decide", "1", "--upheld", "--ground", "补交记录") == 0
    bring({"observations": "party,indicator,period,value\ng3,work,2026,61\n"})
    assert run("assess") == 0
    seal()
    assert run("settle", "--enter", "--out", "corrected") == 0
    first = open_workspace(Path("town")).store.runs.all()[0].name
    for arguments in (("corrected/payments.xlsx",), ("paid/payments.xlsx", "--run", first), ("--verify",)):
        capsys.readouterr()
        assert run("audit", *arguments) == 0, arguments


def test_two_wordings_of_one_contract_are_not_both_what_was_agreed(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the settlement the file is changed, still as version 1, and sealed again: the audit tells, as it did before that."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter") == 0
    path = town / "contracts" / "cadre.yaml"
    path.write_text(path.read_text("utf-8").replace("reward_times: 1", "reward_times: 2"), encoding="utf-8")
    assert run("audit", "--verify") == 3
    assert run("assess") == 0
    seal()
    capsys.readouterr()
    assert run("audit", "--verify") == 3
    assert "DX817" in capsys.readouterr().out


def test_a_hash_that_was_written_down(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In any letters, with dots behind it; but a character or two prove nothing, and words are none."""
    assert run("deposits", "--enter") == 0
    head = open_workspace(town).store.books.vouchers()[-1].hash
    trail_head = open_workspace(town).store.standing().trail.head
    for written in (head, f" {head.upper()} ", f"{head[:10]}...", trail_head):
        assert run("audit", "--verify", "--head", written) == 0
    assert run("audit", "--verify", "--head", "0" * 64) == 3
    for written in (head[:4], f"sha256:{head}", "..."):
        assert run("audit", "--verify", "--head", written) == 2
    assert "DX711" in capsys.readouterr().err


def paid(path: str) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [row[1:] for row in sheet.iter_rows(min_row=2, values_only=True)]


def test_records_changed_behind_our_back_are_not_settled(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deposits", "--enter") == 0
    seal()
    workspace = open_workspace(town)
    forge(workspace.folder, ("UPDATE observation SET numerator = 95 WHERE subject = 'g3'", ()))
    capsys.readouterr()
    assert run("settle", "--enter") == 2
    assert "DX721" in capsys.readouterr().err


@pytest.mark.usefixtures("town")
def test_before_the_deposits_are_in_the_vouchers_are_shown_and_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seal()
    capsys.readouterr()
    assert run("settle") == 2
    shown = capsys.readouterr()
    assert shown.out.count("2000.00") == 6
    assert shown.err.count("DX720") == 3
    assert run("settle", "--enter") == 2


def test_the_ledger_is_shown_whatever_a_contract_file_says(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deposits", "--enter") == 0
    (town / "contracts" / "cadre.yaml").write_text("contract: [", encoding="utf-8")
    capsys.readouterr()
    assert run("ledger") == 0
    assert "6000.00" in capsys.readouterr().out


@pytest.mark.usefixtures("town")
def test_what_is_paid_before_the_seal_is_told_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    """The right amounts, paid out while people may still object."""
    Path("paid.csv").write_text("编码,姓名,金额\ng1,干部g1,4150\ng2,干部g2,1000\n", encoding="utf-8")
    for step in (None, ("publish", "--from", "2026-01-02", "--until", "2026-01-08")):
        assert step is None or run(*step) == 0
        capsys.readouterr()
        assert run("audit", "paid.csv", "--json") == 3
        [found] = json.loads(capsys.readouterr().out)["findings"]
        assert (found["code"], found["paid_fen"]) == ("DX816", 5_150_00)


@pytest.mark.usefixtures("town")
def test_the_lists_that_we_write_are_read_also_where_they_pay_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """g2 had 1,000 refunded at 70 points, and is due nothing at 40: the correction only takes back."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter", "--out", "paid") == 0
    bring({"observations": "party,indicator,period,value\ng2,work,2026,40\n"})
    assert run("assess") == 0
    seal()
    assert run("settle", "--enter", "--out", "taken") == 0
    first = open_workspace(Path("town")).store.runs.all()[0].name
    for folder, of in (("paid", first), ("taken", "")):
        for name in ("payments.xlsx", "payments.csv", "vouchers.xlsx"):
            capsys.readouterr()
            assert run("audit", f"{folder}/{name}", *(("--run", of) if of else ())) == 0
            assert "0 findings" in capsys.readouterr().err


def test_nothing_is_paid_on_top_of_a_ledger_that_somebody_changed(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A deposit of 2,000 made one of 20,000, triggers put back: `deposits` would give 18,000 back."""
    assert run("deposits", "--enter") == 0
    seal()
    forge(town, ("UPDATE posting SET amount_fen = amount_fen * 10 WHERE voucher = 1", ()))
    for command in ("deposits", "settle"):
        capsys.readouterr()
        assert run(command, "--enter") == 2
        assert "DX718" in capsys.readouterr().err


def test_nothing_is_paid_twice_because_the_end_was_cut_off(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that the settlement entered is taken out again: the trail tells of its last voucher, and no hash was written down."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter") == 0
    forge(town, ("DELETE FROM posting WHERE voucher > 4", ()), ("DELETE FROM voucher WHERE number > 4", ()))
    capsys.readouterr()
    assert run("settle", "--enter") == 2
    assert "DX718" in capsys.readouterr().err
    assert run("audit", "--verify") == 3
    assert "DX815" in capsys.readouterr().out


def test_a_cell_that_cannot_be_read_is_a_finding_among_others(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And with its trigger left away, that is another."""
    assert run("deposits", "--enter") == 0
    seal()
    assert run("settle", "--enter") == 0
    forge(town, ("UPDATE posting SET amount_fen = 'many' WHERE voucher = 2 AND line = 1", ()), guards_back=False)
    capsys.readouterr()
    assert run("audit", "--verify", "--json") == 3
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["code"], one["subject"]) for one in found] == [("DX814", "triggers"), ("DX814", "2")]
    assert "amount_fen 'many'" in found[1]["told"]


@pytest.mark.usefixtures("town")
def test_a_day_that_has_not_come_is_refused_since_all_later_vouchers_would_have_to_wait_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    capsys.readouterr()
    assert run("deposits", "--enter", "--on", "2072-01-10") == 2
    assert "DX711" in capsys.readouterr().err


def test_a_newer_program_pays_what_an_older_one_sealed(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("deposits", "--enter") == 0
    seal()
    monkeypatch.setattr("engine.assess.ENGINE_VERSION", "next")
    assert run("settle", "--enter") == 0
    assert len(open_workspace(town).store.books.vouchers()) == 9
