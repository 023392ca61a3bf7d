"""A year of figures for the contract of villages and communities, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rules.period import Cadence
from targets.demo.places import Place
from targets.demo.population import months, population_end
from targets.demo.reporting import (
    BEFORE,
    PER_MILLE,
    Standing,
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
from targets.demo.village_pins import MEMBERS_PER_MILLE, NEWBORNS_MISSED, PINNED
from targets.observation import Observation, Target

SAMPLE = 100
RECORDS_CHECKED = 50
QUARTERS, HALVES = 4, 2
PLAN_PAPERS = ("plan", "division", "half_year", "summary", "files")
ROOM = ("room", "devices", "privacy", "records", "hours")
INFORMATION_POINTS = ("board", "corner", "broadcast", "shelf")
GOVERNANCE = ("charter", "agreement", "council", "review")


def village_observations(place: Place) -> Iterator[Observation]:
    """Everything the contract asks of one place, with the year before for what is compared with it."""
    pinned = PINNED.get(place.key, {})
    for part in (_organisation, _rooms_and_staff, _services, _publicity, _assistance, _governance, _quarterly, _bonus):
        for observation in part(place):
            pin = pinned.get((observation.indicator, str(observation.period)))
            if pin is None:
                yield observation
            elif observation.counted:
                yield ratio(place.code, observation.indicator, observation.period, *pin)
            else:
                yield number(place.code, observation.indicator, observation.period, Fraction(*pin))


def village_targets(place: Place) -> Iterator[Target]:
    """What was agreed with each place on its own."""
    followup = Fraction(9, 10) if place.standing is Standing.POOR else Fraction(19, 20)
    yield Target(place.code, "room_days", "full_at", Fraction(_room_days(place)))
    yield Target(place.code, "check_followup", "target", followup)
    yield Target(place.code, "materials", "target", Fraction(_materials(place)))
    yield Target(place.code, "households_assisted", "target", Fraction(_to_assist(place)))


def _room_days(place: Place) -> int:
    return 200 if place.is_village else 250


def _materials(place: Place) -> int:
    return place.households // 20 * 20


def _to_assist(place: Place) -> int:
    return max(2, place.households // 40)


def _followup_target(place: Place) -> int:
    return 900 if place.standing is Standing.POOR else 950


def _organisation(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    yield from in_all(code, "meetings", Cadence.MONTH, total_near(code, standing, "meetings", 12, 4))
    yield from _checklist(place, "plan_papers", PLAN_PAPERS)
    yield from in_all(code, "joint_actions", Cadence.QUARTER, total_near(code, standing, "joint_actions", 8, 4, 3))
    petitions = [max(0, between(-3, 2, code, "petitions", quarter)) for quarter in range(QUARTERS)]
    yield from rates(code, standing, "petitions_on_time", PER_MILLE, petitions, cadence=Cadence.QUARTER)


def _rooms_and_staff(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    (year,) = calendar(Cadence.YEAR)
    yield from _checklist(place, "service_room", ROOM)
    open_days = total_near(code, standing, "room_days", _room_days(place), 60, 12)
    yield from in_all(code, "room_days", Cadence.MONTH, open_days)
    staff = between(2, 5, code, "staff")
    yield ratio(code, "qualified_staff", year, staff - (not reaches(standing, code, "qualified")), staff)
    hours = total_near(code, standing, "staff_training", 400, 160, 80)
    yield from in_all(code, "staff_training", Cadence.HALF_YEAR, hours, per=10)


def _services(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    (year,) = calendar(Cadence.YEAR)
    for turn in (1, 2, 3):
        offer = f"check_offer_{turn}"
        yield from rates(code, standing, offer, 950, [place.adults], cadence=Cadence.YEAR, most_short=140)
    yield from _check_followup(place)
    applied = [place.population * between(3, 5, code, "applied", quarter) // PER_MILLE for quarter in range(QUARTERS)]
    yield from rates(code, standing, "free_treatment", 980, applied, cadence=Cadence.QUARTER, most_short=240)
    yield from _newborn_visits(place)
    yield from _prepregnancy_offers(place)
    files = place.adults * 9 // 10
    updated = between(*_UPDATED[standing], code, "record_updates")
    yield ratio(code, "record_updates", year, files * updated // PER_MILLE, files)
    for half in calendar(Cadence.HALF_YEAR):
        marks = between(*_SATISFIED[standing], code, "satisfaction", half)
        yield number(code, "satisfaction", half, Fraction(marks, 10))


_UPDATED = ((978, 996), (946, 974), (905, 955), (800, 930))
_SATISFIED = ((905, 970), (855, 932), (775, 880), (640, 780))


def _check_followup(place: Place) -> Iterator[Observation]:
    """Those who work best miss nobody, so that the others are measured against a high common rate."""
    code, standing = place.code, place.standing
    agreed = [place.adults * between(2, 4, code, "agreed", quarter) // 100 for quarter in range(QUARTERS)]
    target = PER_MILLE if standing is Standing.TOP else _followup_target(place)
    yield from rates(code, standing, "check_followup", target, agreed, cadence=Cadence.QUARTER, most_short=260)


def _newborn_visits(place: Place) -> Iterator[Observation]:
    """A visit for each newborn, unless some were missed in the months that had any."""
    missed = NEWBORNS_MISSED.get(place.key, 0)
    if not reaches(place.standing, place.code, "newborn_visits"):
        missed = between(1, 1 + place.population // 800, place.code, "newborns missed")
    for period, month in zip(calendar(Cadence.MONTH), months(place), strict=True):
        left_out = min(missed, month.births)
        missed -= left_out
        yield number(place.code, "newborn_visits", period, month.births - left_out)


def _prepregnancy_offers(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    registered = [place.population * between(4, 7, code, "registered", half) // PER_MILLE for half in range(HALVES)]
    yield from rates(code, standing, "prepregnancy_offers", 950, registered, cadence=Cadence.HALF_YEAR, most_short=200)
    for half, families in zip(calendar(Cadence.HALF_YEAR, BEFORE), registered, strict=True):
        rate = between(600, 900, code, "before", half)
        yield ratio(code, "prepregnancy_offers", half, families * rate // PER_MILLE, families)


def _publicity(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    talks = total_near(code, standing, "training_sessions", 12, 5, 4)
    yield from in_all(code, "training_sessions", Cadence.QUARTER, talks)
    leaflets = total_near(code, standing, "materials", _materials(place), _materials(place) // 2, 60)
    yield from in_all(code, "materials", Cadence.HALF_YEAR, leaflets)
    for half, earlier in zip(calendar(Cadence.HALF_YEAR), calendar(Cadence.HALF_YEAR, BEFORE), strict=True):
        aware = between(*_AWARE[standing], code, "awareness", half)
        yield ratio(code, "awareness", half, aware, SAMPLE)
        yield ratio(code, "awareness", earlier, aware - between(3, 14, code, "progress"), SAMPLE)
    yield from _checklist(place, "publicity_places", INFORMATION_POINTS)


_AWARE = ((95, 99), (87, 97), (78, 91), (60, 82))


def _assistance(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    (year,) = calendar(Cadence.YEAR)
    owed = [max(1, place.households * between(3, 5, code, "owed", quarter) // 100) for quarter in range(QUARTERS)]
    late = draw(code, "late quarter", below=QUARTERS) if not reaches(standing, code, "funds_on_time") else None
    for quarter, (period, households) in enumerate(zip(calendar(Cadence.QUARTER), owed, strict=True)):
        yield ratio(code, "funds_on_time", period, households - (quarter == late), households)
    to_assist = _to_assist(place)
    helped = total_near(code, standing, "households_assisted", to_assist, max(1, to_assist // 2), 3)
    yield from in_all(code, "households_assisted", Cadence.HALF_YEAR, helped)
    per_head_fen = between(*_PER_HEAD_FEN[standing], code, "per head")
    yield number(code, "funding_spent", year, Fraction(population_end(place) * per_head_fen, 100))
    if draw(code, "no application", below=9):
        yield number(code, "application_days", year, Fraction(between(*_DAYS[standing], code, "days"), 10))


_PER_HEAD_FEN = ((2000, 2600), (1850, 2250), (1600, 2050), (1150, 1700))
_DAYS = ((40, 100), (60, 140), (110, 200), (150, 330))


def _governance(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    (year,) = calendar(Cadence.YEAR)
    yield from _checklist(place, "self_governance" if place.is_village else "resident_governance", GOVERNANCE)
    yield number(code, "consolidation", year, Fraction(between(*_CONSOLIDATION[standing], code, "consolidation"), 10))
    members = MEMBERS_PER_MILLE.get(place.key) or between(*_MEMBERS[standing], code, "members")
    yield ratio(code, "association_members", year, place.adults * members // PER_MILLE, place.adults)
    before = between(4, 8, code, "activities before")
    yield from in_all(code, "association_activities", Cadence.QUARTER, before, year=BEFORE)
    activities = total_near(code, standing, "association_activities", before, 3, 3)
    yield from in_all(code, "association_activities", Cadence.QUARTER, activities)


_CONSOLIDATION = ((30, 30), (25, 30), (19, 27), (9, 21))
_MEMBERS = ((215, 290), (190, 270), (150, 240), (80, 190))


def _quarterly(place: Place) -> Iterator[Observation]:
    code, standing = place.code, place.standing
    slips = standing.of(0, 4, 9, 15)
    late_reports, missed_rounds = (draw(code, what, below=slips + 1) // 2 for what in ("late", "rounds"))
    unposted = draw(code, "unposted", below=QUARTERS) if not reaches(standing, code, "posting") else None
    for quarter, period in enumerate(calendar(Cadence.QUARTER)):
        yield number(code, "posting", period, int(quarter != unposted))
        right = RECORDS_CHECKED - between(*_WRONG[standing], code, "wrong", period)
        yield ratio(code, "data_quality", period, right, RECORDS_CHECKED)
        yield number(code, "late_reports", period, shared_out(late_reports, QUARTERS)[quarter])
        yield number(code, "missed_rounds", period, shared_out(missed_rounds, QUARTERS)[quarter])


_WRONG = ((0, 1), (0, 2), (0, 4), (2, 7))


def _bonus(place: Place) -> Iterator[Observation]:
    """Only a few ask for a bonus; the best are settled by hand in `village_pins`."""
    (year,) = calendar(Cadence.YEAR)
    pinned = PINNED.get(place.key, {})
    for indicator, amount in (("innovation", Fraction(1, 2)), ("volunteers", Fraction(between(5, 45, place.code)))):
        asks = place.standing is Standing.GOOD and draw(place.code, indicator, below=3) == 0
        if asks or (indicator, str(year)) in pinned:
            yield number(place.code, indicator, year, amount)


def _checklist(place: Place, indicator: str, entries: tuple[str, ...]) -> Iterator[Observation]:
    """All ticked, or without the last one or two."""
    lacking = 0
    if not reaches(place.standing, place.code, indicator):
        lacking = between(1, place.standing.of(1, 1, 1, 2), place.code, indicator, "lacking")
    ticked = len(entries) - lacking
    yield from ticks(place.code, indicator, {entry: position < ticked for position, entry in enumerate(entries)})
