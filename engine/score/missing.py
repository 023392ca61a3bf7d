"""When there is no value, or no parameter: what the contract says that means."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from engine.score.book import Book, Case
from engine.score.derivation import NOTHING, Step, StepKind, clamped, operand, readable
from engine.score.earned import ZERO, Earned, exempted, refused
from engine.score.reading import Found, Reading, read
from rules.diagnostic import say
from rules.period import Period
from rules.scoring_terms import FromData, Missing, MissingPolicy, PartPoints


def without_value(book: Book, case: Case, reading: Reading) -> Earned:
    """The missing-value policy. Incomplete periods are always a fault here: `incomplete: reported` gives a value."""
    match reading.found:
        case Found.NOT_DUE:
            return exempted(case, reading.step, say("not due yet"))
        case Found.TOO_SMALL:
            return _too_small(case, reading)
        case Found.NO_SCORE:
            return exempted(case, reading.step, say("no score to make it of: exempt"))
        case Found.INCOMPLETE:
            _note_lacking(book, case, "DX602", reading.lacking)
            return refused(case, reading.step)
        case _ if (policy := _policy(case, reading.found)) is not Missing.ERROR:
            return as_agreed(case, policy, reading.step)
        case Found.NOTHING_TO_COUNT:
            hint = say("state min_denominator: 1 to exempt it, or what missing means")
            book.fault("DX607", case, say("a denominator above 0"), say("nothing to count: 0 / 0"), hint)
            return refused(case, reading.step)
        case _:
            _note_lacking(book, case, "DX601", reading.lacking)
            return refused(case, reading.step)


def _policy(case: Case, found: Found) -> MissingPolicy:
    """What is agreed for it; that there was nothing to count may mean something else than that nothing was reported."""
    if found is Found.NOTHING_TO_COUNT and case.measured.nothing_to_count is not None:
        return case.measured.nothing_to_count
    return case.measured.missing


def _too_small(case: Case, reading: Reading) -> Earned:
    least = case.measured.min_denominator or 0
    return exempted(case, reading.step, say("exempt below a denominator of {least}", least=least))


def _note_lacking(book: Book, case: Case, code: str, lacking: tuple[Period, ...]) -> None:
    expected = say("a value of {indicator}", indicator=book.indicator(case.measured).label)
    hint = say("report it, or state in the contract what missing means: zero, full or exempt")
    for period in lacking:
        book.fault(code, replace(case, window=period), expected, say("nothing reported"), hint)


def as_agreed(case: Case, missing: MissingPolicy, seen: Step) -> Earned:
    """Zero, full, exempt, or so many points; the target counts as met where that is all of them."""
    match missing:
        case Missing.EXEMPT:
            return exempted(case, seen, say("nothing reported: exempt"))
        case Missing.FULL:
            points, rule = case.points, say("nothing reported: full points")
        case PartPoints(points=points):
            rule = say("nothing reported: {points} points", points=readable(points))
        case _:
            points, rule = ZERO, say("nothing reported: no points")
    met = missing is Missing.FULL or (isinstance(missing, PartPoints) and points >= case.points)
    return Earned(points, met, Step(StepKind.MISSING, seen.title, rule, NOTHING, points, case.at, (seen,)))


def without_parameter(book: Book, case: Case, seen: Step, *agreed: Fraction | FromData) -> Earned:
    """No target, baseline or threshold: a fault was noted, or last year's value is lacking as the contract foresees."""
    if FromData.LAST_YEAR in agreed:
        before = read(book, _year_before(case))
        if before.found is Found.TOO_SMALL:
            return _too_small(case, before)
    missing = case.measured.missing
    return refused(case, seen) if missing is Missing.ERROR else as_agreed(case, missing, seen)


PARAMETERS = {
    "target": say("the target"),
    "last_target": say("last year's target"),
    "baseline": say("the baseline"),
    "benchmark": say("the benchmark"),
    "zero_at": say("the value worth no points"),
    "full_at": say("the value worth full points"),
    "times": say("the factor"),
}


def parameter(book: Book, case: Case, agreed: Fraction | FromData, name: str) -> Fraction | None:
    """The number agreed: in the contract, in the targets table, or with the party's own value of the year before."""
    match agreed:
        case FromData.BY_PARTY:
            return _by_party(book, case, name)
        case FromData.LAST_YEAR:
            return _last_year(book, case, name)
        case FromData.CARRIED:
            return _carried(book, case)
        case number:
            return number


def _by_party(book: Book, case: Case, name: str) -> Fraction | None:
    indicator = book.indicator(case.measured)
    agreed = book.facts.target(case.subject.code, indicator.id, name)
    if agreed is None:
        word = PARAMETERS[name]
        expected = say("{parameter} of {indicator} in the targets table", parameter=word, indicator=indicator.label)
        book.fault("DX603", case, expected, say("none for {subject}", subject=case.subject.code))
    return agreed


def _last_year(book: Book, case: Case, name: str) -> Fraction | None:
    before = _year_before(case)
    reading = read(book, before)
    foreseen = reading.found is Found.TOO_SMALL or case.measured.missing is not Missing.ERROR
    if reading.value is None and not foreseen:
        expected = say("the value of {year}, as {parameter}", year=case.window.year - 1, parameter=PARAMETERS[name])
        book.fault("DX604", before, expected, say("nothing reported for that year"))
    return reading.value


def _carried(book: Book, case: Case) -> Fraction | None:
    """This year's task with what is left of last year's, or without what was done beyond it."""
    terms = _by_party(book, case, "target"), _by_party(book, case, "last_target"), _last_year(book, case, "target")
    agreed, before, done = terms
    return None if agreed is None or before is None or done is None else max(agreed + before - done, ZERO)


def carried_told(book: Book, case: Case, earned: Earned) -> Earned:
    """What was earned against a carried target, with how that came about."""
    subject, indicator = case.subject.code, book.indicator(case.measured)
    agreed = book.facts.target(subject, indicator.id, "target")
    before = book.facts.target(subject, indicator.id, "last_target")
    done = read(book, _year_before(case))
    if agreed is None or before is None or done.value is None:
        return earned
    terms = {"agreed": readable(agreed), "before": readable(before), "done": operand(readable(done.value))}
    title, rule = (
        say("the target of {name}", name=indicator.label),
        say("this year's task + last year's - what was done then"),
    )
    worked = say("{agreed} + {before} - {done}", **terms)
    step = Step(StepKind.COMPUTED, title, rule, worked, agreed + before - done.value, case.at, (done.step,))
    steps = (*earned.step.steps, clamped(step, ZERO, None))
    return replace(earned, step=replace(earned.step, steps=steps))


def _year_before(case: Case) -> Case:
    return replace(case, window=case.window.year_before)
