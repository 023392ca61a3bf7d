"""What an award comes to for a grade, and which award stands in its place for the better ones."""

from __future__ import annotations

from rules.condition import AllOf, AnyOf, Condition, GradeIs, Not, terms_inside
from rules.contract import Contract
from rules.money import Award


def pays_better_grades(contract: Contract, index: int) -> bool:
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
