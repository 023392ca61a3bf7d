"""Two runs held against each other: who moved, and why - which records, contracts and appeals lie between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.record_changes import RecordChange, record_changes
from engine.recorded import StoredResult, StoredVerdict
from targets.kept import Appeal
from targets.snapshot import Records

FIGURES = ("observations", "targets")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its result, the records it saw, the hashes of its contracts by id (none where they were not kept)."""

    result: StoredResult
    records: Records
    contracts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScoreMove:
    """Of a section or item; None where it was exempt, or not there."""

    id: str
    period: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DueMove:
    clause: str
    due: str
    payee: str
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Moved:
    """One subject under one contract. `before` or `after` is None for who was not assessed then.

    Why: records about the subject, an appeal upheld, another text of the contract, those `through` whom it came (whom a
    cadre answers for, the parties below, the subject's own sheet of another contract), or because the others moved.
    """

    contract: str
    code: str
    name: str
    before: StoredVerdict | None
    after: StoredVerdict | None
    sections: tuple[ScoreMove, ...]
    items: tuple[ScoreMove, ...]
    dues: tuple[DueMove, ...]
    records: tuple[RecordChange, ...] = ()
    appeals: tuple[int, ...] = ()
    contract_changed: bool = False
    through: tuple[str, ...] = ()

    @property
    def others_moved(self) -> bool:
        """No other reason is known, or the own sheet stands: figures alone then moved neither place nor amount."""
        if not (self.records or self.appeals or self.contract_changed or self.through):
            return True
        stands = not (self.sections or self.items or _sheet_moved(self))
        return stands and not self.contract_changed and all(change.table in FIGURES for change in self.records)

    @property
    def vetoes_gained(self) -> tuple[str, ...]:
        return _only_in(self.after, self.before)

    @property
    def vetoes_lost(self) -> tuple[str, ...]:
        return _only_in(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """`records` are all that differ, also those that moved nobody; `contracts` those with another text."""

    moved: tuple[Moved, ...]
    records: tuple[RecordChange, ...]
    contracts: tuple[str, ...]
    engines: tuple[str, str]

    @property
    def same_engine(self) -> bool:
        return self.engines[0] == self.engines[1]


def difference(before: Side, after: Side, appeals: Sequence[Appeal] = ()) -> Difference:
    """Who moved from the one run to the other, by contract and code; `appeals` are those against the first."""
    changes = record_changes(before.records, after.records)
    contracts = tuple(_contracts_changed(before, after))
    moves = tuple(_moves(before.result, after.result))
    sheets = {(move.contract, move.code) for move in moves if _sheet_moved(move)}
    reached = _reached((before.records, after.records))
    told: dict[str, tuple[RecordChange, ...]] = {}
    for change in changes:
        told |= {subject: (*told.get(subject, ()), change) for subject in change.subjects}
    moved = tuple(
        replace(
            move,
            records=told.get(move.code, ()),
            appeals=tuple(appeal.number for appeal in appeals if appeal.upheld and appeal.subject == move.code),
            contract_changed=move.contract in contracts,
            through=_through(move, sheets, reached),
        )
        for move in moves
    )
    return Difference(moved, changes, contracts, (before.result.engine_version, after.result.engine_version))


def _contracts_changed(before: Side, after: Side) -> Iterator[str]:
    """By the hashes of their texts; by version where a text was not kept."""
    for name in sorted(before.result.contracts.keys() | after.result.contracts.keys()):
        hashes = before.contracts.get(name, ""), after.contracts.get(name, "")
        if all(hashes):
            if hashes[0] != hashes[1]:
                yield name
        elif _version(before.result, name) != _version(after.result, name):
            yield name


def _version(result: StoredResult, contract: str) -> int:
    """0 for a contract that was not among them."""
    return result.contracts[contract].version if contract in result.contracts else 0


def _moves(before: StoredResult, after: StoredResult) -> Iterator[Moved]:
    """Without the reasons."""
    dues = _due_moves(before, after)
    for contract in sorted(before.contracts.keys() | after.contracts.keys()):
        old, new = (_verdicts(result, contract) for result in (before, after))
        for code in sorted(old.keys() | new.keys() | {subject for of, subject in dues if of == contract}):
            moved = _moved(contract, code, old.get(code), new.get(code), dues.get((contract, code), ()))
            if moved.dues or moved.sections or moved.items or _verdict_moved(moved):
                yield moved


def _verdicts(result: StoredResult, contract: str) -> Mapping[str, StoredVerdict]:
    return result.contracts[contract].verdicts if contract in result.contracts else {}


def _due_moves(before: StoredResult, after: StoredResult) -> Mapping[tuple[str, str], tuple[DueMove, ...]]:
    """By contract and subject."""
    moves: dict[tuple[str, str], tuple[DueMove, ...]] = {}
    for key in sorted(before.dues.keys() | after.dues.keys()):
        contract, clause, subject, due, payee = key
        old, new = before.dues.get(key, 0), after.dues.get(key, 0)
        if old != new:
            earlier = moves.get((contract, subject), ())
            moves[contract, subject] = (*earlier, DueMove(clause, due, payee, old, new))
    return moves


def _moved(
    contract: str, code: str, old: StoredVerdict | None, new: StoredVerdict | None, dues: tuple[DueMove, ...]
) -> Moved:
    """Who was not assessed then had no scores that could have moved."""
    known = new or old
    sections, items = NO_SCORES, NO_SCORES
    if old is not None and new is not None:
        sections, items = _score_moves(old.sections, new.sections), _score_moves(old.items, new.items)
    return Moved(contract, code, known.name if known else code, old, new, sections, items, dues)


Scores = Mapping[tuple[str, str], str | None]
NO_SCORES: tuple[ScoreMove, ...] = ()


def _score_moves(old: Scores, new: Scores) -> tuple[ScoreMove, ...]:
    """In the order of the sheet."""
    moves = [ScoreMove(*key, old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new))]
    return tuple(move for move in moves if _worth(move.before) != _worth(move.after))


def _worth(score: str | None) -> Fraction | None:
    """Two contracts may write the same number with more decimals or fewer."""
    return None if score is None else Fraction(score)


def _verdict_moved(moved: Moved) -> bool:
    old, new = moved.before, moved.after
    if old is None or new is None:
        return old is not new
    return old.rank != new.rank or _sheet_moved(moved)


def _sheet_moved(moved: Moved) -> bool:
    """Whether others who look at this verdict see another one: a place or an amount alone is not looked at."""
    old, new = moved.before, moved.after
    if old is None or new is None:
        return old is not new
    if _worth(old.final_score) != _worth(new.final_score):
        return True
    return (old.grade, old.vetoes) != (new.grade, new.vetoes)


def _reached(sides: Iterable[Records]) -> Mapping[str, frozenset[str]]:
    """Whose verdicts each subject's own may depend on: whom a cadre answers for, the parties below, its own elsewhere."""
    reached: dict[str, set[str]] = defaultdict(set)
    for records in sides:
        for tenure in records.tenures:
            reached[tenure.cadre].add(tenure.party)
        for assignment in records.assignments:
            reached[assignment.cadre].add(assignment.party)
        for party in records.parties:
            if party.parent:
                reached[party.parent].add(party.code)
    return {code: frozenset(others) for code, others in reached.items()}


def _through(move: Moved, sheets: Set[tuple[str, str]], reached: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    looked_at = reached.get(move.code, frozenset()) | {move.code}
    own = (move.contract, move.code)
    return tuple(sorted({code for contract, code in sheets if code in looked_at and (contract, code) != own}))


def _only_in(one: StoredVerdict | None, other: StoredVerdict | None) -> tuple[str, ...]:
    known = other.vetoes if other else ()
    return tuple(rule for rule in (one.vetoes if one else ()) if rule not in known)
