"""From dues to the ledger: paid in, settled once, corrected by the difference; and a second opinion that shares no code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from auditor import Auditor, Line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from strategies import cadre_contracts, contracts, snapshots

from engine import inference
from engine.assess import Assessment, assess
from engine.score.derivation import Step, StepKind
from engine.settle.due import Due
from engine.vouchers import Sealed, deposits, settlement
from rules.contract import Contract
from rules.diagnostic import Refused, say
from rules.load import parse_contract
from rules.money import DueKind
from targets.cadre import Cadre, Tenure
from targets.ledger import (
    Account,
    AccountKind,
    Entry,
    EntryKind,
    Posting,
    Voucher,
    balances,
    chain_faults,
    deposits_held,
    hash_of,
)
from targets.observation import Observation
from targets.party import Party
from targets.snapshot import Records, Snapshot

DAY = date(2027, 2, 1)
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
RUN, CORRECTED = "r" * 64, "c" * 64
needs_interpreter = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

CONTRACT = """\
contract: town/cadre
title: 干部责任状
version: 1
year: 2026
posts:
  - {id: secretary, name: 支部书记}
accounts: [{id: work_fund, name: 工作经费}]
indicators:
  - {id: work, name: 工作, kind: mark, unit: 分}
sections:
  - {id: work, name: 工作, items: [{id: work, name: 工作, points: 100, indicator: work, scoring: {method: mark}}]}
grades: [{id: all, name: 全部}]
deposits:
  - id: pledge
    name: 风险抵押金
    posts: [secretary]
    amount: ¥2,000
    basis: deposit
    outcomes:
      - {id: met, name: 完成, when: {score: {at_least: 90}}, refund: 100%, reward_times: 1}
      - {id: half, name: 基本完成, when: {score: {at_least: 60}}, refund: 50%, forfeit_to: work_fund}
      - {id: rest, name: 未完成, refund: 0%, forfeit_to: work_fund}
awards:
  - {id: points, name: 计分奖, per_point: ¥10, above: 80}
"""
MARKS = {"g1": 95, "g2": 70, "g3": 40}
"""
g1: 2,000 back and 2,000 on top; 15 points above 80 at 10 yuan: 150.   g2: 1,000 back, 1,000 forfeited.   g3: 2,000 forfeited.
Cash: + 6,000 paid in - 4,150 - 1,000 = 850. Awards spent: 2,150. Work fund: 3,000. Deposits: nothing left.
"""


def town(year: int = 2026, **marks: int) -> Snapshot:
    return Snapshot(year, Records(
        parties=(Party("v1", "甲村", "village"),),
        cadres=tuple(Cadre(code, code) for code in marks),
        tenures=tuple(Tenure(code, "secretary", "v1", date(2025, 1, 1)) for code in marks),
        observations=tuple(Observation(code, "work", Snapshot(year, Records()).whole_year, mark, 1) for code, mark in marks.items()),
    ))  # fmt: skip


def agreed() -> list[Contract]:
    return [parse_contract("cadre.yaml", CONTRACT).contract]


def entered(known: Sequence[Voucher], entries: Sequence[Entry]) -> tuple[Voucher, ...]:
    """As the ledger has them once they are entered."""
    vouchers = list(known)
    for entry in entries:
        number, before = len(vouchers) + 1, vouchers[-1].hash if vouchers else ""
        vouchers.append(Voucher(number, entry, NOON, "", before, hash_of(number, entry, NOON, "", before)))
    return tuple(vouchers)


def sealed(run: str = RUN) -> Entry:
    return Entry(EntryKind.SEAL, DAY, run)


def amounts(vouchers: Sequence[Voucher]) -> dict[str, int]:
    return {str(account): amount_fen for account, amount_fen in balances(vouchers).items()}


@needs_interpreter
def test_a_town_of_three_by_hand() -> None:
    ledger = entered((), deposits(agreed(), town(**MARKS), (), DAY))
    assert amounts(ledger) == {
        "cash": 6_000_00,
        "deposit:g1": -2_000_00,
        "deposit:g2": -2_000_00,
        "deposit:g3": -2_000_00,
    }

    run = Sealed(RUN, 2026, assess(agreed(), town(**MARKS)).dues)
    ledger = entered(ledger, [sealed()])
    ledger = entered(ledger, settlement(run, ledger, DAY))
    assert amounts(ledger) == {
        "cash": 850_00, "deposit:g1": 0, "deposit:g2": 0, "deposit:g3": 0, "fund:work_fund": -3_000_00, "awards": 2_150_00,
    }  # fmt: skip
    assert [one.entry.kind for one in ledger].count(EntryKind.SETTLED) == 1
    assert list(chain_faults(ledger)) == []
    assert settlement(run, ledger, DAY) == ()  # twice is once
    assert deposits(agreed(), town(**MARKS), ledger, DAY) == ()


@needs_interpreter
def test_a_corrected_run_pays_just_the_difference() -> None:
    """g2's 70 was a slip of the pen for 90: 1,000 more comes back, 2,000 on top, 100 for ten points; the fund gives 1,000 up."""
    ledger = entered((), deposits(agreed(), town(**MARKS), (), DAY))
    first = Sealed(RUN, 2026, assess(agreed(), town(**MARKS)).dues)
    ledger = entered(ledger, [sealed()])
    ledger = entered(ledger, settlement(first, ledger, DAY))
    corrected = Sealed(CORRECTED, 2026, assess(agreed(), town(**MARKS | {"g2": 90})).dues, frozenset({RUN}))
    ledger = entered(ledger, [sealed(CORRECTED)])
    entries = settlement(corrected, ledger, DAY)
    moved = {
        (posting.due, posting.payee): -posting.amount_fen for e in entries for posting in e.postings if posting.payee
    }
    assert moved == {
        ("refund", "g2"): 1_000_00, ("reward", "g2"): 2_000_00, ("forfeit", "work_fund"): -1_000_00, ("award", "g2"): 100_00,
    }  # fmt: skip
    assert amounts(entered(ledger, entries))["fund:work_fund"] == -2_000_00


@needs_interpreter
def test_what_was_not_paid_in_is_not_paid_out() -> None:
    run = Sealed(RUN, 2026, assess(agreed(), town(**MARKS)).dues)
    paid = deposits(agreed(), town(**MARKS), (), DAY)
    ledger = entered((), [*paid[:2], sealed()])  # g3 has paid nothing in
    with pytest.raises(Refused) as refused:
        settlement(run, ledger, DAY)
    [fault] = refused.value.diagnostics
    assert (fault.code, str(fault.found)) == ("DX720", "¥0.00 held of g3 under town/cadre pledge")
    assert str(fault.expected) == "¥2,000.00, as the contract asks"


@needs_interpreter
def test_nothing_is_settled_without_a_seal() -> None:
    run = Sealed(RUN, 2026, assess(agreed(), town(**MARKS)).dues)
    ledger = entered((), deposits(agreed(), town(**MARKS), (), DAY))
    with pytest.raises(Refused, match="DX723"):
        settlement(run, ledger, DAY)


@needs_interpreter
def test_a_correction_sealed_meanwhile_is_the_one_to_settle() -> None:
    """Looked up while the first was the sealed one; when it came to enter, the correction had been sealed and settled."""
    ledger = entered((), [*deposits(agreed(), town(**MARKS), (), DAY), sealed(), sealed(CORRECTED)])
    corrected = Sealed(CORRECTED, 2026, assess(agreed(), town(**MARKS | {"g2": 90})).dues, frozenset({RUN}))
    ledger = entered(ledger, settlement(corrected, ledger, DAY))
    first = Sealed(RUN, 2026, assess(agreed(), town(**MARKS)).dues)
    with pytest.raises(Refused, match="DX723"):
        settlement(first, ledger, DAY)


@needs_interpreter
def test_who_is_assessed_no_more_gets_the_deposit_back() -> None:
    ledger = entered((), deposits(agreed(), town(**MARKS), (), DAY))
    [back] = deposits(agreed(), town(g1=95, g2=70), ledger, DAY)
    assert (back.subject, [posting.amount_fen for posting in back.postings]) == ("g3", [-2_000_00, 2_000_00])


@needs_interpreter
@pytest.mark.parametrize("renamed", [True, False])
def test_a_clause_that_is_no_longer_there_is_given_back(renamed: bool) -> None:
    """All three had paid in 2,000 from their cash; under the clause's new name they pay anew, without it nothing is held."""
    ledger = entered((), deposits(agreed(), town(**MARKS), (), DAY))
    text = CONTRACT.replace("id: pledge", "id: stake") if renamed else without_deposits()
    now = [parse_contract("cadre.yaml", text).contract]
    ledger = entered(ledger, deposits(now, town(**MARKS), ledger, DAY))
    held = {key: fen for key, fen in deposits_held(ledger, 2026).items() if fen}
    assert held == ({("town/cadre", "stake", code): 2_000_00 for code in MARKS} if renamed else {})
    run = Sealed(RUN, 2026, assess(now, town(**MARKS)).dues)
    ledger = entered(ledger, [sealed()])
    ledger = entered(ledger, settlement(run, ledger, DAY))
    assert all(fen == 0 for account, fen in amounts(ledger).items() if account.startswith("deposit"))


@needs_interpreter
def test_what_was_withheld_from_pay_goes_back_there() -> None:
    """Paid in cash; then the contract says it is withheld from pay, and 500 more of it; then none of it is asked any more."""
    ledger = entered((), deposits(agreed(), town(g1=95), (), DAY))
    more = CONTRACT.replace("amount: ¥2,000", "amount: ¥2,500").replace("basis: deposit", "basis: withheld_pay")
    ledger = entered(ledger, deposits([parse_contract("cadre.yaml", more).contract], town(g1=95), ledger, DAY))
    assert amounts(ledger) == {"cash": 2_000_00, "pay": 500_00, "deposit:g1": -2_500_00}
    ledger = entered(ledger, deposits(agreed(), town(g1=95), ledger, DAY))
    assert amounts(ledger) == {"cash": 2_000_00, "pay": 0, "deposit:g1": -2_000_00}
    ledger = entered(ledger, deposits(agreed(), town(g2=70), ledger, DAY))
    assert amounts(ledger) == {"cash": 2_000_00, "pay": 0, "deposit:g1": 0, "deposit:g2": -2_000_00}


def without_deposits() -> str:
    before, _, rest = CONTRACT.partition("deposits:")
    return before + "awards:" + rest.partition("awards:")[2]


@needs_interpreter
def test_a_ledger_that_only_says_it_is_settled() -> None:
    """A forged end: neither paid on top of it nor taken for done."""
    run = Sealed(RUN, 2026, assess(agreed(), town(**MARKS)).dues)
    ledger = entered(
        (), [*deposits(agreed(), town(**MARKS), (), DAY), sealed(), Entry(EntryKind.SETTLED, DAY, RUN, note="0")]
    )
    with pytest.raises(Refused, match="DX724"):
        settlement(run, ledger, DAY)


@needs_interpreter
def test_the_next_year_begins_before_this_one_is_settled() -> None:
    """2027's deposits are paid in at New Year, 2026 is settled in February, and 2027 a year later."""
    years = {2026: agreed(), 2027: [parse_contract("cadre.yaml", CONTRACT.replace("2026", "2027")).contract]}
    ledger: tuple[Voucher, ...] = ()
    for year, contract in years.items():
        ledger = entered(ledger, deposits(contract, town(year, **MARKS), ledger, DAY))
    assert amounts(ledger)["cash"] == 12_000_00
    for year, contract in years.items():
        elsewhere = frozenset(str(other) for other in years if other != year)
        run = Sealed(str(year), year, assess(contract, town(year, **MARKS)).dues, elsewhere=elsewhere)
        ledger = entered(ledger, [sealed(str(year))])
        ledger = entered(ledger, settlement(run, ledger, DAY))
    assert amounts(ledger) == {
        "cash": 1_700_00, "deposit:g1": 0, "deposit:g2": 0, "deposit:g3": 0, "fund:work_fund": -6_000_00, "awards": 4_300_00,
    }  # fmt: skip


# For any contract and data


@needs_interpreter
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_the_contract_and_the_year(data: st.DataObject) -> None:
    """Deposits in are refunds and forfeits, all accounts come to nothing together, and settled twice is settled once."""
    parties = data.draw(contracts())
    both = [parties, data.draw(cadre_contracts(parties))]
    snapshot = data.draw(snapshots(*both))
    assessment: Assessment = assess(both, snapshot)
    ledger = entered((), [*deposits(both, snapshot, (), DAY), sealed()])
    paid_in = -sum(fen for account, fen in balances(ledger).items() if account.kind is AccountKind.DEPOSIT)
    run = Sealed(RUN, snapshot.year, assessment.dues)
    ledger = entered(ledger, settlement(run, ledger, DAY))
    final = balances(ledger)
    assert sum(final.values()) == 0
    assert all(fen == 0 for account, fen in final.items() if account.kind is AccountKind.DEPOSIT)
    refunds = sum(due.amount_fen for due in assessment.dues if due.kind is DueKind.REFUND)
    forfeits = sum(due.amount_fen for due in assessment.dues if due.kind is DueKind.FORFEIT)
    assert paid_in == refunds + forfeits
    assert settlement(run, ledger, DAY) == ()
    assert list(chain_faults(ledger)) == []
    pools_come_out(assessment)


def pools_come_out(assessment: Assessment) -> None:
    """A pool is divided wholly in each league that has a score above 0, to the fen."""
    for judged in assessment.judged:
        leagues = {code: verdict.league for code, verdict in judged.verdicts.items()}
        for award in (award for award in judged.contract.awards if award.pool is not None):
            shares: dict[str, int] = defaultdict(int)
            for due in assessment.dues:
                mine = (due.contract, due.clause) == (judged.contract.contract, award.id)
                if mine and due.kind in (DueKind.AWARD, DueKind.WITHHELD):
                    shares[leagues[due.subject]] += due.amount_fen
            assert {fen for fen in shares.values() if fen} <= {award.pool}


# Any events in any order, against a model that shares no code

CADRES, CLAUSES = ("g1", "g2"), ("pledge", "pay")
NO_STEP = Step(StepKind.COMPUTED, say(""), say(""), say(""), Fraction(0), ())
fen = st.integers(1, 500_000)
clause_of_dues = st.fixed_dictionaries({
    "refund": st.integers(0, 300_000), "forfeit": st.integers(0, 300_000), "reward": st.sampled_from([0, 12_345]),
    "award": st.sampled_from([0, 100, 333]), "advance": st.sampled_from([0, -50]), "withheld": st.sampled_from([0, 77]),
})  # fmt: skip


class Town(RuleBasedStateMachine):
    """Deposits paid in and given back, runs sealed, settled, corrected; killed at any time and begun again."""

    @initialize()
    def begin(self) -> None:
        self.ledger: tuple[Voucher, ...] = ()
        self.auditor, self.runs, self.dues = Auditor(), list[str](), dict[str, dict[Line, int]]()

    @rule(cadre=st.sampled_from(CADRES), clause=st.sampled_from(CLAUSES), amount_fen=fen)
    def pay_in(self, cadre: str, clause: str, amount_fen: int) -> None:
        self._deposit(cadre, clause, amount_fen)

    @rule(cadre=st.sampled_from(CADRES), clause=st.sampled_from(CLAUSES))
    def give_back(self, cadre: str, clause: str) -> None:
        self._deposit(cadre, clause, -self.auditor.paid_in["town/cadre", clause, cadre])

    def _deposit(self, cadre: str, clause: str, amount_fen: int) -> None:
        postings = (
            Posting(Account(AccountKind.CASH), amount_fen, payee=cadre),
            Posting(Account(AccountKind.DEPOSIT, cadre), -amount_fen),
        )
        entry = Entry(EntryKind.DEPOSIT, DAY, "", "town/cadre", clause, cadre, "2026", postings)
        self.ledger = entered(self.ledger, [entry])
        self.auditor.pay_deposit("town/cadre", clause, cadre, amount_fen)

    @rule(
        parts=st.fixed_dictionaries(dict.fromkeys([(g, c) for g in CADRES for c in CLAUSES], clause_of_dues)),
        fitting=st.booleans(),
    )
    def seal(self, parts: dict[tuple[str, str], dict[str, int]], fitting: bool) -> None:
        """A run whose dues dispose of what was paid in, or of something else."""
        lines: dict[Line, int] = {}
        for (cadre, clause), kinds in parts.items():
            held = self.auditor.paid_in["town/cadre", clause, cadre]
            chosen = kinds | (
                {"refund": min(kinds["refund"], held), "forfeit": held - min(kinds["refund"], held)} if fitting else {}
            )
            for kind, amount_fen in chosen.items():
                payee = "work_fund" if kind == "forfeit" else cadre
                if amount_fen:
                    lines["town/cadre", clause, cadre, kind, payee] = amount_fen
        name = f"run-{len(self.runs)}"
        self.runs.append(name)
        self.dues[name] = lines
        self.ledger = entered(self.ledger, [sealed(name)])

    @precondition(lambda self: self.runs)
    @rule(killed_after=st.none() | st.integers(0, 5))
    def settle_last(self, killed_after: int | None) -> None:
        """Killed in the middle, nothing of it is in the ledger: the vouchers of a settlement are one transaction."""
        name = self.runs[-1]
        dues = [
            Due(line[0], line[2], line[1], DueKind(line[3]), line[4], amount, NO_STEP)
            for line, amount in self.dues[name].items()
        ]
        run = Sealed(name, 2026, dues, frozenset(self.runs[:-1]))
        done = any(one.entry.kind is EntryKind.SETTLED and one.entry.run == name for one in self.ledger)
        if not done and not self.auditor.may_settle(self.dues[name]):
            with pytest.raises(Refused, match="DX720"):
                settlement(run, self.ledger, DAY)
            return
        entries = settlement(run, self.ledger, DAY)
        assert done == (entries == ())
        if killed_after is None:
            self.ledger = entered(self.ledger, entries)
            if not done:
                self.auditor.settle(self.dues[name])

    @invariant()
    def the_ledger_says_what_the_auditor_says(self) -> None:
        accounts = balances(self.ledger)
        assert sum(accounts.values()) == 0
        assert list(chain_faults(self.ledger)) == []
        cash, held, funds = (
            -sum(amount for account, amount in accounts.items() if account.kind is kind)
            for kind in (AccountKind.CASH, AccountKind.DEPOSIT, AccountKind.FUND)
        )
        assert cash == sum(self.auditor.got.values())
        assert held == self.auditor.deposits_left()
        assert funds == sum(self.auditor.funds.values())
        assert accounts.get(Account(AccountKind.ADVANCES), 0) == self.auditor.advances


TestTown = Town.TestCase
TestTown.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def test_a_voucher_that_does_not_balance_is_never_entered() -> None:
    [entry] = deposits(agreed(), town(g1=95), (), DAY)
    lopsided = replace(entry, postings=entry.postings[:1])
    assert not lopsided.balanced
    assert [fault.value for _, fault in chain_faults(entered((), [lopsided]))] == ["unbalanced"]
