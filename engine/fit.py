"""Whether the contracts given go together and with the year: asked before anybody is scored, by either evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.below import children_asked
from rules.checks.places import looked_back_at
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.indicator import OfScores
from rules.period import Period
from rules.verdict import Veto, WarningRule


def contracts_fit(contracts: Sequence[Contract], year: Period) -> list[Diagnostic]:
    """Faults between the contracts: another year, one that ends otherwise, the same contract twice, a cap on a grade that a
    cadre cannot have."""
    faults: list[Diagnostic] = []
    seen: set[str] = set()
    for contract in contracts:
        place = Span(contract.contract)
        if contract.year != year.year:
            found, expected = say("a contract for {year}", year=contract.year), say("{year}", year=year.year)
            faults.append(Diagnostic("DX614", place, found, expected))
        elif contract.year_ends != year.ends:
            found = say("a year that ends with month {month}", month=contract.year_ends)
            expected = say("a year that ends with month {month}", month=year.ends)
            faults.append(Diagnostic("DX614", place, found, expected))
        if contract.contract in seen:
            faults.append(Diagnostic("DX615", place, say("the same contract twice"), say("each contract once")))
        seen.add(contract.contract)
    return [
        *faults,
        *_links_fit(contracts),
        *_totals_fit(contracts),
        *_looks_back_fit(contracts),
        *_caps_fit(contracts),
        *_forfeits_fit(contracts),
    ]


def in_order(contracts: Sequence[Contract]) -> list[Contract]:
    """Those for parties before those for cadres, who answer for parties; and what another contract looks at, before that."""
    left, ordered = sorted(contracts, key=lambda one: bool(one.posts)), list[Contract]()
    while left:
        waiting = {one.contract for one in left}
        ready = next((one for one in left if not waiting.intersection(looked_at_by(one))), left[0])
        left.remove(ready)
        ordered.append(ready)
    return ordered


def totals_in(contract: Contract) -> tuple[OfScores, ...]:
    """What is made of the totals under other contracts, each once."""
    made = (one.scores for one in contract.indicators if one.scores is not None)
    return tuple(dict.fromkeys(scores for scores in made if scores.contract is not None))


def looked_at_by(contract: Contract) -> tuple[str, ...]:
    """The contracts whose totals enter this one, or under which it has children judged."""
    totals = (scores.contract for scores in totals_in(contract) if scores.contract is not None)
    return tuple(dict.fromkeys((*totals, *(asked.contract for asked in children_asked(contract)))))


def _totals_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """What is looked at comes from a contract for parties that is judged before; so no two look at each other."""
    before: set[str] = set()
    for contract in in_order(contracts):
        totals = {scores.contract for scores in totals_in(contract)}
        for wanted in looked_at_by(contract):
            if wanted not in before or contract.posts:
                found = say("{wanted} is not among the contracts for parties scored before", wanted=wanted)
                expected = (
                    say("the contract whose total enters this one")
                    if wanted in totals
                    else say("the contract under which the parties below are judged")
                )
                hint = say("give its file too")
                yield Diagnostic("DX612", Span(contract.contract), found, expected, hint)
        if not contract.posts:
            before.add(contract.contract)


def _looks_back_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """Earlier results are those under contracts that are given too: a name that nobody knows would never hold."""
    given = {contract.contract for contract in contracts}
    expected, hint = say("a contract whose earlier results are looked at"), say("give its file too")
    for contract in contracts:
        for wanted in dict.fromkeys(name for _, name in looked_back_at(contract)):
            if wanted not in given:
                found = say("{wanted} is not among the contracts given", wanted=wanted)
                yield Diagnostic("DX612", Span(contract.contract), found, expected, hint)


def _links_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """Linked scores come from contracts for parties that are given too; a cadre's score is not made from cadres' scores."""
    given = {contract.contract for contract in contracts if not contract.posts}
    expected, hint = say("the contract whose scores are linked"), say("give its file too")
    for contract in contracts:
        links = (link.contract for linkage in contract.linkage for link in linkage.links)
        for wanted in dict.fromkeys(links):
            if wanted not in given:
                found = say("{wanted} is not among the contracts for parties given", wanted=wanted)
                yield Diagnostic("DX612", Span(contract.contract), found, expected, hint)


def _caps_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """A veto that reaches cadres caps their grade by its id, so the cadres' contract must have that grade."""
    for cadres in (contract for contract in contracts if contract.posts and contract.grades):
        known = {band.id for band in cadres.grades}
        for contract in contracts:
            clauses: tuple[Veto | WarningRule, ...] = (*contract.vetoes, *contract.warnings)
            for clause in clauses:
                cap = clause.effects.cap_grade if clause.effects else None
                if clause.reach.linked and cap is not None and cap not in known:
                    found = say("{clause} caps the grade at {grade}", clause=clause.label, grade=cap)
                    expected = say("a grade of {contract}", contract=cadres.contract)
                    yield Diagnostic("DX616", Span(contract.contract), found, expected)


def _forfeits_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """What a veto or warning takes of a deposit goes to an account that the deposit names."""
    taking = [clause for contract in contracts for clause in _forfeiting(contract)]
    for contract in contracts if taking else ():
        for deposit in contract.deposits:
            if deposit.account is None:
                found = say(
                    "{clause} forfeits deposits, and {deposit} names no account",
                    clause=taking[0].label, deposit=deposit.label,
                )  # fmt: skip
                expected = say("forfeit_to: the account that forfeited money goes to")
                yield Diagnostic("DX618", Span(contract.contract), found, expected)


def _forfeiting(contract: Contract) -> Iterator[Veto | WarningRule]:
    clauses: tuple[Veto | WarningRule, ...] = (*contract.vetoes, *contract.warnings)
    return (clause for clause in clauses if clause.effects is not None and clause.effects.forfeit_deposit)


def nobody(contracts: Sequence[Contract]) -> Diagnostic:
    kinds = dict.fromkeys(
        kind for contract in contracts for kind in (*contract.assesses, *(p.id for p in contract.posts))
    )
    expected = say("at least one party or cadre of these kinds and posts: {kinds}", kinds=", ".join(kinds))
    hint = say("import the parties and cadres first")
    return Diagnostic("DX617", Span("parties"), say("nobody whom these contracts assess"), expected, hint)
