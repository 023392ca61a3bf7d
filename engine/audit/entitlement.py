"""What each payee is entitled to, of what; what a veto or an outcome keeps from them; what another tier would have come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter

from engine.assess import Assessment
from engine.audit.forgone import Forgone, Tier, forgone, tiers, together
from engine.audit.partition import PARTS_MAX
from engine.settle.due import Due, computed_fen
from rules.diagnostic import Called, say
from rules.money import DueKind
from rules.quantity import show_money

Key = tuple[str, str, str, str, str]
"""Contract, clause, subject, kind of due and payee, as `targets.ledger.posted` has it."""

PAID = frozenset({DueKind.REFUND, DueKind.REWARD, DueKind.AWARD, DueKind.PAID_IN, DueKind.ADVANCE})
"""What reaches a payee or is asked of one. What is forfeited or withheld reaches nobody."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What was carried out for the runs that a correction supersedes: the dues of the last of them that was settled."""

    run: str = ""
    dues: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Of one payee. `parts` are the dues other than 0; what is paid in or was had in advance counts against the rest.

    `before` is what the settlement before a correction carried out for them.
    """

    payee: str
    name: str
    parts: tuple[Due, ...] = ()
    forgone: tuple[Forgone, ...] = ()
    tiers: tuple[Tier, ...] = ()
    before: tuple[Due, ...] = ()

    @property
    def amounts_fen(self) -> tuple[int, ...]:
        return tuple(part.amount_fen for part in self.parts)

    @property
    def total_fen(self) -> int:
        return sum(self.amounts_fen)

    def known_excess(self, more_fen: int) -> bool:
        """Whether just so much is kept from them, or would be theirs under another tier."""
        return any(tier.more_fen == more_fen for tier in self.tiers) or any(together(self.forgone, more_fen))

    def groupings(self) -> Iterator[tuple[int, ...]]:
        """The amounts one by one; of very many also those of a kind, a clause, a contract or a subject together."""
        yield self.amounts_fen
        if len(self.parts) > PARTS_MAX:
            for label in (_kind, _clause, _contract, _subject):
                sums: dict[object, int] = defaultdict(int)
                for part in self.parts:
                    sums[label(part)] += part.amount_fen
                yield tuple(sums.values())


@dataclass(frozen=True, slots=True)
class Entitled:
    """Of everybody under a run. `names` are those of all whom the records know, entitled or not; `clauses` all, with their
    subjects, that anything is due under; `titles` are those of the contracts."""

    run: str
    names: Mapping[str, str]
    by_payee: Mapping[str, Entitlement] = field(default_factory=dict)
    clauses: frozenset[tuple[str, str, str]] = frozenset()
    carried: Carried = Carried()
    titles: Mapping[str, Called] = field(default_factory=dict)

    def of(self, payee: str) -> Entitlement:
        return self.by_payee.get(payee) or Entitlement(payee, self.names.get(payee, ""))


def entitlements(assessment: Assessment, carried: Carried = Carried()) -> Entitled:
    """From the dues of an assessment, less what was carried out for the runs that it supersedes."""
    names = _names(assessment)
    remaining = _remaining(assessment.dues, carried)
    parts, before = _by_payee(remaining), _by_payee(carried.dues)
    lost: dict[str, list[Forgone]] = defaultdict(list)
    for one in forgone(assessment):
        lost[one.payee].append(one)
    other: dict[str, list[Tier]] = defaultdict(list)
    for tier in tiers(assessment):
        other[tier.payee].append(tier)
    found = {
        payee: Entitlement(
            payee, names.get(payee, payee), tuple(parts[payee]), tuple(lost[payee]),
            tuple(dict.fromkeys(other[payee])), tuple(before[payee]),
        )
        for payee in sorted({*parts, *lost, *other, *before})
    }  # fmt: skip
    clauses = frozenset((due.contract, due.clause, due.subject) for due in remaining if due.amount_fen)
    titles = {one.contract.contract: one.contract.label for one in assessment.judged}
    return Entitled(assessment.run.name, names, found, clauses, carried, titles)


def _by_payee(dues: Iterable[Due]) -> dict[str, list[Due]]:
    """Those that reach a payee or are asked of one."""
    found: dict[str, list[Due]] = defaultdict(list)
    for due in dues:
        if due.kind in PAID and due.amount_fen:
            found[due.payee].append(due)
    return found


_kind, _clause = attrgetter("kind"), attrgetter("contract", "clause")
_contract, _subject = attrgetter("contract"), attrgetter("subject")


def key_of(due: Due) -> Key:
    return due.contract, due.clause, due.subject, str(due.kind), due.payee


def _remaining(dues: Iterable[Due], carried: Carried) -> list[Due]:
    """The dues less what was carried out already; what was carried out and is due no more is owed back, of its own clause."""
    before_fen: dict[Key, int] = defaultdict(int)
    before: dict[Key, Due] = {}
    for due in carried.dues:
        if due.kind is not DueKind.WITHHELD:
            before_fen[key_of(due)] += due.amount_fen
            before.setdefault(key_of(due), due)
    found = []
    for due in dues:
        carried_fen = before_fen.pop(key_of(due), 0)
        found.append(_less(due, carried_fen) if carried_fen else due)
    for key, carried_fen in before_fen.items():
        if carried_fen:
            # Where it stood was another text of the contract, perhaps.
            gone = replace(before[key], amount_fen=0, step=replace(before[key].step, steps=(), at=()))
            found.append(_less(gone, carried_fen))
    return found


def _less(due: Due, before_fen: int) -> Due:
    left_fen = due.amount_fen - before_fen
    worked = say("{amount} - {parts}", amount=show_money(due.amount_fen), parts=show_money(before_fen))
    rule = say("less what was carried out before the correction")
    return replace(
        due,
        amount_fen=left_fen,
        step=computed_fen(due.step.title, rule, worked, left_fen, due.step.at, [due.step] if due.step.at else ()),
    )


def _names(assessment: Assessment) -> dict[str, str]:
    records = assessment.snapshot.records
    names = {cadre.code: cadre.name for cadre in records.cadres} | {party.code: party.name for party in records.parties}
    return names | {verdict.subject.code: verdict.subject.name for verdict in assessment.verdicts()}
