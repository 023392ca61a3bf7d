"""The interpreter: one contract, one subject, exact fractions, and the derivation of every number.

Items are scored and rounded; sections add them up, spread exempt points, clamp, weigh and round; periodic sheets do
the same for each period and are combined; the total adds it all up. Rounding happens at those three places only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from engine.facts import Facts, Subject
from engine.score.book import Book, Case
from engine.score.derivation import NOTHING, Location, Step, StepKind, added, clamped, readable, rounded, spread
from engine.score.earned import ZERO, bound
from engine.score.items import ItemScore, SheetScores
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Text, say
from rules.period import Period
from rules.sheet import Combine, PeriodicSheet, Section, SectionKind, Spread, TooFew


@dataclass(frozen=True, slots=True)
class SectionScore:
    """A section over one window. `score` None: wholly exempt. `exempt_points` go to the total, already weighted."""

    section: Section
    window: Period
    score: Fraction | None
    full: Fraction
    exempt_points: Fraction
    items: tuple[ItemScore, ...]
    step: Step


@dataclass(frozen=True, slots=True)
class SheetScore:
    """A periodic sheet: the combined and weighted score, and the score of each period that is due."""

    sheet: PeriodicSheet
    score: Fraction
    periods: tuple[tuple[Period, Fraction], ...]
    sections: tuple[SectionScore, ...]
    step: Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one subject scored under one contract, before vetoes."""

    subject: Subject
    sections: tuple[SectionScore, ...]
    sheets: tuple[SheetScore, ...]
    total: Fraction
    step: Step

    def all_sections(self) -> tuple[SectionScore, ...]:
        return (*self.sections, *(section for sheet in self.sheets for section in sheet.sections))

    def items(self) -> tuple[ItemScore, ...]:
        return tuple(item for section in self.all_sections() for item in section.items)


def interpret_all(
    facts: Facts, totals: Mapping[str, Mapping[str, Fraction]] = MappingProxyType({})
) -> tuple[tuple[Outcome, ...], list[Diagnostic]]:
    """Every subject of the contract, by code, and all faults of the data that stood in the way.

    `totals` are the scores under contracts interpreted before, by contract and subject.
    """
    book = Book(facts.contract, facts, totals=totals)
    sheet = SheetScores(book)
    book.scored = sheet.scored
    places = dict(_section_places(facts.contract))
    book.section_scored = lambda subject, name, window: _section_scored(sheet, subject, *places[name], window)
    outcomes = tuple(_interpret(sheet, subject) for subject in facts.subjects)
    return outcomes, book.faults


def _interpret(sheet: SheetScores, subject: Subject) -> Outcome:
    """One subject's outcome. Faults of the data are noted in the book."""
    book = sheet.book
    contract, year, noted = book.contract, book.facts.year, book.times_noted
    sections = tuple(
        _section(sheet, subject, section, year, ("sections", index))
        for index, section in enumerate(contract.sections)
        if subject.in_scope(section.applies_to)
    )
    faulty = book.times_noted > noted
    sheets = tuple(
        sheet_score
        for index, periodic in enumerate(contract.periodic)
        if (sheet_score := _sheet(sheet, subject, periodic, ("periodic", index))) is not None
    )
    step = _total(book, subject, sections, sheets, faulty=faulty)
    assert step.value is not None
    return Outcome(subject, sections, sheets, step.value, step)


def _section_places(contract: Contract) -> Iterator[tuple[str, tuple[Section, Location]]]:
    for index, section in enumerate(contract.sections):
        yield section.id, (section, ("sections", index))
    for number, sheet in enumerate(contract.periodic):
        for index, section in enumerate(sheet.sections):
            yield section.id, (section, ("periodic", number, "sections", index))


def _section_scored(
    scores: SheetScores, subject: Subject, section: Section, at: Location, window: Period
) -> Fraction | None:
    in_scope = subject.in_scope(section.applies_to)
    return _section(scores, subject, section, window, at).score if in_scope else None


def _section(scores: SheetScores, subject: Subject, section: Section, window: Period, at: Location) -> SectionScore:
    """Each once; the faults that it rests on are counted again for whoever asks again."""
    key, noted = (subject.code, section.id, window), scores.book.times_noted
    if key not in scores.sections:
        scored = _section_of(scores, subject, section, window, at)
        scores.sections[key] = scored, scores.book.times_noted - noted
        return scored
    scored, faults = scores.sections[key]
    scores.book.times_noted += faults
    return scored


def _section_of(scores: SheetScores, subject: Subject, section: Section, window: Period, at: Location) -> SectionScore:
    book, noted = scores.book, scores.book.times_noted
    items = tuple(
        scores.item(subject, section, item, window, (*at, "items", index))
        for index, item in enumerate(section.items)
        if subject.in_scope(item.applies_to)
    )
    full = _full(section, items)
    scored = [item for item in items if item.score is not None]
    title, parts = say("{name}", name=section.label), tuple(item.step for item in items)
    if len(scored) < section.min_scored and section.too_few is not TooFew.EXEMPT:
        if section.too_few is TooFew.ERROR and book.times_noted == noted:
            _note_too_few(book, subject, section, window, len(scored), at)
        return _too_few(section, window, items, full, at)
    if (items and not scored and not section.takes) or len(scored) < section.min_scored:
        step = Step(StepKind.EXEMPTED, title, say("every item is exempt"), NOTHING, None, at, parts)
        return SectionScore(section, window, None, full, full * section.weight, items, step)
    raw = _balance(section, scored, title, at, parts) if section.takes else _sum(section, items, title, at, parts)
    step = clamped(raw, bound(section.floor), bound(section.cap))
    step = _weighted(step, section.weight)
    decimals = book.contract.decimals if section.decimals is None else section.decimals
    step = rounded(step, decimals, section.rounding or book.contract.rounding, section.round_to)
    step = replace(step, clause=section.id)
    to_total = full - _full(section, _staying(items)) if not section.takes else ZERO
    return SectionScore(section, window, step.value, full, to_total * section.weight, items, step)


def _full(section: Section, items: Sequence[ItemScore]) -> Fraction:
    """What the section is worth with these items, its cap included; items out of scope are not on the sheet."""
    if section.kind is not SectionKind.BASE:
        return ZERO
    if section.takes:
        return section.full
    total = sum((item.item.points for item in items), ZERO)
    cap = bound(section.cap)
    return total if cap is None else min(total, cap)


def _staying(items: Sequence[ItemScore]) -> list[ItemScore]:
    """The items whose points stay in the section: scored, or exempt with others there that can take their points."""
    scored = [item for item in items if item.score is not None]
    if not any(item.item.points for item in scored):
        return scored
    return [item for item in items if item.score is not None or item.item.spread is not Spread.TOTAL]


def _note_too_few(book: Book, subject: Subject, section: Section, window: Period, scored: int, at: Location) -> None:
    expected = say("at least {least} scored items in {section}", least=section.min_scored, section=section.label)
    case = Case(subject, section.items[0], ZERO, window, at)
    book.fault("DX610", case, expected, say("{count} scored", count=scored))


def _too_few(
    section: Section, window: Period, items: tuple[ItemScore, ...], full: Fraction, at: Location
) -> SectionScore:
    rule = say("fewer than {least} items could be scored: no points", least=section.min_scored)
    title, parts = say("{name}", name=section.label), tuple(item.step for item in items)
    step = Step(StepKind.COMPUTED, title, rule, NOTHING, ZERO, at, parts)
    return SectionScore(section, window, ZERO, full, ZERO, items, step)


def _balance(section: Section, scored: list[ItemScore], title: Text, at: Location, parts: tuple[Step, ...]) -> Step:
    """The starting balance less what each item lost."""
    start = section.start or ZERO
    losses = [item.item.points - item.score for item in scored if item.score is not None]
    worked = say("{start} - ({losses})", start=readable(start), losses=added(losses))
    rule = say("starting balance less what the items lost")
    return Step(StepKind.COMPUTED, title, rule, worked, start - sum(losses, ZERO), at, parts)


def _sum(section: Section, items: tuple[ItemScore, ...], title: Text, at: Location, parts: tuple[Step, ...]) -> Step:
    """The sum of the items, scaled up where exempt items leave their points to the others."""
    earned = [item.score for item in items if item.score is not None]
    total = sum(earned, ZERO)
    terms = added(earned)
    step = Step(StepKind.COMPUTED, title, say("sum of the items"), say("{terms}", terms=terms), total, at, parts)
    if section.kind is not SectionKind.BASE:
        return step
    carried = sum((i.item.points for i in items if i.score is None and i.item.spread is not Spread.TOTAL), ZERO)
    present = sum((item.item.points for item in items if item.score is not None), ZERO)
    if not carried or not present:
        return step
    return spread(step, present, carried)


def _weighted(step: Step, weight: Fraction) -> Step:
    if weight == 1:
        return step
    assert step.value is not None
    worked = say("{value} × {weight}", value=readable(step.value), weight=readable(weight))
    return Step(StepKind.COMPUTED, step.title, say("weighted"), worked, step.value * weight, step.at, (step,))


def _sheet(scores: SheetScores, subject: Subject, sheet: PeriodicSheet, at: Location) -> SheetScore | None:
    """The sheet over the periods that are due; None while none is, or where nothing of it is in scope."""
    book = scores.book
    due = [p for p in book.facts.year.parts(sheet.each) if book.facts.snapshot.due(p)]
    if not due or not any(subject.in_scope(section.applies_to) for section in sheet.sections):
        return None
    noted = book.times_noted
    sections: list[SectionScore] = []
    scored: list[tuple[Period, Fraction]] = []
    steps: list[Step] = []
    for period in due:
        inside = [
            _section(scores, subject, section, period, (*at, "sections", index))
            for index, section in enumerate(sheet.sections)
            if subject.in_scope(section.applies_to)
        ]
        title = say("{name}, {period}", name=sheet.label, period=str(period))
        step = _added(title, inside, at)
        if step.value is not None:
            step = clamped(step, bound(sheet.floor), bound(sheet.cap))
            step = rounded(step, book.contract.decimals, book.contract.rounding)
            assert step.value is not None
            scored.append((period, step.value))
        sections.extend(inside)
        steps.append(_beside(step, inside))
    if not scored:
        if book.times_noted == noted:
            _note_nothing_left(book, subject, sheet.sections, at)
        return None
    return _sheet_score(sheet, len(due), sections, scored, tuple(steps), at)


def _note_nothing_left(book: Book, subject: Subject, sections: Sequence[Section], at: Location) -> None:
    first = next(section for section in sections if subject.in_scope(section.applies_to))
    case = Case(subject, first.items[0], ZERO, book.facts.year, at)
    book.fault("DX611", case, say("something to score"), say("every section is exempt"))


def _sheet_score(
    sheet: PeriodicSheet,
    due: int,
    sections: list[SectionScore],
    scores: list[tuple[Period, Fraction]],
    steps: tuple[Step, ...],
    at: Location,
) -> SheetScore:
    taken = [score for _, score in scores]
    mean, rule = sheet.combine is not Combine.SUM, say("mean of the periods")
    if sheet.count is not None:
        taken = sorted(taken, reverse=True)[: sheet.count]
        rule = say("mean of the best {count} periods", count=sheet.count)
    elif not mean:
        rule = say("sum of the periods")
    value = sum(taken, ZERO) / (len(taken) if mean else 1)
    terms = added(taken)
    worked = say("({terms}) ÷ {count}", terms=terms, count=len(taken)) if mean else say("{terms}", terms=terms)
    step = Step(StepKind.COMPUTED, say("{name}", name=sheet.label), rule, worked, value, at, steps)
    if not mean and len(scores) < due:
        step = _scaled_up(step, len(scores), due)
    step = _weighted(step, sheet.weight)
    assert step.value is not None
    return SheetScore(sheet, step.value, tuple(scores), tuple(sections), step)


def _scaled_up(step: Step, scored: int, due: int) -> Step:
    """The share of periods in which everything was exempt goes to the others."""
    assert step.value is not None
    rule = say("exempt periods spread over the others in proportion")
    worked = say("{value} × {whole} ÷ {present}", value=readable(step.value), whole=due, present=scored)
    return Step(StepKind.EXEMPTED, step.title, rule, worked, step.value * due / scored, step.at, (step,))


def _added(title: Text, sections: list[SectionScore], at: Location) -> Step:
    """Base sections, their exempt points spread over the whole, plus bonuses and deductions. None: all exempt."""
    base = [s for s in sections if s.section.kind is SectionKind.BASE]
    parts = tuple(section.step for section in base)
    earned = [s.score for s in base if s.score is not None]
    carried = sum((section.exempt_points for section in base), ZERO)
    full = sum((section.full * section.section.weight for section in base), ZERO)
    if sections and (not earned and base):
        return Step(StepKind.EXEMPTED, title, say("every section is exempt"), NOTHING, None, at, parts)
    rule, terms = say("sum of the sections"), added(earned)
    step = Step(StepKind.COMPUTED, title, rule, say("{terms}", terms=terms), sum(earned, ZERO), at, parts)
    if carried and full > carried:
        step = spread(step, full - carried, carried)
    return _with_extras(step, [s for s in sections if s.section.kind.moves])


def _with_extras(step: Step, extras: list[SectionScore], bonus_cap: Fraction | None = None) -> Step:
    """With what bonus and deduction sections add; all bonuses together are at most the cap."""
    if not extras:
        return step
    assert step.value is not None
    bonuses = [extra for extra in extras if extra.section.kind is SectionKind.BONUS]
    parts = [extra.step for extra in extras]
    moved = [extra.score or ZERO for extra in extras]
    summed = sum((extra.score or ZERO for extra in bonuses), ZERO)
    if bonus_cap is not None and summed > bonus_cap:
        terms = say("{terms}", terms=added([extra.score or ZERO for extra in bonuses]))
        below = tuple(extra.step for extra in bonuses)
        together = Step(StepKind.COMPUTED, say("bonuses"), say("sum of the sections"), terms, summed, step.at, below)
        others = [extra for extra in extras if extra not in bonuses]
        parts = [clamped(together, None, bonus_cap), *(extra.step for extra in others)]
        moved = [bonus_cap, *(extra.score or ZERO for extra in others)]
    rule, worked = say("with bonuses and deductions"), say("{terms}", terms=added([step.value, *moved]))
    return Step(StepKind.COMPUTED, step.title, rule, worked, sum(moved, step.value), step.at, (step, *parts))


def _beside(step: Step, sections: Iterable[SectionScore]) -> Step:
    """The same, with the sections that count for nothing themselves told beside it."""
    working = tuple(one.step for one in sections if one.section.kind is SectionKind.WORKING)
    if not working:
        return step
    rule = say("what is only worked out stands below, beside what counts")
    return Step(StepKind.QUOTED, step.title, rule, NOTHING, step.value, step.at, (step, *working))


def _total(
    book: Book,
    subject: Subject,
    sections: tuple[SectionScore, ...],
    sheets: tuple[SheetScore, ...],
    *,
    faulty: bool,
) -> Step:
    """Start + annual sheet x weight + periodic sheets + bonuses - deductions, within cap and floor, rounded."""
    contract, total = book.contract, book.contract.total
    base = [section for section in sections if section.section.kind is SectionKind.BASE]
    extras = [section for section in sections if section.section.kind.moves]
    title = say("total of {subject}", subject=subject.name)
    annual = _added(title, base, ())
    few = bool(base) and sum(map(_counts, base)) < total.min_sections
    if few and total.too_few is TooFew.ERROR and not faulty:
        _note_too_few_sections(book, subject, base)
    if annual.value is None:
        if not faulty and not few:
            _note_nothing_left(book, subject, [section.section for section in base], ())
        annual = Step(StepKind.EXEMPTED, title, say("cannot be scored"), NOTHING, ZERO, (), annual.steps)
    step = _weighted(annual, contract.annual_weight)
    assert step.value is not None
    if sheets or total.start:
        others = [*((total.start,) if total.start else ()), *(sheet.score for sheet in sheets)]
        worked = say("{terms}", terms=added([*others, step.value]))
        parts = (*(sheet.step for sheet in sheets), step)
        rule = say("periodic sheets and annual sheet") if sheets else say("from the starting balance")
        step = Step(StepKind.COMPUTED, title, rule, worked, sum(others, step.value), (), parts)
    step = _with_extras(step, extras, bound(total.bonus_cap))
    step = clamped(step, bound(total.floor), bound(total.cap))
    step = rounded(step, contract.decimals, contract.rounding, total.round_to)
    if few:
        rule = say("fewer than {least} base sections could be scored: no points", least=total.min_sections)
        step = Step(StepKind.COMPUTED, title, rule, NOTHING, ZERO, ("total",), (step,))
    return _beside(step, sections)


def _counts(section: SectionScore) -> bool:
    """Whether something in it was scored."""
    return section.score is not None and any(item.score is not None for item in section.items)


def _note_too_few_sections(book: Book, subject: Subject, base: Sequence[SectionScore]) -> None:
    expected = say("at least {least} scored base sections", least=book.contract.total.min_sections)
    case = Case(subject, base[0].section.items[0], ZERO, book.facts.year, ())
    book.fault("DX610", case, expected, say("{count} scored", count=sum(map(_counts, base))))
