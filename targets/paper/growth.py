"""A contract's tree, grown cell by cell. Every place in it is a cell, so that whoever refuses a part of the tree names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rules.diagnostic import Diagnostic, Refused, Span, Text, say
from rules.source import DEPTH_MAX, NODES_MAX, SOURCE_BYTES_MAX, Location, Tree, parse_source
from rules.wording import as_written
from targets.paper.layout import Column

FAULTS_MAX = 5_000
_MAPPING = say("a mapping of keys")
_FULL_WIDTH = frozenset("｛｝［］：，")
HALF_WIDTH = say("write the signs {signs} in half width", signs="{ } [ ] : ,")


class Growth:
    """The tree so far, and what was wrong with the cells that it did not take."""

    def __init__(self, path: str, top: Span) -> None:
        self.path = path
        self.plain: dict[str, object] = {}
        self.values: dict[Location, Span] = {(): top}
        self.keys: dict[Location, Span] = {}
        self.blanks: set[Location] = set()
        self.listed: set[Location] = set()
        self.faults: list[Diagnostic] = []
        self.size = 0
        # Where what stands: by sheet and column, by row of the pairs, the first cells of records, cells of one word.
        self.headed: dict[tuple[str, int], Column] = {}
        self.said_once: dict[str, tuple[Span, Column]] = {}
        self.begun: set[Span] = set()
        self.whole: set[Span] = set()
        self.full_width: set[Span] = set()

    @property
    def tree(self) -> Tree:
        return Tree(self.path, self.plain, self.values, self.keys, frozenset(self.blanks))

    def fault(self, code: str, span: Span, found: Text, expected: Text, hint: Text | None = None) -> None:
        self.add(Diagnostic(code, span, found, expected, hint))

    def add(self, fault: Diagnostic) -> None:
        """After so many it is no contract: what was found until here is raised at once."""
        self.faults.append(fault)
        if len(self.faults) >= FAULTS_MAX:
            raise Refused(self.faults)

    def record(self, above: Location, key: str, span: Span) -> Location:
        """Begin a record at the end of a list."""
        listed = self._at(above).setdefault(key, [])
        at = (*above, key)
        self.values.setdefault(at, span)
        self.keys.setdefault(at, span)
        self.listed.add(at)
        assert isinstance(listed, list), "only rows list records"
        listed.append({})
        self.begun.add(span)
        self.values[*at, len(listed) - 1] = span
        return (*at, len(listed) - 1)

    def part(self, above: Location, span: Span) -> Location | None:
        """Begin a part of a measure's method; None where a cell lists parts already."""
        at = (*above, "scoring")
        scoring = self._at(above).setdefault("scoring", {})
        self.values.setdefault(at, span)
        self.keys.setdefault(at, span)
        if isinstance(scoring, dict) and "parts" in scoring and (*at, "parts") not in self.listed:
            self._twice(at, "parts", span)
            return None
        return self.record(at, "parts", span)

    def put(self, record: Location, path: tuple[str, ...], node: Tree, span: Span) -> None:
        """Let a key of a record be what stands in a cell."""
        at = record
        for key in path[:-1]:
            self._at(at).setdefault(key, {})
            at = (*at, key)
            self.values.setdefault(at, span)
            self.keys.setdefault(at, span)
        self._put(at, path[-1], node, span)

    def merge(self, record: Location, key: str, node: Tree, span: Span) -> None:
        """Let a record have all the keys that stand together in a cell."""
        if not isinstance(node.plain, dict):
            self.fault("DX111", span, say("{value}", value=as_written(node.plain)), _MAPPING)
            return
        for name in node.plain:
            self.put(record, (key, name), _part(node, name), span)

    def shorten(self, record: Location) -> None:
        """A record of an id alone may be the bare id."""
        *above, index = record
        listed, found = self._list(tuple(above)), self._at(record)
        if isinstance(index, int) and found.keys() == {"id"}:
            listed[index] = found["id"]

    def node(self, text: str, span: Span) -> Tree | None:
        """The piece of YAML in a cell; what is wrong with it is kept, with the cell as its place."""
        if not _FULL_WIDTH.isdisjoint(text):
            self.full_width.add(span)
        try:
            return parse_source(self.path, text)
        except Refused as refused:
            for fault in refused.diagnostics:
                self.add(replace(fault, span=span, also=()))
            return None

    def plain_node(self, text: str, span: Span) -> Tree:
        return Tree(self.path, text, {(): span}, {})

    def _put(self, at: Location, key: str, node: Tree, span: Span) -> None:
        container = self._at(at)
        if key in container:
            self._twice(at, key, span)
            return
        container[key] = node.plain
        here = (*at, key)
        self.keys[here] = span
        self.values |= {(*here, *below): span for below in node.values} | {here: span}
        self.keys |= {(*here, *below): span for below in node.keys}
        self.blanks |= {(*here, *below) for below in node.blanks}
        self.hold_to_limits(span, len(here) + max(map(len, node.values)))

    def hold_to_limits(self, span: Span, depth: int) -> None:
        """A workbook may hold no more than a file of YAML: what was found until here is raised at once."""
        if depth > DEPTH_MAX:
            self.fault("DX003", span, say("deeper nesting"), say("at most {most} levels", most=DEPTH_MAX))
        elif len(self.values) > NODES_MAX:
            self.fault("DX003", span, say("more parts"), say("at most {most} parts", most=NODES_MAX))
        elif self.size > SOURCE_BYTES_MAX:
            self.fault("DX003", span, say("a larger file"), say("at most {most} bytes", most=SOURCE_BYTES_MAX))
        else:
            return
        raise Refused(self.faults)

    def _twice(self, at: Location, key: str, span: Span) -> None:
        found, expected = say("{key} a second time", key=as_written(key)), say("each key once")
        self.add(Diagnostic("DX005", span, found, expected, also=(self.keys[*at, key],)))

    def _at(self, location: Location) -> dict[str, object]:
        found = self._found(location)
        assert isinstance(found, dict), f"{location} is no record"
        return found

    def _list(self, location: Location) -> list[object]:
        found = self._found(location)
        assert isinstance(found, list), f"{location} is no list"
        return found

    def _found(self, location: Location) -> object:
        node: object = self.plain
        for step in location:
            assert isinstance(node, dict | list), f"{location} is not in the tree"
            node = node[step]  # type: ignore[index]
        return node


def _part(node: Tree, key: str) -> Tree:
    """What stands behind a key."""
    assert isinstance(node.plain, Mapping)
    values = {at[1:]: span for at, span in node.values.items() if at[:1] == (key,)}
    keys = {at[1:]: span for at, span in node.keys.items() if at[:1] == (key,) and len(at) > 1}
    return Tree(node.path, node.plain[key], values, keys, frozenset(at[1:] for at in node.blanks if at[:1] == (key,)))
