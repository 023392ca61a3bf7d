"""The demo: an invented town, by the same way as a real one - workbooks, import, a late correction, assessment."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import sources
from cli.contract import make_workspace
from cli.data import bring_in
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption
from cli.year import assess_year, cross_checked, keep
from cli.year import report as report_verdicts

if TYPE_CHECKING:
    from rules.contract import Contract
    from targets.workspace import Workspace

N_ = str
# As if reported twelve days ago and corrected today, so that --as-of can show the difference.
DAYS_BEFORE_CORRECTION = timedelta(days=12)


def demo(
    context: typer.Context,
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help=N_("folder for the demo's workspace"))] = Path(
        "demo"
    ),
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    desk.note(desk.speech(N_("An invented town: every place, unit, cadre, figure and event in it is made up.")))
    make_workspace(workspace)
    opened = open_workspace(workspace)
    loaded = sources.load_and_note(desk, opened.contract_files())
    _import_town(desk, opened, [one.contract for one in loaded])
    year = sources.of_workspace(opened, loaded, None, None)
    assessment = assess_year(desk, year)
    check = cross_checked(desk, year, assessment)
    keep(year, assessment, check)
    report_verdicts(desk, assessment, None, check)
    desk.note(
        desk.speech(N_("Next: duixian explain -w {folder} 示例青塘村; duixian show -w {folder} vetoes")).format(
            folder=workspace
        )
    )


def _import_town(desk: Desk, workspace: Workspace, contracts: list[Contract]) -> None:
    """Both workbooks are written and read again; once they are in, a second demo only assesses."""
    from targets.demo import demo_town
    from targets.template import write_workbook

    if workspace.store.batches():
        return
    town, today = demo_town(), date.today()  # noqa: DTZ011 - the office's own day
    batches = (
        ("town-2026.xlsx", town.records, today - DAYS_BEFORE_CORRECTION, N_("first report")),
        ("corrections-2026.xlsx", town.corrections, today, N_("late corrections")),
    )
    for name, records, day, note in batches:
        path = workspace.folder / name
        if not path.exists():
            with desk.busy(desk.speech(N_("writing {path}")).format(path=path)):
                write_workbook(records, contracts, path, None, desk.speech.language.value, desk.speech)
        with desk.busy(desk.speech(N_("reading {path}")).format(path=path)):
            appended = bring_in(desk, workspace, contracts, [path], day, desk.speech(note))
        desk.note(
            desk.speech(N_("{path}: {count} new records")).format(
                path=path, count=appended.total.new + appended.total.superseded
            )
        )
