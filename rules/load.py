"""A contract from its file: read, shaped, checked; every fault at once and in the order of the file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from rules import checks, safeguards
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Refused, in_order, refuse_if_any
from rules.shape import blank_faults, shape_faults
from rules.source import Tree, parse_source, read_source

CHECKS = (checks.check, safeguards.check)
TOGETHER = (checks.check_together, safeguards.check_together)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A contract that may be used, the places of its parts, and the lints that do not stop it."""

    contract: Contract
    tree: Tree
    warnings: tuple[Diagnostic, ...] = ()


def load_contract(path: Path) -> Loaded:
    """The contract in a file. Raises Refused with everything that is wrong with it."""
    return contract_of(read_source(path))


def parse_contract(path_shown: str, text: str) -> Loaded:
    """The contract in a text. Raises Refused with everything that is wrong with it."""
    return contract_of(parse_source(path_shown, text))


def load_contracts(paths: Iterable[Path]) -> tuple[Loaded, ...]:
    """The contracts in the files, also held against each other. Raises Refused with the faults of all of them."""
    loaded: list[Loaded] = []
    faults: list[Diagnostic] = []
    for path in paths:
        try:
            loaded.append(load_contract(path))
        except Refused as refused:
            faults.extend(refused.diagnostics)
    if not faults and len(loaded) > 1:  # alone, a contract may link to one that is kept elsewhere
        read = [(one.contract, one.tree) for one in loaded]
        faults.extend(fault for together in TOGETHER for fault in together(read))
    if faults:
        raise Refused(faults)
    return tuple(loaded)


def load_sound_contracts(paths: Iterable[Path]) -> tuple[Loaded, ...]:
    """Those in the files that are contracts, not held against each other: for whoever needs no more than their names or texts."""
    found = []
    for path in paths:
        with contextlib.suppress(Refused):
            found.append(load_contract(path))
    return tuple(found)


def contract_of(tree: Tree) -> Loaded:
    """The contract that a tree of text says, whatever it was read from. Raises Refused with everything that is wrong with it."""
    try:
        contract = Contract.model_validate(tree.plain, by_alias=True, by_name=False)
    except ValidationError as error:
        raise Refused(shape_faults(error, tree)) from None
    faults = [*blank_faults(tree), *(fault for check in CHECKS for fault in check(contract, tree))]
    refuse_if_any(faults)
    return Loaded(contract, tree, in_order(faults))
