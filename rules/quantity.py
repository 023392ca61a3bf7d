"""Text to exact numbers and back: ratios, points, counts, money. Never through a float.

Written forms: `95%`, `3‰`, `0.5`, `1/3`, `1,204`, `¥1,200.50`, `1.5万元`, `1200元`, full-width digits and signs,
stray spaces. A number that is already binary (a float) is refused by type: exactness is lost before we see it.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from rules.diagnostic import Text, say

DIGITS_MAX = 30
DECIMALS_MAX = 12
FEN_MAX = 2**63 - 1

_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?")
_SCALES = {
    "%": Fraction(1, 100),
    "‰": Fraction(1, 1000),
    "万亿": Fraction(10**12),
    "万": Fraction(10**4),
    "亿": Fraction(10**8),
}
_CURRENCY = re.compile(r"^[¥￥]|(?:元|圆)(?:整)?$")


class Rounding(StrEnum):
    """How a declared place rounds. `half_up` is 四舍五入: ties go away from zero, as on the office's spreadsheet."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


class NotExact(ValueError):
    """Text that is not the quantity it should be; `text` is the sentence for the user."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(str(text))


class OutsideLimits(NotExact):
    """An exact quantity that is too small or too large for its place."""


def plain(text: str) -> str:
    """Full-width forms folded (NFKC), minus signs unified, all white space removed, thousands commas kept."""
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-")
    return "".join(folded.split())


def parse_number(text: object) -> Fraction:
    """`95%`, `3‰`, `0.5`, `1/3`, `1,204`, `1.5万` to the exact value. Raises NotExact."""
    if isinstance(text, bool) or not isinstance(text, str | int | Fraction):
        raise NotExact(say("a quantity written as text, so that it stays exact"))
    if not isinstance(text, str):
        return Fraction(text)
    body = plain(text)
    over, slash, under = body.partition("/")
    if slash:
        divisor = _decimal(under)
        if divisor == 0:
            raise NotExact(say("a quantity whose divisor is not zero"))
        return _decimal(over) / divisor
    for sign, scale in _SCALES.items():
        if body.endswith(sign):
            return _decimal(body.removesuffix(sign)) * scale
    return _decimal(body)


def _decimal(body: str) -> Fraction:
    match = _NUMBER.fullmatch(body)
    if match is None:
        raise NotExact(say("a number such as 95%, 3‰, 0.5, 1/3 or 1,204"))
    whole, part = match["whole"].replace(",", ""), match["part"] or ""
    if len(whole) + len(part) > DIGITS_MAX:
        raise NotExact(say("a number of at most {digits} digits", digits=DIGITS_MAX))
    value = Fraction(int(whole + part), 10 ** len(part))
    return -value if match["sign"] == "-" else value


def parse_value(text: object) -> Fraction:
    """Like `parse_number`, and money in yuan: `¥1,200.50`, `1.5万元`. Raises NotExact."""
    return parse_number(_CURRENCY.sub("", plain(text)) if isinstance(text, str) else text)


def parse_money_fen(text: object) -> int:
    """`¥1,200.50`, `1200元`, `1.5万元`, `0.3亿元` to fen. Raises NotExact."""
    if not isinstance(text, str):
        raise NotExact(say("an amount of money written as text, such as ¥1,200.50 or 1.5万元"))
    fen = parse_value(text) * 100
    if fen.denominator != 1:
        raise NotExact(say("a whole number of fen: at most two decimals of a yuan"))
    if abs(fen) > FEN_MAX:
        raise NotExact(say("an amount that a ledger can hold, below 92 quadrillion yuan"))
    return int(fen)


def round_to(value: Fraction, decimals: int, rounding: Rounding = Rounding.HALF_UP) -> Fraction:
    """The nearest multiple of 10**-decimals under the declared rule; exact, sign-symmetric."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    up = {
        Rounding.HALF_UP: twice >= 0,
        Rounding.HALF_EVEN: twice > 0 or (twice == 0 and whole % 2 == 1),
        Rounding.UP: rest > 0,
        Rounding.DOWN: False,
    }[rounding]
    rounded = Fraction(whole + up, 10**decimals)
    return -rounded if value < 0 else rounded


def show(value: Fraction | int, decimals: int | None = None) -> str:
    """Exact text: a decimal when the value has one, else `a/b`; padded to `decimals` when given (and it fits)."""
    if value.denominator == 1 and not decimals:
        return str(value.numerator)
    places = _decimal_places(value)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    places = max(places, decimals or 0)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    body = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{body}" if value < 0 else body


def _decimal_places(value: Fraction | int) -> int | None:
    """Digits after the point that write `value` exactly; None when no decimal does."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def show_percent(value: Fraction) -> str:
    """`95%`; a ratio that no decimal can write exactly stays a fraction, `2/3`."""
    scaled = value * 100
    return f"{show(scaled)}%" if _decimal_places(scaled) is not None else show(value)


def show_money(amount_fen: int) -> str:
    """`¥1,200.50` from 120050 fen."""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}¥{yuan:,}.{fen:02d}"


class _ExactText:
    """Schema of an exact number: validated from text, published in JSON Schema as a string with a pattern."""

    def __init__(self, example: str, lowest: int | None = None, above: int | None = None) -> None:
        self.example, self.lowest, self.above = example, lowest, above

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def check(value: Fraction) -> Fraction:
            if self.lowest is not None and value < self.lowest:
                raise OutsideLimits(say("a quantity of at least {lowest}", lowest=self.lowest))
            if self.above is not None and value <= self.above:
                raise OutsideLimits(say("a quantity above {above}", above=self.above))
            return value

        return core_schema.no_info_after_validator_function(check, core_schema.is_instance_schema(Fraction))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": ["string", "number"], "examples": [self.example]}


_SHOWN = PlainSerializer(show, return_type=str)
Quantity = Annotated[Fraction, _ExactText("95%"), BeforeValidator(parse_number), _SHOWN]
PositiveQuantity = Annotated[Fraction, _ExactText("95%", above=0), BeforeValidator(parse_number), _SHOWN]
# In the unit of an indicator, which may be money: `5万元`.
WrittenValue = Annotated[Fraction, _ExactText("1万元"), BeforeValidator(parse_value), _SHOWN]
PositiveValue = Annotated[Fraction, _ExactText("1万元", above=0), BeforeValidator(parse_value), _SHOWN]
NotNegativeValue = Annotated[Fraction, _ExactText("1万元", lowest=0), BeforeValidator(parse_value), _SHOWN]
Share = Annotated[Fraction, _ExactText("60%", lowest=0), BeforeValidator(parse_number), _SHOWN]
Points = Annotated[Fraction, _ExactText("5", lowest=0), BeforeValidator(parse_number), _SHOWN]


class _MoneyText:
    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": ["string", "number"], "examples": ["¥1,200.50", "1.5万元"]}


MoneyFen = Annotated[int, BeforeValidator(parse_money_fen), PlainSerializer(show_money, return_type=str), _MoneyText()]
