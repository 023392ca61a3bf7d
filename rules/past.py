"""How far back a rule looks at what earlier years decided: so many years, or all since one (a term of office)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from rules.diagnostic import say
from rules.period import YEAR_MAX, YEAR_MIN
from rules.quantity import NotExact
from rules.record import Id, parse_whole

YEARS_BACK_MAX = 50
CONTRACTS_MAX = 20
_SINCE = "since "


@dataclass(frozen=True, slots=True)
class Since:
    """Every year from this one to the one before the contract's."""

    year: int

    def __str__(self) -> str:
        return f"{_SINCE}{self.year}"


def _parse_look_back(value: object) -> int | Since:
    """`3`, or `since 2024`. Raises NotExact."""
    if isinstance(value, Since):
        return value
    expected = say("a number of years from 1 to {most}, or: since 2024", most=YEARS_BACK_MAX)
    text = value.strip() if isinstance(value, str) else value
    since = isinstance(text, str) and text.startswith(_SINCE)
    try:
        number = parse_whole(text.removeprefix(_SINCE) if isinstance(text, str) else text)
    except NotExact as fault:
        raise NotExact(expected) from fault
    if not (YEAR_MIN <= number <= YEAR_MAX if since else 1 <= number <= YEARS_BACK_MAX):
        raise NotExact(expected)
    return Since(number) if since else number


LookBack = Annotated[
    int | Since,
    BeforeValidator(_parse_look_back),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "integer"], "examples": [3, "since 2024"]}),
]
# One contract or several; without any it is the contract in which it stands.
ContractsLookedAt = Annotated[
    tuple[Id, ...],
    Field(max_length=CONTRACTS_MAX),
    BeforeValidator(lambda named: [named] if isinstance(named, str) else named),
]


def years_before(back: int | Since, year: int) -> Sequence[int]:
    """The years looked at from that year, the earliest first."""
    return range(back.year if isinstance(back, Since) else year - back, year)
