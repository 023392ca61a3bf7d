"""Indicators made of scores: which scores are known where they are used, and what may be made of them."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.places import ItemPlace, Measure, items, measures
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.indicator import Take
from rules.safeguards.measures import fewer_is_better
from rules.scoring_terms import FromData
from rules.source import Tree

_IDLE = ("missing", "nothing_to_count", "incomplete", "min_denominator", "period")


def known_before(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """The scores are those of items that stand before, on the same sheet."""
    order = {place.item.id: (number, place) for number, place in enumerate(items(contract))}
    for measure in _made_of_scores(contract):
        assert measure.indicator is not None
        assert measure.indicator.scores is not None
        here = order[measure.place.item.id]
        for name in measure.indicator.scores.items:
            if name in order and not _before(order[name], here):
                found = say("{indicator}, made of the score of {item}", indicator=measure.indicator.id, item=name)
                expected = say("scores of items that stand before it on the same sheet")
                yield Diagnostic("DX219", tree.span(measure.indicator_at or measure.at), found, expected)


def _before(one: tuple[int, ItemPlace], here: tuple[int, ItemPlace]) -> bool:
    return one[0] < here[0] and one[1].sheet is here[1].sheet


def scores_are_points(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """More points are better already, nobody reports them, and there are none of the year before."""
    for measure in _made_of_scores(contract):
        assert measure.indicator is not None
        assert measure.indicator.scores is not None
        rule = measure.measured.scoring
        span = tree.span((*measure.at, "scoring", "method"))
        if fewer_is_better(measure.measured) and measure.indicator.scores.take is not Take.VARIANCE:
            found = say("fewer points of other items as the better")
            yield Diagnostic("DX213", span, found, say("more points as the better: they say how good it is already"))
        if FromData.LAST_YEAR in (getattr(rule, name, None) for name in type(rule).model_fields):
            found = say("the scores of the year before")
            yield Diagnostic("DX213", span, found, say("a number, or by_party: only this year's scores are known"))
        for key in _IDLE:
            if key in measure.measured.model_fields_set:
                found = say("an option that scores do not look at")
                yield Diagnostic("DX212", tree.key_span((*measure.at, key)), found, say("no {key} here", key=key))


def _made_of_scores(contract: Contract) -> Iterator[Measure]:
    for measure in measures(contract):
        reads = measure.measured.indicator is not None or measure.depth > 0
        if reads and measure.indicator is not None and measure.indicator.scores is not None:
            yield measure
