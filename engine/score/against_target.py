"""Methods that hold a value against a target: in proportion, all or nothing, in steps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import assert_never

from engine.score.book import Book, Case
from engine.score.derivation import Step, clamped, operand, readable, shown
from engine.score.earned import ONE, ZERO, Earned, bound, computed, refused
from rules.diagnostic import Text, say
from rules.indicator import Indicator
from rules.scoring import AllOrNothing, Proportional
from rules.scoring_terms import Direction, FromData, RateTerms, StepRule, StepTerms


def proportional(book: Book, case: Case, terms: RateTerms, value: Fraction, target: Fraction, seen: Step) -> Earned:
    """Points x completion; below the floor nothing, above the cap no more."""
    rate = completion(book, case, value, target, at_nothing=terms.cap)
    if rate is None:
        return refused(case, seen)
    indicator, met = book.indicator(case.measured), target_met(case, value, target)
    if terms.floor is not None and rate < terms.floor:
        least = percent(terms.floor)
        rule = say("no points below a completion of {floor}", floor=least)
        worked = say("{rate} < {floor}", rate=percent(rate), floor=least)
        return Earned(ZERO, met, computed(case, seen, rule, worked, ZERO))
    rule, worked = _rate_in_words(case, indicator, value, target, rate)
    step = clamped(computed(case, seen, rule, worked, case.points * rate), ZERO, case.points * terms.cap)
    return Earned(step.value, met, step)


def lessened(case: Case, terms: Proportional, value: Fraction, earned: Earned) -> Earned:
    """What is left where the target, or the value that counts as meeting it, is missed."""
    if earned.points is None:
        return earned
    met = earned.met if terms.met_at is None else target_met(case, value, terms.met_at)
    if met or terms.missed_times == 1:
        return replace(earned, met=met)
    rule, times = say("target missed: the points are lessened"), readable(terms.missed_times)
    worked = say("{value} × {weight}", value=readable(earned.points), weight=times)
    step = computed(case, earned.step, rule, worked, earned.points * terms.missed_times)
    return Earned(step.value, False, step)


def _rate_in_words(
    case: Case, indicator: Indicator, value: Fraction, target: Fraction, rate: Fraction
) -> tuple[Text, Text]:
    lower = case.measured.direction is Direction.LOWER
    points = readable(case.points)
    if nothing_left_to_do(case, target):
        rule = say("nothing is left to do: done in full")
        return rule, say("{points} × {rate}", points=points, rate=percent(rate))
    if lower and value <= 0:
        rule = say("nothing left to divide by: the highest rate")
        return rule, say("{points} × {rate}", points=points, rate=percent(rate))
    rule = say("points × target ÷ actual") if lower else say("points × actual ÷ target")
    over, under = (target, value) if lower else (value, target)
    terms = {"over": operand(shown(over, indicator)), "under": operand(shown(under, indicator))}
    return rule, say("{points} × {over} ÷ {under}", points=points, **terms)


def all_or_nothing(book: Book, case: Case, rule: AllOrNothing, value: Fraction, target: Fraction, seen: Step) -> Earned:
    """Full points when the target is met, else what a miss is worth."""
    met = target_met(case, value, target)
    points = case.points if met else rule.missed
    text = say("target met: full points") if met else say("target missed: {points} points", points=readable(points))
    return Earned(points, met, computed(case, seen, text, _against(book, case, value, target), points))


def steps(book: Book, case: Case, terms: StepTerms, value: Fraction, target: Fraction, seen: Step) -> Earned:
    """Full points at the target, less or more for each step short of it or beyond it."""
    indicator = book.indicator(case.measured)
    ahead = value - target if case.measured.direction is Direction.HIGHER else target - value
    amount = (terms.deduct if ahead < 0 else terms.add) or ZERO
    count = steps_counted(abs(ahead) / terms.per, terms.step)
    per, at = shown(terms.per, indicator), shown(target, indicator)
    each = readable(amount)
    against, counting = _against(book, case, value, target), COUNTING[terms.step]
    if amount == 0 or ahead == 0:
        rule = say("full points at {target}; nothing is taken or added", target=at)
        worked = say("{points} ({against})", points=readable(case.points), against=against)
    else:
        if ahead < 0:
            template = say(
                "full points at {target}; for each {per} short of it {amount} off", target=at, amount=each, per=per
            )
        else:
            template = say(
                "full points at {target}; for each {per} beyond it {amount} more", target=at, amount=each, per=per
            )
        rule = say("{rule} ({counting})", rule=template, counting=counting)
        worked = say(
            "{points} {sign} {count} × {amount} ({against})",
            points=readable(case.points), sign="-" if ahead < 0 else "+", count=operand(readable(count)), amount=each,
            against=against,
        )  # fmt: skip
    change = -count * amount if ahead < 0 else count * amount
    highest = case.points if terms.highest is None else bound(terms.highest)
    step = clamped(computed(case, seen, rule, worked, case.points + change), bound(terms.lowest), highest)
    return Earned(step.value, ahead >= 0, step)


COUNTING = {
    StepRule.STARTED: say("a started one counts"),
    StepRule.COMPLETED: say("only whole ones count"),
    StepRule.PRO_RATA: say("a part counts in proportion"),
}


def steps_counted(steps: Fraction, rule: StepRule) -> Fraction:
    """Steps that count: started ones, completed ones, or the exact fraction."""
    match rule:
        case StepRule.STARTED:
            return Fraction(ceil(steps))
        case StepRule.COMPLETED:
            return Fraction(floor(steps))
        case StepRule.PRO_RATA:
            return steps
        case _ as never:
            assert_never(never)


def target_met(case: Case, value: Fraction, target: Fraction) -> bool:
    """Compared exactly: 95/100 meets 95%."""
    return value >= target if case.measured.direction is Direction.HIGHER else value <= target


def completion(
    book: Book, case: Case, value: Fraction, target: Fraction, *, at_nothing: Fraction = ONE
) -> Fraction | None:
    """Actual over target; target over actual where lower is better.

    Lower than any rate can say, at 0 or less, it is `at_nothing`; but 0 where the target is 0 is exactly met.

    Where a carried target leaves nothing to do, it is done. None, with a fault noted, where any other target leaves nothing
    to divide by.
    """
    lower = case.measured.direction is Direction.LOWER
    if nothing_left_to_do(case, target):
        return ONE
    if target < 0 or (target == 0 and not lower):
        book.fault("DX608", case, say("a target above 0, to divide by"), say("{target}", target=readable(target)))
        return None
    if not lower:
        return value / target
    if value > 0:
        return target / value
    return ONE if value == target else at_nothing


def nothing_left_to_do(case: Case, target: Fraction) -> bool:
    """Whether what was done beyond last year's target covers all of this year's task."""
    carried = getattr(case.measured.scoring, "target", None) is FromData.CARRIED
    return carried and target == 0 and case.measured.direction is Direction.HIGHER


def percent(value: Fraction) -> str:
    return f"{readable(value * 100)}%"


def _against(book: Book, case: Case, value: Fraction, target: Fraction) -> Text:
    indicator = book.indicator(case.measured)
    sign = "=" if value == target else "<" if value < target else ">"
    return say("{value} {sign} {target}", value=shown(value, indicator), sign=sign, target=shown(target, indicator))
