"""Rows to parties, cadres, tenures and assignments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TypeVar

from rules.diagnostic import Span, say
from rules.record import NAME_CHARACTERS_MAX
from targets.cadre import Assignment, Cadre, Tenure
from targets.intake.cells import code_of, day_of, named_in, open_day_of, share_of, text_of, word_of
from targets.intake.faults import shown
from targets.intake.gathered import Gathered
from targets.intake.grid import Cell
from targets.intake.line import Line, day_zero_of
from targets.intake.names import Names
from targets.intake.register import Register
from targets.party import Party, code_fault, parent_fault
from targets.snapshot import Records
from targets.vocabulary import PARTY_KINDS

Dated = TypeVar("Dated", Tenure, Assignment)


def name_of(cell: Cell) -> str:
    return text_of(cell, NAME_CHARACTERS_MAX)


def read_parties(lines: Sequence[Line], register: Register, gathered: Gathered) -> None:
    """All parties first, then their places in the tree, which may name parties further down."""
    sound: list[tuple[Line, Party]] = []
    for line in lines:
        party = _party(line, register, gathered)
        if party is None:
            register.set_aside(line.cell("code").text, line.cell("name").text)
        else:
            register.add_party(party)
            sound.append((line, party))
    for line, party in sound:
        register.add_party(replace(party, parent=line.reference("parent", required=False)))
    for line, party in sound:
        placed = register.parties[party.code]
        fault = parent_fault(placed, register.parties) if line.sound else None
        if fault is not None:
            line.add("DX571", line.place("parent"), shown(line.cell("parent").text), fault)
        gathered.parties.append(placed)


def _party(line: Line, register: Register, gathered: Gathered) -> Party | None:
    code = line.need("code", code_of, "")
    party = Party(
        code,
        line.need("name", name_of, ""),
        line.need("kind", lambda cell: _kind_of(cell, register), ""),
        group=line.may("group", name_of, ""),
    )
    fault = code_fault(code, party.kind) if line.sound else None
    if fault is not None:
        line.add("DX570", line.place("code"), shown(line.cell("code").text), fault)
    if code and not gathered.first(("party", code), line.place("code"), code):
        return None
    return party if line.sound else None


def _kind_of(cell: Cell, register: Register) -> str:
    text = text_of(cell)
    return text if text in register.kinds else word_of(cell, PARTY_KINDS)


def read_cadres(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    """A row a tenure, so a cadre may come more than once, but under one name."""
    for line in lines:
        cadre = Cadre(line.need("code", code_of, ""), line.need("name", name_of, ""))
        if not line.sound:
            register.set_aside(line.cell("code").text, line.cell("name").text)
            continue
        if cadre.code in register.parties:
            expected = say("a code that no party has")
            line.add("DX541", line.place("code"), shown(cadre.code), expected, say("put a letter before it"))
            continue
        holds_post = not line.is_blank("post", "party", "party_name", "start", "until")
        if _add_cadre(cadre, line, register, gathered, holds_post=holds_post) and holds_post:
            _read_tenure(line, cadre.code, register, gathered)


def _add_cadre(cadre: Cadre, line: Line, register: Register, gathered: Gathered, *, holds_post: bool) -> bool:
    """Whether the row may be read on. The cadre again under another name, or with nothing new to say, is a fault."""
    key, place = ("cadre", cadre.code), line.place("code")
    if key in gathered.places and register.cadres[cadre.code] != cadre:
        return gathered.first(key, place, f"{cadre.code} {cadre.name}", "DX541")
    if key in gathered.places:
        return holds_post or gathered.first(key, place, cadre.code)
    register.add_cadre(cadre)
    gathered.cadres.append(cadre)
    return gathered.first(key, place, cadre.code)


def read_tenures(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    for line in lines:
        _read_tenure(line, line.reference("cadre"), register, gathered)


def _read_tenure(line: Line, cadre: str, register: Register, gathered: Gathered) -> None:
    start, until = days(line)
    tenure = Tenure(
        cadre, line.need("post", lambda cell: _post_of(cell, register), ""), line.reference("party"), start, until
    )
    if not line.sound:
        register.set_aside(cadre)
    key = ("tenure", cadre, tenure.post, tenure.party, start)
    if line.sound and gathered.first(key, line.place("start"), line.cell("start").text):
        register.add_tenure(tenure)
        gathered.tenures.append(tenure)


def _post_of(cell: Cell, register: Register) -> str:
    names = register.lexicon.posts
    return named_in(cell, names, "DX534", say("a post that a contract names")) if names else text_of(cell)


def read_assignments(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    for line in lines:
        start, until = days(line)
        assignment = Assignment(
            line.reference("cadre"),
            line.reference("party"),
            line.need("role", lambda cell: _word_in(cell, register.lexicon.roles), ""),
            start,
            until,
            line.may("share", share_of, Fraction(1)),
        )
        key = ("assignment", assignment.cadre, assignment.party, assignment.role, start)
        if line.sound and gathered.first(key, line.place("start"), line.cell("start").text):
            gathered.assignments.append(assignment)


def _word_in(cell: Cell, names: Names) -> str:
    return named_in(cell, names, "DX534", say("a role that a contract names")) if names else text_of(cell)


def days(line: Line) -> tuple[date, date | None]:
    """First and last day, in that order."""
    zero = day_zero_of(line)
    start = line.need("start", lambda cell: day_of(cell, zero), date.min)
    until = line.may("until", lambda cell: open_day_of(cell, zero), None)
    if until is not None and until < start:
        expected = say("a day not before {start}", start=start.isoformat())
        line.add("DX572", line.place("until"), shown(line.cell("until").text), expected, also=(line.place("start"),))
    return start, until


def check_overlaps(gathered: Gathered, recorded: Records) -> None:
    """One post at a time, and one assignment to a party in a role at a time; also beside what was `recorded` before."""
    _check_overlaps(gathered, gathered.tenures, recorded.tenures, lambda each: each.cadre, "tenure")
    _check_overlaps(
        gathered,
        gathered.assignments,
        recorded.assignments,
        lambda each: (each.cadre, each.party, each.role),
        "assignment",
    )


def _check_overlaps(
    gathered: Gathered, dated: Sequence[Dated], recorded: Sequence[Dated], whose: Callable[[Dated], object], what: str
) -> None:
    groups: dict[object, list[Dated]] = defaultdict(list)
    for each in dated:
        groups[whose(each)].append(each)
    for group in groups.values():
        latest: Dated | None = None
        for each in sorted(group, key=lambda one: one.start):
            if latest is not None and (latest.until is None or latest.until >= each.start):
                _add_overlap(gathered, _place(gathered, what, each), _place(gathered, what, latest), each)
            if latest is None or (latest.until is not None and (each.until is None or each.until > latest.until)):
                latest = each
    superseded = {_key(what, each) for each in dated}
    for before in {_key(what, one): one for one in recorded}.values():
        if _key(what, before) not in superseded:
            for each in groups.get(whose(before), ()):
                if _at_once(before, each):
                    _add_recorded(gathered, _place(gathered, what, each), before)


def _at_once(one: Dated, other: Dated) -> bool:
    begins_in_time = other.until is None or one.start <= other.until
    return begins_in_time and (one.until is None or other.start <= one.until)


def _place(gathered: Gathered, what: str, each: Tenure | Assignment) -> Span:
    return gathered.place_of(_key(what, each))


def _key(what: str, each: Tenure | Assignment) -> tuple[object, ...]:
    last = each.party if isinstance(each, Tenure) else each.role
    middle = each.post if isinstance(each, Tenure) else each.party
    return what, each.cadre, middle, last, each.start


def _add_overlap(gathered: Gathered, place: Span, earlier: Span, each: Tenure | Assignment) -> None:
    found = say("{cadre} from {start} while another row still lasts", cadre=each.cadre, start=each.start.isoformat())
    expected = say("a first day after the last day of the other")
    hint = say("write the last day of the earlier one; who holds two posts is listed in the one that is assessed")
    gathered.faults.add("DX573", place, found, expected, hint, also=(earlier,))


def _add_recorded(gathered: Gathered, place: Span, before: Tenure | Assignment) -> None:
    """Its first day is a part of what names it, so that another first day is another record beside it."""
    found = say(
        "{cadre}, recorded from {start} until {until}",
        cadre=before.cadre, start=before.start.isoformat(), until=before.until.isoformat() if before.until else "…",
    )  # fmt: skip
    expected = say("days that do not overlap with what is recorded")
    hint = say(
        "record the earlier one again with its last day; if it was never so, `duixian withdraw` with a file that has that row"
    )
    gathered.faults.add("DX573", place, found, expected, hint)
