"""Risk deposits, or performance pay withheld: what comes back, what is added, what is forfeited and to which account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.score.derivation import Location, Step, readable
from engine.settle.court import Court, outcome_node
from engine.settle.due import Due, DueKind, computed_fen, nothing_due, to_unit
from engine.verdict import Verdict
from rules.diagnostic import Text, say
from rules.money import DepositOutcome, RiskDeposit
from rules.quantity import show_money, show_percent


def deposit_dues(court: Court, number: int) -> Iterator[Due]:
    """Of everybody whose post pays that deposit."""
    deposit = court.judged.contract.deposits[number]
    for verdict in court.verdicts():
        if verdict.subject.post in deposit.posts:
            yield from _of_cadre(court, number, deposit, verdict)


def _of_cadre(court: Court, number: int, deposit: RiskDeposit, verdict: Verdict) -> Iterator[Due]:
    code, title = verdict.subject.code, say("{deposit}", deposit=deposit.label)
    index, why = _outcome(court, number, deposit, code)
    outcome, at = deposit.outcomes[index], ("deposits", number, "outcomes", index)
    taken_fen, taking = _taken(deposit, verdict, at)
    refund_fen = min(_refund(deposit, outcome), deposit.amount - taken_fen)
    worked = say("{amount} × {share}", amount=show_money(deposit.amount), share=show_percent(outcome.refund))
    if taking is not None:
        worked = say(
            "{worked}, at most {rest}: {refund}",
            worked=worked, rest=show_money(deposit.amount - taken_fen), refund=show_money(refund_fen),
        )  # fmt: skip
    below = why if taking is None else (*why, taking)
    step = computed_fen(title, say("refunded: {outcome}", outcome=outcome.label), worked, refund_fen, at, below)
    yield Due(verdict.contract, code, deposit.id, DueKind.REFUND, code, refund_fen, step)
    forfeit_fen = deposit.amount - refund_fen
    if forfeit_fen:
        account = outcome.forfeit_to or deposit.account
        assert account is not None, "refused before: DX618"
        named = next(one.label for one in court.judged.contract.accounts if one.id == account)
        rest = say("{amount} - {refund}", amount=show_money(deposit.amount), refund=show_money(refund_fen))
        kept = computed_fen(title, say("forfeited to {account}", account=named), rest, forfeit_fen, at, below)
        yield Due(verdict.contract, code, deposit.id, DueKind.FORFEIT, account, forfeit_fen, kept)
    yield from _reward(deposit, outcome, verdict, at, why, taken_fen)


def _outcome(court: Court, number: int, deposit: RiskDeposit, code: str) -> tuple[int, tuple[Step, ...]]:
    """The first outcome whose condition holds, and what was decided on the way."""
    steps: list[Step] = []
    for index, outcome in enumerate(deposit.outcomes):
        step = court.why(code, outcome_node(number, index))
        steps += [step] if step is not None else []
        if outcome.when is None or court.holds(code, outcome_node(number, index)):
            return index, tuple(steps)
    raise AssertionError("checked: the last outcome has no condition")


def _refund(deposit: RiskDeposit, outcome: DepositOutcome) -> int:
    """All of it to the fen, a share of it to the unit."""
    return deposit.amount if outcome.refund == 1 else to_unit(outcome.refund * deposit.amount, deposit)


def _taken(deposit: RiskDeposit, verdict: Verdict, at: Location) -> tuple[int, Step | None]:
    """What vetoes and warnings forfeit: the largest share any of them names."""
    taking = [
        record
        for record in (*verdict.warnings, *verdict.vetoes)
        if record.effects is not None and record.effects.forfeit_deposit
    ]
    if not taking:
        return 0, None
    share = max(record.effects.forfeit_deposit or Fraction(0) for record in taking if record.effects is not None)
    taken_fen = min(deposit.amount, to_unit(share * deposit.amount, deposit))
    worked = say("{amount} × {share}", amount=show_money(deposit.amount), share=show_percent(share))
    title, rule = say("forfeited by a veto or warning"), say("the largest share that any of them names")
    return taken_fen, computed_fen(title, rule, worked, taken_fen, at, [record.step for record in taking])


def _reward(
    deposit: RiskDeposit, outcome: DepositOutcome, verdict: Verdict, at: Location, why: Sequence[Step], taken_fen: int
) -> Iterator[Due]:  # fmt: skip
    if outcome.reward is None and outcome.reward_times is None:
        return
    code, title = verdict.subject.code, say("{deposit}", deposit=deposit.label)
    rule: Text = say("reward: {outcome}", outcome=outcome.label)
    if taken_fen or any(effects.cancel_awards for effects in verdict.effects()):
        lost = say("none where a veto or warning forfeits the deposit or cancels awards")
        step = nothing_due(title, rule, lost, at, [*why, *(record.step for record in verdict.vetoes)])
        yield Due(verdict.contract, code, deposit.id, DueKind.REWARD, code, 0, step)
        return
    if outcome.reward is not None:
        reward_fen, worked = outcome.reward, say("{amount}", amount=show_money(outcome.reward))
    else:
        times = outcome.reward_times or Fraction(0)
        reward_fen = to_unit(times * deposit.amount, deposit)
        worked = say("{amount} × {times}", amount=show_money(deposit.amount), times=readable(times))
    step = computed_fen(title, rule, worked, reward_fen, at, why)
    yield Due(verdict.contract, code, deposit.id, DueKind.REWARD, code, reward_fen, step)
