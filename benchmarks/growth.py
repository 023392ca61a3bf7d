"""Time and memory of a whole assessment, from Parquet files to result files, as the number of villages grows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.contract import contracts
from benchmarks.nation import assignments_for, write_nation
from benchmarks.process import Ran, run_measured
from benchmarks.table import Table, seconds
from benchmarks.town import duixian

SIZES = (1_000, 10_000, 100_000, 690_000)


def growth(towns: Path | None, sizes: Sequence[int] = SIZES, engine: str = "polars") -> Table:
    """One run a size, in a process of its own; the tables are written beforehand and do not count."""
    rows = [row for size in sizes for row in [_row(size, _assessed(towns, size, engine))]]
    headings = ("villages", "cadres' assignments", "seconds", "µs a village", "peak memory, MiB")
    note = (
        f"`duixian assess --engine {engine}` on six Parquet tables and two contracts: villages scored, ranked in their "
        "town, vetoed, warned and graded with a quota; cadres linked, ranked and graded; everything written to files. "
        "One run each. Peak memory is the largest resident set of the process."
    )
    return Table("A whole assessment as it grows", note, headings, rows)


def _row(size: int, ran: Ran) -> tuple[str, ...]:
    if ran.exit_code:
        print(f"{size:,} villages: exit code {ran.exit_code}: {ran.complaint}")
        return f"{size:,}", f"{assignments_for(size):,}", f"exit code {ran.exit_code}", "-", "-"
    each = f"{ran.seconds / size * 1e6:,.0f}"
    return f"{size:,}", f"{assignments_for(size):,}", seconds(ran.seconds), each, f"{ran.peak_bytes / 2**20:,.0f}"


def _assessed(towns: Path | None, size: int, engine: str) -> Ran:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = write_nation(folder / "tables", towns, size, assignments=assignments_for(size))
        return run_measured([*assess(tables, folder / "results"), "--engine", engine])


def assess(tables: dict[str, Path], results: Path) -> list[str]:
    """The command that assesses the nation in these tables, without an engine."""
    return duixian("assess", *map(str, contracts()), *_options(tables), "--out", str(results))


def _options(tables: dict[str, Path]) -> Iterator[str]:
    for name, path in tables.items():
        yield from (f"--{name}", str(path))
