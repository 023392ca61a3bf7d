"""Which incidents are wrongs done to people: by their own words, or by those of the rule that punishes them."""

from __future__ import annotations

from collections.abc import Iterator

from rules.condition import AllOf, AnyOf, Condition, IncidentCount, terms_inside
from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.record import Clause
from rules.safeguards import phrases
from rules.safeguards.reading import grounds_in, is_wrong_against_people, says, sentences_of, tells_of_wrong
from rules.scoring import PerEvent
from rules.verdict import IncidentKind, Veto, WarningRule


def wrongs_in(contract: Contract) -> frozenset[str]:
    """The ids of the incidents that may only ever cost."""
    declared = frozenset(kind.id for kind in contract.incidents if names_a_wrong(kind))
    return declared | frozenset(_named_by_rules(contract, declared))


def names_a_wrong(kind: IncidentKind) -> bool:
    """Whether its words would be refused if they did not say that somebody was wronged, or say so outright."""
    if any(grounds_in(text) for text in (kind.id, kind.name, kind.name_en)):
        return True
    said = (kind.id, kind.name, kind.name_en, *kind.severities, kind.article, *sentences_of(kind.note))
    return any(_says_wrong(text) for text in said)


def counts_wrongs(indicator: Indicator) -> bool:
    """Whether its value is a number of wrongs, or whether there were any; a mark is an opinion of how they were met."""
    told = any(tells_of_wrong(text) for text in (indicator.id, indicator.name, indicator.name_en))
    return told and indicator.kind not in (Kind.MARK, Kind.CHECKLIST)


def _says_wrong(text: str) -> bool:
    retaliates = says(phrases.PETITION, text) and says(phrases.RETALIATION, text)
    grounds = grounds_in(text)
    return retaliates or tells_of_wrong(text) or (bool(grounds) and is_wrong_against_people(text, grounds))


def _named_by_rules(contract: Contract, declared: frozenset[str]) -> Iterator[str]:
    """An incident called `e1` is the forced abortion that the veto over it is named after, unless another one there is."""
    sanctions: tuple[Veto | WarningRule, ...] = (*contract.vetoes, *contract.warnings)
    for sanction in sanctions:
        kinds = frozenset(_counted_in(sanction.when))
        if _is_named_after_one(sanction) and kinds.isdisjoint(declared):
            yield from kinds
    for item in contract.item_by_id.values():
        scoring = item.scoring
        if isinstance(scoring, PerEvent) and scoring.incident and scoring.deduct and _is_named_after_one(item):
            yield scoring.incident


def _is_named_after_one(rule: Clause) -> bool:
    return any(_says_wrong(text) for text in (rule.id, rule.name, rule.name_en))


def _counted_in(condition: Condition) -> Iterator[str]:
    match condition:
        case IncidentCount(incident=kinds):
            yield from kinds
        case AllOf() | AnyOf():
            for _, term in terms_inside(condition):
                yield from _counted_in(term)
        case _:
            return
