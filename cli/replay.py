"""A kept run computed again, from the texts and records it was made from and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from rules.diagnostic import Diagnostic, Span, Text, refuse, say

if TYPE_CHECKING:
    from engine.assess import Assessment
    from rules.load import Loaded
    from targets.runs import KeptRun
    from targets.snapshot import Snapshot
    from targets.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Replay:
    """The run's contracts as they were kept, its records, and what they come to now."""

    contracts: tuple[Loaded, ...]
    snapshot: Snapshot
    assessment: Assessment


def replayed(workspace: Workspace, kept: KeptRun) -> Replay:
    """Raises Refused (DX721) where the texts, the records or the result are no longer those that name the run."""
    again, run = recomputed(workspace, kept), kept.run
    # A newer program names the run after itself; what it came to is what counts.
    named = replace(again.assessment.run, engine_version=run.engine_version)
    again = replace(again, assessment=replace(again.assessment, run=named))
    found = again.assessment.run
    if found.contracts_hash != run.contracts_hash:
        _refuse_other(run.name, say("other contracts"))
    if found.data_hash != run.data_hash:
        _refuse_other(run.name, say("other records"))
    if result_of(again.assessment) != workspace.store.runs.result(run.name):
        _refuse_other(run.name, say("another result"))
    return again


def recomputed(workspace: Workspace, kept: KeptRun) -> Replay:
    """What comes out now, whatever it was then. Raises Refused where no contract is kept with the run, or none can be read."""
    from engine.assess import assess
    from targets.snapshot import Snapshot

    run, store = kept.run, workspace.store
    contracts = tuple(_contract(one.path, one.text) for one in store.runs.contracts(run.name))
    if not contracts:
        _refuse_other(run.name, say("no contract kept with it"))
    ends = contracts[0].contract.whole_year.ends
    snapshot = Snapshot(run.year, store.as_of(batch=run.batch), run.through, ends)
    assessment = assess([one.contract for one in contracts], snapshot)
    return Replay(contracts, snapshot, assessment)


def result_of(assessment: Assessment) -> str:
    """The result as it is kept: canonical JSON."""
    from cli import results

    return json.dumps(results.as_json(assessment), ensure_ascii=False, sort_keys=True)


def _contract(path: str, text: str) -> Loaded:
    from rules.load import parse_contract

    return parse_contract(path, text)


def _refuse_other(name: str, found: Text) -> NoReturn:
    expected = say("what run {name} was made from and came to", name=name)
    refuse(
        Diagnostic(
            "DX721", Span("run"), found, expected, say("pay nothing; keep everything as it is and look for the cause")
        )
    )
