"""One contract's deposits and awards, compiled after its verdicts."""

from __future__ import annotations

from engine.columnar.money.awards import awards
from engine.columnar.money.claims import claims
from engine.columnar.money.deposits import deposits
from engine.columnar.money.layout import MoneyColumns, MoneyLayout
from engine.columnar.money.people import People
from engine.columnar.scribe import Scribe
from engine.columnar.verdicts import VerdictColumns


def amounts(scribe: Scribe, verdicts: VerdictColumns, people: People) -> MoneyLayout:
    """What everybody's verdict comes to, as columns of the plan."""
    looked_at, into = claims(scribe, verdicts, people), MoneyColumns()
    deposits(looked_at, into)
    awards(looked_at, into)
    return into.laid_out(looked_at.cancelled)
