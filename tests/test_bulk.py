"""The bulk path reads what the record path reads. `tests/bulk` is a small year as an office types it: two contracts and nine
tables; whatever form the files have, the records and every cell of the verdicts are those of the record path."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cli.main import main
from engine import inference
from engine.columnar.judged import judge_year
from engine.columnar.layout import JudgedColumns
from engine.crosscheck import Cells, read_cells
from rules.contract import Contract
from rules.load import load_contracts
from targets.bulk.columns import columns_of_tables
from targets.bulk.records import records_of
from targets.bulk.tables import read_tables
from targets.columns.backend import Backend, backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName
from targets.intake import read_csv_tables
from targets.snapshot import Records, Snapshot

YEAR = Path(__file__).parent / "bulk"
CONTRACTS = [YEAR / "villages.yaml", YEAR / "cadres.yaml"]
FILES = {path.stem: path for path in sorted(YEAR.glob("*.csv"))}
ENGINES = pytest.mark.parametrize("engine", [EngineName.POLARS, EngineName.DUCKDB])
JIA, YI, BING, DING = (f"89990110120{number}" for number in range(1, 5))


@cache
def agreed() -> tuple[Contract, ...]:
    return tuple(one.contract for one in load_contracts(CONTRACTS))


def recorded(files: Mapping[str, Path] = FILES) -> Records:
    """The small year as the record path reads it."""
    return read_csv_tables(files, agreed(), Records())


def bare(records: Records) -> dict[str, list[Any]]:
    """The records without their places, in an order of their own."""
    return {
        each.name: sorted(
            (replace(one, place=None) if hasattr(one, "place") else one for one in getattr(records, each.name)),
            key=repr,
        )
        for each in fields(Records)
    }


def read(files: Mapping[str, Path], chosen: Backend) -> Records:
    """The files' records by the bulk path."""
    tables, known = read_tables(files, agreed(), chosen), recorded()
    return records_of(tables, [one.code for one in known.parties], [one.code for one in known.cadres], chosen)


def verdicts_of_files(files: Mapping[str, Path], chosen: Backend, through: int = 12) -> dict[str, dict[str, Cells]]:
    year = columns_of_tables(read_tables(files, agreed(), chosen), agreed(), 2026, through, chosen)
    return cells(judge_year(agreed(), year, chosen), chosen)


def verdicts_of_records(records: Records, through: int = 12) -> dict[str, dict[str, Cells]]:
    chosen = backend(EngineName.POLARS)
    year = columns_of([Snapshot(2026, records, through)], agreed(), chosen)
    return cells(judge_year(agreed(), year, chosen), chosen)


def cells(judged: Sequence[JudgedColumns], chosen: Backend) -> dict[str, dict[str, Cells]]:
    return {one.contract.contract: read_cells(one, chosen, None) for one in judged}


# The forms that the same year may have


def as_typed(_: Path) -> dict[str, Path]:
    return FILES


def as_text_in_parquet(folder: Path) -> dict[str, Path]:
    return {name: parquet(folder, name, pl.read_csv(path, infer_schema=False)) for name, path in FILES.items()}


def as_typed_columns(folder: Path) -> dict[str, Path]:
    """Int64 counts, Decimal money and shares, Date days, codes as whole numbers where all of them are."""
    known = recorded()
    tables = {
        "parties": [{"code": p.code, "name": p.name, "kind": p.kind, "parent": p.parent, "group": p.group} for p in known.parties],
        "cadres": [{"code": c.code, "name": c.name} for c in known.cadres],
        "tenures": [
            {"cadre": t.cadre, "post": t.post, "party": int(t.party), "start": t.start, "until": t.until} for t in known.tenures
        ],
        "assignments": [
            {"cadre": a.cadre, "party": int(a.party), "role": a.role, "start": a.start, "until": a.until,
             "share": str(a.share)}
            for a in known.assignments
        ],
        "targets": [
            {"party": int(t.subject), "indicator": t.indicator, "parameter": t.parameter,
             "value": Decimal(t.value.numerator) / t.value.denominator}
            for t in known.targets
        ],
        "incidents": [
            {"id": i.id, "party": int(i.subject), "kind": i.kind, "happened_on": i.happened_on, "found_on": i.found_on,
             "state": i.state.value, "evidence": i.evidence or None}
            for i in known.incidents
        ],
        "states": [{"party": int(s.subject), "state": s.state, "start": s.start, "until": s.until} for s in known.states],
        "prior_vetoes": [
            {"party": int(v.subject), "contract": v.contract, "veto": v.veto, "happened_on": v.happened_on, "until_year": v.until_year}
            for v in known.prior_vetoes
        ],
        "history": [
            {"party": r.subject, "contract": r.contract, "year": r.year, "score": None if r.score is None else str(r.score),
             "rank": r.rank, "grade": r.grade or None, "vetoed": r.vetoed}
            for r in known.history
        ],
    }  # fmt: skip
    files = {name: parquet(folder, name, pl.DataFrame(rows, infer_schema_length=None)) for name, rows in tables.items()}
    return files | {"data": as_wide_parquet(folder)["data"]}


def wide() -> pl.DataFrame:
    """A row a subject and period; visits and attendance as two columns of counts, satisfaction as a percentage."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for seen in recorded().observations:
        row = rows.setdefault((seen.subject, str(seen.period)), {"party": seen.subject, "period": str(seen.period)})
        if seen.counted and seen.indicator != "content":
            name = "巡访率" if seen.indicator == "visits" else seen.indicator
            row |= {f"{name}(分子)": seen.numerator, f"{name}(应有数)": seen.denominator}
        elif seen.indicator == "content":
            row[seen.indicator] = f"{seen.numerator * 100 / seen.denominator:.1f}%"
        elif seen.entry:
            row[f"papers {seen.entry}"] = bool(seen.numerator)
        elif seen.indicator == "posted":
            row["公示上墙"] = "√" if seen.numerator else "×"
        elif seen.indicator == "funds":
            row["管护经费（万元）"] = Decimal(seen.numerator) / seen.denominator / 10_000
        else:
            row[seen.indicator] = (
                Decimal(seen.numerator) / seen.denominator if seen.indicator == "site" else seen.numerator
            )
    return pl.DataFrame(list(rows.values()), infer_schema_length=None)


def as_wide_parquet(folder: Path) -> dict[str, Path]:
    return FILES | {"data": parquet(folder, "data", wide())}


def as_wide_csv(folder: Path) -> dict[str, Path]:
    path = folder / "wide.csv"
    wide().cast(pl.String).write_csv(path)
    return FILES | {"data": path}


def parquet(folder: Path, name: str, frame: pl.DataFrame) -> Path:
    path = folder / f"{name}.parquet"
    frame.write_parquet(path)
    return path


Form = Callable[[Path], dict[str, Path]]
FORMS = pytest.mark.parametrize("form", [as_typed, as_text_in_parquet, as_typed_columns, as_wide_parquet, as_wide_csv])


@ENGINES
@FORMS
def test_whatever_the_form_the_records_are_the_same(form: Form, engine: EngineName, tmp_path: Path) -> None:
    files = form(tmp_path)
    assert bare(read(files, backend(engine))) == bare(recorded(csv_beside(files, tmp_path)))


@ENGINES
@FORMS
@pytest.mark.parametrize("through", [12, 6])
def test_whatever_the_form_the_verdicts_are_the_same_cell_by_cell(
    form: Form, engine: EngineName, through: int, tmp_path: Path
) -> None:
    files = form(tmp_path)
    expected = verdicts_of_records(recorded(csv_beside(files, tmp_path)), through)
    assert verdicts_of_files(files, backend(engine), through) == expected


def csv_beside(files: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """The same tables for the record path, which reads the wide form too."""
    return FILES if "value" in headings(files["data"]) else as_wide_csv(folder)


def headings(path: Path) -> list[str]:
    scan = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema=False)
    return scan.collect_schema().names()


def test_the_small_year_is_what_it_looks_like() -> None:
    """甲村, worked out by hand: visits 95/100 of 95 %: 30; satisfied 88.5/90: 9.83; meetings 10 of 12: 16; funds 12500: 7.5;
    notice 5; papers 2; on site 17.5. Together 87.83, ahead of 乙村, which is vetoed."""
    villages, cadres = (verdicts_of_records(recorded())[name] for name in ("water/village", "water/cadre"))
    assert villages[JIA]["score"] == Fraction("87.83")
    assert (villages[JIA]["grade"], villages[YI]["grade"], villages[DING]["grade"]) == ("pass", "fail", "fail")
    assert [cell for cell in villages[BING] if cell.startswith("warning")] == ["warning water/village lagging "]
    assert sorted(cadres) == ["c1", "c2"]


def assessed(engine: str, folder: Path) -> dict[str, bytes]:
    """The files that the command writes for the small year."""
    tables = [part for name, path in FILES.items() for part in (f"--{name.replace('_', '-')}", str(path))]
    assert (
        main(["assess", *map(str, CONTRACTS), *tables, "--engine", engine, "--lang", "en", "--out", str(folder)]) == 0
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
def test_every_engine_writes_the_same_rows_and_the_same_bytes_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the record names the engine."""
    polars, duckdb = assessed("polars", tmp_path / "one"), assessed("duckdb", tmp_path / "two")
    said = capsys.readouterr()
    assert "the two evaluators agree" in said.out + said.err
    assert assessed("duckdb", tmp_path / "three") == duckdb
    assert sorted(polars) == sorted(duckdb)
    for name in polars.keys() - {"run.json"}:
        assert rows_of(polars[name]) == rows_of(duckdb[name]), name


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_csv_begins_with_the_mark_that_the_spreadsheet_of_the_office_looks_for(engine: str, tmp_path: Path) -> None:
    for name, written in assessed(engine, tmp_path).items():
        assert written.startswith(b"\xef\xbb\xbf") or name == "run.json", name


def rows_of(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
