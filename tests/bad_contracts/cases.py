"""Reads the corpus: small changes to a sound contract, with carets under what must be refused.

A topic is a Markdown file. `Base: village` names the sound contract in `village.yaml`; under each `##` heading stands
one case, a YAML block that changes it. A key replaces the first line of the base with that key and that indentation, and
what is nested under it, so deeper keys come first; an entry of a list replaces the one with its id. What the base
does not have is put in after the change before it, top-level keys at the end. A line of carets points at the fault in
the line above: its column, its width and its codes. A case without carets is sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
_CASE = re.compile(r"^## (.+?)\n.*?^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_BASE = re.compile(r"^Base: (\w+)$", re.MULTILINE)
_CARETS = re.compile(r"#? *(\^+)((?: DX\d{3})+)")
_KEY = re.compile(r" *(?:- )?(?P<key>[^\s:#]+):(?: |$)")
_ENTRY = re.compile(r"(?P<indent> *- )\{?id: (?P<id>[^\s,}]+)")

Fault = tuple[str, int, int, int]


class Case(NamedTuple):
    """A contract and its faults: code, line, column, width."""

    title: str
    text: str
    faults: frozenset[Fault]


class _Block(NamedTuple):
    """A key, or an entry of a list, with its lines; `opening` is what tells it from others of its indentation."""

    indent: int
    opening: str
    lines: list[str]


def cases_of(*topics: str) -> Iterator[Case]:
    """All cases of the topics, in order; their titles carry the topic."""
    for topic in topics:
        text = (HERE / f"{topic}.md").read_text(encoding="utf-8")
        base_name = _BASE.search(text)
        assert base_name is not None, f"{topic}.md names no base"
        base = (HERE / f"{base_name[1]}.yaml").read_text(encoding="utf-8")
        for title, change in _CASE.findall(text):
            yield _without_carets(f"{topic}: {title}", _changed(base.splitlines(), change.splitlines()))


def _changed(base: list[str], change: list[str]) -> list[str]:
    """The base with every block of the change in the place of its own."""
    lines = list(base)
    after: int | None = None
    for block in _blocks(change):
        start = next((at for at, line in enumerate(lines) if _opening(line) == (block.indent, block.opening)), None)
        if start is None:
            start = end = after if block.indent and after is not None else len(lines)
            assert block.indent == 0 or after is not None, f"nothing before {block.opening} to put it after"
        else:
            end = next((at for at in range(start + 1, len(lines)) if not _belongs(lines[at], block)), len(lines))
        lines[start:end] = block.lines
        after = start + len(block.lines)
    return lines


def _blocks(change: list[str]) -> Iterator[_Block]:
    block: _Block | None = None
    for line in change:
        if block is not None and (_CARETS.match(line) or _belongs(line, block)):
            block.lines.append(line)
            continue
        if block is not None:
            yield block
        block = _Block(*_opening(line), [line])
    if block is not None:
        yield block


def _opening(line: str) -> tuple[int, str]:
    """Where the line's key stands, its list dash not counted, and the key; of an entry its id."""
    entry, key = _ENTRY.match(line), _KEY.match(line)
    if entry is not None:
        return len(entry["indent"]), f"- {entry['id']}"
    return _depth(line), key["key"] if key else line


def _belongs(line: str, block: _Block) -> bool:
    """Whether a line after the block's first one is still of it."""
    is_entry, begins_entry = block.opening.startswith("- "), line.lstrip().startswith("- ")
    return _depth(line) > block.indent or (is_entry and _depth(line) == block.indent and not begins_entry)


def _depth(line: str) -> int:
    match = re.match(r" *(?:- )?", line)
    return len(match[0]) if match else 0


def _without_carets(title: str, lines: list[str]) -> Case:
    kept: list[str] = []
    faults: set[Fault] = set()
    for line in lines:
        carets = _CARETS.match(line)
        if carets is None:
            kept.append(line)
            continue
        for code in carets[2].split():
            faults.add((code, len(kept), carets.start(1) + 1, len(carets[1])))
    return Case(title, "\n".join(kept) + "\n", frozenset(faults))
