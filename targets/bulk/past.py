"""What earlier years decided, joined to a contract's subjects: columns by contract and year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import narwhals as nw

from targets.bulk.tables import Tables
from targets.columns.backend import Backend
from targets.columns.year import Amount, Frame, IntegerColumn, PastColumns, past_name

PastKey = tuple[str, int]
JOINS_NESTED_MAX = 8


def join_history(tables: Tables, subjects: Frame, backend: Backend) -> tuple[list[PastKey], Frame]:
    """The results beside the subjects; 0, nothing and false where there is none."""
    if tables.history is None:
        return [], subjects
    asked = tables.history.join(subjects.select("subject"), on="subject", how="semi")
    found = backend.take(asked.select("contract", "year").unique())
    keys = sorted((contract, int(year)) for contract, year in zip(found["contract"], found["year"], strict=True))
    for number, key in enumerate(keys, start=1):
        own = asked.filter((nw.col("contract") == key[0]) & (nw.col("year") == key[1]))
        told = own.select(
            "subject",
            **{past_name(*key, part): nw.col(part) for part in ("score", "rank", "grade", "vetoed")},
            **{past_name(*key, "there"): nw.lit(True)},
        )
        score, rank = (nw.col(past_name(*key, part)) for part in ("score", "rank"))
        subjects = subjects.join(told, on="subject", how="left").with_columns(
            **{past_name(*key, "score there"): ~score.is_null(), past_name(*key, "score"): score.fill_null(0)},
            **{past_name(*key, "rank there"): ~rank.is_null(), past_name(*key, "rank"): rank.fill_null(0)},
            **{past_name(*key, part): nw.col(past_name(*key, part)).fill_null(False) for part in ("there", "vetoed")},
            **{past_name(*key, "grade"): nw.col(past_name(*key, "grade")).fill_null("")},
        )
        if number % JOINS_NESTED_MAX == 0:
            subjects = backend.keep(subjects)
    return keys, subjects


def past_integers(keys: Sequence[PastKey]) -> Iterator[str]:
    return (past_name(*key, part) for key in keys for part in ("score", "rank"))


def past_truths(keys: Sequence[PastKey]) -> Iterator[str]:
    return (past_name(*key, part) for key in keys for part in ("there", "score there", "rank there", "vetoed"))


def past_columns(
    keys: Sequence[PastKey], scale: int, integers: Mapping[str, IntegerColumn], always: Mapping[str, str | bool]
) -> dict[PastKey, PastColumns]:
    def amount(key: PastKey, part: str, unit: int) -> Amount:
        return Amount(integers[past_name(*key, part)], None, unit, always[past_name(*key, f"{part} there")])

    return {
        key: PastColumns(
            always[past_name(*key, "there")], amount(key, "score", scale), amount(key, "rank", 1),
            always[past_name(*key, "vetoed")], past_name(*key, "grade"),
        )
        for key in keys
    }  # fmt: skip
