"""A derivation on paper: the rule, the rule with its numbers, the result, and where each number stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.language import Speech
from engine.score.derivation import Step, StepKind, readable
from rules.source import Tree

N_ = str
INDENT = "  "


def lines(speech: Speech, step: Step, trees: Mapping[str, Tree], contract: str, depth: int = 0) -> Iterator[str]:
    """The step and all below it, indented. What was only rounded, capped or weighted stays under one heading."""
    contract = step.contract or contract
    source = trees.get(contract)
    chain = _chain(step)
    first = chain[0]
    indent = INDENT * (depth + 1)
    if first.kind in TOLD_IN_ONE_LINE and not (first.steps and first.kind is StepKind.OBSERVED):
        yield f"{INDENT * depth}{_mark(first)}{_told(speech, first)}{_places(source, first)}"
    else:
        yield f"{INDENT * depth}{_mark(step)}{_headline(speech, step)}{_places(source, step)}"
        for one in chain:
            yield from (f"{indent}{line}" for line in _worked(speech, one, last=one is chain[-1]))
    for child in first.steps:
        yield from lines(speech, child, trees, contract, depth + 1)


TOLD_IN_ONE_LINE = (StepKind.FIRED, StepKind.NOT_FIRED, StepKind.OVERRIDDEN, StepKind.OBSERVED, StepKind.QUOTED)


def _chain(step: Step) -> list[Step]:
    """The step with those it merely adjusts, innermost first."""
    chain = [step]
    while len(step.steps) == 1 and step.value is not None and step.kind not in TOLD_IN_ONE_LINE:
        child = step.steps[0]
        if child.title != step.title or child.kind in TOLD_IN_ONE_LINE or child.kind is StepKind.MISSING:
            break
        chain.append(child)
        step = child
    return chain[::-1]


def _mark(step: Step) -> str:
    return {StepKind.FIRED: "✓ ", StepKind.NOT_FIRED: "· ", StepKind.OVERRIDDEN: "! "}.get(step.kind, "")


def _headline(speech: Speech, step: Step) -> str:
    title = speech(step.title) or speech(step.rule)
    if step.value is not None:
        return f"{title} = {readable(step.value)}"
    return f"{title} ({speech(N_('exempt'))})" if step.kind is StepKind.EXEMPTED else title


def _told(speech: Speech, step: Step) -> str:
    """Title, rule and finding in one line."""
    parts = [speech(step.title), speech(step.rule) if step.kind is not StepKind.OBSERVED else "", speech(step.worked)]
    return ": ".join(part for part in parts if part)


def _worked(speech: Speech, step: Step, *, last: bool) -> Iterator[str]:
    """The rule, then the rule with its numbers; with its own result where a later step changes it."""
    rule, worked = speech(step.rule), speech(step.worked)
    if rule and step.title.template:
        yield rule
    if worked:
        result = (
            "" if last or step.value is None or step.kind is not StepKind.COMPUTED else f" = {readable(step.value)}"
        )
        yield worked + result


def _places(source: Tree | None, step: Step) -> str:
    """Where in the contract, and in which cells."""
    agreed = (
        [_place(source, step)] if source is not None and len(step.at) > 1 and step.kind is not StepKind.OBSERVED else []
    )
    places = "; ".join([*agreed, *(str(place) for place in step.sources)])
    return f"   [{places}]" if places else ""


def _place(source: Tree, step: Step) -> str:
    span = source.span(step.at)
    return f"{span.path}:{span.line}"


def as_json(speech: Speech, step: Step) -> dict[str, object]:
    """The same tree for machines."""
    return {
        "kind": step.kind.value,
        "title": speech(step.title),
        "rule": speech(step.rule),
        "worked": speech(step.worked),
        "value": None if step.value is None else readable(step.value),
        "at": list(step.at),
        "sources": [str(place) for place in step.sources],
        "steps": [as_json(speech, child) for child in step.steps],
    }


def parts_of(step: Step, wanted: str | None) -> list[Step]:
    """The whole derivation, or the steps that the clause of that id or name produced, topmost only."""
    if wanted is None:
        return [step]
    found: list[Step] = []
    for child in step.steps:
        found += [child] if wanted in (child.clause, str(child.title)) else parts_of(child, wanted)
    return found
