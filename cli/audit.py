"""The audit: a list of payments against what everybody is entitled to, the ledger and the kept runs against themselves.

Exit 0 without findings, 3 with findings, 2 where the list, or what was asked for, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, Text, refuse, say

if TYPE_CHECKING:
    from cli.proof import Proof
    from engine.audit.entitlement import Carried, Entitled
    from engine.audit.finding import Finding
    from targets.kept import KeptRun
    from targets.ledger import Voucher
    from targets.payout import PayoutLine
    from targets.workspace import Workspace

N_ = str
FINDINGS = 3
ENDINGS = (".xlsx", ".csv", ".json")
HEAD_MIN = 8


@dataclass(frozen=True, slots=True)
class Audited:
    """What came out: of which run, what everybody is entitled to under it (None where that cannot be proved any more)."""

    run: str
    lines: int
    findings: tuple[Finding, ...]
    entitled: Entitled | None
    proofs: Mapping[str, Proof]
    head: str
    trail_head: str = ""


def audit(
    context: typer.Context,
    payments: Annotated[
        Path | None, typer.Argument(metavar="LIST", help=N_("the list of what was paid, .xlsx or .csv"))
    ] = None,
    run: Annotated[
        str | None, typer.Option("--run", help=N_("beginning of the run's name; the one settled last when left out"))
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help=N_("a column that is called otherwise, such as 金额=实发数"))
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help=N_("prove the whole ledger, and compute every kept run again"))
    ] = False,
    head: Annotated[
        str, typer.Option("--head", help=N_("a hash of the ledger that was written down: it must still be there"))
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help=N_("a new file for the report: .xlsx, .csv or .json"))
    ] = None,
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    from cli import audit_report
    from targets.payout_list import read_payouts
    from targets.workspace import open_workspace

    desk: Desk = context.obj
    if payments is None and not verify:
        _refuse("LIST", say("nothing"), say("a list of payments, or --verify"))
    if out is not None:
        _refuse_out(out)
    headings, head = _headings(map_ or ()), _hash(head)
    opened = open_workspace(workspace, to_audit=True)
    lines: tuple[PayoutLine, ...] | None = None
    if payments is not None:
        warnings: list[Diagnostic] = []
        lines = read_payouts(payments, headings, on_warning=warnings.append)
        desk.show_warnings(warnings)
    with desk.busy(desk.speech(N_("auditing"))):
        audited = audit_workspace(opened, lines, run, head, every=verify)
    audit_report.show(desk, audited)
    if out is not None:
        desk.note(desk.speech(N_("written: {path}")).format(path=audit_report.write(out, desk.speech, audited)))
    if audited.findings:
        raise typer.Exit(FINDINGS)


def audit_workspace(
    workspace: Workspace, lines: Sequence[PayoutLine] | None, run: str | None = None, head: str = "", *, every: bool
) -> Audited:
    """The list against one run; the ledger, and the runs that it settles (or `every` one), against themselves.

    Raises Refused for a run that there is not, and for a ledger that cannot be read.
    """
    from cli.proof import carried_before, filed_contracts, proof_of, record_of, sealed_contracts
    from engine.audit.chain import Damage, prove
    from engine.audit.early import paid_too_early
    from engine.audit.finding import Kind
    from engine.audit.replay import contract_findings
    from engine.audit.steps import guards_finding, steps_explained

    standing = workspace.store.standing()
    vouchers, runs = standing.vouchers, standing.runs
    named = {one.name: one for one in runs}
    steps = steps_explained(standing.trail, {one.name: one.run.batch for one in runs}, vouchers)
    target = _target(workspace, vouchers, named, steps.inputs | steps.steps.keys(), run)
    concerned = {one.entry.run for one in vouchers} | ({target} if target else set())
    proofs = {}
    for name, one in named.items():
        if every or name in concerned:
            proof = proof_of(workspace, one)
            # Of a run that moved nothing the records need not be kept in memory.
            proofs[name] = proof if name in concerned else replace(proof, assessment=None)
    findings = [*guards_finding(standing.guards), *steps.findings]
    findings += [
        proof.finding
        for name, proof in proofs.items()
        if proof.finding is not None and (proof.proved or name not in steps.inputs)
    ]
    records = [record_of(proof, standing, steps.steps.get(name, frozenset())) for name, proof in proofs.items()]
    supersedes = {one.name: one.run.supersedes for one in runs}
    gone = (steps.inputs | steps.steps.keys()) - named.keys()
    damage = Damage(standing.wrong_cells, gone, steps.steps, steps.entered, steps.to_the_end)
    hashes = [one.hash for one in standing.trail.links]
    findings += prove(vouchers, records, head, damage=damage, supersedes=supersedes, trail_hashes=hashes)
    findings += contract_findings(sealed_contracts(list(proofs.values())), filed_contracts(workspace))
    settled = _settled(vouchers, findings)
    for name in sorted(settled & proofs.keys() - {target}):
        findings += _unposted(proofs[name], carried_before(proofs[name], proofs, vouchers, supersedes), vouchers)
    entitled = None
    if target in proofs and proofs[target].assessment is not None:
        before = carried_before(proofs[target], proofs, vouchers, supersedes)
        told = {one.subject for one in findings if one.kind is Kind.NOT_SEALED} | steps.steps.keys()
        too_early = lines is not None and not named[target].sealed
        entitled, paid = _paid(proofs[target], before, vouchers, lines, settled=target in settled, too_early=too_early)
        findings = [*([] if target in told else paid_too_early(named[target], lines)), *paid, *findings]
    hash_ = vouchers[-1].hash if vouchers else ""
    return Audited(target, len(lines or ()), tuple(findings), entitled, proofs, hash_, standing.trail.head)


def _settled(vouchers: Sequence[Voucher], findings: Sequence[Finding]) -> set[str]:
    """Runs that dues were carried out of, or that were settled as far as anybody can tell."""
    from targets.ledger import EntryKind

    doubted = {one.subject for one in findings}
    ends = {v.entry.run for v in vouchers if v.entry.kind is EntryKind.SETTLED and str(v.number) not in doubted}
    return ends | {one.entry.run for one in vouchers if one.entry.kind is EntryKind.DUE}


def _unposted(proof: Proof, carried: Carried, vouchers: Sequence[Voucher]) -> tuple[Finding, ...]:
    """What the ledger does not carry out of a run that it settles and that no list is held against."""
    from engine.audit.entitlement import entitlements
    from engine.audit.reconcile import unposted

    if proof.assessment is None:
        return ()
    return unposted(entitlements(proof.assessment, carried), vouchers, [proof.kept.name])


def _paid(
    proof: Proof, carried: Carried, vouchers: Sequence[Voucher], lines: Sequence[PayoutLine] | None,
    *, settled: bool, too_early: bool,
) -> tuple[Entitled, tuple[Finding, ...]]:  # fmt: skip
    """What the list gets wrong; without a list, what the ledger does not carry out of a run that it settles."""
    from engine.audit.entitlement import entitlements
    from engine.audit.reconcile import reconcile, unposted

    assert proof.assessment is not None
    entitled, name = entitlements(proof.assessment, carried), proof.kept.name
    if lines is not None:
        # Of a run that is not sealed nothing can be in the ledger: that is said once.
        return entitled, reconcile(lines, entitled, vouchers, [] if too_early else [name])
    return entitled, unposted(entitled, vouchers, [name]) if settled else ()


def _target(
    workspace: Workspace,
    vouchers: Sequence[Voucher],
    named: Mapping[str, KeptRun],
    damaged: frozenset[str],
    run: str | None,
) -> str:
    """The run asked for, else the one settled last (it may be one that cannot be read), else sealed last, else assessed last;
    empty where there is none."""
    from targets.ledger import CARRY_OUT

    if run is not None:
        fitting = [name for name in (*named, *(damaged - named.keys())) if name.startswith(run)]
        return fitting[0] if len(fitting) == 1 else workspace.store.runs.find(run).name
    moved = [one.entry.run for one in vouchers if one.entry.kind in CARRY_OUT]
    settled = [name for name in moved if name in named or name in damaged]
    sealed = [name for name, one in named.items() if one.sealed]
    return next(iter([*settled[::-1], *sealed[::-1], *list(named)[::-1]]), "")


def _headings(maps: Sequence[str]) -> dict[str, str]:
    """`金额=实发数` to the field and the heading of its column."""
    from targets.tables.payouts import PAYOUTS, field_called

    found: dict[str, str] = {}
    for text in maps:
        word, _, heading = text.partition("=")
        field = field_called(word)
        if field is None or not heading.strip():
            words = "、".join(column.zh for column in PAYOUTS.columns)
            _refuse("--map", say("{text}", text=text), say("one of {words}, then = and the heading", words=words))
        found[field] = heading.strip()
    return found


def _hash(text: str) -> str:
    """As vouchers have it, of what somebody wrote down. A few characters alone would prove nothing."""
    told = text.strip().lower().removesuffix("...").removesuffix("…").rstrip(".")
    if text and (len(told) < HEAD_MIN or set(told) - set("0123456789abcdef")):
        _refuse("--head", say("{text}", text=text), say("at least {least} digits and letters a to f", least=HEAD_MIN))
    return told


def _refuse_out(out: Path) -> None:
    sources.refuse_existing(out)
    if out.suffix.lower() not in ENDINGS:
        _refuse(
            str(out),
            say("the ending {ending}", ending=out.suffix or "-"),
            say("one of {endings}", endings=", ".join(ENDINGS)),
        )


def _refuse(option: str, found: Text, expected: Text) -> NoReturn:
    refuse(Diagnostic("DX711", Span(option), found, expected))
