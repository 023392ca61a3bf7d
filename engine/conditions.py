"""Conditions as forward-chaining rules, and the derivation of why one held or did not.

Every node of a condition gets two kinds of rules, one that makes it true and one that makes it false, so nothing is
ever concluded from a fact being absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from engine.inference import Compare, Holds, Rule
from engine.score.derivation import Location, Step, StepKind, bounds, readable
from engine.standing import ABSENT, ALL_TARGETS_MET, CLIMBED, RANK, SCORE, VETOED, WARNED, scale_of
from rules.condition import (
    AllOf,
    AllTargetsMet,
    AnyOf,
    Children,
    Climbed,
    Condition,
    Earlier,
    GradeIs,
    GroupIs,
    IncidentCount,
    ItemMet,
    ItemScoreIs,
    Linked,
    MonthsIn,
    Not,
    RankIs,
    ScoreIs,
    SectionScoreIs,
    ValueIs,
    Vetoed,
    WarnedTimes,
)
from rules.diagnostic import Text, say
from rules.range import Range

TRUE = Range(at_least=Fraction(1))
FALSE = Range(at_most=Fraction(0))
TRUTHS = frozenset({"met", "grade", "group", "linked", "children", "value", VETOED, ALL_TARGETS_MET})


@dataclass(frozen=True, slots=True)
class Named:
    """A condition with the name of its node and its place in the contract."""

    node: str
    condition: Condition
    at: Location


def compile_conditions(conditions: tuple[Named, ...]) -> tuple[Rule, ...]:
    """The rules that decide all of them; node names tell them apart."""
    return tuple(rule for condition in conditions for rule in _rules(condition))


def measures(rules: tuple[Rule, ...]) -> frozenset[str]:
    """What the rules look at."""
    return frozenset(test.measure for rule in rules for test in rule.when if isinstance(test, Compare))


def walk(condition: Named) -> Iterator[Named]:
    """The condition and every part of it; not what a linked party or a child must satisfy, which is about somebody else."""
    yield condition
    for child in children(condition):
        yield from walk(child)


def children(parent: Named) -> tuple[Named, ...]:
    match parent.condition:
        case AllOf(all=terms):
            key, inside = "all", terms
        case AnyOf(any=terms):
            key, inside = "any", terms
        case Not(not_=term):
            return (Named(f"{parent.node}/not", term, (*parent.at, "not")),)
        case _:
            return ()
    return tuple(
        Named(f"{parent.node}/{key}{index}", term, (*parent.at, key, index)) for index, term in enumerate(inside)
    )


def _rules(condition: Named) -> Iterator[Rule]:
    node, below = condition.node, children(condition)
    for child in below:
        yield from _rules(child)
    match condition.condition:
        case AllOf():
            yield Rule(f"{node} +", tuple(Holds(child.node, True) for child in below), Holds(node, True))
            for index, child in enumerate(below):
                yield Rule(f"{node} -{index}", (Holds(child.node, False),), Holds(node, False))
        case AnyOf():
            for index, child in enumerate(below):
                yield Rule(f"{node} +{index}", (Holds(child.node, True),), Holds(node, True))
            yield Rule(f"{node} -", tuple(Holds(child.node, False) for child in below), Holds(node, False))
        case Not():
            yield Rule(f"{node} +", (Holds(below[0].node, False),), Holds(node, True))
            yield Rule(f"{node} -", (Holds(below[0].node, True),), Holds(node, False))
        case _:
            yield from _atom(node, *looked_at(condition))


def looked_at(condition: Named) -> tuple[str, Range]:
    """The measure that a simple condition compares, and the range it must lie in."""
    match condition.condition:
        case ScoreIs(score=wanted):
            return SCORE, wanted
        case SectionScoreIs(section=section, score=wanted):
            return f"section:{section}", wanted
        case ItemScoreIs(item=item, score=wanted):
            return f"item:{item}", wanted
        case RankIs(rank=wanted):
            return RANK, wanted
        case IncidentCount(count=wanted) as counted:
            return incidents_measure(counted), wanted
        case WarnedTimes(warned=wanted):
            return WARNED, wanted
        case MonthsIn(months_in=state, count=wanted):
            return months_measure(state), wanted
        case Climbed(climbed=wanted):
            return CLIMBED, wanted
        case Earlier(count=wanted):
            return earlier_measure(condition.node), wanted
        case simple:
            return _truth_looked_at(condition.node, simple)


def _truth_looked_at(node: str, condition: Condition) -> tuple[str, Range]:
    match condition:
        case ItemMet(item_met=item):
            return f"met:{item}", TRUE
        case AllTargetsMet(all_targets_met=wanted):
            return ALL_TARGETS_MET, TRUE if wanted else FALSE
        case GradeIs(grade=grades):
            return grades_measure(grades), TRUE
        case Vetoed(vetoed=wanted):
            return VETOED, TRUE if wanted else FALSE
        case GroupIs(group=groups):
            return group_measure(groups), TRUE
        case Linked():
            return linked_measure(node), TRUE
        case Children():
            return children_measure(node), TRUE
        case ValueIs():
            return value_measure(node), TRUE
        case _:
            raise AssertionError(f"{type(condition).__name__} has no measure of its own")


def group_measure(groups: tuple[str, ...]) -> str:
    return f"group:{'+'.join(groups)}"


def linked_measure(node: str) -> str:
    return f"linked:{node}"


def children_measure(node: str) -> str:
    return f"children:{node}"


def value_measure(node: str) -> str:
    return f"value:{node}"


def earlier_measure(node: str) -> str:
    return f"earlier:{node}"


def months_measure(state: str) -> str:
    return f"months:{state}"


def grades_measure(grades: tuple[str, ...]) -> str:
    return f"grade:{'+'.join(grades)}"


def incidents_measure(counted: IncidentCount) -> str:
    of_severities = f":{'+'.join(counted.severity)}" if counted.severity else ""
    return f"incidents:{'+'.join(counted.incident)}{of_severities}"


def _atom(node: str, measure: str, wanted: Range) -> Iterator[Rule]:
    """In the range: true. Past one of its bounds, or with nothing to compare (an exempt item): false."""
    scale = scale_of(measure)
    low, high = _integer_bounds(wanted, scale)
    inside = [Compare(measure, ">=", low)] if low is not None else []
    inside += [Compare(measure, "<=", high)] if high is not None else []
    yield Rule(f"{node} +", tuple(inside), Holds(node, True))
    yield Rule(f"{node} -absent", (Compare(f"{ABSENT}{measure}", ">=", 1),), Holds(node, False))
    if low is not None:
        yield Rule(f"{node} -low", (Compare(measure, "<", low),), Holds(node, False))
    if high is not None:
        yield Rule(f"{node} -high", (Compare(measure, ">", high),), Holds(node, False))


def _integer_bounds(wanted: Range, scale: int) -> tuple[int | None, int | None]:
    """The least and greatest scaled integer inside the range: exact, since every measure is such an integer."""
    low = high = None
    if wanted.low is not None:
        low = ceil(wanted.low * scale) if wanted.at_least is not None else floor(wanted.low * scale) + 1
    if wanted.high is not None:
        high = floor(wanted.high * scale) if wanted.at_most is not None else ceil(wanted.high * scale) - 1
    return low, high


def explain(
    condition: Named,
    holds: Callable[[str], bool],
    values: Mapping[str, Fraction],
    name: Callable[[str], Text],
    told: Mapping[str, tuple[Step, ...]],
) -> Step:
    """Why the condition held or not: the truth of each node as the engine derived it, with the measure it saw and what was
    told of that."""
    below = tuple(explain(child, holds, values, name, told) for child in children(condition))
    held = holds(condition.node)
    kind = StepKind.FIRED if held else StepKind.NOT_FIRED
    outcome = say("holds") if held else say("does not hold")
    value = Fraction(held)
    match condition.condition:
        case AllOf():
            return Step(
                kind, say("all of these"), say("every one of these must hold"), outcome, value, condition.at, below
            )
        case AnyOf():
            return Step(
                kind, say("any of these"), say("at least one of these must hold"), outcome, value, condition.at, below
            )
        case Not():
            return Step(kind, say("not this"), say("it must not hold"), outcome, value, condition.at, below)
        case _:
            measure, wanted = looked_at(condition)
            seen = values.get(measure)
            if measure.partition(":")[0] in TRUTHS:
                rule = say("must be so") if wanted == TRUE else say("must not be so")
                found = (
                    say("it is so: {outcome}", outcome=outcome)
                    if seen
                    else say("it is not so: {outcome}", outcome=outcome)
                )
            else:
                rule = say("must be {range}", range=bounds(wanted, readable))
                found = say("{value}: {outcome}", value="-" if seen is None else readable(seen), outcome=outcome)
            return Step(kind, name(measure), rule, found, value, condition.at, told.get(measure, ()))
