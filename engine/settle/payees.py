"""Of a party's award, what goes to the holders of posts; what is left stays with the party."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.allot.remainder import divided
from engine.score.derivation import Step
from engine.settle.court import Court
from engine.settle.due import Due, computed_fen
from engine.verdict import Verdict
from rules.diagnostic import Text, say
from rules.money import Award, DueKind, Payee
from rules.quantity import show_money, show_percent


def split(court: Court, award: Award, verdict: Verdict, amount_fen: int, step: Step) -> Iterator[Due]:
    """The award as dues: one to the subject, and one to each holder of a payee's post.

    A part that nobody is there to get is claimed all the same: it stays with the party, not for the payees after it.
    """
    left_fen, unclaimed_fen, code = amount_fen, amount_fen, verdict.subject.code
    parts: list[Due] = []
    for index, payee in enumerate(award.payees):
        holders = court.year.holders.get((payee.post, code), ())
        part_fen = min(_part(payee, amount_fen), unclaimed_fen)
        unclaimed_fen -= part_fen
        left_fen -= part_fen if holders else 0
        for holder, share_fen in divided(part_fen, dict.fromkeys(holders, Fraction(1))).items():
            worked = _worked(payee, amount_fen, len(holders), share_fen)
            rule = say("of the award, to {post}", post=payee.post)
            kind = DueKind.WITHHELD if holder in court.year.cancelled else DueKind.AWARD
            if kind is DueKind.WITHHELD:
                rule = say(
                    "of the award, to {post}: withheld, a veto or warning cancels this cadre's awards", post=payee.post
                )
            below = computed_fen(step.title, rule, worked, share_fen, (*step.at, "payees", index), [step])
            parts.append(Due(verdict.contract, code, award.id, kind, holder, share_fen, below))
    if left_fen == amount_fen:
        yield Due(verdict.contract, code, award.id, DueKind.AWARD, code, amount_fen, step)
        return
    worked = say("{amount} - {parts}", amount=show_money(amount_fen), parts=show_money(amount_fen - left_fen))
    rest = computed_fen(step.title, say("what is left of the award"), worked, left_fen, step.at, [step])
    yield Due(verdict.contract, code, award.id, DueKind.AWARD, code, left_fen, rest)
    yield from parts


def _part(payee: Payee, amount_fen: int) -> int:
    """A share of the award in whole fen, or a fixed amount."""
    if payee.share is not None:
        exact = payee.share * amount_fen
        return exact.numerator // exact.denominator
    return payee.amount or 0


def _worked(payee: Payee, amount_fen: int, holders: int, share_fen: int) -> Text:
    if payee.share is None:
        written = say("{amount}", amount=show_money(payee.amount or 0))
    else:
        written = say("{amount} × {share}", amount=show_money(amount_fen), share=show_percent(payee.share))
    if holders > 1:
        written = say("{part} ÷ {holders}", part=written, holders=holders)
    return say("{part} -> {amount}", part=written, amount=show_money(share_fen))
