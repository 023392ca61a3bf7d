"""The content of one cell to a text, number, date, period or word. Each raises CellFault, never anything else."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from fractions import Fraction

from rules.diagnostic import Text, say
from rules.period import YEAR_MAX, YEAR_MIN, Period, parse_date, parse_period
from rules.quantity import NotExact, parse_number, plain
from targets.intake.faults import CellFault, near
from targets.intake.grid import Cell, Holds
from targets.intake.names import Names
from targets.vocabulary import NO_DATA, OPEN_END, Vocabulary, folded

TEXT_CHARACTERS_MAX = 2_000
SERIAL_MIN, SERIAL_MAX = 18_264, 109_939
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_QUOTES = "'‘’`"


def is_blank(cell: Cell) -> bool:
    """Whether the cell shows nothing, or one of the words for nothing (—, /, 空)."""
    if not cell.text and not cell.stored:
        return True
    if cell.stored or cell.text.isdigit() or cell.holds not in (Holds.TEXT, Holds.NUMBER):
        return False
    return plain(cell.text.strip(_QUOTES)).casefold() in NO_DATA


def text_of(cell: Cell, most: int = TEXT_CHARACTERS_MAX) -> str:
    """Visible characters on one line, without the spaces that pad Chinese names (张　三)."""
    _refuse_not_typed(cell)
    if cell.holds is Holds.DATE:
        hint = say("the spreadsheet made a date of it: format the cells as text and type it again")
        raise CellFault("DX528", say("a text"), hint)
    line = " ".join((cell.stored or cell.text).translate(_INVISIBLE).split()).lstrip(_QUOTES)
    line = _PADDING.sub("", line)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co") for character in line):
        raise CellFault("DX528", say("a text without control characters"))
    if len(line) > most:
        raise CellFault("DX528", say("at most {most} characters", most=most))
    return line


_PADDING = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_CODE = re.compile(r"\w[\w\-/.]{0,63}")


def code_of(cell: Cell) -> str:
    """A code: letters, digits, `-`, `_`, `/`, `.`; at most 64; full-width forms folded."""
    code = plain(text_of(cell))
    if not _CODE.fullmatch(code):
        raise CellFault("DX528", say("a code of letters, digits, -, _, / and ., at most {most}", most=64))
    return code


def word_of(cell: Cell, words: Vocabulary, language: str = "zh") -> str:
    """The id of a word of a closed list."""
    text = text_of(cell)
    found = words.find(text)
    if found is None:
        listed = "、".join(f"{word.called(language)} ({word.id})" for word in words.words)
        raise CellFault("DX527", say("one of {words}", words=listed))
    return found


def named_in(cell: Cell, names: Names, code: str, expected: Text) -> str:
    """The id of something that a contract defines; `code` is the diagnostic when it defines nothing of that name."""
    text = text_of(cell)
    found = names.find(text)
    if len(found) == 1:
        return found[0]
    if found:
        raise CellFault("DX531", say("one of {codes}", codes="、".join(found)), say("write the id instead of the name"))
    hint = near(names.nearest(text)) or (say("known are {words}", words=names.listed()) if names else None)
    raise CellFault(code, expected, hint)


def number_of(cell: Cell, unit: str = "") -> Fraction:
    """The exact number that the user sees; `unit` may stand behind it (12人)."""
    return parsed(number_text(cell, unit))


def parsed(text: str) -> Fraction:
    try:
        return parse_number(text)
    except NotExact as fault:
        raise CellFault("DX521", fault.text) from None


def number_text(cell: Cell, unit: str = "") -> str:
    """The digits and signs of a number as the user sees them, without spaces and without the unit."""
    _refuse_not_typed(cell)
    if cell.holds in (Holds.DATE, Holds.FLAG):
        hint = say("the cell is formatted as a date: format it as a number and type it again")
        raise CellFault("DX521", say("a number"), hint if cell.holds is Holds.DATE else None)
    if cell.stored:
        found = say("{shown} shown, {stored} stored", shown=cell.text or "—", stored=cell.stored)
        hint = say("round it: =ROUND(…), or type the number that counts; or show all its decimals")
        raise CellFault("DX524", say("one number, shown as it is stored"), hint, found)
    typed = cell.text.translate(_INVISIBLE).strip().strip(_QUOTES).removesuffix(unit)
    if _APART.search(typed) or not _is_plainly_digits(typed):
        raise CellFault("DX521", say("one number, written with ordinary digits"))
    body = plain(typed)
    if unit and body.casefold().endswith(folded(unit)):
        body = body[: -len(folded(unit))]
    if sum(map(body.count, "%‰")) > 1:
        raise CellFault("DX521", say("a number such as 95%, 3‰, 0.5, 1/3 or 1,204"))
    return body


# Two digits with a space between are two numbers, unless groups of three follow: 1 204.
_APART = re.compile(r"\d\s+(?!\d{3}(?!\d))\d")


def _is_plainly_digits(text: str) -> bool:
    """Whether no exponent, fraction sign or circled digit would be taken for a plain digit (10² for 102)."""
    return text.isascii() or not any(
        unicodedata.decomposition(character).startswith(_DRESSED)
        and any(map(str.isdigit, unicodedata.normalize("NFKC", character)))
        for character in text
    )


_DRESSED = ("<super>", "<sub>", "<circle>", "<fraction>", "<compat>")


def day_of(cell: Cell, day_zero: date) -> date:
    """A date in any of the written forms, as a date cell, or as the number that a spreadsheet keeps for a date."""
    _refuse_not_typed(cell)
    typed = _TIME_OF_DAY.sub("", cell.text.translate(_INVISIBLE).strip().strip(_QUOTES))
    body = plain(typed)
    if body.isdigit() and len(body) in (5, 6) and SERIAL_MIN <= int(body) <= SERIAL_MAX:
        return day_zero + timedelta(days=int(body))
    try:
        return parse_date(typed)
    except NotExact as fault:
        raise CellFault(
            "DX525", fault.text, say("show year, month and day") if cell.holds is Holds.DATE else None
        ) from None


_TIME_OF_DAY = re.compile(r"\s+\d{1,2}:\d{2}(:\d{2})?$")


def open_day_of(cell: Cell, day_zero: date) -> date | None:
    """A date, or None for what goes on (至今)."""
    return None if folded(cell.text) in OPEN_END else day_of(cell, day_zero)


def period_of(cell: Cell, year: Period | None) -> Period:
    """A period; one without its year (3月, 第一季度, 上半年) is the one that begins in `year`."""
    _refuse_not_typed(cell)
    typed = plain(cell.text.translate(_INVISIBLE)).strip(_QUOTES)
    if _CUT_OCTOBER.fullmatch(typed) and cell.holds is not Holds.DATE:
        hint = say("January is written 2026-01 and October 2026-10; spreadsheets cut 2026.10 to 2026.1")
        raise CellFault("DX526", say("a period that can be told apart"), hint)
    bare = year is not None and _WITHOUT_YEAR.fullmatch(typed) is not None
    if bare:
        typed = f"{year}年{typed.removeprefix('全年')}"
    try:
        period = parse_period(typed.replace("月份", "月"))
    except NotExact as fault:
        as_text = say("the cell is formatted as a date: write 2026-03, as text") if cell.holds is Holds.DATE else None
        raise CellFault("DX526", fault.text, as_text) from None
    elsewhere = bare and year is not None and period.in_year_ending(year.ends).year != year.year
    return period.year_before if elsewhere else period


_CUT_OCTOBER = re.compile(r"\d{4}\.1")
_WITHOUT_YEAR = re.compile(r"\d{1,2}月份?|第?[一二三四1-4]季度?|[上下]半年|全年")


def year_of(cell: Cell) -> int:
    text = number_text(cell).removesuffix("年度").removesuffix("年")
    if text.isdecimal() and len(text) == 4 and YEAR_MIN <= int(text) <= YEAR_MAX:
        return int(text)
    raise CellFault("DX525", say("a year such as 2026"))


def share_of(cell: Cell) -> Fraction:
    """A share above 0 and at most 1: 60%, 0.6, 1/3."""
    share = number_of(cell)
    if not 0 < share <= 1:
        raise CellFault("DX574", say("a share above 0% and at most 100%"), say("write 60% or 0.6"))
    return share


def _refuse_not_typed(cell: Cell) -> None:
    if cell.holds is Holds.UNCOMPUTED:
        hint = say(
            "open the workbook in Excel or WPS, let it calculate, save it; or paste the value instead of the formula"
        )
        raise CellFault("DX522", say("a value"), hint)
    if cell.holds is Holds.ERROR:
        raise CellFault("DX523", say("a value"), say("mend the formula, or leave the cell empty if there is no value"))
