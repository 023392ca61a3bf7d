"""The derivation says what was computed: every line of arithmetic in it, worked out again, gives the value beside it."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest
from golden import golden_pages, read_page
from golden_arithmetic import WrongSum, result_of
from hypothesis import given
from strategies_years import Year, drawn, judged, years

from engine import inference
from engine.score.derivation import Step, StepKind
from engine.verdict import Verdict
from rules.quantity import Rounding, parse_number, round_to

pytestmark = pytest.mark.skipif(not inference.available(), reason="durable-rules does not run here")

SUMS = {"sum of the items", "sum of the sections", "with bonuses and deductions"}
ROUNDINGS = {
    "rounded half up": Rounding.HALF_UP, "rounded half to even": Rounding.HALF_EVEN, "rounded up": Rounding.UP,
    "rounded down": Rounding.DOWN,
}  # fmt: skip


@drawn
@given(years())
def test_the_root_is_what_the_verdict_says(year: Year) -> None:
    for _, verdict in year.judged_by():
        assert verdict.step.value == verdict.final_score
        assert verdict.outcome.step.value == verdict.outcome.total == verdict.score
        for section in verdict.outcome.all_sections():
            assert section.step.value == section.score
        for item in verdict.outcome.items():
            assert item.step.value == item.score


@drawn
@given(years())
def test_every_step_follows_from_those_below_it(year: Year) -> None:
    for _, verdict in year.judged_by():
        for step in verdict.step.walk():
            replay(step)


@drawn
@given(years())
def test_scores_are_reached_from_the_root(year: Year) -> None:
    """Whatever entered the total stands in its derivation: each item's and section's own step."""
    for contract, verdict in year.judged_by():
        below = set(map(id, verdict.outcome.step.walk())) if not linked(contract.linkage, verdict) else set()
        for section in verdict.outcome.all_sections() if below else ():
            assert id(section.step) in below
            assert all(id(item.step) in below for item in section.items)


def test_most_of_what_is_computed_can_be_worked_out_again() -> None:
    """On the golden pages nearly every computed step is plain arithmetic; the others say so in words."""
    told = Counter[bool]()
    for case in (case for path in golden_pages() for case in read_page(path) if not case.faults):
        for verdict in judged(case.contracts, case.snapshot).verdicts.values():
            for step in verdict.step.walk():
                if step.kind is StepKind.COMPUTED and step is not verdict.step and step.value is not None:
                    told[replay(step)] += 1
    assert told[True] > 1000
    assert told[True] > 10 * told[False]


def replay(step: Step) -> bool:
    """Whether the step's line is arithmetic, which then is checked; the values below are checked wherever they tell."""
    values = [below.value for below in step.steps if below.value is not None]
    match step.kind:
        case StepKind.ROUNDED:
            (_, how), (name, places) = step.rule.arguments
            unit = Fraction(1, 10 ** int(str(places))) if name == "decimals" else parse_number(str(places))
            assert step.value == round_to(values[0] / unit, 0, ROUNDINGS[str(how)]) * unit
        case StepKind.CAPPED:
            ((name, limit),) = step.rule.arguments
            assert step.value == limited(str(limit))
            assert step.value < values[0] if name == "most" else step.value > values[0]
        case StepKind.COMPUTED if step.rule.template in SUMS:
            assert step.value == sum(values, Fraction(0))
        case _:
            pass
    return holds_as_written(step)


def holds_as_written(step: Step) -> bool:
    text = arithmetic_of(str(step.worked))
    if step.value is None or text is None:
        return False
    before, arrow, after = text.partition("->")
    if arrow:
        assert result_of(before) == step.steps[0].value, text
    assert result_of(after or before) == step.value, text
    return True


_UNIT = re.compile(r"(?<=\d) [一-鿿]+")
# What stands in brackets after the formula: the comparison or the count that led to it.
_REMARK = re.compile(r"(?<=[\d)]) \((?:[^()]|\([^()]*\))*\)$")


def arithmetic_of(text: str) -> str | None:
    """The line without what a pocket calculator would show and the remark at its end; None for prose."""
    bare = _REMARK.sub("", _UNIT.sub("", re.sub(r" ≈ -?[\d.]+%?", "", text))).replace("¥", "").strip()
    return bare if re.search(r"\d", bare) and re.fullmatch(r"[-\d.%+×÷/() ]+(?:-> [-\d./]+)?", bare) else None


def limited(written: str) -> Fraction:
    return parse_number(written.partition(" ≈ ")[0])


def linked(linkage: object, verdict: Verdict) -> bool:
    """A linked total quotes the parties' scores and the cadre's own total."""
    return any(verdict.subject.post in one.posts for one in linkage)  # type: ignore[attr-defined]


def test_a_line_that_does_not_add_up_is_found() -> None:
    with pytest.raises(WrongSum):
        result_of("2 × (3")
    assert arithmetic_of("60 × 93% ÷ 95%") == "60 × 93% ÷ 95%"
    assert arithmetic_of("10 - 2 × 1.5 (93.5% < 95%)") == "10 - 2 × 1.5"
    assert arithmetic_of("place 3 of 5: 6") is None
