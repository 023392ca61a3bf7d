"""A line of the finance office's list: what was really paid, to whom."""

from __future__ import annotations

from dataclasses import dataclass

from rules.diagnostic import Span


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """`code` or `name` may be empty, not both; `amount_fen` below 0 is what was taken back."""

    place: Span
    code: str
    name: str
    amount_fen: int
    purpose: str = ""
    voucher: str = ""
