"""Items scored, each once for a subject and a window: other items may be made of them, a subject's own and its peers'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.facts import Subject
from engine.score.book import Book, Case
from engine.score.derivation import Location, Step, StepKind, added, rounded
from engine.score.methods import earn
from rules.contract import Contract
from rules.diagnostic import say
from rules.period import Period
from rules.sheet import Item, Section, Spread

if TYPE_CHECKING:
    from engine.score.interpret import SectionScore


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item over one window. `score` None: exempt."""

    item: Item
    window: Period
    score: Fraction | None
    met: bool
    step: Step


class SheetScores:
    """The items of one contract, and its sections as they get known: each with the number of faults it rests on."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._places = dict(_places(book.contract))
        self._known: dict[tuple[str, str, Period], tuple[ItemScore, int]] = {}
        self.sections: dict[tuple[str, str, Period], tuple[SectionScore, int]] = {}

    def item(self, subject: Subject, section: Section, item: Item, window: Period, at: Location) -> ItemScore:
        """The score; the faults that it rests on are counted again for whoever asks again."""
        own = self._own(subject, section, item, window, at)
        if own.score is not None or item.spread is not Spread.PEERS:
            return own
        case = Case(subject, item, item.points, window, at, (section.applies_to, item.applies_to))
        peers = (self._own(peer, section, item, window, at).score for peer in case.peers(self.book.facts))
        among = [score for score in peers if score is not None]
        return own if not among else _as_the_peers(self.book.contract, own, among)

    def _own(self, subject: Subject, section: Section, item: Item, window: Period, at: Location) -> ItemScore:
        """What the subject earned itself."""
        key, noted = (subject.code, item.id, window), self.book.times_noted
        if key not in self._known:
            score = _item(self.book, subject, section, item, window, at)
            self._known[key] = score, self.book.times_noted - noted
            return score
        score, faults = self._known[key]
        self.book.times_noted += faults
        return score

    def scored(self, subject: Subject, item_id: str, window: Period) -> tuple[Fraction | None, bool] | None:
        """The score of an item, None where it is exempt, and whether its target is met; nothing where it is not on the
        subject's sheet."""
        section, item, at = self._places[item_id]
        if not subject.in_scope(section.applies_to) or not subject.in_scope(item.applies_to):
            return None
        known = self.item(subject, section, item, window, at)
        return known.score, known.met


def _places(contract: Contract) -> Iterator[tuple[str, tuple[Section, Item, Location]]]:
    sheets: list[tuple[Location, Sequence[Section]]] = [((), contract.sections)]
    sheets += [(("periodic", index), sheet.sections) for index, sheet in enumerate(contract.periodic)]
    for above, sections in sheets:
        for index, section in enumerate(sections):
            for number, item in enumerate(section.items):
                yield item.id, (section, item, (*above, "sections", index, "items", number))


def _item(book: Book, subject: Subject, section: Section, item: Item, window: Period, at: Location) -> ItemScore:
    earned = earn(book, Case(subject, item, item.points, window, at, (section.applies_to, item.applies_to)))
    step = replace(earned.step, title=say("{name}", name=item.label), clause=item.id)
    if earned.points is None:
        return ItemScore(item, window, None, earned.met, step)
    step = _rounded(book.contract, item, step)
    return ItemScore(item, window, step.value, earned.met, step)


def _rounded(contract: Contract, item: Item, step: Step) -> Step:
    decimals = contract.decimals if item.decimals is None else item.decimals
    return replace(rounded(step, decimals, item.rounding or contract.rounding, item.round_to), clause=item.id)


def _as_the_peers(contract: Contract, own: ItemScore, among: Sequence[Fraction]) -> ItemScore:
    """An exempt item scored by the mean of what the peers earned themselves."""
    value = sum(among, Fraction(0)) / len(among)
    worked = say("({terms}) ÷ {count}", terms=added(among), count=len(among))
    rule = say("exempt: the mean of the peers' scores")
    step = Step(StepKind.EXEMPTED, own.step.title, rule, worked, value, own.step.at, (own.step,))
    step = _rounded(contract, own.item, step)
    return replace(own, score=step.value, step=step)
