"""Fill the tables of docs/library.md from the contracts themselves. Run: python docs/generate_library.py

Between `<!-- contract: FILE -->` and `<!-- end -->` the page is written by this program, everything else by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from rules.contract import Contract
from rules.indicator import Kind
from rules.load import load_contract
from rules.quantity import show, show_percent
from rules.record import Clause
from rules.scoring_terms import FromData, Parameter
from rules.sheet import Item, Scope, Section, SectionKind
from rules.verdict import GradeBand, Reach, Veto, WarningRule

PAGE = Path(__file__).parent / "library.md"
LIBRARY = Path(__file__).parent.parent / "rules" / "library"
_BLOCK = re.compile(r"(<!-- contract: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

_METHODS = {
    "proportional": "按比例 proportional",
    "all_or_nothing": "达标得分 all or nothing",
    "steps": "按档增减 steps",
    "tiers": "分档 tiers",
    "linear": "直线 linear",
    "improvement": "进步 improvement",
    "brackets": "分段累计 brackets",
    "best_of": "取高 best of",
    "worst_of": "取低 worst of",
    "sum_of": "相加 sum of",
    "first_of": "按情形 first of",
    "per_event": "按次 per event",
    "rank": "按名次 by rank",
    "relative": "与同类比 relative to peers",
    "checklist": "清单 checklist",
    "mark": "评分 mark",
}
_KINDS = {
    SectionKind.BASE: "",
    SectionKind.BONUS: "（加分 bonus）",
    SectionKind.DEDUCTION: "（扣分 deduction）",
    SectionKind.WORKING: "（过程 working）",
}
_FROM_DATA = {FromData.BY_PARTY: "分别签订 agreed with each", FromData.LAST_YEAR: "上年 last year"}


def page() -> str:
    """The page with its tables as they should be."""
    return _BLOCK.sub(
        lambda block: f"{block[1]}\n{_tables(block[2])}\n{block[3]}",
        PAGE.read_text(encoding="utf-8"),
    )


def _tables(file: str) -> str:
    contract = load_contract(LIBRARY / file).contract
    lines = [
        f"`{contract.contract}` · {contract.title} · {contract.title_en}",
        *_table(("条款", "项目 Item", "分值 Points", "方法 Method", "目标 Target", "适用 For"), _items(contract)),
        *_table(("职务 Posts", "挂钩 Linked to", "角色 Roles", "合成 Combined", "权重 Weight"), _links(contract)),
        *_table(("条款", "一票否决和黄牌 Vetoes and warnings", "影响到 Reaches", "年数 Years"), _sanctions(contract)),
        *_table(("条款", "等次 Grade", "名额 Quota"), ((b.article, _named(b), _quota(b)) for b in contract.grades)),
    ]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> list[str]:
    """With an empty line before it; nothing where there are no rows."""
    listed = [_row(row) for row in rows]
    return ["", _row(head), _row(["---"] * len(head)), *listed] if listed else []


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _items(contract: Contract) -> Iterator[tuple[str, ...]]:
    yield from _of_sections(contract, contract.sections, contract.annual_weight)
    for sheet in contract.periodic:
        heading = f"**{_named(sheet)}**（{show_percent(sheet.weight)}）"
        yield (sheet.article, heading, "", "", "", "")
        yield from _of_sections(contract, sheet.sections, Fraction(1))


def _of_sections(contract: Contract, sections: Sequence[Section], weight: Fraction) -> Iterator[tuple[str, ...]]:
    for section in sections:
        factor = weight * section.weight
        weighed = f"，x {show_percent(factor)}" if factor != 1 and section.kind is SectionKind.BASE else ""
        heading = f"**{_named(section)}**{_KINDS[section.kind]}{weighed}"
        yield (section.article, heading, f"**{_worth(contract, section)}**", "", "", _scope(section.applies_to))
        for item in section.items:
            method = _METHODS[item.scoring.method]
            scope = _scope(item.applies_to)
            yield (item.article, _named(item), show(item.points), method, _target(contract, item), scope)


def _worth(contract: Contract, section: Section) -> str:
    """Full points as one kind, and the first group, sees them: rows that only others have are left out."""
    if section.kind is SectionKind.DEDUCTION:
        return "" if section.floor == "none" else show(section.floor)
    kind = next(iter(contract.assesses), "")
    group = next((name for item in section.items for name in item.applies_to.groups), "")
    rows = [
        item
        for item in section.items
        if _is_for(item.applies_to.kinds, kind) and _is_for(item.applies_to.groups, group)
    ]
    total = sum((item.points for item in rows), Fraction(0)) if section.start is None else section.start
    return show(total if section.cap == "none" else min(total, section.cap))


def _is_for(names: Sequence[str], name: str) -> bool:
    return not names or name in names


def _target(contract: Contract, item: Item) -> str:
    target = getattr(item.scoring, "target", None)
    if target is None:
        return ""
    ratio = item.indicator is not None and contract.indicator_by_id[item.indicator].kind is Kind.RATIO
    return _parameter(target, as_percent=ratio and target <= 1 if isinstance(target, Fraction) else False)


def _parameter(target: Parameter, *, as_percent: bool) -> str:
    if isinstance(target, FromData):
        return _FROM_DATA[target]
    return show_percent(target) if as_percent else show(target)


def _scope(scope: Scope) -> str:
    return ", ".join((*scope.kinds, *scope.groups, *scope.posts, *scope.codes))


def _links(contract: Contract) -> Iterator[tuple[str, ...]]:
    for linkage in contract.linkage:
        posts = ", ".join(linkage.posts)
        for link in linkage.links:
            yield (posts, f"`{link.contract}`", ", ".join(link.roles), str(link.combine), show_percent(link.weight))
        if linkage.personal:
            yield (posts, "本人的表 own sheet", "", "", show_percent(linkage.personal))


def _sanctions(contract: Contract) -> Iterator[tuple[str, ...]]:
    sanctions: tuple[Veto | WarningRule, ...] = (*contract.warnings, *contract.vetoes)
    for sanction in sanctions:
        years = ""
        if isinstance(sanction, Veto):
            years = f"{sanction.years}{'，随人走 follows the person' if sanction.follows_person else ''}"
        yield (sanction.article, _named(sanction), _reach(sanction.reach), years)


def _reach(reach: Reach) -> str:
    linked = ("全部责任人 all linked",) if reach.linked == "all" else reach.linked
    return ", ".join((*(("本身 itself",) if reach.party else ()), *linked))


def _quota(band: GradeBand) -> str:
    return "" if band.at_most is None else f"≤ {show_percent(band.at_most)}"


def _named(clause: Clause) -> str:
    return f"{clause.name} {clause.name_en}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
