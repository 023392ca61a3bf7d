"""What becomes of risk deposits: refund, reward and forfeit, for everybody who has paid one in."""

from __future__ import annotations

from collections.abc import Sequence

from engine.columnar.money.claims import Claims, rounded_fen
from engine.columnar.money.layout import DueKind, MoneyColumns
from engine.columnar.plan import IntColumn, Truth
from rules.money import DepositOutcome, RiskDeposit


def deposits(claims: Claims, into: MoneyColumns) -> None:
    for deposit in claims.scribe.contract.deposits:
        claims.plan.at = deposit.id
        _settle(claims, deposit, into)


def _settle(claims: Claims, deposit: RiskDeposit, into: MoneyColumns) -> None:
    """The first outcome whose condition holds; the last is for everybody left."""
    plan, nothing = claims.plan, claims.plan.constant(0)
    pays = claims.in_posts(deposit.posts)
    conditions = [claims.holds(outcome.when) for outcome in deposit.outcomes[:-1]]
    taken, paid_in = _taken(claims, deposit), plan.constant(deposit.amount)
    agreed = _of_outcome(conditions, [plan.constant(_refund(deposit, one)) for one in deposit.outcomes])
    refund = agreed.at_most(paid_in - taken).named()
    reward = _of_outcome(conditions, [plan.constant(_reward(deposit, one)) for one in deposit.outcomes])
    lost = (claims.cancelled | taken.is_at_least(1)).settled()
    into.due(deposit.id, DueKind.REFUND, pays.choose(refund, nothing))
    into.due(deposit.id, DueKind.REWARD, (pays & ~lost).settled().choose(reward, nothing))
    accounts = [outcome.forfeit_to or deposit.account or "" for outcome in deposit.outcomes]
    forfeit = pays.choose(paid_in - refund, nothing).named()
    for account in dict.fromkeys(accounts):
        goes_there = plan.truth(accounts[-1] == account)
        for condition, named in zip(reversed(conditions), reversed(accounts[:-1]), strict=True):
            goes_there = condition.choose_truth(plan.truth(named == account), goes_there).settled()
        into.due(deposit.id, DueKind.FORFEIT, goes_there.choose(forfeit, nothing), account)


def _taken(claims: Claims, deposit: RiskDeposit) -> IntColumn:
    """What the veto or warning takes that takes most; never more than there is."""
    plan = claims.plan
    taken = plan.constant(0)
    for effects, truth, _ in claims.verdicts.hits:
        if effects.forfeit_deposit:
            lost = min(deposit.amount, rounded_fen(deposit, effects.forfeit_deposit * deposit.amount))
            taken = taken.at_least(truth.choose(plan.constant(lost), plan.constant(0)))
    return taken.named()


def _of_outcome(conditions: Sequence[Truth], amounts: Sequence[IntColumn]) -> IntColumn:
    amount = amounts[-1]
    for condition, mine in zip(reversed(conditions), reversed(amounts[:-1]), strict=True):
        amount = condition.choose(mine, amount)
    return amount.settled()


def _refund(deposit: RiskDeposit, outcome: DepositOutcome) -> int:
    """A whole refund is not rounded: nothing may be left that no account is named for."""
    return deposit.amount if outcome.refund == 1 else rounded_fen(deposit, outcome.refund * deposit.amount)


def _reward(deposit: RiskDeposit, outcome: DepositOutcome) -> int:
    """A multiple is rounded, an amount is what the contract says."""
    if outcome.reward_times is not None:
        return rounded_fen(deposit, outcome.reward_times * deposit.amount)
    return outcome.reward or 0
