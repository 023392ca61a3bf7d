"""What a table's layout is made of: columns with their headings in both languages, how each is read, what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reads(StrEnum):
    """How the cells of a column are read."""

    CODE = "code"
    NAME = "name"
    TEXT = "text"
    PARTY_KIND = "kind of party"
    DAY = "date"
    OPEN_DAY = "date or open"
    PERIOD = "period"
    YEAR = "year"
    SHARE = "share"
    VALUE = "value"
    PARTY = "party"
    CADRE = "cadre"
    SUBJECT = "party or cadre"
    BESIDE = "name beside a code"
    INDICATOR = "indicator"
    ENTRY = "checklist entry"
    PARAMETER = "parameter"
    POST = "post"
    ROLE = "role"
    STATE = "state"
    INCIDENT_KIND = "kind of incident"
    INCIDENT_STATE = "state of the matter"
    SEVERITY = "severity"
    CONTRACT = "contract"
    VETO = "veto"
    NUMBER = "number"
    PLACE = "place"
    GRADE = "grade"
    FLAG = "yes or no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field of the record that it fills, its headings, and what stands in it.

    `en` is also the heading in CSV files. A column that reads `BESIDE` repeats in words what the code column before it
    says, for people; it may stand alone where names are unique.
    """

    field: str
    zh: str
    en: str
    reads: Reads
    about_zh: str
    about_en: str
    aliases: tuple[str, ...] = ()
    required: bool = False

    def heading(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.field, self.zh, self.en, *self.aliases)


@dataclass(frozen=True, slots=True)
class Layout:
    """A table: the key of its CSV file, its sheet titles, and its columns. `wide`: one column an indicator follows."""

    key: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    wide: bool = False

    def title(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)

    def beside(self, column: Column) -> Column | None:
        """The column that repeats this one in words, if it has one."""
        name = f"{column.field}_name"
        return next((other for other in self.columns if other.field == name), None)
