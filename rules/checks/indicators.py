"""Whether each method has the indicator it reads, and reads what it has."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.places import Measure, measures, reads_nothing
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Text, say
from rules.indicator import Kind
from rules.scoring import Brackets, Checklist, Mark, Measured, Rank, Relative, parts_of
from rules.scoring_terms import Reference
from rules.source import Location, Tree
from rules.wording import listed

_OF_READING = ("direction", "missing", "nothing_to_count", "incomplete", "min_denominator", "period")
_NUMERIC = tuple(kind for kind in Kind if kind is not Kind.CHECKLIST)


def lacking_or_idle(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A method that reads a value and has none to read; an indicator that nothing below it reads."""
    for measure in measures(contract):
        measured = measure.measured
        if measured.indicator is not None and not _is_read(measured):
            found = say("indicator {name}, which nothing here reads", name=measured.indicator)
            span = tree.key_span((*measure.at, "indicator"))
            yield Diagnostic("DX211", span, found, say("no indicator"))
        elif _reads(measured) and measure.indicator_at is None:
            span = tree.span((*measure.at, "scoring", "method"))
            found = say("{method} without an indicator", method=measured.scoring.method)
            yield Diagnostic("DX210", span, found, say("indicator: what is measured"))


def _reads(measured: Measured) -> bool:
    """Whether the method itself reads a value."""
    return not parts_of(measured) and not reads_nothing(measured)


def _is_read(measured: Measured) -> bool:
    """Whether the method, or a part that takes the indicator from it, reads a value."""
    parts = parts_of(measured)
    return any(part.indicator is None and _is_read(part) for part in parts) if parts else _reads(measured)


def idle_options(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Options that change nothing where they stand: a reader would believe that they do."""
    for at, key, why in _idle(contract):
        found, expected = say("an option {why}", why=why), say("no {key} here", key=key)
        yield Diagnostic("DX212", tree.key_span((*at, key)), found, expected)


def _idle(contract: Contract) -> Iterator[tuple[Location, str, Text]]:
    for measure in measures(contract):
        measured, scoring = measure.measured, measure.measured.scoring
        if not _reads(measured):
            by_parts = say("that each part states for itself")
            why = by_parts if parts_of(measured) else say("that counting incidents does not look at")
            yield from ((measure.at, key, why) for key in _OF_READING if key in measured.model_fields_set)
        if isinstance(scoring, Rank) and scoring.less_per_place is not None and "after" in scoring.model_fields_set:
            yield (*measure.at, "scoring"), "after", say("that only a table of places looks at")
    for index, award in enumerate(contract.awards):
        if award.above is not None and award.per_point is None:
            yield ("awards", index), "above", say("that only an award for each point looks at")


def kinds_that_do_not_fit(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A checklist is ticked, a mark is given, everything else reads a number."""
    for measure in measures(contract):
        if measure.indicator is None or not _reads(measure.measured):
            continue
        wanted = _wanted_kinds(measure)
        kind = measure.indicator.kind
        if kind not in wanted:
            span = tree.span((*measure.at, "scoring", "method"))
            method = measure.measured.scoring.method
            found = say("{method} on an indicator of kind {kind}", method=method, kind=kind)
            yield Diagnostic("DX213", span, found, say("an indicator of kind {kinds}", kinds=listed(wanted)))


def _wanted_kinds(measure: Measure) -> tuple[Kind, ...]:
    match measure.measured.scoring:
        case Checklist():
            return (Kind.CHECKLIST,)
        case Mark():
            return (Kind.MARK,)
        case _:
            return _NUMERIC


def options_for_ratios(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A smallest denominator, and pooling, where there is no denominator."""
    for measure in measures(contract):
        if measure.indicator is None or measure.indicator.kind is Kind.RATIO or not _reads(measure.measured):
            continue
        expected = say("an indicator of kind {kinds}", kinds=Kind.RATIO)
        if measure.measured.min_denominator is not None:
            found = say("min_denominator for a {kind}", kind=measure.indicator.kind)
            yield Diagnostic("DX214", tree.key_span((*measure.at, "min_denominator")), found, expected)
        if measure.measured.nothing_to_count is not None:
            found = say("nothing_to_count for a {kind}", kind=measure.indicator.kind)
            yield Diagnostic("DX214", tree.key_span((*measure.at, "nothing_to_count")), found, expected)
        scoring = measure.measured.scoring
        if isinstance(scoring, Relative | Brackets) and scoring.to is Reference.POOLED:
            found = say("pooled for a {kind}", kind=measure.indicator.kind)
            yield Diagnostic("DX214", tree.span((*measure.at, "scoring", "to")), found, expected)


def weights_of_periods(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """As many weights as the indicator has periods in the year."""
    for measure in measures(contract):
        weights = measure.measured.period.weights
        if measure.indicator is None or not weights:
            continue
        due = measure.indicator.every.per_year
        if len(weights) != due:
            span = tree.span((*measure.at, "period", "weights"))
            found = say("{count} weights", count=len(weights))
            expected = say("{count}, since {indicator} is reported every {cadence}", count=due,
                           indicator=measure.indicator.id, cadence=measure.indicator.every)  # fmt: skip
            yield Diagnostic("DX225", span, found, expected)


def sheets_finer_than_reports(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A sheet of every month cannot read what is reported every quarter; its own scores it has in every period."""
    for measure in measures(contract):
        sheet, indicator = measure.place.sheet, measure.indicator
        if sheet is None or indicator is None or measure.indicator_at is None or not _reads(measure.measured):
            continue
        if indicator.scores is not None and indicator.scores.contract is None:
            continue
        if indicator.every.per_year < sheet.each.per_year:
            found = say("{indicator}, reported every {cadence}", indicator=indicator.id, cadence=indicator.every)
            expected = say("an indicator reported every {cadence} or more often", cadence=sheet.each)
            yield Diagnostic("DX226", tree.span(measure.indicator_at), found, expected)
