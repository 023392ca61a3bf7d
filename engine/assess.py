"""The year-end assessment, top to bottom: score, link, adjudicate, settle. Pure: no file, no clock, no database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine import inference
from engine.adjudicate import adjudicate
from engine.decide import Judged
from engine.facts import Facts
from engine.fit import contracts_fit, in_order, nobody
from engine.linked import link, without_duty
from engine.score.interpret import Outcome, interpret_all
from engine.settle.due import Due
from engine.settle.settle import settle
from engine.verdict import Verdict
from rules.amend import content_hash
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, refuse, refuse_if_any, say
from targets.run import Run
from targets.snapshot import Snapshot

ENGINE_VERSION = "0.1"


@dataclass(frozen=True, slots=True)
class Assessment:
    """All verdicts of a year and what they come to in money, under the run that names what they were computed from."""

    run: Run
    snapshot: Snapshot
    judged: tuple[Judged, ...]
    dues: tuple[Due, ...]
    notices: tuple[Diagnostic, ...]

    def verdicts(self) -> tuple[Verdict, ...]:
        """By contract as given, then by code."""
        return tuple(verdict for judged in self.judged for verdict in judged.verdicts.values())


def assess(
    contracts: Sequence[Contract], snapshot: Snapshot, progress: Callable[[str], None] = lambda _: None
) -> Assessment:
    """Score and judge everyone that the contracts assess. Raises Refused with every fault of the data at once.

    Contracts for parties come before those for cadres, whatever the order given: cadres answer for parties.
    """
    if not inference.available():
        refuse(_no_rule_engine())
    ordered = in_order(contracts)
    faults = contracts_fit(ordered, snapshot.whole_year)
    refuse_if_any(faults)
    scored: list[tuple[Facts, tuple[Outcome, ...]]] = []
    for contract in ordered:
        progress(contract.title)
        facts = Facts(contract, snapshot)
        totals = {other.contract.contract: {o.subject.code: o.total for o in known} for other, known in scored}
        outcomes, found = interpret_all(facts, totals)
        faults += found + without_duty(facts, [other for other, _ in scored])
        scored.append((facts, outcomes))
    if not any(facts.subjects for facts, _ in scored):
        refuse(nobody(ordered))
    refuse_if_any(faults)
    judged: list[Judged] = []
    for facts, personal in scored:
        outcomes = link(facts, personal, judged)
        judged.append(adjudicate(facts, outcomes, judged))
    return Assessment(run_of(contracts, snapshot), snapshot, tuple(judged), settle(judged), tuple(faults))


def run_of(contracts: Sequence[Contract], snapshot: Snapshot) -> Run:
    """The run's name depends on contracts, data and engine version alone: equal names mean equal verdicts."""
    return Run(agreed_hash(contracts), snapshot.content_hash, ENGINE_VERSION, snapshot.year, snapshot.through)


def agreed_hash(contracts: Sequence[Contract]) -> str:
    """SHA-256 over the contents of the contracts, whatever their order."""
    return hashlib.sha256("\n".join(sorted(map(content_hash, contracts))).encode()).hexdigest()


def _no_rule_engine() -> Diagnostic:
    return Diagnostic(
        "DX710", Span("python"), say("a Python on which durable-rules does not run"),
        say("CPython 3.11 or 3.12, where the interpreter can adjudicate"),
        say("set the environment up again with Python 3.12 or 3.11"),
    )  # fmt: skip
