"""Lists of which the first match counts: grades and deposit outcomes. And grades that nobody can get."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from rules.checks.extremes import highest_total
from rules.checks.intervals import EVERYTHING, without
from rules.checks.places import sanctions
from rules.checks.reach import needed, scores_there_are
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.quantity import show, show_percent
from rules.source import Location, Tree


class _Rule(NamedTuple):
    """One line of a first-match list; `narrowed_by` are the keys that keep somebody out of it."""

    at: Location
    narrowed_by: tuple[str, ...]


def _lists(contract: Contract) -> Iterator[list[_Rule]]:
    yield [_narrowed(("grades", i), g, ("when", "at_most", "at_most_count")) for i, g in enumerate(contract.grades)]
    for number, deposit in enumerate(contract.deposits):
        at = ("deposits", number, "outcomes")
        yield [_narrowed((*at, index), outcome, ("when",)) for index, outcome in enumerate(deposit.outcomes)]


def _narrowed(at: Location, clause: object, keys: tuple[str, ...]) -> _Rule:
    return _Rule(at, tuple(key for key in keys if getattr(clause, key) is not None))


def last_leaves_somebody_out(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """The last grade, and the last outcome, take everyone who is left."""
    for rules in _lists(contract):
        if rules and rules[-1].narrowed_by:
            key = rules[-1].narrowed_by[0]
            found = say("{key} in the last line of the list", key=key)
            expected = say("a last line without condition or quota, for everyone left")
            yield Diagnostic("DX233", tree.key_span((*rules[-1].at, key)), found, expected)


def after_one_for_everybody(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """What comes after a line without condition and quota is never reached."""
    for rules in _lists(contract):
        for one, following in pairwise(rules):
            if not one.narrowed_by:
                found = say("a line after one that takes everybody")
                expected = say("a condition or a quota in the line before")
                yield Diagnostic("DX234", tree.span((*following.at, "id")), found, expected, also=(tree.span(one.at),))


def quotas(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """One quota for a grade, and one that lets in some and keeps out some."""
    for index, grade in enumerate(contract.grades):
        at = ("grades", index)
        if grade.at_most is not None and grade.at_most_count is not None:
            found, expected = say("at_most_count beside at_most"), say("either at_most or at_most_count")
            yield Diagnostic("DX235", tree.key_span((*at, "at_most_count")), found, expected)
        if grade.at_most is not None and not 0 < grade.at_most < 1:
            found = say("a quota of {share}", share=show_percent(grade.at_most))
            yield Diagnostic("DX312", tree.span((*at, "at_most")), found, say("more than 0% and less than 100%"))
        if grade.at_most_count == 0:
            expected = say("at least {least}", least=1)
            yield Diagnostic("DX312", tree.span((*at, "at_most_count")), say("a quota of {share}", share=0), expected)


def out_of_reach(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Grades whose scores lie above the highest total, or are all taken by the grades before."""
    scores = scores_there_are(contract)
    left = [scores.of(EVERYTHING)]
    held_down = {s.effects.cap_grade for s in sanctions(contract) if s.effects is not None}
    for index, grade in enumerate(contract.grades):
        asked, exactly = needed(grade.when)
        wanted = scores.of(asked)
        if all(rest.within(wanted).empty for rest in left) and grade.id not in held_down:
            # A place for the fault: the condition, else the grade itself.
            span = tree.span(("grades", index, "when" if grade.when is not None else "id"))
            found = say("a grade that no score reaches")
            top = highest_total(contract)
            expected = (
                say("scores that the grades before leave")
                if top is None
                else say("scores that the grades before leave, up to {top}", top=show(top))
            )
            yield Diagnostic("DX303", span, found, expected)
        if exactly and grade.at_most is None and grade.at_most_count is None:
            if grade.when is None:
                return  # what comes after it is told of as such
            left = list(without(left, wanted))
