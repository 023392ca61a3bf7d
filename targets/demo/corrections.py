"""Late corrections: figures reported again in January, each a small change of what was first reported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from targets.demo.people import RESIDENT, SECRETARY
from targets.demo.places import PLACE, UNIT
from targets.demo.reporting import YEAR
from targets.observation import Observation

CORRECTED_ON = date(YEAR + 1, 1, 18)

# Subject, indicator, period, and what is added to numerator and denominator.
_CHANGES = (
    # A meeting that had not been reported.
    (PLACE["V41"].code, "meetings", f"{YEAR}-08", 1, 0),
    # A meeting reported for another village: V18 falls just below 60 points, which is a fail.
    (PLACE["V18"].code, "meetings", f"{YEAR}-05", -1, 0),
    # Two questionnaires marked wrongly.
    (PLACE["V16"].code, "awareness", f"{YEAR}H2", 2, 0),
    # A girl born on 30 November and reported late: statistics stay consistent, and she was visited.
    (PLACE["V20"].code, "births", f"{YEAR}-11", 1, 0),
    (PLACE["V20"].code, "births_female", f"{YEAR}-11", 1, 0),
    (PLACE["V20"].code, "births_first", f"{YEAR}-11", 1, 0),
    (PLACE["V20"].code, "newborn_visits", f"{YEAR}-11", 1, 0),
    (PLACE["V20"].code, "population_end", f"{YEAR}", 1, 0),
    # Counted twice.
    (PLACE["C05"].code, "training_sessions", f"{YEAR}Q3", -1, 0),
    (PLACE["C05"].code, "joint_actions", f"{YEAR}Q4", -1, 0),
    # Two records of the spot check were right after all, one was not.
    (PLACE["V26"].code, "data_quality", f"{YEAR}Q2", -2, 0),
    (PLACE["C10"].code, "data_quality", f"{YEAR}Q4", -1, 0),
    # A petition that fell due in the second quarter and was answered in time.
    (PLACE["V34"].code, "petitions_on_time", f"{YEAR}Q2", 1, 1),
    (UNIT["U07"].code, "data_quality", f"{YEAR}Q1", -1, 0),
    (UNIT["U10"].code, "joint_actions", f"{YEAR}Q4", 1, 0),
    # A day of leave that was booked as absence.
    (SECRETARY["V11"], "attendance", f"{YEAR}-08", 0, -1),
    (RESIDENT["V29"], "household_visits", f"{YEAR}Q3", 2, 0),
)


def corrected(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """The observations that supersede some of those, in the order of the list."""
    first = {(o.subject, o.indicator, str(o.period)): o for o in observations if not o.entry}
    return tuple(
        _corrected(first[subject, indicator, period], more_met, more_counted)
        for subject, indicator, period, more_met, more_counted in _CHANGES
    )


def _corrected(observation: Observation, more_met: int, more_counted: int) -> Observation:
    return replace(
        observation,
        numerator=observation.numerator + more_met,
        denominator=observation.denominator + more_counted,
        recorded_on=CORRECTED_ON,
    )
