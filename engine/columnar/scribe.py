"""What is carried along while one contract is compiled: its plan, its columns, and the faults of the data to look for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from engine.columnar.exact import Ratio
from engine.columnar.layers import Width
from engine.columnar.plan import IntColumn, Plan, Truth, in_list
from engine.columnar.tallies import DayColumns, EventColumn, Tally, Told
from rules.contract import Contract
from rules.diagnostic import Text
from rules.indicator import Indicator, OfScores
from rules.period import Period
from rules.scoring import Measured
from rules.sheet import Scope
from targets.columns.year import ContractColumns, IntegerColumn


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the data: for which subjects, in which cell of which table, what stands there and what should.

    The cell is the row of the table where the value should stand; `{code}` in it is the subject's.
    """

    code: str
    truth: Truth
    table: str
    cell: str
    expected: Text
    found: Text
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One method to be compiled: what is measured, worth how much, over which window.

    `active`: for whom it is applied at all; `peers`: who has it on their sheet.
    """

    measured: Measured
    points: Fraction
    window: Period
    active: Truth
    peers: Truth

    def narrowed(self, truth: Truth) -> Case:
        """Only where that holds too."""
        return replace(self, active=self.active & truth)


@dataclass(frozen=True, slots=True)
class Total:
    """A column of scores under another contract, in units of 1 / `scale`; `there` names the truth that there is one, or is
    what it is in every row.

    A sum to be divided by how many entered it names that column too, of `count_max` at most.
    """

    name: str
    there: str | bool
    low: int
    high: int
    scale: int
    width: Width = Width.PLAIN
    count: str = ""
    count_max: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """An item that is written: its score where `scored`; `met` means something where it is `there`, on the sheet."""

    value: Ratio
    scored: Truth
    met: Truth
    there: Truth


@dataclass
class Scribe:
    """Writes one contract's plan. `through` is the last month that is due.

    `totals` are what is taken of the scores under contracts judged before; `scored` the items of this one that are written, by id and
    window, `sections` its sections with the truth that they are scored.
    """

    contract: Contract
    plan: Plan
    columns: ContractColumns
    year: int
    through: int
    events: Mapping[Tally, EventColumn] = field(default_factory=dict)
    days: Mapping[Told, DayColumns] = field(default_factory=dict)
    totals: Mapping[OfScores, Total] = field(default_factory=dict)
    scored: dict[tuple[str, Period], Known] = field(default_factory=dict)
    sections: dict[tuple[str, Period], tuple[Ratio, Truth]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def year_window(self) -> Period:
        return self.contract.whole_year

    def due(self, period: Period) -> bool:
        return period.year < self.year or (period.year == self.year and period.last_month <= self.through)

    def indicator(self, measured: Measured) -> Indicator:
        assert measured.indicator is not None, "checked: every method that reads a value has an indicator"
        return self.contract.indicator_by_id[measured.indicator]

    def note(self, code: str, case: Case, truth: Truth, expected: Text, found: Text, hint: Text | None = None) -> None:
        """Look for a fault wherever the case is active and that holds."""
        there = case.active & truth
        if there.value is not False:
            cell = " · ".join(part for part in ("{code}", case.measured.indicator or "", str(case.window)) if part)
            self.faults.append(Fault(code, there.named(), "observations", cell, expected, found, hint))

    def noted_since(self, number: int) -> Truth:
        """Whether any fault was noted after the first so many."""
        return self.plan.any_of(fault.truth for fault in self.faults[number:]).settled()

    def in_scope(self, scope: Scope) -> Truth:
        """On whose sheet it stands: every list that is not empty must have them. A cadre is of no kind of party."""
        of_cadres = bool(self.contract.posts)
        lists = (("kind", scope.kinds), ("post", scope.posts), ("group", scope.groups), ("code", scope.codes))
        truths = []
        for column, wanted in lists:
            if wanted:
                nobody = column == ("kind" if of_cadres else "post")
                truths.append(self.plan.truth(False) if nobody else in_list(self.plan, column, wanted))
        return self.plan.all_of(truths).settled()


def input_column(scribe: Scribe, column: IntegerColumn) -> IntColumn:
    width = Width.SHORT if column.short else Width.PLAIN
    return scribe.plan.column(column.name, column.low, column.high, column.multiple, width=width)
