"""The most that a method, a section, a sheet and the whole can give. None: without limit."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from rules.contract import Contract
from rules.scoring import (
    AllOrNothing,
    BestOf,
    Brackets,
    Checklist,
    Improvement,
    Linear,
    Mark,
    PerEvent,
    Proportional,
    Rank,
    Relative,
    ScoringRule,
    Steps,
    SumOf,
    Tiers,
    WorstOf,
)
from rules.scoring_terms import Limit, RateTerms, StepTerms
from rules.sheet import Combine, PeriodicSheet, Section, SectionKind

ZERO = Fraction(0)


def highest_total(contract: Contract) -> Fraction | None:
    """No total is above this. For linked posts it is not known here: what is linked is another contract's."""
    if contract.linkage:
        return _bound(contract.total.cap)
    base = [section_most(s) for s in contract.sections if s.kind is SectionKind.BASE]
    extras = [section_most(s) for s in contract.sections if s.kind.moves]
    annual = _times(_sum(base), contract.annual_weight)
    whole = _sum([annual, *extras, *map(sheet_most, contract.periodic), contract.total.start])
    return _capped(whole, contract.total.cap)


def sheet_most(sheet: PeriodicSheet) -> Fraction | None:
    """Over the year, weighted."""
    most = _capped(_sum(section_most(one) for one in sheet.sections if one.kind is not SectionKind.WORKING), sheet.cap)
    return _times(most, sheet.weight * (1 if sheet.combine is not Combine.SUM else sheet.each.per_year))


def section_most(section: Section) -> Fraction | None:
    """Under its cap, weighted."""
    return _times(_capped(uncapped_most(section), section.cap), section.weight)


def uncapped_most(section: Section) -> Fraction | None:
    """What the items could give, whatever the cap says. A balance grows by what an item gives above its points."""
    if not section.takes:
        return _sum(most(item.scoring, item.points) for item in section.items)
    gains = [(most(item.scoring, item.points), item.points) for item in section.items]
    above = _sum(None if gain is None else max(ZERO, gain - points) for gain, points in gains)
    return _sum([section.start or ZERO, above])


def most(rule: ScoringRule, points: Fraction) -> Fraction | None:
    """No score of this method, worth so many points, is above this."""
    match rule:
        case Proportional() | Relative(proportion=RateTerms()):
            return points * _rate_terms(rule).cap
        case Steps() | Relative():
            return _most_of_steps(_step_terms(rule), points)
        case AllOrNothing(missed=missed):
            return max(points, missed)
        case Tiers(bands=bands):
            return max(band.points for band in bands)
        case Linear() | Improvement() | Mark():
            return points
        case Brackets() | PerEvent():
            return _most_of_moves(rule, points)
        case Rank(table=table, shares=shares, after=after):
            listed = [*table, *(share.points for share in shares)]
            return max(*listed, after) if listed else points
        case Checklist(entries=entries):
            return sum(entries.values(), ZERO)
        case BestOf() | WorstOf() | SumOf():
            return _most_of_parts(rule, points)
        case _ as never:
            assert_never(never)


def _most_of_moves(rule: Brackets | PerEvent, points: Fraction) -> Fraction | None:
    """Where it starts if it only takes, else what it may rise to."""
    match rule:
        case Brackets(start=start, highest=limit):
            highest = points if limit is None else _bound(limit)
            if rule.above:
                return highest
            begins = points if start is None else start
            return begins if highest is None else min(begins, highest)
        case PerEvent(add=None):
            return points
        case PerEvent(at_most=limit):
            return points if limit is None else _bound(limit)


def _most_of_parts(rule: BestOf | WorstOf | SumOf, points: Fraction) -> Fraction | None:
    tops = [most(part.scoring, points if part.points is None else part.points) for part in rule.parts]
    bounded = [top for top in tops if top is not None]
    match rule:
        case BestOf():
            return max(bounded) if len(bounded) == len(tops) else None
        case WorstOf():
            return min(bounded, default=None)
        case SumOf():
            return _capped(_sum(tops), points if rule.highest is None else rule.highest)


def _rate_terms(rule: Proportional | Relative) -> RateTerms:
    terms = rule if isinstance(rule, Proportional) else rule.proportion
    assert terms is not None
    return terms


def _most_of_steps(terms: StepTerms, points: Fraction) -> Fraction | None:
    if terms.add is None or terms.highest is None:
        return _capped(points, "none" if terms.highest is None else terms.highest)
    return _bound(terms.highest)


def _step_terms(rule: Steps | Relative) -> StepTerms:
    terms = rule if isinstance(rule, Steps) else rule.steps
    assert terms is not None
    return terms


def _bound(limit: Limit) -> Fraction | None:
    return None if isinstance(limit, str) else limit


def _capped(value: Fraction | None, cap: Limit) -> Fraction | None:
    bound = _bound(cap)
    return bound if value is None else value if bound is None else min(value, bound)


def _times(value: Fraction | None, factor: Fraction) -> Fraction | None:
    return None if value is None and factor else (value or ZERO) * factor


def _sum(values: Iterable[Fraction | None]) -> Fraction | None:
    """None as soon as one of them has no limit."""
    total = ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total
