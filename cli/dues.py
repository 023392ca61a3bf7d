"""What everybody is due, as rows of text: refunds, rewards, awards, and what is forfeited or withheld. In yuan, to the fen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cli.language import Speech
from rules.quantity import show_money

if TYPE_CHECKING:
    from engine.assess import Assessment
    from engine.decide import Judged
    from engine.settle.due import Due
    from rules.contract import Contract

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
    names = _people(assessment)
    for judged in assessment.judged:
        clauses = clause_names(speech, judged.contract)
        for due in _of(assessment, judged):
            yield (
                judged.contract.contract, due.subject, names[due.subject], clauses[due.clause], speech(KINDS[due.kind]),
                _payee(due, names, clauses), show_money(due.amount_fen),
            )  # fmt: skip


def _of(assessment: Assessment, judged: Judged) -> list[Due]:
    """The contract's dues in the order in which a finance office reads: person by person."""
    own = [due for due in assessment.dues if due.contract == judged.contract.contract and due.amount_fen]
    return sorted(own, key=lambda due: due.subject)


def _people(assessment: Assessment) -> dict[str, str]:
    records = assessment.snapshot.records
    names = {cadre.code: cadre.name for cadre in records.cadres} | {party.code: party.name for party in records.parties}
    return names | {verdict.subject.code: verdict.subject.name for verdict in assessment.verdicts()}


def _payee(due: Due, names: Mapping[str, str], clauses: Mapping[str, str]) -> str:
    if due.payee in names:
        return names[due.payee]
    return clauses.get(due.payee, due.payee)


def clause_names(speech: Speech, contract: Contract) -> dict[str, str]:
    """What the contract calls its deposits, awards and accounts."""
    accounts = {account.id: speech.name(account) for account in contract.accounts}
    return accounts | {clause.id: speech.name(clause) for clause in (*contract.deposits, *contract.awards)}


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
