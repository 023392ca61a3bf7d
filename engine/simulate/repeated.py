"""A small frame so many times over, each time with keys of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from targets.columns.backend import Backend
from targets.columns.year import Frame

Array = NDArray[Any]
SLOT = "slot"
NOBODY = -1


class Keys:
    """Subjects of many years as integers: the year's number x `span` + the subject's. Smaller codes have smaller numbers,
    which decides who gets an odd fen. Whatever else is met as a key, such as a league, is given the next number."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._numbers = {code: number for number, code in enumerate(codes)}
        # Leagues and the like come on top; there are no more of them than this.
        self.span = 2 * len(codes) + 1024

    def numbers(self, codes: Sequence[str]) -> Array:
        return np.array([self._number(code) for code in codes], np.int64)

    def of(self, year: Array, number: Array) -> Array:
        return year * self.span + number

    def _number(self, code: str) -> int:
        if code not in self._numbers:
            assert len(self._numbers) < self.span
            self._numbers[code] = len(self._numbers)
        return self._numbers[code]


class Repeated:
    """Numbers and truths are repeated here; texts are joined by the engine, which does so faster than they are brought in."""

    def __init__(self, frame: Frame, keys: Sequence[str], numbering: Keys, backend: Backend) -> None:
        schema, rows = frame.collect_schema(), backend.take(frame)
        self._schema: dict[str, Any] = {name: schema[name] for name in schema.names() if name not in keys}
        self._keys = {name: numbering.numbers(rows[name]) for name in keys}
        if "party" in self._keys:
            self._keys["party"][np.array([not code for code in rows["party"]], np.bool_)] = NOBODY
        self._span = numbering.span
        self.texts = {name: rows[name] for name, kind in self._schema.items() if kind == nw.String}
        self._columns: dict[str, Array] = {
            name: np.array(rows[name], _KINDS[kind]) for name, kind in self._schema.items() if kind != nw.String
        }
        self._rows = len(next(iter(rows.values()), ()))

    def drop(self, name: str) -> Array:
        """Take a column out; what it was."""
        del self._schema[name]
        return self._columns.pop(name)

    def frame(self, times: int, backend: Backend, new: Mapping[str, Array] | None = None) -> Frame:
        """With new columns of integers, in 64 bits or in 32 without sign."""
        columns: dict[str, Array] = {}
        schema: dict[str, Any] = {}
        years = np.repeat(np.arange(times, dtype=np.int64) * self._span, self._rows)
        for name, numbers in self._keys.items():
            key = np.tile(numbers, times)
            columns[name], schema[name] = np.where(key == NOBODY, NOBODY, key + years), nw.Int64
        for name, column in self._columns.items():
            columns[name], schema[name] = np.tile(column, times), self._schema[name]
        for name, column in (new or {}).items():
            columns[name], schema[name] = column, nw.UInt32 if column.dtype == np.uint32 else nw.Int64
        if not self.texts:
            return backend.bring(columns, schema)
        columns[SLOT], schema[SLOT] = np.tile(np.arange(self._rows, dtype=np.int64), times), nw.Int64
        texts: dict[str, Any] = {SLOT: list(range(self._rows)), **self.texts}
        small = backend.bring(texts, {SLOT: nw.Int64, **dict.fromkeys(self.texts, nw.String)})
        return backend.keep(backend.bring(columns, schema).join(small, on=SLOT, how="left").drop(SLOT))


_KINDS: dict[Any, Any] = {nw.Int64: np.int64, nw.UInt32: np.uint32, nw.Boolean: np.bool_}
