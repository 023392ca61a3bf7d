"""The result of a run as it was stored, read again. What is stored is said in `cli.results`; numbers in it are exact text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rules.diagnostic import Diagnostic, Refused, Span, say


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """Scores as they were written, those of sections and items by id and period, None where exempt; vetoes by rule."""

    code: str
    name: str
    rank: int
    of: int
    final_score: str | None
    grade: str
    sections: Mapping[tuple[str, str], str | None]
    items: Mapping[tuple[str, str], str | None]
    vetoes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredContract:
    contract: str
    title: str
    version: int
    verdicts: Mapping[str, StoredVerdict]


@dataclass(frozen=True, slots=True)
class StoredResult:
    """`dues` in fen, by contract, clause, subject, kind and payee."""

    engine_version: str
    contracts: Mapping[str, StoredContract]
    dues: Mapping[tuple[str, str, str, str, str], int]

    def names(self) -> Mapping[str, str]:
        """Of everybody assessed, by code."""
        return {code: one.name for contract in self.contracts.values() for code, one in contract.verdicts.items()}


def read_result(text: str, place: Span) -> StoredResult:
    """Raises Refused for a text that is none (DX702); `place` is where it was kept."""
    try:
        stored = json.loads(text)
        contracts = [_contract(one) for one in stored["contracts"]]
        return StoredResult(stored["engine_version"], {one.contract: one for one in contracts}, _dues(stored["dues"]))
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        found = say("{row}", row=str(error))
        raise Refused([Diagnostic("DX702", place, found, say("a result that this program wrote"))]) from error


def _contract(stored: Any) -> StoredContract:
    verdicts = [_verdict(one) for one in stored["verdicts"]]
    return StoredContract(stored["contract"], stored["title"], stored["version"], {one.code: one for one in verdicts})


def _verdict(stored: Any) -> StoredVerdict:
    return StoredVerdict(
        stored["code"],
        stored["name"],
        stored["rank"],
        stored["of"],
        _score(stored["final_score"]),
        stored["grade"] or "",
        {(one["section"], one["period"]): _score(one["score"]) for one in stored["sections"]},
        {(one["item"], one["period"]): _score(one["score"]) for one in stored["items"]},
        tuple(dict.fromkeys(one["rule"] for one in stored["vetoes"])),
    )


def _score(written: str | None) -> str | None:
    """As it is, once it is sure to be a number."""
    if written is not None:
        Fraction(written)
    return written


def _dues(stored: Any) -> Mapping[tuple[str, str, str, str, str], int]:
    sums: dict[tuple[str, str, str, str, str], int] = {}
    for one in stored:
        key = (one["contract"], one["clause"], one["subject"], one["due"], one["payee"])
        sums[key] = sums.get(key, 0) + int(one["amount_fen"])
    return sums
