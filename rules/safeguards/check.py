"""What a contract may not do (design, section 8): people's bodies, births and complaints are never scored.

There is no setting, flag or parameter that turns this off: docs/decisions/0002-safeguards.md says why, docs/safeguards.md
what is refused, what is allowed, and where recognition ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, Text, in_order, say
from rules.safeguards.advantages import advantages_in
from rules.safeguards.cases import about_petitions, around_birth, looks
from rules.safeguards.derivation import Origins, is_service
from rules.safeguards.grounds import (
    ADVANTAGE,
    DEMOGRAPHIC,
    DERIVED,
    FAMILIES_SERVED,
    NO_SERVICE,
    PERSONAL,
    PETITION,
    QUOTAS,
    RIGHTS,
    SCORED_STATISTIC,
    STATISTIC_ONLY,
    Ground,
    Subject,
)
from rules.safeguards.judgement import refused_in
from rules.safeguards.letters import folded
from rules.safeguards.measures import everything_scored
from rules.safeguards.reading import Stance, grounds_in, stance_on_petitions
from rules.safeguards.services import petitions_that_divide, turned_round
from rules.safeguards.standing import Concern
from rules.safeguards.texts import texts_of
from rules.source import Location, Tree
from rules.wording import as_written, listed


def check(contract: Contract, tree: Tree) -> list[Diagnostic]:
    """Everything in the contract that would score, reward or punish what must not be, each at its narrowest place."""
    origins = Origins(contract)
    faults = (
        *_in_words(contract, tree),
        *_scored_statistics(contract, tree, origins),
        *_derived(contract, tree, origins),
        *_no_service(contract, tree, origins),
        *_against_people_served(contract, tree, origins),
        *_turned_round(contract, tree, origins),
        *_advantages(contract, tree),
    )
    return list(in_order(faults))


def check_together(contracts: Sequence[tuple[Contract, Tree]]) -> list[Diagnostic]:
    """The advantages that show only where contracts are read together: of wrongs that another one declares."""
    faults: list[Diagnostic] = []
    for contract, tree in contracts:
        together = _advantages(contract, tree, [other for other, _ in contracts if other is not contract])
        alone = {(fault.code, fault.span) for fault in _advantages(contract, tree)}
        faults.extend(fault for fault in together if (fault.code, fault.span) not in alone)
    return list(in_order(faults))


def refused_subject(words: Iterable[str]) -> Ground | None:
    """The ground on which no target, quota or score may be set for these words (ids, names); None when one may.

    For what stands outside the contract: the columns of a targets table, the names of a workbook's indicators.
    """
    listed = list(words)
    stances = {word: stance_on_petitions(word) for word in listed}
    # An id `petitions` beside the name 信访件按期办结率 is no count of them.
    worst = Stance.COUNTED if Stance.HANDLED in stances.values() else Stance.MENTIONED
    for word in listed:
        if grounds := grounds_in(word):
            return grounds[0]
        if stances[word] >= worst:
            return Ground(Subject.PETITIONS, word)
    return None


def personal_record(text: str) -> bool:
    """Whether the text points to one resident: an identity or mobile number, 张某, a column such as 身份证号.

    For cells, party names and codes of the intake. An identity number is told by province and date of birth (18
    digits, the last may be X, or the old 15), a mobile number by its eleven digits; an amount that ends in five
    zeros or carries a currency is none.
    """
    plain = re.sub(r"[\u00a0\u2000-\u200a\u3000]", " ", folded(text)).upper()
    if any(_PERSONAL_NUMBER.search(one) for one in (plain, re.sub(r"(?<=\d) (?=\d(?: |$))", "", plain))):
        return True
    return _SOMEBODY.search(plain) is not None or any(ground.code == PERSONAL for ground in grounds_in(text))


_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PERSONAL_NUMBER = re.compile(
    rf"(?<![\dA-Z])(?<!\d\.){_PROVINCE}\d{{4}}[ -]?(?:18|19|20)\d\d{_MONTH_AND_DAY}[ -]?\d{{3}}[\dX](?![A-Z]|\.?\d)"
    rf"|(?<![\dA-Z])(?<!\d\.){_PROVINCE}\d{{4}}\d\d{_MONTH_AND_DAY}\d{{3}}(?![A-Z]|\.?\d)"
    r"|(?<![\dA-Z¥])(?<!\d\.)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?<!00000)(?![元万]|\.?\d)"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_SOMEBODY = re.compile(
    rf"[{_SURNAMES}]某(?!天|日|项|个|种|些|年|月|村|镇|乡|县|市|省|区|街|社|单位|部|公司|局|办|次|类|级|处)"
)


def _in_words(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    for place in texts_of(contract):
        span = tree.key_span(place.location) if place.is_key else tree.span(place.location)
        for ground in refused_in(place):
            found = say("{text}, which is about {what}", text=as_written(place.text), what=ground.what)
            yield Diagnostic(ground.code, span, found, _expected(ground), ground.way_out)


def _expected(ground: Ground) -> Text:
    if ground.code == PETITION:
        return say("nothing that counts petitions or complaints against anyone: {because}", because=ground.because)
    if ground.code == PERSONAL:
        return say("places and units as parties, totals as values: {because}", because=ground.because)
    return say(
        "nothing of the kind in what is scored, ranked, vetoed, graded or paid: {because}", because=ground.because
    )


def _scored_statistics(contract: Contract, tree: Tree, origins: Origins) -> Iterator[Diagnostic]:
    for measured, location, indicator in everything_scored(contract):
        if indicator is None or measured.indicator is None:
            continue
        if not (indicator.statistic or origins.of(indicator.id).above):
            continue
        sources = sorted(origins.of(indicator.id).above - {indicator.id})
        found = say("{indicator}, a statistic", indicator=indicator.id)
        if sources:
            found = say("{indicator}, made from {sources}", indicator=indicator.id, sources=listed(sources))
        expected = say("an indicator of a service or of the office's own work: {because}", because=QUOTAS)
        hint = say("take the item out, or let it look at the service; a statistic is reported beside the score")
        places = _places_of(contract, tree, (indicator.id, *sources))
        yield Diagnostic(SCORED_STATISTIC, tree.span((*location, "indicator")), found, expected, hint, places)


def _derived(contract: Contract, tree: Tree, origins: Origins) -> Iterator[Diagnostic]:
    """A derived indicator that is not itself a statistic may take births from below its fraction line only."""
    for number, indicator in enumerate(contract.indicators):
        if indicator.derived is None or indicator.statistic:
            continue
        for side, sources in (
            ("add", indicator.derived.add),
            ("subtract", indicator.derived.subtract),
            ("per", indicator.derived.per),
        ):
            for place, source in enumerate(sources):
                origin = origins.of(source)
                refused = origin.below if side == "per" else origin.above
                if side == "per" and not origins.may_divide(source):
                    refused |= origin.above
                if refused or (side == "subtract" and origins.grows(indicator)):
                    location: Location = ("indicators", number, "derived", side, place)
                    yield _made_from(contract, tree, location, indicator.id, sorted(refused) or [source])


def _made_from(contract: Contract, tree: Tree, location: Location, indicator_id: str, sources: list[str]) -> Diagnostic:
    found = say("{indicator} made from {sources}", indicator=indicator_id, sources=listed(sources))
    expected = say("no statistic in what is added or taken away, at most births under `per`: {because}", because=QUOTAS)
    places = _places_of(contract, tree, sources)
    return Diagnostic(DERIVED, tree.span(location), found, expected, STATISTIC_ONLY, places)


def _no_service(contract: Contract, tree: Tree, origins: Origins) -> Iterator[Diagnostic]:
    """Births below the line want a service above it: residents per birth would be births, the other way up."""
    for number, indicator in enumerate(contract.indicators):
        if indicator.statistic:
            continue
        location: Location = ("indicators", number)
        births_in_words = any(ground.subject is Subject.BIRTHS for ground in grounds_in(indicator.denominator))
        if births_in_words and not is_service(indicator):
            yield _not_a_service(tree, (*location, "denominator"), indicator.denominator)
        if indicator.derived is None:
            continue
        counted = [contract.indicator_by_id.get(one) for one in (*indicator.derived.add, *indicator.derived.subtract)]
        served = all(one is None or is_service(one) for one in counted)
        for place, source in enumerate(indicator.derived.per):
            if origins.counts_births(source) and origins.may_divide(source) and not served:
                yield _not_a_service(tree, (*location, "derived", "per", place), source)


def _not_a_service(tree: Tree, location: Location, written: str) -> Diagnostic:
    found = say("{births} under something that is no service", births=as_written(written))
    expected = say("a service for each birth, such as newborn visits made: {because}", because=QUOTAS)
    hint = say("name the service in the numerator, or mark the indicator `statistic: true`")
    return Diagnostic(NO_SERVICE, tree.span(location), found, expected, hint)


def _against_people_served(contract: Contract, tree: Tree, origins: Origins) -> Iterator[Diagnostic]:
    for turned in (*turned_round(contract, origins), *petitions_that_divide(contract)):
        ground = turned.ground
        hint = FAMILIES_SERVED if ground.subject is Subject.BIRTHS else ground.way_out
        yield Diagnostic(ground.code, tree.span(turned.at), turned.found, _expected(ground), hint)


def _turned_round(contract: Contract, tree: Tree, origins: Origins) -> Iterator[Diagnostic]:
    """A case inside scoring can make any value earn more where it is less: some may not be looked at there at all."""
    for look in looks(contract):
        indicator, span = look.indicator, tree.span(look.location)
        if indicator.statistic or origins.of(indicator.id).above:
            found = say("{indicator}, a statistic", indicator=indicator.id)
            expected = say("an indicator of a service or of the office's own work: {because}", because=QUOTAS)
            hint = say("take the item out, or let it look at the service; a statistic is reported beside the score")
            yield Diagnostic(SCORED_STATISTIC, span, found, expected, hint)
        elif petition := about_petitions(indicator):
            ground = Ground(Subject.PETITIONS, petition)
            found = say("{name}, on which other points depend", name=as_written(petition))
            yield Diagnostic(PETITION, span, found, _expected(ground), ground.way_out)
        elif around_birth(indicator):
            ground = Ground(Subject.BIRTHS, indicator.name)
            found = say("{name}, on which other points depend", name=as_written(indicator.name))
            yield Diagnostic(DEMOGRAPHIC, span, found, _expected(ground), FAMILIES_SERVED)


def _advantages(contract: Contract, tree: Tree, others: Sequence[Contract] = ()) -> Iterator[Diagnostic]:
    found = list(dict.fromkeys(advantages_in(contract, others)))
    for at, concern in dict.fromkeys((one.at, one.cause.concern) for one in found):
        names = listed(dict.fromkeys(one.cause.name for one in found if (one.at, one.cause.concern) == (at, concern)))
        if concern is Concern.WRONG:
            hint = say(
                "use it in a veto, a warning or a deduction, with `count: {range}` or no count", range="{at_least: 1}"
            )
            told = say("{incident} used to somebody's advantage", incident=names)
            expected = say("a wrong done to people only ever costs: {because}", because=RIGHTS)
            yield Diagnostic(ADVANTAGE, tree.span(at), told, expected, hint)
        else:
            ground = Ground(Subject.BIRTHS if concern is Concern.BIRTHS else Subject.PETITIONS, names)
            told = say("{name}, where fewer is better", name=names)
            hint = FAMILIES_SERVED if concern is Concern.BIRTHS else ground.way_out
            yield Diagnostic(ground.code, tree.span(at), told, _expected(ground), hint)


def _places_of(contract: Contract, tree: Tree, ids: Iterable[str]) -> tuple[Span, ...]:
    wanted = frozenset(ids)
    numbered = enumerate(contract.indicators)
    return tuple(tree.span(("indicators", number, "id")) for number, one in numbered if one.id in wanted)
