"""A chosen few of the tables' parties and cadres as records, for whoever reads records: the interpreter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import narwhals as nw

from targets.bulk.form import column
from targets.bulk.tables import Tables
from targets.cadre import Assignment, Cadre, Tenure
from targets.columns.backend import Backend
from targets.columns.year import OPEN_DAY, Frame
from targets.observation import Incident, IncidentState, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party
from targets.snapshot import Records


def records_of(tables: Tables, parties: Sequence[str], cadres: Sequence[str], backend: Backend) -> Records:
    """Everything that the tables say of these parties and cadres, by code; nothing of anybody else."""
    subjects = [*parties, *cadres]

    def rows(frame: Frame | None, key: str, codes: Sequence[str]) -> Iterator[dict[str, Any]]:
        if frame is not None and codes:
            found = backend.take(frame.filter(nw.col(key).is_in(list(codes))))
            yield from (dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True))

    return Records(
        parties=tuple(
            Party(row["code"], row["name"], row["kind"], row["parent"], row["group"])
            for row in rows(tables.parties, "code", parties)
        ),
        cadres=tuple(Cadre(row["code"], row["name"]) for row in rows(tables.cadres, "code", cadres)),
        tenures=tuple(
            Tenure(row["cadre"], row["post"], row["party"], _day(row["start"]), _end(row["until"]))
            for row in rows(tables.tenures, "cadre", cadres)
        ),
        assignments=tuple(
            Assignment(
                row["cadre"], row["party"], row["role"], _day(row["start"]), _end(row["until"]),
                Fraction(int(row["share"]), tables.share_scale),
            )
            for row in rows(tables.assignments, "cadre", cadres)
        ),
        targets=tuple(
            Target(row["subject"], row["indicator"], row["parameter"], Fraction(int(row["numerator"]), int(row["denominator"])))
            for row in rows(tables.targets, "subject", subjects)
        ),
        observations=tuple(
            dict.fromkeys(
                Observation(
                    row["subject"], key[0], key[1], int(row[column(key, "numerator")]), int(row[column(key, "denominator")]),
                    key[2], bool(row[column(key, "counted")]),
                )
                for reported in tables.values
                for row in rows(reported.frame, "subject", subjects)
                for key in reported.keys
                if row[column(key, "numerator")] is not None
            )
        ),
        incidents=tuple(
            Incident(
                row["id"], row["subject"], row["kind"], _day(row["happened_on"]), _day(row["found_on"]),
                IncidentState(row["state"]), row["evidence"], row["severity"], matter=row["matter"],
            )
            for row in rows(tables.incidents, "subject", subjects)
        ),
        states=tuple(
            StateRecord(row["subject"], row["state"], _day(row["start"]), _end(row["until"]))
            for row in rows(tables.states, "subject", subjects)
        ),
        prior_vetoes=tuple(
            PriorVeto(row["subject"], row["contract"], row["veto"], _day(row["happened_on"]), int(row["until_year"]))
            for row in rows(tables.prior_vetoes, "subject", subjects)
        ),
        history=tuple(_past_result(row, tables.history_scale) for row in rows(tables.history, "subject", subjects)),
    )  # fmt: skip


def _past_result(row: Mapping[str, Any], scale: int) -> PastResult:
    score, rank = row["score"], row["rank"]
    return PastResult(
        row["subject"], row["contract"], int(row["year"]), None if score is None else Fraction(int(score), scale),
        None if rank is None else int(rank), row["grade"], bool(row["vetoed"]),
    )  # fmt: skip


def _day(ordinal: int) -> date:
    return date.fromordinal(int(ordinal))


def _end(ordinal: int) -> date | None:
    return None if int(ordinal) == OPEN_DAY else _day(ordinal)
