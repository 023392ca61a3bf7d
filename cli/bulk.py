"""A county or a nation from files to files: read, judged by the compiled plan, cross-checked, written. No database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import checking, sources
from cli.desk import Desk
from targets.engines import EngineName
from targets.run import Extent, RunCheck

if TYPE_CHECKING:
    from engine.columnar.layout import JudgedColumns
    from rules.contract import Contract
    from rules.diagnostic import Diagnostic
    from rules.period import Period
    from targets.columns.backend import Backend
    from targets.run import Run

N_ = str
LINES_READ = 1 << 20
# Putting the columns together, the two cross-checks, verdicts and vetoes.
STEPS_BESIDE = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged, on which engine, under which run, and how far it was checked."""

    run: Run
    judged: tuple[JudgedColumns, ...]
    backend: Backend
    check: RunCheck


def is_bulk(files: Mapping[str, Path], engine: EngineName | None) -> bool:
    """Whether the files are for the compiled plan: an engine is named, one is Parquet, or the parties are very many."""
    from engine.sampling import PARTIES_ALL_MAX

    if engine is not None or any(path.suffix.lower() == ".parquet" for path in files.values()):
        return True
    parties = files.get("parties")
    return parties is not None and parties.is_file() and _lines(parties) > PARTIES_ALL_MAX + 1


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(LINES_READ), b""))


def assess_files(
    desk: Desk,
    contracts: Sequence[Path] | None,
    files: Mapping[str, Path],
    through: str | None,
    out: Path | None,
    engine: EngineName | None,
    *,
    cross_check: bool,
) -> None:
    """The whole bulk assessment. Raises Refused; nothing is written then."""
    from targets.columns.backend import PARQUET

    loaded, last = sources.contracts_for_files(desk, contracts, files, through)
    agreed = [one.contract for one in loaded]
    with desk.steps(len(files) + 2 * len(agreed) + STEPS_BESIDE) as step:
        result = _judge(desk, agreed, files, last, engine or EngineName.POLARS, step, cross_check=cross_check)
        if out is not None:
            from cli.columnar import write_frames

            ending = PARQUET if files["data"].suffix.lower() == PARQUET else ".csv"
            written = write_frames(out, desk.speech, result.judged, result.backend, ending, step)
            written.append(_write_record(out / "run.json", result))
    _report(desk, result)
    for path in written if out is not None else ():
        desk.note(desk.speech(N_("written: {path}")).format(path=path))


def _judge(
    desk: Desk, contracts: Sequence[Contract], files: Mapping[str, Path], last: Period, engine: EngineName,
    step: Callable[[str], None], *, cross_check: bool,
) -> Judged:  # fmt: skip
    from engine.columnar.judged import judge_year
    from targets.bulk.columns import columns_of_tables
    from targets.bulk.tables import read_tables
    from targets.columns.backend import backend

    chosen = backend(engine)
    warnings: list[Diagnostic] = []
    tables = read_tables(files, contracts, chosen, step, warnings.append)
    desk.show_warnings(warnings)
    step(desk.speech(N_("putting the columns together")))
    year = columns_of_tables(tables, contracts, last.year, last.last_month, chosen)
    judged = judge_year(contracts, year, chosen, step)
    run = _run(contracts, files, last)
    check = RunCheck(Extent.NONE)
    if cross_check:
        check = checking.check_files(desk, checking.Files(contracts, tables, year, judged, chosen), run.name, step)
    return Judged(run, judged, chosen, check)


def _run(contracts: Sequence[Contract], files: Mapping[str, Path], last: Period) -> Run:
    """Named like every run; the data are the bytes of the files."""
    from engine.assess import ENGINE_VERSION, agreed_hash
    from targets.run import Run

    digest = hashlib.sha256(f"{last}\n".encode())
    for key in sorted(files):
        with files[key].open("rb") as file:
            digest.update(f"{key} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return Run(agreed_hash(contracts), digest.hexdigest(), ENGINE_VERSION, last.year, last.last_month)


def _report(desk: Desk, result: Judged) -> None:
    summary = _summary(result)
    if desk.as_json:
        desk.machine(summary)
        return
    rows = []
    for one in summary["contracts"]:
        grades = "  ".join(f"{name} {count}" for name, count in one["grades"].items())
        rows.append((one["title"], str(one["subjects"]), str(one["vetoed"]), str(one["warned"]), grades))
    columns = (N_("contract"), N_("assessed"), N_("vetoed"), N_("warned"), N_("grades"))
    desk.rows(desk.speech(N_("assessment {year}")).format(year=summary["year"]), columns, rows, right=(1, 2, 3))
    desk.note(desk.speech(N_("run {hash}")).format(hash=result.run.name))
    desk.note(checking.told(desk, result.check))


def _summary(result: Judged) -> dict[str, Any]:
    return {
        "run": result.run.name,
        "year": result.run.year,
        "through": result.run.through,
        "contracts_hash": result.run.contracts_hash,
        "data_hash": result.run.data_hash,
        "engine_version": result.run.engine_version,
        "engine": result.backend.name.value,
        "cross_check": {"extent": result.check.extent.value, "cells": result.check.cells},
        "contracts": [_counted(one, result.backend) for one in result.judged],
    }


def _counted(one: JudgedColumns, backend: Backend) -> dict[str, Any]:
    from engine.columnar.judged import tally

    counts = tally(one, backend)
    return {
        "contract": one.contract.contract, "title": one.contract.title, "version": one.contract.version,
        "subjects": counts.subjects, "vetoed": counts.vetoed, "warned": counts.warned, "grades": counts.grades,
    }  # fmt: skip


def _write_record(path: Path, result: Judged) -> Path:
    from cli.results import write_whole

    return write_whole(path, json.dumps(_summary(result), ensure_ascii=False, indent=1) + "\n")
