"""Which column of a judged frame holds what, in which unit: how verdicts are read out of the compiled plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.columnar.links import Reaching
from engine.columnar.money.layout import MoneyLayout
from engine.columnar.plan import Truth
from engine.columnar.sheet import ItemColumns, SectionColumns, SheetColumns
from engine.columnar.verdicts import Fired, Inherited, VerdictColumns
from rules.contract import Contract
from rules.period import Period
from targets.columns.year import Frame


@dataclass(frozen=True, slots=True)
class ScoreLayout:
    """A score in units of 1 / `scale` where `scored` holds; `there`: whether it is on the sheet at all.

    A truth is the name of its column, or what it is in every row.
    """

    id: str
    window: Period
    score: str
    scale: int
    scored: str | bool
    there: str | bool
    met: str | bool = True


@dataclass(frozen=True, slots=True)
class HitLayout:
    """A veto or warning: how often it hit the subject itself, from where, and since when (0: not about an incident)."""

    contract: str
    rule: str
    veto: bool
    times: str
    happened_on: str = ""
    found_on: str = ""
    through_party: bool = False
    prior: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """`score` in units of 1 / `scale`, `final` of 1 / `final_scale`; `grade` by its number in the contract, -1 for none."""

    score: str
    scale: int
    final: str
    final_scale: int
    entered: str | bool
    rank: str
    league_size: str
    grade: str
    items: tuple[ScoreLayout, ...]
    sections: tuple[ScoreLayout, ...]
    periods: tuple[ScoreLayout, ...]
    hits: tuple[HitLayout, ...]

    def columns(self) -> Iterator[str]:
        yield from (self.score, self.final, self.rank, self.league_size, self.grade)
        if isinstance(self.entered, str):
            yield self.entered
        for one in (*self.items, *self.sections, *self.periods):
            yield one.score
            yield from (truth for truth in (one.scored, one.there, one.met) if isinstance(truth, str))
        for hit in self.hits:
            yield from filter(None, (hit.times, hit.happened_on, hit.found_on))


@dataclass(frozen=True, slots=True)
class JudgedColumns:
    """One contract's verdicts: `frame` has a row a subject; `layout` says which column holds what, in which unit.

    `reaching` are the vetoes and warnings that reach cadres, a row each; `money` says which column holds what its deposits and
    awards come to, and `dues` has a row for each amount other than 0: subject, clause, due, payee, amount_fen (None: nothing
    can be due).
    """

    contract: Contract
    frame: Frame
    layout: Layout
    reaching: tuple[Reaching, ...]
    money: MoneyLayout
    dues: Frame | None = None


def lay_out(verdicts: VerdictColumns, decimals: int) -> Layout:
    """Give every column that is read out a name, constants too."""
    outcome = verdicts.outcome
    sections = outcome.all_sections()
    return Layout(
        score=verdicts.score.column_name("score"),
        scale=10**decimals,
        final=verdicts.final.column_name("final"),
        final_scale=verdicts.final_scale,
        entered=_told(verdicts.entered, "entered"),
        rank=verdicts.rank.column_name("rank"),
        league_size=verdicts.league_size.column_name("league size"),
        grade=verdicts.grade.column_name("grade"),
        items=tuple(_item(item) for section in sections for item in section.items),
        sections=tuple(_section(section) for section in sections),
        periods=tuple(one for sheet in outcome.sheets for one in _periods(sheet, decimals)),
        hits=(*map(_own, verdicts.fired), *map(_inherited, verdicts.inherited)),
    )


def _item(item: ItemColumns) -> ScoreLayout:
    return ScoreLayout(
        item.item.id, item.window, item.score.column_name("item"), 10**item.decimals, _told(item.scored, "scored"),
        _told(item.there, "there"), _told(item.met, "met"),
    )  # fmt: skip


def _section(section: SectionColumns) -> ScoreLayout:
    return ScoreLayout(
        section.section.id, section.window, section.score.column_name("section"), 10**section.decimals,
        _told(section.scored, "scored"), _told(section.there, "there"),
    )  # fmt: skip


def _periods(sheet: SheetColumns, decimals: int) -> Iterator[ScoreLayout]:
    for one in sheet.periods:
        scored = _told(one.scored, "scored")
        yield ScoreLayout(
            sheet.sheet.id,
            one.period,
            one.score.column_name("period"),
            10**decimals,
            scored,
            scored,
        )


def _told(truth: Truth, what: str) -> str | bool:
    return truth.column_name(what) if truth.value is None else truth.value


def _own(fired: Fired) -> HitLayout:
    plan = fired.truth.plan
    reaches = fired.clause.reach.party
    times = fired.truth.choose(plan.constant(1), plan.constant(0)) if reaches else plan.constant(0)
    return HitLayout(
        "", fired.clause.id, fired.veto, times.column_name("hit"), fired.happened_on.column_name("happened"),
        fired.found_on.column_name("found"),
    )  # fmt: skip


def _inherited(one: Inherited) -> HitLayout:
    times = one.times.column_name("hit")
    return HitLayout(one.contract, one.rule, one.veto, times, through_party=not one.prior, prior=one.prior)
