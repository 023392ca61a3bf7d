"""From dues to entries of the ledger: deposits as they are paid in, and a sealed run settled, once (decisions, page 11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.facts import Facts
from engine.fit import in_order
from engine.settle.due import Due
from engine.settle.held import held_fen
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, refuse_if_any, say
from rules.money import Basis, DueKind
from rules.quantity import show_money
from targets.ledger import (
    Account,
    AccountKind,
    Entry,
    EntryKind,
    Posting,
    Voucher,
    deposits_from,
    deposits_held,
    posted,
)
from targets.snapshot import Snapshot

Clause = tuple[str, str, str]
"""Contract, clause and subject."""
Key = tuple[str, str, str, str, str]
"""Contract, clause, subject, kind of due and payee."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed run when it is settled: its dues, and the runs that it supersedes, one through the other. `elsewhere` are
    runs of other years: whatever else is sealed is the one to settle, even if nobody knew of it when this one was looked up.
    """

    run: str
    year: int
    dues: Sequence[Due]
    supersedes: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()


def settlement(sealed: Sealed, vouchers: Sequence[Voucher], day: date, *, to_show: bool = False) -> tuple[Entry, ...]:
    """What is to be entered for the run, with the entry that ends its settlement; nothing where it is settled already.

    Only `to_show` may it be had before the deposits are what they must be. Raises Refused for a run without a seal (DX723),
    where the deposits held are not what the dues dispose of (DX720), and for a ledger that calls the run settled and does not
    carry it out (DX724).
    """
    wanted, before = wanted_fen(sealed.dues), posted(vouchers, sealed.supersedes | {sealed.run})
    moved = {key: wanted.get(key, 0) - before.get(key, 0) for key in (*wanted, *(k for k in before if k not in wanted))}
    left = {key: fen for key, fen in moved.items() if fen}
    if any(one.entry.kind is EntryKind.SETTLED and one.entry.run == sealed.run for one in vouchers):
        refuse_if_any(_not_carried_out(sealed, left))
        return ()
    refuse_if_any([*_unsealed(sealed, vouchers), *([] if to_show else other_deposits(sealed, vouchers))])
    entries = tuple(carried_out(left, sealed.run, day))
    return (*entries, Entry(EntryKind.SETTLED, day, sealed.run, note=str(len(entries))))


def deposits(
    contracts: Sequence[Contract], snapshot: Snapshot, vouchers: Sequence[Voucher], day: date
) -> tuple[Entry, ...]:
    """What is still to be paid in by everybody whose post a deposit names, or to be given back after a change of post."""
    asked, held = dict(_asked(contracts, snapshot)), deposits_from(vouchers, snapshot.year)
    sources = {(one.contract, deposit.id): _paid_from(deposit.basis) for one in contracts for deposit in one.deposits}
    entries = []
    for key in (*asked, *(key for key in held if key not in asked)):
        contract, clause, cadre = key
        more_fen = asked.get(key, 0) - sum(held.get(key, {}).values())
        source = sources.get((contract, clause), Account(AccountKind.CASH))
        moved = {source: more_fen} if more_fen > 0 else _given_back(held.get(key, {}), -more_fen)
        postings = tuple(posting for account, fen in moved.items() for posting in _paid_in(account, cadre, fen))
        if postings:
            entries.append(Entry(EntryKind.DEPOSIT, day, "", contract, clause, cadre, str(snapshot.year), postings))
    return tuple(entries)


def _given_back(held_fen: Mapping[Account, int], amount_fen: int) -> dict[Account, int]:
    """To where it came from, whatever the contract says by now; what came last goes first."""
    moved: dict[Account, int] = {}
    for source, fen in reversed(list(held_fen.items())):
        part = min(max(fen, 0), amount_fen)
        if part:
            moved[source] = -part
        amount_fen -= part
    return moved


def _paid_in(source: Account, cadre: str, amount_fen: int) -> tuple[Posting, Posting]:
    return Posting(source, amount_fen, payee=cadre), Posting(Account(AccountKind.DEPOSIT, cadre), -amount_fen)


def _asked(contracts: Sequence[Contract], snapshot: Snapshot) -> Iterator[tuple[Clause, int]]:
    for contract in in_order(contracts):
        facts = Facts(contract, snapshot)
        for subject in facts.subjects if contract.deposits else ():
            for deposit in contract.deposits:
                yield (contract.contract, deposit.id, subject.code), held_fen(facts, deposit, subject)


def _paid_from(basis: Basis) -> Account:
    return Account(AccountKind.PAY if basis is Basis.WITHHELD_PAY else AccountKind.CASH)


def _unsealed(sealed: Sealed, vouchers: Sequence[Voucher]) -> Iterator[Diagnostic]:
    seals = [one.entry.run for one in vouchers if one.entry.kind is EntryKind.SEAL]
    if sealed.run not in seals:
        found, expected = say("run {run} without a seal", run=sealed.run), say("a sealed run")
        yield Diagnostic("DX723", Span("ledger"), found, expected, say("`duixian publish`, then `duixian seal`"))
    # Asked of the ledger itself, under its lock: it may have been sealed and settled since this run was looked up.
    for rival in (run for run in seals if run not in {sealed.run, *sealed.supersedes, *sealed.elsewhere}):
        found = say("run {run}, which {later} supersedes", run=sealed.run, later=rival)
        yield Diagnostic("DX723", Span("ledger"), found, say("the sealed run of the year"))


def _not_carried_out(sealed: Sealed, left: Mapping[Key, int]) -> Iterator[Diagnostic]:
    """An end that no settlement entered: paying on would hide it."""
    if left:
        found = say(
            "run {run}, settled as the ledger has it, and {count} dues without a voucher",
            run=sealed.run,
            count=len(left),
        )
        expected = say("a voucher for each due of a settled run")
        yield Diagnostic(
            "DX724", Span("ledger"), found, expected, say("pay nothing; `duixian audit --verify` tells what is wrong")
        )


def other_deposits(sealed: Sealed, vouchers: Sequence[Voucher]) -> Iterator[Diagnostic]:
    """Each deposit that was paid in otherwise than the dues give back and forfeit it (DX720)."""
    disposed: dict[Clause, int] = defaultdict(int)
    for due in sealed.dues:
        if due.kind in (DueKind.REFUND, DueKind.FORFEIT):
            disposed[due.contract, due.clause, due.subject] += due.amount_fen
    held = deposits_held(vouchers, sealed.year)
    for key in sorted({*disposed, *held}):
        if disposed.get(key, 0) != held.get(key, 0):
            contract, clause, cadre = key
            found = say(
                "{amount} held of {cadre} under {clause}",
                amount=show_money(held.get(key, 0)), cadre=cadre, clause=f"{contract} {clause}",
            )  # fmt: skip
            expected = say("{amount}, as the contract asks", amount=show_money(disposed.get(key, 0)))
            hint = say("`duixian deposits` enters what is paid in or given back")
            yield Diagnostic("DX720", Span("ledger"), found, expected, hint)


def wanted_fen(dues: Iterable[Due]) -> Mapping[Key, int]:
    """What the dues move; what is withheld stays in the budget. Two parts of an award may go to one holder of two posts."""
    sums: dict[Key, int] = defaultdict(int)
    for due in dues:
        if due.kind is not DueKind.WITHHELD and due.amount_fen:
            sums[due.contract, due.clause, due.subject, due.kind.value, due.payee] += due.amount_fen
    return sums


def carried_out(moved: Mapping[Key, int], run: str, day: date) -> Iterator[Entry]:
    """What moves these amounts: one entry for each clause and subject, in the order of the dues."""
    by_clause: dict[Clause, list[Posting]] = defaultdict(list)
    for (contract, clause, subject, kind, payee), amount_fen in moved.items():
        by_clause[contract, clause, subject] += _postings(DueKind(kind), subject, payee, amount_fen)
    for (contract, clause, subject), postings in by_clause.items():
        yield Entry(EntryKind.DUE, day, run, contract, clause, subject, postings=tuple(postings))


def _postings(kind: DueKind, subject: str, payee: str, amount_fen: int) -> Iterable[Posting]:
    """The side that reaches the payee is the opposite of the due: what is due to somebody leaves an account of ours."""
    cash, awards = Account(AccountKind.CASH), Account(AccountKind.AWARDS)
    match kind:
        case DueKind.REFUND:
            ours, theirs = Account(AccountKind.DEPOSIT, subject), cash
        case DueKind.FORFEIT:
            ours, theirs = Account(AccountKind.DEPOSIT, subject), Account(AccountKind.FUND, payee)
        case DueKind.ADVANCE:
            ours, theirs = Account(AccountKind.ADVANCES), cash
        case _:
            ours, theirs = awards, cash
    return Posting(ours, amount_fen), Posting(theirs, -amount_fen, kind.value, payee)
