"""The command that draws years: who would pass, what it would cost, how much of the ranking is luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import sources
from cli.desk import Desk
from cli.garbage import keep_memory
from cli.options import AsOfOption, ContractsArgument, JsonOption, LanguageOption, ThroughOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, refuse, say

if TYPE_CHECKING:
    from cli.simulated import Table
    from cli.simulated_charts import Chart
    from engine.simulate.answers import Answers
    from engine.simulate.cliffs import Cliff
    from engine.simulate.model import Assumptions
    from engine.simulate.simulate import Sampling
    from rules.contract import Contract
    from rules.overlay import Overlaid
    from rules.scenario import LoadedScenarios

N_ = str
DRAWS = 10_000
# No more than that many years are asked for by anybody who means it.
DRAWS_MAX = 1_000_000
SEED_MAX = 2**63 - 1
PAGE = ".html"
ENDINGS = (".json", ".xlsx", ".csv", PAGE)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is shown and written, each made when it is asked for: thousands of rows take a while."""

    tables: Callable[[], dict[str, Table]]
    machine: Callable[[], dict[str, Any]]
    charts: Callable[[], list[Chart]]


def simulate(
    context: typer.Context,
    contracts: ContractsArgument = None,
    draws: Annotated[int, typer.Option("--draws", help=N_("how many years are drawn"))] = DRAWS,
    seed: Annotated[int, typer.Option("--seed", help=N_("the same number gives the same years"))] = 1,
    budget: Annotated[
        str | None, typer.Option("--budget", help=N_("what the town can pay in a year, such as ¥200,000 or 20万元"))
    ] = None,
    together: Annotated[
        str | None,
        typer.Option(
            "--together", help=N_("how far a party's values move together, from 0 to below 1; 0.1 unless given")
        ),
    ] = None,
    scenarios: Annotated[
        Path | None,
        typer.Option(
            "--scenarios", help=N_("a file of scenarios (.yaml), to be judged on the same years; its assumptions hold")
        ),
    ] = None,
    only: Annotated[str | None, typer.Option("--only", help=N_("only the scenario of that id"))] = None,
    cliffs: Annotated[
        bool,
        typer.Option("--cliffs", help=N_("also how much money one unit of work more moves, of the year as it was")),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=N_("a new file for all of it: .xlsx, .csv, .json, or .html, a page with pictures")),
    ] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    through: ThroughOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    keep_memory()
    budget_fen = _budget(budget)
    refuse_numbers(draws, seed)
    shared = _together(together)
    if only is not None and scenarios is None:
        refuse(Diagnostic("DX711", Span("--only"), say("{text}", text=only), say("--scenarios beside it")))
    if out is not None:
        _refuse_out(out)
    from engine.simulate.simulate import Sampling

    file = None if scenarios is None else _scenarios(scenarios)
    year = sources.load(
        desk, contracts or (file.contract_files() or None if file else None), {}, workspace, through, as_of
    )
    sampling = Sampling(draws, seed)
    if file is None:
        told = _as_it_is(desk, year, sampling, shared, budget_fen)
    else:
        budget_fen = file.file.budget if budget_fen is None else budget_fen
        told = _side_by_side(desk, year, sampling, shared, budget_fen, _laid(desk, file, year, only), file)
    if cliffs:
        told = _with_cliffs(desk, year, told)
    if out is not None:
        _write(desk, out, told, sampling)
    if desk.as_json:
        desk.machine(told.machine())
    else:
        _show(desk, told.tables(), sampling)


def _budget(text: str | None) -> int | None:
    from rules.quantity import NotExact, parse_money_fen

    if text is None:
        return None
    try:
        return parse_money_fen(text)
    except NotExact as error:
        refuse(Diagnostic("DX711", Span("--budget"), say("{text}", text=text), error.text))


def refuse_numbers(draws: int, seed: int) -> None:
    """Raises Refused (DX711) for what no command draws."""
    for option, number, least, most in (("--draws", draws, 1, DRAWS_MAX), ("--seed", seed, 0, SEED_MAX)):
        if not least <= number <= most:
            expected = say("a whole number from {least} to {most}", least=least, most=most)
            refuse(Diagnostic("DX711", Span(option), say("{text}", text=str(number)), expected))


def _refuse_out(out: Path) -> None:
    """Known before anything is drawn."""
    if out.suffix.lower() not in ENDINGS:
        found = say("the ending {ending}", ending=out.suffix or "-")
        refuse(Diagnostic("DX711", Span(str(out)), found, say("one of {endings}", endings=", ".join(ENDINGS))))
    sources.refuse_existing(out)


def _together(text: str | None) -> float | None:
    """None where nothing was asked for."""
    from rules.quantity import NotExact, parse_value

    if text is None:
        return None
    expected = say("a number from 0 to below 1")
    try:
        share = parse_value(text)
    except NotExact:
        refuse(Diagnostic("DX711", Span("--together"), say("{text}", text=text), expected))
    if not 0 <= share < 1:
        refuse(Diagnostic("DX711", Span("--together"), say("{text}", text=text), expected))
    return float(share)


def _scenarios(path: Path) -> LoadedScenarios:
    from rules.scenario import load_scenarios

    return load_scenarios(path)


def _laid(desk: Desk, file: LoadedScenarios, year: sources.Year, only: str | None) -> list[Overlaid]:
    from cli.whatif import chosen
    from rules.overlay import overlay

    laid = chosen(file, overlay(file, year.contracts), only)
    desk.show_warnings([warning for one in laid for warning in one.warnings])
    return laid


def _as_it_is(
    desk: Desk, year: sources.Year, sampling: Sampling, together: float | None, budget_fen: int | None
) -> _Told:
    from cli import simulated
    from engine.simulate.model import TOGETHER, Assumptions

    assumed = Assumptions(together=TOGETHER if together is None else together)
    (answers,) = _drawn(desk, year, [[one.contract for one in year.contracts]], sampling, assumed)
    words, sizes = simulated.words_of(desk.speech, answers, year.snapshot.records), _sizes(year)
    return _Told(
        cache(lambda: simulated.tables(words, answers, budget_fen, sizes)),
        lambda: simulated.as_json(words, answers, budget_fen, sizes),
        lambda: _charts().charts(words, answers, budget_fen),
    )


def _charts() -> ModuleType:
    """Loaded only where pictures are drawn."""
    from cli import simulated_charts

    return simulated_charts


def _sizes(year: sources.Year) -> dict[str, Fraction]:
    """How many people live where, of the year or of the one before, where it is recorded."""
    from engine.allot.weights import STOCKS, reported

    contracts, snapshot = [one.contract for one in year.contracts], year.snapshot
    sizes: dict[str, Fraction] = {}
    for indicator in STOCKS:
        if any(indicator in one.indicator_by_id for one in contracts):
            for window in (snapshot.whole_year, snapshot.whole_year.year_before):
                values = reported(contracts, snapshot, snapshot.records.parties, indicator, window)
                sizes = {code: value for code, value in values.items() if value is not None} | sizes
    return sizes


def _side_by_side(
    desk: Desk, year: sources.Year, sampling: Sampling, together: float | None, budget_fen: int | None,
    laid: Sequence[Overlaid], file: LoadedScenarios,
) -> _Told:  # fmt: skip
    from cli import simulated, simulated_scenarios
    from engine.simulate.assumed import assumptions_of

    sets = [[one.contract for one in side] for side in (year.contracts, *(each.contracts for each in laid))]
    every = [contract for side in sets for contract in side]
    assumed = assumptions_of(file, every, year.snapshot.records, together)
    base, *others = _drawn(desk, year, sets, sampling, assumed)
    words = simulated.words_of(desk.speech, base, year.snapshot.records)
    sides = simulated_scenarios.sides_of(base, [(one.scenario, each) for one, each in zip(laid, others, strict=True)])
    names = [desk.speech(N_("as it is")), *(desk.speech.name(one.scenario) for one in laid)]
    return _Told(
        cache(lambda: simulated_scenarios.tables(words, sides, budget_fen)),
        lambda: simulated_scenarios.as_json(words, sides, budget_fen),
        lambda: [_charts().costs(words, list(zip(names, sides.all(), strict=True)))],
    )


def _with_cliffs(desk: Desk, year: sources.Year, told: _Told) -> _Told:
    from cli import simulated_cliffs

    found, contracts = _cliffs(desk, year), [one.contract for one in year.contracts]
    table = simulated_cliffs.table(desk.speech, contracts, year.snapshot.records, found)
    return _Told(
        lambda: {**told.tables(), "cliffs": table},
        lambda: {**told.machine(), "cliffs": simulated_cliffs.as_json(found)},
        told.charts,
    )


def _cliffs(desk: Desk, year: sources.Year) -> Sequence[Cliff]:
    from engine.simulate.cliffs import cliffs as all_of
    from targets.columns.backend import PolarsBackend

    told = desk.speech(N_("{done} of {of} units tried"))
    with desk.steps(1) as step:
        return all_of(
            year.snapshot, [one.contract for one in year.contracts], PolarsBackend(streaming=False),
            lambda done, of: step(told.format(done=f"{done:,}", of=f"{of:,}")),
        )  # fmt: skip


def _drawn(
    desk: Desk, year: sources.Year, sets: Sequence[Sequence[Contract]], sampling: Sampling, assumed: Assumptions
) -> Sequence[Answers]:
    from engine.simulate.simulate import simulate as run
    from targets.columns.backend import PolarsBackend

    told, draws = desk.speech(N_("{done} of {draws} years")), sampling.years
    with desk.steps(-(-draws // sampling.chunk)) as step:
        return run(
            year.snapshot, sets, sampling, PolarsBackend(streaming=False), assumed,
            progress=lambda done: step(told.format(done=f"{done:,}", draws=f"{draws:,}")),
        )  # fmt: skip


def _show(desk: Desk, tables: Mapping[str, Table], sampling: Sampling) -> None:
    """Everybody, but of the cadres those with the most at stake; the chances by item are for a file."""
    for table in tables.values():
        if table.for_files:
            continue
        rows = table.rows if not table.shown_max else table.rows[: table.shown_max]
        desk.rows(table.title, table.columns, rows, right=table.right)
        if len(rows) < len(table.rows):
            desk.note(
                desk.speech(N_("... and {count} more: --out writes all of them.")).format(
                    count=len(table.rows) - len(rows)
                )
            )
    desk.note(_drawn_from(desk, sampling))


def _write(desk: Desk, out: Path, told: _Told, sampling: Sampling) -> None:
    from cli.simulated_files import write

    ending = out.suffix.lower()
    page = _page(desk, told, sampling) if ending == PAGE else ""
    tables, machine = (told.tables(), {}) if ending != ".json" else ({}, told.machine())
    for path in write(out, desk.speech, tables, machine, page):
        desk.note(desk.speech(N_("written: {path}")).format(path=path))


def _page(desk: Desk, told: _Told, sampling: Sampling) -> str:
    from cli.simulated_page import page

    return page(desk.speech, desk.speech(N_("Drawn years")), _drawn_from(desk, sampling), told.tables(), told.charts())


def _drawn_from(desk: Desk, sampling: Sampling) -> str:
    told = desk.speech(N_("{draws} years drawn, seed {seed}; what is assumed stands in docs/models.md."))
    return told.format(draws=f"{sampling.years:,}", seed=sampling.seed)
