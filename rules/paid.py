"""Which award stands in the place of another one for those who did better: it is no smaller, and they get it instead."""

from __future__ import annotations

from typing import TypeVar

from rules.condition import AllOf, AnyOf, Condition, GradeIs, Not, RankIs, ScoreIs, terms_inside
from rules.contract import Contract
from rules.money import Award

_Term = TypeVar("_Term", RankIs, ScoreIs)


def pays_the_better(contract: Contract, index: int, key: str) -> bool:
    """Whether what the award asks of grade, rank or score is only its step of a scale."""
    award = contract.awards[index]
    others = [other for other in contract.awards if other is not award]
    if key == "rank" and (places := _asked(award.when, RankIs)) is not None:
        return any(_pays_places_before(other, award, places) for other in others)
    if key == "score" and (score := _asked(award.when, ScoreIs)) is not None:
        return any(_pays_scores_above(other, award, score) for other in others)
    return key == "grade" and _pays_better_grades(contract, index)


def _pays_places_before(other: Award, award: Award, asked: RankIs) -> bool:
    low = asked.rank.low or 0
    before = low - 1 if asked.rank.at_least is not None else low
    if other.by_rank is not None:
        slots, least = sum(one.slots for one in other.by_rank), min(one.amount for one in other.by_rank)
        return other.when is None and slots >= before and (award.fixed is None or least >= award.fixed)
    best = other.when.rank if isinstance(other.when, RankIs) else None
    return best is not None and best.low is None and (best.high or 0) >= before and _is_no_smaller(other, award)


def _pays_scores_above(other: Award, award: Award, asked: ScoreIs) -> bool:
    high = asked.score.high
    best = other.when.score if isinstance(other.when, ScoreIs) else None
    if best is None or best.low is None or high is None or best.high is not None:
        return False
    return best.low <= high and _is_no_smaller(other, award)


def _is_no_smaller(other: Award, award: Award) -> bool:
    return other.fixed is not None and award.fixed is not None and other.fixed >= award.fixed


def _asked(condition: Condition | None, kind: type[_Term]) -> _Term | None:
    """The award's term of that kind, where it must hold."""
    if isinstance(condition, kind):
        return condition
    terms = condition.all if isinstance(condition, AllOf) else ()
    return next((term for term in terms if isinstance(term, kind)), None)


def _pays_better_grades(contract: Contract, index: int) -> bool:
    """Whether each grade above those of the award has an award of its own, no smaller, that those below it do not get."""
    award = contract.awards[index]
    grades = [band.id for band in contract.grades]
    paid = [grade for grade in grades if _amount(award, grade) != 0]
    if not paid or paid[0] == grades[0]:
        return not paid
    better = grades[: grades.index(paid[0])]
    return all(any(is_in_place_of(other, award, one, paid) for other in contract.awards) for one in better)


def is_in_place_of(other: Award, award: Award, grade: str, worse: list[str]) -> bool:
    """Whether the other award is what the better grade gets in place of this one, and no smaller where both are known."""
    amount = _amount(other, grade)
    if other is award or amount == 0 or any(_amount(other, one) != 0 for one in worse):
        return False
    least = max((one for one in (_amount(award, grade) for grade in worse) if one is not None), default=None)
    return amount is None or least is None or amount >= least


def _amount(award: Award, grade: str) -> int | None:
    """What the award comes to for the grade: 0 where that grade cannot get it, None where it cannot be told."""
    if award.when is not None and _holds(award.when, grade) is False:
        return 0
    if award.by_grade is not None:
        return award.by_grade.get(grade, 0)
    return award.fixed


def _holds(condition: Condition, grade: str) -> bool | None:
    """Whether the condition holds for somebody of the grade, as far as the grade alone decides."""
    match condition:
        case GradeIs(grade=grades):
            return grade in grades
        case Not(not_=term):
            inside = _holds(term, grade)
            return None if inside is None else not inside
        case AllOf() | AnyOf():
            decides = isinstance(condition, AnyOf)
            inside_all = {_holds(term, grade) for _, term in terms_inside(condition)}
            if decides in inside_all:
                return decides
            return None if None in inside_all else not decides
        case _:
            return None
