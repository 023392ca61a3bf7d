"""The options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import Language
from targets.engines import EngineName

N_ = str

WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help=N_("the town's workspace folder"))]
JsonOption = Annotated[bool, typer.Option("--json", help=N_("for machines: JSON with decimal strings"))]
LanguageOption = Annotated[
    Language | None, typer.Option("--lang", help=N_("language: zh or en; by locale when left out"))
]
ThroughOption = Annotated[str | None, typer.Option("--through", help=N_("the last period that is due, such as 2026Q3"))]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help=N_("as the records stood on that day, such as 2027-01-10"))
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help=N_("folder for the result files; earlier results in it are replaced"))
]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(
        "--engine", help=N_("run the compiled plan over the files: polars, duckdb (larger than memory) or spark")
    ),
]
CrossCheckOption = Annotated[
    bool,
    typer.Option(
        "--cross-check/--no-cross-check", help=N_("hold both evaluators against each other; recorded in the run")
    ),
]
ContractsArgument = Annotated[
    list[Path] | None, typer.Argument(help=N_("contract files; those of the workspace when left out"))
]


RunArgument = Annotated[
    str | None,
    typer.Argument(help=N_("beginning of a run's name, as `duixian runs` lists it; the latest when left out")),
]
WhoOption = Annotated[str, typer.Option("--who", help=N_("who does this, kept with it"))]


def table_option(name: str) -> typer.models.OptionInfo:
    """An option naming a plain CSV file of one table."""
    option: typer.models.OptionInfo = typer.Option(f"--{name.replace('_', '-')}", help=N_("a CSV file of that table"))
    return option


PartiesOption = Annotated[Path | None, table_option("parties")]
DataOption = Annotated[Path | None, table_option("data")]
TargetsOption = Annotated[Path | None, table_option("targets")]
IncidentsOption = Annotated[Path | None, table_option("incidents")]
CadresOption = Annotated[Path | None, table_option("cadres")]
TenuresOption = Annotated[Path | None, table_option("tenures")]
AssignmentsOption = Annotated[Path | None, table_option("assignments")]
StatesOption = Annotated[Path | None, table_option("states")]
PriorVetoesOption = Annotated[Path | None, table_option("prior_vetoes")]
HistoryOption = Annotated[Path | None, table_option("history")]
