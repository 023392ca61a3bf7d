"""YAML to a tree of text in which every node knows its place. Scalars stay text; nothing becomes a float.

Refused here: a file that is missing, not UTF-8 or too large (DX001-DX003), broken YAML and characters nobody can see
(DX004), a key given twice (DX005: PyYAML keeps the last without a word), anchors, aliases and tags (DX006: they make a
contract read differently from what it says, and an alias bomb is a small file).
"""

from __future__ import annotations

import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rules.diagnostic import Diagnostic, Refused, Span, Text, refuse, say
from rules.wording import as_written

SOURCE_BYTES_MAX = 1_000_000
NODES_MAX = 100_000
SCALAR_CHARACTERS_MAX = 10_000
DEPTH_MAX = 60

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """The parsed text (`plain`: dicts, lists and strings) and the place of every key and value in it.

    `blanks` are the values that were left empty or written as a bare `~` or `null`; `text` is what was parsed, where
    it was YAML.
    """

    path: str
    plain: object
    values: dict[Location, Span]
    keys: dict[Location, Span]
    blanks: frozenset[Location] = frozenset()
    text: str = ""

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
            match node, step:
                case dict(), _ if step in node:
                    node = node[step]
                case list(), int() if step < len(node):
                    node = node[step]
                case _:
                    return None
        return node


def read_source(path: Path) -> Tree:
    """The tree of a YAML file. Raises Refused."""
    shown = Span(str(path))
    try:
        if path.stat().st_size > SOURCE_BYTES_MAX:
            refuse(Diagnostic("DX003", shown, say("a larger file"), say("at most {most} bytes", most=SOURCE_BYTES_MAX)))
        raw = path.read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        reason = say("{reason}", reason=error.strerror or type(error).__name__)
        refuse(Diagnostic("DX001", shown, reason, say("a file that can be read")))
    except ValueError:  # a path that no file can have, such as one with NUL in it
        refuse(Diagnostic("DX001", shown, say("an impossible file name"), say("a file that can be read")))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        span = _place_of(str(path), raw[: error.start].decode("utf-8"))
        refuse(Diagnostic("DX002", span, say("bytes that are not UTF-8"), say("a file saved as UTF-8")))
    return parse_source(str(path), text)


def parse_source(path: str, text: str) -> Tree:
    """The tree of YAML text; `path` is only shown. Raises Refused."""
    if _FAST is not None:
        # Ten times as fast, with the same places; what is wrong it tells in other words, so the text is read again for those.
        with suppress(yaml.YAMLError, ValueError, OverflowError):
            return _tree(_Reading(path, text.removeprefix("\ufeff"), _FAST), text)
    reading = _Reading(path, text.removeprefix("\ufeff"), yaml.SafeLoader)
    try:
        return _tree(reading, text)
    except yaml.reader.ReaderError as error:
        reading.fault("DX004", _place_of(path, text[: error.position]), say("a control character"), _PRINTABLE)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(path, "", mark.line + 1, mark.column + 1, 1) if mark else Span(path)
        problem = say("{problem}", problem=as_written(error.problem or type(error).__name__))
        reading.fault("DX004", span, problem, say("well-formed YAML"))
    except (
        ValueError,
        OverflowError,
    ):  # PyYAML lets int() and chr() fail on a directive or escape with too many digits
        reading.fault("DX004", reading.after, say("a number out of range"), say("well-formed YAML"))
    raise Refused(reading.faults)


def _tree(reading: _Reading, text: str) -> Tree:
    plain = reading.document()
    if reading.faults:
        raise Refused(reading.faults)
    return Tree(reading.path, plain, reading.values, reading.keys, frozenset(reading.blanks), text)


# Where PyYAML was built without libyaml there is none.
_FAST: Any = getattr(yaml, "CSafeLoader", None)


_PRINTABLE = say("characters that can be seen")
_WRITTEN_OUT = say("plain keys and values, written out")
_BLANK = frozenset({"", "~", "null", "Null", "NULL"})
# A place that no step of a contract leads to: for values that are read over, such as that of a key given twice.
_NOWHERE = -1


class _Reading:
    """One pass over the events of a text; notes the place of every key and value, and every fault on the way."""

    def __init__(self, path: str, text: str, loader: Any) -> None:
        self.path = path
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=loader)
        self.values: dict[Location, Span] = {}
        self.keys: dict[Location, Span] = {}
        self.blanks: list[Location] = []
        self.faults: list[Diagnostic] = []
        self.nodes = 0
        self.after = Span(path, "", 1, 1, 1)

    def fault(self, code: str, span: Span, found: Text, expected: Text) -> None:
        self.faults.append(Diagnostic(code, span, found, expected))

    def next(self) -> yaml.Event:
        """The next event; `after` is then where it ends."""
        event = next(self.events)
        self.after = Span(self.path, "", *_end(event), 1)
        return event

    def document(self) -> object:
        """The plain data of the only document."""
        self.next()
        if isinstance(self.next(), yaml.StreamEndEvent):
            self.fault("DX004", Span(self.path), say("an empty file"), say("a contract"))
            return None
        plain = self.node(self.next(), (), 0)
        self.next()
        if not isinstance(event := self.next(), yaml.StreamEndEvent):
            self.fault("DX006", self.place(event), say("a second document"), say("one contract a file"))
        return plain

    def node(self, event: yaml.Event, location: Location, depth: int) -> object:
        """The plain data of the node that begins with this event, and of everything in it."""
        span = self.values[location] = self.place(event)
        self.hold_to_limits(span, depth)
        if isinstance(event, yaml.AliasEvent):
            self.fault("DX006", span, say("an alias"), _WRITTEN_OUT)
        elif getattr(event, "anchor", None) is not None:
            self.fault("DX006", span, say("an anchor"), _WRITTEN_OUT)
        elif getattr(event, "tag", None) is not None:
            self.fault("DX006", span, say("a tag"), _WRITTEN_OUT)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(location, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(location, depth)
        return self.scalar(event, location, span) if isinstance(event, yaml.ScalarEvent) else ""

    def hold_to_limits(self, span: Span, depth: int) -> None:
        """Looking further is pointless, and dear: what was found until here is raised at once."""
        self.nodes += 1
        if depth > DEPTH_MAX:
            self.fault("DX003", span, say("deeper nesting"), say("at most {most} levels", most=DEPTH_MAX))
        elif self.nodes > NODES_MAX:
            self.fault("DX003", span, say("more parts"), say("at most {most} parts", most=NODES_MAX))
        else:
            return
        raise Refused(self.faults)

    def sequence(self, location: Location, depth: int) -> list[object]:
        found: list[object] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            found.append(self.node(event, (*location, len(found)), depth + 1))
        return found

    def mapping(self, location: Location, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key = self.key(event, location, depth)
            if key is None or key in found:
                self.node(self.next(), (*location, _NOWHERE), depth + 1)
            else:
                found[key] = self.node(self.next(), (*location, key), depth + 1)
        return found

    def key(self, event: yaml.Event, location: Location, depth: int) -> str | None:
        """The key that begins with this event, its place noted the first time; None when no key can look like that."""
        plain = self.node(event, (*location, _NOWHERE), depth + 1)
        span = self.values[(*location, _NOWHERE)]
        if not isinstance(plain, str):
            self.fault("DX004", span, say("a list or mapping as a key"), say("a word as a key"))
            return None
        first = self.keys.setdefault((*location, plain), span)
        if first is not span:
            found = say("{key} a second time", key=as_written(plain))
            hint = say("keep one of the two; the other stands in line {line}", line=first.line)
            self.faults.append(Diagnostic("DX005", span, found, say("each key once"), hint, also=(first,)))
        return plain

    def scalar(self, event: yaml.ScalarEvent, location: Location, span: Span) -> str:
        text = str(event.value)
        if len(text) > SCALAR_CHARACTERS_MAX:
            most = say("at most {most} characters", most=SCALAR_CHARACTERS_MAX)
            self.fault("DX003", span, say("a longer text"), most)
        elif not text.isprintable() and any(map(_unseen, text)):
            self.fault("DX004", span, say("a control character"), _PRINTABLE)
        elif text in _BLANK and event.implicit[0] and _NOWHERE not in location:
            self.blanks.append(location)
        return text

    def place(self, part: yaml.Event) -> Span:
        """Line and column from 1; the width only of what stands on one line."""
        (line, column), (last_line, end) = _start(part), _end(part)
        one_line = isinstance(part, yaml.ScalarEvent | yaml.AliasEvent) and last_line == line
        return Span(self.path, "", line, column, max(1, end - column) if one_line else 1)


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None, "PyYAML marks every event that it reads from text"
    return mark.line + 1, mark.column + 1


def _end(event: yaml.Event) -> tuple[int, int]:
    mark = event.end_mark
    assert mark is not None, "PyYAML marks every event that it reads from text"
    return mark.line + 1, mark.column + 1


_OVERRIDES = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def _unseen(character: str) -> bool:
    """Control characters, halves of characters, and those that let a line be read in another order than it is written."""
    if unicodedata.category(character) in ("Cc", "Cs"):
        return character not in "\n\t"
    return unicodedata.bidirectional(character) in _OVERRIDES


def _place_of(path: str, before: str) -> Span:
    """The place of the first character after this text, with PyYAML's idea of a line."""
    lines = re.split(r"\r\n|[\r\n\x85\u2028\u2029]", before)
    return Span(path, "", len(lines), len(lines[-1]) + 1, 1)
