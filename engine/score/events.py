"""So much off or on for each event: incidents of a kind, or units of an indicator."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from engine.score.against_target import COUNTING, steps_counted
from engine.score.book import Book, Case
from engine.score.derivation import Step, StepKind, added, clamped, readable
from engine.score.earned import ZERO, Earned, bound, computed
from rules.diagnostic import Called, Text, say
from rules.scoring import PerEvent
from targets.observation import Incident


def incidents(book: Book, case: Case, rule: PerEvent, kind: str) -> Earned:
    """Per substantiated incident of the kind, found in the window."""
    found = _that_count(rule, book.facts.incidents(case.subject.code, (kind,), case.window))
    name = next((incident.label for incident in book.contract.incidents if incident.id == kind), Called(kind))
    listed = "; ".join(f"{incident.id} {incident.found_on.isoformat()}" for incident in found)
    worked = say("{count}: {listed}", count=len(found), listed=listed) if found else say("none")
    title, text = say("{name}", name=name), say("substantiated incidents")
    places = tuple(incident.place for incident in found if incident.place)
    seen = Step(StepKind.OBSERVED, title, text, worked, Fraction(len(found)), case.at, (), places)
    if rule.by_severity:
        return _by_severity(case, rule, [_amount_of(rule, incident) for incident in found], seen)
    return per_event(case, rule, Fraction(len(found)), seen, str(len(found)))


def _that_count(rule: PerEvent, found: Sequence[Incident]) -> list[Incident]:
    """Of the severities looked at; of one matter only the gravest. One that names no matter is a matter of its own."""
    chosen = [one for one in found if not rule.severities or one.severity in rule.severities]
    if not rule.once_per_matter:
        return chosen
    gravest: dict[tuple[str, str], Incident] = {}
    for one in chosen:
        key = ("matter", one.matter) if one.matter else ("incident", one.id)
        if key not in gravest or _amount_of(rule, one) > _amount_of(rule, gravest[key]):
            gravest[key] = one
    return list(gravest.values())


def _base_amount(rule: PerEvent) -> Fraction:
    return (rule.deduct if rule.deduct is not None else rule.add) or ZERO


def _amount_of(rule: PerEvent, incident: Incident) -> Fraction:
    return rule.by_severity.get(incident.severity, _base_amount(rule))


def _by_severity(case: Case, rule: PerEvent, amounts: Sequence[Fraction], seen: Step) -> Earned:
    text = say("as much for each as its severity says")
    return _moved(case, rule, sum(amounts, ZERO), seen, text, say("({terms})", terms=added(amounts)))


def per_event(case: Case, rule: PerEvent, count: Fraction, seen: Step, what: str) -> Earned:
    """So much off full points, or on from 0, for each event that counts."""
    counted = steps_counted(max(ZERO, count - rule.beyond) / rule.per, rule.step)
    each = readable(_base_amount(rule))
    if rule.then or rule.rising_by is not None:
        amounts = _in_order(rule, int(counted))
        terms = say("({terms}) ({count})", terms=added(amounts), count=what)
        return _moved(case, rule, sum(amounts, ZERO), seen, _event_rule(rule, each), terms)
    worked = say("{counted} × {amount} ({count})", counted=readable(counted), amount=each, count=what)
    return _moved(case, rule, counted * _base_amount(rule), seen, _event_rule(rule, each), worked)


def _in_order(rule: PerEvent, count: int) -> list[Fraction]:
    """What the first, the second, ... costs or gives."""
    first = _base_amount(rule)
    if rule.rising_by is not None:
        return [first + rule.rising_by * number for number in range(count)]
    listed = [first, *rule.then]
    return [listed[min(number, len(listed) - 1)] for number in range(count)]


def _moved(case: Case, rule: PerEvent, amount: Fraction, seen: Step, text: Text, terms: Text) -> Earned:
    """Off full points, or on from 0; what is moved is held to its bounds."""
    deducts = rule.deduct is not None
    most = (None if deducts else case.points) if rule.at_most is None else bound(rule.at_most)
    change = amount if most is None else min(amount, most)
    start = case.points if deducts else ZERO
    worked = say("{start} {sign} {terms}", start=readable(start), sign="-" if deducts else "+", terms=terms)
    if most is not None and amount > most:
        worked = say("{sum}, at most {most}", sum=worked, most=readable(most))
    value = start - change if deducts else change
    step = clamped(computed(case, seen, text, worked, value), bound(rule.lowest), None)
    return Earned(step.value, change == 0 if deducts else True, step)


def _event_rule(rule: PerEvent, each: str) -> Text:
    text = (
        say("{amount} off for each, from full points", amount=each)
        if rule.deduct is not None
        else say("{amount} for each", amount=each)
    )
    if rule.then:
        text = say("{rule}; for the following ones {amounts}", rule=text, amounts=", ".join(map(readable, rule.then)))
    if rule.rising_by is not None:
        text = say("{rule}; each {more} more than the one before", rule=text, more=readable(rule.rising_by))
    if rule.per != 1:
        counting = COUNTING[rule.step]
        text = say("{rule}; one is every {per} ({counting})", rule=text, per=readable(rule.per), counting=counting)
    if rule.beyond:
        text = say("{rule}; the first {beyond} do not count", rule=text, beyond=readable(rule.beyond))
    return text
