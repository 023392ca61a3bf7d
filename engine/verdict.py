"""What an assessment returns for one subject under one contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.facts import Subject
from engine.score.derivation import Step
from engine.score.interpret import Outcome
from rules.diagnostic import Called
from rules.verdict import Effects, GradeBand


@dataclass(frozen=True, slots=True)
class VetoRecord:
    """A veto or warning that hit a subject: why, since when, until when, and from which party it reached them.

    `through` is empty when the subject's own condition fired. `inherited` marks one of an earlier year, still in force.
    One that does not reach the subject itself (its contract says so) only passes on to the cadres.
    """

    subject: str
    contract: str
    rule: str
    name: Called
    effects: Effects | None
    happened_on: date | None
    found_on: date | None
    until_year: int
    incidents: tuple[str, ...]
    step: Step
    through: str = ""
    follows_person: bool = False
    inherited: bool = False
    reaches_subject: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Score, rank, grade and everything that overrode them.

    `score` is what was earned and is always kept; `final_score` is after deductions and replacements by warnings and
    vetoes; rank and grade go by it. `rank` is the place in `league`, of `league_size`; who has not `entered` stands
    behind those who have, outside every quota.
    """

    subject: Subject
    contract: str
    outcome: Outcome
    score: Fraction
    final_score: Fraction
    league: str
    league_size: int
    rank: int
    grade: GradeBand | None
    vetoes: tuple[VetoRecord, ...]
    warnings: tuple[VetoRecord, ...]
    step: Step
    entered: bool = True

    @property
    def vetoed(self) -> bool:
        return bool(self.vetoes)

    def effects(self) -> tuple[Effects, ...]:
        """Of all vetoes and warnings that hit."""
        return tuple(record.effects for record in (*self.warnings, *self.vetoes) if record.effects is not None)
