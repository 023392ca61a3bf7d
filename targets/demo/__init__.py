"""An invented town (示例镇, 虚构) with a whole year of records: every place, unit, cadre, figure and event is made up.

Its division codes start with 89, which no province has. Cadres are called 干部001 and so on.
"""

from __future__ import annotations

from dataclasses import dataclass

from targets.demo.cadre_year import cadre_observations, cadre_targets
from targets.demo.corrections import corrected
from targets.demo.events import incidents, prior_vetoes, states
from targets.demo.people import ASSIGNMENTS, CADRES, TENURES
from targets.demo.places import PARTIES, PLACES, UNITS
from targets.demo.population import population_observations
from targets.demo.unit_year import unit_observations, unit_targets
from targets.demo.village_year import village_observations, village_targets
from targets.snapshot import Records


@dataclass(frozen=True, slots=True)
class DemoTown:
    """The year's records as first reported, and a later batch whose observations supersede some of them."""

    records: Records
    corrections: Records


def demo_town() -> DemoTown:
    """The same town every time: 62 villages and communities, 12 units, 2026 with 2025 as the year before."""
    observations = (
        *(row for place in PLACES for row in village_observations(place)),
        *(row for place in PLACES for row in population_observations(place)),
        *(row for unit in UNITS for row in unit_observations(unit)),
        *cadre_observations(),
    )
    targets = (
        *(target for place in PLACES for target in village_targets(place)),
        *(target for unit in UNITS for target in unit_targets(unit)),
        *cadre_targets(),
    )
    records = Records(
        parties=PARTIES,
        cadres=CADRES,
        tenures=TENURES,
        assignments=ASSIGNMENTS,
        targets=targets,
        observations=observations,
        incidents=incidents(),
        states=states(),
        prior_vetoes=prior_vetoes(),
    )
    return DemoTown(records, Records(observations=corrected(observations)))
