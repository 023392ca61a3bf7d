"""The most that a method, a section, a sheet and the whole can give, and the least of a method. None: without limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil
from typing import assert_never

from rules.contract import Contract
from rules.scoring import (
    AllOrNothing,
    BestOf,
    Brackets,
    ByGroup,
    Checklist,
    Composite,
    Exempt,
    FirstOf,
    Fixed,
    Improvement,
    Linear,
    Mark,
    Measured,
    Part,
    PerEvent,
    Proportional,
    Rank,
    Relative,
    ScoringRule,
    Steps,
    SumOf,
    Tiers,
    WorstOf,
    parts_of,
)
from rules.scoring_terms import Limit, Missing, PartPoints, RateTerms, StepTerms
from rules.sheet import Combine, PeriodicSheet, Section, SectionKind

ZERO = Fraction(0)


def highest_total(contract: Contract) -> Fraction | None:
    """No total is above this. For linked posts it is not known here: what is linked is another contract's."""
    if contract.linkage or _spreads_more_than_points(contract.all_sections()):
        return _bound(contract.total.cap)
    base = _base_most(contract.sections)
    taking = [section_most(s) for s in contract.sections if s.kind is SectionKind.DEDUCTION]
    bonus = _capped(bonuses_most(contract), contract.total.bonus_cap)
    annual = _times(base, contract.annual_weight)
    whole = _sum([annual, bonus, *taking, *map(sheet_most, contract.periodic), contract.total.start])
    return _rounded_up(_capped(whole, contract.total.cap), contract.total.round_to)


def bonuses_most(contract: Contract) -> Fraction | None:
    """What the annual bonus sections give together: `bonus_cap` holds no others."""
    return _sum(section_most(section) for section in contract.sections if section.kind is SectionKind.BONUS)


def _spreads_more_than_points(sections: Iterable[Section]) -> bool:
    """Whether exempt points may go to an item that gives more than its points, which is then worth even more."""
    items = [item for one in sections if one.kind is SectionKind.BASE and not one.takes for item in one.items]
    tops = [(most(item.scoring, item.points), item.points) for item in items]
    return any(map(_may_be_exempt, items)) and any(top is None or top > points for top, points in tops)


def _may_be_exempt(measured: Measured) -> bool:
    policies = (measured.missing, measured.nothing_to_count)
    small = measured.min_denominator is not None
    return (
        Missing.EXEMPT in policies
        or small
        or isinstance(measured.scoring, Exempt)
        or any(map(_may_be_exempt, parts_of(measured)))
    )


def _base_most(sections: Sequence[Section]) -> Fraction | None:
    """Of the base sections together; what somebody is exempt from may be earned elsewhere, so all of the points may be."""
    base = [section for section in sections if section.kind is SectionKind.BASE]
    exempt = any(_may_be_exempt(item) for section in base for item in section.items)
    return _sum(_at_least(section_most(one), one.full * one.weight if exempt else ZERO) for one in base)


def _at_least(top: Fraction | None, points: Fraction) -> Fraction | None:
    return None if top is None else max(top, points)


def sheet_most(sheet: PeriodicSheet) -> Fraction | None:
    """Over the year, weighted."""
    moving = _sum(section_most(section) for section in sheet.sections if section.kind.moves)
    most = _capped(_sum([_base_most(sheet.sections), moving]), sheet.cap)
    return _times(most, sheet.weight * (1 if sheet.combine is not Combine.SUM else sheet.each.per_year))


def section_most(section: Section) -> Fraction | None:
    """Under its cap, weighted; as far up as rounding of its own may take it."""
    unit = section.round_to
    if unit is None and section.decimals is not None:
        unit = Fraction(1, 10**section.decimals)
    return _rounded_up(_times(_capped(uncapped_most(section), section.cap), section.weight), unit)


def uncapped_most(section: Section) -> Fraction | None:
    """What the items could give, whatever the cap says. A balance grows by what an item gives above its points."""
    if _spreads_more_than_points([section]):
        return None
    if not section.takes:
        exempt = section.kind is SectionKind.BASE and any(map(_may_be_exempt, section.items))
        tops = [(most(item.scoring, item.points), item.points) for item in section.items]
        return _sum(_at_least(top, points if exempt else ZERO) for top, points in tops)
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
        case Fixed(share=share):
            return points * share
        case Exempt():
            return None
        case BestOf() | WorstOf() | SumOf() | FirstOf():
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


def _most_of_parts(rule: Composite, points: Fraction) -> Fraction | None:
    parts = rule.parts
    if isinstance(rule, FirstOf):
        parts = tuple(part for part in parts if not isinstance(part.scoring, Exempt))
    tops = [_most_of_part(part, points) for part in parts]
    bounded = [top for top in tops if top is not None]
    match rule:
        case BestOf() | FirstOf():
            return max(bounded) if bounded and len(bounded) == len(tops) else None
        case WorstOf():
            return (
                min(bounded, default=None) if not any(map(_may_be_exempt, parts)) else _most_without_some(parts, tops)
            )
        case SumOf():
            return _capped(_sum(tops), points if rule.highest is None else rule.highest)


def _most_without_some(parts: Sequence[Part], tops: Sequence[Fraction | None]) -> Fraction | None:
    """The worst of parts of which some may be exempt: the others hold it down, or the highest of all."""
    staying = [top for part, top in zip(parts, tops, strict=True) if top is not None and not _may_be_exempt(part)]
    if staying:
        return min(staying)
    return None if None in tops else max(top for top in tops if top is not None)


def _most_of_part(part: Part, points: Fraction) -> Fraction | None:
    top = most(part.scoring, points if part.points is None else part.points)
    match part.times:
        case Fraction() as factor:
            return _times(top, factor)
        case ByGroup(by_group=table):
            return _times(top, max(table.values()))
        case _:
            return None


def least(measured: Measured, points: Fraction) -> Fraction | None:
    """No score of it is below this, nor what it gets where nothing was reported."""
    lowest = _least_by_rule(measured.scoring, points)
    for policy in (measured.missing, measured.nothing_to_count):
        if lowest is not None and policy is Missing.ZERO:
            lowest = min(lowest, ZERO)
        if lowest is not None and isinstance(policy, PartPoints):
            lowest = min(lowest, policy.points)
    return lowest


def _least_by_rule(rule: ScoringRule, points: Fraction) -> Fraction | None:
    match rule:
        case Proportional() | Relative(proportion=RateTerms()) | Linear() | Improvement() | Mark() | Checklist():
            return ZERO
        case Steps() | Relative():
            terms = _step_terms(rule)
            highest = points if terms.highest is None else terms.highest
            return _bound(terms.lowest) if terms.deduct else _capped(points, highest)
        case AllOrNothing(missed=missed):
            return min(points, missed)
        case Tiers(bands=bands):
            return min(band.points for band in bands)
        case Brackets(below=below, lowest=lowest, start=start):
            begins = points if start is None else start
            return _bound(lowest) if below else _capped(begins, points if rule.highest is None else rule.highest)
        case PerEvent(deduct=deduct, lowest=lowest):
            return ZERO if deduct is None else _bound(lowest)
        case Rank(table=table, shares=shares, after=after, lowest=lowest):
            listed = [*table, *(share.points for share in shares)]
            return min(*listed, after) if listed else _bound(lowest)
        case Fixed(share=share):
            return points * share
        case Exempt():
            return points
        case BestOf() | WorstOf() | SumOf() | FirstOf():
            return _least_of_parts(rule, points)
        case _ as never:
            assert_never(never)


def _least_of_parts(rule: Composite, points: Fraction) -> Fraction | None:
    lows = [_least_of_part(part, points) for part in rule.parts]
    bounded = [low for low in lows if low is not None]
    whole, fewer = (_sum(lows) if isinstance(rule, SumOf) else None), any(map(_may_be_exempt, rule.parts))
    match rule:
        case BestOf() if not fewer:
            return max(bounded, default=None)
        case BestOf() | WorstOf() | FirstOf():
            return min(bounded) if len(bounded) == len(lows) else None
        case SumOf():
            if fewer and whole is not None:  # those that are left are worth more, above 0 as below
                whole = ZERO if min(bounded) >= 0 else None
            floor, highest = _bound(rule.lowest), points if rule.highest is None else rule.highest
            return floor if whole is None else _capped(whole if floor is None else max(whole, floor), highest)


def _least_of_part(part: Part, points: Fraction) -> Fraction | None:
    """Multiplied by what can make it the lowest; a factor agreed for each party has no limit."""
    low = least(part, points if part.points is None else part.points)
    match part.times:
        case Fraction() as factor:
            return _times(low, factor)
        case ByGroup(by_group=table):
            return None if low is None else min(low * factor for factor in table.values())
        case _:
            return ZERO if low is not None and low >= 0 else None


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


def _rounded_up(value: Fraction | None, unit: Fraction | None) -> Fraction | None:
    return value if value is None or unit is None else ceil(value / unit) * unit


def _sum(values: Iterable[Fraction | None]) -> Fraction | None:
    """None as soon as one of them has no limit."""
    total = ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total
