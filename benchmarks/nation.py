"""An invented nation as Parquet tables: real town codes where a list of them is given, everything else drawn from a seed.

    python -m benchmarks.nation FOLDER [--towns FILE] [--parties 690000]

The tables and their columns are those of docs/tables.md. Villages are spread over the towns, at least three in each;
each cadre answers for one to three villages of one town; some change villages in the middle of the year.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.contract import YEAR, scored_items
from benchmarks.drawing import drawn
from benchmarks.towns import towns_option

PARTIES, ITEMS, ASSIGNMENTS, SEED = 690_000, 20, 2_000_000, 2026
TABLES = ("parties", "data", "cadres", "tenures", "assignments", "incidents")
# Villagers' committees are numbered from 200 within their town; 999 is the last number there is.
VILLAGE_FIRST, VILLAGES_MIN, VILLAGES_MAX = 200, 3, 800
PARTIES_PER_TOWN = 16
DENOMINATORS = (20, 3_000)
PARTIES_PER_INCIDENT = 2_000
NEW_YEAR, HALF_YEAR_END = date(YEAR, 1, 1), date(YEAR, 6, 30)


def write_nation(
    folder: Path,
    towns_csv: Path | None = None,
    parties: int = PARTIES,
    items: int = ITEMS,
    assignments: int = ASSIGNMENTS,
    seed: int = SEED,
) -> dict[str, Path]:
    """Write the six tables; the path of each. `towns_csv` has a column `code` of nine digits; None invents codes.

    Raises ValueError where the villages would not fit the towns.
    """
    folder.mkdir(parents=True, exist_ok=True)
    villages = villages_of(town_codes(towns_csv, parties), parties, seed)
    cadres = _cadres(villages, assignments, seed)
    frames = {
        "parties": _parties(villages),
        "data": observations(villages, [item.indicator for item in scored_items()[:items]], seed),
        "cadres": cadres.select(code=_cadre_code(), name=pl.lit("示例干部") + pl.col("row").cast(pl.String)),
        "tenures": _tenures(cadres, seed),
        "assignments": _assignments(cadres, villages, seed),
        "incidents": _incidents(villages, seed),
    }
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    for name, frame in frames.items():
        frame.write_parquet(paths[name])
    return paths


def town_codes(towns_csv: Path | None, parties: int) -> pl.Series:
    """Distinct nine-digit codes, in order: as many towns as the parties fill, taken evenly from the list."""
    if towns_csv is None:
        listed = pl.Series("town", [_invented_town(number) for number in range(parties // PARTIES_PER_TOWN + 1)])
    else:
        codes = pl.read_csv(towns_csv, columns=["code"], infer_schema=False)["code"]
        # A code for what is left of a county without towns ends in 000: no place under it has a code of its own.
        listed = codes.filter(codes.str.contains(r"^[1-8]\d{5}") & ~codes.str.ends_with("000")).unique().sort()
    count = min(max(1, parties // PARTIES_PER_TOWN), len(listed))
    return listed.gather([index * len(listed) // count for index in range(count)]).alias("town")


def villages_of(towns: pl.Series, parties: int, seed: int = SEED) -> pl.DataFrame:
    """One row a village, in the order of codes: row, town (9 digits), code (12 digits), first (row of the town's
    first village), place (0 for that one), size (villages in the town)."""
    fewest, spread = min(VILLAGES_MIN, parties), len(towns)
    if parties < fewest * spread or parties > VILLAGES_MAX // 2 * spread:
        raise ValueError(f"{parties} villages do not fit {spread} towns")
    rows = pl.DataFrame({"row": pl.int_range(parties, eager=True)})
    town = pl.when(pl.col("row") < fewest * spread).then(pl.col("row") % spread).otherwise(drawn(seed, "town", spread))
    own = pl.int_range(pl.len()).over("town")
    return (
        rows.select(town=town)
        .sort("town")
        .with_columns(row=pl.int_range(pl.len()))
        .with_columns(place=own, first=pl.col("row").min().over("town"), size=pl.len().over("town").cast(pl.Int64))
        .with_columns(town=pl.lit(towns).gather(pl.col("town")))
        .with_columns(code=pl.col("town") + (VILLAGE_FIRST + pl.col("place")).cast(pl.String))
        .select("row", "town", "code", "first", "place", "size")
    )


def observations(villages: pl.DataFrame, indicators: Sequence[str], seed: int = SEED) -> pl.DataFrame:
    """The wide table: party, period, and for each indicator `<id> numerator` and `<id> denominator` as Int64.

    Every village has its own worst rate, most between 70 and 95 %, and reaches something between it and 100 %.
    """
    often, seldom = 700 + drawn(seed, "quality", 250), 100 + drawn(seed, "weakness", 600)
    worst = pl.when(drawn(seed, "weak", 20) == 0).then(seldom).otherwise(often)
    columns = [pl.col("code").alias("party"), pl.lit(str(YEAR)).alias("period")]
    low, high = DENOMINATORS
    for indicator in indicators:
        denominator = low + drawn(seed, f"{indicator} denominator", high - low + 1)
        permille = pl.col("worst") + drawn(seed, f"{indicator} rate", 1_001 - pl.col("worst"))
        columns.append((denominator * permille // 1_000).alias(f"{indicator} numerator"))
        columns.append(denominator.alias(f"{indicator} denominator"))
    return villages.select("row", "code", worst=worst).select(columns)


def _parties(villages: pl.DataFrame) -> pl.DataFrame:
    """The parent is left empty: the towns are groups here, not parties."""
    name = pl.lit("示例") + (pl.col("place") + 1).cast(pl.String) + pl.lit("村")
    return villages.select(
        "code", name=name, kind=pl.lit("village"), parent=pl.lit(None, dtype=pl.String), group=pl.col("town")
    )


def _cadres(villages: pl.DataFrame, assignments: int, seed: int) -> pl.DataFrame:
    """One row a cadre: row, home (row of a village), duties (1 to 3 villages). Seven cadres hold ten assignments."""
    cadres = max(1, assignments * 7 // 10)
    more = assignments - cadres
    thrice, twice = more // 5, more - 2 * (more // 5)
    # Coprime to any smaller number, so it only shuffles who has how many.
    shuffled = pl.col("row") * 7_368_787 % cadres
    duties = 1 + (shuffled < thrice + twice).cast(pl.Int64) + (shuffled < thrice).cast(pl.Int64)
    rows = pl.DataFrame({"row": pl.int_range(cadres, eager=True)})
    placed = rows.select("row", duties=duties, home=drawn(seed, "home", len(villages)))
    return placed.join(
        villages.select(home="row", party="code", first="first", place="place", size="size"),
        on="home",
        maintain_order="left",
    )


def _cadre_code() -> pl.Expr:
    return pl.lit("G") + pl.col("row").cast(pl.String).str.zfill(7)


def _tenures(cadres: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Everyone is in the post all year, at the first village they answer for."""
    start = pl.lit(date(YEAR - 3, 1, 1)) + pl.duration(days=drawn(seed, "tenure", 3 * 365))
    return cadres.select(
        cadre=_cadre_code(), post=pl.lit("resident"), party="party", start=start, until=pl.lit(None, dtype=pl.Date)
    )


def _assignments(cadres: pl.DataFrame, villages: pl.DataFrame, seed: int) -> pl.DataFrame:
    """One row a duty. Of the cadres with several, one in five leaves the first at the half-year and takes up the last."""
    one = cadres.with_columns(changes=(drawn(seed, "changes", 5) == 0) & (pl.col("duties") > 1))
    one = one.with_columns(slot=pl.int_ranges("duties")).explode("slot")
    one = one.with_columns(
        duty=pl.col("row") * 3 + pl.col("slot"),
        village=pl.col("first") + (pl.col("place") + pl.col("slot")) % pl.col("size"),
    )
    leaves = pl.col("changes") & (pl.col("slot") == 0)
    follows = pl.col("changes") & (pl.col("slot") == pl.col("duties") - 1)
    before = pl.lit(date(YEAR - 2, 1, 1)) + pl.duration(days=drawn(seed, "before", 2 * 365, "duty"))
    within = pl.lit(NEW_YEAR) + pl.duration(days=drawn(seed, "within", 120, "duty"))
    late = pl.lit(date(YEAR, 9, 1)) + pl.duration(days=drawn(seed, "late", 200, "duty"))
    start = (
        pl.when(follows).then(pl.lit(date(YEAR, 7, 1))).when(leaves | (drawn(seed, "old", 4, "duty") > 0)).then(before)
    ).otherwise(within)
    until = pl.when(leaves).then(pl.lit(HALF_YEAR_END)).when(drawn(seed, "ends", 8, "duty") == 0).then(late)
    return one.select(
        cadre=_cadre_code(),
        party=pl.lit(villages["code"]).gather(pl.col("village")),
        role=pl.lit("resident"),
        start=start,
        until=until.otherwise(None),
        share=pl.lit(1).cast(pl.Decimal(5, 4)),
    )


def _incidents(villages: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Proven fraud in one village of two thousand, at least one; a document each."""
    count = max(1, len(villages) // PARTIES_PER_INCIDENT)
    rows = pl.DataFrame({"row": pl.int_range(count, eager=True)})
    number = (pl.col("row") + 1).cast(pl.String)
    happened = pl.lit(NEW_YEAR) + pl.duration(days=drawn(seed, "happened", 270))
    return rows.select(
        id=pl.lit("E") + number.str.zfill(6),
        party=pl.lit(villages["code"]).gather(drawn(seed, "where", len(villages))),
        kind=pl.lit("fraud"),
        happened_on=happened,
        found_on=happened + pl.duration(days=drawn(seed, "found", 90)),
        state=pl.lit("substantiated"),
        evidence=pl.lit(f"示例通报〔{YEAR}〕") + number + pl.lit("号"),
    )


def _invented_town(number: int) -> str:
    """Twenty towns a county, twenty counties a city, twenty cities a province."""
    county, town = divmod(number, 20)
    city, county = divmod(county, 20)
    province, city = divmod(city, 20)
    return f"{11 + province}{city + 1:02}{county + 1:02}{town + 1:03}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nation", description="Write an invented nation.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parties", type=int, default=PARTIES)
    parser.add_argument("--seed", type=int, default=SEED)
    towns_option(parser)
    given = parser.parse_args()
    paths = write_nation(
        given.folder, given.towns, given.parties, assignments=assignments_for(given.parties), seed=given.seed
    )
    for path in paths.values():
        print(path)


def assignments_for(parties: int) -> int:
    """As many assignments as the nation has for so many parties."""
    return max(1, parties * ASSIGNMENTS // PARTIES)


if __name__ == "__main__":
    main()
