"""One command in a process of its own: its seconds and its peak memory.

    python -m benchmarks.process COMMAND ...

A process starts out with the peak of the one that forked it, so a small one stands between: this module run as a program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass

COMPLAINT_MAX = 300


@dataclass(frozen=True, slots=True)
class Ran:
    """`peak_bytes` is the largest resident set of the command itself; `complaint` the end of what it said when it failed."""

    seconds: float
    peak_bytes: int
    exit_code: int
    complaint: str = ""


def run_measured(command: list[str]) -> Ran:
    """Needs a POSIX system; memory pages that files share with others count too."""
    between = [sys.executable, "-m", "benchmarks.process", *command]
    told = subprocess.run(between, check=True, stdout=subprocess.PIPE, text=True)
    return Ran(**json.loads(told.stdout))


def main(command: list[str]) -> None:
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - start
        said.seek(0)
        complaint = said.read().decode("utf-8", "replace").strip()
    code = os.waitstatus_to_exitcode(status)
    # Kilobytes everywhere but on macOS.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps(asdict(Ran(taken, peak, code, complaint[-COMPLAINT_MAX:] if code else ""))))


if __name__ == "__main__":
    main(sys.argv[1:])
