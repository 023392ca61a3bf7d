"""A kept run computed again, from the texts and records it was made from and nothing else."""

from __future__ import annotations

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
    """The run again. Raises Refused (DX721) where the texts, the records or the result are no longer those that name the run."""
    from cli.results import kept_text

    again = recomputed(workspace, kept)
    found = again.assessment.run
    if found.contracts_hash != kept.run.contracts_hash:
        _refuse_other(kept.name, say("other contracts"))
    if found.data_hash != kept.run.data_hash:
        _refuse_other(kept.name, say("other records"))
    if found.name != kept.name:
        _refuse_other(kept.name, say("another name"))
    if kept_text(again.assessment) != workspace.store.runs.result(kept.name):
        _refuse_other(kept.name, say("another result"))
    return again


def recomputed(workspace: Workspace, kept: KeptRun) -> Replay:
    """What comes out now, whatever it was then. Raises Refused where no contract is kept with the run, or none can be read."""
    from engine.assess import assess
    from targets.sealing import WHOLE_YEAR
    from targets.snapshot import Snapshot

    run, store = kept.run, workspace.store
    contracts = tuple(_contract(one.path, one.text) for one in store.runs.contracts(kept.name))
    if not contracts:
        _refuse_other(kept.name, say("no contract kept with it"))
    if not 1 <= run.through <= WHOLE_YEAR:
        _refuse_other(kept.name, say("assessed through month {month} of the year", month=run.through))
    ends = contracts[0].contract.whole_year.ends
    snapshot = Snapshot(run.year, store.as_of(batch=run.batch), run.through, ends)
    assessment = assess([one.contract for one in contracts], snapshot)
    # A newer program would name the run after itself; what it came to is what counts.
    found = replace(run, contracts_hash=assessment.run.contracts_hash, data_hash=assessment.run.data_hash)
    return Replay(contracts, snapshot, replace(assessment, run=found))


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
