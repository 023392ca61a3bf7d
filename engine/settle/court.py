"""One contract when its money is worked out: verdicts, what they rest on, and its conditions on money decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.conditions import Named, value_measure, walk
from engine.decide import Bench, Judged, decide, measure_grades
from engine.score.book import Book, Case
from engine.score.cases import value_read
from engine.score.derivation import Step, StepKind
from engine.score.reading import read
from engine.settle.year import MoneyYear
from engine.verdict import Verdict
from rules.condition import Condition, GradeIs, ValueIs
from rules.contract import Contract


@dataclass(frozen=True, slots=True)
class Court:
    """`book` reads values again, as scoring did.

    `decided` has the step of each condition on money, by subject and by the node that names the condition.
    """

    judged: Judged
    book: Book
    year: MoneyYear
    decided: Mapping[tuple[str, str], Step]

    def verdicts(self) -> Iterator[Verdict]:
        yield from self.judged.verdicts.values()

    def why(self, subject: str, node: str) -> Step | None:
        """The step of that condition; None where there is no condition."""
        return self.decided.get((subject, node))

    def holds(self, subject: str, node: str) -> bool:
        step = self.why(subject, node)
        return step is None or step.kind is StepKind.FIRED


def court_of(judged: Judged, before: Sequence[Judged], year: MoneyYear) -> Court:
    """The court of a contract; `before` are those judged before it, which linked conditions ask about."""
    bench = Bench(judged.contract, judged.facts, judged.standings, before)
    book = _book(judged, before)
    conditions = tuple(
        Named(node, condition, at) for node, condition, at in _conditions(judged.contract) if condition is not None
    )
    for asked in (part for condition in conditions for part in walk(condition)):
        match asked.condition:
            case GradeIs(grade=wanted):
                measure_grades(judged, wanted)
            case ValueIs() as value:
                _measure_values(judged, book, asked.node, value)
            case _:
                pass
    return Court(judged, book, year, decide(bench, conditions))


def outcome_node(deposit: int, outcome: int) -> str:
    return f"deposit {deposit} {outcome}"


def award_node(award: int) -> str:
    return f"award {award}"


def _conditions(contract: Contract) -> Iterator[tuple[str, Condition | None, tuple[str | int, ...]]]:
    for number, deposit in enumerate(contract.deposits):
        for index, outcome in enumerate(deposit.outcomes):
            yield outcome_node(number, index), outcome.when, ("deposits", number, "outcomes", index, "when")
    for index, award in enumerate(contract.awards):
        yield award_node(index), award.when, ("awards", index, "when")


def _book(judged: Judged, before: Sequence[Judged]) -> Book:
    totals = {one.contract.contract: {code: v.score for code, v in one.verdicts.items()} for one in before}
    return Book(judged.contract, judged.facts, totals=totals)


def _measure_values(judged: Judged, book: Book, node: str, asked: ValueIs) -> None:
    """Whether each one's own last value lies in the range; without a value it does not."""
    for subject in judged.facts.subjects:
        case = Case(subject, value_read(asked.value), Fraction(0), judged.facts.year, ())
        value = read(book, case).value
        judged.standings[subject.code].values[value_measure(node)] = Fraction(value is not None and value in asked.is_)
