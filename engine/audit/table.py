"""All payees of a list side by side, with the vouchers and derivations that findings about them rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.audit.entitlement import Entitled
from engine.audit.finding import Evidence, Finding, Kind
from engine.audit.forgone import Forgone, Tier
from engine.audit.payees import Case, line_evidence
from engine.audit.shape import out_of_place
from engine.score.derivation import Step
from engine.settle.due import Due
from rules.diagnostic import Called, Text, say
from rules.money import DueKind
from rules.quantity import show_money
from targets.ledger import EntryKind, Voucher, chain_faults
from targets.payout import PayoutLine


class Shelf:
    """The vouchers that carry out dues, by the clause and subject that each is of."""

    def __init__(self, vouchers: Sequence[Voucher], runs: Collection[str], entitled: Entitled) -> None:
        self.asked = bool(runs)
        self.numbers: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        wanted = set(runs)
        for one in vouchers:
            if one.entry.kind is EntryKind.DUE and one.entry.run in wanted:
                self.numbers[one.entry.contract, one.entry.clause, one.entry.subject].append(one.number)
        present = [one.number for one in vouchers]
        gaps = max(present, default=0) - len(present)
        # Of a clause or subject that nothing is due to: another's voucher that was written over.
        other = {number for key in self.numbers.keys() - entitled.clauses for number in self.numbers[key]}
        # What a damaged chain has lost is told once, of the chain.
        self.unreadable = gaps + len({one.number for one, _ in chain_faults(vouchers)} | other | out_of_place(vouchers))
        self.cut_off = bool(self.numbers) and not any(
            one.entry.kind is EntryKind.SETTLED and one.entry.run in wanted for one in vouchers
        )

    def of(self, parts: Sequence[Due]) -> list[int]:
        clauses = dict.fromkeys((part.contract, part.clause, part.subject) for part in parts)
        return [number for clause in clauses for number in self.numbers.get(clause, ())]


@dataclass(frozen=True, slots=True)
class Table:
    """All cases, and what they rest on. `run_before` is the run that was carried out before a correction."""

    cases: tuple[Case, ...]
    shelf: Shelf
    lines: tuple[PayoutLine, ...] = ()
    run_before: str = ""
    titles: Mapping[str, Called] = field(default_factory=dict)

    def of_each(self, look: Look) -> list[Finding]:
        """What `look` finds in each case that nothing has explained yet."""
        found = []
        for case in self.cases:
            if not case.explained and not case.clean and (finding := look(self, case)) is not None:
                case.explained = True
                found.append(finding)
        return found

    def payee_of(self, line: PayoutLine) -> str:
        """Whoever this line of the list was taken to mean."""
        return next(case.due.payee for case in self.cases if any(one is line for one in case.lines))

    def finding(
        self, kind: Kind, case: Case, told: Text, steps: Sequence[Due | Forgone | Tier] = (),
        lines: Sequence[PayoutLine] | None = None,
    ) -> Finding:  # fmt: skip
        """About this payee, with the lines, the vouchers and the derivations of what they are due."""
        due = case.due
        shown = case.lines if lines is None else lines
        evidence = [line_evidence(line) for line in shown]
        evidence += [voucher_evidence(number) for number in self.shelf.of(due.parts)]
        evidence += [part_evidence(part, self.titles) for part in due.parts]
        evidence += [_lost_evidence(one, self.titles) for one in steps if isinstance(one, Forgone)]
        step = steps[0].step if steps else due.parts[0].step if due.parts else None
        return Finding(kind, due.payee, told, case.entitled_fen, case.paid_fen, tuple(evidence), step)


Look = Callable[[Table, Case], Finding | None]


def voucher_evidence(number: int) -> Evidence:
    return Evidence(say("voucher {number}", number=number), voucher=number)


KINDS: Mapping[DueKind, Text] = {
    DueKind.REFUND: say("refund"), DueKind.REWARD: say("reward money"), DueKind.AWARD: say("award"),
    DueKind.PAID_IN: say("paid in"), DueKind.ADVANCE: say("had in advance"),
}  # fmt: skip


def part_evidence(part: Due, titles: Mapping[str, Called]) -> Evidence:
    """What is due, of which contract, clause and kind."""
    told = say(
        "due: {contract}, {clause}, {kind}: {amount}",
        contract=titles.get(part.contract, part.contract), clause=part.step.title, kind=KINDS[part.kind],
        amount=show_money(part.amount_fen),
    )  # fmt: skip
    return Evidence(told, step=_of_contract(part))


def _lost_evidence(one: Forgone, titles: Mapping[str, Called]) -> Evidence:
    """What is kept from them, and why."""
    told = say(
        "not paid out: {contract}, {clause}: {amount}",
        contract=titles.get(one.contract, one.contract), clause=one.step.title, amount=show_money(one.amount_fen),
    )  # fmt: skip
    return Evidence(told, step=_of_contract(one))


def _of_contract(one: Due | Forgone) -> Step:
    """The derivation, whose places are in that contract."""
    return replace(one.step, contract=one.step.contract or one.contract)
