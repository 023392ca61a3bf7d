"""The standard table of the annual report: hand-worked figures, and 114,948 rates as the US Census Bureau printed them."""

from __future__ import annotations

import ast
import csv
import gzip
import hashlib
import io
from collections import Counter
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.statistics import (
    COLUMNS,
    StandardRow,
    VitalRecords,
    average_population,
    inconsistencies,
    natural_growth,
    published,
    published_row,
    rate_per_mille,
    sex_ratio_at_birth,
    share,
    standard_table,
)

ROOT = Path(__file__).parent.parent
CENSUS = ROOT / "tests" / "census" / "county_rates.csv.gz"
CENSUS_SHA256 = "060428b8b5eb3c730cfbad4a7050dea77a96dd9b48b5f04c54f915843e09471c"
CENSUS_YEARS = range(2011, 2020)
CENSUS_CHARACTERS = 12
CENSUS_RATES = {"rbirth": "births", "rdeath": "deaths", "rnatinc": "natinc", "rnetmig": "netmig"}


# The Census Bureau's answers


def test_every_published_county_rate_is_reproduced_to_the_last_digit() -> None:
    """Compared as text: our figure, printed by their rule, must be what they printed, character by character."""
    compared, different = 0, []
    for place in census():
        for year in CENSUS_YEARS:
            before, end = int(place[f"pop{year - 1}"]), int(place[f"pop{year}"])
            for rate, events in CENSUS_RATES.items():
                theirs = place[f"{rate}{year}"]
                ours = as_the_census_prints(rate_per_mille(int(place[f"{events}{year}"]), before, end))
                compared += 1
                if ours != theirs:
                    different.append((place["name"], rate, year, theirs, ours))
    assert different == []
    assert compared == 114_948


def test_a_state_total_worked_from_its_counties_is_the_published_state() -> None:
    """3,142 counties into 51 states and nine years: the total row has the rates the state's own line was printed with."""
    compared, different = 0, []
    for _, lines in groupby(census(), key=lambda place: place["state"]):
        state, *counties = lines
        for year in CENSUS_YEARS:
            total = standard_table([records_of(county, year) for county in counties]).total
            ours = [total.birth_rate, total.death_rate, total.natural_growth_rate, total.net_migration_rate]
            theirs = [state[f"{rate}{year}"] for rate in CENSUS_RATES]
            compared += len(ours)
            if [as_the_census_prints(rate) for rate in ours] != theirs:
                different.append((state["name"], year))
    assert different == []
    assert compared == 51 * 9 * 4


def test_the_census_is_consistent_but_for_the_residual_it_declares() -> None:
    records = [records_of(place, year) for year in CENSUS_YEARS for place in census()]
    faults = Counter(fault.fields for record in records for fault in inconsistencies([record]))
    assert len(records) == 28_737
    assert faults == {("population_start", "population_end", "births", "deaths", "net_migration"): 23_635}


def test_the_census_table_is_the_one_described_and_packed_without_a_date() -> None:
    packed = CENSUS.read_bytes()
    assert packed[4:8] == bytes(4), "the time in a gzip header: the same table must give the same bytes"
    assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == CENSUS_SHA256


@pytest.mark.parametrize(
    ("events", "before", "end", "printed"),
    [
        (638, 54_773, 55_227, "11.6"),  # zeros at the end are dropped
        (0, 54_773, 55_227, "0"),  # and a point left bare
        (514, 54_773, 55_227, "9.3454545455"),  # ten decimals below ten
        (615, 55_227, 54_954, "11.163449234"),  # nine below a hundred
        (-343, 55_227, 54_954, "-6.226118841"),  # the minus sign takes the place of one more
        (-11, 54_954, 54_727, "-0.200581687"),  # the nought before the point is written, and counted
        (654, 49_171, 49_133, "13.305664063"),  # 13.3056640625: a tie goes away from zero, not to the even 2
        (39, 49_171, 49_133, "0.7934570313"),  # 0.79345703125: the other tie of the whole table
        (-39, 49_171, 49_133, "-0.793457031"),  # ours: below zero one decimal less, and no tie there
    ],
)
def test_how_the_census_prints_a_rate(events: int, before: int, end: int, printed: str) -> None:
    assert as_the_census_prints(rate_per_mille(events, before, end)) == printed


def as_the_census_prints(rate: Fraction | None) -> str:
    """From the value alone: as many decimals as 12 characters hold, then no zeros at the end.

    The decimals are tried on the rounded text, since rounding up can lengthen the whole part; at most ten fit
    behind `0.`.
    """
    texts = (published(rate, decimals) for decimals in range(CENSUS_CHARACTERS - 2, -1, -1))
    widest = next(text for text in texts if len(text) <= CENSUS_CHARACTERS)
    return widest.rstrip("0").rstrip(".") if "." in widest else widest


@cache
def census() -> tuple[dict[str, str], ...]:
    text = gzip.decompress(CENSUS.read_bytes()).decode("utf-8")
    return tuple(csv.DictReader(io.StringIO(text, newline="")))


def records_of(place: dict[str, str], year: int) -> VitalRecords:
    return VitalRecords(
        place["state"] + place["county"],
        year,
        population_start=int(place[f"pop{year - 1}"]),
        population_end=int(place[f"pop{year}"]),
        births=int(place[f"births{year}"]),
        deaths=int(place[f"deaths{year}"]),
        net_migration=int(place[f"netmig{year}"]),
    )


# Worked by hand


def test_638_births_among_55_000_people_are_11_point_6_per_mille() -> None:
    """54,773 at the start and 55,227 at the end are 55,000 on average; 638 / 55,000 = 0.0116."""
    assert average_population(54_773, 55_227) == 55_000
    assert rate_per_mille(638, 54_773, 55_227) == Fraction(116, 10)
    assert published(rate_per_mille(638, 54_773, 55_227), 2) == "11.60"


def test_an_average_population_may_be_a_half() -> None:
    assert average_population(1000, 1001) == Fraction(2001, 2)
    assert rate_per_mille(2001, 1000, 1001) == 2000


def test_more_deaths_than_births_is_a_negative_rate() -> None:
    """55 births less 66 deaths among 54,840.5: -0.20058..., and what is left of a tiny decline is no `-0.00`."""
    growth = natural_growth(55, 66)
    assert growth == -11
    assert published(rate_per_mille(growth, 54_954, 54_727), 2) == "-0.20"
    assert published(rate_per_mille(-1, 300_000, 300_000), 2) == "0.00"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(15, 1000), 2, "0.02"),
        (Fraction(-15, 1000), 2, "-0.02"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(-4, 1000), 2, "0.00"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(-2, 3), 2, "-0.67"),
        (1204, 0, "1204"),
        (None, 2, "—"),
    ],
)
def test_published_rounds_ties_away_from_zero_on_both_sides(
    value: Fraction | int | None, decimals: int, text: str
) -> None:
    assert published(value, decimals) == text


def test_boys_per_100_girls() -> None:
    assert sex_ratio_at_birth(318, 300) == 106
    assert published(sex_ratio_at_birth(327, 311), 2) == "105.14"  # 32700 / 311 = 105.1446...


def test_share_is_a_part_of_one() -> None:
    assert share(3, 12) == Fraction(1, 4)


def test_what_is_not_defined_is_none_and_not_zero() -> None:
    """Nobody lived there; no girl was born; nobody was born."""
    assert rate_per_mille(0, 0, 0) is None
    assert rate_per_mille(5, 0, 0) is None
    assert sex_ratio_at_birth(4, 0) is None
    assert share(0, 0) is None


def test_what_is_zero_is_zero_and_not_undefined() -> None:
    """A new settlement, empty at the start, has an average population; a year without births has a birth rate."""
    assert rate_per_mille(1, 0, 100) == 20
    assert rate_per_mille(0, 54_773, 55_227) == 0
    assert sex_ratio_at_birth(0, 4) == 0
    assert share(0, 4) == 0


def test_what_was_not_recorded_stays_unknown() -> None:
    assert rate_per_mille(None, 100, 100) is None
    assert rate_per_mille(1, None, 100) is None
    assert rate_per_mille(1, 100, None) is None
    assert natural_growth(None, 3) is None
    assert natural_growth(3, None) is None
    assert sex_ratio_at_birth(None, 3) is None
    assert share(3, None) is None


@pytest.mark.parametrize("count", [638.0, 0.5])
def test_a_float_is_refused_wherever_it_enters(count: float) -> None:
    with pytest.raises(TypeError):
        sex_ratio_at_birth(count, 300)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        average_population(count, 300)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        rate_per_mille(count, 300, 300)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        published(count, 2)  # type: ignore[arg-type]


# One table

UPPER = VitalRecords(
    "Upper Village",
    2024,
    population_start=990,
    population_end=1010,
    births=12,
    births_male=7,
    births_female=5,
    births_first=6,
    births_second=4,
    births_third_or_more=2,
    deaths=9,
    net_migration=17,
)
LOWER = VitalRecords(
    "Lower Village",
    2024,
    population_start=3010,
    population_end=2990,
    births_male=9,
    births_female=9,
    births_first=12,
    births_second=6,
    births_third_or_more=0,
    deaths=33,
    net_migration=-5,
)


def test_the_standard_table_of_two_villages() -> None:
    """The total is worked from counts: 30 births among 4,000 are 7.50 per mille, not the mean 9.00 of 12.00 and 6.00."""
    table = standard_table([UPPER, LOWER])
    headings = [str(column.heading) for column in COLUMNS]
    columns = [published_row(row) for row in (*table.rows, table.total)]
    assert [(row.place, row.year) for row in table.rows] == [("Upper Village", 2024), ("Lower Village", 2024)]
    assert (table.total.place, table.total.year) == ("", 2024)
    assert list(zip(headings, *columns, strict=True)) == [
        ("population, start of year", "990", "3010", "4000"),
        ("population, end of year", "1010", "2990", "4000"),
        ("average population", "1000.0", "3000.0", "4000.0"),
        ("births", "12", "18", "30"),
        ("births, boys", "7", "9", "16"),
        ("births, girls", "5", "9", "14"),
        ("births, first child", "6", "12", "18"),
        ("births, second child", "4", "6", "10"),
        ("births, third child or later", "2", "0", "2"),
        ("deaths", "9", "33", "42"),
        ("natural growth", "3", "-15", "-12"),
        ("net migration", "17", "-5", "12"),
        ("birth rate, ‰", "12.00", "6.00", "7.50"),
        ("death rate, ‰", "9.00", "11.00", "10.50"),
        ("natural growth rate, ‰", "3.00", "-5.00", "-3.00"),
        ("net migration rate, ‰", "17.00", "-1.67", "3.00"),
        ("sex ratio at birth, boys per 100 girls", "140.00", "100.00", "114.29"),
        ("first children, % of births", "50.00", "66.67", "60.00"),
        ("second children, % of births", "33.33", "33.33", "33.33"),
        ("third children or later, % of births", "16.67", "0.00", "6.67"),
    ]
    assert inconsistencies([UPPER, LOWER]) == []


def test_every_figure_of_a_row_has_a_column() -> None:
    assert [column.field for column in COLUMNS] == [
        field.name for field in fields(StandardRow) if field.name not in ("place", "year")
    ]


def test_one_place_without_deaths_leaves_the_deaths_of_all_unknown() -> None:
    silent = VitalRecords("Silent Village", 2024, population_start=10, population_end=10, births=1)
    total = standard_table([UPPER, silent]).total
    assert (total.births, total.birth_rate) == (13, Fraction(13_000, 1010))
    assert (total.deaths, total.death_rate, total.natural_growth, total.births_male) == (None, None, None, None)
    assert published_row(total)[-1] == "—"


@pytest.mark.parametrize(
    "records",
    [
        VitalRecords("stated", 2024, births=10),
        VitalRecords("by sex", 2024, births_male=6, births_female=4),
        VitalRecords("by order", 2024, births_first=5, births_second=3, births_third_or_more=2),
        VitalRecords("stated, one part known", 2024, births=10, births_male=6),
        VitalRecords(
            "half by sex, whole by order", 2024, births_male=6, births_first=5, births_second=5, births_third_or_more=0
        ),
    ],
    ids=lambda records: records.place,
)
def test_births_are_known_from_any_complete_record_of_them(records: VitalRecords) -> None:
    assert records.births_total == 10
    assert standard_table([records, VitalRecords("only their number", 2024, births=12)]).total.births == 22


def test_half_a_breakdown_is_no_total() -> None:
    assert VitalRecords("", 2024, births_male=6, births_first=5, births_second=3).births_total is None


def test_a_table_of_no_places_counts_nobody_and_defines_no_rate() -> None:
    total = standard_table([]).total
    assert (total.year, total.births, total.birth_rate, total.share_first) == (None, 0, None, None)
    assert inconsistencies([]) == []


# Records that cannot be true


@pytest.mark.parametrize(
    ("records", "concerned", "found", "expected"),
    [
        (
            VitalRecords("by sex", 2024, births=12, births_male=7, births_female=4),
            ("births", "births_male", "births_female"),
            "births by sex add up to 11",
            "12 births",
        ),
        (
            VitalRecords(
                "sex against order",
                2024,
                births_male=7,
                births_female=5,
                births_first=6,
                births_second=4,
                births_third_or_more=3,
            ),
            ("births", "births_first", "births_second", "births_third_or_more"),
            "births by order add up to 13",
            "12 births",
        ),
        (
            VitalRecords("more boys than births", 2024, births=12, births_male=13),
            ("births", "births_male", "births_female"),
            "births by sex add up to 13",
            "at most 12 births",
        ),
        (
            VitalRecords("a count below zero", 2024, deaths=-1),
            ("deaths",),
            "deaths: -1",
            "zero or more",
        ),
        (
            VitalRecords("more dead than lived", 2024, population_start=10, births=2, deaths=16, net_migration=3),
            ("population_start", "births", "deaths", "net_migration"),
            "16 deaths",
            "at most 15: the population at the start, births and net migration",
        ),
        (
            VitalRecords("dead after all had left", 2024, population_start=10, births=0, deaths=8, net_migration=-3),
            ("population_start", "births", "deaths", "net_migration"),
            "8 deaths",
            "at most 7: the population at the start, births and net migration",
        ),
        (
            VitalRecords(
                "people lost",
                2024,
                population_start=100,
                population_end=99,
                births=5,
                deaths=8,
                net_migration=-1,
            ),
            ("population_start", "population_end", "births", "deaths", "net_migration"),
            "a population of 99 at the end of the year",
            "96: 100 at the start, births less deaths -3, net migration -1",
        ),
    ],
    ids=lambda part: part.place if isinstance(part, VitalRecords) else "",
)
def test_an_inconsistency_names_the_fields_and_what_would_agree(
    records: VitalRecords, concerned: tuple[str, ...], found: str, expected: str
) -> None:
    [fault] = inconsistencies([records])
    assert (fault.place, fault.year, fault.fields) == (records.place, 2024, concerned)
    assert (str(fault.found), str(fault.expected)) == (found, expected)


@pytest.mark.parametrize(
    "records",
    [
        VitalRecords("nothing recorded", 2024),
        VitalRecords("fewer boys than births", 2024, births=12, births_male=7),
        VitalRecords("no migration given", 2024, population_start=100, population_end=50, births=0, deaths=0),
        VitalRecords("arrivals died", 2024, population_start=0, population_end=9, births=0, deaths=1, net_migration=10),
    ],
    ids=lambda records: records.place,
)
def test_what_is_not_recorded_accuses_nobody(records: VitalRecords) -> None:
    assert inconsistencies([records]) == []


def test_a_place_twice_and_a_second_year_are_found_with_all_the_rest() -> None:
    faults = inconsistencies([UPPER, LOWER, UPPER, VitalRecords("Far Village", 2023, births=-1)])
    assert [(fault.place, fault.fields, str(fault.found), str(fault.expected)) for fault in faults] == [
        ("Far Village", ("births",), "births: -1", "zero or more"),
        (
            "Upper Village",
            ("place", "year"),
            "recorded 2 times",
            "one record of a place and year: the total would count it again",
        ),
        ("Far Village", ("year",), "the year 2023", "2024, the year of the first place: one table, one year"),
    ]


# For any records

COUNTS = [field.name for field in fields(VitalRecords) if field.name not in ("place", "year")]
any_records = st.builds(
    VitalRecords,
    st.text(max_size=3),
    st.integers(2020, 2022),
    **dict.fromkeys(COUNTS, st.none() | st.integers(-5, 10**6)),
)


@st.composite
def true_records(draw: st.DrawFn) -> VitalRecords:
    """A place whose books agree: births split in any way, the end of the year worked from its start."""
    births = draw(st.integers(0, 500))
    boys, first = draw(st.integers(0, births)), draw(st.integers(0, births))
    second = draw(st.integers(0, births - first))
    start = draw(st.integers(0, 10**6))
    deaths = draw(st.integers(0, start + births))
    migration = draw(st.integers(-(start + births - deaths), 500))
    return VitalRecords(
        "",
        2024,
        population_start=start,
        population_end=start + births - deaths + migration,
        births=births,
        births_male=boys,
        births_female=births - boys,
        births_first=first,
        births_second=second,
        births_third_or_more=births - first - second,
        deaths=deaths,
        net_migration=migration,
    )


true_towns = st.lists(true_records(), min_size=1, max_size=6).map(
    lambda records: [replace(record, place=f"village {number}") for number, record in enumerate(records)]
)


@given(st.lists(any_records, max_size=6))
@settings(deadline=None)
def test_the_total_row_is_the_sum_of_the_rows_or_unknown(records: list[VitalRecords]) -> None:
    """For any counts, agreeing or not; and neither the table nor the checks ever raise."""
    table = standard_table(records)
    for name in (*COUNTS, "natural_growth", "population_average"):
        parts = [getattr(row, name) for row in table.rows]
        assert getattr(table.total, name) == (None if None in parts else sum(parts)), name
    inconsistencies(records)
    assert all(len(published_row(row)) == len(COLUMNS) for row in (*table.rows, table.total))


@given(true_towns)
@settings(deadline=None)
def test_the_rates_of_the_total_are_the_rates_of_the_sums(records: list[VitalRecords]) -> None:
    total = standard_table(records).total
    twice_average = sum((r.population_start or 0) + (r.population_end or 0) for r in records)
    events = {
        "birth_rate": sum(r.births or 0 for r in records),
        "death_rate": sum(r.deaths or 0 for r in records),
        "natural_growth_rate": sum((r.births or 0) - (r.deaths or 0) for r in records),
        "net_migration_rate": sum(r.net_migration or 0 for r in records),
    }
    for rate, count in events.items():
        expected = Fraction(2000 * count, twice_average) if twice_average else None
        assert getattr(total, rate) == expected, rate


@given(st.data(), st.lists(any_records, max_size=6))
@settings(deadline=None)
def test_the_order_of_places_changes_no_figure(data: st.DataObject, records: list[VitalRecords]) -> None:
    shuffled = data.draw(st.permutations(records))
    table, other = standard_table(records), standard_table(shuffled)
    assert other.total == table.total
    assert Counter(other.rows) == Counter(table.rows)


@given(true_towns)
@settings(deadline=None)
def test_books_that_agree_are_accused_of_nothing_and_their_rates_agree(records: list[VitalRecords]) -> None:
    """The natural growth rate is the birth rate less the death rate, and the shares of all orders make one, exactly."""
    assert inconsistencies(records) == []
    table = standard_table(records)
    for row in (*table.rows, table.total):
        if row.birth_rate is not None and row.death_rate is not None:
            assert row.natural_growth_rate == row.birth_rate - row.death_rate
        shares = [row.share_first, row.share_second, row.share_third_or_more]
        assert (None in shares) if row.births == 0 else sum(part or 0 for part in shares) == 1


@given(true_towns, st.data())
@settings(deadline=None)
def test_one_birth_too_many_or_too_few_is_always_found(records: list[VitalRecords], data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(records) - 1))
    part = data.draw(st.sampled_from([name for name in COUNTS if name.startswith("births")]))
    wrong = replace(records[which], **{part: getattr(records[which], part) + data.draw(st.sampled_from([-1, 1]))})
    faults = inconsistencies([*records[:which], wrong, *records[which + 1 :]])
    assert {fault.place for fault in faults} == {wrong.place}


@given(st.fractions(), st.integers(0, 12))
def test_the_published_text_is_within_half_its_last_place_and_mirrored_below_zero(
    value: Fraction, decimals: int
) -> None:
    text = published(value, decimals)
    assert abs(Fraction(text) - value) <= Fraction(1, 2 * 10**decimals)
    assert len(text.partition(".")[2]) == decimals
    assert published(-value, decimals).removeprefix("-") == text.removeprefix("-")
    assert not text.startswith("-") or Fraction(text) < 0


# Shown, never scored


def test_nothing_that_scores_or_pays_reads_the_statistics() -> None:
    """Births and deaths may be reported; whatever carries points, ranks, vetoes or money must not see them."""
    modules = [path for folder in ("rules", "targets", "engine") for path in (ROOT / folder).rglob("*.py")]
    assert ROOT / "engine" / "statistics.py" in modules
    assert [path.name for path in modules if "engine.statistics" in imported_by(path)] == ["vital.py"]
    assert [path.name for path in modules if "engine.vital" in imported_by(path)] == []


def imported_by(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    sources = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return plain | {name for node in sources for name in _named_by(node)}


def _named_by(node: ast.ImportFrom) -> set[str]:
    source = node.module or ""
    return {source, *(f"{source}.{name.name}" for name in node.names)}
