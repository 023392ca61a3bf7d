"""What stands in the way of sealing a run, all of it (docs/decisions/0011-ledger.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from rules.diagnostic import Diagnostic, Span, say
from targets.kept import IN_WORDS, KeptRun, RunState, lineage

WHOLE_YEAR = 12
CORRECT_HINT = say("record the correction, then `duixian assess`: the new run supersedes this one")


def obstacles(kept: KeptRun, runs: Iterable[KeptRun], today: date, place: Span) -> Iterator[Diagnostic]:
    """A diagnostic for each reason. `runs` are all of the store."""
    known = tuple(runs)
    yield from _of_publicity(kept, today, place)
    yield from _of_appeals(kept, place)
    yield from _of_published_runs(kept, known, place)
    if kept.run.through != WHOLE_YEAR:
        found = say("assessed through month {month} of the year", month=kept.run.through)
        yield Diagnostic("DX714", place, found, say("the whole year, through month {month}", month=WHOLE_YEAR))
    yield from _of_other_runs(kept, known, place)
    if not kept.cross_checked:
        hint = say("`duixian assess` without --no-cross-check, under Python 3.11 or 3.12")
        found = say("run {name}, which no cross-check has confirmed", name=kept.name)
        yield Diagnostic("DX715", place, found, say("both evaluators agreed on every cell"), hint)


def doubts(kept: KeptRun, place: Span) -> Iterator[Diagnostic]:
    """What stands in nobody's way and should be looked at: a period that begins before the run was made."""
    # By the clock of the office, which is where the notice hangs.
    made = kept.created_at.astimezone().date()
    if kept.period is not None and kept.period[0] < made:
        found = say(
            "published from {first}; the run was made on {made}",
            first=kept.period[0].isoformat(),
            made=made.isoformat(),
        )
        yield Diagnostic("DX725", place, found, say("a first day of publicity on which the run was there"))


def without_effect(kept: KeptRun, place: Span) -> Iterator[Diagnostic]:
    """Appeals that were upheld and after which the assessment came to the very same: nothing was put right."""
    for appeal in kept.appeals:
        if appeal.upheld:
            found = say("appeal {number} of {subject}, upheld", number=appeal.number, subject=appeal.subject)
            expected = say("a correction that changes what the run is made from")
            yield Diagnostic("DX726", place, found, expected, CORRECT_HINT)


def _of_publicity(kept: KeptRun, today: date, place: Span) -> Iterator[Diagnostic]:
    if kept.period is None:
        expected = say("run {name} published first: `duixian publish`", name=kept.name)
        found = say("{old} to {new}", old=IN_WORDS[kept.state], new=IN_WORDS[RunState.SEALED])
        yield Diagnostic("DX709", place, found, expected)
    elif today <= kept.period[1]:
        found = say(
            "published until {last}; today is {today}", last=kept.period[1].isoformat(), today=today.isoformat()
        )
        yield Diagnostic("DX714", place, found, say("a publicity period whose last day is over"))


def _of_appeals(kept: KeptRun, place: Span) -> Iterator[Diagnostic]:
    yield from _open_appeals(kept, place)
    for appeal in kept.appeals if kept.decided_since else ():
        if appeal.upheld:
            found = say("appeal {number} of {subject}, upheld", number=appeal.number, subject=appeal.subject)
            yield Diagnostic("DX714", place, found, say("a corrected run"), CORRECT_HINT)


def _of_published_runs(kept: KeptRun, runs: tuple[KeptRun, ...], place: Span) -> Iterator[Diagnostic]:
    """What was objected to any run of the year that people saw is decided first, and what was upheld is in this one; and none of
    them knew more than this one, a look back at an earlier day."""
    corrected = lineage(kept.name, runs)
    for other in runs:
        same = (other.run.year, other.run.through) == (kept.run.year, kept.run.through)
        if other.name == kept.name or other.state is RunState.DRAFT or not same:
            continue
        if not other.sealed:
            yield from _open_appeals(other, place)
        for appeal in other.appeals:
            if appeal.decision is not None and appeal.upheld and appeal.decision.happened_at > kept.made_last:
                found = say("appeal {number} of {subject}, upheld", number=appeal.number, subject=appeal.subject)
                yield Diagnostic("DX714", place, found, say("a run assessed after that"), CORRECT_HINT)
        if other.run.batch > kept.run.batch and other.name not in corrected:
            found = say("run {name}, published, which knew more", name=other.name)
            yield Diagnostic("DX714", place, found, say("no look back at an earlier day"), CORRECT_HINT)


def _open_appeals(kept: KeptRun, place: Span) -> Iterator[Diagnostic]:
    for appeal in kept.appeals:
        if appeal.decision is None:
            found = say("appeal {number} of {subject}, not decided", number=appeal.number, subject=appeal.subject)
            hint = say("`duixian decide {number}` records what was decided", number=appeal.number)
            yield Diagnostic("DX714", place, found, say("every appeal decided"), hint)


def _of_other_runs(kept: KeptRun, runs: tuple[KeptRun, ...], place: Span) -> Iterator[Diagnostic]:
    for other in runs:
        if other.run.supersedes == kept.name and _in_force(other, kept):
            hint = say("seal that one; if what it was assessed from is wrong, put it right and assess again")
            found = say("superseded by run {name}", name=other.name)
            yield Diagnostic("DX714", place, found, say("a run that no other supersedes"), hint)
    corrected = lineage(kept.name, runs)
    for other in runs:
        if other.sealed and other.run.year == kept.run.year and other.name not in corrected:
            found = say("run {name} of {year}, sealed already", name=other.name, year=other.run.year)
            expected = say("no sealed run of the year that this one does not supersede")
            yield Diagnostic("DX714", place, found, expected)


def _in_force(other: KeptRun, kept: KeptRun) -> bool:
    """A draft no longer is, once the run itself was assessed again after it: the correction had been taken back."""
    later = other.last_number(RunState.DRAFT) > kept.last_number(RunState.DRAFT)
    return later or other.state is not RunState.DRAFT
