"""An upper quota over parties, with the reason for every share, as targets that can be imported: allot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, WorkspaceOption
from engine.allot.methods import Method
from rules.diagnostic import Diagnostic, Span, refuse, say
from rules.quantity import round_to, show

if TYPE_CHECKING:
    from cli.quotas import Office, Weighing
    from engine.allot.allot import Allotment, Share
    from engine.allot.compare import Compared
    from rules.indicator import Indicator
    from targets.party import Party

N_ = str
CSV, WORKBOOK = ".csv", ".xlsx"
TABLE = "targets"
DECIMALS_SHOWN = 4

COLUMNS = (N_("code"), N_("name"), N_("weight"), N_("exact share"), N_("allotted"), N_("why"))
COMPARED_COLUMNS = (
    N_("method"), N_("largest deviation"), N_("least per weight"), N_("most per weight"), N_("outside the exact share"),
    N_("less if there is a step more"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Made:
    """What was allotted, of what, to whom, as which parameter."""

    office: Office
    indicator: Indicator
    parameter: str
    parties: tuple[Party, ...]
    weighing: Weighing
    allotment: Allotment

    @property
    def names(self) -> Mapping[str, str]:
        return {party.code: party.name for party in self.parties}


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
            "--by", help=N_("population, last-year, equal, INDICATOR or INDICATOR:PERIOD, or a column of --weights")
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
    from engine.allot.allot import allot as split
    from engine.allot.compare import compare as compare_methods

    desk: Desk = context.obj
    if out is not None:
        _refuse_out(out)
    wanted = _parameter(parameter)
    office = quotas.Office(sources.load(desk, None, {}, workspace, None, None))
    found, parties = office.asked(indicator, over or ())
    weighing = quotas.weigh(office, parties, by, weights, found)
    bounds = quotas.bounds_of(office, parties, lowest, highest, found)
    amount, size = quotas.amount(total, "TOTAL", found), quotas.step_of(step, found)
    made = _Made(office, found, wanted, parties, weighing, split(amount, weighing.weights, method, size, bounds))
    compared = compare_methods(amount, weighing.weights, size, bounds) if compare else ()
    if out is not None:
        _write(desk, out, made)
    if desk.as_json:
        desk.machine(_as_json(desk, made, compared, out))
        return
    _show(desk, made, compared, explain=explain)
    if out is not None:
        desk.note(desk.speech(N_("written: {path}")).format(path=out))


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
    told = desk.speech(N_("{count} parties, together {total}"))
    desk.note(told.format(count=len(made.parties), total=show(made.allotment.total)))


def _title(desk: Desk, made: _Made) -> str:
    told = desk.speech(N_("{indicator}: {total}, by {weights}, {method}"))
    return told.format(
        indicator=desk.speech.name(made.indicator), total=show(made.allotment.total), weights=desk.speech(made.weighing.told),
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
        yield f"{share.code} {made.names[share.code]}"
        yield from (f"  {line}" for line in lines(desk.speech, share.derivation, {}, ""))


def _show_compared(desk: Desk, made: _Made, compared: Sequence[Compared]) -> None:
    """The quotas of each party by every method, then the methods themselves."""
    methods = [_called(desk, one.method) for one in compared]
    rows = [
        (*_who(made, share), *(show(one.quotas[share.code]) for one in compared)) for share in made.allotment.shares
    ]
    desk.rows(_title(desk, made), (*COLUMNS[:4], *methods), rows, right=range(2, 4 + len(methods)))
    about = [
        (
            _called(desk, one.method), _short(one.deviation), _short(one.least), _short(one.most),
            *("、".join(made.names[code] for code in codes) for codes in (one.outside, one.losers)),
        )
        for one in compared
    ]  # fmt: skip
    desk.rows(desk.speech(N_("the methods")), COMPARED_COLUMNS, about, right=(1, 2, 3))


def _who(made: _Made, share: Share) -> tuple[str, str, str, str]:
    return share.code, made.names[share.code], _short(share.weight), _short(share.exact)


def _short(value: Fraction) -> str:
    """For the eye, four digits at least; JSON has the exact number."""
    digits = len(str(value.denominator)) - len(str(abs(value.numerator)))
    return show(round_to(value, DECIMALS_SHOWN + max(0, digits if value else 0)))


def _as_json(desk: Desk, made: _Made, compared: Sequence[Compared], out: Path | None) -> dict[str, object]:
    from cli.derivation import as_json

    allotment = made.allotment
    return {
        "indicator": made.indicator.id, "parameter": made.parameter, "total": show(allotment.total),
        "step": show(allotment.step), "method": allotment.method.value, "weights": desk.speech(made.weighing.told),
        "shares": [
            {
                "code": one.code, "name": made.names[one.code], "weight": show(one.weight), "exact": show(one.exact),
                "within_bounds": show(one.fair), "allotted": show(one.quota), "derivation": as_json(desk.speech, one.derivation),
            }
            for one in allotment.shares
        ],
        "methods": [
            {
                "method": one.method.value, "allotted": {code: show(quota) for code, quota in one.quotas.items()},
                "largest_deviation": show(one.deviation), "least_per_weight": show(one.least),
                "most_per_weight": show(one.most), "outside": list(one.outside), "losers": list(one.losers),
            }
            for one in compared
        ],
        "written": None if out is None else str(out),
    }  # fmt: skip


def _write(desk: Desk, out: Path, made: _Made) -> None:
    """In the layout of the table of targets: what is written here is read there."""
    from cli.results import write_csv
    from targets.observation import Target
    from targets.snapshot import Records
    from targets.tables import TARGETS
    from targets.template import write_targets
    from targets.vocabulary import PARAMETER_WORDS

    language = desk.speech.language.value
    quotas = made.allotment.quotas
    if out.suffix.lower() == CSV:
        called = PARAMETER_WORDS.called(made.parameter, language)
        columns = [column.heading(language) for column in TARGETS.columns]
        rows = ((code, made.names[code], made.indicator.id, called, show(quota)) for code, quota in quotas.items())
        write_csv(out, columns, rows)
        return
    targets = tuple(Target(code, made.indicator.id, made.parameter, quota) for code, quota in quotas.items())
    write_targets(
        Records(parties=made.parties, targets=targets),
        made.office.contracts,
        out,
        (_title(desk, made),),
        language,
        desk.speech,
    )
