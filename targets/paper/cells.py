"""One cell of a contract: what people see in it, as a piece of the tree."""

from __future__ import annotations

import json
from dataclasses import replace

from rules.diagnostic import Span
from rules.source import SCALAR_CHARACTERS_MAX, Location, Tree
from targets.intake.cells import number_text, text_of
from targets.intake.faults import CellFault, shown
from targets.intake.grid import Cell, Holds
from targets.paper.fields import Form
from targets.paper.growth import Growth
from targets.paper.layout import REST, Column
from targets.paper.page import in_a_cell

CELL_CHARACTERS_MAX = 32_767
_SEPARATORS = str.maketrans({"，": "、", ",": "、", ";": "、", "；": "、", "\n": "、", " ": "、", "\u3000": "、"})


def read_cell(growth: Growth, record: Location, column: Column, cell: Cell, span: Span) -> None:
    """Put what the cell says where its column says; nothing where it cannot be read."""
    text = text_in(cell, column, span, growth)
    node = None if text is None else _node(text, column, span, growth)
    if node is None:
        return
    if isinstance(node.plain, str):
        growth.whole.add(span)
    if column.path[-1] == REST:
        growth.merge(record, column.path[0], node, span)
    else:
        growth.put(record, column.path, node, span)


def text_in(cell: Cell, column: Column, span: Span, growth: Growth) -> str | None:
    """What people see in the cell; None, and a fault, for a formula without a value and the like."""
    growth.size += len(cell.text.encode("utf-8", "surrogatepass"))
    try:
        if cell.stored:
            number_text(cell)
        if cell.holds is not Holds.DATE or column.form is not Form.DAY:
            text_of(Cell("", cell.holds))
    except CellFault as fault:
        growth.fault(fault.code, span, fault.found or shown(cell.text), fault.expected, fault.hint)
        return None
    return cell.text if column.form is Form.TEXT else cell.text.strip()


def _node(text: str, column: Column, span: Span, growth: Growth) -> Tree | None:
    if column.form is Form.LIST and not text.startswith("["):
        words = [word for word in text.translate(_SEPARATORS).split("、") if word]
        return growth.node(in_a_cell([column.words.find(word) or word for word in words]), span)
    if column.form in (Form.LIST, Form.YAML):
        word = column.words.find(text)
        return growth.plain_node(word, span) if word else growth.node(text, span)
    if column.form is not Form.TEXT:
        text = column.words.find(text) or text
    if not text.isprintable() or len(text) > SCALAR_CHARACTERS_MAX:
        looked_at = growth.node(json.dumps(text, ensure_ascii=False), span)
        return looked_at and replace(looked_at, plain=text)
    return growth.plain_node(text, span)
