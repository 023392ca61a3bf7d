"""Money paid under a run that is not sealed yet: what it comes to may still be appealed against."""

from __future__ import annotations

from collections.abc import Sequence

from engine.audit.finding import Finding, Kind
from rules.diagnostic import Text, say
from targets.kept import KeptRun, RunState
from targets.payout import PayoutLine


def paid_too_early(kept: KeptRun, lines: Sequence[PayoutLine] | None) -> tuple[Finding, ...]:
    """One finding for the whole list, with all that it pays; none for a sealed run, or where nothing is paid."""
    paid_fen = sum(max(line.amount_fen, 0) for line in lines or ())
    if kept.sealed or not paid_fen:
        return ()
    told: Text
    if kept.state is RunState.DRAFT:
        told = say("the list pays what a draft comes to: it was not even published")
    else:
        told = say("the list pays what a published run comes to, before it was sealed")
    return (Finding(Kind.NOT_SEALED, kept.name, told, 0, paid_fen),)
