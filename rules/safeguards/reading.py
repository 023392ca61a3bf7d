"""Reads a text for refused subjects: folded letters, innocent phrases out, then the lists of words.

The same text is read as Chinese without spaces and signs, as Chinese characters alone, as English words (digits also
as letters), as English words put together again, and as pinyin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from rules.safeguards import phrases
from rules.safeguards.grounds import Ground, Subject
from rules.safeguards.letters import DIGITS_AS_LETTERS, HAN_READINGS, folded, is_han, within_pinyin
from rules.safeguards.terms import ENGLISH, GLUED, HAN, MISSPELT, PINYIN

BAR = "|"
PINYIN_WORDS_MAX = 8
PINYIN_LETTERS_MAX = 80
MISSPELT_LETTERS_MIN = 8


class Stance(IntEnum):
    """What a text does with petitions; the higher the worse."""

    NONE = 0
    HANDLED = 1
    MENTIONED = 2
    COUNTED = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in its readable forms: `han` and `english` with innocent phrases replaced by a bar, `whole` with them."""

    han: tuple[str, ...]
    english: tuple[str, ...]
    latin: tuple[tuple[str, ...], ...]
    whole: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        return (*self.han, *self.english)


@lru_cache(maxsize=4096)
def grounds_in(text: str) -> tuple[Ground, ...]:
    """Every refused subject the text shows, petitions apart, each once with the word that showed it."""
    found: dict[Subject, str] = {}
    for subject, word in _words_found(read(text)):
        if subject is not Subject.PETITIONS:
            found.setdefault(subject, word)
    return tuple(Ground(subject, word) for subject, word in found.items())


@lru_cache(maxsize=4096)
def stance_on_petitions(text: str) -> Stance:
    """Whether the text counts people's petitions, only mentions them, or says how they are handled."""
    reading = read(text)
    if any(subject is Subject.PETITIONS for subject, _ in _in_pinyin(reading)):
        return Stance.COUNTED
    plain = BAR.join(reading.forms)
    if not has(phrases.PETITION, plain):
        glued = any(subject is Subject.PETITIONS for subject, _ in _put_together(reading))
        return Stance.MENTIONED if glued else Stance.NONE
    if has(phrases.RETALIATION, plain):
        turned = _turned(f"{phrases.RETALIATION}|{phrases.PETITION}", reading, phrases.TURNED, phrases.BY_NUMBER)
        return Stance.COUNTED if turned else Stance.HANDLED
    if has(phrases.PROVOKED, plain) or has(phrases.SUPPRESSED, plain):
        return Stance.COUNTED
    if has(phrases.LATE, plain) or has(phrases.HANDLED, plain):
        return Stance.HANDLED
    if any(has(phrases.COUNTED, form) for form in reading.forms):
        return Stance.COUNTED
    return Stance.HANDLED if has(phrases.KEPT_UP, plain) else Stance.MENTIONED


def says(pattern: str, text: str) -> bool:
    """Whether the folded text, in any of its forms, matches one of the phrase patterns."""
    return any(has(pattern, form) for form in read(text).whole)


def is_wrong_against_people(text: str, grounds: Iterable[Ground]) -> bool:
    """Whether every ground stands under a word of coercion, unlawful taking, falsifying or leaking, not turned round."""
    reading, listed = read(text), list(grounds)
    words = "|".join(part for ground in listed for part in _patterns_of(ground))
    return all(_is_wrong(reading, ground, words) for ground in listed)


@lru_cache(maxsize=4096)
def tells_of_wrong(text: str) -> bool:
    """Whether it says outright that people were wronged, and not that this was found out, stopped or did not happen."""
    reading = read(text)
    told = any(has(phrases.WRONGDOING, form) for form in reading.forms)
    return told and not _turned(phrases.WRONGDOING, reading, phrases.UNCOVERED)


def without_sentences(pattern: str, text: str) -> str:
    """The text without the sentences that match the pattern and give or take no points."""
    return "。".join(one for one in sentences_of(text) if not says(pattern, one) or says(phrases.SCORES, one))


def sentences_of(text: str) -> list[str]:
    return re.split(r"[。；;！!？?\n]|\.(?=\s|$)", text)


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", folded(text))
    squeezed = "".join(_kept(character) for character in plain.lower())
    cleaned = _without_innocent("han", squeezed)
    alone = _without_innocent("han", "".join(one for one in cleaned if is_han(one) or one == BAR))
    words = tuple(dict.fromkeys(_word_lists(plain)))
    spelled = tuple(" ".join(word if word.isascii() else BAR for word in one) for one in words)
    english = tuple(dict.fromkeys(_without_innocent("english", one) for one in spelled))
    return Reading(tuple(dict.fromkeys((cleaned, alone))), english, words, (squeezed, *spelled))


def has(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def _kept(character: str) -> str:
    """Signs go, so that 结·扎 is one word; a fraction stroke stays, so that a denominator is told apart."""
    if character in "÷/":
        return "÷"
    return character if character.isalnum() else ""


@cache
def _innocent(language: str) -> re.Pattern[str]:
    return re.compile(phrases.INNOCENT_HAN if language == "han" else phrases.INNOCENT_ENGLISH)


def _without_innocent(language: str, text: str) -> str:
    return _innocent(language).sub(BAR, text)


def _word_lists(plain: str) -> Iterator[tuple[str, ...]]:
    """The Latin words, with and without a break before each capital, digits as letters or left out; 汉 is a word."""
    signs = str.maketrans("@$!+€£¢", "45173lc")
    joined = re.sub(r"(?<=[A-Za-z])[@$!+€£¢](?=[A-Za-z0-9])", lambda sign: sign[0].translate(signs), plain)
    camel = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", joined)
    for spelled in (joined, camel):
        words = [*_split(spelled.lower())]
        yield tuple(words)
        if any(_mixed(word) for word in words):
            for table in DIGITS_AS_LETTERS:
                yield tuple(word.translate(table) if _mixed(word) else word for word in words)
            yield tuple(re.sub(r"\d", "", word) if _mixed(word) else word for word in words)


def _split(text: str) -> Iterator[str]:
    for word in re.findall(r"[a-z0-9]+|[^\x00-\x7f]", text):
        if word.isascii() or is_han(word):
            yield word


def _mixed(word: str) -> bool:
    return any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)


def _words_found(reading: Reading) -> Iterator[tuple[Subject, str]]:
    yield from _listed(HAN, reading.han)
    yield from _listed(ENGLISH, reading.english)
    yield from _put_together(reading)
    yield from _misspelt(reading)
    yield from _in_pinyin(reading)


def _listed(terms: dict[Subject, str], forms: tuple[str, ...]) -> Iterator[tuple[Subject, str]]:
    for subject, term in terms.items():
        for form in forms:
            if (match := _compiled(term).search(form)) is not None:
                yield subject, match[0]
                break


def _put_together(reading: Reading) -> Iterator[tuple[Subject, str]]:
    """Words taken apart: a listed word that begins where one piece begins and ends where another ends."""
    for form in reading.english:
        pieces = form.split()
        starts, ends, glued = set[int](), set[int](), ""
        for piece in pieces:
            starts.add(len(glued))
            glued += piece
            ends.add(len(glued))
        for subject, pattern in GLUED.items():
            for match in _compiled(pattern).finditer(glued):
                if match.start() in starts and match.end() in ends and match[0] not in pieces:
                    yield subject, match[0]


def _misspelt(reading: Reading) -> Iterator[tuple[Subject, str]]:
    for word in {word for form in reading.english for word in form.split() if len(word) >= MISSPELT_LETTERS_MIN}:
        for listed, subject in MISSPELT.items():
            if word != listed and _one_slip(word, listed):
                yield subject, listed


def _one_slip(word: str, listed: str) -> bool:
    """One letter more, less or other, or two neighbours swapped; the first letter stands."""
    if word[0] != listed[0] or abs(len(word) - len(listed)) > 1:
        return False
    at = next((place for place, (one, other) in enumerate(zip(word, listed, strict=False)) if one != other), None)
    if at is None:
        return True
    left, right = word[at:], listed[at:]
    swapped = len(left) > 1 and len(right) > 1 and left[1] + left[0] + left[2:] == right
    return swapped or left[1:] == right or left == right[1:] or left[1:] == right[1:]


def _in_pinyin(reading: Reading) -> Iterator[tuple[Subject, str]]:
    spoken = dict.fromkeys(word for words in reading.latin for word in _spoken(words))
    for word in spoken:
        for subject, term in PINYIN.items():
            if (match := _syllables(term).fullmatch(word)) is not None:
                yield subject, match["term"]


@cache
def _syllables(term: str) -> re.Pattern[str]:
    return within_pinyin(term)


def _spoken(words: tuple[str, ...]) -> Iterator[str]:
    """Neighbouring words read aloud as one: jie_zha, jie扎. At least one of them in Latin letters."""
    for start in range(len(words)):
        word, latin = "", False
        for piece in words[start : start + PINYIN_WORDS_MAX]:
            if piece.isascii() and not piece.isalpha():
                break
            latin = latin or piece.isascii()
            word += piece if piece.isascii() else HAN_READINGS.get(piece, "-")
            if word.endswith("-") or len(word) > PINYIN_LETTERS_MAX:
                break
            if latin:
                yield word


_COVERS = {Subject.BIRTH_FEES: phrases.UNLAWFUL_FEE, Subject.PERSON: phrases.LEAKED}


def _is_wrong(reading: Reading, ground: Ground, words: str) -> bool:
    """Whether the ground's word stands behind the wrong that covers it, or amounts to falsified figures."""
    cover = _COVERS.get(ground.subject, phrases.COERCION)
    shown = "|".join(_patterns_of(ground))
    plain = BAR.join(reading.forms)
    if any(_stands_behind(form, cover, shown) for form in reading.forms):
        return not _turned(f"{cover}|{phrases.NO_CONSENT}|{words}", reading, phrases.TURNED, phrases.BY_NUMBER)
    falsified = has(phrases.FALSIFIED, plain) and has(phrases.FIGURES, plain) and ground.subject is not Subject.PERSON
    return falsified and not _turned(f"{phrases.FALSIFIED}|{words}", reading, phrases.TURNED)


def _patterns_of(ground: Ground) -> tuple[str, ...]:
    return HAN[ground.subject], ENGLISH[ground.subject], re.escape(ground.word)


def _stands_behind(form: str, cover: str, shown: str) -> bool:
    wrong, word = _compiled(cover).search(form), _compiled(shown).search(form)
    if word is None:
        return False
    return (wrong is not None and wrong.start() < word.start()) or has(phrases.NO_CONSENT, form)


def _turned(said: str, reading: Reading, *turns: str) -> bool:
    """Whether what is said beside the wrong makes it a failure to do it, or a number to reach."""
    rest = [_compiled(said).sub(BAR, form) for form in reading.forms]
    return any(has(turn, form) for turn in turns for form in rest)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
