"""Everything that is due under the verdicts of a year, top to bottom: conditions decided, deposits, awards."""

from __future__ import annotations

from collections.abc import Sequence

from engine.decide import Judged
from engine.settle.awards import award_dues
from engine.settle.court import Court, court_of
from engine.settle.deposits import deposit_dues
from engine.settle.due import Due
from engine.settle.year import money_year


def settle(judged: Sequence[Judged]) -> tuple[Due, ...]:
    """By contract as judged, clause and subject; dues of nothing are among them, to say why there is nothing."""
    year = money_year(judged)
    found: list[Due] = []
    for number, one in enumerate(judged):
        if one.contract.deposits or one.contract.awards:
            found += _of_contract(court_of(one, judged[:number], year))
    return tuple(found)


def _of_contract(court: Court) -> list[Due]:
    contract = court.judged.contract
    dues = [due for index, _ in enumerate(contract.deposits) for due in deposit_dues(court, index)]
    return dues + [due for index, _ in enumerate(contract.awards) for due in award_dues(court, index)]
