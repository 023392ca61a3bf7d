"""The kept runs computed again from their own texts and records, as the audit needs them: never refused, always told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from rules.diagnostic import Refused, Span, Text

if TYPE_CHECKING:
    from engine.assess import Assessment
    from engine.audit.entitlement import Carried
    from engine.audit.finding import Finding
    from engine.audit.replay import ContractCopy
    from engine.audit.settled import RunRecord
    from rules.load import Loaded
    from targets.kept import KeptRun, RunEvent
    from targets.ledger import Voucher
    from targets.store import Standing
    from targets.workspace import Workspace


NOT_OF_THE_RECORD = frozenset({"DX703", "DX704", "DX710", "DX722"})
"""The database cannot be reached, or the interpreter does not run here: that says nothing about what is kept."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A kept run; `assessment` is what follows from what is kept of it, None where that is no longer what it is named for, or
    nobody asks for it any more. `proved` while it still is what it is named for."""

    kept: KeptRun
    contracts: tuple[Loaded, ...]
    assessment: Assessment | None
    result_hash: str
    finding: Finding | None
    proved: bool = False


def proof_of(workspace: Workspace, kept: KeptRun) -> Proof:
    """The run computed again. What is wrong with its texts, records or result is its finding."""
    from cli.replay import recomputed
    from cli.results import kept_text
    from engine.audit.replay import Replay, proves, replay_finding

    try:
        again = recomputed(workspace, kept)
        stored = workspace.store.runs.result(kept.name)
    except Refused as refused:
        if refused.diagnostics[0].code in NOT_OF_THE_RECORD:
            raise
        replay = Replay(refused=refused.diagnostics[0].found)
        return Proof(kept, (), None, "", replay_finding(kept, "", replay))
    run, result = again.assessment.run, kept_text(again.assessment)
    replay = Replay(run.contracts_hash, run.data_hash, result)
    holds = proves(kept, replay)
    digest = sha256(result.encode()).hexdigest() if holds else ""
    told = replay_finding(kept, stored, replay)
    return Proof(kept, again.contracts, again.assessment if holds else None, digest, told, proved=holds)


def record_of(proof: Proof, standing: Standing, doubted: frozenset[str] = frozenset()) -> RunRecord:
    """The run as the ledger is held against it. `doubted` are the tables whose rows no longer tell of its steps."""
    from engine.audit.settled import RunRecord

    kept = proof.kept
    dues = None if proof.assessment is None else proof.assessment.dues
    breaches = breaches_of(kept, standing, doubted) if kept.sealed else ()
    return RunRecord(kept.name, kept.run.year, kept.sealed, kept.run.supersedes, breaches, proof.result_hash, dues)


def breaches_of(kept: KeptRun, standing: Standing, doubted: frozenset[str] = frozenset()) -> tuple[Text, ...]:
    """What stood in the way of sealing it when it was sealed: what came later does not count, for or against. What is in doubt
    counts for the run."""
    from targets.kept import RunEvent, RunState
    from targets.ledger import EntryKind
    from targets.run import Extent, RunCheck
    from targets.sealing import obstacles

    sealed = next(event for event in reversed(kept.events) if event.state is RunState.SEALED)
    days = [
        one.entry.day for one in standing.vouchers if one.entry.kind is EntryKind.SEAL and one.entry.run == kept.name
    ]
    day = days[0] if days else sealed.happened_at.date()
    before = _Before(standing, kept.name, sealed)
    then = before.as_it_was(kept)
    if "run_check" in doubted:
        then = replace(then, checks=(*then.checks, RunCheck(Extent.ALL)))
    if doubted & {"appeal", "appeal_decision"}:
        then = replace(then, appeals=())
    if "run_event" in doubted:
        long_ago = RunEvent(0, RunState.PUBLISHED, then.created_at, "", date.min, date.min)
        then = replace(then, events=(*then.events, long_ago))
    others = [before.as_it_was(one) for one in standing.runs if kept.name not in (one.run.supersedes, one.name)]
    return tuple(one.found for one in obstacles(then, [then, *others], day, Span("run")))


class _Before:
    """What was there when a run was sealed: by the trail, whose order nobody's clock makes; for a seal that names no link, by
    the time."""

    def __init__(self, standing: Standing, run: str, sealed: RunEvent) -> None:
        from targets.ledger import EntryKind, sealed_hashes

        seals = [one.entry for one in standing.vouchers if one.entry.kind is EntryKind.SEAL and one.entry.run == run]
        named = sealed_hashes(seals[0])[1] if seals else ""
        links = standing.trail.links
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


def carried_before(
    proof: Proof, proofs: Mapping[str, Proof], vouchers: Sequence[Voucher], supersedes: Mapping[str, str]
) -> Carried:
    """What was carried out for the run that this one corrects: what is due under that one; `supersedes` is of all runs."""
    from engine.audit.entitlement import Carried
    from targets.kept import superseded
    from targets.ledger import EntryKind

    ends = [one.entry.run for one in vouchers if one.entry.kind is EntryKind.SETTLED]
    # One that was settled after it, though superseded, took nothing off it.
    settled = ends[: ends.index(proof.kept.name)] if proof.kept.name in ends else ends
    earlier = next((name for name in superseded(proof.kept.name, supersedes) if name in settled), "")
    before = proofs[earlier].assessment if earlier in proofs else None
    return Carried(earlier, before.dues if before is not None else ())


def sealed_contracts(proofs: Sequence[Proof]) -> list[ContractCopy]:
    """What was sealed, by id and version."""
    from engine.audit.replay import ContractCopy
    from rules.amend import content_hash

    return [
        ContractCopy(
            one.contract.contract,
            one.contract.version,
            content_hash(one.contract),
            Span(one.tree.path),
            one.contract.year,
        )
        for proof in proofs
        if proof.kept.sealed and proof.proved
        for one in proof.contracts
    ]


def filed_contracts(workspace: Workspace) -> list[ContractCopy]:
    """The files of today, as far as they are contracts: others are `check`'s business."""
    from engine.audit.replay import ContractCopy
    from rules.amend import content_hash
    from rules.load import load_sound_contracts

    return [
        ContractCopy(
            one.contract.contract,
            one.contract.version,
            content_hash(one.contract),
            Span(one.tree.path),
            one.contract.year,
        )
        for one in load_sound_contracts(workspace.contract_files())
    ]
