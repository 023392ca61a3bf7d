"""A town by hand for the audit's lists: villages share their awards, and a veto reaches those who answer for the village.

A village gets ¥1,000 from 90 points on and ¥600 from 80 on, 40 % of it to its secretary; ¥800 and ¥300 for the first two places;
¥500 whoever it is, of which it had ¥300 in advance; and it paid in ¥60. A secretary's deposit is ¥200: 90 points and more get it
back with as much again, 60 and more get half. Their own award is ¥80 from 90 points on, ¥50 from 60 on. 乙村 is vetoed for fraud,
which leaves the lowest grade, no awards, no deposit, and reaches its secretary. So:

    甲村   96            600 + 800 - 60 + 500 - 300 = 1,540
    乙村   95, vetoed              - 60       - 300 =  -360    (lost: 600 + 300 + 500)
    丙村   85            360 + 300 - 60 + 500 - 300 =   800
    G1 张三  95          200 + 200 + 80 + 400       =   880
    G2 李四  93, vetoed                                   0    (lost: 200 + 200 + 80 + 400)
    G3 王五  70          100       + 50 + 240       =   390    (100 forfeited)
"""

from __future__ import annotations

from datetime import date
from functools import cache

from engine.assess import Assessment, assess
from engine.audit.entitlement import Entitled, entitlements
from engine.audit.finding import Finding, Kind
from engine.audit.reconcile import reconcile
from rules.diagnostic import Span
from rules.load import parse_contract
from rules.period import parse_period
from targets.cadre import Assignment, Cadre, Tenure
from targets.observation import Incident, IncidentState, Observation
from targets.party import Party
from targets.payout import PayoutLine
from targets.snapshot import Records, Snapshot

VILLAGE = """\
contract: town/village
title: 村级责任状
version: 1
year: 2026
assesses: [village]
roles: [lead]
indicators: [{id: mark, name: 评分, kind: mark}, {id: had, name: 已预发, kind: money}]
sections:
  - id: work
    name: 工作
    items: [{id: result, name: 实绩, points: 100, indicator: mark, scoring: {method: mark}}]
incidents: [{id: fraud, name: 弄虚作假}]
vetoes:
  - {id: fraud, name: 弄虚作假否决, when: {incident: fraud}, reach: {linked: all},
     effects: {cap_grade: plain, cancel_awards: true, forfeit_deposit: 100%}}
grades:
  - {id: excellent, name: 优秀, when: {score: {at_least: 90}}}
  - {id: good, name: 良好, when: {score: {at_least: 80}}}
  - {id: plain, name: 一般}
awards:
  - {id: grade_award, name: 等次奖, by_grade: {excellent: ¥1000, good: ¥600}, payees: [{post: secretary, share: 40%}]}
  - {id: prize, name: 名次奖, by_rank: [{slots: 1, amount: ¥800}, {slots: 1, amount: ¥300}], paid_in: ¥60}
  - {id: work_award, name: 工作奖, fixed: ¥500, advance: had}
"""
CADRE = """\
contract: town/cadre
title: 干部责任状
version: 1
year: 2026
posts: [{id: secretary, name: 书记}]
accounts: [{id: fund, name: 专项经费}]
indicators: [{id: own, name: 个人评分, kind: mark}]
sections:
  - id: personal
    name: 个人
    items: [{id: duty, name: 履职, points: 100, indicator: own, scoring: {method: mark}}]
grades:
  - {id: excellent, name: 优秀, when: {score: {at_least: 90}}}
  - {id: good, name: 良好, when: {score: {at_least: 60}}}
  - {id: plain, name: 一般}
deposits:
  - id: deposit
    name: 风险抵押金
    posts: [secretary]
    amount: ¥200
    basis: deposit
    outcomes:
      - {id: best, name: 全退加奖, when: {score: {at_least: 90}}, refund: 100%, reward_times: 1}
      - {id: half, name: 退一半, when: {score: {at_least: 60}}, refund: 50%, forfeit_to: fund}
      - {id: none, name: 不退, refund: 0%, forfeit_to: fund}
awards:
  - {id: own_award, name: 个人奖, by_grade: {excellent: ¥80, good: ¥50}}
"""
V1, V2, V3 = VILLAGES = ("899901101201", "899901101202", "899901101203")
MARKS = {V1: 96, V2: 95, V3: 85, "G1": 95, "G2": 93, "G3": 70}
NAMES = {V1: "甲村", V2: "乙村", V3: "丙村", "G1": "张三", "G2": "李四", "G3": "王五"}
DUE_YUAN = {V1: 1_540, V2: -360, V3: 800, "G1": 880, "G3": 390}


@cache
def assessed(fraud_in: str = V2, cadre: str = CADRE) -> Assessment:
    first, day, year = date(2026, 1, 1), date(2026, 5, 1), parse_period("2026")
    secretaries = dict(zip(("G1", "G2", "G3"), VILLAGES, strict=True))
    marks = [Observation(code, "own" if code in secretaries else "mark", year, mark, 1) for code, mark in MARKS.items()]
    records = Records(
        parties=tuple(Party(code, NAMES[code], "village") for code in VILLAGES),
        cadres=(*(Cadre(code, NAMES[code]) for code in secretaries), Cadre("G9", "郑十")),
        tenures=tuple(Tenure(code, "secretary", village, first) for code, village in secretaries.items()),
        assignments=tuple(Assignment(code, village, "lead", first) for code, village in secretaries.items()),
        observations=(*marks, *(Observation(code, "had", year, 300, 1) for code in VILLAGES)),
        incidents=(Incident("7", fraud_in, "fraud", day, day, IncidentState.SUBSTANTIATED, "镇纪3号"),),
    )
    return assess([parse_contract(f"{n}.yaml", text).contract for n, text in enumerate((VILLAGE, cadre))],
                  Snapshot(2026, records))  # fmt: skip


@cache
def entitled(cadre: str = CADRE) -> Entitled:
    return entitlements(assessed(cadre=cadre))


def line(code: str, yuan: int | str, name: str | None = None, purpose: str = "") -> PayoutLine:
    """One of the list, by a code that may be empty."""
    whole, _, fen = str(yuan).lstrip("-").partition(".")
    amount_fen = (int(whole) * 100 + int(fen.ljust(2, "0") or 0)) * (-1 if str(yuan).startswith("-") else 1)
    return PayoutLine(Span("list.csv"), code, NAMES.get(code, "") if name is None else name, amount_fen, purpose)


def listed(*lines: tuple[str, int | str], but: tuple[str, ...] = ()) -> list[PayoutLine]:
    """What is due to everybody, one sum each, without those of whom there are other lines."""
    others = {code for code, _ in lines} | set(but)
    sums = [line(code, yuan) for code, yuan in DUE_YUAN.items() if code not in others and yuan > 0]
    return [*sums, *(line(code, yuan) for code, yuan in lines)]


def findings(lines: list[PayoutLine], told: Entitled | None = None) -> tuple[Finding, ...]:
    return reconcile(lines, told or entitled())


def found(*lines: tuple[str, int | str], but: tuple[str, ...] = ()) -> list[tuple[Kind, str, int]]:
    """Kind, who, and the difference in yuan."""
    return brief(findings(listed(*lines, but=but)))


def brief(some: tuple[Finding, ...]) -> list[tuple[Kind, str, int]]:
    return [(one.kind, one.subject, one.difference_fen // 100) for one in some]
