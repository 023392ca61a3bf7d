"""The column 算法 of a golden page: arithmetic worked out by hand, held to its own word.

`60 × 93/95 = 58.7368… → 58.74` says an exact equality, a decimal cut off (`…`) and a rounding (`→`). `/` is the bar
of a fraction and binds closer than `×` and `÷`. Words between the numbers are for the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_RUN = re.compile(r"[-+−×÷/()\d.,%‰…=→<>≤≥ ]+")
_RELATIONS = "=→<>≤≥"
_NUMBER = re.compile(r"(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<cut>…)?(?P<scale>[%‰])?(?P<cut_after>…)?")
_SCALES = {None: Fraction(1), "%": Fraction(1, 100), "‰": Fraction(1, 1000)}


class WrongSum(AssertionError):
    """The arithmetic on the page does not say what it claims."""


def result_of(worked: str) -> Fraction:
    """The number that the working ends with. Raises WrongSum where a step of it does not hold."""
    last: Fraction | None = None
    for run in _RUN.findall(worked):
        text = run.strip().strip(_RELATIONS + ",").strip()
        if not any(character.isdigit() for character in text):
            continue
        last = _chain(text) if any(sign in text for sign in _RELATIONS) else _value(text).exact
    if last is None:
        raise WrongSum(f"no number in {worked!r}")
    return last


def _chain(text: str) -> Fraction:
    """Each term stands in the stated relation to the one before it; what was cut off stays exact on its way."""
    first, *rest = re.split(f"([{_RELATIONS}])", text)
    known = _value(first).exact
    for sign, written in zip(rest[::2], rest[1::2], strict=True):
        term = _value(written)
        if not _holds(known, sign, term):
            raise WrongSum(f"{text!r}: {written.strip()} does not follow by {sign}")
        known = known if term.cut else term.exact
    return known


@dataclass(frozen=True, slots=True)
class _Term:
    exact: Fraction
    unit: Fraction
    cut: bool


def _holds(known: Fraction, sign: str, term: _Term) -> bool:
    match sign:
        case "=" if term.cut:
            return abs(term.exact) <= abs(known) < abs(term.exact) + term.unit and known * term.exact >= 0
        case "=":
            return known == term.exact
        case "→":
            return abs(known - term.exact) < term.unit
        case "<":
            return known < term.exact
        case ">":
            return known > term.exact
        case "≤":
            return known <= term.exact
        case _:
            return known >= term.exact


def _value(text: str) -> _Term:
    """The value of an expression; `unit` is one of the last digit where it is a single number."""
    number = _NUMBER.fullmatch(text.strip().lstrip("-−"))
    if number is None:
        return _Term(_Expression(text).value(), Fraction(0), cut=False)
    decimals = len(number["digits"].partition(".")[2])
    unit = Fraction(1, 10**decimals) * _SCALES[number["scale"]]
    return _Term(_Expression(text.replace("…", "")).value(), unit, cut="…" in text)


class _Expression:
    """A sum of products of fractions, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = text.replace("−", "-").replace(" ", "")

    def value(self) -> Fraction:
        value = self._sum()
        if self.rest:
            raise WrongSum(f"{self.text!r} is not arithmetic from {self.rest!r} on")
        return value

    def _sum(self) -> Fraction:
        value = self._product()
        while sign := self._take("+-"):
            term = self._product()
            value = value + term if sign == "+" else value - term
        return value

    def _product(self) -> Fraction:
        value = self._fraction()
        while sign := self._take("×÷"):
            factor = self._fraction()
            value = value * factor if sign == "×" else value / factor
        return value

    def _fraction(self) -> Fraction:
        value = self._atom()
        while self._take("/"):
            value /= self._atom()
        return value

    def _atom(self) -> Fraction:
        if self._take("-"):
            return -self._atom()
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise WrongSum(f"{self.text!r} lacks a closing bracket")
            return value
        number = _NUMBER.match(self.rest)
        if number is None:
            raise WrongSum(f"{self.text!r} is not arithmetic from {self.rest!r} on")
        self.rest = self.rest[number.end() :]
        return Fraction(number["digits"].replace(",", "")) * _SCALES[number["scale"]]

    def _take(self, signs: str) -> str:
        if self.rest and self.rest[0] in signs:
            sign, self.rest = self.rest[0], self.rest[1:]
            return sign
        return ""
