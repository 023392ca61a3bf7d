"""The value of an indicator as a workbook gives it, to an exact fraction, held to what the indicator says of itself."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from rules.diagnostic import Text, say
from rules.indicator import Indicator, Kind
from rules.quantity import FEN_MAX, parse_number, plain, round_to, show, show_money, show_percent
from targets.intake.cells import is_blank, number_text, parsed, text_of
from targets.intake.faults import CellFault, near
from targets.intake.grid import Cell, Holds
from targets.intake.names import Names
from targets.rows import INTEGER_MAX
from targets.vocabulary import FLAGS, NONE_TICKED, folded

# Whole numbers up to here need no look at what the store can keep.
SHORT_DIGITS_MAX = 15


class Value(NamedTuple):
    """`numerator / denominator`; `counted` where both are counts of real things rather than a decimal as written."""

    numerator: int
    denominator: int
    counted: bool = False


def value_of(cell: Cell, indicator: Indicator, heading_unit: str = "") -> Value:
    """The value in one cell. `heading_unit` stands in the heading's brackets: 万元, %, 人. Raises CellFault."""
    match indicator.kind:
        case Kind.YES_NO:
            return Value(int(flag_of(cell)), 1)
        case Kind.RATIO:
            return _ratio_of(cell, indicator, heading_unit)
        case Kind.MONEY:
            number = money_of(cell, heading_unit)
        case Kind.COUNT:
            number = Fraction(_count_of(cell, indicator.unit, heading_unit))
        case _:
            number = _decimal_of(cell, indicator, heading_unit)
    _hold_to_range(number, indicator)
    return _kept(number)


def pair_of(numerator: Cell, denominator: Cell) -> Value:
    """The ratio of two counts. Raises CellFault for the denominator; a wrong numerator is found by `count_of` before."""
    value = Value(count_of(numerator), count_of(denominator), counted=True)
    if value.denominator == 0 and value.numerator:
        raise CellFault("DX555", say("a denominator above 0, or 0 of 0 where there was nothing to count"))
    return value


def hold_to_range(value: Value, indicator: Indicator) -> Value:
    """The value, if it lies in the plausible range that the contract states. Raises CellFault."""
    if value.denominator:
        _hold_to_range(Fraction(value.numerator, value.denominator), indicator)
    return value


def count_of(cell: Cell) -> int:
    """A whole number, 0 or more."""
    return _count_of(cell, "", "")


def flag_of(cell: Cell) -> bool:
    """是 or 否, √ or ×, 1 or 0, or a cell with TRUE or FALSE."""
    found = FLAGS.find(cell.text if cell.holds in (Holds.FLAG, Holds.NUMBER) else text_of(cell))
    if found is None or cell.stored:
        raise CellFault("DX556", say("是 or 否 (yes or no)"))
    return found == "1"


def entries_of(cell: Cell, indicator: Indicator) -> frozenset[str]:
    """The ids of the entries that a list (一项；二项) ticks; 无 ticks none."""
    names = Names()
    for entry in indicator.entries:
        names.add(entry.id, entry.name, entry.name_en)
    text = text_of(cell)
    if folded(text) in NONE_TICKED:
        return frozenset()
    ticked = set()
    for part in filter(None, map(str.strip, _LIST_JOINTS.split(text))):
        found = names.find(part)
        if len(found) != 1:
            listed = "、".join(entry.name for entry in indicator.entries[:8])
            raise CellFault("DX535", say("entries of {entries}", entries=listed), near(names.nearest(part)))
        ticked.add(found[0])
    return frozenset(ticked)


_LIST_JOINTS = re.compile(r"[;；、,，]")


def agrees(cell: Cell, value: Value) -> bool:
    """Whether a percentage that stands beside its counts says the same, to the decimals that it shows."""
    if is_blank(cell) or value.denominator == 0 or cell.holds not in (Holds.TEXT, Holds.NUMBER):
        return is_blank(cell) or value.denominator == 0
    text = plain(cell.text)
    try:
        said = parse_number(text)
    except ValueError:
        return False
    decimals = len(text.rstrip("%‰").partition(".")[2])
    scale = 100 if text.endswith("%") else 1000 if text.endswith("‰") else 1
    return round_to(Fraction(value.numerator, value.denominator) * scale, decimals) == said * scale


def target_of(cell: Cell, indicator: Indicator) -> Fraction:
    """A target, baseline or other parameter: like a value, but a count may be an average with decimals, and what is
    reported by month may be agreed for the year."""
    match indicator.kind:
        case Kind.YES_NO:
            return Fraction(flag_of(cell))
        case Kind.RATIO:
            value = _ratio_of(cell, indicator, "")
            if value.denominator == 0:
                raise CellFault("DX521", say("a quantity whose divisor is not zero"))
            return Fraction(value.numerator, value.denominator)
        case Kind.MONEY:
            number = money_of(cell, "")
        case _:
            number = parsed(number_text(cell, indicator.unit))
    _hold_to_range(number, indicator, periods=1 if indicator.kind is Kind.MARK else indicator.every.per_year)
    _kept(number)
    return number


def _ratio_of(cell: Cell, indicator: Indicator, heading_unit: str) -> Value:
    text = number_text(cell)
    over, slash, under = text.partition("/")
    if slash and over.isdecimal() and under.isdecimal() and len(text) <= 30:
        return hold_to_range(pair_of(Cell(over), Cell(under)), indicator)
    number = parsed(text)
    factor = _heading_factor(text, heading_unit, "")
    most = max(Fraction(1), indicator.highest or 0)
    if factor == 1 and not text.endswith(("%", "‰")) and number > most:
        raise CellFault(
            "DX561", say("a percentage such as {example}", example=f"{text}%"), say("write the percent sign")
        )
    _hold_to_range(number * factor, indicator)
    return _kept(number * factor)


def _count_of(cell: Cell, unit: str, heading_unit: str) -> int:
    text = number_text(cell, unit)
    factor = _heading_factor(text, heading_unit, unit)
    if factor == 1 and text.isdecimal() and len(text) <= SHORT_DIGITS_MAX:
        return int(text)
    _refuse_signs(text)
    number = parsed(text) * factor
    if number.denominator != 1 or number < 0:
        raise CellFault("DX550", say("a whole number, 0 or more"))
    return _kept(number).numerator


def _decimal_of(cell: Cell, indicator: Indicator, heading_unit: str) -> Fraction:
    text = number_text(cell, indicator.unit)
    _refuse_signs(text)
    number = parsed(text) * _heading_factor(text, heading_unit, indicator.unit)
    if (number * 10**indicator.decimals).denominator != 1:
        expected = say("at most {decimals} decimals", decimals=indicator.decimals)
        raise CellFault("DX551", expected, say("round it as the contract declares, before it is typed"))
    return number


def money_of(cell: Cell, heading_unit: str) -> Fraction:
    """Yuan, in whole fen; in brackets, as accountants write it, below 0. Raises CellFault."""
    text = number_text(cell)
    _refuse_signs(text)
    bracketed = _IN_BRACKETS.fullmatch(text)
    bare = _CURRENCY.sub("", bracketed[1] if bracketed else text)
    factor = Fraction(1) if text.endswith(("元", "圆", "整")) else _heading_factor(bare, heading_unit, "元")
    try:
        fen = parsed(bare) * factor * (-100 if bracketed else 100)
    except CellFault:
        raise CellFault("DX521", say("an amount such as 1,200.50, ¥1200, 1.5万元 or (300.00)")) from None
    if fen.denominator != 1:
        raise CellFault("DX552", say("a whole number of fen: at most two decimals of a yuan"))
    if abs(fen) > FEN_MAX:
        raise CellFault("DX553", say("an amount that a ledger can hold, below 92 quadrillion yuan"))
    return fen / 100


_IN_BRACKETS = re.compile(r"[(（]([¥￥]?[\d.,，]+)[)）]")
_CURRENCY = re.compile(r"^[¥￥]|(?:元|圆)整?$")


def _refuse_signs(text: str) -> None:
    """A percentage or fraction is no count, number or amount, even where it would come out whole (300%, 6/2)."""
    if any(sign in text for sign in "%‰/"):
        raise CellFault("DX521", say("a number without %, ‰ or /"))


_FACTORS = {
    **{
        "%": Fraction(1, 100),
        "‰": Fraction(1, 1000),
        "百": Fraction(100),
        "千": Fraction(1_000),
        "万": Fraction(10_000),
    },
    **{"十万": Fraction(100_000), "百万": Fraction(1_000_000), "千万": Fraction(10_000_000), "亿": Fraction(10**8)},
}


def _heading_factor(text: str, heading_unit: str, unit: str) -> Fraction:
    """What a number is multiplied by for the unit in its heading; a number with a sign of its own keeps that one."""
    heading = folded(heading_unit)
    if not heading or heading == folded(unit) or text.endswith(("%", "‰", "万", "亿")):
        return Fraction(1)
    return _FACTORS.get(heading) or _FACTORS.get(heading.removesuffix(folded(unit) or heading), Fraction(1))


def _hold_to_range(number: Fraction, indicator: Indicator, periods: int = 1) -> None:
    """The range is that of one period; the sum over several may be as many times as high."""
    lowest, highest = indicator.lowest, indicator.highest
    if lowest is None and indicator.kind in (Kind.RATIO, Kind.MARK):
        lowest = Fraction(0)
    if highest is not None:
        highest = max(highest, highest * periods)
    if (lowest is not None and number < lowest) or (highest is not None and number > highest):
        raise CellFault("DX553", _range_expected(lowest, highest, indicator.kind))


def _range_expected(lowest: Fraction | None, highest: Fraction | None, kind: Kind) -> Text:
    if lowest is not None and highest is not None:
        return say("a value from {lowest} to {highest}", lowest=written(lowest, kind), highest=written(highest, kind))
    if lowest is not None:
        return say("a value of at least {lowest}", lowest=written(lowest, kind))
    return say("a value of at most {highest}", highest=written(highest or Fraction(0), kind))


def written(number: Fraction, kind: Kind) -> str:
    """The number as the office writes it: a ratio in percent, money in yuan."""
    if kind is Kind.RATIO:
        return show_percent(number)
    return show_money(int(number * 100)) if kind is Kind.MONEY and (number * 100).denominator == 1 else show(number)


def _kept(number: Fraction) -> Value:
    """As numerator and denominator that the store can keep."""
    if max(abs(number.numerator), number.denominator) > INTEGER_MAX:
        raise CellFault("DX553", say("a number of at most 18 digits"))
    return Value(number.numerator, number.denominator)
