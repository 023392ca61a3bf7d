"""Everybody and everything that a row may refer to: what the workspace knows, and what the file itself brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from rules.contract import Contract
from rules.indicator import Indicator
from targets.cadre import Cadre, Tenure
from targets.intake.lexicon import Lexicon
from targets.intake.names import Names
from targets.party import Party
from targets.snapshot import Records
from targets.tables.layout import Reads
from targets.vocabulary import folded


class Register:
    """Parties and cadres by code and name, and what each is assessed by. Not `complete` while a table cannot be read."""

    def __init__(self, contracts: Sequence[Contract], known: Records, *, to_withdraw: bool = False) -> None:
        self.lexicon = Lexicon(contracts)
        self.parties: dict[str, Party] = {}
        self.cadres: dict[str, Cadre] = {}
        self._party_names, self._cadre_names = Names(), Names()
        self._posts: dict[str, set[str]] = defaultdict(set)
        self._unsound: set[str] = set()
        self._contracts: dict[str, tuple[Contract, ...]] = {}
        self.incidents = {incident.id: incident for incident in known.incidents}
        self.recorded = Records() if to_withdraw else known
        self.complete = True
        for party in known.parties:
            self.add_party(party)
        for cadre in known.cadres:
            self.add_cadre(cadre)
        for tenure in known.tenures:
            self.add_tenure(tenure)

    def add_party(self, party: Party) -> None:
        self.parties[party.code] = party
        self._party_names.add(party.code, party.name)

    def add_cadre(self, cadre: Cadre) -> None:
        self.cadres[cadre.code] = cadre
        self._cadre_names.add(cadre.code, cadre.name)

    def add_tenure(self, tenure: Tenure) -> None:
        self._posts[tenure.cadre].add(tenure.post)

    def set_aside(self, *texts: str) -> None:
        """Remember what a faulty row was about, so that what refers to it is not a second fault."""
        self._unsound.update(map(folded, filter(None, texts)))

    def was_set_aside(self, text: str) -> bool:
        return not self.complete or (bool(text) and folded(text) in self._unsound)

    def find(self, text: str, reads: Reads) -> tuple[str, ...]:
        """The codes of those that the text may mean, among parties, cadres or both."""
        found: list[str] = []
        for names in self._names(reads):
            found += names.find(text)
        return tuple(dict.fromkeys(found))

    def nearest(self, text: str, reads: Reads) -> str | None:
        return next(filter(None, (names.nearest(text) for names in self._names(reads))), None)

    def name_of(self, code: str) -> str:
        someone = self.parties.get(code) or self.cadres.get(code)
        return someone.name if someone else ""

    def contracts_of(self, subject: str) -> tuple[Contract, ...]:
        """The contracts that assess the party's kind, or a post of the cadre."""
        if subject not in self._contracts:
            self._contracts[subject] = tuple(self._assessing(subject))
        return self._contracts[subject]

    def definition(self, subject: str, indicators: Iterable[str]) -> Indicator | None:
        """The one of the indicators by which the subject is assessed; statistics may be reported for any party."""
        assessing = {id(contract) for contract in self.contracts_of(subject)}
        defined = [found for each in indicators for found in self.lexicon.definitions.get(each, ())]
        for contract, indicator in defined:
            if id(contract) in assessing or (indicator.statistic and subject in self.parties):
                return indicator
        return None

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds of party that a contract names, beyond the usual ones."""
        return frozenset(kind for contract in self.lexicon.contracts for kind in contract.assesses)

    def _names(self, reads: Reads) -> tuple[Names, ...]:
        by_reads = {Reads.PARTY: (self._party_names,), Reads.CADRE: (self._cadre_names,)}
        return by_reads.get(reads, (self._party_names, self._cadre_names))

    def _assessing(self, subject: str) -> Iterable[Contract]:
        party, posts = self.parties.get(subject), self._posts.get(subject, set())
        for contract in self.lexicon.contracts:
            if (party is not None and party.kind in contract.assesses) or posts & {post.id for post in contract.posts}:
                yield contract
