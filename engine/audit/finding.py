"""A finding: what is wrong, about whom or what, what it comes to, and everything it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.score.derivation import Step
from rules.codes import CODES, Severity
from rules.diagnostic import Span, Text, say
from targets.ledger import EntryKind, Voucher


class Kind(StrEnum):
    """The closed list of docs/decisions/0011-ledger.md, section "The audit"."""

    OVERPAID = "DX801"
    UNDERPAID = "DX802"
    PAID_TWICE = "DX803"
    WRONG_PAYEE = "DX804"
    NOT_ENTITLED = "DX805"
    VETOED = "DX806"
    FORFEITED = "DX807"
    WRONG_TIER = "DX808"
    NOT_IN_LEDGER = "DX809"
    NOT_PAID = "DX810"
    NAME_AND_CODE = "DX811"
    TRANSPOSED = "DX812"
    SPLIT = "DX813"
    EDITED = "DX814"
    BROKEN_CHAIN = "DX815"
    NOT_SEALED = "DX816"
    CONTRACT_CHANGED = "DX817"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a finding rests on: a line of the list at its place, a voucher, or a step of the derivation."""

    told: Text
    place: Span | None = None
    voucher: int = 0
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is the code of the payee (or what the list calls somebody whom nobody knows), a voucher, a run, a contract.

    `step` is the derivation that decides the matter, where there is one.
    """

    kind: Kind
    subject: str
    told: Text
    entitled_fen: int = 0
    paid_fen: int = 0
    evidence: tuple[Evidence, ...] = ()
    step: Step | None = None

    @property
    def code(self) -> str:
        return self.kind.value

    @property
    def severity(self) -> Severity:
        return CODES[self.kind].severity

    @property
    def difference_fen(self) -> int:
        """Above 0: too much was paid."""
        return self.paid_fen - self.entitled_fen


IN_WORDS = {
    EntryKind.SEAL: say("seal of a run"),
    EntryKind.DEPOSIT: say("a deposit"),
    EntryKind.DUE: say("dues carried out"),
    EntryKind.SETTLED: say("end of a settlement"),
}


def of_voucher(kind: Kind, voucher: Voucher, told: Text, entitled_fen: int = 0, paid_fen: int = 0) -> Finding:
    """A finding about a voucher, which is its evidence."""
    entry = voucher.entry
    about = say(
        "voucher {number}: {kind}, {contract} {clause} {subject}",
        number=voucher.number, kind=IN_WORDS[entry.kind], contract=entry.contract, clause=entry.clause, subject=entry.subject,
    )  # fmt: skip
    return Finding(kind, str(voucher.number), told, entitled_fen, paid_fen, (Evidence(about, voucher=voucher.number),))
