"""The sheets with one column an indicator: for each contract and cadence a row a subject and period, filled as far as known."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.period import Cadence, Period, periods_of
from rules.scoring_terms import FromData
from targets.intake.lexicon import Measure, Part
from targets.observation import Observation
from targets.snapshot import current
from targets.tables import DATA_WIDE
from targets.template.notes import Speak, note_on
from targets.template.plan import (
    BLANK,
    TEXT,
    WHOLE,
    YUAN,
    Entry,
    Filled,
    PlannedColumn,
    PlannedSheet,
    number_cell,
    value_cell,
)
from targets.template.sheets import RecordSheets, left_to
from targets.vocabulary import CADENCES, FLAGS, folded

TITLE_CHARACTERS_MAX = 31
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_HEADINGS = {
    "zh": {Part.NUMERATOR: "分子", Part.DENOMINATOR: "分母", Part.VALUE: "率"},
    "en": {Part.NUMERATOR: "numerator", Part.DENOMINATOR: "denominator", Part.VALUE: "rate"},
}

Key = tuple[str, str, Period, str]


class _Part(NamedTuple):
    """One column: a part of an indicator, how it looks, and the form in which it is filled."""

    indicator: Indicator
    part: Part
    entry: str
    column: PlannedColumn


class DataSheets:
    """Plans the data sheets and keeps what found no place in them, so that nothing is lost. With `ask` there is a sheet
    even where nobody is listed yet whom the contract assesses."""

    def __init__(self, sheets: RecordSheets, year: int, speak: Speak, *, ask: bool) -> None:
        self.ask = ask
        self.sheets, self.year, self.speak, self.language = sheets, year, speak, sheets.language
        self.left: dict[Key, Observation] = {each.key: each for each in current(sheets.records.observations)}
        self.covered: set[tuple[str, str, int]] = set()
        self.titles: set[str] = set()

    def plan(self) -> Iterator[PlannedSheet]:
        """The year's sheets of each contract, the fewest periods first, then those of the year before that it needs."""
        for contract in self.sheets.contracts:
            for year in (self.year, self.year - 1):
                for cadence in Cadence:
                    sheet = self._sheet(contract, cadence, year)
                    if sheet is not None:
                        yield sheet

    def _sheet(self, contract: Contract, cadence: Cadence, year: int) -> PlannedSheet | None:
        subjects = self.sheets.subjects(contract)
        indicators = [each for each in self._indicators(contract, cadence, year) if self._is_new(each, subjects, year)]
        if not indicators or not (subjects or self.ask):
            return None
        parts = [part for each in indicators for part in self._parts(each, subjects)]
        rows, written = [], set()
        for period in _reported_in(contract, cadence, year):
            for subject in subjects:
                known = [Filled(subject), Filled(self.sheets.register.name_of(subject)), Filled(str(period))]
                cells = [self._cell((subject, part.indicator.id, period, part.entry), part) for part in parts]
                rows.append([*known, *cells])
                written |= {(subject, part.indicator.id, period, part.entry) for part in parts}
        for key in written:
            self.left.pop(key, None)
        identity = [self.sheets.column(DATA_WIDE, column) for column in DATA_WIDE.columns]
        columns = (*identity, *(part.column for part in parts))
        return PlannedSheet(self._title(contract, cadence, year), columns, rows, len(identity), open_ended=not subjects)

    def _indicators(self, contract: Contract, cadence: Cadence, year: int) -> list[Indicator]:
        """Everything that is reported; of the year before only what is compared with, or known."""
        reported = [each for each in contract.indicators if not each.computed and each.every is cadence]
        if year == self.year:
            return reported
        compared = {indicator for indicator, _ in left_to(contract, FromData.LAST_YEAR)}
        periods = set(_reported_in(contract, cadence, year))
        known = {indicator for _, indicator, period, _ in self.left if period in periods}
        return [each for each in reported if each.id in compared | known]

    def _is_new(self, indicator: Indicator, subjects: list[str], year: int) -> bool:
        """Whether an earlier contract did not already ask all of them for it."""
        keys = {(subject, indicator.id, year) for subject in subjects}
        fresh = not subjects or not keys <= self.covered
        self.covered |= keys
        return fresh

    def _parts(self, indicator: Indicator, subjects: list[str]) -> list[_Part]:
        """The columns of an indicator: two for a ratio (a third where only the percentage is known), one an entry."""
        heading = self._heading(indicator)
        if indicator.kind is Kind.CHECKLIST:
            named = [
                (entry.name_en or entry.name if self.language == "en" else entry.name, entry.id)
                for entry in indicator.entries
            ]
            return [self._part(indicator, Part.ENTRY, (heading, name), entry) for name, entry in named]
        if indicator.kind is not Kind.RATIO:
            return [self._part(indicator, Part.VALUE, (heading,))]
        words = {Part.NUMERATOR: indicator.numerator, Part.DENOMINATOR: indicator.denominator}
        usual = _HEADINGS[self.language]
        counts = [self._part(indicator, part, (heading, word or usual[part])) for part, word in words.items()]
        if any(words.values()) and not self._has_percentages(indicator, subjects):
            return counts
        return [*counts, self._part(indicator, Part.VALUE, (heading, usual[Part.VALUE]))]

    def _part(self, indicator: Indicator, part: Part, headings: tuple[str, ...], entry: str = "") -> _Part:
        """The column under these headings, or under plainer ones where a reader would take them for something else."""
        lexicon = self.sheets.lexicon
        read = lexicon.measure(headings)
        if len(headings) == 2 and (read is None or (read.part, read.entry) != (part, entry)):
            headings = (headings[0], entry or _HEADINGS[self.language][part])
        number_format, allowed, choices = _looks(indicator, part)
        note = note_on(indicator, part, self.language, self.speak)
        column = PlannedColumn(headings, 12, number_format, allowed, choices, note)
        return _Part(indicator, part, entry, column)

    def _heading(self, indicator: Indicator) -> str:
        """The name, with the unit where that is safe; the id where the name would be read as something else."""
        lexicon, name = self.sheets.lexicon, indicator.called(self.language)
        if lexicon.indicators.find(name) != (indicator.id,) or _is_heading(name):
            return indicator.id
        unit = "元" if indicator.kind is Kind.MONEY else indicator.unit
        with_unit = f"{name}（{unit}）"
        safe = unit and indicator.kind in (Kind.COUNT, Kind.NUMBER, Kind.MONEY, Kind.MARK)
        return (
            with_unit if safe and lexicon.measure((with_unit,)) == Measure((indicator.id,), unit=folded(unit)) else name
        )

    def _has_percentages(self, indicator: Indicator, subjects: list[str]) -> bool:
        of_indicator = (
            each for each in self.left.values() if each.indicator == indicator.id and each.subject in subjects
        )
        return any(not each.counted and each.denominator for each in of_indicator)

    def _cell(self, key: Key, part: _Part) -> Filled:
        seen = self.left.get(key)
        if seen is None:
            return BLANK
        if part.part is Part.ENTRY or part.indicator.kind is Kind.YES_NO:
            return Filled(FLAGS.called(str(seen.numerator), self.language))
        counts = part.indicator.kind is Kind.RATIO and (seen.counted or not seen.denominator)
        match part.part:
            case Part.NUMERATOR:
                return number_cell(Fraction(seen.numerator)) if counts else BLANK
            case Part.DENOMINATOR:
                return number_cell(Fraction(seen.denominator)) if counts else BLANK
            case _:
                return BLANK if counts else value_cell(Fraction(seen.numerator, seen.denominator), part.indicator)

    def _title(self, contract: Contract, cadence: Cadence, year: int) -> str:
        """Such as 月度数据, or 上年季度数据 村社区目标管理责任状; short enough for a sheet, and once only."""
        word = next(word for word in CADENCES.words if word.id == cadence)
        if self.language == "en":
            title = f"{word.en} data".capitalize() + ("" if year == self.year else f" {year}")
        else:
            title = ("" if year == self.year else "上年") + f"{word.zh}度数据"
        if len(self.sheets.contracts) > 1:
            named = contract.title_en if self.language == "en" and contract.title_en else contract.title
            title = f"{title} {named.translate(_NOT_IN_TITLES)}"
        title, number = title[:TITLE_CHARACTERS_MAX].strip(), 2
        while title.casefold() in self.titles:
            end = f" {number}"
            title, number = title[: TITLE_CHARACTERS_MAX - len(end)].strip() + end, number + 1
        self.titles.add(title.casefold())
        return title


def _reported_in(contract: Contract, cadence: Cadence, year: int) -> list[Period]:
    return [period.as_reported for period in periods_of(year, cadence, contract.year_ends)]


def _looks(indicator: Indicator, part: Part) -> tuple[str, Entry, str]:
    """Number format, what may be typed, and the list of choices."""
    if part in (Part.NUMERATOR, Part.DENOMINATOR):
        return WHOLE, Entry.WHOLE, ""
    match indicator.kind:
        case Kind.COUNT:
            return WHOLE, Entry.WHOLE, ""
        case Kind.RATIO:
            return "0.00%", Entry.PERCENT, ""
        case Kind.MONEY:
            return YUAN, Entry.DECIMAL, ""
        case Kind.YES_NO | Kind.CHECKLIST:
            return TEXT, Entry.CHOICE, "flags"
        case Kind.NUMBER | Kind.MARK:
            return (f"0.{'0' * indicator.decimals}" if indicator.decimals else WHOLE), Entry.DECIMAL, ""


def _is_heading(name: str) -> bool:
    """Whether the name is a word that heads the columns of subject and period."""
    return any(folded(name) in map(folded, column.spellings) for column in DATA_WIDE.columns)
