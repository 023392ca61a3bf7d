"""How a diagnostic quotes what was written, and which known word it takes an unknown one for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from rules.diagnostic import Text, say

QUOTED_CHARACTERS_MAX = 60
_GUESSED_CHARACTERS_MAX = 64


def as_written(value: object) -> str:
    """The text as it stands in the file, cut to a line, with nothing in it that could move a terminal's cursor."""
    text = "".join(character if character.isprintable() else "�" for character in str(value))
    return text if len(text) <= QUOTED_CHARACTERS_MAX else f"{text[: QUOTED_CHARACTERS_MAX - 1]}…"


def quoted(value: object) -> Text:
    """What stands at a place, as a sentence: the text itself, or that it is a list or a mapping."""
    if isinstance(value, list):
        return say("a list")
    if isinstance(value, dict):
        return say("a mapping")
    return say("{value}", value=as_written(value)) if value != "" else say("an empty text")


def listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, if any does."""
    if len(word) > _GUESSED_CHARACTERS_MAX:
        return None
    return next(iter(get_close_matches(word, list(known), n=1)), None)


def did_you_mean(word: str, known: Iterable[str]) -> Text | None:
    """A hint that names the nearest known word; None when no word is near."""
    near = nearest(word, known)
    return say("did you mean {word}?", word=near) if near else None
