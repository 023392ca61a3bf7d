"""Prizes and pools against what somebody would do with a list of names: one slot after the other, one fen after the other."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from paid_pages import ENGINES, LOWERING, MARKED, Paid, contract, marks
from test_bulk import FILES, agreed, recorded

from engine.columnar.judged import judge_year
from engine.columnar.money.dues import dues_of, taken
from rules.money import Award, PrizeTies, RiskDeposit
from rules.period import Cadence, Period
from targets.bulk.columns import columns_of_tables
from targets.bulk.tables import read_tables
from targets.columns.backend import backend
from targets.columns.of_snapshot import columns_of
from targets.engines import EngineName
from targets.observation import Incident, IncidentState, Observation
from targets.party import Party
from targets.snapshot import Records, Snapshot

WORLDS, VILLAGES = 40, 9
YEAR = Period(2026, Cadence.YEAR, 1)


class World:
    """A year of a few villages with marks that are often equal, some of them warned (once or twice) or cancelled."""

    def __init__(self, dice: Random) -> None:
        codes = [f"v{number}" for number in range(dice.randint(1, VILLAGES))]
        self.scores = {code: dice.choice((0, 10, 40, 55, 60, 60, 85, 90, 95)) for code in codes}
        self.lowered = {code: dice.choice((0, 0, 0, 1, 2)) for code in codes}
        self.eligible = [code for code in codes if dice.random() > 0.15]

    def snapshot(self) -> Snapshot:
        marked = tuple(Observation(code, "评分", YEAR, score, 1) for code, score in self.scores.items())
        told = [(code, "通报", number) for code, times in self.lowered.items() for number in range(times)]
        told += [(code, "谎报", 9) for code in self.scores if code not in self.eligible]
        return Snapshot(2026, Records(
            parties=tuple(Party(code, code, "village") for code in self.scores), observations=marked,
            incidents=tuple(_incident(code, kind, number) for code, kind, number in told),
        ))  # fmt: skip

    def rank(self, code: str) -> int:
        return 1 + sum(score > self.scores[code] for score in self.scores.values())


def _incident(code: str, kind: str, number: int) -> Incident:
    day = date(2026, 3, 1 + number)
    return Incident(f"{code}-{kind}-{number}", code, kind, day, day, IncidentState.SUBSTANTIATED, "卷宗")


def prizes(award: Award, world: World) -> dict[str, int]:
    """Slot by slot; equals are taken in the order of their codes, and then share."""
    classes = award.by_rank or ()
    left = sorted(world.eligible, key=lambda code: (world.rank(code), code))
    places: dict[str, int] = {}
    for number, one in enumerate(classes):
        deserving = [code for code in left if one.floor is None or world.scores[code] >= one.floor]
        if award.ties is PrizeTies.SHARED:
            chosen = deserving[: one.slots]
        else:
            chosen = [code for code in deserving if _has_room(award, world, code, deserving, one.slots)]
        places |= dict.fromkeys(chosen, number)
        left = [code for code in left if code not in chosen]
    paid: dict[str, Fraction] = {}
    for code in world.eligible:
        equals = [other for other in world.eligible if world.rank(other) == world.rank(code)]
        worth = [_worth(award, places.get(other), world.lowered[code]) for other in equals]
        mean = Fraction(sum(worth), len(worth))
        at_edge = len({places.get(other) for other in equals}) > 1
        paid[code] = mean // award.round_to * award.round_to if at_edge else mean
    rounded = {code: int(amount / award.round_to + Fraction(1, 2)) * award.round_to for code, amount in paid.items()}
    return {code: amount for code, amount in rounded.items() if amount}


def _has_room(award: Award, world: World, code: str, deserving: list[str], slots: int) -> bool:
    rank = world.rank(code)
    if award.ties is PrizeTies.ALL_IN:
        return sum(world.rank(other) < rank for other in deserving) < slots
    return sum(world.rank(other) <= rank for other in deserving) <= slots


def _worth(award: Award, place: int | None, lowered: int) -> int:
    classes = award.by_rank or ()
    if place is None:
        return 0
    return classes[place + lowered].amount if place + lowered < len(classes) else award.consolation or 0


def pooled(award: Award, world: World) -> dict[str, int]:
    """The fen one after the other to whoever is furthest below their exact share."""
    total = sum(world.scores[code] for code in world.eligible)
    if not total:
        return {}
    exact = {code: Fraction((award.pool or 0) * world.scores[code], total) for code in world.eligible}
    paid = {code: int(share) for code, share in exact.items()}
    order = sorted(paid, key=lambda code: (paid[code] - exact[code], world.rank(code), code))
    for code in order[: (award.pool or 0) - sum(paid.values())]:
        paid[code] += 1
    assert sum(paid.values()) == award.pool
    return {code: amount for code, amount in paid.items() if amount}


def awards_of(dice: Random) -> str:
    def slots(amount: float) -> str:
        floor = dice.choice(("", "", ", floor: 50", ", floor: 60", ", floor: 90"))
        return f"{{slots: {dice.randint(1, 3)}, amount: ¥{amount}{floor}}}"

    lines = [f"  - {{id: 池{number}, pool: ¥{dice.choice((0.01, 0.07, 1, 12.34))}}}" for number in range(2)]
    for number in range(6):
        ties = dice.choice(("shared", "shared", "all_in", "all_out"))
        unit, consolation = dice.choice(("¥0.01", "¥1", "¥0.50")), dice.choice(("", ", consolation: ¥0.50"))
        amounts = sorted(dice.choices((1, 7, 20, 33.35, 100), k=dice.randint(1, 4)), reverse=True)
        classes = ", ".join(map(slots, amounts))
        lines.append(f"  - {{id: 奖{number}, ties: {ties}, round_to: {unit}{consolation}, by_rank: [{classes}]}}")
    return "awards:\n" + "\n".join(lines)


@ENGINES
@pytest.mark.parametrize("seed", range(6))
def test_prizes_and_pools(seed: int, engine: EngineName, tmp_path: Path) -> None:
    dice = Random(seed)
    agreed = Paid(tmp_path, contract(MARKED + LOWERING + awards_of(dice)), marks(甲="1")).case.contracts
    worlds, chosen = [World(dice) for _ in range(WORLDS)], backend(engine)
    year = columns_of([world.snapshot() for world in worlds], agreed, chosen)
    found: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for due in taken(dues_of(judge_year(agreed, year, chosen), year, chosen), chosen)["责任状"]:
        number, code = due.subject.split("|")
        found[due.clause, int(number)][code] = due.amount_fen
    for award in agreed[0].awards:
        for number, world in enumerate(worlds):
            expected = prizes(award, world) if award.by_rank else pooled(award, world)
            assert found[award.id, number] == expected, (award, world.scores, world.lowered, world.eligible)


AWARDS = (
    {"id": "share", "name": "两成", "deposit_share": "20%", "advance": "funds", "paid_in": "¥0.01"},
    {"id": "prize", "name": "奖", "fixed": "¥10.01", "payees": [{"post": "resident", "share": "50%"}]},
    {"id": "pool", "name": "池", "pool": "¥10.01", "when": {"value": "meetings", "is": {"at_least": "1"}}},
)
DEPOSIT = {
    "id": "deposit", "name": "押金", "posts": ["resident"], "amount": "¥1,000", "basis": "deposit",
    "outcomes": [
        {"id": "all", "name": "全退", "refund": "100%", "reward_times": "1", "when": {"linked": "all", "is": {"grade": ["good"]}}},
        {"id": "half", "name": "半退", "refund": "50%", "forfeit_to": "fund"},
    ],
}  # fmt: skip


@ENGINES
@pytest.mark.parametrize("through", [12, 6])
def test_files_come_to_what_the_records_come_to(through: int, engine: EngineName) -> None:
    """Who is in post where on the last day, and was last in post where, by either way in; c3 left before the year."""
    village, cadre = agreed()
    prized = village.model_copy(update={"awards": tuple(Award.model_validate(one) for one in AWARDS)})
    paying = cadre.model_copy(update={"deposits": (RiskDeposit.model_validate(DEPOSIT),)})
    contracts, chosen = (prized, paying), backend(engine)
    by_files = columns_of_tables(read_tables(FILES, contracts, chosen), contracts, 2026, through, chosen)
    by_records = columns_of([Snapshot(2026, recorded(), through)], contracts, chosen)
    dues = [
        taken(dues_of(judge_year(contracts, year, chosen), year, chosen), chosen) for year in (by_files, by_records)
    ]
    assert dues[0] == dues[1]
    parts = {(one.subject, one.payee): one.amount_fen for one in dues[0]["water/village"] if one.clause == "prize"}
    held = {subject: payee for subject, payee in parts if payee != subject}
    assert held == {"899901101201": "c1", "899901101203": "c2"}
    shares = {
        one.subject: one.amount_fen for one in dues[0]["water/village"] if (one.clause, one.due) == ("share", "award")
    }
    assert shares == dict.fromkeys(held, 20_000)
