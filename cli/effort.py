"""A quota by equal effort: everybody with the same chance of meeting it, as nearly as whole steps allow; and the chances
that other splits leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from cli.desk import Desk
from rules.diagnostic import Diagnostic, Refused, Span, say
from rules.quantity import plain

if TYPE_CHECKING:
    from cli.quotas import Office
    from engine.allot.bounds import Bounds
    from engine.allot.effort import EffortShare
    from engine.simulate.tally import Spread
    from engine.simulate.totals import Totals
    from rules.indicator import Indicator
    from rules.period import Period
    from targets.party import Party

N_ = str
Chance = Callable[[Fraction], Fraction]
WORDS = ("equal-effort", "同等努力")
# Of each split: enough to see what it costs, few enough to wait for seven of them.
YEARS = 500
COLUMNS = (N_("code"), N_("name"), N_("chance of meeting it"), N_("allotted"), N_("why"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be allotted, to whom, as which parameter, in which steps and bounds."""

    office: Office
    indicator: Indicator
    parameter: str
    parties: tuple[Party, ...]
    total: Fraction
    step: Fraction
    bounds: Mapping[str, Bounds]

    @property
    def names(self) -> Mapping[str, str]:
        return {party.code: party.name for party in self.parties}


@dataclass(frozen=True, slots=True)
class Model:
    """The year whose values are drawn again, and what they add up to."""

    period: Period
    totals: Totals

    def chances(self, quotas: Mapping[str, Fraction]) -> dict[str, Fraction]:
        return {code: self.totals.chance(code, quota) for code, quota in quotas.items()}


def is_asked(by: str | None) -> bool:
    return by is not None and plain(by) in WORDS


def model_of(desk: Desk, office: Office, parties: Sequence[Party], indicator: Indicator) -> Model:
    """Of this year where everybody has reported it, else of the year before. Raises Refused for whoever has neither (DX733)."""
    from engine.allot.weights import reported
    from engine.simulate.totals import totals

    snapshot = office.year.snapshot
    windows = (snapshot.whole_year, snapshot.whole_year.year_before)
    missing: list[Party] = []
    for window in windows:
        values = reported(office.contracts, snapshot, parties, indicator.id, window)
        missing = [party for party in parties if values[party.code] is None]
        if not missing:
            with desk.busy(desk.speech(N_("drawing years"))):
                return Model(window, totals(snapshot, office.contracts, indicator.id, window.year))
    expected = say(
        "a value of {indicator} for {period}",
        indicator=indicator.label,
        period="、".join(one.in_full for one in windows),
    )
    raise Refused(
        Diagnostic("DX733", Span("--by", cell=party.code), say("{name}", name=party.name), expected)
        for party in missing
    )


def costs_of(desk: Desk, asked: Asked, splits: Sequence[Mapping[str, Fraction]]) -> tuple[Spread, ...]:
    """What a year costs under each, on the same drawn years; nothing where no money hangs on the quota."""
    from engine.simulate.quotas import costs, money_hangs_on
    from engine.simulate.simulate import Sampling
    from targets.columns.backend import PolarsBackend

    about, contracts = (asked.indicator.id, asked.parameter), asked.office.contracts
    if not money_hangs_on(contracts, *about):
        return ()
    told = desk.speech(N_("drawing years under split {number} of {of}"))
    try:
        with desk.steps(len(splits)) as step:
            return costs(
                asked.office.year.snapshot, contracts, about, splits, Sampling(YEARS), PolarsBackend(streaming=False),
                lambda number: step(told.format(number=number, of=len(splits))),
            )  # fmt: skip
    except Refused as refused:
        # A quota is split before the year is whole: what it costs is told when it can be.
        desk.note(
            desk.speech(N_("What it costs cannot be told yet: {reason}")).format(
                reason=desk.speech(refused.diagnostics[0].found)
            )
        )
        return ()


def split(
    model: Model, total: Fraction, step: Fraction, bounds: Mapping[str, Bounds], codes: Sequence[str]
) -> tuple[EffortShare, ...]:
    """Raises Refused like any other split."""
    from engine.allot.effort import equal_effort

    def of(code: str) -> Chance:
        return lambda quota: model.totals.chance(code, quota)

    return equal_effort(total, {code: of(code) for code in codes}, step, bounds)


def rows(desk: Desk, shares: Sequence[EffortShare], names: Mapping[str, str]) -> list[tuple[str, ...]]:
    from cli.simulated import percent
    from rules.quantity import show

    return [
        (one.code, names[one.code], percent(one.chance), show(one.quota), desk.speech(one.derivation.worked))
        for one in shares
    ]
