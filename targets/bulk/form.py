"""What the long and the wide form of the data share: one contract's subjects and indicators, and how values are held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw

from rules.contract import Contract
from rules.diagnostic import say
from rules.indicator import Indicator, Kind
from rules.period import Period, parse_period
from rules.quantity import plain
from targets.bulk.faults import Check
from targets.bulk.source import Source
from targets.columns.backend import INT64_MAX, Backend
from targets.columns.year import AmountKey, Frame, amount_name
from targets.intake.faults import CellFault
from targets.intake.grid import Cell
from targets.intake.values import entries_of, flag_of, value_of

PARTS = ("numerator", "denominator", "counted")
KINDS = (nw.Int64, nw.Int64, nw.Boolean)
# A percentage beside its counts is compared by products that stay within 38 digits.
BESIDE_MAX = 10**18


@dataclass(frozen=True, slots=True)
class Reported:
    """What one contract's subjects reported: a frame with `subject`, at most a row each, and for each key the columns
    numerator, denominator and counted (null where nothing was reported), named by `column`.
    `contract` is empty where they report statistics of a contract that does not assess them."""

    contract: str
    keys: tuple[AmountKey, ...]
    frame: Frame


def column(key: AmountKey, part: str) -> str:
    indicator, period, entry = key
    return amount_name(indicator, period, entry, part)


class Form:
    """What the long and the wide form share: one contract's subjects and indicators."""

    def __init__(self, source: Source, contract: Contract, statistics: Sequence[str] | None = None) -> None:
        """`statistics` are the only indicators of whoever the contract does not assess."""
        self.source, self.backend = source, source.backend
        self.indicators = {one.id: one for one in contract.indicators if statistics is None or one.id in statistics}
        self.assessing = contract.contract if statistics is None else ""
        self.checks: list[Check] = []

    def periods(self, frame: Frame) -> list[Period]:
        found = self.backend.take(frame.select("period").unique())["period"]
        return sorted(parse_period(text) for text in found if text)

    def definition(self, name: str) -> Indicator:
        return self.indicators[name]

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
                left = wide(over, self.backend) * limit.denominator
                right = wide(under, self.backend) * limit.numerator
                outside = (under > 0) & ((left < right) if low else (left > right))
                expected = say("counts within the range of {indicator}", indicator=indicator.name)
                yield Check(outside, "DX553", expected, headings[0])
        yield from more_than_due(indicator, over, under, headings[0])


def more_than_due(indicator: Indicator, over: nw.Expr, under: nw.Expr, heading: str) -> Iterator[Check]:
    """More was done than was due, and the contract does not say that it can be: a warning."""
    if indicator.kind is Kind.RATIO and indicator.highest is None:
        expected = say("at most as many as the denominator")
        yield Check((under > 0) & (over > under), "DX554", expected, heading)


def wide(number: nw.Expr, backend: Backend) -> nw.Expr:
    """In 128 bits where the engine has them: 18 digits times a bound do not fit in 64, and Polars would wrap without a word.
    An engine that has not refuses to overflow."""
    return number.cast(nw.Int128) if backend.wide_max > INT64_MAX else number


def reader(indicator: Indicator, unit: str = "") -> Callable[[Cell], tuple[int, int, bool]]:
    """What a cell says of the indicator: numerator, denominator, and whether they were counted. Raises CellFault."""

    def read(cell: Cell) -> tuple[int, int, bool]:
        if indicator.kind is Kind.CHECKLIST:
            entries_of(cell, indicator)
            hint = say("write its entries one by one, each with 是 or 否 (yes or no)")
            raise CellFault("DX535", say("a row or column for each entry of a checklist"), hint)
        value = value_of(cell, indicator, unit)
        return value.numerator, value.denominator, value.counted

    return read


def beside(read: Callable[[Cell], tuple[int, int, bool]]) -> Callable[[Cell], tuple[int | bool | None, ...]]:
    """Also the value as whole units of its last decimal, and how many units are 1, to be held against counts beside it;
    nothing where it is no plain decimal, or one too long to be held against anything."""

    def read_all(cell: Cell) -> tuple[int | bool | None, ...]:
        value = read(cell)
        text = plain(cell.text)
        decimals = len(text.rstrip("%‰").partition(".")[2])
        per = 10**decimals * (100 if text.endswith("%") else 1000 if text.endswith("‰") else 1)
        said = Fraction(value[0], value[1]) * per if value[1] else None
        if said is None or said.denominator > 1 or max(said, per) > BESIDE_MAX:
            return *value, None, None
        return *value, int(said), per

    return read_all


def contradicts(over: str, under: str, value: str, backend: Backend) -> nw.Expr:
    """Whether a percentage (column `value`) beside the counts is not their ratio, rounded half up to the decimals that it
    shows."""
    due, said = wide(nw.col(under), backend), wide(nw.col("said"), backend)
    twice = wide(nw.col(over), backend) * wide(nw.col("per"), backend) * 2 + due
    same = (twice >= said * 2 * due) & (twice < (said + 1) * 2 * due)
    return (nw.col(under) > 0) & ~nw.col(value).is_null() & (nw.col("said").is_null() | ~same)


def tick(cell: Cell) -> tuple[int, int, bool]:
    return int(flag_of(cell)), 1, False
