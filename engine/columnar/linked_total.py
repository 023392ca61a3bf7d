"""A cadre's total as columns: made from the parties they answer for and from their own sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from engine.columnar.against_target import bound
from engine.columnar.exact import Ratio, cases_between, choose, constant, total, weighed, whole
from engine.columnar.links import Stream
from engine.columnar.methods import spread
from engine.columnar.plan import IntColumn, Truth, in_list
from engine.columnar.scribe import Fault, Scribe
from engine.columnar.sheet import OutcomeColumns
from rules.diagnostic import say
from rules.linkage import Link, Linkage

ZERO = Fraction(0)


def link(scribe: Scribe, outcome: OutcomeColumns, streams: Mapping[Link, Stream]) -> OutcomeColumns:
    """The outcome with the linked total; posts without linkage keep their own sheet as it is."""
    scribe.plan.at = "linked total"
    made, decided = outcome.total, scribe.plan.truth(False)
    for linkage in scribe.contract.linkage:
        holders = (in_list(scribe.plan, "post", linkage.posts) & ~decided).settled()
        made = holders.choose(_total(scribe, linkage, outcome.total, streams, holders), made).named()
        decided = (decided | holders).settled()
    return replace(outcome, total=made)


def _total(
    scribe: Scribe, linkage: Linkage, own: IntColumn, streams: Mapping[Link, Stream], holders: Truth
) -> IntColumn:
    """Sum of weights x scores. A stream without any party leaves its weight to the rest, in proportion."""
    plan, contract, always = scribe.plan, scribe.contract, scribe.plan.truth(True)
    there = [(_read(scribe, streams[one]), one.weight) for one in linkage.links]
    _note_without_duty(scribe, linkage, [has for (_, has), weight in there if weight], holders)
    nothing = constant(plan, ZERO)
    terms = [choose(has, value.times(weight), nothing) for (value, has), weight in there]
    terms.append(whole(own, 10**contract.decimals).times(linkage.personal))
    shares = [*((has, weight) for (_, has), weight in there), (always, linkage.personal)]
    everything = sum((weight for _, weight in shares), ZERO)
    value = spread(total(plan, terms).settled(), weighed(plan, shares), everything)
    held = cases_between(value, bound(contract.total.floor), bound(contract.total.cap))
    return held.rounded(contract.decimals, contract.rounding, contract.total.round_to)


def _read(scribe: Scribe, stream: Stream) -> tuple[Ratio, Truth]:
    under = scribe.plan.column(stream.under, 0, stream.under_max)
    over = scribe.plan.column(stream.over, *stream.over_range, width=stream.width)
    has = under.is_at_least(1).settled()
    return Ratio(over, under.at_least(1), Fraction(1, stream.scale)).named(), has


def _note_without_duty(scribe: Scribe, linkage: Linkage, has: list[Truth], holders: Truth) -> None:
    """A fault for each cadre whose score is made from parties alone and who answers for none."""
    nobody = (holders & ~scribe.plan.any_of(has)).named()
    if linkage.personal or nobody.value is False:
        return
    hint = say("assign at least one party in a role that the contract links, or change the post")
    found, expected = say("a cadre who answers for no party"), say("an assignment in the year")
    scribe.faults.append(Fault("DX613", nobody, "assignments", "{code}", expected, found, hint))
