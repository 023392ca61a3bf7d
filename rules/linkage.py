"""Linked assessment: how a cadre's score is made from parties they answer for and from personal items."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from rules.quantity import Share
from rules.record import Clause, Id, Record

LINKS_MAX = 20


class LinkCombine(StrEnum):
    """`mean` weighs each party by time alone, `share` by time and the stated share; `worst` takes the lowest score."""

    MEAN = "mean"
    SHARE = "share"
    WORST = "worst"


class Prorate(StrEnum):
    """How time weighs an assignment: calendar days, months (that it covers at the month's end), or not at all."""

    DAYS = "days"
    MONTHS = "months"
    NONE = "none"


class Link(Record):
    """One stream of party scores: assignments in these roles to parties assessed by that contract."""

    contract: Id
    roles: Annotated[tuple[Id, ...], Field(min_length=1)]
    combine: LinkCombine = LinkCombine.MEAN
    prorate: Prorate = Prorate.DAYS
    weight: Share


class Linkage(Record):
    """For these posts: total = sum of link weights x linked scores + personal weight x the cadre's own sheet."""

    posts: Annotated[tuple[Id, ...], Field(min_length=1)]
    links: Annotated[tuple[Link, ...], Field(min_length=1, max_length=LINKS_MAX)]
    personal: Share = Fraction(0)


class Post(Clause):
    """A post that the contract assesses."""
