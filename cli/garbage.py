"""How often Python looks for garbage while derivations are made, and how soon Polars gives memory back."""

from __future__ import annotations

import gc
import os

GARBAGE_THRESHOLD = 500_000
ALLOCATOR, KEEP = "_RJEM_MALLOC_CONF", "dirty_decay_ms:60000,muzzy_decay_ms:60000"


def look_seldom() -> None:
    """A derivation is a million small records that live to the end: looking through them for garbage every 700
    allocations, as Python does, took 40 % of an assessment."""
    gc.set_threshold(GARBAGE_THRESHOLD)


def keep_memory() -> None:
    """Chunk after chunk takes as much memory as the one before: given back in between, as jemalloc does after a second, it is
    to be had anew page by page, which took a tenth of drawn years. Before Polars is loaded, or it comes too late."""
    os.environ.setdefault(ALLOCATOR, KEEP)
