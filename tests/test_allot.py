"""指标分解: an upper quota over parties. First published and hand-worked splits, then what every split must keep.

1790: populations of the first census; the seats of the act of 14 April 1792 as in note D of St. George Tucker's *Blackstone*
(1803); Hamilton's bill of 120 seats as the National Archives print it ("The 1790 Census and the First Veto", 2022). 2020: U.S.
Census Bureau, *2020 Census Apportionment Results*, table 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.allot.allot import Allotment, allot
from engine.allot.bounds import Bounds, order_of
from engine.allot.compare import compare
from engine.allot.divisors import by_divisor, power, shown_divisor, signpost
from engine.allot.effort import equal_effort
from engine.allot.methods import Method
from engine.allot.remainder import divided
from rules.diagnostic import Refused

DIVISORS = tuple(method for method in Method if method is not Method.REMAINDER)

US_1790 = {
    "CT": 236841, "DE": 55540, "GA": 70835, "KY": 68705, "MA": 475327, "MD": 278514, "NC": 353523, "NH": 141822,
    "NJ": 179570, "NY": 331589, "PA": 432879, "RI": 68446, "SC": 206236, "VA": 630560, "VT": 85533,
}  # fmt: skip

# Population, and seats by Hill's method, which is the law since 1941; no state may have none.
US_2020 = {
    "AL": (5030053, 7), "AK": (736081, 1), "AZ": (7158923, 9), "AR": (3013756, 4), "CA": (39576757, 52),
    "CO": (5782171, 8), "CT": (3608298, 5), "DE": (990837, 1), "FL": (21570527, 28), "GA": (10725274, 14),
    "HI": (1460137, 2), "ID": (1841377, 2), "IL": (12822739, 17), "IN": (6790280, 9), "IA": (3192406, 4),
    "KS": (2940865, 4), "KY": (4509342, 6), "LA": (4661468, 6), "ME": (1363582, 2), "MD": (6185278, 8),
    "MA": (7033469, 9), "MI": (10084442, 13), "MN": (5709752, 8), "MS": (2963914, 4), "MO": (6160281, 8),
    "MT": (1085407, 2), "NE": (1963333, 3), "NV": (3108462, 4), "NH": (1379089, 2), "NJ": (9294493, 12),
    "NM": (2120220, 3), "NY": (20215751, 26), "NC": (10453948, 14), "ND": (779702, 1), "OH": (11808848, 15),
    "OK": (3963516, 5), "OR": (4241500, 6), "PA": (13011844, 17), "RI": (1098163, 2), "SC": (5124712, 7),
    "SD": (887770, 1), "TN": (6916897, 9), "TX": (29183290, 38), "UT": (3275252, 4), "VT": (643503, 1),
    "VA": (8654542, 11), "WA": (7715946, 10), "WV": (1795045, 2), "WI": (5897473, 8), "WY": (577719, 1),
}  # fmt: skip


def got(
    total: int,
    weights: Mapping[str, int],
    method: Method = Method.REMAINDER,
    bounds: Mapping[str, Bounds] | None = None,
) -> dict[str, int]:
    quotas = allot(Fraction(total), exact(weights), method, bounds=bounds).quotas
    assert all(quota.denominator == 1 for quota in quotas.values())
    return {code: int(quota) for code, quota in quotas.items()}


def exact(weights: Mapping[str, int]) -> dict[str, Fraction]:
    return {code: Fraction(weight) for code, weight in weights.items()}


def told(allotment: Allotment, code: str) -> list[str]:
    """What is said of one party: how it came to its quota, then to its share."""
    share = next(one for one in allotment.shares if one.code == code)
    return [str(step.worked) for step in share.derivation.walk()]


# --- published ---


def test_hamiltons_bill_of_1792() -> None:
    """The largest remainder for 120 seats: what the first veto of a president was about."""
    assert got(120, US_1790) == {
        "CT": 8, "DE": 2, "GA": 2, "KY": 2, "MA": 16, "MD": 9, "NC": 12, "NH": 5, "NJ": 6, "NY": 11, "PA": 14, "RI": 2,
        "SC": 7, "VA": 21, "VT": 3,
    }  # fmt: skip


def test_jeffersons_act_of_1792() -> None:
    """What became law: 105 seats, and Virginia, whose exact share is 18.31, has 19 of them."""
    seats = got(105, US_1790, Method.JEFFERSON)
    assert seats == {
        "CT": 7, "DE": 1, "GA": 2, "KY": 2, "MA": 14, "MD": 8, "NC": 10, "NH": 4, "NJ": 5, "NY": 10, "PA": 13, "RI": 2,
        "SC": 6, "VA": 19, "VT": 2,
    }  # fmt: skip
    assert sum(seats.values()) == 105


def test_the_house_of_2023_by_hills_method() -> None:
    seats = {state: seats for state, (_, seats) in US_2020.items()}
    people = {state: people for state, (people, _) in US_2020.items()}
    assert sum(people.values()) == 331_108_434
    assert got(435, people, Method.HILL) == dict(sorted(seats.items()))


def test_new_york_lost_its_seat_by_89_people() -> None:
    """With 89 more it would have had 27 seats, and Minnesota 7 (Census Bureau, press conference of 26 April 2021)."""
    people = {state: people for state, (people, _) in US_2020.items()}
    assert got(435, {**people, "NY": people["NY"] + 88}, Method.HILL)["NY"] == 26
    more = got(435, {**people, "NY": people["NY"] + 89}, Method.HILL)
    assert (more["NY"], more["MN"]) == (27, 7)


def test_the_german_bundestag_of_2009_by_sainte_lague() -> None:
    """Second votes of CDU, SPD, FDP, Linke, Grüne and CSU over 598 seats (Federal Returning Officer: 173 and 42 are what CDU and
    CSU have without their 21 and 3 overhang seats)."""
    votes = {"a": 11828277, "b": 9990488, "c": 6316080, "d": 5155933, "e": 4643272, "f": 2830238}
    assert got(598, votes, Method.WEBSTER) == {"a": 173, "b": 146, "c": 93, "d": 76, "e": 68, "f": 42}


# --- worked by hand ---

# 1,000 households in five villages, 20 courses: exact shares 8.78, 4.62, 3.22, 2.18, 1.20.
FIVE = {"a": 439, "b": 231, "c": 161, "d": 109, "e": 60}


def test_largest_remainder_by_hand() -> None:
    """Rounded down 8 + 4 + 3 + 2 + 1 = 18; the two left go to .78 (a) and .62 (b)."""
    allotment = allot(Fraction(20), exact(FIVE))
    assert allotment.quotas == {"a": 9, "b": 5, "c": 3, "d": 2, "e": 1}
    assert told(allotment, "a") == ["8 steps and one more: fraction 0.78, one of the 2 largest", "439 ÷ 1000 × 20"]
    assert told(allotment, "c") == ["3 steps: fraction 0.22, not one of the 2 largest", "161 ÷ 1000 × 20"]


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        (Method.ADAMS, (8, 5, 3, 2, 2)),
        (Method.DEAN, (9, 5, 3, 2, 1)),
        (Method.HILL, (9, 5, 3, 2, 1)),
        (Method.WEBSTER, (9, 5, 3, 2, 1)),
        (Method.JEFFERSON, (9, 5, 3, 2, 1)),
    ],
)
def test_divisors_by_hand(method: Method, wanted: tuple[int, ...]) -> None:
    """Adams: by 58 households a course, 7.57, 3.98, 2.78, 1.88, 1.03 rounded up. Jefferson: by 46, 9.54, 5.02, 3.5, 2.37, 1.30
    rounded down. Between them 50 stays: 8.78, 4.62, 3.22, 2.18, 1.20 rounded at half-way or a little below."""
    assert tuple(got(20, FIVE, method).values()) == wanted


def test_a_divisor_is_told_so_that_a_pocket_calculator_can_follow() -> None:
    assert (
        told(allot(Fraction(20), exact(FIVE), Method.WEBSTER), "a")[0] == "439 ÷ 50 = 8.78, rounded up from 8.5 on: 9"
    )
    hill = told(allot(Fraction(20), exact(FIVE), Method.HILL), "b")[0]
    assert hill == "231 ÷ 50 = 4.62, rounded up from √20 ≈ 4.47213595 on: 5"


def test_steps_other_than_one() -> None:
    """10 hectares in tenths over 1 : 1 : 1 are 3.4 + 3.3 + 3.3; 100 households in fives over 2 : 1 are 65 + 35."""
    thirds = allot(Fraction(10), dict.fromkeys("abc", Fraction(1)), step=Fraction(1, 10))
    assert list(thirds.quotas.values()) == [Fraction(34, 10), Fraction(33, 10), Fraction(33, 10)]
    fives = allot(Fraction(100), {"a": Fraction(2), "b": Fraction(1)}, step=Fraction(5))
    assert fives.quotas == {"a": 65, "b": 35}


def test_ties_go_to_the_larger_weight_then_the_smaller_code() -> None:
    """Three equal ones share 2; and 3 : 1 over 2 are 1.5 and 0.5, where the larger has the odd step."""
    assert got(2, {"c": 1, "a": 1, "b": 1}) == {"a": 1, "b": 1, "c": 0}
    assert got(2, {"a": 1, "b": 3}) == {"a": 0, "b": 2}
    for method in DIVISORS:
        assert got(2, {"c": 1, "a": 1, "b": 1}, method) == {"a": 1, "b": 1, "c": 0}
    why = told(allot(Fraction(2), exact({"c": 1, "a": 1, "b": 1})), "c")[0]
    assert why.endswith("equal to another; the larger weight goes first, then the smaller code")


def test_a_tie_of_divisors_is_told_as_one() -> None:
    """4 over three equal ones: at Webster's 1.5 and Hill's root of 2 all of them ask for the fourth. Of 2, Adams can give only
    two of three their first."""
    ones = exact({"a": 1, "b": 1, "c": 1})
    rule = "exactly where rounding up begins, as for another; the larger weight goes first, then the smaller code"
    webster = allot(Fraction(4), ones, Method.WEBSTER)
    assert told(webster, "a")[0] == f"1 ÷ (2/3 ≈ 0.66666667) = 1.5, {rule}: 2"
    assert told(webster, "c")[0] == f"1 ÷ (2/3 ≈ 0.66666667) = 1.5, {rule}: 1"
    assert (
        told(allot(Fraction(4), ones, Method.HILL), "b")[0] == f"1 ÷ (√0.5 ≈ 0.70710678) = √2 ≈ 1.41421356, {rule}: 1"
    )
    few = next(share for share in allot(Fraction(2), ones, Method.ADAMS).shares if share.code == "c")
    assert (few.quota, str(few.derivation.worked)) == (0, "not enough steps for everybody's first")


def test_a_bound_is_told_where_it_holds() -> None:
    """By 10 the weights 70, 20 and 10 are 7, 2 and 1; a may have 5 at most, c 2 at least."""
    bounds = {"a": Bounds(highest=Fraction(5)), "c": Bounds(lowest=Fraction(2))}
    webster = allot(Fraction(9), exact({"a": 70, "b": 20, "c": 10}), Method.WEBSTER, bounds=bounds)
    assert webster.quotas == {"a": 5, "b": 2, "c": 2}
    assert told(webster, "a")[:2] == [
        "70 ÷ 10 = 7, rounded up from 7.5 on: 7; held at its highest, 5",
        "the exact share is more",
    ]
    assert told(webster, "c")[:2] == [
        "10 ÷ 10 = 1, rounded up from 1.5 on: 1; held at its lowest, 2",
        "the exact share is less",
    ]


def test_bounds_take_from_everybody_else_in_proportion() -> None:
    """100 over 70 : 20 : 10 with at most 50 for a: what is left, 50, goes 2 : 1 to b and c: 33.33 and 16.67."""
    allotment = allot(Fraction(100), exact({"a": 70, "b": 20, "c": 10}), bounds={"a": Bounds(highest=Fraction(50))})
    assert allotment.quotas == {"a": 50, "b": 33, "c": 17}
    assert told(allotment, "a") == ["50 steps, no fraction", "the exact share is more", "70 ÷ 100 × 100"]
    assert told(allotment, "b")[1] == "20 × 5/3 ≈ 1.66666667"


def test_a_bound_can_free_another() -> None:
    """100 over 60 : 30 : 10, where c has 30 at least and a 45 at most: b's 30 are neither, and it has the 25 that are left."""
    bounds = {"a": Bounds(highest=Fraction(45)), "c": Bounds(lowest=Fraction(30))}
    for method in Method:
        assert got(100, {"a": 60, "b": 30, "c": 10}, method, bounds) == {"a": 45, "b": 25, "c": 30}


def test_who_has_no_weight_gets_the_lowest_and_no_more() -> None:
    for method in Method:
        assert got(10, {"a": 3, "b": 0, "c": 0}, method, {"b": Bounds(lowest=Fraction(2))}) == {"a": 8, "b": 2, "c": 0}


# --- paradoxes ---


def test_the_alabama_paradox() -> None:
    """940, 9,030 and 10,030 people: 9.4, 90.3, 100.3 of 200 seats give 10, 90, 100; of 201, 9.447, 90.7515, 100.8015 give 9, 91,
    101, and the smallest has lost one. The Census Office met it in 1880: Alabama had 8 of 299 seats and 7 of 300 (B. Cipra, "E
    pluribus confusion", *American Scientist*, 2010)."""
    people = {"a": 940, "c": 10030, "b": 9030}
    assert got(200, people) == {"a": 10, "c": 100, "b": 90}
    assert got(201, people) == {"a": 9, "c": 101, "b": 91}
    compared = {one.method: one for one in compare(Fraction(200), exact(people))}
    assert compared[Method.REMAINDER].losers == ("a",)
    assert all(compared[method].losers == () for method in DIVISORS)


def test_the_population_paradox() -> None:
    """100 seats; B grows by 1.80 %, A by 1.70 %, and B loses a seat to A (table 14.48 of
    *A Survey of Mathematics with Applications*, Pearson)."""
    assert got(100, {"A": 23527, "B": 5548, "C": 70925}) == {"A": 23, "B": 6, "C": 71}
    assert got(100, {"A": 23926, "B": 5648, "C": 71110}) == {"A": 24, "B": 5, "C": 71}


def test_the_new_states_paradox() -> None:
    """A third town comes with the 5 that its size asks for, and the north takes one from the south. So Oklahoma came with 5 in
    1907, and New York lost a seat to Maine (G. Szpiro, *Numbers Rule*, 2010)."""
    assert got(100, {"north": 10450, "south": 89550}) == {"north": 10, "south": 90}
    assert got(105, {"north": 10450, "south": 89550, "west": 5250}) == {"north": 11, "south": 89, "west": 5}
    for method in DIVISORS:
        before = got(100, {"north": 10450, "south": 89550}, method)
        after = got(105, {"north": 10450, "south": 89550, "west": 5250}, method)
        assert after["west"] != 5 or {"north": after["north"], "south": after["south"]} == before


def test_the_methods_side_by_side() -> None:
    compared = {one.method: one for one in compare(Fraction(20), exact(FIVE))}
    webster, adams = compared[Method.WEBSTER], compared[Method.ADAMS]
    # b has 5 of 4.62; e has 1 for 60 households, b 5 for 231.
    assert (webster.deviation, webster.least, webster.most) == (Fraction("0.38"), Fraction(1, 60), Fraction(5, 231))
    # e has 2 of 1.2 and 2 for 60 households, a 8 for 439.
    assert (adams.deviation, adams.least, adams.most) == (Fraction("0.8"), Fraction(8, 439), Fraction(2, 60))
    jefferson = next(
        one
        for one in compare(Fraction(40), exact({"a": 900, "b": 40, "c": 30, "d": 30}))
        if one.method is Method.JEFFERSON
    )
    # By 24 households 37.5, 1.67, 1.25, 1.25 rounded down; the exact share of a is 36.
    assert (jefferson.quotas["a"], jefferson.outside) == (37, ("a",))


# --- what is refused ---


@pytest.mark.parametrize(
    ("total", "weights", "step", "bounds", "wanted"),
    [
        ("10", {"a": 0, "b": 0}, "1", {}, [("DX730", "", "no weight above 0")]),
        ("10", {}, "1", {}, [("DX730", "", "no weight above 0")]),
        ("10", {"a": -1, "b": 2}, "1", {}, [("DX730", "a", "the weight -1")]),
        ("10", {"a": 1}, "0", {}, [("DX731", "", "steps of 0")]),
        ("10.5", {"a": 1}, "1", {}, [("DX731", "", "10.5")]),
        ("-5", {"a": 1}, "5", {}, [("DX731", "", "-5")]),
        (
            "10", {"a": 1, "b": 1}, "5", {"a": ("3", None), "b": (None, "7")},
            [("DX731", "a", "3"), ("DX731", "b", "7")],
        ),
        ("10", {"a": 1, "b": 1}, "1", {"a": ("6", "5")}, [("DX732", "a", "at least 6, at most 5")]),
        ("10", {"a": 1, "b": 1}, "1", {"a": ("6", None), "b": ("5", None)}, [("DX732", "", "11 as the lowest of all together")]),
        (
            "10", {"a": 1, "b": 1}, "1", {"a": (None, "4"), "b": (None, "5")},
            [("DX732", "", "9 as the highest of all with a weight together")],
        ),
        ("10", {"a": 1, "b": 0}, "1", {"a": (None, "9")}, [("DX732", "", "9 as the highest of all with a weight together")]),
    ],
)  # fmt: skip
def test_what_no_allotment_can_keep_is_refused(
    total: str, weights: dict[str, int], step: str, bounds: dict[str, tuple[str | None, str | None]],
    wanted: list[tuple[str, str, str]],
) -> None:  # fmt: skip
    def read(text: str | None) -> Fraction | None:
        return None if text is None else Fraction(text)

    held = {code: Bounds(read(lowest), read(highest)) for code, (lowest, highest) in bounds.items()}
    with pytest.raises(Refused) as refused:
        allot(Fraction(total), exact(weights), step=Fraction(step), bounds=held)
    assert [(one.code, one.span.cell, str(one.found)) for one in refused.value.diagnostics] == wanted


# --- what every allotment keeps ---

CODES = st.sampled_from([f"v{number}" for number in range(9)])
WEIGHTS = st.dictionaries(CODES, st.integers(0, 60), min_size=1).filter(lambda found: any(found.values()))
METHODS = st.sampled_from(list(Method))
STEPS = st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(5), Fraction(3, 7)])


@st.composite
def bounded(draw: st.DrawFn) -> tuple[int, dict[str, int], dict[str, tuple[int, int | None]]]:
    """Steps, weights and bounds that can be kept."""
    weights = draw(WEIGHTS)
    bounds = {}
    for code in draw(st.sets(st.sampled_from(sorted(weights)))):
        lowest = draw(st.integers(0, 5))
        bounds[code] = (lowest, draw(st.none() | st.integers(lowest, lowest + 8)))
    least = sum(lowest for lowest, _ in bounds.values())
    open_ended = any(weight and bounds.get(code, (0, None))[1] is None for code, weight in weights.items())
    most = sum((highest or 0) if weights[code] else lowest for code, (lowest, highest) in bounds.items())
    return draw(st.integers(least, least + 40 if open_ended else most)), weights, bounds


def in_steps(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method, step: Fraction = Fraction(1)
) -> Allotment:
    steps, weights, bounds = case
    held = {code: Bounds(low * step, None if high is None else high * step) for code, (low, high) in bounds.items()}
    return allot(steps * step, exact(weights), method, step, held)


@given(bounded(), METHODS, STEPS)
def test_it_adds_up_in_whole_steps_within_the_bounds(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method, step: Fraction
) -> None:
    allotment = in_steps(case, method, step)
    steps, weights, bounds = case
    assert sum(allotment.quotas.values()) == steps * step
    assert allotment.quotas.keys() == weights.keys()
    assert sum(share.fair for share in allotment.shares) == steps * step
    for share in allotment.shares:
        lowest, highest = bounds.get(share.code, (0, None))
        assert (share.quota / step).denominator == 1
        assert lowest * step <= share.quota
        assert highest is None or share.quota <= highest * step
        assert share.derivation.value == share.quota
        if not weights[share.code]:
            assert share.quota == lowest * step


@given(bounded(), METHODS, st.randoms(use_true_random=False))
def test_the_order_of_the_parties_plays_no_part(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method, random: object
) -> None:
    steps, weights, bounds = case
    shuffled = sorted(weights)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = {code: weights[code] for code in shuffled}
    assert in_steps((steps, other, bounds), method) == in_steps(case, method)


@given(bounded(), METHODS, st.integers(1, 1000))
def test_the_unit_of_the_weights_plays_no_part(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method, unit: int
) -> None:
    steps, weights, bounds = case
    other = {code: weight * unit for code, weight in weights.items()}
    assert in_steps((steps, other, bounds), method).quotas == in_steps(case, method).quotas


@given(bounded())
def test_the_largest_remainder_rounds_every_share_down_or_up(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]],
) -> None:
    assert all(abs(share.quota - share.fair) < 1 for share in in_steps(case, Method.REMAINDER).shares)


@given(bounded(), METHODS)
def test_a_larger_weight_never_gets_less(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method
) -> None:
    steps, weights, _ = case
    quotas = got(steps, weights, method)
    by_weight = sorted(weights, key=lambda code: (-weights[code], code))
    assert [quotas[code] for code in by_weight] == sorted(quotas.values(), reverse=True)


@given(st.integers(1, 9), st.integers(0, 60), METHODS)
def test_equal_weights_differ_by_one_step_at_most(parties: int, steps: int, method: Method) -> None:
    quotas = got(steps, {f"v{number}": 7 for number in range(parties)}, method)
    assert max(quotas.values()) - min(quotas.values()) <= 1


@given(bounded(), st.sampled_from(DIVISORS))
def test_by_a_divisor_nobody_loses_when_there_is_more(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method
) -> None:
    """House monotonicity: the last step is taken from one party, and nobody else notices."""
    steps, weights, bounds = case
    if steps == sum(lowest for lowest, _ in bounds.values()):
        return
    now, before = in_steps(case, method).quotas, in_steps((steps - 1, weights, bounds), method).quotas
    assert sorted(now[code] - before[code] for code in now) == [0] * (len(now) - 1) + [1]


@given(WEIGHTS, st.integers(0, 60), st.sampled_from(DIVISORS), st.sets(CODES))
def test_by_a_divisor_a_part_is_split_like_the_whole(
    weights: dict[str, int], steps: int, method: Method, some: set[str]
) -> None:
    """Coherence: what some of the parties got together, split over them alone, is what each of them got."""
    quotas = got(steps, weights, method)
    part = {code: weight for code, weight in weights.items() if code in some}
    if any(part.values()):
        assert got(sum(quotas[code] for code in part), part, method) == {code: quotas[code] for code in sorted(part)}


@given(bounded(), st.sampled_from(DIVISORS))
def test_divisors_agree_with_a_count_one_by_one(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method
) -> None:
    """By the definition: step after step to the highest weight over signpost, in squares so that Hill's needs no root."""
    steps, weights, bounds = case
    squared = {
        Method.ADAMS: lambda k: Fraction(k) ** 2,
        Method.DEAN: lambda k: Fraction(k * (k + 1) * 2, 2 * k + 1) ** 2,
        Method.HILL: lambda k: Fraction(k * (k + 1)),
        Method.WEBSTER: lambda k: Fraction(2 * k + 1, 2) ** 2,
        Method.JEFFERSON: lambda k: Fraction(k + 1) ** 2,
    }[method]
    counted = {code: bounds.get(code, (0, None))[0] for code in weights}

    def priority(code: str) -> tuple[bool, Fraction, int, list[int]]:
        mark = squared(counted[code])
        first = mark == 0
        return first, Fraction(0) if first else weights[code] ** 2 / mark, weights[code], [-ord(sign) for sign in code]

    for _ in range(steps - sum(counted.values())):
        room = [
            c for c, w in weights.items() if w and (bounds.get(c, (0, None))[1] is None or counted[c] < bounds[c][1])
        ]  # type: ignore[operator]
        counted[max(room, key=priority)] += 1
    assert in_steps(case, method).quotas == counted


@given(bounded(), st.sampled_from(DIVISORS))
def test_the_divisor_that_is_told_gives_the_result(
    case: tuple[int, dict[str, int], dict[str, tuple[int, int | None]]], method: Method
) -> None:
    """Every quotient rounded up from its signpost on and held to its bounds; where the last step was a tie, all but that."""
    steps, weights, bounds = case
    held = {
        code: Bounds(Fraction(low), None if high is None else Fraction(high)) for code, (low, high) in bounds.items()
    }
    order = order_of(Fraction(steps), exact(weights), held, Fraction(1))
    divided = by_divisor(order, method)
    divisor = shown_divisor(method, divided)
    if divisor is None:
        return
    missed = 0
    for one in order.claims:
        quotient = one.weight ** power(method) / divisor.raised
        asked = next(k for k in count() if not one.weight or signpost(method, k) > quotient)
        missed += one.clamped(Fraction(asked)) - divided.steps[one.code]
    assert missed == 0 or (divisor.tied and missed > 0)


def test_thousands_of_parties_and_millions_of_steps() -> None:
    """Nothing is counted out step by step: fen over the villages of a county."""
    weights = {f"v{number:04}": 100 + number * number % 977 for number in range(2000)}
    for method in Method:
        assert sum(got(123_456_789, weights, method).values()) == 123_456_789


# --- pools of money ---


@given(st.integers(0, 10**9), WEIGHTS)
def test_a_pool_is_divided_by_the_same_hand(amount_fen: int, weights: dict[str, int]) -> None:
    in_order = dict(sorted(exact(weights).items(), key=lambda one: (-one[1], one[0])))
    assert divided(amount_fen, in_order) == got(amount_fen, weights)


def test_a_pool_without_any_weight_stays_whole() -> None:
    assert divided(100, {"a": Fraction(0), "b": Fraction(0)}) == {"a": 0, "b": 0}


# --- equal effort ---


def binomial(trials: int, chance: Fraction) -> dict[int, Fraction]:
    """The chance of at least so many successes, by table: sums of C(n, k) p^k (1-p)^(n-k)."""
    exactly = [comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(trials + 1)]
    return {least: sum(exactly[least:], Fraction(0)) for least in range(trials + 2)}


def test_equal_effort_by_hand() -> None:
    """Two villages toss coins, 4 and 2 of them. At least 1, 2, 3, 4 heads of 4: 15/16, 11/16, 5/16, 1/16; of 2: 3/4, 1/4.
    3 steps: 15/16 to a, 3/4 to b, 11/16 to a. So a has 2 (11/16) and b has 1 (3/4)."""
    tables = {"a": binomial(4, Fraction(1, 2)), "b": binomial(2, Fraction(1, 2))}
    shares = equal_effort(
        Fraction(3),
        {code: lambda quota, table=table: table.get(int(quota), Fraction(0)) for code, table in tables.items()},
    )
    assert [(one.code, one.quota, one.chance) for one in shares] == [
        ("a", 2, Fraction(11, 16)),
        ("b", 1, Fraction(3, 4)),
    ]
    assert str(shares[0].derivation.worked) == "chance 0.6875; with a step more 0.3125"


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 9)), min_size=1, max_size=3), st.data())
def test_equal_effort_leaves_the_worst_off_the_best_chance_there_is(
    parties: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Against every other split."""
    tables = {f"v{place}": binomial(trials, Fraction(tenths, 10)) for place, (trials, tenths) in enumerate(parties)}
    total = data.draw(st.integers(0, sum(trials for trials, _ in parties)))
    shares = equal_effort(
        Fraction(total),
        {code: lambda quota, table=table: table.get(int(quota), Fraction(0)) for code, table in tables.items()},
    )
    assert sum(one.quota for one in shares) == total
    codes = sorted(tables)
    worst = max(
        min(tables[code].get(part, Fraction(0)) for code, part in zip(codes, parts, strict=True))
        for parts in splits(total, len(codes))
    )
    assert min(one.chance for one in shares) == worst


def splits(total: int, parts: int) -> list[tuple[int, ...]]:
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in splits(total - first, parts - 1)]
