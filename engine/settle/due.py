"""A due: one amount that follows from one verdict, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.score.derivation import Location, Step, StepKind
from rules.diagnostic import Text
from rules.money import DueKind, Payment
from rules.quantity import Rounding, round_to


@dataclass(frozen=True, slots=True)
class Due:
    """`amount_fen` is above 0 to the payee (of `withheld`: kept from them), below 0 from them.

    `payee` is the code of a cadre or party; of a forfeit it is the account. A due of nothing says why there is nothing.
    """

    contract: str
    subject: str
    clause: str
    kind: DueKind
    payee: str
    amount_fen: int
    step: Step


def computed_fen(
    title: Text, rule: Text, worked: Text, amount_fen: Fraction | int, at: Location, steps: Sequence[Step] = ()
) -> Step:
    """One formula; the value of a step about money is in yuan."""
    return Step(StepKind.COMPUTED, title, rule, worked, Fraction(amount_fen) / 100, at, tuple(steps))


def nothing_due(title: Text, rule: Text, worked: Text, at: Location, steps: Sequence[Step] = ()) -> Step:
    return Step(StepKind.NOT_FIRED, title, rule, worked, Fraction(0), at, tuple(steps))


def to_unit(amount_fen: Fraction, clause: Payment, rounding: Rounding | None = None) -> int:
    """The nearest multiple of the clause's unit under its rounding rule, or under another."""
    return int(round_to(amount_fen / clause.round_to, 0, rounding or clause.rounding)) * clause.round_to
