"""Plain data to YAML as people write it: short records on a line of their own, no quotation marks without need."""

from __future__ import annotations

import sys

import yaml

LINE_CHARACTERS = 110
# What YAML takes for nothing when it stands without quotation marks.
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


def page_of(plain: object) -> str:
    """A page of YAML that reads as the same data."""
    node = _node(plain)
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = False
    return _serialized(node, width=LINE_CHARACTERS)


def in_a_cell(plain: object) -> str:
    """The data on one line, as it stands in a cell: `{per: 1%, deduct: 0.5}`, or a bare word."""
    return _serialized(_node(plain, in_flow=True), width=sys.maxsize).removesuffix("\n").removesuffix("\n...")


def _serialized(node: yaml.Node, width: int) -> str:
    return str(yaml.serialize(node, Dumper=yaml.BaseDumper, allow_unicode=True, width=width))


def _node(plain: object, *, in_flow: bool = False) -> yaml.Node:
    if isinstance(plain, dict):
        pairs = [(_scalar(str(key), in_flow=True), _node(value, in_flow=in_flow)) for key, value in plain.items()]
        flow = in_flow or not pairs or _fits([part for pair in pairs for part in pair])
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow)
    if isinstance(plain, list):
        parts = [_node(value, in_flow=in_flow) for value in plain]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", parts, flow_style=in_flow or not parts or _fits(parts))
    return _scalar(str(plain), in_flow=in_flow)


def _scalar(text: str, *, in_flow: bool) -> yaml.ScalarNode:
    style = '"' if in_flow else "|"
    return yaml.ScalarNode(
        "tag:yaml.org,2002:str", text, style=style if "\n" in text else "'" if text in _NOTHING else None
    )


def _fits(parts: list[yaml.Node]) -> bool:
    """Whether all of it is short enough for a line, and none of it needs lines of its own."""
    return sum(_length(part) for part in parts) <= LINE_CHARACTERS - 20 and all(map(_is_flat, parts))


def _is_flat(node: yaml.Node) -> bool:
    return node.style != "|" if isinstance(node, yaml.ScalarNode) else bool(getattr(node, "flow_style", False))


def _length(node: yaml.Node) -> int:
    """About as long as it will be written."""
    if isinstance(node, yaml.MappingNode):
        return 2 + sum(_length(part) for pair in node.value for part in pair)
    if isinstance(node, yaml.SequenceNode):
        return 2 + sum(_length(part) for part in node.value)
    return len(node.value) + 2
