"""The tables of a year from files, each as a frame of codes, words and whole numbers, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import narwhals as nw

from rules.contract import Contract
from rules.diagnostic import Text, say
from targets.bulk.data import Values, read_values
from targets.bulk.source import Faults, Source, open_source
from targets.columns.backend import Backend
from targets.columns.year import OPEN_DAY, Frame
from targets.intake.cells import day_of, named_in, open_day_of, share_of, word_of, year_of
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon
from targets.intake.names import Names
from targets.intake.values import target_of
from targets.observation import IncidentState
from targets.vocabulary import INCIDENT_STATES, PARAMETER_WORDS, PARTY_KINDS

# The day that spreadsheets count from.
DAY_ZERO = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Tables:
    """Frames under the names of the records' fields; days are ordinals, `share` is in units of 1 / `share_scale`.

    `targets` has numerator and denominator of each value; `incidents` also `state` and `evidence`.
    """

    parties: Frame
    values: Values
    cadres: Frame | None
    tenures: Frame | None
    assignments: Frame | None
    share_scale: int
    targets: Frame | None
    incidents: Frame | None
    states: Frame | None
    prior_vetoes: Frame | None


def read_tables(
    files: Mapping[str, Path], contracts: Sequence[Contract], backend: Backend,
    progress: Callable[[str], None] = lambda _: None,
) -> Tables:  # fmt: skip
    """Open, decode and check every file. Raises Refused with everything that is wrong with all of them."""
    faults, lexicon = Faults(), Lexicon(contracts)
    sources: dict[str, Source | None] = {}
    for key, path in files.items():
        progress(path.name)
        sources[key] = open_source(path, key, lexicon, backend, faults)
    faults.refuse_if_any()
    reader = _Reader(sources, lexicon, backend)
    parties = reader.parties()
    cadres = reader.cadres()
    known = _known(parties, cadres)
    tenures, assignments, scale = reader.tenures(parties, cadres), *reader.assignments(parties, cadres)
    data = sources["data"]
    assert data is not None, "no fault, so it was opened"
    data.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
    values = read_values(data, lexicon)
    tables = Tables(
        parties, values, cadres, tenures, assignments, scale, reader.targets(known), reader.incidents(known),
        reader.states(known), reader.prior_vetoes(known),
    )  # fmt: skip
    faults.refuse_if_any()
    return tables


def _known(parties: Frame, cadres: Frame | None) -> Frame:
    codes = parties.select("code")
    return codes if cadres is None else nw.concat([codes, cadres.select("code")])


class _Reader:
    """Each table in turn; faults are noted with its source."""

    def __init__(self, sources: Mapping[str, Source | None], lexicon: Lexicon, backend: Backend) -> None:
        self._sources, self._lexicon, self._backend = sources, lexicon, backend

    def _source(self, key: str) -> Source | None:
        return self._sources.get(key)

    def parties(self) -> Frame:
        source = self._source("parties")
        assert source is not None, "asked for before"
        _texts(source, "code", "name", "parent", "group")
        source.decode("kind", lambda cell: (word_of(cell, PARTY_KINDS),), {"kind": nw.String}, None)
        source.once("code")
        source.fault_where(nw.col("code") == "", "code", "DX520", say("a value"))
        places = nw.col("kind").is_in(["village", "community", "town"])
        wrong = places & ~nw.col("code").str.contains(r"^[1-8][0-9]{11}$")
        source.fault_where(wrong, "code", "DX570", say("a division code of 12 digits"))
        return self._backend.keep(source.frame.select("code", "name", "kind", "parent", "group"))

    def cadres(self) -> Frame | None:
        """The cadres' list; their tenures may stand in it too."""
        source = self._source("cadres")
        if source is None:
            return None
        _texts(source, "code", "name")
        source.fault_where(nw.col("code") == "", "code", "DX520", say("a value"))
        if not source.has("post"):
            source.once("code")
            return self._backend.keep(source.frame.select("code", "name"))
        return self._backend.keep(source.frame.select("code", "name").unique(["code"], keep="any"))

    def tenures(self, parties: Frame, cadres: Frame | None) -> Frame | None:
        source, field = self._source("tenures"), "cadre"
        if source is None:
            source, field = self._source("cadres"), "code"
            if source is None or not source.has("post"):
                return None
        elif cadres is not None:
            source.not_in("cadre", cadres, "DX530", say("the code of a cadre in the list"))
        _texts(source, field, "party")
        self._named(source, "post", self._lexicon.posts, say("a post that a contract names"), blank=field == "code")
        _days(source)
        frame = source.frame.select("post", "party", "start", "until", cadre=nw.col(field))
        held = frame.filter(nw.col("post") != "")
        if source.has("party"):
            source.frame = held.with_columns(**{field: nw.col("cadre")})
            source.not_in("party", parties, "DX530", say("the code of a party in the list"))
        return self._backend.keep(held)

    def assignments(self, parties: Frame, cadres: Frame | None) -> tuple[Frame | None, int]:
        source = self._source("assignments")
        if source is None:
            return None, 1
        _texts(source, "cadre", "party")
        source.not_in("party", parties, "DX530", say("the code of a party in the list"))
        if cadres is not None:
            source.not_in("cadre", cadres, "DX530", say("the code of a cadre in the list"))
        self._named(source, "role", self._lexicon.roles, say("a role that a contract names"))
        _days(source)
        scale = _share_scale(source)
        source.decode("share", lambda cell: (int(share_of(cell) * scale),), {"share": nw.Int64}, [scale])
        return self._backend.keep(source.frame.select("cadre", "party", "role", "start", "until", "share")), scale

    def targets(self, known: Frame) -> Frame | None:
        source = self._source("targets")
        if source is None:
            return None
        _texts(source, "subject")
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "indicator", self._lexicon.indicators, say("an indicator of a contract"), code="DX533")
        source.decode("parameter", lambda cell: (word_of(cell, PARAMETER_WORDS),), {"parameter": nw.String}, None)
        wanted = self._backend.take(source.frame.select("indicator").unique())["indicator"]
        frames = [self._targets_of(source, indicator) for indicator in sorted(filter(None, wanted))]
        return self._backend.keep(nw.concat(frames)) if frames else None

    def _targets_of(self, source: Source, indicator: str) -> Frame:
        """Each indicator's values are written in their own way."""
        definition = self._lexicon.definitions[indicator][0][1]
        part = Source(
            source.path, source.layout, source.frame.filter(nw.col("indicator") == indicator), source.backend,
            source.faults, source.headings, {},
        )  # fmt: skip

        def read(cell: Cell) -> tuple[int, int]:
            value: Fraction = target_of(cell, definition)
            return value.numerator, value.denominator

        part.decode("value", read, {"numerator": nw.Int64, "denominator": nw.Int64}, [None, None])
        part.once("subject", "parameter")
        return part.frame.select("subject", "indicator", "parameter", "numerator", "denominator").drop_nulls(
            "numerator"
        )

    def incidents(self, known: Frame) -> Frame | None:
        source = self._source("incidents")
        if source is None:
            return None
        _texts(source, "id", "subject", "evidence")
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "kind", self._lexicon.incidents, say("a kind of incident that a contract names"))
        source.decode("state", lambda cell: (word_of(cell, INCIDENT_STATES),), {"state": nw.String}, None)
        for name in ("happened_on", "found_on"):
            source.decode(name, _day, {name: nw.Int64}, None)
        source.once("id")
        source.fault_where(nw.col("found_on") < nw.col("happened_on"), "id", "DX576", say("found on that day or later"))
        proven = nw.col("state") == IncidentState.SUBSTANTIATED.value
        source.fault_where(proven & (nw.col("evidence") == ""), "id", "DX577", say("the document that proves it"))
        return self._backend.keep(
            source.frame.select("id", "subject", "kind", "happened_on", "found_on", "state", "evidence")
        )

    def states(self, known: Frame) -> Frame | None:
        source = self._source("states")
        if source is None:
            return None
        _texts(source, "subject")
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "state", self._lexicon.states, say("a state that a contract names"))
        _days(source)
        return self._backend.keep(source.frame.select("subject", "state", "start", "until"))

    def prior_vetoes(self, known: Frame) -> Frame | None:
        source = self._source("prior_vetoes")
        if source is None:
            return None
        _texts(source, "subject")
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "contract", self._lexicon.titles, say("the title or id of a contract"))
        vetoes = Names()
        for contract in self._lexicon.contracts:
            for veto in contract.vetoes:
                vetoes.add(veto.id, veto.name, veto.name_en)
        self._named(source, "veto", vetoes, say("a veto of the contract"))
        source.decode("happened_on", _day, {"happened_on": nw.Int64}, None)
        source.decode("until_year", lambda cell: (year_of(cell),), {"until_year": nw.Int64}, None)
        return self._backend.keep(source.frame.select("subject", "contract", "veto", "happened_on", "until_year"))

    def _named(
        self, source: Source, name: str, names: Names, expected: Text, *, code: str = "DX534", blank: bool = False
    ) -> None:
        into: dict[str, Any] = {name: nw.String}
        source.decode(name, lambda cell: (named_in(cell, names, code, expected),), into, [""] if blank else None)


def _texts(source: Source, *names: str) -> None:
    """Columns of codes and names as text, nothing where there is none."""
    texts = {
        name: nw.col(name).cast(nw.String).fill_null("").str.strip_chars(" ")
        if source.has(name)
        else nw.lit("", nw.String)
        for name in names
    }
    source.frame = source.frame.with_columns(**texts)


def _day(cell: Cell) -> tuple[int]:
    return (day_of(cell, DAY_ZERO).toordinal(),)


def _open_day(cell: Cell) -> tuple[int]:
    day = open_day_of(cell, DAY_ZERO)
    return (OPEN_DAY if day is None else day.toordinal(),)


def _days(source: Source) -> None:
    """First and last day; an open end lasts."""
    source.decode("start", _day, {"start": nw.Int64}, None)
    source.decode("until", _open_day, {"until": nw.Int64}, [OPEN_DAY])
    key = source.layout.columns[0].field
    source.fault_where(nw.col("until") < nw.col("start"), key, "DX572", say("a last day that is not before the first"))


def _share_scale(source: Source) -> int:
    """A unit in which every share is whole."""
    if not source.has("share"):
        return 1
    scale = 1
    for value in source.backend.take(source.frame.select("share").unique())["share"]:
        try:
            if value is not None and str(value):
                scale = lcm(scale, share_of(Cell(str(value))).denominator)
        except CellFault:
            continue
    return scale
