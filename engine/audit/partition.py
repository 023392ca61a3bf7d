"""Whether amounts on a list are parts of what somebody is due, taken together in any way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import combinations

# All ways of taking parts together are looked at up to here; beyond, each alone, one after the other, and all.
PARTS_MAX = 12
LINES_MAX = 10
# 0.05
FEN_DIGITS_MIN = 3


def is_whole(parts_fen: Sequence[int], lines_fen: Sequence[int]) -> bool:
    """Whether the lines are a partition of the parts: each line some of them, all of them once."""
    if sum(parts_fen) != sum(lines_fen):
        return False
    return len(lines_fen) <= 1 or placed(parts_fen, lines_fen, whole=True) is not None


def placed(parts_fen: Sequence[int], lines_fen: Sequence[int], *, whole: bool = False) -> frozenset[int] | None:
    """The parts that are left when each line is some of them; None when a line is none, or none may be left."""
    lines = sorted((line for line in lines_fen if line), key=abs, reverse=True)
    everything = (1 << len(parts_fen)) - 1
    if len(lines) > len(parts_fen) or (not lines and whole and parts_fen):
        return None
    masks = _masks_by_sum(tuple(parts_fen))

    @cache
    def left_after(number: int, taken: int) -> int | None:
        """The parts left after the lines from that number on; None where they do not fit."""
        if number == len(lines):
            left = everything & ~taken
            return None if whole and left else left
        for mask in masks.get(lines[number], ()):
            if not mask & taken and (found := left_after(number + 1, taken | mask)) is not None:
                return found
        return None

    left = left_after(0, 0)
    return None if left is None else frozenset(index for index in range(len(parts_fen)) if left >> index & 1)


@lru_cache(maxsize=4096)
def _masks_by_sum(parts_fen: tuple[int, ...]) -> Mapping[int, tuple[int, ...]]:
    """Sets of parts as bits, by what they come to, those of few parts first."""
    found: dict[int, list[int]] = defaultdict(list)
    for indexes in _sets(len(parts_fen)):
        found[sum(parts_fen[index] for index in indexes)].append(sum(1 << index for index in indexes))
    return {total: tuple(masks) for total, masks in found.items()}


def _sets(count: int) -> Iterator[tuple[int, ...]]:
    if count <= PARTS_MAX:
        for size in range(1, count + 1):
            yield from combinations(range(count), size)
        return
    for size in range(1, count + 1):
        yield from (tuple(range(start, start + size)) for start in range(count - size + 1))


def subsets(lines_fen: Sequence[int], total_fen: int) -> Iterator[tuple[int, ...]]:
    """Indexes of lines, not all of them, that come to the total; few first."""
    indexes = range(min(len(lines_fen), LINES_MAX))
    for size in range(1, len(lines_fen)):
        for chosen in combinations(indexes, size):
            if sum(lines_fen[index] for index in chosen) == total_fen:
                yield chosen


def transposed(one_fen: int, other_fen: int) -> bool:
    """Whether the two differ by two neighbouring digits that changed places, as an amount is written: to the fen."""
    if one_fen <= 0 or other_fen <= 0:
        return False
    one, other = str(one_fen).zfill(FEN_DIGITS_MIN), str(other_fen).zfill(FEN_DIGITS_MIN)
    differing = [index for index, digit in enumerate(one) if digit != other[index : index + 1]]
    if len(one) != len(other) or len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return one[first] == other[second] and one[second] == other[first]
