"""A workbook of a contract to the contract, by the same loading and the same checks as a file of YAML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rules.diagnostic import Diagnostic, Refused, Span, refuse_if_any, say
from rules.load import Loaded, contract_of
from targets.intake.grid import Grid
from targets.intake.xlsx import read_grids
from targets.paper.growth import Growth
from targets.paper.layout import Sheet, is_pairs, sheet_called, sheets
from targets.paper.rows import read_pairs, read_rows
from targets.paper.told import in_words_of_the_sheet, with_half_width
from targets.paper.words import PAIRS
from targets.tables import is_not_data


def load_paper(path: Path) -> Loaded:
    """The contract in a workbook. Raises Refused with everything that is wrong with it, each at its cell."""
    warnings: list[Diagnostic] = []
    grids = _known(read_grids(path), warnings)
    growth = Growth(str(path), next((grid.whole for grid, sheet in grids if sheet is None), Span(str(path))))
    for grid, sheet in grids:
        if sheet is None:
            read_pairs(grid, growth)
    for one in sheets():
        for grid, sheet in grids:
            if sheet is one:
                read_rows(grid, one, growth)
    loaded = _loaded(growth, warnings)
    return replace(loaded, warnings=(*warnings, *loaded.warnings))


def _known(grids: tuple[Grid, ...], warnings: list[Diagnostic]) -> list[tuple[Grid, Sheet | None]]:
    """The sheets that say something about the contract; None stands for the one of pairs."""
    found: list[tuple[Grid, Sheet | None]] = []
    for grid in grids:
        sheet = sheet_called(grid.sheet)
        known = sheet is not None or is_pairs(grid.sheet)
        if is_not_data(grid.sheet):
            continue
        if grid.hidden and known:
            hint = say("show the sheet if it is to be imported, or delete it")
            warnings.append(Diagnostic("DX511", grid.whole, say("a hidden sheet"), say("visible sheets"), hint))
        elif known:
            found.append((grid, sheet))
        elif grid.rows:
            found_text, expected = say("a sheet that is none of the tables"), say("a table, see docs/convert.md")
            warnings.append(Diagnostic("DX510", grid.whole, found_text, expected))
    if not found and grids:
        expected = say("at least one of {titles}", titles="、".join((PAIRS.zh, *(one.title.zh for one in sheets()))))
        raise Refused([Diagnostic("DX517", Span(grids[0].path), say("no table"), expected), *warnings])
    return found


def _loaded(growth: Growth, warnings: list[Diagnostic]) -> Loaded:
    """A row with a cell that was not taken may lack its key; what follows from that is not said."""
    faults = [with_half_width(fault, growth) for fault in growth.faults]
    try:
        loaded = contract_of(growth.tree)
    except Refused as refused:
        broken = {_row(fault) for fault in faults}
        told = (in_words_of_the_sheet(fault, growth) for fault in refused.diagnostics)
        rest = [
            fault
            for fault in told
            if not broken or (_is_of_shape(fault) and (fault.code != "DX102" or _row(fault) not in broken))
        ]
        raise Refused([*faults, *rest, *warnings]) from None
    refuse_if_any([*faults, *warnings])
    return loaded


def _is_of_shape(fault: Diagnostic) -> bool:
    return fault.code.startswith(("DX0", "DX1"))


def _row(fault: Diagnostic) -> tuple[str, int]:
    return fault.span.sheet, fault.span.line
