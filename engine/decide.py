"""Conditions decided for every subject by the rule engine, after each subject is given the measures they ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.conditions import (
    Named,
    children_measure,
    compile_conditions,
    earlier_measure,
    explain,
    grades_measure,
    group_measure,
    incidents_measure,
    linked_measure,
    measures,
    months_measure,
    walk,
)
from engine.facts import Facts
from engine.inference import infer
from engine.score.derivation import Step, StepKind, incidents_in_words
from engine.score.past import years_in_which
from engine.standing import ALL_TARGETS_MET, CLIMBED, RANK, SCORE, VETOED, WARNED, Standing
from engine.verdict import Verdict, VetoRecord
from rules.condition import (
    Children,
    Condition,
    Earlier,
    GradeIs,
    GroupIs,
    IncidentCount,
    ItemMet,
    Linked,
    MonthsIn,
    Quantifier,
)
from rules.contract import Contract
from rules.diagnostic import Called, Text, listed, say
from targets.party import Party


@dataclass(frozen=True, slots=True)
class Judged:
    """A contract's verdicts by subject, the standings that linked conditions look at, and the vetoes that reach on."""

    contract: Contract
    facts: Facts
    verdicts: dict[str, Verdict]
    standings: dict[str, Standing]
    reaching: tuple[VetoRecord, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """One contract while it is adjudicated; `others` were judged before. Standings grow from stage to stage."""

    contract: Contract
    facts: Facts
    standings: dict[str, Standing]
    others: Sequence[Judged] = ()


def decide(bench: Bench, conditions: tuple[Named, ...]) -> dict[tuple[str, str], Step]:
    """Each condition for each subject, decided by the rule engine: (subject, node) to the step that says why."""
    for condition in conditions:
        for part in walk(condition):
            _measure(bench, part)
    rules = compile_conditions(conditions)
    if not rules:
        return {}
    names = measures(rules)
    facts = [fact for standing in bench.standings.values() for fact in standing.facts(names)]
    truths = {(f.subject, f.node): f.truth for f in infer(bench.contract.contract, rules, facts)}
    steps, name = {}, _namer(bench.contract)
    for code, standing in bench.standings.items():
        holds = _looker(truths, code)
        for condition in conditions:
            steps[code, condition.node] = explain(condition, holds, standing.values, name, standing.told)
    return steps


def _looker(truths: Mapping[tuple[str, str], bool], code: str) -> Callable[[str], bool]:
    return lambda node: truths[code, node]


def _measure(bench: Bench, part: Named) -> None:
    """Give every subject the measure that only this condition asks for."""
    facts, year = bench.facts, bench.facts.year
    match part.condition:
        case IncidentCount(incident=kinds, severity=severities) as counted:
            for code, standing in bench.standings.items():
                found = facts.incidents(code, kinds, year, severities)
                standing.values[incidents_measure(counted)] = Fraction(len(found))
        case MonthsIn(months_in=state):
            for code, standing in bench.standings.items():
                standing.values[months_measure(state)] = Fraction(facts.months_in(code, state))
        case ItemMet(item_met=item) if item in bench.contract.item_by_id:
            # Nobody has missed a target that is not on their sheet.
            for standing in bench.standings.values():
                standing.values.setdefault(f"met:{item}", Fraction(1))
        case GroupIs(group=groups):
            for subject in facts.subjects:
                bench.standings[subject.code].values[group_measure(groups)] = Fraction(subject.group in groups)
        case Earlier() as earlier:
            measure = earlier_measure(part.node)
            for code, standing in bench.standings.items():
                standing.values[measure], standing.told[measure] = years_in_which(facts, code, earlier)
        case _:
            _measure_others(bench, part)


def _measure_others(bench: Bench, part: Named) -> None:
    match part.condition:
        case Linked() as linked:
            _measure_linked(bench, part, linked)
        case Children() as below:
            _measure_children(bench, part, below)
        case _:
            pass


def _measure_linked(bench: Bench, part: Named, linked: Linked) -> None:
    """Whether the inner condition holds for enough of the parties that each cadre answers for on the last day."""
    satisfied: dict[str, bool] = {}
    for other in bench.others:
        satisfied |= _satisfied(other, linked.is_, part)
    answering: dict[str, set[str]] = defaultdict(set)
    for assignment in bench.facts.snapshot.records.assignments:
        if (not linked.roles or assignment.role in linked.roles) and assignment.holds_on(bench.facts.snapshot.last_day):
            answering[assignment.cadre].add(assignment.party)
    for code, standing in bench.standings.items():
        parties = [satisfied[party] for party in answering[code] if party in satisfied]
        standing.values[linked_measure(part.node)] = Fraction(_enough(linked.linked, parties))


def _measure_children(bench: Bench, part: Named, below: Children) -> None:
    """Whether the inner condition holds for enough of the parties directly below each, under the contract named."""
    other = next(other for other in bench.others if other.contract.contract == below.contract)
    satisfied = _satisfied(other, below.is_, part)
    for code, standing in bench.standings.items():
        asked = [child for child in bench.facts.children(code) if child.code in satisfied]
        found = [satisfied[child.code] for child in asked]
        measure = children_measure(part.node)
        standing.values[measure] = Fraction(_enough(below.children, found))
        standing.told[measure] = tuple(map(_child, asked, found))


def _child(party: Party, holds: bool) -> Step:
    title, rule = say("{name} ({code})", name=party.name, code=party.code), say("the condition on each of them")
    worked = say("holds") if holds else say("does not hold")
    return Step(StepKind.FIRED if holds else StepKind.NOT_FIRED, title, rule, worked, Fraction(holds))


def _enough(wanted: Quantifier | Fraction, parties: Sequence[bool]) -> bool:
    if not parties:
        return False
    match wanted:
        case Quantifier.ALL:
            return all(parties)
        case Quantifier.ANY:
            return any(parties)
        case share:
            return sum(parties) >= share * len(parties)


def _satisfied(other: Judged, condition: Condition, part: Named) -> dict[str, bool]:
    """Which subjects of a contract judged before satisfy the condition, by its own verdicts."""
    inner = Named(f"{part.node}/is", condition, (*part.at, "is"))
    bench = Bench(other.contract, other.facts, other.standings)
    for asked in walk(inner):
        if isinstance(asked.condition, GradeIs):
            measure_grades(other, asked.condition.grade)
    steps = decide(bench, (inner,))
    return {code: step.kind is StepKind.FIRED for (code, _), step in steps.items()}


def measure_grades(other: Judged, wanted: tuple[str, ...]) -> None:
    """Give everybody the measure whether their grade is one of these."""
    for code, standing in other.standings.items():
        grade = other.verdicts[code].grade
        standing.values[grades_measure(wanted)] = Fraction(grade is not None and grade.id in wanted)


def _namer(contract: Contract) -> Callable[[str], Text]:
    """The measure in words."""
    clauses = {
        **{f"section:{s.id}": s.label for s in contract.all_sections()},
        **{f"item:{item}": clause.label for item, clause in contract.item_by_id.items()},
    }
    kinds = {kind.id: kind.label for kind in contract.incidents}
    states = {state.id: state.label for state in contract.states}
    grades = {band.id: band.label for band in contract.grades}
    words = {
        SCORE: say("score"), RANK: say("rank"), VETOED: say("vetoed"), WARNED: say("warnings"),
        ALL_TARGETS_MET: say("all targets met"), CLIMBED: say("places gained on the year before"),
    }  # fmt: skip

    def name(measure: str) -> Text:
        head, _, rest = measure.partition(":")
        match head:
            case "section" | "item":
                return say("score of {name}", name=clauses.get(measure, rest))
            case "met":
                return say("target met: {name}", name=clauses.get(f"item:{rest}", rest))
            case "incidents":
                named, _, severities = rest.partition(":")
                labels = listed(kinds.get(kind, Called(kind)) for kind in named.split("+"))
                return incidents_in_words(labels, severities.split("+") if severities else ())
            case "months":
                return say("months in state {state}", state=states.get(rest, rest))
            case "earlier":
                return say("earlier years in which it held")
            case "linked":
                return say("enough of the parties answered for satisfy it")
            case "children":
                return say("enough of the parties directly below satisfy it")
            case "value":
                return say("the value lies in the range")
            case "group":
                return say("group {name}", name="、".join(rest.split("+")))
            case "grade":
                return say("grade {name}", name=listed(grades.get(grade, Called(grade)) for grade in rest.split("+")))
            case _:
                return words[measure]

    return name
