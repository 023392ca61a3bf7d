"""What was paid in advance, settled against the award: too much is owed back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.score.book import Case
from engine.score.derivation import Location
from engine.score.reading import read
from engine.settle.court import Court
from engine.settle.due import Due, computed_fen
from engine.verdict import Verdict
from rules.diagnostic import say
from rules.money import Award, DueKind
from rules.quantity import round_to, show_money
from rules.scoring import Mark, Measured
from rules.scoring_terms import Incomplete, Missing, Over, PeriodRule


def advance_due(court: Court, award: Award, verdict: Verdict, at: Location) -> Iterator[Due]:
    """The sum of what was reported over the year, whoever is eligible."""
    if award.advance is None:
        return
    summed = Measured(
        indicator=award.advance, scoring=Mark(method="mark"), missing=Missing.ZERO, incomplete=Incomplete.REPORTED,
        period=PeriodRule(over=Over.SUM),
    )  # fmt: skip
    seen = read(court.book, Case(verdict.subject, summed, Fraction(0), court.judged.facts.year, ()))
    advance_fen = int(round_to((seen.value or Fraction(0)) * 100, 0))
    title, code = say("{award}", award=award.label), verdict.subject.code
    worked = say("{amount}", amount=show_money(advance_fen))
    step = computed_fen(title, say("had in advance"), worked, -advance_fen, (*at, "advance"), [seen.step])
    yield Due(verdict.contract, code, award.id, DueKind.ADVANCE, code, -advance_fen, step)
