"""A wrong done to people may only ever cost: it must not earn points, a grade, an award or a better refund."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import NamedTuple

from rules.condition import Children, Condition, Earlier, IncidentCount, Linked, Not, terms_inside
from rules.contract import Contract
from rules.money import Award, DepositOutcome
from rules.range import Range
from rules.safeguards import phrases
from rules.safeguards.measures import everything_scored
from rules.safeguards.reading import grounds_in, says
from rules.scoring import FirstOf, Fixed, PerEvent, ScoringRule
from rules.source import Location
from rules.verdict import GradeBand, IncidentKind, Veto, WarningRule

COSTS, EARNS = 1, -1


class Use(NamedTuple):
    """A condition's look at incidents; `sign` 1: it comes true as they grow, -1: it comes untrue, 0: either."""

    kinds: tuple[str, ...]
    sign: int
    location: Location


def advantages_in(contract: Contract) -> Iterator[tuple[str, Location]]:
    """Each incident kind that names a wrong and is used to somebody's advantage, with the place of that use."""
    wrongs = {kind.id for kind in contract.incidents if names_a_wrong(kind)}
    for use, expected in _uses(contract):
        for kind in use.kinds:
            if kind in wrongs and use.sign != expected:
                yield kind, use.location
    for part, location, _ in everything_scored(contract):
        scoring = part.scoring
        yield from _in_cases(scoring, location, wrongs)
        if isinstance(scoring, PerEvent) and scoring.incident in wrongs and scoring.add is not None:
            yield scoring.incident, (*location, "scoring", "incident")


def _in_cases(scoring: ScoringRule, location: Location, wrongs: Collection[str]) -> Iterator[tuple[str, Location]]:
    """Inside scoring a wrong may do one thing: leave no points, where there is at least one of its kind."""
    for number, part in enumerate(scoring.parts if isinstance(scoring, FirstOf) else ()):
        costs = isinstance(part.scoring, Fixed) and part.scoring.share == 0
        for use in _looked_at(part.when, (*location, "scoring", "parts", number, "when"), 1):
            yield from (
                (kind, use.location) for kind in use.kinds if kind in wrongs and not (costs and use.sign == COSTS)
            )


def names_a_wrong(kind: IncidentKind) -> bool:
    """Whether its words would be refused if they did not say that somebody was wronged."""
    texts = (kind.id, kind.name, kind.name_en)
    retaliates = any(says(phrases.PETITION, text) and says(phrases.RETALIATION, text) for text in texts)
    return retaliates or any(grounds_in(text) for text in texts)


def _uses(contract: Contract) -> Iterator[tuple[Use, int]]:
    conditioned: tuple[tuple[str, tuple[Veto | WarningRule | GradeBand | Award, ...], int], ...] = (
        ("vetoes", contract.vetoes, COSTS),
        ("warnings", contract.warnings, COSTS),
        ("grades", contract.grades, EARNS),
        ("awards", contract.awards, EARNS),
    )
    for name, rules, expected in conditioned:
        for number, rule in enumerate(rules):
            yield from ((use, expected) for use in _looked_at(rule.when, (name, number, "when"), 1))
    entry = contract.ranking.entry
    yield from ((use, EARNS) for use in _looked_at(entry, ("ranking", "entry"), 1))
    for number, deposit in enumerate(contract.deposits):
        for place, outcome in enumerate(deposit.outcomes):
            location: Location = ("deposits", number, "outcomes", place, "when")
            expected = _better_or_worse(outcome, deposit.outcomes[place + 1 :])
            yield from ((use, expected) for use in _looked_at(outcome.when, location, 1))


def _better_or_worse(outcome: DepositOutcome, later: tuple[DepositOutcome, ...]) -> int:
    """Whether the outcome costs or earns beside those that would have come; neither (2) when it lies between them."""
    worth, others = _worth(outcome), [_worth(other) for other in later]
    if all(worth <= other for other in others):
        return COSTS
    return EARNS if all(worth >= other for other in others) else 2


def _worth(outcome: DepositOutcome) -> tuple[Fraction, Fraction, int]:
    return outcome.refund + (outcome.reward_times or 0), outcome.refund, outcome.reward or 0


def _looked_at(condition: Condition | None, location: Location, sign: int) -> Iterator[Use]:
    match condition:
        case None:
            return
        case Linked(is_=term) | Children(is_=term) | Earlier(is_=term):
            yield from _looked_at(term, (*location, "is"), sign)
        case IncidentCount(incident=kinds, count=count):
            yield Use(kinds, sign * _growing(count), (*location, "incident"))
        case _:
            turned = -sign if isinstance(condition, Not) else sign
            for inside, term in terms_inside(condition):
                yield from _looked_at(term, (*location, *inside), turned)


def _growing(count: Range) -> int:
    """1 when a growing number comes to lie in the range for good, -1 when it leaves it for good."""
    if (count.low is None) == (count.high is None):
        return 0
    return 1 if count.high is None else -1
