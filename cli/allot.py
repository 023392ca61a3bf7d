"""An upper quota over parties, with the reason for every share, as targets that can be imported: allot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import effort, sources
from cli.desk import Desk
from cli.effort import Asked
from cli.options import JsonOption, LanguageOption, WorkspaceOption
from engine.allot.methods import Method
from rules.diagnostic import Diagnostic, Refused, Span, refuse, say
from rules.quantity import round_to, show

if TYPE_CHECKING:
    from cli.quotas import Weighing
    from engine.allot.allot import Allotment, Share
    from engine.allot.compare import Compared
    from engine.allot.effort import EffortShare
    from engine.simulate.tally import Spread

N_ = str
CSV, WORKBOOK = ".csv", ".xlsx"
TABLE = "targets"
DECIMALS_SHOWN = 4

COLUMNS = (N_("code"), N_("name"), N_("weight"), N_("exact share"), N_("allotted"), N_("why"))
COMPARED_COLUMNS = (
    N_("method"), N_("largest deviation"), N_("least per weight"), N_("most per weight"), N_("outside the exact share"),
    N_("less if there is a step more"),
)  # fmt: skip
COST_COLUMNS = (N_("cost: mean"), N_("cost: nineteen years of twenty no more than"))
CHANCE_COLUMNS = (N_("worst chance of meeting it"), N_("best chance of meeting it"))


@dataclass(frozen=True, slots=True)
class _Made:
    """What was allotted by which weights; `model` says how likely quotas are met, where there is a year to tell it by."""

    asked: Asked
    weighing: Weighing
    allotment: Allotment
    model: effort.Model | None = None
    by_effort: tuple[EffortShare, ...] = ()
    costs: tuple[Spread, ...] = ()


def allot(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(help=N_("the indicator, by id or name"))],
    total: Annotated[str, typer.Argument(help=N_("the quota to be allotted, such as 300 or 1.5万元"))],
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            help=N_("villages, communities, units, a group, or codes and names; all it assesses when left out"),
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help=N_(
                "population, last-year, equal, equal-effort, INDICATOR or INDICATOR:PERIOD, or a column of --weights"
            ),
        ),
    ] = None,
    weights: Annotated[Path | None, typer.Option("--weights", help=N_("a table with a weight for each party"))] = None,
    method: Annotated[
        Method, typer.Option("--method", help=N_("what is done with the step that does not divide"))
    ] = Method.REMAINDER,
    lowest: Annotated[
        str | None, typer.Option("--lowest", help=N_("the least that each gets: a number, or a table"))
    ] = None,
    highest: Annotated[
        str | None, typer.Option("--highest", help=N_("the most that each gets: a number, or a table"))
    ] = None,
    step: Annotated[str, typer.Option("--step", help=N_("quotas are multiples of it: 1, 5, 0.1"))] = "1",
    parameter: Annotated[
        str, typer.Option("--parameter", help=N_("what the quota is of the indicator: target, baseline ..."))
    ] = "target",
    out: Annotated[
        Path | None, typer.Option("--out", help=N_("a new file for import: ... targets.csv, or .xlsx"))
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help=N_("all methods side by side"))] = False,
    explain: Annotated[bool, typer.Option("--explain", help=N_("every share step by step"))] = False,
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from cli import quotas

    desk: Desk = context.obj
    if out is not None:
        _refuse_out(out)
    wanted = _parameter(parameter)
    office = quotas.Office(sources.load(desk, None, {}, workspace, None, None))
    found, parties = office.asked(indicator, over or ())
    bounds = quotas.bounds_of(office, parties, lowest, highest, found)
    amount, size = quotas.amount(total, "TOTAL", found), quotas.step_of(step, found)
    asked = Asked(office, found, wanted, parties, amount, size, bounds)
    if weights is None and effort.is_asked(by):
        _by_effort(desk, asked, out, compare=compare)
        return
    weighing = quotas.weigh(office, parties, by, weights, found)
    _by_weights(desk, asked, weighing, method, out, compare=compare, explain=explain)


def _by_weights(
    desk: Desk, asked: Asked, weighing: Weighing, method: Method, out: Path | None, *, compare: bool, explain: bool
) -> None:
    from engine.allot.allot import allot as split
    from engine.allot.compare import compare as compare_methods

    allotment = split(asked.total, weighing.weights, method, asked.step, asked.bounds)
    made = _Made(asked, weighing, allotment)
    compared: tuple[Compared, ...] = ()
    if compare:
        compared = compare_methods(asked.total, weighing.weights, asked.step, asked.bounds)
        made = _with_effects(desk, made, [one.quotas for one in compared])
    _finish(desk, asked, _title(desk, made), allotment.quotas, _as_json(desk, made, compared, out), out)
    if not desk.as_json:
        _show(desk, made, compared, explain=explain)


def _by_effort(desk: Desk, asked: Asked, out: Path | None, *, compare: bool) -> None:
    if compare:
        expected = say("weights: equal effort stands beside the methods of any of them")
        refuse(Diagnostic("DX711", Span("--by"), say("equal-effort together with --compare"), expected))
    model = effort.model_of(desk, asked.office, asked.parties, asked.indicator)
    shares = effort.split(model, asked.total, asked.step, asked.bounds, [party.code for party in asked.parties])
    told = desk.speech(N_("{indicator}: {total}, by equal effort; years drawn like {period}"))
    title = told.format(
        indicator=desk.speech.name(asked.indicator), total=show(asked.total), period=model.period.in_full
    )
    quotas = {one.code: one.quota for one in shares}
    _finish(desk, asked, title, quotas, _effort_as_json(desk, asked, shares, out), out)
    if not desk.as_json:
        desk.rows(title, effort.COLUMNS, effort.rows(desk, shares, asked.names), right=(2, 3))
        _tell_sum(desk, asked)


def _with_effects(desk: Desk, made: _Made, splits: Sequence[Mapping[str, Fraction]]) -> _Made:
    """How likely quotas are met, and what a year costs under each split; nothing where no year tells it."""
    asked = made.asked
    try:
        model = effort.model_of(desk, asked.office, asked.parties, asked.indicator)
    except Refused:
        return made
    shares = effort.split(model, asked.total, asked.step, asked.bounds, [party.code for party in asked.parties])
    every = [*splits, {one.code: one.quota for one in shares}]
    this_year = model.period.year == asked.office.year.snapshot.year
    return replace(made, model=model, by_effort=shares, costs=effort.costs_of(desk, asked, every) if this_year else ())


def _finish(
    desk: Desk, asked: Asked, title: str, quotas: Mapping[str, Fraction], machine: dict[str, object], out: Path | None
) -> None:
    """Written first, then told to a machine."""
    if out is not None:
        _write(desk, out, asked, title, quotas)
        desk.note(desk.speech(N_("written: {path}")).format(path=out))
    if desk.as_json:
        desk.machine(machine)


def _refuse_out(out: Path) -> None:
    """Known before anything is read. A CSV file is imported as the table that it is named after."""
    if out.suffix.lower() not in (CSV, WORKBOOK) or (
        out.suffix.lower() == CSV and not out.stem.lower().endswith(TABLE)
    ):
        expected = say("a name that ends in {csv} or {workbook}", csv=f"{TABLE}{CSV}", workbook=WORKBOOK)
        refuse(Diagnostic("DX711", Span(str(out)), say("{name}", name=out.name), expected))
    sources.refuse_existing(out)


def _parameter(text: str) -> str:
    from targets.vocabulary import PARAMETER_WORDS

    found = PARAMETER_WORDS.find(text)
    if found is None:
        words = "、".join(f"{word.zh} ({word.id})" for word in PARAMETER_WORDS.words)
        refuse(Diagnostic("DX711", Span("--parameter"), say("{text}", text=text), say("one of {words}", words=words)))
    return found


def _show(desk: Desk, made: _Made, compared: Sequence[Compared], *, explain: bool) -> None:
    if compared:
        _show_compared(desk, made, compared)
    elif explain:
        for line in _explained(desk, made):
            desk.line(line)
    else:
        rows = [
            (*_who(made, one), show(one.quota), desk.speech(one.derivation.worked)) for one in made.allotment.shares
        ]
        desk.rows(_title(desk, made), COLUMNS, rows, right=(2, 3, 4))
    _tell_sum(desk, made.asked)


def _tell_sum(desk: Desk, asked: Asked) -> None:
    told = desk.speech(N_("{count} parties, together {total}"))
    desk.note(told.format(count=len(asked.parties), total=show(asked.total)))


def _title(desk: Desk, made: _Made) -> str:
    told = desk.speech(N_("{indicator}: {total}, by {weights}, {method}"))
    return told.format(
        indicator=desk.speech.name(made.asked.indicator), total=show(made.allotment.total), weights=desk.speech(made.weighing.told),
        method=_called(desk, made.allotment.method),
    )  # fmt: skip


def _called(desk: Desk, method: Method) -> str:
    names = {
        Method.REMAINDER: N_("largest remainder"), Method.ADAMS: N_("Adams"), Method.DEAN: N_("Dean"),
        Method.HILL: N_("Huntington-Hill"), Method.WEBSTER: N_("Webster (Sainte-Laguë)"),
        Method.JEFFERSON: N_("Jefferson (D'Hondt)"),
    }  # fmt: skip
    return desk.speech(names[method])


def _explained(desk: Desk, made: _Made) -> Iterator[str]:
    from cli.derivation import lines

    yield _title(desk, made)
    for share in made.allotment.shares:
        yield f"{share.code} {made.asked.names[share.code]}"
        yield from (f"  {line}" for line in lines(desk.speech, share.derivation, {}, ""))


def _show_compared(desk: Desk, made: _Made, compared: Sequence[Compared]) -> None:
    """The quotas of each party by every method, then the methods themselves."""
    methods = [_called(desk, one.method) for one in compared]
    every = [one.quotas for one in compared]
    if made.by_effort:
        methods.append(desk.speech(N_("equal effort")))
        every.append({one.code: one.quota for one in made.by_effort})
    rows = [(*_who(made, share), *(show(quotas[share.code]) for quotas in every)) for share in made.allotment.shares]
    desk.rows(_title(desk, made), (*COLUMNS[:4], *methods), rows, right=range(2, 4 + len(methods)))
    about: list[tuple[str, ...]] = [
        (
            _called(desk, one.method), _short(one.deviation), _short(one.least), _short(one.most),
            *("、".join(made.asked.names[code] for code in codes) for codes in (one.outside, one.losers)),
        )
        for one in compared
    ]  # fmt: skip
    if made.by_effort:
        about.append((methods[-1], "", "", "", "", ""))
    columns: tuple[str, ...] = COMPARED_COLUMNS
    if made.model is not None:
        columns = (*COMPARED_COLUMNS, *CHANCE_COLUMNS)
        about = [(*row, *_chances(made.model, quotas)) for row, quotas in zip(about, every, strict=True)]
    if made.costs:
        columns = (*columns, *COST_COLUMNS)
        about = [(*row, *_cost(spread)) for row, spread in zip(about, made.costs, strict=True)]
    desk.rows(desk.speech(N_("the methods")), columns, about, right=(1, 2, 3, 6, 7, 8, 9))
    if made.model is not None:
        told = desk.speech(N_("chances are those of years drawn like {period}"))
        desk.note(told.format(period=made.model.period.in_full))


def _chances(model: effort.Model, quotas: Mapping[str, Fraction]) -> tuple[str, str]:
    from cli.simulated import percent

    found = model.chances(quotas).values()
    return percent(min(found)), percent(max(found))


def _cost(spread: Spread) -> tuple[str, str]:
    from cli.simulated import money
    from engine.simulate.answers import P95

    return money(spread.mean), money(spread.quantile(P95))


def _who(made: _Made, share: Share) -> tuple[str, str, str, str]:
    return share.code, made.asked.names[share.code], _short(share.weight), _short(share.exact)


def _short(value: Fraction) -> str:
    """For the eye, four digits at least; JSON has the exact number."""
    digits = len(str(value.denominator)) - len(str(abs(value.numerator)))
    return show(round_to(value, DECIMALS_SHOWN + max(0, digits if value else 0)))


def _as_json(desk: Desk, made: _Made, compared: Sequence[Compared], out: Path | None) -> dict[str, object]:
    from cli.derivation import as_json

    allotment = made.allotment
    return {
        "indicator": made.asked.indicator.id, "parameter": made.asked.parameter, "total": show(allotment.total),
        "step": show(allotment.step), "method": allotment.method.value, "weights": desk.speech(made.weighing.told),
        "shares": [
            {
                "code": one.code, "name": made.asked.names[one.code], "weight": show(one.weight), "exact": show(one.exact),
                "within_bounds": show(one.fair), "allotted": show(one.quota), "derivation": as_json(desk.speech, one.derivation),
            }
            for one in allotment.shares
        ],
        "methods": [
            {
                "method": one.method.value, "allotted": {code: show(quota) for code, quota in one.quotas.items()},
                "largest_deviation": show(one.deviation), "least_per_weight": show(one.least),
                "most_per_weight": show(one.most), "outside": list(one.outside), "losers": list(one.losers),
                "chances": _told_chances(made.model, one.quotas), "cost_fen": _told_cost(made, number),
            }
            for number, one in enumerate(compared)
        ],
        "equal_effort": [_effort_share(made.asked, one) for one in made.by_effort],
        "equal_effort_cost_fen": _told_cost(made, len(compared)),
        "written": None if out is None else str(out),
    }  # fmt: skip


def _told_chances(model: effort.Model | None, quotas: Mapping[str, Fraction]) -> dict[str, str] | None:
    return None if model is None else {code: show(chance) for code, chance in model.chances(quotas).items()}


def _told_cost(made: _Made, number: int) -> dict[str, str] | None:
    if not made.costs:
        return None
    from engine.simulate.answers import P95

    spread = made.costs[number]
    return {"mean": show(spread.mean), "p95": str(spread.quantile(P95))}


def _effort_as_json(desk: Desk, asked: Asked, shares: Sequence[EffortShare], out: Path | None) -> dict[str, object]:
    from cli.derivation import as_json

    return {
        "indicator": asked.indicator.id, "parameter": asked.parameter, "total": show(asked.total),
        "step": show(asked.step), "method": "equal_effort", "weights": desk.speech(N_("equal effort")),
        "shares": [
            {**_effort_share(asked, one), "derivation": as_json(desk.speech, one.derivation)} for one in shares
        ],
        "written": None if out is None else str(out),
    }  # fmt: skip


def _effort_share(asked: Asked, one: EffortShare) -> dict[str, str]:
    return {
        "code": one.code, "name": asked.names[one.code], "allotted": show(one.quota), "chance": show(one.chance),
    }  # fmt: skip


def _write(desk: Desk, out: Path, asked: Asked, title: str, quotas: Mapping[str, Fraction]) -> None:
    """In the layout of the table of targets: what is written here is read there."""
    from cli.results import write_csv
    from targets.observation import Target
    from targets.snapshot import Records
    from targets.tables import TARGETS
    from targets.template import write_targets
    from targets.vocabulary import PARAMETER_WORDS

    language = desk.speech.language.value
    if out.suffix.lower() == CSV:
        called = PARAMETER_WORDS.called(asked.parameter, language)
        columns = [column.heading(language) for column in TARGETS.columns]
        rows = ((code, asked.names[code], asked.indicator.id, called, show(quota)) for code, quota in quotas.items())
        write_csv(out, columns, rows)
        return
    targets = tuple(Target(code, asked.indicator.id, asked.parameter, quota) for code, quota in quotas.items())
    write_targets(
        Records(parties=asked.parties, targets=targets),
        asked.office.contracts,
        out,
        (title,),
        language,
        desk.speech,
    )
