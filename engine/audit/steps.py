"""The trail against the rows that it tells of: records, runs, steps, checks, appeals that are not what they were, gone, or put in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.audit.finding import Evidence, Finding, Kind
from rules.diagnostic import Text, say
from targets.ledger import EntryKind, Voucher, chain_faults, sealed_hashes
from targets.trail import VOUCHER, Link, Stray, Trail, hash_of

STEPS = frozenset({"run_event", "run_check", "appeal", "appeal_decision"})
ROWS_SHOWN_MAX, CELLS_SHOWN_MAX = 20, 5
IN_WORDS: Mapping[str, Text] = {
    "import_batch": say("imports"), "import_file": say("files of imports"), "import_count": say("counts of imports"),
    "party": say("parties"), "cadre": say("cadres"), "tenure": say("posts held"), "assignment": say("assignments"),
    "target": say("targets"), "observation": say("observations"), "incident": say("incidents"), "state_record": say("states"),
    "prior_veto": say("earlier vetoes"), "past_result": say("earlier results"), "run": say("runs"),
    "contract_text": say("texts of contracts"), "run_contract": say("contracts of runs"), "run_event": say("steps of runs"),
    "run_check": say("cross-checks"), "appeal": say("appeals"), "appeal_decision": say("decisions on appeals"),
    VOUCHER: say("vouchers"),
}  # fmt: skip
"""What a table has, for people."""
UNREAD = frozenset({"import_file", "import_count"})
"""By any assessment. (Of an import its day is: that of observations that came without one.)"""


@dataclass(frozen=True, slots=True)
class Explained:
    """What is wrong with the trail, and for which runs that explains what else is found.

    `inputs` no longer give the run of that name; `steps` are the tables whose rows no longer tell how it was published, checked,
    appealed and sealed. `entered` are vouchers, by number, hash and run, that sound links tell of; None where there is no link at
    all. `to_the_end` unless a link behind the last of them is edited, which may have told of another.
    """

    findings: tuple[Finding, ...] = ()
    inputs: frozenset[str] = frozenset()
    steps: Mapping[str, frozenset[str]] = field(default_factory=dict)
    entered: tuple[tuple[str, str, str], ...] | None = None
    to_the_end: bool = True


def steps_explained(trail: Trail, batches: Mapping[str, int], vouchers: Sequence[Voucher] = ()) -> Explained:
    """`batches` are the last ones that each run saw. One finding for each table, each link, each break."""
    edited = _edited(trail.links)
    if not trail.links and trail.strays:
        return Explained((Finding(Kind.BROKEN_CHAIN, "trail", say("no link of the trail is there any more")),))
    rows = [_Row(one.kept, one.key, one.run, _what(one)) for one in trail.links if one.standing != one.content]
    rows += [_Row(one.kept, one.key, one.run, say("told of by no link")) for one in _put_in(trail, edited)]
    told_of_link = {(one.kept, one.key) for one in trail.links if one.number in edited}
    findings = [*_of_rows(row for row in rows if (row.kept, row.key) not in told_of_link)]
    findings += [_of_link(one) for one in trail.links if one.number in edited]
    broken = [*_broken(trail.links, edited)]
    findings += broken or _written_anew(trail, vouchers)
    entered = [(o.key, o.content, o.run) for o in trail.links if o.kept == VOUCHER and o.number not in edited]
    steps: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.kept in STEPS:
            steps[row.run].add(row.kept)
    doubted = {run: frozenset(tables) for run, tables in steps.items()}
    last = max((o.number for o in trail.links if o.kept == VOUCHER and o.number not in edited), default=0)
    to_the_end = all(number < last for number in edited)
    return Explained(tuple(findings), _inputs(rows, trail.links, batches), doubted, tuple(entered), to_the_end)


def guards_finding(guards: Sequence[str]) -> tuple[Finding, ...]:
    """Triggers that are gone or say something else: whoever took them away could write what they liked."""
    told = say(
        "the triggers that keep the tables append-only are not what they were: {guards}", guards=", ".join(guards)
    )
    return (Finding(Kind.EDITED, "triggers", told),) if guards else ()


def _edited(links: Sequence[Link]) -> frozenset[int]:
    """Numbers of links that are not what their hash is of; or whose content and hash were made anew, where the next link still
    knows the hash that the rows give as they are."""
    found = {one.number for one in links if one.recomputed != one.hash or one.number < 1}
    for one, after in pairwise(links):
        if one.standing != one.content and _with_rows(one) == after.previous_hash != one.hash:
            found.add(one.number)
    return frozenset(found)


def _with_rows(link: Link) -> str:
    return hash_of(link.number, link.kept, link.key, link.run, link.standing, link.previous_hash)


def _put_in(trail: Trail, edited: frozenset[int]) -> list[Stray]:
    """Rows of which no link tells; but those that an edited link told of before are its own fault."""
    left = {one.content for one in trail.links if one.number in edited}
    return [one for one in trail.strays if one.content not in left]


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
        told = say("{count} of {table} are not what was entered", table=_called(table), count=len(some))
        evidence = tuple(Evidence(_row_told(row)) for row in some[:ROWS_SHOWN_MAX])
        yield Finding(Kind.EDITED, f"{table} {some[0].key}" if len(some) == 1 else table, told, evidence=evidence)


def _called(table: str) -> Text | str:
    return IN_WORDS.get(table, table)


def _row_told(row: _Row) -> Text:
    if row.kept in STEPS or not row.key.isdecimal():
        return say(
            "{table}, number {key}, of run {run}: {what}",
            table=_called(row.kept), key=row.key[:12], run=row.run[:12] or "—", what=row.told,
        )  # fmt: skip
    return say("{table} that import {key} brought: {what}", table=_called(row.kept), key=row.key, what=row.told)


def _of_link(link: Link) -> Finding:
    told = say("link {number} of the trail is not what its hash is of", number=link.number)
    about = say("it tells of {table}, number {key}", table=_called(link.kept), key=link.key[:12])
    also = [Evidence(say("which say something else now too"))] if link.standing not in ("", link.content) else []
    return Finding(Kind.EDITED, f"trail {link.number}", told, evidence=(Evidence(about), *also))


def _broken(links: Sequence[Link], edited: frozenset[int]) -> Iterator[Finding]:
    """Links that do not fit, other than those to and from an edited one."""
    known = {hash_ for one in links if one.number in edited for hash_ in (one.hash, one.recomputed, _with_rows(one))}
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
    standing = {hash_ for one in trail.links for hash_ in (one.hash, one.recomputed, _with_rows(one))}
    edited = {one.number for one, _ in chain_faults(vouchers)}
    for voucher in vouchers:
        hash_ = sealed_hashes(voucher.entry)[1] if voucher.entry.kind is EntryKind.SEAL else ""
        if hash_ and hash_ not in standing and voucher.number not in edited:
            told = say("the trail that voucher {number} sealed is not there any more", number=voucher.number)
            evidence = (Evidence(say("voucher {number}", number=voucher.number), voucher=voucher.number),)
            yield Finding(Kind.BROKEN_CHAIN, "trail", told, evidence=evidence)
            return


def _inputs(rows: Iterable[_Row], links: Sequence[Link], batches: Mapping[str, int]) -> frozenset[str]:
    """Runs whose contracts or records these rows are."""
    under: dict[str, set[str]] = defaultdict(set)
    for one in links:
        if one.kept == "run_contract":
            under[one.key.partition(" ")[2]].add(one.run)
    runs: set[str] = set()
    for row in rows:
        if row.kept in ("run", "run_contract", "contract_text"):
            runs |= {row.run} | under.get(row.key, set())
        elif row.kept not in STEPS | UNREAD:
            # Whatever was put in its batch's place cannot be told: every run that saw as much as that.
            first = int(row.key) if row.key.isdecimal() else 0
            runs |= {name for name, batch in batches.items() if batch >= first}
    return frozenset(runs - {""})
