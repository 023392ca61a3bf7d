"""Paths in a contract as people name its clauses: `items.checkups.scoring.target`, `deposits.leader_pay.amount`.

A step is a key, the id of an entry of a list, or, in lists whose entries have no ids, the entry's number from 1.
`items.X` and `sections.X` are found on whatever sheet they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rules.source import Location

Plain = Any
"""Dicts, lists and strings, as they come from a text."""


@dataclass(frozen=True, slots=True)
class Found:
    """`written` says whether anything stands there: the last step may be a key that the contract does not write."""

    at: Location
    written: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """The way ends before this step; `known` are the steps that would go on: keys, or entries of a list."""

    step: str
    before: str
    known: tuple[str, ...]
    is_key: bool = False


def find(contract: Plain, path: str) -> Found | Lost:
    """Where in the plain contract the path leads."""
    steps = path.split(".")
    at, rest = _sheet(contract, steps)
    if rest is None:
        known = tuple(name for name, _ in _clauses(contract, steps[0]))
        return Lost(steps[1] if len(steps) > 1 else "", steps[0], known)
    node = _node(contract, at)
    for number, step in enumerate(rest, start=len(steps) - len(rest)):
        inside = _inside(node)
        if step in inside:
            at = (*at, inside[step])
            node = node[inside[step]]
        elif isinstance(node, dict) and step and number == len(steps) - 1:
            return Found((*at, step), written=False)
        else:
            return Lost(step, ".".join(steps[:number]), tuple(inside), isinstance(node, dict))
    return Found(at, written=True)


def entry(members: Plain, name: str) -> int | None:
    """The place in a list of the entry that a path calls so."""
    place = _inside(members).get(name)
    return place if isinstance(place, int) else None


def _sheet(contract: Plain, steps: list[str]) -> tuple[Location, list[str] | None]:
    """Where the path begins, and what is left of it; None where it names an item or section that is nowhere."""
    if steps[0] != "items" and (steps[0] != "sections" or len(steps) == 1):
        return (), steps
    wanted = steps[1] if len(steps) > 1 else None
    place = next((at for name, at in _clauses(contract, steps[0]) if name == wanted), None)
    return (place, steps[2:]) if place is not None else ((), None)


def _clauses(contract: Plain, kind: str) -> Iterator[tuple[str, Location]]:
    """Sections, or the items in them, of the annual sheet and of the periodic ones; by id."""
    sheets: list[Location] = [(), *(("periodic", index) for index, _ in enumerate(contract.get("periodic", ())))]
    for sheet in sheets:
        for index, section in enumerate(_node(contract, sheet).get("sections", ())):
            at = (*sheet, "sections", index)
            if kind == "sections":
                yield section["id"], at
            else:
                yield from ((item["id"], (*at, "items", number)) for number, item in enumerate(section["items"]))


def _node(contract: Plain, at: Location) -> Plain:
    for step in at:
        contract = contract[step]
    return contract


def _inside(node: Plain) -> dict[str, int | str]:
    """What may follow: the step as it is written, and the key or number that it stands for."""
    match node:
        case dict():
            return {key: key for key in node}
        case list():
            return {_called(member) or str(index + 1): index for index, member in enumerate(node)}
        case _:
            return {}


def _called(member: Plain) -> str:
    """By its id; a plain word by itself; anything else has only its number."""
    name = member.get("id", "") if isinstance(member, dict) else member
    return name if isinstance(name, str) and name[:1].isalpha() else ""
