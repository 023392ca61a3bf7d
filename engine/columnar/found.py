"""Substantiated incidents as conditions see them: how many were found, and on which days."""

from __future__ import annotations

from collections.abc import Iterable

from engine.columnar.plan import IntColumn
from engine.columnar.scribe import Scribe, input_column
from engine.columnar.tallies import Told, counted
from rules.period import Period


def incidents_found(
    scribe: Scribe, kinds: Iterable[str], window: Period, severities: tuple[str, ...] = ()
) -> IntColumn:
    """Those of these kinds found in the window, of these severities where any are named; a kind named twice counts twice."""
    if severities:
        told = [scribe.events.get(counted(kind, window, severities)) for kind in kinds]
        return scribe.plan.sum_of(scribe.plan.column(one.name, 0, one.high) for one in told if one is not None)
    found = [scribe.columns.incidents.get((kind, window)) for kind in kinds]
    return scribe.plan.sum_of(input_column(scribe, column) for column in found if column is not None)


def latest_days(scribe: Scribe, told: Told) -> tuple[IntColumn, IntColumn] | None:
    """The latest day on which one of them happened, and on which one was found, in the year; 0 where there is none."""
    if not told.severities:
        pair = scribe.columns.incident_days.get(told.kind)
        return None if pair is None else (input_column(scribe, pair[0]), input_column(scribe, pair[1]))
    days = scribe.days.get(told)
    if days is None:
        return None
    return scribe.plan.column(days.happened.name, 0, days.happened.high), scribe.plan.column(
        days.found.name, 0, days.found.high
    )
