"""Edits laid over a tree: a new tree whose unchanged parts keep their places and whose changed ones have those of the edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rules.diagnostic import Span
from rules.source import Location, Tree

Plain = Any


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `at` is its place in the tree that is changed; in the tree `of` it stands at `place`, with its value
    under `key` (to, add), or none (remove). `before` is where in a list an entry is put."""

    number: int
    contract: str
    at: Location
    key: str
    of: Tree
    place: Location
    before: int | None = None

    @property
    def value_at(self) -> Location:
        return (*self.place, self.key)

    @property
    def value(self) -> Plain:
        return self.of.at(self.value_at)

    @property
    def said(self) -> str:
        """The path as it was written."""
        return str(self.of.at((*self.place, "at")))

    @property
    def span(self) -> Span:
        return self.of.span((*self.place, "at"))

    def replaces(self, at: Location) -> bool:
        """Whether what stands at that place is no longer there, or no longer the same."""
        return self.key != "add" and at[: len(self.at)] == self.at


def lay(base: Tree, edits: Sequence[Edit]) -> Tree:
    """The base with these edits, none of which replaces what another one touches. Nothing of its text is kept: nobody wrote it."""
    laying = _Laying(base, edits)
    plain = laying.copied(base.plain, (), ())
    return Tree(base.path, plain, laying.values, laying.keys)


class _Laying:
    """One pass over the base; notes where every part of the result comes from."""

    def __init__(self, base: Tree, edits: Sequence[Edit]) -> None:
        self.base = base
        self.values: dict[Location, Span] = {}
        self.keys: dict[Location, Span] = {}
        self.replaced = {edit.at: edit for edit in edits if edit.key != "add"}
        self.added: dict[Location, list[Edit]] = {}
        for edit in edits:
            if edit.key == "add":
                self.added.setdefault(edit.at, []).append(edit)

    def copied(self, node: Plain, old: Location, new: Location) -> Plain:
        if old in self.base.values:
            self.values[new] = self.base.values[old]
        match node:
            case dict():
                return self.mapping(node, old, new)
            case list():
                return self.members(node, old, new)
            case _:
                return node

    def mapping(self, node: dict[str, Plain], old: Location, new: Location) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key, child in node.items():
            edit = self.replaced.get((*old, key))
            if edit is None:
                if (*old, key) in self.base.keys:
                    self.keys[*new, key] = self.base.keys[*old, key]
                found[key] = self.copied(child, (*old, key), (*new, key))
            elif edit.key == "to":
                found[key] = self.laid(edit, (*new, key))
        for key, edits in self.unwritten(node, old):
            at = (*new, key)
            if edits[0].key == "to":
                found[key] = self.laid(edits[0], at)
            else:
                self.values[at] = self.keys[at] = edits[0].span
                found[key] = [self.laid(edit, (*at, index)) for index, edit in enumerate(edits)]
        return found

    def unwritten(self, node: dict[str, Plain], old: Location) -> Iterator[tuple[str, list[Edit]]]:
        """What is set or added under keys that the base does not write."""
        every = {at: [edit] for at, edit in self.replaced.items()} | self.added
        for at, edits in every.items():
            if at[:-1] == old and at[-1] not in node:
                yield str(at[-1]), edits

    def members(self, node: list[Plain], old: Location, new: Location) -> list[Plain]:
        found: list[Plain] = []
        added = self.added.get(old, [])
        for index, child in enumerate(node):
            for one in added:
                if one.before == index:
                    found.append(self.laid(one, (*new, len(found))))
            edit = self.replaced.get((*old, index))
            if edit is None:
                found.append(self.copied(child, (*old, index), (*new, len(found))))
            elif edit.key == "to":
                found.append(self.laid(edit, (*new, len(found))))
        for one in added:
            if one.before is None:
                found.append(self.laid(one, (*new, len(found))))
        return found

    def laid(self, edit: Edit, new: Location) -> Plain:
        """The edit's value, with the places that it has in its own file."""
        self.keys[new] = edit.span
        depth = len(edit.value_at)
        for places, own in ((self.values, edit.of.values), (self.keys, edit.of.keys)):
            for at, span in own.items():
                inside = len(at) > depth if places is self.keys else len(at) >= depth
                if inside and at[:depth] == edit.value_at:
                    places[(*new, *at[depth:])] = span
        return edit.value
