"""What is kept of a run against what comes out of it today; and the contracts it was sealed with against the files of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.audit.finding import Evidence, Finding, Kind
from rules.diagnostic import Span, Text, say
from targets.kept import KeptRun


@dataclass(frozen=True, slots=True)
class Replay:
    """A run computed again from the texts and records kept with it. `refused` where that is no longer possible."""

    contracts_hash: str = ""
    data_hash: str = ""
    result: str = ""
    refused: Text | None = None


@dataclass(frozen=True, slots=True)
class ContractCopy:
    """The text of a contract, version and year: one that was sealed, or a file of today. `hash` is that of its content."""

    contract: str
    version: int
    hash: str
    place: Span
    year: int = 0

    @property
    def called(self) -> tuple[str, int, int]:
        return self.contract, self.version, self.year


def replay_finding(kept: KeptRun, stored_result: str, replay: Replay) -> Finding | None:
    """The first of contracts, records, name and result that is not what it was when the run got its name."""
    told = _changed(kept, stored_result, replay)
    if told is None:
        return None
    return Finding(Kind.EDITED, kept.name, told, evidence=(Evidence(say("run {name}", name=kept.name)),))


def proves(kept: KeptRun, replay: Replay) -> bool:
    """Whether all that the run is named for is still what it was, so that what is due can be relied on."""
    found = (replay.contracts_hash, replay.data_hash)
    return replay.refused is None and kept.run.name == kept.name and found == kept.run.inputs[:2]


def contract_findings(sealed: Sequence[ContractCopy], filed: Sequence[ContractCopy]) -> tuple[Finding, ...]:
    """Files that call themselves by the id, version and year of a sealed contract and say something else; and what was sealed
    under one such name in two wordings, the first of which counts."""
    agreed: dict[tuple[str, int, int], ContractCopy] = {}
    other: list[ContractCopy] = []
    for copy in sealed:
        before = agreed.setdefault(copy.called, copy)
        if before.hash != copy.hash:
            other.append(copy)
    found = []
    for copy in dict.fromkeys((*other, *filed)):
        before = agreed.get(copy.called, copy)
        if before.hash != copy.hash:
            told = say(
                "{contract}, version {version}, says something else than what was sealed",
                contract=copy.contract, version=copy.version,
            )  # fmt: skip
            evidence = (
                Evidence(say("sealed with the hash {hash}", hash=before.hash), before.place),
                Evidence(say("the file has the hash {hash}", hash=copy.hash), copy.place),
            )
            found.append(Finding(Kind.CONTRACT_CHANGED, f"{copy.contract} {copy.version}", told, evidence=evidence))
    return tuple({one.evidence[1].told: one for one in reversed(found)}.values())[::-1]


def _changed(kept: KeptRun, stored_result: str, replay: Replay) -> Text | None:
    if replay.refused is not None:
        return say("what is kept of the run cannot be read any more: {reason}", reason=replay.refused)
    if replay.contracts_hash != kept.run.contracts_hash:
        return say("the contracts kept with the run are not those it is named for")
    if replay.data_hash != kept.run.data_hash:
        return say("the records of the run are not those it is named for")
    if kept.run.name != kept.name:
        return say("the program or the superseded run is not the one that the run is named for")
    if replay.result != stored_result:
        return say("the result kept with the run is not what its contracts and records give")
    return None
