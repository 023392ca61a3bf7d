"""Why each got what it got: the exact share, the bounds, and what decided about the step that does not divide."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

from engine.allot.bounds import ZERO, Claim, Order
from engine.allot.divisors import Divided, Divisor, power, root_floor, shown_divisor, signpost
from engine.allot.methods import Method
from engine.score.derivation import DECIMALS_SHOWN_MAX, Step, StepKind, operand, readable
from rules.diagnostic import Text, say
from rules.quantity import show

ALLOTTED = say("allotted")


class Split(NamedTuple):
    """What is explained: the order, the size of a step, the fair share of each in steps, and all weights together."""

    order: Order
    step: Fraction
    fair: Mapping[str, Fraction]
    weight: Fraction

    def exact(self, one: Claim) -> Fraction:
        """In proportion to the weights, whatever the bounds; in steps."""
        return one.weight / self.weight * self.order.steps


def of_remainders(split: Split, got: Mapping[str, int]) -> dict[str, Step]:
    """By largest remainder: the fraction of each, and whether it was among those that had a step more."""
    fractions = {code: fair - int(fair) for code, fair in split.fair.items()}
    up = [fractions[code] for code, steps in got.items() if steps > int(split.fair[code])]
    down = [fraction for code, fraction in fractions.items() if got[code] <= int(split.fair[code])]
    edge = min(up) if up and down and min(up) == max(down) else None
    rule = say("whole steps, and a step more for the largest fractions")
    return {
        one.code: _step(split, one, got, rule, _of_fraction(split, one, got, fractions, (len(up), edge)))
        for one in split.order.claims
    }


def _of_fraction(
    split: Split,
    one: Claim,
    got: Mapping[str, int],
    fractions: Mapping[str, Fraction],
    edge: tuple[int, Fraction | None],
) -> Text:
    whole, fraction, (left, tied) = int(split.fair[one.code]), fractions[one.code], edge
    if not fraction:
        return say("{steps} steps, no fraction", steps=whole)
    more = got[one.code] > whole
    if fraction == tied:
        told = say("equal to another; the larger weight goes first, then the smaller code")
    elif more:
        told = say("one of the {count} largest", count=left)
    else:
        told = say("not one of the {count} largest", count=left)
    if more:
        return say(
            "{steps} steps and one more: fraction {fraction}, {why}", steps=whole, fraction=readable(fraction), why=told
        )
    return say("{steps} steps: fraction {fraction}, {why}", steps=whole, fraction=readable(fraction), why=told)


def of_divisors(split: Split, divided: Divided, method: Method) -> dict[str, Step]:
    """By a divisor: the quotient of each, and the signpost from which on it is rounded up."""
    divisor, got = shown_divisor(method, divided), divided.steps
    rule = say("weight ÷ divisor, rounded by the method")
    if divisor is None:
        rule = say(
            "everybody's first step comes before any second; the larger weight goes first, then the smaller code"
        )
        told = say("not enough steps for everybody's first")
        return {one.code: _step(split, one, got, rule, told) for one in split.order.claims}
    return {
        one.code: _step(split, one, got, rule, _of_quotient(one, divisor, method, got[one.code]))
        for one in split.order.claims
    }


def _of_quotient(one: Claim, divisor: Divisor, method: Method, got: int) -> Text:
    exponent = power(method)
    quotient = one.weight**exponent / divisor.raised
    whole = root_floor(quotient, exponent)
    mark = signpost(method, whole)
    steps = whole + (mark <= quotient)
    division = say(
        "{weight} ÷ {divisor} = {quotient}",
        weight=operand(readable(one.weight)), divisor=operand(_root(divisor.raised, exponent)),
        quotient=_root(quotient, exponent),
    )  # fmt: skip
    if (
        divisor.tied
        and steps
        and signpost(method, steps - 1) == quotient
        and got in (steps, steps - 1)
        and got != one.highest
    ):
        tie = say("exactly where rounding up begins, as for another")
        return say(
            "{division}, {tie}; the larger weight goes first, then the smaller code: {steps}",
            division=division, tie=tie, steps=got,
        )  # fmt: skip
    worked = say(
        "{division}, rounded up from {signpost} on: {steps}",
        division=division,
        signpost=_root(mark, exponent),
        steps=steps,
    )
    if got > steps:
        return say("{worked}; held at its lowest, {steps}", worked=worked, steps=got)
    return say("{worked}; held at its highest, {steps}", worked=worked, steps=got) if got < steps else worked


def _root(raised: Fraction, exponent: int) -> str:
    """Rounded down where it has no end, for the eye only: what decides is the square."""
    if exponent == 1:
        return readable(raised)
    root = Fraction(isqrt(raised.numerator), isqrt(raised.denominator))
    if root**2 == raised:
        return readable(root)
    scale = 10**DECIMALS_SHOWN_MAX
    near = Fraction(isqrt(raised.numerator * scale**2 // raised.denominator), scale)
    return f"√{operand(show(raised))} ≈ {show(near)}"


def of_chances(step: Fraction, got: int, chance: Fraction, following: Fraction | None) -> Step:
    """By equal effort: the chance of meeting the quota, and what a step more would leave of it."""
    rule = say("step by step to whoever then has the best chance")
    now = say("chance {chance}", chance=readable(chance))
    worked = now if following is None else say("{now}; with a step more {chance}", now=now, chance=readable(following))
    return Step(StepKind.COMPUTED, ALLOTTED, rule, worked, got * step)


def _step(split: Split, one: Claim, got: Mapping[str, int], rule: Text, worked: Text) -> Step:
    return Step(
        StepKind.COMPUTED, ALLOTTED, rule, worked, got[one.code] * split.step, steps=(_within_bounds(split, one),)
    )


def _within_bounds(split: Split, one: Claim) -> Step:
    """The share within the bounds; the exact share where no bound changes it."""
    exact, fair = _exact(split, one), split.fair[one.code]
    if fair == split.exact(one):
        return exact
    title, value = say("share within the bounds"), fair * split.step
    if fair == one.lowest and split.exact(one) < fair:
        rule, worked = say("at least {least}", least=readable(value)), say("the exact share is less")
    elif fair == one.highest and split.exact(one) > fair:
        rule, worked = say("at most {most}", most=readable(value)), say("the exact share is more")
    else:
        rule = say("in proportion to the weights, of what the parties held by a bound leave")
        worked = say(
            "{weight} × {level}",
            weight=readable(one.weight),
            level=readable(value / one.weight if one.weight else ZERO),
        )
    return Step(StepKind.CAPPED, title, rule, worked, value, steps=(exact,))


def _exact(split: Split, one: Claim) -> Step:
    worked = say(
        "{weight} ÷ {weights} × {total}",
        weight=operand(readable(one.weight)), weights=operand(readable(split.weight)),
        total=readable(split.order.steps * split.step),
    )  # fmt: skip
    rule = say("weight ÷ all weights × total")
    return Step(StepKind.COMPUTED, say("exact share"), rule, worked, split.exact(one) * split.step)
