"""What a method earns for everybody at once, and what it means that a value or a parameter is lacking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.columnar.exact import Cases, Held, Ratio, choose, constant, exactly, whole
from engine.columnar.plan import Truth
from engine.columnar.readings import Reading, read
from engine.columnar.scribe import Case, Scribe, input_column
from rules.diagnostic import say
from rules.period import Period
from rules.scoring_terms import FromData, Missing, MissingPolicy, PartPoints


@dataclass(frozen=True, slots=True)
class Earned:
    """Points by cases; where `exempt` they mean nothing. `met`: whether the target was reached."""

    points: Cases
    exempt: Truth
    met: Truth


def without_value(scribe: Scribe, case: Case, reading: Reading, earned: Earned) -> Earned:
    """What was earned where there is a value; elsewhere what the contract says about a missing one."""
    if not reading.due:
        return Earned(exactly(constant(scribe.plan, Fraction(0))), scribe.plan.truth(True), scribe.plan.truth(True))
    for period, lacking in reading.lacking:
        _note_lacking(scribe, case, "DX602", period, reading.incomplete & lacking)
    agreed, uncounted = case.measured.missing, case.measured.nothing_to_count
    uncounted = agreed if uncounted is None else uncounted
    if uncounted is Missing.ERROR:
        hint = say("state min_denominator: 1 to exempt it, or what missing means")
        scribe.note(
            "DX607", case, reading.nothing_to_count, say("a denominator above 0"), say("nothing to count: 0 / 0"), hint
        )
    if agreed is Missing.ERROR:
        for period, lacking in reading.lacking:
            _note_lacking(scribe, case, "DX601", period, reading.nothing_reported & lacking)
    earned = exempt_where(earned, reading.too_small | reading.incomplete | reading.no_score)
    earned = as_agreed(earned, case, reading.nothing_to_count, uncounted)
    return as_agreed(earned, case, reading.nothing_reported, agreed)


def _note_lacking(scribe: Scribe, case: Case, code: str, period: Period, truth: Truth) -> None:
    expected = say("a value of {indicator}", indicator=scribe.indicator(case.measured).label)
    hint = say("report it, or state in the contract what missing means: zero, full or exempt")
    scribe.note(code, replace(case, window=period), truth, expected, say("nothing reported"), hint)


def exempt_where(earned: Earned, truth: Truth) -> Earned:
    """Exempt there; so is what a fault was noted for, since the assessment will be refused."""
    return Earned(earned.points, (earned.exempt | truth).settled(), (earned.met | truth).settled())


def as_agreed(earned: Earned, case: Case, truth: Truth, agreed: MissingPolicy) -> Earned:
    """Zero, full, part of the points or exempt, where that holds; exempt too where a fault was noted."""
    if truth.value is False:
        return earned
    truth = truth.settled()
    match agreed:
        case Missing.EXEMPT | Missing.ERROR:
            return exempt_where(earned, truth)
        case Missing.FULL:
            worth, reached = case.points, True
        case PartPoints(points=worth):
            reached = worth >= case.points
        case _:
            worth, reached = Fraction(0), False
    points = Held(constant(truth.plan, worth))
    met = earned.met | truth if reached else earned.met & ~truth
    return Earned(earned.points.first((truth, points)), (earned.exempt & ~truth).settled(), met.settled())


PARAMETERS = {
    "target": say("the target"),
    "last_target": say("last year's target"),
    "baseline": say("the baseline"),
    "benchmark": say("the benchmark"),
    "zero_at": say("the value worth no points"),
    "full_at": say("the value worth full points"),
    "times": say("the factor"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """An agreed number; where not `has` there is none. `too_small`: last year's value stands on too little."""

    value: Ratio
    has: Truth
    too_small: Truth


def parameter(scribe: Scribe, case: Case, agreed: Fraction | FromData, name: str) -> Parameter:
    """The number agreed: in the contract, in the targets table, or the party's own value of the year before."""
    never = scribe.plan.truth(False)
    match agreed:
        case FromData.BY_PARTY:
            return Parameter(*_by_party(scribe, case, name), never)
        case FromData.LAST_YEAR:
            return _last_year(scribe, case, name)
        case FromData.CARRIED:
            return _carried(scribe, case)
        case number:
            return Parameter(constant(scribe.plan, number), scribe.plan.truth(True), never)


def _by_party(scribe: Scribe, case: Case, name: str) -> tuple[Ratio, Truth]:
    indicator = scribe.indicator(case.measured)
    amount = scribe.columns.parameters.get((indicator.id, name))
    has = scribe.plan.truth(False if amount is None else amount.reported)
    word = PARAMETERS[name]
    expected = say("{parameter} of {indicator} in the targets table", parameter=word, indicator=indicator.label)
    scribe.note("DX603", case, ~has, expected, say("none for this party"))
    if amount is None:
        return constant(scribe.plan, Fraction(0)), has
    return whole(input_column(scribe, amount.numerator), amount.scale), has


def _last_year(scribe: Scribe, case: Case, name: str) -> Parameter:
    before = replace(case, window=case.window.year_before)
    reading = read(scribe, before)
    if case.measured.missing is Missing.ERROR:
        expected = say("the value of {year}, as {parameter}", year=before.window.year, parameter=PARAMETERS[name])
        lacking = ~reading.has & ~reading.too_small
        scribe.note("DX604", before, lacking, expected, say("nothing reported for that year"))
    return Parameter(reading.value, reading.has, reading.too_small)


def _carried(scribe: Scribe, case: Case) -> Parameter:
    """Both targets agreed, less what was done last year; not below 0."""
    agreed, has = _by_party(scribe, case, "target")
    before, had = _by_party(scribe, case, "last_target")
    done = _last_year(scribe, case, "target")
    left = agreed.plus(before).minus(done.value).settled()
    value = choose(left.is_at_least(Fraction(0)), left, constant(scribe.plan, Fraction(0))).settled()
    return Parameter(value, (has & had & done.has).settled(), done.too_small)


def without_parameter(case: Case, earned: Earned, parameters: Sequence[Parameter]) -> Earned:
    """Without a target, baseline or threshold: exempt where last year's value stood on too little, else as missing says."""
    plan = earned.exempt.plan
    lost = ~plan.all_of(one.has for one in parameters)
    too_small = lost & plan.any_of(one.too_small for one in parameters)
    earned = exempt_where(earned, too_small)
    absent = lost & ~too_small
    return as_agreed(earned, case, absent, case.measured.missing)
