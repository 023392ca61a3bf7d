"""What the methods give, held against what the item says it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from rules.checks.extremes import most
from rules.checks.places import Measure, items, measures, sections
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.quantity import show
from rules.scoring import AllOrNothing, BestOf, Checklist, Part, Rank, SumOf, Tiers, WorstOf, parts_of
from rules.scoring_terms import Limit, PartPoints
from rules.sheet import SectionKind
from rules.source import Location, Tree

PART_DEPTH_MAX = 4


def more_than_the_item(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A band, a place, a checklist or a part that pays more than the whole it belongs to."""
    for measure in measures(contract):
        for at, points in _paid(measure):
            if points > measure.points:
                expected = say("at most {most}, what it is worth as a whole", most=show(measure.points))
                yield Diagnostic("DX215", tree.span(at), say("{points} points", points=show(points)), expected)


def _paid(measure: Measure) -> Iterator[tuple[Location, Fraction]]:
    at = (*measure.at, "scoring")
    for key in ("missing", "nothing_to_count"):
        policy = getattr(measure.measured, key)
        if isinstance(policy, PartPoints):
            yield (*measure.at, key, "points"), policy.points
    match measure.measured.scoring:
        case Tiers(bands=bands):
            for index, band in enumerate(bands):
                yield (*at, "bands", index, "points"), band.points
        case AllOrNothing(missed=missed):
            yield (*at, "missed"), missed
        case Rank() as rule:
            for index, points in enumerate(rule.table):
                yield (*at, "table", index), points
            for index, share in enumerate(rule.shares):
                yield (*at, "shares", index, "points"), share.points
            yield (*at, "after"), rule.after
        case Checklist(entries=entries):
            yield (*at, "entries"), sum(entries.values(), Fraction(0))
        case BestOf(parts=parts) | WorstOf(parts=parts):
            for index, part in enumerate(parts):
                yield (*at, "parts", index, "points"), measure.points if part.points is None else part.points
        case _:
            pass


def no_multiple_of_the_step(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Points that rounding to a multiple would raise or lower even where they are earned in full."""
    for place in items(contract):
        unit = place.item.round_to
        if unit is not None and (place.item.points / unit).denominator != 1:
            found = say(
                "{points} points, rounded to multiples of {unit}", points=show(place.item.points), unit=show(unit)
            )
            expected = say("points that are a multiple of it")
            yield Diagnostic("DX229", tree.span((*place.at, "round_to")), found, expected)
    yield from _sums_that_are_none(contract, tree)


def _sums_that_are_none(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A section's weighted points and bounds, the total's full points and bounds."""
    rounded: list[tuple[Location, Fraction | None, tuple[Limit, ...]]] = []
    for place in sections(contract):
        one = place.section
        full = (one.full * one.weight,) if one.kind is SectionKind.BASE else ()
        bounds = tuple(bound * one.weight for bound in (one.cap, one.floor) if not isinstance(bound, str))
        rounded.append((place.at, one.round_to, (*full, *bounds)))
    total = contract.total
    rounded.append((("total",), total.round_to, (total.full, total.cap, total.floor)))
    for at, unit, amounts in rounded:
        for points in amounts if unit is not None else ():
            if unit is not None and not isinstance(points, str) and (points / unit).denominator != 1:
                found = say("{points} points, rounded to multiples of {unit}", points=show(points), unit=show(unit))
                expected = say("points that are a multiple of it")
                yield Diagnostic("DX229", tree.span((*at, "round_to")), found, expected)
                break


def parts_without_points(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Parts that are added up each say what they are worth."""
    for measure in measures(contract):
        if isinstance(measure.measured.scoring, SumOf):
            for index, part in enumerate(measure.measured.scoring.parts):
                if part.points is None:
                    span = tree.span((*measure.at, "scoring", "parts", index))
                    expected = say("points: what this part of the sum is worth")
                    yield Diagnostic("DX217", span, say("a part without points"), expected)


def parts_beyond_the_whole(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Parts that are worth more together than their sum may come to, and nobody wrote that it stops there.

    A bonus is "up to" by nature; what parts come to with a factor of each party or group is not known here.
    """
    for measure in measures(contract):
        rule = measure.measured.scoring
        if (
            not isinstance(rule, SumOf)
            or rule.highest is not None
            or measure.place.section.kind is not SectionKind.BASE
        ):
            continue
        together = Fraction(0)
        for part in rule.parts:
            together += (part.points or 0) * part.times if isinstance(part.times, Fraction) else 0
        if together > measure.points:
            found = say("parts of {points} points together", points=show(together))
            expected = say("{most} points, or highest: where the sum stops", most=show(measure.points))
            yield Diagnostic("DX319", tree.key_span((*measure.at, "scoring", "parts")), found, expected)


def parts_too_deep(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Parts of parts of parts: nobody can check such a sheet by hand."""
    for measure in measures(contract):
        if measure.depth == PART_DEPTH_MAX + 1:
            found, expected = (
                say("a part at level {depth}", depth=measure.depth),
                say("at most {most}", most=PART_DEPTH_MAX),
            )
            yield Diagnostic("DX218", tree.span(measure.at), found, expected)


def points_nobody_can_earn(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A method whose best result is less than what the item, or the part, says it is worth."""
    for measure in measures(contract):
        stated = measure.depth == 0 or (isinstance(measure.measured, Part) and measure.measured.points is not None)
        best = most(measure.measured.scoring, measure.points)
        if not stated or best is None or best >= measure.points or _lacks_points(measure):
            continue
        found = say("{points} points, of which {best} can be earned", points=show(measure.points), best=show(best))
        expected = say("points that somebody can earn")
        yield Diagnostic("DX310", tree.span((*measure.at, "points")), found, expected)


def _lacks_points(measure: Measure) -> bool:
    """A sum whose parts lack points is refused as such."""
    is_sum = isinstance(measure.measured.scoring, SumOf)
    return is_sum and any(part.points is None for part in parts_of(measure.measured))


def worse_place_earns_more(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A table of places that rises on the way down."""
    for measure in measures(contract):
        rule = measure.measured.scoring
        if not isinstance(rule, Rank) or not (rule.table or rule.shares):
            continue
        at = (*measure.at, "scoring")
        places: list[tuple[Location, Fraction]]
        places = [((*at, "table", index), points) for index, points in enumerate(rule.table)]
        places += [((*at, "shares", index, "points"), share.points) for index, share in enumerate(rule.shares)]
        for (_, better), (place, points) in pairwise([*places, ((*at, "after"), rule.after)]):
            if points > better:
                found = say("{points} points, more than the place before", points=show(points))
                yield Diagnostic("DX316", tree.span(place), found, say("at most {most}", most=show(better)))
