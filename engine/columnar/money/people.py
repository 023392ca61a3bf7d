"""The cadres behind money, joined to the rows: for what time they held posts; at a party, what is held and who holds which post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import narwhals as nw

from engine.columnar.layers import Width
from engine.columnar.money.held import Time, held_under, join_times
from engine.columnar.plan import IntColumn, Plan
from rules.contract import Contract
from targets.columns.backend import Backend
from targets.columns.year import Frame, YearColumns


@dataclass(frozen=True, slots=True)
class Counted:
    """A column of cadres or of fen, from 0 to `high`."""

    name: str
    high: int
    width: Width = Width.PLAIN

    def column(self, plan: Plan) -> IntColumn:
        return plan.column(self.name, 0, self.high, width=self.width)


@dataclass(frozen=True, slots=True)
class People:
    """`times`: of the contract's own deposits; `deposits`: what is held under each contract given of those who were last in
    post at the party; `holders`: who holds each post there on the last day."""

    times: Mapping[str, Time] = field(default_factory=dict)
    deposits: Sequence[Counted] = ()
    holders: Mapping[str, Counted] = field(default_factory=dict)


def join_people(
    base: Frame, contract: Contract, contracts: Sequence[Contract], year: YearColumns, backend: Backend
) -> tuple[Frame, People]:
    """Whom the contract's deposits and awards ask about, joined to the rows by subject."""
    base, times = join_times(base, contract, year, backend)
    deposits: list[Counted] = []
    if any(award.deposit_share is not None for award in contract.awards):
        for rows, held in _held_at_parties(contracts, year, backend):
            base = base.join(rows, on="subject", how="left").with_columns(nw.col(held.name).fill_null(0))
            deposits.append(held)
    posts = dict.fromkeys(payee.post for award in contract.awards for payee in award.payees)
    if year.holders is None or not posts:
        return base, People(times, deposits)
    holders = {post: Counted(f"holders {post}", year.holders_count) for post in posts}
    base = _joined(base, year.holders, {counted.name: nw.col("post") == post for post, counted in holders.items()})
    return base, People(times, deposits, holders)


def _held_at_parties(
    contracts: Sequence[Contract], year: YearColumns, backend: Backend
) -> Iterator[tuple[Frame, Counted]]:
    """By each contract with deposits the sum at each party (`subject`) where one of its cadres was last in post."""
    for one in contracts:
        columns = year.contracts[one.contract]
        if not one.deposits or not columns.subjects:
            continue
        base, times = join_times(columns.frame, one, year, backend)
        plan = Plan(backend, columns.league_size_max)
        held = held_under(plan, one, times).values()
        amount = plan.sum_of(each.pays.choose(each.amount, plan.constant(0)) for each in held).named()
        most = amount.high * columns.subjects
        summed = Counted(f"held under {one.contract}", most, max(Width.PLAIN, plan.reaching(0, most)))
        name, kind = amount.column_name("held"), summed.width.kind
        rows = plan.frame(base, ["party", name], backend).select("party", fen=nw.col(name).cast(kind))
        by_party = rows.group_by("party").agg(nw.col("fen").sum())
        yield by_party.select(subject=nw.col("party"), **{summed.name: nw.col("fen").cast(kind)}), summed


def _joined(base: Frame, rows: Frame, tests: Mapping[str, nw.Expr]) -> Frame:
    """How many rows at the party pass each test; 0 where there is none."""
    one, zero = nw.lit(1, nw.Int64), nw.lit(0, nw.Int64)
    marked = rows.select("party", **{name: nw.when(test).then(one).otherwise(zero) for name, test in tests.items()})
    counted = marked.group_by("party").agg(*(nw.col(name).sum() for name in tests))
    counted = counted.select(subject=nw.col("party"), **{name: nw.col(name).cast(nw.Int64) for name in tests})
    return base.join(counted, on="subject", how="left").with_columns(nw.col(name).fill_null(0) for name in tests)
