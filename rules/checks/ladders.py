"""Lists of which the first match counts, as ladders over the score: more points never lead to a worse line.

Grades stand best first; of deposit outcomes the better one is that which pays more. Only lists whose lines ask for ranges
of the score are looked at, with a quota, and with at most one condition more: it holds, or it does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from rules.checks.intervals import ABOVE_ALL, EVERYTHING, Interval, Values, interval_of
from rules.checks.places import Stage, Stand, terms_of
from rules.checks.reach import scores_there_are
from rules.condition import AllOf, AllTargetsMet, Condition, Not, ScoreIs, Vetoed
from rules.contract import Contract
from rules.diagnostic import Called, Diagnostic, Text, say
from rules.money import DepositOutcome
from rules.range import Range
from rules.source import Location, Tree
from rules.verdict import GradeBand

# Something that holds or does not, and which of the two a line asks for.
Asked = tuple[tuple[Condition, ...], bool]
_NOTHING: Asked = ((), True)


class _Line(NamedTuple):
    """One line: the scores it is for, where their upper bound is written, what else it asks for, and what it is worth."""

    at: Location
    called: Called
    scores: Interval
    ceiling: Location | None
    asked: Asked
    quota: bool
    worth: Fraction


class _Fall(NamedTuple):
    """Scores that get a line, and the better one that lower scores get."""

    scores: Interval
    got: _Line
    better: _Line


class _Case(NamedTuple):
    """Whether what the first of the lines asks for beside the score holds, and whether quotas are full."""

    held: bool
    full: bool


def more_points_for_less(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A hole between two lines through which a score falls to a worse one."""
    values = scores_there_are(contract)
    for lines in _lists(contract):
        first = next((line.asked[1] for line in lines if line.asked != _NOTHING), True)
        falls: dict[tuple[Interval, Location, Location], _Fall] = {}
        when: dict[tuple[Interval, Location, Location], list[_Case]] = defaultdict(list)
        for case in (_Case(held, full) for held in (True, False) for full in (False, True)):
            left = [line for line in lines if _counts(line, case, first)]
            for fall in _falls(left, values):
                key = fall.scores, fall.got.at, fall.better.at
                falls[key] = fall
                when[key].append(case)
        for key, fall in falls.items():
            if not (fall.scores.high == ABOVE_ALL and contract.linkage):  # how high linked scores may be is not known
                yield _diagnostic(tree, values, fall, when[key])


def _counts(line: _Line, case: _Case, first: bool) -> bool:
    """Whether the line still takes somebody; `first` is what the first of them asks for: that it holds, or does not."""
    holds = line.asked == _NOTHING or (line.asked[1] is first) is case.held
    return holds and not (line.quota and case.full)


def _diagnostic(tree: Tree, values: Values, fall: _Fall, cases: Sequence[_Case]) -> Diagnostic:
    scores, got, better = fall
    ends_here = better.ceiling is not None and values.of(better.scores).high == scores.low
    at = better.ceiling if better.ceiling is not None and ends_here else (*got.at, "id")
    found = say("a score of {values} gets {line}", values=values.describe(scores), line=got.called)
    expected = say("no less than lower scores get: {line}", line=better.called)
    return Diagnostic("DX317", tree.span(at), found, expected, _hint(cases))


def _hint(cases: Sequence[_Case]) -> Text | None:
    if all(case.full for case in cases):
        return say("so it is for those whom a full quota leaves out")
    if all(case.held for case in cases):
        return say("so it is where what the list asks for beside the score holds")
    if not any(case.held for case in cases):
        return say("so it is where what the list asks for beside the score does not hold")
    return None


def _falls(lines: Sequence[_Line], values: Values) -> Iterator[_Fall]:
    whole = values.of(EVERYTHING)
    cuts = {whole.low, whole.high}
    for line in lines:
        reached = values.of(line.scores)
        cuts |= {reached.low, reached.high} if not reached.empty else set()
    best: _Line | None = None
    fall: _Fall | None = None
    for segment in (Interval(low, high) for low, high in pairwise(sorted(cuts))):
        got = next((line for line in lines if not segment.within(values.of(line.scores)).empty), None)
        if fall is not None and got is fall.got and best is fall.better:
            fall = fall._replace(scores=Interval(fall.scores.low, segment.high))
            continue
        if fall is not None:
            yield fall
        fall = None
        if got is not None and best is not None and got.worth < best.worth:
            fall = _Fall(segment, got, best)
        elif got is not None:
            best = got
    if fall is not None:
        yield fall


def _lists(contract: Contract) -> Iterator[list[_Line]]:
    ladders = [
        [
            _line(("grades", index), grade.label, grade.when, Fraction(-index), quota=_has_quota(grade))
            for index, grade in enumerate(contract.grades)
        ]
    ]
    for number, deposit in enumerate(contract.deposits):
        at, amount = ("deposits", number, "outcomes"), deposit.amount
        ladders.append([
            _line((*at, index), outcome.label, outcome.when, _paid(amount, outcome), quota=False)
            for index, outcome in enumerate(deposit.outcomes)
        ])  # fmt: skip
    for lines in ladders:
        others = [line.asked[0] for line in lines if line.asked != _NOTHING]
        if all(one == others[0] for one in others) and not any(map(_looks_twice, lines)):
            yield lines


def _has_quota(grade: GradeBand) -> bool:
    return grade.at_most is not None or grade.at_most_count is not None


def _paid(amount_fen: int, outcome: DepositOutcome) -> Fraction:
    times = outcome.refund + (outcome.reward_times or 0)
    return times * amount_fen + (outcome.reward or 0)


def _line(at: Location, called: Called, when: Condition | None, worth: Fraction, *, quota: bool) -> _Line:
    scores, ceiling, others = _split(when, (*at, "when"))
    return _Line(at, called, scores, ceiling, _asked(others), quota, worth)


def _split(condition: Condition | None, at: Location) -> tuple[Interval, Location | None, tuple[Condition, ...]]:
    """The scores it asks for, where their upper bound is written, and what else it asks for."""
    match condition:
        case None:
            return EVERYTHING, None, ()
        case ScoreIs(score=wanted):
            return interval_of(wanted), _ceiling(wanted, (*at, "score")), ()
        case AllOf(all=parts):
            scores, ceiling = EVERYTHING, None
            others: tuple[Condition, ...] = ()
            for index, part in enumerate(parts):
                also, bound, more = _split(part, (*at, "all", index))
                ceiling = bound if also.high < scores.high else ceiling
                scores, others = scores.within(also), (*others, *more)
            return scores, ceiling, others
        case _:
            return EVERYTHING, None, (condition,)


def _ceiling(wanted: Range, at: Location) -> Location | None:
    return None if wanted.high is None else (*at, "at_most" if wanted.at_most is not None else "below")


def _asked(others: tuple[Condition, ...]) -> Asked:
    """`vetoed: false` asks that the same does not hold which `vetoed: true` asks for."""
    match others:
        case (Vetoed(vetoed=False),):
            return (Vetoed(vetoed=True),), False
        case (AllTargetsMet(all_targets_met=False),):
            return (AllTargetsMet(all_targets_met=True),), False
        case (Not(not_=inner),):
            return (inner,), False
        case _:
            return others, True


def _looks_twice(line: _Line) -> bool:
    """Whether what it asks for beside the score is about the score again."""
    stands = (stand for condition in line.asked[0] for stand in terms_of(Stand(line.at, condition, Stage.MONEY)))
    return any(isinstance(stand.condition, ScoreIs) and not (stand.linked or stand.earlier) for stand in stands)
