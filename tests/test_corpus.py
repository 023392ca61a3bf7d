"""The whole corpus of bad contracts and workbooks through the real commands: the code named, exit 2, no traceback,
nothing stored. Where each fault stands is held by test_load, test_checks and test_intake_tables; here it is what a user meets."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from bad_contracts.cases import Case as BadContract
from bad_contracts.cases import cases_of as contracts_of
from bad_tables.cases import HERE
from bad_tables.cases import Case as BadBook
from bad_tables.cases import cases_of as books_of
from bad_tables.town import KNOWN

from cli.main import main
from rules.codes import CODES, Severity
from targets.batch import Origin
from targets.workspace import Workspace, create, open_workspace

TOPICS = ("shape", "quantities", "bands", "cadres", "conditions", "lints", "methods", "names")
CONTRACTS = tuple(contracts_of(*TOPICS))
BOOKS = tuple(books_of("who", "what", "data", "cells", "sheets"))


def refused(code: str) -> bool:
    return CODES[code].severity is Severity.ERROR


@pytest.mark.parametrize("case", CONTRACTS, ids=[case.title for case in CONTRACTS])
def test_a_bad_contract(case: BadContract, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(case.text, encoding="utf-8", newline="")
    expected = {(code, line, column) for code, line, column, _ in case.faults}
    code = main(["check", str(path), "--json"])
    printed = capsys.readouterr()
    found = {(one["code"], one["line"], one["column"]) for one in json.loads(printed.out)["diagnostics"]}
    assert found == expected
    assert code == (2 if any(map(refused, (fault[0] for fault in expected))) else 0)
    assert "Traceback" not in printed.err


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that knows the corpus' people and contracts; each case works on a copy."""
    folder = tmp_path_factory.mktemp("office") / "town"
    workspace = create(folder)
    for name in ("village", "cadre"):
        shutil.copy(HERE / f"{name}.yaml", workspace.contracts_folder)
    workspace.store.append(KNOWN, Origin(date(2026, 1, 1)))
    return folder


@pytest.mark.parametrize("case", BOOKS, ids=[case.title for case in BOOKS])
def test_a_bad_workbook(case: BadBook, office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town = Path(shutil.copytree(office, tmp_path / "town"))
    book = case.book.write(tmp_path / "town.xlsx")
    before = stored(open_workspace(town))
    code = main(["import", str(book), "-w", str(town), "--json"])
    printed = capsys.readouterr()
    errors = {each.code for each in case.everything if refused(each.code)}
    assert "Traceback" not in printed.err
    if not errors:
        assert code == 0
        return
    assert code == 2
    assert errors <= {one["code"] for one in json.loads(printed.out)["diagnostics"]}
    assert stored(open_workspace(town)) == before


def stored(workspace: Workspace) -> tuple[object, ...]:
    return (workspace.store.as_of(), workspace.store.batches())


def test_the_corpus_is_large() -> None:
    bad = [case for case in CONTRACTS if any(refused(fault[0]) for fault in case.faults)]
    cells = [each for case in BOOKS for each in case.everything if refused(each.code)]
    assert len(bad) >= 150
    assert len(cells) >= 250
