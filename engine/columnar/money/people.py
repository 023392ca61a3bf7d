"""The cadres behind a party's awards, counted and joined to its row: who pays which deposit there, who holds which post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import narwhals as nw

from engine.columnar.plan import IntColumn, Plan
from rules.contract import Contract
from rules.money import RiskDeposit
from targets.columns.year import Frame, YearColumns


@dataclass(frozen=True, slots=True)
class Counted:
    """A column of numbers of cadres, from 0 to `high`."""

    name: str
    high: int

    def column(self, plan: Plan) -> IntColumn:
        return plan.column(self.name, 0, self.high)


@dataclass(frozen=True, slots=True)
class People:
    """`payers`: who pays each deposit, of any contract given, and was last in post at the party; `holders`: who holds
    each post there on the last day."""

    payers: Sequence[tuple[RiskDeposit, Counted]] = ()
    holders: Mapping[str, Counted] = field(default_factory=dict)


def join_people(
    base: Frame, contract: Contract, contracts: Sequence[Contract], year: YearColumns
) -> tuple[Frame, People]:
    """Whom the contract's awards ask about, joined to the rows by subject."""
    payers: list[tuple[RiskDeposit, Counted]] = []
    if any(award.deposit_share is not None for award in contract.awards):
        for other in contracts:
            columns = year.contracts[other.contract]
            if not other.deposits or not columns.subjects:
                continue
            own = [
                (deposit, Counted(f"payers {other.contract} {deposit.id}", columns.subjects))
                for deposit in other.deposits
            ]
            tests = {counted.name: nw.col("post").is_in(list(deposit.posts)) for deposit, counted in own}
            base = _joined(base, columns.frame, tests)
            payers += own
    posts = dict.fromkeys(payee.post for award in contract.awards for payee in award.payees)
    if year.holders is None or not posts:
        return base, People(payers)
    holders = {post: Counted(f"holders {post}", year.holders_count) for post in posts}
    base = _joined(base, year.holders, {counted.name: nw.col("post") == post for post, counted in holders.items()})
    return base, People(payers, holders)


def _joined(base: Frame, rows: Frame, tests: Mapping[str, nw.Expr]) -> Frame:
    """How many rows at the party pass each test; 0 where there is none."""
    one, zero = nw.lit(1, nw.Int64), nw.lit(0, nw.Int64)
    marked = rows.select("party", **{name: nw.when(test).then(one).otherwise(zero) for name, test in tests.items()})
    counted = marked.group_by("party").agg(*(nw.col(name).sum() for name in tests))
    counted = counted.select(subject=nw.col("party"), **{name: nw.col(name).cast(nw.Int64) for name in tests})
    return base.join(counted, on="subject", how="left").with_columns(nw.col(name).fill_null(0) for name in tests)
