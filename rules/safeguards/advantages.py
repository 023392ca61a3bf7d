"""What must not be paid for: a wrong done to people, fewer services around birth, less done for those who complain.

Each may only ever cost. It must not earn points, a grade, a place in the ranking, an award or a better refund, by itself
or through a score that it lowers or a sanction that it brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from rules.condition import Condition
from rules.contract import Contract
from rules.money import DepositOutcome, RiskDeposit
from rules.paid import pays_the_better
from rules.safeguards.costs import costs_of_nothing
from rules.safeguards.measures import everything_scored, fewer_is_better, more_is_better
from rules.safeguards.services import made_of
from rules.safeguards.standing import Cause, Concern, Standing, Use
from rules.safeguards.wrongs import counts_wrongs
from rules.scoring import Exempt, FirstOf, Fixed, Measured, Part, PerEvent, parts_of
from rules.source import Location


class Advantage(NamedTuple):
    """What somebody would be paid for, and the place where."""

    cause: Cause
    at: Location


class _Rule(NamedTuple):
    """A condition and what becoming true does: `gains` something for somebody, `loses` something, or may do either.

    `final` where vetoes and warnings have been heard.
    """

    when: Condition | None
    at: Location
    gains: bool
    loses: bool
    final: bool = True


def advantages_in(contract: Contract, others: Iterable[Contract] = ()) -> Iterator[Advantage]:
    """Every advantage that the contract gives; `others` are those given with it, about which it may ask."""
    standing = Standing(contract, others)
    for rule in _rules(contract):
        for use in standing.uses(rule.when, rule.at, final=rule.final):
            if _pays(use, rule) and not _is_one_of_a_scale(contract, use):
                yield Advantage(use.cause, use.at)
    for part, location, _ in everything_scored(contract):
        scoring = part.scoring
        if isinstance(scoring, FirstOf):
            yield from _in_cases(standing, scoring.parts, (*location, "scoring", "parts"))
        if isinstance(scoring, PerEvent) and scoring.incident in standing.wrongs and scoring.add is not None:
            yield Advantage(Cause(scoring.incident, Concern.WRONG), (*location, "scoring", "incident"))
    yield from _wrongs_measured(contract)
    for kind, at in costs_of_nothing(contract, standing.wrongs):
        yield Advantage(Cause(kind, Concern.WRONG), at)


def _pays(use: Use, rule: _Rule) -> bool:
    if use.sign > 0:
        return rule.gains
    if use.sign < 0:
        return rule.loses
    # Of a total or a mixed sheet the middle of the scale says little: 80 to 90 points are a grade like any other.
    return use.cause.alone and (rule.gains or (rule.loses and use.cause.concern is Concern.WRONG))


def _is_one_of_a_scale(contract: Contract, use: Use) -> bool:
    """An award for a lower grade or place, beside one for the better ones that is no smaller."""
    return use.at[0] == "awards" and pays_the_better(contract, int(use.at[1]), str(use.at[-1]))


def _rules(contract: Contract) -> Iterator[_Rule]:
    for number, veto in enumerate(contract.vetoes):
        yield _Rule(veto.when, ("vetoes", number, "when"), gains=False, loses=True, final=False)
    for number, warning in enumerate(contract.warnings):
        yield _Rule(warning.when, ("warnings", number, "when"), gains=False, loses=True, final=False)
    yield _Rule(contract.ranking.entry, ("ranking", "entry"), gains=True, loses=False, final=False)
    for number, grade in enumerate(contract.grades):
        yield _Rule(grade.when, ("grades", number, "when"), gains=True, loses=False)
    for number, award in enumerate(contract.awards):
        yield _Rule(award.when, ("awards", number, "when"), gains=True, loses=False)
    for number, deposit in enumerate(contract.deposits):
        worth = [_worth(deposit, outcome) for outcome in deposit.outcomes]
        for place, outcome in enumerate(deposit.outcomes):
            at: Location = ("deposits", number, "outcomes", place, "when")
            later = worth[place + 1 :]
            gains, loses = any(one < worth[place] for one in later), any(one > worth[place] for one in later)
            yield _Rule(outcome.when, at, gains, loses)


def _worth(deposit: RiskDeposit, outcome: DepositOutcome) -> Fraction:
    """In fen."""
    return deposit.amount * (outcome.refund + (outcome.reward_times or 0)) + (outcome.reward or 0)


def _wrongs_measured(contract: Contract) -> Iterator[Advantage]:
    """More wrongs scoring higher, where they are reported as a number."""
    for measured, location, indicator in everything_scored(contract):
        if indicator is None or not _reads(measured):
            continue
        more, fewer = more_is_better(measured), fewer_is_better(measured, indicator)
        if any(
            counts_wrongs(part.indicator) and (more if part.grows else fewer) for part in made_of(contract, indicator)
        ):
            yield Advantage(Cause(indicator.id, Concern.WRONG), (*location, "scoring"))


def _reads(measured: Measured) -> bool:
    counts_events = isinstance(measured.scoring, PerEvent) and measured.scoring.incident is not None
    return not (counts_events or parts_of(measured) or isinstance(measured.scoring, Fixed | Exempt))


def _in_cases(standing: Standing, parts: Sequence[Part], at: Location) -> Iterator[Advantage]:
    """Inside scoring a wrong may lead to no points, or its absence to all of them; what lies between cannot be told."""
    for number, part in enumerate(parts):
        share, later = _share(part), [_share(one) for one in parts[number + 1 :]]
        gains = any(_may_be_more(share, one) for one in later)
        loses = any(_may_be_more(one, share) for one in later)
        rule = _Rule(part.when, (*at, number, "when"), gains, loses, final=False)
        for use in standing.uses(rule.when, rule.at, final=False):
            if use.cause.concern is Concern.WRONG and _pays(use, rule):
                yield Advantage(use.cause, use.at)


def _share(part: Part) -> Fraction | None:
    """How much of the points it gives whatever was done; None where that depends."""
    scoring, times = part.scoring, part.times
    if not isinstance(scoring, Fixed) or part.points is not None or not isinstance(times, Fraction):
        return None
    return scoring.share * times


def _may_be_more(one: Fraction | None, other: Fraction | None) -> bool:
    if one is None or other is None:
        return one != 0 and other != 1
    return one > other
