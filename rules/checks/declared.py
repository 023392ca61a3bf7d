"""What is declared and never used, and incidents that are used twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rules.checks.intervals import interval_of
from rules.checks.places import measures, sanctions, terms
from rules.checks.references import ACCOUNT, ENTRY, INCIDENT, STATE, references
from rules.condition import AllOf, AnyOf, Condition, IncidentCount, ValueIs
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Text, say
from rules.range import Range
from rules.scoring import Checklist, PerEvent
from rules.sheet import Scope
from rules.source import Location, Tree
from rules.verdict import Reach


def declared_in_vain(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Kinds of incident, states, accounts and entries of checklists that no rule looks at."""
    used = {(reference.what, reference.name) for reference in references(contract)}
    expected = say("a rule that looks at it")
    declared: list[tuple[Text, str, Location]] = [
        *((INCIDENT, kind.id, ("incidents", index, "id")) for index, kind in enumerate(contract.incidents)),
        *((STATE, name, ("states", index)) for index, name in enumerate(contract.state_ids)),
        *((ACCOUNT, name, ("accounts", index)) for index, name in enumerate(contract.account_ids)),
    ]
    idle = [(what, name, at) for what, name, at in declared if (what, name) not in used]
    for what, name, at in (*idle, *_entries_in_vain(contract)):
        found = say("{what} {name}, which nothing looks at", what=what, name=name)
        yield Diagnostic("DX307", tree.span(at), found, expected)


def _entries_in_vain(contract: Contract) -> Iterator[tuple[Text, str, Location]]:
    """Entries that no checklist of their indicator gives points for; an indicator that no item uses is told of as such."""
    ticked: dict[str, set[str]] = {}
    for measure in measures(contract):
        if measure.indicator is not None and isinstance(measure.measured.scoring, Checklist):
            ticked.setdefault(measure.indicator.id, set()).update(measure.measured.scoring.entries)
    for index, indicator in enumerate(contract.indicators):
        for number, entry in enumerate(indicator.entries):
            if indicator.id in ticked and entry.id not in ticked[indicator.id]:
                yield ENTRY, entry.id, ("indicators", index, "entries", number, "id")


def indicators_in_vain(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Indicators that are reported for nothing; statistics are reported for their own sake."""
    used = {measure.measured.indicator for measure in measures(contract)}
    used.update(stand.condition.value for stand in terms(contract) if isinstance(stand.condition, ValueIs))
    used.update(award.advance for award in contract.awards)
    used.update(source for one in contract.indicators if one.derived is not None for source in one.derived.sources)
    for index, indicator in enumerate(contract.indicators):
        if indicator.id not in used and not indicator.statistic:
            found = say("indicator {name}, which nothing uses", name=indicator.id)
            expected = say("an item that uses it, or statistic: true")
            yield Diagnostic("DX308", tree.span(("indicators", index, "id")), found, expected)


class _Punished(NamedTuple):
    """A place where incidents of a kind, so many of them, cost something; `way` tells what can be added up."""

    at: Location
    kind: str
    times: Range
    way: str
    reach: Reach
    scope: tuple[Scope, Scope]
    owner: Location
    severities: tuple[str, ...] = ()


def incidents_punished_twice(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Two vetoes, or two deductions, that the same incident sets off for the same people."""
    punished = [*_by_items(contract), *_by_sanctions(contract)]
    for number, second in enumerate(punished):
        first = next((earlier for earlier in punished[:number] if _same_incident(earlier, second)), None)
        if first is not None:
            found = say("{kind}, which is already punished", kind=second.kind)
            expected = say("one veto and one deduction for the same incident")
            yield Diagnostic("DX306", tree.span(second.at), found, expected, also=(tree.span(first.at),))


def _by_sanctions(contract: Contract) -> Iterator[_Punished]:
    everywhere = (Scope(), Scope())
    for sanction in sanctions(contract):
        effects = sanction.effects
        deducts = effects is not None and (effects.deduct is not None or effects.replace_score is not None)
        ways = (("veto",) if sanction.is_veto else ()) + (("points",) if deducts else ())
        for at, condition in _set_off_by((*sanction.at, "when"), sanction.when):
            for index, kind in enumerate(condition.incident):
                for way in ways:
                    place = (*at, "incident", index)
                    yield _Punished(
                        place, kind, condition.count, way, sanction.reach, everywhere, sanction.at, condition.severity
                    )


def _set_off_by(at: Location, condition: Condition) -> Iterator[tuple[Location, IncidentCount]]:
    """The incidents whose happening helps to fulfil the condition."""
    match condition:
        case IncidentCount(count=count) as one if 0 not in count:
            yield at, one
        case AllOf(all=parts):
            for index, part in enumerate(parts):
                yield from _set_off_by((*at, "all", index), part)
        case AnyOf(any=parts):
            for index, part in enumerate(parts):
                yield from _set_off_by((*at, "any", index), part)
        case _:
            pass


def _by_items(contract: Contract) -> Iterator[_Punished]:
    anything = Range()
    for measure in measures(contract):
        rule = measure.measured.scoring
        if (
            isinstance(rule, PerEvent)
            and rule.incident is not None
            and (rule.deduct or (rule.by_severity and not rule.add))
        ):
            place = measure.place
            scope = (place.section.applies_to, place.item.applies_to)
            at = (*measure.at, "scoring", "incident")
            yield _Punished(at, rule.incident, anything, "points", Reach(), scope, place.at, rule.severities)


def _same_incident(first: _Punished, second: _Punished) -> bool:
    return (
        (first.kind, first.way) == (second.kind, second.way)
        and first.owner != second.owner
        and not (first.severities and second.severities and set(first.severities).isdisjoint(second.severities))
        and not _too_many_or_few(first, second)
        and _same_people(first.reach, second.reach)
        and all(_may_meet(one, other) for one in first.scope for other in second.scope)
    )


def _too_many_or_few(first: _Punished, second: _Punished) -> bool:
    """Whether no number of incidents is in both ranges; of fewer severities there are no more than of more."""
    one, other = (set(each.severities) or {"any"} for each in (first, second))
    times, others = first.times, second.times
    if one != other:
        if not first.severities or (second.severities and other < one):
            times, others = others, times
        elif second.severities and not one < other:
            return False
        times = times.model_copy(update={"at_most": None, "below": None})
    return interval_of(times).within(interval_of(others)).empty


def _same_people(one: Reach, other: Reach) -> bool:
    if one.party and other.party:
        return True
    if "all" in (one.linked, other.linked):
        return bool(one.linked) and bool(other.linked)
    return not set(one.linked).isdisjoint(other.linked)


def _may_meet(one: Scope, other: Scope) -> bool:
    """Whether somebody may lie in both scopes."""
    pairs = ((one.kinds, other.kinds), (one.groups, other.groups), (one.posts, other.posts), (one.codes, other.codes))
    return not any(left and right and set(left).isdisjoint(right) for left, right in pairs)
