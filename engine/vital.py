"""The population statistics of a year, gathered from the indicators that a contract only records. Nothing here is scored."""

from __future__ import annotations

from engine.facts import Facts, Subject
from engine.score.book import Book, Case
from engine.score.earned import ZERO
from engine.score.reading import read
from engine.statistics import VitalRecords
from rules.scoring import Mark, Measured
from rules.scoring_terms import Over, PeriodRule

COUNTS = (
    "population_start", "population_end", "births", "births_male", "births_female", "births_first", "births_second",
    "births_third_or_more", "deaths", "net_migration",
)  # fmt: skip


def vital_records(facts: Facts) -> tuple[VitalRecords, ...]:
    """A record for each subject, its counts summed over the periods that are due; None where one was not reported.

    A count is taken from the contract's statistic of the same id (`births_male`, `population_end`, ...).
    """
    book = Book(facts.contract, facts)
    known = [c for c in COUNTS if c in facts.contract.indicator_by_id and facts.contract.indicator_by_id[c].statistic]
    if not known:
        return ()
    return tuple(
        VitalRecords(s.name, facts.year.year, **{count: _count(book, s, count) for count in known})
        for s in facts.subjects
    )


def _count(book: Book, subject: Subject, indicator: str) -> int | None:
    measured = Measured(indicator=indicator, scoring=Mark(method="mark"), period=PeriodRule(over=Over.SUM))
    value = read(book, Case(subject, measured, ZERO, book.facts.year, ())).value
    return None if value is None else int(value)
