"""The two contracts that the nation is assessed by, and the twenty items of the villages' one as plain numbers."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rules.load import load_contract
from rules.scoring import Proportional

FOLDER = Path(__file__).parent / "contracts"
YEAR = 2026
# Points are awarded in hundredths.
HUNDREDTHS = 100


class ScoredItem(NamedTuple):
    """`points` x numerator / (denominator x `target`) of the indicator, at most `points`, half up to hundredths."""

    indicator: str
    points: Fraction
    target: Fraction

    @property
    def numerator(self) -> str:
        return f"{self.indicator} numerator"

    @property
    def denominator(self) -> str:
        return f"{self.indicator} denominator"


def contracts() -> tuple[Path, Path]:
    """The villages' contract and the cadres'."""
    return FOLDER / "villages.yaml", FOLDER / "cadres.yaml"


@cache
def scored_items() -> tuple[ScoredItem, ...]:
    """The items of the villages' contract in the order of the paper, read from it so that nothing can drift apart."""
    contract = load_contract(contracts()[0]).contract
    items = []
    for section in contract.sections:
        for item in section.items:
            assert isinstance(item.scoring, Proportional)
            assert isinstance(item.scoring.target, Fraction)
            assert item.indicator is not None
            items.append(ScoredItem(item.indicator, item.points, item.scoring.target))
    return tuple(items)
