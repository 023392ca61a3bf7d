"""Reported values from a file, long or wide: for each indicator, period and part one pair of integer columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import narwhals as nw

from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.indicator import Indicator, Kind
from rules.period import Period, parse_period
from rules.quantity import plain
from targets.bulk.source import Check, Source
from targets.columns.backend import INT64_MAX, Backend
from targets.columns.year import AmountKey, Frame, amount_name
from targets.intake.cells import is_blank, named_in, period_of
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon, Part
from targets.intake.names import Names
from targets.intake.values import count_of, flag_of, value_of
from targets.vocabulary import NO_DATA

PARTS = ("numerator", "denominator", "counted")


@dataclass(frozen=True, slots=True)
class Reported:
    """What one contract's subjects reported: a frame with `subject`, at most a row each, and for each key the columns
    numerator, denominator and counted (null where nothing was reported), named by `column`."""

    contract: str
    keys: tuple[AmountKey, ...]
    frame: Frame


Values = tuple[Reported, ...]


def column(key: AmountKey, part: str) -> str:
    indicator, period, entry = key
    return amount_name(indicator, period, entry, part)


def belongs(contract: Contract) -> str:
    """The name of the Boolean column that says who is assessed by the contract."""
    return f"belongs to {contract.contract}"


def read_values(source: Source, lexicon: Lexicon, assessed: Frame) -> Values:
    """Decode the table; faults are noted with the source. `assessed` has a `code` and `belongs` of each contract: what an
    indicator is, is for the contract of the subject to say."""
    year = lexicon.the_year

    def period(cell: Cell) -> tuple[str]:
        found = period_of(cell, year)
        if found.year not in lexicon.years:
            listed = "、".join(map(str, sorted(lexicon.years)))
            raise CellFault("DX558", say("a period of {years}", years=listed))
        return (str(found),)

    source.decode("period", period, {"period": nw.String}, None)
    if source.layout.wide:
        source.once("subject", "period")
    else:
        _name_indicators(source, lexicon)
    reading = [contract for contract in lexicon.contracts if contract.indicators]
    if len(reading) > 1:
        source.frame = source.frame.join(assessed, left_on="subject", right_on="code", how="left")
    source.frame = source.backend.keep(source.frame)
    values: list[Reported] = []
    for contract in reading:
        part = replace(source, frame=source.frame.filter(nw.col(belongs(contract)))) if len(reading) > 1 else source
        form = (_Wide if source.layout.wide else _Long)(part, contract)
        values += form.values()
    if len(reading) > 1:
        (_refuse_others_in_wide if source.layout.wide else _refuse_others)(source, reading)
    return tuple(values)


def _name_indicators(source: Source, lexicon: Lexicon) -> None:
    known = say("an indicator of a contract")

    def indicator(cell: Cell) -> tuple[str]:
        return (named_in(cell, lexicon.indicators, "DX533", known),)

    source.decode("indicator", indicator, {"indicator": nw.String}, None)
    _name_entries(source, lexicon)
    source.once("subject", "indicator", "period", "entry")


def _name_entries(source: Source, lexicon: Lexicon) -> None:
    """Entries by their ids, which are spelled as the indicator spells them; nothing where none is named."""
    if not source.has("entry"):
        source.frame = source.frame.with_columns(entry=nw.lit("", nw.String))
        return
    source.texts("entry")
    rows = source.backend.take(source.frame.select("indicator", "entry").unique())
    pairs = [(name, text) for name, text in zip(rows["indicator"], rows["entry"], strict=True) if name]
    known: list[tuple[str, str, str]] = []
    spelled: dict[str, set[str]] = defaultdict(set)
    for name, text in pairs:
        found = _entry_of(name, text, lexicon)
        if found is None:
            part = source.part(source.frame, {"indicator": name})
            expected = say("an entry of {indicator}", indicator=name)
            it = (nw.col("indicator") == name) & (nw.col("entry") == text)
            part.fault_where(it, ("entry",), "DX535", expected)
        else:
            known.append((name, text, found))
            spelled[found].add(text)
    columns = {"of": [one[0] for one in known], "text": [one[1] for one in known], "meant": [one[2] for one in known]}
    mapping = source.backend.bring(columns, dict.fromkeys(columns, nw.String))
    joined = source.frame.join(mapping, left_on=["indicator", "entry"], right_on=["of", "text"], how="left")
    kept = [name for name in source.frame.collect_schema().names() if name != "entry"]
    source.frame = joined.select(*kept, entry=nw.col("meant"))
    source.written["entry"] = {entry: sorted(texts) for entry, texts in spelled.items()}


def _entry_of(indicator: str, text: str, lexicon: Lexicon) -> str | None:
    if is_blank(Cell(text)):
        return ""
    names = Names()
    for _, definition in lexicon.definitions[indicator]:
        for entry in definition.entries:
            names.add(entry.id, entry.name, entry.name_en)
    found = names.find(text)
    return found[0] if len(found) == 1 else None


def _refuse_others(source: Source, contracts: Sequence[Contract]) -> None:
    """A value of an indicator that the subject is not assessed by."""
    own = (
        nw.col(belongs(one)) & nw.col("indicator").is_in([indicator.id for indicator in one.indicators])
        for one in contracts
    )
    expected = say("an indicator of the contract that the party or cadre is assessed by")
    others = ~nw.any_horizontal(*own, ignore_nulls=False)
    source.fault_where(others, ("subject", "indicator"), "DX560", expected, "indicator")


def _refuse_others_in_wide(source: Source, contracts: Sequence[Contract]) -> None:
    """The same where an indicator is a column: whoever is not assessed by it has an empty cell there."""
    expected = say("an indicator of the contract that the party or cadre is assessed by")
    for heading, measure in source.measures.items():
        own = [
            nw.col(belongs(one)) for one in contracts if any(name in one.indicator_by_id for name in measure.indicators)
        ]
        if len(own) < len(contracts):
            word = nw.col(heading).cast(nw.String).fill_null("").str.strip_chars(" ")
            others = ~word.is_in(sorted(NO_DATA)) & ~nw.any_horizontal(*own, ignore_nulls=True)
            source.fault_where(others, ("subject", "period"), "DX560", expected, heading)


class _Form:
    """What the long and the wide form share: one contract's subjects and indicators."""

    def __init__(self, source: Source, contract: Contract) -> None:
        self.source, self.contract, self.backend = source, contract, source.backend
        self.checks: list[Check] = []

    def periods(self, frame: Frame) -> list[Period]:
        found = self.backend.take(frame.select("period").unique())["period"]
        return sorted(parse_period(text) for text in found if text)

    def definition(self, name: str) -> Indicator:
        return self.contract.indicator_by_id[name]

    def fits(self, name: str, period: Period) -> bool:
        return self.definition(name).every is period.cadence

    @property
    def key(self) -> tuple[str, ...]:
        return ("subject", "period") if self.source.layout.wide else ("subject", "indicator", "period", "entry")

    def range_checks(
        self, indicator: Indicator, numerator: str, denominator: str, headings: Sequence[str]
    ) -> Iterator[Check]:
        """Counts that are not negative, a denominator where there is a numerator, and a ratio within what the contract
        states; `headings` are those of numerator and denominator."""
        over, under = nw.col(numerator), nw.col(denominator)
        both = say("numerator and denominator, both")
        for here, other, heading in ((over, under, headings[0]), (under, over, headings[1])):
            yield Check(here.is_null() & ~other.is_null(), "DX555", both, heading)
            yield Check(here < 0, "DX550", say("a whole number, 0 or more"), heading)
        due = say("a denominator above 0, or 0 of 0 where there was nothing to count")
        yield Check((under == 0) & (over > 0), "DX555", due, headings[1])
        for limit, low in ((indicator.lowest, True), (indicator.highest, False)):
            if limit is not None:
                # 18 digits times a bound do not fit in 64 bits, and Polars would wrap without a word.
                left = _wide(over, self.backend) * limit.denominator
                right = _wide(under, self.backend) * limit.numerator
                outside = (under > 0) & ((left < right) if low else (left > right))
                expected = say("counts within the range of {indicator}", indicator=indicator.name)
                yield Check(outside, "DX553", expected, headings[0])


def _wide(number: nw.Expr, backend: Backend) -> nw.Expr:
    """In 128 bits where the engine has them; one that has not refuses to overflow."""
    return number.cast(nw.Int128) if backend.wide_max > INT64_MAX else number


class _Wide(_Form):
    """A row a subject and period, columns for each indicator."""

    def values(self) -> list[Reported]:
        grouped: dict[tuple[str, str], dict[Part, str]] = defaultdict(dict)
        for heading, measure in self.source.measures.items():
            own = next((one for one in measure.indicators if one in self.contract.indicator_by_id), None)
            if own is not None:
                self._place_heading(grouped[own, measure.entry], measure.part, heading)
        columns: dict[tuple[str, str], tuple[str, str, str]] = {}
        for (indicator, entry), parts in grouped.items():
            columns[indicator, entry] = self._decoded(indicator, entry, parts)
        frame = self.backend.keep(
            self.source.frame.select(
                "subject", "period", *dict.fromkeys(n for names in columns.values() for n in names)
            )
        )
        self.source.frame = frame
        self.source.look_for(self.checks, self.key)
        frames = []
        for period in self.periods(frame):
            keys = tuple((indicator, period, entry) for indicator, entry in columns if self.fits(indicator, period))
            renamed = {
                column(key, part): nw.col(name)
                for key in keys
                for part, name in zip(PARTS, columns[key[0], key[2]], strict=True)
            }
            own_rows = frame.filter(nw.col("period") == str(period)).select("subject", **renamed)
            frames.append(Reported(self.contract.contract, keys, own_rows))
            self._other_cadence(columns, period)
        return frames

    def _place_heading(self, parts: dict[Part, str], part: Part, heading: str) -> None:
        if part in parts:
            place, found = Span(str(self.source.path), cell=heading), say("{heading}", heading=heading)
            expected = say("one column, as {heading} says the same", heading=parts[part])
            self.source.faults.found.append(Diagnostic("DX515", place, found, expected))
        parts[part] = heading

    def _other_cadence(self, columns: dict[tuple[str, str], tuple[str, str, str]], period: Period) -> None:
        """A value in the row of a period that the indicator is not reported for."""
        for (indicator, entry), names in columns.items():
            if not self.fits(indicator, period):
                test = (nw.col("period") == str(period)) & ~nw.col(names[0]).is_null()
                expected = say("a period as {indicator} is reported", indicator=f"{indicator} {entry}".rstrip())
                self.source.fault_where(test, self.key, "DX557", expected, "period")

    def _decoded(self, name: str, entry: str, parts: dict[Part, str]) -> tuple[str, str, str]:
        """The three columns of one indicator, decoded where they are text."""
        indicator, source = self.definition(name), self.source
        made = tuple(f"{name} {entry} {part}" for part in PARTS)
        heading = next(iter(parts.values()))
        if indicator.derived is not None:
            expected = say(
                "the values that it is computed from: {sources}", sources="、".join(indicator.derived.sources)
            )
            place = Span(str(source.path), cell=heading)
            source.faults.found.append(Diagnostic("DX559", place, say("a value of {name}", name=name), expected))
        if Part.NUMERATOR in parts and Part.DENOMINATOR in parts:
            known = len(source.faults.found)
            for part, new in ((Part.NUMERATOR, made[0]), (Part.DENOMINATOR, made[1])):
                self._counts(parts[part], new)
            self.source.frame = source.frame.with_columns(**{made[2]: ~nw.col(made[0]).is_null()})
            if len(source.faults.found) == known:
                if Part.VALUE in parts:
                    self._hold_beside(indicator, made, parts[Part.VALUE])
                counts = [parts[Part.NUMERATOR], parts[Part.DENOMINATOR]]
                self.checks += self.range_checks(indicator, made[0], made[1], counts)
            return made[0], made[1], made[2]
        if not entry and len(parts) > (Part.VALUE in parts):
            heading = parts.get(Part.NUMERATOR) or parts[Part.DENOMINATOR]
            place, found = Span(str(source.path), cell=heading), say("{heading}", heading=heading)
            source.faults.found.append(Diagnostic("DX555", place, found, say("numerator and denominator, both")))
            nothing = (nw.lit(None, nw.Int64), nw.lit(None, nw.Int64), nw.lit(None, nw.Boolean))
            source.frame = source.frame.with_columns(**dict(zip(made, nothing, strict=True)))
            return made[0], made[1], made[2]
        unit = source.measures[heading].unit
        read = _reader(indicator, unit) if not entry else _tick
        source.decode(heading, read, dict(zip(made, _KINDS, strict=True)), [None, None, None])
        return made[0], made[1], made[2]

    def _hold_beside(self, indicator: Indicator, made: Sequence[str], heading: str) -> None:
        """A percentage in a column of its own only repeats the counts."""
        read = _beside(_reader(indicator, self.source.measures[heading].unit))
        beside = {"beside over": nw.Int64, "beside under": nw.Int64, "beside counted": nw.Boolean}
        into = beside | {"said": nw.Int64, "per": nw.Int64}
        self.source.decode(heading, read, into, [None] * len(into))
        expected = say("what the counts say, or nothing")
        self.source.fault_where(_contradicts(made[0], made[1]), self.key, "DX555", expected, heading)

    def _counts(self, heading: str, new: str) -> None:
        """Whole numbers as they are; anything else through its text."""
        if self.source.frame.collect_schema()[heading].is_integer():
            self.source.frame = self.source.frame.with_columns(**{new: nw.col(heading).cast(nw.Int64)})
        else:
            self.source.decode(heading, lambda cell: (count_of(cell),), {new: nw.Int64}, [None])


_KINDS = (nw.Int64, nw.Int64, nw.Boolean)


def _reader(indicator: Indicator, unit: str = "") -> Callable[[Cell], tuple[int, int, bool]]:
    def read(cell: Cell) -> tuple[int, int, bool]:
        value = value_of(cell, indicator, unit)
        return value.numerator, value.denominator, value.counted

    return read


def _beside(read: Callable[[Cell], tuple[int, int, bool]]) -> Callable[[Cell], tuple[int | bool | None, ...]]:
    """Also the value as whole units of its last decimal, and how many units are 1, to be held against counts beside it."""

    def read_all(cell: Cell) -> tuple[int | bool | None, ...]:
        value = read(cell)
        text = plain(cell.text)
        decimals = len(text.rstrip("%‰").partition(".")[2])
        per = 10**decimals * (100 if text.endswith("%") else 1000 if text.endswith("‰") else 1)
        said = Fraction(value[0], value[1]) * per if value[1] else None
        return (*value, int(said), per) if said is not None and said.denominator == 1 else (*value, None, None)

    return read_all


def _contradicts(over: str, under: str) -> nw.Expr:
    """Whether a percentage beside the counts is not their ratio, rounded half up to the decimals that it shows."""
    twice = nw.col(over) * nw.col("per") * 2 + nw.col(under)
    low, high = nw.col("said") * 2 * nw.col(under), (nw.col("said") + 1) * 2 * nw.col(under)
    return (nw.col(under) > 0) & ~nw.col("said").is_null() & ~((twice >= low) & (twice < high))


def _tick(cell: Cell) -> tuple[int, int, bool]:
    return int(flag_of(cell)), 1, False


class _Long(_Form):
    """A row a value."""

    def values(self) -> list[Reported]:
        own = self.source.frame.filter(nw.col("indicator").is_in([one.id for one in self.contract.indicators]))
        rows = self.backend.take(own.select("indicator", "period", "entry").unique())
        triples = sorted(set(zip(rows["indicator"], rows["period"], rows["entry"], strict=True)), key=str)
        return [
            Reported(self.contract.contract, (key,), part)
            for indicator, period, entry in triples
            if period and entry is not None
            for key, part in self._read(indicator, parse_period(period), entry)
        ]

    def _read(self, name: str, period: Period, entry: str) -> Iterator[tuple[AmountKey, Frame]]:
        """The rows of one indicator, period and entry as three columns."""
        indicator = self.definition(name)
        chosen = (nw.col("indicator") == name) & (nw.col("period") == str(period)) & (nw.col("entry") == entry)
        within = {"indicator": name, "period": str(period), "entry": entry}
        part = self.source.part(self.source.frame.filter(chosen), within)
        if not self.fits(name, period):
            expected = say("a period as {indicator} is reported", indicator=name)
            part.fault_where(~nw.col("period").is_null(), self.key, "DX557", expected, "period")
            return
        key = (name, period, entry)
        made = [column(key, one) for one in PARTS]
        sound = self._counted(part, indicator)
        into = {
            "value over": nw.Int64,
            "value under": nw.Int64,
            "value counted": nw.Boolean,
            "said": nw.Int64,
            "per": nw.Int64,
        }
        part.decode("value", _beside(_tick if entry else _reader(indicator)), into, [None] * len(into))
        counts = ~nw.col("over").is_null()
        if sound and indicator.kind is Kind.RATIO:
            part.look_for(list(self.range_checks(indicator, "over", "under", ["numerator", "denominator"])), self.key)
            part.fault_where(
                _contradicts("over", "under"), self.key, "DX555", say("what the counts say, or nothing"), "value"
            )
        part.frame = part.frame.with_columns(
            nw.when(counts).then(nw.col("over")).otherwise(nw.col("value over")).alias(made[0]),
            nw.when(counts).then(nw.col("under")).otherwise(nw.col("value under")).alias(made[1]),
            nw.when(counts).then(nw.lit(True)).otherwise(nw.col("value counted")).alias(made[2]),
        )
        # Kept: hundreds of them are joined, each at the end of a chain of joins of its own.
        yield key, self.backend.keep(part.frame.select("subject", *made))

    def _counted(self, part: Source, indicator: Indicator) -> bool:
        """Numerator and denominator as `over` and `under`; whether all that is there could be read."""
        known, ratio = len(part.faults.found), indicator.kind is Kind.RATIO

        def none(_: Cell) -> tuple[int]:
            raise CellFault("DX555", say("one value: {indicator} is no ratio", indicator=indicator.id))

        for name, new in (("numerator", "over"), ("denominator", "under")):
            part.decode(name, (lambda cell: (count_of(cell),)) if ratio else none, {new: nw.Int64}, [None])
        return len(part.faults.found) == known
