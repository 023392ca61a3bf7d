"""`make bench`: everything that is measured, as ratios in one run.

    python -m benchmarks [town] [methods] [growth] [simulated] [--towns FILE] [--write docs/benchmarks.md]

Ratios travel between machines better than seconds; the seconds stand beside them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks.growth import SIZES, growth
from benchmarks.machine import this_machine
from benchmarks.methods import methods
from benchmarks.nation import PARTIES
from benchmarks.simulated import simulated
from benchmarks.table import Table, page
from benchmarks.town import town
from benchmarks.towns import towns_option

PARTS = ("town", "methods", "growth", "simulated")
ROUNDS = 7


def main() -> None:
    given = _arguments()
    machine = this_machine()
    for name, value in machine.described():
        print(f"{name}: {value}")
    print()
    tables = []
    for table in _measured(given):
        print(table.text(), flush=True)
        tables.append(table)
    if given.write:
        given.write.write_text(page(tables, machine), encoding="utf-8")


def _measured(given: argparse.Namespace) -> Iterator[Table]:
    parts = given.parts or PARTS
    if "town" in parts:
        yield town(given.rounds)
    if "methods" in parts:
        yield methods(given.towns, given.parties, given.rounds)
    if "growth" in parts:
        smaller = [size for size in SIZES if size < given.parties]
        yield growth(given.towns, [*smaller, given.parties])
    if "simulated" in parts:
        yield simulated()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and print tables.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--parties", type=int, default=PARTIES, help="villages in the nation (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="times that each is run (default: %(default)s)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the tables as a Markdown page")
    towns_option(parser)
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return given


if __name__ == "__main__":
    main()
