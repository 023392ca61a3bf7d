"""The name of an assessment run: what it was made from, and nothing else; and how its result was checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Extent(StrEnum):
    """How far two evaluators were held against each other."""

    ALL = "all"
    SAMPLE = "sample"
    NONE = "none"
    TOO_WIDE = "too_wide"
    ONE_EVALUATOR = "one_evaluator"


@dataclass(frozen=True, slots=True)
class RunCheck:
    """A cross-check that found no difference, or that was not made: `cells` were compared.

    Not asked for (`none`), beyond the engine's integers (`too_wide`), or without an interpreter here (`one_evaluator`).
    """

    extent: Extent
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What an assessment was made from. `batch` is the last one it saw (`Store.as_of(batch=...)` reads the same records
    again; 0: plain files, no store), `through` the last month that was due, `supersedes` the name of the run it corrects."""

    contracts_hash: str
    data_hash: str
    engine_version: str
    year: int
    through: int = 12
    batch: int = 0
    supersedes: str = ""

    @property
    def name(self) -> str:
        """SHA-256 over contracts, data and engine: whoever has the three has the name."""
        parts = (self.contracts_hash, self.data_hash, self.engine_version)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
