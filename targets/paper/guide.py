"""What the workbook of a contract tells the people who fill it."""

from __future__ import annotations

from collections.abc import Callable

from rules.diagnostic import Text, say
from targets.paper.words import METHODS

Speak = Callable[[Text], str]


def guide(language: str, speak: Speak) -> list[str]:
    """The lines of the first sheet."""
    lines = [speak(say("A responsibility contract on paper")), ""]
    lines += [speak(line) for line in _RULES]
    lines += ["", speak(say("The scoring methods"))]
    return lines + [f"{word.called(language)}: {word.id}" for word in METHODS.words]


_RULES = (
    say("One sheet for what the contract says once, one for each of its lists; sheets that are not needed stay empty."),
    say(
        "The note on a heading is its key in the contract language; every key that has no column may have one of its own."
    ),
    say("An empty cell says what the language takes for granted."),
    say("What has several values stands in one cell, separated by 、 or as [a, b]; what has keys stands in braces."),
    say(
        "The parameters of a method that have no column stand together in one cell, such as {{step: completed, lowest: 0}}."
    ),
    say("A row that leaves the first columns empty goes on with the section, deposit or indicator above it."),
    say("The parts of a method stand in rows below their item, with level 1; parts of a part have level 2."),
    say("Every fault is listed with its sheet and cell when the workbook is turned into a contract."),
)
