"""Small towns for the audit's tests: drawn from a seed, assessed once, settled into a ledger, paid out in every clean form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from random import Random

from cli.payouts import payouts
from engine.assess import Assessment, assess
from engine.audit.entitlement import PAID, Entitled, entitlements
from engine.audit.settled import RunRecord
from engine.settle.due import Due
from rules.contract import Contract
from rules.diagnostic import Span
from rules.load import parse_contract
from rules.money import DueKind
from rules.period import parse_period
from targets.cadre import Assignment, Cadre, Tenure
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting, Voucher, hash_of
from targets.observation import Incident, IncidentState, Observation
from targets.party import Party
from targets.payout import PayoutLine
from targets.snapshot import Records, Snapshot

YEAR = 2026
DAY = date(2027, 1, 20)
NOON = datetime(2027, 1, 20, 12, tzinfo=UTC)
RESULT_HASH = "5" * 64

VILLAGES = """\
contract: town/village
title: 村级责任状
version: 1
year: 2026
assesses: [village]
roles: [lead]
indicators:
  - {{id: mark, name: 评分, kind: mark}}
sections:
  - id: work
    name: 工作
    items:
      - {{id: result, name: 实绩, points: 100, indicator: mark, scoring: {{method: mark}}}}
incidents:
  - {{id: fraud, name: 弄虚作假}}
vetoes:
  - {{id: fraud, name: 弄虚作假否决, when: {{incident: fraud}}, reach: {{linked: all}},
     effects: {{cap_grade: plain, cancel_awards: true, forfeit_deposit: 100%}}}}
grades:
  - {{id: excellent, name: 优秀, when: {{score: {{at_least: 90}}}}}}
  - {{id: good, name: 良好, when: {{score: {{at_least: 80}}}}}}
  - {{id: plain, name: 一般}}
awards:
  - {{id: grade_award, name: 等次奖, by_grade: {{excellent: {excellent}, good: {good}}},
     payees: [{{post: secretary, share: 40%}}, {{post: director, share: 25%}}]}}
  - {{id: prize, name: 名次奖, by_rank: [{{slots: 1, amount: {first}}}, {{slots: 1, amount: {second}}}]}}
  - {{id: pool, name: 总额奖, pool: {pool}}}
"""

CADRES = """\
contract: town/cadre
title: 干部责任状
version: 1
year: 2026
posts:
  - {{id: secretary, name: 书记}}
  - {{id: director, name: 主任}}
  - {{id: clerk, name: 文书}}
accounts:
  - {{id: fund, name: 专项经费}}
indicators:
  - {{id: own, name: 个人评分, kind: mark}}
sections:
  - id: personal
    name: 个人
    items:
      - {{id: duty, name: 履职, points: 100, indicator: own, scoring: {{method: mark}}}}
incidents:
  - {{id: lie, name: 谎报}}
  - {{id: late, name: 迟报}}
vetoes:
  - {{id: lie, name: 谎报否决, when: {{incident: lie}}, effects: {{cancel_awards: true, forfeit_deposit: 60%}}}}
warnings:
  - {{id: late, name: 迟报警告, when: {{incident: late}}, effects: {{lower_prize: 1}}}}
grades:
  - {{id: excellent, name: 优秀, when: {{score: {{at_least: 90}}}}}}
  - {{id: good, name: 良好, when: {{score: {{at_least: 75}}}}}}
  - {{id: plain, name: 一般}}
deposits:
  - id: deposit
    name: 风险抵押金
    posts: [secretary, director]
    amount: {deposit}
    basis: deposit
    outcomes:
      - {{id: best, name: 全退加奖, when: {{score: {{at_least: 90}}}}, refund: 100%, reward_times: 1}}
      - {{id: whole, name: 全退, when: {{score: {{at_least: 75}}}}, refund: 100%}}
      - {{id: most, name: 退七成, when: {{score: {{at_least: 60}}}}, refund: 70%, forfeit_to: fund}}
      - {{id: none, name: 不退, refund: 0%, forfeit_to: fund}}
awards:
  - {{id: own_award, name: 个人等次奖, by_grade: {{excellent: {own_excellent}, good: {own_good}, plain: {own_plain}}}}}
  - {{id: duty_award, name: 履职奖, posts: [secretary, clerk], fixed: {fixed}, paid_in: {paid_in}}}
"""

SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", ("建国", "秀英", "志强", "丽华", "海涛", "玉兰", "文斌", "晓梅")


@dataclass(frozen=True)
class Town:
    """A year of a town, with all that an audit holds against each other."""

    texts: tuple[str, ...]
    contracts: tuple[Contract, ...]
    assessment: Assessment
    entitled: Entitled
    vouchers: tuple[Voucher, ...]

    @property
    def run(self) -> str:
        return self.assessment.run.name

    @property
    def record(self) -> RunRecord:
        return RunRecord(
            self.run, self.assessment.run.year, sealed=True, result_hash=RESULT_HASH, dues=self.assessment.dues
        )

    @property
    def paid(self) -> tuple[Due, ...]:
        """What a list has to pay."""
        return tuple(due for due in self.assessment.dues if due.kind in PAID and due.amount_fen)

    def line(self, code: str, amount_fen: int, purpose: str = "") -> PayoutLine:
        return PayoutLine(Span("list.csv", line=2), code, self.entitled.names.get(code, ""), amount_fen, purpose)


@cache
def town(seed: int) -> Town:
    dice = Random(seed)
    texts = (VILLAGES.format(**_village_amounts(dice)), CADRES.format(**_cadre_amounts(dice)))
    contracts = tuple(parse_contract(f"{n}.yaml", text).contract for n, text in enumerate(texts))
    snapshot = Snapshot(YEAR, _records(dice))
    assessment = assess(contracts, snapshot)
    return Town(texts, contracts, assessment, entitlements(assessment), chained(settlement(assessment)))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}元"


def _distinct(dice: Random, *ranges: tuple[int, int]) -> list[int]:
    return [dice.randrange(low, high) * 10 + dice.randrange(1, 10) for low, high in ranges]


def _village_amounts(dice: Random) -> dict[str, str]:
    names = ("excellent", "good", "first", "second", "pool")
    ranges = ((80_000, 99_000), (40_000, 60_000), (50_000, 70_000), (20_000, 40_000), (100_000, 300_000))
    return {name: _yuan(fen) for name, fen in zip(names, _distinct(dice, *ranges), strict=True)}


def _cadre_amounts(dice: Random) -> dict[str, str]:
    names = ("deposit", "own_excellent", "own_good", "own_plain", "fixed", "paid_in")
    ranges = ((15_000, 25_000), (9_000, 12_000), (5_000, 7_000), (1_000, 3_000), (3_000, 4_500), (500, 900))
    return {name: _yuan(fen) for name, fen in zip(names, _distinct(dice, *ranges), strict=True)}


def _records(dice: Random) -> Records:
    """Six villages with a secretary, a director and a clerk each; two people have one name; some did wrong."""
    villages = [Party(f"8999011012{n:02d}", f"示例{'甲乙丙丁戊己'[n]}村", "village") for n in range(6)]
    names = [f"{surname}{given}" for surname in SURNAMES for given in GIVEN]
    dice.shuffle(names)
    codes = [f"G{n:03d}" for n in range(1, 19)]
    cadres = [Cadre(code, name) for code, name in zip(codes, names, strict=False)]
    cadres[17] = Cadre("G018", cadres[2].name)
    first = date(YEAR, 1, 1)
    posts = ("secretary", "director", "clerk")
    tenures = [Tenure(code, posts[n % 3], villages[n // 3].code, first) for n, code in enumerate(codes)]
    assignments = [Assignment(code, villages[n // 3].code, "lead", first) for n, code in enumerate(codes)]
    # Two cadres of other offices, whom no contract assesses.
    cadres += [Cadre("G901", "外单位甲"), Cadre("G902", "外单位乙")]
    year = parse_period(str(YEAR))

    def observed(code: str, indicator: str, low: int) -> Observation:
        return Observation(code, indicator, year, dice.randrange(low * 10, 1000), 10)

    observations = [observed(one.code, "mark", 60) for one in villages]
    observations += [observed(code, "own", 50) for code in codes]
    # Every outcome is met in every town.
    fixed_marks = {codes[0]: 950, codes[3]: 800, codes[4]: 650, codes[6]: 550, codes[7]: 940, codes[10]: 660}
    observations = [
        replace(one, numerator=fixed_marks[one.subject]) if one.subject in fixed_marks else one for one in observations
    ]
    wrongs = [(codes[7], "lie"), (codes[1], "lie"), (codes[6], "late"), (villages[5].code, "fraud")]
    day = date(YEAR, 5, 1)
    incidents = tuple(
        Incident(f"i{n}", code, kind, day, day, IncidentState.SUBSTANTIATED, "卷宗")
        for n, (code, kind) in enumerate(wrongs)
    )
    return Records(
        parties=tuple(villages), cadres=tuple(cadres), tenures=tuple(tenures), assignments=tuple(assignments),
        observations=tuple(observations), incidents=incidents,
    )  # fmt: skip


# --- the ledger ---


def settlement(assessment: Assessment, note: str = RESULT_HASH) -> list[Entry]:
    """Deposits paid in, the seal, a voucher for each clause and subject, the end: as docs/decisions/0011-ledger.md has it."""
    run, dues = assessment.run.name, assessment.dues
    by_clause: dict[tuple[str, str, str], list[Due]] = defaultdict(list)
    for due in dues:
        if due.amount_fen and due.kind is not DueKind.WITHHELD:
            by_clause[due.contract, due.clause, due.subject].append(due)
    entries = [
        Entry(EntryKind.DEPOSIT, DAY, "", *key, str(assessment.run.year), _paid_in(key[2], held_fen))
        for key, some in by_clause.items()
        if (held_fen := sum(one.amount_fen for one in some if one.kind in (DueKind.REFUND, DueKind.FORFEIT)))
    ]
    entries.append(Entry(EntryKind.SEAL, DAY, run, note=note))
    for key, some in by_clause.items():
        postings = tuple(posting for due in some for posting in _postings(due))
        entries.append(Entry(EntryKind.DUE, DAY, run, *key, postings=postings))
    return [*entries, Entry(EntryKind.SETTLED, DAY, run, note=str(len(by_clause)))]


def _paid_in(cadre: str, amount_fen: int) -> tuple[Posting, ...]:
    return Posting(Account(AccountKind.CASH), amount_fen), Posting(Account(AccountKind.DEPOSIT, cadre), -amount_fen)


def _postings(due: Due) -> tuple[Posting, Posting]:
    """Debit, then the side that reaches the payee."""
    cash, awards = Account(AccountKind.CASH), Account(AccountKind.AWARDS)
    deposit = Account(AccountKind.DEPOSIT, due.subject)
    source, target = {
        DueKind.REFUND: (deposit, cash),
        DueKind.FORFEIT: (deposit, Account(AccountKind.FUND, due.payee)),
        DueKind.REWARD: (awards, cash),
        DueKind.AWARD: (awards, cash),
        DueKind.PAID_IN: (awards, cash),
        DueKind.ADVANCE: (Account(AccountKind.ADVANCES), cash),
    }[due.kind]
    return Posting(source, due.amount_fen), Posting(target, -due.amount_fen, str(due.kind), due.payee)


def chained(entries: Iterable[Entry]) -> tuple[Voucher, ...]:
    """As the store numbers and links them."""
    vouchers: list[Voucher] = []
    before = ""
    for number, entry in enumerate(entries, 1):
        digest = hash_of(number, entry, NOON, "", before)
        vouchers.append(Voucher(number, entry, NOON, "", before, digest))
        before = digest
    return tuple(vouchers)


# --- payout lists ---

Shape = Callable[[Due], tuple[str, ...]]
SHAPES: dict[str, Shape] = {
    "one sum": lambda _: (),
    "a line per kind": lambda due: (str(due.kind),),
    "a line per clause": lambda due: (due.contract, due.clause, due.subject),
    "a line per due": lambda due: (due.contract, due.clause, due.subject, str(due.kind)),
}


AS_WE_LIST_IT = "as `settle --out` lists it"
SHAPES[AS_WE_LIST_IT] = lambda due: (str(due.kind),)


def paid_out(town: Town, dues: Sequence[Due], shape: str, dice: Random) -> list[PayoutLine]:
    """The list of a careful office: those owed nothing on balance are not on it; lines in any order."""
    balance: dict[str, int] = defaultdict(int)
    for due in dues:
        balance[due.payee] += due.amount_fen
    if shape == AS_WE_LIST_IT:
        lines = [town.line(*line) for line in _as_we_list_it(town, dues)]
        dice.shuffle(lines)
        return [replace(line, place=Span("list.csv", line=n)) for n, line in enumerate(lines, 2)]
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for due in dues:
        if balance[due.payee] > 0:
            sums[(due.payee, *SHAPES[shape](due))] += due.amount_fen
    lines = [town.line(key[0], amount_fen, "·".join(key[1:])) for key, amount_fen in sums.items() if amount_fen]
    dice.shuffle(lines)
    return [replace(line, place=Span("list.csv", line=n)) for n, line in enumerate(lines, 2)]


def _as_we_list_it(town: Town, dues: Sequence[Due]) -> Iterator[tuple[str, int, str]]:
    """What was paid in comes off the award first, then off reward and refund."""
    entries = [
        Entry(EntryKind.DUE, DAY, town.run, due.contract, due.clause, due.subject, postings=_postings(due))
        for due in dues
    ]
    for payout in payouts(chained(entries)):
        for kind, amount_fen in payout.payments() if payout.total_fen > 0 else ():
            yield payout.payee, amount_fen, kind
