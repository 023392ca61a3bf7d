"""Versions: a hash that follows the meaning and not the spelling, amendments that name what they supersede."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
import yaml
from bad_contracts.cases import HERE

from rules.amend import check_amendment, check_chain, content_hash, in_force
from rules.contract import Contract
from rules.load import Loaded, parse_contract

VILLAGE, RICH = ((HERE / f"{name}.yaml").read_text(encoding="utf-8") for name in ("village", "rich"))


def loaded(text: str, path: str = "x.yaml") -> Loaded:
    return parse_contract(path, text)


def hash_of(text: str) -> str:
    return content_hash(loaded(text).contract)


# --- the hash ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("target: 95%", "target: 0.95"),
        ("target: 95%", "target: ９５％"),
        ("target: 12", 'target: "12.0"'),
        ("version: 1\nyear: 2026", "year: 2026 # the year\nversion: 1"),
        ("{method: proportional, target: 95%}", "{target: 95%, method: proportional, cap: 1}"),
        ("points: 40", "points: 40\n        missing: error\n        period: {over: last}"),
        ("year: 2026", 'year: "2026"\ntotal: {full: 100, floor: 0}\nrounding: half_up'),
    ],
)
def test_another_spelling_has_the_same_hash(written: str, instead: str) -> None:
    assert hash_of(VILLAGE.replace(written, instead, 1)) == hash_of(VILLAGE)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("target: 95%", "target: 95.01%"),
        ("name: Patrols", "name: Rounds"),
        ("year: 2026", "year: 2027"),
        ("points: 20", "points: 20\n        article: 第3条"),
        ("assesses: [village]", "assesses: [village, community]"),
        ("version: 1", "version: 1\nrounding: down"),
    ],
)
def test_another_meaning_has_another_hash(written: str, instead: str) -> None:
    assert hash_of(VILLAGE.replace(written, instead, 1)) != hash_of(VILLAGE)


def test_the_order_of_keys_is_nothing_and_the_order_of_a_list_is_something() -> None:
    tree = yaml.load(RICH, Loader=yaml.BaseLoader)
    turned = yaml.safe_dump(_keys_reversed(tree), sort_keys=False, allow_unicode=True)
    assert hash_of(turned) == hash_of(RICH)
    tree["grades"][0]["when"]["all"].reverse()
    assert hash_of(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)) != hash_of(RICH)


def _keys_reversed(node: object) -> object:
    if isinstance(node, dict):
        return {key: _keys_reversed(below) for key, below in reversed(node.items())}
    return [_keys_reversed(below) for below in node] if isinstance(node, list) else node


def test_a_hash_once_published_stays() -> None:
    assert hash_of(VILLAGE) == "03105072741c669253a204f11180b4f05f67a1c17bac1e4b583b3bdee0f6e75e"


def test_what_is_hashed_can_be_read_again() -> None:
    contract = loaded(RICH).contract
    said = contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert content_hash(Contract.model_validate(said)) == content_hash(contract)


# --- amendments ----------------------------------------------------------------------------------------------------


def version(number: int, supersedes: str = "", begins: str = "2026-01-01", **replaced: str) -> Loaded:
    """Version `number` of the village contract with another target, superseding that hash."""
    text = VILLAGE.replace("version: 1", f"version: {number}\neffective_from: {begins}")
    text = text.replace("target: 12", f"target: {11 + number}")
    if supersedes:
        text = text.replace("title:", f"supersedes: {supersedes}\ntitle:")
    for written, instead in replaced.items():
        text = text.replace(f"{written}: ", f"{written}: {instead} # ", 1)
    return loaded(text, f"{number}.yaml")


def chain(*begins: str) -> list[Loaded]:
    """Versions from 1 on, each naming the one before."""
    versions: list[Loaded] = []
    for number, day in enumerate(begins, start=1):
        versions.append(version(number, content_hash(versions[-1].contract) if versions else "", day))
    return versions


FIRST, SECOND, THIRD = chain("2026-01-01", "2026-04-01", "2026-07-01")


def codes(old: Loaded, new: Loaded) -> list[tuple[str, str, int]]:
    return [(d.code, d.span.path, d.span.line) for d in check_amendment(old, new)]


def test_an_amendment_names_the_text_it_supersedes() -> None:
    assert codes(FIRST, SECOND) == []
    assert codes(FIRST, version(2, "0" * 64)) == [("DX274", "2.yaml", 2)]


def test_an_amendment_of_another_contract_or_year() -> None:
    superseded = content_hash(FIRST.contract)
    assert codes(FIRST, version(2, superseded, contract="paths")) == [("DX272", "2.yaml", 1)]
    assert codes(FIRST, version(2, superseded, "2027-01-01", year="2027")) == [("DX272", "2.yaml", 6)]


def test_versions_follow_one_another() -> None:
    assert codes(FIRST, THIRD) == [("DX273", "3.yaml", 4)]
    assert codes(SECOND, FIRST) == [("DX273", "1.yaml", 3)]


def test_an_amendment_does_not_begin_before_what_it_amends() -> None:
    old = version(1, begins="2026-03-01")
    assert codes(old, version(2, content_hash(old.contract), "2026-02-28")) == [("DX275", "2.yaml", 5)]


@pytest.mark.parametrize("order", list(permutations([FIRST, SECOND, THIRD])))
def test_a_chain_is_checked_in_whatever_order_it_is_given(order: tuple[Loaded, ...]) -> None:
    assert check_chain(order) == []


def test_a_chain_breaks_after_the_text_that_was_exchanged() -> None:
    exchanged = version(2, content_hash(FIRST.contract), "2026-04-01", title="Other roads")
    assert [d.code for d in check_chain([FIRST, exchanged, THIRD])] == ["DX274"]
    assert [d.code for d in check_chain([FIRST, THIRD])] == ["DX273"]


def test_chains_of_different_contracts_do_not_meet() -> None:
    assert check_chain([FIRST, loaded(RICH), SECOND]) == []


@pytest.mark.parametrize(
    ("day", "versions"),
    [
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), [1]),
        (date(2026, 3, 31), [1]),
        (date(2026, 4, 1), [2]),
        (date(2026, 12, 31), [3]),
        (date(2027, 1, 1), []),
    ],
)
def test_the_latest_version_that_has_begun_is_in_force(day: date, versions: list[int]) -> None:
    contracts = [one.contract for one in (THIRD, FIRST, SECOND)]
    assert [contract.version for contract in in_force(contracts, day)] == versions


def test_one_version_of_each_contract_is_in_force() -> None:
    contracts = [one.contract for one in (SECOND, loaded(RICH), FIRST)]
    assert [(c.contract, c.version) for c in in_force(contracts, date(2026, 5, 1))] == [("roads", 2), ("roads/rich", 1)]
