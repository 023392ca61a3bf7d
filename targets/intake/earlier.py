"""Rows to results of earlier years."""

from __future__ import annotations

from collections.abc import Iterable

from rules.diagnostic import say
from targets.intake.cells import named_in, number_of, text_of, year_of
from targets.intake.faults import CellFault, shown
from targets.intake.gathered import Gathered
from targets.intake.grid import Cell
from targets.intake.line import Line
from targets.intake.names import Names
from targets.intake.register import Register
from targets.intake.values import flag_of
from targets.observation import PastResult

PLACES_MAX = 10_000_000


def read_history(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    for line in lines:
        result = _past_result(line, register)
        key = ("history", result.subject, result.contract, result.year)
        if line.sound and gathered.first(key, line.place("year"), line.cell("year").text):
            gathered.history.append(result)


def _past_result(line: Line, register: Register) -> PastResult:
    lexicon, known = register.lexicon, say("the title or id of a contract")
    subject = line.reference("subject")
    contract = line.need("contract", lambda cell: named_in(cell, lexicon.titles, "DX534", known), "")
    year = line.need("year", year_of, 0)
    result = PastResult(
        subject, contract, year, line.may("score", number_of, None), line.may("rank", place_of, None),
        line.may("grade", lambda cell: grade_of(cell, lexicon.grades.get(contract)), ""),
        line.may("vetoed", flag_of, False), line.place("year"),
    )  # fmt: skip
    this_year = next((each.year for each in lexicon.contracts if each.contract == contract), None)
    if this_year is not None and year >= this_year:
        expected = say("a year before {year}", year=this_year)
        line.add("DX578", line.place("year"), shown(line.cell("year").text), expected)
    return result


def place_of(cell: Cell) -> int:
    """A place: 1 or more."""
    place = number_of(cell)
    if place.denominator != 1 or not 1 <= place <= PLACES_MAX:
        raise CellFault("DX521", say("a place: a whole number, 1 or more"))
    return int(place)


def grade_of(cell: Cell, grades: Names | None) -> str:
    """The id of a grade of the contract; what it was called then where the contract knows no such grade."""
    text = text_of(cell)
    found = grades.find(text) if grades is not None else ()
    return found[0] if len(found) == 1 else text
