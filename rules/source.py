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
        node: object = self.plain
        for step in location:
            if (isinstance(node, dict) and step in node) or (isinstance(node, list) and isinstance(step, int) and step < len(node)):
                node = node[step]
            else:
                return None
        return node


def read_source(path: Path) -> Tree:
    """The tree of a YAML file. Raises Refused."""
    shown = Span(str(path))
    try:
        if path.stat().st_size > SOURCE_BYTES_MAX:
            refuse(Diagnostic("DX003", shown, say("a larger file"), say("at most {most} bytes", most=SOURCE_BYTES_MAX)))
        raw = path.read_bytes()
    except OSError as error:
        reason = say("{reason}", reason=error.strerror or type(error).__name__)
        refuse(Diagnostic("DX001", shown, reason, say("a file that can be read")))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        span = Span(str(path), line=raw[: error.start].count(b"\n") + 1)
        refuse(Diagnostic("DX002", span, say("bytes that are not UTF-8"), say("a file saved as UTF-8")))
    return parse_source(str(path), text)


def parse_source(path: str, text: str) -> Tree:
    """The tree of YAML text; `path` is only shown. Raises Refused."""
    try:
        _refuse_features(path, text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(path, line=mark.line + 1, column=mark.column + 1) if mark else Span(path)
        problem = say("{problem}", problem=error.problem or type(error).__name__)
        refuse(Diagnostic("DX004", span, problem, say("well-formed YAML")))
    except yaml.reader.ReaderError as error:
        span = Span(path, line=text.count("\n", 0, error.position) + 1)
        refuse(Diagnostic("DX004", span, say("a control character"), say("printable text")))
    except RecursionError:
        refuse(_too_deep(Span(path)))
    if root is None:
        refuse(Diagnostic("DX004", Span(path), say("an empty file"), say("a mapping of keys")))
    walk = _Walk(path)
    plain = walk.node(root, (), 0)
    if walk.faults:
        raise Refused(walk.faults)
    return Tree(path, plain, walk.values, walk.keys)


def _refuse_features(path: str, text: str) -> None:
    """Anchors, aliases, tags and several documents, found among the tokens before anything is built from them."""
    faults: list[Diagnostic] = []
    documents = 0
    for number, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if number > NODES_MAX:
            refuse(Diagnostic("DX003", Span(path), say("more parts"), say("at most {most} parts", most=NODES_MAX)))
        documents += isinstance(event, yaml.DocumentStartEvent)
        span = _place(path, event)
        tagged = isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or tagged:
            found, expected = say("an anchor, alias or tag"), say("plain keys and values, written out")
            faults.append(Diagnostic("DX006", span, found, expected))
        elif documents > 1:
            faults.append(Diagnostic("DX006", span, say("a second document"), say("one contract a file")))
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
        self.values[location] = _place(self.path, node)
        if depth > DEPTH_MAX:
            self.faults.append(
                _fault("DX003", _place(self.path, node), "deeper nesting", f"at most {DEPTH_MAX} levels")
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
                    _fault("DX004", _place(self.path, key), "a list or mapping as a key", "a word as a key")
                )
                continue
            if key.value in found:
                first = self.keys[(*location, key.value)]
                self.faults.append(
                    Diagnostic(
                        "DX005",
                        _place(self.path, key),
                        say("{key} a second time", key=key.value),
                        say("each key once"),
                        say("keep one of the two; the other stands in line {line}", line=first.line),
                        also=(first,),
                    )
                )
                continue
            self.keys[(*location, key.value)] = _place(self.path, key)
            found[key.value] = self.node(value, (*location, key.value), depth + 1)
        return found


def _place(path: str, part: yaml.Node | yaml.Event) -> Span:
    """Line and column from 1; the width only of what stands on one line."""
    start, end = part.start_mark, part.end_mark
    assert start is not None
    assert end is not None
    one_line = isinstance(part, yaml.ScalarNode) and end.line == start.line
    return Span(path, "", start.line + 1, start.column + 1, end.column - start.column if one_line else 1)


def _too_deep(span: Span) -> Diagnostic:
    return Diagnostic("DX003", span, say("deeper nesting"), say("at most {most} levels", most=DEPTH_MAX))
