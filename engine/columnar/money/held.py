"""What is held of everybody under each deposit: the whole of it by the last post, or a part by the time in its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw

from engine.columnar.exact import whole
from engine.columnar.money.fen import rounded
from engine.columnar.plan import IntColumn, Plan, Truth, in_list
from engine.columnar.spans import TIME, clipped, days_covered, months_covered
from rules.contract import Contract
from rules.money import ProRata, RiskDeposit
from rules.period import Cadence, Period
from targets.columns.backend import Backend
from targets.columns.year import Frame, YearColumns


@dataclass(frozen=True, slots=True)
class Time:
    """A column of the months or days of the year that somebody was in a deposit's posts; `whole` are all of them."""

    name: str
    whole: int


@dataclass(frozen=True, slots=True)
class Held:
    """`amount` is what is held of those for whom `pays` holds. `time` is None where only the last post is looked at."""

    deposit: RiskDeposit
    pays: Truth
    amount: IntColumn
    time: Time | None

    def of_year(self, amount_fen: int) -> IntColumn:
        """The amount, or the part of it for the time that the deposit is held for."""
        plan = self.pays.plan
        return plan.constant(amount_fen) if self.time is None else _part(plan, self.deposit, amount_fen, self.time)


def join_times(
    base: Frame, contract: Contract, year: YearColumns, backend: Backend
) -> tuple[Frame, Mapping[str, Time]]:
    """The rows with the time that each subject was in the posts of each deposit that goes by it, by the deposit's id."""
    times: dict[str, Time] = {}
    for deposit in contract.deposits:
        if deposit.pro_rata is not None and year.tenures is not None:
            time = Time(f"time {contract.contract} {deposit.id}", _all_of(deposit.pro_rata, year.whole_year))
            counted = backend.keep(_counted(year.tenures, deposit, deposit.pro_rata, year.whole_year))
            joined = base.join(counted.rename({TIME: time.name}), left_on="subject", right_on="cadre", how="left")
            base = joined.with_columns(nw.col(time.name).fill_null(0))
            times[deposit.id] = time
    return base, times


def _all_of(pro_rata: ProRata, year: Period) -> int:
    return sum(1 for _ in _ends(year)) if pro_rata is ProRata.MONTH else (year.last_day - year.first_day).days + 1


def _ends(year: Period) -> Iterator[int]:
    yield from (month.last_day.toordinal() for month in year.parts(Cadence.MONTH))


def _counted(tenures: Frame, deposit: RiskDeposit, pro_rata: ProRata, year: Period) -> Frame:
    """Columns cadre and `TIME`, of whoever was in one of the posts at any time."""
    own = tenures.filter(nw.col("post").is_in(list(deposit.posts))).select("cadre", "start", "until")
    match pro_rata:
        case ProRata.MONTH:
            return months_covered(own, ["cadre"], list(_ends(year)))
        case ProRata.DAY:
            return days_covered(clipped(own, year.first_day.toordinal(), year.last_day.toordinal()), ["cadre"])


def held_under(plan: Plan, contract: Contract, times: Mapping[str, Time]) -> Mapping[str, Held]:
    """By the deposit's id."""
    found: dict[str, Held] = {}
    for deposit in contract.deposits:
        plan.at = deposit.id
        if deposit.pro_rata is None:
            in_posts = in_list(plan, "post", deposit.posts).settled()
            found[deposit.id] = Held(deposit, in_posts, plan.constant(deposit.amount), None)
        elif deposit.id in times:
            amount = _part(plan, deposit, deposit.amount, times[deposit.id])
            found[deposit.id] = Held(deposit, amount.is_at_least(1), amount, times[deposit.id])
    return found


def _part(plan: Plan, deposit: RiskDeposit, amount_fen: int, time: Time) -> IntColumn:
    """Rounded, but whole where the time is."""
    number = plan.column(time.name, 0, time.whole)
    part = rounded(deposit, whole(number).times(Fraction(amount_fen, time.whole))).at_most(amount_fen)
    return number.equals(time.whole).choose(plan.constant(amount_fen), part).named()
