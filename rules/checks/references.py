"""Names of something that the contract declares elsewhere: an indicator, a section, a role, an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rules.checks.places import Stand, measures, sanctions, scopes, sections, terms
from rules.condition import GradeIs, IncidentCount, ItemMet, ItemScoreIs, Linked, MonthsIn, SectionScoreIs, ValueIs
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Text, say
from rules.indicator import Kind
from rules.money import Award
from rules.scoring import Checklist, PerEvent
from rules.source import Location, Tree
from rules.wording import did_you_mean, listed

ACCOUNT, ENTRY, GRADE, INCIDENT, INDICATOR, ITEM = (
    say("account"), say("entry"), say("grade"), say("kind of incident"), say("indicator"), say("item"),
)  # fmt: skip
KIND, POST, ROLE, SECTION, SEVERITY, STATE = (
    say("kind of party"), say("post"), say("role"), say("section"), say("severity"), say("state"),
)  # fmt: skip


class Reference(NamedTuple):
    """A name that must be among the known ones; `is_key` where it stands before a colon."""

    at: Location
    what: Text
    name: str
    known: Iterable[str]
    is_key: bool = False


def names_of_nothing(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """References to what the contract does not declare."""
    for reference in references(contract):
        known = list(dict.fromkeys(reference.known))
        if reference.name not in known:
            place = tree.key_span(reference.at) if reference.is_key else tree.span(reference.at)
            found = say("{what} {name}", what=reference.what, name=reference.name)
            yield Diagnostic("DX201", place, found, _declared(known), did_you_mean(reference.name, known))


def _declared(known: Sequence[str]) -> Text:
    if not known:
        return say("one that the contract declares (it declares none)")
    return say("one that the contract declares: {names}", names=listed(known))


def references(contract: Contract) -> Iterator[Reference]:
    """Every reference within the contract. What is inside `linked` or `children` concerns another contract."""
    yield from _in_indicators(contract)
    yield from _in_sheets(contract)
    for stand in terms(contract):
        if not stand.linked:
            yield from in_condition(contract, stand)
    yield from _in_verdicts(contract)
    yield from _in_linkage(contract)
    yield from _in_money(contract)


def _in_indicators(contract: Contract) -> Iterator[Reference]:
    for index, indicator in enumerate(contract.indicators):
        if indicator.derived is not None:
            for key in ("add", "subtract", "per"):
                yield from _each(
                    ("indicators", index, "derived", key),
                    INDICATOR,
                    getattr(indicator.derived, key),
                    contract.indicator_by_id,
                )
        if indicator.scores is not None:
            yield from _each(
                ("indicators", index, "scores", "items"), ITEM, indicator.scores.items, contract.item_by_id
            )
            yield from _each(
                ("indicators", index, "scores", "sections"), SECTION, indicator.scores.sections, _sections(contract)
            )


def _in_sheets(contract: Contract) -> Iterator[Reference]:
    for measure in measures(contract):
        measured = measure.measured
        if measured.indicator is not None:
            yield Reference((*measure.at, "indicator"), INDICATOR, measured.indicator, contract.indicator_by_id)
        match measured.scoring:
            case PerEvent(incident=str()) as rule:
                yield from _in_events(contract, (*measure.at, "scoring"), rule)
            case Checklist(entries=entries) if measure.indicator and measure.indicator.kind is Kind.CHECKLIST:
                known = [entry.id for entry in measure.indicator.entries]
                for name in entries:
                    yield Reference((*measure.at, "scoring", "entries", name), ENTRY, name, known, is_key=True)
            case _:
                pass
    for at, scope in scopes(contract):
        if contract.posts:
            yield from _each((*at, "posts"), POST, scope.posts, _posts(contract))
        else:
            yield from _each((*at, "kinds"), KIND, scope.kinds, contract.assesses)


def _in_events(contract: Contract, at: Location, rule: PerEvent) -> Iterator[Reference]:
    assert rule.incident is not None
    yield Reference((*at, "incident"), INCIDENT, rule.incident, _incidents(contract))
    known = _severities(contract, (rule.incident,))
    yield from _each((*at, "severities"), SEVERITY, rule.severities, known)
    for name in rule.by_severity:
        yield Reference((*at, "by_severity", name), SEVERITY, name, rule.severities or known, is_key=True)


def in_condition(contract: Contract, stand: Stand) -> Iterator[Reference]:
    """The references of one condition, without those inside it."""
    match stand.condition:
        case SectionScoreIs(section=name):
            yield Reference((*stand.at, "section"), SECTION, name, _sections(contract))
        case ItemScoreIs(item=name):
            yield Reference((*stand.at, "item"), ITEM, name, contract.item_by_id)
        case ItemMet(item_met=name):
            yield Reference((*stand.at, "item_met"), ITEM, name, contract.item_by_id)
        case GradeIs(grade=names) if _of_this_contract(stand):
            yield from _each((*stand.at, "grade"), GRADE, names, _grades(contract))
        case IncidentCount(incident=names, severity=severities):
            yield from _each((*stand.at, "incident"), INCIDENT, names, _incidents(contract))
            yield from _each((*stand.at, "severity"), SEVERITY, severities, _severities(contract, names))
        case MonthsIn(months_in=name):
            yield Reference((*stand.at, "months_in"), STATE, name, contract.state_ids)
        case ValueIs(value=name):
            yield Reference((*stand.at, "value"), INDICATOR, name, contract.indicator_by_id)
        case Linked(roles=names):
            yield from _each((*stand.at, "roles"), ROLE, names, contract.role_ids)
        case _:
            pass


def _of_this_contract(stand: Stand) -> bool:
    """Whether the grade is one of this contract's; another's of an earlier year has its own."""
    return stand.earlier is None or not stand.earlier.contract


def _in_verdicts(contract: Contract) -> Iterator[Reference]:
    for sanction in sanctions(contract):
        if sanction.reach.linked != "all":
            yield from _each((*sanction.at, "reach", "linked"), ROLE, sanction.reach.linked, contract.role_ids)
        if sanction.effects is not None and sanction.effects.cap_grade is not None:
            at = (*sanction.at, "effects", "cap_grade")
            yield Reference(at, GRADE, sanction.effects.cap_grade, _grades(contract))
    for index, criterion in enumerate(contract.ranking.tie_break):
        at = ("ranking", "tie_break", index)
        for key, what, name, known in (
            ("section", SECTION, criterion.section, _sections(contract)),
            ("item", ITEM, criterion.item, list(contract.item_by_id)),
            ("fewest_incidents", INCIDENT, criterion.fewest_incidents, _incidents(contract)),
        ):
            if name is not None:
                yield Reference((*at, key), what, name, known)


def _in_linkage(contract: Contract) -> Iterator[Reference]:
    for index, linkage in enumerate(contract.linkage):
        yield from _each(("linkage", index, "posts"), POST, linkage.posts, _posts(contract))
        for number, link in enumerate(linkage.links):
            yield from _each(("linkage", index, "links", number, "roles"), ROLE, link.roles, contract.role_ids)


def _in_money(contract: Contract) -> Iterator[Reference]:
    for number, deposit in enumerate(contract.deposits):
        yield from _each(("deposits", number, "posts"), POST, deposit.posts, _posts(contract))
        if deposit.forfeit_to is not None:
            yield Reference(("deposits", number, "forfeit_to"), ACCOUNT, deposit.forfeit_to, contract.account_ids)
        for index, outcome in enumerate(deposit.outcomes):
            if outcome.forfeit_to is not None:
                at = ("deposits", number, "outcomes", index, "forfeit_to")
                yield Reference(at, ACCOUNT, outcome.forfeit_to, contract.account_ids)
    for index, award in enumerate(contract.awards):
        yield from _in_award(contract, ("awards", index), award)


def _in_award(contract: Contract, at: Location, award: Award) -> Iterator[Reference]:
    for grade in award.by_grade or ():
        yield Reference((*at, "by_grade", grade), GRADE, grade, _grades(contract), is_key=True)
    if award.less is not None:
        yield Reference((*at, "less", "item"), ITEM, award.less.item, list(contract.item_by_id))
    if award.advance is not None:
        yield Reference((*at, "advance"), INDICATOR, award.advance, list(contract.indicator_by_id))
    if contract.posts:  # else the posts are those of another contract
        yield from _each((*at, "posts"), POST, award.posts, _posts(contract))
        for index, payee in enumerate(award.payees):
            yield Reference((*at, "payees", index, "post"), POST, payee.post, _posts(contract))


def _each(at: Location, what: Text, names: Sequence[str], known: Iterable[str]) -> Iterator[Reference]:
    for index, name in enumerate(names):
        yield Reference((*at, index), what, name, known)


def _sections(contract: Contract) -> list[str]:
    return [place.section.id for place in sections(contract)]


def _grades(contract: Contract) -> list[str]:
    return [grade.id for grade in contract.grades]


def _incidents(contract: Contract) -> list[str]:
    return [kind.id for kind in contract.incidents]


def _severities(contract: Contract, kinds: Sequence[str]) -> list[str]:
    """Those that every one of the kinds tells apart."""
    declared = [kind.severities for kind in contract.incidents if kind.id in kinds]
    return [name for name in (declared[0] if declared else ()) if all(name in others for others in declared)]


def _posts(contract: Contract) -> list[str]:
    return [post.id for post in contract.posts]
