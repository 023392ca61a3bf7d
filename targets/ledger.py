"""The ledger: accounts, postings and vouchers as records, the hash chain over them, and what the accounts come to.

Double entry: debit above 0, credit below, the postings of a voucher come to 0. A voucher is named by its number and by a
hash over all it says and the hash of the one before it, so that a change to any of them shows (docs/decisions/0011-ledger.md).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum


class AccountKind(StrEnum):
    """现金、预留的绩效工资、抵押金（每人一户）、责任状指定的账户、奖励支出、预发奖金."""

    CASH = "cash"
    PAY = "pay"
    DEPOSIT = "deposit"
    FUND = "fund"
    AWARDS = "awards"
    ADVANCES = "advances"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """`owner` is the cadre whose deposit it is, or the id that the contract gives the account; else empty."""

    kind: AccountKind
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.owner}" if self.owner else str(self.kind)


def parse_account(text: str) -> Account:
    """As it was written. Raises ValueError for what is none."""
    kind, _, owner = text.partition(":")
    return Account(AccountKind(kind), owner)


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of what a due moves. The side that reaches its payee names the kind of due and the payee; else empty."""

    account: Account
    amount_fen: int
    due: str = ""
    payee: str = ""


class EntryKind(StrEnum):
    """A run sealed; a deposit paid in or given back before the end; dues of a sealed run; that run wholly settled."""

    SEAL = "seal"
    DEPOSIT = "deposit"
    DUE = "due"
    SETTLED = "settled"


CARRY_OUT = (EntryKind.DUE, EntryKind.SETTLED)
"""What a settlement enters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be entered: of one clause of a contract for one subject. `note` of a seal is a `seal_note`, of
    a deposit the year it is for: the next year's is often paid in before this year's is settled.

    A seal and a settlement's end carry no postings.
    """

    kind: EntryKind
    day: date
    run: str = ""
    contract: str = ""
    clause: str = ""
    subject: str = ""
    note: str = ""
    postings: tuple[Posting, ...] = ()

    @property
    def balanced(self) -> bool:
        return sum(posting.amount_fen for posting in self.postings) == 0


def seal_note(result_hash: str, trail_hash: str = "") -> str:
    """The SHA-256 of the result, and the last hash of the trail when the run was sealed (`targets.trail`)."""
    return f"{result_hash} {trail_hash}".rstrip()


def sealed_hashes(entry: Entry) -> tuple[str, str]:
    """Of a seal: both again; the second empty where there was no trail yet."""
    result_hash, _, trail_hash = entry.note.partition(" ")
    return result_hash, trail_hash


@dataclass(frozen=True, slots=True)
class Voucher:
    """凭证: an entry as it stands in the ledger. `entry` may be anything that somebody wrote there: `chain_faults` tells."""

    number: int
    entry: Entry
    happened_at: datetime
    who: str
    previous_hash: str
    hash: str


def hash_of(number: int, entry: Entry, happened_at: datetime, who: str, previous_hash: str) -> str:
    """SHA-256, in hex, over all that the voucher says and the hash before it."""
    head = (number, entry.day, entry.run, entry.kind, entry.contract, entry.clause, entry.subject, entry.note)
    lines = [repr(tuple(map(str, (*head, happened_at.astimezone(UTC).isoformat(), who, previous_hash))))]
    lines += [repr((str(one.account), one.amount_fen, one.due, one.payee)) for one in entry.postings]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class ChainFault(StrEnum):
    """What is wrong with a voucher: its own content, its link to the one before it, its sum."""

    EDITED = "edited"
    UNLINKED = "unlinked"
    UNBALANCED = "unbalanced"


def chain_faults(vouchers: Iterable[Voucher]) -> Iterator[tuple[Voucher, ChainFault]]:
    """All of them, in the order of the ledger."""
    number, before = 0, ""
    for one in vouchers:
        if one.number != number + 1 or one.previous_hash != before:
            yield one, ChainFault.UNLINKED
        if one.hash != hash_of(one.number, one.entry, one.happened_at, one.who, one.previous_hash):
            yield one, ChainFault.EDITED
        if not one.entry.balanced:
            yield one, ChainFault.UNBALANCED
        number, before = one.number, one.hash


def balances(vouchers: Iterable[Voucher], until: date | None = None) -> Mapping[Account, int]:
    """What each account comes to, in fen, with all that was entered up to that day."""
    sums: dict[Account, int] = defaultdict(int)
    for one in vouchers:
        if until is None or one.entry.day <= until:
            for posting in one.entry.postings:
                sums[posting.account] += posting.amount_fen
    return dict(sorted(sums.items()))


def posted(vouchers: Iterable[Voucher], runs: Iterable[str]) -> Mapping[tuple[str, str, str, str, str], int]:
    """What was carried out for these runs, in fen from the payee's side (as a due has it), by contract, clause, subject, due
    and payee."""
    wanted, sums = set(runs), dict[tuple[str, str, str, str, str], int]()
    for one in vouchers:
        if one.entry.kind is EntryKind.DUE and one.entry.run in wanted:
            for posting in one.entry.postings:
                if posting.payee:
                    key = (one.entry.contract, one.entry.clause, one.entry.subject, posting.due, posting.payee)
                    sums[key] = sums.get(key, 0) - posting.amount_fen
    return sums


def deposits_held(vouchers: Iterable[Voucher], year: int) -> Mapping[tuple[str, str, str], int]:
    """What was paid in for the year and not given back before its end, in fen, by contract, clause and cadre."""
    return {key: sum(sources.values()) for key, sources in deposits_from(vouchers, year).items()}


def deposits_from(vouchers: Iterable[Voucher], year: int) -> Mapping[tuple[str, str, str], Mapping[Account, int]]:
    """The same, by the account that it came out of, in the order in which each was first drawn on."""
    sums: dict[tuple[str, str, str], dict[Account, int]] = {}
    for one in vouchers:
        if one.entry.kind is EntryKind.DEPOSIT and one.entry.note == str(year):
            sources = sums.setdefault((one.entry.contract, one.entry.clause, one.entry.subject), {})
            for posting in one.entry.postings:
                if posting.account.kind is not AccountKind.DEPOSIT:
                    sources[posting.account] = sources.get(posting.account, 0) + posting.amount_fen
    return sums
