"""What every part of a contract shares: a frozen record that knows no unknown keys, and the words it is written in."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from rules.diagnostic import Called, Text, say
from rules.period import parse_date
from rules.quantity import NotExact, parse_number, plain

ID_CHARACTERS_MAX = 64
NAME_CHARACTERS_MAX = 200
WHOLE_DIGITS_MAX = 9


class NotWord(ValueError):
    """Text that is not the identifier, flag or word it should be; `text` is the sentence for the user."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(str(text))


class NotIdentifier(NotWord):
    """Text that cannot be the id of anything."""


class Record(BaseModel):
    """Frozen, compared by value, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)


_ID = re.compile(r"[^\W\d][\w\-]*(?:/[\w\-]+)*")


def parse_id(text: object) -> str:
    """A letter (Latin or Chinese), then letters, digits, `_`, `-`; parts joined by `/`. Raises NotIdentifier."""
    if isinstance(text, str) and len(text) <= ID_CHARACTERS_MAX and _ID.fullmatch(text):
        return text
    raise NotIdentifier(
        say(
            "an identifier: a letter first, then letters, digits, _ or -, at most {most}",
            most=ID_CHARACTERS_MAX,
        )
    )


_TRUE, _FALSE = (
    frozenset({"true", "yes", "是", "有", "√", "✓"}),
    frozenset({"false", "no", "否", "无", "×", "✗"}),
)


def parse_flag(text: object) -> bool:
    """`true`, `yes`, `是`, `√` and their opposites. Raises NotWord."""
    if isinstance(text, bool):
        return text
    word = plain(text).lower() if isinstance(text, str) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise NotWord(say("true or false (是 or 否)"))


def parse_count(text: object) -> int:
    """A whole number that is not negative. Raises NotExact."""
    number = parse_number(text)
    if number.denominator != 1 or number < 0:
        raise NotExact(say("a whole number, 0 or more"))
    return int(number)


def parse_whole(text: object) -> int:
    """A whole number in digits only: a version, a year, a number of decimals. Raises NotExact."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    digits = plain(text) if isinstance(text, str) else ""
    if digits.isdecimal() and len(digits) <= WHOLE_DIGITS_MAX:
        return int(digits)
    raise NotExact(say("a whole number in digits, such as 4"))


def _parse_date(text: object) -> date:
    return text if isinstance(text, date) else parse_date(str(text))


_INTEGER = WithJsonSchema({"type": ["integer", "string"], "examples": ["4"]})
Id = Annotated[str, BeforeValidator(parse_id)]
Flag = Annotated[bool, BeforeValidator(parse_flag)]
Count = Annotated[int, BeforeValidator(parse_count), _INTEGER]
Whole = BeforeValidator(parse_whole)
Day = Annotated[date, BeforeValidator(_parse_date)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS_MAX)]


class Label(Record):
    """A word that data and rules refer to by `id` and people read by name; the id alone stands for both."""

    id: Id
    name: Name
    name_en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_id(cls, value: object) -> object:
        return {"id": value, "name": value} if isinstance(value, str) else value

    @property
    def label(self) -> Called:
        return Called(self.name, self.name_en)

    def called(self, language: str) -> str:
        """The name in that language; Chinese where no English one is given."""
        return self.name_en if language == "en" and self.name_en else self.name


class Clause(Record):
    """A named part of the contract, with the article of the paper it stands for."""

    id: Id
    name: Name
    name_en: str = ""
    article: str = ""
    note: str = ""

    @property
    def label(self) -> Called:
        return Called(self.name, self.name_en)

    def called(self, language: str) -> str:
        """The name in that language; Chinese where no English one is given."""
        return self.name_en if language == "en" and self.name_en else self.name
