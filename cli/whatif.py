"""Before a contract is signed: what if it said something else? The same records under the scenarios of a file, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import checking, sources
from cli.desk import Desk
from cli.options import AsOfOption, CrossCheckOption, JsonOption, LanguageOption, ThroughOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, refuse, say
from rules.wording import did_you_mean, listed
from targets.run import Extent, RunCheck

if TYPE_CHECKING:
    from cli.differing import Words
    from cli.scenario_tables import Compared
    from engine.assess import Assessment
    from rules.load import Loaded
    from rules.overlay import Overlaid
    from rules.scenario import LoadedScenarios

N_ = str
MOVERS_SHOWN_MAX = 15


def whatif(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=N_("the scenarios, .yaml"))],
    only: Annotated[str | None, typer.Option("--only", help=N_("only the scenario of that id"))] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=N_("write everything to a new file: .xlsx, .csv (who moves) or .json"))
    ] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    through: ThroughOption = None,
    as_of: AsOfOption = None,
    cross_check: CrossCheckOption = True,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from rules.overlay import overlay
    from rules.scenario import load_scenarios

    desk: Desk = context.obj
    if out is not None:
        _refuse_out(out)
    scenarios = load_scenarios(file)
    year = sources.load(desk, scenarios.contract_files() or None, {}, workspace, through, as_of)
    laid = chosen(scenarios, overlay(scenarios, year.contracts), only)
    desk.show_warnings([warning for one in laid for warning in one.warnings])
    compared, check = _compared(desk, year, scenarios, laid, cross_check=cross_check)
    words = _words(desk, year, compared)
    _show(desk, words, compared, everything=out is not None)
    desk.note(checking.told(desk, check))
    if out is not None:
        from cli import scenario_files

        written = scenario_files.write(out, words, compared)
        desk.note(desk.speech(N_("written: {path}")).format(path=written))


def _refuse_out(out: Path) -> None:
    """Known before anything is computed."""
    endings = (".xlsx", ".csv", ".json")
    if out.suffix.lower() not in endings:
        found, expected = (
            say("the ending {ending}", ending=out.suffix or "-"),
            say("one of {endings}", endings=", ".join(endings)),
        )
        refuse(Diagnostic("DX711", Span(str(out)), found, expected))
    sources.refuse_existing(out)


def chosen(scenarios: LoadedScenarios, laid: Sequence[Overlaid], only: str | None) -> list[Overlaid]:
    """All, or the one that is asked for. Raises Refused for none of that id (DX712)."""
    if only is None:
        return list(laid)
    ids = [one.id for one in scenarios.file.compare]
    if only not in ids:
        expected = say("one of {words}", words=listed(ids))
        refuse(Diagnostic("DX712", Span("--only"), say("{code}", code=only), expected, did_you_mean(only, ids)))
    return [one for one in laid if one.scenario.id == only]


def _compared(
    desk: Desk, year: sources.Year, scenarios: LoadedScenarios, laid: Sequence[Overlaid], *, cross_check: bool
) -> tuple[Compared, RunCheck]:
    """The records judged under each scenario, by both evaluators, and held against the contracts as they are."""
    from cli.scenario_tables import Compared
    from engine.whatif import picture, what_if

    checks: list[RunCheck] = []
    with desk.steps((len(laid) + 1) * (1 + cross_check)) as step:

        def judged(contracts: Sequence[Loaded], name: str) -> Assessment:
            assessment, check = _judged(desk, year, contracts, name, step, cross_check=cross_check)
            checks.append(check)
            return assessment

        base = judged(year.contracts, desk.speech(N_("as it is")))
        found = []
        for one in laid:
            after = judged(one.contracts, desk.speech.name(one.scenario)) if one.touches else base
            found.append((one, what_if(base, after, one.touches)))
    return Compared(scenarios, year.contracts, picture(base), found), _together(checks)


def _judged(
    desk: Desk,
    year: sources.Year,
    contracts: Sequence[Loaded],
    name: str,
    step: Callable[[str], None],
    *,
    cross_check: bool,
) -> tuple[Assessment, RunCheck]:
    from engine.assess import assess
    from engine.crosscheck import checked
    from targets.columns.backend import backend
    from targets.engines import EngineName

    texts = [one.contract for one in contracts]
    step(desk.speech(N_("assessing: {name}")).format(name=name))
    assessment = assess(texts, year.snapshot)
    if not cross_check:
        return assessment, RunCheck(Extent.NONE)
    step(desk.speech(N_("cross-checking: {name}")).format(name=name))
    return assessment, checked(assessment, texts, backend(EngineName.POLARS))


def _together(checks: Sequence[RunCheck]) -> RunCheck:
    """All cells, unless one of the scenarios could not be checked."""
    unlike = next((one for one in checks if one.extent is not Extent.ALL), None)
    return unlike or RunCheck(Extent.ALL, sum(one.cells for one in checks))


def _words(desk: Desk, year: sources.Year, compared: Compared) -> Words:
    from cli.differing import Words

    records = year.snapshot.records
    names = {party.code: party.name for party in records.parties} | {one.code: one.name for one in records.cadres}
    sides = [year.contracts, *(laid.contracts for laid, _ in compared.found)]
    return Words(desk.speech, names, [one.contract for side in sides for one in side])


def _show(desk: Desk, words: Words, compared: Compared, *, everything: bool) -> None:
    """Side by side, then who moves in each scenario. `everything` goes to a file, so that no more is said than fits."""
    from cli import scenario_tables as tables

    if desk.as_json:
        desk.machine(tables.as_json(words, compared))
        return
    heads = tables.headings(words, compared)
    numbers = range(1, len(heads))
    for contract in compared.judged():
        desk.rows(words.title(contract), heads, list(tables.standing_rows(words, compared, contract)), right=numbers)
    desk.rows(desk.speech(N_("money")), heads, list(tables.money_rows(words, compared)), right=numbers)
    for laid, found in compared.found:
        name = desk.speech.name(laid.scenario)
        rows = list(tables.mover_rows(words, compared, laid, found))
        if not rows:
            desk.line(desk.speech(N_("{name}: nobody moves")).format(name=name))
            continue
        title = desk.speech(N_("{name}: who moves")).format(name=name)
        desk.rows(title, tables.MOVER_COLUMNS[1:], [row[1:] for row in rows[:MOVERS_SHOWN_MAX]])
        hidden = len(rows) - MOVERS_SHOWN_MAX
        if hidden > 0 and not everything:
            desk.note(desk.speech(N_("... and {count} more; all of them with --out")).format(count=hidden))
