"""Derived indicators: what they may be computed from."""

from __future__ import annotations

from collections.abc import Iterator

from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.indicator import Indicator, Kind
from rules.source import Tree
from rules.wording import listed

_NUMBERS = (Kind.COUNT, Kind.NUMBER)
_MONEY = (Kind.MONEY,)


def derived_from_itself(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """One fault a circle, at the first indicator of it."""
    leads_to = {indicator.id: _sources(contract, indicator) for indicator in contract.indicators}
    told: set[str] = set()
    for index, indicator in enumerate(contract.indicators):
        name = indicator.id
        if name in leads_to[name] and name not in told:
            circle = [other for other in leads_to[name] if name in leads_to.get(other, ())]
            told.update(circle)
            found = say("a circle: {names}", names=listed(sorted(circle)))
            span = tree.key_span(("indicators", index, "derived"))
            yield Diagnostic("DX227", span, found, say("sources that do not lead back to {name}", name=name))


def _sources(contract: Contract, indicator: Indicator) -> set[str]:
    """The ids of everything the indicator is computed from, near and far."""
    found: set[str] = set()
    waiting = [indicator]
    while waiting:
        derived = waiting.pop().derived
        fresh = [] if derived is None else [source for source in derived.sources if source not in found]
        found.update(fresh)
        waiting.extend(contract.indicator_by_id[source] for source in fresh if source in contract.indicator_by_id)
    return found


def unfit_sources(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Sources of a kind that cannot be added up here, or reported in other periods."""
    for index, indicator in enumerate(contract.indicators):
        if indicator.derived is None:
            continue
        over = (("add", indicator.derived.add), ("subtract", indicator.derived.subtract))
        for key, names in (*over, ("per", indicator.derived.per)):
            wanted = _wanted_kinds(
                contract, indicator, indicator.derived.per if key == "per" else indicator.derived.add
            )
            for number, name in enumerate(names):
                span = tree.span(("indicators", index, "derived", key, number))
                if name in contract.indicator_by_id:
                    yield from _unfit(indicator, wanted, contract.indicator_by_id[name], span)


def _unfit(indicator: Indicator, wanted: tuple[Kind, ...], source: Indicator, span: Span) -> Iterator[Diagnostic]:
    if source.kind not in wanted:
        found = say("{source}, of kind {kind}", source=source.id, kind=source.kind)
        yield Diagnostic("DX228", span, found, say("an indicator of kind {kinds}", kinds=listed(wanted)))
    elif source.scores is not None:
        found = say("{source}, made of scores", source=source.id)
        yield Diagnostic("DX228", span, found, say("an indicator that is reported"))
    elif source.past is not None:
        found = say("{source}, made of earlier years", source=source.id)
        yield Diagnostic("DX228", span, found, say("an indicator that is reported"))
    elif source.every is not indicator.every:
        found = say("{source}, reported every {cadence}", source=source.id, cadence=source.every)
        expected = say(
            "one reported every {cadence}, as {indicator} is", cadence=indicator.every, indicator=indicator.id
        )
        yield Diagnostic("DX228", span, found, expected)


def _wanted_kinds(contract: Contract, indicator: Indicator, beside: tuple[str, ...]) -> tuple[Kind, ...]:
    """What can be summed to that kind; each sum of a ratio is of money or of numbers, as its first source is."""
    match indicator.kind:
        case Kind.MONEY:
            return _MONEY
        case Kind.COUNT:
            return (Kind.COUNT,)
        case Kind.RATIO:
            first = contract.indicator_by_id.get(beside[0])
            return _MONEY if first is not None and first.kind is Kind.MONEY else _NUMBERS
        case _:
            return _NUMBERS
