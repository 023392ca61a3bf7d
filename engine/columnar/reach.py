"""Whom vetoes and warnings of parties reach: the cadres who answered for them, a row each."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw

from engine.columnar.duties import PAIR, in_roles
from engine.columnar.spans import holds_on
from engine.columnar.verdicts import Fired
from targets.columns.year import Frame, YearColumns


def reached(year: YearColumns, judged: Frame, fired: Fired, names: FiredNames) -> Frame | None:
    """Columns cadre, party, happened_on: the latest day of an incident on which the cadre answered for the party (0
    where it is not about an incident; then the last day counts). None where it reaches no cadre.

    Unless it follows the person, only those who still answer for the party on the last day.
    """
    clause = fired.clause
    if year.assignments is None or not clause.reach.linked or fired.truth.value is False:
        return None
    roles = () if clause.reach.linked == "all" else clause.reach.linked
    duties = in_roles(year.assignments, roles)
    hit = judged.filter(nw.col(names.truth))
    days = nw.concat([*_days_of_incidents(year, hit, names), _last_day(year, hit, names)])
    on_the_day = duties.join(days, on="party", how="inner").filter(holds_on_day())
    latest = on_the_day.group_by(*PAIR, "duty", "dated").agg(nw.col("day").max())
    first = latest.group_by(*PAIR).agg(nw.col("duty").min())
    told = first.join(latest, on=[*PAIR, "duty"], how="inner")
    happened = nw.when(nw.col("dated")).then(nw.col("day")).otherwise(nw.lit(0, nw.Int64))
    found = told.select(*PAIR, happened_on=happened)
    if getattr(clause, "follows_person", False):
        return found
    still = year.assignments.filter(holds_on(year.last_day)).select(*PAIR)
    return found.join(still, on=list(PAIR), how="semi")


class FiredNames:
    """The columns of a judged frame that say whom a clause hit and why."""

    def __init__(self, fired: Fired) -> None:
        self.truth = fired.truth.column_name(f"fired {fired.clause.id}")
        self.happened_on = fired.happened_on.column_name(f"happened {fired.clause.id}")
        self.found_on = fired.found_on.column_name(f"found {fired.clause.id}")
        self.told = {
            told: truth.column_name(" ".join(("told", fired.clause.id, told.kind, *told.severities)))
            for told, truth in fired.told.items()
        }

    def all(self) -> list[str]:
        return [self.truth, self.happened_on, self.found_on, *self.told.values()]


def holds_on_day() -> nw.Expr:
    """Whether an assignment holds on the day beside it."""
    return (nw.col("start") <= nw.col("day")) & (nw.col("until") >= nw.col("day"))


def _days_of_incidents(year: YearColumns, hit: Frame, names: FiredNames) -> Iterator[Frame]:
    """The days on which incidents happened that made it fire: columns party, day, dated."""
    if year.incidents is None:
        return
    for told, name in names.told.items():
        parties = hit.filter(nw.col(name)).select("subject")
        found = year.incidents.filter(told.test()).join(parties, on="subject", how="semi")
        yield found.select(party=nw.col("subject"), day=nw.col("happened_on"), dated=nw.lit(True))


def _last_day(year: YearColumns, hit: Frame, names: FiredNames) -> Frame:
    """The last day, for those whose veto is not about an incident."""
    undated = hit.filter(nw.col(names.happened_on) == 0)
    return undated.select(party=nw.col("subject"), day=nw.lit(year.last_day, nw.Int64), dated=nw.lit(False))
