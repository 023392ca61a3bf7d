"""The year's commands: assess, explain, show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli import bulk, checking, sources
from cli.desk import Desk
from cli.options import (
    AsOfOption,
    AssignmentsOption,
    CadresOption,
    ContractsArgument,
    CrossCheckOption,
    DataOption,
    EngineOption,
    HistoryOption,
    IncidentsOption,
    JsonOption,
    LanguageOption,
    OutOption,
    PartiesOption,
    PriorVetoesOption,
    StatesOption,
    TargetsOption,
    TenuresOption,
    ThroughOption,
    WorkspaceOption,
)
from rules.diagnostic import Diagnostic, Span, refuse, say
from targets.engines import EngineName
from targets.run import Extent, RunCheck

if TYPE_CHECKING:
    from engine.assess import Assessment
    from engine.decide import Judged
    from engine.score.derivation import Step
    from engine.verdict import Verdict
    from targets.kept import KeptRun

N_ = str


def assess(
    context: typer.Context,
    contracts: ContractsArgument = None,
    parties: PartiesOption = None,
    data: DataOption = None,
    targets: TargetsOption = None,
    incidents: IncidentsOption = None,
    cadres: CadresOption = None,
    tenures: TenuresOption = None,
    assignments: AssignmentsOption = None,
    states: StatesOption = None,
    prior_vetoes: PriorVetoesOption = None,
    history: HistoryOption = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    through: ThroughOption = None,
    as_of: AsOfOption = None,
    out: OutOption = None,
    engine: EngineOption = None,
    cross_check: CrossCheckOption = True,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    if out is not None:
        sources.refuse_file_as_folder(out)
    files = {
        "parties": parties, "data": data, "targets": targets, "incidents": incidents, "cadres": cadres,
        "tenures": tenures, "assignments": assignments, "states": states, "prior_vetoes": prior_vetoes,
        "history": history,
    }  # fmt: skip
    from engine import inference

    named = {name: path for name, path in files.items() if path is not None}
    if named and bulk.is_bulk(named, engine):
        bulk.assess_files(desk, contracts, named, through, out, engine, cross_check=cross_check)
        return
    year = sources.load(desk, contracts, files, workspace, through, as_of, to_write=True)
    if not inference.available():
        compiled_only(desk, year, out)
        return
    assessment = assess_year(desk, year)
    check = cross_checked(desk, year, assessment, engine) if cross_check else RunCheck(Extent.NONE)
    kept = keep(year, assessment, check)
    report(desk, assessment, out, check)
    if kept is not None and kept.run.supersedes:
        desk.note(desk.speech(N_("supersedes run {hash}")).format(hash=kept.run.supersedes))


def assess_year(desk: Desk, year: sources.Year) -> Assessment:
    from engine.assess import assess as run_assessment

    with desk.busy(desk.speech(N_("assessing"))):
        assessment = run_assessment([one.contract for one in year.contracts], year.snapshot)
    if year.workspace is None:
        return assessment
    # What it supersedes is a part of its name, and of what is shown and kept of it.
    run = year.workspace.store.runs.placed(replace(assessment.run, batch=year.batch))
    return replace(assessment, run=run)


def cross_checked(desk: Desk, year: sources.Year, assessment: Assessment, engine: EngineName | None = None) -> RunCheck:
    """Everything computed a second time by the compiled plan; the first difference is refused."""
    from engine.crosscheck import checked
    from targets.columns.backend import backend

    with desk.busy(desk.speech(N_("cross-checking"))):
        return checked(assessment, [one.contract for one in year.contracts], backend(engine or EngineName.POLARS))


def compiled_only(desk: Desk, year: sources.Year, out: Path | None) -> None:
    """Where the interpreter cannot adjudicate: the compiled plan's verdicts, which no run is kept of."""
    from cli import columnar
    from engine.columnar.judged import judge_year
    from targets.columns.backend import backend
    from targets.columns.of_snapshot import columns_of

    contracts = [one.contract for one in year.contracts]
    engine = backend(EngineName.POLARS)
    with desk.busy(desk.speech(N_("assessing"))):
        judged = judge_year(contracts, columns_of([year.snapshot], contracts, engine), engine)
    named = columnar.names_of(contracts)
    for one in judged:
        table = engine.take(columnar.verdict_frame(desk.speech, one, named(one.contract)))
        columns, rows = list(table), list(zip(*table.values(), strict=True))
        if desk.as_json:
            desk.machine(
                {"contract": one.contract.contract, "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
            )
        else:
            desk.rows(desk.speech.name(one.contract), columns[1:], [row[1:] for row in rows], right=(0, 4, 5))
    if out is not None:
        with desk.steps(len(judged) + 2) as step:
            for path in columnar.write_frames(out, desk.speech, judged, engine, ".csv", step):
                desk.note(desk.speech(N_("written: {path}")).format(path=path))
    desk.note(checking.told(desk, RunCheck(Extent.ONE_EVALUATOR)))


def keep(year: sources.Year, assessment: Assessment, check: RunCheck | None = None) -> KeptRun | None:
    """A draft run in the workspace, with its result and how it was checked; the same run again changes nothing."""
    from cli import results

    if year.workspace is None:
        return None
    result = results.kept_text(assessment)
    return year.workspace.store.runs.save(assessment.run, result, check=check, contracts=year.contracts)


def report(desk: Desk, assessment: Assessment, out: Path | None, check: RunCheck) -> None:
    from cli import results

    record = {**results.as_json(assessment), "cross_check": {"extent": check.extent.value, "cells": check.cells}}
    if desk.as_json:
        desk.machine(record)
    else:
        for judged in assessment.judged:
            _verdict_tables(desk, judged)
        desk.note(desk.speech(N_("run {hash}")).format(hash=assessment.run.name))
        desk.note(checking.told(desk, check))
    if out is not None:
        for path in results.write_results(out, desk.speech, assessment, record):
            desk.note(desk.speech(N_("written: {path}")).format(path=path))


def _verdict_tables(desk: Desk, judged: Judged) -> None:
    """One table a league, best first."""
    from itertools import groupby

    from cli import results

    for league, verdicts in groupby(results.ranked(judged), key=lambda verdict: verdict.league):
        rows = [results.verdict_row(desk.speech, judged, verdict) for verdict in verdicts]
        name = results.kind_name(desk.speech, judged, league) if league else ""
        title = f"{desk.speech.name(judged.contract)}  {name}".rstrip()
        shown = len(results.VERDICT_COLUMNS) - all(verdict[-1] == "" for verdict in rows)
        desk.rows(title, results.VERDICT_COLUMNS[:shown], [row[:shown] for row in rows], right=(0, 4, 5))


def explain(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help=N_("code or name of a party, unit or cadre"))],
    item: Annotated[
        str | None, typer.Option("--item", help=N_("only this item, section, deposit or award, by id or name"))
    ] = None,
    contracts: Annotated[
        list[Path] | None, typer.Option("--contract", help=N_("contract files; those of the workspace when left out"))
    ] = None,
    parties: PartiesOption = None,
    data: DataOption = None,
    targets: TargetsOption = None,
    incidents: IncidentsOption = None,
    cadres: CadresOption = None,
    tenures: TenuresOption = None,
    assignments: AssignmentsOption = None,
    states: StatesOption = None,
    prior_vetoes: PriorVetoesOption = None,
    history: HistoryOption = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    through: ThroughOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from cli import derivation

    desk: Desk = context.obj
    files = {
        "parties": parties, "data": data, "targets": targets, "incidents": incidents, "cadres": cadres,
        "tenures": tenures, "assignments": assignments, "states": states, "prior_vetoes": prior_vetoes,
        "history": history,
    }  # fmt: skip
    year = sources.load(desk, contracts, files, workspace, through, as_of)
    assessment = assess_year(desk, year)
    trees = {one.contract.contract: one.tree for one in year.contracts}
    found = [v for v in assessment.verdicts() if code in (v.subject.code, v.subject.name)]
    if not found:
        nobody("CODE", code, _known(assessment))
    steps = [(verdict.contract, step) for verdict in found for step in derivation.parts_of(verdict.step, item)]
    steps += _steps_of_dues(assessment, {verdict.subject.code for verdict in found}, item)
    if not steps:
        expected = say("the id or name of an item or section on the sheet of {subject}", subject=found[0].subject.name)
        refuse(Diagnostic("DX712", Span("--item"), say("{item}", item=item or ""), expected))
    if desk.as_json:
        desk.machine(
            {"run": assessment.run.name, "steps": [derivation.as_json(desk.speech, step) for _, step in steps]}
        )
        return
    for contract, step in steps:
        for line in derivation.lines(desk.speech, step, trees, contract):
            desk.line(line)


def _steps_of_dues(assessment: Assessment, codes: set[str], clause: str | None) -> list[tuple[str, Step]]:
    """What their verdicts come to, and what they get of somebody else's award; of one clause by id or name, if asked."""
    return [
        (due.contract, due.step)
        for due in assessment.dues
        if not codes.isdisjoint((due.subject, due.payee)) and clause in (None, due.clause, str(due.step.title))
    ]


def _known(assessment: Assessment) -> list[str]:
    return [name for v in assessment.verdicts() for name in (v.subject.code, v.subject.name)]


def nobody(option: str, wanted: str, known: Sequence[str]) -> NoReturn:
    """Refuse a code or name that nobody has, with those that are close to it."""
    from difflib import get_close_matches

    near = get_close_matches(wanted, known, n=3)
    hint = say("close to it: {names}", names=", ".join(near)) if near else None
    expected = say("the code or name of somebody assessed")
    refuse(Diagnostic("DX712", Span(option), say("{code}", code=wanted), expected, hint))


class What(StrEnum):
    """What `show` lists."""

    PARTIES = "parties"
    CADRES = "cadres"
    SECTIONS = "sections"
    ITEMS = "items"
    VETOES = "vetoes"
    DUES = "dues"
    STATISTICS = "statistics"


def show(
    context: typer.Context,
    what: Annotated[
        What, typer.Argument(help=N_("parties, cadres, sections, items, vetoes, dues or statistics"))
    ] = What.PARTIES,
    of: Annotated[str | None, typer.Option("--of", help=N_("only this code or name"))] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    through: ThroughOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    year = sources.load(desk, None, {}, workspace, through, as_of)
    if what is What.STATISTICS:
        from cli import statistics

        statistics.show(desk, year)
        return
    _show_results(desk, assess_year(desk, year), what, of)


def _show_results(desk: Desk, assessment: Assessment, what: What, of: str | None) -> None:
    from cli import results

    if of is not None and not any(of in (v.subject.code, v.subject.name) for v in assessment.verdicts()):
        nobody("--of", of, _known(assessment))
    if what is What.DUES:
        _show_dues(desk, assessment, of)
        return
    for judged in assessment.judged:
        if (what is What.PARTIES and judged.contract.posts) or (what is What.CADRES and not judged.contract.posts):
            continue
        verdicts = [v for v in results.ranked(judged) if of is None or of in (v.subject.code, v.subject.name)]
        columns, rows = _listing(desk, judged, verdicts, what)
        if desk.as_json:
            desk.machine(
                {"contract": judged.contract.contract, "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
            )
        elif rows:
            desk.rows(desk.speech.name(judged.contract), columns, rows)


def _show_dues(desk: Desk, assessment: Assessment, of: str | None) -> None:
    """Of everybody, or what is due for or to one of them."""
    from itertools import groupby

    from cli import dues

    rows = [row for row in dues.due_rows(desk.speech, assessment) if of is None or of in (row[1], row[2], row[5])]
    for contract, mine in groupby(rows, key=lambda row: row[0]):
        listed = [row[1:] for row in mine]
        if desk.as_json:
            named = [dict(zip(dues.COLUMNS[1:], row, strict=True)) for row in listed]
            desk.machine({"contract": contract, "rows": named})
        else:
            title = next(one.contract for one in assessment.judged if one.contract.contract == contract)
            desk.rows(desk.speech.name(title), dues.COLUMNS[1:], listed, right=(5,))


def _listing(
    desk: Desk, judged: Judged, verdicts: list[Verdict], what: What
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from cli import results

    match what:
        case What.SECTIONS:
            return results.SECTION_COLUMNS, [
                row for v in verdicts for row in results.section_rows(desk.speech, judged, v)
            ]
        case What.ITEMS:
            return results.ITEM_COLUMNS, [row for v in verdicts for row in results.item_rows(desk.speech, judged, v)]
        case What.VETOES:
            return results.VETO_COLUMNS, [row for v in verdicts for row in results.veto_rows(desk.speech, v)]
        case _:
            return results.VERDICT_COLUMNS, [results.verdict_row(desk.speech, judged, v) for v in verdicts]
