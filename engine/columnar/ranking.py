"""Places among peers and grades under quotas, for all leagues at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.columnar.conditions import Standing, decide
from engine.columnar.exact import round_ratio, whole
from engine.columnar.found import incidents_found
from engine.columnar.plan import IntColumn, Truth
from rules.verdict import GradeBand, TieBreak, Ties

NO_GRADE = -1


def places(standing: Standing, score: IntColumn) -> IntColumn:
    """Everybody's place in their league by score, then by the criteria in order; what is still equal shares the better. Who
    has not entered stands behind those who have."""
    place = score.place_in_league(best_is_high=True)
    entered = _entered(standing)
    if entered.value is None:
        behind = place + (standing.plan.league_size_max + 1)
        place = entered.choose(place, behind).place_in_league(best_is_high=False)
    for criterion in standing.scribe.contract.ranking.tie_break:
        order = _criterion(standing, criterion).place_in_league(best_is_high=False)
        place = (place * (standing.plan.league_size_max + 1) + order).place_in_league(best_is_high=False)
    return place


def _criterion(standing: Standing, criterion: TieBreak) -> IntColumn:
    """Smaller is better; an exempt section or item comes last."""
    if criterion.fewest_incidents is not None:
        return incidents_found(standing.scribe, (criterion.fewest_incidents,), standing.scribe.year_window)
    named = standing.sections if criterion.section is not None else standing.items
    measure = named.get(criterion.section or criterion.item or "")
    if measure is None:
        return standing.plan.constant(0)
    assert measure.value.under.is_constant, "scores are whole numbers of their unit"
    order = -measure.value.over
    return measure.there.choose(order, standing.plan.constant(order.high + 1))


def _entered(standing: Standing) -> Truth:
    assert standing.entered is not None, "decided before anybody is ranked"
    return standing.entered


def league_sizes(standing: Standing) -> IntColumn:
    return standing.plan.constant(1).over_league("sum")


def sizes_entered(standing: Standing) -> IntColumn:
    """How many of the league have entered the ranking."""
    one, zero = standing.plan.constant(1), standing.plan.constant(0)
    return _entered(standing).choose(one, zero).over_league("sum")


def grades(
    standing: Standing, place: IntColumn, sizes: IntColumn, conditions: Mapping[str, Truth], best_left: IntColumn
) -> IntColumn:
    """The grade by its number in the contract, or `NO_GRADE`: each band takes, best first, those eligible, not capped
    and not graded yet, up to its quota, which is for those who have entered: `sizes` is how many. `best_left` is the number
    of the best grade that a veto or warning leaves."""
    plan = standing.plan
    given, left = plan.constant(NO_GRADE), plan.truth(True)
    for number, band in enumerate(standing.scribe.contract.grades):
        wanting = left & ~best_left.is_above(number) & conditions.get(band.id, plan.truth(True))
        if band.at_most is not None or band.at_most_count is not None:
            wanting = wanting & _entered(standing)
        admitted = (wanting & _has_room(band, place, sizes, wanting.named())).named()
        given = admitted.choose(plan.constant(number), given).named()
        left = (left & ~admitted).named()
    return given


def _has_room(band: GradeBand, place: IntColumn, sizes: IntColumn, wanting: Truth) -> Truth:
    """Within the quota; equal places at its edge are in or out together."""
    quota = quota_of(band, sizes)
    if quota is None or wanting.value is False:
        return place.plan.truth(True)
    among = place.place_in_league(best_is_high=False, among=wanting, method="min" if _all_in(band) else "max")
    return quota.is_at_least(among)


def _all_in(band: GradeBand) -> bool:
    return band.ties is Ties.ALL_IN


def quota_of(band: GradeBand, sizes: IntColumn) -> IntColumn | None:
    """How many of a league may have the grade; None without a quota."""
    if band.at_most_count is not None:
        return sizes.plan.constant(band.at_most_count)
    if band.at_most is None:
        return None
    return round_ratio(whole(sizes).times(band.at_most), band.rounding).named()


def grade_conditions(standing: Standing, bands: Sequence[GradeBand]) -> dict[str, Truth]:
    return {band.id: decide(standing, band.when) for band in bands if band.when is not None}
