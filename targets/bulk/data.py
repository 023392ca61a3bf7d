"""Reported values from a file, long or wide: for each indicator, period and part one pair of integer columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import narwhals as nw

from rules.contract import Contract
from rules.diagnostic import say
from targets.bulk.assessed import IS_PARTY, People, belongs, refuse_others, refuse_others_in_wide
from targets.bulk.form import Reported
from targets.bulk.long import Long
from targets.bulk.source import Source
from targets.bulk.texts import as_written
from targets.bulk.wide import Wide
from targets.intake.cells import is_blank, named_in, period_of
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon
from targets.intake.names import Names

Values = tuple[Reported, ...]


def read_values(source: Source, people: People) -> Values:
    """Decode the table; faults are noted with the source. What an indicator is, is for the contract of the subject to say."""
    lexicon = people.lexicon
    contracts = [contract for contract in lexicon.contracts if contract.indicators]
    apart = people.told_apart(source, contracts)
    _read_periods(source, lexicon)
    if source.layout.wide:
        source.once("subject", "period")
    else:
        _name_indicators(source, lexicon)
    source.frame = source.backend.keep(source.frame)
    if apart:
        (refuse_others_in_wide if source.layout.wide else refuse_others)(source, lexicon)
    form = Wide if source.layout.wide else Long
    values: list[Reported] = []
    for contract in contracts:
        own = source.part(source.frame.filter(nw.col(belongs(contract))), {}) if apart else source
        values += form(replace(own), contract).values()
        for part, statistics in _of_others(source, contract, lexicon) if apart else ():
            values += form(part, contract, statistics).values()
    return tuple(values)


def _read_periods(source: Source, lexicon: Lexicon) -> None:
    year = lexicon.the_year

    def period(cell: Cell) -> tuple[str]:
        found = period_of(cell, year)
        if not lexicon.knows(found):
            raise CellFault("DX558", say("a period of {years}", years=lexicon.years_listed))
        return (str(found),)

    source.decode("period", period, {"period": nw.String}, None)


def _of_others(source: Source, contract: Contract, lexicon: Lexicon) -> Iterator[tuple[Source, list[str]]]:
    """The rows of parties that the contract does not assess, with those of its statistics that they may report by it."""
    statistics: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for indicator in contract.indicators:
        defining = [one for one, other in lexicon.definitions[indicator.id] if other.statistic or one is contract]
        if indicator.statistic and defining[0] is contract:
            assessing = tuple(belongs(one) for one, _ in lexicon.definitions[indicator.id])
            statistics[assessing].append(indicator.id)
    for assessing, names in statistics.items():
        others = nw.col(IS_PARTY)
        for name in assessing:
            others = others & ~nw.col(name)
        part = source.part(source.backend.keep(source.frame.filter(others)), {})
        if source.backend.take(part.frame.head(1))["subject"]:
            yield part, names


def _name_indicators(source: Source, lexicon: Lexicon) -> None:
    known = say("an indicator of a contract")

    def indicator(cell: Cell) -> tuple[str]:
        return (named_in(cell, lexicon.indicators, "DX533", known),)

    source.decode("indicator", indicator, {"indicator": nw.String}, None)
    _name_entries(source, lexicon)
    source.once("subject", "indicator", "period", "entry")


def _name_entries(source: Source, lexicon: Lexicon) -> None:
    """Entries by their ids, which are spelled as the indicator spells them; nothing where none is named."""
    if not source.has("entry"):
        source.frame = source.frame.with_columns(entry=nw.lit("", nw.String))
        return
    as_written(source, "entry")
    rows = source.backend.take(source.frame.select("indicator", "entry").unique())
    pairs = [(name, text) for name, text in zip(rows["indicator"], rows["entry"], strict=True) if name]
    known: list[tuple[str, str, str]] = []
    spelled: dict[str, set[str]] = defaultdict(set)
    for name, text in pairs:
        found = _entry_of(name, text, lexicon)
        if found is None:
            part = source.part(source.frame, {"indicator": name})
            expected = say("an entry of {indicator}", indicator=name)
            it = (nw.col("indicator") == name) & (nw.col("entry") == text)
            part.fault_where(it, ("entry",), "DX535", expected)
        else:
            known.append((name, text, found))
            spelled[found].add(text)
    columns = {"of": [one[0] for one in known], "text": [one[1] for one in known], "meant": [one[2] for one in known]}
    mapping = source.backend.bring(columns, dict.fromkeys(columns, nw.String))
    joined = source.frame.join(mapping, left_on=["indicator", "entry"], right_on=["of", "text"], how="left")
    kept = [name for name in source.frame.collect_schema().names() if name != "entry"]
    source.frame = joined.select(*kept, entry=nw.col("meant"))
    source.written["entry"] = {entry: sorted(texts) for entry, texts in spelled.items()}


def _entry_of(indicator: str, text: str, lexicon: Lexicon) -> str | None:
    if is_blank(Cell(text)):
        return ""
    names = Names()
    for _, definition in lexicon.definitions[indicator]:
        for entry in definition.entries:
            names.add(entry.id, entry.name, entry.name_en)
    found = names.find(text)
    return found[0] if len(found) == 1 else None
