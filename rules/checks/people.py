"""Whom a contract is for: parties or posts, their scopes, links and roles."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.places import sanctions, scopes, terms
from rules.condition import Linked
from rules.contract import Contract
from rules.diagnostic import Diagnostic, say
from rules.source import Location, Tree


def nobody_or_both(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A contract assesses kinds of party, or posts."""
    expected = say("either assesses (kinds of party) or posts")
    if contract.assesses and contract.posts:
        yield Diagnostic("DX240", tree.key_span(("posts",)), say("posts beside assesses"), expected)
    elif not contract.assesses and not contract.posts:
        yield Diagnostic("DX240", tree.key_span(("contract",)), say("a contract that assesses nobody"), expected)


def scopes_nobody_has(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Posts where parties are assessed, kinds of party where posts are."""
    key = "kinds" if contract.posts else "posts"
    restricted: list[Location] = [(*at, key) for at, scope in scopes(contract) if getattr(scope, key)]
    if not contract.posts:
        restricted += [("awards", index, "posts") for index, award in enumerate(contract.awards) if award.posts]
    for at in restricted:
        expected = (
            say("posts, which this contract assesses") if contract.posts else say("kinds, groups or codes of parties")
        )
        yield Diagnostic("DX241", tree.key_span(at), say("{key}, which nobody here has", key=key), expected)


def linked_twice(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """A post's score is made in one way."""
    first: dict[str, Location] = {}
    for index, linkage in enumerate(contract.linkage):
        for number, post in enumerate(linkage.posts):
            at: Location = ("linkage", index, "posts", number)
            before = first.setdefault(post, at)
            if before[1] != index:
                found = say("{post}, linked a second time", post=post)
                expected = say("each post in one linkage")
                yield Diagnostic("DX242", tree.span(at), found, expected, also=(tree.span(before),))


def out_of_every_reach(contract: Contract, tree: Tree) -> Iterator[Diagnostic]:
    """Roles that no rule asks for, and posts that nothing is scored or paid for."""
    if "all" not in (asked := _roles_asked_for(contract)):
        for index, role in enumerate(contract.role_ids):
            if role not in asked:
                found, expected = say("role {role}", role=role), say("a link, reach or condition that names it")
                yield Diagnostic("DX311", tree.span(("roles", index)), found, expected)
    for index, post in enumerate(contract.posts):
        if not _is_reached(contract, post.id):
            found, expected = say("post {post}", post=post.id), say("a section, linkage, deposit or award for it")
            yield Diagnostic("DX311", tree.span(("posts", index, "id")), found, expected)


def _roles_asked_for(contract: Contract) -> set[str]:
    """The roles that some rule names; `all` among them where one takes every role."""
    asked = {role for linkage in contract.linkage for link in linkage.links for role in link.roles}
    for sanction in sanctions(contract):
        asked.update(("all",) if sanction.reach.linked == "all" else sanction.reach.linked)
    for stand in terms(contract):
        if isinstance(stand.condition, Linked):
            asked.update(stand.condition.roles or ("all",))
    return asked


def _is_reached(contract: Contract, post: str) -> bool:
    return (
        any(post in linkage.posts for linkage in contract.linkage)
        or any(post in deposit.posts for deposit in contract.deposits)
        or any(not award.posts or post in award.posts for award in contract.awards)
        or any(
            post in (section.applies_to.posts or (post,)) and post in (item.applies_to.posts or (post,))
            for section in contract.all_sections()
            for item in section.items
        )
    )
