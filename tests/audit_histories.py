"""What an auditor is given of a town: a list, a ledger, a run; clean, in every form that offices have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from audit_towns import SHAPES, Town, paid_out

from engine.audit.chain import prove
from engine.audit.finding import Finding
from engine.audit.reconcile import reconcile
from engine.audit.settled import RunRecord
from targets.ledger import Voucher
from targets.payout import PayoutLine


@dataclass(frozen=True)
class History:
    """What an auditor is given."""

    town: Town
    lines: tuple[PayoutLine, ...]
    vouchers: tuple[Voucher, ...]
    record: RunRecord
    head: str = ""

    def audited(self) -> tuple[Finding, ...]:
        found = reconcile(self.lines, self.town.entitled, self.vouchers, [self.town.run])
        return (*found, *prove(self.vouchers, [self.record], self.head))


def clean(town: Town, dice: Random) -> History:
    """A shape, and the columns that the office has: codes and names, or only one of them."""
    lines = paid_out(town, town.paid, dice.choice(list(SHAPES)), dice)
    columns = dice.choice(("both", "both", "code", "name"))
    if columns == "code":
        lines = [replace(line, name="") for line in lines]
    elif columns == "name":
        lines = [replace(line, code="") for line in lines]
    head = dice.choice(("", town.vouchers[-1].hash, dice.choice(town.vouchers).hash))
    return History(town, tuple(lines), town.vouchers, town.record, head)
