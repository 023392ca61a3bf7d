"""The ledger as a file of Beancount (https://beancount.github.io), which anybody can add up with another program than ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from cli.language import Speech
from cli.names import Names
from cli.vouchers import account_name, purpose, show_yuan
from targets.ledger import Account, AccountKind, Posting, Voucher, balances

N_ = str
# By what each is to the office. Cash and the pay that it keeps back are its own: assets. A deposit is owed to the cadre:
# a liability. What is forfeited is owed to nobody any more and was not earned either, but is set aside for a purpose:
# equity. Awards are spent: an expense. Advances were entered as an asset when the office paid them, in its own books;
# here they are only credited, as the award takes their place.
# No name here begins another one, and what follows is spelled without loss: two accounts never become one.
BASES: Mapping[AccountKind, str] = {
    AccountKind.CASH: "Assets:Cash",
    AccountKind.PAY: "Assets:Pay",
    AccountKind.DEPOSIT: "Liabilities:Deposits:C",
    AccountKind.FUND: "Equity:Funds:F",
    AccountKind.AWARDS: "Expenses:Awards",
    AccountKind.ADVANCES: "Assets:Advances",
}
CURRENCY = "CNY"


def as_beancount(vouchers: Sequence[Voucher], names: Names, speech: Speech) -> str:
    """Every account opened, a transaction for each voucher with all that names it, and what every account comes to.

    A voucher that moves nothing (a seal, a settlement's end) is a `custom` directive.
    """
    in_order = sorted(vouchers, key=lambda one: (one.entry.day, one.number))
    title = speech(N_("ledger of responsibility contracts"))
    lines = [f'option "title" {_quoted(title)}', f'option "operating_currency" "{CURRENCY}"', ""]
    lines += _opened(in_order, names, speech)
    for one in in_order:
        lines += ["", *(_transaction(one, names, speech) if one.entry.postings else _event(one))]
    return "\n".join([*lines, "", *_asserted(in_order)]) + "\n"


def account_in_beancount(account: Account) -> str:
    """A name that Beancount allows: ASCII letters and digits and Chinese characters as they are, others by code point."""
    return BASES[account.kind] + "".join(
        char if (char.isascii() and char.isalnum()) or "\u4e00" <= char <= "\u9fff" else f"-{ord(char):x}-"
        for char in account.owner
    )


def _opened(in_order: Sequence[Voucher], names: Names, speech: Speech) -> Iterator[str]:
    for account in balances(in_order):
        yield f"{in_order[0].entry.day.isoformat()} open {account_in_beancount(account)} {CURRENCY}"
        yield f"  name: {_quoted(account_name(speech, account, names))}"


def _transaction(voucher: Voucher, names: Names, speech: Speech) -> Iterator[str]:
    entry = voucher.entry
    told = " ".join(part for part in (names.contract(entry.contract), purpose(speech, entry, names)) if part)
    yield f"{entry.day.isoformat()} * {_quoted(names.person(entry.subject))} {_quoted(told)}"
    yield from _named(voucher)
    for posting in entry.postings:
        yield f"  {account_in_beancount(posting.account)}  {show_yuan(posting.amount_fen)} {CURRENCY}"
        yield from _reached(posting)


def _event(voucher: Voucher) -> Iterator[str]:
    yield f"{voucher.entry.day.isoformat()} custom {_quoted(voucher.entry.kind.value)} {_quoted(voucher.entry.run)}"
    yield from _named(voucher)


def _named(voucher: Voucher) -> Iterator[str]:
    entry = voucher.entry
    texts = {
        "kind": entry.kind.value, "run": entry.run, "contract": entry.contract, "clause": entry.clause,
        "subject": entry.subject, "remark": entry.note, "hash": voucher.hash,
    }  # fmt: skip
    yield f"  voucher: {voucher.number}"
    yield from (f"  {key}: {_quoted(text)}" for key, text in texts.items() if text)


def _reached(posting: Posting) -> Iterator[str]:
    texts = {"due": posting.due, "payee": posting.payee}
    yield from (f"    {key}: {_quoted(text)}" for key, text in texts.items() if text)


def _asserted(in_order: Sequence[Voucher]) -> Iterator[str]:
    """On the day after the last: an assertion holds at the beginning of its day. Without tolerance, which would forgive a fen."""
    for account, amount_fen in balances(in_order).items():
        day = in_order[-1].entry.day + timedelta(days=1)
        yield f"{day.isoformat()} balance {account_in_beancount(account)}  {show_yuan(amount_fen)} ~ 0.00 {CURRENCY}"


def _quoted(text: str) -> str:
    """What cannot be printed would end the line, or the file; nothing that we keep has any, except where it was tampered with."""
    printable = "".join(char if char.isprintable() else "\ufffd" for char in text)
    escaped = printable.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
