"""Conditions as truths of columns: the second compiler of the one language of conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import assert_never

from engine.columnar.exact import Ratio, total, whole
from engine.columnar.found import incidents_found
from engine.columnar.money.value import value_lies
from engine.columnar.past import places_gained, years_in_which
from engine.columnar.plan import IntColumn, Plan, Truth, in_list
from engine.columnar.scribe import Scribe, input_column
from engine.columnar.sheet import ItemColumns, OutcomeColumns, SectionColumns
from engine.columnar.tallies import Told
from rules.condition import (
    AboutOthers,
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
from rules.quantity import DECIMALS_MAX
from rules.range import Range
from rules.sheet import Combine, SectionKind

# A mean over periods that no decimal writes is rounded down to so many units before it is compared.
UNITS = 10**DECIMALS_MAX


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a condition compares, for those who have it."""

    value: Ratio
    there: Truth


@dataclass
class Standing:
    """What conditions may look at, at one stage of the adjudication; a stage adds its own before the next one looks.

    `linked` are truths decided beforehand: whether enough of the parties answered for, or directly below, satisfy the
    inner condition.
    """

    scribe: Scribe
    score: Measure
    sections: dict[str, Measure]
    items: dict[str, Measure]
    met: dict[str, Truth]
    all_targets_met: Truth
    linked: Mapping[AboutOthers, Truth]
    entered: Truth | None = None
    rank: Measure | None = None
    climbed: Measure | None = None
    warned: Measure | None = None
    vetoed: Truth | None = None
    grade: IntColumn | None = None
    decided: dict[Condition, Truth] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        return self.scribe.plan

    def ranked(self, place: IntColumn) -> None:
        """The place, and how many were gained on the year before."""
        self.rank = Measure(whole(place), self.plan.truth(True))
        self.climbed = Measure(*places_gained(self.scribe, place))

    def moved_on(self) -> None:
        """Something else is known now: nothing decided before need hold."""
        self.decided.clear()


def standing(scribe: Scribe, outcome: OutcomeColumns, linked: Mapping[AboutOthers, Truth]) -> Standing:
    """What scoring alone gives: total, sections, items, targets met."""
    sections = {one.section.id: _of_window(one) for one in outcome.sections}
    items = {item.item.id: _of_window(item) for one in outcome.sections for item in one.items}
    for sheet in outcome.sheets:
        grouped: dict[str, list[SectionColumns]] = {}
        by_item: dict[str, list[ItemColumns]] = {}
        for section in sheet.sections:
            grouped.setdefault(section.section.id, []).append(section)
            for item in section.items:
                by_item.setdefault(item.item.id, []).append(item)
        sections |= {name: _over_periods(scribe, listed, sheet.sheet.combine) for name, listed in grouped.items()}
        items |= {name: _over_periods(scribe, listed, sheet.sheet.combine) for name, listed in by_item.items()}
    met: dict[str, Truth] = {}
    for item in outcome.items():
        reached = ~item.there | item.met
        met[item.item.id] = (met[item.item.id] & reached if item.item.id in met else reached).settled()
    base = [one for one in outcome.all_sections() if one.section.kind is SectionKind.BASE]
    every = scribe.plan.all_of(~item.there | item.met for section in base for item in section.items)
    total_score = Measure(whole(outcome.total, 10**scribe.contract.decimals), scribe.plan.truth(True))
    return Standing(scribe, total_score, sections, items, met, every.named(), linked)


def _of_window(one: SectionColumns | ItemColumns) -> Measure:
    return Measure(one.value, one.scored)


def _over_periods(scribe: Scribe, listed: Sequence[SectionColumns | ItemColumns], combine: Combine) -> Measure:
    """Their mean or sum, as the sheet takes it; exempt periods do not enter."""
    there = scribe.plan.any_of(one.scored for one in listed).settled()
    summed = total(scribe.plan, (one.value for one in listed))
    if combine is Combine.SUM:
        return Measure(summed.settled(), there)
    count = scribe.plan.count(one.scored for one in listed).at_least(1)
    mean = whole(summed.per(whole(count)).times(Fraction(UNITS)).floor().named(), UNITS)
    return Measure(mean, there)


def decide(standing: Standing, condition: Condition) -> Truth:
    """Whether the condition holds, for everybody."""
    if condition not in standing.decided:
        standing.decided[condition] = _decide(standing, condition).named()
    return standing.decided[condition]


def _decide(standing: Standing, condition: Condition) -> Truth:
    match condition:
        case AllOf(all=terms):
            return standing.plan.all_of(decide(standing, term) for term in terms)
        case AnyOf(any=terms):
            return standing.plan.any_of(decide(standing, term) for term in terms)
        case Not(not_=term):
            return ~decide(standing, term)
        case GroupIs(group=groups):
            return in_list(standing.plan, "group", groups)
        case Linked() | Children():
            return standing.linked.get(condition, standing.plan.truth(False))
        case ValueIs():
            return value_lies(standing.scribe, condition)
        case _:
            return _simple(standing, condition)


def _simple(standing: Standing, condition: Condition) -> Truth:
    plan = standing.plan
    match condition:
        case ItemMet(item_met=item):
            # Nobody has missed a target that is not on their sheet; nobody meets one of another contract.
            own = item in standing.scribe.contract.item_by_id
            return standing.met.get(item, plan.truth(own))
        case AllTargetsMet(all_targets_met=wanted):
            return standing.all_targets_met if wanted else ~standing.all_targets_met
        case Vetoed(vetoed=wanted):
            assert standing.vetoed is not None, "checked: looked at after the vetoes"
            return standing.vetoed if wanted else ~standing.vetoed
        case GradeIs(grade=wanted_grades):
            assert standing.grade is not None, "checked: looked at after the grades"
            known = [band.id for band in standing.scribe.contract.grades]
            places = [known.index(grade) for grade in wanted_grades if grade in known]
            return plan.any_of(standing.grade.equals(place) for place in places)
        case _:
            measure, wanted_range = _measured(standing, condition)
            return measure.there & _inside(measure.value, wanted_range) if measure else plan.truth(False)


def _measured(standing: Standing, condition: Condition) -> tuple[Measure | None, Range]:
    match condition:
        case ScoreIs(score=wanted):
            return standing.score, wanted
        case SectionScoreIs(section=section, score=wanted):
            return standing.sections.get(section), wanted
        case ItemScoreIs(item=item, score=wanted):
            return standing.items.get(item), wanted
        case RankIs(rank=wanted):
            return standing.rank, wanted
        case Climbed(climbed=wanted):
            return standing.climbed, wanted
        case WarnedTimes(warned=wanted):
            return standing.warned, wanted
        case IncidentCount(incident=kinds, severity=severities, count=wanted):
            counted = incidents_found(standing.scribe, kinds, standing.scribe.year_window, severities)
            return _known(standing, counted), wanted
        case Earlier(count=wanted) as earlier:
            return _known(standing, years_in_which(standing.scribe, earlier)), wanted
        case MonthsIn(months_in=state, count=wanted):
            months = standing.scribe.columns.months.get(state)
            count = standing.plan.constant(0) if months is None else input_column(standing.scribe, months)
            return _known(standing, count), wanted
        case AllOf() | AnyOf() | Not() | Linked() | Children() | GroupIs() | ValueIs():
            raise AssertionError("decided elsewhere")
        case ItemMet() | AllTargetsMet() | Vetoed() | GradeIs():
            raise AssertionError("truths, decided elsewhere")
        case _ as never:
            assert_never(never)


def _known(standing: Standing, count: IntColumn) -> Measure:
    return Measure(whole(count), standing.plan.truth(True))


def _inside(value: Ratio, wanted: Range) -> Truth:
    """Within the bounds taken to whole units: every measure is a whole number of them."""
    plan, truths = value.plan, []
    if wanted.low is not None:
        scaled = wanted.low * UNITS
        low = ceil(scaled) if wanted.at_least is not None else floor(scaled) + 1
        truths.append(value.is_at_least(Fraction(low, UNITS)))
    if wanted.high is not None:
        scaled = wanted.high * UNITS
        high = floor(scaled) if wanted.at_most is not None else ceil(scaled) - 1
        truths.append(~value.is_above(Fraction(high, UNITS)))
    return plan.all_of(truths)


def told_by(standing: Standing, condition: Condition) -> dict[Told, Truth]:
    """By kind of incident and severities, whether one of those made the condition hold: not in a part that does not, or
    must not."""
    found: dict[Told, list[Truth]] = {}
    for told, truth in _told(standing, condition, standing.plan.truth(True)):
        found.setdefault(told, []).append(truth)
    return {told: standing.plan.any_of(truths).settled() for told, truths in found.items()}


def _told(standing: Standing, condition: Condition, above: Truth) -> Iterator[tuple[Told, Truth]]:
    here = (above & decide(standing, condition)).settled()
    match condition:
        case IncidentCount(incident=kinds, severity=severities):
            for kind in kinds:
                yield Told(kind, severities), here
        case AllOf(all=terms) | AnyOf(any=terms):
            for term in terms:
                yield from _told(standing, term, here)
        case _:
            return


def linked_in(conditions: Iterable[Condition | None]) -> Iterator[AboutOthers]:
    """Every condition about linked parties or children, wherever it stands in these."""
    for condition in conditions:
        match condition:
            case Linked() | Children():
                yield condition
            case AllOf(all=terms) | AnyOf(any=terms):
                yield from linked_in(terms)
            case Not(not_=term):
                yield from linked_in([term])
            case _:
                pass
