"""What the contract promises in money: risk deposits (or withheld performance pay) and awards. As data; settled by the engine.

Every amount is rounded once, to a multiple of `round_to` (a fen unless said otherwise), and only there: refunds, rewards,
awards. What is divided (pools, shared prizes, payees) never comes to more than what there was.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from rules.condition import Condition
from rules.diagnostic import say
from rules.quantity import MoneyFen, Quantity, Rounding, Share
from rules.record import Clause, Flag, Id, NotWord, Record, Whole

OUTCOMES_MAX = 20


class Basis(StrEnum):
    """风险抵押金 paid in by the cadre, or 绩效工资预留, performance pay withheld, which is what the law allows for employees today."""

    DEPOSIT = "deposit"
    WITHHELD_PAY = "withheld_pay"


class ProRata(StrEnum):
    """How the year is divided: by months (whose last day counts), or by days."""

    MONTH = "month"
    DAY = "day"


class DueKind(StrEnum):
    """退还、奖励、转作经费、奖金; what is not paid out; what the subject pays in or has had before."""

    REFUND = "refund"
    REWARD = "reward"
    FORFEIT = "forfeit"
    AWARD = "award"
    WITHHELD = "withheld"
    PAID_IN = "paid_in"
    ADVANCE = "advance"


class Payment(Clause):
    """An amount that is worked out: rounded to a multiple of `round_to` fen."""

    round_to: Annotated[MoneyFen, Field(ge=1)] = 1
    rounding: Rounding = Rounding.HALF_UP


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


class RiskDeposit(Payment):
    """Who pays in how much, and what becomes of it: the first outcome whose condition holds; the last has none.

    A veto or warning that forfeits a share of the deposit leaves at most the rest to be refunded, and no reward. What it
    takes goes where the outcome's forfeit goes, or else `forfeit_to`, or else where the first outcome that names an account
    says. Vetoes and warnings that cancel awards cancel the reward too.

    It is held of whoever was last in one of the posts; with `pro_rata` of whoever was in one of them in the year, by the
    share of the year.
    """

    posts: Annotated[tuple[Id, ...], Field(min_length=1)]
    amount: MoneyFen
    basis: Basis
    pro_rata: ProRata | None = None
    forfeit_to: Id | None = None
    outcomes: Annotated[tuple[DepositOutcome, ...], Field(min_length=1, max_length=OUTCOMES_MAX)]

    @property
    def account(self) -> str | None:
        """Where it goes when the outcome itself refunds all."""
        named = (outcome.forfeit_to for outcome in self.outcomes if outcome.forfeit_to is not None)
        return self.forfeit_to or next(named, None)


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


class PrizeTies(StrEnum):
    """Equal places at the edge of a class of prizes: the prizes of the places they take are shared out evenly (rounded
    down), all of them are in the class, or all of them are out of it."""

    SHARED = "shared"
    ALL_IN = "all_in"
    ALL_OUT = "all_out"


class Lost(Record):
    """Each point lost on the item takes so much off the award, down to nothing; an exempt item takes nothing."""

    item: Id
    per_point: MoneyFen


class Award(Payment):
    """An award; exactly one of the eight forms is given.

    `by_grade` grade -> amount; `by_rank` classes of slots in each league, best first; `per_point` amount for each point
    of the final score above `above`; `base_rate` this base times the score rate (final score / full, not below 0);
    `deposit_times` a multiple of the cadre's deposit; `deposit_share` a share of the deposits of the cadres who are in
    post at this party; `pool` an amount for each league, divided over those eligible in proportion to their final
    scores, no fen lost; `fixed` for everyone eligible.

    Eligible is who satisfies `when`, is in one of the `posts` (if given), and whose awards no veto or warning cancels.
    `monthly`: by the score of each month that is due. `less` takes off for points lost, `at_most` caps what one gets,
    before rounding. A prize that is lowered below the last class is `consolation`, or nothing. `paid_in` is what each
    of those assessed pays towards it. `advance` names a money indicator: what was paid in advance, settled against it.
    """

    when: Condition | None = None
    posts: tuple[Id, ...] = ()
    by_grade: dict[Id, MoneyFen] | None = None
    by_rank: tuple[RankSlots, ...] | None = None
    ties: PrizeTies = PrizeTies.SHARED
    consolation: MoneyFen | None = None
    per_point: MoneyFen | None = None
    above: Quantity | None = None
    base_rate: MoneyFen | None = None
    deposit_times: Share | None = None
    deposit_share: Share | None = None
    pool: MoneyFen | None = None
    fixed: MoneyFen | None = None
    monthly: Flag = False
    less: Lost | None = None
    at_most: MoneyFen | None = None
    paid_in: MoneyFen | None = None
    advance: Id | None = None
    payees: tuple[Payee, ...] = ()

    @property
    def form(self) -> str:
        """The one of the eight that is given."""
        return next(form for form in FORMS if getattr(self, form) is not None)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum(getattr(self, form) is not None for form in FORMS) != 1:
            raise NotWord(say("exactly one of {forms}", forms=", ".join(FORMS)))
        return self

    @model_validator(mode="after")
    def _options_where_they_belong(self) -> Self:
        if self.monthly and self.form not in ("base_rate", "per_point"):
            raise NotWord(say("monthly only beside base_rate or per_point"))
        if self.ties is not PrizeTies.SHARED and self.by_rank is None:
            raise NotWord(say("ties only beside by_rank"))
        if self.consolation is not None and self.form not in ("by_rank", "by_grade"):
            raise NotWord(say("consolation only beside by_rank or by_grade"))
        if self.form in ("pool", "by_rank") and (self.less is not None or self.at_most is not None):
            raise NotWord(say("no less or at_most beside pool or by_rank, where the peers decide"))
        if self.pool is not None and self.round_to != 1:
            raise NotWord(say("no round_to beside pool, which is divided to the fen"))
        return self


FORMS = ("by_grade", "by_rank", "per_point", "base_rate", "deposit_times", "deposit_share", "pool", "fixed")
