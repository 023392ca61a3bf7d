"""The same plan on a real Spark, in local mode: the same totals to the digit as on Polars and DuckDB."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from test_golden import cases

from benchmarks.contract import contracts as contract_files
from benchmarks.nation import write_nation
from engine.assess import assess
from engine.columnar.judged import judge_year
from engine.crosscheck import compare, interpreted_cells, read_cells
from rules.diagnostic import Refused
from rules.load import load_contracts
from targets.bulk.columns import columns_of_tables
from targets.bulk.tables import read_tables
from targets.columns.backend import Backend, backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName

MISSING = " and ".join(
    [
        *(["Java (a `java` on the path)"] if shutil.which("java") is None else []),
        *(["pyspark (the extra `spark`)"] if find_spec("pyspark") is None else []),
    ]
)
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"Spark needs {MISSING}"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::FutureWarning"),
    pytest.mark.xdist_group("spark"),
]
# One page a subject is enough on an engine that takes seconds for each; the other two run them all.
PAGES = (
    "condition-incident", "method-steps", "method-rank", "method-relative", "sheet-periodic", "sheet-rounding",
    "verdict-grades", "verdict-linkage", "verdict-reach",
)  # fmt: skip
VILLAGES = 2_000
TABLES = ("parties", "data", "cadres", "tenures", "assignments", "incidents")


@pytest.fixture(scope="module")
def spark() -> Iterator[Backend]:
    sql = pytest.importorskip("pyspark.sql")
    local = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g"}
    session = sql.SparkSession.builder.master("local[2]").config(map=local).getOrCreate()
    yield backend(EngineName.SPARK)
    session.stop()


@pytest.mark.parametrize("page", PAGES)
def test_golden_pages_agree_on_spark(page: str, spark: Backend) -> None:
    case = next(case for case in cases() if case.page == page and not case.faults)
    judged = judge_year(case.contracts, columns_of([case.snapshot], case.contracts, spark), spark)
    comparison = compare(interpreted_cells(assess(case.contracts, case.snapshot)), judged, spark)
    assert comparison.difference is None
    assert comparison.cells > 0


def test_polars_duckdb_and_spark_give_the_same_totals_to_the_digit(tmp_path: Path, spark: Backend) -> None:
    """2,000 villages, 20 items, their cadres; every score, rank, grade and veto from Parquet files."""
    write_nation(tmp_path, None, parties=VILLAGES, assignments=3 * VILLAGES, seed=7)
    files = {name: tmp_path / f"{name}.parquet" for name in TABLES}
    agreed = [one.contract for one in load_contracts(contract_files())]
    told = []
    for engine in (backend(EngineName.POLARS), backend(EngineName.DUCKDB), spark):
        tables = read_tables(files, agreed, engine)
        judged = judge_year(agreed, columns_of_tables(tables, agreed, 2026, 12, engine), engine)
        told.append([read_cells(one, engine, None) for one in judged])
    assert told[0] == told[1] == told[2]
    assert len(told[0][0]) == VILLAGES
    assert sum(cells["score"] for cells in told[0][0].values()) > 0


@pytest.mark.usefixtures("spark")
def test_what_spark_cannot_hold_is_refused_before_any_row_is_read() -> None:
    """2^53 - 1 is the widest integer there: its division goes through doubles."""
    case = next(case for case in cases() if case.page == "method-relative" and not case.faults)
    narrow = backend(EngineName.SPARK)
    narrow.narrow_max = narrow.wide_max = 1_000
    with pytest.raises(Refused) as refused:
        judge_year(case.contracts, columns_of([case.snapshot], case.contracts, narrow), narrow)
    assert [fault.code for fault in refused.value.diagnostics] == ["DX620"]
