"""So much off or on for each event, as columns: incidents of a kind, or units of an indicator."""

from __future__ import annotations

from fractions import Fraction

from engine.columnar.against_target import bound, steps_counted
from engine.columnar.earned import Earned
from engine.columnar.exact import Ratio, choose, constant, held_between, weighed, whole
from engine.columnar.plan import IntColumn
from engine.columnar.scribe import Case, Scribe, input_column
from engine.columnar.tallies import amount_of, is_special, tally_of
from rules.scoring import PerEvent

ZERO = Fraction(0)


def incidents(scribe: Scribe, case: Case, rule: PerEvent, kind: str) -> Earned:
    """Per substantiated incident of the kind, found in the window."""
    if is_special(rule):
        tally = tally_of(rule, case.window)
        told = scribe.events.get(tally)
        column = scribe.plan.constant(0) if told is None else scribe.plan.column(told.name, 0, told.high)
        if rule.by_severity:
            return _moved(case, rule, whole(column).times(tally.unit))
        return per_event(case, rule, whole(column))
    counted = scribe.columns.incidents.get((kind, case.window))
    count = scribe.plan.constant(0) if counted is None else input_column(scribe, counted)
    return per_event(case, rule, whole(count))


def per_event(case: Case, rule: PerEvent, count: Ratio) -> Earned:
    """So much off full points, or on from 0, for each event that counts."""
    beyond = count.minus(constant(count.plan, rule.beyond)) if rule.beyond else count
    counted = steps_counted(beyond.times(1 / rule.per), rule.step)
    if rule.then or rule.rising_by is not None:
        return _moved(case, rule, _in_order(rule, counted.over.settled()))
    return _moved(case, rule, counted.times(amount_of(rule)))


def _in_order(rule: PerEvent, count: IntColumn) -> Ratio:
    """The first amount, then those that follow it; beyond the last of them it goes on, or each is so much more."""
    plan = count.plan
    if rule.rising_by is not None:
        pairs = ((count * (count.at_least(1) - 1)) // 2).settled()
        return whole(count).times(amount_of(rule)).plus(whole(pairs).times(rule.rising_by)).settled()
    *before, last = (amount_of(rule), *rule.then)
    reached = ((count.is_at_least(number).settled(), amount) for number, amount in enumerate(before, start=1))
    rest = whole((count - len(before)).at_least(0)).times(last)
    return weighed(plan, reached).plus(rest).settled()


def _moved(case: Case, rule: PerEvent, amount: Ratio) -> Earned:
    """Off full points, or on from 0; what is moved is held to its bounds."""
    plan, deducts = amount.plan, rule.deduct is not None
    most = (None if deducts else case.points) if rule.at_most is None else bound(rule.at_most)
    change = amount if most is None else choose(amount.is_above(most).settled(), constant(plan, most), amount)
    change = change.settled()
    value = constant(plan, case.points).minus(change) if deducts else change
    reached = change.equals(ZERO).settled() if deducts else plan.truth(True)
    return Earned(held_between(value, bound(rule.lowest), None), plan.truth(False), reached)
