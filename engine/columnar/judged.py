"""The compiled assessment of a year, top to bottom: join, score, link, judge, reach. One frame of verdicts a contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import narwhals as nw

from engine.columnar.conditions import linked_in
from engine.columnar.layers import TooWide
from engine.columnar.layout import JudgedColumns, Layout, lay_out
from engine.columnar.linked_total import link
from engine.columnar.links import Judgement, Reaching, tie
from engine.columnar.money.amounts import amounts
from engine.columnar.money.dues import dues_of
from engine.columnar.money.people import join_people
from engine.columnar.of_scores import join_totals
from engine.columnar.plan import Plan
from engine.columnar.reach import FiredNames, reached
from engine.columnar.scribe import Fault, Scribe, Total
from engine.columnar.sheet import score
from engine.columnar.tallies import tell_days, tell_events
from engine.columnar.verdicts import VerdictColumns, judge
from engine.fit import contracts_fit, in_order, nobody
from rules.checks.places import Stage, conditions
from rules.condition import AboutOthers, Children, Condition
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, Text, refuse, refuse_if_any, say
from targets.columns.backend import Backend
from targets.columns.year import SUBJECT_COLUMNS, Frame, YearColumns

FAULTS_LISTED_MAX = 1000


def judge_year(
    contracts: Sequence[Contract],
    year: YearColumns,
    backend: Backend,
    progress: Callable[[str], None] = lambda _: None,
    told: Callable[[Layout], Iterable[str]] = Layout.columns,
) -> tuple[JudgedColumns, ...]:
    """Everybody that the contracts assess. Raises Refused with the faults of the data, or of a plan that is too wide.

    `told` chooses the columns of verdicts that are kept, besides those that other contracts and the money need.
    Contracts for parties come before those for cadres, whatever the order given: cadres answer for parties.
    """
    ordered = in_order(contracts)
    faults = contracts_fit(ordered, year.whole_year)
    refuse_if_any(faults)
    if not any(year.contracts[contract.contract].subjects for contract in ordered):
        refuse(nobody(ordered))
    judged: list[JudgedColumns] = []
    judgements: list[Judgement] = []
    for contract in ordered:
        progress(contract.title)
        asked = [] if contract.posts else list(_asked(ordered, contract.contract))
        try:
            one, judgement, noted = _judge(contract, year, backend, judgements, asked, ordered, told)
        except TooWide as wide:
            refuse(_too_wide(contract, wide, backend))
        faults += _found(one.frame, noted, backend)
        judged.append(one)
        judgements.append(judgement)
    refuse_if_any(faults)
    dues = dues_of(judged, year, backend)
    return tuple(replace(one, dues=dues.get(one.contract.contract)) for one in judged)


def _asked(contracts: Sequence[Contract], name: str) -> Iterator[Condition]:
    """What cadres' contracts ask of the parties answered for, and others of the children that the named one assesses."""
    asked = (condition for contract in contracts for condition in _linked_of(contract))
    yield from dict.fromkeys(one.is_ for one in asked if not isinstance(one, Children) or one.contract == name)


def _linked_of(contract: Contract) -> Iterator[AboutOthers]:
    return linked_in(_conditions_of(contract))


def _conditions_of(contract: Contract) -> tuple[Condition, ...]:
    """All that stand outside scoring."""
    return tuple(stand.condition for stand in conditions(contract) if stand.stage is not Stage.SCORING)


def _judge(
    contract: Contract, year: YearColumns, backend: Backend, others: Sequence[Judgement], asked: Sequence[Condition],
    contracts: Sequence[Contract], chosen: Callable[[Layout], Iterable[str]],
) -> tuple[JudgedColumns, Judgement, list[tuple[str, Fault]]]:  # fmt: skip
    columns = year.contracts[contract.contract]
    plan = Plan(backend, columns.league_size_max)
    told, events = tell_events(columns.frame, year, contract, columns, [*asked, *_conditions_of(contract)])
    told, days = tell_days(told, year, contract, columns)
    told, totals = join_totals(told, year, contract, plan, others)
    told, people = join_people(told, contract, contracts, year, backend)
    ties = tie(told, year, contract, plan, others, _linked_of(contract))
    scribe = Scribe(contract, plan, columns, year.year, year.through, events, days, totals)
    outcome = link(scribe, score(scribe), ties.streams)
    linked = {condition: plan.truth(name) for condition, name in ties.linked.items()}
    verdicts = judge(scribe, outcome, ties.inherited, linked, asked)
    layout = lay_out(verdicts, contract.decimals)
    money = amounts(scribe, verdicts, people)
    names = [FiredNames(fired) for fired in verdicts.fired]
    answers = {condition: truth.column_name("answer") for condition, truth in verdicts.answers.items()}
    noted = [(fault.truth.column_name("fault"), fault) for fault in scribe.faults]
    told_of = [name for one in names for name in one.all()]
    wanted = dict.fromkeys(
        [
            *chosen(layout),
            layout.score,
            layout.final,
            *money.columns(),
            *told_of,
            *answers.values(),
            *(name for name, _ in noted),
        ]
    )
    kept = backend.keep(plan.frame(ties.frame, [*SUBJECT_COLUMNS, *wanted], backend))
    reaching = _reaching(year, contract, verdicts, names, kept, backend)
    judgement = Judgement(
        contract, kept, layout.final, (verdicts.final.low, verdicts.final.high), verdicts.final_scale, answers, reaching,
        Total(layout.score, "", verdicts.score.low, verdicts.score.high, layout.scale),
    )  # fmt: skip
    return JudgedColumns(contract, kept, layout, reaching, money), judgement, noted


def _reaching(
    year: YearColumns, contract: Contract, verdicts: VerdictColumns, names: Sequence[FiredNames], kept: Frame,
    backend: Backend,
) -> tuple[Reaching, ...]:  # fmt: skip
    found = []
    for fired, its_names in zip(verdicts.fired, names, strict=True):
        frame = reached(year, kept, fired, its_names)
        if frame is not None:
            found.append(Reaching(contract.contract, fired.clause, backend.keep(frame)))
    return tuple(found)


def _found(frame: Frame, noted: Sequence[tuple[str, Fault]], backend: Backend) -> list[Diagnostic]:
    """A diagnostic for each row in which a fault was looked for and found, each once."""
    if not noted:
        return []
    one, zero = nw.lit(1, nw.Int64), nw.lit(0, nw.Int64)
    names = dict.fromkeys(name for name, _ in noted)
    counted = frame.select(nw.when(nw.col(name)).then(one).otherwise(zero).sum().alias(name) for name in names)
    numbers = backend.take(counted)
    faults: dict[Diagnostic, None] = {}
    for name, fault in noted:
        if numbers[name][0]:
            rows = frame.filter(nw.col(name)).select("code").sort("code").head(FAULTS_LISTED_MAX)
            for code in backend.take(rows)["code"]:
                place = Span(fault.table, cell=fault.cell.replace("{code}", str(code)))
                faults[Diagnostic(fault.code, place, fault.found, fault.expected, fault.hint)] = None
    return list(faults)


def _too_wide(contract: Contract, wide: TooWide, backend: Backend) -> Diagnostic:
    digits = len(str(wide.reached))
    found: Text = say("a number of up to {digits} digits in {part}", digits=digits, part=wide.at)
    expected = say(
        "at most {digits} digits, exactly held by {engine}", digits=len(str(backend.wide_max)), engine=backend.name
    )
    hint = say("compare with the pooled value of the peers, report ratios as decimals, or use another engine")
    return Diagnostic("DX620", Span(contract.contract), found, expected, hint)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were judged, were vetoed, were warned, and have each grade (by its name)."""

    subjects: int
    vetoed: int
    warned: int
    grades: dict[str, int]


def tally(one: JudgedColumns, backend: Backend) -> Tally:
    layout = one.layout

    def number(test: nw.Expr, name: str) -> nw.Expr:
        return nw.when(test).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).sum().alias(name)

    def hit(*, veto: bool) -> nw.Expr:
        tests = [nw.col(each.times) > 0 for each in layout.hits if each.veto is veto]
        return nw.any_horizontal(nw.col(layout.rank) < 1, *tests, ignore_nulls=False)

    grades = [number(nw.col(layout.grade) == place, f"grade {place}") for place, _ in enumerate(one.contract.grades)]
    counts = [nw.len().alias("all"), number(hit(veto=True), "vetoed"), number(hit(veto=False), "warned"), *grades]
    found = {name: int(column[0] or 0) for name, column in backend.take(one.frame.select(*counts)).items()}
    by_grade = {band.name: found[f"grade {place}"] for place, band in enumerate(one.contract.grades)}
    return Tally(found["all"], found["vetoed"], found["warned"], by_grade)
