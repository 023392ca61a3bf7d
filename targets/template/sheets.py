"""The sheets with one record a row: parties, cadres, assignments, targets, incidents, states, what earlier years decided, data
in long form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from rules.contract import Contract
from rules.indicator import Indicator
from rules.quantity import show
from rules.record import Clause, Label, Record
from rules.scoring import Measured
from rules.scoring_terms import FromData
from targets.cadre import Cadre, Tenure
from targets.intake.names import Names
from targets.intake.register import Register
from targets.observation import PARAMETERS, Observation, PastResult, PriorVeto, Target
from targets.snapshot import Records
from targets.tables import ASSIGNMENTS, CADRES, DATA, HISTORY, INCIDENTS, PARTIES, PRIOR_VETOES, STATES, TARGETS
from targets.tables.layout import Column, Layout, Reads
from targets.template.plan import (
    BLANK,
    DAY,
    TEXT,
    WHOLE,
    Entry,
    Filled,
    PlannedColumn,
    PlannedSheet,
    number_cell,
    percent_cell,
    value_cell,
)
from targets.vocabulary import FLAGS, INCIDENT_STATES, PARAMETER_WORDS, PARTY_KINDS

Cells = dict[str, Filled]
_WIDTHS = {Reads.CODE: 16, Reads.NAME: 24, Reads.TEXT: 28, Reads.BESIDE: 22, Reads.INDICATOR: 30, Reads.PARTY: 16}
_ENTRIES = {
    Reads.PARTY_KIND: (TEXT, Entry.CHOICE, "kinds"),
    Reads.DAY: (DAY, Entry.DAY, ""),
    Reads.OPEN_DAY: (DAY, Entry.DAY, ""),
    Reads.YEAR: (WHOLE, Entry.WHOLE, ""),
    Reads.SHARE: ("0.##%", Entry.PERCENT, ""),
    Reads.VALUE: ("General", Entry.FREE, ""),
    Reads.INDICATOR: (TEXT, Entry.NEW_WORD_TOO, "indicators"),
    Reads.PERIOD: (TEXT, Entry.NEW_WORD_TOO, "periods"),
    Reads.PARAMETER: (TEXT, Entry.CHOICE, "parameters"),
    Reads.POST: (TEXT, Entry.NEW_WORD_TOO, "posts"),
    Reads.ROLE: (TEXT, Entry.NEW_WORD_TOO, "roles"),
    Reads.STATE: (TEXT, Entry.NEW_WORD_TOO, "states"),
    Reads.INCIDENT_KIND: (TEXT, Entry.NEW_WORD_TOO, "incidents"),
    Reads.INCIDENT_STATE: (TEXT, Entry.CHOICE, "incident states"),
    Reads.SEVERITY: (TEXT, Entry.NEW_WORD_TOO, "severities"),
    Reads.CONTRACT: (TEXT, Entry.NEW_WORD_TOO, "contracts"),
    Reads.VETO: (TEXT, Entry.NEW_WORD_TOO, "vetoes"),
    Reads.NUMBER: ("General", Entry.FREE, ""),
    Reads.PLACE: (WHOLE, Entry.WHOLE, ""),
    Reads.GRADE: (TEXT, Entry.NEW_WORD_TOO, "grades"),
    Reads.FLAG: (TEXT, Entry.CHOICE, "flags"),
}
_NAMED = {Reads.PARTY: "parties", Reads.CADRE: "cadres", Reads.SUBJECT: "subjects"}


class RecordSheets:
    """Plans a sheet for each table of the records, in one language."""

    def __init__(self, contracts: Sequence[Contract], records: Records, language: str) -> None:
        self.contracts, self.records, self.language = contracts, records, language
        self.register = Register(contracts, records)
        self.lexicon = self.register.lexicon
        self._names = {
            "indicators": self.lexicon.indicators,
            "posts": self.lexicon.posts,
            "incidents": self.lexicon.incidents,
            "roles": self.lexicon.roles,
            "states": self.lexicon.states,
        }
        self._clauses: dict[str, dict[str, Clause | Label]] = {
            "indicators": {each.id: each for one in contracts for each in one.indicators if not each.computed},
            "posts": {each.id: each for one in contracts for each in one.posts},
            "incidents": {each.id: each for one in contracts for each in one.incidents},
            "roles": {each.id: each for one in contracts for each in one.roles},
            "states": {each.id: each for one in contracts for each in one.states},
        }

    def parties(self) -> PlannedSheet:
        rows = (
            {
                **_texts(code=party.code, name=party.name, parent=party.parent, group=party.group),
                **_texts(kind=PARTY_KINDS.called(party.kind, self.language)),
            }
            for party in self.records.parties
        )
        return self._sheet(PARTIES, rows, frozen=2)

    def cadres(self) -> PlannedSheet:
        """A row a tenure; a cadre without one has a row all the same."""
        tenures: dict[str, list[Tenure]] = {cadre.code: [] for cadre in self.records.cadres}
        for tenure in self.records.tenures:
            tenures.setdefault(tenure.cadre, []).append(tenure)
        names = {cadre.code: cadre for cadre in self.records.cadres}
        rows = (
            self._cadre(names.get(code, Cadre(code, code)), tenure)
            for code, held in tenures.items()
            for tenure in (held or (None,))
        )
        return self._sheet(CADRES, rows, frozen=2)

    def _cadre(self, cadre: Cadre, tenure: Tenure | None) -> Cells:
        cells = _texts(code=cadre.code, name=cadre.name)
        if tenure is not None:
            cells |= _texts(post=self._called(tenure.post, "posts"), party=tenure.party)
            cells |= _days(start=tenure.start, until=tenure.until)
        return cells

    def assignments(self) -> PlannedSheet:
        rows = (
            {
                **_texts(cadre=each.cadre, party=each.party, role=self._called(each.role, "roles")),
                **_days(start=each.start, until=each.until),
                "share": percent_cell(each.share),
            }
            for each in self.records.assignments
        )
        return self._sheet(ASSIGNMENTS, rows, frozen=4)

    def targets(self, *, ask: bool) -> PlannedSheet:
        """The targets there are; with `ask`, also a row without value for each that a contract leaves to the data."""
        given = {(each.subject, each.indicator, each.parameter) for each in self.records.targets}
        asked = (each for each in self._left_to_data() if each not in given) if ask else ()
        rows = [self._target(each.subject, each.indicator, each.parameter, each) for each in self.records.targets]
        rows += [self._target(*each, None) for each in dict.fromkeys(asked)]
        return self._sheet(TARGETS, rows, frozen=2)

    def _target(self, subject: str, indicator_id: str, parameter: str, target: Target | None) -> Cells:
        indicator = self._definition(subject, indicator_id)
        cells = _texts(subject=subject, indicator=self._called(indicator_id, "indicators"))
        cells |= _texts(parameter=PARAMETER_WORDS.called(parameter, self.language))
        if target is not None:
            cells["value"] = value_cell(target.value, indicator) if indicator else Filled(show(target.value))
        return cells

    def _definition(self, subject: str, indicator_id: str) -> Indicator | None:
        """The subject's own; any contract's for somebody who is not listed in these records."""
        anybody = (indicator for _, indicator in self.lexicon.definitions.get(indicator_id, ()))
        return self.register.definition(subject, (indicator_id,)) or next(anybody, None)

    def _left_to_data(self) -> Iterator[tuple[str, str, str]]:
        """Subject, indicator and parameter of everything that the contracts call `by_party`."""
        for contract in self.contracts:
            for subject in self.subjects(contract):
                yield from ((subject, *asked) for asked in left_to(contract, FromData.BY_PARTY))

    def subjects(self, contract: Contract) -> list[str]:
        """Codes of the parties and cadres that the contract assesses, in the order of the records."""
        codes = [party.code for party in self.records.parties] + [cadre.code for cadre in self.records.cadres]
        return [code for code in codes if any(each is contract for each in self.register.contracts_of(code))]

    def incidents(self) -> PlannedSheet:
        rows = (
            {
                **_texts(
                    id=each.id,
                    subject=each.subject,
                    evidence=each.evidence,
                    severity=each.severity,
                    note=each.note,
                    matter=each.matter,
                ),
                **_texts(kind=self._called(each.kind, "incidents")),
                **_texts(state=INCIDENT_STATES.called(each.state, self.language)),
                **_days(happened_on=each.happened_on, found_on=each.found_on),
            }
            for each in self.records.incidents
        )
        return self._sheet(INCIDENTS, rows, frozen=3)

    def states(self) -> PlannedSheet:
        rows = (
            {
                **_texts(subject=each.subject, state=self._called(each.state, "states")),
                **_days(start=each.start, until=each.until),
            }
            for each in self.records.states
        )
        return self._sheet(STATES, rows, frozen=2)

    def prior_vetoes(self) -> PlannedSheet:
        rows = (
            {
                **_texts(subject=each.subject, contract=self._title(each.contract), veto=self._veto(each)),
                **_days(happened_on=each.happened_on),
                "until_year": Filled(each.until_year),
            }
            for each in self.records.prior_vetoes
        )
        return self._sheet(PRIOR_VETOES, rows, frozen=2)

    def history(self) -> PlannedSheet:
        return self._sheet(HISTORY, map(self._past_result, self.records.history), frozen=2)

    def _past_result(self, each: PastResult) -> Cells:
        cells = _texts(subject=each.subject, contract=self._title(each.contract), grade=self._grade(each))
        cells |= _texts(vetoed=FLAGS.called(str(int(each.vetoed)), self.language))
        cells["year"] = Filled(each.year)
        if each.score is not None:
            cells["score"] = number_cell(each.score)
        return cells if each.rank is None else cells | {"rank": Filled(each.rank)}

    def data(self, observations: Iterable[Observation]) -> PlannedSheet:
        """The long form, for what the sheets by indicator have no place for."""
        return self._sheet(DATA, map(self._observation, observations), frozen=2)

    def _observation(self, each: Observation) -> Cells:
        indicator = self._definition(each.subject, each.indicator)
        cells = _texts(subject=each.subject, period=str(each.period))
        cells |= _texts(indicator=self._called(each.indicator, "indicators"))
        if each.counted or not each.denominator:
            return cells | {"numerator": Filled(each.numerator), "denominator": Filled(each.denominator)}
        number = Fraction(each.numerator, each.denominator)
        cells["value"] = value_cell(number, indicator) if indicator else Filled(show(number))
        return cells | _texts(entry=self._entry(each, indicator))

    def _entry(self, each: Observation, indicator: Indicator | None) -> str:
        entries = indicator.entries if indicator else ()
        return next((entry.name for entry in entries if entry.id == each.entry), each.entry)

    def choices(self) -> dict[str, tuple[str, ...]]:
        """The words of every drop-down."""
        parties, cadres = (
            tuple(dict.fromkeys(each.name for each in table)) for table in (self.records.parties, self.records.cadres)
        )
        return {
            "kinds": tuple(word.called(self.language) for word in PARTY_KINDS.words),
            "parties": parties,
            "cadres": cadres,
            "subjects": (*parties, *cadres),
            "indicators": self._listed("indicators"),
            "parameters": tuple(word.called(self.language) for word in PARAMETER_WORDS.words),
            "posts": self._listed("posts"),
            "roles": self._listed("roles"),
            "states": self._listed("states"),
            "incidents": self._listed("incidents"),
            "incident states": tuple(word.called(self.language) for word in INCIDENT_STATES.words),
            "severities": tuple(
                dict.fromkeys(word for each in self.contracts for kind in each.incidents for word in kind.severities)
            ),
            "contracts": tuple(dict.fromkeys(self._title(each.contract) for each in self.contracts)),
            "vetoes": tuple(
                dict.fromkeys(veto.called(self.language) for each in self.contracts for veto in each.vetoes)
            ),
            "grades": tuple(
                dict.fromkeys(grade.called(self.language) for each in self.contracts for grade in each.grades)
            ),
        }

    def _listed(self, what: str) -> tuple[str, ...]:
        return tuple(self._called(each, what) for each in self._clauses[what])

    def _called(self, clause_id: str, what: str) -> str:
        """The clause's name where it means nothing else, else its id."""
        clause = self._clauses[what].get(clause_id)
        name = clause.called(self.language) if clause else clause_id
        return name if self._names[what].find(name) == (clause_id,) else clause_id

    def _title(self, contract_id: str) -> str:
        contract = next((each for each in self.contracts if each.contract == contract_id), None)
        title = "" if contract is None else contract.title_en if self.language == "en" else contract.title
        return title if self.lexicon.titles.find(title) == (contract_id,) else contract_id

    def _veto(self, prior: PriorVeto) -> str:
        vetoes = [veto for each in self.contracts if each.contract == prior.contract for veto in each.vetoes]
        name = next((veto.called(self.language) for veto in vetoes if veto.id == prior.veto), prior.veto)
        names = self.lexicon.vetoes.get(prior.contract, Names())
        return name if names.find(name) == (prior.veto,) else prior.veto

    def _grade(self, past: PastResult) -> str:
        grades = [grade for each in self.contracts if each.contract == past.contract for grade in each.grades]
        name = next((grade.called(self.language) for grade in grades if grade.id == past.grade), past.grade)
        names = self.lexicon.grades.get(past.contract, Names())
        return name if names.find(name) == (past.grade,) else past.grade

    def _sheet(self, layout: Layout, rows: Iterable[Cells], frozen: int) -> PlannedSheet:
        """Rows by field in the order of the layout's columns, the names beside the codes filled in."""
        columns = tuple(self.column(layout, column) for column in layout.columns)
        planned = []
        for given in rows:
            cells = dict(given)
            for column in layout.columns:
                beside = layout.beside(column)
                code = cells.get(column.field, BLANK).content
                if beside is not None and isinstance(code, str):
                    cells |= _texts(**{beside.field: self.register.name_of(code)})
            planned.append([cells.get(column.field, BLANK) for column in layout.columns])
        return PlannedSheet(layout.title(self.language), columns, planned, frozen, open_ended=True)

    def column(self, layout: Layout, column: Column) -> PlannedColumn:
        """How a column of a layout looks."""
        number_format, entry, choices = _ENTRIES.get(column.reads, (TEXT, Entry.FREE, ""))
        if column.reads is Reads.BESIDE:
            coded = layout.column(column.field.removesuffix("_name"))
            entry, choices = Entry.NEW_WORD_TOO, _NAMED[coded.reads]
        note = column.about_en if self.language == "en" else column.about_zh
        return PlannedColumn(
            (column.heading(self.language),), _WIDTHS.get(column.reads, 14), number_format, entry, choices, note,
            required=column.required,
        )  # fmt: skip


def left_to(contract: Contract, source: FromData) -> dict[tuple[str, str], None]:
    """Indicator and parameter, each once, of everything that the contract takes from there (the targets table, the year
    before). What is carried is taken from both."""
    found: dict[tuple[str, str], None] = {}
    for indicator, measured in _measured_in(contract, None):
        if indicator and getattr(measured.scoring, "target", None) is FromData.CARRIED:
            found |= {(indicator, "target"): None, (indicator, "last_target"): None}
        for name in PARAMETERS:
            if indicator and source in (getattr(measured.scoring, name, None), getattr(measured, name, None)):
                found[indicator, name] = None
    return found


def _measured_in(record: Record, indicator: str | None) -> Iterator[tuple[str | None, Measured]]:
    """Every item, and every part in it (which takes the item's indicator unless it has its own)."""
    if isinstance(record, Measured):
        indicator = record.indicator or indicator
        yield indicator, record
    for value in record.__dict__.values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Record):
                yield from _measured_in(each, indicator)


def _texts(**texts: str) -> Cells:
    return {name: Filled(text) for name, text in texts.items() if text}


def _days(**days: date | None) -> Cells:
    return {name: Filled(day) for name, day in days.items() if day is not None}
