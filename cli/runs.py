"""From a draft to a sealed run: runs, publish, appeal, decide, seal."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, RunArgument, WhoOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, refuse, say

if TYPE_CHECKING:
    from engine.recorded import StoredResult
    from targets.kept import Appeal, KeptRun
    from targets.runs import Runs

N_ = str
HASH_SHOWN = 12
PUBLICITY_DAYS = 7
STATES = {"draft": N_("draft"), "published": N_("published"), "sealed": N_("sealed")}
RUN_COLUMNS = (
    N_("run"), N_("year"), N_("months"), N_("state"), N_("publicity"), N_("appeals open"), N_("appeals decided"),
    N_("supersedes"), N_("made on"),
)  # fmt: skip
RIGHT = (1, 2, 5, 6)
APPEAL_COLUMNS = (
    N_("appeal"), N_("run"), N_("code"), N_("name"), N_("filed on"), N_("claim"), N_("decision"), N_("decided on"),
    N_("ground"),
)  # fmt: skip


def runs(
    context: typer.Context,
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    store = _runs(workspace, to_write=False)
    kept = store.all()
    if desk.as_json:
        desk.machine({"runs": [as_json(one) for one in kept]})
        return
    desk.rows(desk.speech(N_("runs")), RUN_COLUMNS, [_run_row(desk, one) for one in kept], RIGHT)
    appeals = [row for one in kept if one.appeals for row in _appeal_rows(desk, store, one)]
    if appeals:
        desk.rows(desk.speech(N_("appeals")), APPEAL_COLUMNS, appeals, right=(0,))


def publish(
    context: typer.Context,
    run: RunArgument = None,
    first: Annotated[str | None, typer.Option("--from", help=N_("first day of publicity; today when left out"))] = None,
    until: Annotated[
        str | None, typer.Option("--until", help=N_("last day of publicity; seven days in all when left out"))
    ] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    who: WhoOption = "",
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from targets.sealing import doubts

    desk: Desk = context.obj
    first_day = sources.today() if first is None else sources.day(first, "--from")
    last_day = first_day + timedelta(PUBLICITY_DAYS - 1) if until is None else sources.day(until, "--until")
    store = _runs(workspace)
    published = store.publish(chosen(store, run).name, first_day, last_day, who)
    _report(desk, published)
    desk.show_warnings(list(doubts(published, Span(published.name[:HASH_SHOWN]))))


def appeal(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help=N_("who objects: code or name of somebody assessed"))],
    claim: Annotated[str, typer.Option("--claim", help=N_("what is objected to"))],
    run: Annotated[
        str | None, typer.Option("--run", help=N_("beginning of a run's name; the latest when left out"))
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help=N_("the day it was filed; today when left out"))] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    who: WhoOption = "",
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    filed_on = sources.day_so_far(on, "--on")
    store = _runs(workspace)
    name = chosen(store, run).name
    code = _assessed(names_in(store, name), subject)
    number = store.appeal(name, code, filed_on, claim, who)
    _report_appeal(desk, next(one for one in store.find(name).appeals if one.number == number))


def decide(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=N_("number of the appeal; `duixian runs` lists them"))],
    upheld: Annotated[bool, typer.Option("--upheld/--rejected", help=N_("what was decided"))],
    ground: Annotated[str, typer.Option("--ground", help=N_("the ground on which it was decided"))],
    on: Annotated[str | None, typer.Option("--on", help=N_("the day it was decided; today when left out"))] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    who: WhoOption = "",
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    decided_on = sources.day_so_far(on, "--on")
    decided = _runs(workspace).decide(number, upheld, decided_on, ground, who)
    _report_appeal(desk, decided)
    if upheld:
        desk.note(desk.speech(N_("Next: duixian import the correction, then duixian assess and duixian diff.")))


def seal(
    context: typer.Context,
    run: RunArgument = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    who: WhoOption = "",
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from targets.sealing import without_effect

    desk: Desk = context.obj
    store = _runs(workspace)
    sealed = store.seal(chosen(store, run).name, sources.today(), who)
    _report(desk, sealed)
    desk.show_warnings(list(without_effect(sealed, Span(sealed.name[:HASH_SHOWN]))))


def _runs(workspace: Path, *, to_write: bool = True) -> Runs:
    from targets.workspace import open_workspace

    return open_workspace(workspace, to_write=to_write).store.runs


def chosen(store: Runs, beginning: str | None) -> KeptRun:
    """The run whose name begins so; the latest when none was asked for. Raises Refused (DX708)."""
    return store.latest() if beginning is None else store.find(beginning)


def names_in(store: Runs, run: str) -> dict[str, str]:
    """Whom the run assessed, by code."""
    return dict(stored_result(store, run).names())


def stored_result(store: Runs, run: str) -> StoredResult:
    """What the run came to when it was kept. Raises Refused for a text that is none of ours (DX702)."""
    from engine.recorded import read_result

    place = Span(run[:HASH_SHOWN])
    try:
        return read_result(store.result(run), place)
    except RecursionError:
        # Of the parser: no result of ours is nested so deeply.
        refuse(Diagnostic("DX702", place, say("lists within lists"), say("a result that this program wrote")))


def _assessed(names: dict[str, str], wanted: str) -> str:
    """The code of the one who is called so. Raises Refused for nobody and for several (DX712)."""
    from cli.year import nobody

    codes = [code for code, name in names.items() if wanted in (code, name)]
    if not codes:
        nobody("SUBJECT", wanted, [known for pair in names.items() for known in pair])
    if len(codes) > 1:
        found = say("{name}, the name of {number}", name=wanted, number=len(codes))
        expected = say("one of the codes {codes}", codes=", ".join(sorted(codes)))
        refuse(Diagnostic("DX712", Span("SUBJECT"), found, expected))
    return codes[0]


def _report(desk: Desk, kept: KeptRun) -> None:
    """The step just taken."""
    if desk.as_json:
        desk.machine(as_json(kept))
        return
    desk.rows(desk.speech(N_("run {hash}")).format(hash=kept.name), RUN_COLUMNS, [_run_row(desk, kept)], RIGHT)


def _report_appeal(desk: Desk, one: Appeal) -> None:
    if desk.as_json:
        desk.machine(appeal_as_json(one))
        return
    decision = _decision(desk, one) or desk.speech(N_("not decided yet"))
    told = desk.speech(N_("appeal {number} of {subject}: {decision}"))
    desk.line(told.format(number=one.number, subject=one.subject, decision=decision))


def _run_row(desk: Desk, kept: KeptRun) -> tuple[str, ...]:
    still_open = sum(one.decision is None for one in kept.appeals)
    return (
        kept.name[:HASH_SHOWN], str(kept.run.year), str(kept.run.through), desk.speech(STATES[kept.state]),
        " – ".join(day.isoformat() for day in kept.period or ()), str(still_open), str(len(kept.appeals) - still_open),
        kept.run.supersedes[:HASH_SHOWN], _day(kept).isoformat(),
    )  # fmt: skip


def _day(kept: KeptRun) -> date:
    """By the clock of the office."""
    return kept.created_at.astimezone().date()


def _appeal_rows(desk: Desk, store: Runs, kept: KeptRun) -> list[tuple[str, ...]]:
    names = names_in(store, kept.name)
    return [
        (
            str(one.number), kept.name[:HASH_SHOWN], one.subject, names.get(one.subject, ""),
            one.filed_on.isoformat(), one.claim, _decision(desk, one),
            one.decision.decided_on.isoformat() if one.decision else "", one.decision.ground if one.decision else "",
        )
        for one in kept.appeals
    ]  # fmt: skip


def _decision(desk: Desk, one: Appeal) -> str:
    if one.decision is None:
        return ""
    return desk.speech(N_("appeal upheld")) if one.upheld else desk.speech(N_("appeal rejected"))


def as_json(kept: KeptRun) -> dict[str, object]:
    run = kept.run
    period = [day.isoformat() for day in kept.period] if kept.period else None
    return {
        "run": kept.name, "year": run.year, "through": run.through, "state": kept.state.value, "period": period,
        "supersedes": run.supersedes or None, "superseded_by": list(kept.superseded_by),
        "made_on": _day(kept).isoformat(), "appeals": [appeal_as_json(one) for one in kept.appeals],
        "checks": [{"extent": check.extent.value, "cells": check.cells} for check in kept.checks],
    }  # fmt: skip


def appeal_as_json(one: Appeal) -> dict[str, object]:
    decision = one.decision and {
        "upheld": one.decision.upheld, "decided_on": one.decision.decided_on.isoformat(),
        "ground": one.decision.ground, "who": one.decision.who,
    }  # fmt: skip
    return {
        "appeal": one.number, "run": one.run, "subject": one.subject, "filed_on": one.filed_on.isoformat(),
        "claim": one.claim, "who": one.who, "decision": decision,
    }  # fmt: skip
