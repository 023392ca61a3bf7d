"""Which column of a judged frame holds how much money of which clause: how dues are read out of the compiled plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.columnar.layers import Width
from engine.columnar.plan import IntColumn, Truth
from rules.money import DueKind


@dataclass(frozen=True, slots=True)
class DueLayout:
    """A column of fen, 0 where nothing is due, to or from the subject or (for what is forfeited) to an account."""

    clause: str
    due: DueKind
    amount: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class PayeeLayout:
    """What the holders of a post get of a party's award: `each` so many fen, and `odd` of them, by code, one more."""

    clause: str
    post: str
    each: str
    odd: str


@dataclass(frozen=True, slots=True)
class MoneyLayout:
    """Everything that a contract's clauses come to. `cancelled` names the truth that a veto or warning cancels the subject's
    awards, or is what it is in every row; `width` holds every amount."""

    dues: tuple[DueLayout, ...] = ()
    payees: tuple[PayeeLayout, ...] = ()
    cancelled: str | bool = False
    width: Width = Width.PLAIN

    def columns(self) -> Iterator[str]:
        yield from (line.amount for line in self.dues)
        for one in self.payees:
            yield from (one.each, one.odd)
        if isinstance(self.cancelled, str):
            yield self.cancelled


class MoneyColumns:
    """The layout while it is made: what is nothing for everybody gets no column."""

    def __init__(self) -> None:
        self._dues: list[DueLayout] = []
        self._payees: list[PayeeLayout] = []
        self._width = Width.PLAIN

    def due(self, clause: str, due: DueKind, amount: IntColumn, account: str = "") -> None:
        if (amount.low, amount.high) != (0, 0):
            self._dues.append(DueLayout(clause, due, self._name(amount, due), account))

    def payee(self, clause: str, post: str, each: IntColumn, odd: IntColumn) -> None:
        if (each.low, each.high, odd.low, odd.high) != (0, 0, 0, 0):
            self._payees.append(PayeeLayout(clause, post, self._name(each, "each"), self._name(odd, "odd")))

    def _name(self, amount: IntColumn, what: str) -> str:
        self._width = max(self._width, amount.width)
        return amount.column_name(what)

    def laid_out(self, cancelled: Truth) -> MoneyLayout:
        name = cancelled.column_name("cancelled") if cancelled.value is None else cancelled.value
        return MoneyLayout(tuple(self._dues), tuple(self._payees), name, self._width)
