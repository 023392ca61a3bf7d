"""Versions of a contract: the hash that names a text, what an amendment must say, and which version is in force."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from rules.contract import Contract
from rules.diagnostic import Diagnostic, say

if TYPE_CHECKING:
    from rules.load import Loaded


def content_hash(contract: Contract) -> str:
    """SHA-256, in hex, of what the contract says: whatever the order of its keys, its comments, its way to write 95%.

    What is left out counts as its default, so an option that the language learns later changes no hash, and a default
    of the language may never change.
    """
    said = contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def in_force(contracts: Iterable[Contract], day: date) -> tuple[Contract, ...]:
    """Of each contract the latest version that holds on that day, in the order of their ids."""
    latest: dict[str, Contract] = {}
    for contract in contracts:
        if contract.first_day <= day <= contract.last_day:
            known = latest.get(contract.contract)
            if known is None or known.version < contract.version:
                latest[contract.contract] = contract
    return tuple(latest[name] for name in sorted(latest))


def check_chain(versions: Iterable[Loaded]) -> list[Diagnostic]:
    """Every version held against the one before it, contract by contract, whatever order they are given in."""
    by_id: dict[str, list[Loaded]] = defaultdict(list)
    for one in versions:
        by_id[one.contract.contract].append(one)
    chains = (sorted(chain, key=lambda one: one.contract.version) for chain in by_id.values())
    steps = [step for chain in chains for step in pairwise(chain)]
    return [
        fault
        for old, new in steps
        if old.contract.version != new.contract.version  # the same version twice is told of as such
        for fault in check_amendment(old, new)
    ]


def check_amendment(old: Loaded, new: Loaded) -> list[Diagnostic]:
    """Whether the new text amends the old one: same contract and year, next version, its hash, not before its first day."""
    before, after, tree = old.contract, new.contract, new.tree
    if (before.contract, before.year) != (after.contract, after.year):
        place = ("year",) if before.contract == after.contract else ("contract",)
        found = say("{contract} of {year}", contract=after.contract, year=after.year)
        expected = say("{contract} of {year}", contract=before.contract, year=before.year)
        return [Diagnostic("DX272", tree.span(place), found, expected, also=(old.tree.span(place),))]
    if after.version != before.version + 1:
        found = say("version {version}", version=after.version)
        expected = say("version {version}", version=before.version + 1)
        return [Diagnostic("DX273", tree.span(("version",)), found, expected, also=(old.tree.span(("version",)),))]
    faults = []
    superseded = content_hash(before)
    if after.supersedes != superseded:
        found = say("{hash}", hash=after.supersedes or "")
        hint = say("this is the hash of version {version}", version=before.version)
        span = tree.span(("supersedes",))
        faults.append(Diagnostic("DX274", span, found, say("{hash}", hash=superseded), hint, also=(old.tree.span(()),)))
    if after.first_day < before.first_day:
        found = say("in force from {day}", day=after.first_day.isoformat())
        expected = say("{day} or later", day=before.first_day.isoformat())
        place = ("effective_from",) if after.effective_from else ("version",)
        faults.append(
            Diagnostic("DX275", tree.span(place), found, expected, also=(old.tree.span(("effective_from",)),))
        )
    return faults
