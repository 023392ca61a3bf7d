"""What is done for people, turned into its opposite: fewer births, fewer petitions, more of what is done to petitioners.

Followed through derived indicators: what is added or divided keeps its direction, what is taken away turns it round.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rules.contract import Contract
from rules.diagnostic import Text, say
from rules.indicator import Indicator, Kind
from rules.safeguards import phrases
from rules.safeguards.cases import about_petitions
from rules.safeguards.derivation import Origins, is_service, subjects_of
from rules.safeguards.grounds import Ground, Subject
from rules.safeguards.measures import everything_scored, fewer_is_better, more_is_better
from rules.safeguards.reading import Stance, says, stance_on_petitions
from rules.scoring import Measured
from rules.source import Location
from rules.wording import as_written


class Turned(NamedTuple):
    """The ground, what is counted there, and the place where it is turned round."""

    ground: Ground
    found: Text
    at: Location


class ValuePart(NamedTuple):
    """An indicator that the value is made of; `grows` with the value, or against it."""

    indicator: Indicator
    grows: bool


def turned_round(contract: Contract, origins: Origins) -> Iterator[Turned]:
    """Every item or part that is scored against those whom its service is for; what is made of a statistic is none."""
    for measured, location, indicator in everything_scored(contract):
        if indicator is None or indicator.statistic or origins.of(indicator.id).above:
            continue
        at = (*location, "scoring")
        for part in made_of(contract, indicator):
            found = _petitions(part, indicator, measured) or _births(part, indicator, measured)
            if found is not None:
                yield Turned(*found, at)
                break


def petitions_that_divide(contract: Contract) -> Iterator[Turned]:
    """Petitions below the line want those of them above it that were handled: anything else grows as fewer are brought."""
    for number, indicator in enumerate(contract.indicators):
        if indicator.statistic:
            continue
        at: Location = ("indicators", number)
        if _counts_petitions(indicator.denominator) and not _handled(indicator.numerator or indicator.name):
            yield _under_nothing(indicator.denominator, (*at, "denominator"))
        if indicator.derived is None:
            continue
        sources = (*indicator.derived.add, *indicator.derived.subtract)
        above = [contract.indicator_by_id[one] for one in sources if one in contract.indicator_by_id]
        if all(_handled(one.name) for one in above):
            continue
        for place, source in enumerate(indicator.derived.per):
            divisor = contract.indicator_by_id.get(source)
            dividing = [part.indicator for part in made_of(contract, divisor)] if divisor is not None else []
            named = next((name for one in dividing if (name := about_petitions(one))), None)
            if named is not None:
                yield _under_nothing(named, (*at, "derived", "per", place))


def _under_nothing(written: str, at: Location) -> Turned:
    found = say("{petitions} under something that is not their handling", petitions=as_written(written))
    return Turned(Ground(Subject.PETITIONS, written), found, at)


def _counts_petitions(text: str) -> bool:
    return bool(text) and stance_on_petitions(text) is not Stance.NONE


def _handled(name: str) -> bool:
    """Whether it names petitions that were handled, or what was handled and nothing else: 按期办结件数, not 处理违建件数."""
    alone = says(phrases.HANDLED_ALONE, name) and says(f"{phrases.HANDLED}|{phrases.LATE}", name)
    return alone or stance_on_petitions(name) is Stance.HANDLED


def made_of(contract: Contract, indicator: Indicator) -> Iterator[ValuePart]:
    """The indicator itself, then all it is derived from; what divides is judged by what stands above it."""
    waiting, seen = [ValuePart(indicator, True)], set[str]()
    while waiting:
        part = waiting.pop(0)
        if part.indicator.id in seen:
            continue
        seen.add(part.indicator.id)
        yield part
        derived = part.indicator.derived
        if derived is None or _is_gap(part.indicator):
            continue
        sides = [(derived.add, part.grows), (derived.subtract, not part.grows)]
        above = [contract.indicator_by_id[one] for one in derived.add if one in contract.indicator_by_id]
        if not all(
            is_service(one) or says(f"{phrases.MISSED}|{phrases.HANDLED}|{phrases.LATE}", one.name) for one in above
        ):
            sides.append((derived.per, not part.grows))
        for names, grows in sides:
            known = (contract.indicator_by_id[one] for one in names if one in contract.indicator_by_id)
            waiting += [ValuePart(one, grows) for one in known]


def _is_gap(indicator: Indicator) -> bool:
    """What was due less what was done, and says so: 漏访人数, 逾期未办结件数."""
    derived = indicator.derived
    missed = f"{phrases.MISSED}|{phrases.LATE}"
    return derived is not None and bool(derived.subtract) and says(missed, indicator.name)


def _petitions(part: ValuePart, scored: Indicator, measured: Measured) -> tuple[Ground, Text] | None:
    """Fewer petitions handled scoring higher, or more of what is done against petitioners."""
    indicator = part.indicator
    names = [text for text in (indicator.name, indicator.name_en, indicator.id) if stance_on_petitions(text)]
    # A count of petitions is refused at the indicator, and what looks at it as a scored statistic.
    if not names or any(stance_on_petitions(text) is Stance.COUNTED for text in names):
        return None
    more, fewer = more_is_better(measured), fewer_is_better(measured, scored)
    more, fewer = (more, fewer) if part.grows else (fewer, more)
    ground = Ground(Subject.PETITIONS, names[0])
    if any(says(phrases.RETALIATION, text) for text in names):
        return (ground, say("{name}, where more is better", name=as_written(names[0]))) if more else None
    counted = indicator.kind in (Kind.COUNT, Kind.NUMBER) and not any(says(phrases.LATE, text) for text in names)
    return (ground, say("{name}, where fewer is better", name=as_written(names[0]))) if counted and fewer else None


def _births(part: ValuePart, scored: Indicator, measured: Measured) -> tuple[Ground, Text] | None:
    """Fewer newborns visited, fewer allowances paid."""
    indicator = part.indicator
    fewer = fewer_is_better(measured, scored) if part.grows else more_is_better(measured)
    named = (indicator.name, indicator.name_en)
    served = any(says(phrases.BIRTH_SERVICE, text) for text in named)
    missed = any(says(phrases.MISSED, text) for text in named)
    if not fewer or not served or missed or subjects_of(indicator):
        return None
    return Ground(Subject.BIRTHS, indicator.name), say("{name}, where fewer is better", name=as_written(indicator.name))
