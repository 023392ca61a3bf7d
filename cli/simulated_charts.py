"""What drawn years say as pictures: SVG by pygal, with nothing in them that comes from the network or the clock."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pygal
from pygal.style import Style

from cli.simulated import Words, percent
from engine.simulate.answers import P5, P95, Answers, ContractAnswers
from engine.simulate.bins import bins_of
from rules.quantity import show_money

# It leaves a finder for its maps behind that Python 3.11 warns of at every later import; maps are not drawn here.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

N_ = str
WIDTH, ROW_HEIGHT, MARGIN = 900, 22, 90
YUAN_FEN = 100
DRIVERS_SHOWN = 12
_CLEAR, _BAR, _OVER = "rgba(0,0,0,0)", "#4472c4", "#c0504d"
_NOT_DRAWN = re.compile(r"<!--.*?-->|<script\b.*?</script>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A bar from one number to another, with what it is of."""

    label: str
    low: Fraction
    high: Fraction


def charts(words: Words, answers: Answers, budget_fen: int | None) -> list[Chart]:
    """The cost, then each contract's scores and places, then what the differences go with."""
    found = [cost(words, answers, budget_fen)]
    for one in answers.contracts:
        # Of officials there are too many for a picture that can be read.
        if not one.contract.posts:
            found += _of_contract(words, one)
    found.append(drivers(words, answers))
    return [chart for chart in found if chart is not None]


def cost(words: Words, answers: Answers, budget_fen: int | None) -> Chart | None:
    """How many years cost how much; those beyond the budget in another colour."""
    parts = bins_of(answers.costs(), YUAN_FEN)
    if not parts:
        return None
    chart = pygal.Bar(**_options(320), x_label_rotation=40, style=_style((_BAR, _OVER)))
    chart.x_labels = [show_money(part.low).removesuffix(".00") for part in parts]
    share = [float(Fraction(100 * part.years, answers.years)) for part in parts]
    beyond = [budget_fen is not None and part.low > budget_fen for part in parts]
    chart.add(
        "", [{"value": value, "color": _OVER if over else _BAR} for value, over in zip(share, beyond, strict=True)]
    )
    title = words.speech(N_("what a year costs: share of the years by cost, in per cent"))
    if budget_fen is not None:
        beyond_it = words.speech(N_("{title}; beyond the budget of {budget} in red"))
        title = beyond_it.format(title=title, budget=show_money(budget_fen))
    return Chart(title, _svg(chart, "cost"))


def _of_contract(words: Words, one: ContractAnswers) -> list[Chart]:
    order = sorted(range(len(one.codes)), key=lambda number: (-one.expected_score(number), one.codes[number]))
    people = [words.names.person(one.codes[number]) for number in order]
    scores = [Interval(person, *one.score_interval(number)) for person, number in zip(people, order, strict=True)]
    places = [
        Interval(person, *map(Fraction, one.rank_interval(number)))
        for person, number in zip(people, order, strict=True)
    ]
    title, name = words.speech.name(one.contract), one.contract.contract.replace("/", "-")
    told = words.speech(N_("{contract}: scores, nine years of ten"))
    ranks = words.speech(N_("{contract}: places, nine years of ten"))
    return [
        Chart(told.format(contract=title), intervals(scores, f"scores-{name}")),
        Chart(ranks.format(contract=title), intervals(places, f"places-{name}")),
    ]


def costs(words: Words, sides: Sequence[tuple[str, Answers]]) -> Chart:
    """Of each scenario, in yuan."""
    parts = []
    for name, answers in sides:
        spread = answers.cost()
        low, high = (Fraction(spread.quantile(share), YUAN_FEN) for share in (P5, P95))
        parts.append(Interval(name, low, high))
    return Chart(words.speech(N_("cost of each scenario in yuan, nine years of ten")), intervals(parts, "costs"))


def intervals(parts: Sequence[Interval], name: str) -> str:
    """One under the other, the first at the top."""
    chart = pygal.HorizontalStackedBar(**_options(MARGIN + ROW_HEIGHT * len(parts)), style=_style((_CLEAR, _BAR)))
    rows = list(reversed(parts))
    chart.x_labels = [one.label for one in rows]
    chart.add("", [float(one.low) for one in rows])
    # Where both ends are one, a hair of a bar says where.
    chart.add("", [max(float(one.high - one.low), 0.05) for one in rows])
    return _svg(chart, name)


def drivers(words: Words, answers: Answers) -> Chart | None:
    every = [
        (share, one.contract, key) for one in answers.contracts for key, share in one.tally.goes_with.items() if share
    ]
    if not every:
        return None
    every.sort(key=lambda each: (-each[0], each[1].contract, each[2].item, str(each[2].window)))
    shown = list(reversed(every[:DRIVERS_SHOWN]))
    chart = pygal.HorizontalBar(**_options(MARGIN + 2 * ROW_HEIGHT * len(shown)), style=_style((_BAR,)))
    chart.x_labels = [
        f"{words.speech.name(contract.item_by_id[key.item])} {percent(share)}" for share, contract, key in shown
    ]
    chart.add("", [float(share * 100) for share, _, _ in shown])
    return Chart(words.speech(N_("what the differences between years go with")), _svg(chart, "drivers"))


def _options(height: int) -> dict[str, Any]:
    # No script, and no size that a browser would choose.
    return {
        "js": (), "show_legend": False, "explicit_size": True, "disable_xml_declaration": True,
        "width": WIDTH, "height": height, "margin": 12, "print_values": False,
    }  # fmt: skip


def _style(colors: tuple[str, ...]) -> Style:
    return Style(
        background="transparent", plot_background="transparent", colors=colors, font_family="sans-serif", opacity="1",
        label_font_size=12, major_label_font_size=12, foreground="#333", foreground_strong="#111", foreground_subtle="#ccc",
    )  # fmt: skip


def _svg(chart: Any, name: str) -> str:
    """Without what pygal writes beside the picture: the day on which it was drawn, and its settings for a script that is not
    there. `name` keeps the styles of one picture from those of the others on a page."""
    chart.uuid = name
    return _NOT_DRAWN.sub("", str(chart.render(is_unicode=True)))
