"""Reported values from a file, long or wide: for each indicator, period and part one pair of integer columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import narwhals as nw

from rules.diagnostic import Diagnostic, Span, say
from rules.indicator import Indicator, Kind
from rules.period import Period, parse_period
from targets.bulk.source import Source
from targets.columns.year import AmountKey, Frame, amount_name
from targets.intake.cells import named_in, period_of
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.lexicon import Lexicon, Part
from targets.intake.values import count_of, flag_of, value_of

PARTS = ("numerator", "denominator", "counted")


@dataclass(frozen=True, slots=True)
class Values:
    """Frames with `subject`, at most a row each, and for what was reported in them the columns numerator, denominator
    and counted (null where nothing was reported), named by `column`."""

    frames: tuple[tuple[tuple[AmountKey, ...], Frame], ...]


def column(key: AmountKey, part: str) -> str:
    indicator, period, entry = key
    return amount_name(indicator, period, entry, part)


def read_values(source: Source, lexicon: Lexicon) -> Values:
    """Decode the table; faults are noted with the source."""
    year = lexicon.the_year

    def period(cell: Cell) -> tuple[str]:
        found = period_of(cell, year)
        if found.year not in lexicon.years:
            listed = "、".join(map(str, sorted(lexicon.years)))
            raise CellFault("DX558", say("a period of {years}", years=listed))
        return (str(found),)

    source.frame = source.frame.with_columns(subject=nw.col("subject").cast(nw.String))
    source.decode("period", period, {"period": nw.String}, None)
    reader = _Long if not source.layout.wide else _Wide
    return reader(source, lexicon).values()


class _Form:
    """What the long and the wide form share."""

    def __init__(self, source: Source, lexicon: Lexicon) -> None:
        self.source, self.lexicon, self.backend = source, lexicon, source.backend

    def periods(self, frame: Frame) -> list[Period]:
        found = self.backend.take(frame.select("period").unique())["period"]
        return sorted(parse_period(text) for text in found if text)

    def fits(self, indicator: Indicator, period: Period) -> bool:
        return period.cadence is indicator.every

    def hold_to_range(self, indicator: Indicator, numerator: str, denominator: str, heading: str) -> None:
        """Counts that are not negative, and a ratio within what the contract states; told by the subject's row."""
        over, under = nw.col(numerator), nw.col(denominator)
        tests = [(over < 0) | (under < 0), (under == 0) & (over > 0)]
        codes = ["DX550", "DX555"]
        for limit, low in ((indicator.lowest, True), (indicator.highest, False)):
            if limit is not None:
                left, right = over * limit.denominator, under * limit.numerator
                tests.append((under > 0) & ((left < right) if low else (left > right)))
                codes.append("DX553")
        for test, code in zip(tests, codes, strict=True):
            expected = say(
                "counts within the range of {indicator} ({heading})", indicator=indicator.name, heading=heading
            )
            self.source.fault_where(test, "subject", code, expected)


class _Wide(_Form):
    """A row a subject and period, columns for each indicator."""

    def values(self) -> Values:
        self.source.once("subject", "period")
        grouped: dict[tuple[str, str], dict[Part, str]] = defaultdict(dict)
        for heading, measure in self.source.measures.items():
            grouped[measure.indicators[0], measure.entry][measure.part] = heading
        columns: dict[tuple[str, str], tuple[str, str, str]] = {}
        for (indicator, entry), parts in grouped.items():
            columns[indicator, entry] = self._decoded(indicator, entry, parts)
        frame = self.backend.keep(
            self.source.frame.select(
                "subject", "period", *dict.fromkeys(n for names in columns.values() for n in names)
            )
        )
        self.source.frame = frame
        frames = []
        for period in self.periods(frame):
            keys = tuple(
                (indicator, period, entry)
                for indicator, entry in columns
                if self.fits(self._definition(indicator), period)
            )
            renamed = {
                column(key, part): nw.col(name)
                for key in keys
                for part, name in zip(PARTS, columns[key[0], key[2]], strict=True)
            }
            frames.append((keys, frame.filter(nw.col("period") == str(period)).select("subject", **renamed)))
            self._other_cadence(columns, period)
        return Values(tuple(frames))

    def _definition(self, indicator: str) -> Indicator:
        return self.lexicon.definitions[indicator][0][1]

    def _other_cadence(self, columns: dict[tuple[str, str], tuple[str, str, str]], period: Period) -> None:
        """A value in the row of a period that the indicator is not reported for."""
        for (indicator, entry), names in columns.items():
            if not self.fits(self._definition(indicator), period):
                test = (nw.col("period") == str(period)) & ~nw.col(names[0]).is_null()
                expected = say("a period as {indicator} is reported", indicator=f"{indicator} {entry}".rstrip())
                self.source.fault_where(test, "subject", "DX557", expected)

    def _decoded(self, name: str, entry: str, parts: dict[Part, str]) -> tuple[str, str, str]:
        """The three columns of one indicator, decoded where they are text."""
        indicator, source = self._definition(name), self.source
        made = tuple(f"{name} {entry} {part}" for part in PARTS)
        heading = next(iter(parts.values()))
        if indicator.derived is not None:
            expected = say(
                "the values that it is computed from: {sources}", sources="、".join(indicator.derived.sources)
            )
            place = Span(str(source.path), cell=heading)
            source.faults.found.append(Diagnostic("DX559", place, say("a value of {name}", name=name), expected))
        if Part.NUMERATOR in parts and Part.DENOMINATOR in parts:
            for part, new in ((Part.NUMERATOR, made[0]), (Part.DENOMINATOR, made[1])):
                self._counts(parts[part], new)
            self.source.frame = source.frame.with_columns(**{made[2]: ~nw.col(made[0]).is_null()})
            lone = nw.col(made[0]).is_null() != nw.col(made[1]).is_null()
            source.fault_where(lone, "subject", "DX555", say("numerator and denominator, both"))
            self.hold_to_range(indicator, made[0], made[1], heading)
            return made[0], made[1], made[2]
        unit = source.measures[heading].unit
        read = _reader(indicator, unit) if not entry else _tick
        source.decode(heading, read, dict(zip(made, _KINDS, strict=True)), [None, None, None])
        return made[0], made[1], made[2]

    def _counts(self, heading: str, new: str) -> None:
        """Whole numbers as they are; anything else through its text."""
        if self.source.frame.collect_schema()[heading].is_integer():
            self.source.frame = self.source.frame.with_columns(**{new: nw.col(heading).cast(nw.Int64)})
        else:
            self.source.decode(heading, lambda cell: (count_of(cell),), {new: nw.Int64}, [None])


_KINDS = (nw.Int64, nw.Int64, nw.Boolean)


def _reader(indicator: Indicator, unit: str = ""):  # type: ignore[no-untyped-def]
    def read(cell: Cell) -> tuple[int, int, bool]:
        value = value_of(cell, indicator, unit)
        return value.numerator, value.denominator, value.counted

    return read


def _tick(cell: Cell) -> tuple[int, int, bool]:
    return int(flag_of(cell)), 1, False


class _Long(_Form):
    """A row a value."""

    def values(self) -> Values:
        source, lexicon = self.source, self.lexicon
        known = say("an indicator of a contract")
        source.decode(
            "indicator",
            lambda cell: (named_in(cell, lexicon.indicators, "DX533", known),),
            {"indicator": nw.String},
            None,
        )
        text = nw.col("entry").cast(nw.String).fill_null("") if source.has("entry") else nw.lit("", nw.String)
        source.frame = self.backend.keep(source.frame.with_columns(entry=text))
        source.once("subject", "indicator", "period", "entry")
        combinations = source.frame.select("indicator", "period", "entry").unique()
        rows = self.backend.take(combinations)
        triples = sorted(set(zip(rows["indicator"], rows["period"], rows["entry"], strict=True)), key=str)
        frames = [
            ((key,), part)
            for indicator, period, entry in triples
            if indicator and period
            for key, part in self._read(indicator, parse_period(period), entry)
        ]
        return Values(tuple(frames))

    def _read(self, name: str, period: Period, entry: str) -> Iterator[tuple[AmountKey, Frame]]:
        """The rows of one indicator, period and entry as three columns."""
        indicator = self.lexicon.definitions[name][0][1]
        chosen = (nw.col("indicator") == name) & (nw.col("period") == str(period)) & (nw.col("entry") == entry)
        part = Source(
            self.source.path, self.source.layout, self.source.frame.filter(chosen), self.backend, self.source.faults,
            self.source.headings, {},
        )  # fmt: skip
        if not self.fits(indicator, period):
            part.fault_where(
                nw.lit(True), "subject", "DX557", say("a period as {indicator} is reported", indicator=name)
            )
            return
        key = (name, period, self._entry(indicator, entry))
        made = [column(key, one) for one in PARTS]
        if part.has("numerator") and part.has("denominator") and indicator.kind is Kind.RATIO:
            part.decode("numerator", lambda cell: (count_of(cell),), {"over": nw.Int64}, [None])
            part.decode("denominator", lambda cell: (count_of(cell),), {"under": nw.Int64}, [None])
        else:
            nothing = nw.lit(None, nw.Int64)
            part.frame = part.frame.with_columns(over=nothing, under=nothing)
        into = {"value over": nw.Int64, "value under": nw.Int64, "value counted": nw.Boolean}
        part.decode("value", _tick if entry else _reader(indicator), into, [None, None, None])
        counts = ~nw.col("over").is_null()
        part.fault_where(counts & nw.col("under").is_null(), "subject", "DX555", say("numerator and denominator, both"))
        part.frame = part.frame.with_columns(
            nw.when(counts).then(nw.col("over")).otherwise(nw.col("value over")).alias(made[0]),
            nw.when(counts).then(nw.col("under")).otherwise(nw.col("value under")).alias(made[1]),
            nw.when(counts).then(nw.lit(True)).otherwise(nw.col("value counted")).alias(made[2]),
        )
        if indicator.kind is Kind.RATIO:
            form = _Form(part, self.lexicon)
            form.hold_to_range(indicator, made[0], made[1], name)
        yield key, part.frame.select("subject", *made)

    def _entry(self, indicator: Indicator, written: str) -> str:
        if not written:
            return ""
        for entry in indicator.entries:
            if written in (entry.id, entry.name, entry.name_en):
                return entry.id
        self.source.fault("entry", [written], "DX535", say("an entry of {indicator}", indicator=indicator.name))
        return written
