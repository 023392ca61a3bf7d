"""What earlier years decided: in how many of them a condition held, and the mean of what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.facts import Facts
from engine.score.derivation import NOTHING, Location, Step, StepKind, readable
from rules.condition import AllOf, AnyOf, Condition, Earlier, GradeIs, Not, RankIs, ScoreIs, Vetoed
from rules.diagnostic import Text, listed, say
from rules.indicator import Indicator, OfPast, PastTake
from rules.past import years_before
from targets.observation import PastResult


def years_in_which(facts: Facts, subject: str, earlier: Earlier) -> tuple[Fraction, tuple[Step, ...]]:
    """In how many of the years it held, under any of the contracts; and what each year that is recorded says."""
    held, steps = 0, []
    for year in years_before(earlier.earlier, facts.snapshot.year):
        results = list(_recorded(facts, subject, earlier.contract, year))
        truths = [_held(one, earlier.is_) for one in results]
        held += any(truths)
        steps += [
            _told(one, StepKind.FIRED if truth else StepKind.NOT_FIRED)
            for one, truth in zip(results, truths, strict=True)
        ]
    return Fraction(held), tuple(steps)


def mean_of_past(
    facts: Facts, subject: str, indicator: Indicator, past: OfPast, at: Location
) -> tuple[Fraction | None, Step]:
    """The mean over what is recorded, None where nothing is; and how it came about."""
    found: list[tuple[Fraction, Step]] = []
    for year in years_before(past.years, facts.snapshot.year):
        for one in _recorded(facts, subject, past.contract, year):
            value = one.score if past.take is PastTake.SCORE else one.rank
            if value is not None:
                found.append((Fraction(value), _told(one, StepKind.OBSERVED)))
    title, rule = say("{name}", name=indicator.label), say("mean of the earlier years there are")
    if not found:
        return None, Step(StepKind.MISSING, title, rule, say("nothing recorded"), None, at)
    values = [value for value, _ in found]
    worked = say("({terms}) ÷ {count}", terms=" + ".join(map(readable, values)), count=readable(len(values)))
    mean = sum(values, Fraction(0)) / len(values)
    return mean, Step(StepKind.COMPUTED, title, rule, worked, mean, at, tuple(step for _, step in found))


def _recorded(facts: Facts, subject: str, contracts: Sequence[str], year: int) -> Iterator[PastResult]:
    for contract in contracts or (facts.contract.contract,):
        result = facts.past(subject, contract, year)
        if result is not None:
            yield result


def _held(result: PastResult, condition: Condition) -> bool:
    match condition:
        case AllOf(all=terms):
            return all(_held(result, term) for term in terms)
        case AnyOf(any=terms):
            return any(_held(result, term) for term in terms)
        case Not(not_=term):
            return not _held(result, term)
        case ScoreIs(score=wanted):
            return result.score is not None and result.score in wanted
        case RankIs(rank=wanted):
            return result.rank is not None and result.rank in wanted
        case GradeIs(grade=grades):
            return result.grade in grades
        case Vetoed(vetoed=wanted):
            return result.vetoed is wanted
        case _:
            raise AssertionError(f"checked: {type(condition).__name__} is not kept of earlier years")


def _told(result: PastResult, kind: StepKind) -> Step:
    known: list[Text] = []
    if result.score is not None:
        known.append(say("score {score}", score=readable(result.score)))
    if result.rank is not None:
        known.append(say("rank {rank}", rank=result.rank))
    if result.grade:
        known.append(say("grade {name}", name=result.grade))
    known.append(say("vetoed") if result.vetoed else say("not vetoed"))
    title = say("{year}, {contract}", year=result.year, contract=result.contract)
    sources = (result.place,) if result.place else ()
    value = None if kind is StepKind.OBSERVED else Fraction(kind is StepKind.FIRED)
    return Step(kind, title, NOTHING, say("{facts}", facts=listed(known)), value, (), (), sources)
