"""What incidents come to where they are not simply counted, joined to the rows of those they concern."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import narwhals as nw

from rules.contract import Contract
from rules.period import Period
from rules.scoring import Measured, PerEvent, parts_of
from targets.columns.year import ContractColumns, Frame, YearColumns


class EventColumn(NamedTuple):
    """A column from 0 to `high`."""

    name: str
    high: int


class Tally(NamedTuple):
    """Incidents of a kind, found in a window, that are not simply counted: of some severities, an amount for each, once
    for a matter. Without `amounts` each is worth 1."""

    kind: str
    window: Period
    severities: tuple[str, ...]
    amounts: tuple[tuple[str, Fraction], ...]
    otherwise: Fraction
    once_per_matter: bool

    @property
    def unit(self) -> Fraction:
        """What the column counts in."""
        return Fraction(1, lcm(self.otherwise.denominator, *(amount.denominator for _, amount in self.amounts)))


def tell_events(
    base: Frame, year: YearColumns, contract: Contract, columns: ContractColumns
) -> tuple[Frame, dict[Tally, EventColumn]]:
    """What the contract's tallies come to, joined to the rows by subject."""
    told: dict[Tally, EventColumn] = {}
    if year.incidents is None:
        return base, told
    for tally in dict.fromkeys(_tallies(contract)):
        most = columns.incidents.get((tally.kind, tally.window))
        if most is None or most.high == 0:
            continue
        name = f"events {len(told)}"
        joined = base.join(_summed(year.incidents, tally, name), on="subject", how="left")
        base = joined.with_columns(nw.col(name).fill_null(0))
        units = max([tally.otherwise, *(amount for _, amount in tally.amounts)]) / tally.unit
        told[tally] = EventColumn(name, most.high * int(units))
    return base, told


def _tallies(contract: Contract) -> Iterator[Tally]:
    for section in contract.sections:
        for item in section.items:
            yield from (tally_of(rule, contract.whole_year) for rule in _special(item))
    for sheet in contract.periodic:
        for window in contract.whole_year.parts(sheet.each):
            for section in sheet.sections:
                for item in section.items:
                    yield from (tally_of(rule, window) for rule in _special(item))


def _special(measured: Measured) -> Iterator[PerEvent]:
    if isinstance(measured.scoring, PerEvent) and is_special(measured.scoring):
        yield measured.scoring
    for part in parts_of(measured):
        yield from _special(part)


def is_special(rule: PerEvent) -> bool:
    return bool(rule.severities or rule.by_severity or rule.once_per_matter)


def tally_of(rule: PerEvent, window: Period) -> Tally:
    assert rule.incident is not None, "checked: severities and matters are those of incidents"
    amounts = tuple(sorted(rule.by_severity.items()))
    otherwise = amount_of(rule) if amounts else Fraction(1)
    return Tally(rule.incident, window, rule.severities, amounts, otherwise, rule.once_per_matter)


def _summed(incidents: Frame, tally: Tally, name: str) -> Frame:
    """By subject, in units of the tally."""
    first = nw.lit(tally.window.first_day.toordinal(), nw.Int64)
    last = nw.lit(tally.window.last_day.toordinal(), nw.Int64)
    chosen = (nw.col("kind") == tally.kind) & (nw.col("found_on") >= first) & (nw.col("found_on") <= last)
    if tally.severities:
        chosen = chosen & nw.col("severity").is_in(list(tally.severities))
    worth = nw.lit(int(tally.otherwise / tally.unit), nw.Int64)
    for severity, amount in tally.amounts:
        paid = nw.lit(int(amount / tally.unit), nw.Int64)
        worth = nw.when(nw.col("severity") == severity).then(paid).otherwise(worth)
    rows = incidents.filter(chosen).select("subject", "id", "matter", worth=worth)
    if tally.once_per_matter:
        own = nw.concat_str(nw.lit("incident "), nw.col("id"))
        shared = nw.concat_str(nw.lit("matter "), nw.col("matter"))
        keyed = rows.with_columns(key=nw.when(nw.col("matter") == "").then(own).otherwise(shared))
        rows = keyed.group_by("subject", "key").agg(nw.col("worth").max())
    summed = rows.group_by("subject").agg(nw.col("worth").sum().alias(name))
    return summed.select("subject", nw.col(name).cast(nw.Int64))


def amount_of(rule: PerEvent) -> Fraction:
    """What an event costs or gives unless something else says otherwise."""
    return (rule.deduct if rule.deduct is not None else rule.add) or Fraction(0)
