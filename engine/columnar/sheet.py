"""The score sheet as columns: items in sections, sections in the annual and the periodic sheets, the total.

Rounding happens at item, section (and a sheet's period) and total only, as the contract declares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.columnar.against_target import bound
from engine.columnar.exact import Cases, Held, Ratio, cases_between, choose, constant, exactly, total, weighed, whole
from engine.columnar.methods import earn, spread
from engine.columnar.order import best_of
from engine.columnar.plan import IntColumn, Truth
from engine.columnar.scribe import Case, Known, Scribe
from rules.diagnostic import Text, say
from rules.period import Period
from rules.sheet import Combine, Item, PeriodicSheet, Section, SectionKind, Spread, TooFew

ZERO = Fraction(0)
NOTHING_LEFT = ("DX611", say("something to score"), say("every section is exempt"))


@dataclass(frozen=True, slots=True)
class ItemColumns:
    """An item over one window: `score` in units of 10**-decimals where `scored`; `there`: on whose sheet it stands."""

    item: Item
    window: Period
    decimals: int
    score: IntColumn
    scored: Truth
    met: Truth
    there: Truth

    @property
    def value(self) -> Ratio:
        return whole(self.score, 10**self.decimals)


@dataclass(frozen=True, slots=True)
class SectionColumns:
    """A section over one window; `full` and `exempt_points` before and after its weight, as in the interpreter."""

    section: Section
    window: Period
    decimals: int
    score: IntColumn
    scored: Truth
    there: Truth
    full: Ratio
    exempt_points: Ratio
    items: tuple[ItemColumns, ...]

    @property
    def value(self) -> Ratio:
        return whole(self.score, 10**self.decimals)


@dataclass(frozen=True, slots=True)
class PeriodColumns:
    period: Period
    score: IntColumn
    scored: Truth


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """A periodic sheet: the combined and weighted value, where `there`, and each period that is due."""

    sheet: PeriodicSheet
    value: Ratio
    there: Truth
    periods: tuple[PeriodColumns, ...]
    sections: tuple[SectionColumns, ...]


@dataclass(frozen=True, slots=True)
class OutcomeColumns:
    """What everybody scored under the contract, before vetoes; `total` in units of 10**-decimals."""

    sections: tuple[SectionColumns, ...]
    sheets: tuple[SheetColumns, ...]
    total: IntColumn

    def all_sections(self) -> tuple[SectionColumns, ...]:
        return (*self.sections, *(section for sheet in self.sheets for section in sheet.sections))

    def items(self) -> tuple[ItemColumns, ...]:
        return tuple(item for section in self.all_sections() for item in section.items)


def score(scribe: Scribe, progress: Callable[[], None] = lambda: None) -> OutcomeColumns:
    """The whole contract; `progress` is called after each section."""
    noted = len(scribe.faults)
    sections = []
    for section in scribe.contract.sections:
        sections.append(_section(scribe, section, scribe.year_window, scribe.plan.truth(True)))
        progress()
    faulty = scribe.noted_since(noted)
    sheets = [columns for sheet in scribe.contract.periodic if (columns := _sheet(scribe, sheet)) is not None]
    return OutcomeColumns(tuple(sections), tuple(sheets), _total(scribe, sections, sheets, faulty))


def _item(scribe: Scribe, section: Section, item: Item, window: Period, on_sheet: Truth) -> ItemColumns:
    scribe.plan.at = f"{item.id} {window}"
    there = (on_sheet & scribe.in_scope(item.applies_to)).settled()
    peers = scribe.in_scope(section.applies_to) & scribe.in_scope(item.applies_to)
    earned = earn(scribe, Case(item, item.points, window, there, peers.settled()))
    decimals = scribe.contract.decimals if item.decimals is None else item.decimals
    rounded = earned.points.rounded(decimals, item.rounding or scribe.contract.rounding, item.round_to)
    scored = (there & ~earned.exempt).named()
    score = scored.choose(rounded, scribe.plan.constant(0)).named()
    if item.spread is Spread.PEERS:
        score, scored = _as_the_peers(scribe, item, decimals, score, scored, there)
    columns = ItemColumns(item, window, decimals, score, scored, earned.met.named(), there)
    scribe.scored[item.id, window] = Known(columns.value, scored, columns.met, there)
    return columns


def _as_the_peers(
    scribe: Scribe, item: Item, decimals: int, score: IntColumn, scored: Truth, there: Truth
) -> tuple[IntColumn, Truth]:
    """Who is exempt gets the mean of what the peers earned themselves, where one of them did."""
    plan = scribe.plan
    count = scored.choose(plan.constant(1), plan.constant(0)).over_league("sum")
    mean = whole(score.over_league("sum", scored), 10**decimals).per(whole(count))
    rounded = exactly(mean).rounded(decimals, item.rounding or scribe.contract.rounding, item.round_to)
    gets = (there & ~scored & count.is_at_least(1)).settled()
    return gets.choose(rounded, score).named(), (scored | gets).named()


def _section(scribe: Scribe, section: Section, window: Period, due: Truth) -> SectionColumns:
    noted = len(scribe.faults)
    there = (due & scribe.in_scope(section.applies_to)).settled()
    items = tuple(_item(scribe, section, item, window, there) for item in section.items)
    scribe.plan.at = f"{section.id} {window}"
    full = _full(scribe, section, [(item.there, item) for item in items]).settled()
    few, nothing_left = _too_little(scribe, section, items)
    if section.too_few is TooFew.ERROR and few.value is not False:
        _note_too_few(scribe, section, window, there & few & ~scribe.noted_since(noted))
    lost = few & scribe.plan.truth(section.too_few is not TooFew.EXEMPT)
    exempt = (~lost & (few | nothing_left)).settled()
    points = _balance(scribe, section, items) if section.takes else _sum(scribe, section, items)
    held = cases_between(points, bound(section.floor), bound(section.cap)).times(section.weight)
    decimals = scribe.contract.decimals if section.decimals is None else section.decimals
    rounded = held.rounded(decimals, section.rounding or scribe.contract.rounding, section.round_to)
    scored = (there & ~exempt).named()
    score = (scored & ~lost).choose(rounded, scribe.plan.constant(0)).named()
    carried = _carried(scribe, section, items, full, lost, exempt)
    columns = SectionColumns(section, window, decimals, score, scored, there, full, carried, items)
    scribe.sections[section.id, window] = columns.value, scored
    return columns


def _too_little(scribe: Scribe, section: Section, items: Sequence[ItemColumns]) -> tuple[Truth, Truth]:
    """Fewer items than must be scored; and: there are items and every one is exempt."""
    few = ~scribe.plan.count(item.scored for item in items).is_at_least(section.min_scored)
    if section.takes:
        return few.settled(), scribe.plan.truth(False)
    on_sheet = scribe.plan.any_of(item.there for item in items)
    return few.settled(), (on_sheet & ~scribe.plan.any_of(item.scored for item in items)).settled()


def _note_too_few(scribe: Scribe, section: Section, window: Period, truth: Truth) -> None:
    expected = say("at least {least} scored items in {section}", least=section.min_scored, section=section.label)
    case = Case(section.items[0], ZERO, window, scribe.plan.truth(True), scribe.plan.truth(True))
    scribe.note("DX610", case, truth, expected, say("fewer were scored"))


def _full(scribe: Scribe, section: Section, items: Sequence[tuple[Truth, ItemColumns]]) -> Ratio:
    """What the section is worth with those items whose truth holds, its cap included."""
    if section.kind is not SectionKind.BASE:
        return constant(scribe.plan, ZERO)
    if section.takes:
        return constant(scribe.plan, section.full)
    worth = weighed(scribe.plan, ((there, item.item.points) for there, item in items))
    cap = bound(section.cap)
    if cap is None:
        return worth
    return choose(worth.is_above(cap).settled(), constant(scribe.plan, cap), worth)


def _carried(
    scribe: Scribe, section: Section, items: Sequence[ItemColumns], full: Ratio, lost: Truth, exempt: Truth
) -> Ratio:
    """The points that exempt items leave to the total, weighted; all of them where the section is exempt itself."""
    nothing = constant(scribe.plan, ZERO)
    if section.kind is not SectionKind.BASE:
        return nothing
    left = nothing
    if not section.takes:
        takers = scribe.plan.any_of(item.scored for item in items if item.item.points).settled()
        staying = [
            (item.scored | (takers & item.there & scribe.plan.truth(item.item.spread is not Spread.TOTAL)), item)
            for item in items
        ]
        left = full.minus(_full(scribe, section, [(truth.settled(), item) for truth, item in staying]))
    left = choose(exempt, full, choose(lost, nothing, left)).settled()
    return left.times(section.weight)


def _balance(scribe: Scribe, section: Section, items: Sequence[ItemColumns]) -> Cases:
    """The starting balance less what each item lost."""
    nothing = constant(scribe.plan, ZERO)
    losses = [choose(item.scored, constant(scribe.plan, item.item.points).minus(item.value), nothing) for item in items]
    return exactly(constant(scribe.plan, section.start or ZERO).minus(total(scribe.plan, losses)).settled())


def _sum(scribe: Scribe, section: Section, items: Sequence[ItemColumns]) -> Cases:
    """The sum of the items, scaled up where exempt items leave their points to the others."""
    summed = total(scribe.plan, (item.value for item in items)).settled()
    if section.kind is not SectionKind.BASE:
        return exactly(summed)
    present = weighed(scribe.plan, ((item.scored, item.item.points) for item in items))
    staying = weighed(
        scribe.plan,
        (
            (item.there if item.item.spread is not Spread.TOTAL else item.scored, item.item.points) for item in items
        ),
    )  # fmt: skip
    return spread(summed, present.settled(), staying.settled())


def _sheet(scribe: Scribe, sheet: PeriodicSheet) -> SheetColumns | None:
    """The sheet over the periods that are due; None while none is."""
    due = [period for period in scribe.year_window.parts(sheet.each) if scribe.due(period)]
    if not due:
        return None
    noted = len(scribe.faults)
    in_scope = scribe.plan.any_of(scribe.in_scope(section.applies_to) for section in sheet.sections).settled()
    sections: list[SectionColumns] = []
    periods: list[PeriodColumns] = []
    for period in due:
        inside = [_section(scribe, section, period, scribe.plan.truth(True)) for section in sheet.sections]
        scribe.plan.at = f"{sheet.id} {period}"
        added, exempt = _added(scribe, inside, [one for one in inside if one.section.kind.moves])
        held = cases_between(added, bound(sheet.floor), bound(sheet.cap))
        rounded = held.rounded(scribe.contract.decimals, scribe.contract.rounding)
        scored = (in_scope & ~exempt).named()
        periods.append(PeriodColumns(period, scored.choose(rounded, scribe.plan.constant(0)).named(), scored))
        sections += inside
    there = scribe.plan.any_of(one.scored for one in periods).settled()
    _note_of_sheet(scribe, sheet.sections, in_scope & ~there & ~scribe.noted_since(noted), NOTHING_LEFT)
    value = _combined(scribe, sheet, periods)
    return SheetColumns(sheet, value, there, tuple(periods), tuple(sections))


def _combined(scribe: Scribe, sheet: PeriodicSheet, periods: Sequence[PeriodColumns]) -> Ratio:
    """The mean of the periods scored, or of the best of them, or their sum with the share of exempt ones spread over the
    others; weighted."""
    values = [whole(one.score, 10**scribe.contract.decimals) for one in periods]
    taken = [one.scored for one in periods]
    if sheet.count is not None:
        taken = best_of(values, taken, sheet.count, higher=True)
    nothing = constant(scribe.plan, ZERO)
    summed = total(scribe.plan, (choose(there, value, nothing) for there, value in zip(taken, values, strict=True)))
    count = scribe.plan.count(taken).at_least(1)
    value = summed.per(whole(count))
    if sheet.combine is Combine.SUM:
        value = value.times(Fraction(len(periods)))
    return value.times(sheet.weight).settled()


def _note_of_sheet(scribe: Scribe, sections: Sequence[Section], truth: Truth, said: tuple[str, Text, Text]) -> None:
    """The place is the first item of the first section on somebody's sheet."""
    before = scribe.plan.truth(False)
    for section in sections:
        here = scribe.in_scope(section.applies_to)
        never = scribe.plan.truth(True)
        case = Case(section.items[0], ZERO, scribe.year_window, never, never)
        first = truth & here & ~before
        scribe.note(said[0], case, first, *said[1:])
        before = (before | here).settled()


def _added(scribe: Scribe, sections: Sequence[SectionColumns], extras: Sequence[SectionColumns]) -> tuple[Cases, Truth]:
    """Base sections with their exempt points spread over the whole, plus the extras; and where all of it is exempt."""
    base = [section for section in sections if section.section.kind is SectionKind.BASE]
    nothing = constant(scribe.plan, ZERO)
    on_sheet = scribe.plan.any_of(section.there for section in base)
    exempt = (on_sheet & ~scribe.plan.any_of(section.scored for section in base)).settled()
    earned = total(scribe.plan, (section.value for section in base)).settled()
    carried = total(scribe.plan, (choose(one.there, one.exempt_points, nothing) for one in base))
    full = total(
        scribe.plan, (choose(one.there, one.full.times(one.section.weight), nothing) for one in base)
    ).settled()
    added = spread(earned, full.minus(carried).settled(), full)
    moved = total(scribe.plan, (section.value for section in extras))
    return _plus(added, moved), exempt


def _plus(cases: Cases, more: Ratio) -> Cases:
    """The same added to every case."""
    if more.over.is_constant and more.over.low == 0:
        return cases
    return Cases(
        tuple((truth, Held(held.value.plus(more).settled())) for truth, held in cases.cases),
        Held(cases.otherwise.value.plus(more).settled()),
    )


def _total(
    scribe: Scribe, sections: Sequence[SectionColumns], sheets: Sequence[SheetColumns], faulty: Truth
) -> IntColumn:
    """Start + annual sheet x weight + periodic sheets + bonuses - deductions, within cap and floor, rounded."""
    contract, agreed, plan = scribe.contract, scribe.contract.total, scribe.plan
    base = [section for section in sections if section.section.kind is SectionKind.BASE]
    extras = [section for section in sections if section.section.kind.moves]
    plan.at = "total"
    annual, exempt = _added(scribe, base, [])
    few, named = _too_few_sections(scribe, base), [section.section for section in base]
    if agreed.too_few is TooFew.ERROR:
        expected = say("at least {least} scored base sections", least=agreed.min_sections)
        _note_of_sheet(scribe, named, few & ~faulty, ("DX610", expected, say("fewer were scored")))
    _note_of_sheet(scribe, named, exempt & ~faulty & ~few, NOTHING_LEFT)
    annual = annual.times(contract.annual_weight).first((exempt, Held(constant(plan, ZERO))))
    nothing = constant(plan, ZERO)
    others = total(plan, (choose(sheet.there, sheet.value, nothing) for sheet in sheets))
    bonus = total(plan, (one.value for one in extras if one.section.kind is SectionKind.BONUS))
    if (cap := bound(agreed.bonus_cap)) is not None:
        bonus = choose(bonus.is_above(cap).settled(), constant(plan, cap), bonus).settled()
    moved = bonus.plus(total(plan, (one.value for one in extras if one.section.kind is not SectionKind.BONUS)))
    more = others.plus(moved).plus(constant(plan, agreed.start)).settled()
    held = cases_between(_plus(annual, more), bound(agreed.floor), bound(agreed.cap))
    rounded = held.rounded(contract.decimals, contract.rounding, agreed.round_to)
    return few.choose(plan.constant(0), rounded).named("total")


def _too_few_sections(scribe: Scribe, base: Sequence[SectionColumns]) -> Truth:
    """Some are on the sheet, and something was scored in fewer of them than is asked for."""
    on_sheet = scribe.plan.any_of(one.there for one in base)
    counting = (one.scored & scribe.plan.any_of(item.scored for item in one.items) for one in base)
    counted = scribe.plan.count(truth.settled() for truth in counting)
    return (on_sheet & ~counted.is_at_least(scribe.contract.total.min_sections)).settled()
