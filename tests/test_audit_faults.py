"""Every fault that is planted is found, as what it is, and nothing else is; a clean history raises nothing.

`HYPOTHESIS_PROFILE=long` plants a thousand of each kind, in towns that the ordinary run does not draw.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from audit_histories import History, clean
from audit_towns import town
from audit_workspaces import Breach, copied, reopened, settled
from faulty_histories import FORGERS, faulty
from faulty_workspaces import FORGERS as FORGERS_OF_FILES
from faulty_workspaces import Scene

from cli.audit import audit_workspace
from engine import assess, inference
from engine.assess import Assessment, agreed_hash
from engine.audit.finding import Kind
from rules.contract import Contract
from targets.snapshot import Snapshot
from targets.workspace import Workspace

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
OF_EACH = 1_000 if LONG else 100
TOWNS = range(100, 140) if LONG else range(8)
TRIES_MAX = 200

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)


@pytest.mark.parametrize("kind", FORGERS)
def test_what_is_planted_is_found_as_what_it_is(kind: Kind) -> None:
    wrong = []
    for number in range(OF_EACH):
        history = planted(kind, number)
        found = [(one.code, one.subject, str(one.told)) for one in history.audited()]
        if [code for code, _, _ in found] != [kind.value]:
            wrong.append((number, found))
    print(f"{kind.name}: {OF_EACH} planted, {OF_EACH - len(wrong)} found as what they are and nothing else")
    assert wrong == []


@pytest.mark.parametrize("seed", TOWNS)
def test_a_clean_history_raises_nothing(seed: int) -> None:
    dice = Random(f"clean {seed}")
    for _ in range(OF_EACH // 4):
        assert clean(town(seed), dice).audited() == ()


def planted(kind: Kind, number: int) -> History:
    """The number-th fault of that kind: another town each time, planted again where it would be another kind too."""
    dice = Random(f"{kind} {number}")
    for _ in range(TRIES_MAX):
        history = faulty(kind, town(TOWNS[number % len(TOWNS)]), dice)
        if history is not None:
            return history
    raise AssertionError(f"no {kind.name} could be planted")


def test_the_forger_knows_every_kind() -> None:
    assert FORGERS.keys() | FORGERS_OF_FILES.keys() == set(Kind)


# --- what lies in the workspace ---


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return settled(tmp_path_factory.mktemp("town") / "settled", town(TOWNS[0]))


@pytest.fixture
def assessed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same contracts and records give the same assessment; most forgeries leave both as they were."""
    known: dict[tuple[str, str], Assessment] = {}
    real = assess.assess

    def remembered(contracts: Sequence[Contract], snapshot: Snapshot) -> Assessment:
        key = agreed_hash(contracts), snapshot.content_hash
        if key not in known:
            known[key] = real(contracts, snapshot)
        return known[key]

    monkeypatch.setattr(assess, "assess", remembered)


@pytest.mark.usefixtures("assessed_once")
@pytest.mark.parametrize("kind", FORGERS_OF_FILES)
def test_what_is_forged_in_a_workspace_is_found_as_what_it_is(kind: Kind, workspace: Workspace, tmp_path: Path) -> None:
    wrong = []
    vouchers = workspace.store.books.vouchers()
    lines = clean(town(TOWNS[0]), Random("lines")).lines
    # A hundred of each that can be forged in a ledger are forged above.
    times = OF_EACH if kind is Kind.CONTRACT_CHANGED else OF_EACH * 2 // 5
    for number in range(times):
        dice, folder = Random(f"{kind} {number}"), tmp_path / str(number)
        copied(workspace, folder)
        scene = Scene(folder, vouchers, dice)
        while not FORGERS_OF_FILES[kind](scene):
            pass
        head = dice.choice(("", scene.head if kind is Kind.BROKEN_CHAIN else ""))
        listed = dice.choice((lines, None))
        found = audit_workspace(reopened(folder), listed, head=head, every=True).findings
        if [one.code for one in found] != [kind.value]:
            wrong.append((number, [(one.code, one.subject, str(one.told)) for one in found]))
        shutil.rmtree(folder)
    print(f"{kind.name}: {times} forged in workspaces, {times - len(wrong)} found as what they are and nothing else")
    assert wrong == []


@pytest.mark.parametrize("breach", Breach)
def test_a_run_settled_against_the_rules_is_found_as_that(breach: Breach, tmp_path: Path) -> None:
    """Nothing is edited and no link broken: whoever wrote it knew how."""
    broken = settled(tmp_path / "town", town(TOWNS[0]), breach)
    found = audit_workspace(reopened(broken.folder), None, every=True).findings
    assert [one.kind for one in found] == [Kind.NOT_SEALED]


def test_a_workspace_that_nobody_touched_raises_nothing(workspace: Workspace) -> None:
    head = workspace.store.books.vouchers()[-1].hash
    for lines in (None, clean(town(TOWNS[0]), Random("lines")).lines):
        assert audit_workspace(workspace, lines, head=head, every=True).findings == ()
