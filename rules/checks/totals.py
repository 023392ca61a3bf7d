"""Lints on sums: what base sections, sections and caps add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from rules.checks.extremes import bonuses_most, least, uncapped_most
from rules.checks.places import items, sections
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.linkage import Linkage
from rules.quantity import show
from rules.scoring import PerEvent
from rules.scoring_terms import Limit
from rules.sheet import Combine, Item, Scope, Section, SectionKind
from rules.source import Tree
from rules.wording import listed

LINKED_FULL = 100


class _Full(NamedTuple):
    """Full points; from `least` to `most` where parts are for some groups or codes only, which the data tell."""

    least: Fraction
    most: Fraction

    def __contains__(self, points: object) -> bool:
        return isinstance(points, Fraction) and self.least <= points <= self.most

    def plus(self, other: _Full) -> _Full:
        return _Full(self.least + other.least, self.most + other.most)

    def times(self, factor: Fraction | int) -> _Full:
        return _Full(self.least * factor, self.most * factor)

    def capped(self, cap: Limit) -> _Full:
        return self if isinstance(cap, str) else _Full(min(self.least, cap), min(self.most, cap))

    def __str__(self) -> str:
        return show(self.least) if self.least == self.most else f"{show(self.least)}–{show(self.most)}"


_NONE = _Full(Fraction(0), Fraction(0))


class Whose(NamedTuple):
    """Whose points are added up: a kind of party or a post; of one group and code where `known` says them ("": others)."""

    subject: str
    of_posts: bool
    known: tuple[str, str] | None = None

    def perhaps(self, scope: Scope) -> bool:
        """Whether it may apply to them."""
        wanted = scope.posts if self.of_posts else scope.kinds
        if wanted and self.subject not in wanted:
            return False
        if self.known is None:
            return True
        group, code = self.known
        return (not scope.groups or group in scope.groups) and (not scope.codes or code in scope.codes)

    def surely(self, scope: Scope) -> bool:
        """Whether it does; groups and codes stand in data that the contract does not have."""
        return self.perhaps(scope) and (self.known is not None or not names_some(scope))


def names_some(scope: Scope) -> bool:
    return bool(scope.groups or scope.codes)


def subjects_of(contract: Contract) -> tuple[str, ...]:
    return contract.assesses or tuple(post.id for post in contract.posts)


def total_adds_up(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """For every kind of party or post, base sections add up to the full points of the total."""
    if contract.total.full == 0:
        return  # told of as such
    differing: dict[_Full, list[str]] = defaultdict(list)
    for subject in subjects_of(contract):
        full = full_for(contract, Whose(subject, bool(contract.posts)))
        if full is not None and contract.total.full not in full:
            differing[full].append(subject)
    for full, subjects in differing.items():
        found = say("{points} points for {subjects}", points=str(full), subjects=listed(subjects))
        expected = say("{full} points in all", full=show(contract.total.full))
        yield Diagnostic("DX301", _place_of_total(tree), found, expected)


def _place_of_total(tree: Tree) -> Span:
    if ("total", "full") in tree.values:
        return tree.span(("total", "full"))
    return next((tree.keys[key,] for key in ("sections", "periodic", "linkage") if (key,) in tree.keys), tree.span(()))


def full_for(contract: Contract, whose: Whose) -> _Full | None:
    """What their sheets, and links, are worth together; None where nothing is scored."""
    linkage = next((one for one in contract.linkage if whose.subject in one.posts), None)
    base = [s for s in contract.all_sections() if s.kind is SectionKind.BASE and whose.perhaps(s.applies_to)]
    if linkage is None and not base:
        return None
    sheet = _sheet_full(contract.sections, whose).times(contract.annual_weight)
    for periodic in contract.periodic:
        periods = 1 if periodic.combine is not Combine.SUM else periodic.each.per_year
        one = _sheet_full(periodic.sections, whose).capped(periodic.cap)
        sheet = sheet.plus(one.times(periodic.weight * periods))
    sheet = sheet.plus(_Full(contract.total.start, contract.total.start))
    return sheet if linkage is None else _with_links(linkage, sheet)


def _with_links(linkage: Linkage, sheet: _Full) -> _Full:
    """Linked contracts are taken to be worth 100 points."""
    linked = sum((link.weight for link in linkage.links), Fraction(0)) * LINKED_FULL
    return sheet.times(linkage.personal).plus(_Full(linked, linked))


def _sheet_full(parts: Iterable[Section], whose: Whose) -> _Full:
    whole = _NONE
    for section in parts:
        if section.kind is SectionKind.BASE:
            whole = whole.plus(_section_full(section, whose).times(section.weight))
    return whole


def _section_full(section: Section, whose: Whose) -> _Full:
    """As the section says; for those who are known, as their items give."""
    if not whose.perhaps(section.applies_to):
        return _NONE
    if section.takes or (section.points is not None and whose.known is None):
        full = _Full(section.full, section.full)
    else:
        full = _items_full(section.items, whose).capped(section.cap)
    return full if whose.surely(section.applies_to) else _Full(Fraction(0), full.most)


def _items_full(parts: Iterable[Item], whose: Whose) -> _Full:
    whole = _NONE
    for item in parts:
        if whose.perhaps(item.applies_to):
            whole = whole.plus(_Full(item.points if whose.surely(item.applies_to) else Fraction(0), item.points))
    return whole


def sections_add_up(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """What a section says it is worth, against its balance or its items."""
    for place in sections(contract):
        section = place.section
        above_cap = not isinstance(section.cap, str) and section.full > section.cap  # told of as such
        if section.points is None or (above_cap and section.kind is not SectionKind.DEDUCTION):
            continue
        wrong = next((full for full in _given(contract, section) if full is None or section.points not in full), _NONE)
        if wrong is None:
            expected = say("a floor of {floor}: its items take without limit", floor=show(-section.points))
        elif section.kind is SectionKind.DEDUCTION:
            expected = say("{full}, the most that its items take", full=str(wrong))
        else:
            expected = say("{full}, as its items give", full=str(wrong))
        if wrong is not _NONE:
            found = say("{points} points", points=show(section.points))
            yield Diagnostic("DX302", tree.span((*place.at, "points")), found, expected)


def _given(contract: Contract, section: Section) -> Iterator[_Full | None]:
    """What it comes to for each kind; of a deduction the most that it takes, None without limit."""
    if section.start is not None:
        yield _Full(section.start, section.start)
        return
    for subject in subjects_of(contract):
        whose = Whose(subject, bool(contract.posts))
        if not whose.perhaps(section.applies_to):
            continue
        yield (
            _items_take(section, whose)
            if section.kind is SectionKind.DEDUCTION
            else _items_full(section.items, whose).capped(section.cap)
        )


def _items_take(section: Section, whose: Whose) -> _Full | None:
    floor: Limit = section.floor if isinstance(section.floor, str) else -section.floor
    whole = _NONE
    for item in section.items:
        lowest = least(item, item.points)
        if not whose.perhaps(item.applies_to):
            continue
        if lowest is None:
            return None if isinstance(floor, str) else _Full(floor, floor)
        lost = item.points - lowest
        whole = whole.plus(_Full(lost if whose.surely(item.applies_to) else Fraction(0), lost))
    return whole.capped(floor)


def counts_for_nothing(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Items of 0 points that cannot give or take any, and weights of 0."""
    expected = say("more than 0")
    for item in items(contract):
        if item.item.points == 0 and (_adds_up(item.section) or _stays_at_zero(item.item)):
            yield Diagnostic("DX305", tree.span((*item.at, "points")), say("an item of 0 points"), expected)
    weights = [((*place.at, "weight"), place.section.weight) for place in sections(contract)]
    weights += [(("periodic", index, "weight"), sheet.weight) for index, sheet in enumerate(contract.periodic)]
    weights += [
        (("linkage", index, "links", number, "weight"), link.weight)
        for index, linkage in enumerate(contract.linkage)
        for number, link in enumerate(linkage.links)
    ]
    for at, weight in weights:
        if weight == 0:
            yield Diagnostic("DX305", tree.span(at), say("a weight of 0"), expected)


def _adds_up(section: Section) -> bool:
    return section.kind is SectionKind.BASE and not section.takes


def _stays_at_zero(item: Item) -> bool:
    """Events that add start at 0 and end at the points; those that deduct start at the points and end at `lowest`."""
    rule = item.scoring
    if not isinstance(rule, PerEvent):
        return False
    return rule.at_most is None if rule.add is not None else rule.lowest == 0


def caps_never_reached(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A cap above what the items can give at best."""
    for place in sections(contract):
        best, cap = uncapped_most(place.section), place.section.cap
        if best is not None and not isinstance(cap, str) and cap > best:
            found = say("a cap of {cap}", cap=show(cap))
            expected = say("less than {best}, the most that its items give", best=show(best))
            yield Diagnostic("DX314", tree.span((*place.at, "cap")), found, expected)
    best, cap = bonuses_most(contract), contract.total.bonus_cap
    if best is not None and not isinstance(cap, str) and cap > best:
        expected = say("less than {best}, the most that the bonus sections give", best=show(best))
        if best == 0:
            expected = say("bonus sections for it to hold")
        yield Diagnostic("DX314", tree.span(("total", "bonus_cap")), say("a cap of {cap}", cap=show(cap)), expected)
