"""Indicators made of scores: which scores are known where they are used, and what may be made of them."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.places import ItemPlace, Measure, Stage, Stand, items, measures, sections, terms, terms_of
from rules.condition import ItemMet, ItemScoreIs, ValueIs
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.indicator import Indicator, Kind, PastTake, Take
from rules.safeguards.measures import low_end_is_better
from rules.scoring import FirstOf, ScoringRule, parts_of
from rules.scoring_terms import FromData
from rules.sheet import PeriodicSheet
from rules.source import Location, Tree

_IDLE = ("missing", "nothing_to_count", "incomplete", "min_denominator", "period")


def known_before(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """The scores are those of items and sections that stand before, on the same sheet."""
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
        for name in _sections_not_before(contract, measure.indicator, here[1]):
            found = say("{indicator}, made of the score of {section}", indicator=measure.indicator.id, section=name)
            expected = say("scores of sections that stand before its own on the same sheet")
            yield Diagnostic("DX219", tree.span(measure.indicator_at or measure.at), found, expected)


def _sections_not_before(contract: Contract, indicator: Indicator, here: ItemPlace) -> Iterator[str]:
    """Those that the indicator is made of and that do not stand before the item's own section, on the same sheet."""
    listed = [(place.section.id, place) for place in sections(contract)]
    names = [name for name, _ in listed]
    for name in indicator.scores.sections if indicator.scores is not None else ():
        if name in names:
            number = names.index(name)
            if number >= names.index(here.section.id) or listed[number][1].sheet is not here.sheet:
                yield name


def conditions_before(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A condition inside scoring looks at items that stand before, on the same sheet."""
    order = {place.item.id: (number, place) for number, place in enumerate(items(contract))}
    for measure in measures(contract):
        for index, part in enumerate(parts_of(measure.measured)):
            at = (*measure.at, "scoring", "parts", index, "when")
            if part.when is None:
                continue
            if not isinstance(measure.measured.scoring, FirstOf):
                expected = say("no when here: only the parts of first_of have a condition")
                yield Diagnostic("DX212", tree.key_span(at), say("a condition that nothing looks at"), expected)
            for stand in terms_of(Stand(at, part.when, Stage.SCORING)):
                key, names = _items_looked_at(contract, stand)
                for name in names:
                    if name in order and not _before(order[name], order[measure.place.item.id]):
                        expected = say("an item that stands before it on the same sheet")
                        yield Diagnostic(
                            "DX219", tree.span((*stand.at, key)), say("the item {item}", item=name), expected
                        )
                for name in _sections_looked_at(contract, stand, measure.place):
                    expected = say("a section that stands before its own on the same sheet")
                    yield Diagnostic(
                        "DX219", tree.span((*stand.at, "value")), say("the section {section}", section=name), expected
                    )


def _sections_looked_at(contract: Contract, stand: Stand, here: ItemPlace) -> Iterator[str]:
    """Those whose scores a condition needs and that do not stand before."""
    match stand.condition:
        case ValueIs(value=name) if name in contract.indicator_by_id:
            yield from _sections_not_before(contract, contract.indicator_by_id[name], here)
        case _:
            return


def _items_looked_at(contract: Contract, stand: Stand) -> tuple[str, tuple[str, ...]]:
    """The key of the condition, and the items whose scores it needs."""
    match stand.condition:
        case ItemScoreIs(item=name):
            return "item", (name,)
        case ItemMet(item_met=name):
            return "item_met", (name,)
        case ValueIs(value=name) if name in contract.indicator_by_id:
            scores = contract.indicator_by_id[name].scores
            return "value", () if scores is None else scores.items
        case _:
            return "", ()


def values_in_conditions(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A condition compares a number, reported at least as often as the sheet is scored."""
    for measure in measures(contract):
        for index, part in enumerate(parts_of(measure.measured)):
            at = (*measure.at, "scoring", "parts", index, "when")
            for stand in terms_of(Stand(at, part.when, Stage.SCORING)) if part.when is not None else ():
                if isinstance(stand.condition, ValueIs) and stand.condition.value in contract.indicator_by_id:
                    indicator = contract.indicator_by_id[stand.condition.value]
                    yield from _fits_a_condition(tree, (*stand.at, "value"), indicator, measure.place.sheet)


def values_in_money(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A condition on money compares a number too; scores have conditions of their own, once they are there."""
    for stand in terms(contract):
        indicator = contract.indicator_by_id.get(getattr(stand.condition, "value", ""))
        if stand.stage is not Stage.MONEY or indicator is None:
            continue
        at = (*stand.at, "value")
        yield from _fits_a_condition(tree, at, indicator, None)
        if indicator.scores is not None and indicator.scores.contract is None:
            found = say("{indicator}, made of scores of this contract", indicator=indicator.id)
            yield Diagnostic("DX213", tree.span(at), found, say("item or section: a condition on the score itself"))


def _fits_a_condition(
    tree: Tree, at: Location, indicator: Indicator, sheet: PeriodicSheet | None
) -> Iterator[Diagnostic]:
    if indicator.kind is Kind.CHECKLIST:
        found = say("{method} on an indicator of kind {kind}", method="value", kind=indicator.kind)
        yield Diagnostic("DX213", tree.span(at), found, say("a number that can be compared"))
    if sheet is not None and indicator.scores is None and indicator.every.per_year < sheet.each.per_year:
        found = say("{indicator}, reported every {cadence}", indicator=indicator.id, cadence=indicator.every)
        expected = say("an indicator reported every {cadence} or more often", cadence=sheet.each)
        yield Diagnostic("DX226", tree.span(at), found, expected)


def _before(one: tuple[int, ItemPlace], here: tuple[int, ItemPlace]) -> bool:
    return one[0] < here[0] and one[1].sheet is here[1].sheet


def scores_are_points(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """More points are better already, nobody reports them, and there are none of the year before."""
    for measure in _made_of_scores(contract):
        assert measure.indicator is not None
        assert measure.indicator.scores is not None
        rule = measure.measured.scoring
        span = tree.span((*measure.at, "scoring", "method"))
        if low_end_is_better(measure.measured) and measure.indicator.scores.take is not Take.VARIANCE:
            found = say("fewer points of other items as the better")
            yield Diagnostic("DX213", span, found, say("more points as the better: they say how good it is already"))
        if _takes_last_year(rule):
            found = say("the scores of the year before")
            yield Diagnostic("DX213", span, found, say("a number, or by_party: only this year's scores are known"))
        for key in _IDLE:
            if key in measure.measured.model_fields_set:
                found = say("an option that scores do not look at")
                yield Diagnostic("DX212", tree.key_span((*measure.at, key)), found, say("no {key} here", key=key))


def earlier_results_are_points(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """More points and a better place are better already; of what is computed there is no year before, and no periods."""
    for measure in measures(contract):
        reads = measure.measured.indicator is not None or measure.depth > 0
        if not reads or measure.indicator is None or measure.indicator.past is None:
            continue
        rule, span = measure.measured.scoring, tree.span((*measure.at, "scoring", "method"))
        by_rank = measure.indicator.past.take is PastTake.RANK
        if not parts_of(measure.measured) and low_end_is_better(measure.measured) != by_rank:
            found = say("a worse result of earlier years as the better")
            expected = say("direction: lower, for a place") if by_rank else say("more points as the better")
            yield Diagnostic("DX213", span, found, expected)
        if _takes_last_year(rule):
            found, expected = say("the year before, of earlier years"), say("a number, or by_party")
            yield Diagnostic("DX213", span, found, expected)
        for key in _IDLE[1:]:
            if key in measure.measured.model_fields_set:
                found = say("an option that earlier years do not look at")
                yield Diagnostic("DX212", tree.key_span((*measure.at, key)), found, say("no {key} here", key=key))


def _takes_last_year(rule: ScoringRule) -> bool:
    parameters = (getattr(rule, name) for name in type(rule).model_fields)
    return any(one is FromData.LAST_YEAR or one is FromData.CARRIED for one in parameters)


def _made_of_scores(contract: Contract) -> Iterator[Measure]:
    for measure in measures(contract):
        reads = measure.measured.indicator is not None or measure.depth > 0
        if reads and measure.indicator is not None and measure.indicator.scores is not None:
            yield measure
