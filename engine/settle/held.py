"""What is held of a cadre under a deposit: all of it by the last post of the year, or a part by the time in its posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.facts import Facts, Subject
from engine.score.derivation import Location, Step
from engine.settle.due import computed_fen, to_unit
from rules.diagnostic import say
from rules.money import ProRata, RiskDeposit
from rules.period import Cadence
from rules.quantity import show_money
from targets.cadre import Tenure


@dataclass(frozen=True, slots=True)
class Held:
    """`amount_fen` for `part` of `whole` months or days of the year; `step` shows them, where they are looked at."""

    amount_fen: int
    part: int = 1
    whole: int = 1
    step: Step | None = None


def held_fen(facts: Facts, deposit: RiskDeposit, subject: Subject) -> int:
    """What somebody whom the contract assesses has paid in, or had withheld, under that deposit of it by the year's end."""
    return held_of(facts, deposit, subject).amount_fen


def all_held_fen(facts: Facts, subject: Subject) -> int:
    """The same under every deposit of the contract."""
    return sum(held_fen(facts, deposit, subject) for deposit in facts.contract.deposits)


def held_of(facts: Facts, deposit: RiskDeposit, subject: Subject, at: Location = ()) -> Held:
    """The same with the arithmetic; `at` is the deposit's place in the contract."""
    if deposit.pro_rata is None:
        return Held(deposit.amount if subject.post in deposit.posts else 0)
    tenures = [tenure for tenure in facts.tenures(subject.code) if tenure.post in deposit.posts]
    match deposit.pro_rata:
        case ProRata.MONTH:
            part, whole = _months(facts, tenures)
            rule = say("held for the months on whose last day the cadre was in one of its posts")
        case ProRata.DAY:
            part, whole = _days(facts, tenures)
            rule = say("held for the days on which the cadre was in one of its posts")
    amount_fen = part_of_year(deposit, deposit.amount, Fraction(part, whole))
    worked = say(
        "{amount} × {part} ÷ {whole} = {held} held",
        amount=show_money(deposit.amount), part=part, whole=whole, held=show_money(amount_fen),
    )  # fmt: skip
    step = computed_fen(say("held under {deposit}", deposit=deposit.label), rule, worked, amount_fen, at)
    return Held(amount_fen, part, whole, step)


def part_of_year(deposit: RiskDeposit, amount_fen: int, share: Fraction) -> int:
    """All of it to the fen, a share of it to the unit, of which it never comes to more than all."""
    return amount_fen if share == 1 else min(amount_fen, to_unit(share * amount_fen, deposit))


def _months(facts: Facts, tenures: Sequence[Tenure]) -> tuple[int, int]:
    ends = [month.last_day for month in facts.year.parts(Cadence.MONTH)]
    return sum(any(tenure.holds_on(end) for tenure in tenures) for end in ends), len(ends)


def _days(facts: Facts, tenures: Sequence[Tenure]) -> tuple[int, int]:
    """Tenures one after the other as they begin, each from where those before have reached."""
    first, last = facts.year.first_day.toordinal(), facts.year.last_day.toordinal()
    held, begins = 0, first
    for tenure in sorted(tenures, key=lambda one: one.start):
        until = min(last, (tenure.until or date.max).toordinal())
        begins = max(begins, tenure.start.toordinal())
        if begins <= until:
            held += until - begins + 1
            begins = until + 1
    return held, last - first + 1
