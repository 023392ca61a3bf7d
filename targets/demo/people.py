"""The demo town's cadres, their posts, and the places and units they answer for; changes in the year are listed by hand.

Numbers: 1-10 area leaders, 11-22 heads of units, 23-84 secretaries, 85-146 family-health workers, 147-206 resident
cadres (one for each place, but a single one for the three smallest), 207-224 second residents of the largest places,
225-231 those who came in the course of the year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from targets.cadre import Assignment, Cadre, Tenure
from targets.demo.places import AREAS, PLACE, PLACES, TOWN, UNIT, UNITS, Place
from targets.demo.reporting import BEFORE, YEAR, between

CADRE_COUNT = 231
SECOND_RESIDENTS = 18
_ONE_FOR_THREE = ("V46", "V47", "V48")
_FIRST_SHARE, _SECOND_SHARE = Fraction(6, 10), Fraction(4, 10)


def cadre_code(number: int) -> str:
    return f"GB{number:03d}"


CADRES = tuple(Cadre(cadre_code(number), f"干部{number:03d}") for number in range(1, CADRE_COUNT + 1))

LEADER = {area: cadre_code(area) for area in AREAS}
HEAD = {unit.key: cadre_code(10 + number) for number, unit in enumerate(UNITS, start=1)}
SECRETARY = {place.key: cadre_code(22 + number) for number, place in enumerate(PLACES, start=1)}
WORKER = {place.key: cadre_code(84 + number) for number, place in enumerate(PLACES, start=1)}


def _residents() -> dict[str, str]:
    """Place -> its (first) resident cadre: one person for the three smallest villages."""
    keys = [place.key for place in PLACES if place.key not in _ONE_FOR_THREE[1:]]
    found = {key: cadre_code(146 + number) for number, key in enumerate(keys, start=1)}
    return found | dict.fromkeys(_ONE_FOR_THREE[1:], found[_ONE_FOR_THREE[0]])


RESIDENT = _residents()
_LARGEST = sorted(PLACES, key=lambda place: (-place.population, place.key))[:SECOND_RESIDENTS]
SECOND_RESIDENT = {place.key: cadre_code(206 + number) for number, place in enumerate(_LARGEST, start=1)}


@dataclass(frozen=True, slots=True)
class Change:
    """From `day` on, `new` answers in the role for the place, unit or area instead of `old`."""

    day: date
    role: str
    at: str
    old: str
    new: str


def _day(month: int, day: int = 1) -> date:
    return date(YEAR, month, day)


# An area is written A03. A cadre who is `old` and never `new` again has left; `new` with another post changes post.
CHANGES = (
    # A worker becomes the secretary of the same village, and somebody new the worker.
    Change(_day(5), "secretary", "V05", SECRETARY["V05"], WORKER["V05"]),
    Change(_day(5), "staff", "V05", WORKER["V05"], cadre_code(225)),
    # After the coercion in V19 (12 March), before it was found (20 August): the two residents changed places.
    Change(_day(6), "resident", "V19", RESIDENT["V19"], RESIDENT["V20"]),
    Change(_day(6), "resident", "V20", RESIDENT["V20"], RESIDENT["V19"]),
    # After the embezzlement in V33 (6 May) was found.
    Change(_day(9), "secretary", "V33", SECRETARY["V33"], cadre_code(226)),
    # A resident becomes the head of a unit.
    Change(_day(7), "head", "U05", HEAD["U05"], RESIDENT["V41"]),
    Change(_day(7), "resident", "V41", RESIDENT["V41"], cadre_code(227)),
    # An area gets a new leader.
    Change(_day(4), "leader", "A03", LEADER[3], cadre_code(228)),
    # Residents who change places with each other.
    Change(_day(9), "resident", "V14", RESIDENT["V14"], RESIDENT["V15"]),
    Change(_day(9), "resident", "V15", RESIDENT["V15"], RESIDENT["V14"]),
    Change(_day(10, 16), "resident", "V21", RESIDENT["V21"], RESIDENT["V22"]),
    Change(_day(10, 16), "resident", "V22", RESIDENT["V22"], RESIDENT["V21"]),
    # A resident becomes the secretary of another village.
    Change(_day(8), "secretary", "V27", SECRETARY["V27"], RESIDENT["V26"]),
    Change(_day(8), "resident", "V26", RESIDENT["V26"], cadre_code(229)),
    Change(_day(3), "staff", "C07", WORKER["C07"], cadre_code(230)),
    Change(_day(11), "staff", "V38", WORKER["V38"], cadre_code(231)),
)  # fmt: skip


def _assignments() -> tuple[Assignment, ...]:
    held = dict.fromkeys(_at_the_start())
    for change in CHANGES:
        for party in _parties_of(change):
            old = next(a for a in held if (a.cadre, a.party, a.role, a.until) == (change.old, party, change.role, None))
            del held[old]
            held[replace(old, until=date.fromordinal(change.day.toordinal() - 1))] = None
            held[replace(old, cadre=change.new, start=change.day)] = None
    return tuple(sorted(_with_new_shares(held)))


def _at_the_start() -> Iterator[Assignment]:
    """Everybody's duties on New Year's Day, all of them from earlier years, and one that had ended before."""
    last_day = date.fromordinal(_MOVED_ON.toordinal() - 1)
    yield Assignment(MOVED_AFTER_VETO, PLACE["V09"].code, "secretary", date(BEFORE - 4, 3, 1), last_day)
    for place in PLACES:
        yield Assignment(LEADER[place.area], place.code, "leader", _since(LEADER[place.area]))
        yield Assignment(SECRETARY[place.key], place.code, "secretary", _since(SECRETARY[place.key]))
        yield Assignment(WORKER[place.key], place.code, "staff", _since(WORKER[place.key]))
        yield from _resident_duties(place)
    for number, unit in enumerate(UNITS):
        leader = LEADER[AREAS[number % len(AREAS)]]
        yield Assignment(leader, unit.code, "leader", _since(leader))
        yield Assignment(HEAD[unit.key], unit.code, "head", _since(HEAD[unit.key]))


def _resident_duties(place: Place) -> Iterator[Assignment]:
    first, second = RESIDENT[place.key], SECOND_RESIDENT.get(place.key)
    share = _FIRST_SHARE if second else Fraction(1)
    yield Assignment(first, place.code, "resident", _since(first), share=share)
    if second:
        yield Assignment(second, place.code, "resident", _since(second), share=_SECOND_SHARE)


# The secretary of V09 when funds were embezzled there the year before; a resident cadre elsewhere since.
MOVED_AFTER_VETO = RESIDENT["V17"]
_MOVED_ON = date(BEFORE, 9, 1)


def _since(cadre: str) -> date:
    """The day a cadre's present post began."""
    if cadre in (MOVED_AFTER_VETO, SECRETARY["V09"]):
        return _MOVED_ON
    return date(between(2019, 2024, cadre, "year"), between(1, 12, cadre, "month"), 1)


def _parties_of(change: Change) -> tuple[str, ...]:
    if change.at in PLACE:
        return (PLACE[change.at].code,)
    if change.at in UNIT:
        return (UNIT[change.at].code,)
    area = int(change.at.removeprefix("A"))
    units = (unit.code for number, unit in enumerate(UNITS) if AREAS[number % len(AREAS)] == area)
    return (*(place.code for place in PLACES if place.area == area), *units)


def _with_new_shares(held: dict[Assignment, None]) -> Iterator[Assignment]:
    """In the largest place the two residents' shares change from 60 and 40 to 70 and 30 hundredths in the middle of the year."""
    largest, new = _LARGEST[0].code, {_FIRST_SHARE: Fraction(7, 10), _SECOND_SHARE: Fraction(3, 10)}
    for assignment in held:
        if assignment.party == largest and assignment.role == "resident":
            yield replace(assignment, until=_day(6, 30))
            yield replace(assignment, start=_day(7), share=new[assignment.share])
        else:
            yield assignment


_POST_OF_ROLE = {
    "leader": "leader",
    "head": "office_head",
    "resident": "resident",
    "secretary": "secretary",
    "staff": "health_worker",
}


def _tenures() -> tuple[Tenure, ...]:
    """A post lasts from the first to the last of the duties that belong to it."""
    spans: dict[tuple[str, str, str], list[Assignment]] = {}
    for assignment in ASSIGNMENTS:
        office = assignment.party if assignment.role in ("head", "secretary", "staff") else TOWN.code
        spans.setdefault((assignment.cadre, _POST_OF_ROLE[assignment.role], office), []).append(assignment)
    return tuple(sorted(_tenure(*key, duties) for key, duties in spans.items()))


def _tenure(cadre: str, post: str, party: str, duties: list[Assignment]) -> Tenure:
    ends = [duty.until for duty in duties if duty.until is not None]
    until = max(ends) if len(ends) == len(duties) else None
    return Tenure(cadre, post, party, min(duty.start for duty in duties), until)


ASSIGNMENTS = _assignments()
TENURES = _tenures()
