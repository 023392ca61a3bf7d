"""YAML to a tree of text in which every node knows its place. Scalars stay text; nothing becomes a float.

Refused here: a file that is missing, too large or not UTF-8 (DX001-DX003), broken YAML (DX004), a key given
twice (DX005: PyYAML keeps the last without a word), anchors, aliases and tags (DX006: they make a contract read
differently from what it says, and an alias bomb is a small file).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from rules.diagnostic import Diagnostic, Refused, Span, refuse, say

SOURCE_BYTES_MAX = 2_000_000
NODES_MAX = 200_000
DEPTH_MAX = 60

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """The parsed text (`plain`: dicts, lists and strings) and the place of every key and value in it."""

    path: str
    plain: object
    values: dict[Location, Span]
    keys: dict[Location, Span]

    def span(self, location: Location) -> Span:
        """The value's place, or the nearest one above it that exists."""
        for end in range(len(location), -1, -1):
            if location[:end] in self.values:
                return self.values[location[:end]]
        return Span(self.path)

    def key_span(self, location: Location) -> Span:
        return self.keys.get(location) or self.span(location)

    def at(self, location: Location) -> object:
        """The plain value there; None when the way breaks off."""
        node = self.plain
        for step in location:
            if (isinstance(node, dict) and step in node) or (isinstance(node, list) and isinstance(step, int) and step < len(node)):
                node = node[step]
            else:
                return None
        return node


def read_source(path: Path) -> Tree:
    """The tree of a YAML file. Raises Refused."""
    try:
        if path.stat().st_size > SOURCE_BYTES_MAX:
            refuse(_fault("DX003", Span(str(path)), "a larger file", f"at most {SOURCE_BYTES_MAX} bytes"))
        raw = path.read_bytes()
    except OSError as error:
        refuse(
            Diagnostic(
                "DX001",
                Span(str(path)),
                say("{reason}", reason=error.strerror or "?"),
                say("a file that can be read"),
            )
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        refuse(
            _fault("DX002", Span(str(path), line=line), "bytes that are not UTF-8", "a file saved as UTF-8")
        )
    return parse_source(str(path), text)


def parse_source(path: str, text: str) -> Tree:
    """The tree of YAML text; `path` is only shown. Raises Refused."""
    try:
        _refuse_features(path, text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(path, line=mark.line + 1, column=mark.column + 1) if mark else Span(path)
        refuse(
            Diagnostic("DX004", span, say("{problem}", problem=error.problem or "?"), say("well-formed YAML"))
        )
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        refuse(_fault("DX004", Span(path, line=line), "a control character", "printable text"))
    except RecursionError:
        refuse(_fault("DX003", Span(path), "deeper nesting", f"at most {DEPTH_MAX} levels"))
    if root is None:
        refuse(_fault("DX004", Span(path), "an empty file", "a mapping of keys"))
    walk = _Walk(path)
    plain = walk.node(root, (), 0)
    if walk.faults:
        raise Refused(walk.faults)
    return Tree(path, plain, walk.values, walk.keys)


def _refuse_features(path: str, text: str) -> None:
    """Anchors, aliases, tags and several documents, found among the tokens before anything is built from them."""
    faults: list[Diagnostic] = []
    nodes = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        nodes += 1
        if nodes > NODES_MAX:
            refuse(_fault("DX003", Span(path), "more nodes", f"at most {NODES_MAX} nodes"))
        documents += isinstance(event, yaml.DocumentStartEvent)
        tagged = isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or tagged:
            span = Span(path, line=event.start_mark.line + 1, column=event.start_mark.column + 1)
            faults.append(
                _fault("DX006", span, "an anchor, alias or tag", "plain keys and values, written out")
            )
        elif documents > 1:
            span = Span(path, line=event.start_mark.line + 1, column=1)
            faults.append(_fault("DX006", span, "a second document", "one contract a file"))
            break
    if faults:
        raise Refused(faults)


class _Walk:
    """Turns composed nodes into plain data and remembers where each stood."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.values: dict[Location, Span] = {}
        self.keys: dict[Location, Span] = {}
        self.faults: list[Diagnostic] = []

    def node(self, node: yaml.Node, location: Location, depth: int) -> object:
        self.values[location] = self.place(node)
        if depth > DEPTH_MAX:
            self.faults.append(
                _fault("DX003", self.place(node), "deeper nesting", f"at most {DEPTH_MAX} levels")
            )
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self.node(child, (*location, index), depth + 1) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, location, depth)
        return str(node.value)

    def mapping(self, node: yaml.MappingNode, location: Location, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.faults.append(
                    _fault("DX004", self.place(key), "a list or mapping as a key", "a word as a key")
                )
                continue
            if key.value in found:
                first = self.keys[(*location, key.value)]
                self.faults.append(
                    Diagnostic(
                        "DX005",
                        self.place(key),
                        say("{key} a second time", key=key.value),
                        say("each key once"),
                        say("keep one of the two; the other stands in line {line}", line=first.line),
                        also=(first,),
                    )
                )
                continue
            self.keys[(*location, key.value)] = self.place(key)
            found[key.value] = self.node(value, (*location, key.value), depth + 1)
        return found

    def place(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        one_line = isinstance(node, yaml.ScalarNode) and end.line == start.line
        return Span(
            self.path, "", start.line + 1, start.column + 1, end.column - start.column if one_line else 1
        )


def _fault(code: str, span: Span, found: str, expected: str) -> Diagnostic:
    return Diagnostic(code, span, say(found), say(expected))
