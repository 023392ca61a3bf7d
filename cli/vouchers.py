"""The ledger as rows: vouchers, what the accounts come to, and how everybody stands. An amount is a whole number of fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cli.dues import KINDS
from cli.language import Speech
from cli.names import Names
from rules.quantity import show
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting, Voucher, balances

N_ = str
COLUMNS = (
    N_("voucher"), N_("day"), N_("contract"), N_("what for"), N_("code"), N_("name"), N_("account"),
    N_("kind of amount"), N_("payee code"), N_("payee"), N_("debit"), N_("credit"), N_("run"),
)  # fmt: skip
BALANCE_COLUMNS = (N_("code"), N_("account"), N_("debit balance"), N_("credit balance"))
CADRE_COLUMNS = (
    N_("code"), N_("name"), N_("deposit paid in"), N_("deposit given back"), N_("refunded"), N_("forfeited"),
    N_("deposit held now"), N_("reward"), N_("award"), N_("taken off the award"),
)  # fmt: skip
FUND_COLUMNS = (N_("code"), N_("account"), N_("forfeited to it"))
ACCOUNTS: Mapping[AccountKind, str] = {
    AccountKind.CASH: N_("cash"), AccountKind.PAY: N_("performance pay withheld"), AccountKind.DEPOSIT: N_("deposit"),
    AccountKind.FUND: N_("designated account"), AccountKind.AWARDS: N_("awards and rewards paid"),
    AccountKind.ADVANCES: N_("paid in advance"),
}  # fmt: skip
RUN_DIGITS = 12

Cells = tuple[str | int, ...]
"""Text, and amounts in fen."""


def voucher_rows(speech: Speech, vouchers: Iterable[Voucher], names: Names) -> Iterator[tuple[str, ...]]:
    """One row of text for each posting, and one for a voucher without any; see `COLUMNS`. In yuan, to the fen."""
    return (as_text(cells) for one in vouchers for cells in cells_of(speech, one, names))


def as_text(cells: Cells) -> tuple[str, ...]:
    return tuple(cell if isinstance(cell, str) else show_yuan(cell) for cell in cells)


def show_yuan(amount_fen: int) -> str:
    """`1200.50`: without a sign of currency, so that a spreadsheet adds it up."""
    return show(Fraction(amount_fen, 100), 2)


def cells_of(speech: Speech, voucher: Voucher, names: Names) -> list[Cells]:
    """The rows of one voucher."""
    entry = voucher.entry
    head = (
        str(voucher.number), entry.day.isoformat(), names.contract(entry.contract), purpose(speech, entry, names),
        entry.subject, names.person(entry.subject),
    )  # fmt: skip
    run = entry.run[:RUN_DIGITS]
    if not entry.postings:
        return [(*head, "", "", "", "", "", "", run)]
    return [
        (
            *head, account_name(speech, one.account, names), kind_name(speech, entry, one), *_payee(one, names),
            one.amount_fen if one.amount_fen >= 0 else "", -one.amount_fen if one.amount_fen < 0 else "", run,
        )
        for one in entry.postings
    ]  # fmt: skip


def purpose(speech: Speech, entry: Entry, names: Names) -> str:
    """The clause, or what else the voucher says happened."""
    match entry.kind:
        case EntryKind.SEAL:
            return speech(N_("run sealed"))
        case EntryKind.SETTLED:
            return speech(N_("run wholly settled"))
        case _:
            return names.clause(entry.contract, entry.clause)


def account_name(speech: Speech, account: Account, names: Names) -> str:
    """In words: what kind it is, and whose."""
    match account.kind:
        case AccountKind.FUND:
            return names.account(account.owner)
        case AccountKind.DEPOSIT:
            return f"{speech(ACCOUNTS[account.kind])}—{names.person(account.owner)}"
        case _:
            return speech(ACCOUNTS[account.kind])


def kind_name(speech: Speech, entry: Entry, posting: Posting) -> str:
    if posting.due:
        return speech(KINDS.get(posting.due, posting.due))
    if entry.kind is EntryKind.DEPOSIT and posting.account.kind is AccountKind.DEPOSIT:
        return speech(N_("deposit paid in") if posting.amount_fen < 0 else N_("deposit given back"))
    return ""


def _payee(posting: Posting, names: Names) -> tuple[str, str]:
    """Code and name. Of what goes to an account of the contract, that account has a name already."""
    if posting.account.kind is AccountKind.FUND:
        return "", ""
    return posting.payee, names.person(posting.payee)


def balance_rows(speech: Speech, sums: Mapping[Account, int], names: Names) -> list[Cells]:
    """What every account comes to, on the side on which it stands."""
    return [
        (
            str(account), account_name(speech, account, names),
            amount_fen if amount_fen >= 0 else "", -amount_fen if amount_fen < 0 else "",
        )
        for account, amount_fen in sums.items()
    ]  # fmt: skip


def fund_rows(vouchers: Iterable[Voucher], names: Names) -> list[Cells]:
    """What each account of the contracts gets."""
    return [
        (account.owner, names.account(account.owner), -amount_fen)
        for account, amount_fen in balances(vouchers).items()
        if account.kind is AccountKind.FUND
    ]


@dataclass(slots=True)
class Standing:
    """How somebody stands: the deposit as it came and went, and what else was paid. All in fen."""

    paid_in_fen: int = 0
    given_back_fen: int = 0
    refunded_fen: int = 0
    forfeited_fen: int = 0
    held_fen: int = 0
    rewarded_fen: int = 0
    awarded_fen: int = 0
    taken_off_fen: int = 0


def cadre_rows(found: Mapping[str, Standing], names: Names) -> list[Cells]:
    """One for each, see `CADRE_COLUMNS`."""
    return [
        (
            code, names.person(code), one.paid_in_fen, one.given_back_fen, one.refunded_fen, one.forfeited_fen,
            one.held_fen, one.rewarded_fen, one.awarded_fen, one.taken_off_fen,
        )
        for code, one in found.items()
    ]  # fmt: skip


def standings(vouchers: Iterable[Voucher]) -> Mapping[str, Standing]:
    """By code, everybody whose deposit is or was there, or who was paid: a cadre, or a party that has an award."""
    found: dict[str, Standing] = defaultdict(Standing)
    for voucher in vouchers:
        for posting in voucher.entry.postings:
            if posting.account.kind is AccountKind.DEPOSIT:
                _move_deposit(found[posting.account.owner], voucher.entry, posting)
            if posting.due == "forfeit":
                found[voucher.entry.subject].forfeited_fen -= posting.amount_fen
            elif posting.due:
                _pay(found[posting.payee], posting)
    return dict(sorted(found.items()))


def _move_deposit(one: Standing, entry: Entry, posting: Posting) -> None:
    one.held_fen -= posting.amount_fen
    if entry.kind is EntryKind.DEPOSIT:
        one.paid_in_fen += max(-posting.amount_fen, 0)
        one.given_back_fen += max(posting.amount_fen, 0)


def _pay(one: Standing, posting: Posting) -> None:
    match posting.due:
        case "refund":
            one.refunded_fen -= posting.amount_fen
        case "reward":
            one.rewarded_fen -= posting.amount_fen
        case "award":
            one.awarded_fen -= posting.amount_fen
        case _:
            one.taken_off_fen += posting.amount_fen


def as_json(vouchers: Sequence[Voucher]) -> list[dict[str, object]]:
    """The same in every language; amounts in whole fen, debit above 0."""
    return [
        {
            "voucher": one.number, "day": one.entry.day.isoformat(), "kind": one.entry.kind.value, "run": one.entry.run,
            "contract": one.entry.contract, "clause": one.entry.clause, "subject": one.entry.subject,
            "note": one.entry.note, "who": one.who, "hash": one.hash,
            "postings": [
                {"account": str(p.account), "amount_fen": p.amount_fen, "due": p.due, "payee": p.payee}
                for p in one.entry.postings
            ],
        }
        for one in vouchers
    ]  # fmt: skip
