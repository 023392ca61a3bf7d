"""The two evaluators held against each other, cell by cell: every score, rank, grade, veto and warning, and every fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import narwhals as nw

from engine.assess import Assessment
from engine.columnar.judged import judge_year
from engine.columnar.layout import HitLayout, JudgedColumns, Layout, ScoreLayout
from engine.score.derivation import readable
from engine.verdict import Verdict, VetoRecord
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Refused, Span, refuse, say
from rules.verdict import Veto
from targets.columns.backend import Backend
from targets.columns.of_snapshot import columns_of
from targets.run import Extent, RunCheck

PLAN_TOO_WIDE = "DX620"
# What stands in a cell: a number, nothing (exempt, no grade), a grade, or which vetoes and warnings hit.
Value = Fraction | str | bool | None
Cells = dict[str, Value]
# Of the results of a contract, those cells that are compared.
Comparable = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell in which the two do not agree."""

    contract: str
    subject: str
    cell: str
    interpreted: Value
    compiled: Value

    def diagnostic(self) -> Diagnostic:
        place = Span(self.contract, cell=f"{self.subject} · {self.cell}")
        found = say("{value} by the compiled plan", value=_written(self.compiled))
        expected = say("{value}, as the interpreter has it", value=_written(self.interpreted))
        hint = say("this is a fault of the program, not of your data: please report it; nothing was kept")
        return Diagnostic("DX621", place, found, expected, hint)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many cells were compared, and the first in which the two differ."""

    cells: int
    difference: Difference | None


def compare(
    interpreted: Mapping[str, Mapping[str, Cells]],
    judged: Sequence[JudgedColumns],
    backend: Backend,
    comparable: Mapping[str, Comparable] | None = None,
) -> Comparison:
    """Everybody whom the interpreter assessed (`interpreted_cells`), against the compiled results.

    `comparable` says by contract which cells mean the same in both; without it all do, and both must have judged the same
    people.
    """
    compiled = {one.contract.contract: one for one in judged}
    reaching = _reaching(judged, backend)
    count = 0
    for contract, verdicts in interpreted.items():
        asked = (comparable or {}).get(contract, _everything)
        paid = _dues(compiled[contract], backend, None if comparable is None else verdicts.keys())
        theirs = read_cells(compiled[contract], backend, None if comparable is None else verdicts.keys())
        for subject in verdicts.keys() | theirs.keys():
            mine = verdicts.get(subject, {})
            other = theirs[subject] | reaching.get(subject, {}) | paid.get(subject, {}) if subject in theirs else {}
            cells = [cell for cell in mine.keys() | other.keys() if asked(cell)]
            count += len(cells)
            differing = [cell for cell in cells if mine.get(cell, MISSING) != other.get(cell, MISSING)]
            if differing:
                first = min(differing)
                return Comparison(count, Difference(contract, subject, first, mine.get(first), other.get(first)))
    return Comparison(count, None)


MISSING = "not judged"


def interpreted_cells(assessment: Assessment, mark: str = "") -> dict[str, dict[str, Cells]]:
    """What the interpreter says, by contract and by the subject's key, which in a world of its own begins with `mark`."""
    cells = {
        judged.contract.contract: {mark + code: _cells(verdict) for code, verdict in judged.verdicts.items()}
        for judged in assessment.judged
    }
    for due in assessment.dues:
        if due.amount_fen:
            of_subject = cells[due.contract][mark + due.subject]
            name = _due(due.clause, due.kind, due.payee)
            of_subject[name] = Fraction(of_subject.get(name) or 0) + due.amount_fen
    return cells


def merged(many: Iterable[Mapping[str, Mapping[str, Cells]]]) -> dict[str, dict[str, Cells]]:
    """Cells of several assessments, by contract and subject."""
    found: dict[str, dict[str, Cells]] = defaultdict(dict)
    for cells in many:
        for contract, subjects in cells.items():
            found[contract].update(subjects)
    return found


def _everything(_: str) -> bool:
    return True


def _cells(verdict: Verdict) -> Cells:
    """What the interpreter says."""
    cells: Cells = {
        "score": verdict.score, "final score": verdict.final_score, "rank": Fraction(verdict.rank),
        "league size": Fraction(verdict.league_size), "grade": verdict.grade.id if verdict.grade else None,
    }  # fmt: skip
    if not verdict.entered:
        cells["entered"] = False
    for section in verdict.outcome.all_sections():
        cells[f"section {section.section.id} {section.window}"] = section.score
        for item in section.items:
            cells[f"item {item.item.id} {item.window}"] = item.score
            cells[f"met {item.item.id} {item.window}"] = item.met
    for sheet in verdict.outcome.sheets:
        for period, score in sheet.periods:
            cells[f"sheet {sheet.sheet.id} {period}"] = score
    for kind, records in (("warning", verdict.warnings), ("veto", verdict.vetoes)):
        cells |= _tallied(f"{kind} {record.contract} {record.rule} {_told(record)}" for record in records)
    return cells


def _told(record: VetoRecord) -> str:
    if record.inherited:
        return "of an earlier year"
    if record.through:
        return f"through {record.through} {_day(record.happened_on)}".rstrip()
    return f"{_day(record.happened_on)} {_day(record.found_on)}".strip()


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _tallied(names: Iterator[str]) -> Cells:
    counts: dict[str, Value] = {}
    for name in names:
        counts[name] = Fraction(counts.get(name) or 0) + 1
    return counts


def read_cells(judged: JudgedColumns, backend: Backend, subjects: Collection[str] | None) -> dict[str, Cells]:
    """What the compiled plan says, by key of these subjects (None: of all)."""
    frame, layout = judged.frame, judged.layout
    if subjects is not None:
        frame = frame.filter(nw.col("subject").is_in(list(subjects)))
    rows = backend.take(frame.select("subject", *dict.fromkeys(layout.columns())))
    cells: dict[str, Cells] = {}
    for row, subject in enumerate(rows["subject"]):
        cells[subject] = _row(judged.contract, layout, {name: column[row] for name, column in rows.items()})
    return cells


def _dues(judged: JudgedColumns, backend: Backend, subjects: Collection[str] | None) -> dict[str, Cells]:
    """What the compiled plan says is due, in fen, by key of the subject."""
    if judged.dues is None:
        return {}
    frame = judged.dues if subjects is None else judged.dues.filter(nw.col("subject").is_in(list(subjects)))
    cells: dict[str, Cells] = defaultdict(dict)
    rows = backend.take(frame.select("subject", "clause", "due", "payee", "amount_fen"))
    for subject, clause, due, payee, amount_fen in zip(*rows.values(), strict=True):
        cells[subject][_due(clause, due, payee.rpartition("|")[2])] = Fraction(int(amount_fen))
    return cells


def _due(clause: str, kind: str, payee: str) -> str:
    return f"money {clause} {kind} {payee}"


def _row(contract: Contract, layout: Layout, row: Mapping[str, object]) -> Cells:
    def number(name: str, scale: int = 1) -> Fraction:
        return Fraction(int(str(row[name])), scale)

    def holds(truth: str | bool) -> bool:
        return truth if isinstance(truth, bool) else bool(row[truth])

    def scored(one: ScoreLayout) -> Value:
        return number(one.score, one.scale) if holds(one.scored) else None

    grade = int(number(layout.grade))
    cells: Cells = {
        "score": number(layout.score, layout.scale), "final score": number(layout.final, layout.final_scale),
        "rank": number(layout.rank), "league size": number(layout.league_size),
        "grade": contract.grades[grade].id if grade >= 0 else None,
    }  # fmt: skip
    if not holds(layout.entered):
        cells["entered"] = False
    for section in layout.sections:
        if holds(section.there):
            cells[f"section {section.id} {section.window}"] = scored(section)
    for item in layout.items:
        if holds(item.there):
            cells[f"item {item.id} {item.window}"] = scored(item)
            cells[f"met {item.id} {item.window}"] = holds(item.met)
    for period in layout.periods:
        if holds(period.scored):
            cells[f"sheet {period.id} {period.window}"] = scored(period)
    for hit in layout.hits:
        times = number(hit.times)
        if times and not hit.through_party:
            kind = "veto" if hit.veto else "warning"
            cells[f"{kind} {hit.contract or contract.contract} {hit.rule} {_told_by(hit, row)}"] = times
    return cells


def _told_by(hit: HitLayout, row: Mapping[str, object]) -> str:
    if hit.prior:
        return "of an earlier year"
    days = (int(str(row[name])) for name in (hit.happened_on, hit.found_on))
    return " ".join(date.fromordinal(day).isoformat() for day in days if day)


def _reaching(judged: Sequence[JudgedColumns], backend: Backend) -> dict[str, Cells]:
    """What reaches cadres through the parties they answered for, by cadre."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in (one for contract in judged for one in contract.reaching):
        kind = "veto" if isinstance(one.clause, Veto) else "warning"
        rows = backend.take(one.frame.select("cadre", "party", "happened_on"))
        for cadre, party, day in zip(rows["cadre"], rows["party"], rows["happened_on"], strict=True):
            happened = date.fromordinal(int(day)).isoformat() if day else ""
            through = f"through {party.rpartition('|')[2]} {happened}".rstrip()
            found[cadre].append(f"{kind} {one.contract} {one.clause.id} {through}")
    return {cadre: _tallied(iter(names)) for cadre, names in found.items()}


def _written(value: Value) -> str:
    return readable(value) if isinstance(value, Fraction) else "-" if value is None else str(value)


def checked(assessment: Assessment, contracts: Sequence[Contract], backend: Backend) -> RunCheck:
    """The assessment held against the compiled plan in every cell. Raises Refused (DX621) at the first difference; a plan
    that the engine cannot hold exactly is no difference, and is told by the extent."""
    try:
        judged = judge_year(contracts, columns_of([assessment.snapshot], contracts, backend), backend)
    except Refused as refused:
        first = refused.diagnostics[0]
        if first.code == PLAN_TOO_WIDE:
            return RunCheck(Extent.TOO_WIDE)
        refuse(Difference(first.span.path, first.span.cell, first.code, "-", str(first.found)).diagnostic())
    comparison = compare(interpreted_cells(assessment), judged, backend)
    if comparison.difference is not None:
        refuse(comparison.difference.diagnostic())
    return RunCheck(Extent.ALL, comparison.cells)
