"""The sheets of a contract on paper: one of pairs for what it says once, one of rows for each list of records.

A list inside a list stands in the same sheet: section beside its items, deposit beside its outcomes. A row that leaves the
outer record's cells empty goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rules.contract import Contract
from rules.indicator import Indicator
from rules.linkage import Linkage
from rules.money import RiskDeposit
from rules.record import Record
from rules.scoring import Measured, Part, ScoringRule
from rules.sheet import Item
from targets.paper.fields import FieldForm, Form, fields_of, methods_of
from targets.paper.words import LEVEL, NO_WORDS, PAIRS, PREFIXES, Title, sheet_title, title_of
from targets.vocabulary import Vocabulary, folded

# List of the contract -> the lists within it that have rows instead of a cell.
_NESTED = {
    "indicators": ("entries",), "sections": ("items",), "periodic": ("sections", "items"),
    "deposits": ("outcomes",), "linkage": ("links",),
}  # fmt: skip
# Whose headings need no word before them.
_MAIN = (Indicator, Item, RiskDeposit, Linkage)
_ALWAYS_PREFIXED = frozenset({"id", "name", "name_en"})

# Columns that are there before anybody used them; what must be filled always is.
_OFFERED = {
    "Indicator": {"unit", "decimals", "every", "numerator", "denominator", "note"},
    "Section": {"kind"},
    "Item": {"indicator", "points", "direction", "missing", "period", "note"},
    "IncidentKind": {"severities"},
    "WarningRule": {"effects"},
    "Veto": {"reach"},
    "GradeBand": {"when", "at_most"},
    "RiskDeposit": {"pro_rata"},
    "DepositOutcome": {"when", "reward_times", "reward", "forfeit_to"},
    "Award": {"when", "posts", "by_grade", "by_rank", "fixed"},
    "Link": {"combine", "prorate"},
    "Linkage": {"personal"},
}
_FIRST = ("id", "name", "name_en", "kind", "indicator", "points", "times", "scoring", "when", "direction", "missing")
_LAST = ("article", "note")

# Parameters of methods that have a column of their own; the others stand together in one cell.
SCORING, METHOD, REST, PARTS = "scoring", "method", "*", "parts"
_PARAMETERS = ("target", "per", "deduct", "add", "incident")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """What a cell of it holds: the key at `path` of the record of a level. Without a path: how deep a part stands."""

    level: int
    path: tuple[str, ...]
    form: Form
    title: Title
    words: Vocabulary = NO_WORDS
    required: bool = False
    offered: bool = True

    @property
    def key(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The records of a list: where it stands in the record above, and what is in it."""

    key: str
    record: type[Record]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A list of the contract and the lists within it."""

    title: Title
    levels: tuple[Level, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for level in self.levels for column in level.columns)

    def column(self, heading: str) -> Column | None:
        """The column with that heading; the first that calls itself so."""
        return _columns_by_heading(self).get(folded(heading))


@cache
def _columns_by_heading(sheet: Sheet) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in sheet.columns:
        for spelling in column.title.spellings:
            found.setdefault(folded(spelling), column)
    for column in sheet.columns:  # without the word before it, where nothing else is called so
        bare = title_of(sheet.levels[column.level].record.__name__, column.key)
        for spelling in bare.spellings:
            found.setdefault(folded(spelling), column)
    return found


@cache
def sheets() -> tuple[Sheet, ...]:
    """A sheet for every list of records that a contract has."""
    listed = [each for each in fields_of(Contract).values() if each.form is Form.RECORDS]
    return tuple(Sheet(sheet_title(each.key), tuple(_levels(each))) for each in listed)


def sheet_called(title: str) -> Sheet | None:
    return next((one for one in sheets() if folded(title) in map(folded, one.title.spellings)), None)


@cache
def pairs() -> tuple[Column, ...]:
    """What a contract says once: a row each on the first sheet."""
    return tuple(_pairs())


def _pairs() -> Iterator[Column]:
    for each in fields_of(Contract).values():
        if each.form is Form.RECORDS:
            continue
        if each.record is None:
            title = title_of("Contract", each.key)
            yield Column(0, (each.key,), each.form, title, each.words, each.required)
            continue
        for inner in fields_of(each.record).values():
            path = (each.key, inner.key)
            form = Form.YAML if inner.form is Form.RECORDS else inner.form
            yield Column(0, path, form, title_of("Contract", ".".join(path)), inner.words)


def is_pairs(title: str) -> bool:
    return folded(title) in map(folded, PAIRS.spellings)


def _levels(listed: FieldForm) -> Iterator[Level]:
    keys = (listed.key, *_NESTED.get(listed.key, ()))
    records: list[type[Record]] = []
    for key in keys:
        found = fields_of(records[-1])[key].records if records else listed.records
        assert found is not None, f"{key} is no list of records"
        records.append(found)
    for number, (key, record) in enumerate(zip(keys, records, strict=True)):
        below = keys[number + 1 : number + 2]
        alone = len(keys) == 1
        yield Level(key, record, tuple(_columns(number, record, below, alone=alone)))


def _columns(level: int, record: type[Record], below: tuple[str, ...], *, alone: bool) -> Iterator[Column]:
    """The record's columns; those of its parts come with an item's, and how deep a part stands before them."""
    fields = dict(fields_of(record))
    measured = issubclass(record, Measured)
    if measured:
        fields |= {key: each for key, each in fields_of(Part).items() if key not in fields}
        yield Column(level, (), Form.WORD, LEVEL)
    for each in sorted(fields.values(), key=_place):
        if each.key in below:
            continue
        if measured and each.key == SCORING:
            yield from _scoring_columns(level)
            continue
        title = _title(record, each.key, alone=alone)
        form = Form.YAML if each.form is Form.RECORDS else each.form
        offered = each.required or each.key in _OFFERED.get(record.__name__, ())
        required = each.required and not (measured and each.key not in ("name",))
        yield Column(level, (each.key,), form, title, each.words, required, offered)


def _place(each: FieldForm) -> int:
    if each.key in _FIRST:
        return _FIRST.index(each.key)
    return len(_FIRST) + (1 + _LAST.index(each.key) if each.key in _LAST else 0)


def _scoring_columns(level: int) -> Iterator[Column]:
    methods = methods_of(ScoringRule)
    yield Column(level, (SCORING, METHOD), Form.WORD, title_of("", METHOD), fields_of(Measured)[SCORING].words, True)
    for key in _PARAMETERS:
        forms = [fields_of(method)[key] for method in methods if key in fields_of(method)]
        words = Vocabulary(tuple({word.id: word for form in forms for word in form.words.words}.values()))
        yield Column(level, (SCORING, key), Form.YAML, title_of("", key), words, offered=key == "target")
    yield Column(level, (SCORING, REST), Form.YAML, title_of("", REST))


def _title(record: type[Record], key: str, *, alone: bool) -> Title:
    """With the record's word before it, unless it is the one that the sheet is about; that one's are known without, too."""
    title, prefix = title_of(record.__name__, key), PREFIXES.get(record.__name__)
    if alone or prefix is None:
        return title
    long = Title(
        f"{prefix.zh}{title.zh}", f"{prefix.en} {title.en}",
        tuple(f"{before}{name}" for before in prefix.spellings for name in title.spellings),
    )  # fmt: skip
    if record not in _MAIN:
        return long
    shown = long if key in _ALWAYS_PREFIXED else title
    return Title(shown.zh, shown.en, (*title.spellings, *long.spellings))
