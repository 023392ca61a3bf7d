"""What settled dues pay to whom: the sums that the list of payments and the bank's list are made of. In fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cli.language import Speech
from cli.names import Names
from cli.vouchers import Cells
from targets.ledger import AccountKind, EntryKind, Voucher

N_ = str
PAYOUT_COLUMNS = (N_("code of the payee"), N_("name of the payee"), N_("kind of payment"), N_("amount (yuan)"))
PAYEE_COLUMNS = (
    N_("code of the payee"), N_("name of the payee"), N_("refund"), N_("reward"), N_("award"),
    N_("less what was had in advance or paid in"), N_("to be paid"), N_("signature"),
)  # fmt: skip
# As the bank's list has them, and in its order.
PAYMENTS: Mapping[str, str] = {
    "refund": N_("refund"), "reward": N_("reward money"), "award": N_("award"),
}  # fmt: skip
# What was had in advance is part of an award, so that is what it comes off first.
_TAKEN_FROM = ("award", "reward", "refund")


@dataclass(frozen=True, slots=True)
class Payout:
    """Of one payee: the sums by kind of payment, and what was had in advance or paid in. Corrections may be below 0."""

    payee: str
    refund_fen: int
    reward_fen: int
    award_fen: int
    taken_off_fen: int

    @property
    def total_fen(self) -> int:
        """Below 0: the payee gives that back."""
        return self.refund_fen + self.reward_fen + self.award_fen - self.taken_off_fen

    def payments(self) -> Iterator[tuple[str, int]]:
        """What is paid, by kind, all above 0; together the total, or nothing where the payee owes something."""
        sums = {"refund": self.refund_fen, "reward": self.reward_fen, "award": self.award_fen}
        owed_fen = self.taken_off_fen - sum(min(amount_fen, 0) for amount_fen in sums.values())
        left = {kind: max(amount_fen, 0) for kind, amount_fen in sums.items()}
        # Below 0 where more came back than was ever had: a correction, paid with the award.
        left["award"] -= min(owed_fen, 0)
        owed_fen = max(owed_fen, 0)
        for kind in _TAKEN_FROM:
            taken_fen = min(owed_fen, left[kind])
            left[kind], owed_fen = left[kind] - taken_fen, owed_fen - taken_fen
        return ((kind, amount_fen) for kind, amount_fen in left.items() if amount_fen)


def payouts(vouchers: Iterable[Voucher]) -> list[Payout]:
    """By code of the payee, with all that dues paid in cash; what is forfeited goes to nobody on this list."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for voucher in vouchers:
        if voucher.entry.kind is EntryKind.DUE:
            for posting in voucher.entry.postings:
                if posting.due and posting.account.kind is not AccountKind.FUND:
                    sums[posting.payee][posting.due] -= posting.amount_fen
    return [
        Payout(payee, by["refund"], by["reward"], by["award"], -by["paid_in"] - by["advance"])
        for payee, by in sorted(sums.items())
    ]


def payee_rows(vouchers: Iterable[Voucher], names: Names) -> list[Cells]:
    """One row for each payee, with room for a signature; see `PAYEE_COLUMNS`."""
    return [
        (
            one.payee, names.person(one.payee), one.refund_fen, one.reward_fen, one.award_fen, -one.taken_off_fen,
            one.total_fen, "",
        )
        for one in payouts(vouchers)
    ]  # fmt: skip


def payout_rows(speech: Speech, vouchers: Iterable[Voucher], names: Names) -> list[Cells]:
    """One row for each payee and kind of payment; see `PAYOUT_COLUMNS`."""
    return [
        (one.payee, names.person(one.payee), speech(PAYMENTS[kind]), amount_fen)
        for one in payouts(vouchers)
        for kind, amount_fen in one.payments()
    ]
