"""A derivation on paper: the rule, the rule with its numbers, the result, and where each number stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.language import Speech
from engine.score.derivation import Step, StepKind, readable
from rules.source import Tree

N_ = str
INDENT = "  "


def lines(speech: Speech, step: Step, source: Tree | None, depth: int = 0) -> Iterator[str]:
    """The step and all below it, indented; conditions that did not fire are told in one line."""
    yield _headline(speech, step, source, depth)
    rule, worked = speech(step.rule), speech(step.worked)
    if step.kind not in (StepKind.FIRED, StepKind.NOT_FIRED, StepKind.OBSERVED):
        for line in (rule, worked):
            if line:
                yield f"{INDENT * (depth + 1)}{line}"
    else:
        told = f"{rule}: {worked}" if worked else rule
        yield f"{INDENT * (depth + 1)}{told}" + _sources(step)
    for child in step.steps:
        yield from lines(speech, child, source, depth + 1)


def _headline(speech: Speech, step: Step, source: Tree | None, depth: int) -> str:
    mark = {StepKind.FIRED: "✓ ", StepKind.NOT_FIRED: "· ", StepKind.OVERRIDDEN: "! "}.get(step.kind, "")
    title = speech(step.title) or speech(step.rule)
    judged = step.kind in (StepKind.FIRED, StepKind.NOT_FIRED, StepKind.OVERRIDDEN)
    value = "" if judged or step.value is None else f" = {readable(step.value)}"
    exempt = f" ({speech(N_('exempt'))})" if step.kind is StepKind.EXEMPTED and step.value is None else ""
    place = f"   [{_place(source, step)}]" if source is not None and step.at and len(step.at) > 1 else ""
    return f"{INDENT * depth}{mark}{title}{value}{exempt}{place}"


def _place(source: Tree, step: Step) -> str:
    span = source.span(step.at)
    return f"{span.path}:{span.line}"


def _sources(step: Step) -> str:
    return f"   [{'; '.join(str(place) for place in step.sources)}]" if step.sources else ""


def as_json(speech: Speech, step: Step, sources: Mapping[str, Tree] | None = None) -> dict[str, object]:
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
