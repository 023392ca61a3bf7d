"""What Pydantic says about a tree, said again in our own sentences and at the place in the file.

Pydantic's `loc` names union members that are not in the file; here a step is followed through the types of what the file
holds (a contract, unless another record is named), so that every fault also knows which record it stands in and which keys
that record has.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import Tag, ValidationError
from pydantic_core import ErrorDetails

from rules.condition import KEYS
from rules.contract import Contract
from rules.diagnostic import Diagnostic, Span, Text, say
from rules.period import NotDate
from rules.quantity import NotExact, OutsideLimits
from rules.record import NotIdentifier, NotWord, Record
from rules.source import Location, Tree
from rules.verdict import Reach
from rules.wording import as_written, did_you_mean, listed, nearest, quoted

# More faults than this say the same as this many: the file is not a contract.
FAULTS_MAX = 1_000
# Which of several records is meant is told by one of these: ways of scoring, models.
TAG_KEYS = ("method", "model")


def shape_faults(error: ValidationError, tree: Tree, whole: type[Record] = Contract) -> list[Diagnostic]:
    """Every fault of the tree's shape, each once; at least one. `whole` is what the file should hold."""
    spots = [_spot(fault, tree, whole) for fault in error.errors(include_url=False)[:FAULTS_MAX]]
    misspelt = frozenset((spot.location[:-1], _meant(spot)) for spot in spots if spot.kind == "extra_forbidden")
    faults = [*blank_faults(tree), *(_diagnostic(spot, tree) for spot in spots if not _is_echo(spot, misspelt, tree))]
    assert faults, "a refused tree has a fault that is not the echo of another"
    return faults


def blank_faults(tree: Tree) -> list[Diagnostic]:
    """Keys with nothing behind them: left out is clear, empty is not."""
    return sorted((_blank(tree, at) for at in tree.blanks), key=lambda fault: fault.span)[:FAULTS_MAX]


def _blank(tree: Tree, at: Location) -> Diagnostic:
    """Its place is the key. To YAML `{fixed: ¥1,000}` is an amount of ¥1 and a key 000 with nothing behind it."""
    key = at[-1] if at else ""
    in_braces = isinstance(key, str) and key.isdigit()
    hint = say("inside braces a comma ends the value: put the amount in quotes") if in_braces else None
    return Diagnostic("DX110", tree.key_span(at), say("nothing"), say("a value, or no such key"), hint)


class _Spot(NamedTuple):
    """A fault of Pydantic's with its location in the file and the record whose key or value it concerns.

    `concerns` says what stands at the location: a key, the value of one, or a record as a whole. `choice` is the
    location of a value that may take one of two forms, where the fault was found trying one of them: words or not (`in_words`).
    """

    fault: ErrorDetails
    location: Location
    record: type[Record]
    concerns: Literal["key", "value", "record"]
    choice: Location | None
    in_words: bool

    @property
    def kind(self) -> str:
        return self.fault["type"]


def _spot(fault: ErrorDetails, tree: Tree, whole: type[Record]) -> _Spot:
    here: Any = whole
    record: type[Record] = whole
    location: Location = ()
    choice: Location | None = None
    in_words = False
    for step in fault["loc"]:
        here = _bare(here)
        if _is_record(here):
            record, here = here, _field_of(here, step)
            location = (*location, step)
        elif _is_union(here):
            here, tagged = _member(here, str(step))
            if not tagged:
                choice, in_words = location, not _is_structure(here)
        elif step != "[key]":
            here = get_args(here)[-1] if get_origin(here) is dict else next(iter(get_args(here)), None)
            location = (*location, step)
    while location and location not in tree.values and fault["type"] != "missing":
        location = location[:-1]  # a short form such as `period: sum` stands for more than the file has
    here = _bare(here)
    concerns: Literal["key", "value", "record"]
    concerns = "key" if "[key]" in fault["loc"] else "record" if _is_record(here) else "value"
    return _Spot(fault, location, here if concerns == "record" else record, concerns, choice, in_words)


def _bare(annotation: Any) -> Any:
    """The annotation without its metadata and without the None of what may be left out."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    members = [member for member in get_args(annotation) if member is not NoneType] if _is_union(annotation) else []
    return _bare(members[0]) if len(members) == 1 else annotation


def _is_record(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Record)


def _is_structure(annotation: Any) -> bool:
    return _is_record(_bare(annotation)) or get_origin(_bare(annotation)) in (list, tuple, dict)


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def _field_of(record: type[Record], key: int | str) -> Any:
    """The annotation of the field written as `key`; None for an unknown key."""
    return _fields(record).get(str(key))


def _keys_of(record: type[Record]) -> list[str]:
    return list(_fields(record))


def _fields(record: type[Record]) -> dict[str, Any]:
    """Key as written -> annotation."""
    record.model_rebuild()  # a record that was read before one it refers to does not know its own fields yet
    return {field.alias or name: field.annotation for name, field in record.model_fields.items()}


def _member(union: Any, label: str) -> tuple[Any, bool]:
    """The union member that Pydantic's `loc` calls `label`, and whether it does so by a tag of ours."""
    for member in get_args(union):
        if label in _tags(member):
            return member, True
    return next((member for member in get_args(union) if label.startswith(_type_name(member))), None), False


def _tags(member: Any) -> tuple[str, ...]:
    if get_origin(member) is Annotated:
        return tuple(extra.tag for extra in get_args(member) if isinstance(extra, Tag))
    for key in TAG_KEYS:
        if _is_record(member) and key in member.model_fields:
            return get_args(member.model_fields[key].annotation)
    return ()


def _type_name(member: Any) -> str:
    if get_origin(member) is Literal:
        return "literal["
    if isinstance(member, type):
        return "str-enum[" if issubclass(member, StrEnum) else member.__name__
    return f"{getattr(get_origin(member), '__name__', '')}["


def _meant(spot: _Spot) -> str | None:
    """The known key that an unknown one looks like."""
    return nearest(str(spot.location[-1]), _keys_of(spot.record))


def _is_echo(spot: _Spot, misspelt: frozenset[tuple[Location, str | None]], tree: Tree) -> bool:
    """Whether this fault only repeats what another one says; `misspelt` are the places of keys that were meant."""
    location, value = spot.location, tree.at(spot.location)
    if any(location[:end] in tree.blanks for end in range(len(location) + 1)):
        return True  # said once, where nothing is written
    if spot.choice is not None:
        is_structure = isinstance(tree.at(spot.choice), list | dict)
        return is_structure == spot.in_words  # the other form was meant
    if spot.kind == "too_short" and isinstance(value, list | dict):
        least: int = spot.fault["ctx"]["min_length"]
        return len(value) >= least  # long enough, were the entries right
    return spot.kind == "missing" and (location[:-1], location[-1]) in misspelt


def _diagnostic(spot: _Spot, tree: Tree) -> Diagnostic:
    location, value = spot.location, tree.at(spot.location)
    match spot.kind:
        case "missing" | "union_tag_not_found":
            return _missing(spot, tree)
        case "extra_forbidden":
            return _unknown_key(spot, tree)
        case "enum" | "literal_error":
            return _unknown_word(spot, tree, value)
        case "union_tag_invalid":
            return _unknown_tag(spot, tree)
        case "unknown_condition":
            return _unknown_condition(spot, tree, value)
        case "value_error":
            return _refused_by_us(spot, tree, value)
        case "string_pattern_mismatch":
            return Diagnostic("DX100", tree.span(location), quoted(value), say("64 digits and letters a to f"))
        case "string_too_short":
            return Diagnostic("DX110", tree.span(location), say("nothing"), say("a value, or no such key"))
    return _limits_or_form(spot, tree.span(location), value)


def _limits_or_form(spot: _Spot, span: Span, value: object) -> Diagnostic:
    context = spot.fault.get("ctx", {})
    match spot.kind:
        case "too_short":
            least = say("at least {least}", least=context["min_length"])
            return Diagnostic("DX109", span, _entries(value), least)
        case "too_long":
            most = say("at most {most}", most=context["max_length"])
            return Diagnostic("DX109", span, _entries(value), most)
        case "greater_than_equal":
            return Diagnostic("DX112", span, quoted(value), say("at least {least}", least=context["ge"]))
        case "less_than":
            return Diagnostic("DX112", span, quoted(value), say("below {most}", most=context["lt"]))
        case "less_than_equal":
            return Diagnostic("DX112", span, quoted(value), say("at most {most}", most=context["le"]))
        case "string_too_long":
            most = say("at most {most} characters", most=context["max_length"])
            return Diagnostic("DX112", span, quoted(value), most)
        case "tuple_type":
            hint = say("write it as a list: [{value}]", value=as_written(value)) if isinstance(value, str) else None
            return Diagnostic("DX111", span, quoted(value), say("a list"), hint)
        case "model_type" | "model_attributes_type" | "dict_type":
            return Diagnostic("DX111", span, quoted(value), say("a mapping of keys"))
        case "string_type":
            return Diagnostic("DX111", span, quoted(value), say("a single text"))
    return Diagnostic("DX100", span, quoted(value), UNFORESEEN)


# Unreachable as far as the tests know: every fault that Pydantic finds in a tree of text has its sentence above.
UNFORESEEN = say("another value")


def _entries(value: object) -> Text:
    return say("{count} of them", count=len(value) if isinstance(value, list | dict) else 0)


def _missing(spot: _Spot, tree: Tree) -> Diagnostic:
    """Its place is where the record that lacks it begins: at its first key, or at its brace."""
    tagless = spot.kind == "union_tag_not_found"
    location, key = (spot.location, _tag_key(spot)) if tagless else (spot.location[:-1], spot.location[-1])
    record, span = tree.at(location), tree.span(location)
    first = tree.key_span((*location, next(iter(record)))) if isinstance(record, dict) and record else span
    if (first.line, first.column) == (span.line, span.column):
        span = first
    return Diagnostic("DX102", span, say("no key {key}", key=key), say("the key {key}", key=key))


def _unknown_key(spot: _Spot, tree: Tree) -> Diagnostic:
    key = str(spot.location[-1])
    known = _keys_of(spot.record)
    expected = say("one of the keys {keys}", keys=listed(known))
    hint = did_you_mean(key, known)
    return Diagnostic("DX101", tree.key_span(spot.location), say("the key {key}", key=as_written(key)), expected, hint)


def _unknown_word(spot: _Spot, tree: Tree, value: object) -> Diagnostic:
    words = re.findall(r"'([^']*)'", spot.fault["ctx"]["expected"])
    expected = _one_of(words)
    if spot.choice is not None and spot.record is Reach:
        expected = say("{words} or a list of roles", words=listed(words))
    elif spot.choice is not None:
        expected = say("{words} or points: how many", words=listed(words))
    hint = did_you_mean(value, words) if isinstance(value, str) else None
    return Diagnostic("DX103", tree.span(spot.location), quoted(value), expected, hint)


def _one_of(words: list[str]) -> Text:
    return say("one of {words}", words=listed(words))


def _unknown_tag(spot: _Spot, tree: Tree) -> Diagnostic:
    location = (*spot.location, _tag_key(spot))
    known = re.findall(r"'([^']*)'", spot.fault["ctx"]["expected_tags"])
    written = tree.at(location)
    hint = did_you_mean(written, known) if isinstance(written, str) else None
    return Diagnostic("DX104", tree.span(location), quoted(written), _one_of(known), hint)


def _tag_key(spot: _Spot) -> str:
    """The key by which Pydantic tells which record is meant."""
    return str(spot.fault["ctx"]["discriminator"]).strip("'")


def _unknown_condition(spot: _Spot, tree: Tree, value: object) -> Diagnostic:
    expected = say("a condition, told by one of the keys {keys}", keys=listed(KEYS))
    key = next(iter(value), None) if isinstance(value, dict) else None
    if key is None:
        return Diagnostic("DX105", tree.span(spot.location), quoted(value), expected)
    span = tree.key_span((*spot.location, key))
    return Diagnostic("DX105", span, say("the key {key}", key=as_written(key)), expected, did_you_mean(key, KEYS))


def _refused_by_us(spot: _Spot, tree: Tree, value: object) -> Diagnostic:
    """Our own validators say what they expected; the kind of their exception says which fault it is."""
    error = spot.fault["ctx"]["error"]
    assert isinstance(error, NotExact | NotWord), "validators of the contract raise nothing else"
    if spot.concerns == "key":
        span, found = tree.key_span(spot.location), say("the key {key}", key=as_written(spot.location[-1]))
    else:
        span, found = tree.span(spot.location), _keys_in(value) if isinstance(value, dict) else quoted(value)
    return Diagnostic("DX113" if spot.concerns == "record" else _code_of(error), span, found, error.text)


def _keys_in(mapping: dict[str, object]) -> Text:
    return quoted(as_written(listed(mapping))) if mapping else say("no key")


def _code_of(error: NotExact | NotWord) -> str:
    match error:
        case NotIdentifier():
            return "DX107"
        case NotDate():
            return "DX108"
        case OutsideLimits():
            return "DX112"
        case NotExact():
            return "DX106"
        case NotWord():
            return "DX100"
