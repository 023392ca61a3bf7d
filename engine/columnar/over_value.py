"""Methods that look at the value itself, as columns: bands, straight lines, marks, checklists."""

from __future__ import annotations

from engine.columnar.against_target import ONE, ZERO, is_carried, met, unusable_target
from engine.columnar.earned import Earned, exempt_where, parameter, without_parameter, without_value
from engine.columnar.exact import Cases, Held, Ratio, choose, constant, exactly, held_between, total, within
from engine.columnar.plan import Truth
from engine.columnar.readings import read
from engine.columnar.scribe import Case, Scribe
from rules.diagnostic import say
from rules.scoring import Band, Checklist, Improvement, Linear, Tiers
from rules.scoring_terms import Direction


def tiers(scribe: Scribe, case: Case, rule: Tiers, value: Ratio) -> Earned:
    """The points of the band that holds the value, or the completion rate where a target is given."""
    if rule.target is None:
        inside = [(within(value, band), band) for band in rule.bands]
        reached = scribe.plan.any_of(held for held, band in inside if band.points >= case.points)
        # Bands do not overlap, so whoever is in one that pays in full is in no other.
        return _in_band(scribe, case, inside, reached.settled())
    target = parameter(scribe, case, rule.target, "target")
    there = case.narrowed(target.has)
    unusable = unusable_target(scribe, there, target.value)
    inside = _bands_of_completion(there, rule, value, target.value)
    earned = _in_band(scribe, there.narrowed(~unusable), inside, met(case, value, target.value))
    return without_parameter(case, exempt_where(earned, unusable), [target])


def _bands_of_completion(case: Case, rule: Tiers, value: Ratio, target: Ratio) -> list[tuple[Truth, Band]]:
    if case.measured.direction is Direction.HIGHER:
        rate = value.per(target).settled()
        if is_carried(case):
            rate = choose(target.equals(ZERO).settled(), constant(rate.plan, ONE), rate).settled()
        return [(within(rate, band), band) for band in rule.bands]
    rate, plan = target.per(value).settled(), value.plan
    nothing_left = (~value.is_above(ZERO)).settled()
    exactly_met = (nothing_left & value.equals(target)).settled()
    beyond = (nothing_left & target.is_above(value)).settled()
    # Target / 0 is beyond every rate: a band that ends somewhere would put none at all behind a few.
    last = next((band for band in rule.bands if band.high is None), None)
    inside = []
    for band in rule.bands:
        held = ~nothing_left & within(rate, band)
        held |= (exactly_met | (nothing_left & ~beyond)) & plan.truth(ONE in band)
        inside.append(((held | (beyond & plan.truth(band is last))).settled(), band))
    return inside


def _in_band(scribe: Scribe, case: Case, inside: list[tuple[Truth, Band]], reached: Truth) -> Earned:
    outside = (~scribe.plan.any_of(held for held, _ in inside)).settled()
    scribe.note("DX609", case, outside, say("a value inside one of the bands"), say("a value in none of them"))
    cases = tuple((held, Held(constant(scribe.plan, band.points))) for held, band in inside)
    points = Cases(cases[:-1], cases[-1][1])
    return exempt_where(Earned(points, scribe.plan.truth(False), reached), case.active & outside)


def linear(scribe: Scribe, case: Case, rule: Linear, value: Ratio) -> Earned:
    """Straight between the two thresholds, whichever of them is the higher."""
    zero_at = parameter(scribe, case, rule.zero_at, "zero_at")
    full_at = parameter(scribe, case, rule.full_at, "full_at")
    same = zero_at.value.equals(full_at.value).settled()
    there = case.narrowed(zero_at.has & full_at.has)
    scribe.note("DX608", there, same, say("two thresholds that differ"), say("the same number twice"))
    earned = _straight_line(case, value, zero_at.value, full_at.value)
    return without_parameter(case, exempt_where(earned, there.active & same), [zero_at, full_at])


def improvement(scribe: Scribe, case: Case, rule: Improvement, value: Ratio) -> Earned:
    """The share of the way from the party's own baseline to the benchmark; who is there keeps full while there."""
    baseline = parameter(scribe, case, rule.baseline, "baseline")
    benchmark = parameter(scribe, case, rule.benchmark, "benchmark")
    already = met(case, baseline.value, benchmark.value)
    there, plan = met(case, value, benchmark.value), value.plan
    line = _straight_line(case, value, baseline.value, benchmark.value)
    kept, lost = Held(constant(plan, case.points)), Held(constant(plan, ZERO))
    points = line.points.first(((already & there).settled(), kept), (already, lost))
    reached = already.choose_truth(there, line.met).settled()
    return without_parameter(case, Earned(points, plan.truth(False), reached), [baseline, benchmark])


def _straight_line(case: Case, value: Ratio, zero_at: Ratio, full_at: Ratio) -> Earned:
    share = value.minus(zero_at).per(full_at.minus(zero_at)).settled()
    points = held_between(share.times(case.points), ZERO, case.points)
    return Earned(points, value.plan.truth(False), share.is_at_least(ONE).settled())


def mark(scribe: Scribe, case: Case, value: Ratio) -> Earned:
    """The assessor's mark itself."""
    outside = (~value.is_at_least(ZERO) | value.is_above(case.points)).settled()
    expected = say("a mark from 0 to {points}", points=str(case.points))
    scribe.note("DX605", case, outside, expected, say("a mark outside them"))
    earned = Earned(exactly(value), scribe.plan.truth(False), value.equals(case.points).settled())
    return exempt_where(earned, case.active & outside)


def checklist(scribe: Scribe, case: Case, rule: Checklist) -> Earned:
    """The points of the entries ticked; over several periods, of the share of periods in which each was."""
    readings = {entry: read(scribe, case, entry) for entry in rule.entries}
    first = next(iter(readings.values()))
    nothing = constant(scribe.plan, ZERO)
    ticked = (choose(readings[entry].has, readings[entry].value, nothing).times(worth)
              for entry, worth in rule.entries.items())  # fmt: skip
    summed = total(scribe.plan, ticked).settled()
    reached = summed.equals(sum(rule.entries.values(), ZERO)).settled()
    return without_value(scribe, case, first, Earned(exactly(summed), scribe.plan.truth(False), reached))
