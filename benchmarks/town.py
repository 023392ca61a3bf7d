"""How long the commands of one town take, from the shell, as ratios to the same Python doing nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.table import Table, ratio, seconds
from benchmarks.timing import medians_in_turn

BARE = "bare Python"


def town(rounds: int) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "town"
        start = time.perf_counter()
        run(duixian("demo", "-w", str(workspace)))
        first = time.perf_counter() - start
        contracts = sorted(map(str, (workspace / "contracts").glob("*.yaml")))
        commands = {
            BARE: [sys.executable, "-c", "pass"],
            "duixian --help": duixian("--help"),
            f"duixian check ({len(contracts)} contracts)": duixian("check", *contracts),
            "duixian assess (74 parties, 231 cadres)": duixian("assess", "-w", str(workspace), "--json"),
            "duixian explain (one cadre)": duixian("explain", "GB165", "-w", str(workspace)),
        }
        medians = medians_in_turn({name: partial(run, command) for name, command in commands.items()}, rounds)
    rows = [
        (name, seconds(taken), ratio(taken, medians[BARE]))
        for name, taken in {**medians, "duixian demo (first time, once)": first}.items()
    ]
    note = f"Each command in a process of its own, {rounds} rounds. The town is that of `make demo`."
    return Table("The commands of a town", note, ("command", "seconds", "x bare Python"), rows)


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def duixian(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cli", *arguments]
