"""Ranks, quotas, caps and reach: what must hold of every adjudication."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_years import Year, drawn, years

from engine import inference
from engine.score.derivation import StepKind
from engine.verdict import Verdict
from rules.contract import Contract
from rules.quantity import Rounding, round_to
from rules.verdict import GradeBand, Ties
from targets.observation import Incident, IncidentState, PriorVeto

pytestmark = pytest.mark.skipif(not inference.available(), reason="durable-rules does not run here")


@drawn
@given(years())
def test_places_are_those_of_a_competition(year: Year) -> None:
    """The better final score is the better place; equals share it, and as many places after it stay free."""
    for contract, league in leagues(year):
        ranks = sorted(verdict.rank for verdict in league)
        assert all(
            rank in (place, before) for place, rank, before in zip(range(1, 99), ranks, [0, *ranks], strict=False)
        )
        for one in league:
            assert one.league_size == len(league)
            for other in league:
                assert one.final_score <= other.final_score or one.rank < other.rank
                if not contract.ranking.tie_break and one.final_score == other.final_score:
                    assert one.rank == other.rank


@drawn
@given(years())
def test_no_quota_is_exceeded_but_by_equals_at_its_edge(year: Year) -> None:
    for contract, league in leagues(year):
        for band in contract.grades:
            holders = [verdict.rank for verdict in league if verdict.grade == band]
            quota = most_of(band, len(league))
            if quota is not None and len(holders) > quota:
                assert band.ties is Ties.ALL_IN
                assert quota > 0
                assert sum(rank < max(holders) for rank in holders) < quota


@drawn
@given(years())
def test_a_grade_goes_to_the_better_place_first(year: Year) -> None:
    """Who was held back by a full quota alone has no worse place in front of them."""
    for contract, league in leagues(year):
        for band in contract.grades:
            at = ("grades", contract.grades.index(band))
            full = [
                one for one in league for step in one.step.steps if step.at == at and is_full_up(step.kind, step.steps)
            ]
            holders = [one.rank for one in league if one.grade == band]
            for late in full:
                assert all(rank <= late.rank for rank in holders)


@drawn
@given(years())
def test_a_capped_grade_is_never_exceeded(year: Year) -> None:
    for contract, verdict in year.judged_by():
        order = [band.id for band in contract.grades]
        for effects in verdict.effects():
            if effects.cap_grade in order and verdict.grade is not None:
                assert order.index(verdict.grade.id) >= order.index(effects.cap_grade)


@drawn
@given(years())
def test_the_final_score_is_the_score_less_what_hit(year: Year) -> None:
    """Deductions, not below the floor; then the lowest replacement, never upwards. What reaches a cadre changes no score."""
    for contract, verdict in year.judged_by():
        taken = verdict.score - sum((one.deduct for one in verdict.effects() if one.deduct is not None), Fraction(0))
        if contract.total.floor != "none":
            taken = max(taken, min(verdict.score, contract.total.floor))
        replaced = [one.replace_score for one in verdict.effects() if one.replace_score is not None]
        assert verdict.final_score == min([taken, *replaced])
        for hit in (*verdict.warnings, *verdict.vetoes):
            if hit.through and hit.effects is not None:
                assert (hit.effects.deduct, hit.effects.replace_score) == (None, None)


@drawn
@given(years(), st.data())
def test_a_veto_of_an_earlier_year_holds_through_its_last(year: Year, data: st.DataObject) -> None:
    contract = year.contracts[0]
    code = data.draw(st.sampled_from(sorted(code for name, code in year.verdicts if name == contract.contract)))
    if not contract.vetoes:
        return
    until = data.draw(st.sampled_from([2024, 2025, 2026, 2027]))
    prior = PriorVeto(code, contract.contract, contract.vetoes[0].id, date(2023, 1, 1), until)
    records = replace(year.snapshot.records, prior_vetoes=(prior,))
    verdict = year.again(records).verdicts[contract.contract, code]
    assert any(veto.inherited and veto.until_year == until for veto in verdict.vetoes) == (until >= 2026)


@drawn
@given(years(), st.data())
def test_reached_are_those_who_answered_on_the_day(year: Year, data: st.DataObject) -> None:
    """Each hit that came through a party: an assignment in a reached role held on its day."""
    records = year.snapshot.records
    party = data.draw(st.sampled_from(records.parties))
    happened = date(2026, data.draw(st.integers(1, 12)), 15)
    fire = Incident("N", party.code, "fire", happened, happened, IncidentState.SUBSTANTIATED, "file")
    after = year.again(replace(records, incidents=(*records.incidents, fire)))
    clauses = {one.id: one for one in (*year.contracts[0].warnings, *year.contracts[0].vetoes)}
    for _, verdict in after.judged_by():
        for hit in (*verdict.warnings, *verdict.vetoes):
            if not hit.through:
                continue
            reach = clauses[hit.rule].reach.linked
            day = hit.happened_on or after.snapshot.last_day
            mine = [a for a in records.assignments if a.cadre == verdict.subject.code and a.party == hit.through]
            assert any(a.holds_on(day) and (reach == "all" or a.role in reach) for a in mine)
            assert hit.follows_person or any(a.holds_on(after.snapshot.last_day) for a in mine)


def leagues(year: Year) -> Iterator[tuple[Contract, list[Verdict]]]:
    found: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    by_id = {contract.contract: contract for contract in year.contracts}
    for _, verdict in year.judged_by():
        found[verdict.contract, verdict.league].append(verdict)
    return ((by_id[contract], league) for (contract, _), league in found.items())


def most_of(band: GradeBand, size: int) -> int | None:
    """The quota told once more."""
    if band.at_most_count is not None:
        return band.at_most_count
    if band.at_most is None:
        return None
    share = band.at_most * size
    return {Rounding.DOWN: floor(share), Rounding.UP: ceil(share)}.get(
        band.rounding, int(round_to(share, 0, band.rounding))
    )


def is_full_up(kind: StepKind, below: tuple[object, ...]) -> bool:
    """A step that would have given the grade, had the quota not been taken."""
    return kind is StepKind.NOT_FIRED and any(getattr(step, "kind", None) is StepKind.FIRED for step in below)
