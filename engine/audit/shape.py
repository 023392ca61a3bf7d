"""Vouchers that no command of ours enters, however well they are chained: who only appends to a ledger breaks no link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rules.diagnostic import Text, say
from rules.money import DueKind
from targets.ledger import CARRY_OUT, Account, AccountKind, Entry, EntryKind, Posting, Voucher

YEAR_DIGITS = 4
NO_WORDS = {
    EntryKind.SEAL: ("contract", "clause", "subject"),
    EntryKind.SETTLED: ("contract", "clause", "subject"),
    EntryKind.DUE: ("note",),
    EntryKind.DEPOSIT: ("run",),
}
"""What an entry of each kind leaves empty."""
CASH, PAY = Account(AccountKind.CASH), Account(AccountKind.PAY)


def misshapen(vouchers: Sequence[Voucher]) -> Iterator[tuple[Voucher, Text]]:
    """Each with what is wrong: lines where there are none, accounts that its kind does not move, an end told twice, a
    deposit of no year."""
    once: set[tuple[EntryKind, str]] = set()
    held_fen: dict[tuple[str, ...], int] = {}
    astray = out_of_place(vouchers)
    for one in vouchers:
        kind, lines = one.entry.kind, one.entry.postings
        if one.number in astray:
            yield one, say("voucher {number} stands in the settlement of another run", number=one.number)
        elif any(getattr(one.entry, word) for word in NO_WORDS[kind]):
            yield one, say("voucher {number} says what its kind does not say", number=one.number)
        elif kind in (EntryKind.SEAL, EntryKind.SETTLED):
            if lines:
                yield one, say("voucher {number} moves money, and its kind moves none", number=one.number)
            elif not one.entry.run:
                yield one, say("voucher {number} is of no run", number=one.number)
            elif (kind, one.entry.run) in once:
                yield one, say("voucher {number} says again what was said before", number=one.number)
            once.add((kind, one.entry.run))
        elif not lines:
            yield one, say("voucher {number} moves nothing, and its kind moves money", number=one.number)
        elif kind is EntryKind.DEPOSIT and not _is_year(one.entry.note):
            yield one, say("voucher {number} is a deposit of no year", number=one.number)
        elif kind is EntryKind.DEPOSIT and _below_nothing(one, held_fen):
            yield one, say("voucher {number} gives back more than was ever paid in", number=one.number)
        elif not all(_belongs(one.entry, line) for line in lines) or not _has_both_sides(one.entry):
            yield one, say("voucher {number} moves an account that its kind does not move", number=one.number)


def out_of_place(vouchers: Sequence[Voucher]) -> frozenset[int]:
    """Numbers of those that name another run than most of the settlement that they stand in: all of one is entered at once, its
    end last."""
    found: list[Voucher] = []
    block: list[Voucher] = []
    for one in vouchers:
        if one.entry.kind not in CARRY_OUT:
            block = []
            continue
        block.append(one)
        if one.entry.kind is EntryKind.SETTLED:
            run, _ = Counter(each.entry.run for each in block).most_common(1)[0]
            found += [each for each in block if each.entry.run != run]
            block = []
    return frozenset(one.number for one in found)


def _below_nothing(voucher: Voucher, held_fen: dict[tuple[str, ...], int]) -> bool:
    """Kept up to date with what each cadre has paid in under each clause for each year."""
    entry = voucher.entry
    key = (entry.contract, entry.clause, entry.subject, entry.note)
    paid = -sum(line.amount_fen for line in entry.postings if line.account.kind is AccountKind.DEPOSIT)
    held_fen[key] = held_fen.get(key, 0) + paid
    return held_fen[key] < 0


def _is_year(note: str) -> bool:
    return len(note) == YEAR_DIGITS and note.isascii() and note.isdigit()


def _has_both_sides(entry: Entry) -> bool:
    """A deposit goes from or to somebody's deposit account, line by line."""
    if entry.kind is not EntryKind.DEPOSIT:
        return True
    kinds = [line.account.kind is AccountKind.DEPOSIT for line in entry.postings]
    return kinds.count(True) == kinds.count(False)


def _belongs(entry: Entry, line: Posting) -> bool:
    deposit = Account(AccountKind.DEPOSIT, entry.subject)
    if entry.kind is EntryKind.DEPOSIT:
        return line.account in (CASH, PAY, deposit)
    if line.due == DueKind.FORFEIT:
        return line.account == Account(AccountKind.FUND, line.payee)
    if line.payee:
        return line.account == CASH
    return line.account == deposit or line.account.kind in (AccountKind.AWARDS, AccountKind.ADVANCES)
