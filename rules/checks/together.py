"""Contracts that refer to each other: links, conditions about linked parties, posts that share a party's award."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rules.checks.places import Stand, looked_back_at, terms
from rules.checks.references import POST, Reference, in_condition
from rules.condition import Children
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, say
from rules.source import Tree
from rules.wording import did_you_mean, listed

Contracts = Sequence[tuple[Contract, Tree]]


def given_twice(contracts: Contracts) -> Iterator[Diagnostic]:
    """The same version of the same contract in two files."""
    first: dict[tuple[str, int], Span] = {}
    for contract, tree in contracts:
        key, span = (contract.contract, contract.version), tree.span(("contract",))
        before = first.setdefault(key, span)
        if before is not span:
            found = say("{contract}, version {version}, a second time", contract=key[0], version=key[1])
            yield Diagnostic("DX205", span, found, say("each version in one file"), also=(before,))


def calendars(contracts: Contracts) -> Iterator[Diagnostic]:
    """Contracts of one year are assessed together, over one set of months."""
    first: dict[int, tuple[Contract, Span]] = {}
    for contract, tree in contracts:
        span = tree.span(("year_ends",) if "year_ends" in contract.model_fields_set else ("year",))
        before, place = first.setdefault(contract.year, (contract, span))
        if before.year_ends != contract.year_ends:
            found = say("a year that ends with month {month}", month=contract.year_ends)
            expected = say("month {month}, as in {contract}", month=before.year_ends, contract=before.contract)
            hint = say("assess contracts whose years end differently each by themselves")
            yield Diagnostic("DX277", span, found, expected, hint, also=(place,))


def totals_of_others(contracts: Contracts) -> Iterator[Diagnostic]:
    """A total that enters this contract comes from another one of the same year that assesses parties."""
    for contract, tree in contracts:
        usable = [name for name in _of_parties(contracts, contract.year) if name != contract.contract]
        for index, indicator in enumerate(contract.indicators):
            wanted = indicator.scores.contract if indicator.scores is not None else None
            if wanted is not None and wanted not in usable:
                expected = say("a contract of {year} for parties: {names}", year=contract.year, names=listed(usable))
                span = tree.span(("indicators", index, "scores", "contract"))
                yield Diagnostic(
                    "DX203", span, say("contract {name}", name=wanted), expected, did_you_mean(wanted, usable)
                )


def earlier_contracts(contracts: Contracts) -> Iterator[Diagnostic]:
    """Earlier results under another contract: one that is given too, so that its name is no slip."""
    for contract, tree in contracts:
        usable = list(dict.fromkeys(one.contract for one, _ in contracts if one.year == contract.year))
        for at, wanted in looked_back_at(contract):
            if wanted not in usable:
                expected = say("a contract of {year}: {names}", year=contract.year, names=listed(usable))
                hint = did_you_mean(wanted, usable)
                yield Diagnostic("DX203", tree.span(at), say("contract {name}", name=wanted), expected, hint)


def children_under_others(contracts: Contracts) -> Iterator[Diagnostic]:
    """The children are judged under another contract of the same year that assesses parties."""
    for contract, tree in contracts:
        usable = [name for name in _of_parties(contracts, contract.year) if name != contract.contract]
        for stand in terms(contract):
            if isinstance(stand.condition, Children) and stand.condition.contract not in usable:
                name, span = stand.condition.contract, tree.span((*stand.at, "contract"))
                expected = say("a contract of {year} for parties: {names}", year=contract.year, names=listed(usable))
                found = say("contract {name}", name=name)
                yield Diagnostic("DX203", span, found, expected, did_you_mean(name, usable))


def linked_contracts(contracts: Contracts) -> Iterator[Diagnostic]:
    """A link leads to a contract of the same year that assesses parties."""
    for contract, tree in contracts:
        usable = _of_parties(contracts, contract.year)
        for index, linkage in enumerate(contract.linkage):
            for number, link in enumerate(linkage.links):
                if link.contract not in usable:
                    span = tree.span(("linkage", index, "links", number, "contract"))
                    found = say("contract {name}", name=link.contract)
                    expected = say(
                        "a contract of {year} for parties: {names}", year=contract.year, names=listed(usable)
                    )
                    yield Diagnostic("DX203", span, found, expected, did_you_mean(link.contract, usable))


def _of_parties(contracts: Contracts, year: int) -> dict[str, Contract]:
    return {one.contract: one for one, _ in contracts if one.assesses and one.year == year}


def names_elsewhere(contracts: Contracts) -> Iterator[Diagnostic]:
    """Names inside `linked` and `children`, and payees' posts: they are those of other contracts."""
    for contract, tree in contracts:
        parties = _of_parties(contracts, contract.year)
        wanted = {link.contract for linkage in contract.linkage for link in linkage.links}
        linked = [one for name, one in parties.items() if not wanted or name in wanted]
        for stand in terms(contract):
            asked = [parties[stand.under]] if stand.under in parties else linked if not stand.under else []
            if stand.linked and asked:
                yield from _unknown(tree, _references_to(asked, stand))
        if contract.assesses:
            yield from _unknown(tree, _payees(contract, contracts))


def _references_to(linked: Iterable[Contract], stand: Stand) -> Iterator[Reference]:
    """The references of a condition about linked parties, each known where one of their contracts knows it."""
    for same in zip(*(in_condition(contract, stand) for contract in linked), strict=True):
        yield same[0]._replace(known=[name for reference in same for name in reference.known])


def _payees(contract: Contract, contracts: Contracts) -> Iterator[Reference]:
    posts = [post.id for other, _ in contracts if other.year == contract.year for post in other.posts]
    for index, award in enumerate(contract.awards):
        for number, payee in enumerate(award.payees if posts else ()):
            yield Reference(("awards", index, "payees", number, "post"), POST, payee.post, posts)


def _unknown(tree: Tree, references: Iterable[Reference]) -> Iterator[Diagnostic]:
    for reference in references:
        known = list(dict.fromkeys(reference.known))
        if reference.name not in known:
            found = say("{what} {name}", what=reference.what, name=reference.name)
            expected = say("one that the other contract declares: {names}", names=listed(known))
            hint = did_you_mean(reference.name, known)
            yield Diagnostic("DX204", tree.span(reference.at), found, expected, hint)


CHECKS: tuple[Callable[[Contracts], Iterable[Diagnostic]], ...] = (
    given_twice, calendars, linked_contracts, totals_of_others, earlier_contracts, children_under_others, names_elsewhere,
)  # fmt: skip
