"""What happened in the demo town: incidents of every kind and in every state, lagging villages, vetoes of the year before."""

from __future__ import annotations

from datetime import date

from targets.demo.people import CHANGES, HEAD, LEADER, MOVED_AFTER_VETO, RESIDENT, SECRETARY, WORKER
from targets.demo.places import PLACE, UNIT
from targets.demo.reporting import BEFORE, YEAR
from targets.observation import Incident, IncidentState, PriorVeto, StateRecord

VILLAGE, CADRE = "family-health/village", "family-health/cadre"

_STATE = {
    "查实": IncidentState.SUBSTANTIATED,
    "不实": IncidentState.REJECTED,
    "申诉": IncidentState.APPEALED,
    "待查": IncidentState.REPORTED,
}

# Whom it concerns, kind, month and day it happened, month and day it was found, state, evidence, severity.
_PLACES = """
V19 coercion             03-12 08-20 查实 镇纪检监察室核查报告第1号（虚构）
V10 coercion             05-08 05-20 不实 回访记录三份，当事人确认自愿（虚构）
V28 coercion             09-02 09-15 申诉 举报材料，村委会已申诉（虚构）
V44 coercion             11-28 12-08 待查 举报登记（虚构）
C11 unlawful_fee         04-15 06-03 查实 票据复印件，县物价部门认定（虚构）
V16 unlawful_fee         07-01 07-18 申诉 票据复印件，村委会已申诉（虚构）
C06 unlawful_fee         02-10 02-25 不实 收费为自愿购买保险（虚构）
V40 falsified_statistics 10-10 11-12 查实 抽查比对记录，涉及随访表36份（虚构）
V22 falsified_statistics 12-02 12-20 待查 数据平台预警（虚构）
V33 embezzled_subsidy    05-06 08-19 查实 审计站专项审计报告（虚构）
C09 embezzled_subsidy    03-03 04-01 不实 资金当日已补发，系银行退票（虚构）
V27 retaliation          06-11 06-30 不实 镇信访办核查（虚构）
V29 retaliation          08-05 08-21 申诉 谈话笔录，尚在复核（虚构）
V36 privacy_leak         02-18 03-01 查实 微信群截图（虚构）
C13 privacy_leak         09-09 09-12 查实 公示栏照片（虚构）
V36 missed_deadline      07-31 08-05 查实 整改通知书到期未回复（虚构）
V42 missed_deadline      10-31 11-05 查实 整改通知书到期未回复（虚构）
V12 missed_deadline      04-30 05-08 不实 已在期限内书面回复（虚构）
V19 criticism            08-25 08-25 查实 镇通报 town
V18 criticism            06-15 06-15 查实 镇通报 town
V18 criticism            09-15 09-15 查实 县通报 county
C14 criticism            07-20 07-20 查实 镇通报 town
C08 criticism            11-03 11-10 申诉 县通报，已申诉（虚构） county
V14 reporting_error      04-08 04-20 查实 更正说明（虚构）
V14 reporting_error      07-08 07-21 查实 更正说明（虚构）
C04 reporting_error      10-09 10-15 查实 更正说明（虚构）
V01 spread_county        05-17 06-01 查实 县级简报（虚构）
V02 spread_city          06-20 07-02 查实 市级简报（虚构）
C01 spread_county        03-25 04-02 查实 县级简报（虚构）
C01 spread_county        10-12 10-20 查实 县级简报（虚构）
C02 spread_province      09-01 09-18 查实 省级简报（虚构）
V11 spread_county        08-08 08-30 待查 简报尚未收到（虚构）
"""

_UNITS = """
U08 unlawful_fee         03-20 05-11 查实 票据复印件，县财政局认定（虚构）
U03 coercion             09-14 10-08 待查 举报登记（虚构）
U11 coercion             04-04 04-19 不实 回访记录（虚构）
U04 embezzled_subsidy    02-06 06-09 申诉 审计站报告，单位已申诉（虚构）
U02 falsified_statistics 07-07 07-28 不实 系统升级造成重复，已核实（虚构）
U06 retaliation          05-15 06-04 不实 镇信访办核查（虚构）
U09 privacy_leak         06-18 06-20 查实 宣传展板照片（虚构）
U11 criticism            05-05 05-05 查实 镇通报 town
U11 criticism            11-15 11-15 查实 县通报 county
U01 spread_county        10-10 10-22 查实 县级简报（虚构）
U12 spread_city          08-12 09-01 查实 市级简报（虚构）
"""


def incidents() -> tuple[Incident, ...]:
    """Of places, units and cadres, numbered in the order of the lists."""
    on_places = [(PLACE[key].code, rest) for key, rest in _rows(_PLACES)]
    on_units = [(UNIT[key].code, rest) for key, rest in _rows(_UNITS)]
    return tuple(
        _incident(number, subject, rest)
        for number, (subject, rest) in enumerate([*on_places, *on_units, *_on_cadres()], start=1)
    )


def _on_cadres() -> list[tuple[str, str]]:
    new_leader = next(change.new for change in CHANGES if change.at == "A03")
    return [
        (RESIDENT["V23"], "falsified_statistics 06-02 09-30 查实 走访登记与户主核对不符（虚构）"),
        (RESIDENT["V35"], "coercion 03-11 03-29 不实 回访记录（虚构）"),
        (WORKER["V21"], "unlawful_fee 07-09 08-01 申诉 票据复印件，本人已申诉（虚构）"),
        (SECRETARY["C12"], "embezzled_subsidy 11-20 12-15 待查 举报登记（虚构）"),
        (HEAD["U10"], "retaliation 04-28 05-30 不实 镇信访办核查（虚构）"),
        (RESIDENT["V28"], "duty_neglected 07-16 07-17 查实 值班抽查记录（虚构）"),
        (WORKER["V42"], "duty_neglected 02-03 02-04 查实 值班抽查记录（虚构）"),
        (SECRETARY["V12"], "reminder 05-12 05-12 查实 谈话记录（虚构）"),
        (SECRETARY["V18"], "reminder 06-18 06-18 查实 谈话记录（虚构）"),
        (SECRETARY["V18"], "reminder 09-18 09-18 查实 谈话记录（虚构）"),
        (WORKER["V30"], "reminder 10-21 10-21 申诉 谈话记录，本人已申诉（虚构）"),
        (new_leader, "reminder 12-11 12-11 待查 尚未谈话（虚构）"),
        (LEADER[1], "commended_county 09-28 09-28 查实 县级表彰文件（虚构）"),
        (WORKER["V01"], "commended_county 05-12 05-12 查实 县级表彰文件（虚构）"),
        (SECRETARY["V02"], "commended_city 07-01 07-01 查实 市级表彰文件（虚构）"),
        (WORKER["C05"], "commended_city 05-12 05-12 不实 文件无此人（虚构）"),
    ]


def _rows(table: str) -> list[tuple[str, str]]:
    return [(key, rest) for key, _, rest in (line.partition(" ") for line in table.strip().splitlines())]


def _incident(number: int, subject: str, rest: str) -> Incident:
    kind, happened, found, state, *words = rest.split()
    evidence, severity = words[0], words[1] if len(words) > 1 else ""
    return Incident(
        f"SJ{YEAR}-{number:03d}",
        subject,
        kind,
        date.fromisoformat(f"{YEAR}-{happened}"),
        date.fromisoformat(f"{YEAR}-{found}"),
        _STATE[state],
        evidence,
        severity,
    )


def states() -> tuple[StateRecord, ...]:
    """Two villages lag all year (one of them since the year before), two were turned round, one slid back late."""
    return (
        StateRecord(PLACE["V12"].code, "lagging", date(BEFORE, 7, 1)),
        StateRecord(PLACE["V18"].code, "lagging", date(YEAR, 1, 1)),
        StateRecord(PLACE["V24"].code, "lagging", date(BEFORE, 1, 1), date(YEAR, 6, 30)),
        StateRecord(PLACE["V32"].code, "lagging", date(YEAR, 4, 1), date(YEAR, 11, 15)),
        StateRecord(PLACE["V30"].code, "lagging", date(YEAR, 10, 10)),
    )


def prior_vetoes() -> tuple[PriorVeto, ...]:
    """A village and a cadre, who has since moved to another post, are still under a veto; another one has run out."""
    return (
        PriorVeto(PLACE["V09"].code, VILLAGE, "veto_embezzled", date(BEFORE, 7, 14), YEAR),
        PriorVeto(MOVED_AFTER_VETO, CADRE, "veto_embezzled", date(BEFORE, 7, 14), YEAR),
        PriorVeto(PLACE["V15"].code, VILLAGE, "veto_unlawful_fee", date(BEFORE, 3, 2), BEFORE),
    )
