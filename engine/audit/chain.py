"""The ledger and the kept runs against themselves: edited rows, broken links, vouchers without a seal. One row, one finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.audit.finding import Evidence, Finding, Kind, of_voucher
from engine.audit.settled import RunRecord, not_what_is_due
from engine.audit.shape import misshapen
from rules.diagnostic import Text, say
from targets.kept import superseded
from targets.ledger import CARRY_OUT, ChainFault, EntryKind, Voucher, chain_faults, hash_of


@dataclass(frozen=True, slots=True)
class Damage:
    """What is known to be wrong already, so that it is not told a second time.

    `cells` of the ledger that cannot be read, by voucher; `runs` that are kept no more, or cannot be read; `steps`, by run the
    tables whose rows no longer say how it was sealed. `entered` are the vouchers that the trail tells of, by number, hash and
    run; None where there is no trail. `to_the_end`: the last one of the ledger is among them.
    """

    cells: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    runs: frozenset[str] = frozenset()
    steps: Mapping[str, frozenset[str]] = field(default_factory=dict)
    entered: Sequence[tuple[str, str, str]] | None = None
    to_the_end: bool = True

    def doubts(self, run: str, table: str) -> bool:
        return table in self.steps.get(run, ())


def prove(
    vouchers: Sequence[Voucher],
    runs: Sequence[RunRecord],
    head: str = "",
    *,
    damage: Damage | None = None,
    supersedes: Mapping[str, str] | None = None,
    trail_hashes: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Everything that is wrong with the ledger: by its own hashes, by the runs that it settles, by a hash written down.

    `supersedes` is of all kept runs, where `runs` are only those that the ledger knows. A `head` may be one of `trail_hashes` too.
    """
    damage = damage or Damage()
    records = {one.name: one for one in runs}
    edited = {one.subject: one for one in (*_unreadable(vouchers, damage.cells), *_edited(vouchers, damage.cells))}
    broken = list(_broken(vouchers, set(edited)))
    shapeless = list(misshapen(vouchers))
    for voucher, told in shapeless:
        edited.setdefault(str(voucher.number), of_voucher(Kind.EDITED, voucher, told))
    links = supersedes if supersedes is not None else {one.name: one.supersedes for one in runs}
    for finding in not_what_is_due(vouchers, records, links, misshapen=bool(shapeless)):
        edited.setdefault(finding.subject, finding)
    # A row changed with its hash, and only its own: the link behind it shows the same fault a second time.
    broken = [one for one in broken if _number_before(one.subject) not in edited]
    if not broken:
        cut = [*_cut_off(vouchers, edited), *_seal_gone(vouchers, records, edited, damage)]
        gone = () if damage.entered is None else _not_as_entered(vouchers, damage, edited)
        broken = [*cut, *gone, *_head_gone(vouchers, head, trail_hashes)][:1]
    found = [*edited.values(), *broken]
    return (*found, *_not_sealed(vouchers, records, damage, links, edited))


def _unreadable(vouchers: Sequence[Voucher], cells: Mapping[int, tuple[str, ...]]) -> Iterator[Finding]:
    known, last = {one.number: one for one in vouchers}, max((one.number for one in vouchers), default=0)
    for number, wrong in cells.items():
        told = say("voucher {number} cannot be read any more: {cells}", number=number, cells=", ".join(wrong))
        if number in known:
            yield of_voucher(Kind.EDITED, known[number], told)
        elif number > last or number < 1:
            told = say("lines of voucher {number}, which is not there", number=number)
            yield Finding(Kind.EDITED, str(number), told)


def _edited(vouchers: Sequence[Voucher], cells: Mapping[int, tuple[str, ...]]) -> Iterator[Finding]:
    """What the voucher says is not what its hash is of, or its lines do not come to nothing."""
    faults: dict[int, list[ChainFault]] = defaultdict(list)
    for voucher, fault in chain_faults(vouchers):
        faults[voucher.number].append(fault)
    for voucher in vouchers:
        if voucher.number in cells:
            continue
        if ChainFault.EDITED in faults[voucher.number]:
            yield of_voucher(
                Kind.EDITED, voucher, say("voucher {number} is not what its hash is of", number=voucher.number)
            )
        elif ChainFault.UNBALANCED in faults[voucher.number]:
            told = say("the lines of voucher {number} do not come to nothing", number=voucher.number)
            yield of_voucher(Kind.EDITED, voucher, told)


def _broken(vouchers: Sequence[Voucher], edited: set[str]) -> Iterator[Finding]:
    """Links that do not fit, other than those to and from an edited row: whoever knows that row knows why."""
    known = {hash_ for one in vouchers if str(one.number) in edited for hash_ in (one.hash, _recomputed(one))}
    unlinked = {one.number for one, fault in chain_faults(vouchers) if fault is ChainFault.UNLINKED}
    told_before = False
    for voucher in vouchers:
        excused = str(voucher.number) in edited or voucher.previous_hash in known
        broken = voucher.number in unlinked and not excused
        # One that was linked anew to somewhere else breaks the link behind it too.
        if broken and not told_before:
            told = say("voucher {number} does not follow the one before it", number=voucher.number)
            yield of_voucher(Kind.BROKEN_CHAIN, voucher, told)
        told_before = broken


def _number_before(number: str) -> str:
    return str(int(number) - 1)


def _recomputed(voucher: Voucher) -> str:
    return hash_of(voucher.number, voucher.entry, voucher.happened_at, voucher.who, voucher.previous_hash)


def _cut_off(vouchers: Sequence[Voucher], edited: Mapping[str, Finding]) -> Iterator[Finding]:
    """A settlement is entered wholly or not at all: without its end, the end of the ledger is gone."""
    ended = {one.entry.run for one in vouchers if one.entry.kind is EntryKind.SETTLED}
    begun = {one.entry.run: one for one in vouchers if one.entry.kind is EntryKind.DUE and one.entry.run not in ended}
    for run, last in begun.items():
        if not edited:
            told = say("the settlement of run {name} has no end: the last vouchers are gone", name=run[:12])
            yield of_voucher(Kind.BROKEN_CHAIN, last, told)


def _seal_gone(
    vouchers: Sequence[Voucher], records: Mapping[str, RunRecord], edited: Mapping[str, Finding], damage: Damage
) -> Iterator[Finding]:
    """Sealing enters the seal: a sealed run without one, of which nothing else is there, lost it with the end of the ledger."""
    there = {one.entry.run for one in vouchers if one.entry.run}
    if not there <= records.keys():
        return  # what is wrong then is told of the vouchers
    for name, record in records.items():
        doubtful = edited or damage.runs or damage.doubts(name, "run_event")
        if record.sealed and name not in there and not doubtful:
            told = say("the seal of run {name} is not in the ledger: the last vouchers are gone", name=name[:12])
            yield Finding(Kind.BROKEN_CHAIN, name, told)


def _not_as_entered(vouchers: Sequence[Voucher], damage: Damage, edited: Mapping[str, Finding]) -> Iterator[Finding]:
    """The trail tells of vouchers that are not there (the end was cut off, or all of it written anew), or of none of the last ones."""
    standing, entered = {one.hash for one in vouchers}, damage.entered or ()
    for number, hash_, _ in entered:
        if hash_ not in standing and number not in edited:
            told = say("voucher {number}, which the trail tells of, is not there any more", number=number)
            yield Finding(Kind.BROKEN_CHAIN, number, told)
            return
    if vouchers and damage.to_the_end and not edited and vouchers[-1].hash != (entered[-1][1] if entered else ""):
        told = say("voucher {number}, which the trail does not tell of", number=vouchers[-1].number)
        yield of_voucher(Kind.BROKEN_CHAIN, vouchers[-1], told)


def _head_gone(vouchers: Sequence[Voucher], head: str, trail_hashes: Collection[str]) -> Iterator[Finding]:
    standing = [*(hash_ for one in vouchers for hash_ in (one.hash, _recomputed(one))), *trail_hashes]
    if head and not any(hash_.startswith(head) for hash_ in standing):
        told = say("no voucher and no link of the trail has the hash {hash}, which was written down", hash=head)
        yield Finding(Kind.BROKEN_CHAIN, head, told)


def _not_sealed(
    vouchers: Sequence[Voucher],
    records: Mapping[str, RunRecord],
    damage: Damage,
    supersedes: Mapping[str, str],
    edited: Mapping[str, Finding],
) -> Iterator[Finding]:
    """Runs that money was moved for, that were not sealed first, or not as the rules have it."""
    first: dict[str, Voucher] = {}
    for one in vouchers:
        if one.entry.kind in CARRY_OUT and str(one.number) not in edited:
            first.setdefault(one.entry.run, one)
    for one in vouchers:
        if one.entry.kind is EntryKind.SEAL and one.entry.run in records and not records[one.entry.run].sealed:
            first.setdefault(one.entry.run, one)
    for run, voucher in first.items():
        told = _breach(run, voucher, vouchers, records, damage, edited)
        later = _superseded_by(run, voucher, vouchers, supersedes)
        if told is None and later:
            told = say("settled though run {name}, sealed before that, supersedes it", name=later[:12])
        if told is not None:
            evidence = (Evidence(say("voucher {number}", number=voucher.number), voucher=voucher.number),)
            yield Finding(Kind.NOT_SEALED, run, told, evidence=evidence)


def _breach(
    run: str,
    first: Voucher,
    vouchers: Sequence[Voucher],
    records: Mapping[str, RunRecord],
    damage: Damage,
    edited: Mapping[str, Finding],
) -> Text | None:
    if run not in records:
        return None if run in damage.runs else say("no run of this name is kept")
    if not records[run].sealed and not damage.doubts(run, "run_event"):
        return say("the run was never sealed")
    if records[run].breaches:
        return records[run].breaches[0]
    seals = [one.number for one in vouchers if one.entry.kind is EntryKind.SEAL and one.entry.run == run]
    if not any(number < first.number for number in seals) and not _may_have_been_lost(run, vouchers, damage, edited):
        return say("the ledger has no seal of the run before its vouchers")
    return None


def _may_have_been_lost(run: str, vouchers: Sequence[Voucher], damage: Damage, edited: Mapping[str, Finding]) -> bool:
    """The seal: the trail knows its number, and whether that voucher is one that is edited or gone."""
    told = [number for number, _, of in damage.entered or () if of == run]
    numbers = {str(one.number) for one in vouchers}
    if told:
        return told[0] in edited or told[0] not in numbers
    return bool(edited) or len(numbers) < max((one.number for one in vouchers), default=0)


def _superseded_by(run: str, first: Voucher, vouchers: Sequence[Voucher], supersedes: Mapping[str, str]) -> str:
    """The run that supersedes this one and had its seal before this one's first voucher; empty where there is none."""
    seals = (one for one in vouchers if one.entry.kind is EntryKind.SEAL and one.number < first.number)
    return next((one.entry.run for one in seals if run in superseded(one.entry.run, supersedes)), "")
