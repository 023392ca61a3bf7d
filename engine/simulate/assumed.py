"""The assumptions that people wrote, held against the contracts and the records, as models of what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, assert_never

from engine.simulate.model import (
    TOGETHER,
    Assumptions,
    BetaBinomial,
    Fixed,
    Model,
    NegativeBinomial,
    Poisson,
)
from engine.simulate.series import read_by
from rules.assumption import (
    AssumedBetaBinomial,
    AssumedFixed,
    AssumedNegativeBinomial,
    AssumedPoisson,
    Assumption,
)
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, Text, refuse_if_any, say
from rules.indicator import Indicator, Kind
from rules.scenario import LoadedScenarios
from rules.wording import did_you_mean, listed
from targets.snapshot import Records

NAMES_LISTED_MAX = 30


class _Said(NamedTuple):
    """One assumption and where it stands."""

    assumption: Assumption
    span: Span


class _Known(NamedTuple):
    """What can be assumed of: indicators that contracts read, kinds of incident, and people by code and by name."""

    indicators: Mapping[str, tuple[Indicator, ...]]
    parts: frozenset[str]
    incidents: frozenset[str]
    codes: Mapping[str, tuple[str, ...]]
    decimals: frozenset[str]


def assumptions_of(
    scenarios: LoadedScenarios, contracts: Sequence[Contract], records: Records, together: float | None = None
) -> Assumptions:
    """`contracts` are those of all scenarios. `together`, where it is asked for, goes before the file's. Raises Refused for
    what is assumed about nothing (DX285) and for a model that does not fit (DX286)."""
    known, tree = _known(contracts, records), scenarios.tree
    said = [_Said(one, tree.span(("assumptions", at))) for at, one in enumerate(scenarios.file.assumptions)]
    refuse_if_any(fault for one in said for fault in _faults(one, known))
    values: dict[str | tuple[str, str], Model] = {}
    incidents: dict[str | tuple[str, str], Model] = {}
    for one in said:
        models = values if one.assumption.indicator else incidents
        for key in _keys(one.assumption, known):
            models[key] = _model(one.assumption)
    written = scenarios.file.together
    shared = together if together is not None else TOGETHER if written is None else float(written)
    return Assumptions(values, incidents, shared)


def _known(contracts: Sequence[Contract], records: Records) -> _Known:
    indicators: dict[str, tuple[Indicator, ...]] = {}
    parts: set[str] = set()
    for contract in contracts:
        for name in read_by(contract):
            indicators[name] = (*indicators.get(name, ()), contract.indicator_by_id[name])
        parts |= {
            one.derived.add[0]
            for one in contract.indicators
            if one.derived is not None
            and len(one.derived.add) == len(one.derived.per) == 1
            and not one.derived.subtract
        }
    incidents = frozenset(one.id for contract in contracts for one in contract.incidents)
    codes: dict[str, tuple[str, ...]] = {}
    people = {one.code: one.name for one in records.parties} | {one.code: one.name for one in records.cadres}
    for code, name in people.items():
        for word in dict.fromkeys((code, name)):
            codes[word] = (*codes.get(word, ()), code)
    ratios = {name for name, some in indicators.items() if any(one.kind is Kind.RATIO for one in some)}
    decimals = frozenset(one.indicator for one in records.observations if one.indicator in ratios and not one.counted)
    return _Known(indicators, frozenset(parts), incidents, codes, decimals)


def _faults(said: _Said, known: _Known) -> Iterator[Diagnostic]:
    assumption, span = said
    names: Iterable[str] = known.indicators if assumption.indicator else known.incidents
    if assumption.subject not in names:
        kind = say("the indicator {name}", name=assumption.subject)
        found = kind if assumption.indicator else say("the incident {name}", name=assumption.subject)
        expected = say("one of {words}", words=listed(sorted(names)[:NAMES_LISTED_MAX])) if names else say("nothing")
        yield Diagnostic("DX285", span, found, expected, did_you_mean(assumption.subject, names))
    elif (fit := _misfit(assumption, known)) is not None:
        found = say("{model} of {name}", model=assumption.model, name=assumption.subject)
        yield Diagnostic("DX286", span, found, fit)
    for name in assumption.of:
        if len(known.codes.get(name, ())) != 1:
            found = say("{name}, the name of {number}", name=name, number=len(known.codes.get(name, ())))
            yield Diagnostic(
                "DX285", span, found, say("code or name of one party or cadre"), did_you_mean(name, known.codes)
            )


def _misfit(assumption: Assumption, known: _Known) -> Text | None:
    """What is expected instead of this model; None where it fits."""
    if isinstance(assumption, AssumedFixed):
        return None
    of_beta = isinstance(assumption, AssumedBetaBinomial)
    own = isinstance(assumption, AssumedBetaBinomial) and assumption.trials is not None
    if assumption.incident:
        return say("poisson, negative_binomial or fixed: incidents are out of nothing") if of_beta and not own else None
    kinds = {one.kind for one in known.indicators[assumption.subject]}
    if kinds <= {Kind.RATIO, Kind.YES_NO, Kind.CHECKLIST}:
        if assumption.subject in known.decimals:
            return say("fixed: a decimal does not say of how many it is")
        return (
            None
            if of_beta and not own
            else say("beta_binomial without trials, or fixed: it is out of as many as reported")
        )
    if kinds == {Kind.COUNT}:
        bare = of_beta and not own and assumption.subject not in known.parts
        return say("beta_binomial with trials, poisson, negative_binomial or fixed") if bare else None
    return say("fixed: it is no count")


def _keys(assumption: Assumption, known: _Known) -> Iterator[str | tuple[str, str]]:
    if not assumption.of:
        yield assumption.subject
    for name in assumption.of:
        (code,) = known.codes[name]
        yield code, assumption.subject


def _model(assumption: Assumption) -> Model:
    match assumption:
        case AssumedFixed():
            return Fixed()
        case AssumedBetaBinomial():
            concentration = None if assumption.concentration is None else float(assumption.concentration)
            return BetaBinomial(float(assumption.mean), concentration, assumption.trials)
        case AssumedPoisson():
            return Poisson(float(assumption.rate))
        case AssumedNegativeBinomial():
            return NegativeBinomial(float(assumption.mean), float(assumption.dispersion))
        case _ as never:
            assert_never(never)
