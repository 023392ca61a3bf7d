"""Weights from what was reported: the value of an indicator for each party over a year or a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from engine.facts import Facts, Subject
from engine.score.book import Book, Case
from engine.score.earned import ZERO
from engine.score.reading import read
from rules.contract import Contract
from rules.period import Period
from rules.scoring import Mark, Measured
from rules.scoring_terms import Over, PeriodRule
from targets.party import Party
from targets.snapshot import Snapshot

# How many people there are does not add up over the quarters of a year.
STOCKS = ("population_end", "population_start")


def reported(
    contracts: Sequence[Contract], snapshot: Snapshot, parties: Iterable[Party], indicator: str, window: Period
) -> dict[str, Fraction | None]:
    """Added up over the window (of a stock the last value); None where it was not reported, or not for all of the window.

    A party's value is read under the contract that assesses it, else under any: statistics are reported for everybody.
    """
    over = Over.LAST if indicator in STOCKS else Over.SUM
    measured = Measured(indicator=indicator, scoring=Mark(method="mark"), period=PeriodRule(over=over))
    books = [Book(one, Facts(one, snapshot)) for one in contracts if indicator in one.indicator_by_id]
    return {party.code: _value(books, party, measured, window) for party in parties}


def _value(books: Sequence[Book], party: Party, measured: Measured, window: Period) -> Fraction | None:
    assessing = [book for book in books if party.kind in book.contract.assesses]
    book = next(iter((*assessing, *books)))
    subject = Subject(party.code, party.name, party.kind, party.group or party.kind)
    return read(book, Case(subject, measured, ZERO, window, ())).value
