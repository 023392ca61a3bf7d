"""How often Python looks for garbage while derivations are made."""

from __future__ import annotations

import gc

GARBAGE_THRESHOLD = 500_000


def look_seldom() -> None:
    """A derivation is a million small records that live to the end: looking through them for garbage every 700
    allocations, as Python does, took 40 % of an assessment."""
    gc.set_threshold(GARBAGE_THRESHOLD)
