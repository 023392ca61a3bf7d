"""Commands about contracts: init, check, schema, template."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, WorkspaceOption

N_ = str
SHIPPED = ("village", "unit", "cadre")


def init(
    context: typer.Context,
    workspace: WorkspaceOption = sources.WORKSPACE,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", help=N_("keep the records in PostgreSQL, at an address like postgresql://user@host/town")
        ),
    ] = None,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    made, copied = make_workspace(workspace, database)
    if desk.as_json:
        desk.machine({"workspace": str(made), "contracts": [str(path) for path in copied]})
        return
    desk.line(desk.speech(N_("workspace: {path}")).format(path=made))
    for path in copied:
        desk.line(desk.speech(N_("contract: {path}")).format(path=path))
    desk.note(desk.speech(N_("Next: duixian template, fill the workbook in, then duixian import and duixian assess.")))


def make_workspace(folder: Path, url: str | None = None) -> tuple[Path, list[Path]]:
    """The workspace with the shipped contracts in it; a contract that is already there is left as it is."""
    from importlib.resources import files

    from targets.workspace import create

    workspace = create(folder, url)
    copied = []
    for name in SHIPPED:
        shipped = files("rules") / "library" / "family_health" / f"{name}.yaml"
        path = workspace.contracts_folder / f"family_health_{name}.yaml"
        if not path.exists():
            partial = path.with_suffix(".part")
            with shipped.open("rb") as source, partial.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            partial.replace(path)
            copied.append(path)
    return workspace.folder, copied


def auditor(
    context: typer.Context,
    role: Annotated[str, typer.Argument(help=N_("name of the role in PostgreSQL"))] = "auditor",
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from targets.auditor import let_read
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    let_read(open_workspace(workspace).database, role)
    desk.note(desk.speech(N_("{role} can read this workspace and nothing else")).format(role=role))


def check(
    context: typer.Context,
    contracts: Annotated[list[Path], typer.Argument(help=N_("contract files"))],
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from rules.amend import content_hash
    from rules.load import load_contracts

    desk: Desk = context.obj
    loaded = load_contracts(contracts)
    warnings = [warning for one in loaded for warning in one.warnings]
    if desk.as_json:
        desk.machine(
            {
                "contracts": [
                    {"contract": one.contract.contract, "hash": content_hash(one.contract)} for one in loaded
                ],
                "diagnostics": [desk.diagnostic_as_json(warning) for warning in warnings],
            }
        )
        return
    desk.show_warnings(warnings)
    for one in loaded:
        title, digest = desk.speech.name(one.contract), content_hash(one.contract)
        told = desk.speech(N_("{title}, version {version}: sound. hash {hash}"))
        desk.line(told.format(title=title, version=one.contract.version, hash=digest))


def schema(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", help=N_("a file; standard output when left out"))] = None,
    scenario: Annotated[bool, typer.Option("--scenario", help=N_("of files of scenarios instead"))] = False,
    lang: LanguageOption = None,
) -> None:
    import json as encoder

    from rules.contract import Contract
    from rules.scenario import Scenarios

    desk: Desk = context.obj
    record = Scenarios if scenario else Contract
    text = encoder.dumps(record.model_json_schema(by_alias=True), ensure_ascii=False, indent=2)
    if out is None:
        desk.line(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        desk.note(desk.speech(N_("written: {path}")).format(path=out))


def template(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help=N_("the workbook to write, .xlsx"))],
    contracts: Annotated[
        list[Path] | None, typer.Option("--contract", help=N_("contract files; those of the workspace when left out"))
    ] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from targets.snapshot import Records
    from targets.template import write_template
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    known = Records()
    if contracts is None:
        opened = open_workspace(workspace, to_write=False)
        contracts, known = list(opened.contract_files()), opened.store.as_of()
    loaded = sources.load_and_note(desk, contracts)
    year = loaded[0].contract.year
    sources.refuse_existing(out)
    write_template([one.contract for one in loaded], known, out, year, desk.speech.language.value, desk.speech)
    desk.note(desk.speech(N_("written: {path}")).format(path=out))
