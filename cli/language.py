"""The sentences, Chinese and English. English templates are the msgids; Chinese stands in locale/zh (gettext)."""

from __future__ import annotations

import gettext
import locale
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from rules.diagnostic import Called, Text

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "duixian"


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """`--lang` first, then the locale; Chinese unless the locale names another language."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            wanted = value or next(iter(arguments[position + 1 :]), "")
            return Language.EN if wanted == Language.EN else Language.ZH
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(variable):
            return _of_locale(environment[variable])
    return _of_locale(locale.getlocale()[0] or "")


def _of_locale(name: str) -> Language:
    """`C` and an unknown locale say nothing about the reader, and our readers read Chinese."""
    silent = name.partition(".")[0] in ("", "C", "POSIX")
    return Language.ZH if silent or name.lower().startswith(("zh", "chinese")) else Language.EN


class Speech:
    """Says texts in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._catalogue: gettext.NullTranslations = gettext.NullTranslations()
        if language is Language.ZH:
            self._catalogue = gettext.translation(DOMAIN, LOCALE_FOLDER, ["zh"], fallback=True)

    def __call__(self, text: Text | str) -> str:
        """A `Text` with its arguments, or a bare template (help and headings)."""
        if isinstance(text, str):
            return self._catalogue.gettext(text) if text else ""
        filled = {name: self._spoken(value) for name, value in text.arguments}
        return self._catalogue.gettext(text.template).format_map(filled) if text.template else ""

    def _spoken(self, value: str | Text | Called) -> str:
        match value:
            case Text():
                return self(value)
            case Called(zh=zh, en=en):
                return en if en and self.language is Language.EN else zh
            case written:
                return written

    def name(self, clause: object) -> str:
        """A clause's name in this language; Chinese where no English one is given."""
        if isinstance(clause, Called):
            return self._spoken(clause)
        english = getattr(clause, "name_en", "") or getattr(clause, "title_en", "")
        return (
            english
            if english and self.language is Language.EN
            else getattr(clause, "name", "") or getattr(clause, "title", "")
        )
