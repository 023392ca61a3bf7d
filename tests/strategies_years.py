"""Whole years for properties: contracts and records drawn, and what the engine makes of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from strategies import as_yaml, cadre_contracts, contracts, snapshots

from engine.assess import assess
from engine.verdict import Verdict
from rules.contract import Contract
from targets.snapshot import Records, Snapshot

EXAMPLES = {"long": 1000}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 40)
drawn = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@dataclass(frozen=True, slots=True)
class Year:
    """Contracts, records, and the verdicts by contract and code."""

    contracts: tuple[Contract, ...]
    snapshot: Snapshot
    verdicts: Mapping[tuple[str, str], Verdict]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 (the printer calls it so)
        """The contracts as YAML and a line a record, short enough for the report of a failing example."""
        records = self.snapshot.records
        tables = [(table.name, getattr(records, table.name)) for table in fields(records)]
        lines = [f"{name}: " + ", ".join(map(_line, rows)) for name, rows in tables if rows]
        printer.text("\n".join([*map(as_yaml, self.contracts), f"through: {self.snapshot.through}", *lines]))

    def again(self, records: Records) -> Year:
        """The same contracts over other records."""
        return judged(self.contracts, replace(self.snapshot, records=records))

    def judged_by(self) -> Iterator[tuple[Contract, Verdict]]:
        by_id = {contract.contract: contract for contract in self.contracts}
        return ((by_id[verdict.contract], verdict) for verdict in self.verdicts.values())


def judged(agreed: Sequence[Contract], snapshot: Snapshot) -> Year:
    verdicts = assess(agreed, snapshot).verdicts()
    return Year(tuple(agreed), snapshot, {(one.contract, one.subject.code): one for one in verdicts})


def _line(record: Any) -> str:
    told = (getattr(record, each.name) for each in fields(record))
    return " ".join(str(value) for value in told if value not in ("", None, False))


@st.composite
def years(draw: st.DrawFn, *, fair: bool = False) -> Year:
    """A contract for parties, often with one for their cadres, and a year of both."""
    agreed = [draw(contracts(fair=fair))]
    agreed += [draw(cadre_contracts(agreed[0]))] if draw(st.booleans()) else []
    return judged(agreed, draw(snapshots(*agreed)))


def gist(verdict: Verdict) -> dict[str, object]:
    """What is printed of a verdict, without the derivation."""
    return {
        "scores": (verdict.score, verdict.final_score),
        "place": (verdict.rank, verdict.league_size, verdict.grade),
        "hits": sorted((hit.contract, hit.rule, str(hit.happened_on)) for hit in (*verdict.warnings, *verdict.vetoes)),
        "sections": [(section.section.id, section.window, section.score) for section in verdict.outcome.all_sections()],
        "items": [(item.item.id, item.window, item.score, item.met) for item in verdict.outcome.items()],
    }


def leaves(node: object) -> Iterator[object]:
    """Every value inside records and tuples, contracts left out."""
    if is_dataclass(node) and not isinstance(node, type):
        for each in fields(node):
            yield from leaves(getattr(node, each.name))
    elif isinstance(node, tuple | list):
        for each in node:
            yield from leaves(each)
    else:
        yield node
