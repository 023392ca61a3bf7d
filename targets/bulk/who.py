"""Parties, cadres, tenures and assignments from files."""

from __future__ import annotations

from math import lcm
from typing import Any

import narwhals as nw

from rules.diagnostic import Text, say
from targets.bulk.dated import hold_apart, read_days
from targets.bulk.source import Source, text_of
from targets.bulk.texts import as_written, compare_names, read_codes, read_names, refer
from targets.bulk.tree import place_parties, refuse_wrong_codes
from targets.columns.backend import INT64_MAX
from targets.columns.year import Frame
from targets.intake.cells import named_in, share_of, word_of
from targets.intake.cells import text_of as cell_text
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon
from targets.intake.names import Names
from targets.vocabulary import PARTY_KINDS


def read_parties(source: Source, lexicon: Lexicon) -> Frame:
    """Code, name, kind, parent and group of each."""
    no_codes = read_codes(source, "code")
    read_names(source, "name", required=True)
    read_names(source, "group")
    kinds = frozenset(kind for contract in lexicon.contracts for kind in contract.assesses)

    def kind(cell: Cell) -> tuple[str]:
        text = cell_text(cell)
        return (text if text in kinds else word_of(cell, PARTY_KINDS),)

    source.decode("kind", kind, {"kind": nw.String}, None)
    source.once("code")
    refuse_wrong_codes(source, no_codes)
    place_parties(source)
    return source.backend.keep(source.frame.select("code", "name", "kind", "parent", "group"))


def read_cadres(source: Source, parties: Frame) -> Frame:
    """Code and name of each; their tenures may stand in the list too."""
    read_codes(source, "code")
    read_names(source, "name", required=True)
    clash = source.frame.select("code").join(parties.select("code"), on="code", how="semi")
    taken = source.backend.take(clash.unique())["code"]
    hint = say("put a letter before it")
    if taken:
        is_taken = nw.col("code").is_in(taken)
        source.fault_where(is_taken, ("code",), "DX541", say("a code that no party has"), hint=hint)
    if not source.has("post"):
        source.once("code")
        return source.backend.keep(source.frame.select("code", "name"))
    people = source.part(source.frame.select("code", "name").unique(["code", "name"], keep="any"), {})
    people.once("code", fault="DX541")
    return source.backend.keep(people.frame.unique(["code"], keep="any"))


def read_tenures(source: Source, lexicon: Lexicon, parties: Frame, cadres: Frame | None) -> Frame:
    """Cadre, post, party, start and until of each; from a table of their own, or from the list of cadres."""
    apart = source.has("cadre")
    field = "cadre" if apart else "code"
    if apart and cadres is not None:
        refer(source, "cadre", cadres, say("the code of a cadre in the list"))
        compare_names(source, "cadre", cadres)
    elif apart:
        as_written(source, "cadre")
    read_named(source, "post", lexicon.posts, say("a post that a contract names"), blank=not apart)
    holds = nw.col("post").is_null() | (nw.col("post") != "")
    as_written(source, "party")
    read_days(source, None if apart else holds)
    if not apart:
        half = ~holds & ((nw.col("party") != "") | ~nw.col("start").is_null())
        source.fault_where(half, (field, "start"), "DX520", say("a value"), "post")
    source.frame = source.frame.filter(holds)
    if source.has("party"):
        refer(source, "party", parties, say("the code of a party in the list"))
        compare_names(source, "party", parties)
    else:
        source.fault_where(nw.col("party") == "", (field, "post", "start"), "DX520", say("a value"), "party")
    hold_apart(source, (field,), (field, "post", "party", "start"))
    return source.backend.keep(source.frame.select("post", "party", "start", "until", cadre=nw.col(field)))


def read_assignments(source: Source, lexicon: Lexicon, parties: Frame, cadres: Frame | None) -> tuple[Frame, int]:
    """Cadre, party, role, start, until and share of each; the share in units of 1 / the second."""
    refer(source, "party", parties, say("the code of a party in the list"))
    compare_names(source, "party", parties)
    if cadres is not None:
        refer(source, "cadre", cadres, say("the code of a cadre in the list"))
        compare_names(source, "cadre", cadres)
    else:
        as_written(source, "cadre")
    read_named(source, "role", lexicon.roles, say("a role that a contract names"))
    read_days(source)
    hold_apart(source, ("cadre", "party", "role"), ("cadre", "party", "role", "start"))
    scale, beyond = _share_scale(source)

    def share(cell: Cell) -> tuple[int]:
        read = share_of(cell)
        if read.denominator in beyond:
            expected = say("shares that are whole in units of a common fraction of 18 digits")
            raise CellFault("DX620", expected, say("write them as percentages or decimals"))
        return (int(read * scale),)

    source.decode("share", share, {"share": nw.Int64}, [scale])
    return source.backend.keep(source.frame.select("cadre", "party", "role", "start", "until", "share")), scale


def read_named(
    source: Source, name: str, names: Names, expected: Text, *, code: str = "DX534", blank: bool = False
) -> None:
    """A column of names or ids of what a contract defines, as ids; posts, roles and states as written where none does."""
    free = not names and name in _FREE

    def read(cell: Cell) -> tuple[str]:
        return (cell_text(cell) if free else named_in(cell, names, code, expected),)

    into: dict[str, Any] = {name: nw.String}
    source.decode(name, read, into, [""] if blank else None)


_FREE = frozenset({"post", "role", "state"})


def _share_scale(source: Source) -> tuple[int, set[int]]:
    """A unit in which every share is whole, and the divisors for which there is none of 64 bits."""
    if not source.has("share"):
        return 1, set()
    divisors = set()
    for value in source.backend.take(source.frame.select("share").unique())["share"]:
        try:
            if value is not None and text_of(value):
                divisors.add(share_of(Cell(text_of(value))).denominator)
        except CellFault:
            continue
    return common_multiple(divisors)


def common_multiple(divisors: set[int]) -> tuple[int, set[int]]:
    """The least common multiple of as many as fit in 64 bits, the smallest first, and the others."""
    multiple, beyond = 1, set()
    for divisor in sorted(divisors):
        together = lcm(multiple, divisor)
        if together > INT64_MAX:
            beyond.add(divisor)
        else:
            multiple = together
    return multiple, beyond
