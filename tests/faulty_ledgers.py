"""The forger at the ledger: vouchers left out, changed, taken away, linked anew, entered without a seal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from audit_histories import History
from audit_towns import DAY, chained

from engine.audit.finding import Kind
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting, Voucher, hash_of


def _without_voucher(history: History, dice: Random) -> History | None:
    """One was never made: numbers and hashes fit."""
    paid = {line.code for line in history.lines}
    entries = [one.entry for one in history.vouchers]
    gone = dice.choice([one for one in entries if one.kind is EntryKind.DUE])
    payees = {posting.payee for posting in gone.postings if posting.due not in ("", "forfeit")}
    if not payees & paid:
        return None
    return replace(history, vouchers=chained(one for one in entries if one is not gone), head="")


def _edited(history: History, dice: Random) -> History | None:
    """A voucher says something else: its hash left as it was, or made anew, alone or with all behind it."""
    at = dice.randrange(len(history.vouchers))
    voucher = history.vouchers[at]
    how = dice.choice(("left", "left", "alone", "behind", "behind"))
    forge = dice.choice((_other_amount, _other_account, _other_word))
    entry = forge(voucher.entry, dice)
    if entry is None or (how != "left" and (voucher.entry.kind is EntryKind.SEAL or entry.day != voucher.entry.day)):
        return None
    if how == "behind":
        entries = [one.entry for one in history.vouchers]
        return replace(history, vouchers=chained([*entries[:at], entry, *entries[at + 1 :]]), head="")
    changed = replace(voucher, entry=entry)
    if how == "alone":
        changed = replace(changed, hash=_hash(changed))
    return replace(history, vouchers=(*history.vouchers[:at], changed, *history.vouchers[at + 1 :]), head="")


def _without_deposit(history: History, dice: Random) -> History:
    """Refunded, and never paid in: a deposit is taken out, and all behind it is chained anew."""
    entries = [one.entry for one in history.vouchers]
    gone = dice.choice([one for one in entries if one.kind is EntryKind.DEPOSIT])
    return replace(history, vouchers=chained(one for one in entries if one is not gone), head="")


def _put_in(history: History, dice: Random) -> History:
    """A voucher that is there, once more, somewhere behind the seal; or somebody's deposit of another clause, before it."""
    entries = [one.entry for one in history.vouchers]
    sealed = next(at for at, one in enumerate(entries) if one.kind is EntryKind.SEAL)
    if dice.random() < 0.3:
        deposit = dice.choice([one for one in entries if one.kind is EntryKind.DEPOSIT])
        entries.insert(dice.randrange(sealed), replace(deposit, clause="another"))
    else:
        again = dice.choice([one for one in entries if one.kind in (EntryKind.DUE, EntryKind.SETTLED)])
        entries.insert(dice.randrange(sealed + 1, len(entries) + 1), again)
    return replace(history, vouchers=chained(entries), head="")


def _other_amount(entry: Entry, dice: Random) -> Entry | None:
    """More on both sides of one pair, so that it still comes to nothing."""
    if not entry.postings:
        return None
    at, more = dice.randrange(len(entry.postings) // 2) * 2, dice.randrange(1, 50_000)
    debit, credit = entry.postings[at : at + 2]
    pair: tuple[Posting, ...] = (
        replace(debit, amount_fen=debit.amount_fen + more), replace(credit, amount_fen=credit.amount_fen - more),
    )  # fmt: skip
    return replace(entry, postings=(*entry.postings[:at], *pair, *entry.postings[at + 2 :]))


def _other_account(entry: Entry, dice: Random) -> Entry | None:
    """What an account of ours pays comes out of another one: the budget is spared, nobody gets more or less."""
    lines = [at for at, one in enumerate(entry.postings) if one.account.kind is AccountKind.AWARDS]
    if not lines:
        return None
    at = dice.choice(lines)
    moved = replace(entry.postings[at], account=Account(AccountKind.ADVANCES))
    return replace(entry, postings=(*entry.postings[:at], moved, *entry.postings[at + 1 :]))


def _other_word(entry: Entry, dice: Random) -> Entry:
    word = dice.choice(("subject", "clause", "contract", "note", "run", "day"))
    if word == "day":
        return replace(entry, day=DAY.replace(day=dice.randrange(1, 19)))
    return replace(entry, **{word: f"{getattr(entry, word)}x"})


def _hash(voucher: Voucher) -> str:
    return hash_of(voucher.number, voucher.entry, voucher.happened_at, voucher.who, voucher.previous_hash)


def _broken(history: History, dice: Random) -> History | None:
    """A voucher gone from the middle, the end cut off, one linked to something else, or all of it written anew."""
    vouchers = history.vouchers
    how = dice.choice(("gone", "cut off", "linked", "anew"))
    if how == "gone":
        at = dice.randrange(len(vouchers) - 1)
        return replace(history, vouchers=(*vouchers[:at], *vouchers[at + 1 :]), head="")
    if how == "cut off":
        keep = dice.randrange(len(vouchers) // 2, len(vouchers))
        kept = vouchers[:keep]
        told = dice.choice(("", vouchers[-1].hash))
        if not any(one.entry.kind is EntryKind.DUE for one in kept):
            return None
        return replace(history, vouchers=kept, head=told)
    at = dice.randrange(1, len(vouchers))
    if how == "linked":
        linked = replace(vouchers[at], previous_hash=dice.choice(vouchers).hash)
        if linked == vouchers[at]:
            return None
        linked = replace(linked, hash=_hash(linked))
        return replace(history, vouchers=(*vouchers[:at], linked, *vouchers[at + 1 :]), head="")
    entries = [one.entry for one in vouchers]
    anew = chained([replace(entries[0], day=DAY.replace(day=3)), *entries[1:]])
    return replace(history, vouchers=anew, head=vouchers[at].hash)


def _not_sealed(history: History, dice: Random) -> History | None:
    """The run was no more than published, or its seal was put behind its vouchers, or never entered."""
    if dice.random() < 0.4:
        return replace(history, record=replace(history.record, sealed=False))
    entries = [one.entry for one in history.vouchers]
    seal = next(one for one in entries if one.kind is EntryKind.SEAL)
    others = [one for one in entries if one is not seal]
    return replace(history, vouchers=chained([*others, *([seal] if dice.random() < 0.5 else [])]), head="")


FORGERS: dict[Kind, Callable[[History, Random], History | None]] = {
    Kind.NOT_IN_LEDGER: _without_voucher,
    Kind.EDITED: lambda history, dice: dice.choice((_edited, _edited, _edited, _without_deposit, _put_in))(
        history, dice
    ),
    Kind.BROKEN_CHAIN: _broken,
    Kind.NOT_SEALED: _not_sealed,
}
