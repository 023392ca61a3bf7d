"""留痕: a chain of hashes over every row that is kept beside the ledger, so that one that was changed, removed or put in shows.

What is written together, and is named together, is one link: a run, a step, an appeal, the rows of one batch in one table.
`targets.keeping` writes and reads it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

VOUCHER = "voucher"
"""What a link is of that tells of the ledger: `key` is the number of a voucher, `content` its hash."""


@dataclass(frozen=True, slots=True)
class Link:
    """`key` names rows of the table `kept`, `run` the run that they belong to, if any; `content` is the SHA-256 of what they
    said when they were written, `standing` of what they say now: empty where they are gone."""

    number: int
    kept: str
    key: str
    run: str
    content: str
    previous_hash: str
    hash: str
    standing: str = ""
    wrong: tuple[str, ...] = ()

    @property
    def recomputed(self) -> str:
        return hash_of(self.number, self.kept, self.key, self.run, self.content, self.previous_hash)


@dataclass(frozen=True, slots=True, order=True)
class Stray:
    """What a link would say of rows that no link tells of."""

    kept: str
    key: str
    run: str
    content: str


@dataclass(frozen=True, slots=True)
class Trail:
    """All links in order, and rows of which no link tells."""

    links: tuple[Link, ...] = ()
    strays: tuple[Stray, ...] = ()

    @property
    def head(self) -> str:
        return self.links[-1].hash if self.links else ""


def hash_of(number: int, kept: str, key: str, run: str, content: str, previous_hash: str) -> str:
    """SHA-256, in hex, over all that the link says and the hash before it."""
    return hashlib.sha256("\n".join((str(number), kept, key, run, content, previous_hash)).encode()).hexdigest()
