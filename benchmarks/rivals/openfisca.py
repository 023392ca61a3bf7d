"""OpenFisca-Core: a tax-benefit system whose villages have 40 inputs, 20 scores and a total.

Formulas are vectorised NumPy; every variable of type float is stored as float32, and targets are floats. Rounding half
up is written as its users write it, floor(100 x + 1/2) / 100. With counts as int the formulas run in float64 between two
stored values; with counts as float everything is float32.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.contract import HUNDREDTHS, YEAR, ScoredItem

VILLAGE = build_entity(key="village", plural="villages", label="A village", is_person=True)


def totals(frame: pl.DataFrame, items: Sequence[ScoredItem], counts: type = int) -> pl.Series:
    """The totals in hundredths, Int64, some of them wrong. `counts` is the value type of the inputs, int or float."""
    return prepare(frame, items, counts)()


def prepare(frame: pl.DataFrame, items: Sequence[ScoredItem], counts: type = int) -> Callable[[], pl.Series]:
    """The tax-benefit system, ready for a simulation; the counts as arrays of the type that it stores, 32 bits wide."""
    system = TaxBenefitSystem([VILLAGE])
    for item in items:
        system.add_variables(
            _variable(_input(item, "numerator"), counts),
            _variable(_input(item, "denominator"), counts),
            _variable(item.indicator, float, _score(item)),
        )
    system.add_variables(_variable("total", float, _total(items)))
    stored = numpy.int32 if counts is int else numpy.float32
    arrays = {
        _input(item, part): frame[column].to_numpy().astype(stored)
        for item in items
        for part, column in (("numerator", item.numerator), ("denominator", item.denominator))
    }
    return lambda: _simulated(system, arrays, len(frame))


def _simulated(system: TaxBenefitSystem, arrays: Mapping[str, Any], villages: int) -> pl.Series:
    simulation = SimulationBuilder().build_default_simulation(system, count=villages)
    for name, array in arrays.items():
        simulation.set_input(name, YEAR, array)
    hundredths = numpy.floor(simulation.calculate("total", YEAR).astype(numpy.float64) * HUNDREDTHS + 0.5)
    return pl.Series("total", hundredths.astype(numpy.int64))


def _variable(name: str, of: type, formula: Callable[..., Any] | None = None) -> type[Variable]:
    body = {"value_type": of, "entity": VILLAGE, "definition_period": DateUnit.YEAR, "label": name}
    return type(name, (Variable,), body if formula is None else body | {"formula": formula})


def _input(item: ScoredItem, part: str) -> str:
    return f"{item.indicator}_{part}"


def _score(item: ScoredItem) -> Callable[..., Any]:
    points, target = float(item.points), float(item.target)

    def formula(village: Any, period: Any) -> Any:
        done, due = village(_input(item, "numerator"), period), village(_input(item, "denominator"), period)
        earned = numpy.minimum(points, points * done / (due * target))
        return numpy.floor(earned * HUNDREDTHS + 0.5) / HUNDREDTHS

    return formula


def _total(items: Sequence[ScoredItem]) -> Callable[..., Any]:
    def formula(village: Any, period: Any) -> Any:
        return sum(village(item.indicator, period) for item in items)

    return formula
