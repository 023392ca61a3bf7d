"""What is to be allotted, to whom, by which weights and within which bounds: the words of the command, understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rules.diagnostic import Diagnostic, Refused, Span, Text, refuse, refuse_if_any, say
from rules.indicator import Indicator, Kind
from rules.period import Period, parse_period
from rules.quantity import NotExact, parse_value, plain

if TYPE_CHECKING:
    from cli.sources import Year
    from engine.allot.bounds import Bounds
    from rules.contract import Contract
    from targets.intake.register import Register
    from targets.party import Party

SPLIT = (Kind.COUNT, Kind.NUMBER, Kind.MONEY)
EQUAL, POPULATION, LAST_YEAR = ("equal", "平均"), ("population", "人口"), ("last-year", "上年")
FEN = Fraction(1, 100)
ONE = Fraction(1)
_COMMAS = re.compile("[,，、]")
_SEVERAL = {"villages": "village", "communities": "community", "units": "unit", "towns": "town"}


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights by code, and in words where they come from."""

    weights: Mapping[str, Fraction]
    told: Text


class Office:
    """The year's contracts and records, asked by name."""

    def __init__(self, year: Year) -> None:
        from targets.intake.register import Register

        self.year = year
        self.contracts: list[Contract] = [one.contract for one in year.contracts]
        self.register: Register = Register(self.contracts, year.snapshot.records)

    def definitions(self, text: str, option: str = "INDICATOR") -> list[Indicator]:
        """What the contracts call so; by its id, everything that has it. Raises Refused for what none measures (DX712)."""
        from targets.vocabulary import folded

        known = self.register.lexicon.indicators
        found = known.find(text)
        if len(found) != 1:
            expected = _one_of(found) if found else say("the name or id of an indicator of a contract")
            nearest = None if found else known.nearest(text)
            hint = say("did you mean {word}?", word=nearest) if nearest else None
            refuse(Diagnostic("DX712", Span(option), say("{code}", code=text), expected, hint))
        every = [indicator for _, indicator in self.register.lexicon.definitions[found[0]]]
        return [one for one in every if folded(text) in map(folded, (one.id, one.name, one.name_en))]

    def asked(self, text: str, over: Sequence[str]) -> tuple[Indicator, tuple[Party, ...]]:
        """The indicator, and to whom it is split, by code. Raises Refused for names of nobody and nothing, or of several (DX712),
        for what is not split (DX562, DX734), and for parties that the indicator does not assess (DX734)."""
        meant = self.definitions(text)
        for each in meant:
            _refuse_what_is_not_split(each)
        parties = self._chosen(over) if over else self.year.snapshot.records.parties
        assessed = {party: one for party in parties if (one := self._definition(party, meant)) is not None}
        refuse_if_any(
            Diagnostic(
                "DX734", Span("--over", cell=party.code), say("{name}", name=party.name),
                say("a party that a contract assesses by it"),
            )
            for party in parties
            if over and party not in assessed
        )  # fmt: skip
        names = dict.fromkeys(one.name for one in assessed.values())
        if len(names) != 1:
            expected = _one_of(tuple(names)) if names else say("at least one party")
            hint = say("its name, or its parties with --over") if names else None
            refuse(Diagnostic("DX712", Span("INDICATOR"), say("{code}", code=text), expected, hint))
        return next(iter(assessed.values())), tuple(sorted(assessed))

    def _definition(self, party: Party, meant: Sequence[Indicator]) -> Indicator | None:
        own = self.register.definition(party.code, (meant[0].id,))
        return own if own is not None and any(own is one for one in meant) else None

    def _chosen(self, over: Iterable[str]) -> tuple[Party, ...]:
        words = (word.strip() for text in over for word in _COMMAS.split(text))
        return tuple(dict.fromkeys(party for word in words if word for party in self._named(word)))

    def _named(self, word: str) -> list[Party]:
        """A kind, a group, or one party by code or name."""
        from targets.tables.layout import Reads
        from targets.vocabulary import PARTY_KINDS

        everyone = self.year.snapshot.records.parties
        kind = _SEVERAL.get(word) or PARTY_KINDS.find(word) or word
        of_kind = [party for party in everyone if party.kind == kind or word == party.group]
        codes = () if of_kind else self.register.find(word, Reads.PARTY)
        if not of_kind and len(codes) != 1:
            expected = _one_of(codes) if codes else say("a kind, a group, or the code or name of a party")
            nearest = self.register.nearest(word, Reads.PARTY)
            hint = say("did you mean {word}?", word=nearest) if nearest and not codes else None
            refuse(Diagnostic("DX712", Span("--over"), say("{code}", code=word), expected, hint))
        return of_kind or [party for party in everyone if party.code == codes[0]]


def _one_of(codes: Sequence[str]) -> Text:
    return say("one of {codes}", codes="、".join(codes))


def _refuse_what_is_not_split(indicator: Indicator) -> None:
    """Only what adds up; and never a quota of what may only be a statistic (design, section 8)."""
    from rules.safeguards import refused_subject

    found = say("{name}", name=indicator.label)
    if indicator.statistic or refused_subject((indicator.id, indicator.name)) is not None:
        expected = say("a target for a service; statistics are recorded and reported, and nothing hangs on them")
        refuse(Diagnostic("DX562", Span("INDICATOR"), found, expected))
    if indicator.kind not in SPLIT or indicator.scores is not None or indicator.past is not None:
        refuse(
            Diagnostic("DX734", Span("INDICATOR"), found, say("an indicator that adds up: a count, a number or money"))
        )


def amount(text: str, option: str, indicator: Indicator) -> Fraction:
    """As people write it, with or without its unit. Raises Refused."""
    try:
        return parse_value(plain(text).removesuffix(plain(indicator.unit)))
    except NotExact as error:
        _refuse(option, say("{text}", text=text), error.text)


def step_of(text: str, indicator: Indicator) -> Fraction:
    """Money moves by whole fen."""
    step = amount(text, "--step", indicator)
    if indicator.kind is Kind.MONEY and (step / FEN).denominator != 1:
        refuse(Diagnostic("DX731", Span("--step"), say("{text}", text=text), say("a whole number of fen")))
    return step


def bounds_of(
    office: Office, parties: Sequence[Party], lowest: str | None, highest: str | None, indicator: Indicator
) -> dict[str, Bounds]:
    """Each a number for everybody, or a table with one for each party."""
    from engine.allot.bounds import Bounds

    least = _bound(office, parties, lowest, "--lowest", indicator)
    most = _bound(office, parties, highest, "--highest", indicator)
    return {party.code: Bounds(least.get(party.code), most.get(party.code)) for party in parties}


def _bound(
    office: Office, parties: Sequence[Party], text: str | None, option: str, indicator: Indicator
) -> Mapping[str, Fraction]:
    from targets.intake.by_party import TABLE_SUFFIXES, read_by_party

    if text is None:
        return {}
    if Path(text).suffix.lower() in TABLE_SUFFIXES:
        return read_by_party(Path(text), office.register)
    return dict.fromkeys((party.code for party in parties), amount(text, option, indicator))


def weigh(
    office: Office, parties: Sequence[Party], by: str | None, table: Path | None, indicator: Indicator
) -> Weighing:
    """Raises Refused where the words are not understood (DX711, DX712), or somebody has no weight (DX733)."""
    if table is not None:
        return _of_table(office, parties, by, table)
    if by is None:
        _refuse("--by", say("nothing"), say("population, last-year, equal, an indicator, or a table with --weights"))
    word = plain(by)
    if word in EQUAL:
        return Weighing(dict.fromkeys((party.code for party in parties), ONE), say("equal weights"))
    year = office.year.snapshot.whole_year
    if word in LAST_YEAR:
        return _of_indicator(office, parties, indicator, [year.year_before])
    if word in POPULATION:
        return _of_indicator(office, parties, _population(office), [year, year.year_before])
    name, colon, period = by.replace("：", ":").partition(":")
    windows = [_period(period, year.ends)] if colon else [year.year_before]
    return _of_indicator(office, parties, office.definitions(name.strip(), "--by")[0], windows)


def _population(office: Office) -> Indicator:
    from engine.allot.weights import STOCKS

    definitions = office.register.lexicon.definitions
    found = next((definitions[one][0][1] for one in STOCKS if one in definitions), None)
    if found is None:
        hint = say("name another indicator, or a table with --weights")
        expected = say("a contract that records one of {words}", words="、".join(STOCKS))
        refuse(Diagnostic("DX712", Span("--by"), say("no population in the contracts"), expected, hint))
    return found


def _period(text: str, ends: int) -> Period:
    try:
        return parse_period(text).in_year_ending(ends)
    except NotExact as error:
        _refuse("--by", say("{text}", text=text), error.text)


def _of_indicator(
    office: Office, parties: Sequence[Party], indicator: Indicator, windows: Sequence[Period]
) -> Weighing:
    """Over the first window in which everybody has a value."""
    from engine.allot.weights import reported

    if indicator.kind not in SPLIT:
        _refuse(
            "--by", say("{name}", name=indicator.label), say("an indicator that adds up: a count, a number or money")
        )
    tried = {
        window: reported(office.contracts, office.year.snapshot, parties, indicator.id, window) for window in windows
    }
    window = next((one for one, values in tried.items() if None not in values.values()), windows[-1])
    weights = {code: value for code, value in tried[window].items() if value is not None}
    if len(weights) < len(parties):
        listed = "、".join(one.in_full for one in windows)
        expected = say("a value of {indicator} for {period}", indicator=indicator.label, period=listed)
        _refuse_missing(parties, weights, expected)
    return Weighing(weights, say("{indicator}, {period}", indicator=indicator.label, period=window.in_full))


def _of_table(office: Office, parties: Sequence[Party], by: str | None, table: Path) -> Weighing:
    from targets.intake.by_party import read_by_party

    found = read_by_party(table, office.register, by)
    weights = {party.code: found[party.code] for party in parties if party.code in found}
    if len(weights) < len(parties):
        _refuse_missing(parties, weights, say("a number in {file}", file=str(table)))
    return Weighing(
        weights, say("{file}", file=table.name) if by is None else say("{column} of {file}", column=by, file=table.name)
    )


def _refuse_missing(parties: Sequence[Party], weights: Mapping[str, Fraction], expected: Text) -> NoReturn:
    missing = [party for party in parties if party.code not in weights]
    raise Refused(
        Diagnostic("DX733", Span("--by", cell=party.code), say("{name}", name=party.name), expected)
        for party in missing
    )


def _refuse(option: str, found: Text, expected: Text) -> NoReturn:
    refuse(Diagnostic("DX711", Span(option), found, expected))
