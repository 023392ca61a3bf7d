"""How long it takes to draw and judge years of the demo town, and in how much memory, as the number of years grows.

    python -m benchmarks.simulated YEARS

as a program of its own draws that many and says nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.process import run_measured
from benchmarks.table import Table, seconds

YEARS = (1_000, 2_500, 5_000, 10_000)
SHIPPED = Path(__file__).parent.parent / "rules" / "library" / "family_health"


def simulated(sizes: Sequence[int] = YEARS) -> Table:
    rows = []
    for years in sizes:
        ran = run_measured([sys.executable, "-m", "benchmarks.simulated", str(years)])
        if ran.exit_code:
            raise RuntimeError(ran.complaint)
        rows.append(
            (f"{years:,}", seconds(ran.seconds), f"{ran.seconds / years * 1e3:.1f}", f"{ran.peak_bytes / 2**20:,.0f}")
        )
    note = (
        "The demo town: 62 villages and communities, 12 units, 231 cadres, three contracts with deposits and awards; every year is "
        "drawn, judged by the compiled plan and counted, in two threads. One run each, in a process of its own, start-up included."
    )
    return Table("Simulated years of a town", note, ("years", "seconds", "ms a year", "peak memory, MiB"), rows)


def main(years: int) -> None:
    from cli.garbage import keep_memory, look_seldom

    look_seldom()
    keep_memory()
    # Only now: Polars asks how to keep memory when it is loaded.
    from engine.simulate.simulate import Sampling, simulate
    from rules.load import load_contracts
    from targets.columns.backend import PolarsBackend
    from targets.demo import demo_town
    from targets.snapshot import Snapshot, current

    contracts = [one.contract for one in load_contracts(sorted(SHIPPED.glob("*.yaml")))]
    town = demo_town()
    observations = current((*town.records.observations, *town.corrections.observations))
    snapshot = Snapshot(2026, replace(town.records, observations=observations))
    simulate(snapshot, [contracts], Sampling(years), PolarsBackend(streaming=False))


if __name__ == "__main__":
    main(int(sys.argv[1]))
