"""What every command works with: the language, the terminal, and how refusals are shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cli.language import Speech
from rules.codes import CODES, Severity
from rules.diagnostic import Diagnostic

if TYPE_CHECKING:
    from rich.console import Console

N_ = str
DIAGNOSTICS_SHOWN_MAX = 200
FILE_COLUMNS = 400


class Desk:
    """Data goes to standard output, everything else to standard error; with `--json` both are for machines."""

    def __init__(self, speech: Speech, *, as_json: bool) -> None:
        self.speech = speech
        self.as_json = as_json

    def rows(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int] = ()
    ) -> None:
        """A table on standard output; column headings are templates, `right` are the columns of numbers."""
        from rich import box
        from rich.table import Table

        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
        for index, column in enumerate(columns):
            table.add_column(
                self.speech(column),
                justify="right" if index in right else "left",
                no_wrap=index in right,
                overflow="fold",
            )
        for row in rows:
            table.add_row(*row)
        self._console().print(table, markup=False)

    def show_warnings(self, warnings: Sequence[Diagnostic]) -> None:
        """Warnings go by on standard error, for people."""
        if warnings and not self.as_json:
            self.show_diagnostics(warnings)

    def line(self, text: str = "") -> None:
        """One line of result."""
        print(text)  # noqa: T201 - this is the one place that prints

    def note(self, text: str) -> None:
        """What a person wants to know and a machine does not."""
        if not self.as_json:
            print(text, file=sys.stderr)  # noqa: T201

    def complain(self, text: str) -> None:
        print(text, file=sys.stderr)  # noqa: T201

    def machine(self, value: Mapping[str, Any]) -> None:
        """JSON on standard output; numbers that matter are strings in it, so that no reader rounds them."""
        self.line(json.dumps(value, ensure_ascii=False, indent=2))

    def refuse(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Everything that is wrong; whoever asked for JSON gets it on standard output."""
        if self.as_json:
            self.machine({"diagnostics": [self.diagnostic_as_json(one) for one in diagnostics]})
        else:
            self.show_diagnostics(diagnostics)

    def show_diagnostics(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Each on its own lines with code, place, found, expected and hint, then the count."""
        for one in diagnostics[:DIAGNOSTICS_SHOWN_MAX]:
            self.complain(self.diagnostic_as_text(one))
        hidden = len(diagnostics) - DIAGNOSTICS_SHOWN_MAX
        if hidden > 0:
            self.complain(self.speech(N_("... and {count} more of the kind.")).format(count=hidden))
        errors = sum(one.severity is Severity.ERROR for one in diagnostics)
        counted = self.speech(N_("{errors} errors, {warnings} warnings."))
        self.complain(counted.format(errors=errors, warnings=len(diagnostics) - errors))

    def diagnostic_as_text(self, one: Diagnostic) -> str:
        speech = self.speech
        word = speech(N_("error")) if one.severity is Severity.ERROR else speech(N_("warning"))
        told = [(N_("found"), one.found), (N_("expected"), one.expected)]
        told += [(N_("hint"), one.hint)] if one.hint is not None else []
        lines = [f"{one.code} {one.span}: {word}: {speech(CODES[one.code].title)}"]
        lines += [f"    {speech(name)}: {speech(text)}" for name, text in told]
        also = speech(N_("see also"))
        return "\n".join([*lines, *(f"    {also}: {place}" for place in one.also)])

    def diagnostic_as_json(self, one: Diagnostic) -> dict[str, Any]:
        span, speech = one.span, self.speech
        return {
            "code": one.code, "severity": one.severity.name.lower(), "title": speech(CODES[one.code].title),
            "path": span.path, "sheet": span.sheet, "line": span.line, "column": span.column, "cell": span.cell,
            "found": speech(one.found), "expected": speech(one.expected),
            "hint": speech(one.hint) if one.hint else "",
        }  # fmt: skip

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """A spinner on standard error while something takes longer; nothing where nobody looks."""
        if self.as_json or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(what):
            yield

    @contextmanager
    def steps(self, total: int) -> Iterator[Callable[[str], None]]:
        """A progress bar on standard error with the step being taken, of about so many; nothing where nobody looks."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=total)
            yield lambda what: progress.update(task, description=what, advance=1, refresh=True)

    def _console(self) -> Console:
        from rich.console import Console

        return Console(width=None if sys.stdout.isatty() else FILE_COLUMNS)
