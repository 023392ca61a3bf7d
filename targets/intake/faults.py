"""Everything that is wrong with one import, collected so that all of it is answered at once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from rules.codes import CODES, Severity
from rules.diagnostic import Diagnostic, Refused, Span, Text, say

FAULTS_MAX = 5_000
PLACES_MAX = 1_000
SHOWN_CHARACTERS_MAX = 60


class CellFault(ValueError):
    """What is wrong with the content of one cell; its place is known to whoever reads the row."""

    def __init__(self, code: str, expected: Text, hint: Text | None = None, found: Text | None = None) -> None:
        self.code, self.expected, self.hint, self.found = code, expected, hint, found
        super().__init__(str(expected))


class Faults:
    """Collects diagnostics; after `FAULTS_MAX` errors the rest are only counted.

    Faults of one `group` are one fault: a village that is spelt wrong in a hundred rows is said once, and the other
    places are named beside it.
    """

    def __init__(self) -> None:
        self.warnings: list[Diagnostic] = []
        self.errors: list[Diagnostic] = []
        self.uncounted = 0
        self._groups: dict[Hashable, tuple[int, list[Span]]] = {}

    def add(
        self,
        code: str,
        span: Span,
        found: Text,
        expected: Text,
        hint: Text | None = None,
        *,
        also: tuple[Span, ...] = (),
        group: Hashable = None,
    ) -> None:
        listed = self.errors if CODES[code].severity is Severity.ERROR else self.warnings
        if group in self._groups:
            self._groups[group][1].append(span)
        elif len(listed) >= FAULTS_MAX:
            self.uncounted += 1
        else:
            listed.append(Diagnostic(code, span, found, expected, hint, also))
            if group is not None:
                self._groups[group] = (len(listed) - 1, [])

    def refuse_if_any(self, path: str) -> None:
        """Raise Refused with all of them if one is an error."""
        if not self.errors:
            return
        for index, places in self._groups.values():
            others = tuple(dict.fromkeys(places))[:PLACES_MAX]
            self.errors[index] = replace(self.errors[index], also=(*self.errors[index].also, *others))
        rest = []
        if self.uncounted:
            found = say("{count} further faults that are not listed", count=self.uncounted)
            rest.append(Diagnostic("DX509", Span(path), found, say("at most {most} faults a time", most=FAULTS_MAX)))
        raise Refused([*self.errors, *self.warnings, *rest])


def shown(text: str) -> Text:
    """What the user sees in a cell, on one line and not too long."""
    line = " ".join(text.split())
    if not line:
        return say("an empty cell")
    if len(line) > SHOWN_CHARACTERS_MAX:
        line = line[:SHOWN_CHARACTERS_MAX] + "…"
    return say("{text}", text=line)


def near(suggestion: str | None) -> Text | None:
    """The hint that names the nearest known word."""
    return say("did you mean {word}?", word=suggestion) if suggestion else None
