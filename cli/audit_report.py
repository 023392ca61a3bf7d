"""The audit's findings as a table, a workbook, CSV or JSON: what is wrong, what it rests on, what everybody is entitled to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.desk import Desk
from cli.dues import KINDS
from cli.language import Speech
from rules.codes import CODES, Severity
from rules.quantity import show_money

if TYPE_CHECKING:
    from cli.audit import Audited
    from engine.audit.entitlement import Entitlement
    from engine.audit.finding import Evidence, Finding
    from engine.score.derivation import Step
    from rules.source import Tree

N_ = str
COLUMNS = (
    N_("number"), N_("code"), N_("finding"), N_("weight"), N_("about"), N_("name"), N_("entitled"), N_("paid"), N_("difference"),
    N_("what was found"),
)  # fmt: skip
EVIDENCE_COLUMNS = (N_("number"), N_("code"), N_("about"), N_("where"), N_("evidence"), N_("derivation"))
ENTITLED_COLUMNS = (
    N_("code"), N_("name"), N_("contract"), N_("what for"), N_("about"), N_("kind of amount"), N_("amount"), N_("derivation"),
)  # fmt: skip
CELL_CHARACTERS_MAX = 32_000

Cells = tuple[str | int, ...]
"""Text, and amounts in fen."""


def show(desk: Desk, audited: Audited) -> None:
    """The table on the terminal, then what was looked at."""
    if desk.as_json:
        desk.machine(as_json(desk.speech, audited))
        return
    rows = [_as_text(row) for row in finding_rows(desk.speech, audited)]
    if rows:
        desk.rows(desk.speech(N_("findings")), COLUMNS, rows, right=(0, 6, 7, 8))
        for number, finding in enumerate(audited.findings, 1):
            for one in finding.evidence:
                desk.note(f"{number}  {_where(desk.speech, one)}  {desk.speech(one.told)}".rstrip())
    told = N_("{count} findings; run {run}, {lines} lines; the ledger's last hash is {hash}")
    desk.note(
        desk.speech(told).format(
            count=len(audited.findings), run=audited.run[:12] or "-", lines=audited.lines, hash=audited.head or "-"
        )
    )
    if audited.trail_head:
        desk.note(
            desk.speech(N_("the trail's last hash is {hash}; written down elsewhere, it proves both later")).format(
                hash=audited.trail_head
            )
        )
    if audited.run and audited.entitled is None:
        desk.note(desk.speech(N_("What is kept of the run is not what it is named for: no payment was audited.")))


def write(path: Path, speech: Speech, audited: Audited) -> Path:
    """Whole or not at all."""
    from cli import results

    match path.suffix.lower():
        case ".json":
            return results.write_whole(path, json.dumps(as_json(speech, audited), ensure_ascii=False, indent=1) + "\n")
        case ".csv":
            columns = [speech(column) for column in COLUMNS]
            return results.write_csv(path, columns, map(_as_text, finding_rows(speech, audited)))
        case _:
            return _write_book(path, speech, audited)


def finding_rows(speech: Speech, audited: Audited) -> Iterator[Cells]:
    """See `COLUMNS`."""
    weights = {Severity.ERROR: N_("error"), Severity.WARNING: N_("warning")}
    for number, one in enumerate(audited.findings, 1):
        yield (
            str(number), one.code, speech(CODES[one.code].title), speech(weights[one.severity]), one.subject,
            _name(audited, one.subject), one.entitled_fen, one.paid_fen, one.difference_fen, speech(one.told),
        )  # fmt: skip


def evidence_rows(speech: Speech, audited: Audited) -> Iterator[Cells]:
    """See `EVIDENCE_COLUMNS`."""
    trees = _trees(audited)
    for number, finding in enumerate(audited.findings, 1):
        for one in finding.evidence:
            worked = "" if one.step is None else _derived(speech, one.step, trees, one.step.contract)
            yield str(number), finding.code, finding.subject, _where(speech, one), speech(one.told), worked


def entitled_rows(speech: Speech, audited: Audited) -> Iterator[Cells]:
    """See `ENTITLED_COLUMNS`."""
    entitlements: Iterable[Entitlement] = audited.entitled.by_payee.values() if audited.entitled is not None else ()
    trees = _trees(audited)
    for due in entitlements:
        for part in due.parts:
            yield (
                due.payee, due.name, part.contract, speech(part.step.title), part.subject, speech(KINDS[part.kind]),
                part.amount_fen, _derived(speech, part.step, trees, part.contract),
            )  # fmt: skip


def _trees(audited: Audited) -> dict[str, Tree]:
    """The texts that the places of derivations are in."""
    contracts = audited.proofs[audited.run].contracts if audited.run in audited.proofs else ()
    return {one.contract.contract: one.tree for one in contracts}


def _derived(speech: Speech, step: Step, trees: Mapping[str, Tree], contract: str) -> str:
    from cli import derivation

    return "\n".join(derivation.lines(speech, step, trees, contract))[:CELL_CHARACTERS_MAX]


def as_json(speech: Speech, audited: Audited) -> dict[str, Any]:
    """Amounts in whole fen; words in the reader's language."""
    return {
        "run": audited.run,
        "head": audited.head,
        "trail_head": audited.trail_head,
        "lines": audited.lines,
        "payments_audited": audited.entitled is not None,
        "findings": [_finding_as_json(speech, audited, one) for one in audited.findings],
    }


def _finding_as_json(speech: Speech, audited: Audited, finding: Finding) -> dict[str, Any]:
    from cli import derivation

    return {
        "code": finding.code, "title": speech(CODES[finding.code].title), "severity": finding.severity.name.lower(),
        "subject": finding.subject, "name": _name(audited, finding.subject), "entitled_fen": finding.entitled_fen,
        "paid_fen": finding.paid_fen, "difference_fen": finding.difference_fen, "told": speech(finding.told),
        "evidence": [
            {
                "told": speech(one.told), "place": str(one.place) if one.place else "", "voucher": one.voucher,
                "derivation": None if one.step is None else derivation.as_json(speech, one.step),
            }
            for one in finding.evidence
        ],
        "derivation": None if finding.step is None else derivation.as_json(speech, finding.step),
    }  # fmt: skip


def _name(audited: Audited, subject: str) -> str:
    return audited.entitled.names.get(subject, "") if audited.entitled is not None else ""


def _where(speech: Speech, one: Evidence) -> str:
    if one.place is not None:
        return str(one.place)
    return speech(N_("voucher {number}")).format(number=one.voucher) if one.voucher else ""


def _as_text(cells: Cells) -> tuple[str, ...]:
    return tuple(cell if isinstance(cell, str) else show_money(cell) for cell in cells)


def _write_book(path: Path, speech: Speech, audited: Audited) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, columns, rows in (
        (N_("findings"), COLUMNS, finding_rows(speech, audited)),
        (N_("evidence"), EVIDENCE_COLUMNS, evidence_rows(speech, audited)),
        (N_("entitlements"), ENTITLED_COLUMNS, entitled_rows(speech, audited)),
    ):
        _fill(book.create_sheet(speech(title)), [speech(column) for column in columns], list(rows))
    partial = path.with_name(path.name + ".part")
    book.save(partial)
    return partial.replace(path)


def _fill(sheet: Any, columns: Sequence[str], rows: Sequence[Cells]) -> None:
    """Amounts are numbers; whatever people typed stays text and never becomes a formula."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    from targets.template.book import put_text

    for number, column in enumerate(columns, 1):
        put_text(sheet.cell(1, number), column)
        sheet.cell(1, number).font = Font(bold=True)
        longest = max((len(str(row[number - 1]).partition("\n")[0]) for row in rows), default=0)
        sheet.column_dimensions[get_column_letter(number)].width = min(max(12, longest + 4), 60)
    for at, row in enumerate(rows, 2):
        for number, content in enumerate(row, 1):
            cell = sheet.cell(at, number)
            if isinstance(content, str):
                put_text(cell, content)
                cell.alignment = Alignment(vertical="top", wrap_text=True)
            else:
                cell.value, cell.number_format = Decimal(content).scaleb(-2), "0.00"
    sheet.freeze_panes = "A2"
