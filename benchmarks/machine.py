"""The machine that was measured on, without its name and its folders."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = (
    "polars", "pyarrow", "narwhals", "duckdb", "durable_rules", "OpenFisca-Core", "numpy", "zen-engine",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory_gib` is 0 where the system does not say."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    libraries: tuple[tuple[str, str], ...]

    def described(self) -> Iterator[tuple[str, str]]:
        yield "processor", f"{self.processor}, {self.cores} cores in use"
        yield "memory", f"{self.memory_gib:.0f} GiB" if self.memory_gib else "unknown"
        yield "system", self.system
        yield "Python", self.python
        yield "libraries", ", ".join(" ".join(library) for library in self.libraries)


def this_machine() -> Machine:
    return Machine(
        _processor(),
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        _memory_gib(),
        f"{platform.system()} {platform.machine()}",
        f"{platform.python_implementation()} {platform.python_version()}",
        tuple(_libraries()),
    )


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return 0


def _libraries() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
