"""One contract when its money is worked out: verdicts, what they rest on, and its conditions on money decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.conditions import Named, value_measure, walk
from engine.decide import Bench, Judged, decide, measure_grades
from engine.score.book import Book, Case
from engine.score.cases import value_read
from engine.score.derivation import Location, Step, StepKind
from engine.score.reading import read
from engine.settle.year import MoneyYear
from engine.verdict import Verdict
from rules.checks.places import Stage, conditions
from rules.condition import GradeIs, ValueIs


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

    def why(self, subject: str, at: Location) -> Step | None:
        """The step of the condition at that place of the contract; None where there is no condition."""
        return self.decided.get((subject, _node(at)))

    def holds(self, subject: str, at: Location) -> bool:
        step = self.why(subject, at)
        return step is None or step.kind is StepKind.FIRED


def court_of(judged: Judged, before: Sequence[Judged], year: MoneyYear) -> Court:
    """The court of a contract; `before` are those judged before it, which linked conditions ask about."""
    bench = Bench(judged.contract, judged.facts, judged.standings, before)
    book = _book(judged, before)
    asked_for = tuple(
        Named(_node(stand.at), stand.condition, stand.at)
        for stand in conditions(judged.contract)
        if stand.stage is Stage.MONEY
    )
    for asked in (part for one in asked_for for part in walk(one)):
        match asked.condition:
            case GradeIs(grade=wanted):
                measure_grades(judged, wanted)
            case ValueIs() as value:
                _measure_values(judged, book, asked.node, value)
            case _:
                pass
    return Court(judged, book, year, decide(bench, asked_for))


def _node(at: Location) -> str:
    return " ".join(map(str, at))


def _book(judged: Judged, before: Sequence[Judged]) -> Book:
    totals = {one.contract.contract: {code: v.score for code, v in one.verdicts.items()} for one in before}
    return Book(judged.contract, judged.facts, totals=totals)


def _measure_values(judged: Judged, book: Book, node: str, asked: ValueIs) -> None:
    """Whether each one's own last value lies in the range; without a value it does not."""
    for subject in judged.facts.subjects:
        case = Case(subject, value_read(asked.value), Fraction(0), judged.facts.year, ())
        value = read(book, case).value
        judged.standings[subject.code].values[value_measure(node)] = Fraction(value is not None and value in asked.is_)
