"""The two contracts and the people of the corpus: what the workspace knows before a table comes in."""

from __future__ import annotations

from datetime import date
from functools import cache

from bad_tables.cases import HERE

from rules.contract import Contract
from rules.load import load_contracts
from targets.cadre import Cadre, Tenure
from targets.observation import Incident, IncidentState
from targets.party import Party
from targets.snapshot import Records

TOWN = "899901101000"


@cache
def contracts() -> tuple[Contract, ...]:
    return tuple(loaded.contract for loaded in load_contracts([HERE / "village.yaml", HERE / "cadre.yaml"]))


KNOWN = Records(
    parties=(
        Party(TOWN, "示例镇", "town"),
        Party("899901101201", "甲村", "village", TOWN),
        Party("899901101202", "乙村", "village", TOWN),
        Party("899901101203", "丙村", "village", TOWN),
        Party("899901101001", "东社区", "community", TOWN),
        Party("SL01", "卫生院", "unit", TOWN),
        Party("SL02", "文化站", "unit", TOWN),
        Party("SL03", "文化站", "unit", TOWN),
    ),
    cadres=(Cadre("G01", "周宁"), Cadre("G02", "林岚"), Cadre("G03", "林岚"), Cadre("G04", "秦川")),
    tenures=(
        Tenure("G01", "secretary", "899901101201", date(2026, 1, 1)),
        Tenure("G02", "resident", TOWN, date(2026, 1, 1)),
    ),
    incidents=(
        Incident(
            "E1", "899901101201", "coercion", date(2026, 3, 1), date(2026, 4, 1), IncidentState.REPORTED, "", "一般"
        ),
    ),
)
