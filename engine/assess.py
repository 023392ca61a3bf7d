"""The year-end assessment, top to bottom: score, link, adjudicate. Pure: no file, no clock, no database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine import inference
from engine.adjudicate import adjudicate
from engine.decide import Judged
from engine.facts import Facts
from engine.linked import link, without_duty
from engine.score.interpret import Outcome, interpret_all
from engine.verdict import Verdict
from rules.amend import content_hash
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, refuse, refuse_if_any, say
from rules.verdict import Veto, WarningRule
from targets.run import Run
from targets.snapshot import Snapshot

ENGINE_VERSION = "0.1"


@dataclass(frozen=True, slots=True)
class Assessment:
    """All verdicts of a year, under the run that names what they were computed from."""

    run: Run
    snapshot: Snapshot
    judged: tuple[Judged, ...]
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
    ordered = sorted(contracts, key=lambda one: bool(one.posts))
    faults = _contracts_fit(ordered, snapshot)
    refuse_if_any(faults)
    scored: list[tuple[Facts, tuple[Outcome, ...]]] = []
    for contract in ordered:
        progress(contract.title)
        facts = Facts(contract, snapshot)
        outcomes, found = interpret_all(facts)
        faults += found + without_duty(facts, [other for other, _ in scored])
        scored.append((facts, outcomes))
    if not any(facts.subjects for facts, _ in scored):
        refuse(_nobody(ordered))
    refuse_if_any(faults)
    judged: list[Judged] = []
    for facts, personal in scored:
        outcomes = link(facts, personal, judged)
        judged.append(adjudicate(facts, outcomes, judged))
    return Assessment(run_of(contracts, snapshot), snapshot, tuple(judged), tuple(faults))


def run_of(contracts: Sequence[Contract], snapshot: Snapshot) -> Run:
    """The run's name depends on contracts, data and engine version alone: equal names mean equal verdicts."""
    agreed = hashlib.sha256("\n".join(sorted(map(content_hash, contracts))).encode()).hexdigest()
    return Run(agreed, snapshot.content_hash, ENGINE_VERSION, snapshot.year, snapshot.through)


def _no_rule_engine() -> Diagnostic:
    return Diagnostic(
        "DX710", Span("python"), say("a Python on which durable-rules does not run"),
        say("CPython 3.11 or 3.12, where the interpreter can adjudicate"),
        say("set the environment up again with Python 3.12 or 3.11"),
    )  # fmt: skip


def _nobody(contracts: Sequence[Contract]) -> Diagnostic:
    kinds = dict.fromkeys(
        kind for contract in contracts for kind in (*contract.assesses, *(p.id for p in contract.posts))
    )
    expected = say("at least one party or cadre of these kinds and posts: {kinds}", kinds=", ".join(kinds))
    hint = say("import the parties and cadres first")
    return Diagnostic("DX617", Span("parties"), say("nobody whom these contracts assess"), expected, hint)


def _contracts_fit(contracts: Sequence[Contract], snapshot: Snapshot) -> list[Diagnostic]:
    """Faults between the contracts: another year, the same contract twice, a cap on a grade that a cadre cannot have."""
    faults: list[Diagnostic] = []
    seen: set[str] = set()
    for contract in contracts:
        place = Span(contract.contract)
        if contract.year != snapshot.year:
            found, expected = say("a contract for {year}", year=contract.year), say("{year}", year=snapshot.year)
            faults.append(Diagnostic("DX614", place, found, expected))
        if contract.contract in seen:
            faults.append(Diagnostic("DX615", place, say("the same contract twice"), say("each contract once")))
        seen.add(contract.contract)
    return [*faults, *_links_fit(contracts), *_caps_fit(contracts)]


def _links_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """Linked scores come from contracts for parties that are given too; a cadre's score is not made from cadres' scores."""
    given = {contract.contract for contract in contracts if not contract.posts}
    expected, hint = say("the contract whose scores are linked"), say("give its file too")
    for contract in contracts:
        links = (link.contract for linkage in contract.linkage for link in linkage.links)
        for wanted in dict.fromkeys(links):
            if wanted not in given:
                found = say("{wanted} is not among the contracts for parties given", wanted=wanted)
                yield Diagnostic("DX612", Span(contract.contract), found, expected, hint)


def _caps_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """A veto that reaches cadres caps their grade by its id, so the cadres' contract must have that grade."""
    for cadres in (contract for contract in contracts if contract.posts and contract.grades):
        known = {band.id for band in cadres.grades}
        for contract in contracts:
            clauses: tuple[Veto | WarningRule, ...] = (*contract.vetoes, *contract.warnings)
            for clause in clauses:
                cap = clause.effects.cap_grade if clause.effects else None
                if clause.reach.linked and cap is not None and cap not in known:
                    found = say("{clause} caps the grade at {grade}", clause=clause.label, grade=cap)
                    expected = say("a grade of {contract}", contract=cadres.contract)
                    yield Diagnostic("DX616", Span(contract.contract), found, expected)
