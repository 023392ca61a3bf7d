"""The tables of a year from files, each as a frame of codes, words and whole numbers, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rules.contract import Contract
from rules.diagnostic import Diagnostic
from targets.bulk.assessed import People
from targets.bulk.data import Values, read_values
from targets.bulk.earlier import read_history
from targets.bulk.faults import Faults
from targets.bulk.opening import open_source
from targets.bulk.source import Source
from targets.bulk.what import read_incidents, read_prior_vetoes, read_states, read_targets
from targets.bulk.who import read_assignments, read_cadres, read_parties, read_tenures
from targets.columns.backend import Backend
from targets.columns.year import Frame
from targets.intake.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Tables:
    """Frames under the names of the records' fields; days are ordinals, `share` is in units of 1 / `share_scale`.

    `targets` has numerator and denominator of each value; `incidents` also `state` and `evidence`; scores of the `history`
    are in units of 1 / `history_scale`.
    """

    parties: Frame
    values: Values
    cadres: Frame | None
    tenures: Frame | None
    assignments: Frame | None
    share_scale: int
    targets: Frame | None
    incidents: Frame | None
    states: Frame | None
    prior_vetoes: Frame | None
    history: Frame | None
    history_scale: int


def read_tables(
    files: Mapping[str, Path], contracts: Sequence[Contract], backend: Backend,
    progress: Callable[[str], None] = lambda _: None, on_warning: Callable[[Diagnostic], object] = lambda _: None,
) -> Tables:  # fmt: skip
    """Open, decode and check every file. Raises Refused with everything that is wrong with all of them; where nothing is,
    the warnings go to `on_warning`."""
    faults, lexicon = Faults(), Lexicon(contracts)
    sources: dict[str, Source] = {}
    for key, path in files.items():
        progress(path.name)
        source = open_source(path, key, lexicon, backend, faults)
        if source is not None:
            sources[key] = source
    faults.refuse_if_any()
    tables = _read(sources, lexicon)
    faults.refuse_if_any()
    for warning in dict.fromkeys(faults.warnings):
        on_warning(warning)
    return tables


def _read(sources: Mapping[str, Source], lexicon: Lexicon) -> Tables:
    """What is referred to comes before what refers to it."""
    parties = read_parties(sources["parties"], lexicon)
    listed = sources.get("cadres")
    cadres = read_cadres(listed, parties) if listed else None
    held = sources.get("tenures") or (listed if listed and listed.has("post") else None)
    tenures = read_tenures(held, lexicon, parties, cadres) if held else None
    duties = sources.get("assignments")
    assignments, scale = read_assignments(duties, lexicon, parties, cadres) if duties else (None, 1)
    people = People(parties, cadres, tenures, lexicon)
    targets, incidents, states, priors = (
        sources.get(key) for key in ("targets", "incidents", "states", "prior_vetoes")
    )
    past = sources.get("history")
    history, history_scale = read_history(past, people) if past else (None, 1)
    return Tables(
        parties, read_values(sources["data"], people), cadres, tenures, assignments, scale,
        read_targets(targets, people) if targets else None,
        read_incidents(incidents, people) if incidents else None,
        read_states(states, people) if states else None,
        read_prior_vetoes(priors, people) if priors else None,
        history, history_scale,
    )  # fmt: skip
