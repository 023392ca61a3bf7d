"""The demo town is settled, and its finance office's list audited: as it is, and with five errors planted in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.main import main
from engine import inference

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's workspace, sealed and settled, and `paid/payments.xlsx`, the list that the bank gets."""
    folder = tmp_path_factory.mktemp("demo")
    town = ["-w", str(folder / "town")]
    for words in (
        ["demo"],
        ["deposits", "--enter"],
        ["publish", "--from", "2026-11-10", "--until", "2026-11-20"],
        ["seal"],
        ["settle", "--enter", "--out", str(folder / "paid")],
    ):
        assert main([words[0], *town, *words[1:]]) == 0
    return folder


def audit(folder: Path, payments: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    code = main(["audit", str(payments), "-w", str(folder / "town"), "--json"])
    return code, json.loads(capsys.readouterr().out)["findings"]


def test_the_list_as_it_is_raises_nothing(settled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(settled, settled / "paid" / "payments.xlsx", capsys) == (0, [])


def test_five_planted_errors_are_exactly_the_five_findings(
    settled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GB001's refund stands twice; GB085's 402.21 became 420.21; GB049 was left out; GB004, whom a veto for forced services
    reaches, has the deposit back; and what is due to GB065 went to GB064, whose deposit was forfeited."""
    book = openpyxl.load_workbook(settled / "paid" / "payments.xlsx")
    sheet = book.active
    assert sheet is not None
    rows = {(row[0].value, row[2].value): row for row in sheet.iter_rows(min_row=2)}
    sheet.append([cell.value for cell in rows["GB001", "退还"]])
    assert rows["GB085", "奖金"][3].value == 402.21
    rows["GB085", "奖金"][3].value = 420.21
    sheet.append(["GB004", "干部004", "退还", 2000])
    for cell, value in zip(rows["GB065", "退还"], ("GB064", "干部064"), strict=False):
        cell.value = value
    sheet.delete_rows(rows["GB049", "退还"][0].row)
    book.save(tmp_path / "finance.xlsx")

    code, findings = audit(settled, tmp_path / "finance.xlsx", capsys)
    assert code == 3
    assert sorted((one["code"], one["subject"]) for one in findings) == [
        ("DX803", "GB001"),  # paid twice
        ("DX804", "GB064"),  # wrong payee: who got it
        ("DX806", "GB004"),  # vetoed yet refunded
        ("DX810", "GB049"),  # in the ledger and not paid
        ("DX812", "GB085"),  # digits transposed
    ]
