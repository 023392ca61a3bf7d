"""A forger who only appends breaks no link: what no command of ours enters is found by its shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from audit_towns import chained
from test_audit import assessed, kinds, ledger, record

from engine import inference
from engine.audit.chain import prove
from engine.audit.finding import Kind
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


def test_a_correction_may_ask_for_another_deposit_after_the_settlement() -> None:
    """A change of post found late: a yuan is given back, and the corrected run will refund the rest."""
    paid = next(one.entry for one in ledger() if one.entry.kind is EntryKind.DEPOSIT)
    lines = Posting(CASH, -100, payee=paid.subject), Posting(Account(AccountKind.DEPOSIT, paid.subject), 100)
    back = replace(paid, day=DAY, postings=lines)
    assert prove(chained([*(one.entry for one in ledger()), back]), [record()]) == ()
