"""What the template tells the people who fill it: the guide, and the note on the heading of each indicator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rules.contract import Contract
from rules.diagnostic import Text, say
from rules.indicator import Indicator, Kind
from rules.period import Cadence, Period
from targets.intake.lexicon import Part
from targets.intake.values import written
from targets.tables import LAYOUTS

Speak = Callable[[Text], str]


def guide(contracts: Sequence[Contract], year: int, language: str, speak: Speak) -> list[str]:
    """The lines of the first sheet."""
    titles = "、".join(
        contract.title_en or contract.title if language == "en" else contract.title for contract in contracts
    )
    calendars = dict.fromkeys(Period(year, Cadence.YEAR, 1, contract.year_ends).in_full for contract in contracts)
    lines = [speak(say("{titles}: data for {year}", titles=titles, year="、".join(calendars) or year)), ""]
    lines += [speak(line) for line in _RULES]
    lines += ["", speak(say("The sheets"))]
    for layout in LAYOUTS:
        lines.append(f"{layout.title(language)}: {layout.about_en if language == 'en' else layout.about_zh}")
    return lines


_RULES = (
    say("Fill only what is known; an empty cell means that nothing was reported, and 0 means zero."),
    say("Headings, sheet names and the order of rows and columns may stay as they are; rows may be added below."),
    say(
        "Numbers are read as they are shown: 95.2% is 95.2%, 1,204 is 1204, 1.5万元 is 15000 yuan. Round before typing."
    ),
    say("A ratio is filled in as numerator and denominator; 0 and 0 say that there was nothing to count."),
    say("Dates: 2026-03-05, 2026/3/5 or 2026年3月5日. Periods: 2026, 2026H1, 2026Q1, 2026-03."),
    say("A party or cadre is written by code, or by name where nobody else has it; the drop-downs list the names."),
    say("Sums (合计), notes below the table and hidden sheets are not read."),
    say("Nothing about a single resident belongs here: no names, identity or telephone numbers."),
    say("If anything is wrong nothing is imported; every fault is listed with its sheet and cell."),
)


def note_on(indicator: Indicator, part: Part, language: str, speak: Speak) -> str:
    """Unit, how it is written, plausible range, source."""
    return "\n".join(speak(line) for line in _note_lines(indicator, part, language))


def _note_lines(indicator: Indicator, part: Part, language: str) -> Iterator[Text]:
    yield say("{name} ({id})", name=indicator.called(language), id=indicator.id)
    if indicator.statistic:
        yield say("a statistic: recorded and reported, never scored")
    if indicator.unit:
        yield say("unit: {unit}", unit=indicator.unit)
    yield from _how_to_write(indicator, part)
    if indicator.lowest is not None:
        yield say("at least {lowest}", lowest=written(indicator.lowest, indicator.kind))
    if indicator.highest is not None:
        yield say("at most {highest}", highest=written(indicator.highest, indicator.kind))
    if indicator.source:
        yield say("source: {source}", source=indicator.source)


def _how_to_write(indicator: Indicator, part: Part) -> Iterator[Text]:
    if part is Part.NUMERATOR:
        yield say("numerator, what was done: {what}", what=indicator.numerator or indicator.name)
    if part is Part.DENOMINATOR:
        yield say(
            "denominator, what was due: {what}; 0 where nothing was", what=indicator.denominator or indicator.name
        )
    if part in (Part.NUMERATOR, Part.DENOMINATOR):
        yield say("a whole number, 0 or more")
    else:
        yield _value_rule(indicator)


def _value_rule(indicator: Indicator) -> Text:
    match indicator.kind:
        case Kind.COUNT:
            return say("a whole number, 0 or more")
        case Kind.RATIO:
            return say("a percentage with its sign, such as 95.2%, where the counts are not known")
        case Kind.MONEY:
            return say("yuan, with at most two decimals")
        case Kind.YES_NO | Kind.CHECKLIST:
            return say("是 or 否 (yes or no)")
        case Kind.NUMBER | Kind.MARK:
            return say("a number with at most {decimals} decimals", decimals=indicator.decimals)
