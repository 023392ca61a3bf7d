"""The standard table of population statistics: shown and exported, never scored."""

from __future__ import annotations

from cli.desk import Desk
from cli.sources import Year
from engine.facts import Facts
from engine.statistics import COLUMNS, inconsistencies, published_row, standard_table
from engine.vital import vital_records

N_ = str
# Counts and rates are too wide for one sheet of paper; the place comes first in both.
COUNTS_END = 1 + next(index for index, column in enumerate(COLUMNS) if column.decimals == 2)


def show(desk: Desk, year: Year) -> None:
    """One table for each contract that records the counts, with the row of all places together."""
    for loaded in year.contracts:
        records = vital_records(Facts(loaded.contract, year.snapshot))
        if not records:
            continue
        table = standard_table(records)
        headings = [desk.speech(N_("place")), *(desk.speech(column.heading) for column in COLUMNS)]
        rows = [(row.place, *published_row(row)) for row in table.rows]
        rows.append((desk.speech(N_("all together")), *published_row(table.total)))
        title = desk.speech(N_("population statistics {year}: recorded, never scored")).format(year=year.snapshot.year)
        if desk.as_json:
            desk.machine({"title": title, "rows": [dict(zip(headings, row, strict=True)) for row in rows]})
            continue
        for part in (slice(1, COUNTS_END), slice(COUNTS_END, None)):
            chosen = [(row[0], *row[part]) for row in rows]
            desk.rows(title, (headings[0], *headings[part]), chosen, right=range(1, len(headings)))
        for fault in inconsistencies(records):
            place = f"{fault.place} {fault.year}"
            desk.note(f"{place}: {desk.speech(fault.found)}; {desk.speech(fault.expected)}")
