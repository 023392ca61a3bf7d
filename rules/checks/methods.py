"""Parameters that a method cannot work with."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.checks.places import Measure, measures
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.indicator import Kind
from rules.quantity import show
from rules.scoring import Brackets, Improvement, Linear, Proportional, Tiers
from rules.scoring_terms import Direction, FromData, Parameter
from rules.source import Location, Tree
from rules.wording import listed

_ADDED_UP = (Kind.COUNT, Kind.NUMBER, Kind.MONEY)


def thresholds(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A straight line between two equal thresholds, or one that rises where it should fall; a start above the points."""
    for measure in measures(contract):
        match measure.measured.scoring:
            case Linear(zero_at=start, full_at=end):
                yield from _line(tree, measure, start, end, (*measure.at, "scoring", "full_at"))
            case Improvement(baseline=start, benchmark=end):
                yield from _line(tree, measure, start, end, (*measure.at, "scoring", "benchmark"))
            case Brackets(start=Fraction() as start) if start > measure.points:
                span = tree.span((*measure.at, "scoring", "start"))
                expected = say("at most {most}, what it is worth as a whole", most=show(measure.points))
                yield Diagnostic("DX215", span, say("{points} points", points=show(start)), expected)
            case _:
                pass


def _line(tree: Tree, measure: Measure, start: Parameter, end: Parameter, at: Location) -> Iterator[Diagnostic]:
    if start == end and start is not FromData.BY_PARTY:  # the targets table gives each its own row
        found = say("full points where there are none yet, at {value}", value=_shown(end))
        yield Diagnostic("DX222", tree.span(at), found, say("two different thresholds"))
    elif isinstance(start, Fraction) and isinstance(end, Fraction):
        higher = measure.measured.direction is Direction.HIGHER
        if higher == (end < start):
            found = say("full points at {end}, none at {start}", end=show(end), start=show(start))
            expected = say("a higher value for full points") if higher else say("a lower value for full points")
            hint = say("where less is better, say so: direction: lower") if higher else None
            yield Diagnostic("DX222", tree.span(at), found, expected, hint)


def _shown(value: Parameter) -> str:
    return show(value) if isinstance(value, Fraction) else str(value)


def carried_tasks(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A task is carried from year to year in something that adds up over the years."""
    for measure in measures(contract):
        carried = getattr(measure.measured.scoring, "target", None) is FromData.CARRIED
        if carried and measure.indicator is not None and measure.indicator.kind not in _ADDED_UP:
            found = say("a carried target of kind {kind}", kind=measure.indicator.kind)
            expected = say("an indicator of kind {kinds}", kinds=listed(_ADDED_UP))
            yield Diagnostic("DX213", tree.span((*measure.at, "scoring", "target")), found, expected)


def targets_of_completion(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Actual / target needs a target above zero; target / actual, where lower is better, one that is not below."""
    for measure in measures(contract):
        rule = measure.measured.scoring
        if not isinstance(rule, Proportional | Tiers) or not isinstance(rule.target, Fraction):
            continue
        lower = measure.measured.direction is Direction.LOWER
        if rule.target < 0 or (rule.target == 0 and not lower):
            span = tree.span((*measure.at, "scoring", "target"))
            expected = say("a target of 0 or more") if lower else say("a target above 0, to divide by")
            yield Diagnostic("DX224", span, say("a target of {target}", target=show(rule.target)), expected)
