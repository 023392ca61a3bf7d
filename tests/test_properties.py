"""What must hold of every contract and every year: Hypothesis draws both. `HYPOTHESIS_PROFILE=long` draws many more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scoring_bounds import bounds_of
from strategies import as_yaml, cadre_contracts, contracts, parent_contracts
from strategies_scoring import THRESHOLDS
from strategies_years import Year, drawn, gist, leaves, years

from engine import inference
from engine.assess import assess
from engine.score.interpret import ItemScore
from rules.checks.places import measures
from rules.codes import Severity
from rules.contract import Contract
from rules.load import CHECKS
from rules.quantity import Rounding, round_to
from rules.scoring import PerEvent
from rules.scoring_terms import Direction, Missing
from rules.sheet import Section
from rules.source import parse_source
from targets.cadre import Assignment
from targets.observation import Incident, IncidentState, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party
from targets.snapshot import Records

pytestmark = pytest.mark.skipif(not inference.available(), reason="durable-rules does not run here")
orders = st.randoms(use_true_random=False)


@drawn
@given(st.data())
def test_what_is_drawn_is_a_contract_without_errors(data: st.DataObject) -> None:
    contract = data.draw(contracts(fair=data.draw(st.booleans())))
    for one in (contract, data.draw(parent_contracts(contract)), data.draw(cadre_contracts(contract))):
        tree = parse_source("drawn.yaml", as_yaml(one))
        faults = [fault for check in CHECKS for fault in check(one, tree)]
        assert [str(fault) for fault in faults if fault.severity is Severity.ERROR] == []


# Exact, and within bounds


@drawn
@given(years())
def test_every_number_is_exact_and_as_short_as_declared(year: Year) -> None:
    for contract, verdict in year.judged_by():
        assert not any(isinstance(leaf, float) for leaf in leaves(verdict))
        assert all(has_decimals(score, contract.decimals) for score in (verdict.score, verdict.final_score))
        assert (verdict.score / unit_of(contract.total.round_to, contract.decimals)).denominator == 1
        for section in verdict.outcome.all_sections():
            assert (
                section.score is None or (section.score / unit_of_section(section.section, contract)).denominator == 1
            )
        for item in verdict.outcome.items():
            assert item.score is None or has_decimals(item.score, decimals_of(item, contract))


@drawn
@given(years())
def test_the_same_records_give_the_same_verdicts_whatever_the_order_of_contracts(year: Year) -> None:
    again = assess(tuple(reversed(year.contracts)), year.snapshot)
    assert assess(year.contracts, year.snapshot).verdicts() == again.verdicts()


@drawn
@given(years())
def test_items_stay_within_what_their_method_can_give(year: Year) -> None:
    for contract, verdict in year.judged_by():
        for item in verdict.outcome.items():
            if item.score is not None:
                low, high = bounds_of(item.item, item.item.points)
                decimals = decimals_of(item, contract)
                unit = item.item.round_to or Fraction(1, 10**decimals)
                assert low is None or item.score >= outward(low / unit, 0, down=True) * unit
                assert high is None or item.score <= outward(high / unit, 0) * unit


@drawn
@given(years())
def test_sections_and_totals_stay_within_their_caps_and_floors(year: Year) -> None:
    for contract, verdict in year.judged_by():
        for section in verdict.outcome.all_sections():
            floor, cap, weight = section.section.floor, section.section.cap, section.section.weight
            if section.score is not None and not section.section.min_scored:
                unit = unit_of_section(section.section, contract)
                assert floor == "none" or section.score >= outward(floor * weight / unit, 0, down=True) * unit
                assert cap == "none" or section.score <= outward(cap * weight / unit, 0) * unit
        floor, cap = contract.total.floor, contract.total.cap
        few = contract.total.min_sections and verdict.score == 0
        assert floor == "none" or verdict.score >= floor or few
        assert cap == "none" or verdict.score <= cap or few
        assert verdict.final_score <= verdict.score


# What may not matter


@drawn
@given(years(), orders)
def test_the_order_of_rows_does_not_matter(year: Year, order: Random) -> None:
    rows = {table.name: list(getattr(year.snapshot.records, table.name)) for table in fields(Records)}
    again = year.again(Records(**{name: tuple(order.sample(listed, len(listed))) for name, listed in rows.items()}))
    assert again.snapshot.content_hash == year.snapshot.content_hash
    assert again.verdicts == year.verdicts


@drawn
@given(years(), orders)
def test_codes_and_names_do_not_matter(year: Year, order: Random) -> None:
    old = [one.code for one in (*year.snapshot.records.parties, *year.snapshot.records.cadres)]
    new = dict(zip(old, order.sample([f"Z{number}" for number in range(len(old))], len(old)), strict=True))
    again = year.again(renamed(year.snapshot.records, new))
    for (contract, code), verdict in year.verdicts.items():
        assert gist(again.verdicts[contract, new[code]]) == gist(verdict)


@drawn
@given(years(), st.data())
def test_incidents_that_are_not_substantiated_change_nothing(year: Year, data: st.DataObject) -> None:
    records, (_, subject) = year.snapshot.records, data.draw(st.sampled_from(sorted(year.verdicts)))
    states = st.sampled_from([state for state in IncidentState if state is not IncidentState.SUBSTANTIATED])
    more = [
        incident(f"N{number}", subject, data.draw(st.sampled_from(["fire", "fraud"])), state)
        for number, state in enumerate(data.draw(st.lists(states, min_size=1, max_size=3)))
    ]
    assert year.again(replace(records, incidents=(*records.incidents, *more))).verdicts == year.verdicts


@drawn
@given(years(), st.integers(2, 7))
def test_ten_of_twenty_is_one_of_two(year: Year, factor: int) -> None:
    """Both counts of a ratio may be multiplied, unless the contract looks at how many there are."""
    asked = (measure for contract in year.contracts for measure in measures(contract))
    sized = {one.indicator.id for one in asked if one.indicator and one.measured.min_denominator is not None}
    scaled = tuple(
        replace(seen, numerator=seen.numerator * factor, denominator=seen.denominator * factor)
        if seen.counted and seen.indicator not in sized
        else seen
        for seen in year.snapshot.records.observations
    )
    again = year.again(replace(year.snapshot.records, observations=scaled))
    assert {key: gist(verdict) for key, verdict in again.verdicts.items()} == {
        key: gist(verdict) for key, verdict in year.verdicts.items()
    }


@drawn
@given(years(), st.data())
def test_being_exempt_never_changes_what_is_worth_how_much(year: Year, data: st.DataObject) -> None:
    """Whatever is lacking: the points of what is exempt stay in the full points of its section."""
    kept = tuple(seen for seen in year.snapshot.records.observations if not may_be_left_out(year, seen))
    assume(len(kept) < len(year.snapshot.records.observations))
    some = data.draw(st.sets(st.sampled_from(year.snapshot.records.observations)))
    left = tuple(seen for seen in year.snapshot.records.observations if seen in kept or seen in some)
    again = year.again(replace(year.snapshot.records, observations=left))
    for key, verdict in year.verdicts.items():
        full = [(one.section.id, one.window, one.full) for one in verdict.outcome.all_sections()]
        assert [(s.section.id, s.window, s.full) for s in again.verdicts[key].outcome.all_sections()] == full


# What may only go one way


@drawn
@given(st.data())
def test_a_better_value_never_earns_less(data: st.DataObject) -> None:
    year = data.draw(years(fair=True))
    contract = year.contracts[0]
    sources = {source for one in contract.indicators if one.derived for source in one.derived.sources}
    numeric = {one.id for one in contract.indicators if one.kind in THRESHOLDS} - sources
    seen = data.draw(st.sampled_from(year.snapshot.records.observations))
    assume(seen.indicator in numeric and seen.denominator and seen.period.year == year.snapshot.year)
    more = replace(seen, numerator=seen.numerator + data.draw(st.integers(1, 20)))
    observations = tuple(more if one is seen else one for one in year.snapshot.records.observations)
    after = year.again(replace(year.snapshot.records, observations=observations))
    old, new = year.verdicts[contract.contract, seen.subject], after.verdicts[contract.contract, seen.subject]
    reading = [one.measured for one in measures(contract) if one.indicator and one.indicator.id == seen.indicator]
    if any(measured.direction is Direction.LOWER for measured in reading):
        old, new = new, old
    for before, better in zip(old.outcome.items(), new.outcome.items(), strict=True):
        assert before.score is None or better.score is None or before.score <= better.score
    assert old.score <= new.score


@drawn
@given(years(), st.data())
def test_one_more_incident_never_helps_where_it_deducts(year: Year, data: st.DataObject) -> None:
    records = year.snapshot.records
    contract, subject = data.draw(st.sampled_from(sorted(year.verdicts)))
    kind = data.draw(st.sampled_from(["fire", "fraud"]))
    one = incident("N", subject, kind, IncidentState.SUBSTANTIATED)
    after = year.again(replace(records, incidents=(*records.incidents, one))).verdicts[contract, subject]
    for old, new in zip(year.verdicts[contract, subject].outcome.items(), after.outcome.items(), strict=True):
        scoring = old.item.scoring
        if isinstance(scoring, PerEvent) and scoring.incident == kind:
            assert old.score is not None
            assert new.score is not None
            assert new.score <= old.score if scoring.deduct is not None else new.score >= old.score
        elif kind not in incidents_looked_at(old):
            assert (old.score, old.met) == (new.score, new.met)


# Words of the properties


def has_decimals(value: Fraction, decimals: int) -> bool:
    return isinstance(value, Fraction) and (value * 10**decimals).denominator == 1


def decimals_of(item: ItemScore, contract: Contract) -> int:
    return contract.decimals if item.item.decimals is None else item.item.decimals


def unit_of_section(section: Section, contract: Contract) -> Fraction:
    return unit_of(section.round_to, contract.decimals if section.decimals is None else section.decimals)


def unit_of(multiple: Fraction | None, decimals: int) -> Fraction:
    return multiple or Fraction(1, 10**decimals)


def outward(bound: Fraction, decimals: int, *, down: bool = False) -> Fraction:
    """The bound as rounding may leave it at worst: it may have more decimals than the score."""
    return round_to(bound, decimals, Rounding.UP if (bound < 0) == down else Rounding.DOWN)


def incident(name: str, subject: str, kind: str, state: IncidentState) -> Incident:
    return Incident(name, subject, kind, date(2026, 2, 3), date(2026, 2, 3), state, "file")


def incidents_looked_at(item: ItemScore) -> str:
    return str(item.item.scoring)


def may_be_left_out(year: Year, seen: Observation) -> bool:
    """An annual ratio or count that nothing else is made from and that every reader exempts when it is lacking."""
    readers = [
        measure
        for contract in year.contracts
        for measure in measures(contract)
        if measure.indicator is not None and measure.indicator.id == seen.indicator
    ]
    derived = {
        source
        for contract in year.contracts
        for one in contract.indicators
        for source in (one.derived.sources if one.derived else ())
    }
    return (
        seen.indicator not in derived
        and seen.period.year == year.snapshot.year
        and all(one.measured.missing is Missing.EXEMPT and one.measured.incomplete == "reported" for one in readers)
    )


def renamed(records: Records, new: dict[str, str]) -> Records:
    """The same rows under other codes and names."""

    def of(rows: tuple[object, ...]) -> Iterator[object]:
        for row in rows:
            match row:
                case Party():
                    above = new.get(row.parent, "")
                    yield replace(row, code=new[row.code], name=f"renamed {new[row.code]}", parent=above)
                case Assignment():
                    yield replace(row, cadre=new[row.cadre], party=new[row.party])
                case Target() | Observation() | Incident() | StateRecord() | PriorVeto() | PastResult():
                    yield replace(row, subject=new[row.subject])
                case _:
                    yield row

    rows = {table.name: tuple(of(getattr(records, table.name))) for table in fields(Records)}
    cadres = tuple(replace(one, code=new[one.code]) for one in records.cadres)
    tenures = tuple(replace(one, cadre=new[one.cadre]) for one in records.tenures)
    return Records(**rows | {"cadres": cadres, "tenures": tenures})
