"""The kept runs computed again from their own texts and records, as the audit needs them: never refused, always told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from rules.diagnostic import Refused, Span

if TYPE_CHECKING:
    from engine.assess import Assessment
    from engine.audit.entitlement import Carried
    from engine.audit.finding import Finding
    from engine.audit.replay import ContractCopy
    from engine.audit.settled import RunRecord
    from rules.load import Loaded
    from targets.kept import KeptRun
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
    from engine.audit.breaches import breaches_of
    from engine.audit.settled import RunRecord

    kept = proof.kept
    dues = None if proof.assessment is None else proof.assessment.dues
    ledger, runs, trail = standing.vouchers, standing.runs, standing.trail
    breaches = breaches_of(kept, ledger, runs, trail, doubted) if kept.sealed else ()
    return RunRecord(kept.name, kept.run.year, kept.sealed, kept.run.supersedes, breaches, proof.result_hash, dues)


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
    return [_copy_of(one) for proof in proofs if proof.kept.sealed and proof.proved for one in proof.contracts]


def filed_contracts(workspace: Workspace) -> list[ContractCopy]:
    """The files of today, as far as they are contracts: others are `check`'s business."""
    from rules.load import load_sound_contracts

    return [_copy_of(one) for one in load_sound_contracts(workspace.contract_files())]


def _copy_of(loaded: Loaded) -> ContractCopy:
    from engine.audit.replay import ContractCopy
    from rules.amend import content_hash

    contract = loaded.contract
    place = Span(loaded.tree.path)
    return ContractCopy(contract.contract, contract.version, content_hash(contract), place, contract.year)
