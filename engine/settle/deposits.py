"""Risk deposits, or performance pay withheld: what comes back, what is added, what is forfeited and to which account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.score.derivation import Location, Step, readable
from engine.settle.court import Court
from engine.settle.due import Due, computed_fen, nothing_due, to_unit
from engine.settle.held import Held, held_of, part_of_year
from engine.verdict import Verdict
from rules.diagnostic import Text, say
from rules.money import DepositOutcome, DueKind, RiskDeposit
from rules.quantity import show_money, show_percent


@dataclass(frozen=True, slots=True)
class _Settled:
    """One cadre under one deposit; `why` is what was decided on the way to the outcome, `at` the outcome's place."""

    deposit: RiskDeposit
    outcome: DepositOutcome
    verdict: Verdict
    held: Held
    at: Location
    why: tuple[Step, ...]

    @property
    def title(self) -> Text:
        return say("{deposit}", deposit=self.deposit.label)

    @property
    def below(self) -> tuple[Step, ...]:
        return self.why if self.held.step is None else (*self.why, self.held.step)

    def due(self, kind: DueKind, amount_fen: int, step: Step, payee: str = "") -> Due:
        code = self.verdict.subject.code
        return Due(self.verdict.contract, code, self.deposit.id, kind, payee or code, amount_fen, step)


def deposit_dues(court: Court, number: int) -> Iterator[Due]:
    """Of everybody of whom something is held under that deposit, or whose last post it names."""
    deposit, at = court.judged.contract.deposits[number], ("deposits", number)
    for verdict in court.verdicts():
        held = held_of(court.judged.facts, deposit, verdict.subject, at)
        there = verdict.subject.post in deposit.posts
        if held.amount_fen or (there and deposit.pro_rata is None):
            yield from _of_cadre(court, number, verdict, held)
        elif there and held.step is not None:
            title, code = say("{deposit}", deposit=deposit.label), verdict.subject.code
            step = nothing_due(title, say("nothing is held"), held.step.worked, at, [held.step])
            yield Due(verdict.contract, code, deposit.id, DueKind.REFUND, code, 0, step)


def _of_cadre(court: Court, number: int, verdict: Verdict, held: Held) -> Iterator[Due]:
    deposit = court.judged.contract.deposits[number]
    index, why = _outcome(court, number, deposit, verdict.subject.code)
    outcome, at = deposit.outcomes[index], ("deposits", number, "outcomes", index)
    one = _Settled(deposit, outcome, verdict, held, at, why)
    taken_fen, taking = _taken(one)
    refund_fen = min(_refund(one), held.amount_fen - taken_fen)
    worked = say("{amount} × {share}", amount=show_money(held.amount_fen), share=show_percent(outcome.refund))
    if taking is not None:
        worked = say(
            "{worked}, at most {rest}: {refund}",
            worked=worked, rest=show_money(held.amount_fen - taken_fen), refund=show_money(refund_fen),
        )  # fmt: skip
    below = one.below if taking is None else (*one.below, taking)
    step = computed_fen(one.title, say("refunded: {outcome}", outcome=outcome.label), worked, refund_fen, at, below)
    yield one.due(DueKind.REFUND, refund_fen, step)
    forfeit_fen = held.amount_fen - refund_fen
    if forfeit_fen:
        account = outcome.forfeit_to or deposit.account
        assert account is not None, "refused before: DX618"
        named = next(one.label for one in court.judged.contract.accounts if one.id == account)
        rest = say("{amount} - {refund}", amount=show_money(held.amount_fen), refund=show_money(refund_fen))
        kept = computed_fen(one.title, say("forfeited to {account}", account=named), rest, forfeit_fen, at, below)
        yield one.due(DueKind.FORFEIT, forfeit_fen, kept, account)
    if outcome.reward is not None or outcome.reward_times is not None:
        yield _reward(one, taken_fen)


def _outcome(court: Court, number: int, deposit: RiskDeposit, code: str) -> tuple[int, tuple[Step, ...]]:
    """The first outcome whose condition holds, and what was decided on the way."""
    steps: list[Step] = []
    for index, outcome in enumerate(deposit.outcomes):
        step = court.why(code, ("deposits", number, "outcomes", index, "when"))
        steps += [step] if step is not None else []
        if outcome.when is None or court.holds(code, ("deposits", number, "outcomes", index, "when")):
            return index, tuple(steps)
    raise AssertionError("checked: the last outcome has no condition")


def _refund(one: _Settled) -> int:
    """All of it to the fen, a share of it to the unit."""
    held_fen, refund = one.held.amount_fen, one.outcome.refund
    return held_fen if refund == 1 else to_unit(refund * held_fen, one.deposit)


def _taken(one: _Settled) -> tuple[int, Step | None]:
    """What vetoes and warnings forfeit: the largest share any of them names."""
    taking = [
        record
        for record in (*one.verdict.warnings, *one.verdict.vetoes)
        if record.effects is not None and record.effects.forfeit_deposit
    ]
    if not taking:
        return 0, None
    held_fen = one.held.amount_fen
    share = max(record.effects.forfeit_deposit or Fraction(0) for record in taking if record.effects is not None)
    taken_fen = min(held_fen, to_unit(share * held_fen, one.deposit))
    worked = say("{amount} × {share}", amount=show_money(held_fen), share=show_percent(share))
    title, rule = say("forfeited by a veto or warning"), say("the largest share that any of them names")
    return taken_fen, computed_fen(title, rule, worked, taken_fen, one.at, [record.step for record in taking])


def _reward(one: _Settled, taken_fen: int) -> Due:
    rule: Text = say("reward: {outcome}", outcome=one.outcome.label)
    if taken_fen or any(effects.cancel_awards for effects in one.verdict.effects()):
        lost = say("none where a veto or warning forfeits the deposit or cancels awards")
        below = [*one.why, *(record.step for record in one.verdict.vetoes)]
        return one.due(DueKind.REWARD, 0, nothing_due(one.title, rule, lost, one.at, below))
    if one.outcome.reward is not None:
        reward_fen, worked = _fixed(one, one.outcome.reward)
    else:
        times, held_fen = one.outcome.reward_times or Fraction(0), one.held.amount_fen
        reward_fen = to_unit(times * held_fen, one.deposit)
        worked = say("{amount} × {times}", amount=show_money(held_fen), times=readable(times))
    return one.due(DueKind.REWARD, reward_fen, computed_fen(one.title, rule, worked, reward_fen, one.at, one.below))


def _fixed(one: _Settled, written_fen: int) -> tuple[int, Text]:
    """As written, or the share of it for the time that the deposit was held."""
    if one.held.step is None:
        return written_fen, say("{amount}", amount=show_money(written_fen))
    reward_fen = part_of_year(one.deposit, written_fen, Fraction(one.held.part, one.held.whole))
    worked = say(
        "{amount} × {part} ÷ {whole} = {reward}",
        amount=show_money(written_fen), part=one.held.part, whole=one.held.whole, reward=show_money(reward_fen),
    )  # fmt: skip
    return reward_fen, worked
