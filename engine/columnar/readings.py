"""The value of an indicator over a window, for everybody at once: which periods are due, what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.columnar.exact import Ratio, choose, constant, total, weighed, whole
from engine.columnar.of_scores import value_of_scores
from engine.columnar.order import best_of
from engine.columnar.past import mean_of_past
from engine.columnar.plan import Truth
from engine.columnar.scribe import Case, Scribe, input_column
from rules.diagnostic import say
from rules.indicator import Indicator, Kind
from rules.period import Period
from rules.scoring_terms import Direction, Incomplete, Over
from targets.columns.year import Amount


@dataclass(frozen=True, slots=True)
class Reading:
    """At most one of `too_small`, `incomplete`, `nothing_to_count`, `nothing_reported` and `no_score` holds, and if none
    does, `has`.

    `numerator` and `denominator` are what is pooled with the peers'; `counted`, that they are real counts. Not due: none
    of these holds, and `due` is False for everybody.
    """

    due: bool
    value: Ratio
    has: Truth
    too_small: Truth
    incomplete: Truth
    nothing_to_count: Truth
    nothing_reported: Truth
    lacking: tuple[tuple[Period, Truth], ...]
    numerator: Ratio
    denominator: Ratio
    counted: Truth
    no_score: Truth


@dataclass(frozen=True, slots=True)
class Reported:
    """One period: `numerator / denominator` where `there`; 0 / 1 elsewhere."""

    period: Period
    numerator: Ratio
    denominator: Ratio
    there: Truth
    counted: Truth


def read(scribe: Scribe, case: Case, entry: str = "") -> Reading:
    """The value of the case's indicator over its window, under the period rule of the measure."""
    measured, indicator = case.measured, scribe.indicator(case.measured)
    if indicator.scores is not None:
        return _of_scores(scribe, *value_of_scores(scribe, case, indicator.scores))
    if indicator.past is not None:
        return _of_past(scribe, case, *mean_of_past(scribe, indicator.past))
    rule = measured.period
    due = [
        period
        for period in case.window.parts(indicator.every)
        if scribe.due(period)
        and (rule.over is not Over.WEIGHTED or rule.weights[period.number - 1] > 0)
    ]  # fmt: skip
    reported = [_reported(scribe, indicator, period, entry) for period in due]
    if not due:
        return _not_due(scribe)
    anything = scribe.plan.any_of(one.there for one in reported)
    lacking = tuple((one.period, ~one.there) for one in reported)
    incomplete = scribe.plan.truth(False)
    if measured.incomplete is Incomplete.ERROR:
        last_only = rule.over is Over.LAST
        needed = reported[-1:] if last_only else reported
        incomplete = (anything & ~scribe.plan.all_of(one.there for one in needed)).settled()
    complete = (anything & ~incomplete).settled()
    reading = _combined(scribe, case.narrowed(complete), indicator, reported)
    return replace(
        reading,
        has=(complete & reading.has).settled(), too_small=(complete & reading.too_small).settled(),
        nothing_to_count=(complete & reading.nothing_to_count).settled(), incomplete=incomplete,
        nothing_reported=(~anything).settled(), lacking=lacking,
    )  # fmt: skip


def _not_due(scribe: Scribe) -> Reading:
    never, nothing = scribe.plan.truth(False), constant(scribe.plan, Fraction(0))
    one = constant(scribe.plan, Fraction(1))
    return Reading(False, nothing, never, never, never, never, never, (), nothing, one, scribe.plan.truth(True), never)


def _of_scores(scribe: Scribe, value: Ratio, there: Truth) -> Reading:
    """Where there is no score to make it of, it is exempt, whatever is agreed for a missing value."""
    never, one = scribe.plan.truth(False), constant(scribe.plan, Fraction(1))
    return Reading(True, value, there, never, never, never, never, (), value, one, scribe.plan.truth(True), ~there)


def _of_past(scribe: Scribe, case: Case, value: Ratio, there: Truth) -> Reading:
    """Where no earlier year is recorded nothing was reported."""
    nothing = ~there
    return replace(
        _of_scores(scribe, value, there), nothing_reported=nothing, lacking=((case.window, nothing),),
        no_score=scribe.plan.truth(False),
    )  # fmt: skip


def _reported(scribe: Scribe, indicator: Indicator, period: Period, entry: str) -> Reported:
    if indicator.derived is not None:
        return _derived(scribe, indicator, period)
    told = period.as_reported
    amount = scribe.columns.amounts.get((indicator.id, told, entry))
    there = _there(scribe, amount)
    if indicator.kind is Kind.CHECKLIST:
        entries = [scribe.columns.amounts.get((indicator.id, told, one.id)) for one in indicator.entries]
        there = scribe.plan.any_of(_there(scribe, one) for one in entries).settled()
    if amount is None:
        nothing, one = constant(scribe.plan, Fraction(0)), constant(scribe.plan, Fraction(1))
        return Reported(period, nothing, one, there, scribe.plan.truth(True))
    numerator = whole(input_column(scribe, amount.numerator), amount.scale)
    divisor = amount.denominator
    denominator = whole(scribe.plan.constant(1) if divisor is None else input_column(scribe, divisor))
    return Reported(period, numerator, denominator, there, scribe.plan.truth(amount.counted))


def _there(scribe: Scribe, amount: Amount | None) -> Truth:
    return scribe.plan.truth(False if amount is None else amount.reported)


def _derived(scribe: Scribe, indicator: Indicator, period: Period) -> Reported:
    """(sum of add - sum of subtract) / sum of per; nothing as soon as one source is not reported or has no value."""
    assert indicator.derived is not None
    parts: dict[str, Ratio] = {}
    there = []
    for source in indicator.derived.sources:
        amount = _reported(scribe, scribe.contract.indicator_by_id[source], period, "")
        empty = amount.denominator.equals(Fraction(0))
        parts[source] = amount.numerator.per(amount.denominator)
        there += [amount.there, ~empty]
    reported = scribe.plan.all_of(there).settled()

    def added(sources: Sequence[str]) -> Ratio:
        return total(scribe.plan, map(parts.__getitem__, sources))

    nothing, one = constant(scribe.plan, Fraction(0)), constant(scribe.plan, Fraction(1))
    numerator = added(indicator.derived.add).minus(added(indicator.derived.subtract))
    denominator = added(indicator.derived.per) if indicator.derived.per else one
    return Reported(
        period, choose(reported, numerator, nothing).settled(), choose(reported, denominator, one).settled(), reported,
        scribe.plan.truth(True),
    )  # fmt: skip


def _combined(scribe: Scribe, case: Case, indicator: Indicator, reported: Sequence[Reported]) -> Reading:
    """The year's value from what was reported; the last period alone, all pooled, or an average."""
    over = case.measured.period.over
    if over is Over.LAST or len(reported) == 1:
        return _of_latest(scribe, case, reported)
    if over is Over.SUM and indicator.kind is Kind.RATIO:
        several = scribe.plan.count(one.there for one in reported).is_above(1)
        expected = say("numerator and denominator of every period, since ratios over several periods are pooled")
        found = say("a ratio given only as a decimal")
        scribe.note("DX606", case, several & ~_all_counted(scribe, reported), expected, found)
        return _pooled(scribe, case, reported)
    return _averaged(scribe, case, reported)


def _of_latest(scribe: Scribe, case: Case, reported: Sequence[Reported]) -> Reading:
    """The latest period that was reported; under `incomplete: error` that is the last one."""
    latest, *rest = reversed(reported)
    if case.measured.incomplete is Incomplete.REPORTED:
        for before in rest:
            latest = Reported(
                latest.period,
                choose(latest.there, latest.numerator, before.numerator).settled(),
                choose(latest.there, latest.denominator, before.denominator).settled(),
                (latest.there | before.there).settled(),
                latest.there.choose_truth(latest.counted, before.counted).settled(),
            )
    return _pooled(scribe, case, [replace(latest, there=scribe.plan.truth(True))])


def _all_counted(scribe: Scribe, reported: Sequence[Reported]) -> Truth:
    return scribe.plan.all_of(~one.there | one.counted for one in reported).settled()


def _pooled(scribe: Scribe, case: Case, reported: Sequence[Reported]) -> Reading:
    """The sum of numerators over the sum of denominators (of one amount: itself)."""
    numerator, denominator = _sums(scribe, reported)
    return _reading(scribe, case, reported, numerator.per(denominator), ~denominator.equals(Fraction(0)))


def _sums(scribe: Scribe, reported: Sequence[Reported]) -> tuple[Ratio, Ratio]:
    nothing = constant(scribe.plan, Fraction(0))
    numerator = total(scribe.plan, (choose(one.there, one.numerator, nothing) for one in reported))
    denominator = total(scribe.plan, (choose(one.there, one.denominator, nothing) for one in reported))
    return numerator.settled(), denominator.settled()


def _averaged(scribe: Scribe, case: Case, reported: Sequence[Reported]) -> Reading:
    """Sum, mean or weighted mean of the periods' values; a period with nothing to count does not enter."""
    rule, nothing = case.measured.period, constant(scribe.plan, Fraction(0))
    terms, weights = [], []
    enter = [(one.there & ~one.denominator.equals(Fraction(0))).settled() for one in reported]
    values = [one.numerator.per(one.denominator).settled() for one in reported]
    if rule.count is not None:
        enter = best_of(values, enter, rule.count, higher=case.measured.direction is Direction.HIGHER)
    for one, enters, value in zip(reported, enter, values, strict=True):
        weight = rule.weights[one.period.number - 1] if rule.over is Over.WEIGHTED else Fraction(1)
        terms.append(choose(enters, value, nothing).times(weight))
        weights.append((enters, weight))
    summed = total(scribe.plan, terms)
    value = summed if rule.over is Over.SUM else summed.per(weighed(scribe.plan, weights))
    return _reading(scribe, case, reported, value, scribe.plan.any_of(enters for enters, _ in weights))


def _reading(scribe: Scribe, case: Case, reported: Sequence[Reported], value: Ratio, countable: Truth) -> Reading:
    """The reading of what was reported in full; whether it was is the caller's to say."""
    counted, countable = _all_counted(scribe, reported), countable.settled()
    numerator, denominator = _sums(scribe, reported)
    too_small, least = scribe.plan.truth(False), case.measured.min_denominator
    if least is not None:
        expected = say("numerator and denominator, since the item has a smallest denominator")
        scribe.note("DX606", case, ~counted, expected, say("a ratio given only as a decimal"))
        too_small = (~denominator.is_at_least(Fraction(least))).settled()
    never = scribe.plan.truth(False)
    return Reading(
        due=True, value=value.settled(), has=countable & ~too_small, too_small=too_small, incomplete=never,
        nothing_to_count=~countable & ~too_small, nothing_reported=never, lacking=(), numerator=numerator,
        denominator=denominator, counted=counted, no_score=never,
    )  # fmt: skip
