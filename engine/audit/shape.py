"""Vouchers that no command of ours enters, however well they are chained: who only appends to a ledger breaks no link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.diagnostic import Text, say
from rules.money import DueKind
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting, Voucher

YEAR_DIGITS = 4
CASH, PAY = Account(AccountKind.CASH), Account(AccountKind.PAY)


def misshapen(vouchers: Sequence[Voucher]) -> Iterator[tuple[Voucher, Text]]:
    """Each with what is wrong: lines where there are none, accounts that its kind does not move, an end told twice, a
    deposit of no year."""
    once: set[tuple[EntryKind, str]] = set()
    for one in vouchers:
        kind, lines = one.entry.kind, one.entry.postings
        if kind in (EntryKind.SEAL, EntryKind.SETTLED):
            if lines:
                yield one, say("voucher {number} moves money, and its kind moves none", number=one.number)
            elif (kind, one.entry.run) in once:
                yield one, say("voucher {number} says again what was said before", number=one.number)
            once.add((kind, one.entry.run))
        elif kind is EntryKind.DEPOSIT and (one.entry.run or not _is_year(one.entry.note)):
            yield one, say("voucher {number} is a deposit of no year", number=one.number)
        elif not all(_belongs(one.entry, line) for line in lines):
            yield one, say("voucher {number} moves an account that its kind does not move", number=one.number)


def _is_year(note: str) -> bool:
    return len(note) == YEAR_DIGITS and note.isascii() and note.isdigit()


def _belongs(entry: Entry, line: Posting) -> bool:
    deposit = Account(AccountKind.DEPOSIT, entry.subject)
    if entry.kind is EntryKind.DEPOSIT:
        return line.account in (CASH, PAY, deposit)
    if line.due == DueKind.FORFEIT:
        return line.account == Account(AccountKind.FUND, line.payee)
    if line.payee:
        return line.account == CASH
    return line.account == deposit or line.account.kind in (AccountKind.AWARDS, AccountKind.ADVANCES)
