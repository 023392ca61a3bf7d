"""Methods that compare a subject with its peers: by place, and by distance from a reference value."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import assert_never

from engine.score.against_target import percent, proportional, steps
from engine.score.book import Book, Case
from engine.score.derivation import Step, StepKind, clamped, readable, shown
from engine.score.earned import ONE, Earned, bound, computed
from engine.score.reading import read
from rules.diagnostic import Text, say
from rules.scoring import Rank, Relative
from rules.scoring_terms import Direction, RateTerms, Reference


def rank(book: Book, case: Case, rule: Rank, value: Fraction, seen: Step) -> Earned:
    """Points by place: one more than the number of peers that are strictly better."""
    values = [peer for peer, _, _ in counted(book, case)]
    higher = case.measured.direction is Direction.HIGHER
    place = 1 + sum(peer > value if higher else peer < value for peer in values)
    if rule.less_per_place is not None:
        less = readable(rule.less_per_place)
        points = case.points - rule.less_per_place * (place - 1)
        text = say("full points for the first, {less} less for each place", less=less)
        worked = say("{points} - {places} × {less}", points=readable(case.points), places=place - 1, less=less)
    elif rule.shares:
        points = next((one.points for one in rule.shares if place <= one.up_to * len(values)), rule.after)
        text = say("points by the share of the peers that the place lies in")
        worked = say("place {place} of {count}: {points}", place=place, count=len(values), points=readable(points))
    else:
        points = rule.table[place - 1] if place <= len(rule.table) else rule.after
        text = say("points by place")
        worked = say("place {place} of {count}: {points}", place=place, count=len(values), points=readable(points))
    step = clamped(computed(case, seen, text, worked, points), bound(rule.lowest), None)
    return Earned(step.value, step.value == case.points, step)


def relative(book: Book, case: Case, rule: Relative, value: Fraction, seen: Step) -> Earned:
    """Steps or proportion with the peers' reference value as the target."""
    reference = reference_value(book, case, rule.to, rule.percentile)
    joined = replace(seen, steps=(*seen.steps, reference))
    assert reference.value is not None, "the subject is among its peers, so there is at least one value"
    if rule.steps is not None:
        return steps(book, case, rule.steps, value, reference.value, joined)
    assert rule.proportion is not None
    if reference.value == 0 and value >= 0 and case.measured.direction is Direction.HIGHER:
        return _above_nothing(case, rule.proportion, value, joined)
    return proportional(book, case, rule.proportion, value, reference.value, joined)


def _above_nothing(case: Case, terms: RateTerms, value: Fraction, seen: Step) -> Earned:
    """Against a reference of 0: exactly there full points, above it beyond every rate, up to the cap."""
    rate = terms.cap if value > 0 else min(ONE, terms.cap)
    rule = say("the reference is 0: full points there, above it as much as the cap allows")
    worked = say("{points} × {rate}", points=readable(case.points), rate=percent(rate))
    return Earned(case.points * rate, True, computed(case, seen, rule, worked, case.points * rate))


def reference_value(book: Book, case: Case, to: Reference, percentile: Fraction | None) -> Step:
    """The peers' reference value, with how it was found."""
    among = counted(book, case)
    ordered = sorted(value for value, _, _ in among)
    count = len(ordered)
    match to:
        case Reference.MEAN:
            value, text = sum(ordered, Fraction(0)) / count, say("mean of the peers")
        case Reference.POOLED:
            _note_uncounted(book, case)
            over = sum((numerator for _, numerator, _ in among), Fraction(0))
            under = sum((denominator for _, _, denominator in among), Fraction(0))
            value, text = over / under, say("all peers' numerators over all denominators")
        case Reference.MEDIAN:
            value = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
            text = say("median of the peers")
        case Reference.BEST:
            value = ordered[-1] if case.measured.direction is Direction.HIGHER else ordered[0]
            text = say("best of the peers")
        case Reference.PERCENTILE:
            assert percentile is not None
            value = ordered[max(1, ceil(percentile * count)) - 1]
            text = say("the smallest value that {share} of the peers do not exceed", share=percent(percentile))
        case _ as never:
            assert_never(never)
    return _step(book, case, text, value, count)


def counted(book: Book, case: Case) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Value, numerator and denominator of every peer that has one; read once for all who have it on their sheets."""
    key = (case.measured, case.window, book.facts.league(case.subject), case.scopes)
    if key not in book.leagues:
        found = []
        for peer in case.peers(book.facts):
            reading = read(book, replace(case, subject=peer))
            if reading.value is not None:
                found.append((reading.value, reading.numerator, reading.denominator))
        book.leagues[key] = found
    return book.leagues[key]


def _note_uncounted(book: Book, case: Case) -> None:
    if not read(book, case).counted:
        expected = say("numerator and denominator, since the peers are pooled")
        book.fault("DX606", case, expected, say("a ratio given only as a decimal"))


def _step(book: Book, case: Case, text: Text, value: Fraction, count: int) -> Step:
    worked = say("{value} over {count} peers", value=shown(value, book.indicator(case.measured)), count=count)
    return Step(StepKind.COMPUTED, say("reference"), text, worked, value, case.at)
