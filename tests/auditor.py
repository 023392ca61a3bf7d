"""A second opinion on the ledger that shares no code with it: dictionaries of fen, kept by hand as events come in.

It knows nothing of vouchers, accounts or hashes. Whatever the ledger says, what people have paid and got must be what this says.
"""

from __future__ import annotations

from collections import defaultdict

# contract, clause, cadre or party, kind of due, payee
Line = tuple[str, str, str, str, str]


class Auditor:
    def __init__(self) -> None:
        self.paid_in: dict[tuple[str, str, str], int] = defaultdict(int)
        self.got: dict[str, int] = defaultdict(int)
        self.funds: dict[str, int] = defaultdict(int)
        self.advances = 0
        self.settled: dict[Line, int] = {}

    def pay_deposit(self, contract: str, clause: str, cadre: str, amount_fen: int) -> None:
        """Above 0 paid in, below 0 given back."""
        self.paid_in[contract, clause, cadre] += amount_fen
        self.got[cadre] -= amount_fen

    def may_settle(self, dues: dict[Line, int]) -> bool:
        """Only what was paid in can come back or be forfeited, and all of it must."""
        disposed: dict[tuple[str, str, str], int] = defaultdict(int)
        for (contract, clause, subject, kind, _), amount_fen in dues.items():
            if kind in ("refund", "forfeit"):
                disposed[contract, clause, subject] += amount_fen
        keys = {*disposed, *self.paid_in}
        return all(disposed.get(key, 0) == self.paid_in.get(key, 0) for key in keys)

    def settle(self, dues: dict[Line, int]) -> None:
        """What was settled before is taken back in thought, and everything paid anew."""
        for line, amount_fen in self.settled.items():
            self._pay(line, -amount_fen)
        for line, amount_fen in dues.items():
            self._pay(line, amount_fen)
        self.settled = dict(dues)

    def _pay(self, line: Line, amount_fen: int) -> None:
        kind, payee = line[3], line[4]
        if kind == "forfeit":
            self.funds[payee] += amount_fen
        elif kind != "withheld":
            self.got[payee] += amount_fen
        if kind == "advance":
            self.advances += amount_fen

    def deposits_left(self) -> int:
        back = sum(fen for line, fen in self.settled.items() if line[3] in ("refund", "forfeit"))
        return sum(self.paid_in.values()) - back
