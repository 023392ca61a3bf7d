"""What overrides or classifies a score: ranking, grades with quotas, incidents, vetoes and warnings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rules.condition import Condition
from rules.diagnostic import say
from rules.quantity import Points, Quantity, Rounding, Share
from rules.record import Clause, Flag, Id, NotWord, Record, Whole

GRADES_MAX = 20
VETOES_MAX = 50
YEARS_MAX = 20


class Peers(StrEnum):
    """Who is compared with whom: the same kind of party (or post), the same group of the data, or everybody."""

    KIND = "kind"
    GROUP = "group"
    ALL = "all"


class TieBreak(Record):
    """One criterion that separates equal totals; exactly one of the three is given."""

    section: Id | None = None
    item: Id | None = None
    fewest_incidents: Id | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(choice is not None for choice in (self.section, self.item, self.fewest_incidents)) != 1:
            raise NotWord(say("exactly one of section, item and fewest_incidents"))
        return self


class Ranking(Record):
    """By total, then by the criteria in order; what is still equal shares the better place and the next is left free.

    Who does not satisfy `entry`, which is decided by what scoring gives, before any ranking and any veto, stands behind
    everybody who does. They are not counted where a quota is a share of the league, nor admitted to a grade with a quota.
    """

    peers: Peers = Peers.KIND
    entry: Condition | None = None
    tie_break: tuple[TieBreak, ...] = ()


class Ties(StrEnum):
    """Equal ranks at a quota's edge: all of them are in, or all of them are out."""

    ALL_IN = "all_in"
    ALL_OUT = "all_out"


class GradeBand(Clause):
    """A grade, best first. The first whose condition holds and whose quota has room is given; the last has neither."""

    when: Condition | None = None
    at_most: Share | None = None
    at_most_count: Annotated[int, Field(ge=0), Whole] | None = None
    rounding: Rounding = Rounding.DOWN
    ties: Ties = Ties.ALL_OUT


class IncidentKind(Clause):
    """Something that can happen; only substantiated incidents count."""

    severities: tuple[Id, ...] = ()


class Reach(Record):
    """Whom it hits: the subject itself, and the cadres linked to the party in these roles on the day of the event."""

    party: Flag = True
    linked: Literal["all"] | tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.party and not self.linked:
            raise NotWord(say("the party, linked roles, or both"))
        return self


class Effects(Record):
    """What it does. `lower_prize` counts classes; `forfeit_deposit` is the share of the deposit that is lost."""

    cap_grade: Id | None = None
    replace_score: Quantity | None = None
    deduct: Points | None = None
    lower_prize: Annotated[int, Field(ge=1), Whole] | None = None
    cancel_awards: Flag = False
    forfeit_deposit: Share | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        given = (self.cap_grade, self.replace_score, self.deduct, self.lower_prize, self.forfeit_deposit)
        if all(effect is None for effect in given) and not self.cancel_awards:
            raise NotWord(say("at least one effect"))
        if self.forfeit_deposit is not None and self.forfeit_deposit > 1:
            raise NotWord(say("at most 100% of the deposit"))
        return self


class Veto(Clause):
    """一票否决: overrides the score. The score is kept and the veto is recorded beside it."""

    when: Condition
    reach: Reach = Reach()
    effects: Effects
    years: Annotated[int, Field(ge=1, le=YEARS_MAX), Whole] = 1
    follows_person: Flag = False


class WarningRule(Clause):
    """黄牌警告: counted, and may have effects of its own; vetoes can look at the number of warnings."""

    when: Condition
    reach: Reach = Reach()
    effects: Effects | None = None
