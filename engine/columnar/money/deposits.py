"""What becomes of risk deposits: refund, reward and forfeit, for everybody of whom something is held."""

from __future__ import annotations

from collections.abc import Sequence

from engine.columnar.exact import whole
from engine.columnar.money.claims import Claims
from engine.columnar.money.fen import rounded
from engine.columnar.money.held import Held
from engine.columnar.money.layout import MoneyColumns
from engine.columnar.plan import IntColumn, Truth
from rules.money import DepositOutcome, DueKind


def deposits(claims: Claims, into: MoneyColumns) -> None:
    for held in claims.held.values():
        claims.plan.at = held.deposit.id
        _settle(claims, held, into)


def _settle(claims: Claims, held: Held, into: MoneyColumns) -> None:
    """The first outcome whose condition holds; the last is for everybody left."""
    plan, nothing, deposit, pays = claims.plan, claims.plan.constant(0), held.deposit, held.pays
    conditions = [claims.holds(outcome.when) for outcome in deposit.outcomes[:-1]]
    taken = _taken(claims, held)
    agreed = _of_outcome(conditions, [_refund(held, one) for one in deposit.outcomes])
    refund = agreed.at_most((held.amount - taken).at_least(0)).named()
    reward = _of_outcome(conditions, [_reward(held, one) for one in deposit.outcomes])
    lost = (claims.cancelled | taken.is_at_least(1)).settled()
    into.due(deposit.id, DueKind.REFUND, pays.choose(refund, nothing))
    into.due(deposit.id, DueKind.REWARD, (pays & ~lost).settled().choose(reward, nothing))
    accounts = [outcome.forfeit_to or deposit.account or "" for outcome in deposit.outcomes]
    forfeit = pays.choose((held.amount - refund).at_least(0), nothing).named()
    for account in dict.fromkeys(accounts):
        goes_there = plan.truth(accounts[-1] == account)
        for condition, named in zip(reversed(conditions), reversed(accounts[:-1]), strict=True):
            goes_there = condition.choose_truth(plan.truth(named == account), goes_there).settled()
        into.due(deposit.id, DueKind.FORFEIT, goes_there.choose(forfeit, nothing), account)


def _taken(claims: Claims, held: Held) -> IntColumn:
    """What the veto or warning takes that takes most; never more than there is."""
    plan = claims.plan
    taken = plan.constant(0)
    for effects, truth, _ in claims.verdicts.hits:
        if effects.forfeit_deposit:
            lost = (
                rounded(held.deposit, whole(held.amount).times(effects.forfeit_deposit)).at_most(held.amount).settled()
            )
            taken = taken.at_least(truth.choose(lost, plan.constant(0)))
    return taken.named()


def _of_outcome(conditions: Sequence[Truth], amounts: Sequence[IntColumn]) -> IntColumn:
    amount = amounts[-1]
    for condition, mine in zip(reversed(conditions), reversed(amounts[:-1]), strict=True):
        amount = condition.choose(mine, amount)
    return amount.settled()


def _refund(held: Held, outcome: DepositOutcome) -> IntColumn:
    """A whole refund is not rounded: nothing may be left that no account is named for."""
    if outcome.refund == 1:
        return held.amount
    return rounded(held.deposit, whole(held.amount).times(outcome.refund)).settled()


def _reward(held: Held, outcome: DepositOutcome) -> IntColumn:
    """A multiple is rounded, an amount is what the contract says of a whole year."""
    if outcome.reward_times is not None:
        return rounded(held.deposit, whole(held.amount).times(outcome.reward_times)).settled()
    return held.of_year(outcome.reward or 0)
