"""Pools divided over the eligible of each league in proportion to their final scores, no fen lost."""

from __future__ import annotations

import narwhals as nw

from engine.columnar.money.claims import Claims
from engine.columnar.plan import IntColumn, Plan, Truth


def divided(claims: Claims, pool_fen: int, eligible: Truth) -> IntColumn:
    """The whole fen of each exact share; those left go one each to the largest fractions, the better rank, the smaller
    code. Nothing where no score is above 0."""
    plan = claims.plan
    weight = eligible.choose(claims.verdicts.final.at_least(0), plan.constant(0)).named()
    everything = weight.over_league("sum")
    divisor = everything.at_least(1).named()
    exact = (weight * pool_fen).named()
    whole_fen = (exact // divisor).at_most(pool_fen).named()
    fraction = (exact - whole_fen * divisor).at_least(0).at_most(divisor.high - 1).named()
    paid = everything.is_at_least(1).settled()
    left = paid.choose(plan.constant(pool_fen) - whole_fen.over_league("sum"), plan.constant(0)).named()
    turn = _turn(claims, fraction, eligible)
    gets_one = (eligible & left.is_at_least(turn)).settled()
    more = gets_one.choose(plan.constant(1), plan.constant(0))
    return (whole_fen + more).at_most(pool_fen).named()


def _turn(claims: Claims, fraction: IntColumn, eligible: Truth) -> IntColumn:
    """The place among those eligible, of which no two are equal."""
    plan, among = claims.plan, eligible.named()
    base = plan.league_size_max + 1
    place = fraction.place_in_league(best_is_high=True, among=among)
    for order in (claims.verdicts.rank, _by_code(plan)):
        place = (place * base + order).place_in_league(best_is_high=False, among=among)
    return place


def _by_code(plan: Plan) -> IntColumn:
    """The place of everybody's code in their league."""
    place = nw.col("code").rank("ordinal").over("league").cast(nw.Int64)
    written = plan.write(place, frozenset({"code", "league"}), "order of codes")
    return plan.column(written, 1, max(1, plan.league_size_max))
