"""Golden pages: a rule in words, a small contract, small tables, and what must come out. `contracts/README.md` says how.

A page is read into cases; a case is contracts, a snapshot of the year and what is expected of each subject. Nothing
on a page is passed over: an unknown table, column or word is an error of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

from golden_names import with_ids
from golden_records import PageError, Table, records_of

from rules.codes import Severity
from rules.contract import Contract
from rules.load import CHECKS, load_contract
from rules.source import Tree, parse_source
from targets.snapshot import Snapshot

PAGES = Path(__file__).parent / "contracts"
REPOSITORY = Path(__file__).parent.parent
YEAR = 2026
CONTRACT_ID = "责任状"
SECTION_ID = "考核内容"
THROUGH, OF_YEAR, EXPECTED, FAULTS = "截至", "年度", "结果", "问题"


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One heading of a page. `expected` are tables of results, `faults` the diagnostics in place of any result."""

    page: str
    title: str
    contracts: tuple[Contract, ...]
    snapshot: Snapshot
    expected: tuple[Table, ...]
    faults: tuple[tuple[str, str], ...]

    @property
    def name_in_english(self) -> str:
        return f"{self.page}: {self.title.rpartition(' / ')[2]}"


def golden_pages(folder: Path = PAGES) -> list[Path]:
    return sorted(path for path in folder.glob("*.md") if path.name != "README.md")


def read_page(path: Path) -> list[GoldenCase]:
    """The cases of a page. What stands before the first `##` holds for all of them. Raises PageError."""
    before, *parts = _parts(path)
    if not parts:
        raise PageError(f"{path.name} has no case (a heading with ##)")
    return [_case(path.stem, before, part) for part in parts]


@dataclass
class _Part:
    title: str
    contracts: dict[str, Contract] = field(default_factory=dict)
    shipped: dict[str, Contract] = field(default_factory=dict)
    tables: dict[str, list[Table]] = field(default_factory=dict)
    through: int | None = None
    year: int = YEAR


def _parts(path: Path) -> list[_Part]:
    parts = [_Part("")]
    lines = iter(path.read_text("utf-8").splitlines())
    announced = ""
    for line in lines:
        if line.startswith("## "):
            parts.append(_Part(line.removeprefix("## ").strip()))
        elif line.startswith("```yaml"):
            contract = _contract(path.name, "\n".join(_fenced(lines)))
            parts[-1].contracts[contract.contract] = contract
        elif line.startswith("|"):
            parts[-1].tables.setdefault(announced, []).append(_table(announced, line, lines))
        elif bold := re.match(r"\*\*(\w+)\*\*(.*)", line):
            announced = bold[1]
            if announced == THROUGH:
                parts[-1].through = int(re.sub(r"\D", "", bold[2]))
            elif announced == OF_YEAR:
                parts[-1].year = int(re.sub(r"\D", "", bold[2]))
            elif announced == CONTRACT_ID:
                contract = load_contract(REPOSITORY / bold[2].strip()).contract
                parts[-1].shipped[contract.contract] = contract
    return parts


def _fenced(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("```"):
            return
        yield line


def _table(announced: str, heading: str, lines: Iterator[str]) -> Table:
    """The table that begins with this line; an empty line ends it."""
    if not announced:
        raise PageError(f"no name in bold before the table {heading}")
    columns = _cells(heading)
    ruler, *rows = list(takewhile(str.strip, lines))
    for row in (ruler, *rows):
        if not row.startswith("|") or len(_cells(row)) != len(columns):
            raise PageError(f"{len(columns)} columns, but the row is {row}")
    return Table(tuple(columns), tuple(dict(zip(columns, _cells(row), strict=True)) for row in rows))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _contract(path_shown: str, text: str) -> Contract:
    """The contract of a block, with what every page may leave out. Raises PageError for what no contract may say."""
    tree = parse_source(path_shown, text)
    if not isinstance(tree.plain, dict):
        raise PageError(f"{path_shown}: a contract is a mapping")
    tree = replace(tree, plain=_with_prelude(tree.plain))
    contract = Contract.model_validate(tree.plain, by_alias=True, by_name=False)
    if wrong := _errors(contract, tree):
        raise PageError(f"{path_shown}: {wrong}")
    return contract


def _errors(contract: Contract, tree: Tree) -> list[str]:
    faults = [fault for check in CHECKS for fault in check(contract, tree) if fault.severity is Severity.ERROR]
    return [f"{fault.code} {fault.span}: {fault.found}; {fault.expected}" for fault in faults]


def _with_prelude(plain: dict[str, object]) -> dict[str, object]:
    """Whom it assesses, and the head of the paper; `items` alone are one section; what has an id has it for a name."""
    body = dict(plain)
    head = {"contract": CONTRACT_ID, "title": body.get("contract", CONTRACT_ID), "version": "1", "year": str(YEAR)}
    if "posts" not in body:
        head["assesses"] = ["village"]
    if "items" in body:
        body["sections"] = [{"id": SECTION_ID, "items": body.pop("items")}]
    named = _named(head | body)
    assert isinstance(named, dict)
    return named


def _named(node: object) -> object:
    match node:
        case dict():
            known = {"name": node["id"]} if "id" in node else {}
            return known | {key: _named(value) for key, value in node.items()}
        case list():
            return [_named(value) for value in node]
        case _:
            return node


def _case(page: str, before: _Part, part: _Part) -> GoldenCase:
    """A contract or table of the case stands in for the page's of the same name; shipped ones are spoken of by name."""
    shipped = before.shipped | part.shipped
    contracts = shipped | before.contracts | part.contracts
    tables: Mapping[str, list[Table]] = with_ids(before.tables | part.tables, tuple(shipped.values()))
    if not contracts or not (EXPECTED in tables or FAULTS in tables):
        raise PageError(f"{page}: {part.title}: a case needs a contract, and a table {EXPECTED} or {FAULTS}")
    known = {EXPECTED, FAULTS}
    records = records_of({name: listed for name, listed in tables.items() if name not in known}, contracts)
    faults = tuple((row["代码"], row["处"]) for table in tables.get(FAULTS, ()) for row in table.rows)
    through = part.through or before.through or 12
    snapshot = Snapshot(part.year, records, through, next(iter(contracts.values())).year_ends)
    return GoldenCase(page, part.title, tuple(contracts.values()), snapshot, tuple(tables.get(EXPECTED, ())), faults)
