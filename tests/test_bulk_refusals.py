"""What the record path refuses the bulk path refuses too, on every engine, by the same code and in the same place; and what
only a Parquet file can bring is refused, never a crash.

The year is that of `tests/bulk`, its village contract with a statistic, severities and a unit of its own beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_bulk import BING, CONTRACTS, DING, ENGINES, FILES, JIA, YI, parquet

from cli.main import main
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Refused
from rules.load import load_contracts
from targets.bulk.records import records_of
from targets.bulk.tables import Tables, read_tables
from targets.columns.backend import backend
from targets.engines import EngineName
from targets.intake import read_csv_tables
from targets.snapshot import Records

Place = tuple[str, int, str]
TOWN = "899901101000"


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Contract, ...]:
    folder = tmp_path_factory.mktemp("contracts")
    village = CONTRACTS[0].read_text("utf-8")
    for old, new in (
        ("indicators:\n", "indicators:\n  - {id: households, name: 户数, name_en: Households, kind: count, statistic: true}\n"),
        ("{id: outage, name: 停水, name_en: Outage}", "{id: outage, name: 停水, name_en: Outage, severities: [轻微, 严重]}"),
    ):  # fmt: skip
        assert old in village
        village = village.replace(old, new, 1)
    (folder / "villages.yaml").write_text(village, "utf-8")
    return tuple(one.contract for one in load_contracts([folder / "villages.yaml", CONTRACTS[1]]))


def refused(files: Mapping[str, Path], contracts: tuple[Contract, ...], engine: EngineName) -> list[Diagnostic]:
    with pytest.raises(Refused) as told:
        read_tables(FILES | files, contracts, backend(engine))
    return list(told.value.diagnostics)


def read(files: Mapping[str, Path], contracts: tuple[Contract, ...], engine: EngineName) -> tuple[Tables, list[Place]]:
    warnings: list[Diagnostic] = []
    tables = read_tables(FILES | files, contracts, backend(engine), on_warning=warnings.append)
    return tables, places(warnings)


def places(diagnostics: list[Diagnostic]) -> list[Place]:
    return sorted((one.code, one.span.line, one.span.cell) for one in diagnostics)


def of_records(files: Mapping[str, Path], contracts: tuple[Contract, ...]) -> tuple[list[Place], list[Place]]:
    """What the record path refuses and warns of."""
    warnings: list[Diagnostic] = []
    try:
        read_csv_tables(FILES | files, contracts, Records(), on_warning=warnings.append)
    except Refused as told:
        return places(list(told.diagnostics)), []
    return [], places(warnings)


def written(folder: Path, table: str, *rows: str, instead: str = "") -> dict[str, Path]:
    """A table of `tests/bulk` with further rows, or another text altogether."""
    path = folder / f"{table}.csv"
    path.write_text((instead or FILES[table].read_text("utf-8")) + "".join(f"{row}\n" for row in rows), "utf-8")
    return {table: path}


# Table, the rows that are added to it, and every fault that both paths tell, by code and heading, at the last row.
CASES: dict[str, tuple[str, tuple[str, ...], list[tuple[str, str]]]] = {
    "a target for a statistic": ("targets", (f"{JIA},households,target,10",), [("DX562", "indicator")]),
    "a target by an indicator of others": ("targets", ("c1,visits,target,95%",), [("DX560", "indicator")]),
    "a target of the town": ("targets", (f"{TOWN},visits,target,95%",), [("DX560", "indicator")]),
    "a target of a unit by the cadres' indicator": ("targets", ("station,attendance,target,95%",), [("DX560", "indicator")]),
    "a value of the town": ("data", (f"{TOWN},meetings,2026Q1,3,,,",), [("DX560", "indicator")]),
    "a value of a village by the cadres' indicator": ("data", (f"{YI},attendance,2026H1,,1,2,",), [("DX560", "indicator")]),
    "a statistic of a cadre": ("data", ("c1,households,2026,5,,,",), [("DX560", "indicator")]),
    "a checklist without an entry": ("data", (f"{YI},papers,2026,1,,,",), [("DX535", "value")]),
    "a unit's code with a dot": ("parties", ("a.b,水站,单位,,",), [("DX570", "代码")]),
    "a unit's code with a number sign": ("parties", ("SL#9,水站,单位,,",), [("DX528", "代码")]),
    "a village numbered like a community": ("parties", (f"899901101101,戊村,村,{TOWN},",), [("DX570", "代码")]),
    "a village under another town": ("parties", ("899901102000,邻镇,镇,,", f"899901102201,邻村,村,{TOWN},"), [("DX571", "上级代码")]),
    "a code that is written full-width once": ("parties", (f"ｓtation,水站,单位,{TOWN},",), [("DX540", "代码")]),
    "a tenure that overlaps": ("tenures", (f"c1,resident,{YI},2026-05-01,",), [("DX573", "start")]),
    "an assignment that overlaps": ("assignments", (f"c1,{JIA},resident,2026-06-30,,",), [("DX573", "start")]),
    "an assignment within a long one before the last": (
        "assignments", (f"c2,{BING},secretary,2026-03-01,2026-03-02,",), [("DX573", "start")],
    ),
    "a veto that ended before its event": ("prior_vetoes", (f"{JIA},water/village,fraud,2025-05-01,2024",), [("DX578", "until_year")]),
    "a value of a code that is written full-width once": ("data", (f"８{JIA[1:]},site,2026,17,,,",), [("DX540", "party")]),
}  # fmt: skip


@ENGINES
@pytest.mark.parametrize("case", CASES)
def test_both_paths_refuse_the_row(
    case: str, engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    table, rows, expected = CASES[case]
    files = written(tmp_path, table, *rows)
    last = len(files[table].read_text("utf-8").splitlines())
    found = places(refused(files, contracts, engine))
    # Of two rows that say the same the record path tells the second only, at another cell.
    assert [one for one in found if one[1] == last] == [(code, last, cell) for code, cell in expected]
    assert {code for code, _, _ in found} == {code for code, _ in expected}
    told, _ = of_records(files, contracts)
    assert {one[:2] for one in told} == {(code, last) for code, _ in expected}


@ENGINES
def test_a_cadre_without_a_post_reports_nothing(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    files = written(tmp_path, "cadres", "c4,赵六") | written(tmp_path, "data", "c4,attendance,2026H1,,1,2,")
    assert places(refused(files, contracts, engine)) == [("DX560", 51, "indicator")] == of_records(files, contracts)[0]


@ENGINES
def test_with_one_contract_too_a_value_is_of_somebody_it_assesses(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """The town is not assessed, nor are cadres; a statistic of the town is welcome."""
    village = contracts[:1]
    instead = f"party,indicator,period,value\n{JIA},site,2026,20\n{TOWN},households,2026,400\n"
    files = {"parties": FILES["parties"]} | written(tmp_path, "data", instead=instead)
    tables = read_tables(files, village, chosen := backend(engine))
    (seen,) = records_of(tables, [TOWN], [], chosen).observations
    assert (seen.indicator, seen.numerator, seen.denominator) == ("households", 400, 1)
    files |= written(tmp_path, "data", f"{TOWN},meetings,2026Q1,3", "nobody,site,2026,4", instead=instead)
    with pytest.raises(Refused) as told:
        read_tables(files, village, chosen)
    assert places(list(told.value.diagnostics)) == [("DX530", 5, "party"), ("DX560", 4, "indicator")]


@ENGINES
def test_the_wide_form_refuses_the_values_of_others_cell_by_cell(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    rows = (f"{JIA},2026,20,,400", f"{TOWN},2026,,—,500", f"{TOWN},2025,3,,", "c1,2026H1,,90%,7", "c3,2026H1,,90%,")
    files = written(tmp_path, "data", *rows, instead="party,period,site,attendance,households\n")
    expected = [("DX560", 4, "site"), ("DX560", 5, "households")]
    assert places(refused(files, contracts, engine)) == expected == of_records(files, contracts)[0]


NAMED = {
    "data": "party,party name,indicator,period,value\n{code},{name},site,2026,20\n",
    "targets": "party,party name,indicator,parameter,value\n{code},{name},visits,target,90%\n",
    "incidents": "id,party,party name,kind,happened_on,found_on,state,evidence\ni9,{code},{name},fraud,2026-03-01,2026-03-01,属实,1\n",
    "states": "party,party name,state,start\n{code},{name},lagging,2026-01-01\n",
    "prior_vetoes": "party,party name,contract,veto,happened_on,until_year\n{code},{name},water/village,fraud,2025-03-01,2026\n",
    "assignments": "cadre,party,party name,role,start\nc1,{code},{name},resident,2026-01-01\n",
    "tenures": "cadre,post,party,party name,start\nc1,resident,{code},{name},2026-01-01\nc2,resident,{code},{name},2026-01-01\n",
}


@ENGINES
@pytest.mark.parametrize("table", NAMED)
def test_a_name_beside_the_code_of_somebody_else_is_refused(
    table: str, engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    def files(name: str) -> dict[str, Path]:
        return written(tmp_path, table, instead=NAMED[table].format(code=JIA, name=name))

    told, expected = refused(files("乙村"), contracts, engine), of_records(files("乙村"), contracts)[0]
    assert [one for one in places(told) if one[0] == "DX532"] == [one for one in expected if one[0] == "DX532"] != []
    assert "甲村" in str(next(one for one in told if one.code == "DX532").expected)
    for same in ("甲村", "甲　村", " 甲村 ", "—", "", JIA):
        codes = set()
        try:
            read(files(same), contracts, engine)
        except Refused as refusal:
            codes = {one.code for one in refusal.diagnostics}
        assert "DX532" not in codes, same


@ENGINES
def test_a_cadres_name_is_compared_as_well(engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path) -> None:
    instead = (
        f"cadre,cadre name,party,role,start\nc1,张　三,{JIA},resident,2026-01-01\nc2,张三,{JIA},resident,2026-01-01\n"
    )
    files = written(tmp_path, "assignments", instead=instead)
    assert places(refused(files, contracts, engine)) == [("DX532", 3, "cadre name")] == of_records(files, contracts)[0]


@ENGINES
def test_codes_names_and_groups_are_folded_as_the_record_path_folds_them(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """Full-width spaces and letters, padding, marks that nobody sees: the same records."""
    texts = {name: path.read_text("utf-8") for name, path in FILES.items()}
    for old, new in (
        ("甲村,村,899901101000,东片", "　甲　村,村,８９９９０１１０１０００,\u200b东 片"),
        (f"{YI},乙村", f"\u00a0{YI[:6]}１{YI[7:]}　,'乙  村"),
        ("station,水管站", "ｓｔａｔｉｏｎ,水管站"),
    ):
        assert old in texts["parties"]
        texts["parties"] = texts["parties"].replace(old, new)
    texts["data"] = texts["data"].replace(f"{JIA},", f"　{JIA},").replace("c1,", "ｃ１,", 1)
    texts["cadres"] = texts["cadres"].replace("c1,张三", "ｃ1,张　三")
    texts["incidents"] = texts["incidents"].replace("i2,", "ｉ２,").replace("镇发〔2026〕9号", "镇发　〔2026〕9号")
    texts["assignments"] = texts["assignments"].replace(f"c1,{JIA}", f"Ｃ1,{JIA} ".lower())
    files = {}
    for name, text in texts.items():
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text(text, "utf-8")
    expected = read_csv_tables(files, contracts, Records())
    tables, _ = read(files, contracts, engine)
    parties, cadres = [one.code for one in expected.parties], [one.code for one in expected.cadres]
    found = records_of(tables, parties, cadres, backend(engine)) if engine is EngineName.POLARS else None
    taken = backend(engine).take(tables.parties.sort("code"))
    assert list(zip(taken["code"], taken["name"], taken["group"], strict=True)) == sorted(
        (one.code, one.name, one.group) for one in expected.parties
    )
    if found is not None:
        assert {(one.id, one.subject, one.evidence) for one in found.incidents} == {
            (one.id, one.subject, one.evidence) for one in expected.incidents
        }
        assert len(found.observations) == len(expected.observations)
        assert {(one.code, one.name) for one in found.cadres} == {(one.code, one.name) for one in expected.cadres}
        assert {(one.cadre, one.party) for one in found.assignments} == {
            (one.cadre, one.party) for one in expected.assignments
        }


@ENGINES
def test_superiors_that_go_round_in_a_circle(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """Three in a circle, one that hangs below it, one that is its own superior; a chain of four that ends is none."""
    rows = ("u1,一,单位,u2,", "u2,二,单位,u3,", "u3,三,单位,u1,", "u4,四,单位,u1,", "u5,五,单位,u5,")
    files = written(tmp_path, "parties", *rows, "v1,六,单位,station,", "v2,七,单位,v1,")
    expected = [("DX571", line, "上级代码") for line in range(8, 13)]
    assert places(refused(files, contracts, engine)) == expected == of_records(files, contracts)[0]


@ENGINES
def test_a_severity_is_one_of_the_kind(engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path) -> None:
    heading = "id,party,kind,happened_on,found_on,state,evidence,severity\n"
    rows = [
        f"{number},{JIA},{kind},2026-03-01,2026-03-01,属实,1号,{severity}"
        for number, (kind, severity) in enumerate(
            [
                ("outage", "严重"),
                ("outage", "严 重"),
                ("outage", "大"),
                ("fraud", "严重"),
                ("fraud", "—"),
                ("outage", ""),
            ]
        )
    ]
    files = written(tmp_path, "incidents", *rows, instead=heading)
    expected = [("DX534", 4, "severity"), ("DX534", 5, "severity")]
    assert places(refused(files, contracts, engine)) == expected == of_records(files, contracts)[0]


@ENGINES
def test_warnings_are_given_and_stop_nothing(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """11 of 10 visits, counted or as 11/10 or 120 %; the contract of satisfaction has a highest value. A veto that is over."""
    rows = (
        f"{YI},visits,2025Q1,,11,10,",
        f"{YI},visits,2025Q2,11/10,,,",
        f"{YI},visits,2025Q3,120%,,,",
        f"{YI},visits,2025Q4,,0,0,",
    )
    files = written(tmp_path, "data", *rows)
    files |= written(tmp_path, "prior_vetoes", f"{JIA},water/village,fraud,2023-05-01,2025")
    expected = [
        ("DX554", 51, "numerator"), ("DX554", 52, "value"), ("DX554", 53, "value"), ("DX579", 3, "until_year"),
    ]  # fmt: skip
    assert read(files, contracts, engine)[1] == expected == of_records(files, contracts)[1]
    wide = "party,period,巡访率(分子),巡访率(应有数)\n"
    files |= written(tmp_path, "data", f"{YI},2026Q1,11,10", f"{JIA},2026Q1,9,10", instead=wide)
    assert read(files, contracts, engine)[1] == [("DX554", 2, "巡访率(分子)"), ("DX579", 3, "until_year")]
    assert of_records(files, contracts)[1] == [("DX554", 2, "巡访率(分子)"), ("DX579", 3, "until_year")]


@ENGINES
def test_rows_that_say_nothing_are_passed_over(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """An empty row; in the data and targets a row without a value, whoever it is about."""
    files: dict[str, Path] = {}
    for table in ("parties", "cadres", "tenures", "assignments", "incidents", "states", "prior_vetoes", "history"):
        commas = FILES[table].read_text("utf-8").splitlines()[0].count(",")
        files |= written(tmp_path, table, "," * commas, " ,　" + "," * (commas - 1))
    files |= written(tmp_path, "targets", "nobody,visits,target,", f"{JIA},visits,target,暂无", ",,,", "x,y,z,Ｎ/Ａ")
    files |= written(
        tmp_path, "data", "nobody,x,1999,,,,", f"{JIA},site,2026,—,,,", f"{JIA},site,2026,, / ,——,", ",,,,,,"
    )
    assert of_records(files, contracts) == ([], [])
    tables, warnings = read(files, contracts, engine)
    assert warnings == []
    assert len(backend(engine).take(tables.targets)["subject"] if tables.targets is not None else []) == 4
    wide = "party,period,site,公示上墙\n"
    files |= written(tmp_path, "data", f"{JIA},2026,20,是", "nobody,1999,,暂无", ",,,", f"{YI},2026,,√", instead=wide)
    assert of_records(files, contracts) == ([], []) == ([], read(files, contracts, engine)[1])
    files |= written(tmp_path, "data", "nobody,2026,20,是", instead=files["data"].read_text("utf-8"))
    assert places(refused(files, contracts, engine)) == [("DX530", 6, "party")], "the lines are those of the file"


@ENGINES
def test_two_posts_taken_up_on_one_day_are_refused_by_both_paths(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """One of the two could be meant: nobody guesses. The same post at two parties is no better."""
    for row in (f"c2,resident,{DING},2026-02-15,", f"c2,resident,{DING},2026-02-15,2026-03-01"):
        files = written(tmp_path, "tenures", row)
        told, expected = places(refused(files, contracts, engine)), of_records(files, contracts)[0]
        assert [one[0] for one in told] == ["DX573"] == [one[0] for one in expected]
        assert {one[1] for one in told} <= {3, 5}


# What only Parquet can bring


def typed(folder: Path, name: str, values: Any) -> dict[str, Path]:
    """The wide form with two columns of counts, the numerator as given."""
    columns = {
        "party": [JIA, YI, BING],
        "period": ["2026Q1"] * 3,
        "visits numerator": values,
        "visits denominator": [5, 5, None],
    }
    return {"data": parquet(folder, name, pl.DataFrame(columns))}


COUNTS = {
    "unsigned": pl.Series([2**64 - 1, 5, None], dtype=pl.UInt64),
    "decimal": pl.Series([Decimal(10**20), Decimal(5), None], dtype=pl.Decimal(38, 0)),
    "decimal with a scale": pl.Series([Decimal(10**20), Decimal(5), None], dtype=pl.Decimal(38, 4)),
    "text": pl.Series([str(10**20), "5", None]),
}


@ENGINES
@pytest.mark.parametrize("kind", COUNTS)
def test_a_count_beyond_64_bits_is_told_at_its_cell(
    kind: str, engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    files = typed(tmp_path, "data", COUNTS[kind])
    told = refused(files, contracts, engine)
    assert places(told) == [("DX553", 1, "visits numerator")]
    assert "18 digits" in str(told[0].expected)
    small = pl.Series([5 if COUNTS[kind].dtype != pl.String else "5"] * 2 + [None], dtype=COUNTS[kind].dtype)
    tables, _ = read(typed(tmp_path, "data", small), contracts, engine)
    assert tables.values


@ENGINES
@pytest.mark.parametrize(
    "column",
    [
        pl.Series([[1], [2], None]),
        pl.Series([{"a": 1}, {"a": 2}, None]),
        pl.Series([b"\xff", b"a", None]),
        pl.Series([2**100, 5, None], dtype=pl.Int128),
        pl.Series([1, 2, None], dtype=pl.Duration),
        pl.Series([[1, 2], [2, 3], None], dtype=pl.Array(pl.Int64, 2)),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_of_no_readable_type_is_refused_whole(
    column: pl.Series, engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    (told,) = refused(typed(tmp_path, "data", column), contracts, engine)
    assert (told.code, told.span.line, told.span.cell) == ("DX528", 0, "visits numerator")
    assert told.hint is not None
    parties = pl.read_csv(FILES["parties"], infer_schema=False).head(3).with_columns(column.alias("名称"))
    (told,) = refused({"parties": parquet(tmp_path, "parties", parties)}, contracts, engine)
    assert (told.code, told.span.cell) == ("DX528", "名称")


@ENGINES
def test_types_that_mean_the_same_are_read_alike(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """Words from a dictionary, days with a time of day, a column of nothing, unsigned counts."""
    parties = pl.read_csv(FILES["parties"], infer_schema=False).with_columns(
        pl.col("类别").cast(pl.Categorical), pl.col("名称").cast(pl.Categorical)
    )
    tenures = pl.read_csv(FILES["tenures"], infer_schema=False).with_columns(
        pl.lit(None).alias("until"), pl.lit("2026-02-15 08:30:00").str.to_datetime("%Y-%m-%d %H:%M:%S").alias("start")
    )
    files = {"parties": parquet(tmp_path, "parties", parties), "tenures": parquet(tmp_path, "tenures", tenures)}
    files |= typed(tmp_path, "data", pl.Series([5, 4, None], dtype=pl.UInt64))
    tables, _ = read(files, contracts, engine)
    assert set(backend(engine).take(tables.tenures)["start"] if tables.tenures is not None else []) == {739662}


@ENGINES
def test_amounts_without_a_common_unit_of_64_bits_are_refused(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """1/9999999967 and 1/9999999929: the common divisor has 20 digits. 1/3 beside them is innocent."""
    shares = "cadre,party,role,start,share\n"
    rows = (
        f"c1,{JIA},resident,2026-01-01,1/3",
        f"c1,{YI},resident,2026-01-01,1/9999999929",
        f"c2,{JIA},resident,2026-01-01,1/9999999967",
    )
    told = refused(written(tmp_path, "assignments", *rows, instead=shares), contracts, engine)
    assert places(told) == [("DX620", 4, "share")]
    assert told[0].hint is not None
    targets = "party,indicator,parameter,value\n"
    rows = (f"{JIA},visits,target,1/3", f"{YI},visits,target,1/9999999929", f"{BING},visits,target,1/9999999967")
    assert places(refused(written(tmp_path, "targets", *rows, instead=targets), contracts, engine)) == [
        ("DX620", 4, "value")
    ]
    rows = (f"{JIA},visits,target,1/3", f"{YI},visits,target,900000000000000000000%")
    files = written(tmp_path, "targets", *rows, instead=targets)
    assert places(refused(files, contracts, engine)) == [("DX620", 3, "value")], "27 quintillion thirds"


@ENGINES
def test_a_percentage_beside_its_counts_is_compared_beyond_64_bits(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """Half of 18 digits is 50.0000 %, and 50.0001 % is not; in 64 bits the products would wrap."""
    due = 999_999_999_999_999_998
    heading = "party,indicator,period,value,numerator,denominator\n"
    row = f"{JIA},visits,2026Q1,{{}},{due // 2},{due}"
    read(written(tmp_path, "data", row.format("50.0000%"), instead=heading), contracts, engine)
    for wrong in ("50.0001%", "0.50001", "1/2", "1000000000000000000.0000000000%"):
        files = written(tmp_path, "data", row.format(wrong), instead=heading)
        assert places(refused(files, contracts, engine)) == [("DX555", 2, "value")] == of_records(files, contracts)[0]


# How much of it there is


@ENGINES
def test_of_very_many_rows_fifty_are_listed_and_all_are_counted(
    engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path
) -> None:
    """Values that cannot be read, rows that come twice, strangers, faults of whole rows: each tells how many more."""
    heading = "party,indicator,period,value,numerator,denominator\n"
    rows = [f"{JIA},visits,2026Q1,,{number + 7},3" for number in range(1, 61)]
    rows += [f"n{number},site,2026,20,," for number in range(70)] + [
        f"{YI},site,2026,x{number},," for number in range(80)
    ]
    told = refused(written(tmp_path, "data", *rows, instead=heading), contracts, engine)
    more = {(one.code, one.span.cell): str(one.found) for one in told if one.span.line == 0}
    assert more == {
        ("DX530", "party"): "20 more rows",
        ("DX521", "value"): "30 more rows",
        ("DX540", "party"): "90 more rows",
        ("DX554", "numerator"): "10 more rows",
    }
    assert sum(one.code == "DX530" for one in told) == 51


# From the command


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_the_command_refuses_without_a_traceback_and_warns_in_passing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(files: Mapping[str, Path], *more: str) -> list[str]:
        tables = [part for key, path in (FILES | files).items() for part in (f"--{key.replace('_', '-')}", str(path))]
        return ["assess", *map(str, CONTRACTS), *tables, "--engine", name, "--lang", "en", *more]

    assert main(command(typed(tmp_path, "data", COUNTS["unsigned"]), "--json")) == 2
    (told,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (told["code"], told["line"], told["cell"]) == ("DX553", 1, "visits numerator")
    assert main(command(written(tmp_path, "data", f"{YI},visits,2025Q1,,11,10,"))) == 0
    assert "DX554" in capsys.readouterr().err


# What is a table and how it is quoted


@ENGINES
def test_single_quotation_marks_are_text(engine: EngineName, contracts: tuple[Contract, ...], tmp_path: Path) -> None:
    """Every name between them: DuckDB would take them for the quotes of the file."""
    rows = [f'n{number},\'村{number}\',单位,,"a, ""b"""' for number in range(9)]
    files = written(tmp_path, "parties", *rows, instead="代码,名称,类别,上级代码,分组\n")
    files |= written(tmp_path, "data", "n1,site,2026,20", instead="party,indicator,period,value\n")
    chosen = backend(engine)
    taken = chosen.take(read_tables(files, contracts[:1], chosen).parties.sort("code"))
    expected = read_csv_tables(files, contracts[:1], Records()).parties
    assert list(zip(taken["name"], taken["group"], strict=True)) == [(one.name, one.group) for one in expected]


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_the_ending_of_a_file_may_be_in_capitals(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = dict(FILES)
    for key, path in FILES.items():
        files[key] = tmp_path / f"{key}.PARQUET"
        pl.read_csv(path, infer_schema=False).write_parquet(files[key])
    tables = [part for key, path in files.items() for part in (f"--{key.replace('_', '-')}", str(path))]
    out = tmp_path / "out"
    assert main(["assess", *map(str, CONTRACTS), *tables, "--engine", name, "--out", str(out)]) == 0
    capsys.readouterr()
    assert (out / "verdicts.parquet").exists()
