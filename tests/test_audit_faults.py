"""Every fault that is planted is found, as what it is, and nothing else is; a clean history raises nothing.

`HYPOTHESIS_PROFILE=long` plants a thousand of each kind, in towns that the ordinary run does not draw.
"""

from __future__ import annotations

import os
from random import Random

import pytest
from audit_towns import town
from faulty_histories import FORGERS, History, clean, faulty

from engine import inference
from engine.audit.finding import Kind

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
