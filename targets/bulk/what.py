"""Targets, incidents, states and vetoes of earlier years from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import narwhals as nw

from rules.contract import Contract
from rules.diagnostic import Text, say
from rules.indicator import Indicator
from rules.safeguards import refused_subject
from targets.bulk.assessed import People, is_of, refuse_others
from targets.bulk.dated import day, read_days
from targets.bulk.source import Source
from targets.bulk.texts import read_codes, read_names
from targets.bulk.who import common_multiple, read_named
from targets.columns.backend import INT64_MAX, Backend
from targets.columns.year import Frame
from targets.intake.cells import TEXT_CHARACTERS_MAX, is_blank, named_in, word_of, year_of
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon
from targets.intake.names import Names
from targets.intake.values import target_of
from targets.observation import IncidentState
from targets.vocabulary import INCIDENT_STATES, PARAMETER_WORDS


def read_targets(source: Source, people: People) -> Frame | None:
    """Subject, indicator, parameter, numerator and denominator of each; None where there is none."""
    lexicon, backend = people.lexicon, source.backend
    read_named(source, "indicator", lexicon.indicators, say("an indicator of a contract"), code="DX533")
    source.decode("parameter", lambda cell: (word_of(cell, PARAMETER_WORDS),), {"parameter": nw.String}, None)
    contracts = [contract for contract in lexicon.contracts if contract.indicators]
    apart = people.told_apart(source, contracts)
    source.frame = backend.keep(source.frame)
    source.once("subject", "indicator", "parameter")
    if apart:
        refuse_others(source, lexicon)
    wanted = backend.take(source.frame.select("indicator").unique())["indicator"]
    frames = []
    for name in sorted(filter(None, wanted)):
        for contract, indicator in lexicon.definitions[name]:
            chosen = nw.col("indicator") == name
            own = source.frame.filter(chosen & is_of(contract, indicator, lexicon) if apart else chosen)
            frames.append(_targets_of(source.part(own, {"indicator": name}), indicator))
    if not frames:
        return None
    together = nw.concat(frames)
    if len(frames) > len(set(filter(None, wanted))):
        # Whom two contracts assess by an indicator of the same name has one target by it.
        together = together.unique(["subject", "indicator", "parameter"], keep="any")
    return backend.keep(together)


def _targets_of(part: Source, indicator: Indicator) -> Frame:
    """Each indicator's values are written in their own way."""
    if indicator.statistic or refused_subject((indicator.id, indicator.name)) is not None:
        expected = say("a target for a service; statistics are recorded and reported, and nothing hangs on them")
        hint = say("take the row out; the value itself belongs in the data")
        anybody = ~nw.col("subject").is_null()
        part.fault_where(anybody, ("subject", "indicator", "parameter"), "DX562", expected, "indicator", hint)
        part.frame = part.frame.head(0)

    def read(cell: Cell) -> tuple[int, int]:
        value: Fraction = target_of(cell, indicator)
        return value.numerator, value.denominator

    part.decode("value", read, {"numerator": nw.Int64, "denominator": nw.Int64}, [None, None])
    part.frame = part.backend.keep(part.frame)
    for parameter, beyond in _beyond_64_bits(part.frame, part.backend):
        expected = say("amounts that are whole in units of a common fraction of 18 digits")
        hint = say("write them as percentages or decimals")
        test = (nw.col("parameter") == parameter) & beyond
        part.fault_where(test, ("subject", "indicator", "parameter"), "DX620", expected, "value", hint)
    named = part.frame.select("subject", "indicator", "parameter", "numerator", "denominator")
    return named.drop_nulls("numerator")


def _beyond_64_bits(frame: Frame, backend: Backend) -> Iterator[tuple[str, nw.Expr]]:
    """For each parameter the rows that are not whole numbers of 64 bits in units in which all others are."""
    over, under = nw.col("numerator"), nw.col("denominator")
    counted = frame.drop_nulls("numerator").group_by("parameter", "denominator")
    rows = backend.take(counted.agg(over.min().alias("least"), over.max().alias("most")))
    most: dict[str, dict[int, int]] = {}
    for name, divisor, least, greatest in zip(
        rows["parameter"], rows["denominator"], rows["least"], rows["most"], strict=True
    ):
        most.setdefault(name, {})[int(divisor)] = max(abs(int(least)), abs(int(greatest)))
    for name, greatest_by in most.items():
        scale, beyond = common_multiple(set(greatest_by))
        for divisor, amount in sorted(greatest_by.items()):
            limit = INT64_MAX // (scale // divisor) if divisor not in beyond else -1
            if amount > limit:
                yield name, (under == divisor) & ((over > limit) | (over < -limit))


def read_incidents(source: Source, people: People) -> Frame:
    """Id, subject, kind, severity, matter, happened_on, found_on, state and evidence of each; days are ordinals."""
    lexicon = people.lexicon
    read_codes(source, "id")
    read_names(source, "evidence", "note", "matter", most=TEXT_CHARACTERS_MAX)
    people.refer(source)
    read_named(source, "kind", lexicon.incidents, say("a kind of incident that a contract names"))
    _read_severities(source, lexicon)
    source.decode("state", lambda cell: (word_of(cell, INCIDENT_STATES),), {"state": nw.String}, None)
    for name in ("happened_on", "found_on"):
        source.decode(name, day, {name: nw.Int64}, None)
    source.once("id")
    early = nw.col("found_on") < nw.col("happened_on")
    source.fault_where(early, ("id",), "DX576", say("found on that day or later"), "found_on")
    days = [(year.first_day.toordinal(), year.last_day.toordinal()) for year in lexicon.years]
    inside = [nw.col("found_on").is_between(*each) for each in days]
    expected = say("a day of {years}", years=lexicon.years_listed)
    other_year = ~nw.any_horizontal(*inside, ignore_nulls=False)
    source.fault_where(other_year & ~early, ("id",), "DX558", expected, "found_on")
    proven = nw.col("state") == IncidentState.SUBSTANTIATED.value
    unproven = proven & (nw.col("evidence") == "")
    hint = say("write its number or title, or 已上报 (reported) until there is one")
    source.fault_where(unproven, ("id",), "DX577", say("the document that proves it"), "evidence", hint)
    return source.backend.keep(
        source.frame.select(
            "id", "subject", "kind", "severity", "matter", "happened_on", "found_on", "state", "evidence"
        )
    )


def _read_severities(source: Source, lexicon: Lexicon) -> None:
    """A severity is one of those that the contract tells apart for the kind; empty where nothing is said."""
    if not source.has("severity"):
        source.frame = source.frame.with_columns(severity=nw.lit("", nw.String))
        return
    source.frame = source.frame.with_columns(severity=nw.col("severity").cast(nw.String).fill_null(""))
    source.texts.add("severity")
    rows = source.backend.take(source.frame.select("kind", "severity").unique())
    read = nw.lit("", nw.String)
    for kind, text in sorted(zip(rows["kind"], rows["severity"], strict=True), key=str):
        if not kind or is_blank(Cell(text)):
            continue
        severities = lexicon.severities.get(kind) or Names()
        rated = (
            say("a severity that the contract names for this kind") if severities else say("no severity for this kind")
        )
        test = (nw.col("kind") == kind) & (nw.col("severity") == text)
        try:
            meant = named_in(Cell(text), severities, "DX534", rated)
            read = nw.when(test).then(nw.lit(meant, nw.String)).otherwise(read)
        except CellFault as fault:
            source.fault_where(test, ("id", "severity"), fault.code, fault.expected, "severity", fault.hint)
    source.frame = source.frame.with_columns(severity=read)


def read_states(source: Source, people: People) -> Frame:
    """Subject, state, start and until of each."""
    people.refer(source)
    read_named(source, "state", people.lexicon.states, say("a state that a contract names"))
    read_days(source)
    source.once("subject", "state", "start")
    return source.backend.keep(source.frame.select("subject", "state", "start", "until"))


def read_prior_vetoes(source: Source, people: People) -> Frame:
    """Subject, contract, veto, happened_on and until_year of each."""
    people.refer(source)
    read_named(source, "contract", people.lexicon.titles, say("the title or id of a contract"))
    vetoes = Names()
    for contract in people.lexicon.contracts:
        for veto in contract.vetoes:
            vetoes.add(veto.id, veto.name, veto.name_en)
    read_named(source, "veto", vetoes, say("a veto of the contract"))
    source.decode("happened_on", day, {"happened_on": nw.Int64}, None)

    def until(cell: Cell) -> tuple[int, int]:
        year = year_of(cell)
        return year, date(year, 12, 31).toordinal()

    source.decode("until_year", until, {"until_year": nw.Int64, "until_day": nw.Int64}, None)
    key = ("subject", "contract", "veto", "happened_on")
    source.once(*key)
    for contract in people.lexicon.contracts:
        _hold_priors(source, contract, key)
    return source.backend.keep(source.frame.select("subject", "contract", "veto", "happened_on", "until_year"))


def _hold_priors(source: Source, contract: Contract, key: tuple[str, ...]) -> None:
    """A veto of the contract, of a year before it, that held at least until its own."""
    own, happened, until = nw.col("contract") == contract.contract, nw.col("happened_on"), nw.col("until_year")
    other = own & ~nw.col("veto").is_in([veto.id for veto in contract.vetoes])
    source.fault_where(other, key, "DX534", say("the name or id of a veto of that contract"), "veto")
    late = own & (happened >= contract.whole_year.first_day.toordinal())
    hint = say("an event of the year itself belongs in the table of incidents")
    source.fault_where(
        late, key, "DX578", say("a day before {year}", year=contract.whole_year.in_full), "happened_on", hint
    )
    over = own & ~late & (nw.col("until_day") < happened)

    def expected(row: Mapping[str, Any]) -> Text:
        return say("a year not before {year}", year=date.fromordinal(row["happened_on"]).year)

    source.fault_where(over, key, "DX578", expected, "until_year")
    lapsed = own & ~late & ~(nw.col("until_day") < happened) & (until < contract.year)
    no_more = say("it changes nothing any more")
    source.fault_where(lapsed, key, "DX579", say("{year} or later", year=contract.year), "until_year", no_more)
