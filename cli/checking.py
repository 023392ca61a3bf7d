"""The second opinion on a bulk assessment: chosen parties and cadres interpreted, in processes of their own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count
from typing import TYPE_CHECKING

from cli.desk import Desk
from cli.garbage import look_seldom
from rules.diagnostic import refuse
from targets.run import Extent, RunCheck

if TYPE_CHECKING:
    from engine.columnar.layout import JudgedColumns
    from engine.crosscheck import Cells
    from rules.contract import Contract
    from targets.bulk.tables import Tables
    from targets.columns.backend import Backend
    from targets.columns.year import YearColumns
    from targets.snapshot import Snapshot

N_ = str
# Starting a process costs as much as interpreting so many.
SUBJECTS_A_TASK = 400


@dataclass(frozen=True, slots=True)
class Files:
    """What was read from files and what the compiled plan made of it."""

    contracts: Sequence[Contract]
    tables: Tables
    year: YearColumns
    judged: Sequence[JudgedColumns]
    backend: Backend


def check_files(desk: Desk, files: Files, seed: str, step: Callable[[str], None]) -> RunCheck:
    """Everybody where they are few; else every case that stands out, and whole leagues drawn by the seed. Raises Refused
    (DX621) at the first difference."""
    from engine import inference
    from engine.crosscheck import compare, merged
    from engine.sampling import samples, shares
    from targets.bulk.records import records_of
    from targets.snapshot import Snapshot

    if not inference.available():
        return RunCheck(Extent.ONE_EVALUATOR)
    cells, extent, year = 0, Extent.ALL, files.year
    for sample in samples(files.judged, year, files.backend, seed):
        count = len(sample.parties) + len(sample.cadres)
        step(desk.speech(N_("cross-checking {count} parties and cadres")).format(count=count))
        records = records_of(files.tables, sample.parties, sample.cadres, files.backend)
        tasks = 1 if sample.whole else min(cpu_count() or 1, -(-count // SUBJECTS_A_TASK))
        parts = [records] if tasks == 1 else shares(records, tasks, trees=sample.trees)
        snapshots = [Snapshot(year.year, part, year.through, year.year_ends) for part in parts]
        interpreted = merged(_interpreted(files.contracts, snapshots))
        comparison = compare(interpreted, files.judged, files.backend, sample.comparable)
        if comparison.difference is not None:
            refuse(comparison.difference.diagnostic())
        cells += comparison.cells
        extent = Extent.ALL if sample.comparable is None else Extent.SAMPLE
    return RunCheck(extent, cells)


def _interpreted(
    contracts: Sequence[Contract], snapshots: Sequence[Snapshot]
) -> Iterator[Mapping[str, Mapping[str, Cells]]]:
    """Each snapshot assessed by the interpreter; several of them side by side."""
    if len(snapshots) == 1:
        yield interpret(contracts, snapshots[0])
        return
    with ProcessPoolExecutor(len(snapshots), mp_context=get_context("spawn"), initializer=_begin) as pool:
        try:
            yield from pool.map(interpret, [contracts] * len(snapshots), snapshots)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin() -> None:
    """Ctrl-C is the parent's to answer; a derivation is looked through for garbage as seldom as in the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    look_seldom()


def interpret(contracts: Sequence[Contract], snapshot: Snapshot) -> dict[str, dict[str, Cells]]:
    from engine.assess import assess
    from engine.crosscheck import interpreted_cells

    return interpreted_cells(assess(contracts, snapshot))


def told(desk: Desk, check: RunCheck) -> str:
    """How far the two evaluators were held against each other, in a sentence."""
    sentences = {
        Extent.ALL: N_("Computed twice: the two evaluators agree in all {cells} cells."),
        Extent.SAMPLE: N_(
            "Computed twice for every vetoed, boundary and exempt case and a sample: {cells} cells agree."
        ),
        Extent.NONE: N_("Not cross-checked, as asked."),
        Extent.TOO_WIDE: N_("Not cross-checked: the numbers are too large for the compiled plan."),
        Extent.ONE_EVALUATOR: N_(
            "Not cross-checked: durable-rules does not run on this Python; the compiled plan alone has judged."
        ),
    }
    return desk.speech(sentences[check.extent]).format(cells=f"{check.cells:,}")
