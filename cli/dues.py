"""What everybody is due, as rows of text: refunds, rewards, awards, and what is forfeited or withheld. In yuan, to the fen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cli.language import Speech
from cli.names import Names, names_of
from rules.quantity import show_money

if TYPE_CHECKING:
    from engine.assess import Assessment
    from engine.decide import Judged
    from engine.settle.due import Due

N_ = str
COLUMNS = (
    N_("contract"), N_("code"), N_("name"), N_("what for"), N_("kind of amount"), N_("payee"), N_("amount"),
)  # fmt: skip
# By the word that both evaluators have for it.
KINDS: Mapping[str, str] = {
    "refund": N_("refund"), "reward": N_("reward"), "forfeit": N_("forfeited"), "award": N_("award"),
    "withheld": N_("withheld"), "paid_in": N_("paid in"), "advance": N_("had in advance"),
}  # fmt: skip


def due_rows(speech: Speech, assessment: Assessment) -> Iterator[tuple[str, ...]]:
    """All amounts other than 0, by contract, subject and clause."""
    names = names_of(speech, [judged.contract for judged in assessment.judged], assessment.snapshot.records)
    for judged in assessment.judged:
        for due in _of(assessment, judged):
            yield (
                due.contract, due.subject, names.person(due.subject), names.clause(due.contract, due.clause),
                speech(KINDS[due.kind]), _payee(due, names), show_money(due.amount_fen),
            )  # fmt: skip


def _of(assessment: Assessment, judged: Judged) -> list[Due]:
    """The contract's dues in the order in which a finance office reads: person by person."""
    own = [due for due in assessment.dues if due.contract == judged.contract.contract and due.amount_fen]
    return sorted(own, key=lambda due: due.subject)


def _payee(due: Due, names: Names) -> str:
    return names.account(due.payee) if due.kind == "forfeit" else names.person(due.payee)


def as_json(dues: Sequence[Due]) -> list[dict[str, object]]:
    """The same in every language; amounts in whole fen."""
    return [
        {
            "contract": due.contract, "subject": due.subject, "clause": due.clause, "due": due.kind.value,
            "payee": due.payee, "amount_fen": due.amount_fen,
        }
        for due in dues
        if due.amount_fen
    ]  # fmt: skip
