"""What every clause about money looks at: the verdicts, what vetoes and warnings take away, what is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.columnar.conditions import decide
from engine.columnar.exact import Ratio, whole
from engine.columnar.money.held import Held, held_under
from engine.columnar.money.people import People
from engine.columnar.plan import IntColumn, Plan, Truth, in_list
from engine.columnar.scribe import Scribe
from engine.columnar.verdicts import VerdictColumns
from rules.condition import Condition

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Claims:
    """One contract's verdicts. `cancelled`: a veto or warning cancels the subject's awards; `lowered`: by so many classes
    prizes are lowered, each hit counted as often as it hit; `held`: what is held under each deposit, by its id."""

    scribe: Scribe
    verdicts: VerdictColumns
    people: People
    cancelled: Truth
    lowered: IntColumn
    held: Mapping[str, Held]

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

    def all_held(self) -> IntColumn:
        """The sum of what is held of each under this contract."""
        nothing = self.plan.constant(0)
        return self.plan.sum_of(one.pays.choose(one.amount, nothing) for one in self.held.values()).settled()


def claims(scribe: Scribe, verdicts: VerdictColumns, people: People) -> Claims:
    plan = scribe.plan
    cancelled = plan.any_of(truth for effects, truth, _ in verdicts.hits if effects.cancel_awards).named()
    classes = (times * effects.lower_prize for effects, _, times in verdicts.hits if effects.lower_prize is not None)
    held = held_under(plan, scribe.contract, people.times)
    return Claims(scribe, verdicts, people, cancelled, plan.sum_of(classes).named(), held)
