"""Full points that hang on the group or the code: whoever has other rows on the sheet is scored out of another number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from rules.checks.places import scopes
from rules.checks.totals import Whose, full_for, names_some, subjects_of
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Text, listed, say
from rules.quantity import show
from rules.sheet import Scope
from rules.source import Location, Tree

OTHERS = ""

Scopes = Sequence[tuple[Location, Scope]]


def full_points_differ(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Some are scored out of the full points of the total, and some out of more or less."""
    naming = [(at, scope) for at, scope in scopes(contract) if names_some(scope)]
    told: set[Text] = set()
    for subject in subjects_of(contract) if naming else ():
        whole = full_for(contract, Whose(subject, bool(contract.posts)))
        if whole is None or contract.total.full not in whole or not contract.total.full:
            continue  # told of as such
        given = _by_points(contract, subject, naming)
        found = _in_words(given)
        if set(given) == {contract.total.full} or found in told:
            continue
        told.add(found)
        expected = say("{full} points for everybody", full=show(contract.total.full))
        yield Diagnostic("DX318", tree.key_span(_place(naming)), found, expected)


def _by_points(contract: Contract, subject: str, naming: Scopes) -> dict[Fraction, list[str]]:
    """Full points, and the names of those who are scored out of so many."""
    groups = _told_apart([scope.groups for _, scope in naming])
    codes = _told_apart([scope.codes for _, scope in naming])
    given: dict[Fraction, list[str]] = defaultdict(list)
    for known in product(groups, codes):
        full = full_for(contract, Whose(subject, bool(contract.posts), known))
        if full is not None:
            given[full.most].append(" ".join(name for name in known if name != OTHERS))
    return given


def _told_apart(lists: list[tuple[str, ...]]) -> list[str]:
    """One name for all that stand in the same lists. Where two or more differ, they are taken to be everybody."""
    names = dict.fromkeys(name for one in lists for name in one)
    alike = {tuple(name in one for one in lists): name for name in reversed(names)}
    apart = [name for name in names if name in alike.values()]
    return apart if len(apart) > 1 else [*apart, OTHERS]


def _in_words(given: dict[Fraction, list[str]]) -> Text:
    parts = [_of_some(points, [name for name in names if name]) for points, names in given.items()]
    return say("{parts}", parts=listed(parts))


def _of_some(points: Fraction, names: list[str]) -> Text:
    if not names:
        return say("{points} points for the others", points=show(points))
    return say("{points} points for {subjects}", points=show(points), subjects=", ".join(names))


def _place(naming: Scopes) -> Location:
    at, scope = naming[0]
    return (*at, "groups" if scope.groups else "codes")
