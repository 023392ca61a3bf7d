"""What the contracts call things: the words that headings and cells may use for indicators, posts, incidents and the rest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from rules.contract import Contract
from rules.indicator import Entry, Indicator, Kind
from rules.period import Period
from rules.record import Clause, Label
from targets.intake.names import Names
from targets.vocabulary import folded

_NUMERATOR_WORDS = frozenset({"分子", "numerator", "实际数", "实际", "完成数"})
_DENOMINATOR_WORDS = frozenset({"分母", "denominator", "应有数", "应完成数", "应有"})
_VALUE_WORDS = frozenset({"率", "比率", "比例", "百分比", "百分率", "%", "‰", "数值", "value", "rate", "percentage"})
_UNIT_AT_END = re.compile(r"(?P<name>.+?)\((?P<unit>[^()]*)\)")
HEADING_CHARACTERS_MAX = 200
_JOINTS = "-—–:/.,·"


class Part(Enum):
    """Which part of an indicator a column gives."""

    VALUE = auto()
    NUMERATOR = auto()
    DENOMINATOR = auto()
    ENTRY = auto()


@dataclass(frozen=True, slots=True)
class Measure:
    """What a column of the wide form holds: a part of one of these indicators (contracts may share a name), in a unit."""

    indicators: tuple[str, ...]
    part: Part = Part.VALUE
    entry: str = ""
    unit: str = ""


class Lexicon:
    """Ids of what the contracts define, by every spelling: id, name and English name."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self.contracts = tuple(contracts)
        self._measures: dict[tuple[str, ...], Measure | None] = {}
        self.definitions: dict[str, list[tuple[Contract, Indicator]]] = defaultdict(list)
        for contract in contracts:
            for indicator in contract.indicators:
                self.definitions[indicator.id].append((contract, indicator))
        self.indicators = _clauses(indicator for contract in contracts for indicator in contract.indicators)
        self.posts = _clauses(post for contract in contracts for post in contract.posts)
        self.roles = _clauses(role for contract in contracts for role in contract.roles)
        for role in _linked_roles(contracts):
            self.roles.add(role)
        self.states = _clauses(state for contract in contracts for state in contract.states)
        self.incidents = _clauses(kind for contract in contracts for kind in contract.incidents)
        self.severities = {kind.id: _words(kind.severities) for contract in contracts for kind in contract.incidents}
        self.titles = Names()
        for contract in contracts:
            self.titles.add(contract.contract, contract.title, contract.title_en)
        self.vetoes = {contract.contract: _clauses(contract.vetoes) for contract in contracts}
        self.grades = {contract.contract: _clauses(contract.grades) for contract in contracts}
        own = {contract.whole_year for contract in contracts}
        self.the_year = next(iter(own)) if len(own) == 1 else None
        self.years = sorted({year for one in own for year in (one, one.year_before)})
        self.years_listed = "、".join(year.in_full for year in self.years)

    def knows(self, period: Period) -> bool:
        """Whether what is reported for the period is of a contract's year, or of the one before, which is the baseline."""
        return any(period.in_year_ending(year.ends).year == year.year for year in self.years)

    def knows_day(self, day: date) -> bool:
        return any(year.holds(day) for year in self.years)

    def measure(self, headings: tuple[str, ...]) -> Measure | None:
        """What a column under these headings, from top to bottom, holds; None when no contract knows it."""
        if headings not in self._measures:
            self._measures[headings] = self._measure(headings)
        return self._measures[headings]

    def _measure(self, headings: tuple[str, ...]) -> Measure | None:
        if any(len(heading) > HEADING_CHARACTERS_MAX for heading in headings):
            return None
        words = tuple(filter(None, map(folded, headings)))
        for start in range(len(words)):
            ids, unit = self._named(words[start])
            below = words[start + 1 :]
            if ids and below:
                return self._part(ids, below[-1], unit)
            if ids:
                return (self._part(ids, unit, "") if unit else None) or Measure(ids, unit=unit)
        return self._run_together(words[-1]) if words else None

    def _named(self, word: str) -> tuple[tuple[str, ...], str]:
        """The indicators called so, and the unit that stands in brackets behind the name."""
        ids = self.indicators.find(word)
        match = None if ids else _UNIT_AT_END.fullmatch(word)
        return (self.indicators.find(match["name"]), match["unit"]) if match else (ids, "")

    def _part(self, ids: tuple[str, ...], word: str, unit: str) -> Measure | None:
        """The part of the indicator that the word below (or behind) its name means."""
        match = _UNIT_AT_END.fullmatch(word)
        bare, own_unit = (match["name"], match["unit"]) if match else (word, "")
        indicators = [indicator for each in ids for _, indicator in self.definitions[each]]
        ratio = any(indicator.kind is Kind.RATIO for indicator in indicators)
        for spelled in (word, bare):
            entry = next((e.id for i in indicators for e in i.entries if spelled in _spellings(e)), None)
            if entry is not None:
                return Measure(ids, Part.ENTRY, entry)
            if spelled in {folded(indicator.numerator) for indicator in indicators if indicator.numerator}:
                return Measure(ids, Part.NUMERATOR)
            if spelled in {folded(indicator.denominator) for indicator in indicators if indicator.denominator}:
                return Measure(ids, Part.DENOMINATOR)
            if ratio and spelled in _NUMERATOR_WORDS | _DENOMINATOR_WORDS:
                return Measure(ids, Part.NUMERATOR if spelled in _NUMERATOR_WORDS else Part.DENOMINATOR)
            if spelled in _VALUE_WORDS:
                return Measure(ids, unit=spelled if spelled in "%‰" else own_unit or unit)
        return None

    def _run_together(self, word: str) -> Measure | None:
        """`随访率(分子)`, `随访率-应访数`: the name of the indicator and the part in one heading; the longest name counts."""
        for end in range(len(word) - 1, 0, -1):
            ids = self.indicators.find(word[:end])
            rest = word[end:].strip(_JOINTS)
            if rest.startswith("(") and rest.endswith(")"):
                rest = rest[1:-1]
            found = self._part(ids, rest, "") if ids and rest else None
            if found:
                return found
        return None


def _spellings(entry: Entry) -> set[str]:
    return {folded(spelling) for spelling in (entry.id, entry.name, entry.name_en) if spelling}


def _clauses(clauses: Iterable[Clause | Label]) -> Names:
    names = Names()
    for clause in clauses:
        names.add(clause.id, clause.name, clause.name_en)
    return names


def _words(words: Iterable[str]) -> Names:
    names = Names()
    for word in words:
        names.add(word)
    return names


def _linked_roles(contracts: Sequence[Contract]) -> Iterable[str]:
    """The roles that a linkage follows, whether or not they are declared."""
    for contract in contracts:
        for linkage in contract.linkage:
            for link in linkage.links:
                yield from link.roles
