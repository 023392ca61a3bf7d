"""The same scores by other means, in memory: the time of each against Polars written by hand, and its wrong totals."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl

from benchmarks.contract import scored_items
from benchmarks.nation import observations, town_codes, villages_of
from benchmarks.rivals import BY_HAND, RIVALS, Rival, Work
from benchmarks.rivals.by_fractions import totals as by_definition
from benchmarks.table import Table, ratio, seconds
from benchmarks.timing import medians_in_turn

CHECKED = 2_000


class WrongTotals(Exception):
    """A method that should be exact is not: nothing may be said about its speed."""


def methods(towns: Path | None, parties: int, rounds: int) -> Table:
    """Each method on its part of the nation, first once for its totals, then `rounds` times in turn.

    Raises WrongTotals where a method that is exact by its own word has another total than the one by hand, or that one
    another than the definition.
    """
    villages = villages_of(town_codes(towns, parties), parties)
    frame = observations(villages, [item.indicator for item in scored_items()])
    exact = _exact(frame)
    works: dict[Rival, Work] = {}
    ready: dict[Rival, float] = {}
    wrong: dict[Rival, int] = {}
    absent: list[tuple[str, str]] = []
    for rival in RIVALS:
        part = frame.head(rival.sample or len(frame))
        start = time.perf_counter()
        work = rival.prepared(part, scored_items())
        ready[rival] = time.perf_counter() - start
        if work is None:
            absent.append((rival.called, "not installed"))
            continue
        wrong[rival], works[rival] = _wrong(rival, work, exact.head(len(part))), work
    medians = medians_in_turn({rival.called: work for rival, work in works.items()}, rounds)
    scaled = {rival: medians[rival.called] * parties / _rows(rival, parties) for rival in works}
    rows = [
        (
            rival.called,
            f"{_rows(rival, parties):,}",
            seconds(ready[rival]),
            seconds(medians[rival.called]),
            seconds(taken),
            ratio(taken, scaled[BY_HAND]),
            f"{wrong[rival]:,}",
        )
        for rival, taken in scaled.items()
    ]
    rows += [(called, "-", "-", "-", "-", "-", reason) for called, reason in absent]
    headings = (
        "method",
        "villages run",
        "made ready once",
        "seconds",
        f"seconds for {parties:,}",
        "x by hand",
        "wrong totals",
    )
    return Table("The same scores by other means", _note(rounds), headings, rows)


def _exact(frame: pl.DataFrame) -> pl.Series:
    """Every total by hand, of which an even sample is held against the definition."""
    work = BY_HAND.prepared(frame, scored_items())
    assert work is not None
    every = max(1, len(frame) // CHECKED)
    sample = frame.gather_every(every)
    exact = work()
    if not exact.gather_every(every).equals(by_definition(sample, scored_items())):
        raise WrongTotals(BY_HAND.called)
    return exact


def _wrong(rival: Rival, work: Work, exact: pl.Series) -> int:
    """How many of the method's totals are not the exact ones, to the hundredth."""
    found = work()
    wrong = int((found != exact).sum())
    if len(found) != len(exact) or (wrong and rival.exact):
        raise WrongTotals(f"{rival.called}: {wrong} of {len(exact)}")
    return wrong


def _rows(rival: Rival, parties: int) -> int:
    return min(rival.sample or parties, parties)


def _note(rounds: int) -> str:
    return (
        f"Twenty completion rates of 5 points, each rounded half up to hundredths, summed; {rounds} rounds in turn, the "
        "median. What is done once for a contract (compiling it and finding the range of every column; building the "
        "tax-benefit system; bringing the counts into the narrowest type that the method can use, which is 32 bits with all "
        "of the first four) is not in the rounds. "
        "All have the same counts in memory and end with a column of totals. Slow methods are run on "
        "fewer villages and scaled. Every total was compared with the exact one. durable-rules does no arithmetic here: "
        "it is given the ready-made scores."
    )
