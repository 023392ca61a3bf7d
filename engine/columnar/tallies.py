"""What incidents come to where they are not simply counted, joined to the rows of those they concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import narwhals as nw

from rules.condition import AllOf, AnyOf, Condition, IncidentCount, Not
from rules.contract import Contract
from rules.period import Period
from rules.scoring import Measured, PerEvent, parts_of
from rules.verdict import Veto, WarningRule
from targets.columns.year import ContractColumns, Frame, YearColumns


class EventColumn(NamedTuple):
    """A column from 0 to `high`."""

    name: str
    high: int


class DayColumns(NamedTuple):
    """The latest day on which one happened, and on which one was found."""

    happened: EventColumn
    found: EventColumn


class Told(NamedTuple):
    """Incidents of a kind that a condition counts: all of them, or of some severities."""

    kind: str
    severities: tuple[str, ...]

    def test(self) -> nw.Expr:
        """Of the rows of incidents."""
        chosen = nw.col("kind") == self.kind
        return chosen & nw.col("severity").is_in(list(self.severities)) if self.severities else chosen


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
    base: Frame, year: YearColumns, contract: Contract, columns: ContractColumns, conditions: Iterable[Condition]
) -> tuple[Frame, dict[Tally, EventColumn]]:
    """What the contract's tallies come to, and those of `conditions` that look at its subjects, joined to the rows."""
    told: dict[Tally, EventColumn] = {}
    if year.incidents is None:
        return base, told
    asked = (counted(one.kind, contract.whole_year, one.severities) for one in rated_in(conditions))
    for tally in dict.fromkeys((*_tallies(contract), *asked)):
        most = columns.incidents.get((tally.kind, tally.window))
        if most is None or most.high == 0:
            continue
        name = f"events {len(told)}"
        joined = base.join(_summed(year.incidents, tally, name), on="subject", how="left")
        base = joined.with_columns(nw.col(name).fill_null(0))
        units = max([tally.otherwise, *(amount for _, amount in tally.amounts)]) / tally.unit
        told[tally] = EventColumn(name, most.high * int(units))
    return base, told


def tell_days(
    base: Frame, year: YearColumns, contract: Contract, columns: ContractColumns
) -> tuple[Frame, dict[Told, DayColumns]]:
    """The latest days of incidents of some severities that may set off a warning or veto, joined to the rows."""
    told: dict[Told, DayColumns] = {}
    if year.incidents is None:
        return base, told
    clauses: tuple[WarningRule | Veto, ...] = (*contract.warnings, *contract.vetoes)
    for one in dict.fromkeys(rated_in(clause.when for clause in clauses)):
        most = columns.incident_days.get(one.kind)
        if most is None:
            continue
        happened, found = (f"day {part} {len(told)}" for part in ("happened", "found"))
        latest = (
            year.incidents.filter(one.test())
            .group_by("subject")
            .agg(nw.col("happened_on").max().alias(happened), nw.col("found_on").max().alias(found))
        )
        base = base.join(latest, on="subject", how="left")
        base = base.with_columns(nw.col(happened).fill_null(0), nw.col(found).fill_null(0))
        told[one] = DayColumns(EventColumn(happened, most[0].high), EventColumn(found, most[1].high))
    return base, told


def rated_in(conditions: Iterable[Condition]) -> Iterator[Told]:
    """Incidents of some severities that the conditions count; not what is asked of linked parties, who are others."""
    for condition in conditions:
        match condition:
            case IncidentCount(incident=kinds, severity=severities) if severities:
                yield from (Told(kind, severities) for kind in kinds)
            case AllOf(all=terms) | AnyOf(any=terms):
                yield from rated_in(terms)
            case Not(not_=term):
                yield from rated_in([term])
            case _:
                pass


def counted(kind: str, window: Period, severities: tuple[str, ...]) -> Tally:
    """Those of these severities, each worth 1."""
    return Tally(kind, window, severities, (), Fraction(1), once_per_matter=False)


def _tallies(contract: Contract) -> Iterator[Tally]:
    for section in contract.sections:
        for item in section.items:
            yield from _of_item(item, contract.whole_year)
    for sheet in contract.periodic:
        for window in contract.whole_year.parts(sheet.each):
            for section in sheet.sections:
                for item in section.items:
                    yield from _of_item(item, window)


def _of_item(item: Measured, window: Period) -> Iterator[Tally]:
    yield from (tally_of(rule, window) for rule in _special(item))
    yield from (counted(one.kind, window, one.severities) for one in rated_in(_cases(item)))


def _cases(measured: Measured) -> Iterator[Condition]:
    """The conditions inside its scoring."""
    for part in parts_of(measured):
        if part.when is not None:
            yield part.when
        yield from _cases(part)


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
    chosen = Told(tally.kind, tally.severities).test() & (nw.col("found_on") >= first) & (nw.col("found_on") <= last)
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
