"""An amount divided so that not a fen is lost or invented: whole fen first, the fen left to the largest fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from engine.allot.remainder import divided
from engine.score.derivation import readable
from engine.settle.amounts import Amount
from engine.verdict import Verdict
from rules.diagnostic import say
from rules.quantity import show_money


def pooled(pool_fen: int, eligible: Sequence[Verdict]) -> dict[str, Amount]:
    """The pool of each league, by code, in proportion to final scores above 0; equal fractions go by rank, then code."""
    leagues: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in sorted(eligible, key=lambda one: (one.rank, one.subject.code)):
        leagues[verdict.league].append(verdict)
    found: dict[str, Amount] = {}
    for league in leagues.values():
        weights = {one.subject.code: max(Fraction(0), one.final_score) for one in league}
        total = sum(weights.values(), Fraction(0))
        for code, amount_fen in divided(pool_fen, weights).items():
            worked = say(
                "{pool} × {score} ÷ {total} -> {amount}", pool=show_money(pool_fen), score=readable(weights[code]),
                total=readable(total), amount=show_money(amount_fen),
            )  # fmt: skip
            found[code] = Amount(amount_fen, say("a pool divided by score"), worked)
    return found
