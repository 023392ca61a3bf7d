"""What is cross-checked when there are too many parties for checking all: every case that stands out, and whole leagues.

Cases are interpreted alone, so that what depends on peers cannot be compared for them; whole leagues are compared in
every cell where leagues are groups, in what does not depend on peers elsewhere.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw

from engine.columnar.layout import JudgedColumns
from engine.crosscheck import Comparable
from rules.below import looks_below
from rules.checks.places import Stage, conditions
from rules.condition import AllOf, AnyOf, Children, Climbed, Condition, GradeIs, Linked, Not, RankIs, ScoreIs
from rules.contract import Contract
from rules.scoring import Brackets, Measured, Rank, Relative, parts_of
from rules.scoring_terms import Reference
from rules.sheet import Spread
from rules.verdict import Peers
from targets.columns.backend import Backend
from targets.columns.year import Frame, YearColumns
from targets.snapshot import Records

PARTIES_ALL_MAX = 5_000
LEAGUES_SAMPLED = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """Parties and cadres to be interpreted, and by contract which cells then mean the same in both evaluators (None: all
    of them, since everybody is there). `whole`: they must be interpreted together, since peers are among them; `trees`:
    everybody together with whoever stands below them."""

    parties: tuple[str, ...]
    cadres: tuple[str, ...]
    comparable: dict[str, Comparable] | None
    whole: bool = True
    trees: bool = False


def samples(judged: Sequence[JudgedColumns], year: YearColumns, backend: Backend, seed: str) -> Iterator[Sample]:
    """Everybody where there are at most `PARTIES_ALL_MAX` parties; else the cases, and whole leagues. None is empty."""
    if (
        sum(year.contracts[one.contract.contract].subjects for one in judged if not one.contract.posts)
        <= PARTIES_ALL_MAX
    ):
        everybody: dict[bool, set[str]] = {False: set(), True: set()}
        for one in judged:
            everybody[bool(one.contract.posts)] |= set(backend.take(one.frame.select("code"))["code"])
        yield Sample(tuple(sorted(everybody[False])), tuple(sorted(everybody[True])), None)
        return
    for sample in (cases(judged, year, backend), whole_leagues(judged, year, backend, seed)):
        if sample.parties:
            yield sample


def cases(judged: Sequence[JudgedColumns], year: YearColumns, backend: Backend) -> Sample:
    """Everybody vetoed, on the bound of a condition, or with something exempt; with the parties of such cadres, and with
    everybody below those parties where a contract looks at children."""
    found: dict[bool, set[str]] = {False: set(), True: set()}
    for one in judged:
        tests = list(_standing_out(one))
        if tests:
            rows = one.frame.filter(nw.any_horizontal(*tests, ignore_nulls=False)).select("code")
            found[bool(one.contract.posts)] |= set(backend.take(rows)["code"])
    parties = found[False] | _parties_of(found[True], year, backend)
    trees = any(looks_below(one.contract) for one in judged)
    if trees:
        parties |= _below(parties, year, backend)
    comparable = {one.contract.contract: _alone(one.contract, [other.contract for other in judged]) for one in judged}
    return Sample(tuple(sorted(parties)), tuple(sorted(found[True])), comparable, whole=False, trees=trees)


def shares(records: Records, count: int, *, trees: bool = False) -> list[Records]:
    """The records in so many parts, each cadre with everybody they answer for, and with `trees` everybody with whoever stands
    below them; nearly every party is in one part only."""
    below: dict[str, list[str]] = defaultdict(list)
    for party in records.parties if trees else ():
        below[party.parent].append(party.code)
    inside = {child for party in records.parties for child in below.get(party.code, ())}
    of: dict[str, set[str]] = {one.code: set() for one in records.cadres}
    for duty in records.assignments:
        of[duty.cadre].add(duty.party)
    together = sorted(of, key=lambda cadre: sorted(of[cadre]))
    size = max(1, -(-len(together) // count))
    teams = [set(together[start : start + size]) for start in range(0, len(together), size)] or [set()]
    covered = {party for parties in of.values() for party in parties}
    alone = [one.code for one in records.parties if one.code not in covered and one.code not in inside]
    return [_part_of(records, set(alone[number :: len(teams)]), team, below) for number, team in enumerate(teams)]


def _part_of(records: Records, parties: set[str], cadres: set[str], below: Mapping[str, Sequence[str]]) -> Records:
    duties = tuple(one for one in records.assignments if one.cadre in cadres)
    subjects = parties | cadres | {one.party for one in duties}
    waiting = list(subjects)
    while waiting:
        children = [child for child in below.get(waiting.pop(), ()) if child not in subjects]
        subjects.update(children)
        waiting += children
    return Records(
        parties=tuple(one for one in records.parties if one.code in subjects),
        cadres=tuple(one for one in records.cadres if one.code in cadres),
        tenures=tuple(one for one in records.tenures if one.cadre in cadres),
        assignments=duties,
        targets=tuple(one for one in records.targets if one.subject in subjects),
        observations=tuple(one for one in records.observations if one.subject in subjects),
        incidents=tuple(one for one in records.incidents if one.subject in subjects),
        states=tuple(one for one in records.states if one.subject in subjects),
        prior_vetoes=tuple(one for one in records.prior_vetoes if one.subject in subjects),
        history=tuple(one for one in records.history if one.subject in subjects),
    )


def whole_leagues(judged: Sequence[JudgedColumns], year: YearColumns, backend: Backend, seed: str) -> Sample:
    """Some leagues of parties, drawn by the seed, and the cadres who answer for nobody outside them. Where a contract looks
    at children, leagues in which somebody has any are left out: what is below them is in other leagues."""
    contracts = [one.contract for one in judged]
    comparable = {contract.contract: _alone(contract, contracts) for contract in contracts}
    by_group = [one for one in judged if not one.contract.posts and one.contract.ranking.peers is Peers.GROUP]
    passed_over, leagues = _leagues_of_parents(judged, year, backend), set[str]()
    for one in by_group:
        comparable[one.contract.contract] = _in_whole_leagues(one.contract)
        leagues |= set(backend.take(one.frame.group_by("league").agg(nw.len().alias("rows")))["league"])
    # Drawn once for all: a league of one contract may be part of a larger one of another.
    drawn = sorted(leagues - passed_over, key=lambda league: hashlib.sha256(f"{seed} {league}".encode()).digest())
    parties: set[str] = set()
    for one in by_group:
        rows = one.frame.filter(nw.col("league").is_in(drawn[:LEAGUES_SAMPLED])).select("code")
        parties |= set(backend.take(rows)["code"])
    return Sample(tuple(sorted(parties)), tuple(sorted(_answering_only_for(parties, year, backend))), comparable)


def _in_whole_leagues(contract: Contract) -> Comparable:
    """Everything, but for awards that go by cadres, who need not be in the sample."""
    by_cadres = {award.id for award in contract.awards if award.payees or award.deposit_share is not None}
    return lambda cell: not (cell.startswith("money ") and cell.split(" ")[1] in by_cadres)


def _standing_out(judged: JudgedColumns) -> Iterator[nw.Expr]:
    """Tests of the judged frame, each for one reason."""
    layout = judged.layout
    for hit in layout.hits:
        if hit.veto:
            yield nw.col(hit.times) > 0
    for item in layout.items:
        if isinstance(item.scored, str):
            there = nw.col(item.there) if isinstance(item.there, str) else nw.lit(True)
            yield there & ~nw.col(item.scored)
    for bound in sorted(set(_score_bounds(judged.contract))):
        for column, scale in ((layout.score, layout.scale), (layout.final, layout.final_scale)):
            if (bound * scale).denominator == 1:
                yield nw.col(column) == int(bound * scale)


def _conditions(contract: Contract) -> Iterator[Condition]:
    """Those that verdicts hang on, and their parts; what is paid is compared only where everybody is there."""
    for stand in conditions(contract):
        if stand.stage not in (Stage.SCORING, Stage.MONEY):
            yield from _parts(stand.condition)


def _parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case AllOf(all=terms) | AnyOf(any=terms):
            for term in terms:
                yield from _parts(term)
        case Not(not_=term) | Linked(is_=term) | Children(is_=term):
            yield from _parts(term)
        case _:
            pass


def _score_bounds(contract: Contract) -> Iterator[Fraction]:
    for condition in _conditions(contract):
        if isinstance(condition, ScoreIs):
            yield from (bound for bound in (condition.score.low, condition.score.high) if bound is not None)


def _alone(contract: Contract, contracts: Sequence[Contract]) -> Comparable:
    """Cells that mean the same for somebody without their peers."""
    named = {one.contract: one for one in contracts}
    among_peers = _among_peers(contract, named)
    # A grade is looked at only of others, and a quota makes it depend on their peers.
    asked = [condition for one in contracts for condition in _conditions(one)]
    by_rank = any(isinstance(condition, RankIs | Climbed | GradeIs) for condition in asked)
    below = any(isinstance(condition, Children) for condition in asked)
    if (contract.posts or below) and any(_among_peers(one, named) for one in contracts):
        by_rank = True

    def comparable(cell: str) -> bool:
        kind, _, rest = cell.partition(" ")
        match kind:
            case "item" | "met":
                return rest.rpartition(" ")[0] not in among_peers
            case "score" | "section" | "sheet":
                return not among_peers and not (contract.posts and by_rank)
            case "final" | "entered" | "veto" | "warning":
                return not among_peers and not by_rank
            case _:
                return False

    return comparable


def _among_peers(contract: Contract, contracts: Mapping[str, Contract]) -> set[str]:
    """The items that look at the peers, or are made of scores that do; those stand before them."""
    found: set[str] = set()
    for item in contract.item_by_id.values():
        made = {
            one.id
            for one in contract.indicators
            if one.scores is not None
            and (found.intersection(contract.items_behind(one.scores)) or _total_looks(one.scores.contract, contracts))
        }
        if item.spread is Spread.PEERS or _compares(item, made) or _asks(item, found | made):
            found.add(item.id)
    return found


def _total_looks(name: str | None, contracts: Mapping[str, Contract]) -> bool:
    return name is not None and bool(_among_peers(contracts[name], contracts))


def _asks(measured: Measured, among: Collection[str]) -> bool:
    """Whether a condition inside the scoring looks at one of those items or indicators."""
    asked = (condition for part in parts_of(measured) if part.when is not None for condition in _parts(part.when))
    names = {getattr(condition, key, None) for condition in asked for key in ("item", "item_met", "value")}
    return bool(names.intersection(among)) or any(_asks(part, among) for part in parts_of(measured))


def _compares(measured: Measured, made: Collection[str]) -> bool:
    """Whether the method looks at the peers, or reads an indicator that does."""
    if measured.indicator in made:
        return True
    match measured.scoring:
        case Rank() | Relative() | Brackets(to=Reference()):
            return True
        case _:
            return any(_compares(part, made) for part in parts_of(measured))


def _below(parties: set[str], year: YearColumns, backend: Backend) -> set[str]:
    """Everybody below these parties, however far."""
    found, above = set[str](), parties
    while year.parents is not None and above:
        rows = year.parents.filter(nw.col("parent").is_in(sorted(above))).select("child")
        above = set(backend.take(rows)["child"]) - parties - found
        found |= above
    return found


def _leagues_of_parents(judged: Sequence[JudgedColumns], year: YearColumns, backend: Backend) -> set[str]:
    """The groups in which somebody has children, where that matters."""
    if year.parents is None or not any(looks_below(one.contract) for one in judged):
        return set()
    parents, leagues = year.parents.select(subject=nw.col("parent")), set[str]()
    for one in judged:
        if not one.contract.posts and one.contract.ranking.peers is Peers.GROUP:
            rows = one.frame.join(parents, on="subject", how="semi").select("league").unique()
            leagues |= set(backend.take(rows)["league"])
    return leagues


def _parties_of(cadres: set[str], year: YearColumns, backend: Backend) -> set[str]:
    if year.assignments is None or not cadres:
        return set()
    rows = year.assignments.filter(nw.col("cadre").is_in(sorted(cadres))).select("party")
    return set(backend.take(rows)["party"])


def _answering_only_for(parties: set[str], year: YearColumns, backend: Backend) -> set[str]:
    if year.assignments is None or not parties:
        return set()
    inside = nw.col("party").is_in(sorted(parties))
    ours: Frame = year.assignments.filter(inside).select("cadre")
    others = year.assignments.join(ours, on="cadre", how="semi").filter(~inside).select("cadre")
    return set(backend.take(ours)["cadre"]) - set(backend.take(others)["cadre"])
