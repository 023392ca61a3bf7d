"""The value of an indicator over a window: from observations, period by period, to one exact number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from engine.facts import Subject
from engine.score.book import Book, Case
from engine.score.derivation import NOTHING, Step, StepKind, readable, shown
from engine.score.of_scores import value_of_scores
from engine.score.past import mean_of_past
from rules.diagnostic import Span, say
from rules.indicator import Indicator, Kind
from rules.period import Period
from rules.scoring_terms import Direction, Incomplete, Over


class Found(Enum):
    """What reading came to."""

    VALUE = "value"
    NOT_DUE = "not due yet"
    NOTHING_REPORTED = "nothing reported"
    INCOMPLETE = "some periods not reported"
    NOTHING_TO_COUNT = "denominator zero"
    TOO_SMALL = "denominator below the minimum"
    NO_SCORE = "made of scores, of which there is none"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with where it came from; `lacking` are the periods that were due and not reported.

    `numerator` and `denominator` are what is pooled with the peers'; `counted` says that they are real counts.
    """

    found: Found
    value: Fraction | None
    step: Step
    lacking: tuple[Period, ...] = ()
    numerator: Fraction = Fraction(0)
    denominator: Fraction = Fraction(1)
    counted: bool = True


@dataclass(frozen=True, slots=True)
class _Amount:
    """One period's value; ratios keep both numbers so that sums can pool them."""

    period: Period
    numerator: Fraction
    denominator: Fraction
    counted: bool
    sources: tuple[Span, ...]

    @property
    def value(self) -> Fraction | None:
        return self.numerator / self.denominator if self.denominator else None


def read(book: Book, case: Case, entry: str = "") -> Reading:
    """The value of the case's indicator over its window, under the period rule of the measure."""
    indicator = book.indicator(case.measured)
    if indicator.scores is not None:
        value, step = value_of_scores(book, case, indicator, indicator.scores)
        return Reading(Found.NO_SCORE if value is None else Found.VALUE, value, step, numerator=value or Fraction(0))
    if indicator.past is not None:
        value, step = mean_of_past(book.facts, case.subject.code, indicator, indicator.past, case.at)
        if value is None:
            return Reading(Found.NOTHING_REPORTED, None, step, (case.window,))
        return Reading(Found.VALUE, value, step, numerator=value)
    inside = case.window.parts(indicator.every)
    due = tuple(p for p in inside if book.facts.snapshot.due(p) and _counts(case, p))
    amounts = {p: a for p in due if (a := _amount(book, case.subject, indicator, p, entry)) is not None}
    lacking = tuple(p for p in due if p not in amounts)
    if not due:
        return Reading(Found.NOT_DUE, None, _blank(indicator, case))
    if not amounts:
        return Reading(Found.NOTHING_REPORTED, None, _blank(indicator, case), lacking)
    if lacking and case.measured.incomplete is Incomplete.ERROR and _needs_all(case, lacking, due):
        return Reading(Found.INCOMPLETE, None, _blank(indicator, case), lacking)
    return _combine(book, case, indicator, amounts)


def _counts(case: Case, period: Period) -> bool:
    """A period without weight is not asked for."""
    rule = case.measured.period
    return rule.over is not Over.WEIGHTED or rule.weights[period.number - 1] > 0


def _needs_all(case: Case, lacking: tuple[Period, ...], due: tuple[Period, ...]) -> bool:
    """`last` needs the last due period only; every other rule needs them all."""
    return case.measured.period.over is not Over.LAST or due[-1] in lacking


def _amount(book: Book, subject: Subject, indicator: Indicator, period: Period, entry: str) -> _Amount | None:
    if indicator.derived is not None:
        return _derived(book, subject, indicator, period)
    if indicator.kind is Kind.CHECKLIST and book.facts.reported(subject.code, indicator.id, period):
        ticked = book.facts.observation(subject.code, indicator.id, period, entry)
        if ticked is None:
            return _Amount(period, Fraction(0), Fraction(1), True, ())
    seen = book.facts.observation(subject.code, indicator.id, period, entry)
    if seen is None:
        return None
    sources = (seen.place,) if seen.place else ()
    return _Amount(period, Fraction(seen.numerator), Fraction(seen.denominator), seen.counted, sources)


def _derived(book: Book, subject: Subject, indicator: Indicator, period: Period) -> _Amount | None:
    """(sum of add - sum of subtract) / sum of per; nothing as soon as one source is not reported."""
    assert indicator.derived is not None
    parts: dict[str, _Amount] = {}
    for source in indicator.derived.sources:
        amount = _amount(book, subject, book.contract.indicator_by_id[source], period, "")
        if amount is None or amount.value is None:
            return None
        parts[source] = amount

    def total(sources: tuple[str, ...]) -> Fraction:
        return sum((part.numerator / part.denominator for part in map(parts.__getitem__, sources)), Fraction(0))

    places = tuple(place for part in parts.values() for place in part.sources)
    numerator = total(indicator.derived.add) - total(indicator.derived.subtract)
    denominator = total(indicator.derived.per) if indicator.derived.per else Fraction(1)
    return _Amount(period, numerator, denominator, True, places)


def _combine(book: Book, case: Case, indicator: Indicator, amounts: dict[Period, _Amount]) -> Reading:
    over = case.measured.period.over
    steps = tuple(_period_step(indicator, amount) for amount in amounts.values())
    if over is Over.LAST or len(amounts) == 1:
        latest = amounts[max(amounts, key=lambda period: period.last_month)]
        return _pooled(book, case, indicator, [latest], steps[-1:])
    if over is Over.SUM and indicator.kind is Kind.RATIO:
        if not all(amount.counted for amount in amounts.values()):
            expected = say("numerator and denominator of every period, since ratios over several periods are pooled")
            book.fault("DX606", case, expected, say("a ratio given only as a decimal"))
        return _pooled(book, case, indicator, list(amounts.values()), steps)
    return _averaged(book, case, indicator, amounts, steps)


def _pooled(book: Book, case: Case, indicator: Indicator, amounts: list[_Amount], steps: tuple[Step, ...]) -> Reading:
    """The sum of numerators over the sum of denominators (of one amount: itself)."""
    numerator = sum((amount.numerator for amount in amounts), Fraction(0))
    denominator = sum((amount.denominator for amount in amounts), Fraction(0))
    single = steps[0] if len(amounts) == 1 else None
    if _too_small(book, case, amounts):
        found, value = Found.TOO_SMALL, None
    elif denominator == 0:
        found, value = Found.NOTHING_TO_COUNT, None
    else:
        found, value = Found.VALUE, numerator / denominator
    counted = all(amount.counted for amount in amounts)
    if single is not None:
        return Reading(found, value, single, (), numerator, denominator, counted)
    title, rule = say("{name}", name=indicator.label), say("sum of numerators / sum of denominators")
    worked = say("{numerator} ÷ {denominator}", numerator=readable(numerator), denominator=readable(denominator))
    step = Step(StepKind.COMPUTED, title, rule, worked, value, case.at, steps)
    return Reading(found, value, step, (), numerator, denominator, counted)


def _too_small(book: Book, case: Case, amounts: Collection[_Amount]) -> bool:
    """Whether all denominators together stay below the smallest one agreed."""
    least = case.measured.min_denominator
    if least is None:
        return False
    if not all(amount.counted for amount in amounts):
        expected = say("numerator and denominator, since the item has a smallest denominator")
        book.fault("DX606", case, expected, say("a ratio given only as a decimal"))
    return sum((amount.denominator for amount in amounts), Fraction(0)) < least


def _averaged(
    book: Book, case: Case, indicator: Indicator, amounts: dict[Period, _Amount], steps: tuple[Step, ...]
) -> Reading:
    """Sum, mean or weighted mean of the periods' values; a period with nothing to count does not enter."""
    values = {period: amount.value for period, amount in amounts.items() if amount.value is not None}
    title = say("{name}", name=indicator.label)
    match case.measured.period.over:
        case Over.SUM:
            weights, rule = {period: Fraction(1) for period in values}, say("sum of the periods")
            divisor = Fraction(1)
        case Over.WEIGHTED:
            weights = {period: case.measured.period.weights[period.number - 1] for period in values}
            rule, divisor = say("weighted mean of the periods"), sum(weights.values(), Fraction(0))
        case Over.BEST:
            values = _best(case, values)
            weights, rule = {period: Fraction(1) for period in values}, say("mean of the best periods")
            divisor = Fraction(len(values))
        case _:
            weights, rule = {period: Fraction(1) for period in values}, say("mean of the periods")
            divisor = Fraction(len(values))
    if _too_small(book, case, amounts.values()):
        return Reading(Found.TOO_SMALL, None, Step(StepKind.MISSING, title, rule, NOTHING, None, case.at, steps))
    if not values:
        return Reading(Found.NOTHING_TO_COUNT, None, Step(StepKind.MISSING, title, rule, NOTHING, None, case.at, steps))
    value = sum((weights[period] * values[period] for period in values), Fraction(0)) / divisor
    terms = " + ".join(
        readable(v) if weights[p] == 1 else f"{readable(weights[p])} × {readable(v)}" for p, v in values.items()
    )
    worked = (
        say("({terms}) ÷ {divisor}", terms=terms, divisor=readable(divisor))
        if divisor != 1
        else say("{terms}", terms=terms)
    )
    numerator = sum((amount.numerator for amount in amounts.values()), Fraction(0))
    denominator = sum((amount.denominator for amount in amounts.values()), Fraction(0))
    counted = all(amount.counted for amount in amounts.values())
    step = Step(StepKind.COMPUTED, title, rule, worked, value, case.at, steps)
    return Reading(Found.VALUE, value, step, (), numerator, denominator, counted)


def _best(case: Case, values: dict[Period, Fraction]) -> dict[Period, Fraction]:
    """The agreed number of periods with the best values, in the order of the calendar."""
    higher = case.measured.direction is Direction.HIGHER
    ordered = sorted(values, key=values.__getitem__, reverse=higher)[: case.measured.period.count]
    return {period: value for period, value in values.items() if period in ordered}


def _period_step(indicator: Indicator, amount: _Amount) -> Step:
    title = say("{name}, {period}", name=indicator.label, period=str(amount.period))
    if indicator.kind is Kind.RATIO and amount.counted:
        over, under = readable(amount.numerator), readable(amount.denominator)
        value = shown(amount.value, indicator) if amount.value is not None else "-"
        worked = say("{numerator} ÷ {denominator} = {value}", numerator=over, denominator=under, value=value)
    else:
        worked = say("{value}", value=shown(amount.value, indicator) if amount.value is not None else "-")
    rule = say("as derived") if indicator.derived else say("as reported")
    return Step(StepKind.OBSERVED, title, rule, worked, amount.value, (), (), amount.sources)


def _blank(indicator: Indicator, case: Case) -> Step:
    return Step(
        StepKind.MISSING,
        say("{name}", name=indicator.label),
        say("as reported"),
        say("nothing reported"),
        None,
        case.at,
    )
