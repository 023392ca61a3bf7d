"""Integer columns that know their range, truths that know when they are constant, and the plan that they are written into.

Every operation gives the closed range of its result, so the widest integer a plan can reach is known before any row is
read. Each is computed in the least width that holds what goes in and what comes out, where the engine has it; beyond its
widest the plan is refused (`TooWide`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Literal

import narwhals as nw

from engine.columnar.layers import Layers, Width
from targets.columns.backend import Backend

NOTHING: frozenset[str] = frozenset()
# An expression larger than this gets a column of its own, so that nothing is written out twice.
NODES_MAX = 12


class Plan(Layers):
    """Makes columns and truths, and holds them by layer."""

    def __init__(self, backend: Backend, league_size_max: int) -> None:
        super().__init__(backend)
        self.league_size_max = league_size_max

    def constant(self, value: int) -> IntColumn:
        return IntColumn(self, None, value, value, NOTHING, self.width(value, value), multiple=abs(value))

    def column(
        self, name: str, low: int, high: int, multiple: int = 0, *, width: Width = Width.PLAIN
    ) -> IntColumn:  # fmt: skip
        """A column that is written or an input."""
        if low == high:
            return self.constant(low)
        return IntColumn(self, nw.col(name), low, high, frozenset({name}), width, multiple=multiple)

    def truth(self, value: str | bool) -> Truth:
        """A Boolean column by its name, or a constant."""
        if isinstance(value, bool):
            return Truth(self, None, value, NOTHING)
        return Truth(self, nw.col(value), None, frozenset({value}))

    def all_of(self, truths: Iterable[Truth]) -> Truth:
        return self._joined(truths, decisive=False)

    def any_of(self, truths: Iterable[Truth]) -> Truth:
        return self._joined(truths, decisive=True)

    def _joined(self, truths: Iterable[Truth], *, decisive: bool) -> Truth:
        listed = list(truths)
        if any(truth.value is decisive for truth in listed):
            return self.truth(decisive)
        open_ones = [truth for truth in listed if truth.value is None]
        if len(open_ones) <= 1:
            return open_ones[0] if open_ones else self.truth(not decisive)
        join = nw.any_horizontal if decisive else nw.all_horizontal
        expr = join(*(truth.told() for truth in open_ones), ignore_nulls=False)
        reads = NOTHING.union(*(truth.reads for truth in open_ones))
        return Truth(self, expr, None, reads, 1 + sum(truth.nodes for truth in open_ones))

    def count(self, truths: Iterable[Truth]) -> IntColumn:
        """How many hold."""
        one = self.constant(1)
        return self.sum_of(truth.choose(one, self.constant(0)) for truth in truths)

    def sum_of(self, terms: Iterable[IntColumn]) -> IntColumn:
        """Their sum; constants are added up beforehand."""
        listed = list(terms)
        constant = sum(term.low for term in listed if term.expr is None)
        total = None
        for term in listed:
            if term.expr is not None:
                total = term if total is None else total + term
        return self.constant(constant) if total is None else total + constant


@dataclass(frozen=True, slots=True, eq=False)
class IntColumn:
    """Integers of the closed range `low` to `high`. Without `expr` it is the constant `low`.

    `reads` are the columns it is computed from; `width` is what it is held in; `nodes` how large the expression is.
    Every one of them divides `multiple` (0: not known). `product`: it is that column times that number, so that another
    factor joins the number.
    """

    plan: Plan
    expr: nw.Expr | None
    low: int
    high: int
    reads: frozenset[str]
    width: Width = Width.PLAIN
    nodes: int = 1
    multiple: int = 0
    product: tuple[IntColumn, int] | None = None

    @property
    def is_constant(self) -> bool:
        return self.low == self.high

    def __add__(self, other: IntColumn | int) -> IntColumn:
        other = self._lifted(other)
        if self.is_constant or other.is_constant:
            column, constant = (self, other.low) if other.is_constant else (other, self.low)
            if constant == 0:
                return column
            if constant < 0:
                return self._of(column, -constant, lambda a, b: a - b, column.low + constant, column.high + constant)
        return self._of(self, other, lambda a, b: a + b, self.low + other.low, self.high + other.high)

    def __neg__(self) -> IntColumn:
        return self._of(self.plan.constant(0), self, lambda a, b: a - b, -self.high, -self.low)

    def __sub__(self, other: IntColumn | int) -> IntColumn:
        other = self._lifted(other)
        if other.is_constant:
            return self + -other.low
        return self._of(self, other, lambda a, b: a - b, self.low - other.high, self.high - other.low)

    def __mul__(self, other: IntColumn | int) -> IntColumn:
        other = self._lifted(other)
        for one, factor in ((self, other), (other, self)):
            if factor.is_constant and factor.low == 1:
                return one
            if factor.is_constant and factor.low == 0:
                return self.plan.constant(0)
            if factor.is_constant and one.product is not None and factor.width < Width.WIDE:
                column, multiplier = one.product
                return column * (multiplier * factor.low)
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        multiple = self.multiple * other.multiple
        made = self._of(self, other, lambda a, b: a * b, min(corners), max(corners), multiple)
        for column, factor in ((self, other), (other, self)):
            if factor.is_constant and made.expr is not None:
                return replace(made, product=(column, factor.low))
        return made

    def __floordiv__(self, other: IntColumn | int) -> IntColumn:
        """Exact floor. Engines disagree about negative dividends, so there are none: they are lifted and lowered again."""
        other = self._lifted(other)
        assert other.low > 0, "a divisor is above 0"
        if other.is_constant and other.low == 1:
            return self
        if self.low < 0:
            lift = -(self.low // other.low)
            return (self + other * lift) // other - lift
        return self._of(self, other, lambda a, b: a // b, self.low // other.high, self.high // other.low)

    def at_most(self, other: IntColumn | int) -> IntColumn:
        other = self._lifted(other)
        if self.high <= other.low:
            return self
        if other.high <= self.low:
            return other
        return self._of(self, other, nw.min_horizontal, min(self.low, other.low), min(self.high, other.high))

    def at_least(self, other: IntColumn | int) -> IntColumn:
        other = self._lifted(other)
        if self.low >= other.high:
            return self
        if other.low >= self.high:
            return other
        low, high = max(self.low, other.low), max(self.high, other.high)
        return self._of(self, other, nw.max_horizontal, low, high, lcm(self.multiple, other.multiple))

    def is_at_least(self, other: IntColumn | int) -> Truth:
        other = self._lifted(other)
        if self.low >= other.high or self.high < other.low:
            return self.plan.truth(self.low >= other.high)
        return self._compared(other, lambda a, b: a >= b)

    def is_above(self, other: IntColumn | int) -> Truth:
        return ~self._lifted(other).is_at_least(self)

    def equals(self, other: IntColumn | int) -> Truth:
        other = self._lifted(other)
        if self.low > other.high or other.low > self.high:
            return self.plan.truth(False)
        if self.is_constant and other.is_constant:
            return self.plan.truth(True)
        return self._compared(other, lambda a, b: a == b)

    def settled(self) -> IntColumn:
        """The same as a column of its own, where writing it out again would cost more."""
        return self.named() if self.nodes > NODES_MAX else self

    def named(self, what: str = "") -> IntColumn:
        """The same as a column of its own."""
        if self.expr is None or self.nodes == 1:
            return self
        name = self.plan.write(self.expr, self.reads, what)
        return self.plan.column(name, self.low, self.high, self.multiple, width=self.width)

    def column_name(self, what: str = "", width: Width = Width.PLAIN) -> str:
        """The name of a column that holds it, a constant too, at least so wide."""
        if self.nodes == 1 and self.reads and self.width >= width:
            return next(iter(self.reads))
        return self.plan.write(self.told(width), self.reads, what)

    def told(self, width: Width = Width.SHORT) -> nw.Expr:
        """The expression, at least so wide."""
        width = max(width, self.width)
        if self.expr is None:
            self.plan.hold(abs(self.low))
            return nw.lit(self.low, width.kind)
        return self.expr.cast(width.kind) if width > self.width else self.expr

    def over_league(self, how: Literal["sum", "max", "min"], among: Truth | None = None) -> IntColumn:
        """The sum, or the extreme, over the league; of those `among` only (nobody: 0, or the other extreme)."""
        neutral = {"sum": 0, "max": self.low, "min": self.high}[how]
        masked = self if among is None else among.choose(self, self.plan.constant(neutral))
        if how == "sum":
            size = self.plan.league_size_max
            low, high = min(masked.low, masked.low * size), max(masked.high, masked.high * size)
            if among is not None:
                low, high = min(0, low), max(0, high)
        else:
            low, high = masked.low, masked.high
        if masked.is_constant and how != "sum":
            return masked
        width = max(masked.width, self.plan.reaching(low, high))
        name = masked.column_name(width=width)
        summed = getattr(nw.col(name), how)().over("league").cast(width.kind)
        written = self.plan.write(summed, frozenset({name, "league"}))
        return self.plan.column(written, low, high, width=width)

    def place_in_league(
        self, *, best_is_high: bool, among: Truth | None = None, method: Literal["min", "max", "ordinal"] = "min"
    ) -> IntColumn:
        """The place from 1; equals share the better one (`min`), the worse one (`max`) or stand in any order.

        Of those `among` only; what the others get means nothing.
        """
        name = self.column_name()
        partition = ["league"]
        if among is not None and among.value is None:
            partition.append(among.column_name())
        place = nw.col(name).rank(method, descending=best_is_high).over(*partition).cast(nw.Int64)
        written = self.plan.write(place, frozenset({name, *partition}))
        return self.plan.column(written, 1, max(1, self.plan.league_size_max))

    def _compared(self, other: IntColumn, compare: Callable[[nw.Expr, nw.Expr], nw.Expr]) -> Truth:
        width = max(self.width, other.width)
        expr = compare(self.told(width), other.told(width))
        return Truth(self.plan, expr, None, self.reads | other.reads, 1 + self.nodes + other.nodes)

    def _lifted(self, other: IntColumn | int) -> IntColumn:
        return self.plan.constant(other) if isinstance(other, int) else other

    def _of(
        self, one: IntColumn, two: IntColumn | int, make: Callable[[nw.Expr, nw.Expr], nw.Expr], low: int, high: int,
        multiple: int = 0,
    ) -> IntColumn:  # fmt: skip
        """The result of one operation, as wide as it or what goes in; out of 128 bits again as soon as it can be."""
        other = self._lifted(two)
        if low == high:
            return self.plan.constant(low)
        needed = self.plan.reaching(low, high)
        width = max(needed, one.width, other.width)
        expr = make(one.told(width), other.told(width))
        if needed < width is Width.WIDE:
            width = Width.PLAIN
            expr = expr.cast(width.kind)
        nodes = 1 + one.nodes + other.nodes
        made = IntColumn(self.plan, expr, low, high, one.reads | other.reads, width, nodes, multiple)
        return made.settled()


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A Boolean column, never null. Where `value` is not None it is that in every row."""

    plan: Plan
    expr: nw.Expr | None
    value: bool | None
    reads: frozenset[str]
    nodes: int = 1

    def __and__(self, other: Truth) -> Truth:
        return self._with(other, decisive=False, join=lambda a, b: a & b)

    def __or__(self, other: Truth) -> Truth:
        return self._with(other, decisive=True, join=lambda a, b: a | b)

    def __invert__(self) -> Truth:
        if self.value is not None:
            return self.plan.truth(not self.value)
        return Truth(self.plan, ~self.told(), None, self.reads, self.nodes + 1)

    def _with(self, other: Truth, *, decisive: bool, join: Callable[[nw.Expr, nw.Expr], nw.Expr]) -> Truth:
        for one, rest in ((self, other), (other, self)):
            if one.value is not None:
                return one if one.value is decisive else rest
        expr = join(self.told(), other.told())
        made = Truth(self.plan, expr, None, self.reads | other.reads, 1 + self.nodes + other.nodes)
        return made.settled()

    def told(self) -> nw.Expr:
        if self.expr is None:
            return nw.lit(bool(self.value))
        return self.expr

    def settled(self) -> Truth:
        return self.named() if self.nodes > NODES_MAX else self

    def named(self, what: str = "") -> Truth:
        """The same as a column of its own."""
        if self.value is not None or self.nodes == 1:
            return self
        return self.plan.truth(self.plan.write(self.told(), self.reads, what))

    def column_name(self, what: str = "") -> str:
        """The name of a column that holds it, a constant too."""
        if self.nodes == 1 and self.reads:
            return next(iter(self.reads))
        return self.plan.write(self.told(), self.reads, what)

    def choose(self, then: IntColumn, otherwise: IntColumn) -> IntColumn:
        """`then` where it holds, `otherwise` elsewhere."""
        if self.value is not None:
            return then if self.value else otherwise
        if then is otherwise or (then.is_constant and otherwise.is_constant and then.low == otherwise.low):
            return then
        low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
        width = max(then.width, otherwise.width)
        expr = nw.when(self.told()).then(then.told(width)).otherwise(otherwise.told(width))
        reads, nodes = self.reads | then.reads | otherwise.reads, 1 + self.nodes + then.nodes + otherwise.nodes
        multiple = lcm(then.multiple, otherwise.multiple)
        return IntColumn(self.plan, expr, low, high, reads, width, nodes, multiple).settled()

    def choose_truth(self, then: Truth, otherwise: Truth) -> Truth:
        return (self & then) | (~self & otherwise)


def in_list(plan: Plan, column: str, wanted: Sequence[str]) -> Truth:
    """Whether a text column of the inputs is one of these."""
    if len(wanted) == 1:
        return Truth(plan, nw.col(column) == nw.lit(wanted[0]), None, frozenset({column}), 2)
    return Truth(plan, nw.col(column).is_in(list(wanted)), None, frozenset({column}), 2)
