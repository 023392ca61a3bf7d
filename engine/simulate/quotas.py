"""What a split of a quota costs: the year drawn again under each, with these quotas as what is agreed with the parties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.simulate.simulate import Sampling, simulate
from engine.simulate.tally import Spread
from rules.checks.places import measures
from rules.contract import Contract
from rules.scoring_terms import FromData
from targets.columns.backend import Backend
from targets.observation import Target
from targets.snapshot import Snapshot


def money_hangs_on(contracts: Sequence[Contract], indicator: str, parameter: str) -> bool:
    """Whether some item looks at that parameter of the indicator, and anything is paid at all."""
    paid = any(contract.awards or contract.deposits for contract in contracts)
    return paid and any(
        getattr(one.measured.scoring, parameter, None) in (FromData.BY_PARTY, FromData.CARRIED)
        for contract in contracts
        for one in measures(contract)
        if one.indicator is not None and one.indicator.id == indicator
    )


def costs(
    snapshot: Snapshot,
    contracts: Sequence[Contract],
    about: tuple[str, str],
    splits: Sequence[Mapping[str, Fraction]],
    sampling: Sampling,
    backend: Backend,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Spread, ...]:
    """What a year costs under each split, in fen, all on the same drawn years. `about` is the indicator and the parameter."""
    found = []
    for number, quotas in enumerate(splits, 1):
        agreed = tuple(
            one
            for one in snapshot.records.targets
            if (one.indicator, one.parameter) != about or one.subject not in quotas
        )
        new = tuple(Target(code, *about, quota) for code, quota in quotas.items())
        year = replace(snapshot, records=replace(snapshot.records, targets=(*agreed, *new)))
        (answers,) = simulate(year, [contracts], sampling, backend)
        found.append(answers.cost())
        progress(number)
    return tuple(found)
