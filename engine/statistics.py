"""The standard table of the annual report: population, births, deaths, and their rates. Shown, never scored.

Only sums over a whole place enter, and no target, points, rank, veto, grade, deposit or award may read what leaves.

Every figure is an exact int or Fraction until `published` rounds it for the page, once. None is a figure that was
not recorded, or a rate whose divisor is zero; it is never taken for 0, and a total with an unknown part is unknown.

Terms and formulas: National Bureau of Statistics of China, explanatory notes on main statistical indicators
(population): live births (or deaths, or births less deaths) in the year over the average population, in per mille,
the average being half the sum of the populations at the start and at the end of the year. The US Census Bureau's
published county rates use the same formula; tests/census holds ours to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from fractions import Fraction

from rules.diagnostic import Text, say
from rules.quantity import round_to, show

NOT_KNOWN = "—"


@dataclass(frozen=True, slots=True)
class VitalRecords:
    """What one place counted in one year, in persons. None: not recorded.

    The start is the population at the end of the year before. Births by order (孩次) tell the mother's first, second,
    and third or later child. Net migration is arrivals less departures, so it may be negative.
    """

    place: str
    year: int
    _: KW_ONLY
    population_start: int | None = None
    population_end: int | None = None
    births: int | None = None
    births_male: int | None = None
    births_female: int | None = None
    births_first: int | None = None
    births_second: int | None = None
    births_third_or_more: int | None = None
    deaths: int | None = None
    net_migration: int | None = None

    @property
    def births_total(self) -> int | None:
        """The births as stated; else by sex; else by order; None when none of the three is complete."""
        by_part = (_sum(getattr(self, name) for name in names) for _, names in _BREAKDOWNS)
        return next((total for total in (self.births, *by_part) if total is not None), None)


@dataclass(frozen=True, slots=True)
class StandardRow:
    """One place's line, or the total's (whose place is empty: the reader's language names it).

    Populations, counts, natural growth (births less deaths) and migration in persons; rates per 1,000 of average
    population; sex ratio in boys per 100 girls; shares of all births as parts of 1.
    """

    place: str
    year: int | None
    population_start: int | None
    population_end: int | None
    population_average: Fraction | None
    births: int | None
    births_male: int | None
    births_female: int | None
    births_first: int | None
    births_second: int | None
    births_third_or_more: int | None
    deaths: int | None
    natural_growth: int | None
    net_migration: int | None
    birth_rate: Fraction | None
    death_rate: Fraction | None
    natural_growth_rate: Fraction | None
    net_migration_rate: Fraction | None
    sex_ratio_at_birth: Fraction | None
    share_first: Fraction | None
    share_second: Fraction | None
    share_third_or_more: Fraction | None


@dataclass(frozen=True, slots=True)
class StandardTable:
    """A row for each place, in the order given, and the row of all of them together."""

    rows: tuple[StandardRow, ...]
    total: StandardRow


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Counts that cannot, or can hardly, all be true: whose, which fields of `VitalRecords`, what would agree."""

    place: str
    year: int
    fields: tuple[str, ...]
    found: Text
    expected: Text


@dataclass(frozen=True, slots=True)
class Column:
    """How one field of `StandardRow` is printed: its heading with the unit, decimals, and 100 for per cent."""

    field: str
    heading: Text
    decimals: int = 0
    scale: int = 1


COLUMNS = (
    Column("population_start", say("population, start of year")),
    Column("population_end", say("population, end of year")),
    Column("population_average", say("average population"), decimals=1),
    Column("births", say("births")),
    Column("births_male", say("births, boys")),
    Column("births_female", say("births, girls")),
    Column("births_first", say("births, first child")),
    Column("births_second", say("births, second child")),
    Column("births_third_or_more", say("births, third child or later")),
    Column("deaths", say("deaths")),
    Column("natural_growth", say("natural growth")),
    Column("net_migration", say("net migration")),
    Column("birth_rate", say("birth rate, ‰"), decimals=2),
    Column("death_rate", say("death rate, ‰"), decimals=2),
    Column("natural_growth_rate", say("natural growth rate, ‰"), decimals=2),
    Column("net_migration_rate", say("net migration rate, ‰"), decimals=2),
    Column("sex_ratio_at_birth", say("sex ratio at birth, boys per 100 girls"), decimals=2),
    Column("share_first", say("first children, % of births"), decimals=2, scale=100),
    Column("share_second", say("second children, % of births"), decimals=2, scale=100),
    Column("share_third_or_more", say("third children or later, % of births"), decimals=2, scale=100),
)

_HEADINGS = {column.field: column.heading for column in COLUMNS}
_COUNTS = tuple(field.name for field in fields(VitalRecords) if field.name not in ("place", "year"))
_BREAKDOWNS = (
    (say("births by sex"), ("births_male", "births_female")),
    (say("births by order"), ("births_first", "births_second", "births_third_or_more")),
)


def standard_table(records: Sequence[VitalRecords]) -> StandardTable:
    """The table of these places and their total, which is worked from summed counts, never from averaged rates.

    Inconsistent records are tabled as they stand: ask `inconsistencies` first. Net migration adds up because a move
    between two of the places is an arrival in one and a departure from the other.
    """
    rows = tuple(_row(record.place, record.year, record) for record in records)
    years = {record.year for record in records}
    return StandardTable(rows, _row("", years.pop() if len(years) == 1 else None, _together(records)))


def inconsistencies(records: Sequence[VitalRecords]) -> list[Inconsistency]:
    """Everything in these records that does not agree, at once: place by place, then between the places."""
    alone = [found for record in records for check in _CHECKS for found in check(record)]
    return alone + _places_twice(records) + _years_mixed(records)


def published_row(row: StandardRow) -> tuple[str, ...]:
    """The row as printed, a text for each of COLUMNS."""
    figures = ((getattr(row, column.field), column) for column in COLUMNS)
    return tuple(
        published(None if figure is None else figure * column.scale, column.decimals) for figure, column in figures
    )


def published(value: Fraction | int | None, decimals: int) -> str:
    """`-0.13` for -1/8 to two decimals: ties away from zero on both sides of it, zeros kept, never `-0.00`."""
    if value is None:
        return NOT_KNOWN
    assert isinstance(value, Fraction | int), "a float has lost the figure before it is printed"
    return show(round_to(Fraction(value), decimals), decimals)


def rate_per_mille(events: int | None, population_before: int | None, population_end: int | None) -> Fraction | None:
    """events x 1000 / ((population_before + population_end) / 2), exact.

    Events may be negative (natural growth, net migration). None, "not defined", when a count is unknown or nobody
    lived there on average.
    """
    both = _sum((population_before, population_end))
    return None if events is None or both is None or both <= 0 else Fraction(events * 2000, both)


def average_population(population_before: int | None, population_end: int | None) -> Fraction | None:
    """(before + end) / 2 persons: a whole number or a half."""
    both = _sum((population_before, population_end))
    return None if both is None else Fraction(both, 2)


def natural_growth(births: int | None, deaths: int | None) -> int | None:
    """births - deaths, in persons."""
    return None if births is None or deaths is None else births - deaths


def sex_ratio_at_birth(boys: int | None, girls: int | None) -> Fraction | None:
    """boys x 100 / girls; None when no girl was born, or a count is unknown."""
    ratio = share(boys, girls)
    return None if ratio is None else ratio * 100


def share(part: int | None, whole: int | None) -> Fraction | None:
    """part / whole, as a part of 1; None when the whole is zero or a count is unknown."""
    return None if part is None or not whole else Fraction(part, whole)


def _row(place: str, year: int | None, counts: VitalRecords) -> StandardRow:
    start, end = counts.population_start, counts.population_end
    births, growth = counts.births_total, natural_growth(counts.births_total, counts.deaths)
    return StandardRow(
        place=place,
        year=year,
        population_start=start,
        population_end=end,
        population_average=average_population(start, end),
        births=births,
        births_male=counts.births_male,
        births_female=counts.births_female,
        births_first=counts.births_first,
        births_second=counts.births_second,
        births_third_or_more=counts.births_third_or_more,
        deaths=counts.deaths,
        natural_growth=growth,
        net_migration=counts.net_migration,
        birth_rate=rate_per_mille(births, start, end),
        death_rate=rate_per_mille(counts.deaths, start, end),
        natural_growth_rate=rate_per_mille(growth, start, end),
        net_migration_rate=rate_per_mille(counts.net_migration, start, end),
        sex_ratio_at_birth=sex_ratio_at_birth(counts.births_male, counts.births_female),
        share_first=share(counts.births_first, births),
        share_second=share(counts.births_second, births),
        share_third_or_more=share(counts.births_third_or_more, births),
    )


def _together(records: Sequence[VitalRecords]) -> VitalRecords:
    summed = {name: _sum(getattr(record, name) for record in records) for name in _COUNTS}
    # One place may record births by sex and another only their number: each one's own total is what adds up.
    summed["births"] = _sum(record.births_total for record in records)
    return VitalRecords("", 0, **summed)


def _sum(counts: Iterable[int | None]) -> int | None:
    listed = list(counts)
    known = [count for count in listed if count is not None]
    return sum(known) if len(known) == len(listed) else None


def _negative_counts(record: VitalRecords) -> list[Inconsistency]:
    counts = ((name, getattr(record, name)) for name in _COUNTS if name != "net_migration")
    return [
        _inconsistency(
            record,
            (name,),
            say("{figure}: {count}", figure=_HEADINGS[name], count=count),
            say("zero or more"),
        )
        for name, count in counts
        if count is not None and count < 0
    ]


def _births_by_part(record: VitalRecords) -> list[Inconsistency]:
    total = record.births_total
    if total is None:
        return []
    return [fault for kind, names in _BREAKDOWNS for fault in _parts_of(record, kind, names, total)]


def _parts_of(record: VitalRecords, kind: Text, names: tuple[str, ...], total: int) -> list[Inconsistency]:
    known = [part for name in names if (part := getattr(record, name)) is not None]
    whole, made = len(known) == len(names), sum(known)
    if not known or made == total or (made < total and not whole):
        return []
    found = say("{breakdown} add up to {births}", breakdown=kind, births=made)
    expected = say("{births} births", births=total) if whole else say("at most {births} births", births=total)
    return [_inconsistency(record, ("births", *names), found, expected)]


def _deaths_within_population(record: VitalRecords) -> list[Inconsistency]:
    """Nobody is left to die below an empty place. Where migration is not recorded, dead newcomers may explain it."""
    start, births, deaths = record.population_start, record.births_total, record.deaths
    if start is None or births is None or deaths is None:
        return []
    people = start + births + (record.net_migration or 0)
    if deaths <= people:
        return []
    concerned = ("population_start", "births", "deaths", "net_migration")
    expected = say("at most {people}: the population at the start, births and net migration", people=people)
    return [_inconsistency(record, concerned, say("{deaths} deaths", deaths=deaths), expected)]


def _population_balance(record: VitalRecords) -> list[Inconsistency]:
    start, end, migration = record.population_start, record.population_end, record.net_migration
    growth = natural_growth(record.births_total, record.deaths)
    carried = _sum((start, growth, migration))
    if carried is None or end is None or carried == end:
        return []
    expected = say(
        "{people}: {start} at the start, births less deaths {growth}, net migration {migration}",
        people=carried,
        start=str(start),
        growth=str(growth),
        migration=str(migration),
    )
    concerned = ("population_start", "population_end", "births", "deaths", "net_migration")
    found = say("a population of {people} at the end of the year", people=end)
    return [_inconsistency(record, concerned, found, expected)]


_CHECKS = (_negative_counts, _births_by_part, _deaths_within_population, _population_balance)


def _places_twice(records: Sequence[VitalRecords]) -> list[Inconsistency]:
    times = Counter((record.place, record.year) for record in records)
    expected = say("one record of a place and year: the total would count it again")
    return [
        Inconsistency(place, year, ("place", "year"), say("recorded {times} times", times=count), expected)
        for (place, year), count in times.items()
        if count > 1
    ]


def _years_mixed(records: Sequence[VitalRecords]) -> list[Inconsistency]:
    if not records:
        return []
    first = records[0].year
    expected = say("{year}, the year of the first place: one table, one year", year=first)
    return [
        _inconsistency(record, ("year",), say("the year {year}", year=record.year), expected)
        for record in records
        if record.year != first
    ]


def _inconsistency(record: VitalRecords, concerned: tuple[str, ...], found: Text, expected: Text) -> Inconsistency:
    return Inconsistency(record.place, record.year, concerned, found, expected)
