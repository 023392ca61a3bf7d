"""Pages about money: a contract and tables in, dues by the compiled plan out."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import GoldenCase, read_page

from engine.columnar.judged import judge_year
from engine.columnar.money.dues import Due, dues_of, taken
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName

ENGINES = pytest.mark.parametrize("engine", [EngineName.POLARS, EngineName.DUCKDB])

# Everybody's score is the mark they got.
MARKED = """
indicators:
  - {id: 评分, kind: mark}
items:
  - {id: 评, indicator: 评分, points: 100, scoring: {method: mark}}
"""


class Paid:
    """The dues of a page, by contract; each is subject, clause, what it is, payee, fen."""

    def __init__(self, folder: Path, *parts: str) -> None:
        page = folder / "page.md"
        page.write_text(
            "\n".join(("## 案例", *parts, "**结果**", "", "| 村 | 总分 |", "|---|---|", "| 某村 | 1 |")), "utf-8"
        )
        self.case: GoldenCase = read_page(page)[0]

    def by(self, engine: EngineName, worlds: int = 1) -> dict[str, list[Due]]:
        chosen, contracts = backend(engine), self.case.contracts
        year = columns_of([self.case.snapshot] * worlds, contracts, chosen)
        return taken(dues_of(judge_year(contracts, year, chosen), year, chosen), chosen)

    def of(self, engine: EngineName, contract: str, *clauses: str) -> list[tuple[str, str, str, int]]:
        """Subject, what it is, payee ("" where it is the subject) and fen, of the clauses."""
        return sorted(
            (one.subject, one.due, "" if one.payee == one.subject else one.payee, one.amount_fen)
            for one in self.by(engine)[contract]
            if one.clause in clauses or not clauses
        )


def contract(text: str) -> str:
    return f"```yaml\n{text}\n```\n"


def table(name: str, text: str) -> str:
    heading, *rows = [line.strip() for line in text.strip().splitlines()]
    return "\n".join((f"**{name}**", "", heading, "|---" * (heading.count("|") - 1) + "|", *rows, ""))


def marks(**scores: str) -> str:
    return table("实绩", "\n".join(["| 村 | 评分 |", *(f"| {village} | {mark} |" for village, mark in scores.items())]))


LOWERING = """
incidents: [{id: 通报}, {id: 谎报}]
warnings:
  - {id: 一次, when: {incident: 通报}, effects: {lower_prize: 1}}
  - {id: 两次, when: {incident: 通报, count: {at_least: 2}}, effects: {lower_prize: 1}}
vetoes:
  - {id: 谎报否决, when: {incident: 谎报}, effects: {cancel_awards: true}}
"""


CADRES = """
contract: 干部责任状
posts: [{id: 书记}, {id: 主任}, {id: 会计}]
accounts: [基金, 财政, 专户]
indicators:
  - {id: 个人分, kind: mark}
items:
  - {id: 个人, indicator: 个人分, points: 100, scoring: {method: mark}}
"""


def cadres(*rows: str) -> str:
    """Name, post, party, score and perhaps last day of each."""
    fields = [[*row.split(), ""][:5] for row in rows]
    held = "\n".join(f"| {name} | {post} | {party} | {until} |" for name, post, party, _, until in fields)
    own = "\n".join(f"| {name} | {mark} |" for name, _, _, mark, _ in fields)
    return table("任职", f"| 干部 | 职务 | 单位 | 止 |\n{held}") + "\n" + table("实绩", f"| 干部 | 个人分 |\n{own}")
