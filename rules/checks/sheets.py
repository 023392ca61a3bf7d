"""Sections and the total one by one, and the contract's own dates and version."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.places import sections
from rules.checks.totals import Whose, subjects_of
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.period import DECEMBER
from rules.quantity import show
from rules.sheet import SectionKind
from rules.source import Tree


def nothing_to_score(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A contract without any rule."""
    rules = (
        contract.sections, contract.periodic, contract.linkage, contract.warnings, contract.vetoes,
        contract.deposits, contract.awards,
    )  # fmt: skip
    if not any(rules):
        found = say("no section, sheet, linkage, veto, deposit or award")
        yield Diagnostic("DX250", tree.key_span(("contract",)), found, say("at least one rule"))


def balances(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A bonus adds up, a deduction starts at 0: only a base section has a balance to take from."""
    for place in sections(contract):
        if place.section.start is not None and place.section.kind is not SectionKind.BASE:
            found = say("a starting balance in a {kind} section", kind=place.section.kind)
            yield Diagnostic("DX251", tree.key_span((*place.at, "start")), found, say("no start here"))


def section_above_cap(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A section that says it is worth more than it can give."""
    for place in sections(contract):
        points, cap = place.section.points, place.section.cap
        if points is not None and not isinstance(cap, str) and points > cap:
            found = say("{points} points", points=show(points))
            expected = say("at most the cap of {cap}", cap=show(cap))
            yield Diagnostic("DX252", tree.span((*place.at, "points")), found, expected)


def too_many_demanded(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """More scored items than the section has."""
    for place in sections(contract):
        wanted, there = place.section.min_scored, len(place.section.items)
        if wanted > there:
            expected = say("at most {most}, the items there are", most=there)
            yield Diagnostic(
                "DX253", tree.span((*place.at, "min_scored")), say("{count} items", count=wanted), expected
            )


def too_many_sections_demanded(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """More base sections than the annual sheet of some kind of party or post has; whose sheet has none is not asked."""
    wanted = contract.total.min_sections
    base = [one for one in contract.sections if one.kind is SectionKind.BASE]
    for subject in subjects_of(contract):
        whose = Whose(subject, bool(contract.posts))
        there = sum(whose.perhaps(one.applies_to) for one in base)
        if wanted > there and (there or not base):
            found = say("{count} sections", count=wanted)
            expected = say("at most {most}, the base sections there are for {subject}", most=there, subject=subject)
            yield Diagnostic("DX253", tree.span(("total", "min_sections")), found, expected)


def total_worth_nothing(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Score rates divide by the full points."""
    if contract.total.full == 0:
        yield Diagnostic("DX254", tree.span(("total", "full")), say("a total of 0 points"), say("more than 0 points"))


def dates(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """In force within its year, from the first day to the last."""
    for key, day in (("effective_from", contract.effective_from), ("effective_until", contract.effective_until)):
        if day is not None and not contract.whole_year.holds(day):
            expected = say("a day of {year}", year=contract.whole_year.in_full)
            yield Diagnostic("DX270", tree.span((key,)), say("{day}", day=day.isoformat()), expected)
    if contract.first_day > contract.last_day:
        found = say("{day}, before it begins", day=contract.last_day.isoformat())
        expected = say("{day} or later", day=contract.first_day.isoformat())
        yield Diagnostic("DX270", tree.span(("effective_until",)), found, expected)


def reports_across_the_year(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Values are reported for the calendar's quarters and half-years; the year must be made of whole ones."""
    if contract.year_ends == DECEMBER:
        return
    for index, indicator in enumerate(contract.indicators):
        whole = contract.whole_year.parts(indicator.every)
        if any(period.as_reported.ends != DECEMBER for period in whole):
            found = say("{indicator}, reported every {cadence}", indicator=indicator.id, cadence=indicator.every)
            months = "、".join(map(str, whole))
            expected = say("an indicator reported every month or year: a {cadence} of this year would be {months}",
                           cadence=indicator.every, months=months)  # fmt: skip
            hint = say("report it by month; a sheet or an item adds the months up by the year's own quarters")
            yield Diagnostic("DX276", tree.span(("indicators", index, "every")), found, expected, hint)


def version_and_hash(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """The first version supersedes nothing, every other one says what."""
    if contract.version > 1 and contract.supersedes is None:
        found, expected = (
            say("version {version}", version=contract.version),
            say("supersedes: the hash of the one before"),
        )
        yield Diagnostic("DX271", tree.span(("version",)), found, expected)
    if contract.version == 1 and contract.supersedes is not None:
        expected = say("nothing superseded by version 1")
        yield Diagnostic("DX271", tree.key_span(("supersedes",)), say("supersedes in version 1"), expected)
