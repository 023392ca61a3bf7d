"""One drawn year again with other figures: many years under one contract cost little more than the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from random import Random

from strategies_records import VALUE_MAX, Needs, _reported, needs_of, periods_looked_at

from rules.contract import Contract
from targets.cadre import Assignment
from targets.observation import Incident, Observation
from targets.snapshot import Snapshot

SHARES = (Fraction(1), Fraction(1, 2), Fraction(1, 3))


def varied(snapshot: Snapshot, contracts: Sequence[Contract], dice: Random) -> Snapshot:
    """The same parties, cadres, targets and states; new values, incidents and duties, as `snapshots` would draw them."""
    records = snapshot.records
    parties = [party.code for party in records.parties]
    cadres = [cadre.code for cadre in records.cadres]
    observations = tuple(
        seen for contract in contracts for seen in _observations(contract, cadres if contract.posts else parties, dice)
    )
    subjects = [*parties, *cadres]
    new = {
        "observations": observations,
        "incidents": tuple(_moved(incident, subjects, dice) for incident in records.incidents),
        "assignments": tuple(_shifted(duty, parties, dice) for duty in records.assignments),
    }
    return replace(snapshot, records=replace(records, **new))


def _observations(contract: Contract, subjects: Sequence[str], dice: Random) -> Iterator[Observation]:
    needs = needs_of(contract)
    for indicator in contract.indicators:
        if not indicator.computed:
            asked: Needs = needs[indicator.id]
            for subject in subjects:
                sparse = asked.may_lack and dice.random() < 1 / 2
                for period in periods_looked_at(contract.whole_year, indicator, asked):
                    if not (sparse and dice.random() < 1 / 2):
                        over, under = dice.randint(0, VALUE_MAX), dice.randint(0, VALUE_MAX)
                        yield from _reported(subject, indicator, asked, period, over, under)


def _moved(incident: Incident, subjects: Sequence[str], dice: Random) -> Incident:
    days = timedelta(dice.randint(-60, 60))
    return replace(
        incident, subject=dice.choice(subjects), happened_on=incident.happened_on + days,
        found_on=incident.found_on + days,
    )  # fmt: skip


def _shifted(duty: Assignment, parties: Sequence[str], dice: Random) -> Assignment:
    """The first duty of each cadre lasts all year, so that somebody answers for somebody."""
    if duty.until is None and duty.start.year < 2026:
        return replace(duty, party=dice.choice(parties))
    days = timedelta(dice.randint(-40, 40))
    until = None if duty.until is None else duty.until + days
    return replace(duty, party=dice.choice(parties), start=duty.start + days, until=until, share=dice.choice(SHARES))
