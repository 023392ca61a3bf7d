"""One fault in one place, as data. Only `cli` turns it into text, JSON or a marked cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import NoReturn

from rules.codes import CODES, Severity


@dataclass(frozen=True, slots=True)
class Called:
    """A name that the contract gives in both languages; Chinese where it gives no English one."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that can be said in another language: an English template and what fills it.

    Every template is a `msgid` of the Chinese catalogue; the arguments are already exact text (a quantity as it
    is written, a cell, a name), so no formatting of numbers happens after this point.
    """

    template: str
    arguments: tuple[tuple[str, str | Text | Called], ...] = ()

    def __str__(self) -> str:
        return self.template.format_map({name: str(value) for name, value in self.arguments})


def say(template: str, /, **arguments: str | int | Text | Called) -> Text:
    """`say("{points} points at most", points="5")`: the one way to make a sentence (and the catalogue's keyword)."""
    filled = tuple(
        (name, value if isinstance(value, Text | Called) else str(value)) for name, value in arguments.items()
    )
    return Text(template, filled)


def listed(parts: Iterable[Text | Called]) -> Text | Called:
    """`a, b, c`, each part in the reader's language. There must be at least one."""
    return reduce(lambda before, part: say("{before}, {part}", before=before, part=part), parts)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Where: a file with line, column and width (1-based, in characters), or a sheet and cell, or a table row.

    `line` 0 means the whole file. In a CSV `line` is the row as a text editor counts it and `column` names its field in `cell`.
    """

    path: str
    sheet: str = ""
    line: int = 0
    column: int = 0
    width: int = 0
    cell: str = ""

    def __str__(self) -> str:
        if self.sheet:
            return f"{self.path} [{self.sheet}] {self.cell}".rstrip()
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        return f"{place} [{self.cell}]" if self.cell else place


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A fault: a code that is stable for ever (one page each under docs/diagnostics), a place, and the way out."""

    code: str
    span: Span
    found: Text
    expected: Text
    hint: Text | None = None
    also: tuple[Span, ...] = field(default=())

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity


class Refused(Exception):
    """Carries every diagnostic of one input to the command's single error boundary."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("\n".join(f"{d.code} {d.span}: {d.found}; {d.expected}" for d in self.diagnostics))


def refuse_if_any(diagnostics: Iterable[Diagnostic]) -> None:
    """Raise `Refused` with all of them if at least one is an error; warnings alone pass."""
    listed = list(diagnostics)
    if any(diagnostic.severity is Severity.ERROR for diagnostic in listed):
        raise Refused(listed)


def refuse(diagnostic: Diagnostic) -> NoReturn:
    """Raise `Refused` for a single fault that makes looking further pointless (a file that is not there)."""
    raise Refused([diagnostic])


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place, then code, each once."""
    return tuple(sorted(dict.fromkeys(diagnostics), key=lambda d: (_reading_order(d.span), d.code, str(d.found))))


def _reading_order(span: Span) -> tuple[str, str, int, int, int, str, str]:
    """Files and sheets, then rows, then columns: D6 before D19, I4 before AA4."""
    letters = span.cell.rstrip("0123456789")
    row = span.cell[len(letters) :]
    in_sheet = bool(span.sheet and row)
    return (
        span.path, span.sheet, span.line, int(row) if in_sheet else 0, span.column or len(letters) if in_sheet else span.column,
        letters, span.cell,
    )  # fmt: skip
