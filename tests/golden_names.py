"""Pages about shipped contracts call everything by the name it has in the contract; here the names become ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from golden_records import PageError, Table

from rules.contract import Contract
from rules.record import Clause, Label

Words = dict[str, str]
Tables = Mapping[str, Sequence[Table]]


def with_ids(tables: Tables, contracts: Sequence[Contract]) -> dict[str, list[Table]]:
    """The same tables; a word that is no name stays as it is. Raises PageError for a name of two things."""
    names = _Names()
    for contract in contracts:
        names.add(contract)
    return {name: [_table(names, name, table) for table in listed] for name, listed in tables.items()}


@dataclass
class _Names:
    """Name to id, by what is named; entries by indicator and name."""

    contracts: Words = field(default_factory=dict)
    indicators: Words = field(default_factory=dict)
    entries: Words = field(default_factory=dict)
    scored: Words = field(default_factory=dict)
    cells: dict[str, Words] = field(default_factory=dict)

    def add(self, contract: Contract) -> None:
        _learn(self.contracts, [(contract.title, contract.contract)])
        _learn(self.indicators, _pairs(contract.indicators))
        for indicator in contract.indicators:
            _learn(self.entries, [(f"{indicator.id}·{entry.name}", entry.id) for entry in indicator.entries])
        sections = tuple(contract.all_sections())
        _learn(self.scored, _pairs([*contract.periodic, *sections, *(one for part in sections for one in part.items)]))
        _learn(self.scored, _pairs([*contract.deposits, *contract.awards]))
        for column, listed in (
            ("事件", contract.incidents), ("状态", contract.states), ("职务", contract.posts), ("角色", contract.roles),
            ("等次", contract.grades), ("否决", contract.vetoes), ("黄牌", contract.warnings),
        ):  # fmt: skip
            _learn(self.cells.setdefault(column, {}), _pairs(listed))

    def heading(self, table: str, column: str) -> str:
        first, *rest = column.split(" ")
        if table == "结果":
            return " ".join([self.scored.get(first, first), *rest])
        indicator, dot, entry = first.partition("·")
        known = self.indicators.get(indicator, indicator)
        return " ".join([known + dot + self.entries.get(f"{known}·{entry}", entry), *rest])

    def cell(self, column: str, text: str) -> str:
        if column == "项目":
            return self.heading("结果", text)
        if column == "责任状":
            return self.contracts.get(text, text)
        known = self.cells.get(column, {})
        return "、".join(_before_bracket(known, one) for one in text.split("、"))


def _before_bracket(known: Words, text: str) -> str:
    """`死亡事故一票否决（甲村）`: the name, and through whom."""
    if text in known:
        return known[text]
    name, bracket, rest = text.partition("（")
    return known.get(name, name) + bracket + rest


def _pairs(listed: Iterable[Clause | Label]) -> list[tuple[str, str]]:
    return [(one.name, one.id) for one in listed]


def _learn(words: Words, pairs: Iterable[tuple[str, str]]) -> None:
    for name, known in pairs:
        if words.setdefault(name, known) != known:
            raise PageError(f"{name} names both {words[name]} and {known}")


def _table(names: _Names, name: str, table: Table) -> Table:
    heading = partial(names.heading, name)
    rows = tuple({heading(column): names.cell(column, text) for column, text in row.items()} for row in table.rows)
    return Table(tuple(map(heading, table.columns)), rows)
