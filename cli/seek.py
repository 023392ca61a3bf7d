"""The inverse questions as a command: which target level lets a stated share pass, which amount fits the budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli import sources
from cli.desk import Desk
from cli.garbage import keep_memory
from cli.options import AsOfOption, JsonOption, LanguageOption, ThroughOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Refused, Span, Text, refuse, say
from rules.quantity import NotExact, parse_money_fen, parse_number, parse_value, show, show_money

if TYPE_CHECKING:
    from engine.simulate.answers import Answers
    from engine.simulate.seek import Found, Grid
    from rules.contract import Contract
    from rules.load import Loaded

N_ = str
DRAWS = 1_000
LEVELS_MAX = 100_000
COLUMNS = (N_("level"), N_("what comes of it"), "")
# An amount is written with its unit; a level without one is a number or a share.
_MONEY = ("元", "¥", "￥", "yuan")


@dataclass(frozen=True, slots=True)
class _Level:
    """How levels are written: as money, or as a number with so many per cent signs as the ends had."""

    money: bool
    per_cent: bool

    def text(self, level: Fraction) -> str:
        if self.money:
            return show_money(int(level))
        return f"{show(level * 100)}%" if self.per_cent else show(level)


@dataclass(frozen=True, slots=True)
class _Question:
    """What must hold: a share of parties that pass an item, or a share of years within the budget."""

    wanted: Fraction
    told: str
    measure: Callable[[Answers], Fraction]


def seek(
    context: typer.Context,
    at: Annotated[
        str, typer.Argument(metavar="PATH", help=N_("what is to be found, such as items.visits.scoring.target"))
    ],
    between: Annotated[
        str, typer.Option("--between", help=N_("the least and the most, such as 85%,100%; amounts with their unit"))
    ],
    step: Annotated[str, typer.Option("--step", help=N_("in steps of so much: 1%, 50元"))],
    passing: Annotated[
        str | None, typer.Option("--passing", help=N_("the share of parties that must pass the item, such as 80%"))
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", help=N_("what the town can pay in a year, such as ¥200,000 or 20万元"))
    ] = None,
    hold: Annotated[str, typer.Option("--hold", help=N_("in which share of the years the budget must hold"))] = "95%",
    contract: Annotated[
        str | None, typer.Option("--contract", help=N_("id of the contract; not needed where there is one"))
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help=N_("how many years are drawn"))] = DRAWS,
    seed: Annotated[int, typer.Option("--seed", help=N_("the same number gives the same years"))] = 1,
    workspace: WorkspaceOption = sources.WORKSPACE,
    through: ThroughOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from cli.simulate import refuse_numbers
    from engine.simulate.seek import seek as find

    desk: Desk = context.obj
    keep_memory()
    refuse_numbers(draws, seed)
    if (passing is None) == (budget is None):
        _refuse("--passing", say("both or neither of --passing and --budget"), say("one of them"))
    level, grid = _grid(between, step)
    year = sources.load(desk, None, {}, workspace, through, as_of)
    chosen = _contract(year, contract)
    question = _question(desk, chosen.contract, at, passing, budget, hold)
    with desk.steps(2 + grid.size.bit_length()) as done:

        def measured(amount: Fraction) -> Fraction:
            done(level.text(amount))
            return question.measure(_answers(year, chosen, at, level.text(amount), draws, seed))

        found = find(measured, question.wanted, grid)
    _show(desk, chosen.contract, at, question, level, found)


def _grid(between: str, step: str) -> tuple[_Level, Grid]:
    from engine.simulate.seek import Grid

    ends = [part.strip() for part in between.replace("，", ",").split(",")] if not _has_thousands(between) else []
    if len(ends) != 2:
        _refuse("--between", say("{text}", text=between), say("two values with a comma between them, such as 85%,100%"))
    money = any(sign in part for part in (*ends, step) for sign in _MONEY)
    level = _Level(money, not money and all("%" in part or "％" in part for part in (*ends, step)))
    low, high = (_value(part, "--between", money=money) for part in ends)
    by = _value(step, "--step", money=money)
    if by <= 0 or low >= high or (high - low) / by >= LEVELS_MAX:
        found = say("{text} in steps of {step}", text=between, step=step)
        _refuse("--step", found, say("a low end, a higher one, and at most {most} steps", most=LEVELS_MAX))
    return level, Grid(low, high, by)


def _has_thousands(text: str) -> bool:
    """`¥1,000,¥3,000` says no more where an end stops: amounts are written without commas here."""
    return text.replace("，", ",").count(",") > 1


def _value(text: str, option: str, *, money: bool) -> Fraction:
    try:
        return Fraction(parse_money_fen(text)) if money else parse_value(text)
    except NotExact as error:
        _refuse(option, say("{text}", text=text), error.text)


def _contract(year: sources.Year, name: str | None) -> Loaded:
    known = [one.contract.contract for one in year.contracts]
    found = [one for one in year.contracts if name in (None, one.contract.contract)]
    if len(found) != 1:
        said = say("{code}", code=name) if name else say("nothing, and {count} contracts", count=len(known))
        refuse(Diagnostic("DX712", Span("--contract"), said, say("one of {words}", words=", ".join(known))))
    return found[0]


def _question(desk: Desk, contract: Contract, at: str, passing: str | None, budget: str | None, hold: str) -> _Question:
    from engine.simulate.seek import item_of
    from engine.simulate.seek import passing as share_passing

    if budget is not None:
        try:
            budget_fen = parse_money_fen(budget)
        except NotExact as error:
            _refuse("--budget", say("{text}", text=budget), error.text)
        wanted = _share(hold, "--hold")
        told = desk.speech(N_("the budget of {budget} holds in {share} of the years"))
        told = told.format(budget=show_money(budget_fen), share=_percent(wanted))
        return _Question(wanted, told, lambda one: one.within(budget_fen))
    wanted, item = _share(passing or "", "--passing"), item_of(contract, at)
    if item is None:
        _refuse("PATH", say("{text}", text=at), say("a path into an item, such as items.visits.scoring.target"))
    told = desk.speech(N_("{share} pass {item}"))
    name = desk.speech.name(contract.item_by_id[item])
    return _Question(
        wanted, told.format(share=_percent(wanted), item=name), lambda one: share_passing(one, contract.contract, item)
    )


def _share(text: str, option: str) -> Fraction:
    expected = say("a share above 0, at most 100%")
    try:
        share = parse_number(text)
    except NotExact:
        _refuse(option, say("{text}", text=text), expected)
    if not 0 < share <= 1:
        _refuse(option, say("{text}", text=text), expected)
    return share


def _answers(year: sources.Year, chosen: Loaded, at: str, level: str, draws: int, seed: int) -> Answers:
    """Under the contracts with this level in place of what stands there. Raises Refused as for a scenario that says so."""
    from engine.simulate.simulate import Sampling, simulate
    from rules.overlay import overlay
    from rules.scenario import parse_scenarios
    from targets.columns.backend import PolarsBackend

    quoted = (text.replace("'", "''") for text in (chosen.contract.contract, at, level))
    change = "{{contract: '{}', at: '{}', to: '{}'}}".format(*quoted)
    text = f"scenarios: seek\ntitle: seek\ncompare:\n  - {{id: level, name: level, changes: [{change}]}}\n"
    try:
        (laid,) = overlay(parse_scenarios("PATH", text), year.contracts)
    except Refused as refused:
        # Which line of a file that nobody wrote is of no use to anybody.
        raise Refused([_at_option(fault) for fault in refused.diagnostics]) from None
    contracts = [one.contract for one in laid.contracts]
    (answers,) = simulate(year.snapshot, [contracts], Sampling(draws, seed), PolarsBackend(streaming=False))
    return answers


def _at_option(fault: Diagnostic) -> Diagnostic:
    from dataclasses import replace

    also = tuple(one for one in fault.also if one.path != "PATH")
    return replace(fault, span=Span("PATH") if fault.span.path == "PATH" else fault.span, also=also)


def _show(desk: Desk, contract: Contract, at: str, question: _Question, level: _Level, found: Found) -> None:
    if desk.as_json:
        desk.machine(
            {
                "contract": contract.contract, "at": at, "wanted": show(question.wanted),
                "found": None if found.level is None else level.text(found.level),
                "tried": [{"level": level.text(one), "comes_to": show(value)} for one, value in found.tried.items()],
            }
        )  # fmt: skip
        return
    rows = [
        (level.text(one), _percent(value), desk.speech(N_("found")) if one == found.level else "")
        for one, value in found.tried.items()
    ]
    desk.rows(question.told, COLUMNS, rows, right=(0, 1))
    if found.level is None:
        desk.note(desk.speech(N_("It holds nowhere between the two.")))
    else:
        told = desk.speech(N_("{at}: {level}"))
        desk.note(told.format(at=at, level=level.text(found.level)))


def _percent(share: Fraction) -> str:
    from cli.simulated import percent

    return percent(share)


def _refuse(option: str, found: Text, expected: Text) -> NoReturn:
    refuse(Diagnostic("DX711", Span(option), found, expected))
