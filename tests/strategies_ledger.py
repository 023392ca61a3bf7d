"""Hypothesis strategies: ledgers of every kind of voucher, for people and accounts with the oddest codes and names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from databases import NOON
from hypothesis import strategies as st
from strategies_scoring import Draw

from cli.names import Names
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting, Voucher, hash_of

START = date(2026, 1, 5)
CASH, PAY, AWARDS, ADVANCES = (
    Account(kind) for kind in (AccountKind.CASH, AccountKind.PAY, AccountKind.AWARDS, AccountKind.ADVANCES)
)
ODD = (
    "G01", "g01", "G_01", "G-01", "G-5f-01", "899901101201", "张三", "丙：村", '"', "\\", 'a\\"b', "-", "a b", "=1+1", "𠀀", "é",
    "\n", ";", "C",
)  # fmt: skip
TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6)
AMOUNTS_FEN = st.integers(1, 10**12) | st.integers(-(10**6), -1)
RUNS = st.sampled_from(("a" * 64, "b" * 64))


@st.composite
def ledgers(draw: Draw) -> tuple[Voucher, ...]:
    """Sealed or not, settled or not: the exports ask for a whole chain of balanced vouchers and for nothing else."""
    people, funds = draw(st.lists(TEXTS, min_size=1, max_size=4)), draw(st.lists(TEXTS, min_size=1, max_size=3))
    day, entries = START, []
    for _ in range(draw(st.integers(0, 8))):
        day += timedelta(days=draw(st.integers(0, 40)))
        match draw(st.sampled_from(EntryKind)):
            case EntryKind.DEPOSIT:
                entries.append(draw(_deposits(day, people)))
            case EntryKind.DUE:
                entries.append(draw(_dues(day, people, funds)))
            case other:
                entries.append(Entry(other, day, draw(RUNS), note=draw(st.sampled_from(("", "c" * 64)))))
    return chained(entries)


@st.composite
def _deposits(draw: Draw, day: date, people: list[str]) -> Entry:
    """Paid in, or given back where the amount is below 0."""
    cadre, amount_fen, source = draw(st.sampled_from(people)), draw(AMOUNTS_FEN), draw(st.sampled_from((CASH, PAY)))
    return deposit(day, cadre, amount_fen, source, draw(TEXTS))


@st.composite
def _dues(draw: Draw, day: date, people: list[str], funds: list[str]) -> Entry:
    subject, postings = draw(st.sampled_from(people)), list[Posting]()
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(("refund", "reward", "forfeit", "award", "paid_in", "advance")))
        payee = draw(st.sampled_from(funds if kind == "forfeit" else people))
        amount_fen = draw(AMOUNTS_FEN)
        postings += due(kind, subject, payee, -amount_fen if kind in ("paid_in", "advance") else amount_fen)
    return Entry(EntryKind.DUE, day, draw(RUNS), draw(TEXTS), draw(TEXTS), subject, "", tuple(postings))


@st.composite
def namings(draw: Draw, vouchers: tuple[Voucher, ...]) -> Names:
    """Some of those that the ledger names have a name, some are known by their code alone."""
    codes = sorted({code for one in vouchers for p in one.entry.postings for code in (p.account.owner, p.payee)})
    clauses = sorted({(one.entry.contract, one.entry.clause) for one in vouchers})
    named = st.dictionaries(st.sampled_from(codes), TEXTS) if codes else st.just({})
    return Names(
        draw(named),
        draw(st.dictionaries(st.sampled_from(clauses), TEXTS)) if clauses else {},
        draw(named),
        draw(st.dictionaries(st.sampled_from([contract for contract, _ in clauses]), TEXTS)) if clauses else {},
    )


def deposit(day: date, cadre: str, amount_fen: int, source: Account = CASH, clause: str = "stake") -> Entry:
    postings = Posting(source, amount_fen, payee=cadre), Posting(Account(AccountKind.DEPOSIT, cadre), -amount_fen)
    return Entry(EntryKind.DEPOSIT, day, "", "health/cadre", clause, cadre, "2026", postings)


def due(kind: str, subject: str, payee: str, amount_fen: int) -> tuple[Posting, Posting]:
    """The side that reaches the payee is the opposite of the due, by the table of docs/decisions/0011-ledger.md."""
    sides = {
        "refund": (Account(AccountKind.DEPOSIT, subject), CASH),
        "forfeit": (Account(AccountKind.DEPOSIT, subject), Account(AccountKind.FUND, payee)),
        "advance": (ADVANCES, CASH),
    }
    ours, theirs = sides.get(kind, (AWARDS, CASH))
    return Posting(ours, amount_fen), Posting(theirs, -amount_fen, kind, payee)


def chained(entries: Iterable[Entry]) -> tuple[Voucher, ...]:
    """As `Books` numbers and chains them."""
    vouchers, before = list[Voucher](), ""
    for number, entry in enumerate(entries, 1):
        vouchers.append(Voucher(number, entry, NOON, "会计", before, hash_of(number, entry, NOON, "会计", before)))
        before = vouchers[-1].hash
    return tuple(vouchers)
