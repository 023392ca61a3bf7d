"""What a ledger has of each settled run against the entries that the run's dues give: lines, accounts, number, deposits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from engine.audit.finding import Finding, Kind, of_voucher
from engine.settle.due import Due
from engine.vouchers import Clause, carried_out, wanted_fen
from rules.diagnostic import Text, say
from rules.money import DueKind
from rules.quantity import show_money
from targets.kept import superseded
from targets.ledger import Entry, EntryKind, Posting, Voucher, chain_faults, deposits_held, sealed_hashes


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A kept run as the audit sees it.

    `result_hash` and `dues` are recomputed from its texts and records, never what is stored with it; empty and None where
    what is kept does not give the run of this name any more. `breaches` are the rules of sealing that it does not keep.
    """

    name: str
    year: int
    sealed: bool
    supersedes: str = ""
    breaches: tuple[Text, ...] = ()
    result_hash: str = ""
    dues: tuple[Due, ...] | None = None


def not_what_is_due(
    vouchers: Sequence[Voucher],
    records: Mapping[str, RunRecord],
    supersedes: Mapping[str, str],
    *,
    misshapen: bool = False,
) -> Iterator[Finding]:
    """Vouchers whose hash fits and which do not follow from the run that they seal or carry out. `supersedes` is of all kept
    runs: one between two that were settled may never have moved anything. Where some are `misshapen`, what is missing is told
    of them."""
    whole = not misshapen and not any(True for _ in chain_faults(vouchers))
    ends = {one.entry.run: one for one in reversed(vouchers) if one.entry.kind is EntryKind.SETTLED}
    for run in sorted(ends.keys() & records.keys()):
        settled_before = {name for name, end in ends.items() if end.number < ends[run].number}
        earlier = next((name for name in superseded(run, supersedes) if name in settled_before), "")
        dues, before = records[run].dues, _dues_of(records.get(earlier)) if earlier else ()
        if dues is None or before is None:
            continue
        yield from _differing([one for one in vouchers if one.entry.run == run], _entries(dues, before, ends[run]))
        # As they were when it was settled: a correction may ask for others afterwards.
        until = takewhile(lambda one: one is not ends[run], vouchers)  # noqa: B023
        yield from _deposits_differing(tuple(until), dues, records[run].year, ends[run] if whole else None)
    for one in vouchers:
        sealed = records.get(one.entry.run)
        if (
            one.entry.kind is EntryKind.SEAL
            and sealed is not None
            and sealed.result_hash not in ("", sealed_hashes(one.entry)[0])
        ):
            told = say("voucher {number} seals another result than the one recomputed", number=one.number)
            yield of_voucher(Kind.EDITED, one, told)


def _dues_of(record: RunRecord | None) -> tuple[Due, ...] | None:
    return None if record is None else record.dues


def _entries(dues: Sequence[Due], before: Sequence[Due], end: Voucher) -> dict[Clause, Entry]:
    """What the settlement enters: the dues less those of the run that was settled before it."""
    wanted, earlier = wanted_fen(dues), wanted_fen(before)
    moved = {
        key: wanted.get(key, 0) - earlier.get(key, 0) for key in (*wanted, *(k for k in earlier if k not in wanted))
    }
    entries = carried_out({key: fen for key, fen in moved.items() if fen}, end.entry.run, end.entry.day)
    return {(one.contract, one.clause, one.subject): one for one in entries}


def _differing(vouchers: Sequence[Voucher], expected: Mapping[Clause, Entry]) -> Iterator[Finding]:
    """Where no voucher at all is of that clause and subject, the list tells whether it was paid."""
    of_clause: dict[Clause, list[Voucher]] = defaultdict(list)
    for one in vouchers:
        if one.entry.kind is EntryKind.DUE:
            of_clause[one.entry.contract, one.entry.clause, one.entry.subject].append(one)
    for clause, some in of_clause.items():
        entered = [line for one in some for line in one.entry.postings]
        lines = expected[clause].postings if clause in expected else ()
        if Counter(entered) != Counter(lines):
            yield _other_lines(some[-1], entered, lines)
    for end in (one for one in vouchers if one.entry.kind is EntryKind.SETTLED):
        if end.entry.note != str(len(expected)):
            told = say(
                "voucher {number} ends a settlement of {said} vouchers; the run comes to {expected}",
                number=end.number, said=end.entry.note, expected=len(expected),
            )  # fmt: skip
            yield of_voucher(Kind.EDITED, end, told)


def _other_lines(voucher: Voucher, entered: Sequence[Posting], lines: Sequence[Posting]) -> Finding:
    entered_fen, due_fen = (-sum(one.amount_fen for one in some if one.payee) for some in (entered, lines))
    told: Text
    if entered_fen == due_fen:
        told = say("voucher {number} has other lines than the run comes to", number=voucher.number)
    else:
        told = say(
            "voucher {number} carries out {entered}; due is {due}",
            number=voucher.number, entered=show_money(entered_fen), due=show_money(due_fen),
        )  # fmt: skip
    return of_voucher(Kind.EDITED, voucher, told, due_fen, entered_fen)


def _deposits_differing(
    vouchers: Sequence[Voucher], dues: Sequence[Due], year: int, end: Voucher | None
) -> Iterator[Finding]:
    """What was paid in for the year is what is refunded and forfeited, always: of clauses that the run does not have, nothing.

    What was never paid in is told of the settlement's `end`; not where a damaged chain may have lost it, or another deposit is
    wrong, which may be the one that is missing.
    """
    wanted: dict[Clause, int] = defaultdict(int)
    for due in dues:
        if due.kind in (DueKind.REFUND, DueKind.FORFEIT):
            wanted[due.contract, due.clause, due.subject] += due.amount_fen
    held_fen = deposits_held(vouchers, year)
    last = {
        (one.entry.contract, one.entry.clause, one.entry.subject): one
        for one in vouchers
        if one.entry.kind is EntryKind.DEPOSIT and one.entry.note == str(year)
    }
    differing = [(key, voucher) for key, voucher in last.items() if held_fen[key] != wanted.get(key, 0)]
    for key, voucher in differing:
        due_fen = wanted.get(key, 0)
        told = say(
            "voucher {number}: {entered} was paid in; refunded and forfeited are {due}",
            number=voucher.number, entered=show_money(held_fen[key]), due=show_money(due_fen),
        )  # fmt: skip
        yield of_voucher(Kind.EDITED, voucher, told, due_fen, held_fen[key])
    missing = [key for key, fen in wanted.items() if fen and key not in last]
    if missing and not differing and end is not None:
        contract, clause, cadre = missing[0]
        due_fen = sum(wanted[key] for key in missing)
        told = say(
            "voucher {number} ends a settlement of deposits that nobody paid in: {amount}, such as that of {cadre}",
            number=end.number, amount=show_money(due_fen), cadre=f"{cadre} ({contract} {clause})",
        )  # fmt: skip
        yield of_voucher(Kind.EDITED, end, told, 0, due_fen)
