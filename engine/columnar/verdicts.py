"""From scores to verdicts as columns: warnings, vetoes, final score, rank, grade. One contract at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from engine.columnar.conditions import Measure, Standing, decide, standing, told_by
from engine.columnar.exact import whole
from engine.columnar.found import latest_days
from engine.columnar.plan import IntColumn, Truth
from engine.columnar.ranking import grade_conditions, grades, league_sizes, places, sizes_entered
from engine.columnar.scribe import Scribe
from engine.columnar.sheet import OutcomeColumns
from engine.columnar.tallies import Told
from rules.condition import AboutOthers, Condition
from rules.verdict import Effects, Veto, WarningRule


@dataclass(frozen=True, slots=True)
class Inherited:
    """A veto or warning that reaches subjects from elsewhere: how many times each, and what it does to them.

    From a party they answered for (`prior` False), or from an earlier year.
    """

    contract: str
    rule: str
    veto: bool
    effects: Effects | None
    times: IntColumn
    prior: bool = False


@dataclass(frozen=True, slots=True)
class Fired:
    """One warning or veto of the contract: whom it hit, and when what made it fire happened and was found (0: no day).

    `told` says by kind of incident and severities whether one of those made it fire.
    """

    clause: Veto | WarningRule
    truth: Truth
    happened_on: IntColumn
    found_on: IntColumn
    told: Mapping[Told, Truth]

    @property
    def veto(self) -> bool:
        return isinstance(self.clause, Veto)


@dataclass(frozen=True, slots=True)
class VerdictColumns:
    """Everybody's verdict. `score` in units of 10**-decimals, `final` of 1 / `final_scale`; `grade` by its number.

    `hits` are the effects on the subjects themselves: on whom, and how many times. `standing` is what conditions may look at
    when all of this is known.
    """

    outcome: OutcomeColumns
    score: IntColumn
    final: IntColumn
    final_scale: int
    entered: Truth
    rank: IntColumn
    league_size: IntColumn
    grade: IntColumn
    fired: tuple[Fired, ...]
    inherited: tuple[Inherited, ...]
    answers: Mapping[Condition, Truth]
    hits: tuple[tuple[Effects, Truth, IntColumn], ...]
    standing: Standing


def judge(
    scribe: Scribe,
    outcome: OutcomeColumns,
    inherited: Sequence[Inherited],
    linked: Mapping[AboutOthers, Truth],
    asked: Sequence[Condition],
) -> VerdictColumns:
    """Stages, each seeing what the one before decided; `asked` are conditions that other contracts ask of these."""
    contract, plan = scribe.contract, scribe.plan
    plan.at = "verdicts"
    now = standing(scribe, outcome, linked)
    score, entry = outcome.total, contract.ranking.entry
    now.entered = plan.truth(True) if entry is None else decide(now, entry)
    now.ranked(places(now, score))
    warnings = [_fired(now, clause) for clause in contract.warnings]
    mild = [one for one in inherited if not one.veto]
    now.warned = Measure(whole(_times(scribe, warnings, mild).named()), plan.truth(True))
    now.moved_on()
    fired = [*warnings, *(_fired(now, clause) for clause in contract.vetoes)]
    now.vetoed = _hit([one for one in fired if one.veto], [one for one in inherited if one.veto], scribe)
    final, scale = _final_score(scribe, score, fired, inherited)
    now.score = Measure(whole(final, scale), plan.truth(True))
    place = places(now, final)
    now.ranked(place)
    now.moved_on()
    sizes = league_sizes(now)
    caps = _best_left(scribe, fired, inherited)
    now.grade = grades(now, place, sizes_entered(now), grade_conditions(now, contract.grades), caps)
    answers = {condition: decide(now, condition) for condition in asked}
    return VerdictColumns(
        outcome, score, final, scale, now.entered, place, sizes, now.grade, tuple(fired), tuple(inherited), answers,
        tuple(_hits(fired, inherited)), now,
    )  # fmt: skip


def _fired(now: Standing, clause: Veto | WarningRule) -> Fired:
    """Whether it fired on the subject itself; dated by the incidents that made its condition hold."""
    scribe, told = now.scribe, told_by(now, clause.when)
    days = [(truth, columns) for one, truth in told.items() if (columns := latest_days(scribe, one)) is not None]
    none = scribe.plan.constant(0)

    def latest(part: int) -> IntColumn:
        day = none
        for truth, columns in days:
            day = day.at_least(truth.choose(columns[part], none))
        return day.named()

    return Fired(clause, decide(now, clause.when), latest(0), latest(1), told)


def _hits(fired: Sequence[Fired], inherited: Sequence[Inherited]) -> Iterator[tuple[Effects, Truth, IntColumn]]:
    """The effects on the subjects themselves: on whom, and how many times."""
    for one in fired:
        if one.clause.effects is not None and one.clause.reach.party:
            plan = one.truth.plan
            yield one.clause.effects, one.truth, one.truth.choose(plan.constant(1), plan.constant(0))
    for other in inherited:
        if other.effects is not None:
            yield other.effects, other.times.is_at_least(1).settled(), other.times


def _times(scribe: Scribe, fired: Sequence[Fired], inherited: Sequence[Inherited]) -> IntColumn:
    own = scribe.plan.count(one.truth for one in fired if one.clause.reach.party)
    return own + scribe.plan.sum_of(one.times for one in inherited)


def _hit(fired: Sequence[Fired], inherited: Sequence[Inherited], scribe: Scribe) -> Truth:
    own = (one.truth for one in fired if one.clause.reach.party)
    return scribe.plan.any_of([*own, *(one.times.is_at_least(1) for one in inherited)]).named()


def _final_score(
    scribe: Scribe, score: IntColumn, fired: Sequence[Fired], inherited: Sequence[Inherited]
) -> tuple[IntColumn, int]:
    """Deductions first, then the lowest of the replacements; never below the total's floor unless one says so."""
    hits = list(_hits(fired, inherited))
    moved = [
        number for effects, _, _ in hits for number in (effects.deduct, effects.replace_score) if number is not None
    ]
    decimals, floor = scribe.contract.decimals, scribe.contract.total.floor
    if not moved:
        return score, 10**decimals
    bounds = [] if floor == "none" else [floor]
    scale = lcm(10**decimals, *(number.denominator for number in (*moved, *bounds)))
    units = (score * (scale // 10**decimals)).settled()

    def scaled(number: Fraction) -> int:
        return int(number * scale)

    taken = scribe.plan.sum_of(
        times * scaled(effects.deduct) for effects, _, times in hits if effects.deduct is not None
    )
    final = units - taken
    if floor != "none":
        final = final.at_least(units.at_most(scaled(floor)))
    for effects, truth, _ in hits:
        if effects.replace_score is not None:
            final = truth.choose(final.at_most(scaled(effects.replace_score)), final)
    return final.named("final score"), scale


def _best_left(scribe: Scribe, fired: Sequence[Fired], inherited: Sequence[Inherited]) -> IntColumn:
    """The number of the best grade left: that of the lowest cap, 0 without any."""
    order = [band.id for band in scribe.contract.grades]
    best = scribe.plan.constant(0)
    for effects, truth, _ in _hits(fired, inherited):
        if effects.cap_grade in order:
            number = scribe.plan.constant(order.index(effects.cap_grade))
            best = best.at_least(truth.choose(number, scribe.plan.constant(0)))
    return best.named()
