"""The name of an assessment run: what it was made from and what it corrects; and how its result was checked."""

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
        """SHA-256 over contracts, data and engine, and over the name of the run that it supersedes, if any.

        So a correction that is itself taken back is a run of its own, and who changes what a run supersedes changes its name.
        """
        parts = (*self.inputs, *([self.supersedes] if self.supersedes else []))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def inputs(self) -> tuple[str, str, str]:
        """What it came out of: equal inputs must give equal results."""
        return self.contracts_hash, self.data_hash, self.engine_version
