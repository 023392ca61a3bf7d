"""Lints on sums: what base sections, sections and caps add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from rules.checks.extremes import uncapped_most
from rules.checks.places import SectionPlace, items, sections
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


def total_adds_up(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """For every kind of party or post, base sections add up to the full points of the total."""
    if contract.total.full == 0:
        return  # told of as such
    differing: dict[_Full, list[str]] = defaultdict(list)
    for subject in contract.assesses or [post.id for post in contract.posts]:
        full = _full_for(contract, subject)
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


def _full_for(contract: Contract, subject: str) -> _Full | None:
    """What the subject's sheets, and links, are worth together; None where nothing is scored."""
    linkage = next((one for one in contract.linkage if subject in one.posts), None)
    base = [
        s for s in contract.all_sections() if s.kind is SectionKind.BASE and _for_kind(contract, s.applies_to, subject)
    ]
    if linkage is None and not base:
        return None
    sheet = _sheet_full(contract, contract.sections, subject).times(contract.annual_weight)
    for periodic in contract.periodic:
        periods = 1 if periodic.combine is not Combine.SUM else periodic.each.per_year
        one = _sheet_full(contract, periodic.sections, subject).capped(periodic.cap)
        sheet = sheet.plus(one.times(periodic.weight * periods))
    sheet = sheet.plus(_Full(contract.total.start, contract.total.start))
    return sheet if linkage is None else _with_links(linkage, sheet)


def _with_links(linkage: Linkage, sheet: _Full) -> _Full:
    """Linked contracts are taken to be worth 100 points."""
    linked = sum((link.weight for link in linkage.links), Fraction(0)) * LINKED_FULL
    return sheet.times(linkage.personal).plus(_Full(linked, linked))


def _sheet_full(contract: Contract, parts: Iterable[Section], subject: str) -> _Full:
    whole = _NONE
    for section in parts:
        if section.kind is SectionKind.BASE:
            whole = whole.plus(_section_full(contract, section, subject).times(section.weight))
    return whole


def _section_full(contract: Contract, section: Section, subject: str) -> _Full:
    if not _for_kind(contract, section.applies_to, subject):
        return _NONE
    if section.points is not None or section.takes:
        full = _Full(section.full, section.full)
    else:
        full = _items_full(contract, section.items, subject).capped(section.cap)
    return _Full(Fraction(0), full.most) if _for_some(section.applies_to) else full


def _items_full(contract: Contract, parts: Iterable[Item], subject: str) -> _Full:
    whole = _NONE
    for item in parts:
        if _for_kind(contract, item.applies_to, subject):
            whole = whole.plus(_Full(Fraction(0) if _for_some(item.applies_to) else item.points, item.points))
    return whole


def _for_kind(contract: Contract, scope: Scope, subject: str) -> bool:
    wanted = scope.posts if contract.posts else scope.kinds
    return not wanted or subject in wanted


def _for_some(scope: Scope) -> bool:
    """Whether the scope depends on data that the contract does not have."""
    return bool(scope.groups or scope.codes)


def sections_add_up(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """What a section says it is worth, against its balance or its items."""
    subjects = contract.assesses or tuple(post.id for post in contract.posts)
    for place in sections(contract):
        section = place.section
        above_cap = not isinstance(section.cap, str) and section.full > section.cap  # told of as such
        if section.points is None or section.kind is SectionKind.DEDUCTION or above_cap:
            continue
        given = _given(contract, place, subjects)
        wrong = next((full for full in given if section.points not in full), None)
        if wrong is not None:
            found = say("{points} points", points=show(section.points))
            expected = say("{full}, as its items give", full=str(wrong))
            yield Diagnostic("DX302", tree.span((*place.at, "points")), found, expected)


def _given(contract: Contract, place: SectionPlace, subjects: tuple[str, ...]) -> list[_Full]:
    section = place.section
    if section.start is not None:
        return [_Full(section.start, section.start)]
    concerned = [subject for subject in subjects if _for_kind(contract, section.applies_to, subject)]
    return [_items_full(contract, section.items, subject).capped(section.cap) for subject in concerned]


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
