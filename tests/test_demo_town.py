"""The invented town: complete, consistent, and showing the cases that the documentation promises."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from engine.assess import assess
from engine.statistics import VitalRecords, inconsistencies, standard_table
from engine.verdict import Verdict
from rules.contract import Contract
from rules.indicator import Kind
from rules.load import load_contract
from rules.period import Cadence, Period, periods_of
from rules.record import Record
from rules.scoring import Improvement, Measured
from rules.scoring_terms import FromData, Missing
from rules.sheet import Item, Scope
from targets.cadre import Tenure
from targets.demo import DemoTown, demo_town
from targets.demo.cadre_year import EXACTLY_98
from targets.demo.people import LEADER, MOVED_AFTER_VETO, RESIDENT, SECRETARY, WORKER, cadre_code
from targets.demo.places import PLACE, UNIT
from targets.observation import PARAMETERS, IncidentState, Observation
from targets.party import by_code, code_fault, parent_fault
from targets.snapshot import Records, Snapshot, current

YEAR = 2026
CODE = {**{key: one.code for key, one in PLACE.items()}, **{key: one.code for key, one in UNIT.items()}}
FAMILY_HEALTH = Path(__file__).parent.parent / "rules" / "library" / "family_health"


@cache
def town() -> DemoTown:
    return demo_town()


@cache
def contracts() -> tuple[Contract, ...]:
    return tuple(load_contract(FAMILY_HEALTH / f"{name}.yaml").contract for name in ("village", "unit", "cadre"))


def records() -> Records:
    return town().records


@cache
def after_corrections() -> Records:
    return replace(records(), observations=current((*records().observations, *town().corrections.observations)))


def both() -> tuple[Records, Records]:
    return replace(records(), observations=current(records().observations)), after_corrections()


# --- who is there ----------------------------------------------------------------------------------------------------


def test_numbers_of_places_units_and_cadres() -> None:
    kinds = Counter(party.kind for party in records().parties)
    assert kinds == {"town": 1, "village": 48, "community": 14, "unit": 12}
    assert len(records().cadres) == 231


def test_the_town_is_labelled_as_invented_and_has_no_real_code() -> None:
    for party in records().parties:
        assert "示例" in party.name, party.name
        assert party.kind == "unit" or party.code.startswith("8999"), "89 is no province"
    assert "虚构" in records().parties[0].name
    assert {cadre.name[:2] for cadre in records().cadres} == {"干部"}


def test_codes_and_the_tree_are_right() -> None:
    parties = by_code(records().parties)
    assert len(parties) == len(records().parties)
    for party in records().parties:
        assert code_fault(party.code, party.kind) is None
        assert parent_fault(party, parties) is None
    assert len({party.name for party in records().parties}) == len(parties)


def test_every_record_refers_to_somebody_and_something_that_exists() -> None:
    parties, cadres = by_code(records().parties), {cadre.code for cadre in records().cadres}
    posts = {post.id for contract in contracts() for post in contract.posts}
    roles = {role for contract in contracts() for role in contract.role_ids}
    for tenure in records().tenures:
        assert tenure.cadre in cadres
        assert tenure.party in parties
        assert tenure.post in posts
    for assignment in records().assignments:
        assert assignment.cadre in cadres
        assert assignment.party in parties
        assert assignment.role in roles
        assert 0 < assignment.share <= 1
        assert assignment.until is None or assignment.until >= assignment.start
    subjects = {*parties, *cadres}
    for table in (records().targets, records().observations, records().incidents, records().states):
        assert {record.subject for record in table} <= subjects
    assert {veto.subject for veto in records().prior_vetoes} <= subjects


def test_nobody_holds_two_posts_on_one_day_and_everybody_has_one() -> None:
    held: dict[str, list[Tenure]] = defaultdict(list)
    for tenure in records().tenures:
        held[tenure.cadre].append(tenure)
    assert held.keys() == {cadre.code for cadre in records().cadres}
    for tenures in held.values():
        ordered = sorted(tenures, key=lambda tenure: tenure.start)
        for earlier, later in pairwise(ordered):
            assert earlier.until is not None
            assert earlier.until < later.start


def test_somebody_answers_for_every_place_and_unit_on_every_day_of_change() -> None:
    changes = {a.start for a in records().assignments if a.start.year == YEAR}
    for party in records().parties:
        wanted = {"unit": {"leader", "head"}, "town": set()}.get(
            party.kind, {"leader", "resident", "secretary", "staff"}
        )
        for day in changes:
            duties = [a for a in records().assignments if a.party == party.code and a.holds_on(day)]
            assert {duty.role for duty in duties} == wanted
            shares: dict[str, Fraction] = defaultdict(Fraction)
            for duty in duties:
                shares[duty.role] += duty.share
            assert set(shares.values()) <= {Fraction(1)}


def test_the_same_town_every_time() -> None:
    assert demo_town() == town()


# --- figures against the contracts -----------------------------------------------------------------------------------


def test_every_indicator_and_period_belongs_to_a_contract() -> None:
    known = {(i.id, i.every): i for contract in contracts() for i in contract.indicators if i.derived is None}
    for observation in records().observations:
        indicator = known[observation.indicator, observation.period.cadence]
        assert observation.period.year in (YEAR - 1, YEAR)
        assert (observation.entry != "") == (indicator.kind is Kind.CHECKLIST)


def test_each_value_is_one_its_kind_can_have() -> None:
    for given in both():
        for contract, observation in _with_contract(given):
            indicator = contract.indicator_by_id[observation.indicator]
            low, high = indicator.lowest, indicator.highest
            match indicator.kind:
                case Kind.RATIO:
                    assert observation.counted
                    assert 0 <= observation.numerator <= observation.denominator
                    continue
                case Kind.YES_NO | Kind.CHECKLIST:
                    assert observation.value in (0, 1)
                case Kind.COUNT:
                    assert observation.denominator == 1
            assert observation.value is not None
            assert observation.value >= (0 if low is None else low), observation
            assert high is None or observation.value <= high, observation
            assert (observation.value * 10 ** _decimals(indicator.kind, indicator.decimals)).denominator == 1


def _decimals(kind: Kind, declared: int) -> int:
    return 2 if kind is Kind.MONEY else declared


def test_marks_stay_within_the_points() -> None:
    for contract in contracts():
        points = {
            item.indicator: item.points
            for section in contract.all_sections()
            for item in section.items
            if item.scoring.method == "mark"
        }
        for observation in _of(contract, records()):
            if observation.indicator in points:
                assert observation.value is not None
                assert observation.value <= points[observation.indicator]


def test_everything_that_must_be_reported_is_reported_for_every_period_in_office() -> None:
    for contract in contracts():
        reported = {(o.subject, o.indicator, o.period) for o in _of(contract, records())}
        for code, kind, group, post in _subjects(contract):
            for row in _items_for(contract, kind, group, post):
                for measured in _measured(row):
                    for name in _sources(contract, measured):
                        for period in _due(contract, code, post, name):
                            assert measured.missing is not Missing.ERROR or (code, name, period) in reported


def test_everything_that_is_agreed_with_each_or_taken_from_last_year_is_there() -> None:
    agreed = {(target.subject, target.indicator, target.parameter) for target in records().targets}
    assert {parameter for _, _, parameter in agreed} <= set(PARAMETERS)
    for contract in contracts():
        before = {(o.subject, o.indicator) for o in _of(contract, records()) if o.period.year == YEAR - 1}
        for code, kind, group, post in _subjects(contract):
            for row in _items_for(contract, kind, group, post):
                for measured in _measured(row):
                    for name in PARAMETERS:
                        wanted = getattr(measured.scoring, name, None)
                        assert wanted is not FromData.BY_PARTY or (code, measured.indicator, name) in agreed
                        assert wanted is not FromData.LAST_YEAR or (code, measured.indicator) in before
    assert any(isinstance(measured.scoring, Improvement) for measured in _all_measured())


def _of(contract: Contract, given: Records) -> list[Observation]:
    subjects = {code for code, *_ in _subjects(contract)}
    return [observation for observation in given.observations if observation.subject in subjects]


def _with_contract(given: Records) -> Iterator[tuple[Contract, Observation]]:
    for contract in contracts():
        for observation in _of(contract, given):
            yield contract, observation


def _subjects(contract: Contract) -> tuple[tuple[str, str, str, str], ...]:
    """Code, kind, group and post of everybody whom the contract assesses, a cadre once for each post."""
    if contract.posts:
        (year,) = periods_of(YEAR, Cadence.YEAR)
        held = [tenure for tenure in records().tenures if _touches(tenure, year)]
        return tuple(sorted({(tenure.cadre, "", "", tenure.post) for tenure in held}))
    return tuple((p.code, p.kind, p.group, "") for p in records().parties if p.kind in contract.assesses)


def _items_for(contract: Contract, kind: str, group: str, post: str) -> list[Item]:
    return [
        item
        for section in contract.all_sections()
        for item in section.items
        if all(_in_scope(scope, kind, group, post) for scope in (section.applies_to, item.applies_to))
    ]


def _in_scope(scope: Scope, kind: str, group: str, post: str) -> bool:
    return (
        (not scope.kinds or kind in scope.kinds)
        and (not scope.groups or group in scope.groups)
        and (not scope.posts or post in scope.posts)
    )


def _measured(part: Record) -> Iterator[Measured]:
    """The item and its parts, those that read an indicator."""
    if isinstance(part, Measured):
        if part.indicator is not None:
            yield part
        for inner in getattr(part.scoring, "parts", ()):
            yield from _measured(inner)


def _all_measured() -> Iterator[Measured]:
    for contract in contracts():
        for item in contract.item_by_id.values():
            yield from _measured(item)


def _sources(contract: Contract, measured: Measured) -> tuple[str, ...]:
    assert measured.indicator is not None
    derived = contract.indicator_by_id[measured.indicator].derived
    return (measured.indicator,) if derived is None else derived.sources


def _due(contract: Contract, code: str, post: str, indicator: str) -> list[Period]:
    periods = periods_of(YEAR, contract.indicator_by_id[indicator].every)
    if not post:
        return list(periods)
    tenures = [tenure for tenure in records().tenures if (tenure.cadre, tenure.post) == (code, post)]
    return [period for period in periods if any(_touches(tenure, period) for tenure in tenures)]


def _touches(tenure: Tenure, period: Period) -> bool:
    months = (YEAR * 12 + period.first_month, YEAR * 12 + period.last_month)
    start = tenure.start.year * 12 + tenure.start.month
    until = 9999 * 12 if tenure.until is None else tenure.until.year * 12 + tenure.until.month
    return start <= months[1] and until >= months[0]


# --- statistics ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("corrected", [False, True])
def test_population_statistics_are_consistent(corrected: bool) -> None:
    vital = _vital(both()[corrected])
    assert inconsistencies(vital) == []
    table = standard_table(vital)
    births, growth = table.total.births, table.total.natural_growth
    assert births is not None
    assert growth is not None
    assert births == sum(record.births or 0 for record in vital) > 1000
    assert growth > 0


def _vital(given: Records) -> list[VitalRecords]:
    """The year's sums of each place; net migration from arrivals and departures."""
    sums: dict[str, Counter[str]] = {p.code: Counter() for p in given.parties if p.kind in ("village", "community")}
    for observation in given.observations:
        if observation.subject in sums and observation.period.year == YEAR:
            sums[observation.subject][observation.indicator] += observation.numerator
    names = set(VitalRecords.__dataclass_fields__) - {"place", "year", "net_migration"}
    return [
        VitalRecords(code, YEAR, net_migration=of["moved_in"] - of["moved_out"], **{name: of[name] for name in names})
        for code, of in sums.items()
    ]


def test_the_year_starts_where_the_year_before_ended() -> None:
    ends = {
        o.subject: o.value for o in records().observations if (o.indicator, str(o.period)) == ("population_end", "2025")
    }
    starts = {o.subject: o.value for o in records().observations if o.indicator == "population_start"}
    assert ends == starts


def test_no_more_newborns_are_visited_than_born() -> None:
    for given in both():
        values = {(o.subject, o.period, o.indicator): o.numerator for o in given.observations}
        visits = {key: value for key, value in values.items() if key[2] == "newborn_visits"}
        assert all(value <= values[subject, period, "births"] for (subject, period, _), value in visits.items())


# --- events ----------------------------------------------------------------------------------------------------------


def test_incidents_of_every_kind_and_in_every_state() -> None:
    for contract in contracts():
        subjects = {code for code, *_ in _subjects(contract)}
        kinds = {kind.id: kind.severities for kind in contract.incidents}
        incidents = [incident for incident in records().incidents if incident.subject in subjects]
        assert {incident.kind for incident in incidents} == set(kinds)
        assert {incident.state for incident in incidents} == set(IncidentState)
        for incident in incidents:
            assert incident.happened_on <= incident.found_on
            assert incident.happened_on.year == incident.found_on.year == YEAR
            assert not incident.severity or incident.severity in kinds[incident.kind]
            assert incident.evidence
    assert len({incident.id for incident in records().incidents}) == len(records().incidents)


def test_states_and_earlier_vetoes_are_those_of_the_contracts() -> None:
    vetoes = {(contract.contract, veto.id) for contract in contracts() for veto in contract.vetoes}
    assert {(prior.contract, prior.veto) for prior in records().prior_vetoes} <= vetoes
    assert {state.state for state in records().states} <= set(contracts()[0].state_ids)
    assert {prior.until_year >= YEAR for prior in records().prior_vetoes} == {True, False}


def test_corrections_supersede_something_and_come_later() -> None:
    first = {observation.key: observation for observation in records().observations}
    assert len(first) == len(records().observations)
    for correction in town().corrections.observations:
        earlier = first[correction.key]
        assert (earlier.numerator, earlier.denominator) != (correction.numerator, correction.denominator)
        assert earlier.recorded_on is not None
        assert correction.recorded_on is not None
        assert correction.recorded_on > earlier.recorded_on


# --- what the assessment makes of it ---------------------------------------------------------------------------------


@cache
def verdicts(corrected: bool = False) -> dict[str, Verdict]:
    assessment = assess(contracts(), Snapshot(YEAR, both()[corrected]))
    return {verdict.subject.code: verdict for verdict in assessment.verdicts()}


def place(key: str) -> Verdict:
    return verdicts()[PLACE[key].code]


def item(verdict: Verdict, wanted: str) -> Fraction | None:
    (found,) = (item.score for item in verdict.outcome.items() if item.item.id == wanted)
    return found


def vetoes(code: str) -> list[str]:
    return [record.rule for record in verdicts()[code].vetoes]


def test_the_assessment_runs_without_a_diagnostic() -> None:
    for corrected in (False, True):
        assert assess(contracts(), Snapshot(YEAR, both()[corrected])).notices == ()


def test_exact_boundaries() -> None:
    # V07: 950, 950 and more of 1,000 adults; V08: 950, 949 and 950, so one started step of 0.2 points.
    assert item(place("V07"), "check_offers") == 6
    assert item(place("V08"), "check_offers") == 6 - Fraction("0.2")
    # 0.4 x 85% + 0.6 x 85% meets 85%; 95% meets the benchmark of 95%; 19 of 20 newborns are 95%.
    assert item(place("V08"), "awareness") == 4
    assert item(place("V03"), "awareness_progress") == 3
    assert item(place("V03"), "newborn_visits") == 4
    # 49 of 50 is 98% in each quarter; 245 of 250 days are 98%.
    quarters = [found.score for found in place("V13").outcome.items() if found.item.id == "data_quality"]
    assert quarters == [30, 30, 30, 30]
    assert item(verdicts()[EXACTLY_98], "attendance") == 15


def test_places_with_too_few_people_are_exempt() -> None:
    for key in ("V46", "V47", "V48"):
        exempt = {found.item.id for found in place(key).outcome.items() if found.score is None}
        assert {"free_treatment", "newborn_visits", "prepregnancy_offers"} <= exempt


def test_equal_places() -> None:
    """Two share the first place; two share the ninth, where the quota of nine ends, and neither is excellent."""
    assert (place("V01").rank, place("V02").rank, place("V03").rank) == (1, 1, 3)
    assert place("V07").final_score == place("V13").final_score == 100
    assert (place("V07").rank, place("V13").rank) == (9, 9)
    excellent = [v for v in verdicts().values() if v.league == "village" and v.grade and v.grade.id == "excellent"]
    assert len(excellent) == 8


VETOED_PLACES = {
    "V09": ["veto_embezzled"],
    "V12": ["veto_lagging"],
    "V18": ["veto_lagging", "veto_services"],
    "V19": ["veto_coercion"],
    "V30": ["veto_services"],
    "V33": ["veto_embezzled"],
    "V36": ["veto_warned", "veto_services"],
    "V40": ["veto_falsified"],
    "C11": ["veto_unlawful_fee"],
}


def test_vetoed_places_and_units() -> None:
    found = {key: vetoes(code) for key, code in CODE.items() if vetoes(code)}
    assert found == {**VETOED_PLACES, "U08": ["veto_unlawful_fee"]}
    assert place("V09").vetoes[0].inherited
    assert place("V40").score > 80
    assert place("V40").final_score == 0
    assert place("V19").score == 99


def test_vetoes_reach_those_who_answered_on_the_day() -> None:
    """The resident of V19 in March has moved on when the coercion is found in August; the one who came has not done it."""
    assert vetoes(RESIDENT["V19"]) == ["veto_coercion"]
    assert vetoes(RESIDENT["V20"]) == []
    for hit in (LEADER[4], SECRETARY["V19"], WORKER["V19"]):
        assert vetoes(hit) == ["veto_coercion"]
    assert vetoes(SECRETARY["V33"]) == ["veto_embezzled"]
    assert vetoes(cadre_code(226)) == []
    assert vetoes(LEADER[7]) == [], "falsified statistics reach the resident, the secretary and the staff"


def test_vetoes_of_cadres_themselves() -> None:
    assert vetoes(RESIDENT["V23"]) == ["veto_falsified"]
    assert verdicts()[RESIDENT["V23"]].final_score == 0
    assert vetoes(RESIDENT["V28"]) == ["veto_warned"]
    moved = verdicts()[MOVED_AFTER_VETO]
    assert moved.subject.post == "resident", "secretary of V09 when it happened the year before"
    assert [(veto.rule, veto.inherited) for veto in moved.vetoes] == [("veto_embezzled", True)]


def test_what_is_rejected_appealed_or_only_reported_counts_for_nothing() -> None:
    for key in ("V10", "V28", "V44", "V16", "V22", "V27", "V29", "U03", "U04"):
        assert vetoes(CODE[key]) == []


def test_a_correction_turns_a_pass_into_a_fail() -> None:
    before, after = (verdicts(corrected)[PLACE["V18"].code] for corrected in (False, True))
    assert (before.final_score, before.grade and before.grade.id) == (Fraction("60.06"), "pass")
    assert (after.final_score, after.grade and after.grade.id) == (Fraction("59.65"), "fail")


def test_scores_are_spread_as_in_a_real_town() -> None:
    """Most are good, some poor, and every grade is given under every contract."""
    for contract in contracts():
        mine = [v for v in verdicts().values() if v.contract == contract.contract]
        grades = Counter(verdict.grade.id for verdict in mine if verdict.grade)
        assert grades.keys() >= {"excellent", "good", "fail"}
        assert grades["good"] * 5 > len(mine) * 2
