"""Whether one text, where it stands, may stand there."""

from __future__ import annotations

import re

from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.linkage import Post
from rules.record import Clause
from rules.safeguards import phrases
from rules.safeguards.grounds import DEMOGRAPHIC, Ground, Subject
from rules.safeguards.letters import folded
from rules.safeguards.reading import (
    Stance,
    grounds_in,
    is_wrong_against_people,
    says,
    sentences_of,
    stance_on_petitions,
    without_sentences,
)
from rules.safeguards.texts import Place
from rules.sheet import PeriodicSheet, Scope, Section
from rules.verdict import IncidentKind, Veto, WarningRule

_OFFICE = frozenset(
    {"assessor", "article", "roles", "posts", "accounts", "groups", "codes", "assesses", "kinds", "town"}
)
_MEASURED = (Kind.COUNT, Kind.NUMBER, Kind.RATIO, Kind.YES_NO)


def refused_in(place: Place) -> tuple[Ground, ...]:
    """The grounds on which the text is refused where it stands; none when it may stand."""
    if place.names_a_kind_of_party and is_kind_of_person(place.text):
        return (Ground(Subject.PERSON, place.text),)
    grounds = _grounds(place)
    if place.names_an_event and is_wrong_against_people(place.text, grounds):
        grounds = ()
    if _counts_petitions(place):
        grounds = (*grounds, Ground(Subject.PETITIONS, place.text))
    return tuple({ground.code: ground for ground in reversed(grounds)}.values())


def is_kind_of_person(kind: str) -> bool:
    """Whether a kind of party is a person or a household; parties are places and units."""
    plain = re.sub(r"[\s·]", "", folded(kind).lower())
    last = re.split(r"[-_/]", plain)[-1]
    if any(re.fullmatch(phrases.PERSON_KINDS, one) for one in (plain, last)):
        return True
    ends_in_household = plain.endswith("户") and not plain.endswith(phrases.BUSINESS_ENDINGS)
    return ends_in_household or plain.endswith(phrases.PERSON_ENDINGS)


def _grounds(place: Place) -> tuple[Ground, ...]:
    if place.indicator is not None and place.indicator.statistic:
        return tuple(ground for ground in grounds_in(place.text) if ground.subject is Subject.PERSON)
    if place.divides:
        return tuple(ground for ground in grounds_in(place.text) if ground.subject is not Subject.BIRTHS)
    if place.field != "note":
        return grounds_in(place.text)
    kept_out = {ground.subject for ground in grounds_in(without_sentences(phrases.KEPT_OUT, place.text))}
    # On paper that nothing is scored by, any subject may be named to keep it out; beside points only births may.
    on_paper = isinstance(place.owner, Contract | Section | PeriodicSheet)
    return tuple(
        ground
        for ground in grounds_in(place.text)
        if ground.subject in kept_out or not (on_paper or ground.code == DEMOGRAPHIC)
    )


def _counts_petitions(place: Place) -> bool:
    stance = stance_on_petitions(place.text)
    if stance < Stance.MENTIONED or place.field in _OFFICE or isinstance(place.owner, Post | Scope) or place.divides:
        return False
    if place.indicator is not None and place.indicator.statistic:
        return False
    if place.field == "note":
        return any(_takes_for_petitions(sentence) for sentence in sentences_of(place.text))
    if isinstance(place.owner, Contract) and place.field in ("contract", "title", "title_en"):
        return False
    return stance is Stance.COUNTED or (_is_event_or_measure(place) and not _name_says_handled(place))


def _takes_for_petitions(sentence: str) -> bool:
    counted = stance_on_petitions(sentence) >= Stance.MENTIONED
    return counted and says(phrases.MINUS, sentence) and not says(phrases.KEPT_OUT, sentence)


def _is_event_or_measure(place: Place) -> bool:
    """Where a bare mention of petitions can only be their number."""
    if isinstance(place.owner, Indicator):
        return place.owner.kind in _MEASURED
    return isinstance(place.owner, IncidentKind | Veto | WarningRule)


def _name_says_handled(place: Place) -> bool:
    return isinstance(place.owner, Clause) and stance_on_petitions(place.owner.name) is Stance.HANDLED
