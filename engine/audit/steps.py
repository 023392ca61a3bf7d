"""The trail against the rows that it tells of: records, runs, steps, checks, appeals that are not what they were, gone, or put in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.audit.finding import Evidence, Finding, Kind
from rules.diagnostic import Text, say
from targets.ledger import EntryKind, Voucher, chain_faults, sealed_hashes
from targets.trail import VOUCHER, Link, Trail

OF_STEPS = frozenset({"run", "run_event", "run_check", "appeal", "appeal_decision"})
OF_CONTRACTS = frozenset({"run", "run_contract", "contract_text"})
ROWS_SHOWN_MAX, CELLS_SHOWN_MAX = 20, 5


@dataclass(frozen=True, slots=True)
class Explained:
    """What is wrong with the trail, and for which runs that explains what else is found: `inputs` no longer give the run of
    that name, `steps` no longer tell how it was published, checked, appealed and sealed. `entered` are vouchers, by number and
    hash, that sound links tell of."""

    findings: tuple[Finding, ...] = ()
    inputs: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    entered: tuple[tuple[str, str], ...] = ()


def steps_explained(trail: Trail, batches: Mapping[str, int], vouchers: Sequence[Voucher] = ()) -> Explained:
    """`batches` are the last ones that each run saw. One finding for each table, each link, each break."""
    links_edited = {one.number for one in trail.links if one.recomputed != one.hash or one.number < 1}
    rows = [_Row(one.kept, one.key, one.run, _what(one)) for one in trail.links if one.standing != one.content]
    lost = [one for one in trail.links if one.number in links_edited and not one.standing]
    # A link that tells of other rows than it did leaves those that it told of alone: that is its own fault.
    if len(trail.strays) > len(lost):
        rows += [_Row(kept, key, run, say("entered by no command")) for kept, key, run in trail.strays]
    told_of_link = {(one.kept, one.key) for one in trail.links if one.number in links_edited}
    findings = [*_of_rows(row for row in rows if (row.kept, row.key) not in told_of_link)]
    findings += [_of_link(one) for one in trail.links if one.number in links_edited]
    findings += _broken(trail.links, links_edited)
    if not findings:
        findings += _written_anew(trail, vouchers)
    under: dict[str, set[str]] = defaultdict(set)
    for one in trail.links:
        if one.kept == "run_contract":
            under[one.key.partition(" ")[2]].add(one.run)
    entered = tuple(
        (one.key, one.content) for one in trail.links if one.kept == VOUCHER and one.number not in links_edited
    )
    steps = frozenset(row.run for row in rows if row.kept in OF_STEPS)
    return Explained(tuple(findings), _inputs(rows, under, batches), steps, entered)


def guards_finding(guards: Sequence[str]) -> tuple[Finding, ...]:
    """Triggers that are gone or say something else: whoever took them away could write what they liked."""
    told = say(
        "the triggers that keep the tables append-only are not what they were: {guards}", guards=", ".join(guards)
    )
    return (Finding(Kind.EDITED, "triggers", told),) if guards else ()


@dataclass(frozen=True, slots=True)
class _Row:
    kept: str
    key: str
    run: str
    told: Text


def _what(link: Link) -> Text:
    if not link.standing:
        return say("gone")
    if link.wrong:
        cells = ", ".join((*link.wrong[:CELLS_SHOWN_MAX], *("…" for _ in link.wrong[CELLS_SHOWN_MAX:][:1])))
        return say("cannot be read any more: {cells}", cells=cells)
    return say("changed")


def _of_rows(rows: Iterable[_Row]) -> Iterator[Finding]:
    by_table: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_table[row.kept].append(row)
    for table, some in sorted(by_table.items()):
        told = say("rows of {table} are not what was entered: {count}", table=table, count=len(some))
        evidence = tuple(
            Evidence(say("{table} {key}: {what}", table=table, key=row.key, what=row.told))
            for row in some[:ROWS_SHOWN_MAX]
        )
        yield Finding(Kind.EDITED, f"{table} {some[0].key}" if len(some) == 1 else table, told, evidence=evidence)


def _of_link(link: Link) -> Finding:
    told = say("link {number} of the trail is not what its hash is of", number=link.number)
    evidence = (Evidence(say("it tells of {table} {key}", table=link.kept, key=link.key)),)
    return Finding(Kind.EDITED, f"trail {link.number}", told, evidence=evidence)


def _broken(links: Sequence[Link], edited: set[int]) -> Iterator[Finding]:
    """Links that do not fit, other than those to and from an edited one."""
    known = {hash_ for one in links if one.number in edited for hash_ in (one.hash, one.recomputed)}
    start = Link(0, "", "", "", "", "", "")
    told_before = False
    for before, link in pairwise((start, *links)):
        fits = link.number == before.number + 1 and link.previous_hash == before.hash
        broken = not fits and link.number not in edited and link.previous_hash not in known
        if broken and not told_before:
            told = say("link {number} of the trail does not follow the one before it", number=link.number)
            yield Finding(Kind.BROKEN_CHAIN, f"trail {link.number}", told)
        told_before = broken


def _written_anew(trail: Trail, vouchers: Sequence[Voucher]) -> Iterator[Finding]:
    """A seal names the link that was the last one then: without it, the trail is another."""
    standing = {one.hash for one in trail.links}
    edited = {one.number for one, _ in chain_faults(vouchers)}
    for voucher in vouchers:
        hash_ = sealed_hashes(voucher.entry)[1] if voucher.entry.kind is EntryKind.SEAL else ""
        if hash_ and hash_ not in standing and voucher.number not in edited:
            told = say("the trail that voucher {number} sealed is not there any more", number=voucher.number)
            evidence = (Evidence(say("voucher {number}", number=voucher.number), voucher=voucher.number),)
            yield Finding(Kind.BROKEN_CHAIN, "trail", told, evidence=evidence)
            return


def _inputs(rows: Iterable[_Row], under: Mapping[str, set[str]], batches: Mapping[str, int]) -> frozenset[str]:
    """Runs whose contracts or records these rows are."""
    runs: set[str] = set()
    for row in rows:
        if row.kept in OF_CONTRACTS:
            runs |= {row.run} | under.get(row.key, set())
        elif row.kept not in OF_STEPS:
            # Whatever was put in its batch's place cannot be told: every run that saw as much as that.
            first = int(row.key) if row.key.isdecimal() else 0
            runs |= {name for name, batch in batches.items() if batch >= first}
    return frozenset(runs - {""})
