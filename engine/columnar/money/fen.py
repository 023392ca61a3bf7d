"""Amounts to whole fen: the one place where money is rounded."""

from __future__ import annotations

from fractions import Fraction

from engine.columnar.exact import Held, Ratio
from engine.columnar.plan import IntColumn
from rules.money import Payment


def rounded(clause: Payment, value: Ratio, highest_fen: int | None = None) -> IntColumn:
    """Fen, from 0 to the highest, to a multiple of the clause's unit. Rounding never changes an order, so the bounds are
    applied after it, rounded themselves."""
    unit = clause.round_to
    held = Held(value, Fraction(0), None if highest_fen is None else Fraction(highest_fen))
    return held.rounded(Fraction(unit), clause.rounding) * unit
