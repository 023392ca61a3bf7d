"""Classes of prizes: a worse one never pays more, or whoever is put a class lower by a veto would gain by it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.money import Award
from rules.paid import is_in_place_of
from rules.quantity import show_money
from rules.source import Location, Tree


def worse_class_pays_more(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Down the classes of places or of grades that are paid, with the consolation after the last."""
    for index, award in enumerate(contract.awards):
        for (_, better), (at, amount) in pairwise(_classes(contract, award, ("awards", index))):
            if amount > better:
                found = say("{amount}, more than the class before", amount=show_money(amount))
                yield Diagnostic("DX266", tree.span(at), found, say("at most {amount}", amount=show_money(better)))
    yield from _better_grades_unpaid(contract, tree)


def _classes(contract: Contract, award: Award, at: Location) -> list[tuple[Location, int]]:
    classes: list[tuple[Location, int]] = []
    if award.by_rank is not None:
        classes = [((*at, "by_rank", place, "amount"), one.amount) for place, one in enumerate(award.by_rank)]
    if award.by_grade is not None:
        grades = [band.id for band in contract.grades if band.id in award.by_grade]
        classes = [((*at, "by_grade", grade), award.by_grade[grade]) for grade in grades]
    if classes and award.consolation is not None:
        classes.append(((*at, "consolation"), award.consolation))
    return classes


def _better_grades_unpaid(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Money for a grade while a better one is left with nothing."""
    for index, award in enumerate(contract.awards):
        grades = [band.id for band in contract.grades]
        paid = [grade for grade in grades if (award.by_grade or {}).get(grade, 0) > 0]
        for number, grade in enumerate(grades[: grades.index(paid[-1])] if paid else ()):
            worse = next(one for one in grades[number + 1 :] if one in paid)
            if grade not in paid and not any(is_in_place_of(other, award, grade, [worse]) for other in contract.awards):
                amount = (award.by_grade or {})[worse]
                found = say("{amount}, and nothing for {grade}", amount=show_money(amount), grade=grade)
                expected = say("no less for a better grade")
                yield Diagnostic("DX266", tree.span(("awards", index, "by_grade", worse)), found, expected)
                break
