"""What wrongs and services stand behind: every score that a wrong lowers, every warning and veto that it brings.

A condition can ask for any of these instead of the wrong itself, so each term is told by which way it moves when there
is more harm: more of a wrong, or less of a service around birth or of what is done for those who complain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from rules.condition import (
    AllOf,
    AllTargetsMet,
    AnyOf,
    Children,
    Climbed,
    Condition,
    Earlier,
    GradeIs,
    IncidentCount,
    ItemMet,
    ItemScoreIs,
    Linked,
    Not,
    RankIs,
    ScoreIs,
    SectionScoreIs,
    ValueIs,
    Vetoed,
    WarnedTimes,
    terms_inside,
)
from rules.contract import Contract
from rules.indicator import Indicator
from rules.range import Range
from rules.safeguards.cases import about_petitions, around_birth
from rules.safeguards.wrongs import counts_wrongs, wrongs_in
from rules.scoring import Exempt, Fixed, Measured, PerEvent, parts_of
from rules.sheet import Section, SectionKind
from rules.source import Location
from rules.verdict import Veto, WarningRule


class Concern(StrEnum):
    """What must not grow by being paid for: a wrong, or the lack of a service."""

    WRONG = "wrong"
    BIRTHS = "births"
    PETITIONS = "petitions"


class Cause(NamedTuple):
    """An incident or indicator behind a score or a sanction; `alone` where nothing else moves it."""

    name: str
    concern: Concern
    alone: bool = True


class Use(NamedTuple):
    """A condition's look at a cause; `sign` 1: it comes true with more harm, -1: it comes untrue, 0: either."""

    cause: Cause
    sign: int
    at: Location


Causes = frozenset[Cause]
NONE: Causes = frozenset()


class Standing:
    """The causes behind each score of a contract and behind its sanctions; `others` are the contracts given with it."""

    def __init__(self, contract: Contract, others: Iterable[Contract] = ()) -> None:
        self.contract, self.wrongs = contract, wrongs_in(contract)
        self._others = [one for one in others if one.contract != contract.contract and one.year == contract.year]
        self._standings: dict[int, Standing] = {}
        self.items: dict[str, Causes] = {}
        self.warned, self.vetoed = NONE, NONE
        while self._learns_more():
            pass

    def uses(self, condition: Condition | None, at: Location, *, sign: int = 1, final: bool = True) -> Iterator[Use]:
        """Every look at a cause; `final` where vetoes and warnings have been heard."""
        match condition:
            case None:
                return
            case Linked(is_=term):
                for one in self._linked():
                    yield from one.uses(term, (*at, "is"), sign=sign)
                if not self._linked():
                    yield from self._by_name_alone(term, (*at, "is"), sign)
            case Children(contract=name, is_=term):
                for one in self._under(name):
                    yield from one.uses(term, (*at, "is"), sign=sign)
                if not self._under(name):
                    yield from self._by_name_alone(term, (*at, "is"), sign)
            case Earlier():
                yield from self._earlier(condition, at, sign)
            case AllOf() | AnyOf() | Not():
                for inside, term in terms_inside(condition):
                    turned = -sign if isinstance(condition, Not) else sign
                    yield from self.uses(term, (*at, *inside), sign=turned, final=final)
            case _:
                causes, key, moves = self._of_term(condition, final)
                for cause in sorted(causes) if moves is not None else ():
                    yield Use(cause, sign * (moves or 0), (*at, key))

    def _learns_more(self) -> bool:
        """Items are made of each other, sanctions of items, and items of earlier sanctions: again, until nothing is new."""
        before = (self.items, self.warned, self.vetoed)
        items = self.contract.item_by_id.values()
        self.items = {one.id: self.items.get(one.id, NONE) | self._of_measured(one, None) for one in items}
        self.warned |= self._behind(self.contract.warnings) | self._from_elsewhere(warnings=True)
        self.vetoed |= self._behind(self.contract.vetoes) | self._from_elsewhere(warnings=False)
        return before != (self.items, self.warned, self.vetoed)

    def total(self, *, final: bool) -> Causes:
        """Of the bottom line only wrongs are followed: a score is made of too much else to be about one service."""
        found = _together(self.section(one) for one in self.contract.all_sections() if one.kind is not _WORKING)
        for other in self._linked():
            found |= _mixed(other.total(final=True))
        if final:
            found |= _mixed(self.warned | self.vetoed)
        return frozenset(cause for cause in found if cause.concern is Concern.WRONG)

    def section(self, section: Section) -> Causes:
        return _together(self.items.get(item.id, NONE) for item in section.items)

    # Which causes a term looks at, and which way it moves with more harm

    def _of_term(self, term: Condition, final: bool) -> tuple[Causes, str, int | None]:
        match term:
            case IncidentCount(incident=kinds, count=count):
                found = frozenset(Cause(kind, Concern.WRONG) for kind in kinds if kind in self.wrongs)
                return found, "incident", _growing(count, 0)
            case ItemScoreIs(item=name, score=wanted):
                item = self.contract.item_by_id.get(name)
                return self.items.get(name, NONE), "item", _falling(wanted, item.points if item else None)
            case ItemMet(item_met=name):
                return self.items.get(name, NONE), "item_met", -1
            case SectionScoreIs(section=name, score=wanted):
                sections = [one for one in self.contract.all_sections() if one.id == name]
                most = max((one.full * one.weight for one in sections if one.kind is SectionKind.BASE), default=None)
                return _together(map(self.section, sections)), "section", _falling(wanted, most)
            case Vetoed(vetoed=hit):
                return self.vetoed, "vetoed", 1 if hit else -1
            case WarnedTimes(warned=count):
                return self.warned, "warned", _growing(count, 0)
            case _:
                return self._of_result(term, final)

    def _of_result(self, term: Condition, final: bool) -> tuple[Causes, str, int | None]:
        match term:
            case ScoreIs(score=wanted):
                return self.total(final=final), "score", _falling(wanted, None)
            case RankIs(rank=places):
                return self.total(final=final), "rank", _growing(places, 1)
            case Climbed(climbed=gained):
                falls = _growing(gained, None)
                return self.total(final=final), "climbed", None if falls is None else -falls
            case AllTargetsMet(all_targets_met=met):
                return self.total(final=False), "all_targets_met", -1 if met else 1
            case ValueIs(value=name, is_=wanted):
                return self._of_value(name, wanted)
            case GradeIs(grade=grades):
                return _mixed(self.total(final=True)), "grade", self._worsening(grades)
            case _:
                return NONE, "", None

    def _of_value(self, name: str, wanted: Range) -> tuple[Causes, str, int | None]:
        """A number of wrongs grows with them, what is made of scores falls; services are judged by `cases`."""
        indicator = self.contract.indicator_by_id.get(name)
        found = self._of_indicator(indicator) if indicator is not None else NONE
        scored = indicator is not None and indicator.scores is not None
        moves = _falling(wanted, None) if scored else _growing(wanted, 0)
        return frozenset(cause for cause in found if cause.concern is Concern.WRONG), "value", moves

    def _worsening(self, grades: Iterable[str]) -> int | None:
        """1 for the worst grades, -1 for the best, 0 for some between."""
        inside = [band.id in set(grades) for band in self.contract.grades]
        edges = sum(one != other for one, other in pairwise(inside))
        if edges != 1:
            return 0 if edges else None
        return -1 if inside[0] else 1

    def _earlier(self, condition: Earlier, at: Location, sign: int) -> Iterator[Use]:
        """Of earlier years only the vetoes: who did worse and then better may be praised for that."""
        counted = _growing(condition.count, 0)
        names = condition.contract or (self.contract.contract,)
        for standing in [self] * (self.contract.contract in names) + [
            one for name in names for one in self._under(name)
        ]:
            for use in standing.uses(condition.is_, (*at, "is"), sign=sign):
                if use.at[-1] == "vetoed" and counted is not None:
                    yield use._replace(sign=use.sign * counted)

    def _by_name_alone(self, term: Condition, at: Location, sign: int) -> Iterator[Use]:
        """Under a contract that is not given an incident is known by its name, if it is one declared here too."""
        yield from (use for use in self.uses(term, at, sign=sign) if use.at[-1] == "incident")

    # Causes behind items and sanctions

    def _of_measured(self, measured: Measured, above: Indicator | None) -> Causes:
        indicator = self.contract.indicator_by_id.get(measured.indicator) if measured.indicator else above
        if parts := parts_of(measured):
            asked = (use.cause for part in parts for use in self.uses(part.when, (), final=False))
            return _together(self._of_measured(part, indicator) for part in parts) | _mixed(asked)
        match measured.scoring:
            case PerEvent(incident=str(kind)):
                return frozenset({Cause(kind, Concern.WRONG)}) if kind in self.wrongs else NONE
            case Fixed() | Exempt():
                return NONE
        return self._of_indicator(indicator) if indicator is not None else NONE

    def _of_indicator(self, indicator: Indicator) -> Causes:
        if indicator.scores is not None:
            if indicator.scores.contract is not None:
                return _mixed(c for one in self._under(indicator.scores.contract) for c in one.total(final=True))
            return _together(self.items.get(item, NONE) for item in self.contract.items_behind(indicator.scores))
        if any(map(counts_wrongs, lineage(self.contract, indicator))):
            return frozenset({Cause(indicator.id, Concern.WRONG)})
        made_of = list(lineage(self.contract, indicator))
        births = {Cause(indicator.id, Concern.BIRTHS)} if any(map(around_birth, made_of)) else NONE
        petitions = {Cause(indicator.id, Concern.PETITIONS)} if any(map(about_petitions, made_of)) else NONE
        return frozenset(births | petitions)

    def _behind(self, rules: Iterable[Veto | WarningRule]) -> Causes:
        """Each hit counts by itself, whatever else could have brought it."""
        found = {use.cause for rule in rules for use in self.uses(rule.when, (), final=False) if use.sign >= 0}
        return frozenset(cause._replace(alone=True) for cause in found)

    def _from_elsewhere(self, *, warnings: bool) -> Causes:
        """What reaches cadres for the parties they answer for."""
        found = set[Cause]()
        for other in self._others if self.contract.posts else ():
            rules = other.warnings if warnings else other.vetoes
            reaching = [rule for rule in rules if rule.reach.linked]
            found |= self._standing(other)._behind(reaching) if reaching else NONE
        return frozenset(found)

    def _linked(self) -> list[Standing]:
        names = {link.contract for linkage in self.contract.linkage for link in linkage.links}
        parties = [one for one in self._others if one.assesses and self.contract.posts]
        return [self._standing(one) for one in parties if not names or one.contract in names]

    def _under(self, name: str) -> list[Standing]:
        return [self._standing(one) for one in self._others if one.contract == name]

    def _standing(self, other: Contract) -> Standing:
        if id(other) not in self._standings:
            self._standings[id(other)] = Standing(other, [one for one in self._others if one is not other])
        return self._standings[id(other)]


_WORKING = SectionKind.WORKING


def _together(groups: Iterable[Causes]) -> Causes:
    """What is made of several: where one of them has no cause, the others do not move it alone."""
    listed = list(groups)
    found = frozenset(cause for group in listed for cause in group)
    return found if all(listed) else _mixed(found)


def _mixed(causes: Iterable[Cause]) -> Causes:
    return frozenset(cause._replace(alone=False) for cause in causes)


def lineage(contract: Contract, indicator: Indicator) -> Iterator[Indicator]:
    """The indicator and all it is derived from."""
    waiting, seen = [indicator], set[str]()
    while waiting:
        one = waiting.pop()
        if one.id not in seen:
            seen.add(one.id)
            yield one
            sources = one.derived.sources if one.derived is not None else ()
            waiting += [contract.indicator_by_id[name] for name in sources if name in contract.indicator_by_id]


def _falling(wanted: Range, most: Fraction | None) -> int | None:
    """Which way a range of scores moves when the score falls."""
    grows = _growing(wanted, 0, most)
    return None if grows is None else -grows


def _growing(wanted: Range, least: int | None, most: Fraction | None = None) -> int | None:
    """1 when a growing number comes to lie in the range for good, -1 when it leaves it, 0 for some between, None for all."""
    low = wanted.low is not None and not (
        least is not None and (wanted.low <= least if wanted.at_least is not None else wanted.low < least)
    )
    high = wanted.high is not None and not (
        most is not None and (wanted.high >= most if wanted.at_most is not None else wanted.high > most)
    )
    if low == high:
        return 0 if low else None
    return 1 if low else -1
