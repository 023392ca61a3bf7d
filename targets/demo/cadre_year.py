"""A year of figures for the contract of cadres: what everybody does, then the duties of each post they held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rules.period import Cadence, Period
from targets.cadre import Tenure
from targets.demo.people import CADRES, RESIDENT, TENURES
from targets.demo.reporting import YEAR, Standing, between, calendar, draw, number, ratio, reaches, shared_out, ticks
from targets.observation import Observation, Target

RECORDS_CHECKED = 20
OFFICE_PAPERS = ("rules", "ledger", "funds", "review")
SHIFTS_A_QUARTER = 6
VISITS_A_QUARTER = 6
COUNCILS_A_QUARTER = 2
DAYS_A_MONTH = 10
HOUSEHOLDS_A_QUARTER = 30


@dataclass(frozen=True, slots=True)
class Service:
    """The periods of the year in which a cadre held a post (any post, where it is empty)."""

    cadre: str
    post: str
    tenures: tuple[Tenure, ...]

    @property
    def standing(self) -> Standing:
        drawn = draw(self.cadre, "standing", below=100)
        return Standing((drawn >= 22) + (drawn >= 70) + (drawn >= 94))

    def periods(self, cadence: Cadence) -> list[Period]:
        """Those with at least one day of service."""
        return [period for period in calendar(cadence) if any(_meets(tenure, period) for tenure in self.tenures)]


def _meets(tenure: Tenure, period: Period) -> bool:
    first = date(YEAR, period.first_month, 1)
    after = date(YEAR + period.last_month // 12, period.last_month % 12 + 1, 1)
    return tenure.start < after and (tenure.until is None or tenure.until >= first)


def _services() -> Iterator[Service]:
    for cadre in CADRES:
        tenures = tuple(tenure for tenure in TENURES if tenure.cadre == cadre.code and _in_the_year(tenure))
        yield Service(cadre.code, "", tenures)
        for post in sorted({tenure.post for tenure in tenures}):
            yield Service(cadre.code, post, tuple(tenure for tenure in tenures if tenure.post == post))


def _in_the_year(tenure: Tenure) -> bool:
    return any(_meets(tenure, year) for year in calendar(Cadence.YEAR))


SERVICES = tuple(_services())


def cadre_observations() -> Iterator[Observation]:
    for service in SERVICES:
        yield from _OBSERVED[service.post](service)


def cadre_targets() -> Iterator[Target]:
    """Agreed in proportion to the months or quarters in the post."""
    for service in SERVICES:
        for indicator, (post, cadence, each) in _AGREED.items():
            if service.post == post:
                agreed = each * len(service.periods(cadence))
                yield Target(service.cadre, indicator, "target", Fraction(agreed))


_AGREED = {
    "duty_shifts": ("", Cadence.QUARTER, SHIFTS_A_QUARTER),
    "field_visits": ("leader", Cadence.QUARTER, VISITS_A_QUARTER),
    "village_days": ("resident", Cadence.MONTH, DAYS_A_MONTH),
    "household_visits": ("resident", Cadence.QUARTER, HOUSEHOLDS_A_QUARTER),
    "council_meetings": ("secretary", Cadence.QUARTER, COUNCILS_A_QUARTER),
}


def _everybody(service: Service) -> Iterator[Observation]:
    cadre, standing = service.cadre, service.standing
    (year,) = calendar(Cadence.YEAR)
    months = service.periods(Cadence.MONTH)
    yield from _attendance_of_98(service) if cadre == EXACTLY_98 else _attendance(service, months)
    missed = between(*_MEETINGS_MISSED[standing], cadre, "meetings")
    for period, count in zip(months, shared_out(missed, len(months)), strict=True):
        yield number(cadre, "meetings_missed", period, count)
    yield from _counts(service, "duty_shifts", Cadence.QUARTER, SHIFTS_A_QUARTER)
    yield number(cadre, "learning_hours", year, Fraction(between(*_HOURS[standing], cadre, "hours"), 10))
    yield number(cadre, "exam", year, Fraction(between(*_EXAM[standing], cadre, "exam"), 10))


_MEETINGS_MISSED = ((0, 1), (0, 2), (0, 5), (3, 8))
_HOURS = ((400, 560), (360, 480), (290, 400), (150, 320))
_EXAM = ((94, 100), (85, 98), (72, 92), (50, 78))


def _attendance(service: Service, months: Sequence[Period]) -> Iterator[Observation]:
    absent = service.standing.of(0, 1, 2, 5)
    for period in months:
        due = between(20, 23, "working days", period)
        yield ratio(service.cadre, "attendance", period, due - draw(service.cadre, period, below=absent + 1), due)


# 245 of 250 days is exactly 98%.
EXACTLY_98 = RESIDENT["V02"]


def _attendance_of_98(service: Service) -> Iterator[Observation]:
    for period in calendar(Cadence.MONTH):
        due, absent = 25 if period.number > 10 else 20, int(period.number <= 5)
        yield ratio(service.cadre, "attendance", period, due - absent, due)


def _leader(service: Service) -> Iterator[Observation]:
    yield from _counts(service, "field_visits", Cadence.QUARTER, VISITS_A_QUARTER)
    issues = {period: between(6, 20, service.cadre, "issues", period) for period in service.periods(Cadence.HALF_YEAR)}
    yield from _rates(service, "issues_solved", 950, issues)


def _office_head(service: Service) -> Iterator[Observation]:
    tasks = {period: between(8, 24, service.cadre, "tasks", period) for period in service.periods(Cadence.QUARTER)}
    yield from _rates(service, "tasks_on_time", 950, tasks)
    complete = reaches(service.standing, service.cadre, "office_papers")
    yield from ticks(service.cadre, "office_papers", {entry: complete or entry != "review" for entry in OFFICE_PAPERS})


def _resident(service: Service) -> Iterator[Observation]:
    yield from _counts(service, "village_days", Cadence.MONTH, DAYS_A_MONTH)
    yield from _counts(service, "household_visits", Cadence.QUARTER, HOUSEHOLDS_A_QUARTER)


def _secretary(service: Service) -> Iterator[Observation]:
    (year,) = calendar(Cadence.YEAR)
    yield from _counts(service, "council_meetings", Cadence.QUARTER, COUNCILS_A_QUARTER)
    tenths = between(*_DUTY_REPORT[service.standing], service.cadre, "report")
    yield number(service.cadre, "duty_report", year, Fraction(tenths, 10))


_DUTY_REPORT = ((185, 200), (168, 195), (145, 180), (100, 150))


def _health_worker(service: Service) -> Iterator[Observation]:
    quarters = service.periods(Cadence.QUARTER)
    yield from _rates(service, "record_accuracy", 980, dict.fromkeys(quarters, RECORDS_CHECKED))
    due = {period: between(30, 90, service.cadre, "records", period) for period in quarters}
    yield from _rates(service, "record_timeliness", 950, due)
    families = {period: between(60, 240, service.cadre, "families", period) for period in quarters}
    yield from _rates(service, "offers_made", 950, families)


_OBSERVED: dict[str, Callable[[Service], Iterator[Observation]]] = {
    "": _everybody,
    "leader": _leader,
    "office_head": _office_head,
    "resident": _resident,
    "secretary": _secretary,
    "health_worker": _health_worker,
}


def _counts(service: Service, indicator: str, cadence: Cadence, each: int) -> Iterator[Observation]:
    """As many as agreed, a few more, or a few less in the whole of the service."""
    periods = service.periods(cadence)
    agreed = each * len(periods)
    if reaches(service.standing, service.cadre, indicator):
        total = agreed + draw(service.cadre, indicator, below=max(2, agreed // 12))
    else:
        total = agreed - between(1, max(1, agreed // service.standing.of(12, 8, 5, 2)), service.cadre, indicator)
    for period, part in zip(periods, shared_out(total, len(periods)), strict=True):
        yield number(service.cadre, indicator, period, part)


def _rates(service: Service, indicator: str, target: int, denominators: dict[Period, int]) -> Iterator[Observation]:
    reached = reaches(service.standing, service.cadre, indicator)
    for period, denominator in denominators.items():
        if reached:
            met = -(-denominator * between(target, 1000, service.cadre, indicator, period) // 1000)
        else:
            short = between(1, service.standing.of(10, 40, 90, 200), service.cadre, indicator, period)
            met = denominator * (target - short) // 1000
        yield ratio(service.cadre, indicator, period, met, denominator)
