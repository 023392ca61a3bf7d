"""Results of earlier years from files."""

from __future__ import annotations

import narwhals as nw

from rules.diagnostic import say
from targets.bulk.assessed import People
from targets.bulk.source import Source, text_of
from targets.bulk.texts import read_names
from targets.bulk.who import common_multiple, read_named
from targets.columns.backend import INT64_MAX
from targets.columns.year import Frame
from targets.intake.cells import TEXT_CHARACTERS_MAX, number_of, year_of
from targets.intake.earlier import grade_of, place_of
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon
from targets.intake.values import flag_of

KEY = ("subject", "contract", "year")


def read_history(source: Source, people: People) -> tuple[Frame, int]:
    """Subject, contract, year, score, rank, grade and vetoed of each; scores in units of 1 / the second, null like ranks
    where they are not recorded."""
    people.refer(source)
    read_named(source, "contract", people.lexicon.titles, say("the title or id of a contract"))
    source.decode("year", lambda cell: (year_of(cell),), {"year": nw.Int64}, None)
    scale, beyond = _score_scale(source)

    def score(cell: Cell) -> tuple[int]:
        read = number_of(cell)
        if read.denominator in beyond or abs(read * scale) > INT64_MAX:
            expected = say("amounts that are whole in units of a common fraction of 18 digits")
            raise CellFault("DX620", expected, say("write them as percentages or decimals"))
        return (int(read * scale),)

    source.decode("score", score, {"score": nw.Int64}, [None])
    source.decode("rank", lambda cell: (place_of(cell),), {"rank": nw.Int64}, [None])
    source.decode("vetoed", lambda cell: (flag_of(cell),), {"vetoed": nw.Boolean}, [False])
    _read_grades(source, people.lexicon)
    source.once(*KEY)
    for contract in people.lexicon.contracts:
        late = (nw.col("contract") == contract.contract) & (nw.col("year") >= contract.year)
        source.fault_where(late, KEY, "DX578", say("a year before {year}", year=contract.year), "year")
    return source.backend.keep(source.frame.select(*KEY, "score", "rank", "grade", "vetoed")), scale


def _score_scale(source: Source) -> tuple[int, set[int]]:
    """A unit in which every score is whole, and the divisors for which there is none of 64 bits."""
    if not source.has("score"):
        return 1, set()
    divisors = set()
    for value in source.backend.take(source.frame.select("score").unique())["score"]:
        try:
            if value is not None and text_of(value):
                divisors.add(number_of(Cell(text_of(value))).denominator)
        except CellFault:
            continue
    return common_multiple(divisors)


def _read_grades(source: Source, lexicon: Lexicon) -> None:
    """A grade is one of its contract's, or what it was called then."""
    read_names(source, "grade", most=TEXT_CHARACTERS_MAX)
    if not source.has("grade"):
        source.frame = source.frame.with_columns(grade=nw.lit("", nw.String))
        return
    rows = source.backend.take(source.frame.select("contract", "grade").unique())
    read = nw.col("grade")
    for contract, text in sorted(zip(rows["contract"], rows["grade"], strict=True), key=str):
        meant = grade_of(Cell(text), lexicon.grades.get(contract)) if contract and text else text
        if meant != text:
            same = (nw.col("contract") == contract) & (nw.col("grade") == text)
            read = nw.when(same).then(nw.lit(meant, nw.String)).otherwise(read)
    source.frame = source.frame.with_columns(grade=read)
