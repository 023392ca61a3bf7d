"""Verdicts as rows of text: for tables, JSON and CSV alike. Numbers are exact decimal strings."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from cli import dues
from cli.language import Speech
from engine.assess import Assessment
from engine.decide import Judged
from engine.score.derivation import readable
from engine.verdict import Verdict, VetoRecord
from rules.quantity import show

N_ = str
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

VERDICT_COLUMNS = (
    N_("rank"), N_("code"), N_("name"), N_("kind"), N_("score"), N_("final score"), N_("grade"), N_("vetoes"), N_("warnings"),
    N_("outside the ranking"),
)  # fmt: skip
SECTION_COLUMNS = (N_("code"), N_("name"), N_("period"), N_("section"), N_("score"), N_("worth"))
ITEM_COLUMNS = (
    N_("code"), N_("name"), N_("period"), N_("section"), N_("item"), N_("score"), N_("worth"), N_("target met"),
)  # fmt: skip
VETO_COLUMNS = (
    N_("code"), N_("name"), N_("veto or warning"), N_("happened on"), N_("found on"), N_("until year"), N_("through"),
    N_("incidents"),
)  # fmt: skip


def ranked(judged: Judged) -> list[Verdict]:
    """League by league, best first; equals by code."""
    return sorted(judged.verdicts.values(), key=lambda v: (v.league, v.rank, v.subject.code))


def verdict_row(speech: Speech, judged: Judged, verdict: Verdict) -> tuple[str, ...]:
    decimals = judged.contract.decimals
    return (
        str(verdict.rank), verdict.subject.code, verdict.subject.name, kind_name(speech, judged, verdict.subject.kind),
        show(verdict.score, decimals), show(verdict.final_score, decimals),
        speech.name(verdict.grade) if verdict.grade else "",
        _named(speech, verdict.vetoes), _named(speech, verdict.warnings),
        "" if verdict.entered else speech(N_("yes")),
    )  # fmt: skip


def _named(speech: Speech, records: Iterable[VetoRecord]) -> str:
    return "、".join(dict.fromkeys(speech.name(record.name) for record in records))


def kind_name(speech: Speech, judged: Judged, kind: str) -> str:
    """The kind of party, or the post by its name in the contract."""
    post = next((post for post in judged.contract.posts if post.id == kind), None)
    words = {"village": N_("village"), "community": N_("community"), "unit": N_("unit"), "town": N_("town")}
    return speech.name(post) if post is not None else speech(words.get(kind, kind))


def section_rows(speech: Speech, judged: Judged, verdict: Verdict) -> Iterator[tuple[str, ...]]:
    decimals = judged.contract.decimals
    for section in verdict.outcome.all_sections():
        yield (
            verdict.subject.code, verdict.subject.name, str(section.window), speech.name(section.section),
            _score(speech, section.score, decimals), readable(section.full),
        )  # fmt: skip


def item_rows(speech: Speech, judged: Judged, verdict: Verdict) -> Iterator[tuple[str, ...]]:
    decimals = judged.contract.decimals
    for section in verdict.outcome.all_sections():
        for item in section.items:
            met = speech(N_("yes")) if item.met else speech(N_("no"))
            yield (
                verdict.subject.code, verdict.subject.name, str(item.window), speech.name(section.section),
                speech.name(item.item), _score(speech, item.score, decimals), readable(item.item.points),
                met if item.score is not None else "",
            )  # fmt: skip


def _score(speech: Speech, score: Fraction | None, decimals: int) -> str:
    return speech(N_("exempt")) if score is None else show(score, decimals)


def veto_rows(speech: Speech, verdict: Verdict) -> Iterator[tuple[str, ...]]:
    for record in (*verdict.vetoes, *verdict.warnings):
        yield (
            verdict.subject.code, verdict.subject.name, speech.name(record.name),
            record.happened_on.isoformat() if record.happened_on else "",
            record.found_on.isoformat() if record.found_on else "",
            str(record.until_year), record.through, "、".join(record.incidents),
        )  # fmt: skip


def as_json(assessment: Assessment) -> dict[str, object]:
    """Everything a machine may ask: verdicts with sections, items, vetoes; the same in every language."""
    return {"run": assessment.run.name, **_outcome(assessment)}


def kept_text(assessment: Assessment) -> str:
    """The result as a run keeps it: canonical JSON. Without the name: it comes from what is said here, and what it corrects."""
    return json.dumps(_outcome(assessment), ensure_ascii=False, sort_keys=True)


def _outcome(assessment: Assessment) -> dict[str, object]:
    return {
        "year": assessment.snapshot.year,
        "through": assessment.snapshot.through,
        "contracts_hash": assessment.run.contracts_hash,
        "data_hash": assessment.run.data_hash,
        "engine_version": assessment.run.engine_version,
        "contracts": [_contract_as_json(judged) for judged in assessment.judged],
        "dues": dues.as_json(assessment.dues),
    }


def _contract_as_json(judged: Judged) -> dict[str, object]:
    return {
        "contract": judged.contract.contract,
        "title": judged.contract.title,
        "version": judged.contract.version,
        "verdicts": [_verdict_as_json(judged, verdict) for verdict in ranked(judged)],
    }


def _verdict_as_json(judged: Judged, verdict: Verdict) -> dict[str, object]:
    decimals = judged.contract.decimals

    def written(score: Fraction | None) -> str | None:
        return None if score is None else show(score, decimals)

    return {
        "code": verdict.subject.code, "name": verdict.subject.name, "kind": verdict.subject.kind,
        "league": verdict.league, "rank": verdict.rank, "of": verdict.league_size, "entered": verdict.entered,
        "score": written(verdict.score), "final_score": written(verdict.final_score),
        "grade": verdict.grade.id if verdict.grade else None,
        "sections": [
            {"section": s.section.id, "period": str(s.window), "score": written(s.score)}
            for s in verdict.outcome.all_sections()
        ],
        "items": [
            {"item": i.item.id, "period": str(i.window), "score": written(i.score), "met": i.met}
            for i in verdict.outcome.items()
        ],
        "vetoes": [_veto_as_json(record) for record in verdict.vetoes],
        "warnings": [_veto_as_json(record) for record in verdict.warnings],
    }  # fmt: skip


def _veto_as_json(record: VetoRecord) -> dict[str, object]:
    return {
        "rule": record.rule, "contract": record.contract, "through": record.through, "incidents": list(record.incidents),
        "happened_on": record.happened_on.isoformat() if record.happened_on else None,
        "found_on": record.found_on.isoformat() if record.found_on else None,
        "until_year": record.until_year, "inherited": record.inherited,
    }  # fmt: skip


def write_results(
    folder: Path, speech: Speech, assessment: Assessment, run_record: Mapping[str, object]
) -> tuple[Path, ...]:
    """verdicts.csv, sections.csv, items.csv, vetoes.csv, dues.csv and run.json; each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    every = [(judged, verdict) for judged in assessment.judged for verdict in ranked(judged)]
    tables: Mapping[str, tuple[tuple[str, ...], Iterable[tuple[str, ...]]]] = {
        "verdicts.csv": (
            (N_("contract"), *VERDICT_COLUMNS),
            ((judged.contract.contract, *verdict_row(speech, judged, verdict)) for judged, verdict in every),
        ),
        "sections.csv": (SECTION_COLUMNS, (row for j, v in every for row in section_rows(speech, j, v))),
        "items.csv": (ITEM_COLUMNS, (row for j, v in every for row in item_rows(speech, j, v))),
        "vetoes.csv": (VETO_COLUMNS, (row for _, v in every for row in veto_rows(speech, v))),
        "dues.csv": (dues.COLUMNS, dues.due_rows(speech, assessment)),
    }
    written = []
    for name, (columns, rows) in tables.items():
        written.append(write_csv(folder / name, [speech(column) for column in columns], rows))
    record = json.dumps(run_record, ensure_ascii=False, indent=1)
    written.append(write_whole(folder / "run.json", record + "\n"))
    return tuple(written)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Path:
    """With a byte order mark: the spreadsheet of the office reads UTF-8 only then."""
    partial = path.with_name(path.name + ".part")
    with partial.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return partial.replace(path)


def write_whole(path: Path, text: str) -> Path:
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    return partial.replace(path)


def _harmless(cell: str) -> str:
    """No cell becomes a formula; a negative number stays a number."""
    number = cell.removeprefix("-").replace(".", "", 1)
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not (number.isascii() and number.isdigit()) else cell
