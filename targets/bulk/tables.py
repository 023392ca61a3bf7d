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
from targets.bulk.data import Values, belongs, read_values
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
    cadres = reader.cadres(parties)
    known = _known(parties, cadres)
    tenures, assignments, scale = reader.tenures(parties, cadres), *reader.assignments(parties, cadres)
    data = sources["data"]
    assert data is not None, "no fault, so it was opened"
    data.texts("subject")
    data.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
    values = read_values(data, lexicon, _assessed(parties, tenures, contracts))
    tables = Tables(
        parties, values, cadres, tenures, assignments, scale, reader.targets(known), reader.incidents(known),
        reader.states(known), reader.prior_vetoes(known),
    )  # fmt: skip
    faults.refuse_if_any()
    return tables


def _known(parties: Frame, cadres: Frame | None) -> Frame:
    codes = parties.select("code")
    return codes if cadres is None else nw.concat([codes, cadres.select("code")])


def _assessed(parties: Frame, tenures: Frame | None, contracts: Sequence[Contract]) -> Frame:
    """By code, whether each contract assesses the party, or a post that the cadre held at any time."""
    by_kind = {belongs(one): nw.col("kind").is_in(list(one.assesses)) for one in contracts}
    told = parties.select("code", **by_kind)
    if tenures is None:
        return told
    by_post = {belongs(one): nw.col("post").is_in([post.id for post in one.posts]) for one in contracts}
    held = tenures.select("cadre", **by_post).group_by("cadre").agg(*(nw.col(name).any() for name in by_post))
    return nw.concat([told, held.select(code=nw.col("cadre"), **{name: nw.col(name) for name in by_post})])


class _Reader:
    """Each table in turn; faults are noted with its source."""

    def __init__(self, sources: Mapping[str, Source | None], lexicon: Lexicon, backend: Backend) -> None:
        self._sources, self._lexicon, self._backend = sources, lexicon, backend

    def _source(self, key: str) -> Source | None:
        return self._sources.get(key)

    def parties(self) -> Frame:
        source = self._source("parties")
        assert source is not None, "asked for before"
        source.texts("code", "name", "parent", "group", required=["code", "name"])
        source.decode("kind", lambda cell: (word_of(cell, PARTY_KINDS),), {"kind": nw.String}, None)
        source.once("code")
        places = nw.col("kind").is_in(["village", "community", "town"])
        wrong = places & (nw.col("code") != "") & ~nw.col("code").str.contains(r"^[1-8][0-9]{11}$")
        source.fault_where(wrong, ("code",), "DX570", say("a division code of 12 digits"))
        orphan = source.frame.filter(nw.col("parent") != "")
        source.part(orphan, {}).not_in("parent", source.frame, "DX530", say("the code of a party in the list"))
        return self._backend.keep(source.frame.select("code", "name", "kind", "parent", "group"))

    def cadres(self, parties: Frame) -> Frame | None:
        """The cadres' list; their tenures may stand in it too."""
        source = self._source("cadres")
        if source is None:
            return None
        source.texts("code", "name", required=["code", "name"])
        clash = source.frame.select("code").join(parties.select("code"), on="code", how="semi")
        taken = self._backend.take(clash.unique())["code"]
        source.fault_where(nw.col("code").is_in(taken), ("code",), "DX541", say("a code that no party has"))
        if not source.has("post"):
            source.once("code")
            return self._backend.keep(source.frame.select("code", "name"))
        people = source.part(source.frame.select("code", "name").unique(["code", "name"], keep="any"), {})
        people.once("code", fault="DX541")
        return self._backend.keep(people.frame.unique(["code"], keep="any"))

    def tenures(self, parties: Frame, cadres: Frame | None) -> Frame | None:
        source, field = self._source("tenures"), "cadre"
        if source is None:
            source, field = self._source("cadres"), "code"
            if source is None or not source.has("post"):
                return None
        source.texts(field, "party")
        if field == "cadre" and cadres is not None:
            source.not_in("cadre", cadres, "DX530", say("the code of a cadre in the list"))
        self._named(source, "post", self._lexicon.posts, say("a post that a contract names"), blank=field == "code")
        _days(source, nw.col("post") != "" if field == "code" else None)
        source.frame = source.frame.filter(nw.col("post") != "")
        source.once(field, "post", "party", "start")
        source.fault_where(nw.col("party") == "", (field, "post", "start"), "DX520", say("a value"), "party")
        source.frame, held = source.frame.filter(nw.col("party") != ""), source.frame
        source.not_in("party", parties, "DX530", say("the code of a party in the list"))
        return self._backend.keep(held.select("post", "party", "start", "until", cadre=nw.col(field)))

    def assignments(self, parties: Frame, cadres: Frame | None) -> tuple[Frame | None, int]:
        source = self._source("assignments")
        if source is None:
            return None, 1
        source.texts("cadre", "party")
        source.not_in("party", parties, "DX530", say("the code of a party in the list"))
        if cadres is not None:
            source.not_in("cadre", cadres, "DX530", say("the code of a cadre in the list"))
        self._named(source, "role", self._lexicon.roles, say("a role that a contract names"))
        _days(source)
        source.once("cadre", "party", "role", "start")
        scale = _share_scale(source)
        source.decode("share", lambda cell: (int(share_of(cell) * scale),), {"share": nw.Int64}, [scale])
        return self._backend.keep(source.frame.select("cadre", "party", "role", "start", "until", "share")), scale

    def targets(self, known: Frame) -> Frame | None:
        source = self._source("targets")
        if source is None:
            return None
        source.texts("subject")
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "indicator", self._lexicon.indicators, say("an indicator of a contract"), code="DX533")
        source.decode("parameter", lambda cell: (word_of(cell, PARAMETER_WORDS),), {"parameter": nw.String}, None)
        wanted = self._backend.take(source.frame.select("indicator").unique())["indicator"]
        frames = [self._targets_of(source, indicator) for indicator in sorted(filter(None, wanted))]
        return self._backend.keep(nw.concat(frames)) if frames else None

    def _targets_of(self, source: Source, indicator: str) -> Frame:
        """Each indicator's values are written in their own way."""
        definition = self._lexicon.definitions[indicator][0][1]
        own = source.frame.filter(nw.col("indicator") == indicator)
        part = source.part(own, {"indicator": indicator})

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
        source.texts("id", "subject", "evidence", required=["id"])
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "kind", self._lexicon.incidents, say("a kind of incident that a contract names"))
        source.decode("state", lambda cell: (word_of(cell, INCIDENT_STATES),), {"state": nw.String}, None)
        for name in ("happened_on", "found_on"):
            source.decode(name, _day, {name: nw.Int64}, None)
        source.once("id")
        early = nw.col("found_on") < nw.col("happened_on")
        source.fault_where(early, ("id",), "DX576", say("found on that day or later"), "found_on")
        known_years = sorted(self._lexicon.years)
        inside = [nw.col("found_on").is_between(*_year_days(year)) for year in known_years]
        expected = say("a day of {years}", years="、".join(map(str, known_years)))
        other_year = ~nw.any_horizontal(*inside, ignore_nulls=False)
        source.fault_where(other_year & ~early, ("id",), "DX558", expected, "found_on")
        proven = nw.col("state") == IncidentState.SUBSTANTIATED.value
        unproven = proven & (nw.col("evidence") == "")
        source.fault_where(unproven, ("id",), "DX577", say("the document that proves it"), "evidence")
        return self._backend.keep(
            source.frame.select("id", "subject", "kind", "happened_on", "found_on", "state", "evidence")
        )

    def states(self, known: Frame) -> Frame | None:
        source = self._source("states")
        if source is None:
            return None
        source.texts("subject")
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "state", self._lexicon.states, say("a state that a contract names"))
        _days(source)
        source.once("subject", "state", "start")
        return self._backend.keep(source.frame.select("subject", "state", "start", "until"))

    def prior_vetoes(self, known: Frame) -> Frame | None:
        source = self._source("prior_vetoes")
        if source is None:
            return None
        source.texts("subject")
        source.not_in("subject", known, "DX530", say("the code of a party or cadre in the lists"))
        self._named(source, "contract", self._lexicon.titles, say("the title or id of a contract"))
        vetoes = Names()
        for contract in self._lexicon.contracts:
            for veto in contract.vetoes:
                vetoes.add(veto.id, veto.name, veto.name_en)
        self._named(source, "veto", vetoes, say("a veto of the contract"))
        source.decode("happened_on", _day, {"happened_on": nw.Int64}, None)
        source.decode("until_year", lambda cell: (year_of(cell),), {"until_year": nw.Int64}, None)
        self._hold_priors(source)
        return self._backend.keep(source.frame.select("subject", "contract", "veto", "happened_on", "until_year"))

    def _hold_priors(self, source: Source) -> None:
        """A veto of the contract that is named, of a year before it, said once."""
        source.once("subject", "contract", "veto", "happened_on")
        key = ("subject", "contract", "veto", "happened_on")
        for contract in self._lexicon.contracts:
            own = nw.col("contract") == contract.contract
            other = own & ~nw.col("veto").is_in([veto.id for veto in contract.vetoes])
            source.fault_where(other, key, "DX534", say("the name or id of a veto of that contract"), "veto")
            late = own & (nw.col("happened_on") >= _year_days(contract.year)[0])
            source.fault_where(late, key, "DX578", say("a day before {year}", year=contract.year), "happened_on")

    def _named(
        self, source: Source, name: str, names: Names, expected: Text, *, code: str = "DX534", blank: bool = False
    ) -> None:
        into: dict[str, Any] = {name: nw.String}
        source.decode(name, lambda cell: (named_in(cell, names, code, expected),), into, [""] if blank else None)


def _day(cell: Cell) -> tuple[int]:
    return (day_of(cell, DAY_ZERO).toordinal(),)


def _open_day(cell: Cell) -> tuple[int]:
    day = open_day_of(cell, DAY_ZERO)
    return (OPEN_DAY if day is None else day.toordinal(),)


def _days(source: Source, where: nw.Expr | None = None) -> None:
    """First and last day; an open end lasts. `where` says which rows must have a first day, if not all."""
    known = len(source.faults.found)
    source.decode("start", _day, {"start": nw.Int64}, None if where is None else [None])
    source.decode("until", _open_day, {"until": nw.Int64}, [OPEN_DAY])
    key = [name for name in ("code", "cadre", "subject", "party", "post", "role", "state", "start") if source.has(name)]
    if where is not None and len(source.faults.found) == known:
        source.fault_where(where & nw.col("start").is_null(), key, "DX520", say("a value"), "start")
    early = nw.col("until") < nw.col("start")
    source.fault_where(early, key, "DX572", say("a last day that is not before the first"), "until")


def _year_days(year: int) -> tuple[int, int]:
    """The first and the last day of a year."""
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()


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
