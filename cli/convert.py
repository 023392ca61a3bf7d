"""A contract from YAML to a workbook and back: convert."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption
from rules.diagnostic import Diagnostic, Span, refuse, say

if TYPE_CHECKING:
    from rules.load import Loaded

N_ = str
PAGES, WORKBOOKS = (".yaml", ".yml"), (".xlsx",)


def convert(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help=N_("a contract, .yaml or .xlsx"))],
    out: Annotated[Path, typer.Option("--out", help=N_("the file to write: .xlsx from .yaml, .yaml from .xlsx"))],
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from rules.amend import content_hash

    desk: Desk = context.obj
    to_workbook = _is_to_workbook(source, out)
    sources.refuse_existing(out)
    loaded = _to_workbook(desk, source, out) if to_workbook else _to_page(source, out)
    desk.show_warnings(loaded.warnings)
    if desk.as_json:
        warnings = [desk.diagnostic_as_json(one) for one in loaded.warnings]
        digest = content_hash(loaded.contract)
        contract = loaded.contract.contract
        desk.machine({"written": str(out), "contract": contract, "hash": digest, "diagnostics": warnings})
        return
    desk.note(desk.speech(N_("written: {path}")).format(path=out))


def _is_to_workbook(source: Path, out: Path) -> bool:
    suffixes = source.suffix.lower(), out.suffix.lower()
    if suffixes[0] in PAGES and suffixes[1] in WORKBOOKS:
        return True
    if not (suffixes[0] in WORKBOOKS and suffixes[1] in PAGES):
        found = say("{source} to {out}", source=source.name, out=out.name)
        expected = say("a contract from .yaml to .xlsx, or from .xlsx to .yaml")
        refuse(Diagnostic("DX711", Span("--out"), found, expected))
    return False


def _to_workbook(desk: Desk, source: Path, out: Path) -> Loaded:
    from rules.load import load_contract
    from targets.paper import write_paper

    loaded = load_contract(source)
    write_paper(loaded, out, desk.speech.language.value, desk.speech)
    return loaded


def _to_page(source: Path, out: Path) -> Loaded:
    from targets.paper import load_paper, write_page

    loaded = load_paper(source)
    write_page(loaded, out)
    return loaded
