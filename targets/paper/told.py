"""What the loader says about keys and words of the language, said again about the columns and words of the sheets."""

from __future__ import annotations

from dataclasses import replace

from rules.diagnostic import Called, Diagnostic, Span, listed, say
from targets.intake.grid import column_letters
from targets.paper.growth import HALF_WIDTH, Growth
from targets.paper.layout import METHOD, SCORING, Column


def in_words_of_the_sheet(fault: Diagnostic, growth: Growth) -> Diagnostic:
    """The same fault: an empty cell where a key is missing, the words of a column where one of them is expected."""
    if fault.code == "DX102":
        return _at_the_empty_cell(fault, growth)
    column = growth.headed.get((fault.span.sheet, fault.span.column))
    if fault.code in ("DX103", "DX104") and column is not None and column.words.words and fault.span in growth.whole:
        words = [Called(f"{word.zh} ({word.id})", f"{word.en} ({word.id})") for word in column.words.words]
        return replace(fault, expected=say("one of {words}", words=listed(words)))
    return with_half_width(fault, growth)


def with_half_width(fault: Diagnostic, growth: Growth) -> Diagnostic:
    """A hint for braces, colons and commas as a Chinese keyboard types them, which YAML takes for letters."""
    return replace(fault, hint=HALF_WIDTH) if fault.span in growth.full_width and fault.hint is None else fault


def _at_the_empty_cell(fault: Diagnostic, growth: Growth) -> Diagnostic:
    key = str(dict(fault.expected.arguments).get("key", ""))
    if fault.span == growth.values[()] and key in growth.said_once:
        span, column = growth.said_once[key]
        return _of_column(fault, span, column)
    begun = growth.headed.get((fault.span.sheet, fault.span.column))
    if begun is None:
        return fault
    paths: list[tuple[str, ...]] = []
    if fault.span in growth.begun:
        paths += [(key,), (key, METHOD)]
    if begun.path[:1] == (SCORING,) or fault.span in growth.begun:
        paths += [(SCORING, key)]
    for (sheet, number), column in growth.headed.items():
        if sheet == fault.span.sheet and column.level == begun.level and column.path in paths:
            return _of_column(fault, _beside(fault.span, number), column)
    return fault


def _of_column(fault: Diagnostic, span: Span, column: Column) -> Diagnostic:
    heading = Called(column.title.zh, column.title.en)
    return replace(fault, span=span, hint=say("fill in the cell of {heading}", heading=heading))


def _beside(span: Span, column: int) -> Span:
    return replace(span, column=column, cell=f"{column_letters(column)}{span.line}")
