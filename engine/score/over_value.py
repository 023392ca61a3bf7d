"""Methods that look at the value itself: bands, straight lines, marks, checklists."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from engine.score.against_target import completion, percent, target_met
from engine.score.book import Book, Case
from engine.score.derivation import Step, StepKind, bounds, clamped, readable, shown
from engine.score.earned import ZERO, Earned, computed, refused
from engine.score.missing import parameter, without_parameter, without_value
from engine.score.reading import read
from rules.diagnostic import say
from rules.scoring import Band, Checklist, Improvement, Linear, Tiers
from rules.scoring_terms import Direction, Parameter


def tiers(book: Book, case: Case, rule: Tiers, value: Fraction, seen: Step) -> Earned:
    """The points of the band that holds the value, or the completion rate where a target is given."""
    if rule.target is not None:
        return _tiers_of_completion(book, case, rule, rule.target, value, seen)
    indicator = book.indicator(case.measured)
    band = next((band for band in rule.bands if value in band), None)
    met = band is not None and band.points >= case.points
    return _in_band(book, case, seen, band, met, shown(value, indicator), lambda bound: shown(bound, indicator))


def _tiers_of_completion(book: Book, case: Case, rule: Tiers, agreed: Parameter, value: Fraction, seen: Step) -> Earned:
    target = parameter(book, case, agreed, "target")
    if target is None:
        return without_parameter(book, case, seen, agreed)
    rate = completion(book, case, value, target)
    if rate is None:
        return refused(case, seen)
    indicator, what = book.indicator(case.measured), percent(rate)
    band = next((band for band in rule.bands if rate in band), None)
    if case.measured.direction is Direction.LOWER and value <= 0 and value < target:
        # Target / 0 is beyond every rate: a band that ends somewhere would put none at all behind a few.
        band = next((band for band in rule.bands if band.high is None), None)
        what = f"{shown(target, indicator)} / {shown(value, indicator)}"
    return _in_band(book, case, seen, band, target_met(case, value, target), what, percent)


def _in_band(
    book: Book, case: Case, seen: Step, band: Band | None, met: bool, what: str, write: Callable[[Fraction], str]
) -> Earned:
    if band is None:
        book.fault("DX609", case, say("a value inside one of the bands"), say("{value}", value=what))
        return refused(case, seen)
    held = bounds(band, write)
    text = say("tier {band}: {points} points", band=held, points=readable(band.points))
    worked = say("{value} lies in the tier {band}", value=what, band=held)
    return Earned(band.points, met, computed(case, seen, text, worked, band.points))


def linear(book: Book, case: Case, rule: Linear, value: Fraction, seen: Step) -> Earned:
    """Straight between the two thresholds, whichever of them is the higher."""
    zero_at = parameter(book, case, rule.zero_at, "zero_at")
    full_at = parameter(book, case, rule.full_at, "full_at")
    if zero_at is None or full_at is None:
        return without_parameter(book, case, seen, rule.zero_at, rule.full_at)
    if zero_at == full_at:
        book.fault("DX608", case, say("two thresholds that differ"), say("{value}", value=readable(zero_at)))
        return refused(case, seen)
    return _straight_line(book, case, value, zero_at, full_at, seen)


def improvement(book: Book, case: Case, rule: Improvement, value: Fraction, seen: Step) -> Earned:
    """The share of the way from the party's own baseline to the benchmark."""
    baseline = parameter(book, case, rule.baseline, "baseline")
    benchmark = parameter(book, case, rule.benchmark, "benchmark")
    if baseline is None or benchmark is None:
        return without_parameter(book, case, seen, rule.baseline, rule.benchmark)
    if not target_met(case, baseline, benchmark):
        return _straight_line(book, case, value, baseline, benchmark, seen)
    indicator, met = book.indicator(case.measured), target_met(case, value, benchmark)
    at, points = shown(benchmark, indicator), case.points if met else ZERO
    text = say("already at the benchmark of {benchmark}: full points while it stays there", benchmark=at)
    worked = say("{value} against {benchmark}", value=shown(value, indicator), benchmark=at)
    return Earned(points, met, computed(case, seen, text, worked, points))


def _straight_line(book: Book, case: Case, value: Fraction, zero_at: Fraction, full_at: Fraction, seen: Step) -> Earned:
    indicator = book.indicator(case.measured)
    zero, full, actual = (shown(number, indicator) for number in (zero_at, full_at, value))
    rule = say("straight line from 0 points at {zero} to full points at {full}", zero=zero, full=full)
    worked = say(
        "{points} × ({value} - {zero}) ÷ ({full} - {zero})",
        points=readable(case.points), value=actual, zero=zero, full=full,
    )  # fmt: skip
    share = (value - zero_at) / (full_at - zero_at)
    step = clamped(computed(case, seen, rule, worked, case.points * share), ZERO, case.points)
    return Earned(step.value, share >= 1, step)


def mark(book: Book, case: Case, value: Fraction, seen: Step) -> Earned:
    """The assessor's mark itself."""
    if not 0 <= value <= case.points:
        expected = say("a mark from 0 to {points}", points=readable(case.points))
        book.fault("DX605", case, expected, say("{mark}", mark=readable(value)))
        return refused(case, seen)
    step = computed(case, seen, say("the assessor's mark"), say("{mark}", mark=readable(value)), value)
    return Earned(value, value == case.points, step)


def checklist(book: Book, case: Case, rule: Checklist) -> Earned:
    """The points of the entries ticked; over several periods, of the share of periods in which each was."""
    names = {entry.id: entry.label for entry in book.indicator(case.measured).entries}
    readings = {entry: read(book, case, entry) for entry in rule.entries}
    first = next(iter(readings.values()))
    if first.value is None:
        return without_value(book, case, first)
    parts = []
    for entry, worth in rule.entries.items():
        ticked = readings[entry].value or ZERO
        worked = say("{points} × {share}", points=readable(worth), share=readable(ticked))
        title, sources = say("{name}", name=names[entry]), readings[entry].step.sources
        rule_text = say("points when ticked")
        parts.append(Step(StepKind.OBSERVED, title, rule_text, worked, worth * ticked, case.at, (), sources))
    total = sum((part.value for part in parts if part.value), ZERO)
    text = say("sum of the points of the entries ticked")
    worked = say("{terms}", terms=" + ".join(readable(part.value) for part in parts if part.value) or "0")
    title = say("{name}", name=book.indicator(case.measured).label)
    step = Step(StepKind.COMPUTED, title, text, worked, total, case.at, tuple(parts))
    return Earned(total, total == sum(rule.entries.values()), step)
