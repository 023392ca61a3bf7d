"""The long form of the data: a row a value."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw

from rules.diagnostic import say
from rules.indicator import Indicator, Kind
from rules.period import Period, parse_period
from targets.bulk.faults import Check
from targets.bulk.form import KINDS, PARTS, Form, Reported, beside, column, contradicts, more_than_due, reader, tick
from targets.bulk.source import Source
from targets.columns.year import AmountKey, Frame
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.values import count_of


class Long(Form):
    """A row a value."""

    def values(self) -> list[Reported]:
        own = self.source.frame.filter(nw.col("indicator").is_in(list(self.indicators)))
        rows = self.backend.take(own.select("indicator", "period", "entry").unique())
        triples = sorted(set(zip(rows["indicator"], rows["period"], rows["entry"], strict=True)), key=str)
        return [
            Reported(self.assessing, (key,), part)
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
        into = dict(zip(("value over", "value under", "value counted"), KINDS, strict=True))
        into |= {"said": nw.Int64, "per": nw.Int64}
        part.decode("value", beside(tick if entry else reader(indicator)), into, [None] * len(into))
        counts = ~nw.col("over").is_null()
        if sound and indicator.kind is Kind.RATIO:
            test = contradicts("over", "under", "value over", self.backend)
            alone = nw.when(nw.col("over").is_null()).then(nw.col("value over"))
            checks = [
                *self.range_checks(indicator, "over", "under", ["numerator", "denominator"]),
                *more_than_due(indicator, alone, nw.col("value under"), "value"),
                Check(test, "DX555", say("what the counts say, or nothing"), "value"),
            ]
            part.look_for(checks, self.key)
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
