"""A year of figures for the contract of town units: what all of them do, then the duties of each group."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.period import Cadence
from targets.demo.places import PLACES, Unit
from targets.demo.reporting import (
    BEFORE,
    PER_MILLE,
    between,
    calendar,
    draw,
    in_all,
    number,
    rates,
    ratio,
    reaches,
    shared_out,
    ticks,
    total_near,
)
from targets.observation import Observation, Target

SAMPLE = 100
RECORDS_CHECKED = 50
MONTHS, QUARTERS, HALVES = 12, 4, 2
DUTY_PAPERS = ("plan", "contact", "report")
# Tenths of a point; the first two units are the only ones that ask.
INNOVATION = {"U01": 5, "U05": 8}


def unit_observations(unit: Unit) -> Iterator[Observation]:
    """Everything the contract asks of one unit, with the year before for what is compared with it."""
    yield from _organisation(unit)
    yield from _information_and_funding(unit)
    yield from _service_and_openness(unit)
    match unit.party.group:
        case "服务类":
            yield from _health_services(unit)
        case "资金类":
            yield from _fund_services(unit)
        case "执法类":
            yield from _law_services(unit)
        case "宣教类":
            yield from _education_services(unit)
    if unit.key in INNOVATION:
        (year,) = calendar(Cadence.YEAR)
        yield number(unit.code, "innovation", year, Fraction(INNOVATION[unit.key], 10))


def unit_targets(unit: Unit) -> Iterator[Target]:
    """What was agreed with each unit on its own."""
    yield Target(unit.code, "joint_actions", "target", Fraction(_joint_actions(unit)))
    if unit.party.group == "执法类":
        yield Target(unit.code, "practice_checks", "target", Fraction(_practice_checks(unit)))
    if unit.party.group == "宣教类":
        yield Target(unit.code, "health_lessons", "target", Fraction(_health_lessons(unit)))
        yield Target(unit.code, "awareness", "baseline", Fraction(_awareness_before(unit), SAMPLE))
        yield Target(unit.code, "awareness", "benchmark", Fraction(92, 100))


def _joint_actions(unit: Unit) -> int:
    return 8 + 2 * draw(unit.code, "joint", below=5)


def _practice_checks(unit: Unit) -> int:
    return 8 + draw(unit.code, "checks", below=5)


def _health_lessons(unit: Unit) -> int:
    return 40 + 4 * draw(unit.code, "lessons", below=8)


def _awareness_before(unit: Unit) -> int:
    return between(70, 82, unit.code, "awareness before")


def _organisation(unit: Unit) -> Iterator[Observation]:
    code, standing = unit.code, unit.standing
    meetings = total_near(code, standing, "coordination_meetings", 4, 2)
    yield from in_all(code, "coordination_meetings", Cadence.QUARTER, meetings)
    complete = reaches(standing, code, "duty_papers")
    yield from ticks(code, "duty_papers", {entry: complete or entry != "report" for entry in DUTY_PAPERS})
    actions = total_near(code, standing, "joint_actions", _joint_actions(unit), 4, 3)
    yield from in_all(code, "joint_actions", Cadence.QUARTER, actions)


def _information_and_funding(unit: Unit) -> Iterator[Observation]:
    code, standing = unit.code, unit.standing
    (year,) = calendar(Cadence.YEAR)
    due = [between(18, 26, code, "due", month) for month in range(MONTHS)]
    yield from rates(code, standing, "sharing_on_time", 950, due, cadence=Cadence.MONTH, most_short=160)
    yield from rates(code, standing, "sharing_complete", 980, due, cadence=Cadence.MONTH, most_short=120)
    for period in calendar(Cadence.QUARTER):
        right = RECORDS_CHECKED - between(0, standing.of(1, 2, 4, 7), code, "wrong", period)
        yield ratio(code, "data_quality", period, right, RECORDS_CHECKED)
    granted = 10_000 * between(2, 30, code, "granted")
    spent = granted * between(*_SPENT[standing], code, "spent") // PER_MILLE
    yield number(code, "budget_granted", year, granted)
    yield number(code, "budget_spent", year, spent + Fraction(draw(code, "fen", below=100), 100) * (spent < granted))


_SPENT = ((980, 1000), (940, 990), (880, 970), (800, 930))


def _service_and_openness(unit: Unit) -> Iterator[Observation]:
    code, standing = unit.code, unit.standing
    (year,) = calendar(Cadence.YEAR)
    petitions = [max(0, between(-2, 3, code, "petitions", quarter)) for quarter in range(QUARTERS)]
    yield from rates(code, standing, "petitions_on_time", PER_MILLE, petitions, cadence=Cadence.QUARTER)
    posted = total_near(code, standing, "posting", 4, 2)
    for quarter, period in enumerate(calendar(Cadence.QUARTER)):
        yield number(code, "posting", period, int(quarter < posted))
    yield number(code, "satisfaction", year, Fraction(between(*_SATISFIED[standing], code, "satisfaction"), 10))
    sessions = total_near(code, standing, "training_sessions", 4, 2, 2)
    yield from in_all(code, "training_sessions", Cadence.HALF_YEAR, sessions)


_SATISFIED = ((905, 970), (850, 925), (770, 870), (650, 770))


def _health_services(unit: Unit) -> Iterator[Observation]:
    code, standing = unit.code, unit.standing
    places = [len(PLACES)] * QUARTERS
    yield from rates(code, standing, "outreach_coverage", PER_MILLE, places, cadence=Cadence.QUARTER, most_short=180)
    agreed = [between(180, 420, code, "agreed", half) for half in range(HALVES)]
    yield from rates(code, standing, "service_followup", 950, agreed, cadence=Cadence.HALF_YEAR, most_short=160)
    for half, clients in zip(calendar(Cadence.HALF_YEAR, BEFORE), agreed, strict=True):
        rate = between(760, 890, code, "followup before", half)
        yield ratio(code, "service_followup", half, clients * rate // PER_MILLE, clients)
    before = between(240, 900, code, "treatments before")
    treated = total_near(code, standing, "free_treatment", before, before // 8, before // 10)
    yield from in_all(code, "free_treatment", Cadence.QUARTER, before, year=BEFORE)
    yield from in_all(code, "free_treatment", Cadence.QUARTER, treated)


def _fund_services(unit: Unit) -> Iterator[Observation]:
    code, standing = unit.code, unit.standing
    (year,) = calendar(Cadence.YEAR)
    late = draw(code, "late quarter", below=QUARTERS) if not reaches(standing, code, "funds_on_time") else None
    for quarter, period in enumerate(calendar(Cadence.QUARTER)):
        payments = between(120, 260, code, "payments", period)
        yield ratio(code, "funds_on_time", period, payments - 3 * (quarter == late), payments)
    days = between(*_REVIEW_DAYS[standing], code, "review_days")
    yield number(code, "review_days", year, Fraction(days, 10))
    findings = draw(code, "findings", below=5)
    if findings:
        open_still = 0 if reaches(standing, code, "findings closed") else 1
        yield ratio(code, "audit_findings_closed", year, findings - open_still, findings)


_REVIEW_DAYS = ((40, 70), (60, 110), (90, 170), (150, 290))


def _law_services(unit: Unit) -> Iterator[Observation]:
    code, standing = unit.code, unit.standing
    checks = total_near(code, standing, "practice_checks", _practice_checks(unit), 3, 2)
    yield from in_all(code, "practice_checks", Cadence.QUARTER, checks)
    requests = shared_out(between(800, 1600, code, "requests"), QUARTERS)
    yield from rates(code, standing, "requests_on_time", 980, requests, cadence=Cadence.QUARTER, most_short=60)
    talks = total_near(code, standing, "rights_talks", 8, 3, 3)
    yield from in_all(code, "rights_talks", Cadence.HALF_YEAR, talks)


def _education_services(unit: Unit) -> Iterator[Observation]:
    code, standing = unit.code, unit.standing
    (year,) = calendar(Cadence.YEAR)
    agreed_tenths = 10 * _health_lessons(unit)
    lessons = total_near(code, standing, "health_lessons", agreed_tenths, agreed_tenths // 3, 65)
    yield from in_all(code, "health_lessons", Cadence.HALF_YEAR, lessons, per=10)
    aware = between(*_AWARE[standing], code, "aware")
    yield ratio(code, "awareness", year, aware, SAMPLE)
    kinds = total_near(code, standing, "material_kinds", 6, 4, 2)
    yield from in_all(code, "material_kinds", Cadence.HALF_YEAR, kinds)


_AWARE = ((92, 98), (86, 96), (80, 90), (70, 84))
