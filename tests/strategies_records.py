"""Hypothesis strategies for the records of a year that fit given contracts: nothing lacking that may not lack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st
from strategies_past import histories

from rules.checks.places import Measure, measures, reads_nothing
from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.period import Period
from rules.scoring import Brackets, Linear, Mark, Relative, parts_of
from rules.scoring_terms import FromData, Incomplete, Missing, Over, Reference
from targets.cadre import Assignment, Cadre, Tenure
from targets.observation import PARAMETERS, Incident, IncidentState, Observation, PriorVeto, StateRecord, Target
from targets.party import Party
from targets.snapshot import Records, Snapshot

Draw = st.DrawFn
YEAR = 2026
ROLES = ("guide", "leader")
# Around the thresholds that contracts are drawn with; `by_party` takes them from here too.
PARAMETER_VALUES = {
    Kind.COUNT: ("1", "3", "10"), Kind.NUMBER: ("1/2", "2"), Kind.MONEY: ("2", "21/2"), Kind.RATIO: ("1/2", "19/20"),
    Kind.YES_NO: ("1/2", "1"),
}  # fmt: skip
VALUE_MAX = 12


@st.composite
def snapshots(draw: Draw, *contracts: Contract, through: int | None = None) -> Snapshot:
    """One to five parties, their cadres where a contract has posts, and everything that the contracts ask for."""
    of_parties = [contract for contract in contracts if not contract.posts]
    of_cadres = [contract for contract in contracts if contract.posts]
    in_a_tree = len(of_parties) > 1
    parties = draw(_parties([kind for contract in of_parties for kind in contract.assesses], in_a_tree=in_a_tree))
    codes = [party.code for party in parties]
    first = contracts[0].whole_year.first_day
    tenures = draw(_tenures([post.id for contract in of_cadres for post in contract.posts], codes, first))
    cadres = tuple(Cadre(code, code) for code in dict.fromkeys(tenure.cadre for tenure in tenures))
    records = Records(
        parties=parties,
        cadres=cadres,
        tenures=tenures,
        assignments=draw(_assignments([cadre.code for cadre in cadres], codes, first)),
        **draw(_values(of_parties, codes, of_cadres, [cadre.code for cadre in cadres])),
        incidents=draw(_incidents([*codes, *(cadre.code for cadre in cadres)], contracts)),
        states=draw(_states([*codes, *(cadre.code for cadre in cadres)], contracts)),
        prior_vetoes=draw(_prior_vetoes([*codes, *(cadre.code for cadre in cadres)], contracts)),
        history=draw(histories([*codes, *(cadre.code for cadre in cadres)], contracts)),
    )
    through = draw(st.sampled_from([12, 12, 12, 9, 3])) if through is None else through
    return Snapshot(YEAR, records, through, contracts[0].year_ends)


@st.composite
def _parties(draw: Draw, kinds: Sequence[str], *, in_a_tree: bool) -> tuple[Party, ...]:
    """In a tree many stand below the first, some below the one before."""
    count = draw(st.integers(1, 7 if in_a_tree else 5)) if kinds else 0
    groups = draw(st.text("AB", min_size=count, max_size=count))
    wanted = draw(st.lists(st.sampled_from(list(kinds) or ["village"]), min_size=count, max_size=count))
    above = [draw(st.sampled_from([-1, 0, 0, number - 1])) if in_a_tree and number else -1 for number in range(count)]
    return tuple(
        Party(f"P{number}", f"party {number}", kind, f"P{above[number]}" if above[number] >= 0 else "", group)
        for number, (kind, group) in enumerate(zip(wanted, groups, strict=True))
    )


@st.composite
def _tenures(draw: Draw, posts: Sequence[str], parties: Sequence[str], first: date) -> tuple[Tenure, ...]:
    """Each in a post all year, at a party or at the town; some change, come, leave, or are in several at once."""
    count = draw(st.integers(1, 3)) if posts else 0
    places, post = st.sampled_from([*parties, "T"]), st.sampled_from(list(posts) or [""])
    held = [Tenure(f"C{number}", draw(post), draw(places), first) for number in range(count)]
    if held and draw(st.booleans()):
        held.append(Tenure("C0", draw(post), draw(places), first + timedelta(181)))
        ends = draw(st.sampled_from([None, first + timedelta(180)]))
        held[0] = replace(held[0], until=ends)
    for _ in range(draw(st.integers(0, 2)) if held else 0):
        start = first + timedelta(draw(st.integers(-40, 400)))
        until = draw(st.none() | st.integers(0, 200).map(lambda days, since=start: since + timedelta(days)))
        held.append(Tenure(draw(st.sampled_from(held)).cadre, draw(post), draw(places), start, until))
    return tuple(dict.fromkeys(held))


@st.composite
def _assignments(draw: Draw, cadres: Sequence[str], parties: Sequence[str], first: date) -> tuple[Assignment, ...]:
    """One for the whole year each, and others that come and go."""
    duties = []
    for cadre in cadres:
        duties.append(Assignment(cadre, draw(st.sampled_from(parties)), "guide", first - timedelta(365)))
        for _ in range(draw(st.integers(0, 3))):
            start = first + timedelta(draw(st.integers(-400, 364)))
            until = draw(st.none() | st.integers(0, 400).map(lambda days, since=start: since + timedelta(days)))
            share = draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 3)]))
            role, party = draw(st.sampled_from(ROLES)), draw(st.sampled_from(parties))
            duties.append(Assignment(cadre, party, role, start, until, share))
    return tuple(duties)


@dataclass
class Needs:
    """What the contract asks of the values of one indicator."""

    may_lack: bool = True
    may_be_empty: bool = True
    counted: bool = False
    last_year: bool = False
    mark_max: Fraction = Fraction(100)
    parameters: set[str] = field(default_factory=set)


def needs_of(contract: Contract) -> dict[str, Needs]:
    """By indicator, sources of derived ones included."""
    needs: dict[str, Needs] = defaultdict(Needs)
    for measure in measures(contract):
        if measure.indicator is not None and not parts_of(measure.measured) and not reads_nothing(measure.measured):
            _ask(needs[measure.indicator.id], measure)
    for indicator in contract.indicators:
        for source in indicator.derived.sources if indicator.derived else ():
            _pass_on(needs[indicator.id], needs[source])
    return needs


def _ask(needs: Needs, measure: Measure) -> None:
    measured, scoring = measure.measured, measure.measured.scoring
    agreed = {name: getattr(scoring, name) for name in PARAMETERS if hasattr(scoring, name)}
    needs.may_lack &= measured.missing is not Missing.ERROR and measured.incomplete is Incomplete.REPORTED
    uncounted = measured.missing if measured.nothing_to_count is None else measured.nothing_to_count
    needs.may_be_empty &= uncounted is not Missing.ERROR or bool(measured.min_denominator)
    needs.counted |= measured.min_denominator is not None or measured.period.over is Over.SUM
    needs.counted |= isinstance(scoring, Relative | Brackets) and scoring.to is Reference.POOLED
    needs.last_year |= not {FromData.LAST_YEAR, FromData.CARRIED}.isdisjoint(agreed.values())
    needs.parameters |= {"target", "last_target"} if FromData.CARRIED in agreed.values() else set()
    needs.parameters |= {name for name, value in agreed.items() if value is FromData.BY_PARTY}
    needs.parameters |= {"times"} if getattr(measured, "times", None) is FromData.BY_PARTY else set()
    if isinstance(scoring, Linear) and scoring.zero_at is FromData.BY_PARTY:
        needs.parameters |= {"lower is better"} if measured.direction == "lower" else set()
    if isinstance(scoring, Mark):
        needs.mark_max = min(needs.mark_max, measure.points)


def _pass_on(derived: Needs, source: Needs) -> None:
    source.may_lack &= derived.may_lack
    source.last_year |= derived.last_year
    source.may_be_empty &= derived.may_be_empty


@st.composite
def _values(
    draw: Draw,
    of_parties: Sequence[Contract],
    parties: Sequence[str],
    of_cadres: Sequence[Contract],
    cadres: Sequence[str],
) -> dict[str, tuple[object, ...]]:
    observations: list[Observation] = []
    targets: list[Target] = []
    for contracts, subjects in ((of_parties, parties), (of_cadres, cadres)):
        for contract in contracts:
            needs = needs_of(contract)
            for indicator in contract.indicators:
                for subject in subjects:
                    targets += draw(_targets(subject, indicator, needs[indicator.id]))
                    if not indicator.computed:
                        observations += draw(
                            _observations(subject, indicator, needs[indicator.id], contract.whole_year)
                        )
    return {"observations": tuple(observations), "targets": tuple(targets)}


@st.composite
def _targets(draw: Draw, subject: str, indicator: Indicator, needs: Needs) -> list[Target]:
    """Thresholds stand apart, in the order that the direction asks for."""
    values = [Fraction(text) for text in PARAMETER_VALUES.get(indicator.kind, ("1",))]
    found = []
    for name in sorted(needs.parameters & set(PARAMETERS)):
        value = draw(st.sampled_from(values))
        if name in ("zero_at", "full_at"):
            value = values[-1] if (name == "full_at") != ("lower is better" in needs.parameters) else values[0]
        found.append(Target(subject, indicator.id, name, value))
    return found


@st.composite
def _observations(draw: Draw, subject: str, indicator: Indicator, needs: Needs, year: Period) -> list[Observation]:
    """A value for each period, of the year before too where it is looked at, and none where it may lack."""
    periods = list(periods_looked_at(year, indicator, needs))
    size = len(periods)
    figures = draw(st.lists(st.integers(0, VALUE_MAX), min_size=2 * size, max_size=2 * size))
    lacking = (
        draw(st.sets(st.sampled_from(periods), max_size=size)) if needs.may_lack and draw(st.booleans()) else set()
    )
    found: list[Observation] = []
    for period, over, under in zip(periods, figures[:size], figures[size:], strict=True):
        if period not in lacking:
            found += _reported(subject, indicator, needs, period, over, under)
    return found


def periods_looked_at(year: Period, indicator: Indicator, needs: Needs) -> tuple[Period, ...]:
    before = year.year_before.parts(indicator.every) if needs.last_year else ()
    return (*before, *year.parts(indicator.every))


def _reported(
    subject: str, indicator: Indicator, needs: Needs, period: Period, over: int, under: int
) -> Iterator[Observation]:
    before, period = period.year < YEAR, period.as_reported
    counted = False
    match indicator.kind:
        case Kind.RATIO:
            under = under if under and (needs.may_be_empty or over) and not before else max(under, 1)
            under = 0 if needs.may_be_empty and not before and over == VALUE_MAX else under
            over, counted = (max(over, 1) if before else over) if under else 0, needs.counted or over % 2 == 0
            counted = counted or under == 0
        case Kind.YES_NO:
            over, under = 1 if before else over % 2, 1
        case Kind.CHECKLIST:
            # What is not ticked may be said or left out; one entry at least says that the list was reported.
            for place, entry in enumerate(indicator.entries):
                if place == 0 or (over | under) >> place & 1:
                    yield Observation(subject, indicator.id, period, over >> place & 1, 1, entry.id)
            return
        case Kind.MARK:
            mark = min(Fraction(over * 5, 4), needs.mark_max)
            over, under = mark.numerator, mark.denominator
        case Kind.NUMBER | Kind.MONEY:
            over, under = max(over, 1) if before else over, 2
        case _:
            over, under = max(over, 1) if before or not needs.may_be_empty else over, 1
    yield Observation(subject, indicator.id, period, over, under, "", counted)


@st.composite
def _incidents(draw: Draw, subjects: Sequence[str], contracts: Sequence[Contract]) -> tuple[Incident, ...]:
    kinds = list(dict.fromkeys(kind.id for contract in contracts for kind in contract.incidents))
    if not kinds:
        return ()
    found = []
    for number in range(draw(st.integers(0, 5))):
        happened = contracts[0].whole_year.first_day + timedelta(draw(st.integers(-200, 364)))
        seen = happened + timedelta(draw(st.sampled_from([0, 1, 90, 250])))
        state = draw(st.sampled_from([IncidentState.SUBSTANTIATED] * 3 + list(IncidentState)))
        who, kind = draw(st.sampled_from(subjects)), draw(st.sampled_from(kinds))
        severity, matter = draw(st.sampled_from(["", "light", "grave"])), draw(st.sampled_from(["", "M1", "M2"]))
        found.append(Incident(f"E{number}", who, kind, happened, seen, state, "file", severity, matter=matter))
    return tuple(found)


@st.composite
def _states(draw: Draw, subjects: Sequence[str], contracts: Sequence[Contract]) -> tuple[StateRecord, ...]:
    names = [state for contract in contracts for state in contract.state_ids]
    found = []
    for _ in range(draw(st.integers(0, 2)) if names else 0):
        start = contracts[0].whole_year.first_day + timedelta(draw(st.integers(-90, 364)))
        until = draw(st.none() | st.integers(0, 200).map(lambda days, since=start: since + timedelta(days)))
        found.append(StateRecord(draw(st.sampled_from(subjects)), draw(st.sampled_from(names)), start, until))
    return tuple(found)


@st.composite
def _prior_vetoes(draw: Draw, subjects: Sequence[str], contracts: Sequence[Contract]) -> tuple[PriorVeto, ...]:
    known = [(contract.contract, veto.id) for contract in contracts for veto in contract.vetoes]
    found = []
    for _ in range(draw(st.integers(0, 2)) if known else 0):
        contract, veto = draw(st.sampled_from(known))
        until = draw(st.sampled_from([YEAR - 1, YEAR, YEAR + 1]))
        happened = contracts[0].whole_year.first_day - timedelta(245)
        found.append(PriorVeto(draw(st.sampled_from(subjects)), contract, veto, happened, until))
    return tuple(dict.fromkeys(found))
