"""A scenario laid over contracts: changed trees in which every part knows the file that it comes from.

What is changed is read, checked and held to the safeguards like any other contract; there is no shorter way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from pydantic import ValidationError

from rules import checks, clause_path
from rules.amend import content_hash
from rules.clause_path import Lost
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Refused, Span, in_order, refuse_if_any, say
from rules.lay import Edit, lay
from rules.load import Loaded, contract_of
from rules.scenario import LoadedScenarios, Scenario
from rules.source import Location
from rules.wording import as_written, did_you_mean, listed

# Runs, links and earlier results know a contract by these.
IDENTITY = frozenset({"contract", "version", "supersedes", "year", "year_ends"})
CAUSES_MAX = 5


@dataclass(frozen=True, slots=True)
class Touch:
    """What a change touches: the place in the contract as it was, and the id of the entry that is put into the list there."""

    contract: str
    at: Location
    added: str = ""


@dataclass(frozen=True, slots=True)
class Overlaid:
    """The contracts as the scenario has them, in the order of the base and without anything wrong; what each of its changes
    touches; and the warnings that the base did not have."""

    scenario: Scenario
    contracts: tuple[Loaded, ...]
    touches: tuple[Touch, ...]
    warnings: tuple[Diagnostic, ...] = ()


def overlay(scenarios: LoadedScenarios, base: Sequence[Loaded]) -> tuple[Overlaid, ...]:
    """Every scenario of the file over these contracts. Raises Refused with everything that is wrong with any of them."""
    laid: list[Overlaid] = []
    faults: list[Diagnostic] = []
    for scenario in scenarios.file.compare:
        try:
            laid.append(_overlaid(scenarios, scenario, base))
        except Refused as refused:
            faults.extend(refused.diagnostics)
    refuse_if_any(faults)
    return tuple(laid)


def _overlaid(scenarios: LoadedScenarios, scenario: Scenario, base: Sequence[Loaded]) -> Overlaid:
    known = {one.contract.contract: one for one in base}
    edits, faults = _edits(scenarios, scenario, known)
    faults += [fault for mine in edits.values() for fault in _clashes(mine)]
    refuse_if_any(faults)
    every = sorted((edit for mine in edits.values() for edit in mine), key=lambda edit: edit.number)
    laid: list[Loaded] = []
    warnings: list[Diagnostic] = []
    for name, one in known.items():
        if name not in edits:
            laid.append(one)
            continue
        try:
            changed = contract_of(lay(one.tree, edits[name]))
        except Refused as refused:
            faults.extend(_with_causes(fault, edits[name]) for fault in refused.diagnostics)
            continue
        laid.append(changed)
        before = one.warnings
        warnings += [_with_causes(fault, edits[name]) for fault in changed.warnings if fault not in before]
        warnings += _idle(one, edits[name])
    refuse_if_any(faults)
    if every and len(laid) > 1:
        together = checks.check_together([(one.contract, one.tree) for one in laid])
        refuse_if_any(_with_causes(fault, every) for fault in together)
    touches = tuple(_touch(edit) for edit in every)
    return Overlaid(scenario, tuple(laid), touches, in_order(warnings))


def _edits(
    scenarios: LoadedScenarios, scenario: Scenario, known: Mapping[str, Loaded]
) -> tuple[dict[str, list[Edit]], list[Diagnostic]]:
    """The changes with the places that they mean, by contract; and what is wrong with the others."""
    edits: dict[str, list[Edit]] = {}
    faults: list[Diagnostic] = []
    for number, change in enumerate(scenario.changes):
        place = scenarios.place_of(scenario, number)
        if change.contract not in known:
            found, expected = say("contract {name}", name=change.contract), say("one of {words}", words=listed(known))
            span = scenarios.tree.span((*place, "contract"))
            faults.append(Diagnostic("DX280", span, found, expected, did_you_mean(change.contract, known)))
            continue
        edit = _edit(scenarios, scenario, number, known[change.contract])
        if isinstance(edit, Edit):
            edits.setdefault(change.contract, []).append(edit)
        else:
            faults.append(edit)
    return edits, faults


def _edit(scenarios: LoadedScenarios, scenario: Scenario, number: int, base: Loaded) -> Edit | Diagnostic:
    change, place, tree = scenario.changes[number], scenarios.place_of(scenario, number), scenarios.tree
    span = tree.span((*place, "at"))
    where = clause_path.find(base.tree.plain, change.at)
    if isinstance(where, Lost):
        return _lost(span, where)
    if where.at[0] in IDENTITY:
        found = say("the key {key}", key=where.at[0])
        return Diagnostic("DX282", span, found, say("what the contract says, not which one it is and of which year"))
    if change.remove and not where.written:
        above = base.tree.at(where.at[:-1])
        known = tuple(above) if isinstance(above, dict) else ()
        return _lost(span, Lost(str(where.at[-1]), change.at.rpartition(".")[0], known))
    before = None
    if change.key == "add":
        members = base.tree.at(where.at) if where.written else []
        if not isinstance(members, list):
            found = say("add at {path}, which is no list", path=as_written(change.at))
            return Diagnostic("DX283", span, found, say("a list, such as {path}, or to: to set a value", path="awards"))
        if change.before is not None:
            before = clause_path.entry(members, change.before)
            if before is None:
                names = tuple(name for name in map(_id_of, members) if name)
                return _lost(tree.span((*place, "before")), Lost(change.before, change.at, names))
    return Edit(number, change.contract, where.at, change.key, tree, place, before)


def _lost(span: Span, lost: Lost) -> Diagnostic:
    step, before = as_written(lost.step), as_written(lost.before)
    if not step:
        found = say("nothing after {path}", path=before)
    elif before:
        found = say("no {step} in {path}", step=step, path=before)
    else:
        found = say("no {step} in the contract", step=step)
    expected = say("one of {words}", words=listed(lost.known)) if lost.known else say("a path that ends before it")
    keys = lost.known if before else tuple(Contract.model_fields)
    hint = None if lost.step in keys else did_you_mean(lost.step, keys)
    if hint is None and lost.is_key and step:
        path = f"{before}.{step}" if before else step
        hint = say("a key that the contract does not write is set whole: at: {path}", path=path)
    return Diagnostic("DX281", span, found, expected, hint)


def _id_of(member: object) -> str:
    name = member.get("id", "") if isinstance(member, dict) else member
    return name if isinstance(name, str) else ""


def _clashes(edits: Sequence[Edit]) -> Iterator[Diagnostic]:
    """Changes all speak of the contract as it was: what one sets or removes, no other may touch."""
    told: set[int] = set()
    for first, second in combinations(edits, 2):
        if first.key == second.key == "add" or second.number in told:
            continue
        if first.replaces(second.at) or second.replaces(first.at):
            told.add(second.number)
            found, expected = (
                say("{path} a second time", path=as_written(second.said)),
                say("one change for each place"),
            )
            hint = say("the other stands in line {line}", line=first.span.line)
            yield Diagnostic("DX284", second.span, found, expected, hint, also=(first.span,))


def _idle(base: Loaded, edits: Sequence[Edit]) -> Iterator[Diagnostic]:
    """Changes after each of which alone the contract says what it said before, if in other words: 0.95 for 95%."""
    same = content_hash(base.contract)
    for edit in edits:
        tree = lay(base.tree, [edit])
        try:
            alone = Contract.model_validate(tree.plain, by_alias=True, by_name=False)
        except ValidationError:
            continue  # it needs the others
        if content_hash(alone) == same:
            found = say("{path} as it is", path=as_written(edit.said))
            yield Diagnostic("DX330", edit.span, found, say("another value, or no such change"))


def _with_causes(fault: Diagnostic, edits: Sequence[Edit]) -> Diagnostic:
    """What a change makes wrong elsewhere stands in a file that nobody touched: then the changes are named beside it."""
    if any(fault.span.path == edit.span.path for edit in edits):
        return fault
    return replace(fault, also=(*fault.also, *(edit.span for edit in edits[:CAUSES_MAX])))


def _touch(edit: Edit) -> Touch:
    return Touch(edit.contract, edit.at, _id_of(edit.value) if edit.key == "add" else "")
