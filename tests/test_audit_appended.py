"""A forger who only appends breaks no link: what no command of ours enters is found by its shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from audit_towns import chained
from test_audit import assessed, kinds, ledger, record
from test_settlement import MARKS, agreed, entered, sealed
from test_settlement import town as marked

from engine import inference
from engine.assess import assess
from engine.audit.chain import prove
from engine.audit.entitlement import entitlements
from engine.audit.finding import Kind
from engine.audit.reconcile import unposted
from engine.audit.settled import RunRecord
from engine.vouchers import Sealed, deposits, settlement
from targets.ledger import Account, AccountKind, Entry, EntryKind, Posting

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

DAY = date(2027, 6, 1)
CASH, AWARDS = Account(AccountKind.CASH), Account(AccountKind.AWARDS)


def pays(amount_fen: int) -> tuple[Posting, Posting]:
    return Posting(AWARDS, amount_fen), Posting(CASH, -amount_fen, "award", "G01")


@pytest.mark.parametrize(
    "forged",
    [
        Entry(EntryKind.SEAL, DAY, "x", postings=pays(100_000_00)),
        Entry(EntryKind.SETTLED, DAY, "the run", note="0"),
        Entry(EntryKind.DEPOSIT, DAY, "", "x", "y", "G01", "2031", pays(50_000_00)),
    ],
    ids=["a seal that pays", "settled twice", "a deposit out of the awards"],
)
def test_what_is_only_appended_breaks_no_link_and_is_found(forged: Entry) -> None:
    """Chained as the database wants it: every hash that was written down before still stands."""
    run = assessed().run.name if forged.run == "the run" else forged.run
    whole = chained([*(one.entry for one in ledger()), replace(forged, run=run)])
    assert kinds(prove(whole, [record()], ledger()[-1].hash))[:1] == [(Kind.EDITED, str(len(whole)))]


@pytest.mark.parametrize("said", ["0", "17", "", "all"])
def test_a_settlement_that_is_only_said_to_be_done(said: str) -> None:
    """Sealed, and then nothing but the end of a settlement: it would keep the real one from being entered."""
    sealed = [one.entry for one in ledger() if one.entry.kind in (EntryKind.DEPOSIT, EntryKind.SEAL)]
    whole = chained([*sealed, Entry(EntryKind.SETTLED, DAY, assessed().run.name, note=said)])
    assert kinds(prove(whole, [record()])) == [(Kind.EDITED, str(len(whole)))]


def test_a_settlement_of_nothing_in_the_right_number() -> None:
    """Whoever knows how many vouchers it should be may write that; what they would carry out is in no voucher."""
    end = next(one.entry for one in ledger() if one.entry.kind is EntryKind.SETTLED)
    sealed = [one.entry for one in ledger() if one.entry.kind in (EntryKind.DEPOSIT, EntryKind.SEAL)]
    whole = chained([*sealed, end])
    assert prove(whole, [record()]) == ()
    missing = unposted(entitlements(assessed()), whole, [assessed().run.name])
    assert {one.kind for one in missing} == {Kind.NOT_IN_LEDGER}
    assert sum(one.entitled_fen for one in missing) == sum(
        -line.amount_fen
        for one in ledger()
        if one.entry.kind is EntryKind.DUE
        for line in one.entry.postings
        if line.due not in ("", "forfeit")
    )


@pytest.mark.parametrize(("clause", "year"), [("none of theirs", "2026"), ("leader_pay", "next")])
def test_a_deposit_of_no_clause_or_no_year(clause: str, year: str) -> None:
    lines = Posting(CASH, 100_00, payee="G001"), Posting(Account(AccountKind.DEPOSIT, "G001"), -100_00)
    forged = Entry(EntryKind.DEPOSIT, ledger()[0].entry.day, "", "town/cadre", clause, "G001", year, lines)
    whole = chained([forged, *(one.entry for one in ledger())])
    assert kinds(prove(whole, [record()])) == [(Kind.EDITED, "1")]


TOOK = Posting(CASH, -100_00, payee="G001"), Posting(Account(AccountKind.DEPOSIT, "G001"), 100_00)
BOTH_OURS = Posting(CASH, -100_00, payee="G001"), Posting(Account(AccountKind.PAY), 100_00)


@pytest.mark.parametrize(
    "forged",
    [
        Entry(EntryKind.DEPOSIT, DAY, "", "none", "y", "G001", "1999", TOOK),
        Entry(EntryKind.DEPOSIT, DAY, "", "none", "y", "G001", "1999", BOTH_OURS),
        Entry(EntryKind.DEPOSIT, DAY, "", "none", "y", "G001", "2026"),
        Entry(EntryKind.DUE, DAY, "the run", "none", "y", "G001"),
        Entry(EntryKind.SEAL, DAY, note="x"),
    ],
    ids=[
        "more back than paid in",
        "no deposit at all",
        "a deposit of nothing",
        "a due of nothing",
        "a seal of nothing",
    ],
)
def test_what_no_command_enters(forged: Entry) -> None:
    run = assessed().run.name if forged.run == "the run" else forged.run
    whole = chained([*(one.entry for one in ledger()), replace(forged, run=run)])
    assert kinds(prove(whole, [record()], ledger()[-1].hash)) == [(Kind.EDITED, str(len(whole)))]


def test_a_refund_of_what_was_never_paid_in() -> None:
    """The oldest fraud there is: the deposit left out, or called that of another year, and all behind it chained anew."""
    entries = [one.entry for one in ledger()]
    [first, *_] = [one for one in entries if one.kind is EntryKind.DEPOSIT]
    for changed in ([], [replace(first, note="2025")]):
        whole = chained([*changed, *(one for one in entries if one is not first)])
        assert kinds(prove(whole, [record()])) == [(Kind.EDITED, str(len(whole)))]


def test_a_seal_of_a_run_that_was_never_sealed() -> None:
    draft = replace(record(), sealed=False)
    deposits = [one.entry for one in ledger() if one.entry.kind in (EntryKind.DEPOSIT, EntryKind.SEAL)]
    assert kinds(prove(chained(deposits), [draft])) == [(Kind.NOT_SEALED, draft.name)]


def test_a_correction_may_ask_for_another_deposit_after_the_settlement() -> None:
    """A change of post found late: a yuan is given back, and the corrected run will refund the rest."""
    paid = next(one.entry for one in ledger() if one.entry.kind is EntryKind.DEPOSIT)
    lines = Posting(CASH, -100, payee=paid.subject), Posting(Account(AccountKind.DEPOSIT, paid.subject), 100)
    back = replace(paid, day=DAY, postings=lines)
    assert prove(chained([*(one.entry for one in ledger()), back]), [record()]) == ()


def test_a_run_that_is_settled_after_the_one_that_supersedes_it() -> None:
    """Both were paid out: of the two settlements the later one is the wrong one, not the correction."""
    first, corrected = "r" * 64, "c" * 64
    dues = assess(agreed(), marked(**MARKS)).dues
    better = assess(agreed(), marked(**MARKS | {"g2": 90})).dues
    whole = entered((), [*deposits(agreed(), marked(**MARKS), (), DAY), sealed(first), sealed(corrected)])
    whole = entered(whole, settlement(Sealed(corrected, 2026, better, frozenset({first})), whole, DAY))
    whole = entered(whole, settlement(Sealed(first, 2026, dues, elsewhere=frozenset({corrected})), whole, DAY))
    records = [
        RunRecord(first, 2026, sealed=True, dues=dues),
        RunRecord(corrected, 2026, sealed=True, supersedes=first, dues=better),
    ]
    assert kinds(prove(whole, records)) == [(Kind.NOT_SEALED, first)]
