"""What people, clauses, accounts and contracts are called, where the records keep only their codes and ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.language import Speech

if TYPE_CHECKING:
    from rules.contract import Contract
    from targets.snapshot import Records


@dataclass(frozen=True, slots=True)
class Names:
    """`people` (cadres and parties) by code, `clauses` by contract and id. An account of the ledger is the same whatever
    contract names it. Who or what is not known is called by its code: the ledger outlives the records."""

    people: Mapping[str, str]
    clauses: Mapping[tuple[str, str], str]
    accounts: Mapping[str, str]
    contracts: Mapping[str, str]

    def person(self, code: str) -> str:
        return self.people.get(code, code)

    def clause(self, contract: str, clause: str) -> str:
        return self.clauses.get((contract, clause), clause)

    def account(self, account: str) -> str:
        return self.accounts.get(account, account)

    def contract(self, contract: str) -> str:
        return self.contracts.get(contract, contract)


def names_of(speech: Speech, contracts: Iterable[Contract], records: Records, *, codes_only: bool = False) -> Names:
    """In the language of the reader; the newest version of a contract has the word. `codes_only` names no cadre."""
    in_order = sorted(contracts, key=lambda one: (one.contract, one.version))
    cadres = {cadre.code: cadre.code if codes_only else cadre.name for cadre in records.cadres}
    return Names(
        cadres | {party.code: party.name for party in records.parties},
        {(one.contract, clause): name for one in in_order for clause, name in clause_names(speech, one).items()},
        _accounts(speech, in_order),
        {one.contract: speech.name(one) for one in in_order},
    )  # fmt: skip


def clause_names(speech: Speech, contract: Contract) -> dict[str, str]:
    """What the contract calls its deposits, awards and accounts."""
    accounts = {account.id: speech.name(account) for account in contract.accounts}
    return accounts | {clause.id: speech.name(clause) for clause in (*contract.deposits, *contract.awards)}


def _accounts(speech: Speech, in_order: Iterable[Contract]) -> Mapping[str, str]:
    """One account that contracts call differently has all of its names."""
    newest = {(one.contract, account.id): speech.name(account) for one in in_order for account in one.accounts}
    called: dict[str, dict[str, None]] = defaultdict(dict)
    for (_, account), name in newest.items():
        called[account][name] = None
    return {account: "、".join(names) for account, names in called.items()}
