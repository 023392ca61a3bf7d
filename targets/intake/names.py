"""Names and the codes they stand for: exact codes first, then names as people spell them, and the nearest when none fits."""

from __future__ import annotations

from difflib import get_close_matches

from targets.vocabulary import folded

SUGGESTIONS_MAX = 300
CANDIDATES_MAX = 3_000


class Names:
    """Which codes a text can mean. A code means itself; a name may belong to several."""

    def __init__(self) -> None:
        self._codes: set[str] = set()
        self._by_spelling: dict[str, tuple[str, ...]] = {}
        self._shown: dict[str, str] = {}
        self._suggested: dict[str, str | None] = {}

    def __bool__(self) -> bool:
        return bool(self._codes)

    def __contains__(self, code: str) -> bool:
        return code in self._codes

    def add(self, code: str, *spellings: str) -> None:
        self._codes.add(code)
        for spelling in filter(None, (code, *spellings)):
            word = folded(spelling)
            known = self._by_spelling.get(word, ())
            if code not in known:
                self._by_spelling[word] = (*known, code)
            self._shown.setdefault(word, spelling)

    def find(self, text: str) -> tuple[str, ...]:
        """No code, the one code, or all the codes that the text may mean."""
        return (text,) if text in self._codes else self._by_spelling.get(folded(text), ())

    def nearest(self, text: str) -> str | None:
        """The spelling most like the text; None when none is near, or after very many questions."""
        word = folded(text)
        if word not in self._suggested:
            if len(self._suggested) >= SUGGESTIONS_MAX:
                return None
            candidates = list(self._by_spelling)[:CANDIDATES_MAX]
            found = get_close_matches(word[:60], candidates, n=1, cutoff=0.5)
            self._suggested[word] = self._shown[found[0]] if found else None
        return self._suggested[word]

    def listed(self, most: int = 8) -> str:
        """The first few codes, for a hint."""
        codes = sorted(self._codes)
        return "、".join(codes[:most]) + ("……" if len(codes) > most else "")
