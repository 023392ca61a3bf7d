"""Cliffs as rows of text: what one unit of work more moves, the most first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli.language import Speech
from cli.names import names_of
from cli.simulated import Table, money
from engine.simulate.cliffs import Cliff
from rules.contract import Contract
from rules.period import Cadence
from targets.snapshot import Records

N_ = str
COLUMNS = (
    N_("contract"), N_("code"), N_("name"), N_("indicator"), N_("period"), N_("unit"), N_("who gains gets"), N_("who loses loses"),
)  # fmt: skip
SHOWN_MAX = 20


def table(speech: Speech, contracts: Sequence[Contract], records: Records, found: Sequence[Cliff]) -> Table:
    names, by_id = names_of(speech, contracts, records), {one.contract: one for one in contracts}
    rows = []
    for one in found:
        unit = one.unit
        indicator = by_id[unit.contract].indicator_by_id[unit.indicator]
        window = unit.key[1]
        rows.append(
            (
                names.contract(unit.contract), unit.party, names.person(unit.party),
                " ".join(part for part in (speech.name(indicator), unit.key[2]) if part),
                "" if window.cadence is Cadence.YEAR else str(window), f"{unit.change:+d}", money(one.gained_fen),
                money(one.lost_fen),
            )
        )  # fmt: skip
    title = speech(N_("what one unit of work more would have moved in the year as it was"))
    return Table(title, COLUMNS, rows, (5, 6, 7), shown_max=SHOWN_MAX)


def as_json(found: Sequence[Cliff]) -> list[dict[str, Any]]:
    return [
        {
            "contract": one.unit.contract, "party": one.unit.party, "indicator": one.unit.indicator,
            "period": str(one.unit.key[1]), "entry": one.unit.key[2], "change": one.unit.change,
            "gained_fen": one.gained_fen, "lost_fen": one.lost_fen,
        }
        for one in found
    ]  # fmt: skip
