"""Who is assessed: villages, communities, units, in a tree under their town."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rules.diagnostic import Text, say

PARTIES_MAX = 1_000_000
DIVISION_DIGITS = 12
TOWN_DIGITS = 9


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """A place or unit that signs a contract; never a person.

    `code` is the 12-digit division code for a village or community, the 9-digit code followed by `000` for the town
    itself, and any short code for a unit. `group` is the league it is compared in (empty: its kind).
    """

    code: str
    name: str
    kind: str
    parent: str = ""
    group: str = ""


_DIVISION = re.compile(r"[1-8]\d{11}")
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
PLACES = frozenset({"village", "community", "town"})
KINDS = frozenset({*PLACES, "unit"})


def code_fault(code: str, kind: str) -> Text | None:
    """What is wrong with a party's code for its kind; None when it is right.

    Statistical division codes: 2 digits each for province, city and county, 3 for the town, 3 for the village, where
    001-199 are residents' committees (communities) and 200-399 villagers' committees (National Bureau of Statistics,
    rules for statistical division codes). Numbers from 400 stand for places like either and are accepted for both.
    """
    if kind not in PLACES:
        return None if _UNIT.fullmatch(code) else say("a unit's code of letters, digits, - and _, at most 32")
    if not _DIVISION.fullmatch(code):
        return say("a division code of 12 digits")
    town, own = code[6:TOWN_DIGITS], int(code[TOWN_DIGITS:])
    if town == "000":
        return say("a division code with its town in digits 7 to 9")
    if (kind == "town") != (own == 0):
        return say("000 at the end for the town itself, and another number for the places in it")
    if kind == "village" and 0 < own < 200:
        return say("a village's code, which ends in 200 or more; 001 to 199 are communities")
    if kind == "community" and 200 <= own < 400:
        return say("a community's code, which ends in 001 to 199; 200 to 399 are villages")
    return None


def town_code(code: str) -> str:
    """The code of the town a place lies in."""
    return code[:TOWN_DIGITS] + "0" * (DIVISION_DIGITS - TOWN_DIGITS)


def parent_fault(party: Party, parties: dict[str, Party]) -> Text | None:
    """What is wrong with a party's place in the tree; None when it is right. A party without parent is a root."""
    if not party.parent:
        return None
    if party.parent not in parties:
        return say("the code of a party in this list")
    if party.kind in PLACES and parties[party.parent].kind == "town" and party.parent != town_code(party.code):
        return say("the town {town} that the code belongs to", town=town_code(party.code))
    seen, above = {party.code}, party.parent
    while above in parties:
        if above in seen:
            return say("a party that is not, by a detour, its own superior")
        seen.add(above)
        above = parties[above].parent
    return None


def by_code(parties: Iterable[Party]) -> dict[str, Party]:
    return {party.code: party for party in parties}
