"""Every page under `contracts/`, through every evaluator: each number exactly, and the working beside it.

The compiled plan is held to the interpreter on the same pages, in every cell, by `test_agreement.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import get_args

import pytest
from golden import GoldenCase, golden_pages, read_page
from golden_arithmetic import WrongSum, result_of
from golden_records import PageError, Table, period_of

from engine import inference
from engine.assess import assess
from engine.verdict import Verdict, VetoRecord
from rules.condition import KEYS
from rules.contract import Contract
from rules.diagnostic import Refused
from rules.linkage import LinkCombine, Prorate
from rules.money import FORMS, DueKind, PrizeTies, ProRata
from rules.period import Cadence
from rules.quantity import NotExact, Rounding, parse_number
from rules.record import Record
from rules.scoring import ScoringRule
from rules.scoring_terms import Direction, FromData, Incomplete, Missing, Over, Reference, StepRule
from rules.sheet import Combine, SectionKind, Spread, TooFew
from rules.verdict import Effects, Peers, Ties
from targets.snapshot import Snapshot

# What is asked of a subject (an item, a section, `总分`, `等次` ...) -> the answer, by contract and subject.
Answer = Fraction | str | None
Answers = Mapping[tuple[str, str], dict[str, Answer]]
Evaluator = Callable[[Sequence[Contract], Snapshot], Answers]

EXEMPT, NONE, YES, NO = "免", "无", "是", "否"


def interpreter(contracts: Sequence[Contract], snapshot: Snapshot) -> Answers:
    """The meaning of the language. Raises Refused with the faults of the data."""
    assessment = assess(contracts, snapshot)
    answers = {(verdict.contract, verdict.subject.code): _answers(verdict) for verdict in assessment.verdicts()}
    for contract in contracts:
        for (owner, _), known in answers.items():
            if owner == contract.contract:
                clauses = (*contract.deposits, *contract.awards)
                known |= {f"{clause.id} {word}": Fraction(0) for clause in clauses for word in _DUES.values()}
    for due in assessment.dues:
        known, word = answers[due.contract, due.subject], f"{due.clause} {_DUES[due.kind]}"
        if due.payee != due.subject:
            known[f"{word} {due.payee}"] = Fraction(due.amount_fen, 100)
        else:
            known[word] = Fraction(due.amount_fen, 100)
    return answers


# The words of a page for what an amount is, in yuan; `先进奖 奖金 张三` is what goes to another payee, or to an account.
_DUES = {
    DueKind.REFUND: "退还", DueKind.REWARD: "奖励", DueKind.FORFEIT: "转作", DueKind.AWARD: "奖金",
    DueKind.WITHHELD: "扣发", DueKind.PAID_IN: "缴入", DueKind.ADVANCE: "预发",
}  # fmt: skip


EVALUATORS: tuple[Evaluator, ...] = (interpreter,)


@cache
def cases() -> tuple[GoldenCase, ...]:
    return tuple(case for path in golden_pages() for case in read_page(path))


@pytest.mark.skipif(not inference.available(), reason="durable-rules does not run on this Python or platform")
@pytest.mark.parametrize("evaluator", EVALUATORS, ids=lambda evaluator: evaluator.__name__)
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name_in_english)
def test_the_page_is_right(case: GoldenCase, evaluator: Evaluator) -> None:
    if case.faults:
        with pytest.raises(Refused) as refused:
            evaluator(case.contracts, case.snapshot)
        said = [(fault.code, fault.span.cell or fault.span.path) for fault in refused.value.diagnostics]
        assert sorted(said) == sorted(case.faults)
        return
    answers = evaluator(case.contracts, case.snapshot)
    wrong = [line for table in case.expected for line in _differences(table, answers)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name_in_english)
def test_the_working_leads_to_the_score(case: GoldenCase) -> None:
    wrong = []
    for table in case.expected:
        for row in table.rows:
            for column, worked in row.items():
                if column == "算法" and worked:
                    wrong += _unlike(worked, row[_explained(table)])
    assert not wrong, "\n".join(wrong)


def test_a_wrong_working_is_found() -> None:
    for worked in ("60 × 93/95 = 58.75", "58.7368… → 58.8 → 58.74", "7 − 2 = 5.0…1", "93% > 95%"):
        with pytest.raises(WrongSum):
            result_of(worked)
    assert result_of("差 2 个百分点：95% − 93% = 2%，2% ÷ 1% = 2 步，10 − 2 × 1.5 = 7") == 7
    assert result_of("60 × 93/95 = 58.7368… → 58.74") == Fraction("58.74")


def test_the_pages_use_every_word_of_the_language() -> None:
    """Methods, conditions, effects and the closed lists of words: each stands in the contract of some page."""
    used = {word for case in cases() for contract in case.contracts for word in _words(contract)}
    methods = {get_args(rule.model_fields["method"].annotation)[0] for rule in get_args(get_args(ScoringRule)[0])}
    closed: tuple[type[StrEnum], ...] = (
        Direction, FromData, StepRule, Reference, Missing, Incomplete, Over, Rounding, Spread, SectionKind, TooFew,
        Combine, LinkCombine, Prorate, Peers, Ties, PrizeTies, ProRata, Cadence,
    )  # fmt: skip
    words = {f"{kind.__name__} {word}" for kind in closed for word in kind}
    money = set(FORMS) | {"payees", "consolation", "less", "at_most", "paid_in", "advance", "monthly"}
    wanted = methods | words | {record.__name__ for record in KEYS.values()} | set(Effects.model_fields) | money
    assert wanted - used == set()


def _words(node: object) -> set[str]:
    match node:
        case Record():
            own = {type(node).__name__, *(name for name in node.model_fields_set), *([getattr(node, "method", "")])}
            return own.union(*(_words(getattr(node, name)) for name in type(node).model_fields))
        case StrEnum():
            return {f"{type(node).__name__} {node}"}
        case tuple():
            return set().union(*map(_words, node))
        case _:
            return set()


def _answers(verdict: Verdict) -> dict[str, Answer]:
    outcome = verdict.outcome
    answers: dict[str, Answer] = {
        "总分": verdict.score, "终分": verdict.final_score, "名次": Fraction(verdict.rank),
        "等次": verdict.grade.id if verdict.grade else NONE, "参加排名": YES if verdict.entered else NO,
        "否决": _listed(verdict.vetoes), "黄牌": _listed(verdict.warnings),
        "后果": "；".join(_effects(effects) for effects in verdict.effects()) or NONE,
        "发生": "、".join(str(record.happened_on) for record in verdict.vetoes if record.happened_on) or NONE,
        "有效至": "、".join(str(record.until_year) for record in verdict.vetoes) or NONE,
    }  # fmt: skip
    for section in outcome.all_sections():
        answers[_asked(section.section.id, section.window)] = section.score
        for item in section.items:
            answers[_asked(item.item.id, item.window)] = item.score
            answers[f"{_asked(item.item.id, item.window)} 达标"] = YES if item.met else NO
    for sheet in outcome.sheets:
        answers[sheet.sheet.id] = sheet.score
        answers |= {_asked(sheet.sheet.id, period): score for period, score in sheet.periods}
    return answers


def _asked(name: str, window: object) -> str:
    return name if str(window) == str(period_of("")) else f"{name} {window}"


def _listed(records: Sequence[VetoRecord]) -> str:
    """Each with where it came from: its own, through a party, or from an earlier year."""
    return "、".join(record.rule + _origin(record) for record in records) or NONE


def _origin(record: VetoRecord) -> str:
    if record.inherited:
        return "（往年）"
    return f"（{record.through}）" if record.through else ""


_EFFECTS = {"cap_grade": "等次至多{}", "replace_score": "改为{}分", "deduct": "扣{}分"}


def _effects(effects: Effects) -> str:
    said = effects.model_dump(exclude_none=True)
    return "，".join(text.format(said[name]) for name, text in _EFFECTS.items() if name in said)


@dataclass(frozen=True, slots=True)
class _Expectation:
    """One cell of a table of results."""

    subject: str
    asked: str
    written: str

    def met_by(self, answer: Answer) -> bool:
        if isinstance(answer, Fraction):
            return self.written != EXEMPT and _number(self.written) == answer
        return sorted(self.written.split("、")) == sorted((EXEMPT if answer is None else answer).split("、"))


def _differences(table: Table, answers: Answers) -> list[str]:
    wrong = []
    for row in table.rows:
        known = _known(row, row[table.subject], answers)
        for one in _expectations(table, row):
            if one.asked not in known:
                raise PageError(f"{one.subject} has no {one.asked}; there are {sorted(known)}")
            if not one.met_by(known[one.asked]):
                wrong.append(f"{one.subject} {one.asked}: the page says {one.written}, not {known[one.asked]}")
    return wrong


def _known(row: Mapping[str, str], subject: str, answers: Answers) -> Mapping[str, Answer]:
    found = [known for (contract, code), known in answers.items()
             if code == subject and row.get("责任状", contract) == contract]  # fmt: skip
    if len(found) != 1:
        raise PageError(f"{subject} is assessed {len(found)} times; a column 责任状 says which is meant")
    return found[0]


def _expectations(table: Table, row: Mapping[str, str]) -> list[_Expectation]:
    """Long form: a row for each 项目, with its 得分. Wide form: a column for each."""
    subject = row[table.subject]
    if "项目" in row:
        asked = _normal(row["项目"])
        found = [_Expectation(subject, asked, row["得分"])]
        return found + ([_Expectation(subject, f"{asked} 达标", row["达标"])] if row.get("达标") else [])
    columns = [column for column in table.columns if column not in (table.subject, "责任状", "算法")]
    return [_Expectation(subject, _normal(column), row[column]) for column in columns]


def _normal(asked: str) -> str:
    """`例会 一季度` as `例会 2026Q1`; `2025-12/2026-02` stays, which is no quarter of the calendar."""
    name, _, rest = asked.partition(" ")
    is_period = rest and rest != "达标" and "/" not in rest and rest.partition(" ")[0] not in _DUES.values()
    return _asked(name, period_of(rest)) if is_period else asked


def _explained(table: Table) -> str:
    """The column that 算法 works out: 得分, or else the one to its left."""
    return "得分" if "得分" in table.columns else table.columns[table.columns.index("算法") - 1]


def _unlike(worked: str, written: str) -> list[str]:
    if written == EXEMPT:
        return []
    result = result_of(worked)
    return [] if result == _number(written) else [f"{worked!r} ends with {result}, not with {written}"]


def _number(written: str) -> Fraction | None:
    try:
        return parse_number(written)
    except NotExact:
        return None
