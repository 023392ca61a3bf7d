"""Contracts and records to a workbook for the office to fill, which the intake reads back exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rules.contract import Contract
from rules.diagnostic import Text
from rules.period import DECEMBER, Cadence, periods_of
from targets.snapshot import Records
from targets.template.book import write_book
from targets.template.data_sheets import DataSheets
from targets.template.notes import guide
from targets.template.plan import PlannedBook
from targets.template.sheets import RecordSheets
from targets.vocabulary import FLAGS

__all__ = ["write_targets", "write_template", "write_workbook"]


def write_template(
    contracts: Sequence[Contract],
    records: Records,
    out: Path,
    year: int,
    language: str = "zh",
    say: Callable[[Text], str] = str,
) -> None:
    """The workbook for one year of these contracts, `zh` or `en`, prefilled with the records: one sheet a subject, and a
    row for each value and target that is still to be given. `say` puts notes and messages into the reader's language."""
    write_book(_plan(contracts, records, year, language, say, ask=True), out, language, say)


def write_workbook(
    records: Records,
    contracts: Sequence[Contract],
    out: Path,
    year: int | None = None,
    language: str = "zh",
    say: Callable[[Text], str] = str,
) -> None:
    """The records as a filled workbook in the layout of the template, without rows for targets that nobody gave. The year
    is the contracts' unless it is given."""
    year = year or max(contract.year for contract in contracts)
    write_book(_plan(contracts, records, year, language, say, ask=False), out, language, say)


def write_targets(
    records: Records,
    contracts: Sequence[Contract],
    out: Path,
    notes: Sequence[str],
    language: str = "zh",
    say: Callable[[Text], str] = str,
) -> None:
    """The targets of the records alone, in the layout of the template; the notes stand on the first sheet."""
    sheets = RecordSheets(contracts, records, language)
    write_book(PlannedBook(list(notes), [sheets.targets(ask=False)], sheets.choices()), out, language, say)


def _plan(
    contracts: Sequence[Contract],
    records: Records,
    year: int,
    language: str,
    speak: Callable[[Text], str],
    *,
    ask: bool,
) -> PlannedBook:
    sheets = RecordSheets(contracts, records, language)
    data = DataSheets(sheets, year, speak, ask=ask)
    by_indicator = tuple(data.plan())
    in_long_form = (sheets.data(data.left.values()),) if data.left else ()
    calendars = dict.fromkeys(contract.year_ends for contract in contracts)
    listed = (period for ends in calendars for cadence in Cadence for period in periods_of(year, cadence, ends))
    periods = tuple(dict.fromkeys(str(period) for period in listed if period.as_reported.ends == DECEMBER))
    return PlannedBook(
        guide(contracts, year, language, speak),
        [
            sheets.parties(),
            sheets.cadres(),
            sheets.assignments(),
            sheets.targets(ask=ask),
            *by_indicator,
            *in_long_form,
            sheets.incidents(),
            sheets.states(),
            sheets.prior_vetoes(),
            sheets.history(),
        ],
        {**sheets.choices(), "periods": periods, "flags": tuple(word.called(language) for word in FLAGS.words)},
    )
