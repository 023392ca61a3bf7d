"""Fill the tables of docs/language.md from the models of the language. Run: python docs/generate_language.py

Between `<!-- record: NAME -->` (or `<!-- conditions -->`, `<!-- rest -->`) and `<!-- end -->` the page is written by this
program, with one exception: the last column of a table is written by hand, and kept. A record that stands nowhere on the
page appears under `rest`; a field that is new has an empty last cell, and the tests ask for a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from rules import past, quantity, record, scoring, scoring_terms
from rules.condition import KEYS, Condition
from rules.contract import Contract
from rules.quantity import show, show_percent
from rules.record import Record
from rules.scoring_terms import PeriodRule

PAGE = Path(__file__).parent / "language.md"
GOLDEN = Path(__file__).parent.parent / "tests" / "contracts"
BLOCK = re.compile(r"<!-- (record: (?P<record>\w+)|conditions|rest) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$")
_FIELDS = ("字段 field", "写什么 what it may be", "不写 default", "意思 meaning")
_CONDITIONS = ("键 key", "写什么 what it may be", "金页 examples", "it holds where", "成立 holds")

# What is written by name in the models, and what a reader calls it.
_NAMED: tuple[tuple[Any, str], ...] = (
    (record.Id, "标识 id"),
    (record.Name, "文字 text"),
    (record.Flag, "`true` `false`"),
    (record.Count, "整数 ≥ 0"),
    (record.Day, "日期 date"),
    (quantity.Quantity, "数 number"),
    (quantity.PositiveQuantity, "数 > 0"),
    (quantity.WrittenValue, "数或金额 number or money"),
    (quantity.PositiveValue, "数或金额 > 0"),
    (quantity.NotNegativeValue, "数或金额 ≥ 0"),
    (quantity.Share, "比例 share ≥ 0"),
    (quantity.Points, "分 points ≥ 0"),
    (quantity.MoneyFen, "金额 money"),
    (scoring_terms.Parameter, "数或金额，`by_party`，`last_year`"),
    (scoring_terms.Task, "数或金额，`by_party`，`last_year`，`carried`"),
    (past.LookBack, "几年 years，或 `since 2024`"),
    (past.ContractsLookedAt, "一个或多个标识 id or list of them"),
    (scoring_terms.Limit, "数或 `none`"),
    (scoring.ScoringRule, "[方法 method](#计分方法--methods)"),
    (Condition, "[条件 condition](#条件--conditions)"),
    (quantity.Rounding, "[取整 rounding](#总分和取整--total-and-rounding)"),
)
_PLAIN = {str: "文字 text", bool: "`true` `false`", int: "整数 whole", Fraction: "数 number", NoneType: ""}


def page() -> str:
    """The page with its tables as they should be."""
    text = PAGE.read_text(encoding="utf-8")
    places = _places(text)
    said = {key: sentence for block in BLOCK.finditer(text) for key, sentence in sentences(block)}
    return BLOCK.sub(lambda block: _filled(block, places, said), text)


def _filled(block: re.Match[str], places: Mapping[str, str], said: Mapping[str, str]) -> str:
    head, known = block[0].partition("\n")[0], records()
    if block["record"]:
        body = _record(known[block["record"]], places, said)
    elif "conditions" in head:
        body = _conditions(places, said)
    else:
        unplaced = [name for name in known if name not in places]
        body = [line for name in unplaced for line in (f"### `{name}`", "", *_record(known[name], places, said))]
    return "\n".join([head, "", *body, "<!-- end -->"])


def records() -> dict[str, type[Record]]:
    """Every record that a contract may be made of, by name, with those that others extend."""
    found: dict[str, type[Record]] = {}
    waiting: list[Any] = [Contract]
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, type) and issubclass(here, Record) and here is not Record:
            if here.__name__ not in found:
                here.model_rebuild()
                found[here.__name__] = here
                waiting += [*here.__bases__, *_hints(here).values()]
        else:
            waiting += [part for part in get_args(here) if not isinstance(part, str)]
    return found


def _places(text: str) -> dict[str, str]:
    """Record -> anchor of the heading it stands under; the conditions have one place for all of them."""
    places, anchor = {}, ""
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            anchor = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
        elif line.startswith("<!-- record: "):
            places[line.split()[2]] = anchor
        elif line == "<!-- conditions -->":
            places |= {kind.__name__: anchor for kind in KEYS.values()}
    return places


def sentences(block: re.Match[str]) -> Iterator[tuple[str, str]]:
    """`Record.field` -> the last cell of its row; under `rest` a heading names the record."""
    name = block["record"] or ""
    for line in block["body"].splitlines():
        if heading := _HEADING.match(line):
            name = heading[1].strip("`")
        elif line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            yield f"{name}.{cells[0].strip('`')}", cells[-1].strip()


def _record(kind: type[Record], places: Mapping[str, str], said: Mapping[str, str]) -> list[str]:
    lines = [*(kind.__doc__ or "").strip().splitlines()]
    lines = [" ".join(line.split()) for line in lines]
    rows = []
    for name, field in _own(kind).items():
        written = field.alias or name
        default = _default(field, _hints(kind)[name])
        meaning = said.get(f"{kind.__name__}.{written}") or field.description or ""
        rows.append((f"`{written}`", _kinds(_hints(kind)[name], places), default, meaning))
    above = [base for base in kind.__bases__ if base is not Record and issubclass(base, Record)]
    inherited = [f"以及 and those of {'、'.join(_link(base, places) for base in above)}。", ""] if above else []
    table = [*_table(_FIELDS, rows), ""] if rows else []
    return [*lines, "", *table, *inherited]


def _own(kind: type[Record]) -> dict[str, FieldInfo]:
    """Its fields without those of the records it extends, and without the word that names a method."""
    above = {name for base in kind.__bases__ if issubclass(base, Record) for name in base.model_fields}
    return {name: field for name, field in kind.model_fields.items() if name not in above and name != "method"}


def _conditions(places: Mapping[str, str], said: Mapping[str, str]) -> list[str]:
    rows = []
    for key, kind in KEYS.items():
        written = ", ".join(
            f"{field.alias or name}{'' if field.is_required() else '?'}: {_kinds(_hints(kind)[name], places)}"
            for name, field in kind.model_fields.items()
        )
        golden = GOLDEN / f"condition-{key.replace('_', '-')}.md"
        link = f"[{key}](../tests/contracts/{golden.name})" if golden.exists() else ""
        doc = " ".join((kind.__doc__ or "").split())
        rows.append((f"`{key}`", written, link, doc, said.get(f".{key}", "")))
    return [*_table(_CONDITIONS, rows), ""]


def _table(head: tuple[str, ...], rows: list[Any]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _hints(kind: type[Record]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {name: hints[name] for name in kind.model_fields}


def _kinds(annotation: Any, places: Mapping[str, str]) -> str:
    """What may be written for a field of that type."""
    for named, words in _NAMED:
        if _begins_with(annotation, named):
            return words
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kinds(parts[0], places) + _bounds(parts[1:])
    if origin in (Union, UnionType):
        return " / ".join(filter(None, (_kinds(part, places) for part in parts)))
    if origin is tuple:
        return f"多个 list of {_kinds(parts[0], places)}"
    if origin is dict:
        return f"{{{_kinds(parts[0], places)}: {_kinds(parts[1], places)}}}"
    if origin is Literal:
        return " ".join(f"`{word}`" for word in parts)
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return _link(annotation, places)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " ".join(f"`{word}`" for word in annotation)
    return _PLAIN[annotation]


def _begins_with(annotation: Any, named: Any) -> bool:
    """Whether it is that named type, perhaps with more said about it."""
    if get_origin(annotation) is not Annotated or get_origin(named) is not Annotated:
        return bool(annotation == named)
    (bare, *said), (named_bare, *wanted) = get_args(annotation), get_args(named)
    return bare == named_bare and said[: len(wanted)] == wanted


def _bounds(metadata: tuple[Any, ...]) -> str:
    signs = {Ge: ("≥", "ge"), Gt: (">", "gt"), Le: ("≤", "le"), Lt: ("<", "lt")}
    limits = [limit for info in metadata if isinstance(info, FieldInfo) for limit in info.metadata]
    found = [
        f"{signs[type(limit)][0]} {getattr(limit, signs[type(limit)][1])}" for limit in limits if type(limit) in signs
    ]
    return f" {', '.join(found)}" if found else ""


def _link(kind: type[Record], places: Mapping[str, str]) -> str:
    anchor = places.get(kind.__name__, kind.__name__.lower())
    return f"[{kind.__name__}](#{anchor})"


def _default(field: FieldInfo, annotation: Any) -> str:
    if field.is_required():
        return "**必写 required**"
    default = {} if field.default is PydanticUndefined else field.default
    match default:
        case None | () | "":
            return "—"
        case bool():
            return f"`{str(default).lower()}`"
        case PeriodRule():
            return f"`{default.over}`"
        case Record():
            said = [f"{name}: {_shown(value)}" for name, value in default if name in default.model_fields_set]
            return f"`{{{', '.join(said)}}}`"
        case dict():
            return "—"
        case Fraction() if _begins_with(annotation, quantity.Share) or _begins_with(
            annotation, quantity.PositiveQuantity
        ):
            return f"`{show_percent(default)}`"
        case _:
            return f"`{_shown(default)}`"


def _shown(value: object) -> str:
    return show(value) if isinstance(value, Fraction) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
