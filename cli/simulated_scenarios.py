"""Scenarios on the same drawn years, as rows of text: side by side, and what each changes, with the error of the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cli import simulated
from cli.language import Speech
from cli.simulated import Table, Words, decimal, money, percent
from engine.simulate.answers import P5, P50, P95, Answers, ContractAnswers
from engine.simulate.compared import Compared, Difference, compared
from rules.contract import Contract
from rules.quantity import show, show_money
from rules.scenario import Scenario

N_ = str
PARTY_COLUMNS = (N_("contract"), N_("code"), N_("name"))
# Two standard errors: nineteen times of twenty.
ERRORS = 2


@dataclass(frozen=True, slots=True)
class Sides:
    """`base` under the contracts as they are; then each scenario with its answers, and with what it changes."""

    base: Answers
    found: Sequence[tuple[Scenario, Answers, Compared]]

    def all(self) -> list[Answers]:
        return [self.base, *(answers for _, answers, _ in self.found)]

    def contracts(self) -> dict[str, list[ContractAnswers | None]]:
        """By id the contract's answers on each side; None where nobody is assessed under it there."""
        sides = [{one.contract.contract: one for one in answers.contracts} for answers in self.all()]
        return {
            name: [side.get(name) for side in sides] for name in dict.fromkeys(name for side in sides for name in side)
        }


def sides_of(base: Answers, found: Sequence[tuple[Scenario, Answers]]) -> Sides:
    return Sides(base, [(scenario, answers, compared(base, answers)) for scenario, answers in found])


def tables(words: Words, sides: Sides, budget_fen: int | None) -> dict[str, Table]:
    """By the name of their file: side by side, the changes, and everybody's expected score."""
    speech = words.speech
    names = (speech(N_("as it is")), *(speech.name(scenario) for scenario, _, _ in sides.found))
    numbers = tuple(range(1, len(names) + 1))
    changes = (speech(N_("change")), *names[1:])
    return {
        "sides": Table(
            speech(N_("side by side, on the same drawn years")), ("", *names),
            list(_sides(words, sides, budget_fen)), numbers,
        ),
        "changes": Table(
            speech(N_("what each scenario changes, and within what the drawing may be wrong")), changes,
            list(_changes(words, sides)), numbers[:-1],
        ),
        "scores": Table(
            speech(N_("expected scores")), (*PARTY_COLUMNS, *names), list(_scores(words, sides)),
            tuple(range(3, 3 + len(names))), for_files=True,
        ),
    }  # fmt: skip


def _sides(words: Words, sides: Sides, budget_fen: int | None) -> Iterator[tuple[str, ...]]:
    speech = words.speech
    for answers in sides.contracts().values():
        title = speech.name(_contract(answers))
        yield (title, *("" for _ in answers))
        for grade, name in _grades(speech, answers):
            yield (speech(N_("expected number: {grade}")).format(grade=name), *(_number(one, grade) for one in answers))
        yield (speech(N_("mean expected score")), *(_mean(one) for one in answers))
        yield (speech(N_("share of luck in the scores")), *(_luck(one) for one in answers))
    every = sides.all()
    yield (speech(N_("cost: mean")), *(money(one.cost().mean) for one in every))
    for title, share in (
        (N_("cost: one year of twenty no more than"), P5),
        (N_("cost: half the years no more than"), P50),
        (N_("cost: nineteen years of twenty no more than"), P95),
    ):
        yield (speech(title), *(money(one.cost().quantile(share)) for one in every))
    if budget_fen is not None:
        title = speech(N_("the budget of {budget} holds")).format(budget=show_money(budget_fen))
        yield (title, *(percent(one.within(budget_fen)) for one in every))


def _changes(words: Words, sides: Sides) -> Iterator[tuple[str, ...]]:
    speech = words.speech
    differences = [found for _, _, found in sides.found]
    for name, answers in sides.contracts().items():
        yield (speech.name(_contract(answers)), *("" for _ in differences))
        mine = [found.contracts[name] for found in differences]
        for grade, title in _grades(speech, answers):
            told = speech(N_("expected number: {grade}")).format(grade=title)
            yield (told, *(_with_within(one.grades.get(grade)) for one in mine))
        yield (speech(N_("mean expected score")), *(_with_within(one.score) for one in mine))
    yield (speech(N_("cost: mean")), *(_fen_with_within(found.cost) for found in differences))


def _scores(words: Words, sides: Sides) -> Iterator[tuple[str, ...]]:
    for answers in sides.contracts().values():
        title = words.speech.name(_contract(answers))
        numbers = [dict(zip(one.codes, range(len(one.codes)), strict=True)) if one else {} for one in answers]
        for code in dict.fromkeys(code for one in answers if one for code in one.codes):
            scores = (
                decimal(one.expected_score(number[code])) if one and code in number else ""
                for one, number in zip(answers, numbers, strict=True)
            )
            yield (title, code, words.names.person(code), *scores)


def _contract(answers: Sequence[ContractAnswers | None]) -> Contract:
    return next(one.contract for one in answers if one is not None)


def _grades(speech: Speech, answers: Sequence[ContractAnswers | None]) -> list[tuple[str, str]]:
    """Of every side, by id with the name; none of them (empty id) only where somebody has none."""
    found = {grade.id: speech.name(grade) for one in answers if one for grade in one.contract.grades}
    if any(one is not None and one.tally.graded[:, -1].any() for one in answers):
        found[""] = speech(N_("no grade"))
    return list(found.items())


def _expected(one: ContractAnswers, grade: str) -> Fraction | None:
    ids = [*(each.id for each in one.contract.grades), ""]
    return Fraction(int(one.tally.graded[:, ids.index(grade)].sum()), one.years) if grade in ids else None


def _number(one: ContractAnswers | None, grade: str) -> str:
    expected = None if one is None else _expected(one, grade)
    return "" if expected is None else decimal(expected)


def _mean_score(one: ContractAnswers) -> Fraction:
    return Fraction(int(one.tally.score_sums.sum()), one.years * one.scale * len(one.codes))


def _mean(one: ContractAnswers | None) -> str:
    return "" if one is None or not one.codes else decimal(_mean_score(one))


def _luck(one: ContractAnswers | None) -> str:
    return "" if one is None or one.reliability is None else percent(1 - one.reliability)


def _with_within(found: Difference | None) -> str:
    """`+1.20 ± 0.08`: two standard errors."""
    if found is None:
        return ""
    return f"{_signed(decimal(found.mean))} ± {_within(found)}"


def _fen_with_within(found: Difference) -> str:
    yuan = Difference(found.mean / 100, found.error / 100)
    return f"{_signed(decimal(yuan.mean))} ± {_within(yuan)}"


def _within(found: Difference) -> str:
    return f"{ERRORS * found.error:.2f}"


def _signed(number: str) -> str:
    return number if number.startswith("-") or not number.strip("0.") else f"+{number}"


def as_json(words: Words, sides: Sides, budget_fen: int | None) -> dict[str, Any]:
    """All that is said of each side, and the differences with their standard errors."""
    found: dict[str, Any] = {"as_it_is": simulated.as_json(words, sides.base, budget_fen), "scenarios": []}
    for scenario, answers, change in sides.found:
        contracts = {
            name: {
                "score": _as_json(one.score),
                "grades": {grade: _as_json(each) for grade, each in one.grades.items()},
            }
            for name, one in change.contracts.items()
        }
        changed = {"cost_fen": _as_json(change.cost), "contracts": contracts}
        record = {"scenario": scenario.id, "answers": simulated.as_json(words, answers, budget_fen), "change": changed}
        found["scenarios"].append(record)
    return found


def _as_json(one: Difference | None) -> dict[str, str] | None:
    return None if one is None else {"mean": show(one.mean), "standard_error": f"{one.error:.6f}"}
