"""What is wrong with the files, and what to look for in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from rules.codes import Severity
from rules.diagnostic import Diagnostic, Refused, Text

# A sentence, or how it reads for the row that has these key columns.
Sentence = Text | Callable[[Mapping[str, Any]], Text]


@dataclass
class Faults:
    """Everything that is wrong with the files, told all at once; `warnings` stop nothing."""

    found: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        (self.found if diagnostic.severity is Severity.ERROR else self.warnings).append(diagnostic)

    def refuse_if_any(self) -> None:
        """Raise Refused with the faults, and the warnings beside them, if there is a fault."""
        if self.found:
            raise Refused(list(dict.fromkeys([*self.found, *self.warnings])))


@dataclass(frozen=True, slots=True)
class Check:
    """A fault to look for: the rows in which the test holds, told at `cell`."""

    test: nw.Expr
    code: str
    expected: Text
    cell: str
    hint: Text | None = None
