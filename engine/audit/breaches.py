"""The rules of sealing, asked once more of a run that is sealed: as things were then, by the order of the trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from rules.diagnostic import Span, Text
from targets.kept import KeptRun, RunEvent, RunState
from targets.ledger import EntryKind, Voucher, sealed_hashes
from targets.run import Extent, RunCheck
from targets.sealing import obstacles
from targets.trail import Trail


def breaches_of(
    kept: KeptRun, vouchers: Sequence[Voucher], runs: Sequence[KeptRun], trail: Trail, doubted: frozenset[str]
) -> tuple[Text, ...]:
    """What stood in the way of sealing it when it was sealed: what came later does not count, for or against. What is in doubt
    counts for the run: `doubted` are the tables whose rows no longer tell of its steps."""
    sealed = next(event for event in reversed(kept.events) if event.state is RunState.SEALED)
    days = [one.entry.day for one in vouchers if one.entry.kind is EntryKind.SEAL and one.entry.run == kept.name]
    day = days[0] if days else sealed.happened_at.date()
    before = _Before(vouchers, trail, kept.name, sealed)
    then = before.as_it_was(kept)
    if "run_check" in doubted:
        then = replace(then, checks=(*then.checks, RunCheck(Extent.ALL)))
    if doubted & {"appeal", "appeal_decision"}:
        then = replace(then, appeals=())
    if "run_event" in doubted:
        long_ago = RunEvent(0, RunState.PUBLISHED, then.created_at, "", date.min, date.min)
        then = replace(then, events=(*then.events, long_ago))
    others = [before.as_it_was(one) for one in runs if kept.name not in (one.run.supersedes, one.name)]
    return tuple(one.found for one in obstacles(then, [then, *others], day, Span("run")))


class _Before:
    """What was there when a run was sealed: by the trail, whose order nobody's clock makes; for a seal that names no link, by
    the time."""

    def __init__(self, vouchers: Sequence[Voucher], trail: Trail, run: str, sealed: RunEvent) -> None:
        seals = [one.entry for one in vouchers if one.entry.kind is EntryKind.SEAL and one.entry.run == run]
        named = sealed_hashes(seals[0])[1] if seals else ""
        links = trail.links
        self._sealed = sealed
        self._last = next((one.number for one in links if named and one.hash == named), 0)
        self._numbers = {(one.kept, one.key): one.number for one in reversed(links)}
        self._checks: dict[str, list[int]] = defaultdict(list)
        for one in links:
            if one.kept == "run_check":
                self._checks[one.run].append(one.number)

    def as_it_was(self, one: KeptRun) -> KeptRun:
        appeals = tuple(
            each
            if each.decision is None or self._was_there("appeal_decision", each.number, each.decision.happened_at)
            else replace(each, decision=None)
            for each in one.appeals
            if self._was_there("appeal", each.number, each.happened_at)
        )
        events = tuple(each for each in one.events if each.number < self._sealed.number)
        checks = one.checks
        if self._last:
            later = sum(number > self._last for number in self._checks[one.name])
            checks = checks[: len(checks) - later]
        return replace(one, appeals=appeals, events=events, checks=checks)

    def _was_there(self, table: str, key: int, happened_at: datetime) -> bool:
        if self._last:
            return self._numbers.get((table, str(key)), 0) < self._last
        return happened_at <= self._sealed.happened_at
