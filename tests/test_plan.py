"""Integer columns at their limits: whatever fits is exact on every engine, whatever does not is refused, nothing wraps."""

from __future__ import annotations

from fractions import Fraction

import narwhals as nw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.columnar.exact import Ratio, held_between, round_ratio, whole
from engine.columnar.layers import TooWide, Width
from engine.columnar.plan import IntColumn, Plan, Truth
from rules.quantity import Rounding, round_to
from targets.columns.backend import Backend, backend
from targets.engines import EngineName

ENGINES = (EngineName.POLARS, EngineName.DUCKDB)
exact = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class Bench:
    """A frame of one or two integer columns, in 32 bits where that is possible, and a plan over it."""

    def __init__(self, name: EngineName, **columns: list[int]) -> None:
        self.engine: Backend = backend(name)
        self.plan = Plan(self.engine, len(next(iter(columns.values()))))
        values = {**columns, "league": [""] * self.plan.league_size_max}
        ranges = {name: (min(column), max(column)) for name, column in columns.items()}
        widths = {name: self.plan.width(*ranged) for name, ranged in ranges.items()}
        kinds = {name: width.kind for name, width in widths.items()} | {"league": nw.String}
        self.frame = self.engine.bring(values, kinds)
        self.columns = {name: self.plan.column(name, *ranges[name], width=widths[name]) for name in columns}

    def values(self, made: IntColumn | Truth) -> list[int]:
        """What comes out, in the order of the rows."""
        name, row = made.column_name("made"), self.columns["row"].column_name() if "row" in self.columns else None
        wanted = [name] if row is None else [row, name]
        taken = self.engine.take(self.plan.frame(self.frame, wanted, self.engine))
        column = (
            taken[name] if row is None else [value for _, value in sorted(zip(taken[row], taken[name], strict=True))]
        )
        return [int(value) for value in column]


@pytest.mark.parametrize("name", ENGINES)
def test_a_product_beyond_64_bits_is_computed_in_128(name: EngineName) -> None:
    """Polars would wrap: 2^62 x 4 is 0 there."""
    bench = Bench(name, row=[0, 1, 2], a=[2**62, 3, 2**62 - 1])
    product = bench.columns["a"] * 4 * 1000
    assert product.width is Width.WIDE
    assert bench.values(product) == [2**62 * 4000, 12_000, (2**62 - 1) * 4000]
    assert bench.values((product + 5) // 1000) == [2**64, 12, 2**64 - 4]


def test_counts_without_sign_stay_in_32_bits_as_long_as_nothing_can_leave_them() -> None:
    """2^32 - 1 is the last that fits; a difference that could fall below 0 is taken in 64 bits, and nothing wraps."""
    bench = Bench(EngineName.POLARS, row=[0, 1], a=[2**31, 5], b=[7, 2**31 - 1])
    a, b = bench.columns["a"], bench.columns["b"]
    assert [column.width for column in (a, a + b, a + b + 1, a * 2, a - b)] == [
        Width.SHORT, Width.SHORT, Width.PLAIN, Width.PLAIN, Width.PLAIN,
    ]  # fmt: skip
    assert bench.values(a + b) == [2**31 + 7, 2**31 + 4]
    assert bench.values(a * 2) == [2**32, 10]
    assert bench.values(a - b) == [2**31 - 7, 5 - (2**31 - 1)]
    assert bench.values(a.over_league("sum") + b.over_league("sum")) == [2**32 + 11] * 2
    assert bench.values(a.is_above(b).choose(a, bench.plan.constant(-1))) == [2**31, -1]


@pytest.mark.parametrize("name", ENGINES)
def test_a_sum_over_the_league_beyond_64_bits_is_computed_in_128(name: EngineName) -> None:
    bench = Bench(name, row=[0, 1, 2], a=[2**62, 2**62, 2**62 + 1])
    total = bench.columns["a"].over_league("sum")
    assert total.width is Width.WIDE
    assert bench.values(total) == [3 * 2**62 + 1] * 3


@pytest.mark.parametrize("name", [*ENGINES])
def test_what_no_integer_of_the_engine_holds_is_refused_when_it_is_compiled(name: EngineName) -> None:
    bench = Bench(name, a=[2**62, 1])
    square = bench.columns["a"] * bench.columns["a"]
    with pytest.raises(TooWide) as refused:
        square * bench.columns["a"]
    assert refused.value.reached == 2**186


def test_the_limit_is_the_engine_s_own() -> None:
    engine = backend(EngineName.POLARS)
    engine.short_max, engine.narrow_max, engine.wide_max = -1, 2**53 - 1, 2**53 - 1
    narrow = Plan(engine, 1)
    column = narrow.column("a", 0, 2**40)
    assert (column * (2**13 - 1)).high < 2**53
    with pytest.raises(TooWide):
        column * 2**13


def test_a_range_is_known_before_any_row_is_read() -> None:
    plan = Plan(backend(EngineName.POLARS), 1)
    a, b = plan.column("a", -3, 5), plan.column("b", 2, 7)
    assert (a * b).low == -21
    assert (a - b).high == 3
    assert ((a + 3) // b).high == 4
    assert a.is_at_least(-3).value is True
    assert a.equals(6).value is False
    assert (b * 0).low == (b * 0).high == 0


@pytest.mark.parametrize("name", ENGINES)
@exact
@given(
    pairs=st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 10**6)), min_size=2, max_size=6),
    factor=st.fractions(min_value="1/1000", max_value=1000, max_denominator=1000),
    rounding=st.sampled_from(Rounding),
)
def test_rounding_is_that_of_the_contract(
    name: EngineName, pairs: list[tuple[int, int]], factor: Fraction, rounding: Rounding
) -> None:
    """Half up away from zero, half to even, up and down: like `round_to`, whatever the sign."""
    over, under = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    bench = Bench(name, row=list(range(len(pairs))), over=over, under=under)
    ratio = Ratio(bench.columns["over"], bench.columns["under"], factor)
    expected = [int(round_to(factor * a / b, 0, rounding)) for a, b in pairs]
    assert bench.values(round_ratio(ratio, rounding)) == expected


@pytest.mark.parametrize("name", ENGINES)
@exact
@given(
    pairs=st.lists(st.tuples(st.integers(-50, 50), st.integers(-9, 9)), min_size=2, max_size=6),
    bound=st.fractions(min_value=-5, max_value=5, max_denominator=12),
)
def test_ratios_are_compared_crosswise(name: EngineName, pairs: list[tuple[int, int]], bound: Fraction) -> None:
    pairs = [(a, b or 1) for a, b in pairs]
    bench = Bench(name, row=list(range(len(pairs))), a=[a for a, _ in pairs], b=[b for _, b in pairs])
    quotient = whole(bench.columns["a"]).per(whole(bench.columns["b"]))
    assert bench.values(quotient.is_at_least(bound)) == [Fraction(a, b) >= bound for a, b in pairs]
    assert bench.values(quotient.is_above(bound)) == [Fraction(a, b) > bound for a, b in pairs]
    assert bench.values(quotient.floor()) == [a // b for a, b in pairs]
    assert bench.values(quotient.ceil()) == [-(-a // b) for a, b in pairs]


@pytest.mark.parametrize(("low", "high", "expected"), [("2", "5", [2, 2, 5, 5]), ("5", "2", [5, 5, 2, 2])])
def test_held_at_most_the_higher_bound_first(low: str, high: str, expected: list[int]) -> None:
    """As the interpreter does it, also where a contract has the bounds the wrong way round."""
    bench = Bench(EngineName.POLARS, row=[0, 1, 2, 3], a=[1, 2, 5, 9])
    held = held_between(whole(bench.columns["a"]), Fraction(low), Fraction(high))
    assert bench.values(held.rounded(0, Rounding.HALF_UP)) == expected


def test_nothing_is_computed_that_nobody_wants() -> None:
    bench = Bench(EngineName.POLARS, a=[1, 2, 3])
    (bench.columns["a"] * 7 + 1).named("unused")
    wanted = (bench.columns["a"] + 1).column_name("wanted")
    frame = bench.plan.frame(bench.frame, [wanted], bench.engine)
    assert frame.collect_schema().names() == [wanted]
    assert "unused" not in nw.to_native(frame).explain()
