"""The one thing the nation takes from outside: a list of towns, named on the command line or in the environment."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

TOWNS_VARIABLE = "DUIXIAN_TOWNS"


def towns_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--towns FILE`: a CSV file with a column `code` of nine-digit town codes; without one, codes are invented."""
    named = os.environ.get(TOWNS_VARIABLE)
    parser.add_argument(
        "--towns",
        type=Path,
        default=Path(named) if named else None,
        metavar="FILE",
        help=f"CSV with a column `code` of nine-digit town codes (default: ${TOWNS_VARIABLE}, else invented codes)",
    )
