"""Rows to observations, from the long form (a row a value) and from the wide one (a column an indicator)."""

from __future__ import annotations

from collections.abc import Iterable

from rules.diagnostic import Span, say
from rules.indicator import Indicator, Kind
from rules.period import Period
from targets.intake.cells import is_blank, period_of, text_of
from targets.intake.faults import CellFault, near, shown
from targets.intake.gathered import Gathered
from targets.intake.grid import EMPTY, Cell
from targets.intake.lexicon import Measure, Part
from targets.intake.line import Line
from targets.intake.names import Names
from targets.intake.register import Register
from targets.intake.values import Value, agrees, count_of, entries_of, flag_of, hold_to_range, pair_of, value_of
from targets.intake.what import add_not_assessed, indicators_of
from targets.observation import Observation
from targets.vocabulary import CADENCES


class Reported:
    """The cells of one subject, indicator and period. `filled` are those that say something, by the column they stand in."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.cells: dict[Part, tuple[Cell, int]] = {}
        self.entries: list[tuple[str, Cell, int]] = []
        self.filled: list[int] = []
        self.unit = ""

    def add(self, measure: Measure, cell: Cell, column: int) -> None:
        if measure.part is Part.ENTRY:
            self.entries.append((measure.entry, cell, column))
        else:
            self.cells[measure.part] = (cell, column)
            self.unit = measure.unit or self.unit
        if not is_blank(cell):
            self.filled.append(column)

    def cell(self, part: Part) -> Cell:
        return self.cells[part][0] if part in self.cells else EMPTY

    def place(self, part: Part) -> Span:
        """Where the part stands, or else the first cell that says something."""
        return self.at(self.cells[part][1] if part in self.cells else self.filled[0])

    def at(self, column: int) -> Span:
        return self.line.table.place(self.line.row.number, column)


def read_long(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    """Rows without a value are skipped."""
    for line in lines:
        if not line.is_blank("value", "numerator", "denominator"):
            _read_row(line, register, gathered)


def _read_row(line: Line, register: Register, gathered: Gathered) -> None:
    subject, ids = line.reference("subject"), indicators_of(line, register)
    period = _period(line, register)
    if not subject or not ids or period is None:
        return
    indicator = register.definition(subject, ids)
    if indicator is None:
        add_not_assessed(line, register, subject)
        return
    reported, entry = Reported(line), line.may("entry", lambda cell: _entry_of(cell, indicator), "")
    if not entry and not line.is_blank("entry"):
        return
    for name, part in (("value", Part.ENTRY if entry else Part.VALUE), *_COUNTS):
        if name in line.table.fields:
            reported.add(Measure(ids, part, entry), line.cell(name), line.table.fields[name])
    _observe(line, subject, indicator, (period, line.place("period")), reported, gathered)


_COUNTS = (("numerator", Part.NUMERATOR), ("denominator", Part.DENOMINATOR))


def _entry_of(cell: Cell, indicator: Indicator) -> str:
    names = Names()
    for entry in indicator.entries:
        names.add(entry.id, entry.name, entry.name_en)
    text = text_of(cell)
    found = names.find(text)
    if len(found) == 1:
        return found[0]
    listed = "、".join(entry.name for entry in indicator.entries[:8])
    expected = say("one of the entries {entries}", entries=listed) if listed else say("no entry: this is no checklist")
    raise CellFault("DX535", expected, near(names.nearest(text)))


def read_wide(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    """Cells without a value are skipped, and so are rows without any."""
    for line in lines:
        reported: dict[tuple[str, ...], Reported] = {}
        for column, measure in line.table.measures.items():
            cell = line.cell_at(column)
            if measure.indicators not in reported:
                reported[measure.indicators] = Reported(line)
            reported[measure.indicators].add(measure, cell, column)
        filled = {ids: each for ids, each in reported.items() if each.filled}
        if not filled:
            continue
        subject, period = line.reference("subject"), _period(line, register)
        for ids, each in filled.items():
            if subject and period is not None:
                _observe_cell(line, subject, ids, period, each, gathered)


def _observe_cell(
    line: Line, subject: str, ids: tuple[str, ...], period: Period, reported: Reported, gathered: Gathered
) -> None:
    place = reported.at(reported.filled[0])
    indicator = line.register.definition(subject, ids)
    if indicator is None and line.register.was_set_aside(subject):
        line.sound = False
        return
    if indicator is None:
        titles = "、".join(contract.title for contract in line.register.contracts_of(subject)) or "—"
        expected = say("an empty cell: {subject} has other indicators ({titles})", subject=subject, titles=titles)
        group = (line.table.grid.sheet, "indicator", ids, subject)
        line.add("DX560", place, say("a value of {indicator}", indicator=ids[0]), expected, group=group)
        return
    _observe(line, subject, indicator, (period, place), reported, gathered)


def _period(line: Line, register: Register) -> Period | None:
    """The row's period, or the one that the sheet is named for."""
    if "period" not in line.table.fields:
        return _period_of_sheet(line, register)
    period = line.need("period", lambda cell: period_of(cell, register.lexicon.the_year), None)
    if period is not None and not register.lexicon.knows(period):
        expected = say("a period of {years}", years=register.lexicon.years_listed)
        line.add("DX558", line.place("period"), shown(line.cell("period").text), expected)
        return None
    return period


def _period_of_sheet(line: Line, register: Register) -> Period | None:
    try:
        return period_of(Cell(line.table.grid.sheet), register.lexicon.the_year)
    except CellFault as fault:
        place = line.table.heading_place(min(line.table.fields.values()))
        hint = say("add a column 期间 (period), or name the sheet 2026-03")
        group = (line.table.grid.sheet, "period")
        line.add("DX513", place, say("no column 期间 (period)"), fault.expected, hint, group=group)
        return None


def _observe(
    line: Line, subject: str, indicator: Indicator, when: tuple[Period, Span], reported: Reported, gathered: Gathered
) -> None:
    """The observations that the cells make, once indicator and period go together."""
    period, period_place = when
    place = reported.at(reported.filled[0])
    if indicator.computed:
        found, hint = say("a value of {indicator}", indicator=indicator.id), say("leave it empty")
        line.add("DX559", place, found, indicator.reported_instead, hint)
        return
    if period.cadence is not indicator.every:
        every = CADENCES.words[[word.id for word in CADENCES.words].index(indicator.every)]
        expected = say(
            "a {cadence} period, as {indicator} is reported", cadence=f"{every.zh} ({every.en})", indicator=indicator.id
        )
        line.add("DX557", period_place, say("{period}", period=str(period)), expected)
        return
    for entry, value, at in _values(line, indicator, reported):
        key = ("observation", subject, indicator.id, period, entry)
        if gathered.first(key, at, f"{indicator.name} {subject} {period}"):
            gathered.observations.append(
                Observation(
                    subject, indicator.id, period, value.numerator, value.denominator, entry, value.counted, place=at
                )
            )


def _values(line: Line, indicator: Indicator, reported: Reported) -> list[tuple[str, Value, Span]]:
    """Entry (empty but for a checklist), value and place."""
    if indicator.kind is Kind.CHECKLIST:
        return _ticks(line, indicator, reported)
    for _, cell, column in reported.entries:
        line.add("DX535", reported.at(column), shown(cell.text), say("no entry: this is no checklist"))
    if is_blank(reported.cell(Part.NUMERATOR)) and is_blank(reported.cell(Part.DENOMINATOR)):
        if Part.VALUE not in reported.cells:
            return []
        cell, place = reported.cell(Part.VALUE), reported.place(Part.VALUE)
        value = line.parse(cell, place, lambda each: value_of(each, indicator, reported.unit), None)
        return [] if value is None else [("", _looked_at(line, cell, place, indicator, value), place)]
    found = _pair(line, indicator, reported)
    return [("", *found)] if found else []


def _ticks(line: Line, indicator: Indicator, reported: Reported) -> list[tuple[str, Value, Span]]:
    found: list[tuple[str, Value, Span]] = []
    for entry, cell, column in reported.entries:
        if not is_blank(cell):
            ticked = line.parse(cell, reported.at(column), flag_of, None)
            found += [(entry, Value(int(ticked), 1), reported.at(column))] if ticked is not None else []
    for part, (cell, column) in reported.cells.items():
        place = reported.at(column)
        if is_blank(cell):
            continue
        if part is not Part.VALUE:
            line.add("DX555", place, shown(cell.text), say("the entries of a checklist, no numerator or denominator"))
            continue
        listed = line.parse(cell, place, lambda each: entries_of(each, indicator), None)
        if listed is not None:
            found += [(entry.id, Value(int(entry.id in listed), 1), place) for entry in indicator.entries]
    return found


def _pair(line: Line, indicator: Indicator, reported: Reported) -> tuple[Value, Span] | None:
    """The ratio of numerator and denominator; a percentage beside them may only repeat it."""
    for part in (Part.NUMERATOR, Part.DENOMINATOR):
        cell, place = reported.cell(part), reported.place(part)
        if indicator.kind is not Kind.RATIO and not is_blank(cell):
            line.add(
                "DX555", place, shown(cell.text), say("one value: {indicator} is no ratio", indicator=indicator.id)
            )
            return None
        if is_blank(cell):
            line.add("DX555", place, shown(cell.text), say("numerator and denominator, both"))
            return None
    numerator, place = reported.cell(Part.NUMERATOR), reported.place(Part.NUMERATOR)
    denominator, denominator_place = reported.cell(Part.DENOMINATOR), reported.place(Part.DENOMINATOR)
    if line.parse(numerator, place, count_of, None) is None:
        return None
    value = line.parse(denominator, denominator_place, lambda each: pair_of(numerator, each), None)
    if value is None or line.parse(numerator, place, lambda _: hold_to_range(value, indicator), None) is None:
        return None
    beside, beside_place = reported.cell(Part.VALUE), reported.place(Part.VALUE)
    if not agrees(beside, value):
        expected = say(
            "{numerator}/{denominator}, or nothing", numerator=value.numerator, denominator=value.denominator
        )
        line.add("DX555", beside_place, shown(beside.text), expected, say("empty the percentage, or mend the counts"))
    return _looked_at(line, numerator, place, indicator, value), place


def _looked_at(line: Line, cell: Cell, place: Span, indicator: Indicator, value: Value) -> Value:
    """The value itself, with a warning where more was done than was due and the contract does not say that it can be."""
    if indicator.kind is Kind.RATIO and indicator.highest is None and value.numerator > value.denominator > 0:
        expected = say("at most as many as the denominator, {denominator}", denominator=value.denominator)
        line.faults.add("DX554", place, shown(cell.text), expected)
    return value
