"""The columns of a plan in the order they can be computed: each layer reads only the ones before it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import narwhals as nw

from targets.columns.backend import Backend, Step
from targets.columns.year import Frame


class TooWide(Exception):
    """The plan could reach an integer that the engine cannot hold exactly; `at` is the part being compiled."""

    def __init__(self, reached: int, at: str) -> None:
        self.reached, self.at = reached, at
        super().__init__(f"{at}: {reached}")


class Width(IntEnum):
    """What a column of integers is held in: 32 bits without sign, 64 or 128 with it. Each holds all that the ones before do."""

    SHORT = 0
    PLAIN = 1
    WIDE = 2

    @property
    def kind(self) -> type[nw.dtypes.IntegerType]:
        return (nw.UInt32, nw.Int64, nw.Int128)[self]


class Layers:
    """Written columns, what each reads, and the limits of the engine. `at` names the part being compiled, for messages."""

    def __init__(self, backend: Backend) -> None:
        self.short_max, self.narrow_max, self.wide_max = backend.short_max, backend.narrow_max, backend.wide_max
        self.at = ""
        self._layers: list[dict[str, nw.Expr]] = []
        self._reads: dict[str, frozenset[str]] = {}
        self._layer: dict[str, int] = {}

    def write(self, expr: nw.Expr, reads: frozenset[str], what: str = "") -> str:
        """A new column, in the first layer that has all it reads; its name."""
        name = f"#{len(self._reads) + 1} {what or self.at}"
        layer = max((self._layer.get(read, -1) for read in reads), default=-1) + 1
        if len(self._layers) <= layer:
            self._layers.append({})
        self._layers[layer][name], self._reads[name], self._layer[name] = expr, reads, layer
        return name

    def width(self, low: int, high: int) -> Width:
        """The least that holds every number of the closed range, or the widest."""
        if low >= 0 and high <= self.short_max:
            return Width.SHORT
        return Width.PLAIN if max(-low, high) <= self.narrow_max else Width.WIDE

    def reaching(self, low: int, high: int) -> Width:
        """The same of numbers that are computed. Raises TooWide."""
        self.hold(max(-low, high))
        return self.width(low, high)

    def hold(self, reached: int) -> None:
        """Raises TooWide for an integer that the engine cannot hold."""
        if reached > self.wide_max:
            raise TooWide(reached, self.at)

    def frame(self, base: Frame, wanted: Iterable[str], backend: Backend) -> Frame:
        """The wanted columns, of the base and of the plan; nothing that they do not need is computed."""
        return backend.widen(base, self._steps(list(dict.fromkeys(wanted))))

    def _steps(self, wanted: list[str]) -> list[Step]:
        """From the last layer to the first: what must be kept of the ones before it."""
        steps: list[Step] = []
        keep = wanted
        for layer in reversed(self._layers):
            new = {name: layer[name] for name in keep if name in layer}
            old = [name for name in keep if name not in layer]
            steps.append(Step(old, new))
            read = sorted({read for name in new for read in self._reads[name]})
            keep = list(dict.fromkeys([*old, *read]))
        return [step for step in reversed(steps) if step.new]
