"""Parties by their codes, and the tree that they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from rules.diagnostic import Text, say
from targets.bulk.source import Source
from targets.bulk.texts import refer
from targets.columns.year import Frame
from targets.party import PARTIES_MAX, PLACES, TOWN_DIGITS, code_fault, town_code

_TOWN = "[1-8][0-9]{5}(?:[1-9][0-9]{2}|0[1-9][0-9]|00[1-9])"
_CODES = {
    "town": f"^{_TOWN}000$",
    "village": f"^{_TOWN}[2-9][0-9]{{2}}$",
    "community": f"^{_TOWN}(?:[14-9][0-9]{{2}}|0[1-9][0-9]|00[1-9])$",
}
_UNIT = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"
# The superior's superior, then that one's: after so many doublings only a circle is left.
DOUBLINGS_MAX = PARTIES_MAX.bit_length()


def refuse_wrong_codes(source: Source, told: Sequence[str]) -> None:
    """Every kind of party has its kind of code (`targets.party.code_fault`); `told` are no codes at all."""
    code, kind = nw.col("code"), nw.col("kind")
    right = ~kind.is_in(sorted(PLACES)) & code.str.contains(_UNIT)
    for name, pattern in _CODES.items():
        right = right | ((kind == name) & code.str.contains(pattern))

    def expected(row: Any) -> Text:
        return code_fault(row["code"], row["kind"]) or say("a code of that kind of party")

    source.fault_where(~right & ~code.is_in(["", *told]), ("code", "kind"), "DX570", expected)


def place_parties(source: Source) -> None:
    """Each under a party of the list: a place under the town of its code, and nobody under themselves."""
    backend, known = source.backend, len(source.faults.found)
    refer(source, "parent", source.frame, say("the code of a party in the list"), required=False)
    placed = source.part(backend.keep(source.frame.select("code", "kind", "parent").filter(nw.col("parent") != "")), {})
    if len(source.faults.found) > known or not backend.take(placed.frame.head(1))["code"]:
        return
    towns = source.frame.filter(nw.col("kind") == "town").select(town=nw.col("code"))
    under = placed.part(placed.frame.join(towns, left_on="parent", right_on="town", how="semi"), {})
    other = nw.col("parent").str.slice(0, TOWN_DIGITS) != nw.col("code").str.slice(0, TOWN_DIGITS)

    def expected(row: Any) -> Text:
        return say("the town {town} that the code belongs to", town=town_code(row["code"]))

    of_place = nw.col("kind").is_in(sorted(PLACES))
    under.fault_where(of_place & other, ("code", "parent"), "DX571", expected, "parent")
    _refuse_circles(placed)


def _refuse_circles(placed: Source) -> None:
    backend = placed.backend
    above: Frame = placed.frame.select("code", above=nw.col("parent"))
    for _ in range(DOUBLINGS_MAX):
        further = above.select(via=nw.col("code"), further=nw.col("above"))
        joined = above.join(further, left_on="above", right_on="via", how="inner")
        above = backend.keep(joined.select("code", above=nw.col("further")))
        if not backend.take(above.head(1))["code"]:
            return
    circling = placed.part(placed.frame.join(above, on="code", how="semi"), {})
    expected = say("a party that is not, by a detour, its own superior")
    circling.fault_where(nw.col("parent") != "", ("code", "parent"), "DX571", expected, "parent")
