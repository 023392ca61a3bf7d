"""What conditions look at: the measures of one subject at one stage of the adjudication, as exact integers.

Scores are scaled by `SCALE`, so that a condition's bound compares exactly whatever decimals the contract declares;
counts, ranks, months and truths are plain integers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.inference import Fact
from engine.score.derivation import Step
from engine.score.interpret import Outcome, SectionScore
from rules.quantity import DECIMALS_MAX
from rules.sheet import Combine, SectionKind

SCALE = 10**DECIMALS_MAX
ABSENT = "absent:"
SCORE, RANK, VETOED, WARNED, ALL_TARGETS_MET = "score", "rank", "vetoed", "warned", "all_targets_met"
CLIMBED = "climbed"
ENTERED = "entered"


@dataclass
class Standing:
    """One subject's measures by name; a stage adds its own before the next one looks. `told` is where some came from."""

    subject: str
    values: dict[str, Fraction] = field(default_factory=dict)
    told: dict[str, tuple[Step, ...]] = field(default_factory=dict)

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
    for name, scores in _scores(outcome.sections).items():
        standing.values[name] = sum(scores, Fraction(0))
    for sheet in outcome.sheets:
        for name, scores in _scores(sheet.sections).items():
            standing.values[name] = _over_periods(scores, sheet.sheet.combine)
    for item in outcome.items():
        name = f"met:{item.item.id}"
        standing.values[name] = min(standing.values.get(name, Fraction(1)), Fraction(item.met))
    base = [s for s in outcome.all_sections() if s.section.kind is SectionKind.BASE]
    met = all(item.met for section in base for item in section.items)
    standing.values[ALL_TARGETS_MET] = Fraction(met)
    return standing


def _scores(sections: Iterable[SectionScore]) -> dict[str, list[Fraction]]:
    """The scores of each section and item, one a period; exempt ones are not among them."""
    scores: dict[str, list[Fraction]] = defaultdict(list)
    for section in sections:
        if section.score is not None:
            scores[f"section:{section.section.id}"].append(section.score)
        for item in section.items:
            if item.score is not None:
                scores[f"item:{item.item.id}"].append(item.score)
    return scores


def _over_periods(scores: Sequence[Fraction], combine: Combine) -> Fraction:
    """Their mean or sum, as the sheet takes it; a mean that no scaled integer writes is rounded down to the scale."""
    total = sum(scores, Fraction(0))
    return Fraction(total * SCALE // len(scores), SCALE) if combine is not Combine.SUM else total
