"""How each key of the contract's records stands in a cell: as text, a word, a list, or as a piece of YAML. Taken from the
models themselves, so that a field that the language learns later has its column already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from rules.record import Record
from rules.scoring_terms import Over, PeriodRule
from targets.paper.words import ENUMERATIONS, KINDS_OF_PARTY, METHODS, NO_LIMIT, YES_NO
from targets.vocabulary import Vocabulary, Word


class Form(Enum):
    """`TEXT` is what people typed, to the last space; a `WORD` is a number, an id, a date or one of a few words."""

    TEXT = auto()
    WORD = auto()
    DAY = auto()
    LIST = auto()
    YAML = auto()
    RECORDS = auto()


@dataclass(frozen=True, slots=True)
class FieldForm:
    """A key of a record. `records` are what it lists, where it is a table of its own; `record` what it consists of."""

    key: str
    form: Form
    required: bool
    words: Vocabulary
    records: type[Record] | None = None
    record: type[Record] | None = None


@cache
def fields_of(record: type[Record]) -> dict[str, FieldForm]:
    """The record's keys as they are written."""
    record.model_rebuild()  # a record that was read before one it refers to does not know its own fields yet
    found = (_form(field.alias or name, field) for name, field in record.model_fields.items())
    return {each.key: each for each in found}


def _form(key: str, field: FieldInfo) -> FieldForm:
    annotation = field.annotation
    listed, bare = _listed_record(annotation), _bare(annotation)
    record = bare if isinstance(bare, type) and issubclass(bare, Record) else None
    return FieldForm(key, _kind_of(field), field.is_required(), _words(key, annotation), listed, record)


def methods_of(rule: Any) -> tuple[type[Record], ...]:
    """The records of the union of scoring methods."""
    return tuple(part for part in _parts(rule) if isinstance(part, type) and issubclass(part, Record))


def _kind_of(field: FieldInfo) -> Form:
    parts = list(_parts(field.annotation))
    if _listed_record(field.annotation):
        return Form.RECORDS
    structures = [part for part in parts if _is_structure(part)]
    if not structures:
        if str in parts and not any(isinstance(one, BeforeValidator) for one in _metadata(field)):
            return Form.TEXT
        return Form.DAY if any(getattr(part, "__name__", "") == "date" for part in parts) else Form.WORD
    plain_list = len(structures) == 1 and get_origin(structures[0]) is tuple
    return Form.LIST if plain_list else Form.YAML


def _listed_record(annotation: Any) -> type[Record] | None:
    """The record of a list of one kind of record."""
    bare = _bare(annotation)
    inner = _bare(get_args(bare)[0]) if get_origin(bare) is tuple else None
    return inner if isinstance(inner, type) and issubclass(inner, Record) else None


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _parts(annotation: Any) -> Iterator[Any]:
    """The members of a union, unions within it opened, and what lists hold; metadata and None left out."""
    bare = _bare(annotation)
    origin = get_origin(bare)
    if origin is Literal or not get_args(bare):
        if bare is not NoneType:
            yield bare
        return
    if origin in (tuple, list, dict):
        yield bare
    for inner in get_args(bare):
        if inner is not Ellipsis:
            yield from _parts(inner)


def _is_structure(part: Any) -> bool:
    return get_origin(part) in (tuple, list, dict) or (isinstance(part, type) and issubclass(part, Record))


def _metadata(field: FieldInfo) -> Iterator[Any]:
    yield from field.metadata
    members = [part for part in get_args(field.annotation) if part is not NoneType] or [field.annotation]
    for member in members:
        yield from get_args(member)[1:] if get_origin(member) is Annotated else ()


def _words(key: str, annotation: Any) -> Vocabulary:
    """The words that may stand for the value; those without a translation under their own name."""
    if key == "assesses":
        return KINDS_OF_PARTY
    found: dict[str, Word] = {}
    for part in _parts(annotation):
        for word in _words_of(part):
            found.setdefault(word.id, word)
    return Vocabulary(tuple(found.values()))


def _words_of(part: Any) -> Iterator[Word]:
    if part is bool:
        yield from YES_NO.words
    elif part is PeriodRule:
        yield from _words_of(Over)
    elif isinstance(part, type) and issubclass(part, StrEnum):
        yield from (_word(member) for member in part)
    elif isinstance(part, type) and issubclass(part, Record) and "method" in part.model_fields:
        yield from (_word(method) for method in get_args(part.model_fields["method"].annotation))
    elif get_origin(part) is Literal:
        yield from (_word(member) for member in get_args(part))


def _word(member: str) -> Word:
    if isinstance(member, StrEnum):
        known = ENUMERATIONS.get(type(member).__name__, Vocabulary(()))
        member = member.value
    else:
        known = NO_LIMIT if member == "none" else METHODS
    return next((word for word in known.words if word.id == member), Word(member, member, member))
