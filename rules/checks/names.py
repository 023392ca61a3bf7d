"""Ids: each once within its list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from rules.checks.places import items, sanctions, scopes, sections, terms
from rules.condition import Earlier, GradeIs, IncidentCount, Linked
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.record import Clause
from rules.source import Location, Tree

Ids = Iterator[tuple[Location, str]]


def ids_given_twice(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """The second of two equal ids in a list; the first stands beside it."""
    for ids in chain(_clauses(contract), _plain_lists(contract)):
        first: dict[str, Location] = {}
        for location, name in ids:
            if name not in first:
                first[name] = location
                continue
            before = tree.span(first[name])
            found, hint = say("{id} a second time", id=name), say("the other stands in line {line}", line=before.line)
            yield Diagnostic("DX202", tree.span(location), found, say("each id once"), hint, also=(before,))


def _clauses(contract: Contract) -> Iterator[Ids]:
    """Sections and items are told apart over all sheets, warnings and vetoes over both their lists."""
    yield (((*place.at, "id"), place.section.id) for place in sections(contract))
    yield (((*place.at, "id"), place.item.id) for place in items(contract))
    yield (((*sanction.at, "id"), sanction.id) for sanction in sanctions(contract))
    yield _ids(("indicators",), contract.indicators)
    for index, indicator in enumerate(contract.indicators):
        entries = enumerate(indicator.entries)
        yield ((("indicators", index, "entries", number, "id"), entry.id) for number, entry in entries)
    yield _ids(("periodic",), contract.periodic)
    yield _ids(("incidents",), contract.incidents)
    yield _ids(("grades",), contract.grades)
    yield _ids(("posts",), contract.posts)
    yield _ids(("deposits",), contract.deposits)
    for index, deposit in enumerate(contract.deposits):
        yield _ids(("deposits", index, "outcomes"), deposit.outcomes)
    yield _ids(("awards",), contract.awards)


def _ids(at: Location, clauses: Sequence[Clause]) -> Ids:
    return (((*at, index, "id"), clause.id) for index, clause in enumerate(clauses))


def _plain_lists(contract: Contract) -> Iterator[Ids]:
    for key, names in (
        ("assesses", contract.assesses),
        ("states", contract.state_ids),
        ("roles", contract.role_ids),
        ("accounts", contract.account_ids),
    ):
        yield _listed((key,), names)
    for index, kind in enumerate(contract.incidents):
        yield _listed(("incidents", index, "severities"), kind.severities)
    for at, scope in scopes(contract):
        for key, names in (
            ("kinds", scope.kinds),
            ("groups", scope.groups),
            ("posts", scope.posts),
            ("codes", scope.codes),
        ):
            yield _listed((*at, key), names)
    yield from _in_rules(contract)
    for index, linkage in enumerate(contract.linkage):
        yield _listed(("linkage", index, "posts"), linkage.posts)
        for number, link in enumerate(linkage.links):
            yield _listed(("linkage", index, "links", number, "roles"), link.roles)
    for index, deposit in enumerate(contract.deposits):
        yield _listed(("deposits", index, "posts"), deposit.posts)
    for index, award in enumerate(contract.awards):
        yield _listed(("awards", index, "posts"), award.posts)
        payees = enumerate(award.payees)
        yield ((("awards", index, "payees", number, "post"), payee.post) for number, payee in payees)


def _in_rules(contract: Contract) -> Iterator[Ids]:
    for sanction in sanctions(contract):
        if sanction.reach.linked != "all":
            yield _listed((*sanction.at, "reach", "linked"), sanction.reach.linked)
    for stand in terms(contract):
        match stand.condition:
            case GradeIs(grade=names):
                yield _listed((*stand.at, "grade"), names)
            case IncidentCount(incident=names, severity=severities):
                yield _listed((*stand.at, "incident"), names)
                yield _listed((*stand.at, "severity"), severities)
            case Linked(roles=names):
                yield _listed((*stand.at, "roles"), names)
            case Earlier(contract=names):
                yield _listed((*stand.at, "contract"), names)
            case _:
                pass


def _listed(at: Location, names: Sequence[str]) -> Ids:
    return (((*at, index), name) for index, name in enumerate(names))
