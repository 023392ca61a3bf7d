"""`make bench`: how long the town's commands take, as ratios to the same Python doing nothing, in one run.

Ratios travel between machines better than seconds; the seconds stand beside them. Each command is run several times, in
turn, and the median counts.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = Path(folder) / "town"
        first = seconds(duixian("demo", "-w", str(town)))
        timed = {
            "bare Python": [sys.executable, "-c", "pass"],
            "duixian --help": duixian("--help"),
            "duixian check (3 contracts)": duixian("check", *map(str, sorted((town / "contracts").glob("*.yaml")))),
            "duixian assess (74 parties, 231 cadres)": duixian("assess", "-w", str(town), "--json"),
            "duixian explain (one cadre)": duixian("explain", "GB165", "-w", str(town)),
        }
        medians = in_turn(timed)
    base = medians["bare Python"]
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    )
    print(f"{'command':45} {'seconds':>8} {'x bare Python':>14}")
    for name, median in {**medians, "duixian demo (first time, once)": first}.items():
        print(f"{name:45} {median:8.3f} {median / base:14.1f}")


def in_turn(commands: dict[str, list[str]]) -> dict[str, float]:
    """The median of each, measured A B C A B C ..., so that a drifting machine hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    return {name: statistics.median(times) for name, times in taken.items()}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def duixian(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cli", *arguments]


if __name__ == "__main__":
    main()
