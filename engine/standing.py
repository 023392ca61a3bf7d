"""What conditions look at: the measures of one subject at one stage of the adjudication, as exact integers.

Scores are scaled by `SCALE`, so that a condition's bound compares exactly whatever decimals the contract declares;
counts, ranks, months and truths are plain integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from engine.inference import Fact
from engine.score.interpret import Outcome, SectionScore
from rules.quantity import DECIMALS_MAX
from rules.sheet import Combine, SectionKind

SCALE = 10**DECIMALS_MAX
ABSENT = "absent:"
SCORE, RANK, VETOED, WARNED, ALL_TARGETS_MET = "score", "rank", "vetoed", "warned", "all_targets_met"


@dataclass
class Standing:
    """One subject's measures by name; a stage adds its own before the next one looks."""

    subject: str
    values: dict[str, Fraction] = field(default_factory=dict)

    def facts(self, names: frozenset[str]) -> list[Fact]:
        """Those of the measures that a rule set looks at; of what is not there (an exempt score), that it is absent."""
        there = [Fact(self.subject, name, _scaled(name, self.values[name])) for name in names & self.values.keys()]
        asked = (name.removeprefix(ABSENT) for name in names if name.startswith(ABSENT))
        absent = [Fact(self.subject, ABSENT + name, 1) for name in asked if name not in self.values]
        return sorted([*there, *absent], key=lambda fact: fact.measure)


def scale_of(measure: str) -> int:
    """How many units of the scaled integer make one of the measure."""
    return SCALE if measure == SCORE or measure.startswith(("section:", "item:")) else 1


def _scaled(measure: str, value: Fraction) -> int:
    scaled = value * scale_of(measure)
    assert scaled.denominator == 1, f"{measure} = {value} has more than {DECIMALS_MAX} decimals"
    return int(scaled)


def measure_outcome(outcome: Outcome) -> Standing:
    """The measures that scoring alone gives: total, sections, items, targets met."""
    standing = Standing(outcome.subject.code, {SCORE: outcome.total})
    means = {
        sheet.sheet.id: (len(sheet.periods) if sheet.sheet.combine is Combine.MEAN else 1) for sheet in outcome.sheets
    }
    for section in outcome.sections:
        _add_section(standing, section, 1)
    for sheet in outcome.sheets:
        for section in sheet.sections:
            _add_section(standing, section, means[sheet.sheet.id])
    base = [s for s in outcome.all_sections() if s.section.kind is SectionKind.BASE]
    met = all(item.met for section in base for item in section.items)
    standing.values[ALL_TARGETS_MET] = Fraction(met)
    return standing


def _add_section(standing: Standing, section: SectionScore, divisor: int) -> None:
    """Periodic sections and items count with their mean or sum over the periods, rounded down to the scale."""
    _add(standing.values, f"section:{section.section.id}", section.score, divisor)
    for item in section.items:
        _add(standing.values, f"item:{item.item.id}", item.score, divisor)
        name = f"met:{item.item.id}"
        standing.values[name] = min(standing.values.get(name, Fraction(1)), Fraction(item.met))


def _add(values: dict[str, Fraction], name: str, score: Fraction | None, divisor: int) -> None:
    if score is not None:
        part = Fraction(score * SCALE // divisor, SCALE) if divisor > 1 else score
        values[name] = values.get(name, Fraction(0)) + part
