"""What every clause about money looks at: the verdicts, what vetoes and warnings take away, and how amounts are rounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.columnar.conditions import decide
from engine.columnar.exact import Held, Ratio, whole
from engine.columnar.money.people import People
from engine.columnar.plan import IntColumn, Plan, Truth, in_list
from engine.columnar.scribe import Scribe
from engine.columnar.verdicts import VerdictColumns
from rules.condition import Condition
from rules.money import Payment
from rules.quantity import round_to

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Claims:
    """One contract's verdicts. `cancelled`: a veto or warning cancels the subject's awards; `lowered`: by so many classes
    prizes are lowered, each hit counted as often as it hit."""

    scribe: Scribe
    verdicts: VerdictColumns
    people: People
    cancelled: Truth
    lowered: IntColumn

    @property
    def plan(self) -> Plan:
        return self.scribe.plan

    @property
    def final(self) -> Ratio:
        """The score after vetoes."""
        return whole(self.verdicts.final, self.verdicts.final_scale)

    def in_posts(self, posts: Sequence[str]) -> Truth:
        """Everybody, where no post is named."""
        return in_list(self.plan, "post", posts).settled() if posts else self.plan.truth(True)

    def holds(self, condition: Condition | None) -> Truth:
        return self.plan.truth(True) if condition is None else decide(self.verdicts.standing, condition)

    def deposits_paid(self) -> IntColumn:
        """The sum of the deposits that the cadre's post pays under this contract."""
        nothing, deposits = self.plan.constant(0), self.scribe.contract.deposits
        amounts = (self.in_posts(one.posts).choose(self.plan.constant(one.amount), nothing) for one in deposits)
        return self.plan.sum_of(amounts).settled()


def claims(scribe: Scribe, verdicts: VerdictColumns, people: People) -> Claims:
    plan = scribe.plan
    cancelled = plan.any_of(truth for effects, truth, _ in verdicts.hits if effects.cancel_awards).named()
    classes = (times * effects.lower_prize for effects, _, times in verdicts.hits if effects.lower_prize is not None)
    return Claims(scribe, verdicts, people, cancelled, plan.sum_of(classes).named())


def rounded(clause: Payment, value: Ratio, highest_fen: int | None = None) -> IntColumn:
    """Fen, from 0 to the highest, to a multiple of the clause's unit. Rounding never changes an order, so the bounds are
    applied after it, rounded themselves."""
    unit = clause.round_to
    held = Held(value, ZERO, None if highest_fen is None else Fraction(highest_fen))
    return held.rounded(Fraction(unit), clause.rounding) * unit


def rounded_fen(clause: Payment, amount_fen: Fraction) -> int:
    """The same of a number."""
    return int(round_to(amount_fen / clause.round_to, 0, clause.rounding)) * clause.round_to
