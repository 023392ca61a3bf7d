"""The tables of a golden page as the records of a year: written as an office writes them, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial

from rules.contract import Contract
from rules.indicator import Indicator, Kind
from rules.period import Period, parse_date, parse_period
from rules.quantity import parse_money_fen, parse_number
from rules.record import parse_flag
from targets.cadre import Assignment, Cadre, Tenure
from targets.observation import Incident, IncidentState, Observation, PastResult, PriorVeto, StateRecord, Target
from targets.party import Party
from targets.snapshot import Records
from targets.vocabulary import INCIDENT_STATES, PARAMETER_WORDS, PARTY_KINDS

YEAR = 2026
FIRST_DAY = f"{YEAR}-01-01"
NOTHING = frozenset({"", "—", "未报"})
SUBJECTS = ("村", "社区", "单位", "干部", "对象")


class PageError(ValueError):
    """A golden page that says something the runner does not understand."""


@dataclass(frozen=True, slots=True)
class Table:
    """A Markdown table; every row has every column."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]

    @property
    def subject(self) -> str:
        if self.columns[0] not in SUBJECTS:
            raise PageError(f"a table begins with one of {SUBJECTS}, not with {self.columns[0]!r}")
        return self.columns[0]

    def only(self, *known: str) -> Table:
        """The table itself. Raises PageError for a column that is none of these."""
        if unknown := set(self.columns) - set(known) - set(SUBJECTS):
            raise PageError(f"unknown columns {sorted(unknown)}")
        return self


Tables = Mapping[str, Sequence[Table]]


def records_of(tables: Tables, contracts: Mapping[str, Contract]) -> Records:
    """All tables of a case; those named `结果` and `问题` are not data and stay outside."""
    indicators = {one.id: one for contract in contracts.values() for one in contract.indicators}
    readers: dict[str, Callable[[Table], Iterable[object]]] = {
        "实绩": partial(_data, indicators),
        "目标": partial(_targets, indicators),
        "事件": _incidents,
        "状态": _states,
        "任职": _tenures,
        "包村": _assignments,
        "往年否决": _prior_vetoes,
        "往年结果": _history,
    }
    if unknown := tables.keys() - readers.keys():
        raise PageError(f"unknown tables {sorted(unknown)}")
    found = [record for name, listed in tables.items() for table in listed for record in readers[name](table)]

    def of(kind: type) -> tuple[object, ...]:
        return tuple(dict.fromkeys(record for record in found if type(record) is kind))

    return Records(
        parties=of(Party), cadres=of(Cadre), tenures=of(Tenure), assignments=of(Assignment), targets=of(Target),
        observations=of(Observation), incidents=of(Incident), states=of(StateRecord), prior_vetoes=of(PriorVeto),
        history=of(PastResult),
    )  # type: ignore[arg-type]  # fmt: skip


def period_of(text: str) -> Period:
    """`一季度`, `3月`, `上半年` of the page's year; `2025` for the year before; nothing for the year itself."""
    if not text:
        return parse_period(str(YEAR))
    return parse_period(text if re.match(r"\d{4}", text) else f"{YEAR}年{text}")


def _data(indicators: Mapping[str, Indicator], table: Table) -> Iterator[object]:
    """Parties (`类别`, `组`, `上级`) and their values: a column for each indicator, entry and period."""
    for row in table.rows:
        code = row[table.subject]
        if table.subject != "干部":
            word = table.subject if table.subject != "对象" else row["类别"]
            kind = PARTY_KINDS.find(word)
            if kind is None:
                raise PageError(f"unknown kind of party {word!r}")
            above = row.get("上级", "")
            yield Party(code, code, kind, "" if above in NOTHING else above, row.get("组", ""))
        for column in table.columns:
            if column not in (table.subject, "类别", "组", "上级") and row[column] not in NOTHING:
                yield _observation(indicators, code, column, row[column])


_HEADING = re.compile(r"(?P<indicator>[^ ·]+)(?:·(?P<entry>[^ ]+))?(?: (?P<rest>.+))?")


def _observation(indicators: Mapping[str, Indicator], code: str, column: str, cell: str) -> Observation:
    heading = _HEADING.fullmatch(column)
    if heading is None or heading["indicator"] not in indicators:
        raise PageError(f"the column {column!r} names no indicator")
    numerator, denominator, counted = _value(indicators[heading["indicator"]], cell)
    return Observation(
        code, heading["indicator"], period_of(heading["rest"] or ""),
        numerator, denominator, heading["entry"] or "", counted,
    )  # fmt: skip


def _value(indicator: Indicator, cell: str) -> tuple[int, int, bool]:
    """Numerator, denominator, and whether both were counted: `93/100` was, `93%` was not."""
    if indicator.kind is Kind.RATIO and "/" in cell:
        over, under = cell.split("/")
        return int(over), int(under), True
    if indicator.kind is Kind.MONEY:
        value = Fraction(parse_money_fen(cell), 100)
    elif indicator.kind in (Kind.YES_NO, Kind.CHECKLIST):
        value = Fraction(parse_flag(cell))
    else:
        value = parse_number(cell)
    return value.numerator, value.denominator, False


def _targets(indicators: Mapping[str, Indicator], table: Table) -> Iterator[Target]:
    """A column for each indicator and parameter: `随访率 目标值`."""
    for row in table.rows:
        for column in table.columns[1:]:
            indicator, _, word = column.partition(" ")
            parameter = PARAMETER_WORDS.find(word)
            if indicator not in indicators or parameter is None:
                raise PageError(f"the column {column!r} names no parameter of an indicator")
            if row[column] not in NOTHING:
                yield Target(row[table.subject], indicator, parameter, parse_number(row[column]))


def _incidents(table: Table) -> Iterator[Incident]:
    """Found on the day it happened, and substantiated, unless said otherwise."""
    table.only("编号", "事件", "发生", "发现", "状态", "程度", "事项")
    subject = next(column for column in table.columns if column in SUBJECTS)
    for number, row in enumerate(table.rows, start=1):
        word = row.get("状态", "属实")
        state = INCIDENT_STATES.find(word)
        if state is None:
            raise PageError(f"unknown state of an incident {word!r}")
        happened = parse_date(row["发生"])
        found = parse_date(row.get("发现") or row["发生"])
        name = row.get("编号") or f"{number}号"
        yield Incident(
            name, row[subject], row["事件"], happened, found, IncidentState(state), "卷宗", row.get("程度", ""),
            matter=row.get("事项", ""),
        )  # fmt: skip


def _states(table: Table) -> Iterator[StateRecord]:
    table.only("状态", "起", "止")
    for row in table.rows:
        yield StateRecord(row[table.subject], row["状态"], parse_date(row["起"]), _until(row))


def _tenures(table: Table) -> Iterator[object]:
    """From the first day of the year unless said otherwise."""
    table.only("职务", "起", "止")
    for row in table.rows:
        yield Cadre(row["干部"], row["干部"])
        yield Tenure(row["干部"], row["职务"], row.get("单位", ""), _start(row), _until(row))


def _assignments(table: Table) -> Iterator[Assignment]:
    table.only("角色", "起", "止", "份额")
    for row in table.rows:
        party = next(row[word] for word in ("村", "社区", "单位", "对象") if word in row)
        share = parse_number(row.get("份额") or "1")
        yield Assignment(row["干部"], party, row["角色"], _start(row), _until(row), share)


def _prior_vetoes(table: Table) -> Iterator[PriorVeto]:
    table.only("责任状", "否决", "发生", "有效至")
    for row in table.rows:
        contract = row.get("责任状") or "责任状"
        yield PriorVeto(row[table.subject], contract, row["否决"], parse_date(row["发生"]), int(row["有效至"]))


def _history(table: Table) -> Iterator[PastResult]:
    """Not vetoed unless said otherwise; what is empty is not recorded."""
    table.only("责任状", "年度", "得分", "名次", "等次", "否决")
    for row in table.rows:
        said = {name: row[name] for name in table.columns if row[name] not in NOTHING}
        score, rank = said.get("得分"), said.get("名次")
        yield PastResult(
            row[table.subject], said.get("责任状", "责任状"), int(row["年度"]),
            None if score is None else parse_number(score), None if rank is None else int(rank), said.get("等次", ""),
            parse_flag(said.get("否决", "否")),
        )  # fmt: skip


def _start(row: Mapping[str, str]) -> date:
    return parse_date(row.get("起") or FIRST_DAY)


def _until(row: Mapping[str, str]) -> date | None:
    return parse_date(row["止"]) if row.get("止", "—") not in NOTHING else None
