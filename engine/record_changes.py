"""What lies between two states of the records: which came, which went, and what they say now instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

from rules.quantity import show
from targets.cadre import Assignment
from targets.observation import Observation
from targets.rows import PROVENANCE, RECORD_TABLES, RecordTable
from targets.snapshot import Records


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record of one table. `key` names it beside its subject; `before` and `after` have what differs, by field, or are
    None when it was not there."""

    table: str
    subjects: tuple[str, ...]
    key: tuple[str, ...]
    before: tuple[tuple[str, str], ...] | None
    after: tuple[tuple[str, str], ...] | None


def record_changes(before: Records, after: Records) -> tuple[RecordChange, ...]:
    """Table by table, each in the order of its keys. Where and when a record was typed is not looked at."""
    return tuple(
        change for table in RECORD_TABLES for change in _changes(table, _by_key(table, before), _by_key(table, after))
    )


ByKey = Mapping[tuple[Any, ...], Any]


def _by_key(table: RecordTable, records: Records) -> ByKey:
    return {tuple(getattr(one, field) for field in table.key): one for one in getattr(records, table.collection)}


def _changes(table: RecordTable, before: ByKey, after: ByKey) -> Iterator[RecordChange]:
    for key in sorted(before.keys() | after.keys(), key=lambda key: tuple(map(_text, key))):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        said = tuple(None if one is None else _said(table, one) for one in (old, new))
        if said[0] == said[1]:
            continue
        subjects = dict.fromkeys(subject for one in (old, new) if one is not None for subject in _subjects(one))
        beside = tuple(_text(part) for part in key if part not in subjects and part != "")
        yield RecordChange(table.collection, tuple(subjects), beside, _differing(*said), _differing(*reversed(said)))


def _said(table: RecordTable, record: Any) -> dict[str, str]:
    """What it says beside its key. A count stays as it was counted: 80 of 100 is not 4 of 5."""
    if isinstance(record, Observation):
        counted = record.counted or record.value is None
        return {"value": f"{record.numerator}/{record.denominator}" if counted else show(record.value or 0)}
    named = (field.name for field in fields(record) if field.name not in (*table.key, *PROVENANCE))
    return {name: _text(getattr(record, name)) for name in named}


def _subjects(record: Any) -> tuple[str, ...]:
    """Whom it is about, by code."""
    if isinstance(record, Assignment):
        return record.cadre, record.party
    for field in ("subject", "code", "cadre"):
        if hasattr(record, field):
            return (getattr(record, field),)
    raise TypeError(record)


def _differing(said: dict[str, str] | None, other: dict[str, str] | None) -> tuple[tuple[str, str], ...] | None:
    if said is None:
        return None
    return tuple((field, text) for field, text in said.items() if other is None or other[field] != text)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case Fraction() | int():
            return show(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
