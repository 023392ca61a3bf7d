"""The wide form of the data: a row a subject and period, a column or two an indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import narwhals as nw

from rules.diagnostic import Diagnostic, Span, say
from rules.indicator import Indicator, Kind
from rules.period import Period
from targets.bulk.form import KINDS, PARTS, Form, Reported, beside, column, contradicts, more_than_due, reader, tick
from targets.intake.lexicon import Part
from targets.intake.values import count_of


class Wide(Form):
    """A row a subject and period, columns for each indicator."""

    def values(self) -> list[Reported]:
        grouped: dict[tuple[str, str], dict[Part, str]] = defaultdict(dict)
        for heading, measure in self.source.measures.items():
            own = next((one for one in measure.indicators if one in self.indicators), None)
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
            keys = tuple(
                (indicator, period, entry)
                for indicator, entry in columns
                if self.fits(indicator, period) and (entry or self.definition(indicator).kind is not Kind.CHECKLIST)
            )
            renamed = {
                column(key, part): nw.col(name)
                for key in keys
                for part, name in zip(PARTS, columns[key[0], key[2]], strict=True)
            }
            own_rows = frame.filter(nw.col("period") == str(period)).select("subject", **renamed)
            frames.append(Reported(self.assessing, keys, own_rows))
            self._other_cadence(columns, period)
        return frames

    def _place_heading(self, parts: dict[Part, str], part: Part, heading: str) -> None:
        if part in parts:
            place, found = Span(str(self.source.path), cell=heading), say("{heading}", heading=heading)
            expected = say("one column, as {heading} says the same", heading=parts[part])
            self.source.faults.add(Diagnostic("DX515", place, found, expected))
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
        if indicator.computed:
            place, found = Span(str(source.path), cell=heading), say("a value of {name}", name=name)
            source.faults.add(Diagnostic("DX559", place, found, indicator.reported_instead))
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
            source.faults.add(Diagnostic("DX555", place, found, say("numerator and denominator, both")))
            nothing = (nw.lit(None, nw.Int64), nw.lit(None, nw.Int64), nw.lit(None, nw.Boolean))
            source.frame = source.frame.with_columns(**dict(zip(made, nothing, strict=True)))
            return made[0], made[1], made[2]
        unit = source.measures[heading].unit
        read = reader(indicator, unit) if not entry else tick
        source.decode(heading, read, dict(zip(made, KINDS, strict=True)), [None, None, None])
        self.checks += more_than_due(indicator, nw.col(made[0]), nw.col(made[1]), heading)
        return made[0], made[1], made[2]

    def _hold_beside(self, indicator: Indicator, made: Sequence[str], heading: str) -> None:
        """A percentage in a column of its own only repeats the counts."""
        read = beside(reader(indicator, self.source.measures[heading].unit))
        into = dict(zip(("beside over", "beside under", "beside counted"), KINDS, strict=True))
        into |= {"said": nw.Int64, "per": nw.Int64}
        self.source.decode(heading, read, into, [None] * len(into))
        expected = say("what the counts say, or nothing")
        test = contradicts(made[0], made[1], "beside over", self.backend)
        self.source.fault_where(test, self.key, "DX555", expected, heading)

    def _counts(self, heading: str, new: str) -> None:
        """Whole numbers as they are; anything else through its text."""
        if self.source.frame.collect_schema()[heading].is_integer():
            self.source.frame = self.source.frame.with_columns(**{new: nw.col(heading).cast(nw.Int64)})
        else:
            self.source.decode(heading, lambda cell: (count_of(cell),), {new: nw.Int64}, [None])
