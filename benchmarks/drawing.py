"""Invented numbers that are the same on every machine and in every version: SplitMix64 as Polars expressions.

A number depends on the seed, the name of its stream and its row only, so any column can be made alone and in any order
(Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
"""

from __future__ import annotations

import zlib

import polars as pl

WORD = 2**64
GOLDEN_GAMMA = 0x9E3779B97F4A7C15
FIRST_FACTOR, SECOND_FACTOR = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def drawn(seed: int, stream: str, below: int | pl.Expr, row: str = "row") -> pl.Expr:
    """An Int64 in [0, below) for each row; `row` names a column of distinct non-negative integers.

    By remainder: below 2^20 the bias is under 2^-44, which no benchmark sees.
    """
    key = mixed((seed << 32) + zlib.crc32(stream.encode()))
    word = _mixed(pl.col(row).cast(pl.UInt64) ^ _word(key))
    bound = _word(below) if isinstance(below, int) else below.cast(pl.UInt64)
    return (word % bound).cast(pl.Int64)


def mixed(state: int) -> int:
    """The SplitMix64 output for a state, both in [0, 2^64); the same as `_mixed` does to a column."""
    word = (state + 1) * GOLDEN_GAMMA % WORD
    word = (word ^ (word >> 30)) * FIRST_FACTOR % WORD
    word = (word ^ (word >> 27)) * SECOND_FACTOR % WORD
    return word ^ (word >> 31)


def _mixed(state: pl.Expr) -> pl.Expr:
    """Unsigned 64-bit products wrap in Polars, which is what is wanted here."""
    word = (state + 1) * _word(GOLDEN_GAMMA)
    word = (word ^ (word // 2**30)) * _word(FIRST_FACTOR)
    word = (word ^ (word // 2**27)) * _word(SECOND_FACTOR)
    return word ^ (word // 2**31)


def _word(number: int) -> pl.Expr:
    return pl.lit(number % WORD, dtype=pl.UInt64)
