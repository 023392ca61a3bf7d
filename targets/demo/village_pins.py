"""Figures settled by hand, so that the town shows exact boundaries, a tie at a quota's edge, and distinct first places."""

from __future__ import annotations

Pin = tuple[int, int]
_YEAR = "2026"


def _bonus(innovation_tenths: int, volunteers: int) -> dict[tuple[str, str], Pin]:
    return {("innovation", _YEAR): (innovation_tenths, 10), ("volunteers", _YEAR): (volunteers, 1)}


# Place -> (indicator, period) -> numerator and denominator.
PINNED: dict[str, dict[tuple[str, str], Pin]] = {
    # The first places of the town. V01 and V02 come to the same total and share the first; V07 and V13 have no bonus and
    # share the ninth, where the quota of nine ends.
    "V01": _bonus(10, 70),
    "V02": _bonus(9, 60),
    "V03": {
        **_bonus(8, 50),
        # Both halves exactly at the benchmark of 95%.
        ("awareness", "2026H1"): (95, 100),
        ("awareness", "2026H2"): (95, 100),
    },
    "V04": _bonus(7, 40),
    "V05": _bonus(6, 30),
    "V06": _bonus(5, 30),
    "V25": _bonus(3, 20),
    "V31": _bonus(2, 20),
    # 950 of 1,000 meets 95%; 949 of 1,000 is one started step short of it.
    "V07": {("check_offer_1", _YEAR): (950, 1000), ("check_offer_2", _YEAR): (950, 1000)},
    "V08": {
        ("check_offer_1", _YEAR): (950, 1000),
        ("check_offer_2", _YEAR): (949, 1000),
        ("check_offer_3", _YEAR): (950, 1000),
        # 0.4 x 85% + 0.6 x 85% is exactly the target.
        ("awareness", "2026H1"): (85, 100),
        ("awareness", "2026H2"): (85, 100),
    },
    # 49 of 50 records is exactly 98%, the target of the spot check, in every quarter.
    "V13": {("data_quality", f"{_YEAR}Q{quarter}"): (49, 50) for quarter in (1, 2, 3, 4)},
}

# Per mille of the adults: five places that no other village comes near.
MEMBERS_PER_MILLE = {"V01": 360, "V02": 350, "V03": 340, "V04": 330, "V05": 320}

# 19 of 20 newborns visited is exactly 95%.
BIRTHS = {"V03": 20}
NEWBORNS_MISSED = {"V03": 1}

# V07 and V08 have 1,000 adults each. The last three have so few people that no rate of theirs means much.
POPULATION = {"V07": 1429, "V08": 1429, "V46": 168, "V47": 174, "V48": 196}
