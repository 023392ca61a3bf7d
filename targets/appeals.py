"""Appeals (申诉) as they are kept: filed against a published run, decided once, with a ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from sqlalchemy import ColumnElement, Connection, func, select

from rules.diagnostic import Diagnostic, Span, refuse, refuse_if_any, say
from targets import keeping
from targets.damage import ReadsRows, as_damage, whole_rows
from targets.kept import IN_WORDS, Appeal, Decision, KeptRun, RunState
from targets.rows import is_plain_text, visible
from targets.schema import Table

_APPEAL, _DECISION = (Table.metadata.tables[name] for name in ("appeal", "appeal_decision"))


def file_appeal(connection: Connection, place: Span, kept: KeptRun, appeal: Appeal) -> int:
    """Keep it under the next number, which is returned; what its own says is not looked at.

    Raises Refused when the run is not published, the day lies before its period, or nothing is claimed (DX716).
    """
    refuse_if_any(_faults_of_filing(kept, appeal, place))
    number = int(connection.execute(select(func.coalesce(func.max(_APPEAL.c.id), 0) + 1)).scalar_one())
    row = {"id": number, "run": kept.name, "subject": appeal.subject, "filed_on": appeal.filed_on}
    row |= {"claim": appeal.claim, "happened_at": appeal.happened_at, "who": appeal.who}
    keeping.write(connection, "appeal", [row], kept.name)
    return number


def _faults_of_filing(kept: KeptRun, appeal: Appeal, place: Span) -> Iterator[Diagnostic]:
    if kept.state is not RunState.PUBLISHED:
        found = say("run {name}: {state}", name=kept.name, state=IN_WORDS[kept.state])
        yield Diagnostic("DX716", place, found, say("a run that is published and not yet sealed"))
    elif kept.period is not None and appeal.filed_on < kept.period[0]:
        expected = say("{day}, the first day of publicity, or later", day=kept.period[0].isoformat())
        yield Diagnostic("DX716", place, say("filed on {day}", day=appeal.filed_on.isoformat()), expected)
    if not appeal.claim.strip():
        yield Diagnostic("DX716", place, say("an appeal that claims nothing"), say("what is objected to"))
    yield from unstorable_texts(place, appeal.subject, appeal.claim, appeal.who)


def decide_appeal(connection: Connection, place: Span, number: int, decision: Decision) -> Appeal:
    """Keep what was decided. Raises Refused for a number that there is not, twice, before it was filed, or without a ground."""
    appeal = _one(connection, number)
    if appeal is None:
        _refuse_unknown(place, number)
    refuse_if_any(_faults_of_deciding(appeal, decision, place))
    row = {"appeal": number, "upheld": decision.upheld, "decided_on": decision.decided_on}
    row |= {"ground": decision.ground, "happened_at": decision.happened_at, "who": decision.who}
    keeping.write(connection, "appeal_decision", [row], appeal.run)
    decided = _one(connection, number)
    assert decided is not None
    return decided


def _faults_of_deciding(appeal: Appeal, decision: Decision, place: Span) -> Iterator[Diagnostic]:
    if appeal.decision is not None:
        found = say(
            "appeal {number}, decided on {day}", number=appeal.number, day=appeal.decision.decided_on.isoformat()
        )
        hint = say("whoever does not agree appeals again")
        yield Diagnostic("DX716", place, found, say("an appeal that is not decided yet"), hint)
    if decision.decided_on < appeal.filed_on:
        expected = say("{day}, the day it was filed, or later", day=appeal.filed_on.isoformat())
        yield Diagnostic("DX716", place, say("decided on {day}", day=decision.decided_on.isoformat()), expected)
    if not decision.ground.strip():
        yield Diagnostic("DX716", place, say("a decision without a ground"), say("the ground on which it was decided"))
    yield from unstorable_texts(place, decision.ground, decision.who)


def load_appeals(
    connection: Connection, names: Sequence[str], read: ReadsRows = whole_rows
) -> dict[str, tuple[Appeal, ...]]:
    """Those against each run, in the order they were filed."""
    by_run: dict[str, tuple[Appeal, ...]] = {}
    for appeal in _appeals(connection, _APPEAL.c.run.in_(names), read):
        by_run[appeal.run] = (*by_run.get(appeal.run, ()), appeal)
    return by_run


def _one(connection: Connection, number: int) -> Appeal | None:
    return next(iter(_appeals(connection, _APPEAL.c.id == number)), None)


@as_damage("appeal")
def _appeals(connection: Connection, which: ColumnElement[bool], read: ReadsRows = whole_rows) -> list[Appeal]:
    made = select(_DECISION).join(_APPEAL).where(which)
    decisions = dict(
        read(
            connection,
            made,
            lambda row: (row.appeal, Decision(row.upheld, row.decided_on, row.ground, row.happened_at, row.who)),
        )
    )
    return read(
        connection,
        select(_APPEAL).where(which).order_by(_APPEAL.c.id),
        lambda row: Appeal(
            row.id, row.run, row.subject, row.filed_on, row.claim, row.happened_at, row.who, decisions.get(row.id)
        ),
    )


def unstorable_texts(place: Span, *texts: str) -> Iterator[Diagnostic]:
    for written in texts:
        if not is_plain_text(written):
            expected = say("text without control code 0 and broken characters")
            yield Diagnostic("DX706", place, say("{found}", found=visible(written)), expected)


def _refuse_unknown(place: Span, number: int) -> NoReturn:
    expected = say("the number of an appeal that was filed")
    hint = say("`duixian runs` lists them")
    refuse(Diagnostic("DX716", place, say("appeal {number}", number=number), expected, hint))
