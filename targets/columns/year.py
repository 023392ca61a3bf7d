"""The records of a year as integer columns with known ranges: one wide frame a contract, a row a subject.

No column is ever null: where nothing was reported the numerator is 0, the denominator 1, and `reported` says so.
Days are ordinals (`date.toordinal`). Subjects are joined by `subject`, a key of any one type; leagues by `league`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from rules.contract import Contract
from rules.period import DECEMBER, Cadence, Period, months_through

# Indicator, period, entry of a checklist (else empty).
AmountKey = tuple[str, Period, str]
Frame = nw.LazyFrame[Any]
# An end that has not come; beyond every day of a calendar.
OPEN_DAY = 3_652_059
# Columns of the wide frame that are not values.
SUBJECT_COLUMNS = ("subject", "code", "name", "kind", "post", "group", "league")


@dataclass(frozen=True, slots=True)
class IntegerColumn:
    """A column of integers by name, and the closed range that everything in it lies in (fillers included).

    Every one of them divides `multiple`; 0: not known, or too large to be of use. `short`: held in 32 bits without sign,
    else in 64 with it.
    """

    name: str
    low: int
    high: int
    multiple: int = 0
    short: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """What was reported of one indicator in one period: `numerator / (denominator x scale)`.

    Without `denominator` it is 1 in every row. `reported` and `counted` name Boolean columns, or are the truth of every
    row; `counted` says that numerator and denominator are real counts rather than a decimal as written.
    """

    numerator: IntegerColumn
    denominator: IntegerColumn | None = None
    scale: int = 1
    reported: str | bool = True
    counted: str | bool = False


@dataclass(frozen=True, slots=True)
class PastColumns:
    """What one earlier year decided under one contract. `there` says of whom anything is recorded, the `reported` of score
    and rank of whom those are; `grade` names a text column (empty: no grade of anybody), `vetoed` a Boolean one or the truth
    of every row."""

    there: str | bool
    score: Amount
    rank: Amount
    vetoed: str | bool
    grade: str = ""


@dataclass(frozen=True, slots=True)
class ContractColumns:
    """One contract's subjects and everything about them that stands in one row.

    `frame` has `SUBJECT_COLUMNS`, `party` (where a cadre was last in post; empty of parties) and the columns that the
    mappings name. `incidents` are numbers of substantiated
    incidents by kind and by the window they were found in; `incident_days` the latest day one of the kind happened and
    was found in the year (0: none); `months` the month ends that are due on which the subject was in the state; `history`
    what earlier years decided, by contract and year.
    """

    frame: Frame
    subjects: int
    league_size_max: int
    amounts: Mapping[AmountKey, Amount] = field(default_factory=dict)
    parameters: Mapping[tuple[str, str], Amount] = field(default_factory=dict)
    incidents: Mapping[tuple[str, Period], IntegerColumn] = field(default_factory=dict)
    incident_days: Mapping[str, tuple[IntegerColumn, IntegerColumn]] = field(default_factory=dict)
    months: Mapping[str, IntegerColumn] = field(default_factory=dict)
    history: Mapping[tuple[str, int], PastColumns] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class YearColumns:
    """Everything that the contracts of a year are judged by.

    `assignments`: cadre, party, role, start, until (`OPEN_DAY` where it lasts), share, duty; `share` / `share_scale` is
    the share, and `duty` numbers the rows by (cadre, role, start, until, party). `incidents`: subject, kind, id,
    happened_on, found_on, severity, matter of those that count in the year. `prior_vetoes`: subject, contract, veto, happened_on,
    until_year. `parents`: child, parent of every party that stands below another, where a contract looks there. `holders`:
    party, post, cadre of the tenures that hold on the last day. `tenures`: cadre, post, start, until (`OPEN_DAY` where it lasts)
    of all that are known, where a deposit goes by them. A frame that is None has no rows; `..._count` is how many it
    has, `duties_max` how many assignments one cadre has at most, `children_max` how many parties stand directly below one.
    """

    year: int
    through: int
    contracts: Mapping[str, ContractColumns]
    assignments: Frame | None = None
    assignments_count: int = 0
    duties_max: int = 0
    share: IntegerColumn = IntegerColumn("share", 1, 1)
    share_scale: int = 1
    incidents: Frame | None = None
    prior_vetoes: Frame | None = None
    prior_vetoes_count: int = 0
    parents: Frame | None = None
    children_max: int = 0
    holders: Frame | None = None
    holders_count: int = 0
    tenures: Frame | None = None
    year_ends: int = DECEMBER

    @property
    def whole_year(self) -> Period:
        return Period(self.year, Cadence.YEAR, 1, self.year_ends)

    @property
    def last_day(self) -> int:
        """The day up to which duties and states are looked at, as an ordinal."""
        return months_through(self.year, self.through, self.year_ends)[-1].last_day.toordinal()


def windows_of(contract: Contract) -> Iterator[Period]:
    """The windows in which the contract counts incidents: the year, and the periods of its periodic sheets."""
    yield contract.whole_year
    for cadence in dict.fromkeys(sheet.each for sheet in contract.periodic):
        yield from contract.whole_year.parts(cadence)


def goes_by_time(contract: Contract) -> bool:
    """Whether what is held under a deposit depends on how long posts were held."""
    return any(deposit.pro_rata is not None for deposit in contract.deposits)


def amount_name(indicator: str, period: Period, entry: str, part: str) -> str:
    """The name of a column of the wide frame; `part` is numerator, denominator, reported or counted."""
    return " ".join(("value", indicator, entry, str(period), part))


def parameter_name(indicator: str, parameter: str, part: str) -> str:
    return " ".join(("agreed", indicator, parameter, part))


def incidents_name(kind: str, window: Period) -> str:
    return f"incidents {kind} {window}"


def incident_days_name(kind: str, part: str) -> str:
    """`part` is happened or found."""
    return f"incident {kind} {part}"


def past_name(contract: str, year: int, part: str) -> str:
    """`part` is there, score, score there, rank, rank there, vetoed or grade."""
    return f"past {contract} {year} {part}"


def months_name(state: str) -> str:
    return f"months {state}"
