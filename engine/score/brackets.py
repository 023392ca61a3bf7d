"""Marginal brackets: each part of the way from the reference is worth what its bracket says, like an income tax."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.score.against_target import COUNTING, steps_counted
from engine.score.book import Book, Case
from engine.score.derivation import Step, clamped, readable, shown
from engine.score.earned import ZERO, Earned, bound, computed
from engine.score.missing import parameter, without_parameter
from engine.score.peers import reference_value
from rules.diagnostic import say
from rules.scoring import Bracket, Brackets
from rules.scoring_terms import Direction


def brackets(book: Book, case: Case, rule: Brackets, value: Fraction, seen: Step) -> Earned:
    """From the start at the reference, what the brackets above it give or those below it take."""
    if rule.to is not None:
        step = reference_value(book, case, rule.to, rule.percentile)
        reference, seen = step.value, replace(seen, steps=(*seen.steps, step))
    else:
        assert rule.target is not None
        reference = parameter(book, case, rule.target, "target")
    if reference is None:
        assert rule.target is not None
        return without_parameter(book, case, seen, rule.target)
    indicator = book.indicator(case.measured)
    ahead = value - reference if case.measured.direction is Direction.HIGHER else reference - value
    start = case.points if rule.start is None else rule.start
    side = rule.above if ahead > 0 else rule.below
    parts = [(steps_counted(part / rule.per, rule.step), each) for part, each in _parts(side, abs(ahead))]
    change = sum((count * each for count, each in parts), ZERO) * (1 if ahead > 0 else -1)
    terms = " + ".join(f"{readable(count)} × {readable(each)}" for count, each in parts) or "0"
    text = say(
        "{start} points at {reference}; bracket by bracket, for every {per} ({counting})",
        start=readable(start), reference=shown(reference, indicator), per=shown(rule.per, indicator),
        counting=COUNTING[rule.step],
    )  # fmt: skip
    worked = say(
        "{start} {sign} ({terms}), since {value} against {reference}",
        start=readable(start), sign="+" if ahead > 0 else "-", terms=terms, value=shown(value, indicator),
        reference=shown(reference, indicator),
    )  # fmt: skip
    highest = case.points if rule.highest is None else bound(rule.highest)
    step = clamped(computed(case, seen, text, worked, start + change), bound(rule.lowest), highest)
    return Earned(step.value, ahead >= 0, step)


def _parts(side: Sequence[Bracket], way: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """How much of the way lies in each bracket, and what a unit of it is worth."""
    for bracket in side:
        part = way if bracket.width is None else min(way, bracket.width)
        if part > 0:
            yield part, bracket.each
        way -= part
