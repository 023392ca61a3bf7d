"""A stored number and its number format to the text the user sees. Exact decimals; no float is ever made.

A spreadsheet keeps binary doubles and writes them with 17 digits (0.95199999999999996); it calculates and shows 15. So a
stored number is first rounded to its 15 significant digits, which removes the binary noise and nothing else. If the
cell's format then shows fewer decimals than there are (0.95234 as 95%), both are reported: which one counts is not
for us to guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from targets.intake.grid import Cell, Holds

SPREADSHEET_DIGITS = 15
EXPONENT_MAX = 60
SECTIONS_MAX = 4

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,4})?")
_FIFTEEN = Context(prec=SPREADSHEET_DIGITS, rounding=ROUND_HALF_UP)
_WIDE = Context(prec=120, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Format:
    """One section of a number format, as far as it changes what is read. `date` tells which of y, m and d it shows."""

    general: bool = False
    hides: bool = False
    date: str = ""
    digits: int = 1
    decimals: int = 0
    grouped: bool = False
    percent: int = 0
    thousands: int = 0
    mantissa: bool = False
    fraction: int = 0
    before: str = ""
    after: str = ""


@lru_cache(maxsize=65_536)
def show_stored(raw: str, code: str, day_zero: date) -> Cell:
    """The cell for a number as it stands in the file, under the number format `code`."""
    stored = _stored(raw)
    if stored is None:
        return Cell(raw[:40], Holds.ERROR)
    sections = parse_format(code)
    index = 0 if stored > 0 or len(sections) == 1 else 1 if stored < 0 or len(sections) == 2 else 2
    section = sections[index]
    if section.date:
        return _shown_day(stored, section, day_zero)
    if _digits(raw) > SPREADSHEET_DIGITS and "." not in raw and Decimal(raw) != stored:
        return Cell(_plain(stored), Holds.NUMBER, raw)
    if section.hides and stored:
        return Cell("", Holds.NUMBER, _plain(stored))
    if section.general:
        return Cell(f"{section.before}{_plain(stored)}{section.after}", Holds.NUMBER)
    text, shown = _rendered(stored, section)
    return Cell(text, Holds.NUMBER, "" if shown == stored else _plain(stored))


def _stored(raw: str) -> Decimal | None:
    """The stored number to the digits a spreadsheet calculates with; None when it is no number."""
    if not _NUMBER.fullmatch(raw):
        return None
    try:
        number = _FIFTEEN.create_decimal(raw)
    except InvalidOperation:
        return None
    return number if number.is_zero() or abs(number.adjusted()) <= EXPONENT_MAX else None


def _digits(raw: str) -> int:
    return len(raw.lstrip("+-0").partition("e")[0])


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _shown_day(stored: Decimal, section: Format, day_zero: date) -> Cell:
    """A date as far as the cell shows it: a year or day that nobody sees is not taken for granted."""
    try:
        day = day_zero + timedelta(days=int(stored))
    except (OverflowError, ValueError):
        return Cell(_plain(stored), Holds.DATE)
    parts = {"y": f"{day.year:04d}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}
    return Cell("-".join(parts[letter] for letter in "ymd" if letter in section.date) or _plain(stored), Holds.DATE)


def _rendered(stored: Decimal, section: Format) -> tuple[str, Decimal]:
    """The text of the number under the section, and the number that this text says."""
    if section.fraction:
        near = Fraction(stored).limit_denominator(10 ** min(section.fraction, 4) - 1)
        shown = _WIDE.divide(Decimal(near.numerator), Decimal(near.denominator))
        return _plain(stored) if shown == stored else str(near), shown
    if section.mantissa:
        shown = Context(prec=section.decimals + 1, rounding=ROUND_HALF_UP).plus(stored)
        return f"{section.before}{_plain(shown)}{section.after}", shown
    scale = Decimal(10) ** (2 * section.percent - 3 * section.thousands)
    step = Decimal(1).scaleb(-section.decimals)
    scaled = _WIDE.quantize(_WIDE.multiply(stored, scale), step)
    if scaled.is_zero():
        scaled = abs(scaled)
    number = f"{scaled:,f}" if section.grouped else f"{scaled:f}"
    width = section.digits + (section.decimals + 1 if section.decimals else 0) + (scaled < 0)
    number = number if section.grouped else number.zfill(width)
    sign = "%" * section.percent
    return f"{section.before}{number}{sign}{section.after}", _WIDE.divide(scaled, Decimal(100) ** section.percent)


@lru_cache(maxsize=2048)
def parse_format(code: str) -> tuple[Format, ...]:
    """The sections of a format code: for positive numbers, negative ones, and zero."""
    if not code:
        return (Format(general=True),)
    return tuple(_parse_section(section) for section in _split_sections(code)[:SECTIONS_MAX])


_TOKEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?|General|G/通用格式|AM/PM|上午/下午|.', re.IGNORECASE | re.DOTALL)
_DATE_LETTERS = frozenset("ymdhs")
_TIME = "-"
_WHOLE_NUMBER = frozenset({"general", "g/通用格式", "@"})
_PLACES = frozenset("0#?")
DECIMALS_SHOWN_MAX = 30


def _split_sections(code: str) -> list[list[str]]:
    """The tokens of each section; quoted text, escapes and brackets stay whole."""
    sections: list[list[str]] = [[]]
    for token in _TOKEN.findall(code):
        if token == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return sections


def _parse_section(tokens: list[str]) -> Format:
    literal = {index: text for index, token in enumerate(tokens) if (text := _literal(token)) is not None}
    signs = [(index, token.lower()) for index, token in enumerate(tokens) if index not in literal]
    letters = {token for _, token in signs}
    places = [index for index, token in signs if token in _PLACES]
    if letters & _DATE_LETTERS or ("e" in letters and not places):
        shown = {"y" if letter == "e" else letter for letter in letters & {"y", "e", "m", "d"}}
        return Format(date="".join(sorted(shown - ({"m"} if shown == {"m"} else set()))) or _TIME)
    conditional = any(token.startswith("[") for token in letters)
    if letters & _WHOLE_NUMBER or conditional or not places:
        at = next((index for index, token in signs if token in _WHOLE_NUMBER), len(tokens))
        before, after = _joined(literal, 0, at), _joined(literal, at, len(tokens))
        return Format(general=True, hides=not tokens, before=before, after=after)
    return _parse_digits(signs, places, literal, len(tokens))


def _parse_digits(signs: list[tuple[int, str]], places: list[int], literal: dict[int, str], length: int) -> Format:
    first, last = places[0], places[-1]
    point = next((index for index, token in signs if token == "." and first <= index + 1), last + 1)
    exponent = next((index for index, token in signs if token == "e"), last + 1)
    slash = next((index for index, token in signs if token == "/"), None)
    whole_end = max((index for index in places if index < point), default=first)
    commas = [index for index, token in signs if token == ","]
    return Format(
        digits=min(sum(token == "0" and index < point for index, token in signs), DECIMALS_SHOWN_MAX),
        decimals=min(sum(point < index < exponent for index in places), DECIMALS_SHOWN_MAX),
        grouped=any(first < index < whole_end for index in commas),
        percent=sum(token == "%" for _, token in signs),
        thousands=sum(index > whole_end for index in commas),
        mantissa=exponent <= last,
        fraction=0 if slash is None else max(sum(index > slash for index in places), 1),
        before=_joined(literal, 0, first),
        after=_joined(literal, last, length),
    )


def _literal(token: str) -> str | None:
    """The text that a token puts beside the number; None for a token that formats it."""
    if token.startswith('"'):
        return token.strip('"')
    if token.startswith("\\") and len(token) == 2:
        return token[1]
    if token[0] in "_*" and len(token) == 2:
        return ""
    if token.startswith("["):
        currency = re.match(r"\[\$([^\-\]]*)", token)
        condition = re.match(r"\[[<>=]", token)
        return None if condition else currency[1] if currency else ""
    return token if token in "¥￥$()+- 元年月日" else None


def _joined(literal: dict[int, str], start: int, end: int) -> str:
    """Text beside the number without the brackets and signs that only dress a negative one."""
    text = "".join(literal[index] for index in range(start, end) if index in literal)
    return text.replace("(", "").replace(")", "").replace("-", "").replace("+", "").strip()
