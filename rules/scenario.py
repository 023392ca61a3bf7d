"""Scenarios: what a contract might say instead, to be looked at before it is signed. Nothing here is ever in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from rules.assumption import Assumption
from rules.diagnostic import Called, Diagnostic, Refused, refuse_if_any, say
from rules.quantity import MoneyFen, WrittenValue
from rules.record import Flag, Id, Name, NotWord, Record
from rules.shape import blank_faults, shape_faults
from rules.source import Location, Tree, parse_source, read_source

SCENARIOS_MAX = 20
CHANGES_MAX = 100
CONTRACTS_MAX = 50
PATH_CHARACTERS_MAX = 400


class Change(Record):
    """One change of one contract: `to` sets what stands at the path, `remove` takes it away, `add` puts an entry into the
    list there: at its end, or `before` the entry of that id.

    `at` is written in ids, as people name clauses: `items.checkups.scoring.target`. All changes of a scenario speak of the
    contract as it was signed, whatever their order.
    """

    contract: Id
    at: Annotated[str, Field(min_length=1, max_length=PATH_CHARACTERS_MAX)]
    to: Any = None
    remove: Flag = False
    add: Any = None
    before: Id | None = None

    @property
    def key(self) -> str:
        """Which of the three it is."""
        return "remove" if self.remove else "add" if "add" in self.model_fields_set else "to"

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if self.remove + ("to" in self.model_fields_set) + ("add" in self.model_fields_set) != 1:
            raise NotWord(say("exactly one of to, remove and add"))
        if self.before is not None and self.key != "add":
            raise NotWord(say("before only beside add"))
        return self


class Scenario(Record):
    """The contracts with these changes; with none it is the contracts as they are."""

    id: Id
    name: Name
    name_en: str = ""
    note: str = ""
    changes: Annotated[tuple[Change, ...], Field(max_length=CHANGES_MAX)] = ()

    @property
    def label(self) -> Called:
        return Called(self.name, self.name_en)


class Scenarios(Record):
    """A file of scenarios to be compared. `contracts` are files beside it; those of the workspace when left out. `budget`
    is what the town has for rewards and awards. `assumptions`, and how far a party's values move `together`, are for years
    that are simulated."""

    scenarios: Id
    title: Name
    title_en: str = ""
    note: str = ""
    contracts: Annotated[tuple[Name, ...], Field(max_length=CONTRACTS_MAX)] = ()
    budget: Annotated[MoneyFen, Field(ge=0)] | None = None
    assumptions: Annotated[tuple[Assumption, ...], Field(max_length=CHANGES_MAX)] = ()
    together: Annotated[WrittenValue, Field(ge=0, lt=1)] | None = None
    compare: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=SCENARIOS_MAX)]


@dataclass(frozen=True, slots=True)
class LoadedScenarios:
    """Scenarios that have the right shape, and the places of their parts. Whether they fit contracts: `rules.overlay`."""

    file: Scenarios
    tree: Tree

    def place_of(self, scenario: Scenario, change: int | None = None) -> Location:
        """Of the scenario, or of one of its changes."""
        at: Location = ("compare", next(at for at, one in enumerate(self.file.compare) if one is scenario))
        return at if change is None else (*at, "changes", change)

    def contract_files(self) -> tuple[Path, ...]:
        """Their names are relative to the file of the scenarios."""
        return tuple(Path(self.tree.path).parent / name for name in self.file.contracts)


def load_scenarios(path: Path) -> LoadedScenarios:
    """The scenarios in a file. Raises Refused with everything that is wrong with their shape."""
    return scenarios_of(read_source(path))


def parse_scenarios(path_shown: str, text: str) -> LoadedScenarios:
    """The scenarios in a text. Raises Refused."""
    return scenarios_of(parse_source(path_shown, text))


def scenarios_of(tree: Tree) -> LoadedScenarios:
    try:
        file = Scenarios.model_validate(tree.plain, by_alias=True, by_name=False)
    except ValidationError as error:
        raise Refused(shape_faults(error, tree, Scenarios)) from None
    refuse_if_any([*blank_faults(tree), *_ids_given_twice(file, tree)])
    return LoadedScenarios(file, tree)


def _ids_given_twice(file: Scenarios, tree: Tree) -> Iterator[Diagnostic]:
    first: dict[str, Location] = {}
    for index, scenario in enumerate(file.compare):
        at = ("compare", index, "id")
        before = tree.span(first.setdefault(scenario.id, at))
        if first[scenario.id] != at:
            found, hint = (
                say("{id} a second time", id=scenario.id),
                say("the other stands in line {line}", line=before.line),
            )
            yield Diagnostic("DX202", tree.span(at), found, say("each id once"), hint, also=(before,))
