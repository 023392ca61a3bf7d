"""Conditions inside scoring, as truths of columns, and the first case of several whose condition holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from engine.columnar.earned import Earned
from engine.columnar.exact import Cases, Held, whole, within
from engine.columnar.found import incidents_found
from engine.columnar.past import years_in_which
from engine.columnar.plan import Truth, in_list
from engine.columnar.readings import read
from engine.columnar.scribe import Case, Scribe, input_column
from rules.condition import (
    AllOf,
    AnyOf,
    Condition,
    Earlier,
    GroupIs,
    IncidentCount,
    ItemMet,
    ItemScoreIs,
    MonthsIn,
    Not,
    ValueIs,
)
from rules.scoring import Mark, Measured
from rules.scoring_terms import Incomplete, Missing


def holds(scribe: Scribe, case: Case, condition: Condition) -> Truth:
    """Whether the condition holds, for everybody."""
    plan = scribe.plan
    match condition:
        case AllOf(all=terms):
            return plan.all_of(holds(scribe, case, term) for term in terms).settled()
        case AnyOf(any=terms):
            return plan.any_of(holds(scribe, case, term) for term in terms).settled()
        case Not(not_=term):
            return (~holds(scribe, case, term)).settled()
        case ItemMet(item_met=item):
            known = scribe.scored[item, case.window]
            return (~known.there | known.met).settled()
        case ItemScoreIs(item=item, score=wanted):
            known = scribe.scored[item, case.window]
            return (known.scored & within(known.value, wanted)).settled()
        case GroupIs(group=groups):
            return in_list(plan, "group", groups).settled()
        case IncidentCount(incident=kinds, severity=severities, count=wanted):
            return within(whole(incidents_found(scribe, kinds, case.window, severities)), wanted)
        case MonthsIn(months_in=state, count=wanted):
            months = scribe.columns.months.get(state)
            return within(whole(plan.constant(0) if months is None else input_column(scribe, months)), wanted)
        case Earlier(count=wanted) as earlier:
            return within(whole(years_in_which(scribe, earlier)), wanted)
        case ValueIs(value=indicator, is_=wanted):
            # The last period reported; nothing is asked for that is not there.
            asked = Measured(
                indicator=indicator, scoring=Mark(method="mark"), missing=Missing.ZERO, incomplete=Incomplete.REPORTED
            )
            reading = read(scribe, replace(case, measured=asked, points=Fraction(0)))
            return (reading.has & within(reading.value, wanted)).settled()
        case _:
            raise AssertionError(f"checked: {type(condition).__name__} is not looked at in scoring")


def first_that_holds(conditions: Sequence[Truth], earned: Sequence[Earned]) -> Earned:
    """What the first earns whose condition holds; there is one more of those than conditions, for everybody else."""
    last = earned[-1]
    points, exempt, met = last.points, last.exempt, last.met
    for truth, one in zip(reversed(conditions), reversed(earned[:-1]), strict=True):
        mine: list[tuple[Truth, Held]] = [((truth & inside).settled(), held) for inside, held in one.points.cases]
        points = Cases((*mine, (truth, one.points.otherwise), *points.cases), points.otherwise)
        exempt = truth.choose_truth(one.exempt, exempt).settled()
        met = truth.choose_truth(one.met, met).settled()
    return Earned(points, exempt, met)
