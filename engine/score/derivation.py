"""Where a number came from: a tree of steps, recorded on the one path that computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from rules.diagnostic import Called, Span, Text, say
from rules.indicator import Indicator, Kind
from rules.quantity import Rounding, round_to, show
from rules.range import Range

Location = tuple[int | str, ...]
DECIMALS_SHOWN_MAX = 8


class StepKind(StrEnum):
    """What a step did."""

    QUOTED = "quoted"
    OBSERVED = "observed"
    COMPUTED = "computed"
    ROUNDED = "rounded"
    CAPPED = "capped"
    EXEMPTED = "exempted"
    MISSING = "missing"
    FIRED = "fired"
    NOT_FIRED = "not_fired"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Step:
    """Three lines: the rule in words, the rule with its numbers, and the value; `at` is its place in the contract.

    `title` names what is computed, `clause` is its id where it is an item or section; `steps` are what went in,
    `sources` the cells it was read from. `contract` is set where `at` and what lies below are of that other contract.
    """

    kind: StepKind
    title: Text
    rule: Text
    worked: Text
    value: Fraction | None
    at: Location = ()
    steps: tuple[Step, ...] = ()
    sources: tuple[Span, ...] = ()
    clause: str = ""
    contract: str = ""

    def walk(self) -> Iterator[Step]:
        """This step and all below, depth first."""
        yield self
        for step in self.steps:
            yield from step.walk()


NOTHING = Text("")

_RULE_OF_ROUNDING = {
    Rounding.HALF_UP: say("rounded half up"),
    Rounding.HALF_EVEN: say("rounded half to even"),
    Rounding.UP: say("rounded up"),
    Rounding.DOWN: say("rounded down"),
}


def rounded(step: Step, decimals: int, rounding: Rounding, multiple_of: Fraction | None = None) -> Step:
    """The step with its value rounded as declared, to decimals or to a multiple; unchanged where that changes nothing."""
    assert step.value is not None
    if multiple_of is None:
        value = round_to(step.value, decimals, rounding)
        rule = say("{how} to {decimals} decimals", how=_RULE_OF_ROUNDING[rounding], decimals=decimals)
    else:
        value = round_to(step.value / multiple_of, 0, rounding) * multiple_of
        rule = say("{how} to a multiple of {unit}", how=_RULE_OF_ROUNDING[rounding], unit=readable(multiple_of))
    if value == step.value:
        return step
    worked = say("{exact} -> {rounded}", exact=readable(step.value), rounded=show(value))
    return Step(StepKind.ROUNDED, step.title, rule, worked, value, step.at, (step,))


def clamped(step: Step, low: Fraction | None, high: Fraction | None) -> Step:
    """The step held between `low` and `high`; unchanged where neither bites."""
    assert step.value is not None
    if high is not None and step.value > high:
        rule = say("at most {most}", most=readable(high))
        worked = say("{value} -> {most}", value=readable(step.value), most=readable(high))
        return Step(StepKind.CAPPED, step.title, rule, worked, high, step.at, (step,))
    if low is not None and step.value < low:
        rule = say("at least {least}", least=readable(low))
        worked = say("{value} -> {least}", value=readable(step.value), least=readable(low))
        return Step(StepKind.CAPPED, step.title, rule, worked, low, step.at, (step,))
    return step


def spread(step: Step, present: Fraction, carried: Fraction) -> Step:
    """The step scaled up, where what is exempt leaves its points to what is present."""
    assert step.value is not None
    rule = say("{points} exempt points spread over the others in proportion", points=readable(carried))
    worked = say(
        "{value} × {whole} ÷ {present}",
        value=readable(step.value), whole=readable(present + carried), present=readable(present),
    )  # fmt: skip
    return Step(
        StepKind.EXEMPTED, step.title, rule, worked, step.value * (present + carried) / present, step.at, (step,)
    )


def titled(step: Step, title: Text) -> Step:
    return replace(step, title=title)


def bounds(wanted: Range, write: Callable[[Fraction], str]) -> str:
    """A range as its signs: `≥ 90, < 95`; with values written as their kind is."""
    signs = (("≥", wanted.at_least), (">", wanted.above), ("≤", wanted.at_most), ("<", wanted.below))
    return ", ".join(f"{sign} {write(value)}" for sign, value in signs if value is not None) or "-∞ … +∞"


def readable(value: Fraction | int) -> str:
    """Exact where a short decimal says it; else the fraction and what a pocket calculator would show."""
    text = show(value)
    if "/" not in text and len(text.partition(".")[2]) <= DECIMALS_SHOWN_MAX:
        return text
    return f"{Fraction(value).numerator}/{Fraction(value).denominator} ≈ {show(round_to(Fraction(value), DECIMALS_SHOWN_MAX))}"


def added(values: Sequence[Fraction]) -> str:
    """`54.42 + 2 - 3`."""
    terms = [f"- {operand(readable(-value))}" if value < 0 else f"+ {operand(readable(value))}" for value in values]
    return " ".join(terms).removeprefix("+ ") or "0"


def operand(text: str) -> str:
    """A number inside a formula: in brackets where it is itself a fraction, or negative."""
    return f"({text})" if "≈" in text or "/" in text or text.startswith("-") else text


def shown(value: Fraction, indicator: Indicator | None) -> str:
    """A value of the indicator as people write it: a ratio in per cent, money in yuan, a count with its unit."""
    if indicator is None:
        return readable(value)
    match indicator.kind:
        case Kind.RATIO if not indicator.unit:
            percent = show(value * 100)
            exact = "/" not in percent and len(percent.partition(".")[2]) <= DECIMALS_SHOWN_MAX
            return f"{percent}%" if exact else f"{show(value)} ≈ {show(round_to(value * 100, 4))}%"
        case Kind.YES_NO:
            return "√" if value else "×"
        case Kind.MONEY:
            return f"¥{readable(value)}"
        case _:
            return f"{readable(value)} {indicator.unit}".rstrip()


def incidents_in_words(kinds: str | Text | Called, severities: Sequence[str]) -> Text:
    if not severities:
        return say("substantiated incidents: {kinds}", kinds=kinds)
    return say("substantiated incidents: {kinds} ({severities} only)", kinds=kinds, severities="、".join(severities))
