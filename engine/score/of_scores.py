"""Values that are made of scores: of items or sections that stand before on the sheet, or another contract's total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from engine.score.book import Book, Case
from engine.score.derivation import Step, StepKind, readable
from rules.contract import Contract
from rules.diagnostic import Called, Text, say
from rules.indicator import Indicator, OfScores, Take, Whose
from targets.party import Party

ZERO = Fraction(0)
Weighed = Sequence[tuple[Fraction, Fraction]]


def value_of_scores(book: Book, case: Case, indicator: Indicator, scores: OfScores) -> tuple[Fraction | None, Step]:
    """The value with how it came about; None where there is no score to make it of."""
    if scores.contract is not None and scores.of is Whose.CHILDREN:
        return _of_children(book, case, indicator, scores, book.totals[scores.contract])
    if scores.contract is not None:
        return _total(book, case, indicator, scores.contract)
    names = scores.items or scores.sections
    weights = scores.weights or (Fraction(1),) * len(names)
    found = [
        (name, weight, score)
        for name, weight in zip(names, weights, strict=True)
        if (score := _scored(book, case, name, of_section=bool(scores.sections))) is not None
    ]
    title = say("{name}", name=indicator.label)
    labels = _labels(book.contract, scores)
    steps = tuple(_quoted(case, labels[name], score) for name, _, score in found)
    if not found:
        rule = say("every section is exempt") if scores.sections else say("every item is exempt")
        return None, Step(StepKind.EXEMPTED, title, rule, Text(""), None, case.at)
    value, rule, worked = _taken(scores.take, [(weight, score) for _, weight, score in found])
    return value, Step(StepKind.COMPUTED, title, rule, worked, value, case.at, steps)


def _total(book: Book, case: Case, indicator: Indicator, contract: str) -> tuple[Fraction | None, Step]:
    total = book.totals.get(contract, {}).get(case.subject.code)
    worked = say("not assessed there") if total is None else say("{value}", value=readable(total))
    rule = say("the score under the contract {name}", name=contract)
    kind = StepKind.EXEMPTED if total is None else StepKind.QUOTED
    return total, Step(kind, say("{name}", name=indicator.label), rule, worked, total, case.at)


def _scored(book: Book, case: Case, name: str, *, of_section: bool) -> Fraction | None:
    if of_section:
        return book.section_scored(case.subject, name, case.window)
    seen = book.scored(case.subject, name, case.window)
    return None if seen is None else seen[0]


def _labels(contract: Contract, scores: OfScores) -> dict[str, Called]:
    if scores.sections:
        return {section.id: section.label for section in contract.all_sections()}
    return {name: item.label for name, item in contract.item_by_id.items()}


def _of_children(
    book: Book, case: Case, indicator: Indicator, scores: OfScores, totals: Mapping[str, Fraction]
) -> tuple[Fraction | None, Step]:
    """What is taken of the totals of the parties directly below; None where the contract assesses none of them."""
    found = [(one, totals[one.code]) for one in book.facts.children(case.subject.code) if one.code in totals]
    title = say("{name}", name=indicator.label)
    if not found:
        rule = say("nobody directly below is assessed under the contract {name}", name=scores.contract or "")
        return None, Step(StepKind.EXEMPTED, title, rule, Text(""), None, case.at)
    steps = tuple(_child(one, total) for one, total in found)
    value, rule, worked = _taken(scores.take, [(Fraction(1), total) for _, total in found])
    return value, Step(StepKind.COMPUTED, title, rule, worked, value, case.at, steps)


def _child(party: Party, total: Fraction) -> Step:
    title = say("{name} ({code})", name=party.name, code=party.code)
    return Step(StepKind.QUOTED, title, say("as scored"), say("{value}", value=readable(total)), total)


def _quoted(case: Case, label: Called, score: Fraction) -> Step:
    worked = say("{value}", value=readable(score))
    return Step(StepKind.QUOTED, say("{name}", name=label), say("as scored"), worked, score, case.at)


def _taken(take: Take, weighed: Weighed) -> tuple[Fraction, Text, Text]:
    """What the scores come to: the value, the rule, and the rule with its numbers."""
    values = [score for _, score in weighed]
    whole = sum((weight for weight, _ in weighed), ZERO)
    summed = sum((weight * score for weight, score in weighed), ZERO)
    terms = " + ".join(readable(s) if w == 1 else f"{readable(w)} × {readable(s)}" for w, s in weighed)
    match take:
        case Take.SUM:
            return summed, say("sum of the scores"), say("{terms}", terms=terms)
        case Take.MEAN:
            worked = say("({terms}) ÷ {count}", terms=terms, count=readable(whole))
            return summed / whole, say("mean of the scores"), worked
        case Take.BEST | Take.WORST:
            best = take is Take.BEST
            rule = say("the best of the scores") if best else say("the worst of the scores")
            return (max if best else min)(values), rule, say("{terms}", terms="; ".join(map(readable, values)))
        case Take.VARIANCE:
            mean = summed / whole
            squares = sum((weight * (score - mean) ** 2 for weight, score in weighed), ZERO)
            worked = say("mean {mean}; {squares} ÷ {count}", mean=readable(mean), squares=readable(squares),
                         count=readable(whole))  # fmt: skip
            return squares / whole, say("mean squared distance of the scores from their mean"), worked
        case _ as never:
            assert_never(never)
