"""What earlier years decided, as columns: in how many of them a condition held, and the mean of what is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.columnar.exact import Ratio, choose, constant, total, whole, within
from engine.columnar.plan import IntColumn, Truth, in_list
from engine.columnar.scribe import Scribe, input_column
from rules.condition import AllOf, AnyOf, Condition, Earlier, GradeIs, Not, RankIs, ScoreIs, Vetoed
from rules.indicator import OfPast, PastTake
from rules.past import years_before
from rules.range import Range
from targets.columns.year import Amount, PastColumns


def years_in_which(scribe: Scribe, earlier: Earlier) -> IntColumn:
    """In how many of the years it held under any of the contracts."""
    plan, held = scribe.plan, []
    for year in years_before(earlier.earlier, scribe.year):
        results = _recorded(scribe, earlier.contract, year)
        held.append(plan.any_of(plan.truth(one.there) & _held(scribe, one, earlier.is_) for one in results).settled())
    return plan.count(held).settled()


def mean_of_past(scribe: Scribe, past: OfPast) -> tuple[Ratio, Truth]:
    """The mean over what is recorded, and for whom anything is."""
    plan, nothing = scribe.plan, constant(scribe.plan, Fraction(0))
    values: list[Ratio] = []
    there: list[Truth] = []
    for year in years_before(past.years, scribe.year):
        for one in _recorded(scribe, past.contract, year):
            amount = one.score if past.take is PastTake.SCORE else one.rank
            there.append(plan.truth(amount.reported))
            values.append(choose(there[-1], _value(scribe, amount), nothing).settled())
    count = plan.count(there).at_least(1).settled()
    return total(plan, values).per(whole(count)).settled(), plan.any_of(there).settled()


def places_gained(scribe: Scribe, place: IntColumn) -> tuple[Ratio, Truth]:
    """Last year's place less this year's, and for whom last year's is recorded."""
    before = scribe.columns.history.get((scribe.contract.contract, scribe.year - 1))
    if before is None:
        return constant(scribe.plan, Fraction(0)), scribe.plan.truth(False)
    return _value(scribe, before.rank).minus(whole(place)), scribe.plan.truth(before.rank.reported)


def _recorded(scribe: Scribe, contracts: Sequence[str], year: int) -> Iterator[PastColumns]:
    for contract in contracts or (scribe.contract.contract,):
        found = scribe.columns.history.get((contract, year))
        if found is not None:
            yield found


def _held(scribe: Scribe, result: PastColumns, condition: Condition) -> Truth:
    plan = scribe.plan
    match condition:
        case AllOf(all=terms):
            return plan.all_of(_held(scribe, result, term) for term in terms).settled()
        case AnyOf(any=terms):
            return plan.any_of(_held(scribe, result, term) for term in terms).settled()
        case Not(not_=term):
            return (~_held(scribe, result, term)).settled()
        case ScoreIs(score=wanted):
            return _inside(scribe, result.score, wanted)
        case RankIs(rank=wanted):
            return _inside(scribe, result.rank, wanted)
        case GradeIs(grade=grades):
            return in_list(plan, result.grade, grades).settled() if result.grade else plan.truth(False)
        case Vetoed(vetoed=wanted_veto):
            vetoed = plan.truth(result.vetoed)
            return vetoed if wanted_veto else (~vetoed).settled()
        case _:
            raise AssertionError(f"checked: {type(condition).__name__} is not kept of earlier years")


def _inside(scribe: Scribe, amount: Amount, wanted: Range) -> Truth:
    there = scribe.plan.truth(amount.reported)
    return (there & within(_value(scribe, amount), wanted)).settled()


def _value(scribe: Scribe, amount: Amount) -> Ratio:
    return whole(input_column(scribe, amount.numerator), amount.scale)
