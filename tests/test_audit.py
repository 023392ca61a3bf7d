"""The audit by hand: a town of eight cadres whose amounts can be worked out on paper, and what a list of payments gets wrong.

A deposit of ¥2,000: 90 points and more get it back with as much again, 60 and more get half, the rest nothing; a veto takes
60 % of it. The award is ¥800 from 90 points on, ¥500 from 60 points on. So:

    G1 张三  95            2,000 + 2,000 + 800 = 4,800
    G2 李四  70            1,000         + 500 = 1,500   (1,000 forfeited)
    G3 王五  92, vetoed      800                         (1,200 taken, no reward, no award)
    G4 赵六  50                0                         (2,000 forfeited)
    G5 孙七  93            2,000 + 2,000 + 800 = 4,800
    G6 周八  88            1,000         + 500 = 1,500   (1,000 forfeited)
    G7 吴九  95            2,000 + 2,000 + 800 = 4,800
    G8 吴九  61            1,000         + 500 = 1,500   (another person of the same name)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import pytest
from audit_towns import RESULT_HASH, YEAR, chained, settlement

from engine import inference
from engine.assess import Assessment, assess
from engine.audit.chain import prove
from engine.audit.entitlement import Carried, Entitled, Entitlement, entitlements
from engine.audit.finding import Finding, Kind
from engine.audit.partition import is_whole, placed, transposed
from engine.audit.reconcile import reconcile, unposted
from engine.audit.replay import ContractCopy, Replay, contract_findings, proves, replay_finding
from engine.audit.settled import RunRecord
from rules.codes import Severity
from rules.diagnostic import Span, say
from rules.load import parse_contract
from rules.money import DueKind
from rules.period import parse_period
from targets.cadre import Cadre, Tenure
from targets.kept import KeptRun
from targets.ledger import EntryKind, Voucher
from targets.observation import Incident, IncidentState, Observation
from targets.payout import PayoutLine
from targets.run import Run
from targets.snapshot import Records, Snapshot

pytestmark = pytest.mark.skipif(
    not inference.available(), reason="durable-rules does not run on this Python or platform"
)

CONTRACT = """\
contract: town/cadre
title: 干部责任状
version: 1
year: 2026
posts: [{id: lead, name: 包村干部}]
accounts: [{id: fund, name: 专项经费}]
indicators: [{id: own, name: 评分, kind: mark}]
sections:
  - id: work
    name: 工作
    items: [{id: duty, name: 履职, points: 100, indicator: own, scoring: {method: mark}}]
incidents: [{id: lie, name: 谎报}]
vetoes:
  - {id: lie, name: 谎报否决, when: {incident: lie}, effects: {cancel_awards: true, forfeit_deposit: 60%}}
grades:
  - {id: excellent, name: 优秀, when: {score: {at_least: 90}}}
  - {id: good, name: 良好, when: {score: {at_least: 60}}}
  - {id: plain, name: 一般}
deposits:
  - id: deposit
    name: 风险抵押金
    posts: [lead]
    amount: ¥2,000
    basis: deposit
    outcomes:
      - {id: best, name: 全退加奖, when: {score: {at_least: 90}}, refund: 100%, reward_times: 1}
      - {id: half, name: 退一半, when: {score: {at_least: 60}}, refund: 50%, forfeit_to: fund}
      - {id: none, name: 不退, refund: 0%, forfeit_to: fund}
awards:
  - {id: award, name: 等次奖, by_grade: {excellent: ¥800, good: ¥500}}
"""
PEOPLE = {
    "G1": ("张三", 95), "G2": ("李四", 70), "G3": ("王五", 92), "G4": ("赵六", 50),
    "G5": ("孙七", 93), "G6": ("周八", 88), "G7": ("吴九", 95), "G8": ("吴九", 61),
}  # fmt: skip
DUE_YUAN = {"G1": 4_800, "G2": 1_500, "G3": 800, "G5": 4_800, "G6": 1_500, "G7": 4_800, "G8": 1_500}


@cache
def assessed() -> Assessment:
    first, day = date(YEAR, 1, 1), date(YEAR, 5, 1)
    records = Records(
        cadres=(*(Cadre(code, name) for code, (name, _) in PEOPLE.items()), Cadre("G9", "郑十")),
        tenures=tuple(Tenure(code, "lead", "", first) for code in PEOPLE),
        observations=tuple(Observation(c, "own", parse_period(str(YEAR)), mark, 1) for c, (_, mark) in PEOPLE.items()),
        incidents=(Incident("i1", "G3", "lie", day, day, IncidentState.SUBSTANTIATED, "卷宗"),),
    )
    return assess([parse_contract("cadre.yaml", CONTRACT).contract], Snapshot(YEAR, records))


@cache
def entitled() -> Entitled:
    return entitlements(assessed())


@cache
def ledger() -> tuple[Voucher, ...]:
    return chained(settlement(assessed()))


def pay(*lines: str) -> list[PayoutLine]:
    """`G1 张三 4800` or `张三 4800`, as a finance office lists them."""
    found = []
    for number, line in enumerate(lines, 2):
        *who, yuan = line.split()
        code = next((word for word in who if word.isascii()), "")
        name = " ".join(word for word in who if not word.isascii())
        found.append(PayoutLine(Span("list.csv", line=number), code, name, round_yuan(yuan)))
    return found


def round_yuan(yuan: str) -> int:
    whole, _, fen = yuan.partition(".")
    return int(whole) * 100 + int(fen.ljust(2, "0") or 0)


CLEAN = [f"{code} {PEOPLE[code][0]} {yuan}" for code, yuan in DUE_YUAN.items()]


def listed(**instead: str) -> list[PayoutLine]:
    """The clean list with these people's lines replaced (`;` between several, empty for none)."""
    lines = [(line.split()[0], line) for line in CLEAN]
    texts = [part for code, line in lines for part in instead.get(code, line).split(";") if part.strip()]
    return pay(*texts, *instead.get("more", "").split(";")) if instead.get("more") else pay(*texts)


def found(lines: list[PayoutLine], vouchers: tuple[Voucher, ...] | None = None) -> list[tuple[Kind, str, int]]:
    """Kind, who, and the difference in yuan."""
    run = assessed().run.name
    findings = reconcile(lines, entitled(), ledger() if vouchers is None else vouchers, [run])
    return [(one.kind, one.subject, one.difference_fen // 100) for one in findings]


def test_everybody_is_entitled_to_what_was_worked_out() -> None:
    sums = {payee: one.total_fen // 100 for payee, one in entitled().by_payee.items() if one.parts}
    assert sums == DUE_YUAN


def test_a_list_with_five_planted_errors_has_just_these_five() -> None:
    lines = listed(
        G1="G1 张三 4800;G1 张三 4800",  # paid twice
        G2="G2 李四 1800",  # ¥800 for excellent instead of ¥500 for good
        G3="G3 王五 2000",  # the ¥1,200 that the veto took
        G5="G5 孙七 8400",  # for 4,800
        G6="G4 赵六 1500",  # what is due to 周八
    )
    assert found(lines) == [
        (Kind.PAID_TWICE, "G1", 4_800),
        (Kind.WRONG_PAYEE, "G4", 1_500),
        (Kind.VETOED, "G3", 1_200),
        (Kind.WRONG_TIER, "G2", 300),
        (Kind.TRANSPOSED, "G5", 3_600),
    ]


def test_a_finding_names_line_voucher_and_derivation() -> None:
    finding = reconcile(listed(G3="G3 王五 2000"), entitled(), ledger(), [assessed().run.name])[0]
    assert (finding.code, finding.severity, finding.entitled_fen, finding.paid_fen) == (
        "DX806",
        Severity.ERROR,
        80_000,
        200_000,
    )
    assert [str(one.place) for one in finding.evidence if one.place] == ["list.csv:4"]
    numbers = [one.number for one in ledger() if one.entry.kind is EntryKind.DUE and one.entry.subject == "G3"]
    assert [one.voucher for one in finding.evidence if one.voucher] == numbers
    assert finding.step is not None
    assert "2,000" in str(finding.step.worked) or "2000" in str(finding.step.worked)


@pytest.mark.parametrize(
    "instead",
    [
        {"G1": "G1 张三 2000;G1 张三 2000;G1 张三 800"},
        {"G1": "G1 张三 2800;G1 张三 2000"},
        {"G1": "G1 张三 4000;张三 800", "G2": "G2 500;G2 1000"},
        {"G1": "G1 张 三 4800"},
        {"G7": "吴九 4800", "G8": "吴九 1500"},
        {"G7": "吴九 800;吴九 4000", "G8": "吴九 1000;吴九 500"},
        {"G7": "吴九 4800"},
    ],
)
def test_a_list_may_be_written_in_many_ways(instead: dict[str, str]) -> None:
    assert found(listed(**instead)) == []
    assert found(listed(**instead)[::-1]) == []


@pytest.mark.parametrize(
    ("instead", "expected"),
    [
        ({"G2": "G2 李四 1511"}, [(Kind.OVERPAID, "G2", 11)]),
        ({"G2": "G2 李四 1489"}, [(Kind.UNDERPAID, "G2", -11)]),
        ({"G2": "G2 李四 1000;G2 李四 500;G2 李四 500"}, [(Kind.PAID_TWICE, "G2", 500)]),
        ({"G2": "G2 李四 1500;G2 李四 1000;G2 李四 500"}, [(Kind.PAID_TWICE, "G2", 1_500)]),
        ({"G2": "G9 郑十 1500"}, [(Kind.WRONG_PAYEE, "G9", 1_500)]),
        ({"G2": "无名氏 1500"}, [(Kind.WRONG_PAYEE, "无名氏", 1_500)]),
        ({"G2": "G9 郑十 1000;G9 郑十 500"}, [(Kind.WRONG_PAYEE, "G9", 1_500)]),
        ({"G2": "无名氏 1500", "G1": "无名氏 4800"}, [(Kind.WRONG_PAYEE, "无名氏", 6_300)] * 2),
        ({"more": "G9 郑十 300"}, [(Kind.NOT_ENTITLED, "G9", 300)]),
        ({"more": "G0 无名氏 300"}, [(Kind.NOT_ENTITLED, "G0 无名氏", 300)]),
        ({"G3": "G3 王五 1600"}, [(Kind.VETOED, "G3", 800)]),  # the award that the veto cancels
        ({"G3": "G3 王五 800;G3 王五 1200"}, [(Kind.VETOED, "G3", 1_200)]),
        ({"G2": "G2 李四 2500"}, [(Kind.FORFEITED, "G2", 1_000)]),
        ({"more": "G4 赵六 2000"}, [(Kind.FORFEITED, "G4", 2_000)]),
        ({"more": "G4 赵六 500"}, [(Kind.WRONG_TIER, "G4", 500)]),
        ({"G1": "G1 张三 4500"}, [(Kind.WRONG_TIER, "G1", -300)]),
        ({"G2": ""}, [(Kind.NOT_PAID, "G2", -1_500)]),
        ({"G2": "G2 李四 1000", "G1": "G1 张三 4000;G1 张三 800"}, [(Kind.NOT_PAID, "G2", -500)]),
        ({"G2": "G2 张三 1500"}, [(Kind.NAME_AND_CODE, "G2", 0)]),
        ({"G2": "G1 李四 1500"}, [(Kind.NAME_AND_CODE, "G2", 0)]),
        ({"G2": "G2 李肆 1500"}, [(Kind.NAME_AND_CODE, "G2", 0)]),
        ({"G2": "G22 李四 1500"}, [(Kind.NAME_AND_CODE, "G2", 0)]),
        ({"G7": "吴九 3000", "G8": ""}, [
            (Kind.UNDERPAID, "G7", -1_800), (Kind.NOT_PAID, "G8", -1_500), (Kind.NAME_AND_CODE, "G7", 0),
        ]),
        ({"G5": "G5 孙七 4080"}, [(Kind.TRANSPOSED, "G5", -720)]),
        ({"G2": "G2 李四 900;G2 李四 600"}, [(Kind.SPLIT, "G2", 0)]),
    ],
)  # fmt: skip
def test_each_fault_of_a_list(instead: dict[str, str], expected: list[tuple[Kind, str, int]]) -> None:
    got = found(listed(**instead))
    assert sorted(got) == sorted(expected)


def test_of_equal_amounts_the_place_on_the_list_tells_whose_line_it_is() -> None:
    """周八 is due the same as 李四, and the line stands between G1 and G3: it was 李四's. At the end it is 周八's own again."""
    assert found(listed(G2="G6 周八 1500")) == [(Kind.WRONG_PAYEE, "G6", 1_500)]
    again = listed(G2="", more="G6 周八 1500")
    assert found(again) == [(Kind.PAID_TWICE, "G6", 1_500), (Kind.NOT_PAID, "G2", -1_500)]


def test_codes_of_the_finance_offices_own_books_say_nothing() -> None:
    lines = [replace(line, code=f"F{line.place.line}") for line in listed()]
    assert found(lines) == []


def test_a_voucher_that_is_not_there() -> None:
    entries = [one.entry for one in ledger()]
    without = [one for one in entries if (one.kind, one.clause, one.subject) != (EntryKind.DUE, "award", "G2")]
    assert found(listed(), chained(without)) == [(Kind.NOT_IN_LEDGER, "G2", 0)]
    run = assessed().run.name
    assert [one.difference_fen for one in unposted(entitled(), chained(without), [run])] == [-50_000]


def test_a_run_that_was_never_settled_is_one_finding() -> None:
    assert found(listed(), ()) == [(Kind.NOT_IN_LEDGER, assessed().run.name, 0)]


def test_after_a_correction_the_difference_is_paid() -> None:
    """¥500 were paid out for 张三's award before it was corrected to ¥800; ¥500 to 赵六, who is due none any more."""
    award = next(one for one in assessed().dues if one.clause == "award" and one.payee == "G1")
    gone = replace(award, clause="gone", subject="G4", payee="G4", amount_fen=50_000)
    corrected = entitlements(assessed(), Carried("first", (replace(award, amount_fen=50_000), gone)))
    assert corrected.of("G1").total_fen == 430_000
    assert corrected.of("G4").total_fen == -50_000
    assert reconcile(listed(G1="G1 张三 4300"), corrected) == ()
    assert [one.kind for one in reconcile(listed(), corrected)] == [Kind.PAID_TWICE]


def test_of_very_many_dues_those_of_a_kind_go_together() -> None:
    """Twenty awards of odd amounts and as many refunds, in turns; a line for each kind."""
    due = next(one for one in assessed().dues if one.kind == "award" and one.amount_fen)
    parts = [
        replace(due, kind=DueKind(kind), subject=f"V{number}", amount_fen=fen + 7 * number)
        for number in range(20)
        for kind, fen in (("award", 1_001), ("refund", 50_003))
    ]
    many = Entitled("run", {"G1": "张三"}, {"G1": Entitlement("G1", "张三", tuple(parts))})
    sums = [sum(one.amount_fen for one in parts if one.kind == kind) for kind in ("award", "refund")]
    lines = [PayoutLine(Span("list.csv", line=n), "G1", "张三", fen) for n, fen in enumerate(sums)]
    assert reconcile(lines, many) == ()
    assert [one.kind for one in reconcile([*lines, lines[0]], many)] == [Kind.PAID_TWICE]


def test_a_village_is_paid_in_the_name_of_its_committee() -> None:
    names = {"899901101201": "青塘村", "899901101001": "荷溪社区", "G1": "张三"}
    told = Entitled("run", names)
    for line in pay(
        "899901101201 青塘村民委员会 1", "899901101201 青塘村村民委员会 1", "青塘村委会 1", "荷溪社区居委会 1",
        "899901101001 荷溪社区居民委员会 1",
    ):  # fmt: skip
        finding = reconcile([line], told)[0]
        assert (finding.kind, finding.subject in names) == (Kind.NOT_ENTITLED, True)
    assert [one.kind for one in reconcile(pay("899901101201 荷溪社区居委会 1"), told)][-1] is Kind.NAME_AND_CODE


# --- the ledger against itself ---


def record() -> RunRecord:
    return RunRecord(
        assessed().run.name, assessed().run.year, sealed=True, result_hash=RESULT_HASH, dues=assessed().dues
    )


def kinds(findings: tuple[Finding, ...]) -> list[tuple[Kind, str]]:
    return [(one.kind, one.subject) for one in findings]


def test_the_ledger_of_a_settled_run_proves() -> None:
    assert prove(ledger(), [record()], ledger()[-1].hash) == ()
    assert prove(ledger(), [record()], ledger()[3].hash[:16]) == ()


def test_an_edited_row_and_a_missing_one() -> None:
    at = 10
    edited = replace(ledger()[at], who="somebody else")
    rows = (*ledger()[:at], edited, *ledger()[at + 1 :])
    assert kinds(prove(rows, [record()])) == [(Kind.EDITED, str(at + 1))]
    rows = (*ledger()[:at], *ledger()[at + 1 :])
    assert kinds(prove(rows, [record()])) == [(Kind.BROKEN_CHAIN, str(at + 2))]


def test_an_end_cut_off_shows_by_the_head_that_was_written_down() -> None:
    rows = ledger()[:-1]
    assert kinds(prove(rows, [record()])) == [(Kind.BROKEN_CHAIN, str(rows[-1].number))]
    whole = ledger()[:8]
    assert all(one.entry.kind is EntryKind.DEPOSIT for one in whole)
    # The run is sealed, and its seal is not there; before it was sealed only a hash that was written down tells.
    assert kinds(prove(whole, [record()])) == [(Kind.BROKEN_CHAIN, record().name)]
    draft = replace(record(), sealed=False)
    assert prove(whole, [draft]) == ()
    assert kinds(prove(whole, [draft], ledger()[-1].hash)) == [(Kind.BROKEN_CHAIN, ledger()[-1].hash)]


def test_the_deposits_of_another_year_are_not_those_of_this_one() -> None:
    """The same clause asks the same people again; what was paid in for this year has long been given back."""
    entries = [one.entry for one in ledger()]
    deposits = [
        replace(one, run="", day=date(2027, 2, 1), note="2027") for one in entries if one.kind is EntryKind.DEPOSIT
    ]
    assert prove(chained([*entries, *deposits]), [record()]) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"sealed": False},
        {"breaches": (say("{period}", period="公示期未满"),)},
        {"name": "another run"},
    ],
)
def test_money_moved_without_a_seal(changed: dict[str, object]) -> None:
    assert kinds(prove(ledger(), [replace(record(), **changed)])) == [(Kind.NOT_SEALED, assessed().run.name)]  # type: ignore[arg-type]


def test_a_seal_of_another_result() -> None:
    found_ = prove(ledger(), [replace(record(), result_hash="6" * 64)])
    assert [(one.kind, str(one.told)[:7]) for one in found_] == [(Kind.EDITED, "voucher")]


def test_what_is_kept_of_a_run_against_what_comes_out_of_it() -> None:
    run = Run("c" * 64, "d" * 64, "0.1", YEAR)
    kept = KeptRun(run.name, run, datetime(2027, 1, 8, tzinfo=UTC), ())
    same = Replay(run.contracts_hash, run.data_hash, "{}")
    assert replay_finding(kept, "{}", same) is None
    assert proves(kept, same)
    led_elsewhere = replace(kept, run=replace(run, supersedes="e" * 64))
    assert not proves(led_elsewhere, same)
    assert kinds(tuple(filter(None, [replay_finding(led_elsewhere, "{}", same)]))) == [(Kind.EDITED, run.name)]
    for replay, stored in (
        (replace(same, contracts_hash="x"), "{}"),
        (replace(same, data_hash="x"), "{}"),
        (same, '{"dues": []}'),
        (replace(same, refused=say("nothing")), "{}"),
    ):
        finding = replay_finding(kept, stored, replay)
        assert finding is not None
        assert (finding.kind, finding.subject) == (Kind.EDITED, run.name)


def test_a_contract_that_says_something_else_now() -> None:
    sealed = [ContractCopy("town/cadre", 1, "a" * 64, Span("cadre.yaml"))]
    files = [
        ContractCopy("town/cadre", 1, "b" * 64, Span("contracts/cadre.yaml")),
        ContractCopy("town/cadre", 2, "c" * 64, Span("contracts/cadre-2.yaml")),
    ]
    assert kinds(contract_findings(sealed, files)) == [(Kind.CONTRACT_CHANGED, "town/cadre 1")]
    assert contract_findings(sealed, files[1:]) == ()


# --- arithmetic ---


def test_parts_and_lines() -> None:
    assert is_whole([2_000, 800, 500], [1_300, 2_000])
    assert not is_whole([2_000, 800, 500], [1_000, 2_300])
    assert is_whole([1_000, -200], [800])
    assert is_whole([1_000, -200], [-200, 1_000])
    assert placed([2_000, 800, 500], [800]) == frozenset({0, 2})
    assert placed([2_000, 800, 500], [700]) is None
    many = list(range(1, 31))
    assert is_whole(many, many)
    assert is_whole(many, [sum(many[:15]), *many[15:]])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (480_000, 840_000, True), (123_450, 132_450, True), (12_345, 12_435, True), (200_000, 20_000, False),
        (480_000, 480_000, False), (123_456, 143_256, False), (12_345, 54_321, False), (-480, -840, False), (50, 5, True),
    ],
)  # fmt: skip
def test_transpositions(one: int, other: int, expected: bool) -> None:
    assert transposed(one, other) is expected
