"""What the contract promises in money: risk deposits (or withheld performance pay) and awards. As data; settled by the engine."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from rules.condition import Condition
from rules.diagnostic import say
from rules.quantity import MoneyFen, Quantity, Share
from rules.record import Clause, Flag, Id, NotWord, Record, Whole

OUTCOMES_MAX = 20


class Basis(StrEnum):
    """风险抵押金 paid in by the cadre, or 绩效工资预留, performance pay withheld, which is what the law allows for employees today."""

    DEPOSIT = "deposit"
    WITHHELD_PAY = "withheld_pay"


class DepositOutcome(Clause):
    """One line of the first-match list: what comes back, what is added, where the rest goes."""

    when: Condition | None = None
    refund: Share
    reward_times: Share | None = None
    reward: MoneyFen | None = None
    forfeit_to: Id | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.refund > 1:
            raise NotWord(say("a refund of at most 100%; what is more is a reward"))
        if (self.refund < 1) != (self.forfeit_to is not None):
            raise NotWord(say("forfeit_to exactly where less than all is refunded"))
        if self.reward_times is not None and self.reward is not None:
            raise NotWord(say("either reward_times or reward, not both"))
        return self


class RiskDeposit(Clause):
    """Who pays in how much, and what becomes of it: the first outcome whose condition holds; the last has none."""

    posts: Annotated[tuple[Id, ...], Field(min_length=1)]
    amount: MoneyFen
    basis: Basis
    outcomes: Annotated[tuple[DepositOutcome, ...], Field(min_length=1, max_length=OUTCOMES_MAX)]


class RankSlots(Record):
    """So many places at this amount, for those with at least `floor` points; a slot nobody deserves stays empty."""

    slots: Annotated[int, Field(ge=1), Whole]
    amount: MoneyFen
    floor: Quantity | None = None


class Payee(Record):
    """Of the award, this share or amount goes to the holder of the post; what is left stays with the party."""

    post: Id
    share: Share | None = None
    amount: MoneyFen | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.share is None) == (self.amount is None):
            raise NotWord(say("exactly one of share and amount"))
        return self


class Award(Clause):
    """An award; exactly one of the seven forms is given.

    `by_grade` grade -> amount; `by_rank` classes of slots, best first; `per_point` amount for each point above `above`;
    `base_rate` this base times the score rate (score / full); `deposit_times` a multiple of the deposit; `pool` an
    amount divided over those eligible in proportion to their scores, no fen lost; `fixed` for everyone eligible.
    """

    when: Condition | None = None
    posts: tuple[Id, ...] = ()
    by_grade: dict[Id, MoneyFen] | None = None
    by_rank: tuple[RankSlots, ...] | None = None
    per_point: MoneyFen | None = None
    above: Quantity | None = None
    base_rate: MoneyFen | None = None
    deposit_times: Share | None = None
    pool: MoneyFen | None = None
    fixed: MoneyFen | None = None
    monthly: Flag = False
    payees: tuple[Payee, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = (
            self.by_grade, self.by_rank, self.per_point, self.base_rate, self.deposit_times, self.pool, self.fixed,
        )  # fmt: skip
        if sum(form is not None for form in forms) != 1:
            raise NotWord(say("exactly one of by_grade, by_rank, per_point, base_rate, deposit_times, pool and fixed"))
        return self
