"""Which contracts look at the parties below those they assess: by a condition, or by taking their totals."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.places import terms
from rules.condition import Children
from rules.contract import Contract
from rules.indicator import Whose


def children_asked(contract: Contract) -> Iterator[Children]:
    """Every condition about the parties below, wherever it stands in the contract."""
    for stand in terms(contract):
        if isinstance(stand.condition, Children):
            yield stand.condition


def looks_below(contract: Contract) -> bool:
    """Whether what a party gets depends on the parties below it."""
    made = any(one.scores is not None and one.scores.of is Whose.CHILDREN for one in contract.indicators)
    return made or any(children_asked(contract))
